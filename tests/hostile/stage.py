"""Every kind of server, as processes before real databases, to try hostile calls on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path
from typing import Final

import psycopg

from osms_client import NamedCaller, OsmsClient
from osms_matching.persistence.service_tables import EVERY_TABLE
from osms_matching.rpc.authorisation import RULES as MATCHING_RULES
from osms_server.persistence.tables import metadata
from osms_server.rpc.authorisation import QUESTIONS
from tests.conftest import apart_variables
from tests.hostile.cases import EVERY_RPC, OPEN, SANDBOX, Cases
from tests.hostile.stored import Stored
from tests.hostile.trying import Target
from tests.processes import MATCHING, PLAIN, ServerProcess
from tests.rpc.lives import tell_everything
from tests.rpc.looking_up import LOOPBACK, look_ups
from tests.rpc.sending import MORNING

_OF_WHOLE: Final = tuple(
    path for path in EVERY_RPC if path not in MATCHING_RULES and not path.startswith(SANDBOX)
)
_OF_MATCHING: Final = (*MATCHING_RULES, *OPEN)
_OF_SANDBOX: Final = tuple(path for path in EVERY_RPC if path.startswith(SANDBOX))
_OF_LOOK_UPS: Final = (
    *(path for path in EVERY_RPC if path.startswith(QUESTIONS)),
    *OPEN,
    "/osms.entitlement.v1.OperationsService/ListAccess",
    "/osms.entitlement.v1.CategoryService/PushCategoryUpdates",
)
_MATCHING_DATABASE: Final = "osms_hostile_matching"
_DATABASE: Final = re.compile(r"(?<=/)[^/?]+(?=\?)")
"""Where a DSN names the database."""

_LOOKED_AT: Final = 200
"""After so many cases it is looked whether a server is well."""

_SANDBOX_SHARE: Final = 30
"""Of the whole server's cases one in so many empties the register, or moves its clock."""


class Stage:
    """A whole server that is a sandbox, a process that only looks up, and a matching."""

    def __init__(self, address: str, whole: Target, front: Target, matching: Target) -> None:
        self._address = address
        self.whole = whole
        self.front = front
        self.matching = matching

    @property
    def targets(self) -> dict[str, Target]:
        """All of them, by what they are."""
        return {
            "the whole server": self.whole,
            "the look-ups": self.front,
            "the matching": self.matching,
        }

    def round(self, seed: int, cases: int) -> None:
        """Tries so many cases, half of them on the whole server. Fault: one went wrong."""
        try:
            self._round(seed, cases)
        except BaseException as error:
            error.add_note(
                f"to repeat it: python -m tests.hostile --seed {seed} --cases {cases} --rounds 1"
            )
            raise

    def _round(self, seed: int, cases: int) -> None:
        self._tell()
        of_whole, of_others = cases // 2, cases // 4
        of_sandbox = max(1, of_whole // _SANDBOX_SHARE)
        _tried(self.whole, Cases(seed, _OF_WHOLE), of_whole - of_sandbox)
        _tried(self.front, Cases(seed, _OF_LOOK_UPS), of_others)
        _tried(self.matching, Cases(seed, _OF_MATCHING), of_others)
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
    """All servers for as long as the block lasts; *dsn* is that of the register's owner."""
    logs = [folder / f"{name}.log" for name in ("whole", "look-ups", "matching")]
    with ExitStack() as stack:
        arguments = (*PLAIN, "--listen", LOOPBACK)
        whole = stack.enter_context(ServerProcess(*arguments, log=logs[0], **apart_variables(dsn)))
        front = stack.enter_context(look_ups(dsn, log=logs[1])).process
        of_matching = _another_database(dsn)
        serve = ("serve", "--plaintext", "--listen", LOOPBACK, "--dsn", of_matching)
        matching = stack.enter_context(ServerProcess(*serve, program=MATCHING, log=logs[2]))
        register, evidence = Stored(dsn, metadata), Stored(of_matching, EVERY_TABLE)
        stack.callback(register.close)
        stack.callback(evidence.close)
        targets = [
            Target(server.address, server.process.pid, log, stored)
            for server, log, stored in zip(
                (whole, front, matching), logs, (register, register, evidence), strict=True
            )
        ]
        for target in targets:
            stack.callback(target.close)
        yield Stage(whole.address, *targets)


def _another_database(dsn: str) -> str:
    """An empty database on the same PostgreSQL, made anew."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(f"drop database if exists {_MATCHING_DATABASE}")
        connection.execute(f"create database {_MATCHING_DATABASE} template template0")
    return _DATABASE.sub(_MATCHING_DATABASE, dsn)
