"""
Makes a run: all people at once, as sets, on all cores.

What is found on the way lies in unlogged tables of the schema `forming`; couples are judged first,
in processes, then single persons in as many parts as there are workers, each on a connection of
its own. Only when everything is decided does one transaction add the run, its decisions and its
grants. So a run that was interrupted has left nothing that anybody sees, and begins again.

Evidence may come in meanwhile: a run sees what was known at its ordinal, and nothing else.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from multiprocessing import get_context
from typing import Any, Final, Self
from uuid import UUID

import psycopg
import sqlalchemy as sa
from psycopg import conninfo

from osms_common.domain.codes import Category
from osms_common.persistence.copying import raw
from osms_matching.application.ports import RunsReading
from osms_matching.application.running import FoundBefore, NewRun
from osms_matching.domain.decisions import Run, RunKind
from osms_matching.domain.reports import Known
from osms_matching.domain.runs import CategoryCounts, KeptRun, RunState
from osms_matching.persistence import storing
from osms_matching.persistence.couples import gather_couples, portions
from osms_matching.persistence.judging_couples import (
    DECIDED_COLUMNS,
    GRANTED_COLUMNS,
    Portion,
    judge_portion,
    prepare_process,
)
from osms_matching.persistence.law_tables import LawOfRun, lay_down
from osms_matching.persistence.runs import RUN_LOCK, RunTables
from osms_matching.persistence.singles import Part, form_singles
from osms_matching.persistence.storing import StateOf, store
from osms_matching.rules.categories import LAW, Law


def _cores() -> int:
    return len(os.sched_getaffinity(0))


@dataclass(frozen=True, slots=True)
class Effort:
    """
    How much of the machine a run may use.

    *workers* work at a time: connections, and processes for couples. A process holds at most
    about *chunk_people* people; a connection takes *work_memory* MiB for a step of a statement
    before it goes on on disk, and for a few steps at a time.
    """

    workers: int = field(default_factory=_cores)
    chunk_people: int = 20_000
    work_memory: int = 64


def formed(_: Mapping[Category, CategoryCounts], __: int) -> RunState:
    """No guard: a run is formed as soon as it is made."""
    return RunState.FORMED


def nothing_before(_: RunsReading) -> KeptRun | None:
    """Whatever was run, this run is made."""
    return None


def make_run(  # noqa: PLR0913 - what a run is made of, and how
    engine: sa.Engine,
    run_id: UUID,
    day: date,
    kind: RunKind,
    known: Known,
    *,
    begun_by: str,
    law: Law = LAW,
    effort: Effort | None = None,
    made_at: datetime | None = None,
    state_of: StateOf = formed,
    found_before: FoundBefore = nothing_before,
) -> KeptRun:
    """
    Makes the run of *day*, by what was known at *known*, after the newest that stands.

    All of it is there when this returns, and nothing of it before. *state_of* says, in the same
    transaction, whether it may go on. *made_at* is now, unless it is given. A run that was made
    already is returned as it is, and so is what *found_before* finds, which is asked when no other
    run can be made any more; it may also refuse. Another that is under way is waited for.
    """
    with _alone(engine) as connection:
        with connection.begin():
            tables = RunTables(connection)
            found = tables.get(run_id) or found_before(tables)
        if found is not None:
            return found
        run = LawOfRun(law, Run(day, known, kind))
        with _Workshop(connection, run, effort or Effort()) as workshop:
            workshop.form()
            with connection.begin():
                store(connection, storing.NewRun(run_id, run, begun_by, made_at, state_of))
                made = RunTables(connection).get(run_id)
        assert made is not None
        return made


class PostgresRunMaker:
    """Makes runs in PostgreSQL."""

    def __init__(self, engine: sa.Engine, effort: Effort, law: Law = LAW) -> None:
        self._engine = engine
        self._effort = effort
        self._law = law

    def make(self, new: NewRun) -> KeptRun:
        """The run, with all that it changes."""
        return make_run(
            self._engine,
            new.run_id,
            new.day,
            new.kind,
            new.known,
            begun_by=new.begun_by,
            law=self._law,
            effort=self._effort,
            made_at=new.made_at,
            state_of=new.state_of,
            found_before=new.found_before,
        )

    @contextmanager
    def preview(self, new: NewRun) -> Iterator[tuple[KeptRun, RunTables]]:
        """The same, to be looked at while the block lasts; nothing of it is kept."""
        run = LawOfRun(self._law, Run(new.day, new.known, new.kind))
        with (
            _alone(self._engine) as connection,
            _Workshop(connection, run, self._effort) as workshop,
        ):
            workshop.form()
            stored = storing.NewRun(new.run_id, run, new.begun_by, new.made_at, new.state_of)
            with connection.begin() as transaction:
                store(connection, stored)
                tables = RunTables(connection)
                made = tables.get(new.run_id)
                assert made is not None
                yield made, tables
                transaction.rollback()


@contextmanager
def _alone(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A connection that holds the lock of runs, through any number of transactions."""
    with engine.connect() as connection:
        with connection.begin():
            connection.execute(sa.select(sa.func.pg_advisory_lock(RUN_LOCK)))
        try:
            yield connection
        finally:
            with connection.begin():
                connection.execute(sa.select(sa.func.pg_advisory_unlock(RUN_LOCK)))


_CLEAR: Final = """
do $$
declare name text;
begin
    for name in select tablename from pg_tables where schemaname = 'forming' loop
        execute format('drop table forming.%I', name);
    end loop;
end $$
"""


def _conninfo(connection: sa.Connection, effort: Effort) -> str:
    """How to reach the same database beside the pool, with the memory that a run may take."""
    info = raw(connection).info
    given = info.get_parameters().get("options", "")
    options = f"{given} -c work_mem={effort.work_memory}MB -c jit=off".strip()
    return conninfo.make_conninfo(info.dsn, password=info.password or None, options=options)


class _Workshop:
    """A run in the making."""

    def __init__(self, connection: sa.Connection, law: LawOfRun, effort: Effort) -> None:
        self._connection = connection
        self._law = law
        self._effort = effort
        self._conninfo = _conninfo(connection, effort)

    def __enter__(self) -> Self:
        self._clear()  # what a run has left that could not end
        return self

    def __exit__(self, *_: object) -> None:
        self._clear()

    def _clear(self) -> None:
        with self._connection.begin():
            self._connection.execute(sa.text(_CLEAR))

    def form(self) -> None:
        """Finds everything that changes, and keeps it in `forming`."""
        with self._line() as line:
            lay_down(line.cursor(), self._law)
            line.execute(f"create unlogged table forming.decided ({DECIDED_COLUMNS})")
            line.execute(f"create unlogged table forming.couple_grant ({GRANTED_COLUMNS})")
        if self._law.forms_couples:
            self._form_couples()
        self._form_singles()

    def _form_couples(self) -> None:
        with self._line() as line:
            helpers = self._effort.workers - 1
            line.execute(f"set max_parallel_workers_per_gather = {helpers}")
            gather_couples(line.cursor(), self._law)
            line.commit()
            bounds = [*portions(line.cursor(), self._effort.chunk_people)]
        work = [Portion(self._conninfo, self._law, *each) for each in bounds]
        if len(work) == 1 or self._effort.workers == 1:
            for portion in work:
                judge_portion(portion)
        elif work:
            self._judge_beside(work)

    def _judge_beside(self, work: list[Portion]) -> None:
        processes = min(self._effort.workers, len(work))
        with ProcessPoolExecutor(processes, get_context("spawn"), prepare_process) as pool:
            for _ in pool.map(judge_portion, work):
                pass

    def _form_singles(self) -> None:
        workers = self._effort.workers
        parts = [Part(part, workers) for part in range(workers)]
        with ThreadPoolExecutor(workers, thread_name_prefix="run") as pool:
            for _ in pool.map(self._form_part, parts):
                pass

    def _form_part(self, part: Part) -> None:
        with self._line() as line:
            form_singles(line.cursor(), self._law, part)

    @contextmanager
    def _line(self) -> Iterator[psycopg.Connection[Any]]:
        """A connection beside the pool, whose statements have their values written into them."""
        with psycopg.connect(self._conninfo, cursor_factory=psycopg.ClientCursor) as line:
            yield line
