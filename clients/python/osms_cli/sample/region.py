"""
Writes a region: its people in a first pass, its files in a second one, then what describes them.

The list of deliveries is written last. A directory without it is not a region.
"""

from __future__ import annotations

import shutil
from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple

from osms_cli.sample.assembly import AssemblyTask, assemble, assemblies_of
from osms_cli.sample.members import Member, after_merger
from osms_cli.sample.plan import Plan
from osms_cli.sample.rosters import Body, BodyReport
from osms_cli.sample.spool import SpooledBlock, spool_blocks, spool_tasks
from osms_cli.sample.summary import RegionSummary, Tally
from osms_cli.sample.vocabulary import BODIES, SOURCE_FEEDS, Cadence, Feed
from osms_cli.sample.workers import Workers, processes_usable

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ASSEMBLY_TASKS: Final = 32
SPOOL_FOLDER: Final = ".spool"
LAST_DAY: Final = date(2026, 6, 30)


class BodyTask(NamedTuple):
    """A body whose files one process writes."""

    plan: Plan
    directory: Path
    body: str
    members: list[Member]


def write_region(  # noqa: PLR0913 - one keyword for each thing that can be asked for
    directory: Path,
    *,
    people: int,
    seed: int,
    months: int = 36,
    until: date = LAST_DAY,
    feeds: frozenset[Feed] = SOURCE_FEEDS,
    bad_share: float = 0.003,
    compress: bool = True,
    cadence: Cadence = Cadence.DAILY,
    processes: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> RegionSummary:
    """
    Write the feeds of a region into a directory that is empty or does not exist yet.

    The same people, seed and options give the same files, whatever the number of *processes*
    (None: as many as can run). *progress* is called with how much is done and of how much. While
    it is written a region needs twice the room on the disk. Raises *ValueError* for what cannot
    be written.
    """
    plan = Plan(people, seed, months, until, frozenset(feeds), bad_share, compress, cadence)
    if processes is not None and processes < 1:
        message = f"processes must be at least 1, not {processes}"
        raise ValueError(message)
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        message = f"{directory} is not an empty directory"
        raise ValueError(message)
    return _Writer(plan, directory, progress).write(processes or processes_usable())


class _Writer:
    """Takes one region through its passes."""

    def __init__(
        self, plan: Plan, directory: Path, progress: Callable[[int, int], None] | None
    ) -> None:
        self._plan = plan
        self._directory = directory
        self._progress = progress
        self._spool = directory / SPOOL_FOLDER
        self._tally = Tally()
        self._done = 0
        bodies = len(BODIES) if Feed.ROSTER in plan.feeds else 0
        self._total = len(spool_tasks(plan, self._spool)) + ASSEMBLY_TASKS + bodies

    def write(self, processes: int) -> RegionSummary:
        self._spool.mkdir(parents=True)
        try:
            with Workers(min(processes, self._plan.blocks), self._advance) as workers:
                blocks = self._write_blocks(workers)
                self._write_files(workers, blocks)
                if Feed.ROSTER in self._plan.feeds:
                    self._write_rosters(workers, blocks)
        finally:
            shutil.rmtree(self._spool)
        self._tally.write(self._plan, self._directory)
        return self._tally.summary(self._plan, self._directory)

    def _advance(self, tasks: int) -> None:
        self._done += tasks
        if self._progress is not None:
            self._progress(self._done, self._total)

    def _write_blocks(self, workers: Workers) -> list[SpooledBlock]:
        tasks = spool_tasks(self._plan, self._spool)
        blocks = [block for done in workers.each(spool_blocks, tasks) for block in done]
        for block in blocks:
            self._tally.grounds.update(block.report.grounds)
            self._tally.bad.update(block.report.bad)
            self._tally.add_examples(block.report.album)
            self._tally.story = self._tally.story or block.report.story
        return blocks

    def _write_files(self, workers: Workers, blocks: list[SpooledBlock]) -> None:
        assemblies = list(assemblies_of(self._plan, blocks))
        tasks = [
            AssemblyTask(self._directory, self._plan.compress, assemblies[first::ASSEMBLY_TASKS])
            for first in range(ASSEMBLY_TASKS)
        ]
        for _ in workers.each(assemble, tasks):
            pass
        self._tally.deliveries += [assembly.delivery for assembly in assemblies]

    def _write_rosters(self, workers: Workers, blocks: list[SpooledBlock]) -> None:
        members: defaultdict[str, list[Member]] = defaultdict(list)
        for block in blocks:
            for body, found in block.report.members.items():
                members[body] += found
        merged = after_merger(members)
        tasks = [
            BodyTask(self._plan, self._directory, body, merged.get(body, [])) for body in BODIES
        ]
        for report in workers.each(_send_roster, tasks):
            self._tally.deliveries += report.deliveries
            self._tally.bad.update(report.bad)
            self._tally.snapshots.update(report.spoiled_snapshots)


def _send_roster(task: BodyTask) -> BodyReport:
    return Body(*task).send()
