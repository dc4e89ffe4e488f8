"""How many people a second a run of the matching decides about, beside one pass over them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Final
from uuid import UUID

import psycopg
import sqlalchemy as sa

from osms_common.domain.calendar import first_day, later, month_of
from osms_matching.domain.decisions import RunKind
from osms_matching.domain.reports import Known
from osms_matching.persistence.forming import Effort, make_run
from osms_matching.persistence.migration import migrate
from osms_server.persistence.own_postgres import own_postgres
from tests.benchmarks.matching_laid_out import FIRST_RUN, NEXT_DAY, NEXT_MONTH, lay_out
from tests.benchmarks.measures import PEOPLE_A_SECOND, Row
from tests.processes import passable_folder

MATCHING: Final = ("matching", "matching_daily", "matching_monthly")
"""The names of its rows: nobody holds anything; the next day; the next month."""

_RUNS: Final = (
    (FIRST_RUN, RunKind.MONTHLY),
    (NEXT_DAY, RunKind.DAILY),
    (NEXT_MONTH, RunKind.MONTHLY),
)
_KNOWN: Final = Known(1)
_LOOKED_AT: Final = 3
_SETTINGS: Final = {"max_wal_size": "8GB", "shared_buffers": "2GB"}

_FLOOR: Final = """
select count(*), sum(lines)
from report
    left join (
        select iin, count(*) lines from contribution
        where paid_on >= %s and paid_on < %s group by iin
    ) paid using (iin)
    left join category_grant using (iin)
where until_run is null
"""
"""One pass over what a run reads: reports, lines of the months looked at, grants, joined."""


def matching_rows(people: int, months: int) -> Iterator[Row]:
    """The rows of a country of so many people, with contributions of so many months."""
    with _laid_out(people, months) as dsn:
        engine = sa.create_engine("postgresql+psycopg" + dsn[dsn.index("://") :])
        for number, (name, (day, kind)) in enumerate(zip(MATCHING, _RUNS, strict=True), 1):
            began = time.perf_counter()
            make_run(engine, UUID(int=number), day, kind, _KNOWN, begun_by="benchmark")
            ours = time.perf_counter() - began
            yield Row(name, people, PEOPLE_A_SECOND, people / ours, people / _pass_over(dsn, day))
        engine.dispose()


def _pass_over(dsn: str, day: date) -> float:
    """The seconds of one pass, by as many workers as a run has, with as much memory."""
    current, effort = month_of(day), Effort()
    months = first_day(later(current, -_LOOKED_AT)), first_day(current)
    with psycopg.connect(dsn) as connection:
        connection.execute(f"set max_parallel_workers_per_gather = {effort.workers - 1}")
        connection.execute(f"set work_mem = '{effort.work_memory}MB'")
        began = time.perf_counter()
        connection.execute(_FLOOR, months).fetchone()
        return time.perf_counter() - began


@contextmanager
def _laid_out(people: int, months: int) -> Iterator[str]:
    """A database of its own on a durable PostgreSQL of its own, for as long as the block lasts."""
    with passable_folder("osms-benchmark-") as folder:
        postgres = own_postgres(Path(folder) / "postgresql", settings=_SETTINGS)
        dsn = postgres.start()
        try:
            engine = sa.create_engine("postgresql+psycopg" + dsn[dsn.index("://") :])
            migrate(engine)
            engine.dispose()
            lay_out(dsn, people, months + 1)
            yield dsn
        finally:
            postgres.stop()
