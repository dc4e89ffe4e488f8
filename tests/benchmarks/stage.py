"""Where it is measured: a server of its own over a durable PostgreSQL of its own, on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import grpc

from osms_server.persistence.embedded import EmbeddedPostgres
from tests.benchmarks.pushing import channel
from tests.processes import ServerProcess, passable_folder


@dataclass(frozen=True)
class Stage:
    """A running server with an empty register."""

    server: ServerProcess
    dsn: str
    certificates: Path

    @contextmanager
    def line(self, name: str) -> Iterator[grpc.Channel]:
        """A channel over mTLS, as the caller of a name."""
        with channel(self.server.address, self.certificates, name) as line:
            yield line

    @property
    def peak_memory(self) -> float:
        """The most memory that the server has had, in MiB."""
        status = Path(f"/proc/{self.server.process.pid}/status").read_text(encoding="ascii")
        line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024


@contextmanager
def stage() -> Iterator[Stage]:
    """A server for as long as the block lasts; nothing of it is left behind."""
    with passable_folder("osms-benchmark-") as folder:
        postgres = EmbeddedPostgres(folder / "postgresql")
        dsn = postgres.start()
        try:
            state = folder / "state"
            arguments = ("--listen", "127.0.0.1:0", "--dsn", dsn, "--state-folder", str(state))
            with ServerProcess("serve", *arguments) as server:
                yield Stage(server, dsn, state / "certificates")
        finally:
            postgres.stop()
