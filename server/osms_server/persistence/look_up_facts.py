"""What look-ups read beside timelines, by the role that may read nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from osms_common.domain.identifiers import Iin
from osms_common.persistence.reaching import reachable
from osms_server.domain.facts import Overlays, PersonFacts
from osms_server.persistence.overlays import OverlayTables
from osms_server.persistence.person_facts import ToldPersonFacts


class PostgresLookUpFacts:
    """Overlays and the facts of those whom they touch, each read from one state."""

    def __init__(self, engine: sa.Engine) -> None:
        self._snapshot = engine.execution_options(isolation_level="REPEATABLE READ")

    def overlays(self) -> Overlays:
        """All technical failures and unpaid budgets, ended ones included."""
        with reachable(), self._snapshot.begin() as connection:
            return OverlayTables(connection).known()

    def of_people(self, iins: Sequence[Iin]) -> Mapping[Iin, PersonFacts]:
        """The facts of persons; a body is named only where a failure may concern it."""
        with reachable(), self._snapshot.begin() as connection:
            return ToldPersonFacts(connection).of_people(iins)
