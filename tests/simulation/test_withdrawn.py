"""An approved withdrawal does what its preview showed, in lives that nobody has thought of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from osms_cli.scenario.delivery import Actors
from osms_client import NamedCaller
from osms_common.domain.identifiers import Iin
from osms_server.bootstrap import Application
from tests.rpc.register import differing
from tests.simulation.withdrawn import withdraw_from_invented_lives

SEEDS = range(200, 203)


@pytest.fixture(scope="module")
def actors(grpc_server: object, grpc_addr: str) -> Iterator[Actors]:
    """Everybody who takes part, connected to the server of this module."""
    actors = Actors(grpc_addr, NamedCaller)
    yield actors
    actors.close()


@pytest.mark.long
@pytest.mark.parametrize("seed", SEEDS)
def test_withdrawals_do_what_was_shown(
    seed: int, actors: Actors, application: Application
) -> None:
    """Person by person, day by day; and every timeline is what the facts say."""

    def timelines() -> Mapping[int, str]:
        with application.register.read() as reading:
            rows = reading.people.in_range(Iin(0), Iin(10**12))
        return {iin: row.timeline for iin, row in rows.items()}

    withdraw_from_invented_lives(actors, timelines, seed, size=30)
    assert differing(application) == 0
