"""The service says what the oracle says, of lives that nobody has thought of."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from osms_cli.scenario.delivery import Actors
from osms_client import NamedCaller
from osms_server.application import rebuilding
from osms_server.bootstrap import Application
from tests.simulation.invented import run_invented_case

SEEDS = range(100, 104)


@pytest.fixture(scope="module")
def actors(grpc_server: object, grpc_addr: str) -> Iterator[Actors]:
    """Everybody who takes part, connected to the server of this module."""
    actors = Actors(grpc_addr, NamedCaller)
    yield actors
    actors.close()


@pytest.mark.long
@pytest.mark.parametrize("seed", SEEDS)
def test_an_invented_life(seed: int, actors: Actors, application: Application) -> None:
    """Outcomes, answers and alarms are the oracle's; every timeline is what the facts say."""
    run_invented_case(actors, seed, size=20)
    register, parameters = application.register, application.law.parameters
    for portion in rebuilding.portions(register, 5_000):
        assert rebuilding.verify(register, parameters, portion).differing == 0
