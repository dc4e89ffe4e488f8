"""One change of the register."""

from __future__ import annotations

from typing import Final
from uuid import UUID

import sqlalchemy as sa

from osms_common.application.ids import new_id
from osms_common.domain.revision import Revision, day_of, number_in_tick, tick_of
from osms_common.persistence.acts import ActTable
from osms_common.persistence.requests import RequestTable
from osms_server.persistence.approvals import ApprovalTables
from osms_server.persistence.facts import FactTables
from osms_server.persistence.feeds import FeedTables, RemovalGuardTable
from osms_server.persistence.overlays import OverlayTables
from osms_server.persistence.people import PeopleTable
from osms_server.persistence.repair import RepairTables
from osms_server.persistence.rosters import RosterTables
from osms_server.persistence.withdrawals import WithdrawalTables

_IDS_A_TRANSACTION: Final = 1 << 20


class PostgresTransaction:
    """One change of the register, at the revision that its commit will have."""

    def __init__(self, connection: sa.Connection, revision: Revision) -> None:
        self.revision = revision
        self.day = day_of(revision)
        self.people = PeopleTable(connection)
        self.facts = FactTables(connection)
        self.feeds = FeedTables(connection)
        self.guards = RemovalGuardTable(connection)
        self.rosters = RosterTables(connection)
        self.overlays = OverlayTables(connection)
        self.approvals = ApprovalTables(connection)
        self.repair = RepairTables(connection)
        self.requests = RequestTable(connection)
        self.withdrawals = WithdrawalTables(connection, revision)
        self.acts = ActTable(connection, revision)
        self._ids = number_in_tick(revision) * _IDS_A_TRANSACTION

    def new_id(self) -> UUID:
        """A new id, later in order than all before it."""
        self._ids += 1
        return new_id(tick_of(self.revision), self._ids)
