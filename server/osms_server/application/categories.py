"""
Judges category messages: assignments and removals of categories and treaty listings.

In order: what is wrong with the message itself; its number, which may come again only with the
same content; and the episode that it begins or ends. An accepted or held message uses up its
number, a duplicate or rejected one does not, so that it can be sent again corrected.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from osms_common.application.feed import FeedRow
from osms_common.domain.codes import Category, Obligation, System
from osms_common.domain.deliveries import Batch, UnreadableRecord
from osms_common.domain.identifiers import Iin
from osms_common.domain.revision import Revision
from osms_common.domain.violations import Reason, Violation
from osms_server.application.drafts import Drafts, PersonDraft
from osms_server.application.episodes import SoundEpisode, sound_episode
from osms_server.application.feed import Received
from osms_server.application.newcomers import Newcomers
from osms_server.application.ports import Transaction
from osms_server.application.removals import RemovalGuard
from osms_server.application.rows import CategoryFactRow, HeldRemovalRow
from osms_server.application.verdicts import Verdicts
from osms_server.domain.facts import CategoryRemoved
from osms_server.domain.records import CategoryRecord
from osms_server.rules.acceptance import (
    Limits,
    category_violations,
    limits_on,
    reporting_source,
)
from osms_server.rules.parameters import Parameters

CategoryLine = CategoryRecord | UnreadableRecord


class CategoryReceiver:
    """Receives the batches of a category feed."""

    empty_delivers = frozenset({Obligation.CATEGORY_DAILY})

    def __init__(self, parameters: Parameters) -> None:
        self._parameters = parameters

    def receive(
        self, tx: Transaction, feed: FeedRow, batch: Batch[CategoryLine], verdicts: Verdicts
    ) -> Received:
        """Judges and keeps a batch."""
        readable = [record for record in batch.records if isinstance(record, CategoryRecord)]
        drafts = Drafts(tx, self._parameters)
        drafts.gather(record.iin for record in readable if record.iin is not None)
        newcomers = Newcomers(tx, feed, drafts, self._parameters, readable)
        judge = CategoryJudge(tx, feed.sender, drafts, self._parameters)
        judge.read_numbers(readable, feed.message_number_max)
        for position, record in enumerate(batch.records, batch.first_position):
            if isinstance(record, UnreadableRecord):
                verdicts.reject(position, record.violations)
            elif newcomers.take(position, record):
                verdicts.accept(position)
            else:
                judge.judge(position, record, verdicts)
        judge.keep()
        drafts.keep()
        delivered = newcomers.delivered | judge.delivered
        return Received(delivered, max(newcomers.number_max, judge.number_max))


class CategoryJudge:
    """Judges one message after the other, each against all before it."""

    def __init__(
        self, tx: Transaction, sender: str, drafts: Drafts, parameters: Parameters
    ) -> None:
        self._tx = tx
        self._revision = tx.revision
        self._sender = sender
        self._drafts = drafts
        self._parameters = parameters
        self._limits: Limits = limits_on(tx.day, parameters)
        self._used: dict[int, int] = {}
        self._guard = RemovalGuard(tx, parameters)
        self.number_max = 0
        self.delivered: set[Obligation] = set()

    def read_numbers(self, records: Iterable[CategoryRecord], number_max: int) -> None:
        """Reads which numbers of the batch were used before; none is above *number_max*."""
        numbers = [
            record.message_number for record in records if 0 < record.message_number <= number_max
        ]
        if numbers:
            self._used |= self._tx.facts.used_message_numbers(self._sender, numbers)

    def keep(self) -> None:
        """Keeps the removals that wait, and how many the day has seen."""
        self._guard.keep()

    def judge(self, position: int, record: CategoryRecord, verdicts: Verdicts) -> None:
        """Accepts, acknowledges as duplicate, holds or rejects one message."""
        number, iin, told, violations = record
        sound = sound_episode(told, self._limits, self._parameters)
        if sound is None or violations:
            violations += category_violations(told, self._limits)
            verdicts.reject(position, violations, reporting_source(told, self._limits))
            return
        assert iin is not None
        digest = sound.digest_for(iin)
        used = self._used.get(number)
        if used is None:
            if sound.is_removal:
                self._judge_removal(position, record, sound, digest, verdicts)
            else:
                self._judge_assignment(position, number, iin, sound, digest, verdicts)
        elif used == digest:
            verdicts.duplicate(position)
        else:
            conflict = Violation("message_number", Reason.MESSAGE_NUMBER_CONFLICT, str(number))
            verdicts.reject(position, (conflict,), reporting_source(told, self._limits))

    def _judge_assignment(
        self,
        position: int,
        number: int,
        iin: Iin,
        sound: SoundEpisode,
        digest: int,
        verdicts: Verdicts,
    ) -> None:
        category, assigned_on, source, *_ = sound
        draft = self._drafts.of(iin)
        if _assignment(draft, category, assigned_on):
            verdicts.duplicate(position)
            return
        self._use(number, sound, digest)
        self._drafts.add_category(
            draft,
            CategoryFactRow(
                iin,
                category,
                assigned_on,
                draft.next_ordinal(category, assigned_on),
                source,
                None,
                None,
                number,
                None,
                self._sender,
                position,
                self._revision,
            ),
        )
        verdicts.accept(position)

    def _judge_removal(
        self,
        position: int,
        record: CategoryRecord,
        sound: SoundEpisode,
        digest: int,
        verdicts: Verdicts,
    ) -> None:
        removal = removal_row(self._sender, position, record, self._revision)
        draft = self._drafts.of(removal.iin)
        assignment = _assignment(draft, removal.category, removal.assigned_on)
        if assignment is None:
            value = f"{removal.category} {removal.assigned_on}"
            unknown = Violation("removal.assigned_date", Reason.EPISODE_UNKNOWN, value, "p18")
            verdicts.reject(position, (unknown,), reporting_source(record.told, self._limits))
            return
        removals = _removals(draft, assignment)
        if removals and _content(removals[-1]) == _content(removal):
            verdicts.duplicate(position)
            return
        self._use(record.message_number, sound, digest)
        if not removals and self._guard.holds(removal):
            verdicts.hold(position, self._guard.hold(removal))
            return
        self._drafts.add_category(draft, removal_fact(removal, draft, self._tx))
        verdicts.accept(position)

    def _use(self, number: int, sound: SoundEpisode, digest: int) -> None:
        """The message is accepted or held: its number is used up, and something was delivered."""
        if sound.obligation is not None:
            self.delivered.add(sound.obligation)
        self._used[number] = digest
        self.number_max = max(self.number_max, number)
        self._drafts.additions.category_messages.append((self._sender, number, digest))


def _assignment(
    draft: PersonDraft, category: Category, assigned_on: date
) -> CategoryFactRow | None:
    """The assignment with which an episode begins, if it stands."""
    for fact in draft.assigned:
        if fact.category is category and fact.assigned_on == assigned_on:
            return fact
    return None


def _removals(draft: PersonDraft, assignment: CategoryFactRow) -> list[CategoryRemoved]:
    """The removals that arrived for an assignment, in order; the last of them stands."""
    of_episode = [
        fact
        for fact in draft.removed
        if fact.category is assignment.category
        and fact.assigned_on == assignment.assigned_on
        and fact.order >= assignment.known
    ]
    return sorted(of_episode, key=lambda fact: fact.order)


def _content(removal: CategoryRemoved | HeldRemovalRow) -> tuple[date, System, str]:
    """What a removal says of its episode."""
    return removal.removed_on, removal.source, removal.reason


def removal_row(
    sender: str, position: int, record: CategoryRecord, arrived: Revision
) -> HeldRemovalRow:
    """A removal as it may have to wait; the held batch is not yet known."""
    number, iin, told, _ = record
    assert iin is not None
    assert told.category is not None
    assert told.assigned_on is not None
    assert told.source is not None
    assert told.removed_on is not None
    assert told.reason is not None
    return HeldRemovalRow(
        None,
        position,
        iin,
        told.category,
        told.assigned_on,
        told.removed_on,
        told.source,
        told.reason,
        number,
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
    """
    Makes removals that waited known now, with their own dates.

    One whose assignment was withdrawn meanwhile has nothing left to end, and is never known.
    """
    drafts = Drafts(tx, parameters)
    drafts.gather({removal.iin for removal in removals})
    for removal in removals:
        draft = drafts.of(removal.iin)
        assignment = _assignment(draft, removal.category, removal.assigned_on)
        if assignment is None or removal.arrived < assignment.known:
            continue
        before = _removals(draft, assignment)
        if before and _content(before[-1]) == _content(removal):
            continue
        drafts.add_category(draft, removal_fact(removal, draft, tx))
    drafts.keep()
