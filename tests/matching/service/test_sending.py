"""From a run to the register: each message once, whatever breaks on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import Final

import pytest

from osms_client import CategoryAssigned, OsmsClient
from osms_client import reports as told
from osms_common.domain.errors import Busy
from osms_matching.application.ports import Message
from osms_matching.application.sending import Answer, SentReport
from osms_matching.bootstrap import Parts
from osms_matching.config import MatchingSettings
from osms_matching.register_line import CategoryFeed, register_line
from tests.conftest import ClientOf
from tests.matching.service.conftest import CallerOf, Served
from tests.matching.service.telling import on, paid, pay, pregnancies, push
from tests.people import people

WOMEN: Final = people(7)
FIRST: Final = WOMEN[0]
TODAY: Final = date(2026, 7, 1)
LineOf = Callable[[], AbstractContextManager[CategoryFeed]]


@pytest.fixture
def line(matching_settings: MatchingSettings, corporation: OsmsClient, grpc_addr: str) -> LineOf:
    """Opens the State Corporation's feed of the register of this module."""
    del corporation  # the register is empty
    settings = matching_settings.model_copy(update={"register_address": grpc_addr})
    return lambda: register_line(settings)


def send(matching: Parts, line: LineOf) -> SentReport:
    """Sends what there is."""
    with line() as opened:
        return matching.sending.send(opened)


def next_day(served: Served, client_of: ClientOf) -> None:
    """Lets the clocks of the matching and of the register go on."""
    served.clock.move(served.clock.now() + timedelta(days=1))
    client_of("supervisor1").advance_clock(served.clock.now())


def episodes(client_of: ClientOf, iin: str) -> set[tuple[str, date, date | None]]:
    """The categories of a person in the register: since when and until when."""
    return {
        (ground.category, ground.start, ground.end)
        for stretch in client_of("operator1").timeline(iin).stretches
        for ground in stretch.grounds
        if ground.kind == "CATEGORY"
    }


class Failure(Exception):
    """What breaks a line in these tests."""


class Breaking:
    """A line that breaks after the register has taken some messages, and told some of that."""

    def __init__(self, line: CategoryFeed, taken: int, answered: int) -> None:
        self._line = line
        self._taken = taken
        self._answered = answered
        self.message_number_max = line.message_number_max

    def push(self, messages: Sequence[Message]) -> Iterator[Answer]:
        """Pushes only some, and answers fewer."""
        answers = list(self._line.push(messages[: self._taken]))
        self._taken = max(self._taken - len(answers), 0)
        yield from answers[: self._answered]
        raise Failure

    def report_nothing(self) -> None:
        """Is never asked to."""
        raise Failure


def test_what_sources_report_reaches_a_hospital(
    matching: Parts,
    served: Served,
    caller_of: CallerOf,
    client_of: ClientOf,
    line: LineOf,
) -> None:
    """And the category ends again, after two months of work."""
    clinic = client_of("clinic1")
    push(caller_of("MOH"), *pregnancies([FIRST]))
    matching.running.run()
    assert clinic.check(FIRST).status == "NOT_REGISTERED"
    assert send(matching, line) == SentReport(sent=1)
    assert clinic.check(FIRST).status == "ENTITLED"
    for month in ("2026-05", "2026-06"):
        pay(caller_of("SC"), paid(FIRST, f"{month}-10", reference=month))
    next_day(served, client_of)
    matching.running.run()
    assert send(matching, line) == SentReport(sent=1)
    assert episodes(client_of, FIRST) == {("R02", TODAY, TODAY + timedelta(days=1))}
    assert [each.state for each in caller_of("operator").runs()] == ["SENT", "SENT"]


@pytest.mark.parametrize(
    ("taken", "answered"),
    [
        pytest.param(0, 0, id="before anything was sent"),
        pytest.param(2, 0, id="before anything was heard"),
        pytest.param(3, 2, id="when not all was heard"),
        pytest.param(3, 3, id="when all of a portion was heard"),
    ],
)
def test_each_message_is_taken_once_whatever_breaks(
    matching: Parts,
    caller_of: CallerOf,
    client_of: ClientOf,
    line: LineOf,
    taken: int,
    answered: int,
) -> None:
    """What was sent and not heard of is sent again, under the same number."""
    push(caller_of("MOH"), *pregnancies(WOMEN))
    run = matching.running.run()
    with pytest.raises(Failure), line() as opened:
        matching.sending.send(Breaking(opened, taken, answered))
    report = send(matching, line)
    assert (report.held, report.rejected) == (0, 0)
    assert client_of("SC").category_message_number() == len(WOMEN)
    assert [episodes(client_of, iin) for iin in WOMEN] == [{("R02", TODAY, None)}] * len(WOMEN)
    shown = caller_of("operator").run(str(run.run_id))
    assert (shown.state, shown.sent, shown.messages) == ("SENT", 7, 7)
    assert send(matching, line) == SentReport()


def test_a_number_that_somebody_else_has_used_is_changed(
    matching: Parts,
    caller_of: CallerOf,
    client_of: ClientOf,
    corporation: OsmsClient,
    line: LineOf,
) -> None:
    """The State Corporation may send by other means beside it."""
    push(caller_of("MOH"), *pregnancies(WOMEN))
    matching.running.run()
    with pytest.raises(Failure), line() as opened:
        matching.sending.send(Breaking(opened, 0, 0))
    foreign = people(3, after=50)
    with corporation.category_feed() as feed:
        records = [
            CategoryAssigned(number, iin, "R12", TODAY, "MLSPP")
            for number, iin in enumerate(foreign, 1)
        ]
        assert sum(ack.accepted for ack in feed.send(records)) == 3
    report = send(matching, line)
    assert (report.sent, report.rejected) == (7, 0)
    assert [episodes(client_of, iin) for iin in WOMEN] == [{("R02", TODAY, None)}] * len(WOMEN)
    assert corporation.category_message_number() >= len(WOMEN) + 3


def test_numbers_go_on_from_those_of_the_register(
    matching: Parts, caller_of: CallerOf, corporation: OsmsClient, line: LineOf
) -> None:
    """Where the State Corporation has sent for years, the matching is only the newest means."""
    with corporation.category_feed() as feed:
        record = CategoryAssigned(4_711, people(1, after=50)[0], "R12", TODAY, "MLSPP")
        assert [ack.accepted for ack in feed.send([record])] == [1]
    push(caller_of("MOH"), *pregnancies(WOMEN))
    matching.running.run()
    assert send(matching, line) == SentReport(sent=7)
    assert corporation.category_message_number() == 4_711 + len(WOMEN)


def test_what_the_register_rejects_is_counted_and_stops_nothing(
    matching: Parts,
    served: Served,
    caller_of: CallerOf,
    client_of: ClientOf,
    corporation: OsmsClient,
    line: LineOf,
) -> None:
    """It lies in the repair queue of the register, as from any other sender."""
    push(caller_of("MOH"), *pregnancies(WOMEN[:2]))
    matching.running.run()
    send(matching, line)
    client_of("supervisor1").reset_sandbox(served.clock.now())  # it forgets what was assigned
    next_day(served, client_of)
    ended = told.Report("PREG-1", told.Pregnancy(FIRST, on(until="2026-07-02")))
    push(caller_of("MOH"), ended, told.Report("PREG-3", told.Pregnancy(WOMEN[2], on())))
    run = matching.running.run()
    assert send(matching, line) == SentReport(sent=2, rejected=1)
    shown = caller_of("operator").run(str(run.run_id))
    assert (shown.state, shown.sent, shown.rejected) == ("SENT", 2, 1)
    (rejection,) = corporation.rejections()
    assert [each.reason for each in rejection.violations] == ["EPISODE_UNKNOWN"]


def test_where_nothing_has_changed_the_register_is_told_so(
    matching: Parts,
    client_of: ClientOf,
    served: Served,
    corporation: OsmsClient,
    line: LineOf,
) -> None:
    """A day without changes is not a day without data (p. 19)."""
    matching.running.run()
    assert send(matching, line) == SentReport()
    arrivals = {
        each.obligation: each.last_arrival_time
        for each in client_of("operator1").feeds()
        if each.sender == "SC"
    }
    assert arrivals["CATEGORY_DAILY"] is not None


def test_a_run_that_was_made_and_not_filled_is_sent_as_well(
    matching: Parts, caller_of: CallerOf, corporation: OsmsClient, line: LineOf
) -> None:
    """The process may have ended between the two."""
    push(caller_of("MOH"), *pregnancies(WOMEN))
    matching.running._maker.make(matching.running._new(TODAY, None))
    matching.running.run()
    assert send(matching, line) == SentReport(sent=7)


def test_only_one_sends_at_a_time(
    matching: Parts, caller_of: CallerOf, corporation: OsmsClient, line: LineOf
) -> None:
    """Two would send the same."""
    push(caller_of("MOH"), *pregnancies(WOMEN))
    matching.running.run()
    with matching.store.sending(), pytest.raises(Busy):
        send(matching, line)
    assert send(matching, line) == SentReport(sent=7)


def test_a_death_that_was_reported_in_error_is_corrected(
    matching: Parts,
    served: Served,
    caller_of: CallerOf,
    client_of: ClientOf,
    line: LineOf,
) -> None:
    """A removal for death ends all grounds of a person; whoever lives has them again."""
    clinic = client_of("clinic1")
    push(caller_of("MOH"), *pregnancies([FIRST]))
    matching.running.run()
    send(matching, line)
    next_day(served, client_of)
    push(caller_of("MOJ"), told.Report("D-1", told.Death(FIRST, TODAY)))
    matching.running.run()
    send(matching, line)
    tomorrow = TODAY + timedelta(days=2)
    assert clinic.check(FIRST, tomorrow).status == "NOT_ENTITLED"
    next_day(served, client_of)
    push(caller_of("MOJ"), told.ReportWithdrawn("D-1", told.Death))
    matching.running.run()
    assert send(matching, line) == SentReport(sent=2)
    assert clinic.check(FIRST, tomorrow).status == "ENTITLED"
    next_day(served, client_of)
    matching.running.run()
    assert send(matching, line) == SentReport()
