"""The client of the matching: its feeds over a bad line, its deadlines, and what it reads."""

from __future__ import annotations

import inspect
import json
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any, Final

import pytest

from osms_client import (
    Ack,
    CannotTell,
    InvalidRequest,
    MatchingClient,
    MonthFound,
    NamedCaller,
    OsmsError,
    Provision,
    TakenOver,
    contribution_from_json,
    report_from_json,
)
from osms_client import reports as told
from osms_matching.bootstrap import Parts
from tests.client.line import Line
from tests.matching.service.conftest import NAMES, CallerOf, Served
from tests.matching.service.telling import on, outcomes, paid, pay, pregnancies, push
from tests.people import people

WOMAN: Final = people(1)[0]
RUN_ID: Final = "01981f3a-5c00-7d2e-8000-00000000002a"
SECONDS: Final = 20.0

CALLS: Final[dict[str, Callable[[MatchingClient], Any]]] = {
    "reports_feed": lambda c: push(c, *pregnancies([WOMAN])),
    "contributions_feed": lambda c: pay(c, paid(WOMAN, "2026-06-10")),
    "report_position": lambda c: c.report_position(),
    "contribution_position": lambda c: c.contribution_position(),
    "runs": lambda c: list(c.runs()),
    "run": lambda c: c.run(RUN_ID),
    "decisions": lambda c: list(c.decisions(RUN_ID)),
    "release": lambda c: c.release(RUN_ID),
    "discard": lambda c: c.discard(RUN_ID),
    "explain": lambda c: c.explain(WOMAN),
    "rejected_lines": lambda c: list(c.rejected_lines()),
}


@pytest.fixture
def line(matching: Parts, served: Served) -> Iterator[Line]:
    """A line to the server that can be cut."""
    with Line(served.address) as line:
        yield line


def at_the_end(line: Line, name: str) -> MatchingClient:
    """A client at the end of a line, as the caller of a name."""
    caller = NamedCaller(NAMES[name])
    return MatchingClient(line.address, caller, timeout=SECONDS, idle_timeout=SECONDS)


# Deadlines.


def test_every_call_is_in_the_table() -> None:
    """A new method of the client needs a call here."""
    public = {name for name, _ in inspect.getmembers(MatchingClient, inspect.isfunction)}
    assert CALLS.keys() == {name for name in public if name[0] != "_"} - {"close"}


def outcome_of(call: Callable[[MatchingClient], Any], client: MatchingClient) -> object:
    """What a call gives, or the error that it raises."""
    try:
        return call(client)
    except OsmsError as error:
        return error


def test_every_call_has_a_deadline() -> None:
    """Whoever calls hears that nobody can tell, also where nobody says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        address = f"127.0.0.1:{listener.getsockname()[1]}"
        with (
            MatchingClient(address, NamedCaller("x"), timeout=0.5, idle_timeout=0.5) as client,
            ThreadPoolExecutor(len(CALLS)) as callers,
        ):
            made = {name: callers.submit(outcome_of, CALLS[name], client) for name in CALLS}
            ended = {name: call.result() for name, call in made.items()}
    assert {name for name, error in ended.items() if type(error) is not CannotTell} == set()


# Feeds.


def lines_of(sender: str, count: int) -> list[Any]:
    """As many records of a sender."""
    if sender == "SC":
        return [paid(iin, "2026-06-10") for iin in people(count)]
    return pregnancies(people(count))


FEEDS: Final = {
    "MOH": MatchingClient.reports_feed,
    "SC": MatchingClient.contributions_feed,
}


@pytest.mark.parametrize("sender", FEEDS)
def test_a_feed_goes_on_after_a_cut_line(line: Line, caller_of: CallerOf, sender: str) -> None:
    """Every record is kept exactly once, whatever was lost: batches on their way, or acks."""
    open_feed: Callable[[MatchingClient], Any] = FEEDS[sender]
    records = lines_of(sender, 40)
    acks: list[Ack] = []
    with at_the_end(line, sender) as client, open_feed(client) as feed:
        for number, ack in enumerate(feed.send(records, batch_size=4)):
            acks.append(ack)
            if number == 2:
                line.cut()
            if number == 5:
                line.lose_answers()
    assert line.connections >= 2
    assert (len(acks), acks[-1].next_position) == (10, 41)
    assert sum(ack.accepted + ack.repeated for ack in acks) == len(records)
    assert sum(ack.duplicate + ack.rejected for ack in acks) == 0
    with open_feed(caller_of(sender)) as feed:
        assert feed.next_position == 41
        (again,) = feed.send(records[:20])
    assert again.duplicate == 20


def test_a_feed_that_somebody_else_goes_on_with_is_left(line: Line) -> None:
    """The older connection does not fight for it, and the newer one goes on."""
    with (
        at_the_end(line, "MOH") as older,
        at_the_end(line, "MOH") as newer,
        older.reports_feed() as feed,
        newer.reports_feed() as other,
    ):
        list(other.send(pregnancies(people(5))))
        with pytest.raises(TakenOver):
            list(feed.send(pregnancies(people(5))))
        assert other.report_nothing().next_position == 6


def test_feeds_of_two_systems_are_two(matching: Parts, caller_of: CallerOf) -> None:
    """Each has its own positions."""
    push(caller_of("MOH"), *pregnancies([WOMAN]))
    assert caller_of("MOH").report_position() == 2
    assert caller_of("MOJ").report_position() == 1


# Lines that are rejected.


def test_a_line_that_cannot_be_read_is_kept_as_it_stands(
    matching: Parts, caller_of: CallerOf
) -> None:
    """With what cannot be read in it; the lines beside it are taken."""
    broken = '{"report": {"recordId": "P-2", "pregnancy": {"iin": "1"'
    right = pregnancies([WOMAN])[0]
    assert outcomes(push(caller_of("MOH"), report_from_json(broken), right)) == [
        "REJECTED",
        "ACCEPTED",
    ]
    (line,) = caller_of("MOH").rejected_lines()
    assert line.line["unreadable"]["content"] == broken
    assert [(each.field, each.reason) for each in line.violations] == [("line", "UNREADABLE")]
    assert (line.sender, line.position) == ("MOH", 1)


def test_a_rejected_line_can_be_mended_and_sent_again(
    matching: Parts, caller_of: CallerOf
) -> None:
    """It is told as the contract writes it, and read from that."""
    wrong = told.Report("P-1", told.Pregnancy("900101300018", on("2026-06-01")))
    late = told.Contribution(
        "PAY-1",
        "900101300018",
        "SOCIAL_DEDUCTION",
        date(2026, 6, 1),
        date(2026, 6, 10),
        paid(WOMAN, "2026-06-10").amount,
    )
    assert outcomes(push(caller_of("MOH"), wrong)) == ["REJECTED"]
    assert outcomes(pay(caller_of("SC"), late)) == ["REJECTED"]
    of_both = {each.sender: each for each in caller_of("operator").rejected_lines()}
    texts = {
        sender: json.dumps(each.line).replace("900101300018", WOMAN)
        for sender, each in of_both.items()
    }
    mended = report_from_json(texts["MOH"])
    assert mended == told.Report("P-1", told.Pregnancy(WOMAN, on("2026-06-01")))
    assert outcomes(push(caller_of("MOH"), mended)) == ["ACCEPTED"]
    assert outcomes(pay(caller_of("SC"), contribution_from_json(texts["SC"]))) == ["ACCEPTED"]
    assert [each.sender for each in caller_of("operator").rejected_lines(sender="SC")] == ["SC"]


# What is read.


def test_a_decision_is_read_with_all_that_it_rests_on(
    matching: Parts, caller_of: CallerOf
) -> None:
    """Months, paragraphs, source, and the sentence in the language of the client."""
    push(caller_of("MOH"), *pregnancies([WOMAN]))
    pay(caller_of("SC"), paid(WOMAN, "2026-06-10"), paid(WOMAN, "2026-06-11", reference="PAY-2"))
    made = matching.running.run()
    explained = caller_of("operator").explain(WOMAN)
    assert explained.run_id == str(made.run_id)
    (decision,) = explained.decisions
    assert (decision.iin, decision.category, decision.outcome) == (WOMAN, "R02", "NOT_GRANTED")
    assert (decision.reason, decision.source) == ("WORKED", "MOH")
    assert [provision.code for provision in decision.provisions] == ["p26.1"]
    assert all(isinstance(provision, Provision) for provision in decision.provisions)
    assert decision.months == (MonthFound(date(2026, 6, 1), ("PENSION_CONTRIBUTION",)),)
    assert (decision.assigned_on, decision.other_category) == (None, "")


@pytest.mark.parametrize(
    ("language", "word"), [("kk", "санаты"), ("ru", "категори"), ("en", "is")]
)
def test_sentences_come_in_the_language_of_the_client(
    matching: Parts, served: Served, caller_of: CallerOf, language: str, word: str
) -> None:
    """As the errors do."""
    push(caller_of("MOH"), *pregnancies([WOMAN]))
    caller = NamedCaller(NAMES["operator"])
    with MatchingClient(served.address, caller, language=language) as client:
        (decision,) = client.explain(WOMAN).decisions
        assert word in decision.text.lower()
        with pytest.raises(InvalidRequest) as refused:
            client.explain("12")
    assert refused.value.violations[0].reason == "IIN_INVALID"


def test_a_run_is_read_with_what_it_changes(matching: Parts, caller_of: CallerOf) -> None:
    """The day, the kind, and every category of which it changes something."""
    push(caller_of("MOH"), *pregnancies(people(3)))
    made = matching.running.run()
    run = caller_of("operator").run(str(made.run_id))
    assert (run.day, run.kind, run.state) == (date(2026, 7, 1), "MONTHLY", "FORMED")
    assert [(each.category, each.granted, each.withdrawn) for each in run.changes] == [
        ("R02", 3, 0)
    ]
    assert (run.sent, run.messages, run.rejected, run.bereft) == (0, 3, 0, 0)
    assert list(caller_of("operator").runs()) == [run]


def test_a_client_goes_to_the_next_server(matching: Parts, served: Served) -> None:
    """Where one of several is away, as of the register."""
    caller = NamedCaller(NAMES["operator"])
    with MatchingClient(f"127.0.0.1:1,{served.address}", caller) as client:
        assert list(client.runs()) == []
