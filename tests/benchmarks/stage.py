"""Where it is measured: a server of its own over a durable PostgreSQL of its own, on loopback."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import grpc

from osms_server.config import Settings
from osms_server.persistence.own_postgres import own_postgres
from tests.benchmarks.empty_handler import Flavour
from tests.benchmarks.pushing import channel
from tests.conftest import apart_variables
from tests.processes import ServerProcess, passable_folder, run

_SECONDS: Final = 60
_LOOK_UPS_AT: Final = ", look-ups at "
_ONE_FOR_ALL: Final = {"OSMS_CALLS_PER_SECOND_MAX": "1e6"}
"""One caller asks for all clinics of the country."""
_CONNECTIONS: Final = {"max_connections": "200"}  # those of pgbench beside those of the server


@dataclass(frozen=True)
class Front:
    """Who answers look-ups: a kind of server, in so many processes."""

    flavour: Flavour
    processes: int = 1

    @classmethod
    def usual(cls) -> Front:
        """Look-ups' own processes where the server has such, else the one server for all."""
        own = Settings.model_fields.get("look_up_processes")
        return cls(Flavour.THREADS) if own is None else cls(Flavour.UVLOOP, own.default)

    def __str__(self) -> str:
        """As it is told beside figures."""
        return f"{self.flavour} in {self.processes} process{'es'[: 2 * (self.processes > 1)]}"

    @property
    def is_own(self) -> bool:
        """Whether look-ups have processes and a port of their own."""
        return self.flavour is not Flavour.THREADS

    @property
    def settings(self) -> dict[str, str]:
        """The settings of the server, as it finds them in its environment."""
        if not self.is_own:
            return {}
        wanted = {"look_up_listen": "127.0.0.1:0", "look_up_processes": str(self.processes)}
        return {f"OSMS_{name.upper()}": value for name, value in wanted.items()}


THREADED: Final = Front(Flavour.THREADS)


@dataclass(frozen=True)
class Stage:
    """A running server, and where its look-ups are answered."""

    server: ServerProcess
    dsn: str
    certificates: Path
    address: str
    look_ups: str

    @contextmanager
    def line(self, name: str) -> Iterator[grpc.Channel]:
        """A channel over mTLS, as the caller of a name."""
        with channel(self.address, self.certificates, name) as line:
            yield line

    @contextmanager
    def look_up_line(self, name: str) -> Iterator[grpc.Channel]:
        """The same, to where look-ups are answered."""
        with channel(self.look_ups, self.certificates, name) as line:
            grpc.channel_ready_future(line).result(_SECONDS)
            yield line

    @property
    def peak_memory(self) -> float:
        """The most memory that the server has had, in MiB."""
        status = Path(f"/proc/{self.server.process.pid}/status").read_text(encoding="ascii")
        line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024


@contextmanager
def stage(front: Front = THREADED, fill: Callable[[str], object] | None = None) -> Iterator[Stage]:
    """
    A server for as long as the block lasts; nothing of it is left behind.

    Its register is empty, or what *fill* makes of it before the server starts, given the DSN.
    """
    with passable_folder("osms-benchmark-") as folder:
        postgres = own_postgres(folder / "postgresql", settings=_CONNECTIONS)
        dsn = postgres.start()
        try:
            if fill is not None:
                migrated = run("migrate", "--dsn", dsn)
                assert not migrated.returncode, migrated.stderr
                fill(dsn)
            state = folder / "state"
            arguments = ("--listen", "127.0.0.1:0", "--state-folder", str(state))
            own: dict[str, Any] = {**front.settings, **_ONE_FOR_ALL, **apart_variables(dsn)}
            with ServerProcess("serve", *arguments, **own) as server:
                address, _, look_ups = server.address.partition(_LOOK_UPS_AT)
                assert bool(look_ups) == front.is_own, server.address
                yield Stage(server, dsn, state / "certificates", address, look_ups or address)
        finally:
            postgres.stop()
