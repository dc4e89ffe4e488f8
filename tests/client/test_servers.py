"""
Several servers of one register: who is asked, when, how often, and who is left alone.

Pauses and deadlines are told by a clock of the test wherever they matter.
"""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc
import pytest

from osms.entitlement.v1 import entitlement_service_pb2 as pb
from osms_client import CannotTell, Certificates, NamedCaller, OsmsClient, OsmsError, RosterLine
from osms_client.backoff import FIRST_SECONDS, LONGEST_SECONDS, Backoff
from osms_client.connection import addresses_of
from osms_client.effort import ROUNDS_OF_A_CALL, Effort
from osms_client.servers import Server, Servers
from osms_common.application.callers import Caller
from osms_common.certificates import Authority
from osms_common.domain.codes import Role
from osms_server.bootstrap import RunningServer, running_server
from osms_server.config import Settings, Transport
from tests.client.ill import IllServer, refuse, unavailable, well
from tests.client.test_cannot_tell import clinic
from tests.client.test_lines import category_records
from tests.conftest import apart, apart_variables
from tests.people import AIGUL, DAULET, STRANGER, people
from tests.processes import ServerProcess
from tests.rpc.sending import MORNING, TODAY

BIRTH = ["BIRTH_CERTIFICATE"]


@pytest.fixture
def nobody() -> Iterator[str]:
    """An address at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{taken.getsockname()[1]}"


@pytest.fixture
def pair(dsn: str) -> Iterator[list[RunningServer]]:
    """Two real servers of one register, which is empty."""
    settings = Settings.read(
        listen="127.0.0.1:0",
        transport=Transport.PLAINTEXT,
        sandbox=True,
        shutdown_seconds=0.2,
        unknown_persons_max=1_000_000,
        **apart(dsn),
    )
    with running_server(settings) as first, running_server(settings) as second:
        with OsmsClient(second.address, NamedCaller("supervisor1")) as fund:
            fund.reset_sandbox(MORNING)
        yield [first, second]


def of(pair: list[RunningServer], name: str) -> OsmsClient:
    """A client of both servers, as the caller of a name."""
    addresses = ",".join(each.address for each in pair)
    return OsmsClient(addresses, NamedCaller(name), lookup_timeout=20, timeout=20)


# The next server is asked at once.


@pytest.mark.parametrize("reason", ["REGISTER_UNAVAILABLE", "OVERLOADED", "SHUTTING_DOWN"])
def test_the_next_server_is_asked_at_once(reason: str) -> None:
    """One that cannot tell is left alone, however soon the next question comes."""

    def fail(_: int, __: Any, context: grpc.ServicerContext) -> None:
        refuse(context, reason, retry_seconds=60)

    with IllServer(fail) as ill, IllServer(well) as other:
        with clinic(ill.address, other.address) as client:
            assert all(client.check(AIGUL).entitled for _ in range(5))
            assert all(each.entitled for each in client.check_many([AIGUL, DAULET]))
            assert all(each.entitled for each in client.check_list([AIGUL, DAULET]))
        assert (len(ill.heard), len(other.heard)) == (1, 7)


def test_where_a_server_cancels_the_next_is_asked() -> None:
    """It had no room for the call, and could not even say so."""

    def fail(_: int, __: Any, context: grpc.ServicerContext) -> None:
        context.abort(grpc.StatusCode.CANCELLED, "")

    with IllServer(fail) as ill, IllServer(well) as other:
        with clinic(ill.address, other.address) as client:
            assert client.check(AIGUL).entitled
            assert all(each.entitled for each in client.check_list([AIGUL, DAULET]))
        assert len(ill.heard) == 1


def test_a_server_that_lags_behind_is_asked_other_things() -> None:
    """It does not know one revision yet; nothing else is wrong with it."""

    def lag(number: int, request: Any, context: grpc.ServicerContext) -> Any:
        if request.at_least_revision:
            refuse(context, "REVISION_NOT_REACHED", retry_seconds=60)
        return well(number, request, context)

    with IllServer(lag) as lagging, IllServer(well) as other:
        with clinic(lagging.address, other.address) as client:
            assert client.check(AIGUL, at_least_revision="0" * 16).entitled
            assert client.check(AIGUL).entitled
        assert (len(lagging.heard), len(other.heard)) == (2, 1)


def test_what_a_server_leaves_to_others_is_asked_of_them() -> None:
    """Nothing is wrong with one that only looks up: it goes on being asked first what it does."""

    def look_up_only(number: int, request: Any, context: grpc.ServicerContext) -> Any:
        if isinstance(request, pb.GetTimelineRequest):
            refuse(context, "NOT_SERVED_HERE", code=grpc.StatusCode.UNIMPLEMENTED)
        return well(number, request, context)

    def all_of_it(number: int, request: Any, context: grpc.ServicerContext) -> Any:
        if isinstance(request, pb.GetTimelineRequest):
            return refuse(context) if number == 0 else pb.GetTimelineResponse(iin=request.iin)
        return well(number, request, context)

    with IllServer(look_up_only) as first, IllServer(all_of_it) as other:
        with clinic(first.address, other.address) as client:
            for _ in range(3):
                assert client.timeline(AIGUL).stretches == ()
                assert client.check(AIGUL).entitled
        assert [len(first.heard), len(other.heard)] == [3 + 3, 1 + 3]
        with clinic(first.address) as client, pytest.raises(CannotTell) as told:
            client.timeline(AIGUL)
        assert (told.value.reason, told.value.attempts) == ("NOT_SERVED_HERE", 1)


def test_where_nobody_listens_the_next_is_asked(nobody: str) -> None:
    """Questions, pages and streams alike."""
    with IllServer(well) as other, clinic(nobody, other.address) as client:
        assert client.check(AIGUL).entitled
        assert [each.entitled for each in client.check_list([AIGUL])] == [True]
        assert len(other.heard) == 2


def test_a_server_that_takes_calls_and_says_nothing_costs_one_answer() -> None:
    """Then others are asked first; when its time comes again, it has half of the deadline."""

    def hang(_: int, __: Any, ___: Any) -> None:
        ill.hang()

    with IllServer(hang) as ill, IllServer(well) as other:
        with clinic(ill.address, other.address, seconds=1.0) as client:
            with pytest.raises(CannotTell) as told:
                client.check(AIGUL)
            assert told.value.reason == "DEADLINE_EXCEEDED"
            assert client.check(AIGUL).entitled
            assert len(ill.heard) == 1
            _forgive(client)
            assert client.check(AIGUL).entitled
            assert len(ill.heard) == 2
            assert ill.seconds[1] < 0.9  # of one second; half of it, and what a busy machine adds
        ill.going.set()


def test_a_server_that_failed_is_asked_again_after_a_while() -> None:
    """And is the preferred one again when it answers."""

    def recover(number: int, request: Any, context: grpc.ServicerContext) -> Any:
        return refuse(context) if number == 0 else well(number, request, context)

    with IllServer(recover) as first, IllServer(well) as other:
        with clinic(first.address, other.address) as client:
            client.check(AIGUL)
            client.check(AIGUL)
            assert (len(first.heard), len(other.heard)) == (1, 2)
            _forgive(client)
            client.check(AIGUL)
            client.check(AIGUL)
        assert (len(first.heard), len(other.heard)) == (3, 2)


def test_what_is_refused_is_asked_of_no_other() -> None:
    """A refusal is an answer."""

    def fail(_: int, __: Any, context: grpc.ServicerContext) -> None:
        refuse(context, "NOT_ALLOWED", code=grpc.StatusCode.PERMISSION_DENIED)

    with IllServer(fail) as first, IllServer(well) as other:
        with clinic(first.address, other.address) as client, pytest.raises(OsmsError) as told:
            client.check(AIGUL)
        assert type(told.value) is not CannotTell
        assert (len(first.heard), len(other.heard)) == (1, 0)


def _forgive(client: OsmsClient) -> None:
    """Lets the time pass for which servers are left alone."""
    for server in client._connection.servers._servers:
        server._alone_until = 0.0


# One deadline, and pauses within it.


def test_every_attempt_has_what_is_left_of_the_deadline() -> None:
    """The server sees how long anybody waits for it: less each time."""
    with IllServer(unavailable) as server:
        with (
            clinic(server.address, seconds=5.0, randomness=lambda: 0.3) as client,
            pytest.raises(CannotTell) as told,
        ):
            client.check(AIGUL)
        assert len(server.seconds) == told.value.attempts == ROUNDS_OF_A_CALL
        # gRPC tells a server the deadline in tenths of a second, rounded up.
        assert all(later <= earlier + 0.1 for earlier, later in pairwise(server.seconds))
        assert 0 < server.seconds[-1] < server.seconds[0] <= 5.1


def test_pauses_double_up_to_a_bound_and_are_anything_below_it() -> None:
    """Full jitter: whatever chance says, from nothing to the bound."""
    most, half, least = (Backoff(lambda share=share: share) for share in (1.0, 0.5, 0.0))  # type: ignore[misc]
    assert [most.pause(n) for n in (1, 2, 3)] == [FIRST_SECONDS * n for n in (1, 2, 4)]
    assert most.pause(100) == LONGEST_SECONDS
    assert half.pause(3) == most.pause(3) / 2
    assert {least.pause(n) for n in range(1, 20)} == {0.0}


class Clock:
    """A clock that goes on when somebody sleeps, and tells how long they did."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        """What it shows."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Goes on."""
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock by which the client goes."""
    clock = Clock()
    monkeypatch.setattr("osms_client.effort.time", clock)
    monkeypatch.setattr("osms_client.servers.time", clock)
    return clock


def servers(count: int) -> tuple[Servers, list[Server]]:
    """Servers that nobody calls."""
    made = [Server(f"s:{n}", grpc.insecure_channel(f"127.0.0.1:{n + 1}")) for n in range(count)]
    return Servers(made), made


def away(retry_after: float | None = None) -> CannotTell:
    """What a server says that is away."""
    return CannotTell("away", "REGISTER_UNAVAILABLE", retry_after=retry_after, passes=True)


def test_nobody_is_asked_earlier_than_told(clock: Clock) -> None:
    """One waits as long as the server says, and then by chance; another is asked meanwhile."""
    both, (first, second) = servers(2)
    effort = Effort(both, Backoff(lambda: 0.5), 30.0)
    assert effort.next_server() is first
    effort.failed(first, away(2.0))
    assert effort.next_server() is second
    effort.failed(second, away())
    assert clock.slept == []
    assert effort.next_server() is second
    assert clock.slept == [0.05]
    effort.failed(second, away(5.0))
    assert effort.next_server() is first
    assert clock.slept[1:] == [pytest.approx(2.0 - 0.05 + 0.1)]
    both.close()


def test_no_attempt_is_begun_that_could_not_end_in_time(clock: Clock) -> None:
    """Where the pause would use up the deadline, the caller hears at once that nobody can tell."""
    one, (server,) = servers(1)
    effort = Effort(one, Backoff(lambda: 0.0), 3.0)
    effort.failed(effort.next_server(), away(4.0))
    with pytest.raises(CannotTell) as told:
        effort.next_server()
    assert (told.value.reason, told.value.attempts) == ("REGISTER_UNAVAILABLE", 1)
    assert clock.slept == []
    late = Effort(one, Backoff(lambda: 0.0), 3.0)
    clock.now += 2.99
    with pytest.raises(CannotTell):
        late.next_server()
    one.close()
    assert server.on_trial


def test_a_server_is_left_alone_for_longer_each_time(clock: Clock) -> None:
    """Up to a bound, or as long as it says; one answer, and nothing is held against it."""
    one, (server,) = servers(1)
    alone = []
    for _ in range(7):
        server.failed(0.0)
        alone.append(server.alone_until - clock.now)
    assert alone == [1, 2, 4, 8, 16, 30, 30]
    server.failed(45.0)
    assert server.alone_until - clock.now == 45.0
    server.answered()
    assert not server.on_trial
    one.close()


# What may be repeated.


@pytest.mark.usefixtures("empty")
def test_a_mutation_goes_to_another_server_under_its_id(nobody: str, grpc_addr: str) -> None:
    """It is made once."""
    addresses = (nobody, grpc_addr)
    with OsmsClient(addresses, NamedCaller("operator1"), lookup_timeout=20) as fund:
        made = fund.register(AIGUL, "R01", TODAY, BIRTH)
        known = fund.consumer(AIGUL)
    assert [each.registration_id for each in known.registrations] == [made.registration_id]


@pytest.mark.usefixtures("empty")
def test_what_has_no_id_is_not_repeated_of_itself(nobody: str, grpc_addr: str) -> None:
    """Whoever sent it hears that nobody can tell, and the next call goes to another server."""
    with OsmsClient((nobody, grpc_addr), NamedCaller("DEFENCE")) as body:
        lines, snapshot_id = [RosterLine(AIGUL)], str(uuid4())
        with pytest.raises(CannotTell) as told:
            body.push_roster("DEFENCE", lines, snapshot_id=snapshot_id)
        assert (told.value.attempts, told.value.addresses) == (1, (nobody,))
        assert body.push_roster("DEFENCE", lines, snapshot_id=snapshot_id).entered == 1


# Whom a client trusts.


def test_the_name_of_every_server_is_verified(tmp_path: Path) -> None:
    """A certificate of the right authority for another name is not enough at any address."""
    authority = Authority(tmp_path)
    authority.issue_caller(Caller(Role.MEDICAL_SYSTEM, "clinic1"))

    def identity(host: str) -> grpc.ServerCredentials:
        authority.issue_server([host])
        key, chain = ((tmp_path / f"server.{end}").read_bytes() for end in ("key", "pem"))
        ca = (tmp_path / "ca.pem").read_bytes()
        return grpc.ssl_server_credentials([(key, chain)], ca, require_client_auth=True)

    def client(*addresses: str) -> OsmsClient:
        return OsmsClient(addresses, Certificates(tmp_path, "clinic1"), lookup_timeout=5)

    with (
        IllServer(well, credentials=identity("elsewhere.example")) as other,
        IllServer(well, credentials=identity("localhost"), host="localhost") as named,
        IllServer(well, credentials=identity("127.0.0.1")) as numbered,
    ):
        with client(other.address, named.address, numbered.address) as trusting:
            assert trusting.check(AIGUL).entitled
            named.stop()
            assert trusting.check(AIGUL).entitled
        with client(other.address) as trusting, pytest.raises(CannotTell):
            trusting.check(AIGUL)
        assert (len(other.heard), len(named.heard), len(numbered.heard)) == (0, 1, 1)


@pytest.mark.parametrize("given", ["a:1, b:2,a:1,", ["a:1", "b:2", "a:1"], ("a:1", "b:2")])
def test_addresses_are_given_as_text_or_as_a_sequence(given: Any) -> None:
    """Each counts once, in the order of preference."""
    assert addresses_of(given) == ("a:1", "b:2")


@pytest.mark.parametrize("given", ["", " , ", []])
def test_a_client_needs_an_address(given: Any) -> None:
    """None is a mistake of the program, and is told when the client is made."""
    with pytest.raises(ValueError, match="no address"):
        OsmsClient(given, NamedCaller("clinic1"))


# Real servers of one register.


def test_a_stopped_server_is_not_missed(pair: list[RunningServer]) -> None:
    """Questions, mutations and lists go on at the other; a new client finds it, too."""
    first, second = pair
    with of(pair, "operator1") as fund:
        assert fund.check(AIGUL).status == "NOT_REGISTERED"
        first.stop()
        assert fund.check(AIGUL).status == "NOT_REGISTERED"
        assert fund.register(AIGUL, "R01", TODAY, BIRTH).last_date is not None
        assert [each.entitled for each in fund.check_list([AIGUL, DAULET])] == [True, False]
    with of(pair, "clinic1") as late:
        assert late.check(AIGUL).entitled
        second.stop()
        with pytest.raises(CannotTell) as told:
            late.check(AIGUL)
        assert set(told.value.addresses) == {first.address, second.address}


def test_a_feed_goes_on_at_another_server(pair: list[RunningServer]) -> None:
    """Every record is stored once, though the server went away under it."""
    first, _ = pair
    records = category_records(60)
    with of(pair, "SC") as corporation, corporation.category_feed() as feed:
        acks = []
        for number, ack in enumerate(feed.send(records, batch_size=4)):
            acks.append(ack)
            if number == 3:
                first.stop()
    assert acks[-1].next_position == 61
    assert sum(ack.accepted + ack.repeated for ack in acks) == 60
    with of(pair, "operator1") as fund:
        assert all(len(list(fund.facts(iin))) == 1 for iin in people(60))


def test_a_list_goes_on_at_another_server(pair: list[RunningServer]) -> None:
    """Everybody is answered once, in order, though the server went away in the middle."""
    first, _ = pair
    asked = people(6_500)
    with of(pair, "clinic1") as client:
        told = []
        for number, answer in enumerate(client.check_list(iter(asked))):
            told.append(answer)
            if number == 1_500:
                threading.Thread(target=first.stop).start()
    assert [getattr(each, "iin", each) for each in told] == asked


@pytest.mark.long
def test_servers_that_freeze_or_die_are_not_missed(dsn: str) -> None:
    """One process is stopped as by a debugger, then killed; a client new to both is answered."""

    def process() -> ServerProcess:
        arguments = ("serve", "--plaintext", "--sandbox")
        return ServerProcess(*arguments, **apart_variables(dsn), OSMS_LISTEN="127.0.0.1:0")

    with process() as first, process() as second:
        addresses = (first.address, second.address)
        for blow in (signal.SIGSTOP, signal.SIGKILL):
            first.process.send_signal(blow)
            with OsmsClient(addresses, NamedCaller("clinic1"), lookup_timeout=20) as client:
                assert client.check(STRANGER).status == "NOT_REGISTERED"
        second.process.kill()
        with clinic(*addresses) as client, pytest.raises(CannotTell):
            client.check(STRANGER)
