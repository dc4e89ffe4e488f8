"""Roster snapshots: applied whole, held or refused, body by body (p. 12, 62-65)."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import grpc
import pytest
from google.rpc.error_details_pb2 import ResourceInfo

from osms.entitlement.v1 import roster_service_pb2 as pb
from osms.entitlement.v1 import roster_service_pb2_grpc as pb_grpc
from osms_client import Conflict, OsmsClient, Outcome, Refused, RosterLine
from osms_server.config import Settings
from tests.conftest import ClientOf
from tests.people import AIGUL, DAULET, NOBODY, SALTANAT, TIMUR, people
from tests.rpc.conftest import ChannelOf
from tests.rpc.sending import MORNING, TODAY, at, joins, leaves, push_changes
from tests.rpc.streams import OpenStream
from tests.rpc.told import refused

LINES_MAX = 500
BYTES_MAX = 2**20
TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture(scope="session")
def settings(settings: Settings) -> Settings:
    """A server that takes small snapshots only."""
    return settings.model_copy(
        update={"roster_lines_max": LINES_MAX, "roster_bytes_max": BYTES_MAX}
    )


@pytest.fixture
def push(empty: None, channel_of: ChannelOf) -> Any:
    """The stream of snapshots of the Ministry of Defence, as the contract has it."""
    return pb_grpc.RosterServiceStub(channel_of("DEFENCE")).PushRoster


def listed(*iins: str) -> list[RosterLine]:
    """Lines of a snapshot."""
    return [RosterLine(iin) for iin in iins]


def opening(lines: int, *, body: str = "DEFENCE", snapshot_id: str = "") -> pb.PushRosterRequest:
    """The opening of a snapshot."""
    return pb.PushRosterRequest(
        opening=pb.RosterOpening(
            snapshot_id=snapshot_id or str(uuid4()), body=body, line_count=lines
        )
    )


def lines_of(*iins: str) -> pb.PushRosterRequest:
    """A message with lines."""
    return pb.PushRosterRequest(
        lines=pb.RosterLines(lines=[pb.RosterLine(iin=iin) for iin in iins])
    )


def grounds(fund: OsmsClient, iins: Sequence[str], on: date) -> list[str | None]:
    """The ground of each person on a day."""
    return [fund.check(iin, on).ground for iin in iins]


def arrivals(fund: OsmsClient) -> list[str]:
    """The bodies of which a snapshot has arrived."""
    return [
        feed.sender
        for feed in fund.feeds()
        if feed.obligation == "ROSTER" and feed.last_arrival_time is not None
    ]


def readers() -> list[threading.Thread]:
    """The threads of the server of this process that still wait for messages."""
    return [thread for thread in threading.enumerate() if thread.name == "feed-reader"]


def wait_for_readers(seconds: float = 10.0) -> None:
    """Waits until the server has noticed that all its streams were cut."""
    until = time.monotonic() + seconds
    while readers():
        assert time.monotonic() < until, "the server still waits for messages"
        time.sleep(0.01)


# Applied whole.


def test_a_snapshot_lists_the_people_of_a_body(defence: OsmsClient, operator: OsmsClient) -> None:
    """They are exempt from the day of its arrival, not from any earlier one."""
    result = defence.push_roster("DEFENCE", listed(AIGUL, DAULET))
    assert (result.outcome, result.arrival_time) == (Outcome.ACCEPTED, MORNING)
    assert (result.entered, result.left, result.unchanged) == (2, 0, 0)
    assert grounds(operator, [AIGUL, DAULET], TODAY) == ["ROSTER", "ROSTER"]
    assert grounds(operator, [AIGUL], TODAY - timedelta(days=1)) == [None]
    assert arrivals(operator) == ["DEFENCE"]


def test_the_next_snapshot_speaks_for_everybody(
    defence: OsmsClient, supervisor: OsmsClient
) -> None:
    """Whom it leaves out is listed no more: what was true that morning is kept for the day."""
    defence.push_roster("DEFENCE", listed(AIGUL, DAULET))
    day = TODAY + timedelta(days=10)
    supervisor.advance_clock(at(day))
    result = defence.push_roster("DEFENCE", listed(DAULET, SALTANAT))
    assert (result.entered, result.left, result.unchanged) == (1, 1, 1)
    everybody = [AIGUL, DAULET, SALTANAT]
    assert grounds(supervisor, everybody, day) == ["HELD", "ROSTER", "ROSTER"]
    assert grounds(supervisor, everybody, day + timedelta(days=1)) == [None, "ROSTER", "ROSTER"]


def test_a_late_snapshot_ends_nothing(defence: OsmsClient, supervisor: OsmsClient) -> None:
    """It raises an alarm, and nobody loses the right (p. 64)."""
    defence.push_roster("DEFENCE", listed(AIGUL))
    day = TODAY + timedelta(days=60)
    supervisor.advance_clock(at(day))
    assert grounds(supervisor, [AIGUL], day) == ["ROSTER"]
    (late,) = (feed for feed in supervisor.feeds() if feed.sender == "DEFENCE")
    assert (late.timeliness, late.late_days) == ("LATE", 46)


def test_who_is_listed_by_two_bodies_stays_until_neither_does(
    defence: OsmsClient, client_of: ClientOf, supervisor: OsmsClient
) -> None:
    """No body touches another body's people."""
    defence.push_roster("DEFENCE", listed(AIGUL, DAULET))
    client_of("INTERIOR").push_roster("INTERIOR", listed(AIGUL))
    supervisor.advance_clock(at(TOMORROW))
    defence.push_roster("DEFENCE", listed(DAULET))
    third, fourth = TOMORROW + timedelta(days=1), TOMORROW + timedelta(days=2)
    assert grounds(supervisor, [AIGUL], third) == ["ROSTER"]
    supervisor.advance_clock(at(third))
    client_of("INTERIOR").push_roster("INTERIOR", listed(TIMUR))
    assert grounds(supervisor, [AIGUL], fourth) == [None]


def test_a_snapshot_takes_the_place_of_changes(
    defence: OsmsClient, supervisor: OsmsClient
) -> None:
    """Whoever joined by a change and is not in the next snapshot has left, and the reverse."""
    push_changes(defence, joins(AIGUL), joins(DAULET))
    supervisor.advance_clock(at(TOMORROW))
    defence.push_roster("DEFENCE", listed(DAULET, SALTANAT))
    push_changes(defence, leaves(SALTANAT))
    after = TOMORROW + timedelta(days=1)
    assert grounds(supervisor, [AIGUL, DAULET, SALTANAT], after) == [None, "ROSTER", None]


def test_a_person_may_stand_in_a_snapshot_twice(defence: OsmsClient) -> None:
    """The lines count as they are sent, the person once."""
    result = defence.push_roster("DEFENCE", listed(AIGUL, DAULET, AIGUL))
    assert (result.outcome, result.entered) == (Outcome.ACCEPTED, 2)


def test_a_snapshot_may_come_in_many_messages(push: Any, operator: OsmsClient) -> None:
    """Its lines are put together, and empty messages do not matter."""
    iins = people(40)
    parts = [lines_of(*iins[start : start + 7]) for start in range(0, 40, 7)]
    response = push(iter([opening(40), *parts, lines_of()]))
    assert response.entered_count == 40
    assert grounds(operator, iins[-1:], TODAY) == ["ROSTER"]


def test_a_snapshot_may_be_as_long_as_is_allowed(defence: OsmsClient) -> None:
    """The longest list is still taken."""
    assert defence.push_roster("DEFENCE", listed(*people(LINES_MAX))).entered == LINES_MAX


# Bad lines.


def test_bad_lines_are_rejected_alone(defence: OsmsClient, operator: OsmsClient) -> None:
    """The others are taken, also where a bad one stands for somebody who then is left out."""
    lines = [RosterLine(AIGUL), RosterLine(NOBODY), RosterLine(DAULET, reservist=True)]
    result = defence.push_roster("DEFENCE", lines)
    assert (result.outcome, result.entered) == (Outcome.ACCEPTED, 1)
    told = [(line.position, [v.reason for v in line.violations]) for line in result.rejected_lines]
    assert told == [(2, ["IIN_INVALID"]), (3, ["RESERVIST"])]
    kept = [(rejection.position, rejection.line) for rejection in operator.rejections()]
    assert kept == [(3, {"iin": DAULET, "reservist": True}), (2, {"iin": NOBODY})]


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param([], id="no lines"),
        pytest.param([RosterLine(NOBODY)], id="bad lines only"),
        pytest.param([RosterLine(DAULET, reservist=True)], id="reservists only"),
    ],
)
def test_an_empty_snapshot_is_refused(
    defence: OsmsClient, operator: OsmsClient, lines: list[RosterLine]
) -> None:
    """It ends nobody's right; what is wrong with its lines is told and kept."""
    defence.push_roster("DEFENCE", listed(AIGUL))
    with pytest.raises(Refused) as caught:
        defence.push_roster("DEFENCE", lines)
    told = [(v.field, v.reason) for v in caught.value.violations]
    assert ("p64", "SNAPSHOT_EMPTY") in told
    assert len([field for field, _ in told if field.startswith("lines[0].")]) == len(lines)
    assert len(list(operator.rejections())) == len(lines)
    assert grounds(operator, [AIGUL], TOMORROW) == ["ROSTER"]


def test_an_empty_snapshot_is_no_arrival(defence: OsmsClient, operator: OsmsClient) -> None:
    """The body still owes its roster."""
    with pytest.raises(Refused):
        defence.push_roster("DEFENCE", [])
    assert arrivals(operator) == []


def test_a_refused_snapshot_is_told_however_long_it_is(push: Any) -> None:
    """As much of what is wrong as fits is told; all of it is in the repair queue."""
    lines = lines_of(*map(str, range(LINES_MAX)))
    for language in ("en", "kk"):
        metadata = (("accept-language", language),)
        requests = [opening(LINES_MAX), lines]
        error = refused(partial(push, iter(requests), metadata=metadata))
        assert error.refusals == [("SNAPSHOT_EMPTY", "p64")]
        assert len(error.violations) > 5


# The same snapshot again.


def test_the_same_snapshot_again_changes_nothing(
    defence: OsmsClient, supervisor: OsmsClient
) -> None:
    """It is answered as it was the first time, also after a newer one has come."""
    snapshot_id = str(uuid4())
    first = defence.push_roster("DEFENCE", listed(AIGUL, DAULET), snapshot_id=snapshot_id)
    supervisor.advance_clock(at(TOMORROW))
    defence.push_roster("DEFENCE", listed(DAULET))
    again = defence.push_roster("DEFENCE", listed(DAULET, AIGUL), snapshot_id=snapshot_id)
    assert again.outcome is Outcome.DUPLICATE
    assert (again.revision, again.arrival_time) == (first.revision, first.arrival_time)
    assert (again.entered, again.left, again.unchanged) == (2, 0, 0)
    assert grounds(supervisor, [AIGUL], TOMORROW + timedelta(days=1)) == [None]


def test_a_snapshot_id_stands_for_one_list(push: Any, operator: OsmsClient) -> None:
    """Another list under it is a conflict, and is not applied."""
    snapshot_id = str(uuid4())
    push(iter([opening(1, snapshot_id=snapshot_id), lines_of(AIGUL)]))
    error = refused(
        lambda: push(iter([opening(2, snapshot_id=snapshot_id), lines_of(AIGUL, DAULET)]))
    )
    assert (error.code, error.reason) == (grpc.StatusCode.ALREADY_EXISTS, "ALREADY_EXISTS")
    named: Any = error.one(ResourceInfo)
    assert (named.resource_type, named.resource_name) == ("snapshot", snapshot_id)
    assert grounds(operator, [DAULET], TODAY) == [None]


def test_a_refused_snapshot_is_refused_again(push: Any, defence: OsmsClient) -> None:
    """The same list is no better the second time, and its lines are in the queue once."""
    snapshot_id = str(uuid4())
    for _ in range(2):
        error = refused(
            lambda: push(iter([opening(1, snapshot_id=snapshot_id), lines_of(NOBODY)]))
        )
        assert error.refusals == [("SNAPSHOT_EMPTY", "p64")]
        assert error.violations == [("lines[0].iin", "IIN_INVALID")]
    assert len(list(defence.rejections())) == 1


def test_a_corrected_list_may_have_the_id_of_the_refused_one(
    push: Any, defence: OsmsClient, operator: OsmsClient
) -> None:
    """Nothing was applied under it; once something is, it stands for that list."""
    snapshot_id = str(uuid4())
    refused(lambda: push(iter([opening(1, snapshot_id=snapshot_id), lines_of(NOBODY)])))
    corrected = defence.push_roster("DEFENCE", listed(AIGUL), snapshot_id=snapshot_id)
    assert corrected.outcome is Outcome.ACCEPTED
    assert grounds(operator, [AIGUL], TODAY) == ["ROSTER"]
    with pytest.raises(Conflict):
        defence.push_roster("DEFENCE", listed(DAULET), snapshot_id=snapshot_id)


def test_the_same_snapshot_again_tells_its_bad_lines_again(defence: OsmsClient) -> None:
    """An answer that was lost on its way can be had by asking again, tried or sent."""
    snapshot_id, lines = str(uuid4()), listed(AIGUL, NOBODY, DAULET, "1")
    first = defence.push_roster("DEFENCE", lines, snapshot_id=snapshot_id)
    assert [line.position for line in first.rejected_lines] == [2, 4]
    for tried in (True, False):
        again = defence.push_roster("DEFENCE", lines, snapshot_id=snapshot_id, validate_only=tried)
        assert again.outcome is Outcome.DUPLICATE
        assert again.rejected_lines == first.rejected_lines
    assert len(list(defence.rejections())) == 2


@pytest.mark.parametrize(
    "other",
    [
        pytest.param([AIGUL, "2"], id="another bad line"),
        pytest.param([AIGUL], id="without the bad line"),
        pytest.param([AIGUL, "1", "1"], id="the bad line twice"),
        pytest.param([AIGUL, AIGUL, "1"], id="a person twice"),
    ],
)
def test_a_list_with_other_bad_lines_is_another_list(
    defence: OsmsClient, other: list[str]
) -> None:
    """Otherwise they would vanish, and nobody be told of them."""
    snapshot_id = str(uuid4())
    defence.push_roster("DEFENCE", listed(AIGUL, "1"), snapshot_id=snapshot_id)
    with pytest.raises(Conflict):
        defence.push_roster("DEFENCE", listed(*other), snapshot_id=snapshot_id)


def test_a_snapshot_of_too_many_bytes_is_refused(push: Any) -> None:
    """However few its lines are."""
    message = pb.PushRosterRequest(
        lines=pb.RosterLines(lines=[pb.RosterLine(iin="1" * BYTES_MAX)])
    )
    error = refused(lambda: push(iter([opening(1), message])))
    assert (error.code, error.reason) == (
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        "LIMIT_EXCEEDED",
    )
    assert error.metadata["setting"] == "roster_bytes_max"


def test_a_line_that_is_too_large_is_rejected_alone(defence: OsmsClient) -> None:
    """The other lines are taken."""
    result = defence.push_roster("DEFENCE", listed("1" * 70_000, AIGUL))
    (line,) = result.rejected_lines
    assert [v.reason for v in line.violations] == ["RECORD_TOO_LARGE"]
    assert (result.outcome, result.entered) == (Outcome.ACCEPTED, 1)


# What is no snapshot.


@pytest.mark.parametrize(
    ("requests", "violations"),
    [
        pytest.param([], [("message", "OUT_OF_ORDER")], id="nothing"),
        pytest.param([lines_of(AIGUL)], [("message", "OUT_OF_ORDER")], id="lines first"),
        pytest.param([opening(1), opening(1)], [("message", "OUT_OF_ORDER")], id="opened twice"),
        pytest.param(
            [opening(1), pb.PushRosterRequest()], [("message", "OUT_OF_ORDER")], id="empty message"
        ),
        pytest.param(
            [opening(2), lines_of(AIGUL)],
            [("opening.line_count", "LINE_COUNT_DIFFERS")],
            id="a line too few",
        ),
        pytest.param(
            [opening(1), lines_of(AIGUL, DAULET)],
            [("opening.line_count", "LINE_COUNT_DIFFERS")],
            id="a line too many",
        ),
        pytest.param(
            [opening(-1)], [("opening.line_count", "LINE_COUNT_DIFFERS")], id="less than none"
        ),
        pytest.param(
            [pb.PushRosterRequest(opening=pb.RosterOpening(line_count=1))],
            [
                ("opening.snapshot_id", "REQUIRED"),
                ("opening.body", "REQUIRED"),
                ("opening.line_count", "LINE_COUNT_DIFFERS"),
            ],
            id="nothing said",
        ),
        pytest.param(
            [opening(0, body="NAVY", snapshot_id="today")],
            [("opening.snapshot_id", "UUID_INVALID"), ("opening.body", "CODE_UNKNOWN")],
            id="no body, no id",
        ),
    ],
)
def test_what_is_no_snapshot_is_refused(
    push: Any, operator: OsmsClient, requests: list[Any], violations: list[tuple[str, str]]
) -> None:
    """Everything that is wrong is told at once, and nothing is kept."""
    error = refused(lambda: push(iter(requests)))
    assert error.code is grpc.StatusCode.INVALID_ARGUMENT
    assert error.violations == violations
    assert (arrivals(operator), list(operator.rejections())) == ([], [])


@pytest.mark.parametrize(
    "requests",
    [
        pytest.param([opening(LINES_MAX + 1)], id="as the opening says"),
        pytest.param([opening(1), lines_of(*[AIGUL] * (LINES_MAX + 1))], id="as it comes"),
    ],
)
def test_a_snapshot_that_is_too_long_is_refused(push: Any, requests: list[Any]) -> None:
    """The limit is told, as soon as it is known to be exceeded."""
    error = refused(lambda: push(iter(requests)))
    assert error.code is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert error.metadata["setting"] == "roster_lines_max"


def test_a_body_sends_its_own_people_only(push: Any, operator: OsmsClient) -> None:
    """The list of another body is not taken."""
    error = refused(lambda: push(iter([opening(1, body="INTERIOR"), lines_of(AIGUL)])))
    assert (error.code, error.reason) == (grpc.StatusCode.PERMISSION_DENIED, "NOT_ALLOWED")
    assert error.metadata["needs"] == "body/INTERIOR"
    assert arrivals(operator) == []


def test_a_list_that_is_cut_short_is_never_applied(
    channel_of: ChannelOf, defence: OsmsClient, operator: OsmsClient
) -> None:
    """Only the end that the sender says makes it whole, also where all lines have come."""
    defence.push_roster("DEFENCE", listed(DAULET))
    path = "/osms.entitlement.v1.RosterService/PushRoster"
    method = channel_of("DEFENCE").stream_unary(
        path,
        request_serializer=pb.PushRosterRequest.SerializeToString,
        response_deserializer=pb.PushRosterResponse.FromString,
    )
    for part in ([opening(1)], [opening(1), lines_of(AIGUL)]):
        with OpenStream(method.future) as stream:
            stream.send(*part)
        wait_for_readers()
    assert grounds(operator, [AIGUL, DAULET], TODAY) == [None, "ROSTER"]


# Held.


@pytest.mark.parametrize(
    ("before", "leaving", "outcome"),
    [
        pytest.param(8, 2, Outcome.ACCEPTED, id="more than the share, not more than the number"),
        pytest.param(12, 3, Outcome.ACCEPTED, id="the share exactly"),
        pytest.param(11, 3, Outcome.HELD_FOR_APPROVAL, id="more than both"),
        pytest.param(11, 0, Outcome.ACCEPTED, id="nobody leaves"),
    ],
)
def test_a_snapshot_that_ends_too_many_is_held(
    supervisor: OsmsClient, defence: OsmsClient, before: int, leaving: int, outcome: Outcome
) -> None:
    """More than a share of the people, and more than a number."""
    supervisor.reset_sandbox(MORNING, {"snapshot_loss_count": "2", "snapshot_loss_share": "0.25"})
    staff = people(before)
    defence.push_roster("DEFENCE", listed(*staff))
    result = defence.push_roster("DEFENCE", listed(*staff[leaving:], AIGUL))
    assert (result.outcome, result.left) == (outcome, leaving)
    assert bool(result.held_batch_id) == (outcome is Outcome.HELD_FOR_APPROVAL)


STAFF = people(30)


@pytest.fixture
def held(defence: OsmsClient, supervisor: OsmsClient) -> str:
    """A snapshot that leaves out all but one of thirty, sent on the second day and held."""
    defence.push_roster("DEFENCE", listed(*STAFF))
    supervisor.advance_clock(at(TOMORROW))
    return defence.push_roster("DEFENCE", listed(STAFF[0], AIGUL)).held_batch_id


def test_while_it_is_held_nothing_changes(held: str, supervisor: OsmsClient) -> None:
    """Nobody is listed by it, and nobody is left out."""
    assert held
    later = TOMORROW + timedelta(days=5)
    assert grounds(supervisor, [STAFF[0], STAFF[1], AIGUL], later) == ["ROSTER", "ROSTER", None]
    assert arrivals(supervisor) == ["DEFENCE"]


def test_an_approved_snapshot_holds_from_its_arrival(held: str, supervisor: OsmsClient) -> None:
    """Known since the approval: whom it leaves out keeps the right through that day."""
    day = TOMORROW + timedelta(days=3)
    supervisor.advance_clock(at(day))
    assert supervisor.approve(held).count == 1
    everybody = [STAFF[0], STAFF[1], AIGUL]
    assert grounds(supervisor, everybody, TOMORROW) == ["ROSTER", "HELD", "ROSTER"]
    assert grounds(supervisor, everybody, day) == ["ROSTER", "HELD", "ROSTER"]
    assert grounds(supervisor, everybody, day + timedelta(days=1)) == ["ROSTER", None, "ROSTER"]


def test_a_declined_snapshot_never_was(
    held: str, supervisor: OsmsClient, defence: OsmsClient
) -> None:
    """It changes nothing, and the next one is judged as if it had not come."""
    supervisor.decline(held, reason="a file of test data")
    result = defence.push_roster("DEFENCE", listed(*STAFF[:25]))
    assert (result.outcome, result.left, result.unchanged) == (Outcome.ACCEPTED, 5, 25)
    assert grounds(supervisor, [AIGUL], TOMORROW + timedelta(days=1)) == [None]


def test_a_held_snapshot_again_is_the_same(supervisor: OsmsClient, defence: OsmsClient) -> None:
    """Sent again it waits as before, in the same batch."""
    defence.push_roster("DEFENCE", listed(*STAFF))
    snapshot_id = str(uuid4())
    first = defence.push_roster("DEFENCE", listed(AIGUL), snapshot_id=snapshot_id)
    again = defence.push_roster("DEFENCE", listed(AIGUL), snapshot_id=snapshot_id)
    assert again.outcome is Outcome.DUPLICATE
    assert again.held_batch_id == first.held_batch_id
    assert len(list(supervisor.held_batches())) == 1


def test_an_older_snapshot_may_be_approved_after_a_newer_one(
    held: str, supervisor: OsmsClient, defence: OsmsClient
) -> None:
    """Both apply in the order of arrival: what the newer one says of today stands."""
    third = TOMORROW + timedelta(days=1)
    supervisor.advance_clock(at(third))
    newer = defence.push_roster("DEFENCE", listed(*STAFF[:20]))
    assert (newer.outcome, newer.left) == (Outcome.ACCEPTED, 10)
    fourth = third + timedelta(days=1)
    supervisor.advance_clock(at(fourth))
    supervisor.approve(held)
    everybody = [STAFF[0], STAFF[5], STAFF[25], AIGUL]
    assert grounds(supervisor, everybody, TOMORROW) == ["ROSTER", "HELD", "HELD", "ROSTER"]
    assert grounds(supervisor, everybody, third) == ["ROSTER", "ROSTER", "HELD", None]
    assert grounds(supervisor, everybody, fourth) == ["ROSTER", "ROSTER", None, None]


def test_a_change_of_staff_between_two_snapshots_stands(
    held: str, supervisor: OsmsClient, defence: OsmsClient
) -> None:
    """Who joined after the held snapshot arrived is not left out by its approval."""
    push_changes(defence, joins(DAULET, TOMORROW), leaves(STAFF[0], TOMORROW))
    supervisor.approve(held)
    after = TOMORROW + timedelta(days=1)
    assert grounds(supervisor, [DAULET, STAFF[0], STAFF[1]], after) == ["ROSTER", None, None]


# Bodies that end.

LAST_DAY_OF_ACA = date(2025, 6, 29)
FIRST_DAY_AFTER = date(2025, 6, 30)


@pytest.fixture
def aca_ended(supervisor: OsmsClient, client_of: ClientOf) -> None:
    """The Anti-corruption Service has sent its roster, and is now part of the NSC."""
    supervisor.reset_sandbox(at(LAST_DAY_OF_ACA, hour=23, minute=59))
    client_of("ACA").push_roster("ACA", listed(AIGUL, DAULET))
    client_of("NSC").push_roster("NSC", listed(SALTANAT))
    supervisor.advance_clock(at(FIRST_DAY_AFTER, hour=0))


def test_a_body_that_has_ended_sends_no_more(aca_ended: None, client_of: ClientOf) -> None:
    """From its first day as a part of another, its own snapshots are refused (p. 62)."""
    with pytest.raises(Refused) as caught:
        client_of("ACA").push_roster("ACA", listed(AIGUL))
    assert [v.reason for v in caught.value.violations] == ["BODY_ENDED"]


def test_the_people_of_an_ended_body_stay(aca_ended: None, supervisor: OsmsClient) -> None:
    """That the body ends ends nobody's right."""
    later = FIRST_DAY_AFTER + timedelta(days=90)
    supervisor.advance_clock(at(later))
    assert grounds(supervisor, [AIGUL, DAULET, SALTANAT], later) == ["ROSTER"] * 3


def test_the_successor_speaks_for_them(
    aca_ended: None, supervisor: OsmsClient, client_of: ClientOf
) -> None:
    """Its next snapshot lists them, or leaves them out."""
    result = client_of("NSC").push_roster("NSC", listed(SALTANAT, AIGUL))
    assert (result.entered, result.left, result.unchanged) == (0, 1, 2)
    after = FIRST_DAY_AFTER + timedelta(days=1)
    assert grounds(supervisor, [AIGUL, DAULET, SALTANAT], after) == ["ROSTER", None, "ROSTER"]


def test_the_people_of_an_ended_body_count_for_the_guard(
    supervisor: OsmsClient, client_of: ClientOf
) -> None:
    """A successor that forgets them is held as if they had been its own."""
    supervisor.reset_sandbox(at(LAST_DAY_OF_ACA))
    client_of("ACA").push_roster("ACA", listed(*STAFF))
    supervisor.advance_clock(at(FIRST_DAY_AFTER))
    result = client_of("NSC").push_roster("NSC", listed(SALTANAT))
    assert (result.outcome, result.left) == (Outcome.HELD_FOR_APPROVAL, len(STAFF))
    supervisor.approve(result.held_batch_id)
    after = FIRST_DAY_AFTER + timedelta(days=1)
    assert grounds(supervisor, [STAFF[0], SALTANAT], after) == [None, "ROSTER"]
