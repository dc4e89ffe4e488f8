"""Exports of the logs: everything once, whole, and going on from each other."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import settings as chosen
from hypothesis import strategies as st

from osms_client import (
    LogLink,
    NamedCaller,
    OsmsClient,
    logs,
)
from osms_common.application.acts import Act, ActKind
from osms_common.application.callers import Caller
from osms_common.clocks import SystemClock
from osms_common.domain.codes import Role
from osms_common.persistence.acts import CHANGES
from osms_server.bootstrap import Engines, connect, running_server
from osms_server.config import Settings, Transport
from osms_server.persistence.register import PostgresRegister
from tests.conftest import ClientOf
from tests.people import AIGUL, DAULET, people
from tests.rpc.lives import tell_everything
from tests.rpc.logged import (
    acts_of,
    answers_of,
)
from tests.rpc.sending import (
    MORNING,
    assigned,
    push_categories,
)

MINUTE: Final = timedelta(minutes=1)
LOOPBACK: Final = "127.0.0.1:0"


@pytest.fixture(scope="session")
def settings(settings: Settings) -> Settings:
    """A server whose messages have room for little."""
    return settings.model_copy(update={"page_bytes_max": 2**12})


# Exports.


def file_of(
    auditor: OsmsClient, start: datetime | None = None, log: str = ""
) -> tuple[list[bytes], datetime]:
    """The lines of an export, and the instant at which the next one begins."""
    lines, export = logs.FileLines(log, start), auditor.export_log(log=log, start=start)
    content = [lines.line(link) for link in export]
    assert export.complete_time is not None
    return [*content, lines.last_line(export.complete_time)], export.complete_time


def links_of(auditor: OsmsClient, **wanted: Any) -> list[LogLink]:
    """The links of an export."""
    return list(auditor.export_log(**wanted))


def test_everything_is_exported_and_whole(
    empty: None, client_of: ClientOf, auditor: OsmsClient, engines: Engines
) -> None:
    """Every act and every answer once, log by log, in messages of any size."""
    tell_everything(client_of)
    list(client_of("clinic1").check_many(people(200)))
    content, _ = file_of(auditor)
    chains = logs.Chains()
    assert list(chains.verify(content)) == []
    acts = [act for act in acts_of(engines) if act.method != "ExportLog"]
    assert entries(chains, "ACTS") == len(acts) + 1
    assert entries(chains, "ANSWERS") == sum(len(each.iins) for each in answers_of(engines))


def entries(chains: logs.Chains, log: str) -> int:
    """How many entries of a log were followed, from their beginning."""
    return sum(end.sequence for (each, _), end in chains.ends.items() if each == log)


def test_an_act_is_exported_as_it_is_hashed(busy: None, client_of: ClientOf) -> None:
    """With the names of its fields; the request as the bytes that came."""
    (link, *_) = (
        link
        for link in links_of(client_of("auditor1"), log="ACTS")
        if dict(link.fields)["method"] == "RegisterConsumer"
    )
    fields = dict(link.fields)
    assert (link.log, link.writer_id, link.first, link.last) == ("ACTS", str(CHANGES), 3, 3)
    assert fields["caller"] == "fund-operator/operator1"
    assert (fields["kind"], fields["outcome"], fields["iins"]) == ("1", "OK", DAULET.lstrip("0"))
    assert DAULET.encode().hex() in fields["request"]


def test_exports_go_on_from_each_other(
    busy: None, client_of: ClientOf, auditor: OsmsClient
) -> None:
    """Each begins where the one before is complete; none has a link of another."""
    chains, found, start = logs.Chains(), 0, None
    for number in range(1, 4):
        content, start = file_of(auditor, start)
        assert list(chains.verify(content)) == []
        assert chains.links > found
        found = chains.links
        auditor.advance_clock(start + number * MINUTE)
        client_of("clinic1").check(AIGUL)
        push_categories(client_of("SC"), assigned(AIGUL))
    whole = logs.Chains()
    assert list(whole.verify(file_of(auditor)[0])) == []
    assert whole.links > found


def test_an_export_that_is_made_again_is_the_same(
    busy: None, client_of: ClientOf, auditor: OsmsClient
) -> None:
    """To the byte: so a past that was changed, or a writer who is gone, can be seen later."""
    client_of("clinic1").check(AIGUL)
    kept, complete = file_of(auditor)
    auditor.advance_clock(complete + MINUTE)
    client_of("clinic1").check(AIGUL)
    lines, export = logs.FileLines(), auditor.export_log(end=complete)
    again = [lines.line(link) for link in export]
    assert export.complete_time == complete
    assert [*again, lines.last_line(complete)] == kept


@pytest.mark.parametrize("log", logs.LOGS)
def test_one_log_can_be_exported_alone(busy: None, client_of: ClientOf, log: str) -> None:
    """Its chains are those of the export of both."""
    client_of("clinic1").check(AIGUL)
    auditor = client_of("auditor1")
    content, _ = file_of(auditor, log=log)
    chains = logs.Chains()
    assert list(chains.verify(content)) == []
    assert {name for name, _ in chains.ends} == {log}


def test_an_export_ends_where_it_is_asked_to(busy: None, client_of: ClientOf) -> None:
    """And tells so, so that the next one can begin there."""
    export = client_of("auditor1").export_log(start=MORNING + MINUTE, end=MORNING + 2 * MINUTE)
    methods = [dict(link.fields)["method"] for link in export]
    assert methods == ["RegisterConsumer"]
    assert export.complete_time == MORNING + 2 * MINUTE


def test_any_change_of_an_exported_file_is_found(
    busy: None, client_of: ClientOf, auditor: OsmsClient
) -> None:
    """Wherever it is, and whatever is put there."""
    client_of("clinic1").check(AIGUL)
    lines, _ = file_of(auditor)
    content = b"".join(lines)

    @chosen(max_examples=300, deadline=None)
    @given(st.integers(0, len(content) - 1), st.binary(max_size=2))
    def any_byte(at: int, new: bytes) -> None:
        tampered = content[:at] + new + content[at + 1 :]
        found = list(logs.verify(tampered.splitlines(keepends=True)))
        assert (found == []) == (tampered == content)

    any_byte()


# Exports while others write, by a clock that goes on.


@pytest.fixture
def going(own_dsn: str) -> Iterator[Callable[[str], OsmsClient]]:
    """A server that is no sandbox; clients of it."""
    settings = Settings.read(
        listen=LOOPBACK,
        dsn=own_dsn,
        transport=Transport.PLAINTEXT,
        shutdown_seconds=1,
        export_settled_seconds=1,
    )
    with running_server(settings) as running, ExitStack() as stack:
        yield lambda name: stack.enter_context(OsmsClient(running.address, NamedCaller(name)))


@pytest.mark.long
def test_what_is_written_meanwhile_is_in_this_export_or_the_next(
    going: Callable[[str], OsmsClient],
) -> None:
    """Nothing is in none and nothing in two, however many write."""
    auditor, stop = going("auditor/auditor1"), threading.Event()

    def write(role: str, does: Callable[[OsmsClient], object]) -> int:
        client, count = going(role), 0
        while not stop.wait(0.01):
            does(client)
            count += 1
        return count

    chains, start = logs.Chains(), None
    with ThreadPoolExecutor(4) as writers:
        writing = [
            writers.submit(write, "mis/clinic1", lambda c: c.check(AIGUL)),
            writers.submit(write, "fund-operator/one", OsmsClient.feeds),
            writers.submit(
                write, "state-corporation/SC", lambda c: push_categories(c, assigned(AIGUL))
            ),
            writers.submit(write, "body/DEFENCE", OsmsClient.roster_change_position),
        ]
        try:
            for _ in range(4):
                threading.Event().wait(0.7)
                content, start = file_of(auditor, start)
                assert list(chains.verify(content)) == []
        finally:
            stop.set()
        answers, readings, pushes, positions = (each.result() for each in writing)
    threading.Event().wait(1.5)
    content, start = file_of(auditor, start)
    assert list(chains.verify(content)) == []
    count = {
        log: sum(e.sequence for (of, _), e in chains.ends.items() if of == log)
        for log in logs.LOGS
    }
    assert count["ANSWERS"] == answers
    assert count["ACTS"] >= 2 * pushes + readings + positions + 4


def test_an_export_waits_for_a_change_that_takes_long(
    going: Callable[[str], OsmsClient], own_dsn: str, settings: Settings
) -> None:
    """It is complete only until the change began; so the next one has it."""
    auditor, chains = going("auditor/auditor1"), logs.Chains()
    going("body/DEFENCE").roster_change_position()
    engines = connect(own_dsn, settings)
    register = PostgresRegister(engines.transactions, SystemClock())
    act = Act(Caller(Role.FUND_SUPERVISOR, "slow"), "ApproveHeldBatch", ActKind.CHANGE)
    began = datetime.now(UTC)
    with register.write() as tx:
        threading.Event().wait(1.5)
        content, complete = file_of(auditor)
        assert began - timedelta(seconds=1.5) < complete < began
        tx.acts.add(act)
    engines.dispose()
    assert list(chains.verify(content)) == []
    threading.Event().wait(1.1)
    content, _ = file_of(auditor, complete)
    assert list(chains.verify(content)) == []
    assert ("ACTS", str(CHANGES)) in chains.ends
