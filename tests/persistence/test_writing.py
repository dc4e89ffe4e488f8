"""One writer at a time, revisions that only rise, and changes made whole or not at all."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from itertools import pairwise

import psycopg
import pytest
import sqlalchemy as sa

from osms_common.application.feed import FeedRow
from osms_common.clocks import SandboxClock
from osms_common.domain.codes import Category, FeedKind, System
from osms_common.domain.deliveries import FeedId
from osms_common.domain.errors import DayTurned, RegisterUnavailable
from osms_common.domain.identifiers import Iin
from osms_common.domain.revision import Revision, day_of, instant_of
from osms_server.application.rows import (
    Additions,
    CategoryFactRow,
    PersonRow,
)
from osms_server.bootstrap import Engines
from osms_server.persistence.register import PostgresRegister
from osms_server.persistence.transaction import PostgresTransaction
from tests.people import AIGUL
from tests.persistence.conftest import NOON
from tests.persistence.contents import (
    NOTICED_BY_EVERYONE,
    contents,
    count_waiting,
    wait_until,
)

PERSON = Iin(int(AIGUL))
FEED = FeedId(FeedKind.CATEGORY, "SC")


class Mishap(Exception):
    """Something goes wrong in the middle of a change."""


def assign(tx: PostgresTransaction) -> None:
    """A person is in a category, and is entitled by it."""
    fact = CategoryFactRow(
        PERSON,
        Category("R01"),
        date(2026, 1, 10),
        0,
        System.MOE,
        None,
        None,
        1,
        None,
        "SC",
        1,
        tx.revision,
    )
    tx.facts.add(Additions(category_facts=[fact]))
    tx.people.put([PersonRow(PERSON, tx.revision, tx.revision, 1, "20260110R01")], [])
    tx.feeds.put(FeedRow(*FEED, 2, 1, 1))


def count_up(register: PostgresRegister) -> Revision:
    """Moves a feed on by one position, from what the change itself has read."""
    with register.write() as tx:
        row = tx.feeds.get(FEED)
        tx.feeds.put(row._replace(next_position=row.next_position + 1))
    return tx.revision


def head_of(register: PostgresRegister) -> Revision:
    """The last revision."""
    with register.read() as reading:
        return reading.head().revision


# One at a time.


def test_a_writer_waits_for_the_one_before(register: PostgresRegister, engines: Engines) -> None:
    """The second begins when the first has ended, and sees what it has done."""
    with ThreadPoolExecutor(1) as other:
        with register.write() as tx:
            second = other.submit(count_up, register)
            wait_until(lambda: count_waiting(engines.transactions) == 1)
            assert not second.done()
            row = tx.feeds.get(FEED)
            tx.feeds.put(row._replace(next_position=10))
        assert second.result() > tx.revision
    with register.read() as reading:
        assert reading.feeds.get(FEED).next_position == 11


def test_writers_lose_nothing_of_each_other(register: PostgresRegister) -> None:
    """However many there are, each goes on from what the one before has left."""
    with ThreadPoolExecutor(6) as writers:
        made = [writers.submit(count_up, register) for _ in range(60)]
        revisions = [change.result() for change in made]
    assert len(set(revisions)) == 60
    assert head_of(register) == max(revisions)
    with register.read() as reading:
        assert reading.feeds.get(FEED).next_position == 61


def test_writers_of_several_servers_take_turns(engines: Engines, settings: object) -> None:
    """The turn is the database's, not a process's: clocks that differ do not matter."""
    ahead, behind = SandboxClock(NOON), SandboxClock(NOON - timedelta(hours=3))
    servers = [PostgresRegister(engines.transactions, clock) for clock in (ahead, behind)]
    servers[0].clear()
    revisions = [count_up(server) for _ in range(3) for server in servers]
    assert all(before < after for before, after in pairwise(revisions))


def test_readers_do_not_wait_for_writers(register: PostgresRegister) -> None:
    """They see what was committed, all of it and nothing else."""
    with register.write() as tx:
        assign(tx)
        with register.read() as reading:
            assert reading.head().revision == 0
            assert reading.people.rows([PERSON]) == {}
    with register.read() as reading:
        people = reading.people.rows([PERSON])
        assert reading.head().revision == people[PERSON].revision == tx.revision


def test_a_reader_sees_one_state(register: PostgresRegister) -> None:
    """What is committed while it reads is not there for it."""
    count_up(register)
    with register.read() as reading:
        before = reading.head()
        with register.write() as tx:
            assign(tx)
        assert reading.head() == before
        assert reading.facts.of_people([PERSON]) == {}
    with register.read() as reading:
        assert reading.head().revision == tx.revision
        assert PERSON in reading.facts.of_people([PERSON])


# Revisions.


def clock_stands(clock: SandboxClock) -> None:
    """The clock shows the same."""


def clock_goes_back(clock: SandboxClock) -> None:
    """Somebody has set the clock back by an hour."""
    clock.move(clock.now() - timedelta(hours=1))


def clock_goes_on(clock: SandboxClock) -> None:
    """A second passes."""
    clock.move(clock.now() + timedelta(seconds=1))


@pytest.mark.parametrize("passes", [clock_stands, clock_goes_back, clock_goes_on])
def test_revisions_rise_whatever_the_clock_does(
    register: PostgresRegister, clock: SandboxClock, passes: Callable[[SandboxClock], None]
) -> None:
    """Each is later than the one before, and its instant never goes back."""
    revisions = [Revision(0)]
    for _ in range(5):
        revisions.append(count_up(register))
        passes(clock)
    assert all(before < after for before, after in pairwise(revisions))
    assert all(instant_of(a) <= instant_of(b) for a, b in pairwise(revisions))


def test_a_revision_tells_its_instant(register: PostgresRegister, clock: SandboxClock) -> None:
    """To the millisecond, where the clock is right."""
    clock.move(NOON + timedelta(milliseconds=123))
    revision = count_up(register)
    assert instant_of(revision) == clock.now()
    assert day_of(revision) == date(2026, 7, 1)


# Whole, or not at all.


def undone(
    register: PostgresRegister,
    error: type[Exception],
    then: Callable[[PostgresTransaction], object],
) -> Revision:
    """Makes a change that ends with an error after something was written; its revision."""
    revisions = []

    def change() -> None:
        with register.write() as tx:
            revisions.append(tx.revision)
            assign(tx)
            then(tx)

    with pytest.raises(error):
        change()
    return revisions[0]


def fail(tx: PostgresTransaction) -> None:
    """Goes wrong."""
    raise Mishap


def test_a_change_that_fails_leaves_nothing(register: PostgresRegister, engines: Engines) -> None:
    """No fact, no person, no position, no revision; the next change has its place."""
    count_up(register)
    before = contents(engines.transactions)
    failed = undone(register, Mishap, fail)
    assert contents(engines.transactions) == before
    with register.write() as again:
        assign(again)
    assert again.revision == failed == head_of(register)


def test_a_change_that_the_schema_refuses_leaves_nothing(
    register: PostgresRegister, engines: Engines
) -> None:
    """Not even what was right in it."""
    count_up(register)
    before = contents(engines.transactions)
    undone(register, psycopg.errors.UniqueViolation, assign)
    assert contents(engines.transactions) == before


def test_a_change_that_ends_on_the_next_day_is_undone(
    register: PostgresRegister, clock: SandboxClock, engines: Engines
) -> None:
    """On the next day people may have been told otherwise already; it has to be made again."""
    clock.move(NOON + timedelta(hours=11, minutes=59))
    before = contents(engines.transactions)
    undone(register, DayTurned, lambda _: clock.move(clock.now() + timedelta(minutes=2)))
    assert contents(engines.transactions) == before
    assert day_of(count_up(register)) == date(2026, 7, 2)


def test_a_change_whose_connection_is_lost_leaves_nothing(
    register: PostgresRegister, engines: Engines
) -> None:
    """The register cannot be reached; when it can, all goes on, and nobody is locked out."""
    count_up(register)
    before = contents(engines.transactions)
    undone(register, RegisterUnavailable, lambda tx: lose_connection(engines, tx))
    assert contents(engines.transactions) == before
    assert count_up(register) > 0


def lose_connection(engines: Engines, tx: PostgresTransaction) -> None:
    """An administrator ends all connections; the change learns of it when it asks again."""
    others = (
        "select pg_terminate_backend(pid, 10000) from pg_stat_activity"
        " where datname = current_database() and pid <> pg_backend_pid()"
    )
    with engines.transactions.connect() as connection:
        connection.execute(sa.text(others))
    tx.feeds.get(FEED)


def test_ids_of_a_change_are_new_and_in_order(register: PostgresRegister) -> None:
    """Within a change and from one to the next, also within one millisecond."""
    ids = []
    for _ in range(3):
        with register.write() as tx:
            ids += [tx.new_id() for _ in range(100)]
    assert ids == sorted(set(ids))


# Emptying a sandbox.


def test_an_emptied_register_is_as_new(register: PostgresRegister, engines: Engines) -> None:
    """After those who write now; nothing is left but the head, at the beginning."""
    writing, go_on = threading.Event(), threading.Event()

    def write() -> None:
        with register.write() as tx:
            assign(tx)
            writing.set()
            assert go_on.wait(NOTICED_BY_EVERYONE)

    with ThreadPoolExecutor(2) as others:
        written = others.submit(write)
        assert writing.wait(NOTICED_BY_EVERYONE)
        emptied = others.submit(register.clear)
        wait_until(lambda: count_waiting(engines.transactions) == 1)
        go_on.set()
        written.result()
        emptied.result()
    left = {name: rows for name, rows in contents(engines.transactions).items() if rows}
    assert left == {"head": ["(t,0,0)"]}
