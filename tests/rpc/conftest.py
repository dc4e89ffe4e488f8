"""Callers of a sandbox: an empty register on the morning of 1 July 2026 for every test."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import grpc
import pytest

from osms_client import NamedCaller, OsmsClient
from osms_server.logs import configure_logs
from tests.conftest import ClientOf
from tests.deadlines import with_deadlines
from tests.rpc.sending import MORNING

ChannelOf = Callable[[str], grpc.Channel]


@pytest.fixture(scope="session", autouse=True)
def logs() -> None:
    """Events are written as a server writes them."""
    configure_logs("console")


@pytest.fixture
def empty(client_of: ClientOf) -> None:
    """An empty register, and the clock at nine in the morning of 1 July 2026."""
    client_of("supervisor1").reset_sandbox(MORNING)


@pytest.fixture
def corporation(empty: None, client_of: ClientOf) -> OsmsClient:
    """The State Corporation."""
    return client_of("SC")


@pytest.fixture
def defence(empty: None, client_of: ClientOf) -> OsmsClient:
    """The Ministry of Defence, which sends the roster of its people."""
    return client_of("DEFENCE")


@pytest.fixture
def operator(empty: None, client_of: ClientOf) -> OsmsClient:
    """An operator of the Fund."""
    return client_of("operator1")


@pytest.fixture
def supervisor(empty: None, client_of: ClientOf) -> OsmsClient:
    """A supervisor of the Fund."""
    return client_of("supervisor1")


@pytest.fixture
def second_supervisor(empty: None, client_of: ClientOf) -> OsmsClient:
    """Another supervisor of the Fund."""
    return client_of("supervisor2")


@pytest.fixture
def clinic(empty: None, client_of: ClientOf) -> OsmsClient:
    """A medical information system."""
    return client_of("clinic1")


@pytest.fixture(scope="module")
def channel_of(grpc_server: grpc.Server, grpc_addr: str) -> Iterator[ChannelOf]:
    """A bare channel as the caller of a name: no call on it is ever repeated."""
    channels: dict[str, grpc.Channel] = {}

    def channel(name: str) -> grpc.Channel:
        if name not in channels:
            options = [("grpc.enable_retries", 0)]
            channels[name] = with_deadlines(NamedCaller(name).channel(grpc_addr, options))
        return channels[name]

    yield channel
    for opened in channels.values():
        opened.close()
