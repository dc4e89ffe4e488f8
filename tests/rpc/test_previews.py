"""Previews: before a supervisor approves, everybody whose right would change is shown."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import date, timedelta
from hashlib import sha256
from uuid import uuid4

import pytest

from osms.entitlement.v1 import operations_service_pb2 as pb
from osms_client import (
    Days,
    HeldPreview,
    InvalidRequest,
    NotAllowed,
    NotFound,
    OsmsClient,
    PersonChange,
    Preview,
    Refused,
    RosterLine,
)
from osms_server.bootstrap import Engines
from tests.people import AIGUL, DAULET, people
from tests.rpc.register import everything_stored
from tests.rpc.sending import (
    MORNING,
    TODAY,
    assigned,
    at,
    push_categories,
    removed,
)

DAY = timedelta(days=1)
TOMORROW = TODAY + DAY
STAFF = people(30, after=900)


def loses(iin: str, on: date, ground: str, *after: Days) -> PersonChange:
    """A person who would lose the right."""
    return PersonChange(iin, None, on, ground, after)


@pytest.fixture
def shrunk(supervisor: OsmsClient, defence: OsmsClient, corporation: OsmsClient) -> str:
    """A snapshot that names one of thirty, and one who is new; it waits since the second day."""
    push_categories(corporation, assigned(STAFF[3]))
    defence.push_roster("DEFENCE", [RosterLine(iin) for iin in STAFF])
    supervisor.advance_clock(at(TOMORROW))
    lines = [RosterLine(STAFF[0]), RosterLine(AIGUL)]
    return defence.push_roster("DEFENCE", lines).held_batch_id


def test_whom_a_shrunk_roster_would_end_is_shown(shrunk: str, supervisor: OsmsClient) -> None:
    """Whoever stays listed, or has another ground, loses nothing."""
    shown = supervisor.preview(shrunk)
    assert shown.preview == Preview(gaining=1, losing=28)
    losing = sorted({*STAFF[1:]} - {STAFF[3]})
    today_only = Days(TOMORROW, TOMORROW + DAY)
    gains = PersonChange(AIGUL, TOMORROW, None, None, (Days(TOMORROW, None),))
    expected = [loses(iin, TOMORROW + DAY, "ROSTER", today_only) for iin in losing]
    assert list(shown.changes) == sorted([*expected, gains], key=lambda change: change.iin)


def told(fund: OsmsClient, changes: Sequence[PersonChange], day: date) -> list[bool]:
    """Whether the people of a preview are entitled on a day."""
    return [fund.check(change.iin, day).entitled for change in changes]


def test_an_approval_changes_what_was_shown(shrunk: str, supervisor: OsmsClient) -> None:
    """Day by day, person by person."""
    changes = supervisor.preview(shrunk).changes
    before = told(supervisor, changes, TOMORROW + DAY)
    supervisor.approve(shrunk)
    after = told(supervisor, changes, TOMORROW + DAY)
    assert before == [change.first_lost is not None for change in changes]
    assert after == [change.first_gained is not None for change in changes]


def test_a_preview_changes_nothing(shrunk: str, supervisor: OsmsClient, engines: Engines) -> None:
    """However often it is asked for, every table is as it was."""
    before = everything_stored(engines)
    assert supervisor.preview(shrunk) == supervisor.preview(shrunk)
    assert everything_stored(engines) == before


def test_a_preview_shows_the_same_however_much_was_pushed_before(
    shrunk: str, supervisor: OsmsClient, corporation: OsmsClient, engines: Engines
) -> None:
    """A connection that has stored much may not take what is real for what is only tried."""
    for _ in range(4):
        supervisor.preview(shrunk)
    with corporation.category_feed() as feed:
        list(feed.send((assigned(iin) for iin in STAFF[4:14] * 6), batch_size=1))
    before = everything_stored(engines)
    first, second = supervisor.preview(shrunk), supervisor.preview(shrunk)
    assert first == second
    assert first.preview == Preview(gaining=1, losing=18)
    assert everything_stored(engines) == before
    supervisor.approve(shrunk)
    after = told(supervisor, first.changes, TOMORROW + DAY)
    assert after == [change.first_gained is not None for change in first.changes]


def test_a_preview_is_logged_of_those_it_shows(shrunk: str, supervisor: OsmsClient) -> None:
    """With the purpose that was declared, and the revision that an approval would change."""
    revision = supervisor.check(DAULET).revision
    for change in supervisor.preview(shrunk, limit=2, purpose="CONTROL").changes:
        (entry,) = supervisor.accesses(str(change.iin))
        assert (entry.method, entry.purpose) == ("PreviewHeldBatch", "CONTROL")
        assert entry.revision == revision


def test_a_preview_has_a_purpose_of_the_contract(shrunk: str, supervisor: OsmsClient) -> None:
    """A number that names none is refused."""
    request = pb.PreviewHeldBatchRequest(held_batch_id=shrunk, purpose=99)  # type: ignore[arg-type]
    with pytest.raises(InvalidRequest) as caught:
        supervisor._connection.call(supervisor._operations.PreviewHeldBatch, request)
    assert [v.field for v in caught.value.violations] == ["purpose"]


def test_a_preview_has_room_beside_dry_runs(
    shrunk: str, supervisor: OsmsClient, corporation: OsmsClient, defence: OsmsClient
) -> None:
    """Those who try what they push keep no supervisor from deciding."""
    with (
        corporation.category_feed(validate_only=True) as first,
        defence.roster_change_feed(validate_only=True) as second,
    ):
        first.report_nothing()
        second.report_nothing()
        assert supervisor.preview(shrunk).preview == Preview(gaining=1, losing=28)


@pytest.mark.parametrize("after", ["x", "9" * 30, "-1", "\0", "900101300017"])
def test_a_page_of_a_preview_is_not_asked_for_with_a_made_up_token(
    shrunk: str, supervisor: OsmsClient, after: str
) -> None:
    """Whoever knows how a token is made cannot make one: it is signed."""
    request = pb.PreviewHeldBatchRequest(held_batch_id=shrunk)
    arguments = b"PreviewHeldBatchRequest" + request.SerializeToString(deterministic=True)
    for signature in (sha256(arguments).digest()[:8], sha256(arguments).digest()[:16]):
        request.page_token = base64.urlsafe_b64encode(signature + after.encode()).decode()
        with pytest.raises(InvalidRequest) as caught:
            supervisor._connection.call(supervisor._operations.PreviewHeldBatch, request)
        assert [v.reason for v in caught.value.violations] == ["TOKEN_INVALID"]


def test_a_preview_is_logged_for_everybody_it_names(shrunk: str, supervisor: OsmsClient) -> None:
    """What is told of a person is told in the log, whoever is told and by whichever way."""
    named = supervisor.preview(shrunk, limit=3).changes
    for change in named:
        newest = next(iter(supervisor.accesses(change.iin)))
        assert newest.method == "PreviewHeldBatch"


def test_a_preview_is_of_now(shrunk: str, supervisor: OsmsClient, corporation: OsmsClient) -> None:
    """What has come since counts: whoever has another ground by now would lose nothing."""
    push_categories(corporation, *(assigned(iin) for iin in STAFF[1:20]))
    supervisor.advance_clock(at(TODAY + 10 * DAY))
    shown = supervisor.preview(shrunk)
    assert shown.preview == Preview(gaining=1, losing=10)
    lost = {change.first_lost for change in shown.changes} - {None}
    assert lost == {TODAY + 11 * DAY}


@pytest.mark.parametrize("size", [1, 7, 28, 29, 30, 1_000])
def test_a_preview_page_by_page_is_one_list(
    shrunk: str, supervisor: OsmsClient, size: int
) -> None:
    """By IIN, each person once; the counts of every page are those of the whole."""
    request = pb.PreviewHeldBatchRequest(held_batch_id=shrunk, page_size=size)
    pages = list(supervisor._pages(supervisor._operations.PreviewHeldBatch, request))
    iins = [change.iin for page in pages for change in page.changes]
    assert iins == [change.iin for change in supervisor.preview(shrunk).changes]
    assert {page.preview.losing_count for page in pages} == {28}
    assert [len(page.changes) for page in pages][:-1] == [size] * (len(pages) - 1)


def test_a_preview_may_be_cut(shrunk: str, supervisor: OsmsClient) -> None:
    """Everybody is counted, also where only some are listed."""
    shown = supervisor.preview(shrunk, limit=3)
    assert (len(shown.changes), shown.preview) == (3, Preview(1, 28))


# Mass removals.

PUPILS = people(6)


@pytest.fixture
def removals(supervisor: OsmsClient, corporation: OsmsClient) -> str:
    """Six removals of a category, all of which are held, at positions 8 to 13."""
    supervisor.reset_sandbox(MORNING, {"removal_count": "0", "removal_share": "0"})
    episodes = [assigned(iin, on=date(2025, 1, 1)) for iin in PUPILS]
    push_categories(corporation, *episodes)
    push_categories(corporation, assigned(PUPILS[5], "R12", source="MLSPP"))
    ack = push_categories(corporation, *(removed(each, date(2026, 5, 20)) for each in episodes))
    (held,) = {outcome.held_batch_id for outcome in ack.outcomes}
    return held


def test_whom_mass_removals_would_end_is_shown(removals: str, supervisor: OsmsClient) -> None:
    """With the day after the retention; whoever is in another category as well loses nothing."""
    shown = supervisor.preview(removals)
    kept = Days(TODAY, date(2026, 9, 1))
    lost = [loses(iin, date(2026, 9, 1), "CATEGORY", kept) for iin in PUPILS[:5]]
    assert shown == HeldPreview(Preview(gaining=0, losing=5), tuple(lost))


def test_single_removals_may_be_previewed(removals: str, supervisor: OsmsClient) -> None:
    """As they may be approved: the others would wait on."""
    shown = supervisor.preview(removals, [9, 11])
    assert [change.iin for change in shown.changes] == [PUPILS[1], PUPILS[3]]
    supervisor.approve(removals, [9])
    rest = supervisor.preview(removals)
    assert [change.iin for change in rest.changes] == [PUPILS[0], *PUPILS[2:5]]
    assert supervisor.preview(removals, [9]).preview == Preview(0, 0)


def test_only_positions_of_a_batch_are_decided(
    removals: str, supervisor: OsmsClient, engines: Engines
) -> None:
    """Whoever mistypes one is told which, and nothing is decided."""
    before = everything_stored(engines)
    for decide in (supervisor.preview, supervisor.approve, supervisor.decline):
        with pytest.raises(InvalidRequest) as caught:
            decide(removals, positions=[7, 9, 14])
        wrong = [(each.field, each.reason) for each in caught.value.violations]
        assert wrong == [("positions", "POSITION_UNKNOWN")] * 2
    assert everything_stored(engines) == before


# Withdrawals.


def test_whom_a_withdrawal_would_touch_is_shown(
    corporation: OsmsClient, supervisor: OsmsClient, second_supervisor: OsmsClient
) -> None:
    """Those who lose the right by it, and those who get it back."""
    episode = assigned(DAULET, on=date(2024, 1, 1))
    push_categories(corporation, episode, assigned(AIGUL), removed(episode, date(2024, 2, 1)))
    supervisor.advance_clock(at(TODAY, 12))
    asked = supervisor.withdraw("CATEGORY", "SC", (2, 3), "a wrong file")
    shown = second_supervisor.preview(asked.held_batch_id)
    gains = PersonChange(DAULET, TODAY, None, None, (Days(TODAY, None),))
    assert shown == HeldPreview(
        Preview(1, 1),
        (gains, loses(AIGUL, TOMORROW, "CATEGORY", Days(TODAY, TOMORROW))),
    )
    second_supervisor.approve(asked.held_batch_id)
    assert supervisor.check(DAULET).ground == "CATEGORY"
    assert supervisor.check(AIGUL).last_date == TODAY


# What is decided as a whole.


def test_what_is_no_removal_has_no_positions(
    shrunk: str, supervisor: OsmsClient, second_supervisor: OsmsClient
) -> None:
    """A roster, an unpaid budget, a failure or a withdrawal is never decided in part."""
    lapse = supervisor.record_budget_lapse("LOCAL", TOMORROW)
    incident = supervisor.declare_incident("F-1", ["FUND"], TOMORROW).held_batch_id
    withdrawal = supervisor.withdraw("CATEGORY", "SC", (1, 1), "a wrong file").held_batch_id
    for held in (shrunk, lapse, incident, withdrawal):
        for decide in (
            second_supervisor.preview,
            second_supervisor.approve,
            second_supervisor.decline,
        ):
            with pytest.raises(InvalidRequest) as caught:
                decide(held, positions=[1])
            assert [each.field for each in caught.value.violations] == ["positions"]


# What cannot be shown.


def test_what_concerns_everybody_lists_nobody(supervisor: OsmsClient) -> None:
    """An unpaid budget and a failure of the Fund's own system touch no one person."""
    lapse = supervisor.record_budget_lapse("LOCAL", TODAY)
    incident = supervisor.declare_incident("F-1", ["FUND"], TODAY)
    for held in (lapse, incident.held_batch_id):
        assert supervisor.preview(held) == HeldPreview(None, ())


def test_there_must_be_something_to_preview(removals: str, supervisor: OsmsClient) -> None:
    """Neither what never was held nor what is decided already."""
    with pytest.raises(NotFound):
        supervisor.preview(str(uuid4()))
    supervisor.decline(removals)
    with pytest.raises(Refused) as caught:
        supervisor.preview(removals)
    assert caught.value.details["state"] == "declined"


def test_a_sender_sees_no_preview(removals: str, corporation: OsmsClient) -> None:
    """Whose right would change is for the Fund alone."""
    with pytest.raises(NotAllowed):
        corporation.preview(removals)
