"""
Servers of our own: started for a while, on a free port, and stopped whatever happens.

They take nothing from the environment that points to somebody's register: a server that is
emptied again and again must never be the one of OSMS_DSN.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, Queue
from typing import IO, Final

from osms_cli.failures import Failure

READY: Final = " ready at "
REGISTER: Final = "osms_server"
MATCHING: Final = "osms_matching"
_START_SECONDS: Final = 120
_STOP_SECONDS: Final = 60
_KEPT: Final = frozenset({"OSMS_PG_BIN"})

SANDBOX: Final = ("serve", "--sandbox", "--listen", "127.0.0.1:0", "--until-stdin-closes")


@contextmanager
def throwaway_server() -> Iterator[str]:
    """The address of a sandbox without TLS, whose register vanishes with it."""
    with running_server([*SANDBOX, "--plaintext", "--ephemeral"]) as address:
        yield address


@contextmanager
def running_server(
    arguments: Sequence[str], *, log: Path | None = None, program: str = REGISTER
) -> Iterator[str]:
    """
    The address of a server, for as long as the block lasts. Failure: it does not start.

    *program* is the register, or the matching.
    """
    with _log_file(log) as errors:
        process = subprocess.Popen(  # noqa: S603 - our own program and arguments
            server_command(arguments, program),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=scrubbed_environment(),
            start_new_session=True,  # Ctrl-C is for us; the server is stopped in good order
        )
        try:
            yield _address_of(process, errors)
        finally:
            stop(process)


def server_command(arguments: Sequence[str], program: str = REGISTER) -> list[str]:
    """How `osms-server`, or `osms-matching`, is run by the Python that runs us."""
    return [sys.executable, "-m", program, *arguments]


def scrubbed_environment() -> dict[str, str]:
    """The environment without the settings of any server."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("OSMS_") or name in _KEPT
    }


@contextmanager
def _log_file(log: Path | None) -> Iterator[IO[bytes]]:
    if log is None:
        with tempfile.TemporaryFile() as errors:
            yield errors
    else:
        with log.open("w+b") as errors:
            yield errors


def _address_of(process: subprocess.Popen[bytes], errors: IO[bytes]) -> str:
    """Waits until the server answers."""
    lines: Queue[str] = Queue()
    threading.Thread(target=_read_lines, args=(process, lines), daemon=True).start()
    try:
        while line := lines.get(timeout=_START_SECONDS):
            if READY in line:
                return line.partition(READY)[2].strip()
    except Empty:
        pass
    errors.seek(0)
    told = errors.read().decode(errors="replace").splitlines()
    ours = [line for line in told if line.startswith(("osms-server: ", "osms-matching: "))]
    raise Failure("the server does not start", tuple(ours or told[-5:]))


def _read_lines(process: subprocess.Popen[bytes], lines: Queue[str]) -> None:
    """Reads what the server prints, to the end, so that it never waits; an empty line ends it."""
    assert process.stdout is not None
    for line in process.stdout:
        lines.put(line.decode(errors="replace"))
    lines.put("")


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ends a program that ends when its standard input does; kills it where it does not."""
    assert process.stdin is not None
    try:
        process.stdin.close()
        process.wait(_STOP_SECONDS)
    except (OSError, subprocess.TimeoutExpired):
        process.kill()
        process.wait()
    finally:
        if process.stdout is not None:
            process.stdout.close()
