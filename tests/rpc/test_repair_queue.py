"""The repair queue to its end: lines are closed with a reason, followed, and counted."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from osms_client import (
    Conflict,
    InvalidRequest,
    NotFound,
    OsmsClient,
    Outcome,
    Refused,
    Rejection,
    RejectionCount,
    RosterLine,
    new_request_id,
)
from tests.conftest import ClientOf
from tests.people import AIGUL, DAULET, NOBODY
from tests.rpc.sending import (
    MORNING,
    assigned,
    joins,
    paid,
    push_categories,
    push_changes,
    push_payments,
)

HOUR = timedelta(hours=1)
GOOD = assigned(DAULET)
REASON = "a line of test data"


@pytest.fixture
def rejected(corporation: OsmsClient) -> Rejection:
    """A line that was rejected, for its IIN is none."""
    push_categories(corporation, replace(GOOD, iin=NOBODY))
    (rejection,) = corporation.rejections()
    return rejection


# Closed.


def test_a_line_is_closed_with_a_reason(rejected: Rejection, operator: OsmsClient) -> None:
    """It stays in the queue, closed, and is found by that state only."""
    closed = operator.close_rejection(rejected.rejection_id, REASON)
    assert closed == replace(rejected, state="CLOSED")
    assert list(operator.rejections(state="CLOSED")) == [closed]
    assert list(operator.rejections(state="OPEN")) == []


def test_a_sender_closes_its_own_lines_only(
    rejected: Rejection, corporation: OsmsClient, defence: OsmsClient
) -> None:
    """As it corrects its own lines only."""
    with pytest.raises(NotFound):
        defence.close_rejection(rejected.rejection_id, REASON)
    assert corporation.close_rejection(rejected.rejection_id, REASON).state == "CLOSED"


def test_a_closed_line_is_neither_closed_nor_sent_again(
    rejected: Rejection, operator: OsmsClient
) -> None:
    """A closing stands; so does a correction that was taken."""
    operator.close_rejection(rejected.rejection_id, REASON)
    with pytest.raises(Refused) as caught:
        operator.close_rejection(rejected.rejection_id, REASON)
    assert caught.value.details["state"] == "closed"
    with pytest.raises(Refused):
        operator.resubmit(rejected.rejection_id, GOOD)


def test_a_line_that_was_taken_is_not_closed(rejected: Rejection, operator: OsmsClient) -> None:
    """There is nothing left to close."""
    operator.resubmit(rejected.rejection_id, GOOD)
    with pytest.raises(Refused) as caught:
        operator.close_rejection(rejected.rejection_id, REASON)
    assert caught.value.details["state"] == "resubmitted"


def test_a_closing_needs_a_reason_and_a_line(rejected: Rejection, operator: OsmsClient) -> None:
    """Nobody closes for no reason, or what is not there."""
    with pytest.raises(InvalidRequest) as caught:
        operator.close_rejection(rejected.rejection_id, "")
    assert [(v.field, v.reason) for v in caught.value.violations] == [("reason", "REQUIRED")]
    with pytest.raises(NotFound):
        operator.close_rejection(str(uuid4()), REASON)


def test_a_closing_again_is_the_same_closing(rejected: Rejection, operator: OsmsClient) -> None:
    """Under its request id it is answered as the first time; for another reason it is another."""
    request_id = new_request_id()
    first, again = (
        operator.close_rejection(rejected.rejection_id, REASON, request_id=request_id)
        for _ in range(2)
    )
    assert first == again
    with pytest.raises(Conflict):
        operator.close_rejection(rejected.rejection_id, "another", request_id=request_id)


def test_a_closed_line_can_be_sent_anew_by_its_sender(
    rejected: Rejection, operator: OsmsClient, corporation: OsmsClient
) -> None:
    """In its feed, like any other line: its number was never used up."""
    operator.close_rejection(rejected.rejection_id, REASON)
    assert push_categories(corporation, GOOD).accepted == 1


# Followed.


def test_the_history_of_a_line_is_told_in_order(
    rejected: Rejection, operator: OsmsClient, supervisor: OsmsClient, corporation: OsmsClient
) -> None:
    """Who sent it again when, as what, what came of it; and who closed it when and why."""
    supervisor.advance_clock(MORNING + HOUR)
    operator.resubmit(rejected.rejection_id, replace(GOOD, source="DFC"))
    supervisor.advance_clock(MORNING + 2 * HOUR)
    corporation.resubmit(rejected.rejection_id, replace(GOOD, category="R99"))
    supervisor.advance_clock(MORNING + 3 * HOUR)
    supervisor.close_rejection(rejected.rejection_id, REASON)
    history = operator.rejection(rejected.rejection_id)
    assert history.rejection == replace(rejected, state="CLOSED")
    first, second, closing = history.events
    assert (first.caller, first.record_time) == ("fund-operator/operator1", MORNING + HOUR)
    assert (first.outcome, first.reason) == (Outcome.REJECTED, "")
    assert [violation.reason for violation in first.violations] == ["SOURCE_NOT_ALLOWED"]
    assert first.line == {
        "message_number": GOOD.number,
        "assignment": {
            "iin": DAULET,
            "category": "R01",
            "assigned_date": "2026-01-10",
            "source": "DFC",
        },
    }
    assert second.caller.endswith("/SC")
    assert [violation.reason for violation in second.violations] == ["CODE_UNKNOWN"]
    assert (closing.caller, closing.record_time) == (
        "fund-supervisor/supervisor1",
        MORNING + 3 * HOUR,
    )
    assert (closing.outcome, closing.reason, closing.line) == (None, REASON, {})


def test_a_line_that_was_taken_tells_how(rejected: Rejection, operator: OsmsClient) -> None:
    """The last attempt is the one that was taken; the first line stays as it was sent."""
    operator.resubmit(rejected.rejection_id, GOOD)
    history = operator.rejection(rejected.rejection_id)
    assert history.rejection == replace(rejected, state="RESUBMITTED")
    assert [event.outcome for event in history.events] == [Outcome.ACCEPTED]


def test_a_line_of_a_snapshot_is_followed_as_a_change(
    defence: OsmsClient, operator: OsmsClient
) -> None:
    """It came in a list, and was sent again as a change of staff."""
    defence.push_roster("DEFENCE", [RosterLine(AIGUL), RosterLine(NOBODY)])
    (rejection,) = operator.rejections()
    operator.resubmit(rejection.rejection_id, joins(DAULET))
    history = operator.rejection(rejection.rejection_id)
    assert history.rejection.line == {"iin": NOBODY}
    (event,) = history.events
    assert event.line["change"] == {
        "operation": 1,
        "iin": DAULET,
        "changed_date": "2026-07-01",
    }


def test_a_line_that_nobody_touched_has_no_history(
    rejected: Rejection, operator: OsmsClient
) -> None:
    """It is shown as it is listed."""
    history = operator.rejection(rejected.rejection_id)
    assert (history.rejection, history.events) == (rejected, ())


def test_a_history_is_the_sender_s_and_the_fund_s(
    rejected: Rejection, corporation: OsmsClient, defence: OsmsClient
) -> None:
    """To another sender it is as one that is not there."""
    assert corporation.rejection(rejected.rejection_id).rejection == rejected
    with pytest.raises(NotFound):
        defence.rejection(rejected.rejection_id)
    with pytest.raises(NotFound):
        corporation.rejection(str(uuid4()))


# Counted.


@pytest.fixture
def queue(corporation: OsmsClient, client_of: ClientOf) -> None:
    """Bad lines of three senders: some with one fault, some with two."""
    push_categories(
        corporation, assigned(NOBODY), assigned(source="DFC"), assigned(NOBODY, source="DFC")
    )
    push_payments(corporation, paid(NOBODY, amount="0"), paid(NOBODY))
    push_changes(client_of("DEFENCE"), joins(NOBODY))
    client_of("NSC").push_roster("NSC", [RosterLine(NOBODY), RosterLine(AIGUL)])


def test_the_queue_is_counted_by_reason(queue: None, operator: OsmsClient) -> None:
    """By sender, kind of feed and state; a line with two faults counts under each."""
    assert operator.rejection_counts() == [
        RejectionCount("DEFENCE", "ROSTER_CHANGE", "OPEN", "IIN_INVALID", 1),
        RejectionCount("NSC", "ROSTER", "OPEN", "IIN_INVALID", 1),
        RejectionCount("SC", "CATEGORY", "OPEN", "IIN_INVALID", 2),
        RejectionCount("SC", "CATEGORY", "OPEN", "SOURCE_NOT_ALLOWED", 2),
        RejectionCount("SC", "PAYMENT", "OPEN", "AMOUNT_NOT_ABOVE_ZERO", 1),
        RejectionCount("SC", "PAYMENT", "OPEN", "IIN_INVALID", 2),
    ]


def test_the_counts_are_those_of_the_list(queue: None, operator: OsmsClient) -> None:
    """Whoever goes through the whole list finds as many."""
    found = Counter(
        (each.sender, each.feed, each.state, violation.reason)
        for each in operator.rejections()
        for violation in each.violations
    )
    counts = {(c.sender, c.feed, c.state, c.reason): c.count for c in operator.rejection_counts()}
    assert counts == found


def test_the_counts_follow_what_is_done(queue: None, operator: OsmsClient) -> None:
    """A line that is closed or taken counts under its new state."""
    closed, taken = list(operator.rejections(sender="SC", feed="PAYMENT"))
    operator.close_rejection(closed.rejection_id, REASON)
    operator.resubmit(taken.rejection_id, paid(DAULET))
    by_state = {
        state: sum(each.count for each in operator.rejection_counts(state=state))
        for state in ("OPEN", "RESUBMITTED", "CLOSED")
    }
    assert by_state == {"OPEN": 6, "RESUBMITTED": 2, "CLOSED": 1}


def test_a_fault_counts_once_for_a_line(corporation: OsmsClient, operator: OsmsClient) -> None:
    """Also where two fields of it have the same fault."""
    push_payments(corporation, paid(NOBODY, payer_id=NOBODY))
    reasons = [v.reason for each in operator.rejections() for v in each.violations]
    counts = {each.reason: each.count for each in operator.rejection_counts()}
    assert counts == dict.fromkeys(reasons, 1)


def test_a_sender_counts_its_own_lines(queue: None, client_of: ClientOf) -> None:
    """And nobody else's."""
    for sender in ("SC", "DEFENCE", "NSC"):
        assert {each.sender for each in client_of(sender).rejection_counts()} == {sender}
    assert client_of("INTERIOR").rejection_counts() == []
