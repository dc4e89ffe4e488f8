"""The service answers every case of the kit as the case expects."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from osms_cli.scenario.case import Case, read_cases
from osms_cli.scenario.delivery import Actors
from osms_cli.scenario.running import Verdict, run_case
from osms_client import NamedCaller
from osms_server.application import rebuilding
from osms_server.bootstrap import Application

FILES = sorted(Path(__file__).parent.glob("*.json"))


@pytest.fixture(scope="module")
def actors(grpc_server: object, grpc_addr: str) -> Iterator[Actors]:
    """Everybody who takes part, connected to the server of this module."""
    actors = Actors(grpc_addr, NamedCaller)
    yield actors
    actors.close()


@pytest.mark.long
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_cases_of_a_file(file: Path, actors: Actors, application: Application) -> None:
    """
    Every case passes, and after it every timeline is what the facts say.

    Cases of matchings alone are not for the register (`test_matchings`).
    """
    for case in read_cases([file]):
        result = run_case(case, actors)
        well = {Verdict.SKIPPED} if case.matchings else {Verdict.PASSED, Verdict.OPEN}
        assert result.verdict in well, (case.name, result.mismatches)
        assert _differing(application) == 0, case.name


def _differing(application: Application) -> int:
    """How many projections are not what the facts say."""
    register, parameters = application.register, application.law.parameters
    return sum(
        rebuilding.verify(register, parameters, portion).differing
        for portion in rebuilding.portions(register, 5_000)
    )


def test_every_case_has_a_name(actors: Actors) -> None:
    """A case without a name could not be told apart in a report."""
    assert all(isinstance(case, Case) and case.name for case in read_cases(FILES))
