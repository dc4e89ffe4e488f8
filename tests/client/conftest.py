"""Clients on lines of their own to the server of the module."""

from __future__ import annotations

from collections.abc import Iterator

import grpc
import pytest

from osms_client import NamedCaller, OsmsClient
from tests.client.line import Line
from tests.conftest import ClientOf
from tests.rpc.sending import MORNING


@pytest.fixture
def empty(client_of: ClientOf) -> None:
    """An empty register, and the clock at nine in the morning of 1 July 2026."""
    client_of("supervisor1").reset_sandbox(MORNING)


@pytest.fixture
def line(empty: None, grpc_server: grpc.Server, grpc_addr: str) -> Iterator[Line]:
    """A line to the server that can be cut."""
    with Line(grpc_addr) as line:
        yield line


def on(line: Line, name: str, *, seconds: float = 20) -> OsmsClient:
    """A client at the end of a line, as the caller of a name."""
    return OsmsClient(
        line.address,
        NamedCaller(name),
        lookup_timeout=seconds,
        timeout=seconds,
        idle_timeout=seconds,
    )
