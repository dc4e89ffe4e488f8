"""Readings of docs/readings.md that no other test shows."""

from __future__ import annotations

from datetime import date
from typing import Final

import pytest

from osms_client import OsmsClient, Refused
from tests.conftest import ClientOf
from tests.people import AIGUL, DAULET, NOBODY
from tests.rpc.sending import MORNING, TODAY, assigned, push_categories

REPUBLICAN: Final = "REPUBLICAN"


@pytest.fixture
def supervisor(client_of: ClientOf) -> OsmsClient:
    """A supervisor of the Fund, before an empty register on the morning of 1 July 2026."""
    supervisor = client_of("supervisor1")
    supervisor.reset_sandbox(MORNING)
    return supervisor


def arrived(fund: OsmsClient) -> set[str]:
    """What the State Corporation has delivered of that which is due."""
    return {feed.obligation for feed in fund.feeds() if feed.last_arrival_time}


def test_a_lapse_makes_no_room_for_documents(supervisor: OsmsClient, client_of: ClientOf) -> None:
    """The category gives no right after three unpaid months, and its episode still holds."""
    push_categories(client_of("SC"), assigned(AIGUL, "R01"))
    held = supervisor.record_budget_lapse(REPUBLICAN, date(2026, 1, 1))
    client_of("supervisor2").approve(held)
    supervisor.advance_clock(MORNING.replace(day=2))
    assert supervisor.check(AIGUL).status == "NOT_ENTITLED"
    with pytest.raises(Refused) as caught:
        supervisor.register(AIGUL, "R01", TODAY, ["BIRTH_CERTIFICATE"])
    assert [v.reason for v in caught.value.violations] == ["CATEGORY_HOLDS"]


def test_a_treaty_listing_is_no_delivery_that_is_due(
    supervisor: OsmsClient, client_of: ClientOf
) -> None:
    """Nothing says when the treaty list is due, so it puts off nothing else."""
    push_categories(client_of("SC"), assigned(AIGUL, "F01", source="FWIS"))
    assert arrived(supervisor) == set()


def test_nothing_to_report_is_said_for_the_day_only(
    supervisor: OsmsClient, client_of: ClientOf
) -> None:
    """An empty batch does not deliver the crisis or emergency group."""
    with client_of("SC").category_feed() as feed:
        feed.report_nothing()
    assert arrived(supervisor) == {"CATEGORY_DAILY"}


def test_a_corrected_line_is_no_delivery(supervisor: OsmsClient, client_of: ClientOf) -> None:
    """What is mended in the repair queue does not make the sender punctual."""
    push_categories(client_of("SC"), assigned(NOBODY))
    (rejection,) = supervisor.rejections()
    supervisor.resubmit(rejection.rejection_id, assigned(DAULET))
    assert supervisor.check(DAULET).entitled
    assert arrived(supervisor) == set()
