"""The embedded PostgreSQL when processes are killed: nothing is lost or in the way."""

from __future__ import annotations

import os
import pwd
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import grpc
import psycopg
import pytest

from osms.entitlement.v1 import entitlement_service_pb2 as pb
from osms.entitlement.v1 import entitlement_service_pb2_grpc as pb_grpc
from osms_client import NamedCaller
from osms_common.persistence.embedded import EmbeddedPostgres, EmbeddedPostgresError
from osms_common.persistence.keeping import kept_running
from osms_server.persistence.own_postgres import own_postgres
from tests.people import AIGUL
from tests.persistence.contents import wait_until
from tests.processes import (
    PLAIN,
    ServerProcess,
    command,
    is_alive,
    passable_folder,
    postgres_pid,
    run,
)
from tests.rpc.sending import assigned, push_categories

pytestmark = pytest.mark.long


@pytest.fixture
def state() -> Iterator[Path]:
    """The folder of a server's state."""
    with passable_folder() as folder:
        yield folder


@pytest.fixture
def embedded(state: Path) -> Iterator[EmbeddedPostgres]:
    """An embedded PostgreSQL that has not been started yet; it is stopped with the test."""
    postgres = own_postgres(state / "postgresql")
    yield postgres
    postgres.stop()


def server_on(state: Path) -> ServerProcess:
    """A server with its PostgreSQL in this folder."""
    return ServerProcess(*PLAIN, "--listen", "127.0.0.1:0", "--state-folder", str(state))


def kill(pid: int) -> None:
    """Kills a process that we have started."""
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not is_alive(pid))


def keep_a_row(dsn: str) -> None:
    """Keeps something that must not be lost."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("create table kept as select 1 as number")


def has_the_row(dsn: str) -> bool:
    """Whether it is still there."""
    with psycopg.connect(dsn) as connection:
        return connection.execute("select number from kept").fetchall() == [(1,)]


def question_of(server: ServerProcess) -> Any:  # noqa: ANN401 - a callable of a generated stub
    """Asks about a person, once; nothing is repeated in between."""
    options = [("grpc.enable_retries", 0)]
    channel = NamedCaller("clinic1").channel(server.address, options)
    stub = pb_grpc.EntitlementServiceStub(channel)
    return lambda: stub.CheckEntitlement(pb.CheckEntitlementRequest(iin=AIGUL), timeout=20)


# The server is killed.


def test_after_a_killed_server_the_next_one_goes_on(state: Path) -> None:
    """The PostgreSQL that it left is stopped, another is started, and all is there."""
    with server_on(state) as server:
        left = postgres_pid(state)
        with server.client("SC") as client:
            assert push_categories(client, assigned()).accepted == 1
        server.end(signal.SIGKILL)
    assert is_alive(left)
    with server_on(state) as again, again.client("SC") as client:
        assert not is_alive(left)
        assert is_alive(postgres_pid(state))
        assert client.category_position() == 2


def test_verify_may_follow_a_killed_server(state: Path) -> None:
    """It takes the folder over as a server does, and leaves no PostgreSQL behind."""
    with server_on(state) as server:
        left = postgres_pid(state)
        with server.client("SC") as client:
            push_categories(client, assigned())
        server.end(signal.SIGKILL)
    done = run("verify", "--state-folder", str(state), "--processes", "1")
    assert (done.returncode, done.stderr.count("osms-server:")) == (0, 0)
    assert "1 people compared" in done.stdout
    assert not is_alive(left)


# PostgreSQL is killed.


def test_a_killed_postgresql_is_started_again(state: Path) -> None:
    """Meanwhile nobody is told "not entitled", and afterwards all is there."""
    with server_on(state) as server:
        with server.client("SC") as client:
            ack = push_categories(client, assigned())
        ask = question_of(server)
        entitled = ask().entitlement.status
        killed = postgres_pid(state)
        kill(killed)
        told = set()
        for _ in range(10_000):
            try:
                told.add(ask().entitlement.status)
                break
            except grpc.RpcError as error:
                call: Any = error
                told.add(call.code())
        assert told <= {grpc.StatusCode.UNAVAILABLE, entitled}
        with server.client("SC") as client, server.client("supervisor1") as fund:
            assert client.category_position() == ack.next_position
            assert len(list(fund.facts(AIGUL))) == 1
            assert push_categories(client, assigned(category="R07", source="MLSPP")).accepted == 1
        assert postgres_pid(state) != killed
        assert server.end() == 0
    assert not is_alive(killed)


def test_a_server_can_be_stopped_while_its_postgresql_is_gone(state: Path) -> None:
    """It does not stumble over what is not there to be stopped."""
    with server_on(state) as server:
        kill(postgres_pid(state))
        assert server.end() == 0


def test_one_that_cannot_be_started_is_tried_again(
    embedded: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first attempt may fail; the keeper does not give up."""
    dsn = embedded.start()
    keep_a_row(dsn)
    start, failed = EmbeddedPostgres.start, threading.Event()

    def fail_once(postgres: EmbeddedPostgres) -> str:
        if not failed.is_set():
            failed.set()
            raise EmbeddedPostgresError("no")
        return start(postgres)

    with monkeypatch.context() as patched, kept_running(embedded):
        patched.setattr(EmbeddedPostgres, "start", fail_once)
        kill(embedded.pid)
        wait_until(failed.is_set)
        wait_until(embedded.runs)
        wait_until(lambda: _answers(dsn))
    assert has_the_row(dsn)


def _answers(dsn: str) -> bool:
    try:
        psycopg.connect(dsn).close()
    except psycopg.OperationalError:
        return False
    return True


def test_the_next_start_waits_for_a_process_that_still_works(embedded: EmbeddedPostgres) -> None:
    """One that lost its parent and is busy has the memory of the old server; it ends by itself."""
    dsn = embedded.start()
    keep_a_row(dsn)
    count = "select count(*) from generate_series(1, 1500000) a where a % 7 = random()::int"

    def work() -> None:
        with suppress(psycopg.OperationalError), psycopg.connect(dsn) as connection:
            connection.execute(count)

    busy = threading.Thread(target=work)
    busy.start()
    with psycopg.connect(dsn, autocommit=True) as connection:
        active = "select count(*) from pg_stat_activity where query like 'select count(*) from g%'"
        wait_until(lambda: connection.execute(active).fetchone() == (1,))
        kill(embedded.pid)
    assert has_the_row(embedded.start())
    busy.join()


# What is in the folder.


@contextmanager
def somebody_else() -> Iterator[int]:
    """A process of the user who runs PostgreSQL that is something else."""
    user = pwd.getpwnam("postgres").pw_uid if os.geteuid() == 0 and _has_postgres() else None
    with subprocess.Popen(["/bin/sleep", "600"], user=user) as process:
        try:
            yield process.pid
        finally:
            process.kill()


def _has_postgres() -> bool:
    return any(user.pw_name == "postgres" for user in pwd.getpwall())


def test_a_file_that_names_somebody_else_is_not_believed(embedded: EmbeddedPostgres) -> None:
    """After a crash of the machine the number may be that of any process."""
    keep_a_row(embedded.start())
    file = embedded.folder / "data" / "postmaster.pid"
    kill(embedded.pid)
    with somebody_else() as pid:
        _, *rest = file.read_text().splitlines(keepends=True)
        file.write_text("".join([f"{pid}\n", *rest]))
        (lock,) = embedded.folder.glob(".s.PGSQL.*.lock")
        lock.write_text("".join([f"{pid}\n", *rest]))
        assert has_the_row(embedded.start())
        assert is_alive(pid)


def test_a_folder_that_was_made_half_way_is_made_anew(embedded: EmbeddedPostgres) -> None:
    """A server that is killed while it makes its database leaves nothing that looks like one."""
    embedded.folder.mkdir(parents=True)
    half = embedded.folder / "initdb-half"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    keep_a_row(embedded.start())
    assert not half.exists()
    assert [each.name for each in embedded.folder.iterdir() if each.is_dir()] == ["data"]


def test_killed_while_it_makes_its_database(state: Path) -> None:
    """Whenever that is, the next server begins well."""
    for polls in (0, 60):
        server = subprocess.Popen(  # noqa: S603 - our own program
            _serve(state), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_until(lambda: any((state / "postgresql").glob("*/PG_VERSION")))
        for _ in range(polls):
            if (state / "postgresql" / "data").exists():
                break
            threading.Event().wait(0.005)
        server.kill()
        server.wait()
    with server_on(state) as again, again.client("SC") as client:
        assert client.category_position() == 1


def _serve(state: Path) -> list[str]:
    return command(*PLAIN, "--listen", "127.0.0.1:0", "--state-folder", str(state))
