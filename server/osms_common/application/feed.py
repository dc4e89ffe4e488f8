"""
The state machine of a feed stream: open once, then batch after batch, each in one transaction.

It has no socket in it. An acknowledgement means that the batch, what follows from it, its rejected
lines and the position of the feed were committed together; whatever happens before or after, the
sender goes on from the position that `open` tells.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from enum import IntEnum
from typing import Any, Final, Generic, NamedTuple, Protocol, TypeVar

from osms_common.application.acts import Act, Acts
from osms_common.application.requests import again_if_day_turns
from osms_common.domain.deliveries import Batch, FeedAck, FeedId, Record
from osms_common.domain.errors import FeedTakenOver, PositionGap

_KEYS: Final = 1 << 32
"""A session is the number of the connection, and below it the key that its sender chose."""


class FeedRow(NamedTuple):
    """Where a feed goes on, and which of its connections may go on with it."""

    kind: IntEnum
    sender: str
    next_position: int = 1
    session: int = 0
    message_number_max: int = 0


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


class FeedPlaces(Protocol):
    """Where feeds go on."""

    def get(self, feed_id: FeedId) -> FeedRow:
        """Where a feed goes on; at position 1 before its first record."""

    def put(self, row: FeedRow) -> None:
        """Keeps where a feed goes on."""


class FeedTransaction(Protocol):
    """What a feed needs of a change: where feeds go on, and the log of acts."""

    @property
    def feeds(self) -> FeedPlaces:
        """Where feeds go on."""

    @property
    def acts(self) -> Acts:
        """The log of acts."""


Change = TypeVar("Change", bound=FeedTransaction)
Given_co = TypeVar("Given_co", bound=FeedTransaction, covariant=True)


class Store(Protocol[Given_co]):
    """Something that is changed by one at a time."""

    def write(self) -> AbstractContextManager[Given_co]:
        """A change: all of it is kept, or nothing."""


class FeedStream(Generic[Record, Change]):
    """A connection whose batches are stored."""

    def __init__(
        self,
        store: Store[Change],
        feed: FeedId,
        keep: Callable[[Change, FeedRow, Batch[Record]], FeedAck],
        act: Act,
    ) -> None:
        """
        *keep* judges and keeps a batch, and where the feed goes on; *act* is how the log of acts
        tells of the connection and its batches.
        """
        self._store = store
        self._feed = feed
        self._keep = keep
        self._act = act
        self._session = 0

    def open(self, key: int) -> Opened:
        """Takes over the feed from any older connection."""
        with self._store.write() as tx:
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
        with self._store.write() as tx:
            row = tx.feeds.get(self._feed)
            if row.session != self._session:
                raise FeedTakenOver(self._feed.sender)
            ack = self._keep(tx, row, batch)
            tx.acts.add(self._act._replace(subject=f"{self._name()}: {_told(batch, ack)}"))
            return ack

    def _name(self) -> str:
        return f"{self._feed.kind.name} of {self._feed.sender}"

    def close(self) -> None:
        """Ends the connection; the feed goes on from its position with the next."""


def _told(batch: Batch[Any], ack: FeedAck) -> str:
    """What a batch was, and what became of it, in one line."""
    last = batch.first_position + len(batch.records) - 1
    counts = ", ".join(f"{name} {n}" for name, n in ack.counts._asdict().items() if n)
    return f"{batch.first_position}-{last}: {counts or 'nothing'}"


class Fresh(NamedTuple, Generic[Record]):
    """What a feed has not had of a batch, and how many records of it it has had before."""

    batch: Batch[Record]
    repeated: int

    @property
    def is_nothing_new(self) -> bool:
        """Whether all of its records were had before; a batch without any says something."""
        return self.repeated > 0 and not self.batch.records


def fresh_of(row: FeedRow, batch: Batch[Record]) -> Fresh[Record]:
    """What a feed has not had of a batch. PositionGap: there is a gap before it."""
    if batch.first_position > row.next_position:
        raise PositionGap(row.next_position)
    fresh = batch.since(row.next_position)
    return Fresh(fresh, len(batch.records) - len(fresh.records))
