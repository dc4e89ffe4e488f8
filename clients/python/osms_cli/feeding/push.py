"""
Pushes files through a feed, each from where it was left.

Batches go ahead of their acknowledgements; with every acknowledgement the position beside the
file moves on. What is lost when a push is cut is nothing but the time it took: records of which
nobody can say whether they arrived are sent again, and the service counts them once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final

from osms_cli.failures import Failure
from osms_cli.feeding.layout import Layout, Messages
from osms_cli.feeding.lines import Records
from osms_cli.feeding.position import EMPTIED, Destination, Position, PositionFile
from osms_cli.feeding.source import Source, opened
from osms_cli.feeding.tally import Tally
from osms_client import Ack, FeedPush

BATCH_SIZE: Final = 2000

Watch = Callable[[Tally, Source], None]
"""Called after every acknowledgement."""


@dataclass(frozen=True)
class Pushed:
    """How the push of a file ended."""

    file: Path
    position: Position
    tally: Tally
    resumed_at: int = 0
    """The line from which a cut push went on; 0 if it began at the first."""

    uncertain: int = 0
    """Records that the cut push may have brought there; they were sent again."""

    nothing_to_do: bool = False
    stopped_at: int = 0
    """The line from which to go on after the user stopped the push; 0 if it is done."""


@dataclass(frozen=True)
class FilePush:
    """Pushes files of one layout through one open feed."""

    feed: FeedPush[Any]
    layout: Layout[Any] | Messages[Any]
    destination: Destination
    stop: threading.Event

    def push(self, file: Path, watch: Watch, *, again: bool = False) -> Pushed:
        """Pushes a file, or the rest of it. OsmsError: it was cut, and can be run again."""
        beside = PositionFile(file)
        known = beside.read(self.destination, again=again)
        begun = known or beside.begin(self.destination, self.feed.next_position)
        position = continued(begun, self.feed.next_position)
        if known is not None and known.finished:
            return Pushed(file, known, Tally(_nowhere), nothing_to_do=True)
        uncertain = position.first_position - begun.first_position
        with opened(file) as source:
            return self._send(
                source, beside, Pushed(file, position, Tally(_nowhere), 0, uncertain), watch
            )

    def _send(self, source: Source, beside: PositionFile, pushed: Pushed, watch: Watch) -> Pushed:
        records = Records(source, self.layout)
        position = pushed.position
        first, skipped = position.first_position, position.acknowledged
        tally = Tally(lambda place: records.line_of(place - first))
        tally.counts.update(position.counts)
        flow = _Flow(iter(records), self.stop)
        for ack in self._acknowledgements(flow, skipped, lambda: beside.write(pushed.position)):
            tally.add(ack)
            position = replace(
                position,
                acknowledged=ack.next_position - first,
                counts=dict(tally.counts),
            )
            beside.write(position)
            watch(tally, source)
        if flow.ended or position.acknowledged:
            position = replace(position, finished=flow.ended)
            beside.write(position)
        return replace(
            pushed,
            position=position,
            tally=tally,
            resumed_at=records.line_of(skipped) if skipped else 0,
            stopped_at=0 if flow.ended else records.line_of(position.acknowledged),
        )

    def _acknowledgements(
        self, flow: _Flow, skipped: int, begin: Callable[[], None]
    ) -> Iterator[Ack]:
        """
        Sends what follows the records that were taken; a file without lines says that it has none.

        Before something is sent, and not earlier, it says so by *begin*.
        """
        for _ in islice(flow, skipped):
            pass
        first = next(flow, None)
        if first is not None:
            begin()
            yield from self.feed.send(chain((first,), flow), batch_size=BATCH_SIZE)
        elif flow.ended and not skipped:
            yield self.feed.report_nothing()


class _Flow:
    """Records until they end, or until the user stops them."""

    def __init__(self, records: Iterator[Any], stop: threading.Event) -> None:
        self._records = records
        self._stop = stop
        self.ended = False

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        if self._stop.is_set():
            raise StopIteration
        try:
            return next(self._records)
        except StopIteration:
            self.ended = True
            raise


def continued(position: Position, next_position: int) -> Position:
    """
    Where a file goes on in a feed that expects *next_position*.

    What came after the last acknowledgement that was seen may be the rest of a cut push, or
    another push: what is not acknowledged follows it. Failure: the service has less than it had.
    """
    expected = position.first_position + position.acknowledged
    if next_position < expected:
        raise Failure(
            f"the feed goes on at position {next_position}, and {expected - 1} was acknowledged",
            EMPTIED,
        )
    return replace(position, first_position=next_position - position.acknowledged)


def _nowhere(_: int) -> int:
    return 0
