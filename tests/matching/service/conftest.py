"""A server of the matching, its database emptied for every test, and its callers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import grpc
import pytest
import sqlalchemy as sa

from osms_client import MatchingClient, NamedCaller, OsmsClient
from osms_common.clocks import SandboxClock
from osms_common.domain.codes import SOURCE_SYSTEMS
from osms_common.serving.settings import Transport
from osms_matching.bootstrap import Parts, parts_of, serve_on
from osms_matching.config import MatchingSettings
from osms_matching.rules.guards import Guard
from tests.conftest import ClientOf
from tests.deadlines import with_deadlines

MORNING: Final = datetime(2026, 7, 1, 4, 0, tzinfo=UTC)
"""Nine in the morning of 1 July 2026 in Almaty."""

NAMES: Final = {
    **{system.value: f"source/{system}" for system in SOURCE_SYSTEMS},
    "SC": "state-corporation/SC",
    "operator": "matching-operator/labour1",
    "supervisor": "matching-supervisor/labour-supervisor1",
    "auditor": "auditor/auditor1",
    "clinic": "mis/clinic1",
}

CallerOf = Callable[[str], MatchingClient]
ChannelOf = Callable[[str], grpc.Channel]


@pytest.fixture(scope="session")
def matching_settings() -> MatchingSettings:
    """A server on a loopback port without TLS, whose pages are small."""
    return MatchingSettings.read(
        listen="127.0.0.1:0",
        transport=Transport.PLAINTEXT,
        register_plaintext=True,
        run_workers=2,
        send_portion=3,
        tried_records_max=20,
        shutdown_seconds=0,
    )


@dataclass(frozen=True)
class Served:
    """A server, and the use cases behind it."""

    address: str
    parts: Parts
    clock: SandboxClock


@pytest.fixture(scope="module")
def guard() -> Guard:
    """The numbers of the law; modules that need smaller ones have their own."""
    return Guard()


@pytest.fixture(scope="module")
def served(
    own_matching: sa.Engine, matching_settings: MatchingSettings, guard: Guard
) -> Iterator[Served]:
    """A server on the database of this module."""
    clock = SandboxClock(MORNING)
    parts = parts_of(own_matching, matching_settings, clock, guard)
    running = serve_on(own_matching, matching_settings, parts)
    yield Served(running.address, parts, clock)
    running.stop()


@pytest.fixture
def matching(served: Served, engine: sa.Engine) -> Parts:
    """The use cases on an empty database, on the morning of 1 July 2026."""
    del engine
    served.clock.move(MORNING)
    return served.parts


@pytest.fixture(scope="module")
def caller_of(served: Served) -> Iterator[CallerOf]:
    """A client as the caller of a name, each opened once."""
    clients: dict[str, MatchingClient] = {}

    def client(name: str) -> MatchingClient:
        if name not in clients:
            clients[name] = MatchingClient(served.address, NamedCaller(NAMES[name]))
        return clients[name]

    yield client
    for opened in clients.values():
        opened.close()


@pytest.fixture(scope="module")
def matching_channel_of(served: Served) -> Iterator[ChannelOf]:
    """A bare channel as whoever says a name."""
    opened: list[grpc.Channel] = []

    def channel(name: str) -> grpc.Channel:
        options: list[tuple[str, str]] = []
        made = NamedCaller(name).channel(served.address, options)
        opened.append(made)
        return with_deadlines(made)

    yield channel
    for made in opened:
        made.close()


@pytest.fixture
def corporation(client_of: ClientOf) -> OsmsClient:
    """The State Corporation before an empty register, on the same morning."""
    client_of("supervisor1").reset_sandbox(MORNING)
    return client_of("SC")
