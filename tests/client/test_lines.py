"""
Lines that are cut, servers that are gone, and callers who must not be left waiting.

Nothing that happens to a line means "not entitled": it means "unknown, treat under p. 13".
"""

from __future__ import annotations

import inspect
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from osms_client import (
    Ack,
    CannotTell,
    FeedPush,
    NamedCaller,
    OsmsClient,
    OsmsError,
    RosterLine,
    TakenOver,
)
from osms_server.bootstrap import running_server
from osms_server.config import Settings, Transport
from tests.client.conftest import on
from tests.client.line import Line
from tests.conftest import ClientOf, apart
from tests.people import AIGUL, DAULET, people
from tests.rpc.sending import MORNING, TODAY, assigned, joins, paid, push_categories

BIRTH = ["BIRTH_CERTIFICATE"]
AN_ID = str(uuid4())

CALLS: dict[str, Callable[[OsmsClient], Any]] = {
    "check": lambda c: c.check(AIGUL),
    "check_many": lambda c: list(c.check_many([AIGUL])),
    "check_list": lambda c: list(c.check_list([AIGUL])),
    "timeline": lambda c: c.timeline(AIGUL),
    "explain": lambda c: c.explain(AIGUL),
    "receipt_keys": lambda c: c.receipt_keys(),
    "replay": lambda c: c.replay(AIGUL, MORNING),
    "category_feed": lambda c: c.category_feed().__enter__(),
    "payment_feed": lambda c: c.payment_feed().__enter__(),
    "roster_change_feed": lambda c: c.roster_change_feed().__enter__(),
    "category_position": lambda c: c.category_position(),
    "category_message_number": lambda c: c.category_message_number(),
    "payment_position": lambda c: c.payment_position(),
    "roster_change_position": lambda c: c.roster_change_position(),
    "push_roster": lambda c: c.push_roster("DEFENCE", [RosterLine(AIGUL)]),
    "register": lambda c: c.register(AIGUL, "R01", TODAY, BIRTH),
    "revoke": lambda c: c.revoke(AN_ID, "error"),
    "consumer": lambda c: c.consumer(AIGUL),
    "facts": lambda c: list(c.facts(AIGUL)),
    "rejections": lambda c: list(c.rejections()),
    "rejection": lambda c: c.rejection(AN_ID),
    "rejection_counts": lambda c: c.rejection_counts(),
    "close_rejection": lambda c: c.close_rejection(AN_ID, "a test line"),
    "resubmit": lambda c: c.resubmit(AN_ID, assigned()),
    "withdraw": lambda c: c.withdraw("CATEGORY", "SC", (1, 2), "a test file"),
    "preview": lambda c: c.preview(AN_ID),
    "held_batches": lambda c: list(c.held_batches()),
    "approve": lambda c: c.approve(AN_ID),
    "decline": lambda c: c.decline(AN_ID),
    "declare_incident": lambda c: c.declare_incident("I-1", ["SC"], TODAY),
    "close_incident": lambda c: c.close_incident("I-1", TODAY),
    "incidents": lambda c: list(c.incidents()),
    "record_budget_lapse": lambda c: c.record_budget_lapse("LOCAL", TODAY),
    "lift_budget_lapse": lambda c: c.lift_budget_lapse("LOCAL"),
    "feeds": lambda c: c.feeds(),
    "accesses": lambda c: list(c.accesses(AIGUL)),
    "audit_entries": lambda c: list(c.audit_entries()),
    "caller_certificate": lambda c: c.caller_certificate("00" * 32),
    "export_log": lambda c: list(c.export_log()),
    "clock": lambda c: c.clock(),
    "advance_clock": lambda c: c.advance_clock(MORNING),
    "reset_sandbox": lambda c: c.reset_sandbox(MORNING),
}


def outcome_of(call: Callable[[OsmsClient], Any], client: OsmsClient) -> object:
    """What a call gives, or the error that it raises."""
    try:
        return call(client)
    except OsmsError as error:
        return error


def outcomes(client: OsmsClient) -> dict[str, object]:
    """What becomes of every call there is, all made at once."""
    with ThreadPoolExecutor(len(CALLS)) as callers:
        made = {name: callers.submit(outcome_of, call, client) for name, call in CALLS.items()}
        return {name: call.result() for name, call in made.items()}


def test_every_call_is_in_the_table() -> None:
    """A new method of the client needs a call here."""
    public = {name for name, _ in inspect.getmembers(OsmsClient, inspect.isfunction)}
    assert CALLS.keys() >= {name for name in public if name[0] != "_"} - {"close"}


@pytest.fixture
def silence() -> Iterator[str]:
    """An address that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        yield f"127.0.0.1:{listener.getsockname()[1]}"


def test_every_call_has_a_deadline(silence: str) -> None:
    """Whoever calls hears before long that nobody can tell, also where nobody says a word."""
    with OsmsClient(silence, NamedCaller("SC"), timeout=0.5, idle_timeout=0.5) as client:
        ended = outcomes(client)
    assert {name for name, error in ended.items() if type(error) is not CannotTell} == set()


def test_without_a_server_nobody_can_tell() -> None:
    """Every call says so; none says that a person is not entitled, or refuses anything."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and nobody listens
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with OsmsClient(address, NamedCaller("SC"), timeout=20) as client:
            ended = outcomes(client)
    assert {name for name, error in ended.items() if type(error) is not CannotTell} == set()


def test_a_line_that_falls_silent_ends_with_the_deadline(line: Line) -> None:
    """A question on its way, a list that is being read, and a feed that waits for its ack."""
    caller_goes_on = threading.Event()
    with on(line, "operator1", seconds=1.5) as fund, on(line, "SC", seconds=1.5) as corporation:
        assert not fund.check(AIGUL).entitled
        asked = fund.check_list(slowly(caller_goes_on, AIGUL))
        next(asked)
        with corporation.category_feed() as feed:
            line.fall_silent()
            with pytest.raises(CannotTell):
                fund.check(AIGUL)
            caller_goes_on.set()
            with pytest.raises(CannotTell):
                list(asked)
            with pytest.raises(CannotTell):
                feed._receive(0.2)


# What is repeated.


def test_a_question_is_asked_again(line: Line) -> None:
    """Where the answer was lost on its way, the caller notices nothing."""
    with on(line, "operator1") as fund:
        fund.check(AIGUL)
        line.lose_answers()
        assert fund.check(AIGUL).status == "NOT_REGISTERED"
    assert line.connections == 2


def test_a_mutation_is_made_once_however_often_it_is_sent(line: Line) -> None:
    """The answer was lost, the same request id came again, and got the first answer."""
    with on(line, "operator1") as fund:
        fund.check(AIGUL)
        line.lose_answers()
        made = fund.register(AIGUL, "R01", TODAY, BIRTH)
        known = fund.consumer(AIGUL)
    assert line.connections == 2
    assert [each.registration_id for each in known.registrations] == [made.registration_id]


def test_a_mutation_that_failed_may_be_sent_again_by_its_id(line: Line) -> None:
    """Whoever kept the id can ask later what became of it, and makes nothing twice."""
    with on(line, "operator1") as fund:
        fund.check(AIGUL)
        line.lose_answers(100)
        with pytest.raises(CannotTell):
            fund.register(AIGUL, "R01", TODAY, BIRTH, request_id=AN_ID)
        line.lose_answers(0)
        made = fund.register(AIGUL, "R01", TODAY, BIRTH, request_id=AN_ID)
        known = fund.consumer(AIGUL)
    assert [each.registration_id for each in known.registrations] == [made.registration_id]


def test_a_roster_is_not_repeated_of_itself(line: Line) -> None:
    """Its sender hears that nobody can tell, and sends it again under the same id."""
    lines = [RosterLine(each) for each in (AIGUL, DAULET)]
    with on(line, "DEFENCE") as defence:
        defence.roster_change_position()
        line.lose_answers()
        with pytest.raises(CannotTell):
            defence.push_roster("DEFENCE", lines, snapshot_id=AN_ID)
        assert line.connections == 1
        result = until_told(lambda: defence.push_roster("DEFENCE", lines, snapshot_id=AN_ID))
    assert (result.entered, result.unchanged) == (2, 0)


def test_what_the_server_refuses_is_not_asked_again(line: Line) -> None:
    """A refusal is an answer: it comes at once, over the line that there is."""
    with on(line, "operator1") as fund:
        with pytest.raises(OsmsError) as refused:
            fund.register(AIGUL, "R07", date(2026, 7, 2), BIRTH)
        assert type(refused.value) is not CannotTell
    assert line.connections == 1


def test_questions_go_on_when_the_line_is_back(line: Line) -> None:
    """Unknown while it is down, and an answer as soon as it is up; no new client is needed."""
    with on(line, "operator1") as fund:
        fund.check(AIGUL)
        line.go_down()
        with pytest.raises(CannotTell):
            fund.check(AIGUL)
        line.come_up()
        assert until_told(lambda: fund.check(AIGUL)).status == "NOT_REGISTERED"


def until_told(ask: Callable[[], Any]) -> Any:
    """Asks until there is an answer; a channel waits a little before it connects again."""
    for _ in range(50):
        try:
            return ask()
        except CannotTell:
            threading.Event().wait(0.1)
    return ask()


# Feeds.

Feed = FeedPush[Any]


def category_records(count: int) -> list[Any]:
    """Categories of as many persons."""
    return [assigned(iin, number=number) for number, iin in enumerate(people(count), 1)]


FEEDS: dict[str, tuple[str, Callable[..., Any], list[Any]]] = {
    "categories": ("SC", OsmsClient.category_feed, category_records(40)),
    "payments": ("SC", OsmsClient.payment_feed, [paid(iin) for iin in people(40)]),
    "roster changes": (
        "DEFENCE",
        OsmsClient.roster_change_feed,
        [joins(iin) for iin in people(40)],
    ),
}
each_feed = pytest.mark.parametrize(("sender", "open_feed", "records"), FEEDS.values(), ids=FEEDS)


@each_feed
def test_a_feed_goes_on_after_a_cut_line(
    line: Line,
    client_of: ClientOf,
    sender: str,
    open_feed: Callable[[OsmsClient], Feed],
    records: list[Any],
) -> None:
    """Every record is stored exactly once, whatever was lost: batches on their way, or acks."""
    acks: list[Ack] = []
    with on(line, sender) as client, open_feed(client) as feed:
        for number, ack in enumerate(feed.send(records, batch_size=4)):
            acks.append(ack)
            if number == 2:
                line.cut()
            if number == 5:
                line.lose_answers()
    assert line.connections >= 2
    positions = [ack.next_position for ack in acks]
    assert positions == sorted(positions)
    assert (len(positions), positions[-1]) == (10, 41)
    assert sum(ack.accepted + ack.repeated for ack in acks) == len(records)
    assert sum(ack.duplicate + ack.rejected + ack.held for ack in acks) == 0
    fund = client_of("operator1")
    assert all(len(list(fund.facts(iin))) == 1 for iin in people(40))
    with open_feed(client_of(sender)) as feed:
        assert feed.next_position == len(records) + 1


def test_a_sender_may_start_again_where_it_was(line: Line, client_of: ClientOf) -> None:
    """A process that was ended in the middle goes on from the position that the feed tells."""
    records = category_records(30)
    with on(line, "SC") as first, first.category_feed() as feed:
        sent = feed.send(records, batch_size=5)
        next(sent)
        line.cut()
    with on(line, "SC") as second, second.category_feed() as feed:
        assert feed.next_position in {6, 11, 16, 21, 26}
        list(feed.send(records[feed.next_position - 1 :], batch_size=5))
        assert feed.next_position == 31
    fund = client_of("operator1")
    assert all(len(list(fund.facts(iin))) == 1 for iin in people(30))


def test_a_feed_that_somebody_else_goes_on_with_is_left(line: Line) -> None:
    """The older connection does not fight for it, and the newer one goes on."""
    with (
        on(line, "SC") as older,
        on(line, "SC") as newer,
        older.category_feed() as feed,
        newer.category_feed() as other,
    ):
        list(other.send(category_records(5)))
        with pytest.raises(TakenOver):
            list(feed.send(category_records(5)))
        other.report_nothing()


def test_records_of_another_are_never_acknowledged_as_ones_own(
    line: Line, client_of: ClientOf
) -> None:
    """Whoever finds, after a cut, that another was connected meanwhile stops, and says so."""
    own, others = category_records(40)[:20], category_records(40)[20:]
    with on(line, "SC") as client, client.category_feed() as feed:
        sent = feed.send(own, batch_size=2)
        next(sent)
        line.cut()
        with client_of("SC").category_feed() as other:
            list(other.send(others))
        with pytest.raises(TakenOver):
            list(sent)
    answers = client_of("operator1").check_many([record.iin for record in own])
    stored = sum(getattr(answer, "status", "") != "NOT_REGISTERED" for answer in answers)
    assert client_of("SC").category_position() == 1 + stored + len(others)


def test_nothing_to_report_is_told_once_after_a_cut_line(line: Line) -> None:
    """The sender has delivered, and the feed stays where it was."""
    with on(line, "SC") as client, client.category_feed() as feed:
        line.lose_answers()
        ack = feed.report_nothing()
        assert (ack.next_position, ack.accepted) == (1, 0)
    assert line.connections == 2


def slowly(go_on: threading.Event, *then: str) -> Iterator[str]:
    """A thousand questions, and then a caller who thinks before the others."""
    yield from people(1_000)
    go_on.wait(20)
    yield from then


# Servers that come and go.


def test_a_client_outlives_its_server(dsn: str) -> None:
    """The server is ended and started again; the same client asks and sends before and after."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{taken.getsockname()[1]}"
    settings = Settings.read(
        listen=address,
        transport=Transport.PLAINTEXT,
        sandbox=True,
        shutdown_seconds=5,
        **apart(dsn),
    )
    with (
        OsmsClient(address, NamedCaller("SC")) as corporation,
        OsmsClient(address, NamedCaller("clinic1")) as clinic,
    ):
        with running_server(settings):
            corporation.reset_sandbox(MORNING)
            push_categories(corporation, assigned(AIGUL))
            answer = clinic.check(AIGUL, TODAY)
            assert answer.entitled
        with pytest.raises(CannotTell):
            clinic.check(AIGUL, TODAY)
        with running_server(settings):
            again = until_told(lambda: clinic.check(AIGUL, TODAY))
            assert (again.entitled, again.revision) == (True, answer.revision)
            assert until_told(corporation.category_position) == 2


# A server that has too much to do.


def test_a_server_that_is_overrun_cannot_tell(dsn: str) -> None:
    """It turns callers away before it has read what they ask; that is no fault of theirs."""
    settings = Settings.read(
        listen="127.0.0.1:0",
        transport=Transport.PLAINTEXT,
        sandbox=True,
        **apart(dsn),
        concurrent_rpcs_max=8,
        unknown_persons_max=1_000_000,
    )
    with running_server(settings) as running:
        address = running.address
        with OsmsClient(address, NamedCaller("clinic1")) as clinic:
            callers_go_on = threading.Event()
            waiting = [clinic.check_list(slowly(callers_go_on)) for _ in range(8)]
            for each in waiting:
                next(each)
            with pytest.raises(CannotTell) as told:
                clinic.check(AIGUL)
            assert told.value.reason == "RESOURCE_EXHAUSTED"
            callers_go_on.set()
            assert all(len(list(each)) == 999 for each in waiting)
