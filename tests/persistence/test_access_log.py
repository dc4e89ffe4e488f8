"""The log of answers: written together, durable before the answer, and chained."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from uuid import UUID

import pytest
import sqlalchemy as sa

from osms_server.application.rows import AccessRow
from osms_server.bootstrap import Engines
from osms_server.clocks import SandboxClock
from osms_server.domain.errors import RegisterUnavailable
from osms_server.domain.identifiers import Iin
from osms_server.domain.revision import Revision
from osms_server.persistence.access import AccessTable, PostgresAccessLog, broken_entries
from osms_server.persistence.tables import access_log
from tests.people import AIGUL
from tests.persistence.conftest import NOON
from tests.persistence.contents import count_waiting, wait_until
from tests.processes import run

PERSON = Iin(int(AIGUL))
TOGETHER = 12
"""Answers that are given at the same time."""


@pytest.fixture
def empty(engines: Engines) -> None:
    """A log without entries."""
    with engines.transactions.begin() as connection:
        connection.execute(sa.delete(access_log))


@contextmanager
def process(engines: Engines) -> Iterator[PostgresAccessLog]:
    """The log as one server process writes it."""
    log = PostgresAccessLog(engines.transactions, SandboxClock(NOON))
    try:
        yield log
    finally:
        log.close()


@pytest.fixture
def log(empty: None, engines: Engines) -> Iterator[PostgresAccessLog]:
    """The log of one process."""
    with process(engines) as log:
        yield log


def answer(log: PostgresAccessLog, method: str = "CheckEntitlement") -> AccessRow:
    """An answer about a person."""
    return AccessRow(
        log.new_receipt(), NOON, "mis/clinic1", method, PERSON, date(2026, 7, 1), 1, 3, Revision(7)
    )


def give(log: PostgresAccessLog, count: int = 1) -> list[UUID]:
    """Gives answers one after the other; their receipts."""
    receipts = []
    for _ in range(count):
        row = answer(log)
        log.log([row])
        receipts.append(row.receipt_id)
    return receipts


def entries(engines: Engines) -> list[sa.Row[tuple[UUID, int, str]]]:
    """Writer, number and transaction of every entry, writer by writer and in order."""
    place = (access_log.c.writer, access_log.c.sequence)
    transaction: sa.ColumnElement[str] = sa.literal_column("xmin::text").label("transaction")
    with engines.transactions.connect() as connection:
        return list(connection.execute(sa.select(*place, transaction).order_by(*place)))


def broken(engines: Engines) -> list[int]:
    """The numbers of the entries that do not follow from those before them."""
    with engines.transactions.connect() as connection:
        return [entry.sequence for entry in broken_entries(connection)]


def change(engines: Engines, statement: str) -> None:
    """Somebody changes the log, past the service."""
    with engines.transactions.begin() as connection:
        connection.execute(sa.text(statement))


# Written together.


def test_an_answer_is_in_the_log_before_it_is_given(
    log: PostgresAccessLog, engines: Engines
) -> None:
    """Everybody can read it as soon as the call returns; newest first."""
    receipts = give(log, 3)
    with engines.look_ups.connect() as connection:
        page = AccessTable(connection).page(PERSON, 10, before=None)
        assert [row.receipt_id for row in page] == receipts[::-1]
        assert page[0] == answer(log)._replace(receipt_id=receipts[-1])
        rest = AccessTable(connection).page(PERSON, 10, before=receipts[1])
        assert [row.receipt_id for row in rest] == receipts[:1]


def test_answers_that_wait_are_written_together(log: PostgresAccessLog, engines: Engines) -> None:
    """While one commit is under way the next ones gather; nobody returns before the commit."""
    with ThreadPoolExecutor(TOGETHER) as callers:
        with engines.transactions.begin() as connection:
            connection.execute(sa.text("lock table access_log in exclusive mode"))
            first = callers.submit(give, log)
            wait_until(lambda: count_waiting(engines.transactions) == 1)
            others = [callers.submit(give, log) for _ in range(TOGETHER - 1)]
            wait_until(lambda: log._queue.qsize() == len(others))
            assert not first.done()
            assert not any(each.done() for each in others)
        receipts = {each.result()[0] for each in (first, *others)}
    assert len(receipts) == TOGETHER
    written = [entry.transaction for entry in entries(engines)]
    assert written[1:] == [written[1]] * (TOGETHER - 1)
    assert written[0] != written[1]
    assert broken(engines) == []


def test_what_cannot_be_written_is_told_to_all_who_wait(
    log: PostgresAccessLog, engines: Engines
) -> None:
    """None of their answers is given; afterwards a new chain begins, and both are whole."""
    give(log, 2)
    change(engines, "alter table access_log rename to mislaid")
    with ThreadPoolExecutor(TOGETHER) as callers:
        waiting = [callers.submit(give, log) for _ in range(TOGETHER)]
        assert {type(each.exception()) for each in waiting} == {RegisterUnavailable}
    change(engines, "alter table mislaid rename to access_log")
    give(log, 2)
    assert [entry.sequence for entry in entries(engines)] == [1, 2, 1, 2]
    assert broken(engines) == []


def test_what_waits_at_the_end_is_written(empty: None, engines: Engines) -> None:
    """A server that stops loses no entry."""
    with process(engines) as log:
        give(log, 3)
    assert len(entries(engines)) == 3


def test_nothing_is_written_for_nobody(log: PostgresAccessLog, engines: Engines) -> None:
    """A list of no answers is no entry."""
    log.log([])
    assert entries(engines) == []


def test_receipts_are_new_and_in_order(log: PostgresAccessLog) -> None:
    """So that the newest can be found first, also within a millisecond."""
    receipts = [log.new_receipt() for _ in range(1_000)]
    assert receipts == sorted(set(receipts))


# Chained.


def test_each_process_has_a_chain_of_its_own(empty: None, engines: Engines) -> None:
    """They write at the same time, and neither waits for the other's entry."""
    with process(engines) as one, process(engines) as other:
        for log in (one, other, one, other, other):
            give(log)
    assert sorted(entry.sequence for entry in entries(engines)) == [1, 1, 2, 2, 3]
    assert len({entry.writer for entry in entries(engines)}) == 2
    assert broken(engines) == []


TAMPERED: dict[str, tuple[str, list[int]]] = {
    "who asked": ("update access_log set caller = 'mis/clinic2' where sequence = 3", [3]),
    "about whom": ("update access_log set iin = iin + 1 where sequence = 3", [3]),
    "for which day": ("update access_log set on_date = on_date - 1 where sequence = 3", [3]),
    "no day at all": ("update access_log set on_date = null where sequence = 3", [3]),
    "when": (
        "update access_log set record_time = record_time + interval '1 ms' where sequence = 3",
        [3],
    ),
    "what was answered": ("update access_log set status = 2 where sequence = 3", [3]),
    "what was known": ("update access_log set revision = 8 where sequence = 3", [3]),
    "its receipt": (
        "update access_log set receipt_id = gen_random_uuid() where sequence = 3",
        [3],
    ),
    "its hash": ("update access_log set chain = sha256('') where sequence = 3", [3, 4]),
    "an entry taken out": ("delete from access_log where sequence = 3", [4]),
    "the first ones taken out": ("delete from access_log where sequence < 3", [3]),
    "an entry taken out and the rest moved up": (
        """
        delete from access_log where sequence = 3;
        update access_log set sequence = 3 where sequence = 4;
        update access_log set sequence = 4 where sequence = 5
        """,
        [3, 4],
    ),
}


@pytest.mark.parametrize(("statement", "found"), TAMPERED.values(), ids=TAMPERED)
def test_tampering_is_found(
    log: PostgresAccessLog, engines: Engines, statement: str, found: list[int]
) -> None:
    """Whatever is changed in an entry or taken out shows at it, or at the one after it."""
    give(log, 5)
    assert broken(engines) == []
    change(engines, statement)
    assert broken(engines) == found


def test_the_command_finds_it_too(log: PostgresAccessLog, engines: Engines, dsn: str) -> None:
    """It tells writer and number of the entry, and nothing of whom it is about."""
    give(log, 3)
    change(engines, "update access_log set caller = 'mis/clinic2' where sequence = 2")
    ran = run("verify-log", "--dsn", dsn)
    assert (ran.returncode, ran.stderr) == (1, "")
    assert ran.stdout.splitlines() == [
        f"entry 2 of {entries(engines)[0].writer} does not follow from the one before",
        "1 entries of the log of answers were changed, or others taken out before them",
    ]


def test_the_zone_of_the_database_does_not_matter(
    log: PostgresAccessLog, engines: Engines
) -> None:
    """An instant is the same wherever it is read."""
    give(log, 2)
    with engines.transactions.connect() as connection:
        connection.execute(sa.text("set local time zone 'Asia/Almaty'"))
        assert list(broken_entries(connection)) == []
