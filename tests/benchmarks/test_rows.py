"""The benchmark measures what its page promises, in a register that is as the rules say."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

from osms_server import maintenance
from osms_server.config import Settings
from tests.benchmarks.asking import PythonAsker
from tests.benchmarks.beside import prepare_newcomers
from tests.benchmarks.laid_out import lay_out
from tests.benchmarks.lives import LONG_STRETCHES, SHORT_STRETCHES
from tests.benchmarks.look_ups import LOOK_UPS, PEERS, Plan, look_up_rows
from tests.benchmarks.matching import MATCHING, matching_rows
from tests.benchmarks.measures import FEEDS
from tests.benchmarks.stage import Front

PAGE: Final = Path(__file__).parents[2] / "docs" / "performance.md"
PEOPLE: Final = 2_000


def test_the_page_promises_what_is_measured() -> None:
    """Every row is told of in the table of what is measured, and no other."""
    table = PAGE.read_text(encoding="utf-8").partition("| row | ours | floor |")[2]
    lines = table.partition("\n\n")[0].splitlines()[2:]
    promised = [name for line in lines for name in re.findall(r"`(\w+)`", line.split(" | ")[0])]
    assert sorted(promised) == sorted((*FEEDS, *LOOK_UPS, *PEERS, *MATCHING))


def test_runs_of_the_matching_are_measured_under_these_names() -> None:
    """A small country gives every row once, with figures; how large they are decides nothing."""
    rows = list(matching_rows(PEOPLE, months=3))
    assert [row.name for row in rows] == [*MATCHING]
    assert all(row.size == PEOPLE and row.ours > 0 and row.floor > 0 for row in rows)


@pytest.mark.long
def test_look_ups_are_measured_under_these_names(tmp_path: Path) -> None:
    """A small register gives every row once, with figures; how large they are decides nothing."""
    plan = Plan(PythonAsker(), Front.usual(), rounds=1, seconds=0.1, peers=False)
    newcomers = prepare_newcomers(tmp_path / "newcomers", PEOPLE)
    rows = list(look_up_rows(PEOPLE, plan, newcomers))
    assert sorted(row.name for row in rows) == sorted(LOOK_UPS)
    assert all(row.size == PEOPLE and row.ours > 0 and row.floor > 0 for row in rows)


def test_a_register_that_is_laid_out_is_as_the_rules_say(dsn: str) -> None:
    """Everybody's row follows from the facts, and histories have the length that is asked for."""
    register = lay_out(dsn, PEOPLE)
    report = maintenance.verify(dsn, Settings.read(dsn=dsn), processes=1)
    assert (report.compared.people, report.differing) == (PEOPLE, 0)
    for stretches in (SHORT_STRETCHES, LONG_STRETCHES):
        assert register.some(1, seed=1, stretches=stretches)
    assert len(set(register.some(PEOPLE, seed=1))) == PEOPLE
