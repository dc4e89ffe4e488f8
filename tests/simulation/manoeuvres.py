"""
What senders do to a feed, from the plain to the mad.

Each goes on with a feed over a connection of its own and ends when all is acknowledged, when it
cuts the line itself, or when the line breaks.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

import grpc

from tests.simulation.lines import SHAPES, Line, refusal
from tests.simulation.story import SenderName
from tests.simulation.what_was_acknowledged import Acknowledged, require

_IN_FLIGHT: Final = 3
_LARGEST_BATCH: Final = 4


@dataclass
class Feed:
    """A feed as its sender sees it: all lines so far, and what was acknowledged of them."""

    sender: SenderName
    address: str
    records: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Nothing was told yet."""
        self.acknowledged = Acknowledged(f"{self.sender.name} {self.sender.kind}")

    @property
    def end(self) -> int:
        """The position after the last line."""
        return len(self.records) + 1

    def taken_over(self) -> int:
        """
        Where the feed goes on, for certain.

        What an older connection has on its way may still be stored while a position is asked for;
        once the feed is opened, it is not any more.
        """
        with self.line() as line:
            return _open(self, line)

    def line(self) -> Line:
        """A new connection."""
        return Line(self.address, self.sender.name, SHAPES[self.sender.kind])

    def of(self, first: int, count: int) -> list[Any]:
        """The lines from a position on."""
        return self.records[first - 1 : first - 1 + count]


Manoeuvre = Callable[[Feed, int, Random], None]


def attempt(feed: Feed, until: int, manoeuvre: Manoeuvre, chance: Random) -> None:
    """Tries to push the lines below *until*; a line that breaks is no fault of the service."""
    try:
        manoeuvre(feed, until, chance)
    except grpc.RpcError as error:
        refused = refusal(error)
        require(refused is None, feed.acknowledged.feed, manoeuvre.__name__, refused)


def plainly(feed: Feed, until: int, chance: Random) -> None:
    """Goes on from the position that is told."""
    with feed.line() as line:
        _go_on(feed, line, _open(feed, line), until, chance)


def from_zero(feed: Feed, until: int, chance: Random) -> None:
    """Has forgotten everything, and sends it all again."""
    with feed.line() as line:
        _open(feed, line)
        _go_on(feed, line, 1, until, chance)


def overlapping(feed: Feed, until: int, chance: Random) -> None:
    """Goes back a little, so that batches are new in part."""
    with feed.line() as line:
        position = _open(feed, line)
        _go_on(feed, line, max(1, position - chance.randint(1, 6)), until, chance)


def cut(feed: Feed, until: int, chance: Random) -> None:
    """Cuts the line while batches are on their way."""
    with feed.line() as line:
        _go_on(feed, line, _open(feed, line), until, chance, acks=chance.randint(0, 2))


def out_of_order(feed: Feed, until: int, chance: Random) -> None:
    """Sends the second batch before the first, and is told where to go on."""
    with feed.line() as line:
        position = _open(feed, line)
        later = position + chance.randint(1, 4)
        line.send(later, feed.of(later, _LARGEST_BATCH))
        _expect_refusal(line, "POSITION_GAP", next_position=str(position))
    plainly(feed, until, chance)


def twice(feed: Feed, until: int, chance: Random) -> None:
    """Opens the feed a second time; the older connection, which knows nothing of it, is ended."""
    with feed.line() as older, feed.line() as newer:
        _open(feed, older)
        position = _open(feed, newer)
        older.send(position, feed.of(position, _LARGEST_BATCH))
        _expect_refusal(older, "FEED_TAKEN_OVER")
        _go_on(feed, newer, position, until, chance)


def twice_at_once(feed: Feed, until: int, chance: Random) -> None:
    """The same while the older connection sends: its batch is stored, or it is ended."""
    with feed.line() as older, feed.line() as newer:
        position = _open(feed, older)
        count = min(_LARGEST_BATCH, until - position)
        feed.acknowledged.send(position, count)
        older.send(position, feed.of(position, count))
        goes_on = _open(feed, newer)
        require(goes_on in {position, position + count}, feed, "half a batch", goes_on)
        _go_on(feed, newer, goes_on, until, chance)


MANOEUVRES: Final[dict[Manoeuvre, int]] = {
    plainly: 4,
    from_zero: 2,
    overlapping: 2,
    cut: 3,
    out_of_order: 1,
    twice: 1,
    twice_at_once: 2,
}


def _open(feed: Feed, line: Line) -> int:
    position = line.open()
    feed.acknowledged.expect(position)
    return position


def _go_on(
    feed: Feed, line: Line, first: int, until: int, chance: Random, acks: int | None = None
) -> None:
    """Sends batch after batch, some ahead of their acknowledgements; cuts after *acks*."""
    position, in_flight = first, deque[tuple[int, int]]()
    while True:
        while position < until and len(in_flight) < _IN_FLIGHT:
            count = min(chance.randint(1, _LARGEST_BATCH), until - position)
            feed.acknowledged.send(position, count)
            line.send(position, feed.of(position, count))
            in_flight.append((position, count))
            position += count
        if not in_flight or acks == 0:
            return
        feed.acknowledged.take(*in_flight.popleft(), line.ack())
        acks = None if acks is None else acks - 1


def _expect_refusal(line: Line, reason: str, **details: str) -> None:
    """The line is ended by the service, for this reason, or broken by a fault."""
    try:
        ack = line.ack()
    except grpc.RpcError as error:
        refused = refusal(error)
        if refused is None:
            raise
        told = {name: refused.details.get(name) for name in details}
        require((refused.reason, told) == (reason, details), refused.reason, refused.details)
        return
    require(False, f"expected {reason}", ack)
