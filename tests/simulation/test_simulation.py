"""A short while of the simulation; `make simulate` goes on for hours."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.simulation.faults import Fault
from tests.simulation.rounds import Size, run_round
from tests.simulation.site import Site, site

pytestmark = pytest.mark.long

SIZE = Size(moments=2, acts=12)


@pytest.fixture(scope="module")
def running() -> Iterator[Site]:
    """A server, and a PostgreSQL, that are there to be killed."""
    with site() as running:
        yield running


@pytest.mark.parametrize(
    ("seed", "faults"),
    [
        pytest.param(1, (Fault.SERVER_KILLED, Fault.CLIENT_KILLED), id="server and sender"),
        pytest.param(2, (Fault.POSTMASTER_KILLED, Fault.BACKEND_KILLED), id="PostgreSQL"),
    ],
)
def test_nothing_is_lost_and_nothing_counts_twice(
    seed: int, faults: tuple[Fault, ...], running: Site
) -> None:
    """Whatever is killed, the register has what was acknowledged, once, and answers by it."""
    told: list[str] = []
    run_round(running, seed, SIZE, faults, told.append)
    assert len(told) == len(faults)
