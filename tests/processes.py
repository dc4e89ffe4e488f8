"""Real servers as processes, started and ended as their users do it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from osms_client import NamedCaller, OsmsClient

REGISTER: Final = "osms_server"
MATCHING: Final = "osms_matching"
PLAIN: Final = ("serve", "--sandbox", "--plaintext")
SECONDS: Final = 60


_PATIENT: Final = {"OSMS_UNKNOWN_PERSONS_MAX": "1000000"}
"""Of one clinic, which asks for all tests of a module about people whom nobody knows."""


def environment(**more: str) -> dict[str, str]:
    """The environment without settings of the service, but with *more* of them."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OSMS_")}
    named = {name: os.environ[name] for name in ("OSMS_PG_BIN",) if name in os.environ}
    return {**kept, **named, **_PATIENT, **more}


def command(*arguments: str, program: str = REGISTER) -> list[str]:
    """How a server's command is run by the Python of the tests."""
    return [sys.executable, "-m", program, *arguments]


def run(
    *arguments: str, program: str = REGISTER, told: str = "", **more: str
) -> subprocess.CompletedProcess[str]:
    """Runs a server's command to its end; *told* is what it reads."""
    return subprocess.run(  # noqa: S603 - our own program
        command(*arguments, program=program),
        env=environment(**more),
        input=told,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


class ServerProcess:
    """A server that has said that it is ready; it is ended with the block."""

    def __init__(
        self,
        *arguments: str,
        program: str = REGISTER,
        log: Path = Path(os.devnull),
        **more: str,
    ) -> None:
        with log.open("a") as errors:
            self.process = subprocess.Popen(  # noqa: S603 - our own program
                command(*arguments, program=program),
                env=environment(**more),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        assert self.process.stdout is not None
        watch = threading.Timer(SECONDS, self.process.kill)
        watch.start()
        ready = self.process.stdout.readline()
        watch.cancel()
        said = f"{program.replace('_', '-')} ready at "
        assert ready.startswith(said), ready
        self.address = ready.removeprefix(said).strip()

    def __enter__(self) -> Self:
        """The server, until the end of the block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Ends the server, if it still runs."""
        try:
            if self.process.poll() is None:
                self.end()
        except subprocess.TimeoutExpired:
            self.end(signal.SIGKILL)
            if error is None:  # else that is what happened, and what is to be told
                raise
        finally:
            for stream in (self.process.stdin, self.process.stdout):
                assert stream is not None
                stream.close()

    def client(self, name: str) -> OsmsClient:
        """A client as the caller of a name."""
        return OsmsClient(self.address, NamedCaller(name))

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Sends a signal, and waits for the end of the server; the exit code."""
        self.process.send_signal(number)
        return self.process.wait(SECONDS)


def postgres_pid(state_folder: Path) -> int:
    """The process of the embedded PostgreSQL of a state folder."""
    file = state_folder / "postgresql" / "data" / "postmaster.pid"
    return int(file.read_text().split("\n", 1)[0])


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and is not yet taken note of does not."""
    told = subprocess.run(  # noqa: S603 - our own arguments
        ["/bin/ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return told.stdout.strip()[:1] not in {"", "Z"}


@contextmanager
def passable_folder(prefix: str = "osms-state-") -> Iterator[Path]:
    """A folder that the user who runs PostgreSQL can reach; pytest's own are private."""
    with tempfile.TemporaryDirectory(prefix=prefix) as name:
        folder = Path(name)
        folder.chmod(0o711)
        yield folder
