"""
Judges category messages: assignments and removals of categories and treaty listings.

In order: what is wrong with the message itself; its number, which may come again only with the
same content; and the episode that it begins or ends. An accepted or held message uses up its
number, a duplicate or rejected one does not, so that it can be sent again corrected.
"""

from __future__ import annotations

from datetime import date
from hashlib import blake2b
from typing import Final

from osms_server.application.drafts import Drafts, PersonDraft
from osms_server.application.feed import Received
from osms_server.application.ports import Transaction
from osms_server.application.removals import RemovalGuard
from osms_server.application.rows import CategoryFactRow, HeldRemovalRow
from osms_server.application.verdicts import Verdicts
from osms_server.domain.codes import Category, Obligation, System
from osms_server.domain.facts import CategoryRemoved
from osms_server.domain.identifiers import Iin
from osms_server.domain.records import Batch, CategoryRecord, UnreadableRecord
from osms_server.domain.revision import Revision
from osms_server.domain.violations import Reason, Violation
from osms_server.rules.acceptance import Limits, category_violations, limits_on
from osms_server.rules.parameters import Parameters

CategoryLine = CategoryRecord | UnreadableRecord

_DIGEST_SIZE: Final = 16

# The crisis or emergency group is due apart; nothing says when treaty listings are (p. 19, 54).
_OBLIGATIONS: Final = {
    **dict.fromkeys(Category, Obligation.CATEGORY_DAILY),
    Category.CRISIS_LEVEL: Obligation.CATEGORY_MONTHLY,
    Category.TREATY: None,
}


class CategoryReceiver:
    """Receives the batches of a category feed."""

    empty_delivers = frozenset({Obligation.CATEGORY_DAILY})

    def __init__(self, parameters: Parameters) -> None:
        self._parameters = parameters

    def receive(
        self, tx: Transaction, sender: str, batch: Batch[CategoryLine], verdicts: Verdicts
    ) -> Received:
        """Judges and keeps a batch."""
        drafts = Drafts(tx, self._parameters)
        drafts.gather(_iins(batch))
        judge = CategoryJudge(tx, sender, drafts, self._parameters)
        judge.read_numbers(batch)
        for position, record in enumerate(batch.records, batch.first_position):
            judge.judge(position, record, verdicts)
        judge.keep()
        drafts.keep()
        return Received(frozenset(judge.delivered), judge.number_max)


def _iins(batch: Batch[CategoryLine]) -> set[Iin]:
    return {
        record.iin
        for record in batch.records
        if isinstance(record, CategoryRecord) and record.iin is not None
    }


class CategoryJudge:
    """Judges one message after the other, each against all before it."""

    def __init__(
        self, tx: Transaction, sender: str, drafts: Drafts, parameters: Parameters
    ) -> None:
        self._tx = tx
        self._sender = sender
        self._drafts = drafts
        self._limits: Limits = limits_on(tx.day, parameters)
        self._used: dict[int, bytes] = {}
        self._guard = RemovalGuard(tx, parameters)
        self.number_max = 0
        self.delivered: set[Obligation] = set()

    def read_numbers(self, batch: Batch[CategoryLine]) -> None:
        """Reads which of the batch's numbers were used before."""
        numbers = [
            record.message_number
            for record in batch.records
            if isinstance(record, CategoryRecord) and record.message_number > 0
        ]
        self._used |= self._tx.facts.used_message_numbers(self._sender, numbers)

    def keep(self) -> None:
        """Keeps the removals that wait, and how many the day has seen."""
        self._guard.keep()

    def judge(self, position: int, record: CategoryLine, verdicts: Verdicts) -> None:
        """Accepts, acknowledges as duplicate, holds or rejects one message."""
        if isinstance(record, UnreadableRecord):
            verdicts.reject(position, record.violations)
            return
        violations = category_violations(record, self._limits)
        if violations:
            verdicts.reject(position, violations)
            return
        digest = _digest(record)
        used = self._used.get(record.message_number)
        if used == digest:
            verdicts.duplicate(position)
        elif used is not None:
            number = str(record.message_number)
            conflict = Violation("message_number", Reason.MESSAGE_NUMBER_CONFLICT, number)
            verdicts.reject(position, (conflict,))
        elif record.reason is None:
            self._judge_assignment(position, record, digest, verdicts)
        else:
            self._judge_removal(position, record, digest, verdicts)

    def _judge_assignment(
        self, position: int, record: CategoryRecord, digest: bytes, verdicts: Verdicts
    ) -> None:
        iin, category, assigned_on, source = _complete(record)
        draft = self._drafts.of(iin)
        if _knows_episode(draft, category, assigned_on):
            verdicts.duplicate(position)
            return
        self._use(record, digest)
        self._drafts.add_category(
            CategoryFactRow(
                iin,
                category,
                assigned_on,
                draft.next_ordinal(category, assigned_on),
                source,
                None,
                None,
                record.message_number,
                None,
                self._sender,
                position,
                self._tx.revision,
            )
        )
        verdicts.accept(position)

    def _judge_removal(
        self, position: int, record: CategoryRecord, digest: bytes, verdicts: Verdicts
    ) -> None:
        iin, category, assigned_on, _ = _complete(record)
        draft = self._drafts.of(iin)
        if not _knows_episode(draft, category, assigned_on):
            value = f"{category} {assigned_on}"
            unknown = Violation("removal.assigned_date", Reason.EPISODE_UNKNOWN, value, "p18")
            verdicts.reject(position, (unknown,))
            return
        removals = _removals(draft, category, assigned_on)
        removal = removal_row(self._sender, position, record, self._tx.revision)
        if removals and _content(removals[-1]) == _content(removal):
            verdicts.duplicate(position)
            return
        self._use(record, digest)
        if not removals and self._guard.holds(removal):
            verdicts.hold(position, self._guard.hold(removal))
            return
        self._drafts.add_category(removal_fact(removal, draft, self._tx))
        verdicts.accept(position)

    def _use(self, record: CategoryRecord, digest: bytes) -> None:
        """The message is accepted or held: its number is used up, and something was delivered."""
        number, category = record.message_number, record.category
        assert category is not None
        if (obligation := _OBLIGATIONS[category]) is not None:
            self.delivered.add(obligation)
        self._used[number] = digest
        self.number_max = max(self.number_max, number)
        self._drafts.additions.category_messages.append((self._sender, number, digest))


def _complete(record: CategoryRecord) -> tuple[Iin, Category, date, System]:
    """The fields of a record without violations, which are all there."""
    assert record.iin is not None
    assert record.category is not None
    assert record.assigned_on is not None
    assert record.source is not None
    return record.iin, record.category, record.assigned_on, record.source


def _knows_episode(draft: PersonDraft, category: Category, assigned_on: date) -> bool:
    for fact in draft.assigned:
        if fact.category is category and fact.assigned_on == assigned_on:
            return True
    return False


def _removals(draft: PersonDraft, category: Category, assigned_on: date) -> list[CategoryRemoved]:
    """The removals of an episode in the order of arrival; the last of them stands."""
    of_episode = [
        fact
        for fact in draft.removed
        if fact.category is category and fact.assigned_on == assigned_on
    ]
    return sorted(of_episode, key=lambda fact: fact.order)


def _content(removal: CategoryRemoved | HeldRemovalRow) -> tuple[date, System, str]:
    """What a removal says of its episode."""
    return removal.removed_on, removal.source, removal.reason


def _digest(record: CategoryRecord) -> bytes:
    """Tells messages of other content apart, whatever their number."""
    _, iin, category, assigned_on, source, removed_on, reason, _ = record
    text = f"{iin} {category} {assigned_on} {source} {removed_on} {reason}"
    return blake2b(text.encode(), digest_size=_DIGEST_SIZE).digest()


def removal_row(
    sender: str, position: int, record: CategoryRecord, arrived: Revision
) -> HeldRemovalRow:
    """A removal as it may have to wait; the held batch is not yet known."""
    iin, category, assigned_on, source = _complete(record)
    assert record.removed_on is not None
    assert record.reason is not None
    return HeldRemovalRow(
        None,
        position,
        iin,
        category,
        assigned_on,
        record.removed_on,
        source,
        record.reason,
        record.message_number,
        sender,
        arrived,
    )


def removal_fact(removal: HeldRemovalRow, draft: PersonDraft, tx: Transaction) -> CategoryFactRow:
    """The fact that a removal becomes when it is known."""
    return CategoryFactRow(
        removal.iin,
        removal.category,
        removal.assigned_on,
        draft.next_ordinal(removal.category, removal.assigned_on),
        removal.source,
        removal.removed_on,
        removal.reason,
        removal.message_number,
        None if removal.arrived == tx.revision else removal.arrived,
        removal.sender,
        removal.position,
        tx.revision,
    )


def approve_removals(
    tx: Transaction, removals: list[HeldRemovalRow], parameters: Parameters
) -> None:
    """Makes removals that waited known now, with their own dates."""
    drafts = Drafts(tx, parameters)
    drafts.gather({removal.iin for removal in removals})
    for removal in removals:
        draft = drafts.of(removal.iin)
        before = _removals(draft, removal.category, removal.assigned_on)
        if before and _content(before[-1]) == _content(removal):
            continue
        drafts.add_category(removal_fact(removal, draft, tx))
    drafts.keep()
