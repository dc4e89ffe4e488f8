"""Look-ups from a streaming replica: never older than demanded, and honest about their instant."""

from __future__ import annotations

import asyncio
import random
import shutil
import tempfile
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, TypeVar

import psycopg
import pytest

from osms_common.clocks import SystemClock
from osms_common.domain.errors import RevisionNotReached
from osms_common.domain.identifiers import Iin
from osms_common.domain.revision import NOTHING_KNOWN, Revision
from osms_common.persistence.embedded import EmbeddedPostgres
from osms_server.application.ports import Known
from osms_server.bootstrap import connect
from osms_server.bootstrap import replica as follow
from osms_server.config import Settings
from osms_server.persistence.look_ups import LookUpLine
from osms_server.persistence.migration import migrate
from osms_server.persistence.own_postgres import own_postgres
from osms_server.persistence.replica import ReplicaLookUps, ReplicaProgress
from tests.conftest import dsns_of
from tests.people import people

CLOCK: Final = SystemClock()
PROBE_SECONDS: Final = 0.02
LONG: Final = timedelta(minutes=5)
SEED: Final = random.randrange(2**32)
SOMEBODY, *OTHERS = (Iin(int(text)) for text in people(40))

T = TypeVar("T")


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder that PostgreSQL can reach, also where it runs as another user."""
    folder = Path(tempfile.mkdtemp(prefix="osms-replica-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def dsn(folder: Path, settings: Settings) -> Iterator[str]:
    """A primary with an empty register; durable, for a replica follows what is flushed."""
    server = own_postgres(folder / "primary")
    engines = connect(server.start(), settings)
    migrate(engines.transactions)
    engines.dispose()
    yield server.dsn
    server.stop()


@pytest.fixture(scope="module")
def replica(folder: Path, dsn: str) -> Iterator[EmbeddedPostgres]:
    """A replica of it."""
    server = own_postgres(folder / "replica", primary=dsn)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def replica_dsn(replica: EmbeddedPostgres) -> str:
    """The DSN of the register in the replica."""
    return replica.dsn


@pytest.fixture(autouse=True)
def empty(dsn: str) -> None:
    """A register of nobody."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("delete from person")
        connection.execute("update head set revision = 1")


def commit(dsn: str, iin: Iin, revision: int) -> Revision:
    """Somebody becomes known, as a writer would have it: the head and the person together."""
    with psycopg.connect(dsn) as connection:
        connection.execute("update head set revision = %s", (revision,))
        connection.execute(
            "insert into person values (%s, %s, %s, 1, '20200101R01', '')",
            (iin, revision, revision),
        )
    return Revision(revision)


@contextmanager
def paused(dsn: str) -> Iterator[None]:
    """The replica replays nothing."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("select pg_wal_replay_pause()")
        waiting = "select pg_get_wal_replay_pause_state() <> 'paused'"
        while connection.execute(waiting).fetchone() == (True,):
            pass
        try:
            yield
        finally:
            connection.execute("select pg_wal_replay_resume()")


Asking = Callable[[ReplicaLookUps, ReplicaProgress], Coroutine[Any, Any, T]]


def following(dsn: str, replica_dsn: str, ask: Asking[T], lag_max: timedelta = LONG) -> T:
    """Asks while the replica is followed, once it has caught up."""

    async def run() -> T:
        primary_dsn, own_dsn = (dsns_of(each).look_up for each in (dsn, replica_dsn))
        progress = ReplicaProgress(primary_dsn, own_dsn, CLOCK, PROBE_SECONDS, seconds_max=5)
        task = asyncio.create_task(progress.run())
        replica, primary = (LookUpLine(each, CLOCK, 5) for each in (own_dsn, primary_dsn))
        look_ups = ReplicaLookUps(replica, primary, progress, lag_max)
        try:
            async with asyncio.timeout(20):
                await caught_up(progress)
                return await ask(look_ups, progress)
        finally:
            task.cancel()
            progress.close()
            look_ups.close()

    return asyncio.run(run())


async def caught_up(progress: ReplicaProgress) -> None:
    """Waits until the replica has all that is committed now."""
    now = CLOCK.now()
    while (as_of := progress.complete_as_of(LONG)) is None or as_of < now:  # noqa: ASYNC110
        await asyncio.sleep(PROBE_SECONDS)


def test_the_replica_answers(dsn: str, replica_dsn: str) -> None:
    """With all that was committed before the instant that it tells."""
    revision = commit(dsn, SOMEBODY, 7)

    async def ask(look_ups: ReplicaLookUps, progress: ReplicaProgress) -> Known:
        await caught_up(progress)
        return await look_ups.look_up([SOMEBODY], revision)

    known = following(dsn, replica_dsn, ask)
    assert known.timelines == {SOMEBODY: "20200101R01"}
    assert known.head.revision >= revision
    assert known.data_time <= CLOCK.now()


def test_a_lagging_replica_tells_how_far_it_has_come(dsn: str, replica_dsn: str) -> None:
    """Its answer is of an instant before what it does not have yet."""

    async def ask(look_ups: ReplicaLookUps, progress: ReplicaProgress) -> None:
        await caught_up(progress)
        with paused(replica_dsn):
            before = CLOCK.now()
            revision = commit(dsn, SOMEBODY, 7)
            await asyncio.sleep(PROBE_SECONDS * 3)
            old = await look_ups.look_up([SOMEBODY], NOTHING_KNOWN)
            assert (old.timelines, old.head.revision) == ({}, 1)
            assert old.data_time <= before
            new = await look_ups.look_up([SOMEBODY], revision)
            assert (set(new.timelines), new.head.revision) == ({SOMEBODY}, revision)
            assert new.data_time >= old.data_time
        await caught_up(progress)
        last = await look_ups.look_up([SOMEBODY], revision)
        assert set(last.timelines) == {SOMEBODY}

    following(dsn, replica_dsn, ask)


def test_a_replica_that_lags_too_far_is_not_asked(dsn: str, replica_dsn: str) -> None:
    """Beyond the setting the primary answers, also those who demand nothing."""

    async def ask(look_ups: ReplicaLookUps, progress: ReplicaProgress) -> Known:
        await caught_up(progress)
        with paused(replica_dsn):
            commit(dsn, SOMEBODY, 7)
            await asyncio.sleep(0.3)
            return await look_ups.look_up([SOMEBODY], NOTHING_KNOWN)

    known = following(dsn, replica_dsn, ask, lag_max=timedelta(seconds=0.2))
    assert (set(known.timelines), known.head.revision) == ({SOMEBODY}, 7)


def test_what_nobody_knows_is_not_answered(dsn: str, replica_dsn: str) -> None:
    """A revision that the primary does not have either."""
    with pytest.raises(RevisionNotReached):
        following(dsn, replica_dsn, lambda look_ups, _: look_ups.look_up([SOMEBODY], Revision(9)))


def test_no_committed_change_is_missed(dsn: str, replica_dsn: str) -> None:
    """Whatever the replica does: who demands a revision sees all that was committed up to it."""
    chance = random.Random(SEED)
    print(f"seed {SEED}")  # noqa: T201 - shown where the test fails

    async def ask(look_ups: ReplicaLookUps, _: ReplicaProgress) -> None:
        for revision, iin in enumerate(OTHERS, start=2):
            if chance.random() < 0.5:
                with paused(replica_dsn):
                    await commit_and_ask(look_ups, iin, revision)
            else:
                await commit_and_ask(look_ups, iin, revision)

    async def commit_and_ask(look_ups: ReplicaLookUps, iin: Iin, revision: int) -> None:
        at_least = commit(dsn, iin, revision)
        known = await look_ups.look_up(OTHERS, at_least)
        assert known.head.revision >= at_least
        assert set(known.timelines) >= set(OTHERS[: revision - 1])
        unasked = await look_ups.look_up(OTHERS, NOTHING_KNOWN)
        assert len(unasked.timelines) == unasked.head.revision - 1

    following(dsn, replica_dsn, ask)


def test_without_the_replica_the_primary_answers(
    dsn: str, replica_dsn: str, replica: EmbeddedPostgres
) -> None:
    """It dies while it is asked, and comes back."""
    revision = commit(dsn, SOMEBODY, 7)

    async def ask(look_ups: ReplicaLookUps, progress: ReplicaProgress) -> None:
        await caught_up(progress)
        await asyncio.to_thread(replica.stop)
        for _ in range(3):
            known = await look_ups.look_up([SOMEBODY], revision)
            assert set(known.timelines) == {SOMEBODY}
        await asyncio.to_thread(replica.start)
        await caught_up(progress)
        known = await look_ups.look_up([SOMEBODY], revision)
        assert set(known.timelines) == {SOMEBODY}

    following(dsn, replica_dsn, ask)


def test_a_replica_is_asked_with_the_rights_of_look_ups(dsn: str, folder: Path) -> None:
    """The DSN that the command tells is that of the role, which came with the data."""
    with follow(Settings.read(state_folder=folder / "state"), dsn) as told:
        assert told.startswith("postgresql://osms_look_up@")
        with psycopg.connect(told) as connection:
            assert connection.execute("select count(timeline) from person").fetchone() == (0,)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("select from roster.roster_mark")
