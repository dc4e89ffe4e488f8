"""The log of answers, when PostgreSQL fails in the middle of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from osms_server.application.rows import AccessRow
from osms_server.bootstrap import Engines
from osms_server.clocks import SandboxClock
from osms_server.domain.errors import RegisterUnavailable
from osms_server.domain.identifiers import Iin
from osms_server.domain.revision import Revision
from osms_server.persistence.access import PostgresAccessLog
from osms_server.persistence.tables import access_log
from tests.people import AIGUL


@pytest.fixture
def log(engines: Engines, clock: SandboxClock) -> Iterator[PostgresAccessLog]:
    """A log on the database of the module."""
    log = PostgresAccessLog(engines.transactions, clock)
    yield log
    log.close()


def entry(log: PostgresAccessLog, clock: SandboxClock) -> AccessRow:
    """An answer to be kept."""
    receipt, now = log.new_receipt(), clock.now()
    iin = Iin(int(AIGUL))
    return AccessRow(receipt, now, "mis/clinic1", "Check", iin, None, 1, 1, Revision(1))


def kept(engines: Engines) -> set[Any]:
    """The receipts of all answers that are in the log."""
    with engines.look_ups.connect() as connection:
        return set(connection.execute(sa.select(access_log.c.receipt_id)).scalars())


def test_a_commit_whose_answer_is_lost_does_not_stop_the_log(
    log: PostgresAccessLog, engines: Engines, clock: SandboxClock
) -> None:
    """It may have been kept: the log goes on after it, and does not stumble over it for ever."""
    before, after = entry(log, clock), entry(log, clock)

    def lose(connection: sa.Connection) -> None:
        connection.connection.dbapi_connection.commit()  # type: ignore[union-attr]
        raise psycopg.OperationalError

    sa.event.listen(engines.transactions, "commit", lose)
    try:
        with pytest.raises(RegisterUnavailable):
            log.log([before])
    finally:
        sa.event.remove(engines.transactions, "commit", lose)
    log.log([after])
    assert {before.receipt_id, after.receipt_id} <= kept(engines)
