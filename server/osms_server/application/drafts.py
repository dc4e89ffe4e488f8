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

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date

from osms_common.domain.calendar import month_of
from osms_common.domain.codes import Category
from osms_common.domain.identifiers import Iin
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
from osms_server.domain.facts import (
    CategoryRemoved,
    DocumentRegistered,
    RegistrationRevoked,
    RosterMark,
)
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

    Most persons of a batch have facts of one kind only: the others stay the class's empty tuple.
    """

    ledger: Ledger = EMPTY
    ledger_is_stale = False
    added_kinds = 0
    told: Sequence[CategoryFactRow] = ()
    """All facts about categories, withdrawn ones as well."""

    assigned: Sequence[CategoryFactRow] = ()
    removed: Sequence[CategoryRemoved] = ()
    marks: Sequence[RosterMark] = ()
    registered: Sequence[DocumentRegistered] = ()
    revoked: Sequence[RegistrationRevoked] = ()

    def __init__(self, iin: Iin, row: PersonRow | None) -> None:
        self.iin = iin
        self.row = row
        if row is not None:
            self.ledger = row.ledger

    def take_categories(self, history: Iterable[Kept[CategoryFactRow]]) -> None:
        """Takes over what is told of categories, and what stands of it."""
        rows = [kept.row for kept in history if kept.stands]
        self.told = [row for row, _ in history]
        self.assigned = [row for row in rows if row.removed_on is None]
        self.removed = [row.as_removed() for row in rows if row.removed_on is not None]

    def add_category(self, row: CategoryFactRow) -> None:
        """Takes over what is told now."""
        self.told = (*self.told, row)
        if row.removed_on is None:
            self.assigned = (*self.assigned, row)
        else:
            self.removed = (*self.removed, row.as_removed())

    def next_ordinal(self, category: Category, assigned_on: date) -> int:
        """How many facts an episode has had; withdrawn ones count as well."""
        if not self.told:
            return 0
        return sum(
            row.category is category and row.assigned_on == assigned_on for row in self.told
        )

    def knows(self, kind: int) -> bool:
        """Whether facts of *kind* are known, or added now."""
        known = self.row.fact_kinds if self.row else 0
        return bool((known | self.added_kinds) & kind)


class Drafts:
    """The drafts of one transaction, and the facts that it adds."""

    def __init__(self, tx: Transaction, parameters: Parameters) -> None:
        self._tx = tx
        self._parameters = parameters
        self._gathered: set[Iin] = set()
        self._drafts: dict[Iin, PersonDraft] = {}
        self._touched: dict[Iin, PersonDraft] = {}
        self._newcomers: list[PersonRow] = []
        self.additions = Additions()

    def gather(self, iins: Iterable[Iin]) -> None:
        """Reads the persons, and those of their facts that are needed to decide."""
        wanted = set(iins) - self._gathered
        if not wanted:
            return
        self._gathered |= wanted
        rows = self._tx.people.rows(sorted(wanted))
        drafts = {iin: PersonDraft(iin, row) for iin, row in rows.items()}
        self._drafts |= drafts
        self._read_facts(drafts)

    def strangers(self, iins: Iterable[Iin | None]) -> AbstractSet[Iin]:
        """Those of the gathered persons of whom nothing is known."""
        return self._gathered.intersection(iins) - self._drafts.keys()

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
        draft = self._drafts.get(iin)
        if draft is None:
            assert iin in self._gathered
            draft = self._drafts[iin] = PersonDraft(iin, None)
        return draft

    def _touch(self, iin: Iin, kind: int) -> PersonDraft:
        draft = self.of(iin)
        draft.added_kinds |= kind
        self._touched[iin] = draft
        return draft

    def add_category(self, draft: PersonDraft, row: CategoryFactRow) -> None:
        """Adds an assignment or a removal."""
        draft.added_kinds |= FactKind.CATEGORY
        draft.add_category(row)
        self._touched[row.iin] = draft
        self.additions.category_facts.append(row)

    def add_newcomer(
        self, person: PersonRow, fact: CategoryFactRow, message: tuple[str, int, int]
    ) -> None:
        """Adds a stranger with the one fact that is known now; nothing is left to decide."""
        self._newcomers.append(person)
        self.additions.category_facts.append(fact)
        self.additions.category_messages.append(message)

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
        new, self._newcomers = self._newcomers, []
        self._gathered.clear()
        self._drafts.clear()
        self._project(touched, new)

    def _project(self, touched: Sequence[PersonDraft], new: list[PersonRow]) -> None:
        """Keeps the projections of the *new* persons and of the touched ones."""
        revision, parameters = self._tx.revision, self._parameters
        known: list[PersonRow] = []
        slow: list[PersonDraft] = []
        for draft in touched:
            timeline = _decide(draft, self._tx.day, parameters)
            iin, old, kinds = draft.iin, draft.row, draft.added_kinds
            if timeline is None:
                slow.append(draft)
            elif old is None:
                new.append(PersonRow(iin, revision, revision, kinds, timeline, draft.ledger))
            else:
                kinds |= old.fact_kinds
                row = PersonRow(iin, old.first_revision, revision, kinds, timeline, draft.ledger)
                known.append(row)
        facts = self._tx.facts.of_people([draft.iin for draft in slow]) if slow else {}
        for draft in slow:
            of_person = facts[draft.iin]
            timeline, ledger = project(of_person, parameters, known=revision)
            first = draft.row.first_revision if draft.row else revision
            row = PersonRow(draft.iin, first, revision, kinds_of(of_person), timeline, ledger)
            (known if draft.row else new).append(row)
        self._tx.people.put(new, known)


def _those_who_know(kind: int, drafts: Mapping[Iin, PersonDraft]) -> list[Iin]:
    kinds = kind | FactKind.WITHDRAWN
    return [iin for iin, draft in drafts.items() if draft.row and draft.row.fact_kinds & kinds]


def _decide(draft: PersonDraft, today: date, parameters: Parameters) -> str | None:
    """The timeline of a draft; None where all facts of the person must be read for it."""
    if draft.ledger_is_stale:
        return None
    assigned, marks, registered = draft.assigned, draft.marks, draft.registered
    standing = Standing(
        fold_episodes(assigned, draft.removed) if assigned else (),
        fold_listings(marks) if marks else (),
        fold_registrations(registered, draft.revoked, parameters) if registered else (),
        draft.ledger,
    )
    decided = standing_timeline(standing, parameters)
    return carried_forward(draft.row.timeline, decided, today) if draft.row else decided
