"""Runs `verify` and `rebuild` over the whole register, with all cores."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial

from osms_server.application import rebuilding
from osms_server.application.rebuilding import Comparison, Portion
from osms_server.bootstrap import connect
from osms_server.clocks import SystemClock
from osms_server.config import Settings
from osms_server.persistence.access import Entry, broken_entries
from osms_server.persistence.register import PostgresRegister
from osms_server.rules.parameters import LAW

_PORTION = 5_000


@dataclass(frozen=True)
class Report:
    """What a run over the register found."""

    compared: Comparison
    members_differing: int
    seconds: float

    @property
    def differing(self) -> int:
        """Everything that is not what the facts say."""
        return self.compared.differing + self.members_differing

    @property
    def people_per_second(self) -> float:
        """How fast the run was."""
        return self.compared.people / max(self.seconds, 1e-9)


def verify(dsn: str, settings: Settings, processes: int | None = None) -> Report:
    """Compares the whole projection with the facts, and changes nothing."""
    return _run(dsn, settings, processes, rebuild=False)


def rebuild(dsn: str, settings: Settings, processes: int | None = None) -> Report:
    """Makes the whole projection anew; the report tells what was not as it should be."""
    return _run(dsn, settings, processes, rebuild=True)


def verify_log(dsn: str, settings: Settings) -> Iterator[Entry]:
    """The entries of the log of answers that were changed, or before which others are missing."""
    engines = connect(dsn, settings)
    try:
        with engines.transactions.connect() as connection:
            yield from broken_entries(connection)
    finally:
        engines.dispose()


def _run(dsn: str, settings: Settings, processes: int | None, *, rebuild: bool) -> Report:
    began = time.monotonic()
    register = _register(dsn, settings)
    work = partial(_rebuild if rebuild else _verify, dsn, settings)
    compared = Comparison(0, 0)
    for part in _over(rebuilding.portions(register, _PORTION), work, processes):
        compared = compared.plus(part)
    with register.read() as reading:
        members = reading.rosters.members_differ()
    if rebuild and members:
        with register.write() as tx:
            tx.rosters.rebuild_members()
    return Report(compared, members, time.monotonic() - began)


def _over(
    portions: list[Portion], work: Callable[[Portion], Comparison], processes: int | None
) -> Iterable[Comparison]:
    count = min(processes or os.cpu_count() or 1, len(portions))
    if count <= 1:
        yield from map(work, portions)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(count, mp_context=context) as pool:
        yield from pool.map(work, portions)


_registers: dict[str, PostgresRegister] = {}


def _register(dsn: str, settings: Settings) -> PostgresRegister:
    """The register of this process; its connections are kept from portion to portion."""
    if dsn not in _registers:
        engines = connect(dsn, settings)
        _registers[dsn] = PostgresRegister(engines.transactions, SystemClock())
    return _registers[dsn]


def _verify(dsn: str, settings: Settings, portion: Portion) -> Comparison:
    return rebuilding.verify(_register(dsn, settings), LAW, portion)


def _rebuild(dsn: str, settings: Settings, portion: Portion) -> Comparison:
    return rebuilding.rebuild(_register(dsn, settings), LAW, portion)
