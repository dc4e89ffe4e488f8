"""The sandbox: a clock that is moved, and a register that is emptied."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta

import pytest

from osms_client import CannotTell, InvalidRequest, NotFound, OsmsClient, OsmsError, Refused
from osms_server.application import rebuilding
from osms_server.bootstrap import Application
from tests.conftest import ClientOf
from tests.people import AIGUL, people
from tests.rpc import lives
from tests.rpc.sending import (
    MORNING,
    TODAY,
    assigned,
    at,
    paid,
    push_categories,
    push_payments,
    removed,
)


def test_the_clock_stands_still_until_it_is_moved(clinic: OsmsClient) -> None:
    """Everybody may read and move it."""
    assert (clinic.clock(), clinic.clock()) == (MORNING, MORNING)
    clinic.advance_clock(MORNING + timedelta(microseconds=1))
    assert clinic.clock() == MORNING + timedelta(microseconds=1)
    clinic.advance_clock(clinic.clock())


def test_the_clock_is_not_turned_back(clinic: OsmsClient) -> None:
    """Only an empty register may begin earlier."""
    with pytest.raises(Refused) as caught:
        clinic.advance_clock(MORNING - timedelta(microseconds=1))
    assert caught.value.reason == "WRONG_STATE"
    earlier = at(date(2019, 5, 5))
    clinic.reset_sandbox(earlier)
    assert clinic.clock() == earlier


def test_three_months_pass_in_a_moment(
    corporation: OsmsClient, supervisor: OsmsClient, clinic: OsmsClient
) -> None:
    """An integrator lives through a retention: day by day the answers are those of the law."""
    one = assigned()
    push_categories(corporation, one, removed(one, date(2026, 7, 15)))
    lived = []
    for day in (14, 15, 30, 62, 123, 124):
        supervisor.advance_clock(at(TODAY + timedelta(days=day - 1)))
        lived.append(clinic.check(AIGUL).ground)
    assert lived == ["CATEGORY", "RETENTION", "RETENTION", "RETENTION", "RETENTION", None]


def test_an_emptied_register_knows_nothing(
    empty: None, client_of: ClientOf, supervisor: OsmsClient, corporation: OsmsClient
) -> None:
    """Neither people nor feeds, neither overlays nor what waits, neither requests nor accesses."""
    lives.tell_everything(client_of)
    supervisor.declare_incident("I-1", ["SC"], TODAY)
    supervisor.record_budget_lapse("LOCAL", TODAY)
    push_categories(corporation, assigned("x"))
    supervisor.check(lives.CHILD)
    supervisor.reset_sandbox()
    assert supervisor.clock() == MORNING
    assert [corporation.category_position(), corporation.payment_position()] == [1, 1]
    for iin in lives.EVERYBODY:
        assert list(supervisor.accesses(iin)) == []
        assert supervisor.check(iin).status == "NOT_REGISTERED"
        with pytest.raises(NotFound):
            supervisor.consumer(iin)
    emptied = (supervisor.rejections(), supervisor.held_batches(), supervisor.incidents())
    assert [list(each) for each in emptied] == [[], [], []]
    assert {feed.timeliness for feed in supervisor.feeds()} == {"MISSING"}


def test_a_parameter_can_be_another_until_the_next_reset(
    supervisor: OsmsClient, corporation: OsmsClient
) -> None:
    """The law's own value holds again afterwards."""
    lasts = []
    for parameters in ({"category_retention_months": "1"}, {}):
        supervisor.reset_sandbox(MORNING, parameters)
        one = assigned()
        push_categories(corporation, one, removed(one, date(2026, 7, 15)))
        lasts.append(supervisor.check(AIGUL, date(2026, 7, 15)).last_date)
    assert lasts == [date(2026, 8, 31), date(2026, 10, 31)]


def test_a_wrong_parameter_empties_nothing(
    corporation: OsmsClient, supervisor: OsmsClient
) -> None:
    """A reset is made whole or not at all."""
    push_categories(corporation, assigned())
    for wrong in ({"removal_count": "many"}, {"no_such": "1"}, {"crisis_window": "2026"}):
        with pytest.raises(InvalidRequest):
            supervisor.reset_sandbox(MORNING, {"removal_share": "0.5", **wrong})
    assert supervisor.check(AIGUL).ground == "CATEGORY"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("category_retention_months", "-1"),
        ("category_retention_months", "999999999"),
        ("payer_window_months", "0"),
        ("removal_count", "-1"),
        ("removal_share", "NaN"),
        ("removal_share", "inf"),
        ("removal_share", "1.01"),
        ("snapshot_loss_share", "-0.1"),
        ("first_date", "0001-01-01"),
        ("first_period", "9998-12"),
        ("counted_purpose_codes", "-1"),
        ("crisis_window", "2026-07-02/2026-07-01"),
        ("roster_due_days", "1201"),
    ],
)
def test_a_parameter_that_nothing_can_be_reckoned_with_is_refused(
    corporation: OsmsClient, supervisor: OsmsClient, name: str, value: str
) -> None:
    """The register stays as it is, and goes on answering."""
    push_categories(corporation, assigned())
    with pytest.raises(InvalidRequest) as caught:
        supervisor.reset_sandbox(MORNING, {name: value})
    assert [v.reason for v in caught.value.violations] == ["PARAMETER_INVALID"]
    assert supervisor.check(AIGUL).ground == "CATEGORY"


@pytest.mark.parametrize(
    "instant",
    [
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(1969, 12, 31, tzinfo=UTC),
        datetime(2249, 1, 1, tzinfo=UTC),
        datetime(9999, 12, 31, 23, tzinfo=UTC),
    ],
    ids=lambda instant: str(instant.year),
)
def test_the_clock_shows_times_that_the_register_knows(
    supervisor: OsmsClient, corporation: OsmsClient, instant: datetime
) -> None:
    """A time that no revision can have is refused, and the sandbox goes on."""
    for move in (supervisor.reset_sandbox, supervisor.advance_clock):
        with pytest.raises(OsmsError):
            move(instant)
    assert push_categories(corporation, assigned()).accepted == 1


@pytest.mark.parametrize("year", [1990, 2199])
def test_the_register_works_at_the_ends_of_its_time(
    empty: None, client_of: ClientOf, year: int
) -> None:
    """Between the first and the last time that the clock may show."""
    fund = client_of("supervisor1")
    fund.reset_sandbox(datetime(year, 12, 31, tzinfo=UTC))
    ack = push_categories(client_of("SC"), assigned(on=date(year, 12, 1)))
    assert ack.accepted == 1
    assert fund.check(AIGUL, at_least_revision=ack.revision).ground == "CATEGORY"
    assert fund.explain(AIGUL).entitlement.ground == "CATEGORY"
    assert fund.feeds()


def test_a_register_that_is_emptied_under_load_is_empty_or_whole(
    supervisor: OsmsClient, client_of: ClientOf, application: Application
) -> None:
    """Resets take turns with those who write; what is left is what was written after."""
    everybody = people(40, after=200)
    faults: list[OsmsError] = []

    def push() -> None:
        for iin in everybody:
            try:
                push_payments(client_of("SC"), paid(iin))
            except OsmsError as error:
                faults.append(error)

    writer = threading.Thread(target=push)
    writer.start()
    while writer.is_alive():
        supervisor.reset_sandbox()
        writer.join(0.001)
    # A reset ends the feed under the hands of its sender; nothing else may go wrong.
    assert not [fault for fault in faults if isinstance(fault, CannotTell)]
    register, parameters = application.register, application.law.parameters
    for portion in rebuilding.portions(register, 100):
        assert rebuilding.verify(register, parameters, portion).differing == 0
