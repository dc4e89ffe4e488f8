"""
What the application needs from outside: a register to keep things in, and a clock.

`persistence` provides the register; nobody else speaks SQL. One writer at a time changes the
register: a transaction holds its head from the first question to the commit, so what it read
stays true until it has written, and revisions rise in the order of commits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import NamedTuple, Protocol
from uuid import UUID

from osms_common.application.acts import Acts, ActsReading
from osms_common.application.feed import FeedRow
from osms_common.application.requests import Requests
from osms_common.domain.codes import Category, Obligation, System
from osms_common.domain.deliveries import FeedId, Preview
from osms_common.domain.identifiers import Iin
from osms_common.domain.revision import Revision
from osms_server.application.previewing import OwnFacts, PersonChange
from osms_server.application.rows import (
    AccessRow,
    Additions,
    AttemptRow,
    CategoryFactRow,
    ClosingRow,
    DeliveryRow,
    HeldBatchRow,
    HeldKind,
    HeldRemovalRow,
    HeldState,
    Kept,
    PaymentRow,
    PersonRow,
    RefundRow,
    RegistrationRow,
    RejectionCount,
    RejectionFilter,
    RejectionRow,
    RejectionState,
    RemovalGuardRow,
    RevocationRow,
    RosterMarkRow,
    Sent,
    SnapshotRow,
    SourcedFact,
    WithdrawalRow,
)
from osms_server.domain.facts import (
    IncidentClosed,
    IncidentDeclared,
    LapseLifted,
    LapseRecorded,
    Overlays,
    PersonFacts,
)


class Head(NamedTuple):
    """The last revision of the register, and the last that changed an overlay."""

    revision: Revision
    overlay_revision: Revision


class People(Protocol):
    """The projections of persons."""

    def rows(self, iins: Sequence[Iin]) -> Mapping[Iin, PersonRow]:
        """The projections of persons; a person of whom nothing is known is left out."""

    def put(self, new: Sequence[PersonRow], changed: Sequence[PersonRow]) -> None:
        """Keeps projections."""

    def in_range(self, first: Iin, last: Iin) -> Mapping[Iin, PersonRow]:
        """The projections of the persons from *first* to *last*, both included."""

    def replace(self, rows: Sequence[PersonRow], superfluous: Sequence[Iin]) -> None:
        """Keeps projections in place of those that are there, and drops superfluous ones."""

    def portions(self, size: int) -> Iterator[Iin]:
        """The IINs that end portions of *size* persons, in ascending order."""


class Facts(Protocol):
    """
    Facts about persons. Of many persons, one without any is left out of the answer.

    Withdrawn facts are kept, and told with the others.
    """

    def add(self, additions: Additions) -> None:
        """Keeps facts."""

    def categories(self, iins: Sequence[Iin]) -> Mapping[Iin, list[Kept[CategoryFactRow]]]:
        """Assignments and removals, each episode in the order in which they became known."""

    def roster_marks(self, iins: Sequence[Iin]) -> Mapping[Iin, list[Kept[RosterMarkRow]]]:
        """Marks of all bodies."""

    def registrations(self, iins: Sequence[Iin]) -> Mapping[Iin, list[Kept[RegistrationRow]]]:
        """Registrations on documents."""

    def revocations(self, iins: Sequence[Iin]) -> Mapping[Iin, list[Kept[RevocationRow]]]:
        """Revocations of registrations."""

    def payments(self, iins: Sequence[Iin]) -> Mapping[Iin, list[Kept[PaymentRow]]]:
        """Payment lines as they were sent."""

    def refunds(self, iins: Sequence[Iin]) -> Mapping[Iin, list[Kept[RefundRow]]]:
        """Refund lines as they were sent."""

    def of_people(self, iins: Sequence[Iin]) -> Mapping[Iin, PersonFacts]:
        """Everything that is known of persons, or was until it was withdrawn."""

    def in_range(self, first: Iin, last: Iin) -> Mapping[Iin, PersonFacts]:
        """The same of the persons from *first* to *last*, both included."""

    def with_senders(self, iin: Iin) -> list[SourcedFact]:
        """Everything that is known of one person, and who sent it, as it became known."""

    def registration(self, registration_id: UUID) -> RegistrationRow | None:
        """A registration on documents, by its id."""

    def used_message_numbers(self, sender: str, numbers: Sequence[int]) -> Mapping[int, int]:
        """Which numbers of category messages were used, and the digest of each message."""


class Feeds(Protocol):
    """Where the feeds go on, and what arrived when."""

    def get(self, feed_id: FeedId) -> FeedRow:
        """Where a feed goes on; at position 1 before its first record."""

    def put(self, row: FeedRow) -> None:
        """Keeps where a feed goes on."""

    def add_delivery(self, row: DeliveryRow) -> None:
        """Keeps that a batch was acknowledged."""

    def note_arrival(self, obligation: Obligation, sender: str, revision: Revision) -> None:
        """Keeps that something that is due arrived."""

    def arrivals(self) -> Mapping[tuple[Obligation, str], Revision]:
        """When each thing that is due last arrived."""


class RemovalGuards(Protocol):
    """How many removals of a category a day has seen."""

    def get(self, day: date, category: Category) -> RemovalGuardRow:
        """The removals of a day; none at its start."""

    def put(self, row: RemovalGuardRow) -> None:
        """Keeps the removals of a day."""

    def holders_at_start_of(self, day: date, category: Category) -> int:
        """Persons who held a category on *day* by what was known before the day began."""


class Rosters(Protocol):
    """Whom the bodies list, and the snapshots they sent."""

    def stage(self, iins: Iterable[Iin]) -> None:
        """Lays the persons of a snapshot beside the register, in place of those before."""

    def difference(self, bodies: Sequence[System]) -> tuple[int, int, int]:
        """How many persons the staged list would enter, leave out, and leave as they are."""

    def entering(self, body: System) -> Iterator[list[Iin]]:
        """Staged persons whom *body* does not list, in portions."""

    def leaving(self, body: System) -> Iterator[list[Iin]]:
        """Persons whom *body* lists and who are not staged, in portions."""

    def put_members(self, body: System, joining: Sequence[Iin], leaving: Sequence[Iin]) -> None:
        """Keeps whom a body lists."""

    def add_snapshot(self, row: SnapshotRow) -> None:
        """Keeps the staged list under its id."""

    def snapshot(self, snapshot_id: UUID) -> SnapshotRow | None:
        """A snapshot that arrived, by its id."""

    def forget_refused(self, snapshot_id: UUID) -> None:
        """Frees the id of a snapshot that was refused; its bad lines stay in the queue."""

    def put_known(self, snapshot_id: UUID, revision: Revision) -> None:
        """Keeps that a held snapshot is known since *revision*."""

    def snapshot_iins(self, snapshot_id: UUID) -> list[Iin]:
        """The persons of a snapshot."""

    def ever_listed(self, body: System) -> Iterable[Iin]:
        """Everybody whom a body has listed at any time."""

    def members_differ(self) -> int:
        """How many entries of whom the bodies list are missing or superfluous, by the marks."""

    def rebuild_members(self) -> None:
        """Makes whom the bodies list anew from the marks."""

    def known_arrivals(self, body: System) -> list[Revision]:
        """The arrivals of the snapshots of a body that are known, in order."""


class OverlayFacts(Protocol):
    """Technical failures and unpaid budgets."""

    def known(self) -> Overlays:
        """All of them, ended ones included."""

    def add_incident(self, fact: IncidentDeclared, declared_by: str) -> None:
        """Keeps a technical failure."""

    def close_incident(self, fact: IncidentClosed, closed_by: str) -> None:
        """Keeps the end of a technical failure."""

    def incident_declarers(self) -> Mapping[str, str]:
        """Who declared each technical failure."""

    def add_lapse(self, fact: LapseRecorded, recorded_by: str) -> None:
        """Keeps an unpaid budget."""

    def lift_lapse(self, fact: LapseLifted, lifted_by: str) -> None:
        """Keeps that a budget pays again."""


class Approvals(Protocol):
    """What waits for a supervisor."""

    def add(self, row: HeldBatchRow) -> None:
        """Keeps what waits."""

    def get(self, held_batch_id: UUID) -> HeldBatchRow | None:
        """What waits, or was decided, by its id."""

    def put(self, row: HeldBatchRow) -> None:
        """Keeps what became of it."""

    def waiting_for(self, kind: HeldKind, subject: str) -> Sequence[HeldBatchRow]:
        """Held batches about something that wait."""

    def page(
        self, state: HeldState | None, size: int, before: UUID | None
    ) -> Sequence[HeldBatchRow]:
        """Held batches, newest first."""

    def add_removals(self, rows: Sequence[HeldRemovalRow]) -> None:
        """Keeps removals that wait in their held batches, and counts them there."""

    def waiting_removals(
        self, held_batch_id: UUID, positions: Sequence[int]
    ) -> list[HeldRemovalRow]:
        """Removals that wait, in order of position; all of them if no positions are given."""

    def waiting_of(self, sent: Sent) -> Mapping[UUID, list[int]]:
        """The positions of the removals that a feed sent and that wait, by held batch."""

    def unknown_positions(self, held_batch_id: UUID, positions: Sequence[int]) -> list[int]:
        """Those of *positions* at which the held batch never had a removal, in order."""

    def decide_removals(
        self, held_batch_id: UUID, positions: Sequence[int], decision: HeldState
    ) -> None:
        """Keeps what became of removals."""


class Withdrawals(Protocol):
    """What is withdrawn."""

    def count(self, sent: Sent) -> int:
        """How many of the facts that a feed sent stand."""

    def people(self, sent: Sent) -> list[Iin]:
        """The persons whom they are about."""

    def mark(self, sent: Sent) -> None:
        """Withdraws them, and frees the numbers of their messages."""

    def add(self, row: WithdrawalRow) -> None:
        """Keeps that they were withdrawn, by whom and why."""


class RepairQueue(Protocol):
    """Rejected lines."""

    def add(self, rows: Sequence[RejectionRow]) -> None:
        """Keeps rejected lines."""

    def get(self, rejection_id: UUID) -> RejectionRow | None:
        """A rejected line, by its id."""

    def of_snapshot(self, body: System, arrived: Revision) -> Sequence[RejectionRow]:
        """The rejected lines of a snapshot, in order."""

    def put_state(self, rejection_id: UUID, state: RejectionState) -> None:
        """Keeps what became of a rejected line."""

    def add_attempt(self, row: AttemptRow) -> None:
        """Keeps that a corrected line was sent again."""

    def attempts(self, rejection_id: UUID) -> Sequence[AttemptRow]:
        """The attempts to correct a line, in order."""

    def correctors(self, feed: FeedId, positions: Sequence[int]) -> Sequence[str]:
        """Who has sent corrected lines for lines of a feed at some of *positions*."""

    def close(self, rejection_id: UUID, closed_by: str, reason: str, revision: Revision) -> None:
        """Keeps why a line will not be sent again."""

    def closing(self, rejection_id: UUID) -> ClosingRow | None:
        """Why a line will not be sent again, if it is so."""

    def counts(self, wanted: RejectionFilter) -> Sequence[RejectionCount]:
        """How many lines of those wanted were rejected, by sender, kind, state and reason."""

    def page(
        self, wanted: RejectionFilter, size: int, before: UUID | None
    ) -> Sequence[RejectionRow]:
        """Rejected lines, newest first."""


class Accesses(Protocol):
    """Who asked about whom."""

    def page(
        self, iin: Iin | None, receipt: UUID | None, size: int, before: UUID | None
    ) -> Sequence[AccessRow]:
        """Answers about a person, or the answer of a receipt, newest first."""


class Transaction(Protocol):
    """One change of the register: all of it is kept, or nothing."""

    @property
    def revision(self) -> Revision:
        """The revision that the commit will have."""

    @property
    def day(self) -> date:
        """The day of the revision in Asia/Almaty."""

    @property
    def people(self) -> People:
        """The projections of persons."""

    @property
    def facts(self) -> Facts:
        """Facts about persons."""

    @property
    def feeds(self) -> Feeds:
        """Feeds and arrivals."""

    @property
    def guards(self) -> RemovalGuards:
        """Removals by day and category."""

    @property
    def rosters(self) -> Rosters:
        """Rosters."""

    @property
    def overlays(self) -> OverlayFacts:
        """Technical failures and unpaid budgets."""

    @property
    def approvals(self) -> Approvals:
        """What waits for a supervisor."""

    @property
    def repair(self) -> RepairQueue:
        """Rejected lines."""

    @property
    def withdrawals(self) -> Withdrawals:
        """What is withdrawn."""

    @property
    def requests(self) -> Requests:
        """Mutations and their answers."""

    @property
    def acts(self) -> Acts:
        """The log of acts."""

    def new_id(self) -> UUID:
        """A new id, later in order than all before it."""


class Rehearsal(Transaction, Protocol):
    """A change that is thrown away; it tells whom it would give or take days of the right."""

    @property
    def previous(self) -> Revision:
        """The last revision of the register beneath it."""

    def advance(self, now: datetime) -> None:
        """Makes what follows a later revision than what was before."""

    def preview(self) -> Preview:
        """How many people would gain or lose days of the right by all that was rehearsed."""

    def changes(self, after: Iin, size: int) -> list[PersonChange]:
        """The people after *after* whose right would change, by IIN, *size* at the most."""


class Reading(Protocol):
    """Questions to one state of the register."""

    @property
    def people(self) -> People:
        """The projections of persons."""

    @property
    def facts(self) -> Facts:
        """Facts about persons."""

    @property
    def feeds(self) -> Feeds:
        """Feeds and arrivals."""

    @property
    def rosters(self) -> Rosters:
        """Rosters."""

    @property
    def overlays(self) -> OverlayFacts:
        """Technical failures and unpaid budgets."""

    @property
    def approvals(self) -> Approvals:
        """What waits for a supervisor."""

    @property
    def repair(self) -> RepairQueue:
        """Rejected lines."""

    @property
    def access(self) -> Accesses:
        """Who asked about whom."""

    @property
    def acts(self) -> ActsReading:
        """The log of acts."""

    def head(self) -> Head:
        """The last revision of that state."""


class Register(Protocol):
    """The register."""

    def write(self) -> AbstractContextManager[Transaction]:
        """A change: committed when the block ends, undone when it raises."""

    def rehearse(self, own: OwnFacts) -> AbstractContextManager[Rehearsal]:
        """
        A push that is thrown away when the block ends.

        Of persons only the sender's facts are seen. Busy: too many are under way.
        """

    def rehearse_approval(self) -> AbstractContextManager[Rehearsal]:
        """An approval that is thrown away when the block ends. Busy: as for a push."""

    def read(self) -> AbstractContextManager[Reading]:
        """Questions that see one state."""

    def clear(self) -> None:
        """Empties the register; only for a sandbox."""


class Known(NamedTuple):
    """The projections of persons at one state of the register."""

    head: Head
    timelines: Mapping[Iin, str]
    """The timelines of those of whom there is anything, as text."""
    withdrawn: frozenset[Iin]
    """Those of whom everything was withdrawn: nothing is known of them now."""
    data_time: datetime
    """All that was committed before this instant is in it."""


class LookUps(Protocol):
    """The one question of look-ups, on an event loop."""

    async def look_up(self, iins: Sequence[Iin], at_least: Revision) -> Known:
        """
        What is known of persons, in one state of the register.

        RevisionNotReached: no state that knows *at_least* can be shown in time.
        RegisterUnavailable: none can be shown at all.
        """


class LookUpFacts(Protocol):
    """What look-ups read beside timelines, with no more rights than look-ups have."""

    def overlays(self) -> Overlays:
        """All technical failures and unpaid budgets, ended ones included."""

    def of_people(self, iins: Sequence[Iin]) -> Mapping[Iin, PersonFacts]:
        """
        The facts of persons as they are decided about; a person without any is left out.

        A body that lists a person is named only where a failure may concern it; the timelines that
        follow from the facts, also under overlays, are the same as if it were named.
        """
