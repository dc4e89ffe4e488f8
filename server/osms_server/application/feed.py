"""
The state machine of a feed stream: open once, then batch after batch, each in one transaction.

It has no socket in it. An acknowledgement means that the batch, its timelines, its rejected lines
and the position of the feed were committed together; whatever happens before or after, the sender
goes on from the position that `open` tells.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from contextlib import ExitStack
from typing import Final, Generic, NamedTuple, Protocol

from osms_server.application.acts import Act
from osms_server.application.ports import Clock, Register, Rehearsal, Transaction
from osms_server.application.previewing import OwnFacts
from osms_server.application.requests import again_if_day_turns
from osms_server.application.rows import DeliveryRow, FeedRow
from osms_server.application.verdicts import Verdicts
from osms_server.domain.codes import Obligation
from osms_server.domain.errors import FeedTakenOver, PositionGap
from osms_server.domain.records import Batch, FeedAck, FeedId, Record

_KEYS: Final = 1 << 32
"""A session is the number of the connection, and below it the key that its sender chose."""


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


class Opened(NamedTuple):
    """A feed that was opened: where it goes on, and whether nobody else was connected since."""

    next_position: int
    uninterrupted: bool = False


class FeedSession(Protocol[Record]):
    """One connection of a sender to its feed."""

    def open(self, key: int) -> Opened:
        """Opens the feed, as the connection of a key that the sender chose; 0 for none."""

    def take(self, batch: Batch[Record]) -> FeedAck:
        """Takes a batch, all of it or nothing."""

    def close(self) -> None:
        """Ends the connection."""


class FeedStream(Generic[Record]):
    """A connection whose batches are stored."""

    def __init__(
        self, register: Register, feed: FeedId, receiver: Receiver[Record], act: Act
    ) -> None:
        """*act* is how the log of acts tells of the connection and its batches."""
        self._register = register
        self._feed = feed
        self._receiver = receiver
        self._act = act
        self._session = 0

    def open(self, key: int) -> Opened:
        """Takes over the feed from any older connection."""
        with self._register.write() as tx:
            row = tx.feeds.get(self._feed)
            number, key_before = divmod(row.session, _KEYS)
            self._session = (number + 1) * _KEYS + key
            tx.feeds.put(row._replace(session=self._session))
            tx.acts.add(self._act._replace(subject=f"{self._name()}: opened"))
            return Opened(row.next_position, 0 < key == key_before)

    def take(self, batch: Batch[Record]) -> FeedAck:
        """
        Stores a batch, all of it or nothing.

        Records below the expected position were had before and have no effect. PositionGap: the
        batch begins after it. FeedTakenOver: a newer connection goes on with the feed.
        """
        return again_if_day_turns(lambda: self._take(batch))

    def _take(self, batch: Batch[Record]) -> FeedAck:
        with self._register.write() as tx:
            row = tx.feeds.get(self._feed)
            if row.session != self._session:
                raise FeedTakenOver(self._feed.sender)
            ack = store_batch(tx, row, self._receiver, batch)
            tx.acts.add(self._act._replace(subject=f"{self._name()}: {_told(batch, ack)}"))
            return ack

    def _name(self) -> str:
        return f"{self._feed.kind.name} of {self._feed.sender}"

    def close(self) -> None:
        """Ends the connection; the feed goes on from its position with the next."""


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
        ack = store_batch(rehearsal, row, self._receiver, batch)
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


def _told(batch: Batch[Record], ack: FeedAck) -> str:
    """What a batch was, and what became of it, in one line."""
    last = batch.first_position + len(batch.records) - 1
    counts = ", ".join(f"{name} {n}" for name, n in ack.counts._asdict().items() if n)
    return f"{batch.first_position}-{last}: {counts or 'nothing'}"


def store_batch(
    tx: Transaction, row: FeedRow, receiver: Receiver[Record], batch: Batch[Record]
) -> FeedAck:
    """Judges and keeps what a feed has not had of a batch. PositionGap: there is a gap before."""
    if batch.first_position > row.next_position:
        raise PositionGap(row.next_position)
    fresh = batch.since(row.next_position)
    repeated = len(batch.records) - len(fresh.records)
    feed = FeedId(row.kind, row.sender)
    verdicts = Verdicts(tx, feed, fresh)
    if repeated and not fresh.records:
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
    tx.feeds.add_delivery(DeliveryRow(tx.revision, *feed, *places, counts))
    return FeedAck(fresh.next_position, tx.revision, counts, verdicts.outcomes)
