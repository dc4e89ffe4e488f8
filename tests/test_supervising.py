"""Processes that only look up beside a whole server: kept, shared, and ended with it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import grpc
import pytest

from osms.entitlement.v1 import entitlement_service_pb2 as pb
from osms.entitlement.v1 import entitlement_service_pb2_grpc as pb_grpc
from osms_client import NamedCaller
from tests.conftest import apart_variables, dsns_of
from tests.people import AIGUL
from tests.persistence.contents import wait_until
from tests.processes import ServerProcess, is_alive, run

pytestmark = pytest.mark.long

LOOPBACK: Final = "127.0.0.1:0"
ONE: Final = pb.CheckEntitlementRequest(iin=AIGUL)


def children(pid: int) -> set[int]:
    """The processes that only look up which a server keeps."""
    told = subprocess.run(  # noqa: S603 - our own arguments
        ["/bin/ps", "-o", "pid=,args=", "--ppid", str(pid)],
        capture_output=True,
        text=True,
        check=False,
    )
    return {int(line.split()[0]) for line in told.stdout.splitlines() if " look-ups" in line}


class Site:
    """A whole server that keeps two processes for look-ups."""

    def __init__(self, server: ServerProcess) -> None:
        self.server = server
        self.pid = server.process.pid
        self.address = server.address.partition(", look-ups at ")[2]

    def answers(self) -> bool:
        """Whether a caller who connects now is answered."""
        options = [("grpc.enable_retries", 0), ("grpc.use_local_subchannel_pool", 1)]
        channel = NamedCaller("mis/clinic1").channel(self.address, options)
        try:
            stub = pb_grpc.EntitlementServiceStub(channel)
            return bool(stub.CheckEntitlement(ONE, timeout=10).entitlement.receipt_id)
        except grpc.RpcError:
            return False
        finally:
            channel.close()


@contextmanager
def site(dsn: str) -> Iterator[Site]:
    """A server that keeps two processes for look-ups."""
    arguments = ("serve", "--plaintext", "--listen", LOOPBACK)
    more = ("--look-up-listen", LOOPBACK, "--look-up-processes", "2")
    with ServerProcess(*arguments, *more, **apart_variables(dsn)) as server:
        yield Site(server)


def listening(address: str) -> int:
    """How many sockets listen at a port of the loopback."""
    port = f":{int(address.rpartition(':')[2]):04X}"
    tables = [Path("/proc/net", name).read_text(encoding="ascii") for name in ("tcp", "tcp6")]
    rows = [line.split() for table in tables for line in table.splitlines()]
    return sum(row[1].endswith(port) and row[3] == "0A" for row in rows)


def test_processes_share_a_port_are_kept_and_end_with_their_server(dsn: str) -> None:
    """Both listen; one that is killed is started again, and meanwhile the other answers."""
    with site(dsn) as server:
        assert server.answers()
        first = children(server.pid)
        assert len(first) == 2
        assert listening(server.address) == 2
        killed, left = first
        os.kill(killed, signal.SIGKILL)
        wait_until(lambda: not is_alive(killed))
        wait_until(server.answers)
        wait_until(lambda: listening(server.address) == 2)
        second = children(server.pid)
        assert (len(second), first & second) == (2, {left})
        assert all(server.answers() for _ in range(8))
        assert server.server.end(signal.SIGTERM) == 0
        assert not any(map(is_alive, second))


def test_processes_do_not_outlive_a_server_that_is_killed(dsn: str) -> None:
    """Nobody is left to answer who is not kept; the port is free again."""
    with site(dsn) as server:
        kept = children(server.pid)
        server.server.end(signal.SIGKILL)
        wait_until(lambda: not any(map(is_alive, kept)))
        assert listening(server.address) == 0


def test_a_port_of_a_stranger_is_told_so(dsn: str) -> None:
    """By the whole server, and by a process that only looks up; in one line of our own."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        whole = run(
            *("serve", "--plaintext", "--listen", LOOPBACK),
            *("--look-up-listen", address),
            **apart_variables(dsn),
        )
        own = ("--dsn", dsns_of(dsn).look_up, "--listen", address)
        alone = run("look-ups", *own, OSMS_TRANSPORT="plaintext")
    for ended in (whole, alone):
        assert ended.returncode == 1
        told = [line for line in ended.stderr.splitlines() if "[info " not in line]
        wanted = f"osms-server: cannot listen at {address}; is another server there already?"
        assert told == [wanted]


@pytest.mark.parametrize("arguments", [(), ("--listen", LOOPBACK)], ids=["nothing", "no DSN"])
def test_what_look_ups_need_is_told_in_a_line(arguments: tuple[str, ...]) -> None:
    """A database, and where to listen."""
    ended = run("look-ups", *arguments)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == (
        "osms-server: look-ups need --dsn and --listen,"
        " or OSMS_LOOK_UP_DSN and OSMS_LOOK_UP_LISTEN\n"
    )


def test_a_sandbox_has_no_processes_that_only_look_up() -> None:
    """Its clock is moved in one process; it says so."""
    ended = run("serve", "--sandbox", "--plaintext", "--look-up-listen", LOOPBACK)
    assert ended.returncode == 2
    assert ended.stderr.splitlines() == [
        "osms-server: a sandbox has one clock, in one process: it has no look_up_listen"
    ]
