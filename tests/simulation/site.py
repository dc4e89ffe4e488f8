"""The server under test: a real process with a PostgreSQL of its own, killed and started again."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Final

import psycopg

from osms_client import CannotTell, NamedCaller, OsmsClient
from osms_server import maintenance
from osms_server.config import Settings
from tests.processes import PLAIN, ServerProcess, passable_folder, postgres_pid
from tests.simulation.lines import SHAPES
from tests.simulation.story import QUIET_BODY, SenderName
from tests.simulation.what_was_acknowledged import require

SUPERVISOR: Final = "supervisor1"
_SECONDS: Final = 60
_SERVING: Final = """
    select pid from pg_stat_activity
    where backend_type = 'client backend' and pid <> pg_backend_pid()
    order by state = 'active' desc, state = 'idle in transaction' desc, xact_start limit 1
"""


class Site:
    """A server on a port of its own, and the folder of its state."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.address = f"127.0.0.1:{_free_port()}"
        self.held: dict[str, str] = {}
        """The held batch of each event that was held."""

        self._server = self._started()

    @property
    def dsn(self) -> str:
        """The DSN of its PostgreSQL."""
        return f"postgresql://osms@/osms?host={self._folder / 'postgresql'}"

    def client(self, name: str) -> OsmsClient:
        """A client as the caller of a name, on a channel of its own."""
        return OsmsClient(self.address, NamedCaller(name), timeout=20)

    def position(self, sender: SenderName) -> int:
        """Where a feed goes on."""
        with self.client(sender.name) as client:
            return SHAPES[sender.kind].position(client)

    def begin(self, at: datetime) -> None:
        """Empties the register, and sets the clock."""
        self.held.clear()
        with self.client(SUPERVISOR) as client:
            client.reset_sandbox(at)

    def move_clock(self, at: datetime) -> None:
        """Moves the clock, and lets the register know that it is later."""
        with self.client(SUPERVISOR) as client:
            client.advance_clock(at)
        with self.client(QUIET_BODY) as client, client.roster_change_feed():
            pass

    def kill_server(self) -> None:
        """Kills the server."""
        self._server.end(signal.SIGKILL)

    def stop_server(self) -> None:
        """SIGTERM to the server."""
        require(self._server.end(signal.SIGTERM) == 0, "the server does not stop well")

    def kill_postmaster(self) -> None:
        """Kills PostgreSQL."""
        with self._until_postgres_is_another():
            os.kill(postgres_pid(self._folder), signal.SIGKILL)

    def kill_backend(self) -> None:
        """Kills a process of PostgreSQL that serves a connection, most likely a writer's."""
        with self._until_postgres_is_another() as connection:
            found = connection.execute(_SERVING).fetchone()
            assert found is not None
            os.kill(found[0], signal.SIGKILL)

    @contextmanager
    def _until_postgres_is_another(self) -> Iterator[psycopg.Connection]:
        """A connection to PostgreSQL; the block ends when it has recovered from what is done."""
        until = time.monotonic() + _SECONDS
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            before = _checkpointer(connection)
            yield connection
        while True:
            with suppress(psycopg.OperationalError), psycopg.connect(self.dsn) as connection:
                if _checkpointer(connection) != before:
                    return
            require(time.monotonic() < until, "PostgreSQL does not recover")
            time.sleep(0.02)

    def recover(self, at: datetime) -> None:
        """Starts the server again if it has ended, and waits until it answers."""
        until = time.monotonic() + _SECONDS
        while True:
            if self._server.process.poll() is not None:
                self._server.__exit__(None, None, None)
                self._server = self._started()
            try:
                self._look_round(at)
            except CannotTell as error:
                require(time.monotonic() < until, "the server does not recover", error)
                time.sleep(0.05)
                continue
            return

    def differences(self) -> int:
        """What `osms-server verify` finds."""
        settings = Settings.read(dsn=self.dsn)
        return maintenance.verify(self.dsn, settings, processes=1).differing

    def timelines(self) -> Mapping[int, str]:
        """The timelines that the register keeps now, by IIN."""
        with psycopg.connect(self.dsn) as connection:
            return dict(connection.execute("select iin, timeline from person").fetchall())

    def end(self) -> None:
        """Ends the server."""
        self._server.__exit__(None, None, None)

    def _look_round(self, at: datetime) -> None:
        with self.client(SUPERVISOR) as client:
            client.feeds()
            if client.clock() < at:
                client.advance_clock(at)

    def _started(self) -> ServerProcess:
        place = ("--listen", self.address, "--state-folder", str(self._folder))
        return ServerProcess(*PLAIN, *place, log=self._folder / "server.log")


@contextmanager
def site() -> Iterator[Site]:
    """A server for as long as the block lasts."""
    with passable_folder("osms-sim-") as folder:
        running = Site(folder)
        try:
            yield running
        except BaseException as error:
            log = (folder / "server.log").read_text().splitlines()
            error.add_note("\n".join(["the server said last:", *log[-40:]]))
            raise
        finally:
            running.end()


def _checkpointer(connection: psycopg.Connection) -> object:
    """A process that PostgreSQL has once, and anew after every crash."""
    return connection.execute(
        "select pid from pg_stat_activity where backend_type = 'checkpointer'"
    ).fetchone()


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
