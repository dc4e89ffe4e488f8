"""Both kinds of server, as processes before one register, to try hostile calls on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path
from typing import Final

from osms_client import NamedCaller, OsmsClient
from osms_server.rpc.authorisation import QUESTIONS
from tests.conftest import apart_variables
from tests.hostile.cases import EVERY_RPC, OPEN, SANDBOX, Cases
from tests.hostile.stored import Stored
from tests.hostile.trying import Target
from tests.processes import PLAIN, ServerProcess
from tests.rpc.lives import tell_everything
from tests.rpc.looking_up import LOOPBACK, look_ups
from tests.rpc.sending import MORNING

_OF_WHOLE: Final = tuple(path for path in EVERY_RPC if not path.startswith(SANDBOX))
_OF_SANDBOX: Final = tuple(path for path in EVERY_RPC if path.startswith(SANDBOX))
_OF_LOOK_UPS: Final = (
    *(path for path in EVERY_RPC if path.startswith(QUESTIONS)),
    *OPEN,
    "/osms.entitlement.v1.OperationsService/ListAccess",
    "/osms.entitlement.v1.CategoryService/PushCategoryUpdates",
)
_LOOKED_AT: Final = 200
"""After so many cases it is looked whether a server is well."""

_SANDBOX_SHARE: Final = 30
"""Of the whole server's cases one in so many empties the register, or moves its clock."""


class Stage:
    """A whole server that is a sandbox, and a process that only looks up."""

    def __init__(self, address: str, whole: Target, front: Target) -> None:
        self._address = address
        self.whole = whole
        self.front = front

    def round(self, seed: int, cases: int) -> None:
        """Tries so many cases, a third of them on the look-ups. Fault: one went wrong."""
        try:
            self._round(seed, cases)
        except BaseException as error:
            error.add_note(
                f"to repeat it: python -m tests.hostile --seed {seed} --cases {cases} --rounds 1"
            )
            raise

    def _round(self, seed: int, cases: int) -> None:
        self._tell()
        of_whole = cases * 2 // 3
        of_sandbox = max(1, of_whole // _SANDBOX_SHARE)
        _tried(self.whole, Cases(seed, _OF_WHOLE), of_whole - of_sandbox)
        _tried(self.front, Cases(seed, _OF_LOOK_UPS), cases - of_whole)
        _tried(self.whole, Cases(seed, _OF_SANDBOX), of_sandbox)

    def _tell(self) -> None:
        """A register that has something to lose."""
        clients: dict[str, OsmsClient] = {}

        def client_of(name: str) -> OsmsClient:
            return clients.setdefault(name, OsmsClient(self._address, NamedCaller(name)))

        client_of("supervisor1").reset_sandbox(MORNING)
        tell_everything(client_of)
        for client in clients.values():
            client.close()


def _tried(target: Target, cases: Cases, count: int) -> None:
    coming = islice(cases, count)
    while some := list(islice(coming, _LOOKED_AT)):
        target.try_all(some)
        target.look()


@contextmanager
def stage(dsn: str, folder: Path) -> Iterator[Stage]:
    """Both servers for as long as the block lasts; *dsn* is that of the register's owner."""
    logs = folder / "whole.log", folder / "look-ups.log"
    with ExitStack() as stack:
        arguments = (*PLAIN, "--listen", LOOPBACK)
        whole = ServerProcess(*arguments, log=logs[0], **apart_variables(dsn))
        stack.enter_context(whole)
        front = stack.enter_context(look_ups(dsn, log=logs[1])).process
        stored = Stored(dsn)
        stack.callback(stored.close)
        targets = [
            Target(server.address, server.process.pid, log, stored)
            for server, log in zip((whole, front), logs, strict=True)
        ]
        for target in targets:
            stack.callback(target.close)
        yield Stage(whole.address, *targets)
