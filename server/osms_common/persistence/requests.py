"""Mutations out of stream, and how each was answered."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from osms_common.application.requests import RequestRow
from osms_common.persistence.shared_tables import request


class RequestTable:
    """Mutations, in one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def get(self, request_id: UUID) -> RequestRow | None:
        """A mutation that was made before."""
        found = self._connection.execute(
            sa.select(request).where(request.c.request_id == request_id)
        ).first()
        return RequestRow(*found) if found else None

    def add(self, row: RequestRow) -> None:
        """Keeps how a mutation was answered."""
        self._connection.execute(sa.insert(request).values(row._asdict()))
