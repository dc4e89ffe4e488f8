"""A short while of the simulation; `make simulate` goes on for hours."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.simulation.rounds import Size, run_round
from tests.simulation.site import Site, site

SEEDS = (1, 2)


@pytest.fixture(scope="module")
def running() -> Iterator[Site]:
    """A server, and a PostgreSQL, that are there to be killed."""
    with site() as running:
        yield running


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_lost_and_nothing_counts_twice(seed: int, running: Site) -> None:
    """Whatever is killed, the register has what was acknowledged, once, and answers by it."""
    run_round(running, seed, Size(moments=2, acts=16, decks=1), print)
