"""
PostgreSQL that is killed, frozen, restarted, or cannot keep the log: nobody can tell.

Every look-up then ends in time, and says so; it never says anything else, and no answer is given
that is not in the log. When PostgreSQL is back, so are the answers, from the same process.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

import grpc
import pytest
import sqlalchemy as sa
from google.rpc.error_details_pb2 import RetryInfo

from osms.entitlement.v1 import entitlement_service_pb2 as pb
from osms_common.persistence.embedded import EmbeddedPostgres
from osms_server.bootstrap import connect
from osms_server.config import Settings
from osms_server.persistence.access import AccessTable
from osms_server.persistence.migration import migrate
from osms_server.persistence.own_postgres import own_postgres
from tests.people import AIGUL, people
from tests.persistence.contents import wait_until
from tests.processes import is_alive, passable_folder
from tests.rpc.looking_up import LookUps, look_ups
from tests.rpc.streams import OpenStream
from tests.rpc.told import Told, refused

SECONDS_MAX: Final = "1.0"
LONG: Final = 10.0
SHORT: Final = 0.8

ONE: Final = pb.CheckEntitlementRequest(iin=AIGUL)
MANY: Final = pb.BatchCheckEntitlementsRequest(iins=people(50))


@pytest.fixture(scope="module")
def postgres_apart() -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL of this module, as durable as a real one, to which anything may be done."""
    with passable_folder() as folder:
        postgres = own_postgres(folder / "postgresql")
        postgres.start()
        engines = connect(postgres.dsn, Settings.read(sandbox=False))
        migrate(engines.transactions)
        engines.dispose()
        try:
            yield postgres
        finally:
            postgres.stop()


@pytest.fixture(scope="module")
def front(postgres_apart: EmbeddedPostgres) -> Iterator[LookUps]:
    """A process that only looks up, and outlives all that happens here."""
    with look_ups(postgres_apart.dsn, OSMS_LOOK_UP_SECONDS_MAX=SECONDS_MAX) as front:
        yield front


@pytest.fixture
def stub(front: LookUps) -> Iterator[Any]:
    """The service, which answers when the test begins and when it ends."""
    with front.stub() as stub:
        wait_until(lambda: answers(stub))
        yield stub
        wait_until(lambda: answers(stub))
        with OpenStream(stub.StreamCheckEntitlements) as stream:
            stream.send(pb.StreamCheckEntitlementsRequest(iins=[AIGUL]))
            assert stream.receive().results[0].entitlement.receipt_id


def answers(stub: Any) -> bool:
    """Whether both lanes of lists and that of patients answer."""
    try:
        for _ in range(2):
            stub.CheckEntitlement(ONE, timeout=5)
            stub.BatchCheckEntitlements(MANY, timeout=5)
    except grpc.RpcError:
        return False
    return True


def processes_of(postgres: EmbeddedPostgres) -> list[int]:
    """The processes of a PostgreSQL, the first one first."""
    found = [postgres.pid]
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(status.read_text().rpartition(")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
        if parent == postgres.pid:
            found.append(int(status.parent.name))
    return found


def send(pids: list[int], number: signal.Signals) -> None:
    """Sends a signal to processes that we have started."""
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


@contextmanager
def frozen(postgres: EmbeddedPostgres) -> Iterator[None]:
    """PostgreSQL keeps its connections and does nothing, until the end of the block."""
    pids = processes_of(postgres)
    send(pids, signal.SIGSTOP)
    try:
        yield
    finally:
        send(pids, signal.SIGCONT)


@contextmanager
def gone(postgres: EmbeddedPostgres) -> Iterator[None]:
    """PostgreSQL is killed at once, and is there again at the end of the block."""
    pids = processes_of(postgres)
    send(pids, signal.SIGKILL)
    wait_until(lambda: not any(map(is_alive, pids)))
    try:
        yield
    finally:
        postgres.start()


@contextmanager
def restarted(postgres: EmbeddedPostgres) -> Iterator[None]:
    """PostgreSQL was stopped as it should be, and comes back."""
    postgres.stop()
    try:
        yield
    finally:
        postgres.start()


@contextmanager
def connected(postgres: EmbeddedPostgres) -> Iterator[sa.Connection]:
    """A connection of somebody's."""
    url = "postgresql+psycopg" + postgres.dsn[postgres.dsn.index("://") :]
    with sa.create_engine(url, poolclass=sa.NullPool).connect() as connection:
        yield connection


@contextmanager
def executed(postgres: EmbeddedPostgres, *begin: str, end: str = "") -> Iterator[None]:
    """Statements in a transaction of somebody's that stays open."""
    with connected(postgres) as connection:
        for statement in begin:
            connection.execute(sa.text(statement))
        if end:
            connection.commit()
        try:
            yield
        finally:
            if end:
                connection.execute(sa.text(end))
                connection.commit()


def locked_log(postgres: EmbeddedPostgres) -> Any:
    """Somebody has locked the log."""
    return executed(postgres, "lock table access_log in access exclusive mode")


def locked_people(postgres: EmbeddedPostgres) -> Any:
    """Somebody has locked the register."""
    return executed(postgres, "lock table person in access exclusive mode")


def full_disk(postgres: EmbeddedPostgres) -> Any:
    """PostgreSQL says that there is no room for the log."""
    full = "begin raise exception 'no space left on device' using errcode = 'disk_full'; end"
    return executed(
        postgres,
        f"create function full_disk() returns trigger language plpgsql as $$ {full} $$",
        "create trigger full_disk before insert on access_log execute function full_disk()",
        end="drop function full_disk cascade",
    )


def missing_log(postgres: EmbeddedPostgres) -> Any:
    """There is no log."""
    return executed(
        postgres,
        "alter table access_log rename to mislaid",
        end="alter table mislaid rename to access_log",
    )


ILLS: Final[dict[str, Callable[[EmbeddedPostgres], Any]]] = {
    "frozen": frozen,
    "killed": gone,
    "restarted": restarted,
    "the log is locked": locked_log,
    "the register is locked": locked_people,
    "the disk is full": full_disk,
    "the log is missing": missing_log,
}


def told_in_time(call: Callable[..., Any], request: Any, seconds: float) -> Told:
    """The error of a call that ends before its deadline; nobody's clock had to end it."""
    return refused(partial(call, request, timeout=seconds))


def must_be_unknown(error: Told) -> None:
    """Nobody can tell, and asking again may help."""
    assert (error.code, error.reason) == (grpc.StatusCode.UNAVAILABLE, "REGISTER_UNAVAILABLE")
    assert len(error.all(RetryInfo)) == 1


@pytest.mark.long
@pytest.mark.parametrize("ill", ILLS.values(), ids=ILLS)
def test_nobody_can_tell_and_everybody_hears_so_in_time(
    postgres_apart: EmbeddedPostgres, stub: Any, ill: Callable[[EmbeddedPostgres], Any]
) -> None:
    """Callers with much time and with little, about one and about many, also over a stream."""
    questions = [
        (method, request, seconds)
        for seconds in (LONG, SHORT)
        for method, request in (
            (stub.CheckEntitlement, ONE),
            (stub.BatchCheckEntitlements, MANY),
        )
    ]
    with ill(postgres_apart), ThreadPoolExecutor(12) as callers:
        for error in callers.map(told_in_time, *zip(*questions * 3, strict=True)):
            must_be_unknown(error)
        with OpenStream(stub.StreamCheckEntitlements) as stream:
            stream.send(pb.StreamCheckEntitlementsRequest(iins=[AIGUL]))
            must_be_unknown(stream.error())


class Asking:
    """Somebody who asks again and again, and keeps what is said."""

    def __init__(self) -> None:
        self.receipts: list[str] = []
        self.codes: list[grpc.StatusCode] = []
        self.has_ended = threading.Event()

    def ask(self, stub: Any) -> None:
        """Asks until it is told to end."""
        while not self.has_ended.is_set():
            try:
                answered = stub.BatchCheckEntitlements(MANY, timeout=3)
            except grpc.RpcError as error:
                failed: Any = error
                self.codes.append(failed.code())
                self.has_ended.wait(0.02)
            else:
                self.receipts += [each.entitlement.receipt_id for each in answered.results]

    def wait_for_more(self, of: list[Any]) -> None:
        """Waits until somebody has heard more of a kind."""
        seen = len(of)
        wait_until(lambda: len(of) > seen)


@pytest.mark.long
def test_no_answer_is_given_that_is_not_in_the_log(
    postgres_apart: EmbeddedPostgres, front: LookUps, stub: Any
) -> None:
    """PostgreSQL is frozen, killed and restarted under questions; what was answered is kept."""
    asking = Asking()
    with front.stub() as other, ThreadPoolExecutor(4) as callers:
        made = [callers.submit(asking.ask, each) for each in (stub, other) * 2]
        try:
            for ill in (frozen, gone, locked_log, restarted):
                asking.wait_for_more(asking.receipts)
                with ill(postgres_apart):
                    asking.wait_for_more(asking.codes)
            asking.wait_for_more(asking.receipts)
        finally:
            asking.has_ended.set()
    assert not any(each.exception() for each in made)
    assert set(asking.codes) == {grpc.StatusCode.UNAVAILABLE}
    with connected(postgres_apart) as connection:
        rows = AccessTable(connection).page(None, None, 1_000_000, None)
        logged = {str(row.receipt_id) for row in rows}
    assert len(set(asking.receipts)) == len(asking.receipts)
    assert set(asking.receipts) <= logged
