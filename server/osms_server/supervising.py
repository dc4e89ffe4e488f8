"""Keeps the processes that only look up: as many as are wanted, each started again if it dies."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

import structlog
from psycopg.conninfo import conninfo_to_dict

from osms_server.config import Settings

log = structlog.get_logger(__name__)

_PAUSE_SECONDS: Final = 0.5
_GRACE_SECONDS: Final = 20
"""How long a process may take to end beside the calls that it lets finish."""
_READY: Final = b"ready at "


class LookUpsDidNotStart(Exception):
    """A process that only looks up did not begin to serve; its log says why."""


@contextmanager
def look_up_processes(settings: Settings) -> Iterator[str]:
    """The processes of the settings, for as long as the block lasts; tells their address."""
    with ExitStack() as stack:
        address = stack.enter_context(_held_port(settings.look_up_listen))
        environment = _environment(settings, address)
        seconds = settings.shutdown_seconds + _GRACE_SECONDS
        processes: list[_Process] = []
        stack.callback(_end_all, processes, seconds)
        for _ in range(settings.look_up_processes):
            processes.append(_Process(environment))  # noqa: PERF401 - each is ended, come what may
        for process in processes:
            process.wait_until_ready()
        stop = threading.Event()
        keeper = threading.Thread(target=_keep, args=(processes, stop), daemon=True)
        keeper.start()
        stack.callback(keeper.join)
        stack.callback(stop.set)
        yield address


@contextmanager
def _held_port(listen: str) -> Iterator[str]:
    """
    The address with its port; it stays ours while processes that share it come and go.

    LookUpsDidNotStart: the address cannot be had.
    """
    host, _, port = listen.rpartition(":")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    place = (host.strip("[]"), int(port))
    with socket.socket(family) as held, socket.socket(family) as alone:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        alone.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            # Another server that shares its port would share it with us, too, unasked, and answer
            # for another register.
            alone.bind(place)
            alone.close()
            held.bind(place)
        except OSError as error:
            message = f"cannot listen at {listen}; is another server there already?"
            raise LookUpsDidNotStart(message) from error
        yield f"{host}:{held.getsockname()[1]}"


def _environment(settings: Settings, address: str) -> dict[str, str]:
    """
    Our settings, as a process that only looks up reads them.

    It gets the DSNs that it needs and no other secret, neither by OSMS_CONFIG nor by PGPASSWORD.
    """
    own = {
        name: value
        for name, value in settings.model_dump().items()
        if name in _DSNS or Settings.model_fields[name].repr
    }
    own["look_up_listen"] = address
    told = {
        f"OSMS_{name.upper()}": str(value)
        for name, value in own.items()
        if value is not None and value != ""
    }
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("OSMS_")}
    if conninfo_to_dict(settings.look_up_dsn).get("password"):
        inherited.pop("PGPASSWORD", None)  # it is another's
    return inherited | told


_DSNS: Final = ("look_up_dsn", "replica_dsn")
"""Of what is not to be shown, all that a process needs to look up."""


class _Process:
    """One of them."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = environment
        self._start()

    def _start(self) -> None:
        command = [sys.executable, "-m", "osms_server", "look-ups", "--until-stdin-closes"]
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            command,
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    @property
    def has_died(self) -> bool:
        return self._process.poll() is not None

    def wait_until_ready(self) -> None:
        """LookUpsDidNotStart: it ended instead."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if _READY in line:
                return
        message = "a process for look-ups did not start"
        raise LookUpsDidNotStart(message)

    def start_again(self) -> None:
        """OSError: the system has no room for it."""
        self._release()
        self._start()

    def begin_to_end(self) -> None:
        """Tells it to end; running calls may finish."""
        assert self._process.stdin is not None
        self._process.stdin.close()

    def wait_for_end(self, seconds: float) -> None:
        """Waits until it has ended; it is killed after so many seconds."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._release()

    def _release(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()


def _end_all(processes: list[_Process], seconds: float) -> None:
    """Ends them, all at the same time."""
    for process in processes:
        process.begin_to_end()
    for process in processes:
        process.wait_for_end(seconds)


def _keep(processes: list[_Process], stop: threading.Event) -> None:
    while not stop.wait(_PAUSE_SECONDS):
        for process in processes:
            if process.has_died:
                log.warning("a process for look-ups has died; it is started again")
                try:
                    process.start_again()
                except OSError:
                    log.exception("a process for look-ups cannot be started now")
