"""The server as a whole: what it offers, its limits, how it begins and how it ends."""

from __future__ import annotations

import ctypes
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc
import pytest
import sqlalchemy as sa
from google.rpc.error_details_pb2 import RetryInfo
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)

from osms.entitlement.v1 import entitlement_service_pb2 as pb
from osms.entitlement.v1 import entitlement_service_pb2_grpc as pb_grpc
from osms.entitlement.v1 import operations_service_pb2 as operations_pb
from osms.entitlement.v1 import operations_service_pb2_grpc as operations_pb_grpc
from osms.entitlement.v1 import roster_service_pb2 as roster_pb
from osms_client import NamedCaller, OsmsClient
from osms_common.serving.transport import CannotListen
from osms_server.bootstrap import Engines, RunningServer, running_server
from osms_server.config import Settings, Transport
from osms_server.persistence.own_postgres import own_postgres
from osms_server.persistence.tables import head
from tests.conftest import apart
from tests.deadlines import with_deadlines
from tests.people import AIGUL, people
from tests.processes import (
    PLAIN,
    ServerProcess,
    is_alive,
    passable_folder,
    postgres_pid,
    run,
)
from tests.rpc.sending import CATEGORIES, MORNING, TODAY, assigned, push_categories
from tests.rpc.streams import OpenStream
from tests.rpc.told import refused

SANDBOX = "osms.entitlement.v1.SandboxService"
SERVICES = {
    f"osms.entitlement.v1.{name}Service"
    for name in (
        "Category",
        "Payment",
        "Roster",
        "Consumer",
        "Entitlement",
        "Operations",
        "Audit",
    )
}
DEBIANS = Path("/usr/lib/postgresql/15/bin")


@dataclass(frozen=True)
class Site:
    """A running server of this process, with channels and clients that are closed with it."""

    running: RunningServer

    @contextmanager
    def channel(self, name: str) -> Iterator[grpc.Channel]:
        """A channel as the caller of a name; no call on it is ever repeated."""
        options = [("grpc.enable_retries", 0)]
        channel = with_deadlines(NamedCaller(name).channel(self.running.address, options))
        try:
            yield channel
        finally:
            channel.close()

    def client(self, name: str) -> OsmsClient:
        """A client as the caller of a name."""
        return OsmsClient(self.running.address, NamedCaller(name), timeout=20)

    def stop(self) -> threading.Thread:
        """Begins to stop the server, and returns when it has begun."""
        stopping = threading.Thread(target=self.running.stop)
        stopping.start()
        assert self.running.application.stopping.wait(10)
        return stopping


@contextmanager
def site(dsn: str, **settings: Any) -> Iterator[Site]:
    """A server for as long as the block lasts."""
    plain = {
        "listen": "127.0.0.1:0",
        "transport": Transport.PLAINTEXT,
        "sandbox": True,
        **apart(dsn),
        "shutdown_seconds": 20,
    }
    with running_server(Settings.read(**{**plain, **settings})) as running:
        with OsmsClient(running.address, NamedCaller("SC")) as client:
            if settings.get("sandbox", True):
                client.reset_sandbox(MORNING)
        yield Site(running)


# What is offered.


@pytest.mark.parametrize("sandbox", [True, False], ids=["a sandbox", "no sandbox"])
def test_health_and_reflection_tell_what_is_offered(dsn: str, *, sandbox: bool) -> None:
    """Every service is healthy and described; that of the sandbox only where there is one."""
    offered = SERVICES | ({SANDBOX} if sandbox else set())
    with site(dsn, sandbox=sandbox) as server, server.channel("nobody") as channel:
        health = health_pb2_grpc.HealthStub(channel)
        for name in ("", *offered):
            status = health.Check(health_pb2.HealthCheckRequest(service=name)).status
            assert status == health_pb2.HealthCheckResponse.SERVING
        described = set(ProtoReflectionDescriptorDatabase(channel).get_services())
    own = {"grpc.health.v1.Health", "grpc.reflection.v1alpha.ServerReflection"}
    assert described == offered | own


# Limits.


def test_a_message_may_not_be_too_large(dsn: str) -> None:
    """A larger one than the setting allows is refused, and the next one is taken."""
    with site(dsn, message_bytes_max=2**16) as server, server.channel("clinic1") as channel:
        stub = pb_grpc.EntitlementServiceStub(channel)
        with pytest.raises(grpc.RpcError) as caught:
            stub.CheckEntitlement(pb.CheckEntitlementRequest(iin="9" * 2**17), timeout=20)
        error: Any = caught.value
        assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert stub.CheckEntitlement(pb.CheckEntitlementRequest(iin=AIGUL), timeout=20)


def test_more_calls_than_are_allowed_are_refused_at_once(dsn: str) -> None:
    """They do not wait; when others have ended, there is room again."""
    with site(dsn, concurrent_rpcs_max=8) as server, server.channel("clinic1") as channel:
        stub = pb_grpc.EntitlementServiceStub(channel)
        request = pb.CheckEntitlementRequest(iin=AIGUL)
        streams = [OpenStream(stub.StreamCheckEntitlements) for _ in range(8)]
        for stream in streams:
            stream.send(pb.StreamCheckEntitlementsRequest(iins=[AIGUL]))
            stream.receive()
        with pytest.raises(grpc.RpcError) as caught:
            stub.CheckEntitlement(request, timeout=20)
        error: Any = caught.value
        assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert all(stream.rest() == [] for stream in streams)
        answer = _when_there_is_room(lambda: stub.CheckEntitlement(request, timeout=20))
        assert answer.entitlement.iin == AIGUL


def _when_there_is_room(call: Callable[[], Any]) -> Any:
    until = time.monotonic() + 10
    while True:
        try:
            return call()
        except grpc.RpcError:
            assert time.monotonic() < until
            time.sleep(0.01)


def test_an_address_that_is_taken_is_told(dsn: str) -> None:
    """A second server on the same port does not start, and says why."""
    with site(dsn) as server:
        with (
            pytest.raises(CannotListen, match="another server"),
            site(dsn, listen=server.running.address),
        ):
            pass
        with server.client("clinic1") as client:
            assert client.clock() == MORNING


@pytest.mark.parametrize("key", ["", "a secret of several servers"], ids=["unset", "set"])
def test_a_list_goes_on_after_a_restart_where_the_secret_is_the_same(dsn: str, key: str) -> None:
    """Otherwise its token is refused, and the list is begun anew."""

    def listed(server: Site, token: str) -> Any:
        with server.channel("state-corporation/SC") as channel:
            stub = operations_pb_grpc.OperationsServiceStub(channel)
            request = operations_pb.ListRejectionsRequest(page_size=1, page_token=token)
            return stub.ListRejections(request)

    with site(dsn, page_token_key=key) as server, server.client("SC") as sender:
        push_categories(sender, assigned("1"), assigned("2"))
        token = listed(server, "").next_page_token
    with site(dsn, page_token_key=key, sandbox=False) as again:
        if key:
            assert len(listed(again, token).rejections) == 1
        else:
            assert refused(lambda: listed(again, token)).violations == [
                ("page_token", "TOKEN_INVALID")
            ]


# Streams.


def question_streams(channel: grpc.Channel) -> Any:
    """The streams by which a clinic asks."""
    return pb_grpc.EntitlementServiceStub(channel).StreamCheckEntitlements


@contextmanager
def idle_streams(method: Any, count: int) -> Iterator[None]:
    """Streams on which something was asked, and nothing more is sent."""
    with ExitStack() as stack:
        for _ in range(count):
            stream = stack.enter_context(OpenStream(method))
            stream.send(pb.StreamCheckEntitlementsRequest(iins=[AIGUL]))
            stream.receive()
        yield


def one_more(channel: grpc.Channel) -> tuple[str, str]:
    """By which setting one stream more is refused, and how many it allows."""
    with OpenStream(question_streams(channel)) as stream:
        error = stream.error()
    assert (error.code, error.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "BUSY")
    return error.metadata["setting"], error.metadata["allowed"]


def test_idle_streams_lock_nobody_out(dsn: str) -> None:
    """A caller has so many, and all together leave workers for what is short."""
    with (
        site(dsn, workers=8, streams_per_caller_max=4) as server,
        server.channel("clinic1") as clinic,
        server.channel("operator1") as fund,
        idle_streams(question_streams(clinic), 4),
        idle_streams(question_streams(fund), 2),
    ):
        assert one_more(clinic) == ("streams_per_caller_max", "4")
        assert one_more(fund) == ("streams_max", "6")
        request = pb.CheckEntitlementRequest(iin=AIGUL)
        assert pb_grpc.EntitlementServiceStub(clinic).CheckEntitlement(request, timeout=5)
        health = health_pb2_grpc.HealthStub(clinic)
        assert health.Check(health_pb2.HealthCheckRequest(), timeout=5).status


def test_a_stream_that_has_ended_leaves_its_place(dsn: str) -> None:
    """Another may then be opened."""
    with site(dsn, streams_per_caller_max=1) as server, server.channel("clinic1") as channel:
        for _ in range(5):
            with OpenStream(question_streams(channel)) as stream:
                stream.send(pb.StreamCheckEntitlementsRequest(iins=[AIGUL]))
                stream.receive()
                assert stream.rest() == []


def test_descriptions_have_no_more_streams_than_a_caller(dsn: str) -> None:
    """Anybody may ask what is offered, without keeping others from being answered."""
    with site(dsn, streams_per_caller_max=1) as server, server.channel("nobody") as channel:
        method = reflection_pb2_grpc.ServerReflectionStub(channel).ServerReflectionInfo
        listing = reflection_pb2.ServerReflectionRequest(list_services="")
        with OpenStream(method) as first:
            first.send(listing)
            assert first.receive()
            with OpenStream(method) as second:
                second.send(listing)
                assert second.error().reason == "BUSY"


def test_an_idle_stream_is_ended(dsn: str) -> None:
    """Whether it asked something before, or never began."""
    with (
        site(dsn, stream_idle_seconds=0.3) as server,
        server.channel("clinic1") as clinic,
        server.channel("SC") as corporation,
    ):
        with OpenStream(question_streams(clinic)) as stream:
            stream.send(pb.StreamCheckEntitlementsRequest(iins=[AIGUL]))
            stream.receive()
            asked = stream.error()
        with OpenStream(CATEGORIES.method(corporation)) as feed:
            never_opened = feed.error()
    for error in (asked, never_opened):
        assert (error.code, error.reason) == (grpc.StatusCode.UNAVAILABLE, "STREAM_IDLE")
        assert error.one(RetryInfo)


def test_an_idle_feed_is_gone_on_with(dsn: str) -> None:
    """It may be idle for longer; a sender who was idle for too long notices nothing of it."""
    with (
        site(dsn, stream_idle_seconds=0.2, feed_idle_seconds=0.6) as server,
        server.client("SC") as sender,
        sender.category_feed() as feed,
    ):
        list(feed.send([assigned()]))
        for pause in (0.4, 1.2):
            time.sleep(pause)
            (ack,) = feed.send([assigned(category="R02", source="MIA")])
            assert (ack.accepted + ack.duplicate + ack.rejected, ack.repeated) == (1, 0)
        assert ack.next_position == 4


# The end.


@contextmanager
def writers_wait(engines: Engines) -> Iterator[None]:
    """Whoever writes must wait until the end of the block."""
    with engines.transactions.begin() as connection:
        connection.execute(sa.select(head).with_for_update())
        yield


def _wait_until_somebody_waits(engines: Engines) -> None:
    until = time.monotonic() + 10
    statement = sa.text("select count(*) from pg_locks where not granted")
    while True:
        with engines.transactions.connect() as connection:
            if connection.execute(statement).scalar_one():
                return
        assert time.monotonic() < until


def test_a_stream_gets_its_last_ack_before_it_is_ended(dsn: str, engines: Engines) -> None:
    """What is being stored is stored and acknowledged; then the sender is told to go."""
    with site(dsn) as server, server.channel("SC") as channel:
        with OpenStream(CATEGORIES.method(channel)) as stream:
            with writers_wait(engines):
                pass
            stream.send(CATEGORIES.opening())
            stream.receive()
            with writers_wait(engines):
                stream.send(CATEGORIES.batch_of(1, 3), CATEGORIES.batch_of(4, 3))
                _wait_until_somebody_waits(engines)
                stopping = server.stop()
            assert stream.receive().ack.next_position == 4
            error = stream.error()
        stopping.join(10)
        assert not stopping.is_alive()
    assert (error.code, error.reason) == (grpc.StatusCode.UNAVAILABLE, "SHUTTING_DOWN")
    assert error.one(RetryInfo)
    with site(dsn, sandbox=False) as after, after.client("state-corporation/SC") as client:
        assert client.category_position() == 4


def test_streams_on_which_nothing_happens_do_not_hold_the_server_up(dsn: str) -> None:
    """Each is told that the server stops, long before the calls that run are cut off."""
    with (
        site(dsn) as server,
        server.channel("clinic1") as clinic,
        server.channel("SC") as corporation,
        server.channel("DEFENCE") as defence,
    ):
        questions = OpenStream(pb_grpc.EntitlementServiceStub(clinic).StreamCheckEntitlements)
        questions.send(pb.StreamCheckEntitlementsRequest(iins=[AIGUL]))
        questions.receive()
        feed = OpenStream(CATEGORIES.method(corporation))
        feed.send(CATEGORIES.opening())
        feed.receive()
        roster = defence.stream_unary(
            "/osms.entitlement.v1.RosterService/PushRoster",
            request_serializer=roster_pb.PushRosterRequest.SerializeToString,
            response_deserializer=roster_pb.PushRosterResponse.FromString,
        )
        opening = roster_pb.RosterOpening(snapshot_id=str(uuid4()), body="DEFENCE", line_count=1)
        upload = OpenStream(roster.future)
        upload.send(roster_pb.PushRosterRequest(opening=opening))
        _wait_for_readers(3)
        began = time.monotonic()
        server.stop().join(15)
        assert time.monotonic() - began < 10
        errors = [questions.error(), feed.error(), refused(upload._call.result)]
    assert {error.reason for error in errors} == {"SHUTTING_DOWN"}


def _wait_for_readers(count: int) -> None:
    until = time.monotonic() + 10
    while sum(thread.name == "feed-reader" for thread in threading.enumerate()) < count:
        assert time.monotonic() < until
        time.sleep(0.01)


def test_a_call_that_runs_is_answered_before_the_end(dsn: str, engines: Engines) -> None:
    """A mutation that has begun is made, and its caller hears of it; a new one is not taken."""
    with site(dsn) as server, server.client("operator1") as operator:
        made: list[Any] = []

        def register() -> None:
            made.append(operator.register(AIGUL, "R01", TODAY, ["BIRTH_CERTIFICATE"]))

        with writers_wait(engines):
            calling = threading.Thread(target=register)
            calling.start()
            _wait_until_somebody_waits(engines)
            stopping = server.stop()
            with server.channel("clinic1") as late:
                stub = pb_grpc.EntitlementServiceStub(late)
                request = pb.CheckEntitlementRequest(iin=AIGUL)
                with pytest.raises(grpc.RpcError) as caught:
                    stub.CheckEntitlement(request, timeout=20)
        calling.join(10)
        stopping.join(10)
    error: Any = caught.value
    assert error.code() is grpc.StatusCode.UNAVAILABLE
    assert made[0].iin == AIGUL


def test_a_change_that_waits_too_long_is_told_so(dsn: str, engines: Engines) -> None:
    """The line is not held up for ever by another writer; the batch can be sent again."""
    with site(dsn, writer_wait_seconds=0.5) as server, server.channel("SC") as channel:
        with OpenStream(CATEGORIES.method(channel)) as stream:
            stream.send(CATEGORIES.opening())
            stream.receive()
            with writers_wait(engines):
                stream.send(CATEGORIES.batch_of(1, 3))
                error = stream.error()
        assert (error.code, error.reason) == (
            grpc.StatusCode.UNAVAILABLE,
            "REGISTER_UNAVAILABLE",
        )
        with OpenStream(CATEGORIES.method(channel)) as again:
            again.send(CATEGORIES.opening(), CATEGORIES.batch_of(1, 3))
            assert again.receive().ready.next_position == 1
            assert again.receive().ack.accepted_count == 3


def test_a_full_disk_takes_nothing_and_loses_nothing(dsn: str, engines: Engines) -> None:
    """The batch is refused whole, for now; when there is room it is sent again and counts once."""
    with site(dsn) as server, server.channel("SC") as channel:
        with (
            no_room_for("category_fact", engines),
            OpenStream(CATEGORIES.method(channel)) as stream,
        ):
            stream.send(CATEGORIES.opening(), CATEGORIES.batch_of(1, 3))
            stream.receive()
            error = stream.error()
        assert (error.code, error.reason) == (
            grpc.StatusCode.UNAVAILABLE,
            "REGISTER_UNAVAILABLE",
        )
        with OpenStream(CATEGORIES.method(channel)) as again:
            again.send(CATEGORIES.opening(), CATEGORIES.batch_of(1, 3))
            assert again.receive().ready.next_position == 1
            assert again.receive().ack.accepted_count == 3


@contextmanager
def no_room_for(table: str, engines: Engines) -> Iterator[None]:
    """PostgreSQL says that its disk is full, until the end of the block."""
    full = "begin raise exception 'no space left on device' using errcode = 'disk_full'; end"
    begin = (
        f"create function full_disk() returns trigger language plpgsql as $$ {full} $$",
        f"create trigger full_disk before insert on {table} execute function full_disk()",
    )
    with engines.transactions.begin() as connection:
        for statement in begin:
            connection.execute(sa.text(statement))
    try:
        yield
    finally:
        with engines.transactions.begin() as connection:
            connection.execute(sa.text("drop function full_disk cascade"))


def test_those_who_wait_to_write_do_not_stop_those_who_ask(dsn: str, engines: Engines) -> None:
    """However many changes wait for their turn, there are connections left for answers."""
    with site(dsn, database_connections_max=4) as server, server.client("supervisor1") as fund:
        made: list[str] = []

        def register(iin: str) -> None:
            with server.client("operator1") as operator:
                registered = operator.register(iin, "R01", TODAY, ["BIRTH_CERTIFICATE"])
                made.append(registered.iin)

        waiting = [threading.Thread(target=register, args=(iin,)) for iin in people(8)]
        with writers_wait(engines):
            for thread in waiting:
                thread.start()
            _wait_until_somebody_waits(engines)
            assert not fund.check(AIGUL).entitled
            assert not fund.explain(AIGUL).facts
        for thread in waiting:
            thread.join(20)
        assert sorted(made) == sorted(people(8))


def test_a_server_that_stops_says_that_it_is_not_well(dsn: str, engines: Engines) -> None:
    """Before it takes no more calls, so that a balancer can turn to another."""
    with site(dsn) as server, server.channel("nobody") as channel:
        statuses = health_pb2_grpc.HealthStub(channel).Watch(
            health_pb2.HealthCheckRequest(), timeout=20
        )
        assert next(statuses).status == health_pb2.HealthCheckResponse.SERVING
        with server.client("SC") as sender, sender.category_feed():
            stopping = server.stop()
            assert next(statuses).status == health_pb2.HealthCheckResponse.NOT_SERVING
        statuses.cancel()
        stopping.join(20)


# Real processes.


@pytest.mark.long
def test_a_process_is_told_to_stop_and_leaves_nothing_behind() -> None:
    """SIGTERM ends the server with its PostgreSQL; a second one beside it does not start."""
    with passable_folder() as folder:
        arguments = (*PLAIN, "--listen", "127.0.0.1:0", "--state-folder", str(folder))
        with ServerProcess(*arguments) as server:
            postgres = postgres_pid(folder)
            with server.client("SC") as client:
                assert push_categories(client, assigned()).accepted == 1
            second = run(*arguments)
            assert (second.returncode, second.stdout) == (1, "")
            assert f"another server uses {folder}" in second.stderr
            assert is_alive(postgres)
            assert server.end(signal.SIGTERM) == 0
        assert not is_alive(postgres)
        with ServerProcess(*arguments) as again, again.client("SC") as client:
            assert client.category_position() == 2


def test_a_signal_that_another_thread_receives_is_heard() -> None:
    """The system may give it to any thread; the one that waits for it must find out."""
    with passable_folder() as folder:
        arguments = (*PLAIN, "--listen", "127.0.0.1:0", "--ephemeral")
        with ServerProcess(*arguments, TMPDIR=str(folder)) as server:
            pid = server.process.pid
            threads = sorted(int(task.name) for task in Path(f"/proc/{pid}/task").iterdir())
            assert threads[0] == pid
            ctypes.CDLL(None).tgkill(pid, threads[-1], signal.SIGTERM)
            assert server.process.wait(30) == 0


@pytest.mark.long
def test_a_process_may_throw_its_register_away() -> None:
    """With --ephemeral nothing is left; it also ends with its standard input."""
    with passable_folder() as folder:
        arguments = (*PLAIN, "--listen", "127.0.0.1:0", "--ephemeral", "--until-stdin-closes")
        with ServerProcess(*arguments, TMPDIR=str(folder)) as server:
            (state,) = (file.parent for file in folder.glob("*/postgresql"))
            postgres = postgres_pid(state)
            assert server.process.stdin is not None
            server.process.stdin.close()
            assert server.process.wait(30) == 0
        assert not is_alive(postgres)
        assert list(folder.iterdir()) == []


@pytest.mark.long
@pytest.mark.parametrize(
    ("arguments", "more", "said"),
    [
        pytest.param(
            ("--dsn", "postgresql://osms@127.0.0.1:1/osms"),
            {},
            "the database cannot be used",
            id="a database that is not there",
        ),
        pytest.param(("--dsn", "host=db"), {}, "OSMS_DSN", id="a DSN that is no URL"),
        pytest.param((), {"OSMS_PAGE_SIZE": "many"}, "OSMS_PAGE_SIZE", id="no number"),
        pytest.param((), {"OSMS_PG_BIN": "/nowhere"}, "set OSMS_PG_BIN", id="no PostgreSQL"),
    ],
)
def test_what_a_user_can_mend_is_told_in_a_line(
    arguments: tuple[str, ...], more: dict[str, str], said: str
) -> None:
    """No trace, no second line to look for."""
    with passable_folder() as folder:
        place = ("--listen", "127.0.0.1:0", "--state-folder", str(folder))
        done = run(*PLAIN, *place, *arguments, **more)
    assert done.returncode in {1, 2}
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("osms-server: ")


@pytest.mark.skipif(not DEBIANS.exists(), reason="Debian's PostgreSQL 15 is not installed")
def test_another_postgresql_serves_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    """By its DSN, and started by the programs that OSMS_PG_BIN names."""
    monkeypatch.setenv("OSMS_PG_BIN", str(DEBIANS))
    with passable_folder() as folder:
        postgres = own_postgres(folder / "postgresql", durable=False)
        dsn = postgres.start()
        try:
            with site(dsn) as server, server.client("SC") as sender:
                engine = sa.create_engine("postgresql+psycopg" + dsn[dsn.index("://") :])
                with engine.connect() as connection:
                    version = connection.execute(sa.text("show server_version_num")).scalar_one()
                engine.dispose()
                assert str(version).startswith("15")
                ack = push_categories(sender, assigned())
                with server.client("operator1") as operator:
                    assert operator.check(AIGUL, at_least_revision=ack.revision).entitled
                    assert operator.explain(AIGUL).facts
        finally:
            postgres.stop()


def test_port_zero_takes_any_port(dsn: str) -> None:
    """The address that is told can be connected to."""
    with site(dsn) as server:
        host, _, port = server.running.address.rpartition(":")
        assert int(port) > 0
        with socket.create_connection((host, int(port)), timeout=5):
            pass
