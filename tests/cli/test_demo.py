"""The parts of the demonstration, with a region of two months."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest

from osms_cli.demo import looking
from osms_cli.demo.account import Account
from osms_cli.demo.delivering import live_through
from osms_cli.demo.stage import Stage
from osms_cli.sample import FORMED_FEEDS, write_region
from osms_cli.scenario.delivery import Actors
from osms_client import NamedCaller


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """A stage with a small region."""
    stage = Stage(tmp_path_factory.mktemp("demo"))
    write_region(stage.region, people=400, seed=3, months=2, processes=1, feeds=FORMED_FEEDS)
    return stage


@pytest.fixture(scope="module")
def actors(grpc_server: grpc.Server, grpc_addr: str) -> Iterator[Actors]:
    """Everybody who takes part."""
    actors = Actors(grpc_addr, NamedCaller)
    yield actors
    actors.close()


@pytest.fixture(scope="module")
def account(stage: Stage, actors: Actors) -> Account:
    """What became of everything that the region sent."""
    return live_through(actors, stage.region)


def test_everything_comes_to_what_it_was_made_for(stage: Stage, account: Account) -> None:
    """Every line is counted, and as many are duplicates or rejected as were made to be."""
    assert account.misfits(stage.described("region.json")) == []
    told = account.document()["CATEGORY"]
    counted = sum(told[outcome] for outcome in ("accepted", "duplicate", "rejected", "held"))
    assert counted == told["lines"] > 0


def test_a_misfit_is_noticed(stage: Stage, account: Account) -> None:
    """A region that meant something else does not fit."""
    region = stage.described("region.json")
    region["feeds"]["CATEGORY"]["bad"] = {"TYPO": {"lines": 999, "outcome": "REJECTED"}}
    [misfit] = account.misfits(region)
    assert misfit.endswith("999 were meant")


@pytest.mark.usefixtures("account")
def test_the_answers_fit_the_lives(stage: Stage, actors: Actors) -> None:
    """One person of each kind is answered as the life told of calls for."""
    looks = looking.look_up(actors, stage.described("people.json"))
    assert len(looks) > 5
    assert [look for look in looks if not look.fits] == []
    richest = looking.richest_timeline(actors, looks)
    assert richest is not None
    assert richest.stretches


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
