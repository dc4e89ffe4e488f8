"""Where the demonstration is played: its folder, its server, and who takes part in it."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from osms_cli.demo.delivering import Cast
from osms_cli.demo.forming import MatchingActors, runs_of
from osms_cli.failures import MISUSED, Failure
from osms_cli.scenario.delivery import Actors
from osms_cli.throwaway import (
    MATCHING,
    REGISTER,
    SANDBOX,
    running_server,
    scrubbed_environment,
    server_command,
)
from osms_client import Certificates

MARK: Final = ".osms-demo"
SERVED: Final = ("serve", "--listen", "127.0.0.1:0", "--until-stdin-closes")
_VERIFY_SECONDS: Final = 600


@dataclass(frozen=True)
class Stage:
    """The folder of one demonstration."""

    folder: Path

    @property
    def region(self) -> Path:
        """Where the files of the senders are."""
        return self.folder / "region"

    @property
    def state(self) -> Path:
        """Where the server keeps its database and certificates."""
        return self.folder.resolve() / "state"

    def clear(self) -> None:
        """Begins afresh. Failure: the folder has something else in it."""
        mark = self.folder / MARK
        if self.folder.exists() and any(self.folder.iterdir()) and not mark.exists():
            raise Failure(
                f"{self.folder} is not empty, and no demonstration was played there",
                ("name another folder with --folder",),
                MISUSED,
            )
        if self.folder.exists():
            shutil.rmtree(self.folder)
        self.folder.mkdir(parents=True)
        mark.write_text("a demonstration was played here; it may be removed\n", encoding="utf-8")

    @contextmanager
    def served(self) -> Iterator[Cast]:
        """Everybody who takes part, by mTLS: the register and the matching, each with its own."""
        state = ("--state-folder", str(self.state))
        with ExitStack() as stack:
            started = partial(_started, stack)
            register = started([*SANDBOX, *state], self.folder / "server.log", REGISTER)
            matching = started([*SERVED, *state], self.folder / "matching.log", MATCHING)
            actors = Actors(register, self._credentials)
            of_the_matching = MatchingActors(matching, self._credentials)
            stack.callback(actors.close)
            stack.callback(of_the_matching.close)
            runs = runs_of(self.state, register, self.folder / "runs.log")
            yield Cast(actors, of_the_matching, stack.enter_context(runs))

    def _credentials(self, name: str) -> Certificates:
        return Certificates(self.state / "certificates", name)

    def verify(self) -> str:
        """Compares every timeline with the facts; what was found. Failure: they differ."""
        done = subprocess.run(  # noqa: S603 - our own program and arguments
            server_command(["verify", "--state-folder", str(self.state)]),
            check=False,
            capture_output=True,
            env=scrubbed_environment(),
            stdin=subprocess.DEVNULL,
            timeout=_VERIFY_SECONDS,
        )
        told = done.stdout.decode(errors="replace").strip()
        if done.returncode:
            errors = done.stderr.decode(errors="replace").splitlines()
            raise Failure("the timelines are not what the facts say", (told, *errors[-5:]))
        return told

    def megabytes(self) -> int:
        """How large the folder is."""
        files = (each for each in self.folder.rglob("*") if each.is_file())
        return round(sum(each.stat().st_size for each in files) / 1_000_000)

    def described(self, name: str) -> dict[str, Any]:
        """One of the files that describe the region."""
        content: dict[str, Any] = json.loads((self.region / name).read_text(encoding="utf-8"))
        return content


def _started(stack: ExitStack, arguments: list[str], log: Path, program: str) -> str:
    """The address of a server that runs as long as the stack is open."""
    return stack.enter_context(running_server(arguments, log=log, program=program))
