"""
Drafts: the persons whom a transaction touches, while it decides about them.

A transaction gathers the persons of its batch once, judges line after line against what is known
*and* what the lines before have added, and then projects every draft: it decides anew what stands
and keeps the person's timeline.

Most facts only ever give: they are decided from the person's ledger and a few facts. Where
something was taken away from days that are past or today, the days on which the person was told
otherwise are held; for that, and only then, all facts of the person are read and decided as known
at every instant.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final

from osms_server.application.ports import Transaction
from osms_server.application.projecting import carried_forward, kinds_of, project
from osms_server.application.rows import (
    Additions,
    CategoryFactRow,
    FactKind,
    Kept,
    PaymentRow,
    PersonRow,
    RefundRow,
    RegistrationRow,
    RevocationRow,
    RosterMarkRow,
)
from osms_server.domain.calendar import month_of
from osms_server.domain.codes import Category
from osms_server.domain.facts import (
    CategoryAssigned,
    CategoryRemoved,
    DocumentRegistered,
    RegistrationRevoked,
    RosterMark,
)
from osms_server.domain.identifiers import Iin
from osms_server.domain.ledger import EMPTY, Ledger, with_payment
from osms_server.rules.engine import standing_timeline
from osms_server.rules.parameters import Parameters
from osms_server.rules.standing import (
    Standing,
    counts,
    fold_episodes,
    fold_listings,
    fold_registrations,
)


class PersonDraft:
    """
    What is known of a person, with what the transaction adds.

    Most persons of a batch have facts of one kind only: the others stay an empty tuple.
    """

    __slots__ = (
        "added_kinds",
        "assigned",
        "iin",
        "ledger",
        "ledger_is_stale",
        "marks",
        "ordinals",
        "registered",
        "removed",
        "revoked",
        "row",
    )

    def __init__(self, iin: Iin, row: PersonRow | None) -> None:
        self.iin = iin
        self.row = row
        self.ledger: Ledger = EMPTY if row is None else row.ledger
        self.ledger_is_stale = False
        self.added_kinds = 0
        self.assigned: Sequence[CategoryAssigned] = ()
        self.removed: Sequence[CategoryRemoved] = ()
        self.ordinals: Mapping[tuple[Category, date], int] = _NO_ORDINALS
        self.marks: Sequence[RosterMark] = ()
        self.registered: Sequence[DocumentRegistered] = ()
        self.revoked: Sequence[RegistrationRevoked] = ()

    def take_categories(self, history: Iterable[Kept[CategoryFactRow]]) -> None:
        """Takes over what stands of the category facts, and how many each episode has had."""
        rows = [kept.row for kept in history if kept.stands]
        self.assigned = [row.as_assigned() for row in rows if row.removed_on is None]
        self.removed = [row.as_removed() for row in rows if row.removed_on is not None]
        self.ordinals = Counter((row.category, row.assigned_on) for row, _ in history)

    def next_ordinal(self, category: Category, assigned_on: date) -> int:
        """How many facts an episode has had; withdrawn ones count as well."""
        return self.ordinals.get((category, assigned_on), 0)

    def knows(self, kind: int) -> bool:
        """Whether facts of *kind* are known, or added now."""
        known = self.row.fact_kinds if self.row else 0
        return bool((known | self.added_kinds) & kind)


class Drafts:
    """The drafts of one transaction, and the facts that it adds."""

    def __init__(self, tx: Transaction, parameters: Parameters) -> None:
        self._tx = tx
        self._parameters = parameters
        self._drafts: dict[Iin, PersonDraft] = {}
        self._touched: dict[Iin, PersonDraft] = {}
        self.additions = Additions()

    def gather(self, iins: Iterable[Iin]) -> None:
        """Reads the persons, and those of their facts that are needed to decide."""
        wanted = sorted(set(iins) - self._drafts.keys())
        rows = self._tx.people.rows(wanted) if wanted else {}
        drafts = {iin: PersonDraft(iin, rows.get(iin)) for iin in wanted}
        self._drafts |= drafts
        self._read_facts(drafts)

    def _read_facts(self, drafts: dict[Iin, PersonDraft]) -> None:
        facts = self._tx.facts
        if iins := _those_who_know(FactKind.CATEGORY, drafts):
            for iin, history in facts.categories(iins).items():
                drafts[iin].take_categories(history)
        if iins := _those_who_know(FactKind.ROSTER, drafts):
            for iin, marks in facts.roster_marks(iins).items():
                drafts[iin].marks = [kept.row.as_fact() for kept in marks if kept.stands]
        if iins := _those_who_know(FactKind.DOCUMENT, drafts):
            for iin, registered in facts.registrations(iins).items():
                drafts[iin].registered = [kept.row.as_fact() for kept in registered]
            for iin, revoked in facts.revocations(iins).items():
                drafts[iin].revoked = [kept.row.as_fact() for kept in revoked]

    def of(self, iin: Iin) -> PersonDraft:
        """The draft of a gathered person."""
        return self._drafts[iin]

    def _touch(self, iin: Iin, kind: int) -> PersonDraft:
        draft = self._drafts[iin]
        draft.added_kinds |= kind
        self._touched[iin] = draft
        return draft

    def add_category(self, row: CategoryFactRow) -> None:
        """Adds an assignment or a removal."""
        draft = self._touch(row.iin, FactKind.CATEGORY)
        if row.removed_on is None:
            draft.assigned = (*draft.assigned, row.as_assigned())
        else:
            draft.removed = (*draft.removed, row.as_removed())
        key = (row.category, row.assigned_on)
        draft.ordinals = {**draft.ordinals, key: row.ordinal + 1}
        self.additions.category_facts.append(row)

    def add_payment(self, row: PaymentRow) -> None:
        """Adds a payment line."""
        draft = self._touch(row.iin, FactKind.PAYMENT)
        self.additions.payments.append(row)
        period = month_of(row.period)
        if not counts(row.purpose_code, period, self._parameters) or draft.ledger_is_stale:
            return
        if draft.knows(FactKind.REFUND):
            draft.ledger_is_stale = True
            return
        independent = row.payer_kind in self._parameters.self_payer_kinds.on(row.received_on)
        draft.ledger = with_payment(draft.ledger, period, row.received_on, independent=independent)

    def add_refund(self, row: RefundRow) -> None:
        """Adds a refund line; which months are paid is then read from all payments."""
        self._touch(row.iin, FactKind.REFUND).ledger_is_stale = True
        self.additions.refunds.append(row)

    def add_roster_mark(self, row: RosterMarkRow) -> None:
        """Adds that a body lists the person, or no more."""
        draft = self._touch(row.iin, FactKind.ROSTER)
        draft.marks = (*draft.marks, row.as_fact())
        self.additions.roster_marks.append(row)

    def add_registration(self, row: RegistrationRow) -> None:
        """Adds a registration on documents."""
        draft = self._touch(row.iin, FactKind.DOCUMENT)
        draft.registered = (*draft.registered, row.as_fact())
        self.additions.registrations.append(row)

    def add_revocation(self, row: RevocationRow) -> None:
        """Adds the revocation of a registration."""
        draft = self._touch(row.iin, FactKind.DOCUMENT)
        draft.revoked = (*draft.revoked, row.as_fact())
        self.additions.revocations.append(row)

    def decide_again(self, iin: Iin) -> None:
        """Decides about a person from all facts, some of which are withdrawn by now."""
        self._touch(iin, FactKind.WITHDRAWN).ledger_is_stale = True

    def keep(self) -> None:
        """Keeps the facts, decides about every touched person, and keeps the projections."""
        self._tx.facts.add(self.additions)
        self.additions = Additions()
        touched, self._touched = list(self._touched.values()), {}
        self._drafts.clear()
        projections = list(self._project(touched))
        self._tx.people.put(
            [row for draft, row in zip(touched, projections, strict=True) if draft.row is None],
            [row for draft, row in zip(touched, projections, strict=True) if draft.row],
        )

    def _project(self, touched: Sequence[PersonDraft]) -> Iterable[PersonRow]:
        """The projections of the touched persons, in order."""
        today, revision, parameters = self._tx.day, self._tx.revision, self._parameters
        decided = {draft.iin: _decide(draft, today, parameters) for draft in touched}
        slow = [iin for iin, timeline in decided.items() if timeline is None]
        facts = self._tx.facts.of_people(slow) if slow else {}
        for draft in touched:
            timeline, ledger = decided[draft.iin], draft.ledger
            kinds = (draft.row.fact_kinds if draft.row else 0) | draft.added_kinds
            if timeline is None:
                timeline, ledger = project(facts[draft.iin], parameters, known=revision)
                kinds = kinds_of(facts[draft.iin])
            old = draft.row
            yield PersonRow(
                draft.iin,
                old.first_revision if old else revision,
                revision,
                kinds,
                timeline,
                ledger,
            )


_NO_ORDINALS: Final[Mapping[tuple[Category, date], int]] = {}


def _those_who_know(kind: int, drafts: Mapping[Iin, PersonDraft]) -> list[Iin]:
    kinds = kind | FactKind.WITHDRAWN
    return [iin for iin, draft in drafts.items() if draft.row and draft.row.fact_kinds & kinds]


def _decide(draft: PersonDraft, today: date, parameters: Parameters) -> str | None:
    """The timeline of a draft; None where all facts of the person must be read for it."""
    if draft.ledger_is_stale:
        return None
    standing = Standing(
        fold_episodes(draft.assigned, draft.removed) if draft.assigned else (),
        fold_listings(draft.marks) if draft.marks else (),
        fold_registrations(draft.registered, draft.revoked, parameters)
        if draft.registered
        else (),
        draft.ledger,
    )
    before = draft.row.timeline if draft.row else ""
    return carried_forward(before, standing_timeline(standing, parameters), today)
