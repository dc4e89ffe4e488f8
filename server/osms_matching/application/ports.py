"""What the matching needs of the store; the store implements it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from enum import IntEnum
from typing import NamedTuple, Protocol
from uuid import UUID

from osms_common.application.acts import Acts
from osms_common.application.feed import FeedPlaces
from osms_common.application.requests import Requests
from osms_common.application.verdicts import RejectedLine
from osms_common.domain.deliveries import FeedId
from osms_common.domain.revision import Revision
from osms_matching.domain.contributions import Contribution, ContributionRefund
from osms_matching.domain.records import RecordKey
from osms_matching.domain.reports import Known, Report
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
    def evidence(self) -> EvidenceReading:
        """Reports and contributions."""

    @property
    def rejections(self) -> Rejections:
        """Rejected lines."""


class MatchingStore(Protocol):
    """The database of the matching: one writer at a time, and readers."""

    def write(self) -> AbstractContextManager[Transaction]:
        """A change, at a revision of its own."""

    def read(self) -> AbstractContextManager[Reading]:
        """Questions that see one state."""
