"""
The batches of the register's feeds: each stored with its timelines and its rejected lines.

They may also be only tried, each after those before it.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from contextlib import ExitStack
from typing import Generic, NamedTuple, Protocol

from osms_common.application.clock import Clock
from osms_common.application.feed import FeedRow, Opened, fresh_of
from osms_common.domain.codes import FeedKind, Obligation
from osms_common.domain.deliveries import (
    Batch,
    FeedAck,
    FeedId,
    Record,
)
from osms_server.application.ports import (
    Register,
    Rehearsal,
    Transaction,
)
from osms_server.application.previewing import OwnFacts
from osms_server.application.rows import DeliveryRow
from osms_server.application.verdicts import Verdicts


class Received(NamedTuple):
    """What a batch delivered of that which is due, and the highest message number it used."""

    obligations: AbstractSet[Obligation] = frozenset()
    number_max: int = 0


class Receiver(Protocol[Record]):
    """Judges and keeps the batches of one kind of feed."""

    empty_delivers: frozenset[Obligation]
    """What an empty batch delivers: the sender says that there is nothing to report."""

    def receive(
        self, tx: Transaction, feed: FeedRow, batch: Batch[Record], verdicts: Verdicts
    ) -> Received:
        """Judges and keeps a batch of the feed."""


class RehearsedFeedStream(Generic[Record]):
    """A connection whose batches are only tried, each after those before it."""

    def __init__(
        self,
        register: Register,
        clock: Clock,
        feed: FeedId,
        receiver: Receiver[Record],
        own: OwnFacts,
    ) -> None:
        self._register = register
        self._clock = clock
        self._feed = feed
        self._receiver = receiver
        self._own = own
        self._stack = ExitStack()
        self._rehearsal: Rehearsal | None = None
        self._next_position = 0

    def open(self, key: int) -> Opened:
        """Tells where the feed goes on; no other connection is ended."""
        del key
        with self._register.read() as reading:
            self._next_position = reading.feeds.get(self._feed).next_position
        return Opened(self._next_position)

    def take(self, batch: Batch[Record]) -> FeedAck:
        """Judges a batch as if it were stored. PositionGap: it begins after the position."""
        rehearsal = self._rehearsal or self._begin()
        rehearsal.advance(self._clock.now())
        row = rehearsal.feeds.get(self._feed)
        ack = store_batch(rehearsal, row, batch, self._receiver)
        return ack._replace(preview=rehearsal.preview())

    def _begin(self) -> Rehearsal:
        """Begins only now: a rehearsal is scarce, and a sender may be slow to send anything."""
        rehearsal = self._stack.enter_context(self._register.rehearse(self._own))
        row = rehearsal.feeds.get(self._feed)
        rehearsal.feeds.put(row._replace(next_position=self._next_position))
        self._rehearsal = rehearsal
        return rehearsal

    def close(self) -> None:
        """Throws away what was rehearsed."""
        self._stack.close()


def store_batch(
    tx: Transaction, row: FeedRow, batch: Batch[Record], receiver: Receiver[Record]
) -> FeedAck:
    """Judges and keeps what a feed has not had of a batch. PositionGap: there is a gap before."""
    found = fresh_of(row, batch)
    fresh, repeated = found
    feed = FeedId(row.kind, row.sender)
    verdicts = Verdicts(tx, feed, fresh)
    if found.is_nothing_new:
        counts = verdicts.counts._replace(repeated=repeated)
        return FeedAck(row.next_position, tx.revision, counts, ())
    received = receiver.receive(tx, row, fresh, verdicts)
    verdicts.keep()
    for obligation in received.obligations if fresh.records else receiver.empty_delivers:
        tx.feeds.note_arrival(obligation, row.sender, tx.revision)
    counts = verdicts.counts._replace(repeated=repeated)
    number_max = max(received.number_max, row.message_number_max)
    tx.feeds.put(row._replace(next_position=fresh.next_position, message_number_max=number_max))
    places = (fresh.first_position, fresh.next_position)
    tx.feeds.add_delivery(
        DeliveryRow(tx.revision, FeedKind(feed.kind), feed.sender, *places, counts)
    )
    return FeedAck(fresh.next_position, tx.revision, counts, verdicts.outcomes)
