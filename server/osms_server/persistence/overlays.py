"""Technical failures and unpaid budgets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import sqlalchemy as sa

from osms_common.domain.calendar import first_day, month_of
from osms_common.domain.codes import System
from osms_server.domain.facts import (
    IncidentClosed,
    IncidentDeclared,
    LapseLifted,
    LapseRecorded,
    Overlays,
)
from osms_server.persistence.tables import (
    head,
    incident_closed,
    incident_declared,
    lapse_lifted,
    lapse_recorded,
)


def _select(table: sa.Table, columns: str) -> sa.Select[Any]:
    return sa.select(*(table.c[name] for name in columns.split())).order_by(table.c.revision)


# Not who declared and recorded them, which look-ups may not read.
_DECLARED: Final = _select(incident_declared, "incident_code systems started_on revision")
_CLOSED: Final = _select(incident_closed, "incident_code ended_on revision")
_RECORDED: Final = _select(lapse_recorded, "lapse_id budget since revision")
_LIFTED: Final = _select(lapse_lifted, "lapse_id revision")


class OverlayTables:
    """Overlays, in one transaction. Each change is told to readers through the head."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def known(self) -> Overlays:
        """All of them, ended ones included."""
        execute = self._connection.execute
        return Overlays(
            tuple(
                IncidentDeclared(
                    row.incident_code,
                    frozenset(System(code) for code in row.systems),
                    row.started_on,
                    row.revision,
                )
                for row in execute(_DECLARED)
            ),
            tuple(
                IncidentClosed(row.incident_code, row.ended_on, row.revision)
                for row in execute(_CLOSED)
            ),
            tuple(
                LapseRecorded(str(row.lapse_id), row.budget, month_of(row.since), row.revision)
                for row in execute(_RECORDED)
            ),
            tuple(LapseLifted(str(row.lapse_id), row.revision) for row in execute(_LIFTED)),
        )

    def incident_declarers(self) -> Mapping[str, str]:
        """Who declared each technical failure."""
        found = self._connection.execute(
            sa.select(incident_declared.c.incident_code, incident_declared.c.declared_by)
        )
        return {row.incident_code: row.declared_by for row in found}

    def add_incident(self, fact: IncidentDeclared, declared_by: str) -> None:
        """Keeps a technical failure."""
        self._keep(
            sa.insert(incident_declared).values(
                incident_code=fact.incident_code,
                systems=sorted(fact.systems),
                started_on=fact.started_on,
                declared_by=declared_by,
                revision=fact.known,
            ),
            fact.known,
        )

    def close_incident(self, fact: IncidentClosed, closed_by: str) -> None:
        """Keeps the end of a technical failure."""
        self._keep(
            sa.insert(incident_closed).values(
                incident_code=fact.incident_code,
                ended_on=fact.ended_on,
                closed_by=closed_by,
                revision=fact.known,
            ),
            fact.known,
        )

    def add_lapse(self, fact: LapseRecorded, recorded_by: str) -> None:
        """Keeps an unpaid budget."""
        self._keep(
            sa.insert(lapse_recorded).values(
                lapse_id=fact.lapse_id,
                budget=fact.budget,
                since=first_day(fact.since),
                recorded_by=recorded_by,
                revision=fact.known,
            ),
            fact.known,
        )

    def lift_lapse(self, fact: LapseLifted, lifted_by: str) -> None:
        """Keeps that a budget pays again."""
        self._keep(
            sa.insert(lapse_lifted).values(
                lapse_id=fact.lapse_id, lifted_by=lifted_by, revision=fact.known
            ),
            fact.known,
        )

    def _keep(self, statement: sa.Insert, revision: int) -> None:
        self._connection.execute(statement)
        self._connection.execute(sa.update(head).values(overlay_revision=revision))
