"""The log of answers: written together, durable before the answer, and chained."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from osms_common.clocks import SandboxClock
from osms_common.domain.calendar import ALMATY
from osms_common.domain.errors import RegisterUnavailable
from osms_common.domain.identifiers import Iin
from osms_common.domain.revision import Revision
from osms_server.application.access import Told
from osms_server.application.rows import AccessRow
from osms_server.bootstrap import Engines
from osms_server.persistence.access import AccessTable, AccessWriter
from osms_server.persistence.log_check import LogCheck
from osms_server.persistence.tables import access_log
from tests.people import AIGUL
from tests.persistence.conftest import NOON
from tests.processes import run

PERSON = Iin(int(AIGUL))
OTHER = Iin(PERSON + 10)
END_OF_LOOK_UPS = (
    "select pg_terminate_backend(pid) from pg_stat_activity"
    " where application_name = 'osms-look-ups' and datname = current_database()"
)
"""Ends the connections that serve look-ups."""


class Writer:
    """A writer of the log, as one server process has it, on a loop of its own."""

    def __init__(self, dsn: str) -> None:
        self._loop = asyncio.Runner()
        self.clock = SandboxClock(NOON)
        self._writer = self._loop.run(self._made(dsn))

    async def _made(self, dsn: str) -> AccessWriter:
        return AccessWriter(dsn, self.clock, seconds_max=5)

    def give(self, *told: Told) -> list[UUID]:
        """Gives answers, those of all callers together; their receipts."""
        receipts = self._loop.run(self._writer.append(told))
        count = sum(len(each.iins) for each in told)
        return [UUID(receipts.number(at)) for at in range(count)]

    def close(self) -> None:
        """Ends it."""

        async def close() -> None:
            self._writer.close()

        self._loop.run(close())
        self._loop.close()


@pytest.fixture
def empty(engines: Engines) -> None:
    """A log without entries."""
    change(engines, "delete from access_log; delete from access_writer")


@contextmanager
def process(dsn: str) -> Iterator[Writer]:
    """The log as one server process writes it."""
    writer = Writer(dsn)
    try:
        yield writer
    finally:
        writer.close()


@pytest.fixture
def log(empty: None, dsn: str) -> Iterator[Writer]:
    """The log of one process."""
    with process(dsn) as log:
        yield log


ANSWER = Told(
    "mis/clinic1", "CheckEntitlement", 1, date(2026, 7, 1), Revision(7), [PERSON], [1], [3]
)
"""An answer about a person."""
LISTING = Told("fund-operator/o1", "GetTimeline", 0, None, Revision(7), [PERSON, OTHER])
"""More than an answer about a day, of two persons."""


def give(log: Writer, count: int = 1) -> list[UUID]:
    """Gives answers one after the other; their receipts."""
    return [receipt for _ in range(count) for receipt in log.give(ANSWER)]


def entries(engines: Engines) -> list[sa.Row[Any]]:
    """Writer, first number and number of answers of every row, writer by writer and in order."""
    count: sa.ColumnElement[int] = sa.func.cardinality(access_log.c.iins).label("count")
    place = (access_log.c.writer, access_log.c.first_sequence.label("sequence"))
    with engines.transactions.connect() as connection:
        return list(connection.execute(sa.select(*place, count).order_by(*place)))


def broken(engines: Engines) -> list[int]:
    """The numbers of the entries that do not follow from those before them."""
    with engines.transactions.connect() as connection:
        return [entry.sequence for entry in LogCheck().broken_entries(connection)]


def change(engines: Engines, statement: str) -> None:
    """Somebody who owns the tables changes the log, past the service and its trigger."""
    with engines.transactions.begin() as connection:
        connection.execute(sa.text("set local session_replication_role = replica"))
        connection.execute(sa.text(statement))


# Written together.


def page(engines: Engines, **wanted: object) -> list[AccessRow]:
    """What the log tells, newest first."""
    asked: dict[str, Any] = {"iin": PERSON, "receipt": None, "size": 10, "before": None, **wanted}
    with engines.transactions.connect() as connection:
        return list(AccessTable(connection).page(**asked))


def test_an_answer_is_in_the_log_before_it_is_given(log: Writer, engines: Engines) -> None:
    """Everybody can read it as soon as the call returns; newest first."""
    receipts = give(log, 3)
    assert [row.receipt_id for row in page(engines)] == receipts[::-1]
    assert page(engines)[0] == AccessRow(
        receipts[-1],
        NOON,
        "mis/clinic1",
        "CheckEntitlement",
        PERSON,
        date(2026, 7, 1),
        1,
        3,
        Revision(7),
        1,
    )
    assert [row.receipt_id for row in page(engines, before=receipts[1])] == receipts[:1]


def test_the_index_of_persons_is_kept_tidy(log: Writer, engines: Engines) -> None:
    """New entries wait beside it and are found all the same; then they are brought into it."""
    give(log, 3)
    with engines.transactions.connect() as connection:
        tidy = sa.select(sa.func.access_log_tidy())
        assert connection.execute(tidy).scalar_one() > 0
        assert connection.execute(tidy).scalar_one() == 0
        connection.commit()
    assert len(page(engines)) == 3


@pytest.mark.parametrize("size", range(1, 10))
def test_pages_leave_nothing_out(log: Writer, engines: Engines, size: int) -> None:
    """Also where a person stands in the middle of a list, or in it more than once."""
    several = ANSWER._replace(
        iins=[OTHER, PERSON, OTHER, PERSON, PERSON], statuses=[1] * 5, ground_kinds=[3] * 5
    )
    receipts = [receipt for told in (several, ANSWER, several) for receipt in log.give(told)]
    expected = [receipts[at] for at in (10, 9, 7, 5, 4, 3, 1)]
    found: list[UUID] = []
    while rows := page(engines, size=size, before=found[-1] if found else None):
        assert len(rows) <= size
        found += [row.receipt_id for row in rows]
    assert found == expected


def test_a_number_that_no_answer_can_have_finds_nothing(engines: Engines) -> None:
    """Its instant lies beyond all that a clock can tell."""
    assert page(engines, receipt=UUID(int=2**128 - 1), iin=None) == []


def test_an_answer_is_found_by_its_receipt(log: Writer, engines: Engines) -> None:
    """With or without the person; under the receipt of somebody else there is nothing."""
    receipts = give(log, 3)
    for wanted in ({"iin": None}, {}):
        found = page(engines, receipt=receipts[1], **wanted)
        assert [row.receipt_id for row in found] == [receipts[1]]
    assert page(engines, receipt=receipts[1], iin=OTHER) == []
    assert page(engines, receipt=UUID(int=receipts[1].int + 77), iin=None) == []


def test_answers_of_many_callers_are_written_together(log: Writer, engines: Engines) -> None:
    """One transaction, and one hash over all of them; each keeps its own caller and day."""
    quoted = ANSWER._replace(caller='mis/a "b", {c}\\', on_date=date(2026, 8, 1))
    receipts = log.give(ANSWER, LISTING, quoted)
    assert [tuple(entry)[1:] for entry in entries(engines)] == [(1, 4)]
    told = {row.receipt_id: row for row in page(engines)}
    assert [told[receipt].caller for receipt in (receipts[0], receipts[1], receipts[3])] == [
        "mis/clinic1",
        "fund-operator/o1",
        'mis/a "b", {c}\\',
    ]
    assert (told[receipts[1]].on_date, told[receipts[1]].status) == (None, None)
    assert told[receipts[3]].on_date == date(2026, 8, 1)
    assert broken(engines) == []


def test_what_cannot_be_written_is_told(log: Writer, engines: Engines) -> None:
    """The answer is not given; afterwards the chain goes on, and is whole."""
    give(log, 2)
    change(engines, "alter table access_log rename to mislaid")
    with pytest.raises(RegisterUnavailable):
        give(log)
    change(engines, "alter table mislaid rename to access_log")
    give(log, 2)
    assert [entry.sequence for entry in entries(engines)] == [1, 2, 3, 4]
    assert broken(engines) == []


def test_a_lost_connection_begins_a_new_chain(log: Writer, engines: Engines) -> None:
    """Nobody knows whether the entry was kept; so the chain ends, and both are whole."""
    give(log, 2)
    change(engines, END_OF_LOOK_UPS)
    with pytest.raises(RegisterUnavailable):
        give(log)
    give(log, 2)
    assert sorted(entry.sequence for entry in entries(engines)) == [1, 1, 2, 2]
    assert broken(engines) == []


def test_receipts_are_new_and_in_order(log: Writer) -> None:
    """So that the newest can be found first, also within a millisecond."""
    receipts = [receipt for _ in range(5) for receipt in log.give(*[ANSWER] * 200)]
    assert receipts == sorted(set(receipts))
    assert {receipt.version for receipt in receipts} == {7}


def test_a_clock_that_goes_back_does_not_take_the_log_with_it(
    log: Writer, engines: Engines
) -> None:
    """The instants of a chain never go back, so its order is that of its numbers."""
    give(log)
    log.clock.move(NOON - timedelta(hours=1))
    give(log)
    assert {row.record_time for row in page(engines)} == {NOON}


@pytest.mark.parametrize("day", [date(2026, 7, 31), date(2026, 8, 1), date(2031, 12, 31)])
def test_every_month_has_its_part(log: Writer, engines: Engines, day: date) -> None:
    """By the months of Asia/Almaty, also where the clock of a sandbox leaps over some."""
    for instant in (
        datetime(day.year, day.month, day.day, tzinfo=ALMATY),
        datetime(day.year, day.month, day.day, 23, 59, 59, 999_999, tzinfo=ALMATY),
    ):
        log.clock.move(instant)
        give(log)
    statement = sa.text("select distinct tableoid::regclass::text from access_log")
    with engines.transactions.connect() as connection:
        parts = connection.execute(statement).scalars().all()
    assert parts == [f"access_log_{day:%Y_%m}"]


@pytest.mark.parametrize(
    "statement",
    [
        "delete from access_log",
        "update access_log set callers = '{nobody}'",
        "truncate access_log",
        "truncate access_log_2026_07",
        "delete from access_writer",
        "update access_writer set sequence = sequence",
        "update access_writer set sequence = sequence - 1",
        "truncate access_writer",
    ],
)
def test_entries_are_only_added(log: Writer, engines: Engines, statement: str) -> None:
    """Also past the service: a trigger refuses what would change or remove an entry."""
    give(log)
    with (
        pytest.raises(sa.exc.DatabaseError, match="only ever added"),
        engines.transactions.begin() as connection,
    ):
        connection.execute(sa.text(statement))


# Chained.


def test_each_process_has_a_chain_of_its_own(empty: None, engines: Engines, dsn: str) -> None:
    """They write at the same time, and neither waits for the other's entry."""
    with process(dsn) as one, process(dsn) as other:
        for log in (one, other, one, other, other):
            give(log)
    assert sorted(entry.sequence for entry in entries(engines)) == [1, 1, 2, 2, 3]
    assert len({entry.writer for entry in entries(engines)}) == 2
    assert broken(engines) == []


CHANGED = {
    "who asked": "callers = '{mis/clinic2}'",
    "about whom": "iins = array[iins[1] + 1]",
    "for which day": "on_dates = array[on_dates[1] - 1]",
    "no day at all": "on_dates = '{null}'",
    "when": "record_time = record_time + interval '1 ms'",
    "what was answered": "statuses = '{2}'",
    "what for": "purposes = '{5}'",
    "by which RPC": "methods = '{GetTimeline}'",
    "on which ground": "ground_kinds = '{4}'",
    "what was known": "revisions = '{8}'",
    "about how many": "counts = '{2}'",
    "its receipt": "first_receipt = gen_random_uuid()",
    "by nobody": "callers = array[null::text]",
    "for a day that is none": "on_dates = array['infinity'::date]",
    "where an array begins": "iins = ('[5:5]={' || iins[1] || '}')::bigint[]",
    "about nobody": "iins = '{}'",
}
"""Everything that the log says of an answer, and how it could be changed."""

TAMPERED: dict[str, tuple[str, list[int]]] = {
    **{
        what: (f"update access_log set {how} where first_sequence = 3", [3])  # noqa: S608
        for what, how in CHANGED.items()
    },
    "its hash": ("update access_log set chain = sha256('') where first_sequence = 3", [3, 4]),
    "an entry taken out": ("delete from access_log where first_sequence = 3", [4]),
    "the first ones taken out": ("delete from access_log where first_sequence < 3", [3]),
    "the last one taken out": ("delete from access_log where first_sequence = 5", [5]),
    "all taken out": ("delete from access_log", [1]),
    "how far the writer has come": ("update access_writer set sequence = 4", [6]),
    "when the writer wrote last": (
        "update access_writer set record_time = record_time + interval '1 s'",
        [6],
    ),
    "that the writer was there": ("delete from access_writer", [6]),
    "an entry taken out and the rest moved up": (
        """
        delete from access_log where first_sequence = 3;
        update access_log set first_sequence = 3 where first_sequence = 4;
        update access_log set first_sequence = 4 where first_sequence = 5
        """,
        [3, 4, 5],
    ),
}


@pytest.mark.parametrize(("statement", "found"), TAMPERED.values(), ids=TAMPERED)
def test_tampering_is_found(
    log: Writer, engines: Engines, statement: str, found: list[int]
) -> None:
    """Whatever is changed in an entry or taken out shows at it, or at the one after it."""
    give(log, 5)
    assert broken(engines) == []
    change(engines, statement)
    assert broken(engines) == found


PAGE = (
    "update access_log set iins[2] = iins[2] + 1",
    "update access_log set iins = array[iins[3], iins[2], iins[1]] where cardinality(iins) = 3",
    "update access_log set counts = '{2,1}' where cardinality(counts) = 2",
    "update access_log set iins = trim_array(iins, 1) where cardinality(iins) = 3",
)


@pytest.mark.parametrize("statement", PAGE)
def test_tampering_with_what_was_written_together_is_found(
    log: Writer, engines: Engines, statement: str
) -> None:
    """Also who came first in it, and which of the callers asked about whom."""
    log.give(ANSWER, LISTING)
    give(log)
    assert broken(engines) == []
    change(engines, statement)
    assert broken(engines) != []


FORGED = {
    "the end taken out, and the writer set back": """
        delete from access_log where first_sequence = 3;
        update access_writer w set sequence = 2, chain = l.chain, record_time = l.record_time
        from access_log l where l.first_sequence = 2""",
    "a writer taken out": "delete from access_log; delete from access_writer",
}


@pytest.mark.long
@pytest.mark.parametrize("statement", FORGED.values(), ids=FORGED)
def test_what_an_owner_of_the_database_can_hide_shows_beside_earlier_ends(
    log: Writer, engines: Engines, dsn: str, tmp_path: Path, statement: str
) -> None:
    """The ends of the chains were kept elsewhere: what was there then must be there now."""
    ends = tmp_path / "ends.json"
    give(log, 2)
    for _ in range(2):
        assert run("verify-log", "--dsn", dsn, "--ends", str(ends)).returncode == 0
        give(log)
    give(log, 3)
    change(engines, statement.replace("= 3", "> 2"))
    assert broken(engines) == []
    found = run("verify-log", "--dsn", dsn, "--ends", str(ends))
    assert found.returncode == 1


def test_a_file_that_tells_no_ends_is_told_in_a_line(dsn: str, tmp_path: Path) -> None:
    """It is named, and left as it is."""
    file = tmp_path / "ends.json"
    file.write_text("[]")
    found = run("verify-log", "--dsn", dsn, "--ends", str(file))
    assert (found.returncode, found.stderr.count("\n")) == (1, 1)
    assert str(file) in found.stderr
    assert file.read_text() == "[]"


def test_what_is_written_meanwhile_is_no_tampering(log: Writer, engines: Engines) -> None:
    """The check sees one state of the log, however long it takes."""
    give(log, 3)
    one_state = engines.transactions.execution_options(isolation_level="REPEATABLE READ")
    with one_state.connect() as connection:
        check = LogCheck().broken_entries(connection)
        connection.execute(sa.select(access_log.c.writer)).all()
        give(log, 3)
        assert list(check) == []


def test_the_command_finds_it_too(log: Writer, engines: Engines, dsn: str) -> None:
    """It tells writer and number of the entry, and nothing of whom it is about."""
    give(log, 3)
    change(engines, "update access_log set callers = '{mis/clinic2}' where first_sequence = 2")
    ran = run("verify-log", "--dsn", dsn)
    assert (ran.returncode, ran.stderr) == (1, "")
    entry = f"log of answers: entry 2 of {entries(engines)[0].writer}"
    assert ran.stdout.splitlines() == [
        f"{entry} does not follow from the one before",
        "1 entries of both logs were changed, or others taken out before them",
    ]


def test_the_zone_of_the_database_does_not_matter(log: Writer, engines: Engines) -> None:
    """An instant is the same wherever it is read."""
    give(log, 2)
    with engines.transactions.connect() as connection:
        connection.execute(sa.text("set time zone 'Asia/Almaty'"))
        connection.commit()
        assert list(LogCheck().broken_entries(connection)) == []
