"""Looks into the register itself: what is stored, and whether the answers follow from it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from osms_common.persistence.shared_tables import ACT_TABLES
from osms_server.application import rebuilding
from osms_server.bootstrap import Application, Engines
from osms_server.persistence.tables import (
    access_log,
    access_writer,
    metadata,
)

Stored = dict[str, list[tuple[Any, ...]]]


def everything_stored(engines: Engines) -> Stored:
    """Every row of every table but the logs, which grow with whoever looks."""
    logs = {table.name for table in (access_log, access_writer, *ACT_TABLES)}
    tables = [table for table in metadata.sorted_tables if table.name not in logs]
    with engines.transactions.connect() as connection:
        return {table.name: _rows(connection, table) for table in tables}


def _rows(connection: sa.Connection, table: sa.Table) -> list[tuple[Any, ...]]:
    statement = sa.select(table).order_by(*table.primary_key.columns)
    return [tuple(row) for row in connection.execute(statement)]


def differing(application: Application) -> int:
    """How many persons and members of bodies are not what the facts say: what `verify` counts."""
    register, parameters = application.register, application.law.parameters
    persons = sum(
        rebuilding.verify(register, parameters, portion).differing
        for portion in rebuilding.portions(register, 1_000)
    )
    with register.read() as reading:
        return persons + reading.rosters.members_differ()
