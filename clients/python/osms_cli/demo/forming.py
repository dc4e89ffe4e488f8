"""The matching at work: runs day after day, and what they make of one person."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import IO, Final

from osms_cli.failures import Failure
from osms_cli.throwaway import MATCHING, scrubbed_environment, server_command, stop
from osms_client import Credentials, MatchingClient

SENT: Final = "sent to the register: "
_TOLD_OF_A_FAILURE: Final = 5


class MatchingActors:
    """The clients of everybody who speaks to the matching, each opened once."""

    def __init__(self, address: str, credentials: Callable[[str], Credentials]) -> None:
        self._address = address
        self._credentials = credentials
        self._clients: dict[str, MatchingClient] = {}

    def of(self, name: str) -> MatchingClient:
        """The client of somebody."""
        if name not in self._clients:
            self._clients[name] = MatchingClient(self._address, self._credentials(name))
        return self._clients[name]

    def close(self) -> None:
        """Closes all connections."""
        for client in self._clients.values():
            client.close()


@dataclass
class Runs:
    """The command `osms-matching run`, told one day after the other."""

    process: subprocess.Popen[bytes]
    errors: Path
    count: int = 0
    messages: int = 0
    """Messages that the register has acknowledged, over all runs."""

    days: list[date] = field(default_factory=list)

    def run(self, day: date) -> int:
        """
        Makes the run of a day; how many messages of it went to the register.

        Failure: it was not made, or could not be sent.
        """
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        try:
            self.process.stdin.write(f"{day}\n".encode())
            self.process.stdin.flush()
        except BrokenPipeError:
            raise self._failed(day) from None
        for line in self.process.stdout:
            told = line.decode(errors="replace")
            if told.startswith(SENT):
                sent = int(told.removeprefix(SENT).split()[0])
                self.days.append(day)
                self.messages += sent
                return sent
        raise self._failed(day)

    def _failed(self, day: date) -> Failure:
        told = self.errors.read_text(encoding="utf-8", errors="replace").splitlines()
        return Failure(f"the run of {day} was not made", tuple(told[-_TOLD_OF_A_FAILURE:]))


@contextmanager
def runs_of(state: Path, register: str, errors: Path) -> Iterator[Runs]:
    """Runs on the database below *state*, which send to the register."""
    arguments = ("run", "--days-from-input", "--state-folder", str(state), "--register", register)
    with errors.open("wb") as log:
        process = _started(arguments, log)
        try:
            yield Runs(process, errors)
        finally:
            stop(process)


def _started(arguments: tuple[str, ...], log: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - our own program and arguments
        server_command(arguments, MATCHING),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        env=scrubbed_environment(),
        start_new_session=True,
    )
