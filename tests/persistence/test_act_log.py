"""The log of acts: with the changes that it tells of, before readings are told, and chained."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from signal import SIGKILL
from typing import Final
from uuid import UUID

import pytest
import sqlalchemy as sa

from osms_client import NamedCaller, OsmsClient, OsmsError
from osms_common.application.acts import Act, ActFilter, ActKind, ActRow, LogName
from osms_common.application.callers import Caller
from osms_common.clocks import SandboxClock
from osms_common.domain.codes import Role
from osms_common.domain.errors import DayTurned, RegisterUnavailable
from osms_common.domain.revision import instant_of
from osms_common.persistence import acts
from osms_common.persistence.acts import CHANGES, ActReading, ActTrail
from osms_common.persistence.chains import End, Entry
from osms_common.persistence.shared_tables import act_log, act_writer
from osms_server.bootstrap import Engines, connect
from osms_server.config import Settings
from osms_server.persistence.log_check import EndsOfLogs, LogCheck
from osms_server.persistence.register import PostgresRegister
from osms_server.persistence.transaction import PostgresTransaction
from tests.persistence.conftest import NOON
from tests.persistence.contents import contents, count_waiting, wait_until
from tests.persistence.test_writing import (
    PERSON,
    Mishap,
    assign,
    count_up,
    fail,
    lose_connection,
    undone,
)
from tests.processes import PLAIN, ServerProcess, run
from tests.rpc.sending import assigned, push_categories

SUPERVISOR: Final = Caller(Role.FUND_SUPERVISOR, "supervisor1", "c0ffee")
CHANGE: Final = Act(
    SUPERVISOR, "RegisterConsumer", ActKind.CHANGE, "OK", "a subject", b"\x0a\x01", [PERSON]
)
READING: Final = Act(SUPERVISOR, "ListAccess", ActKind.READING, iins=[PERSON], request=b"\x0a")
REFUSAL: Final = Act(SUPERVISOR, "GetTimeline", ActKind.REFUSAL, "NOT_ALLOWED")


@pytest.fixture
def trail(register: PostgresRegister, engines: Engines, clock: SandboxClock) -> Iterator[ActTrail]:
    """The log of one process for what changes nothing; the log is empty."""
    trail = ActTrail(engines.transactions, clock)
    yield trail
    trail.close()


@pytest.fixture
def impatient(dsn: str, settings: Settings) -> Iterator[Engines]:
    """Connections that wait for hardly anything."""
    engines = connect(dsn, settings.model_copy(update={"writer_wait_seconds": 0.2}))
    yield engines
    engines.dispose()


def make(register: PostgresRegister, act: Act = CHANGE) -> PostgresTransaction:
    """Makes a change that is in the log."""
    with register.write() as tx:
        tx.acts.add(act)
    return tx


def rows(engines: Engines) -> list[ActRow]:
    """All that is in the log, chain by chain and in order."""
    statement = sa.select(act_log).order_by(act_log.c.writer, act_log.c.sequence)
    with engines.transactions.connect() as connection:
        return [acts.act_row(row) for row in connection.execute(statement)]


def chains(engines: Engines) -> dict[UUID, list[int]]:
    """The numbers of every chain."""
    by_writer = groupby(rows(engines), lambda row: row.writer)
    return {writer: [row.sequence for row in chain] for writer, chain in by_writer}


def check(engines: Engines, anchors: EndsOfLogs | None = None) -> tuple[list[Entry], EndsOfLogs]:
    """The entries that do not follow from those before them, and the ends of the chains."""
    with engines.transactions.connect() as connection:
        checking = LogCheck(anchors or {})
        return list(checking.broken_entries(connection)), checking.ends


def broken(engines: Engines) -> list[Entry]:
    """The entries that do not follow from those before them."""
    return check(engines)[0]


def tamper(engines: Engines, statement: str, writer: UUID) -> None:
    """Somebody who owns the tables changes the log, past the service and its triggers."""
    own = f"writer = '{writer}'"
    statement = statement.replace(":third", f"sequence = 3 and {own}").replace(":own", own)
    with engines.transactions.begin() as connection:
        connection.execute(sa.text("set local session_replication_role = replica"))
        connection.execute(sa.text(statement))


@contextmanager
def locked(engines: Engines, table: str, mode: str = "exclusive") -> Iterator[None]:
    """Nobody can write to a table, as long as the block lasts."""
    with engines.transactions.begin() as connection:
        connection.execute(sa.text(f"lock table {table} in {mode} mode"))
        yield


# What is kept.


def test_a_change_is_kept_with_its_revision(register: PostgresRegister, engines: Engines) -> None:
    """At the instant of the revision; all changes are one chain, whoever makes them."""
    done = [make(register), make(register, CHANGE._replace(outcome="REPEATED"))]
    assert rows(engines) == [
        ActRow(
            CHANGES,
            number,
            instant_of(tx.revision),
            "fund-supervisor/supervisor1",
            "c0ffee",
            "RegisterConsumer",
            ActKind.CHANGE,
            outcome,
            "a subject",
            tx.revision,
            (PERSON,),
            b"\x0a\x01",
        )
        for number, tx, outcome in zip((1, 2), done, ("OK", "REPEATED"), strict=True)
    ]
    assert broken(engines) == []


def test_several_acts_of_one_change_follow_each_other(
    register: PostgresRegister, engines: Engines
) -> None:
    """Also within a transaction, and with the next one."""
    with register.write() as tx:
        for _ in range(3):
            tx.acts.add(CHANGE)
    make(register)
    assert chains(engines) == {CHANGES: [1, 2, 3, 4]}
    assert broken(engines) == []


def test_readings_and_refusals_have_chains_of_their_own(
    register: PostgresRegister, trail: ActTrail, engines: Engines, clock: SandboxClock
) -> None:
    """One in each process, beside that of the changes; nobody waits for anybody."""
    other = ActTrail(engines.transactions, clock)
    with register.write() as tx:
        tx.acts.add(CHANGE)
        trail.keep(READING)
        other.keep(READING)
        trail.note(REFUSAL)
        wait_until(lambda: len(rows(engines)) == 3)
    other.keep(READING)
    assert sorted(chains(engines).values()) == [[1], [1, 2], [1, 2]]
    assert chains(engines)[CHANGES] == [1]
    assert {row.revision for row in rows(engines) if row.writer != CHANGES} == {None}
    assert broken(engines) == []


def test_a_reading_is_durable_when_it_is_kept(trail: ActTrail, engines: Engines) -> None:
    """It can be told as soon as the call returns."""
    trail.keep(READING)
    (row,) = rows(engines)
    assert (row.method, row.kind, row.outcome) == ("ListAccess", ActKind.READING, "OK")
    assert (row.record_time, row.iins, row.request) == (NOON, (PERSON,), b"\x0a")


def test_a_clock_that_goes_back_does_not_take_the_log_with_it(
    trail: ActTrail, engines: Engines, clock: SandboxClock
) -> None:
    """The instants of a chain never go back, so its order is that of its numbers."""
    trail.keep(READING)
    clock.move(NOON - timedelta(hours=1))
    trail.keep(READING)
    assert [row.record_time for row in rows(engines)] == [NOON, NOON]


def test_pages_leave_nothing_out(
    register: PostgresRegister, trail: ActTrail, engines: Engines
) -> None:
    """Newest first, whatever is asked for; also what was written in the same millisecond."""
    for _ in range(4):
        make(register)
        trail.keep(READING)
    everything = sorted(rows(engines), key=lambda row: (row.record_time, row.writer, row.sequence))
    with engines.transactions.connect() as connection:
        reading = ActReading(connection)
        for wanted, expected in (
            (ActFilter(), everything),
            (ActFilter(kind=ActKind.READING), [r for r in everything if r.writer != CHANGES]),
            (ActFilter(iin=PERSON, method="ListAccess"), [r for r in everything if not r.subject]),
            (ActFilter(caller="fund-supervisor/supervisor2"), []),
            (ActFilter(since=NOON + timedelta(seconds=1)), []),
            (ActFilter(until=NOON), []),
        ):
            found: list[ActRow] = []
            while page := reading.page(wanted, 3, _place(found[-1]) if found else None):
                found += page
            assert found == expected[::-1]


def _place(row: ActRow) -> tuple[datetime, UUID, int]:
    return row.record_time, row.writer, row.sequence


# A change is in the log exactly if it is in the register.


@pytest.mark.parametrize(
    ("error", "then"),
    [
        pytest.param(Mishap, fail, id="it goes wrong"),
        pytest.param(DayTurned, None, id="its day is over"),
        pytest.param(RegisterUnavailable, lose_connection, id="its connection is lost"),
    ],
)
def test_what_was_not_changed_is_not_in_the_log(
    register: PostgresRegister,
    engines: Engines,
    clock: SandboxClock,
    error: type[Exception],
    then: Callable[..., None] | None,
) -> None:
    """An act is undone with the change that it is; the next one has its number."""
    make(register)
    before = contents(engines.transactions)

    def go_wrong(tx: PostgresTransaction) -> None:
        tx.acts.add(CHANGE)
        if then is None:
            clock.move(clock.now() + timedelta(hours=12))
        elif then is fail:
            fail(tx)
        else:
            lose_connection(engines, tx)

    undone(register, error, go_wrong)
    assert contents(engines.transactions) == before
    make(register)
    assert chains(engines) == {CHANGES: [1, 2]}
    assert broken(engines) == []


@pytest.mark.long
@pytest.mark.parametrize("table", ["act_log", "head"])
def test_a_server_that_is_killed_in_between_leaves_neither(
    register: PostgresRegister, engines: Engines, dsn: str, table: str
) -> None:
    """Neither before the act is written nor after it is there a change without its act."""
    listen = ("--listen", "127.0.0.1:0")
    with ServerProcess(*PLAIN, *listen, OSMS_DSN=dsn) as server:
        client = OsmsClient(server.address, NamedCaller("SC"), timeout=5, idle_timeout=5)
        with client, ThreadPoolExecutor(1) as sender:
            push_categories(client, assigned())
            before = contents(engines.transactions)
            with client.category_feed() as feed:
                opened = contents(engines.transactions)
                with locked(engines, table, "share"):
                    acks = sender.submit(lambda: list(feed.send([assigned(), assigned()])))
                    wait_until(lambda: count_waiting(engines.transactions) == 1)
                    server.end(SIGKILL)
                with suppress(OsmsError):
                    pytest.fail(f"somebody was told {acks.result()}")
    wait_until(lambda: writers_at_work(engines) == 0)
    assert contents(engines.transactions) == opened != before
    assert len({row.revision for row in rows(engines)}) == len(rows(engines)) == 3
    make(register)
    assert broken(engines) == []


def writers_at_work(engines: Engines) -> int:
    """How many transactions have not ended that have written something."""
    question = (
        "select count(*) from pg_stat_activity"
        " where datname = current_database() and backend_xid is not null"
    )
    with engines.transactions.connect() as connection:
        found: int = connection.execute(sa.text(question)).scalar_one()
    return found


def test_many_write_at_once(register: PostgresRegister, engines: Engines) -> None:
    """Changes take turns, processes do not wait for each other, and every chain is whole."""
    trails = [ActTrail(engines.transactions, SandboxClock(NOON)) for _ in range(3)]
    with ThreadPoolExecutor(10) as writers:
        writing: list[Future[object]] = [writers.submit(make, register) for _ in range(40)]
        writing += [writers.submit(trail.keep, READING) for _ in range(15) for trail in trails]
        for each in writing:
            each.result()
    told = chains(engines)
    assert told.pop(CHANGES) == list(range(1, 41))
    assert list(told.values()) == [list(range(1, 16))] * 3
    changed = [row.revision or 0 for row in rows(engines) if row.writer == CHANGES]
    assert changed == sorted(set(changed))
    assert broken(engines) == []


# What cannot be written.


@pytest.mark.parametrize("how", ["locked", "mislaid"])
def test_what_cannot_be_kept_is_told(
    register: PostgresRegister, engines: Engines, impatient: Engines, how: str
) -> None:
    """Nobody may be told then; afterwards another chain begins, and all are whole."""
    trail = ActTrail(impatient.transactions, SandboxClock(NOON))
    trail.keep(READING)
    with _unwritable(engines, how), pytest.raises(RegisterUnavailable):
        trail.keep(READING)
    trail.keep(READING)
    assert sorted(chains(engines).values()) == [[1], [1]]
    assert broken(engines) == []


@contextmanager
def _unwritable(engines: Engines, how: str) -> Iterator[None]:
    if how == "locked":
        with locked(engines, "act_log"):
            yield
        return
    tamper(engines, "alter table act_log rename to mislaid", CHANGES)
    try:
        yield
    finally:
        tamper(engines, "alter table mislaid rename to act_log", CHANGES)


def test_a_lost_connection_begins_a_new_chain(
    register: PostgresRegister, trail: ActTrail, engines: Engines
) -> None:
    """Nobody knows whether the entry was kept; so the chain ends, and both are whole."""
    trail.keep(READING)
    waiting = sa.text(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where datname = current_database() and wait_event_type = 'Lock'"
    )
    with (
        ThreadPoolExecutor(1) as other,
        locked(engines, "act_log"),
        engines.transactions.connect() as connection,
    ):
        kept = other.submit(trail.keep, READING)
        wait_until(lambda: count_waiting(engines.transactions) == 1)
        connection.execute(waiting)
        with pytest.raises(RegisterUnavailable):
            kept.result()
    trail.keep(READING)
    assert sorted(chains(engines).values()) == [[1], [1]]
    assert broken(engines) == []


def test_refusals_are_kept_again_after_a_failure(
    register: PostgresRegister, engines: Engines, impatient: Engines
) -> None:
    """What could not be kept is lost, and takes nothing with it that comes later."""
    trail = ActTrail(impatient.transactions, SandboxClock(NOON))
    with locked(engines, "act_log"):
        trail.note(REFUSAL)
        wait_until(lambda: trail._end.sequence == 0 and trail._later.empty())
        wait_until(lambda: not trail._turn.locked())
    trail.note(REFUSAL)
    trail.close()
    assert len(rows(engines)) == 1
    assert broken(engines) == []


def test_nobody_waits_for_what_is_kept_later(
    register: PostgresRegister, trail: ActTrail, engines: Engines
) -> None:
    """Also while the log cannot be written: refusals and certificates wait by themselves."""
    with ThreadPoolExecutor(2) as others:
        with locked(engines, "act_log"):
            kept = others.submit(trail.keep, READING)
            wait_until(lambda: count_waiting(engines.transactions) == 1)
            for does in (lambda: trail.note(REFUSAL), lambda: trail.note_certificate("f", "pem")):
                others.submit(does).result(timeout=10)
            assert not kept.done()
        kept.result()
    trail.close()
    assert len(rows(engines)) == 2


def test_a_certificate_for_which_there_is_no_room_is_kept_the_next_time(
    register: PostgresRegister, engines: Engines, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not taken for one that was kept."""
    monkeypatch.setattr(acts, "_LATER_MAX", 1)
    trail = ActTrail(engines.transactions, SandboxClock(NOON))
    with locked(engines, "act_log"):
        trail.note(REFUSAL)
        wait_until(lambda: count_waiting(engines.transactions) == 1)
        trail.note(REFUSAL)
        trail.note_certificate("f", "pem")
    wait_until(lambda: len(rows(engines)) == 2)
    assert certificate(engines, "f") is None
    trail.note_certificate("f", "pem")
    trail.close()
    assert certificate(engines, "f") == "pem"


def certificate(engines: Engines, fingerprint: str) -> str | None:
    """A certificate that was kept."""
    with engines.transactions.connect() as connection:
        found = ActReading(connection).certificate(fingerprint)
    return found and found[0]


def begin_anew(trail: ActTrail) -> None:
    """Begins a chain, as when a sandbox was emptied."""
    with trail.set_aside():
        pass


def test_a_chain_that_begins_anew_waits_for_what_is_being_kept(
    register: PostgresRegister, trail: ActTrail, engines: Engines
) -> None:
    """A sandbox is emptied while callers go on: no entry is in the chain of another writer."""
    with ThreadPoolExecutor(2) as others:
        with locked(engines, "act_log"):
            kept = others.submit(trail.keep, READING)
            wait_until(lambda: count_waiting(engines.transactions) == 1)
            begun = others.submit(begin_anew, trail)
            threading.Event().wait(0.05)
        kept.result()
        begun.result()
    trail.keep(READING)
    assert sorted(chains(engines).values()) == [[1], [1]]
    assert broken(engines) == []


# Only ever added to.


@pytest.mark.parametrize(
    "statement",
    [
        "delete from act_log",
        "update act_log set caller = 'nobody'",
        "update act_log set chain = chain",
        "truncate act_log",
        "delete from act_writer",
        "update act_writer set sequence = sequence",
        "update act_writer set sequence = sequence - 1",
        "truncate act_writer",
        "delete from caller_certificate",
        "update caller_certificate set pem = 'another'",
        "truncate caller_certificate",
    ],
)
def test_entries_are_only_added(
    register: PostgresRegister, trail: ActTrail, engines: Engines, statement: str
) -> None:
    """Also past the service: a trigger refuses what would change or remove an entry."""
    trail.keep(READING)
    trail.note_certificate("f", "pem")
    wait_until(lambda: certificate(engines, "f") is not None)
    with (
        pytest.raises(sa.exc.DatabaseError, match="only ever added"),
        engines.transactions.begin() as connection,
    ):
        connection.execute(sa.text(statement))


# Chained.

CHANGED: Final = {
    "who": "caller = 'fund-supervisor/supervisor2'",
    "by which certificate": "certificate = 'decaf'",
    "by which RPC": "method = 'GetConsumer'",
    "what kind": "kind = 3",
    "no kind at all": "kind = 9",
    "how it ended": "outcome = 'WRONG_STATE'",
    "about what": "subject = subject || ' '",
    "about what, in letters that look alike": "subject = 'а'",  # noqa: RUF001 - that is the point
    "what it made": "revision = coalesce(revision, 0) + 1",
    "whether it made anything": "revision = case when revision is null then 0 end",
    "about whom": "iins = array[iins[1] + 1]",
    "about whom else": "iins = iins || 1::bigint",
    "about nobody": "iins = '{}'",
    "about null": "iins = array[null::bigint]",
    "in which order": "iins = array[iins]",
    "what was asked": r"request = '\x0a02'",
    "when": "record_time = record_time + interval '1 us'",
    "which number": "sequence = 77",
    "whose": "writer = gen_random_uuid()",
    "where one text ends and the next begins": "caller = caller || certificate, certificate = ''",
    "with a line of its own": "caller = caller || E'\\n' || certificate, certificate = ''",
}
"""Everything that the log says of an act, and how it could be changed."""

TAMPERED: Final[dict[str, tuple[str, list[int]]]] = {
    "its hash": ("update act_log set chain = sha256('') where :third", [3, 4]),
    "one taken out": ("delete from act_log where :third", [4]),
    "the first ones taken out": ("delete from act_log where sequence < 3 and :own", [3]),
    "the last one taken out": ("delete from act_log where sequence = 5 and :own", [5]),
    "all taken out": ("delete from act_log where :own", [1]),
    "one put in": (
        """
        update act_log set sequence = sequence + 10 where sequence > 3 and :own;
        insert into act_log
        select writer, 4, record_time, caller, certificate, method, kind, outcome, subject,
               revision, iins, request, chain from act_log where :third;
        update act_log set sequence = sequence - 9 where sequence > 10 and :own
        """,
        [4, 5, 6, 7],
    ),
    "one put in at the end": (
        """
        insert into act_log
        select writer, 6, record_time, caller, certificate, method, kind, outcome, subject,
               revision, iins, request, chain from act_log where :third
        """,
        [6, 7],
    ),
    "one taken out and the rest moved up": (
        """
        delete from act_log where :third;
        update act_log set sequence = sequence - 1 where sequence > 3 and :own
        """,
        [3, 4, 5],
    ),
    "two moved": (
        """
        update act_log set sequence = sequence + 10 where sequence in (3, 4) and :own;
        update act_log set sequence = 4 where sequence = 13 and :own;
        update act_log set sequence = 3 where sequence = 14 and :own
        """,
        [3, 4, 5],
    ),
    "how far the writer has come": ("update act_writer set sequence = 4 where :own", [6]),
    "with which hash": ("update act_writer set chain = sha256('') where :own", [6]),
    "when the writer wrote last": (
        "update act_writer set record_time = record_time + interval '1 s' where :own",
        [6],
    ),
    "that the writer was there": ("delete from act_writer where :own", [6]),
    "that another was there": (
        "update act_writer set writer = gen_random_uuid() where :own",
        [6, 1],
    ),
}

FORGED: Final = {
    "the end taken out, and the writer set back": """
        delete from act_log where sequence > 2 and :own;
        update act_writer set (sequence, chain, record_time) =
            (select sequence, chain, record_time from act_log where sequence = 2 and :own)
        where :own""",
    "a whole writer gone": """
        delete from act_log where :own;
        delete from act_writer where :own""",
}
"""What whoever owns the database can do so that all chains look whole."""


@pytest.fixture(params=["changes", "readings"])
def writer(register: PostgresRegister, trail: ActTrail, request: pytest.FixtureRequest) -> UUID:
    """The writer of a chain of five entries, beside another chain of five."""
    for _ in range(5):
        make(register)
        trail.keep(READING._replace(subject="told"))
    return CHANGES if request.param == "changes" else trail._writer


def test_everything_that_the_log_says_can_be_changed_in_these_tests() -> None:
    """No column is forgotten."""
    named = {how.partition(" = ")[0] for how in CHANGED.values()}
    assert {column.name for column in act_log.columns} == {*named, "chain"}


@pytest.mark.parametrize("how", CHANGED.values(), ids=CHANGED)
def test_a_change_of_anything_is_found(engines: Engines, writer: UUID, how: str) -> None:
    """It shows at the entry, and at nothing else; or where it was and where it is now."""
    tamper(engines, f"update act_log set {how} where :third", writer)  # noqa: S608
    found = broken(engines)
    assert {entry.log for entry in found} == {LogName.ACTS}
    if how.startswith(("sequence", "writer")):
        assert {4, 3} & {entry.sequence for entry in found}
    else:
        assert found == [Entry(LogName.ACTS, writer, 3)]


@pytest.mark.parametrize(("statement", "expected"), TAMPERED.values(), ids=TAMPERED)
def test_tampering_is_found(
    engines: Engines, writer: UUID, statement: str, expected: list[int]
) -> None:
    """Entries put in, taken out or moved show there, or at the one after; the last ones too."""
    assert broken(engines) == []
    tamper(engines, statement, writer)
    assert [entry.sequence for entry in broken(engines)] == expected


@pytest.mark.parametrize("statement", FORGED.values(), ids=FORGED)
def test_what_an_owner_of_the_database_can_hide_shows_beside_earlier_ends(
    engines: Engines, writer: UUID, statement: str
) -> None:
    """The ends of the chains were kept elsewhere: what was there then must be there now."""
    found, ends = check(engines)
    assert found == []
    assert ends[LogName.ACTS][writer].sequence == 5
    tamper(engines, statement, writer)
    assert broken(engines) == []
    left = 3 if "sequence > 2" in statement else 1  # the first that is missing
    assert check(engines, ends)[0] == [Entry(LogName.ACTS, writer, left)]


def test_a_chain_that_was_made_anew_shows_beside_earlier_ends(
    register: PostgresRegister, engines: Engines, writer: UUID
) -> None:
    """Every hash is right, and still it is not the chain that was there."""
    _, ends = check(engines)
    with engines.transactions.connect() as connection:
        told = acts.ends(connection)[writer][0]
    assert told == ends[LogName.ACTS][writer]
    other = {LogName.ACTS: {writer: End(5, b"\x00" * 32)}}
    assert check(engines, other)[0] == [Entry(LogName.ACTS, writer, 5)]


def test_ends_that_were_met_are_no_fault(
    register: PostgresRegister, trail: ActTrail, engines: Engines, writer: UUID
) -> None:
    """A log that has grown since, with a writer that is new, is whole."""
    _, ends = check(engines)
    make(register)
    trail.keep(READING)
    begin_anew(trail)
    trail.keep(READING)
    found, now = check(engines, ends)
    assert found == []
    assert len(now[LogName.ACTS]) == len(ends[LogName.ACTS]) + 1


@pytest.mark.long
def test_the_command_follows_both_logs(
    register: PostgresRegister, engines: Engines, dsn: str, tmp_path: Path
) -> None:
    """It tells log, writer and number; with ends it finds what looks whole without them."""
    ends = tmp_path / "ends.json"
    for _ in range(3):
        make(register)
    assert run("verify-log", "--dsn", dsn, "--ends", str(ends)).returncode == 0
    kept = ends.read_text()
    assert '"log": "acts"' in kept
    tamper(engines, FORGED["the end taken out, and the writer set back"], CHANGES)
    assert run("verify-log", "--dsn", dsn).returncode == 0
    ran = run("verify-log", "--dsn", dsn, "--ends", str(ends))
    assert (ran.returncode, ran.stderr) == (1, "")
    assert ran.stdout.splitlines() == [
        f"log of acts: entry 3 of {CHANGES} does not follow from the one before",
        "1 entries of both logs were changed, or others taken out before them",
    ]
    assert ends.read_text() == kept


def test_what_is_written_meanwhile_is_no_tampering(
    register: PostgresRegister, engines: Engines, writer: UUID
) -> None:
    """The check sees one state of the log, however long it takes."""
    one_state = engines.transactions.execution_options(isolation_level="REPEATABLE READ")
    with one_state.connect() as connection:
        checking = LogCheck().broken_entries(connection)
        connection.execute(sa.select(act_writer.c.writer)).all()
        make(register)
        assert list(checking) == []


def test_changes_past_the_log_are_changes_without_an_act(
    register: PostgresRegister, engines: Engines
) -> None:
    """The log has what the use cases add; these tests would see a change that adds nothing."""
    count_up(register)
    with register.write() as tx:
        assign(tx)
    assert rows(engines) == []
