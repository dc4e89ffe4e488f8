"""Exports of the logs: every link once, and the hash before the first of each writer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from osms_common.application.acts import ExportedLink, LogName
from osms_common.clocks import SandboxClock
from osms_common.persistence.acts import ActTrail
from osms_common.persistence.chains import chained
from osms_server.bootstrap import Engines
from osms_server.persistence.export import exported_links
from osms_server.persistence.register import PostgresRegister
from osms_server.persistence.tables import head
from tests.persistence.conftest import NOON
from tests.persistence.test_access_log import ANSWER, LISTING, process
from tests.persistence.test_act_log import CHANGE, READING, make

YEAR = timedelta(days=366)


def exported(
    engines: Engines,
    since: datetime,
    until: datetime = NOON + 50 * YEAR,
    wanted: LogName | None = None,
) -> list[ExportedLink]:
    """What is exported between two instants."""
    with engines.transactions.connect() as connection:
        return list(exported_links(connection, wanted, since, until))


def follows(link: ExportedLink, before: bytes) -> bool:
    """Whether the hash of a link is that over its texts and the hash before."""
    return link.chain == chained(before, (value for _, value in link.fields))


def ends_of(links: Sequence[ExportedLink]) -> dict[UUID, bytes]:
    """The last hash of every writer."""
    return {link.writer: link.chain for link in links}


def test_links_come_log_by_log_and_in_their_order(
    register: PostgresRegister, engines: Engines, dsn: str, clock: SandboxClock
) -> None:
    """The log of answers first; each link with what it hashes, under the names of the columns."""
    trail = ActTrail(engines.transactions, clock)
    with process(dsn) as answers:
        for _ in range(3):
            answers.give(ANSWER, LISTING)
            make(register)
            trail.keep(READING)
            for each in (clock, answers.clock):
                each.move(each.now() + timedelta(seconds=1))
    links = exported(engines, NOON)
    assert [link.log for link in links] == [LogName.ANSWERS] * 3 + [LogName.ACTS] * 6
    assert [(link.first, link.last) for link in links[:3]] == [(1, 3), (4, 6), (7, 9)]
    acts = links[3:]
    assert [dict(link.fields)["record_time"] for link in acts] == sorted(
        dict(link.fields)["record_time"] for link in acts
    )
    assert {link.log: len(link.fields) for link in links} == {
        LogName.ANSWERS: 14,
        LogName.ACTS: 12,
    }
    for log in LogName:
        assert exported(engines, NOON, wanted=log) == [each for each in links if each.log is log]
    chains: dict[UUID, bytes] = {}
    for link in links:
        assert follows(link, chains.get(link.writer, link.writer.bytes))
        assert link.chain_before == (b"" if link.writer in chains else link.writer.bytes)
        chains[link.writer] = link.chain


@pytest.mark.parametrize("passed", [timedelta(seconds=1), timedelta(days=3), 12 * YEAR])
def test_the_hash_before_is_found_however_long_ago(
    register: PostgresRegister,
    engines: Engines,
    dsn: str,
    clock: SandboxClock,
    passed: timedelta,
) -> None:
    """A process that wrote nothing for years goes on with its chain."""
    trail = ActTrail(engines.transactions, clock)
    with process(dsn) as answers:
        for _ in range(2):
            make(register)
            trail.keep(READING)
            answers.give(ANSWER)
        before = ends_of(exported(engines, NOON))
        assert len(before) == 3
        for each in (clock, answers.clock):
            each.move(NOON + passed)
        make(register)
        trail.keep(READING)
        answers.give(ANSWER)
    links = exported(engines, NOON + passed)
    assert {link.writer: link.chain_before for link in links} == before
    assert all(follows(link, before[link.writer]) for link in links)


def test_what_is_missing_before_is_no_endless_search(
    register: PostgresRegister, engines: Engines
) -> None:
    """Where nothing is left of before, the chain does not follow; whoever checks it sees that."""
    for _ in range(3):
        make(register)
    with engines.transactions.begin() as connection:
        connection.execute(sa.text("set local session_replication_role = replica"))
        connection.execute(sa.text("delete from act_log where sequence = 1"))
    for since in (NOON, datetime.min.replace(tzinfo=NOON.tzinfo)):
        first, second = exported(engines, since)
        assert not follows(first, first.chain_before)
        assert follows(second, first.chain)


def test_what_is_being_written_is_waited_for(register: PostgresRegister, intake: Engines) -> None:
    """Readers are not; and a change only until it has ended."""
    with register.read() as idle, register.read() as reading:
        idle.head()
        assert reading.acts.under_way() == timedelta(0)
    with intake.transactions.begin() as other:
        other.execute(sa.update(head).values(revision=head.c.revision))
        other.execute(sa.text("select pg_sleep(0.1)"))
        with register.read() as reading:
            assert timedelta(seconds=0.1) < reading.acts.under_way() < timedelta(seconds=60)
    with register.read() as reading:
        assert reading.acts.under_way() == timedelta(0)
    assert make(register, CHANGE).revision
