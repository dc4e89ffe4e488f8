"""The Fund runs the register: the repair queue, two pairs of eyes, failures, budgets, senders."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from osms.entitlement.v1 import category_service_pb2 as category_pb
from osms.entitlement.v1 import consumer_service_pb2 as consumer_pb
from osms.entitlement.v1 import operations_service_pb2 as pb
from osms_client import (
    Conflict,
    InvalidRequest,
    NotAllowed,
    NotFound,
    OsmsClient,
    OsmsError,
    Outcome,
    Refused,
    Rejection,
    RosterLine,
    Unreadable,
)
from osms_server.bootstrap import Engines
from osms_server.persistence.tables import rejection_attempt
from tests.conftest import ClientOf
from tests.people import AIGUL, DAULET, NOBODY, SALTANAT, TIMUR, people
from tests.rpc.sending import (
    MORNING,
    TODAY,
    assigned,
    at,
    joins,
    leaves,
    paid,
    push_categories,
    push_changes,
    push_payments,
    refunded,
    removed,
)

DAY = timedelta(days=1)
NOT_OURS = "?"


# The repair queue.


@pytest.fixture
def queue(corporation: OsmsClient, defence: OsmsClient, supervisor: OsmsClient) -> None:
    """Bad lines of every kind of feed, sent one after the other."""
    push_categories(corporation, assigned(NOBODY), assigned(source="DFC"), assigned())
    push_payments(corporation, paid(NOBODY, amount="0"), refunded(paid(), "1"))
    push_changes(defence, leaves(DAULET), joins(NOBODY))
    defence.push_roster("DEFENCE", [RosterLine(NOBODY), RosterLine(AIGUL)])


def listed(rejections: Any) -> list[tuple[str, int]]:
    """Kind of feed and position of rejections."""
    return [(rejection.feed, rejection.position) for rejection in rejections]


EVERYTHING = [
    ("ROSTER", 1),
    ("ROSTER_CHANGE", 2),
    ("ROSTER_CHANGE", 1),
    ("PAYMENT", 2),
    ("PAYMENT", 1),
    ("CATEGORY", 2),
    ("CATEGORY", 1),
]


def test_rejected_lines_are_listed_newest_first(queue: None, operator: OsmsClient) -> None:
    """Also those that came at one instant, in the order in which they came."""
    assert listed(operator.rejections()) == EVERYTHING


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        pytest.param({"feed": "PAYMENT"}, [("PAYMENT", 2), ("PAYMENT", 1)], id="a kind of feed"),
        pytest.param({"sender": "DEFENCE"}, EVERYTHING[:3], id="a sender"),
        pytest.param({"sender": "INTERIOR"}, [], id="another sender"),
        pytest.param({"reason": "AMOUNT_NOT_ABOVE_ZERO"}, [("PAYMENT", 1)], id="one reason"),
        pytest.param(
            {"reason": "IIN_INVALID", "sender": "DEFENCE"},
            [("ROSTER", 1), ("ROSTER_CHANGE", 2)],
            id="a reason of a sender",
        ),
        pytest.param({"reason": "no such reason"}, [], id="no reason at all"),
        pytest.param({"state": "OPEN"}, EVERYTHING, id="open"),
        pytest.param({"state": "RESUBMITTED"}, [], id="resubmitted"),
    ],
)
def test_rejected_lines_can_be_chosen(
    queue: None, operator: OsmsClient, wanted: dict[str, str], found: list[tuple[str, int]]
) -> None:
    """By feed, sender, state and reason, together or alone."""
    assert listed(operator.rejections(**wanted)) == found


@pytest.mark.parametrize("size", [1, 2, 3, 6, 7, 100])
def test_rejections_page_by_page_are_one_list(
    queue: None, operator: OsmsClient, size: int
) -> None:
    """Each once and in order, however long a page is."""
    request = pb.ListRejectionsRequest(page_size=size)
    pages = list(operator._pages(operator._operations.ListRejections, request))
    assert [len(page.rejections) for page in pages][:-1] == [size] * (len(pages) - 1)
    paged = [
        (rejection.feed_kind, rejection.position)
        for page in pages
        for rejection in page.rejections
    ]
    kinds = ["", "CATEGORY", "PAYMENT", "ROSTER", "ROSTER_CHANGE"]
    assert [(kinds[kind], position) for kind, position in paged] == EVERYTHING


def test_a_rejection_shows_the_line_as_it_was_sent(
    corporation: OsmsClient, operator: OsmsClient
) -> None:
    """With its sender, its instant and all that is wrong with it."""
    push_categories(corporation, assigned(NOBODY, "R99", number=5))
    (rejection,) = operator.rejections()
    assert (rejection.sender, rejection.record_time, rejection.state) == ("SC", MORNING, "OPEN")
    assert rejection.line == {
        "message_number": 5,
        "assignment": {
            "iin": NOBODY,
            "category": "R99",
            "assigned_date": "2026-01-10",
            "source": "MOE",
        },
    }
    assert [v.reason for v in rejection.violations] == ["IIN_INVALID", "CODE_UNKNOWN"]
    assert all(v.description for v in rejection.violations)


def test_a_sender_sees_its_own_rejections_only(
    queue: None, corporation: OsmsClient, defence: OsmsClient
) -> None:
    """And is refused those of another."""
    assert {r.sender for r in defence.rejections()} == {"DEFENCE"}
    assert {r.sender for r in corporation.rejections(sender="SC")} == {"SC"}
    with pytest.raises(NotAllowed):
        list(defence.rejections(sender="SC"))


GOOD = assigned(DAULET)


@pytest.mark.parametrize(
    ("send", "corrected"),
    [
        pytest.param(
            lambda of: push_categories(of("SC"), replace(GOOD, iin=NOBODY)), GOOD, id="category"
        ),
        pytest.param(lambda of: push_payments(of("SC"), paid(NOBODY)), paid(DAULET), id="payment"),
        pytest.param(
            lambda of: push_changes(of("DEFENCE"), joins(NOBODY)), joins(DAULET), id="change"
        ),
        pytest.param(
            lambda of: of("DEFENCE").push_roster(
                "DEFENCE", [RosterLine(AIGUL), RosterLine(NOBODY)]
            ),
            joins(DAULET),
            id="line of a snapshot, as a change",
        ),
        pytest.param(
            lambda of: push_categories(of("SC"), Unreadable("a;b")), GOOD, id="unreadable"
        ),
    ],
)
@pytest.mark.parametrize("by_the_fund", [True, False], ids=["by the Fund", "by its sender"])
def test_a_corrected_line_is_taken(
    empty: None,
    client_of: ClientOf,
    operator: OsmsClient,
    send: Callable[[ClientOf], object],
    corrected: Any,
    *,
    by_the_fund: bool,
) -> None:
    """It is judged like any other under the sender it came from, and closes the rejection."""
    send(client_of)
    (rejection,) = operator.rejections()
    by = operator if by_the_fund else client_of(rejection.sender)
    outcome = by.resubmit(rejection.rejection_id, corrected)
    assert (outcome.outcome, outcome.position) == (Outcome.ACCEPTED, rejection.position)
    assert [r.state for r in operator.rejections()] == ["RESUBMITTED"]
    (fact,) = operator.facts(DAULET)
    assert fact.sender == rejection.sender


def one_rejection(corporation: OsmsClient) -> Rejection:
    """A line that was rejected, for its IIN is none."""
    push_categories(corporation, assigned(NOBODY))
    (rejection,) = corporation.rejections()
    return rejection


def test_a_line_may_be_rejected_again(
    corporation: OsmsClient, operator: OsmsClient, engines: Engines
) -> None:
    """It stays in the queue, with every attempt in its history."""
    rejection = one_rejection(corporation)
    for line, reason in (
        (assigned(source="DFC"), "SOURCE_NOT_ALLOWED"),
        (removed(assigned(DAULET), TODAY), "EPISODE_UNKNOWN"),
    ):
        outcome = operator.resubmit(rejection.rejection_id, line)
        assert outcome.outcome is Outcome.REJECTED
        assert outcome.rejection_id == rejection.rejection_id
        assert [v.reason for v in outcome.violations] == [reason]
    operator.resubmit(rejection.rejection_id, GOOD)
    assert listed(operator.rejections(state="OPEN")) == []
    with engines.transactions.connect() as connection:
        statement = sa.select(rejection_attempt.c.ordinal, rejection_attempt.c.outcome)
        attempts = connection.execute(statement.order_by(rejection_attempt.c.ordinal)).all()
    assert [tuple(row) for row in attempts] == [(1, 3), (2, 3), (3, 1)]


def test_a_line_is_corrected_once(corporation: OsmsClient, operator: OsmsClient) -> None:
    """Afterwards there is nothing left to correct."""
    rejection = one_rejection(corporation)
    operator.resubmit(rejection.rejection_id, GOOD)
    with pytest.raises(Refused) as caught:
        operator.resubmit(rejection.rejection_id, assigned(SALTANAT))
    assert caught.value.details["state"] == "resubmitted"


def test_a_correction_may_be_a_duplicate(corporation: OsmsClient, operator: OsmsClient) -> None:
    """What is known already closes the rejection as well."""
    push_categories(corporation, GOOD)
    rejection = one_rejection(corporation)
    outcome = operator.resubmit(rejection.rejection_id, GOOD)
    assert outcome.outcome is Outcome.DUPLICATE
    assert [r.state for r in operator.rejections()] == ["RESUBMITTED"]


def test_a_correction_uses_its_number_up(
    corporation: OsmsClient, operator: OsmsClient, client_of: ClientOf
) -> None:
    """It counts as a message of the sender, which is told it as the highest it has used."""
    rejection = one_rejection(corporation)
    operator.resubmit(rejection.rejection_id, replace(GOOD, number=77_000_000))
    request = category_pb.GetFeedPositionRequest()
    response = corporation._connection.call(corporation._categories.GetFeedPosition, request)
    assert (response.message_number_max, response.next_position) == (77_000_000, 2)
    ack = push_categories(corporation, assigned(TIMUR, number=77_000_000))
    assert ack.rejected == 1


def test_a_sender_corrects_its_own_lines_only(
    corporation: OsmsClient, defence: OsmsClient
) -> None:
    """A body cannot send under the name of the State Corporation, nor learn what it sent."""
    rejection = one_rejection(corporation)
    with pytest.raises(NotFound):
        defence.resubmit(rejection.rejection_id, joins())


def test_there_must_be_something_to_correct(operator: OsmsClient) -> None:
    """And something to put in its place."""
    with pytest.raises(NotFound):
        operator.resubmit(str(uuid4()), GOOD)
    request = pb.ResubmitRejectionRequest(request_id=str(uuid4()), rejection_id=str(uuid4()))
    with pytest.raises(InvalidRequest) as caught:
        operator._connection.call(operator._operations.ResubmitRejection, request)
    assert [(v.field, v.reason) for v in caught.value.violations] == [("line", "REQUIRED")]


def test_a_correction_may_be_held(
    supervisor: OsmsClient, second_supervisor: OsmsClient, corporation: OsmsClient
) -> None:
    """A corrected removal is counted like any other, and can be approved."""
    supervisor.reset_sandbox(MORNING, {"removal_count": "0", "removal_share": "0"})
    push_categories(corporation, GOOD)
    rejection = one_rejection(corporation)
    outcome = supervisor.resubmit(rejection.rejection_id, removed(GOOD, TODAY))
    assert outcome.outcome is Outcome.HELD_FOR_APPROVAL
    assert second_supervisor.approve(outcome.held_batch_id, [outcome.position]).count == 1
    assert supervisor.check(DAULET, date(2026, 10, 1)).status == "NOT_ENTITLED"


# Page tokens.


@pytest.fixture
def token(queue: None, operator: OsmsClient) -> str:
    """The token of the second page of the repair queue."""
    request = pb.ListRejectionsRequest(page_size=2)
    response = operator._connection.call(operator._operations.ListRejections, request)
    return str(response.next_page_token)


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param(lambda token: token[:-6] + "AAAA==", id="another item"),
        pytest.param(lambda token: "AAAA" + token[4:], id="other arguments"),
        pytest.param(lambda _: "2", id="a number"),
        pytest.param(lambda _: "шеттей", id="other letters"),
        pytest.param(lambda _: "A" * 100_000, id="a long text"),
    ],
)
def test_a_page_token_is_not_made_up(
    token: str, operator: OsmsClient, changed: Callable[[str], str]
) -> None:
    """What is no token of the service is refused."""
    request = pb.ListRejectionsRequest(page_token=changed(token))
    with pytest.raises(InvalidRequest) as caught:
        operator._connection.call(operator._operations.ListRejections, request)
    assert [v.field for v in caught.value.violations] == ["page_token"]


@pytest.mark.parametrize(
    ("method", "request_of"),
    [
        pytest.param(
            "ListRejections",
            lambda token: pb.ListRejectionsRequest(page_token=token, reason="X"),
            id="another argument",
        ),
        pytest.param(
            "ListHeldBatches",
            lambda token: pb.ListHeldBatchesRequest(page_token=token),
            id="another list",
        ),
    ],
)
def test_a_page_token_belongs_to_its_request(
    token: str, operator: OsmsClient, method: str, request_of: Callable[[str], Any]
) -> None:
    """No page is ever of another list than the one before it."""
    with pytest.raises(InvalidRequest) as caught:
        operator._connection.call(getattr(operator._operations, method), request_of(token))
    assert [(v.field, v.reason) for v in caught.value.violations] == [
        ("page_token", "TOKEN_INVALID")
    ]


def test_a_page_may_have_another_size_than_the_one_before(
    token: str, operator: OsmsClient
) -> None:
    """The size is no part of what is asked for."""
    request = pb.ListRejectionsRequest(page_size=100, page_token=token)
    response = operator._connection.call(operator._operations.ListRejections, request)
    assert (len(response.rejections), response.next_page_token) == (5, "")


def test_a_page_is_never_longer_than_the_limit(
    corporation: OsmsClient, operator: OsmsClient
) -> None:
    """A larger size is lowered, and the next page has the rest."""
    push_categories(corporation, *(assigned(NOBODY) for _ in range(1_005)))
    request = pb.ListRejectionsRequest(page_size=2**31 - 1)
    pages = list(operator._pages(operator._operations.ListRejections, request))
    assert [len(page.rejections) for page in pages] == [1_000, 5]
    assert len(list(operator.rejections())) == 1_005


# Two pairs of eyes.


@pytest.fixture
def removals(supervisor: OsmsClient, corporation: OsmsClient) -> str:
    """Six removals of a category, all of which are held, at positions 7 to 12."""
    supervisor.reset_sandbox(MORNING, {"removal_count": "0", "removal_share": "0"})
    pupils = [assigned(iin) for iin in people(6)]
    push_categories(corporation, *pupils)
    ack = push_categories(corporation, *(removed(one, date(2026, 2, 1)) for one in pupils))
    (held,) = {outcome.held_batch_id for outcome in ack.outcomes}
    return held


def grounds(fund: OsmsClient, on: date = TODAY + DAY) -> list[str | None]:
    """The grounds of the six, once nothing is held any more for the day."""
    return [fund.check(iin, on).ground for iin in people(6)]


def test_a_held_batch_tells_what_it_is_about(removals: str, operator: OsmsClient) -> None:
    """Who asked, when, for what, how many wait, and why."""
    (batch,) = operator.held_batches()
    assert (batch.held_batch_id, batch.kind, batch.state) == (
        removals,
        "CATEGORY_REMOVALS",
        "WAITING",
    )
    assert (batch.requested_by, batch.subject, batch.waiting) == ("SC", "R01", 6)
    assert (batch.arrival_time, batch.decided_by, batch.decision_time) == (MORNING, "", None)
    assert batch.reason


def test_what_is_approved_becomes_known_then(removals: str, supervisor: OsmsClient) -> None:
    """With its own dates: nobody loses a day that has been."""
    assert grounds(supervisor) == ["CATEGORY"] * 6
    later = MORNING + timedelta(days=2)
    supervisor.advance_clock(later)
    decision = supervisor.approve(removals)
    assert decision.count == 6
    assert (decision.held_batch.state, decision.held_batch.waiting) == ("APPROVED", 0)
    assert decision.held_batch.decided_by == "supervisor1"
    assert decision.held_batch.decision_time == later
    assert grounds(supervisor, TODAY + 2 * DAY) == ["HELD"] * 6
    assert grounds(supervisor, TODAY + 3 * DAY) == [None] * 6


def test_what_is_declined_never_becomes_known(removals: str, supervisor: OsmsClient) -> None:
    """Everything stays as it was."""
    decision = supervisor.decline(removals, reason="a test file")
    assert (decision.count, decision.held_batch.state) == (6, "DECLINED")
    assert grounds(supervisor) == ["CATEGORY"] * 6


def test_a_batch_may_be_decided_in_parts(
    removals: str, supervisor: OsmsClient, second_supervisor: OsmsClient
) -> None:
    """Position by position, also by different supervisors, until nothing waits."""
    assert supervisor.approve(removals, [7, 9]).held_batch.waiting == 4
    declined = second_supervisor.decline(removals, [8, 10, 11])
    assert (declined.held_batch.waiting, declined.held_batch.state) == (1, "WAITING")
    last = supervisor.approve(removals)
    assert (last.count, last.held_batch.state) == (1, "APPROVED")
    kept, gone = "CATEGORY", None
    assert grounds(supervisor) == [gone, kept, gone, kept, kept, gone]


@pytest.mark.parametrize("decide", [OsmsClient.approve, OsmsClient.decline])
@pytest.mark.parametrize(
    ("positions", "reason"),
    [
        pytest.param([1], "INVALID_REQUEST", id="never held"),
        pytest.param([7], "WRONG_STATE", id="decided already"),
        pytest.param(
            list(range(100_000, 200_000)), "INVALID_REQUEST", id="many that are not there"
        ),
    ],
)
def test_only_what_waits_can_be_decided(
    removals: str, supervisor: OsmsClient, decide: Any, positions: list[int], reason: str
) -> None:
    """Positions at which nothing waits are refused, and change nothing."""
    supervisor.approve(removals, [7])
    with pytest.raises(OsmsError) as caught:
        decide(supervisor, removals, positions)
    assert caught.value.reason == reason
    (batch,) = supervisor.held_batches()
    assert batch.waiting == 5


@pytest.mark.parametrize("first", [OsmsClient.approve, OsmsClient.decline])
@pytest.mark.parametrize("second", [OsmsClient.approve, OsmsClient.decline])
def test_nothing_is_decided_twice(
    removals: str, supervisor: OsmsClient, first: Any, second: Any
) -> None:
    """A decision stands."""
    first(supervisor, removals)
    with pytest.raises(Refused) as caught:
        second(supervisor, removals)
    assert caught.value.details["state"] in {"approved", "declined"}


def test_there_must_be_something_to_decide(supervisor: OsmsClient) -> None:
    """An id of nothing is not found."""
    for decide in (supervisor.approve, supervisor.decline):
        with pytest.raises(NotFound):
            decide(str(uuid4()))


def test_nobody_approves_what_he_asked_for(
    supervisor: OsmsClient, second_supervisor: OsmsClient
) -> None:
    """Declining it is allowed."""
    held = supervisor.record_budget_lapse("LOCAL", TODAY)
    with pytest.raises(NotAllowed) as caught:
        supervisor.approve(held)
    assert caught.value.details["needs"] == "another supervisor of the Fund"
    assert supervisor.decline(held).held_batch.state == "DECLINED"
    again = supervisor.record_budget_lapse("LOCAL", TODAY)
    assert second_supervisor.approve(again).held_batch.state == "APPROVED"


def test_held_batches_can_be_chosen_by_their_state(
    supervisor: OsmsClient, second_supervisor: OsmsClient
) -> None:
    """Newest first, and page by page one list."""
    ids = [supervisor.record_budget_lapse("LOCAL", TODAY) for _ in range(4)]
    second_supervisor.approve(ids[1])
    second_supervisor.decline(ids[2])
    listed = {
        state: [batch.held_batch_id for batch in supervisor.held_batches(state=state)]
        for state in ("", "WAITING", "APPROVED", "DECLINED")
    }
    assert listed == {
        "": ids[::-1],
        "WAITING": [ids[3], ids[0]],
        "APPROVED": [ids[1]],
        "DECLINED": [ids[2]],
    }
    request = pb.ListHeldBatchesRequest(page_size=1)
    pages = supervisor._pages(supervisor._operations.ListHeldBatches, request)
    assert [page.held_batches[0].held_batch_id for page in pages] == ids[::-1]


# Technical failures.


def test_an_incident_is_known_at_once(supervisor: OsmsClient, operator: OsmsClient) -> None:
    """Unless it is one on the Fund's own system."""
    incident = supervisor.declare_incident("I-1", ["SC", "MOE", "SC"], TODAY - DAY)
    assert (incident.outcome, incident.held_batch_id) == (Outcome.ACCEPTED, "")
    assert (incident.systems, incident.approved) == (("MOE", "SC"), True)
    (listed,) = operator.incidents()
    assert (listed.incident_code, listed.started_on, listed.ended_on) == ("I-1", TODAY - DAY, None)
    assert (listed.declared_by, listed.record_time) == ("supervisor1", MORNING)


def test_an_incident_on_the_fund_takes_two(
    supervisor: OsmsClient, second_supervisor: OsmsClient
) -> None:
    """It is not known until another supervisor approves it."""
    incident = supervisor.declare_incident("F-1", ["FUND"], TODAY)
    assert (incident.outcome, incident.approved) == (Outcome.HELD_FOR_APPROVAL, False)
    assert (incident.record_time, list(supervisor.incidents())) == (None, [])
    with pytest.raises(NotFound):
        supervisor.close_incident("F-1", TODAY)
    second_supervisor.approve(incident.held_batch_id)
    (listed,) = supervisor.incidents()
    assert (listed.declared_by, listed.approved) == ("supervisor1", True)


def test_an_incident_has_a_code_of_its_own(
    supervisor: OsmsClient, second_supervisor: OsmsClient
) -> None:
    """Neither one that is known nor one that waits; a declined one is free again."""
    supervisor.declare_incident("I-1", ["SC"], TODAY)
    waiting = supervisor.declare_incident("F-1", ["FUND"], TODAY)
    for code in ("I-1", "F-1"):
        with pytest.raises(Conflict):
            second_supervisor.declare_incident(code, ["SC"], TODAY)
    second_supervisor.decline(waiting.held_batch_id)
    assert second_supervisor.declare_incident("F-1", ["SC"], TODAY).approved


def test_an_incident_ends_once(supervisor: OsmsClient) -> None:
    """On a day that is not before its start, and not in the future."""
    supervisor.declare_incident("I-1", ["SC"], TODAY - 5 * DAY)
    with pytest.raises(NotFound):
        supervisor.close_incident("I-2", TODAY)
    with pytest.raises(InvalidRequest):
        supervisor.close_incident("I-1", TODAY + DAY)
    with pytest.raises(Refused):
        supervisor.close_incident("I-1", TODAY - 6 * DAY)
    closed = supervisor.close_incident("I-1", TODAY - 5 * DAY)
    assert closed.ended_on == TODAY - 5 * DAY
    with pytest.raises(Refused) as caught:
        supervisor.close_incident("I-1", TODAY)
    assert caught.value.details["state"] == "closed"


def test_incidents_page_by_page_are_one_list(supervisor: OsmsClient) -> None:
    """Newest first."""
    codes = [f"I-{number}" for number in range(5)]
    for code in codes:
        supervisor.declare_incident(code, ["SC"], TODAY)
    request = pb.ListIncidentsRequest(page_size=2)
    pages = supervisor._pages(supervisor._operations.ListIncidents, request)
    listed = [[incident.incident_code for incident in page.incidents] for page in pages]
    assert listed == [["I-4", "I-3"], ["I-2", "I-1"], ["I-0"]]


def test_rights_are_preserved_while_a_system_has_failed(
    corporation: OsmsClient, supervisor: OsmsClient
) -> None:
    """Losses take effect on the day after the end; nothing is taken back (p. 13)."""
    one = assigned(on=date(2025, 1, 1))
    push_categories(corporation, one, removed(one, date(2026, 3, 10)))
    assert supervisor.check(AIGUL, date(2026, 6, 30)).ground == "RETENTION"
    supervisor.declare_incident("I-1", ["SC"], date(2026, 6, 30))
    assert supervisor.check(AIGUL, TODAY).ground == "PRESERVED"
    assert supervisor.check(AIGUL, TODAY).open_ended
    supervisor.advance_clock(at(date(2026, 7, 5)))
    supervisor.close_incident("I-1", date(2026, 7, 3))
    told = [supervisor.check(AIGUL, date(2026, 7, day)).ground for day in (3, 4, 5, 6)]
    assert told == ["PRESERVED", "HELD", "HELD", None]


# Unpaid budgets.


def test_an_unpaid_budget_takes_two_and_lifting_it_one(
    corporation: OsmsClient, supervisor: OsmsClient, second_supervisor: OsmsClient
) -> None:
    """While it stands, its categories give the right for three months, and none after."""
    push_categories(corporation, assigned(on=date(2020, 1, 1)))
    held = supervisor.record_budget_lapse("REPUBLICAN", date(2026, 6, 1))
    assert supervisor.check(AIGUL, date(2026, 9, 1)).ground == "CATEGORY"
    second_supervisor.approve(held)
    days = (date(2026, 5, 31), TODAY, date(2026, 8, 31), date(2026, 9, 1))
    told = [supervisor.check(AIGUL, day).ground for day in days]
    assert told == ["CATEGORY", "RETENTION", "RETENTION", None]
    supervisor.advance_clock(at(date(2026, 9, 10)))
    assert supervisor.lift_budget_lapse("REPUBLICAN") == date(2026, 9, 10)
    told = [supervisor.check(AIGUL, date(2026, 9, day)).ground for day in (9, 10)]
    assert told == [None, "CATEGORY"]


def test_one_lapse_of_a_budget_stands_at_a_time(
    supervisor: OsmsClient, second_supervisor: OsmsClient
) -> None:
    """Of two that wait the second can no longer be approved; the other budget is apart."""
    first, second = (supervisor.record_budget_lapse("LOCAL", TODAY) for _ in range(2))
    other = supervisor.record_budget_lapse("REPUBLICAN", TODAY)
    second_supervisor.approve(first)
    with pytest.raises(Refused) as caught:
        second_supervisor.approve(second)
    assert [v.reason for v in caught.value.violations] == ["LAPSE_STANDS"]
    second_supervisor.approve(other)
    supervisor.lift_budget_lapse("LOCAL")
    second_supervisor.approve(second)


# The senders.


def on_time(fund: OsmsClient) -> dict[tuple[str, str], tuple[str, date | None, int]]:
    """How every sender stands, by obligation and sender."""
    return {(f.obligation, f.sender): (f.timeliness, f.due_on, f.late_days) for f in fund.feeds()}


def test_what_never_came_is_missing(operator: OsmsClient) -> None:
    """Every obligation of the State Corporation, and every body that there is today."""
    feeds = operator.feeds()
    assert [(f.obligation, f.sender) for f in feeds[:4]] == [
        ("CATEGORY_DAILY", "SC"),
        ("CATEGORY_MONTHLY", "SC"),
        ("PAYMENT", "SC"),
        ("ROSTER", "DEFENCE"),
    ]
    assert {f.timeliness for f in feeds} == {"MISSING"}
    assert {f.last_arrival_time for f in feeds} == {None}
    assert "ACA" not in {f.sender for f in feeds}
    assert all(f.provision for f in feeds)


@pytest.mark.parametrize(
    ("deliver", "owed", "due_on"),
    [
        pytest.param(
            lambda of: push_categories(of("SC"), assigned()),
            ("CATEGORY_DAILY", "SC"),
            TODAY + DAY,
            id="categories",
        ),
        pytest.param(
            lambda of: push_categories(of("SC"), assigned(category="L02", source="DFC")),
            ("CATEGORY_MONTHLY", "SC"),
            date(2026, 8, 31),
            id="the crisis group",
        ),
        pytest.param(
            lambda of: push_payments(of("SC"), paid()),
            ("PAYMENT", "SC"),
            date(2026, 7, 2),
            id="payments",
        ),
        pytest.param(
            lambda of: of("NSC").push_roster("NSC", [RosterLine(AIGUL)]),
            ("ROSTER", "NSC"),
            TODAY + 14 * DAY,
            id="a roster",
        ),
    ],
)
def test_what_came_is_on_time_until_the_next_is_due(
    supervisor: OsmsClient,
    client_of: ClientOf,
    deliver: Callable[[ClientOf], object],
    owed: tuple[str, str],
    due_on: date,
) -> None:
    """On the last day it is still on time; from the day after on it is late, day by day."""
    deliver(client_of)
    arrived = {(f.obligation, f.sender): f.last_arrival_time for f in supervisor.feeds()}
    assert {key for key, instant in arrived.items() if instant} == {owed}
    supervisor.advance_clock(at(due_on, 23))
    assert on_time(supervisor)[owed] == ("ON_TIME", due_on, 0)
    supervisor.advance_clock(at(due_on + 3 * DAY, 0))
    assert on_time(supervisor)[owed] == ("LATE", due_on, 3)


def test_nothing_to_report_is_a_delivery(corporation: OsmsClient, operator: OsmsClient) -> None:
    """An empty batch says that there is nothing to report."""
    with corporation.category_feed() as categories, corporation.payment_feed() as payments:
        categories.report_nothing()
        payments.report_nothing()
    standing = on_time(operator)
    assert standing["CATEGORY_DAILY", "SC"][0] == standing["PAYMENT", "SC"][0] == "ON_TIME"
    assert standing["CATEGORY_MONTHLY", "SC"][0] == "MISSING"


def test_rejected_lines_are_no_delivery(corporation: OsmsClient, operator: OsmsClient) -> None:
    """Neither are lines that were had, nor duplicates."""
    push_categories(corporation, assigned(NOBODY))
    push_payments(corporation, paid(NOBODY))
    assert {f.timeliness for f in operator.feeds()} == {"MISSING"}


def test_payments_fall_due_on_working_days(
    supervisor: OsmsClient, corporation: OsmsClient
) -> None:
    """After a Friday, on Monday; holidays do not count."""
    supervisor.reset_sandbox(at(date(2026, 7, 3)))
    push_payments(corporation, paid())
    assert on_time(supervisor)["PAYMENT", "SC"][1] == date(2026, 7, 7)


# Who asked.


def test_accesses_page_by_page_are_one_list(
    corporation: OsmsClient, operator: OsmsClient, clinic: OsmsClient
) -> None:
    """Newest first, of this person only."""
    for number in range(7):
        clinic.check(AIGUL, TODAY + number * DAY)
        clinic.check(DAULET)
    request = pb.ListAccessRequest(iin=AIGUL, page_size=3)
    pages = list(operator._pages(operator._operations.ListAccess, request))
    assert [len(page.accesses) for page in pages] == [3, 3, 1]
    days = [access.on_date.day for page in pages for access in page.accesses]
    assert days == [7, 6, 5, 4, 3, 2, 1]


def test_nobody_asked_about_a_stranger(operator: OsmsClient) -> None:
    """An empty list, and to look at it is no access."""
    for _ in range(2):
        assert list(operator.accesses(AIGUL)) == []


# All lists.


@pytest.mark.parametrize(
    ("service", "method", "request_of"),
    [
        ("_operations", "ListRejections", pb.ListRejectionsRequest),
        ("_operations", "ListHeldBatches", pb.ListHeldBatchesRequest),
        ("_operations", "ListIncidents", pb.ListIncidentsRequest),
        ("_operations", "ListAccess", lambda **page: pb.ListAccessRequest(iin=AIGUL, **page)),
        (
            "_consumers",
            "ListGrounds",
            lambda **page: consumer_pb.ListGroundsRequest(iin=AIGUL, **page),
        ),
    ],
)
def test_every_list_refuses_a_page_that_cannot_be(
    operator: OsmsClient, service: str, method: str, request_of: Callable[..., Any]
) -> None:
    """A negative size and a token that is none, both told at once."""
    request = request_of(page_size=-1, page_token=NOT_OURS)
    with pytest.raises(OsmsError) as caught:
        operator._connection.call(getattr(getattr(operator, service), method), request)
    told = [(v.field, v.reason) for v in caught.value.violations]
    assert told == [("page_size", "NUMBER_NEGATIVE"), ("page_token", "TOKEN_INVALID")]


def test_the_clock_of_a_list_is_the_register_s(operator: OsmsClient) -> None:
    """Timeliness is told by the clock of the service."""
    request = pb.ListFeedsRequest()
    response = operator._connection.call(operator._operations.ListFeeds, request)
    instant: datetime = response.read_time.ToDatetime(tzinfo=MORNING.tzinfo)
    assert instant == MORNING
