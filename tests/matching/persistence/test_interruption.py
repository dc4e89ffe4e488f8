"""A run that is killed has left nothing, and begins again; nothing of it goes on working."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest
import sqlalchemy as sa

from osms_matching.persistence.runs import RunTables
from osms_matching.persistence.tables import FORMING
from osms_matching.rules.matching import match
from tests.matching.crowds import crowd
from tests.matching.persistence.making import AT_THE_END, held_before, lay_down, make
from tests.matching.persistence.test_equality import EVERYBODY, check_kept
from tests.persistence.contents import wait_until
from tests.processes import is_alive

pytestmark = pytest.mark.long

LIFE: Final = crowd(3)
RUN: Final = LIFE.runs[0]

MAKER: Final = """
import sys
from datetime import date
from uuid import UUID

import sqlalchemy as sa

from osms_matching.domain.decisions import RunKind
from osms_matching.persistence.forming import Effort, make_run

if __name__ == "__main__":
    url, day, known, kind = sys.argv[1:]
    run = (date.fromisoformat(day), RunKind(kind), int(known))
    effort = Effort(workers=2, chunk_people=1, work_memory=1)
    make_run(sa.create_engine(url), UUID(int=1), *run, begun_by="operator1", effort=effort)
"""
"""It imports no more than it needs, so that it is soon at work on a busy machine as well."""

WHEN: Final = ("couple_grant", "decision")
"""
What a run waits for when it is killed: its processes judge couples, or all is decided and about to
be added.
"""


@contextmanager
def maker(engine: sa.Engine, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that makes the run."""
    script = folder / "maker.py"
    script.write_text(MAKER, encoding="utf-8")
    url = engine.url.render_as_string(hide_password=False)
    day, known, kind = RUN
    process = subprocess.Popen(  # noqa: S603 - our own arguments
        [sys.executable, str(script), url, day.isoformat(), str(known), kind.value],
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    return [
        int(each)
        for told in Path(f"/proc/{pid}/task").glob("*/children")
        for each in told.read_text(encoding="ascii").split()
    ]


def is_there(engine: sa.Engine, table: str) -> Callable[[], bool]:
    """Whether a run has laid down a table."""
    return lambda: table in sa.inspect(engine).get_table_names(FORMING)


def is_waited_for(connection: sa.Connection, table: str) -> Callable[[], bool]:
    """Whether a statement waits for a lock on a table."""
    question = sa.text(
        "select count(*) from pg_locks where not granted and relation = cast(:name as regclass)"
    )
    return lambda: bool(connection.execute(question, {"name": table}).scalar_one())


@pytest.mark.parametrize("table", WHEN)
def test_a_run_that_is_killed_has_left_nothing(
    engine: sa.Engine, tmp_path: Path, table: str
) -> None:
    """Whatever it was about; its processes end, and the run can be made with the same id."""
    lay_down(engine, LIFE.reports, LIFE.before)
    name = f"{FORMING}.{table}" if table == "couple_grant" else table
    with maker(engine, tmp_path) as process, engine.connect() as other:
        if table == "couple_grant":
            wait_until(is_there(engine, table))
        other.execute(sa.text(f"lock table {name} in access exclusive mode"))
        wait_until(is_waited_for(other, name))
        started = children(process.pid)
        assert len(started) >= 2 or table != "couple_grant"
        process.send_signal(signal.SIGKILL)
        process.wait()
        wait_until(lambda: not any(is_alive(each) for each in started))
        other.rollback()
    with engine.connect() as connection:
        assert RunTables(connection).newest() is None
    assert held_before(engine, AT_THE_END, EVERYBODY) == LIFE.before
    make(engine, 1, RUN)
    check_kept(engine, [(LIFE.before, match(LIFE.reports, LIFE.before, RUN))])
