"""Invented cases of the oracle, through the whole service: it says what the oracle says."""

from __future__ import annotations

from osms_cli.scenario.case import Case
from osms_cli.scenario.delivery import Actors
from osms_cli.scenario.running import Verdict, run_case
from tests.oracle.cases import random_case
from tests.simulation.what_was_acknowledged import require


def run_invented_case(actors: Actors, seed: int, size: int) -> None:
    """Runs the case of a seed. Broken: the service and the oracle do not say the same."""
    result = run_case(Case("invented", random_case(seed, size=size)), actors)
    require(result.verdict is Verdict.PASSED, f"invented case {seed}", result.mismatches)
