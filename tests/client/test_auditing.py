"""Auditors over lines that fail: an export is whole, or it says that it is not."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta

import pytest

from osms_client import CannotTell, NamedCaller, OsmsClient
from osms_common.application.acts import Act, ActKind
from osms_common.application.callers import Caller
from osms_common.domain.codes import Role
from osms_server.bootstrap import Application, Engines
from osms_server.config import Settings
from tests.client.conftest import on
from tests.client.line import Line
from tests.conftest import ClientOf
from tests.persistence.contents import count_under_way, wait_until
from tests.rpc.sending import MORNING

MUCH = 2**16


@pytest.fixture(scope="session")
def settings(settings: Settings) -> Settings:
    """A server that exports in many messages."""
    return settings.model_copy(update={"page_bytes_max": 2**12})


@pytest.fixture(autouse=True)
def _given_back(engines: Engines) -> Iterator[None]:
    """Whoever leaves an export in the middle keeps nothing of the server for long."""
    yield
    wait_until(lambda: count_under_way(engines.transactions) == 0)


@pytest.fixture
def long(empty: None, application: Application) -> int:
    """A log of more than is on its way at a time; how many acts it has."""
    caller = Caller(Role.AUDITOR, "auditor2")
    for _ in range(60):
        application.acts.keep(Act(caller, "ListAccess", ActKind.READING, request=b"\xff" * MUCH))
    return 60


def test_an_export_is_asked_for_where_it_can_be_had(
    empty: None, client_of: ClientOf, grpc_addr: str
) -> None:
    """A server that is away is no reason to have none."""
    addresses = f"127.0.0.1:1,{grpc_addr}"
    with OsmsClient(addresses, NamedCaller("auditor1"), idle_timeout=20) as auditor:
        export = auditor.export_log()
        assert len(list(export)) == 1
        assert export.complete_time is not None


def test_an_export_can_be_asked_for_again(long: int, client_of: ClientOf) -> None:
    """It begins anew, with what was done meanwhile."""
    export = client_of("auditor1").export_log(log="ACTS")
    next(iter(export))
    assert export.complete_time is None
    assert [len(list(export)) for _ in range(2)] == [long + 2, long + 3]


def test_an_export_that_is_cut_is_told(line: Line, long: int) -> None:
    """It is never taken for a whole one, and no other server goes on with it."""
    with on(line, "auditor1") as auditor:
        export = auditor.export_log()
        links = iter(export)
        next(links)
        line.cut()
        with pytest.raises(CannotTell) as caught:
            list(links)
    assert caught.value.reason == "UNAVAILABLE"
    assert export.complete_time is None


@pytest.mark.parametrize("begun", [False, True])
def test_an_export_of_which_nothing_comes_ends(line: Line, long: int, *, begun: bool) -> None:
    """After the time that a stream may be idle, and no later."""
    with on(line, "auditor1", seconds=1) as auditor:
        links = iter(auditor.export_log())
        if begun:
            next(links)
        line.fall_silent()
        began = time.monotonic()
        with pytest.raises(CannotTell) as caught:
            list(links)
        assert time.monotonic() - began < 10
    assert caught.value.reason in {"NO_ANSWER", "DEADLINE_EXCEEDED", "UNAVAILABLE"}


def test_an_export_without_an_end_is_no_export(
    empty: None, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stream that ends before it tells how far it is complete has been cut."""
    export = client_of("auditor1").export_log()
    assert export.complete_time is None
    list(export)
    assert export.complete_time == MORNING + timedelta(seconds=1)
    monkeypatch.setattr("osms_client.auditing.next_response", lambda *_: None)
    with pytest.raises(CannotTell) as caught:
        list(export)
    assert (caught.value.reason, export.complete_time) == ("STREAM_ENDED", None)
