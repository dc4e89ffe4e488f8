"""A category push of newcomers that runs beside what is measured, from a process of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import islice
from multiprocessing import get_context
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Final

from osms.entitlement.v1 import category_service_pb2 as category_pb
from osms_client import CategoryAssigned, _writing
from tests.benchmarks.preparing import BATCH_SIZE, CATEGORY, LENGTH, Prepared
from tests.benchmarks.pushing import IN_FLIGHT, channel, push
from tests.benchmarks.rosters import iins
from tests.benchmarks.stage import Stage

_SENDER: Final = "SC"
_ASSIGNED_ON: Final = date(2024, 1, 1)
_SECONDS: Final = 120


@dataclass(frozen=True)
class _UntilStopped(Prepared):
    """A feed that ends when it is told; used up before, it is said again, as duplicates."""

    going: Event
    stop: Event

    def requests(self, first_position: int = 1) -> Iterator[tuple[int, bytes]]:
        """Every request, and how many records it has; *going* once some are under way."""
        sent, position = 0, first_position
        while True:
            for count, request in super().requests(position):
                if self.stop.is_set():
                    return
                yield count, request
                sent += 1
                position += count
                if sent > IN_FLIGHT:
                    self.going.set()


def prepare_newcomers(folder: Path, people: int) -> Path:
    """Writes what the sender says about so many pensioners whom nobody knows."""
    folder.mkdir()
    numbers = enumerate(islice(iins(), people), 1)
    with (folder / "newcomers").open("wb") as spool:
        while batch := [
            _writing.category_record(CategoryAssigned(number, iin, "R07", _ASSIGNED_ON, "MLSPP"))
            for number, iin in islice(numbers, BATCH_SIZE)
        ]:
            content = category_pb.CategoryBatch(records=batch).SerializeToString()
            spool.write(LENGTH.pack(len(content)) + content)
    return folder


@contextmanager
def pushing_beside(running: Stage, newcomers: Path) -> Iterator[None]:
    """Pushes from before the block until after it."""
    context = get_context("spawn")
    going, stop = context.Event(), context.Event()
    arguments = (running.address, running.certificates, newcomers, going, stop)
    process = context.Process(target=_push, args=arguments)
    process.start()
    try:
        assert going.wait(_SECONDS), "the feed does not get going"
        yield
        assert process.is_alive(), "the feed ended before what was measured beside it"
    finally:
        stop.set()
        process.join(_SECONDS)
    assert process.exitcode == 0, process.exitcode


def _push(address: str, certificates: Path, newcomers: Path, going: Event, stop: Event) -> None:
    with channel(address, certificates, _SENDER) as line:
        push(line, _UntilStopped(CATEGORY, newcomers, going, stop))
