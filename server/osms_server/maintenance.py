"""Runs `verify` and `rebuild` over the whole register, with all cores."""

from __future__ import annotations

import json
import multiprocessing
import os
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from uuid import UUID

from osms_common.application.acts import LogName
from osms_common.clocks import SystemClock
from osms_common.persistence.chains import End, Entry
from osms_server.application import rebuilding
from osms_server.application.rebuilding import Comparison, Portion
from osms_server.bootstrap import connect
from osms_server.config import Settings
from osms_server.persistence.log_check import EndsOfLogs, LogCheck
from osms_server.persistence.register import PostgresRegister
from osms_server.rules.parameters import LAW

_PORTION = 5_000


class EndsUnreadable(Exception):
    """A file of the ends of the logs cannot be read; the message says which."""


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


def verify_log(dsn: str, settings: Settings, ends: Path | None = None) -> Iterator[Entry]:
    """
    The entries of both logs, of answers and of acts, that were changed, or before which others
    are missing.

    *ends* is a file with the ends of all chains as they were found the last time; what was there
    then must be there now. It is written anew where nothing is wrong.
    """
    anchors = _read_ends(ends) if ends is not None and ends.exists() else {}
    check = LogCheck(anchors)
    engines = connect(dsn, settings)
    broken = 0
    try:
        one_state = engines.transactions.execution_options(isolation_level="REPEATABLE READ")
        with one_state.connect() as connection:
            for entry in check.broken_entries(connection):
                broken += 1
                yield entry
    finally:
        engines.dispose()
    if ends is not None and not broken:
        _write_ends(ends, check.ends)


def _read_ends(file: Path) -> dict[LogName, dict[UUID, End]]:
    """EndsUnreadable: the file has none."""
    found: dict[LogName, dict[UUID, End]] = {}
    try:
        for writer, end in json.loads(file.read_text(encoding="utf-8")).items():
            log = LogName[end.get("log", "answers").upper()]  # before 0005 there was no other
            kept = End(int(end["sequence"]), bytes.fromhex(end["chain"]))
            found.setdefault(log, {})[UUID(writer)] = kept
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        message = f"{file} does not tell ends of the logs, as verify-log writes them"
        raise EndsUnreadable(message) from error
    return found


def _write_ends(file: Path, ends: EndsOfLogs) -> None:
    told = {
        str(writer): {
            "log": log.name.lower(),
            "sequence": end.sequence,
            "chain": end.chain.hex(),
        }
        for log, chains in ends.items()
        for writer, end in sorted(chains.items())
    }
    file.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")


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
