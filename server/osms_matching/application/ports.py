"""What the matching needs of the store; the store implements it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date
from enum import IntEnum
from typing import NamedTuple, Protocol
from uuid import UUID

from osms_common.application.acts import Acts
from osms_common.application.feed import FeedPlaces
from osms_common.application.requests import Requests
from osms_common.application.verdicts import RejectedLine
from osms_common.domain import codes
from osms_common.domain.codes import Category, System
from osms_common.domain.deliveries import FeedId
from osms_common.domain.identifiers import Iin
from osms_common.domain.revision import Revision
from osms_matching.domain.contributions import Contribution, ContributionRefund
from osms_matching.domain.decisions import Decision, Outcome, Run, RunKind
from osms_matching.domain.grants import Grant, Grants
from osms_matching.domain.records import RecordKey
from osms_matching.domain.reports import Known, Report
from osms_matching.domain.runs import CategoryCounts, KeptRun, RunState
from osms_matching.rules.work import Line


class Feed(IntEnum):
    """The feeds of the matching, each of its own senders."""

    REPORTS = 1
    CONTRIBUTIONS = 2


Refunds = Mapping[Line, Mapping[str, ContributionRefund]]
"""The refunds of lines, each by its own reference."""


class EvidenceReading(Protocol):
    """What is known of reports and contributions, for new ones to be judged by."""

    def current(self, keys: Collection[RecordKey]) -> Mapping[RecordKey, Report]:
        """The versions of records that stand."""

    def lines(self, lines: Collection[Line]) -> Mapping[Line, Contribution]:
        """Lines of payments that are there."""

    def refunds(self, lines: Collection[Line]) -> Refunds:
        """The refunds of lines."""


class PartyReading(Protocol):
    """What is known of a person, and of all who may have a place with them."""

    def party(self, person: Iin, run: Run) -> Collection[Iin]:
        """A person with all whose places may be theirs on the day of a run."""

    def of_party(self, party: Collection[Iin], run: Run) -> Sequence[Report]:
        """All that decides about a party on the day of a run."""

    def is_known(self, person: Iin) -> bool:
        """Whether anything was ever reported of a person, or paid for them."""


class KnownReading(EvidenceReading, PartyReading, Protocol):
    """Everything that can be asked about evidence."""


class Evidence(EvidenceReading, Protocol):
    """Reports and contributions, within a change."""

    def tell(self, told: Sequence[tuple[RecordKey, Report]]) -> None:
        """Keeps versions of records, each in the place of the one that stands."""

    def withdraw(self, keys: Collection[RecordKey], known: Known) -> None:
        """Keeps that the versions that stand were reported in error."""

    def add_contributions(self, contributions: Sequence[Contribution]) -> None:
        """Keeps lines of payments."""

    def add_refunds(self, refunds: Sequence[tuple[str, ContributionRefund]]) -> None:
        """Keeps refunds, each with its own reference."""


class RejectedRow(NamedTuple):
    """A rejected line of a feed."""

    line: RejectedLine
    feed: FeedId
    revision: Revision


class Rejections(Protocol):
    """Rejected lines, within a change."""

    def add(self, rows: Iterable[RejectedRow]) -> None:
        """Keeps rejected lines."""

    def page(self, sender: str, before: UUID | None, size: int) -> Sequence[RejectedRow]:
        """Rejected lines, newest first; of all senders where *sender* is empty."""


class RunsReading(Protocol):
    """Runs, what they decided, and who held what."""

    def get(self, run_id: UUID) -> KeptRun | None:
        """A run by its id."""

    def newest(self) -> KeptRun | None:
        """The newest run."""

    def newest_of(self, kind: RunKind) -> KeptRun | None:
        """The newest run of a kind."""

    def of_day(self, day: date) -> KeptRun | None:
        """The newest run of a day."""

    def page(
        self, *, before: int | None = None, state: RunState | None = None, limit: int
    ) -> Sequence[KeptRun]:
        """Runs, the newest first."""

    def counts(self, run_id: UUID) -> Mapping[Category, CategoryCounts]:
        """What a run changed, for every category that was held or is granted."""

    def decisions(
        self,
        run_id: UUID,
        category: Category | None = None,
        outcome: Outcome | None = None,
        after: tuple[Iin, Category] | None = None,
        limit: int = 1000,
    ) -> Sequence[Decision]:
        """What a run grants and withdraws, in order of person and code."""

    def decisions_of(self, run_id: UUID, person: Iin) -> Sequence[Decision]:
        """What a run grants to a person and withdraws, and nobody has undone."""

    def grants_before(self, run: UUID | Known, persons: Collection[Iin]) -> Grants:
        """What persons held before a run, or after all that was known at an ordinal."""


class Runs(RunsReading, Protocol):
    """Runs, within a change."""

    def decide(self, run_id: UUID, state: RunState, decided_by: str | None = None) -> None:
        """The state that a run comes to, and who decided so, where somebody had to."""

    def taken_over(self) -> set[tuple[Iin, Category]]:
        """Who was taken over, with which category."""

    def take_over(self, grants: Iterable[Grant]) -> None:
        """Keeps what was granted elsewhere, before the first run."""

    def reopen(self, run_id: UUID, categories: Collection[Category]) -> None:
        """Undoes what the newest run withdraws in some categories."""


class Message(NamedTuple):
    """What is sent to the register: an assignment, or where it has a reason a removal."""

    place: int
    """Its place among all messages, from 1."""
    person: Iin
    category: Category
    assigned_on: date
    removed_on: date | None
    source: System
    reason: str | None
    number: int | None = None
    """The number under which it is sent; None where it has none yet."""


class Answered(NamedTuple):
    """What the register answered to a message; *refusal* are the reasons of a rejection."""

    place: int
    outcome: codes.Outcome
    refusal: str = ""


class MessageCounts(NamedTuple):
    """How many messages of a run there are, were answered by the register, and were rejected."""

    total: int = 0
    answered: int = 0
    rejected: int = 0


class MessagesReading(Protocol):
    """What is sent to the register."""

    def counts(self, run: int) -> MessageCounts:
        """How far the messages of a run have come."""


class Messages(MessagesReading, Protocol):
    """What is sent to the register, within a change."""

    def is_filled(self, run: int) -> bool:
        """Whether the messages of a run were added."""

    def fill(
        self, run: int, without: Collection[Category], without_removals: Collection[Category]
    ) -> None:
        """Adds the messages of a run: nothing of some categories, of others no removal."""

    def fill_rest(
        self, run: int, all_of: Collection[Category], removals_of: Collection[Category]
    ) -> None:
        """Adds the messages of a run that were not added: all of some, of others the removals."""

    def unanswered(self, number_after: int, limit: int) -> Sequence[Message]:
        """
        The first messages that the register has not answered.

        Each has a number; those that had none get the next ones above *number_after* and above
        all that were given before.
        """

    def answer(self, answered: Sequence[Answered]) -> None:
        """Keeps what the register answered."""

    def renumber(self, places: Collection[int]) -> None:
        """Takes numbers away that somebody else has used."""

    def sent_runs(self) -> Sequence[UUID]:
        """Runs that are formed, and all of whose messages are answered."""


class Transaction(Protocol):
    """One change: all of it is kept, or nothing."""

    @property
    def revision(self) -> Revision:
        """The revision of the change."""

    @property
    def feeds(self) -> FeedPlaces:
        """Where feeds go on."""

    @property
    def evidence(self) -> Evidence:
        """Reports and contributions."""

    @property
    def rejections(self) -> Rejections:
        """Rejected lines."""

    @property
    def runs(self) -> Runs:
        """Runs."""

    @property
    def messages(self) -> Messages:
        """What is sent to the register."""

    @property
    def requests(self) -> Requests:
        """Mutations out of stream."""

    @property
    def acts(self) -> Acts:
        """The log of acts."""

    def new_id(self) -> UUID:
        """A new id, later in order than all before it."""


class Reading(Protocol):
    """Questions that see one state."""

    @property
    def feeds(self) -> FeedPlaces:
        """Where feeds go on."""

    @property
    def evidence(self) -> KnownReading:
        """Reports and contributions."""

    @property
    def rejections(self) -> Rejections:
        """Rejected lines."""

    @property
    def runs(self) -> RunsReading:
        """Runs."""

    @property
    def messages(self) -> MessagesReading:
        """What is sent to the register."""

    def head(self) -> Revision:
        """The last revision of that state."""


class MatchingStore(Protocol):
    """The database of the matching: one writer at a time, and readers."""

    def sending(self) -> AbstractContextManager[None]:
        """Nobody else sends to the register meanwhile. Busy: somebody does."""

    def write(self) -> AbstractContextManager[Transaction]:
        """A change, at a revision of its own."""

    def read(self) -> AbstractContextManager[Reading]:
        """Questions that see one state."""
