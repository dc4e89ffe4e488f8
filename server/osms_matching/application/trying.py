"""
Feeds that are only tried: each batch is judged by all before it, and nothing is kept.

What would be kept lies in the memory of the connection, beside what is known.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from typing import Generic
from uuid import UUID

from osms_common.application.clock import Clock
from osms_common.application.feed import FeedRow, Opened, fresh_of
from osms_common.application.verdicts import Verdicts
from osms_common.domain.codes import System
from osms_common.domain.deliveries import Batch, FeedAck, FeedId, Record
from osms_common.domain.errors import LimitExceeded
from osms_common.domain.revision import NOTHING_KNOWN, next_revision
from osms_matching.application.ports import EvidenceReading, MatchingStore, Refunds
from osms_matching.application.receiving import Receiver
from osms_matching.domain.contributions import Contribution, ContributionRefund
from osms_matching.domain.records import RecordKey
from osms_matching.domain.reports import Known, Report
from osms_matching.rules.work import Line, line_of


class Tried:
    """What was told while it is only tried; *records_max* of it at the most."""

    def __init__(self, records_max: int) -> None:
        self._records_max = records_max
        self.records: dict[RecordKey, Report | None] = {}
        self.lines: dict[Line, Contribution] = {}
        self.refunds: dict[Line, dict[str, ContributionRefund]] = {}

    def check(self) -> None:
        """LimitExceeded: there are more than may be tried."""
        count = len(self.records) + len(self.lines) + sum(map(len, self.refunds.values()))
        if count > self._records_max:
            raise LimitExceeded("tried_records_max", self._records_max, count)


class TriedEvidence:
    """What is known, and over it what was only tried."""

    def __init__(self, known: EvidenceReading, tried: Tried) -> None:
        self._known = known
        self._tried = tried

    def current(self, keys: Collection[RecordKey]) -> Mapping[RecordKey, Report]:
        """The versions of records that would stand."""
        tried = self._tried.records
        found = dict(self._known.current([key for key in keys if key not in tried]))
        over = {key: report for key in keys if (report := tried.get(key)) is not None}
        return found | over

    def lines(self, lines: Collection[Line]) -> Mapping[Line, Contribution]:
        """Lines of payments that would be there."""
        tried = self._tried.lines
        return {
            **self._known.lines(lines),
            **{line: tried[line] for line in lines if line in tried},
        }

    def refunds(self, lines: Collection[Line]) -> Refunds:
        """The refunds that lines would have."""
        known, tried = self._known.refunds(lines), self._tried.refunds
        return {line: {**known.get(line, {}), **tried.get(line, {})} for line in lines}

    def tell(self, told: Sequence[tuple[RecordKey, Report]]) -> None:
        """Takes note of versions of records."""
        self._tried.records.update(told)

    def withdraw(self, keys: Collection[RecordKey], known: Known) -> None:
        """Takes note that records were reported in error."""
        del known
        self._tried.records.update(dict.fromkeys(keys))

    def add_contributions(self, contributions: Sequence[Contribution]) -> None:
        """Takes note of lines of payments."""
        self._tried.lines.update((line_of(each), each) for each in contributions)

    def add_refunds(self, refunds: Sequence[tuple[str, ContributionRefund]]) -> None:
        """Takes note of refunds."""
        for reference, refund in refunds:
            self._tried.refunds.setdefault(line_of(refund), {})[reference] = refund


class TriedStream(Generic[Record]):
    """A connection whose batches are only tried, each after those before it."""

    def __init__(
        self,
        store: MatchingStore,
        clock: Clock,
        feed: FeedId,
        receiver: Receiver[Record],
        records_max: int,
    ) -> None:
        self._store = store
        self._clock = clock
        self._feed = feed
        self._receiver = receiver
        self._row = FeedRow(feed.kind, feed.sender)
        self._tried = Tried(records_max)

    def open(self, key: int) -> Opened:
        """Tells where the feed goes on; no other connection is ended."""
        del key
        with self._store.read() as reading:
            self._row = reading.feeds.get(self._feed)
        return Opened(self._row.next_position)

    def take(self, batch: Batch[Record]) -> FeedAck:
        """
        Judges a batch as if it were stored.

        PositionGap: it begins after the position. LimitExceeded: too much was tried already.
        """
        revision = next_revision(NOTHING_KNOWN, self._clock.now())
        found = fresh_of(self._row, batch)
        verdicts = Verdicts(_no_id, found.batch)
        with self._store.read() as reading:
            evidence = TriedEvidence(reading.evidence, self._tried)
            sender = System(self._feed.sender)
            self._receiver.receive(evidence, revision, sender, found.batch, verdicts)
        self._tried.check()
        self._row = self._row._replace(next_position=found.batch.next_position)
        counts = verdicts.counts._replace(repeated=found.repeated)
        return FeedAck(self._row.next_position, revision, counts, verdicts.outcomes)

    def close(self) -> None:
        """Forgets what was tried."""
        self._tried = Tried(0)


def _no_id() -> UUID:
    """An id of a rejection that nobody will find."""
    return UUID(bytes=os.urandom(16), version=4)
