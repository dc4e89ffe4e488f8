"""
Makes runs: daily those categories whose data come daily, monthly all of them.

A run is made once for a day. What it changes goes to the register, unless a guard against mass
removals stops it: then what is granted goes, and withdrawals of too many wait for a supervisor.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import date, datetime
from typing import NamedTuple, Protocol
from uuid import UUID, uuid4

from osms_common.application.clock import Clock
from osms_common.domain.calendar import almaty_day
from osms_common.domain.codes import Category
from osms_common.domain.errors import NotFound, WrongState
from osms_matching.application.ports import MatchingStore, RunsReading, Transaction
from osms_matching.domain.decisions import RunKind
from osms_matching.domain.reports import Known
from osms_matching.domain.runs import CategoryCounts, KeptRun, RunNotNewest, RunState
from osms_matching.rules.guards import GUARD, Guard, kept_back

StateOf = Callable[[Mapping[Category, CategoryCounts], int], RunState]
"""The state of a run by what it changes, and by how many it leaves without any category."""


FoundBefore = Callable[[RunsReading], KeptRun | None]
"""The run that is in the place of a new one, if it was made meanwhile; it may also refuse."""


class NewRun(NamedTuple):
    """A run that is to be made."""

    run_id: UUID
    day: date
    kind: RunKind
    known: Known
    begun_by: str
    made_at: datetime
    state_of: StateOf
    found_before: FoundBefore


class RunMaker(Protocol):
    """Makes a run, at the size of the country."""

    def make(self, new: NewRun) -> KeptRun:
        """The run, with all that it changes."""

    def preview(self, new: NewRun) -> AbstractContextManager[tuple[KeptRun, RunsReading]]:
        """The same, to be looked at while the block lasts; nothing of it is kept."""


class DayPassed(Exception):
    """A later day has been matched, and this one was not: nothing was decided for it."""

    def __init__(self, day: date, newest: date) -> None:
        super().__init__(f"{day} was not run, and cannot be any more: {newest} was")


class DayToCome(Exception):
    """Nobody knows yet what a day to come will bring."""

    def __init__(self, day: date, today: date) -> None:
        super().__init__(f"{day} cannot be run yet: today is {today}")


class Running:
    """Makes, releases and discards runs."""

    def __init__(
        self, store: MatchingStore, maker: RunMaker, clock: Clock, guard: Guard = GUARD
    ) -> None:
        self._store = store
        self._maker = maker
        self._clock = clock
        self._guard = guard

    def run(self, day: date | None = None, kind: RunKind | None = None) -> KeptRun:
        """
        The run of a day, today where none is given: made now, or as it was made before.

        WrongState: a run is stopped, and somebody must decide first. DayPassed, DayToCome.
        """
        self.fill()
        day = self._possible(day)
        with self._store.read() as reading:
            made = _made_before(reading.runs, day)
        if made is not None:
            return made
        made = self._maker.make(self._new(day, kind))
        self.fill()
        with self._store.read() as reading:
            return reading.runs.get(made.run_id) or made

    @contextmanager
    def preview(
        self, day: date | None = None, kind: RunKind | None = None
    ) -> Iterator[tuple[KeptRun, RunsReading]]:
        """
        What the run of a day has changed, or would change if it were made now; nothing is kept.

        DayPassed, DayToCome.
        """
        day = self._possible(day)
        with self._store.read() as reading:
            made, newest = reading.runs.of_day(day), reading.runs.newest()
            if made is not None:
                yield made, reading.runs
                return
        if newest is not None and newest.day > day:
            raise DayPassed(day, newest.day)
        with self._maker.preview(self._new(day, kind)) as preview:
            yield preview

    def stopped(self, run: KeptRun, runs: RunsReading) -> frozenset[Category]:
        """The categories of which a run withdraws so many that it is stopped, while it is."""
        if run.state is not RunState.STOPPED:
            return frozenset()
        return self._guard.stopped(runs.counts(run.run_id), run.day)

    def fill(self) -> None:
        """Adds the messages of the newest run, where that was not done yet."""
        with self._store.write() as tx:
            newest = tx.runs.newest()
            if newest is None or tx.messages.is_filled(newest.number):
                return
            removals, whole = kept_back(self.stopped(newest, tx.runs))
            tx.messages.fill(newest.number, whole, removals)

    def release(self, tx: Transaction, run_id: UUID, decided_by: str) -> KeptRun:
        """
        Lets all of a stopped run be sent.

        NotFound, WrongState: there is no such run, or it is not stopped.
        """
        run = self._of_stopped(tx, run_id)
        removals, whole = kept_back(self.stopped(run, tx.runs))
        tx.messages.fill_rest(run.number, whole, removals)
        tx.runs.decide(run_id, RunState.FORMED, decided_by)
        return self._again(tx, run_id)

    def discard(self, tx: Transaction, run_id: UUID, decided_by: str) -> KeptRun:
        """
        Undoes what was kept back of a stopped run: whoever would have lost a category keeps it.

        NotFound, WrongState: as of a release.
        """
        run = self._of_stopped(tx, run_id)
        removals, whole = kept_back(self.stopped(run, tx.runs))
        try:
            tx.runs.reopen(run_id, removals | whole)
        except RunNotNewest as error:
            raise WrongState("run", str(run_id), "not the newest") from error
        tx.runs.decide(run_id, RunState.DISCARDED, decided_by)
        return self._again(tx, run_id)

    def _of_stopped(self, tx: Transaction, run_id: UUID) -> KeptRun:
        run = self._again(tx, run_id)
        if run.state is not RunState.STOPPED:
            raise WrongState("run", str(run_id), run.state.lower())
        if not tx.messages.is_filled(run.number):
            removals, whole = kept_back(self.stopped(run, tx.runs))
            tx.messages.fill(run.number, whole, removals)
        return run

    def _again(self, tx: Transaction, run_id: UUID) -> KeptRun:
        run = tx.runs.get(run_id)
        if run is None:
            raise NotFound("run", str(run_id))
        return run

    def _possible(self, day: date | None) -> date:
        today = almaty_day(self._clock.now())
        if day is not None and day > today:
            raise DayToCome(day, today)
        return day or today

    def _new(self, day: date, kind: RunKind | None) -> NewRun:
        with self._store.read() as reading:
            known = Known(reading.head())
            kind = kind or due(reading.runs, day)
        state_of: StateOf = lambda counts, _: self._state(counts, day)  # noqa: E731 - by its type
        now = self._clock.now()
        return NewRun(
            uuid4(), day, kind, known, "", now, state_of, lambda runs: _made_before(runs, day)
        )

    def _state(self, counts: Mapping[Category, CategoryCounts], day: date) -> RunState:
        return RunState.STOPPED if self._guard.stopped(counts, day) else RunState.FORMED


def _made_before(runs: RunsReading, day: date) -> KeptRun | None:
    """The run of a day, if it was made. WrongState, DayPassed: it cannot be made."""
    made, newest = runs.of_day(day), runs.newest()
    if made is None and newest is not None:
        if newest.state is RunState.STOPPED:
            raise WrongState("run", str(newest.run_id), newest.state.lower())
        if newest.day > day:
            raise DayPassed(day, newest.day)
    return made


def due(runs: RunsReading, day: date) -> RunKind:
    """A monthly run where the month of a day has none yet (p. 17, 52), else a daily one."""
    newest = runs.newest_of(RunKind.MONTHLY)
    is_made = newest is not None and (newest.day.year, newest.day.month) == (day.year, day.month)
    return RunKind.DAILY if is_made else RunKind.MONTHLY
