"""The parts of the demonstration, with a region of one month."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import pytest

from osms_cli.demo import looking
from osms_cli.demo.account import Account
from osms_cli.demo.delivering import Cast, live_through, run_days
from osms_cli.demo.stage import Stage
from osms_cli.demo.story import OPERATOR, Story
from osms_cli.failures import Failure
from osms_cli.sample import write_region
from tests.processes import passable_folder

FIRST_RUN: Final = date(2026, 6, 11)
LAST: Final = date(2026, 6, 30)


def test_the_last_two_months_are_run_every_day() -> None:
    """Before them, the first of every month is."""
    days = run_days(date(2026, 3, 1), LAST)
    assert days[:4] == [date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1), date(2026, 5, 2)]
    assert (days[-1], len(days)) == (LAST, 2 + 61)


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """A stage with a small region of one month, of which every day is told."""
    with passable_folder("osms-stage-") as name:
        stage = Stage(name / "demo")
        stage.clear()
        write_region(stage.region, people=400, seed=3, months=1, processes=1)
        yield stage


@pytest.fixture(scope="module")
def cast(stage: Stage) -> Iterator[Cast]:
    """Everybody who takes part, by mTLS."""
    with stage.served() as cast:
        yield cast


@dataclass(frozen=True)
class Lived:
    """What became of everything that was sent, and the story that was followed meanwhile."""

    account: Account
    story: Story


@pytest.fixture(scope="module")
def lived(stage: Stage, cast: Cast) -> Lived:
    """The region was lived through."""
    story = Story(cast.actors, cast.matching, stage.described("story.json"))
    account = live_through(cast, stage.region, (FIRST_RUN, LAST), story.look)
    return Lived(account, story)


@pytest.mark.long
def test_everything_comes_to_what_it_was_made_for(stage: Stage, lived: Lived) -> None:
    """Every line is counted, and as many are duplicates or rejected as were made to be."""
    assert lived.account.misfits(stage.described("region.json")) == []
    told = lived.account.document()["REPORT"]
    counted = sum(told[outcome] for outcome in ("accepted", "duplicate", "rejected", "held"))
    assert counted == told["lines"] > 0


@pytest.mark.long
def test_a_misfit_is_noticed(stage: Stage, lived: Lived) -> None:
    """A region that meant something else does not fit."""
    region = stage.described("region.json")
    region["feeds"]["REPORT"]["bad"] = {"TYPO": {"lines": 999, "outcome": "REJECTED"}}
    [misfit] = lived.account.misfits(region)
    assert misfit.endswith("999 were meant")


@pytest.mark.long
def test_every_day_is_run_and_sent(cast: Cast, lived: Lived) -> None:
    """The first is monthly, all others daily; the register has taken every message."""
    runs = list(cast.matching.of(OPERATOR).runs())
    assert [run.day for run in reversed(runs)] == run_days(FIRST_RUN, LAST)
    assert [run.kind for run in reversed(runs)] == ["MONTHLY", *["DAILY"] * 19]
    assert {run.state for run in runs} == {"SENT"}
    assert sum(run.messages for run in runs) == cast.runs.messages > 200


@pytest.mark.long
@pytest.mark.usefixtures("lived")
def test_the_answers_fit_the_lives(stage: Stage, cast: Cast) -> None:
    """One person of each kind is answered as the life told of calls for."""
    looks = looking.look_up(cast.actors, stage.described("people.json"))
    assert len(looks) > 5
    assert [look for look in looks if not look.fits] == []
    richest = looking.richest_timeline(cast.actors, looks)
    assert richest is not None
    assert richest.stretches


@pytest.mark.long
def test_her_story_is_told(lived: Lived, capsys: pytest.CaptureFixture[str]) -> None:
    """What the source said, what was decided and by which paragraph, what a hospital was told."""
    assert lived.story.changes[-1] == ("2026-06-12", "L01", "WITHDRAWN")
    lived.story.draw()
    told = capsys.readouterr().out
    assert "2026-06-12  MLSPP sends her to training at an employer" in told
    assert "2026-06-12  matching  L01 WITHDRAWN  p54.1" in told
    assert "2026-06-12  hospital  ENTITLED  CATEGORY, until open-ended" in told
    assert lived.story.told["iin"] not in told


@pytest.mark.long
def test_a_run_that_cannot_be_made_is_told(cast: Cast, lived: Lived) -> None:
    """With what the command says of it."""
    with pytest.raises(Failure) as failed:
        cast.runs.run(date(2026, 5, 1))
    assert "2026-05-01 was not run, and cannot be any more" in failed.value.details[-1]


def test_a_stage_is_cleared_only_where_one_was(tmp_path: Path) -> None:
    """A folder that was a stage is emptied, and marked as one again."""
    stage = Stage(tmp_path / "stage")
    stage.clear()
    (stage.folder / "old").write_text("x")
    stage.clear()
    assert [path.name for path in stage.folder.iterdir()] == [".osms-demo"]


def test_how_much_room_a_stage_takes_is_told(tmp_path: Path) -> None:
    """Whoever wants the room back knows how much it is."""
    stage = Stage(tmp_path)
    stage.region.mkdir()
    (stage.region / "file").write_bytes(bytes(3_000_000))
    assert stage.megabytes() == 3
