"""Callers of a sandbox: an empty register on the morning of 1 July 2026 for every test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count

import grpc
import pytest

from osms_client import NamedCaller, NotAllowed, OsmsClient
from osms_common.logs import configure_logs
from osms_common.persistence.embedded import EmbeddedPostgres
from osms_server.bootstrap import Application, Engines
from tests.conftest import ClientOf, await_refusals, create_database, dsn_of
from tests.deadlines import with_deadlines
from tests.people import AIGUL, DAULET
from tests.rpc.logged import wait_for
from tests.rpc.sending import MORNING, TODAY, assigned, push_categories

ChannelOf = Callable[[str], grpc.Channel]

_numbers = count(1)


@pytest.fixture(scope="session", autouse=True)
def logs() -> None:
    """Events are written as a server writes them."""
    configure_logs("console")


@pytest.fixture
def empty(client_of: ClientOf, application: Application) -> None:
    """An empty register, and the clock at nine in the morning of 1 July 2026."""
    await_refusals(application)
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


@pytest.fixture
def auditor(empty: None, client_of: ClientOf) -> OsmsClient:
    """An auditor of an empty register."""
    return client_of("auditor1")


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


@pytest.fixture
def own_dsn(postgres: EmbeddedPostgres, template: str) -> str:
    """A register for one test alone."""
    name = f"osms_own_{next(_numbers)}"
    create_database(postgres, name, template)
    return dsn_of(postgres, name)


@pytest.fixture
def busy(empty: None, client_of: ClientOf, engines: Engines) -> None:
    """Some have done something, minute by minute."""
    corporation, operator = client_of("SC"), client_of("operator1")
    push_categories(corporation, assigned(AIGUL, number=1))
    operator.advance_clock(MORNING + timedelta(minutes=1))
    operator.register(DAULET, "R02", TODAY, ["FORM_027E"])
    operator.advance_clock(MORNING + timedelta(minutes=2))
    list(operator.accesses(AIGUL))
    with pytest.raises(NotAllowed):
        client_of("clinic1").timeline(AIGUL)
    wait_for(engines, 1)
