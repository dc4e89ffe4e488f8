"""Withdrawals: what a feed sent in error is known no more, and nothing of it is deleted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from osms_client import (
    CategoryAssigned,
    InvalidRequest,
    NotAllowed,
    NotFound,
    OsmsClient,
    Outcome,
    Refused,
    RosterLine,
)
from osms_server.bootstrap import Application, Engines
from tests.conftest import ClientOf
from tests.people import AIGUL, DAULET, NOBODY, SALTANAT, TIMUR, people
from tests.rpc.register import differing, everything_stored
from tests.rpc.sending import (
    MORNING,
    TODAY,
    assigned,
    at,
    joins,
    leaves,
    paid_months,
    push_categories,
    push_changes,
    push_payments,
    refunded,
    removed,
)

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
LATER = TODAY + 3 * DAY
"""The day on which the error is found."""

ERROR = "a file of test data"
YEAR = date(2025, 6, 1)

Withdraw = Callable[..., int]


@pytest.fixture(autouse=True)
def _verified(empty: None, application: Application) -> Iterator[None]:
    """Whatever a test withdraws, every answer follows from the facts that are left."""
    yield
    assert differing(application) == 0


@pytest.fixture
def withdraw(supervisor: OsmsClient, second_supervisor: OsmsClient) -> Withdraw:
    """Withdraws positions of a feed a minute later: one supervisor asks, another approves."""

    def ask_and_approve(
        first: int, last: int, *, feed: str = "CATEGORY", sender: str = "SC"
    ) -> int:
        supervisor.advance_clock(supervisor.clock() + MINUTE)
        asked = supervisor.withdraw(feed, sender, (first, last), ERROR)
        assert second_supervisor.approve(asked.held_batch_id).count == 1
        return asked.fact_count

    return ask_and_approve


def grounds(fund: OsmsClient, iin: str, *days: date) -> list[str | None]:
    """The grounds of a person on days."""
    return [fund.check(iin, day).ground for day in days]


def july(day: int) -> date:
    """A day of the month in which the tests begin."""
    return date(2026, 7, day)


# Two pairs of eyes.


def test_a_withdrawal_waits_for_another_supervisor(
    corporation: OsmsClient, supervisor: OsmsClient, second_supervisor: OsmsClient
) -> None:
    """It tells what it is about; whoever asked for it cannot approve it."""
    push_categories(corporation, assigned(AIGUL), assigned(NOBODY), assigned(DAULET))
    asked = supervisor.withdraw("CATEGORY", "SC", (1, 3), ERROR)
    assert asked.fact_count == 2
    (batch,) = supervisor.held_batches()
    assert (batch.held_batch_id, batch.kind) == (asked.held_batch_id, "WITHDRAWAL")
    assert (batch.requested_by, batch.waiting) == ("supervisor1", 1)
    assert batch.subject == "SC CATEGORY 1-3"
    with pytest.raises(NotAllowed):
        supervisor.approve(asked.held_batch_id)
    assert grounds(supervisor, AIGUL, july(2)) == ["CATEGORY"]
    assert second_supervisor.approve(asked.held_batch_id).held_batch.state == "APPROVED"
    assert grounds(supervisor, AIGUL, july(2)) == [None]


def test_only_a_supervisor_withdraws(corporation: OsmsClient, operator: OsmsClient) -> None:
    """Neither an operator of the Fund nor the sender itself."""
    push_categories(corporation, assigned())
    for caller in (operator, corporation):
        with pytest.raises(NotAllowed):
            caller.withdraw("CATEGORY", "SC", (1, 1), ERROR)


def test_a_declined_withdrawal_changes_nothing(
    corporation: OsmsClient, supervisor: OsmsClient, engines: Engines
) -> None:
    """The facts stand as if nobody had asked."""
    push_categories(corporation, assigned())
    before = everything_stored(engines)
    asked = supervisor.withdraw("CATEGORY", "SC", (1, 1), ERROR)
    supervisor.decline(asked.held_batch_id)
    after = everything_stored(engines)
    same = before.keys() - {"head", "held_batch", "request"}
    assert {name: after[name] for name in same} == {name: before[name] for name in same}


def test_of_two_that_wait_the_second_finds_nothing_left(
    corporation: OsmsClient, supervisor: OsmsClient, second_supervisor: OsmsClient
) -> None:
    """Both may be approved, whichever comes first; afterwards there is nothing to ask for."""
    push_categories(corporation, assigned(AIGUL), assigned(DAULET))
    asked = [supervisor.withdraw("CATEGORY", "SC", (1, last), ERROR) for last in (1, 2)]
    for each in asked:
        second_supervisor.approve(each.held_batch_id)
    assert grounds(supervisor, DAULET, july(2)) == [None]
    with pytest.raises(NotFound):
        supervisor.withdraw("CATEGORY", "SC", (1, 2), ERROR)


@pytest.mark.parametrize(
    ("feed", "positions", "reason", "wrong"),
    [
        pytest.param("ROSTER", (1, 1), ERROR, ["feed_kind"], id="a snapshot"),
        pytest.param("UNSPECIFIED", (1, 1), ERROR, ["feed_kind"], id="no feed"),
        pytest.param("CATEGORY", (0, 1), ERROR, ["first_position"], id="before the first"),
        pytest.param("CATEGORY", (2, 1), ERROR, ["last_position"], id="backwards"),
        pytest.param("CATEGORY", (1, 1), "", ["reason"], id="without a reason"),
    ],
)
def test_what_is_no_withdrawal_is_refused(
    corporation: OsmsClient,
    supervisor: OsmsClient,
    feed: str,
    positions: tuple[int, int],
    reason: str,
    wrong: list[str],
) -> None:
    """A feed, positions in order and a reason are needed; a snapshot is undone by another."""
    push_categories(corporation, assigned())
    with pytest.raises(InvalidRequest) as caught:
        supervisor.withdraw(feed, "SC", positions, reason)
    assert [violation.field for violation in caught.value.violations] == wrong


@pytest.mark.parametrize(
    ("feed", "sender", "positions"),
    [
        pytest.param("CATEGORY", "SC", (1, 3), id="further than the feed has come"),
        pytest.param("PAYMENT", "SC", (1, 1), id="another feed"),
        pytest.param("CATEGORY", "DEFENCE", (1, 1), id="another sender"),
    ],
)
def test_what_has_not_come_yet_cannot_be_withdrawn(
    corporation: OsmsClient,
    supervisor: OsmsClient,
    feed: str,
    sender: str,
    positions: tuple[int, int],
) -> None:
    """Whoever asks names positions that the feed has reached: what comes later is not meant."""
    push_categories(corporation, assigned(), assigned(NOBODY))
    with pytest.raises(InvalidRequest) as caught:
        supervisor.withdraw(feed, sender, positions, ERROR)
    wrong = [(violation.field, violation.reason) for violation in caught.value.violations]
    assert wrong == [("last_position", "POSITION_UNKNOWN")]


def test_there_must_be_something_to_withdraw(
    corporation: OsmsClient, supervisor: OsmsClient
) -> None:
    """Where nothing stands there is nothing to ask for."""
    push_categories(corporation, assigned(), assigned(NOBODY))
    with pytest.raises(NotFound):
        supervisor.withdraw("CATEGORY", "SC", (2, 2), ERROR)


def test_what_comes_after_the_asking_is_not_withdrawn(
    corporation: OsmsClient,
    operator: OsmsClient,
    supervisor: OsmsClient,
    second_supervisor: OsmsClient,
) -> None:
    """A line of the batch that is mended meanwhile stays: as many are withdrawn as were told."""
    push_categories(corporation, assigned(DAULET), assigned(NOBODY))
    asked = supervisor.withdraw("CATEGORY", "SC", (1, 2), ERROR)
    (rejection,) = operator.rejections()
    operator.resubmit(rejection.rejection_id, assigned(AIGUL))
    supervisor.advance_clock(MORNING + MINUTE)
    changes = second_supervisor.preview(asked.held_batch_id).changes
    assert [change.iin for change in changes] == [DAULET]
    assert asked.fact_count == 1
    second_supervisor.approve(asked.held_batch_id)
    told = [supervisor.check(iin, july(2)).ground for iin in (DAULET, AIGUL)]
    assert told == [None, "CATEGORY"]


def test_a_removal_that_waits_since_the_asking_waits_on(
    operator: OsmsClient,
    corporation: OsmsClient,
    supervisor: OsmsClient,
    second_supervisor: OsmsClient,
) -> None:
    """Neither what is known nor what waits is touched, if it came after the asking."""
    supervisor.reset_sandbox(MORNING, {"removal_count": "0", "removal_share": "0"})
    episode = assigned(AIGUL, on=date(2025, 1, 1))
    push_categories(corporation, episode, assigned(DAULET), assigned(NOBODY))
    asked = supervisor.withdraw("CATEGORY", "SC", (2, 3), ERROR)
    (rejection,) = operator.rejections()
    operator.resubmit(rejection.rejection_id, removed(episode, date(2025, 2, 1)))
    second_supervisor.approve(asked.held_batch_id)
    (waiting,) = supervisor.held_batches(state="WAITING")
    supervisor.approve(waiting.held_batch_id, [3])
    assert grounds(supervisor, AIGUL, july(2)) == [None]


# The right.


def test_whose_only_ground_is_withdrawn_keeps_what_was_told(
    corporation: OsmsClient, supervisor: OsmsClient, withdraw: Withdraw
) -> None:
    """Days on which the right was known are held; those before it was known never were."""
    push_categories(corporation, assigned(on=date(2026, 1, 10)))
    supervisor.advance_clock(at(LATER))
    assert withdraw(1, 1) == 1
    days = (date(2026, 6, 30), TODAY, july(3), LATER, LATER + DAY)
    assert grounds(supervisor, AIGUL, *days) == [None, "HELD", "HELD", "HELD", None]
    assert supervisor.check(AIGUL).last_date == LATER
    supervisor.advance_clock(at(LATER + DAY))
    assert supervisor.check(AIGUL).status == "NOT_REGISTERED"  # nothing is known any more


def test_what_stood_at_no_instant_was_never_known(
    corporation: OsmsClient, supervisor: OsmsClient, second_supervisor: OsmsClient
) -> None:
    """Withdrawn at the very instant at which it came, it holds no day."""
    push_categories(corporation, assigned())
    asked = supervisor.withdraw("CATEGORY", "SC", (1, 1), ERROR)
    second_supervisor.approve(asked.held_batch_id)
    assert grounds(supervisor, AIGUL, TODAY, july(2)) == [None, None]


def test_whoever_has_another_ground_keeps_the_right(
    corporation: OsmsClient, defence: OsmsClient, supervisor: OsmsClient, withdraw: Withdraw
) -> None:
    """Only what was withdrawn is lost."""
    push_categories(corporation, assigned(AIGUL), assigned(DAULET))
    push_changes(defence, joins(AIGUL))
    withdraw(1, 2)
    assert grounds(supervisor, AIGUL, TODAY, july(2)) == ["ROSTER", "ROSTER"]
    assert grounds(supervisor, DAULET, TODAY, july(2)) == ["HELD", None]


def test_a_withdrawn_removal_gives_the_right_back(
    corporation: OsmsClient, supervisor: OsmsClient, withdraw: Withdraw
) -> None:
    """A gain reaches back over all days that were lost."""
    episode = assigned(on=date(2025, 1, 1))
    push_categories(corporation, episode, removed(episode, date(2025, 3, 1)))
    assert grounds(supervisor, AIGUL, date(2026, 5, 1), july(2)) == [None, None]
    supervisor.advance_clock(at(LATER))
    withdraw(2, 2)
    days = (date(2026, 5, 1), july(2), LATER + DAY)
    assert grounds(supervisor, AIGUL, *days) == ["CATEGORY"] * 3


def test_payments_are_withdrawn_with_their_refunds(
    corporation: OsmsClient, supervisor: OsmsClient, withdraw: Withdraw
) -> None:
    """Twelve months of which one is withdrawn give no right from the next day on."""
    months = paid_months(AIGUL, YEAR, 12)
    push_payments(corporation, *months, refunded(months[3], "10.00"))
    assert grounds(supervisor, AIGUL, july(2)) == ["PAYER"]
    supervisor.advance_clock(at(july(2)))
    assert withdraw(12, 13, feed="PAYMENT") == 2
    assert grounds(supervisor, AIGUL, TODAY, july(2), july(3)) == ["HELD", "HELD", None]
    (ack,) = [push_payments(corporation, months[11])]
    assert ack.accepted == 1
    assert grounds(supervisor, AIGUL, july(3)) == ["PAYER"]


def test_a_refund_whose_payment_is_withdrawn_gives_nothing(
    corporation: OsmsClient, supervisor: OsmsClient, withdraw: Withdraw
) -> None:
    """It waits for the payment: sent again, the month is short of what was given back."""
    months = paid_months(AIGUL, YEAR, 12)
    push_payments(corporation, *months, refunded(months[0], "4250.00"))
    withdraw(1, 1, feed="PAYMENT")
    assert grounds(supervisor, AIGUL, july(2)) == [None]
    assert push_payments(corporation, months[0]).accepted == 1
    assert grounds(supervisor, AIGUL, july(2)) == [None]
    withdraw(13, 13, feed="PAYMENT")
    assert grounds(supervisor, AIGUL, july(2)) == ["PAYER"]


def test_a_refund_takes_nothing_that_its_own_line_did_not_give(
    corporation: OsmsClient, supervisor: OsmsClient, withdraw: Withdraw
) -> None:
    """The payment comes again with less: what was paid for the month beside it stays."""
    *months, last = paid_months(AIGUL, YEAR, 12)
    wrong = replace(last, amount=Decimal(99_999))
    push_payments(corporation, *months, wrong, refunded(wrong, "99999.00"))
    push_payments(corporation, replace(last, reference="P-2"))
    withdraw(12, 12, feed="PAYMENT")
    assert push_payments(corporation, replace(last, amount=Decimal(100))).accepted == 1
    assert grounds(supervisor, AIGUL, july(2)) == ["PAYER"]
    (outcome,) = push_payments(corporation, refunded(last, "0.01", reference="R-2")).outcomes
    assert [violation.reason for violation in outcome.violations] == ["REFUND_TOO_LARGE"]


def test_only_the_range_of_the_feed_is_withdrawn(
    corporation: OsmsClient, supervisor: OsmsClient, withdraw: Withdraw
) -> None:
    """Neither its neighbours nor the same positions of another feed."""
    everybody = people(5, after=600)
    push_categories(corporation, *(assigned(iin) for iin in everybody))
    push_payments(corporation, *paid_months(AIGUL, YEAR, 12))
    assert withdraw(2, 4) == 3
    told = [supervisor.check(iin, july(2)).ground for iin in everybody]
    assert told == ["CATEGORY", None, None, None, "CATEGORY"]
    assert grounds(supervisor, AIGUL, july(2)) == ["PAYER"]


def test_a_corrected_line_is_withdrawn_by_its_first_position(
    corporation: OsmsClient, operator: OsmsClient, supervisor: OsmsClient, withdraw: Withdraw
) -> None:
    """Whoever withdraws what a file brought, withdraws what came of its bad lines too."""
    push_categories(corporation, assigned(DAULET), assigned(NOBODY), assigned(SALTANAT))
    (rejection,) = operator.rejections()
    operator.resubmit(rejection.rejection_id, assigned(AIGUL))
    assert withdraw(2, 2) == 1
    told = [supervisor.check(iin, july(2)).ground for iin in (DAULET, AIGUL, SALTANAT)]
    assert told == ["CATEGORY", None, "CATEGORY"]


# Nothing is deleted.


def test_nothing_is_deleted(
    corporation: OsmsClient,
    supervisor: OsmsClient,
    withdraw: Withdraw,
    engines: Engines,
) -> None:
    """The fact is kept with the instant of its withdrawal, and known at any instant before."""
    push_categories(corporation, assigned())
    stored = everything_stored(engines)["category_fact"]
    supervisor.advance_clock(at(LATER))
    withdraw(1, 1)
    assert everything_stored(engines)["category_fact"] == stored
    (fact,) = supervisor.facts(AIGUL)
    assert (fact.record_time, fact.withdrawn_time) == (MORNING, at(LATER) + MINUTE)
    known = [
        supervisor.replay(AIGUL, instant, LATER).entitlement.ground
        for instant in (at(TODAY), at(LATER), at(LATER) + MINUTE)
    ]
    assert known == ["CATEGORY", "CATEGORY", "HELD"]
    assert list(supervisor.facts(AIGUL, known_at=at(LATER)))


# Sent again.


@pytest.mark.parametrize(
    "again",
    [
        pytest.param(assigned(AIGUL, number=7), id="the same"),
        pytest.param(assigned(AIGUL, "R12", source="MLSPP", number=7), id="another category"),
        pytest.param(assigned(AIGUL, on=date(2026, 2, 1), number=7), id="another day"),
    ],
)
def test_what_was_withdrawn_is_sent_again_under_its_number(
    corporation: OsmsClient, supervisor: OsmsClient, withdraw: Withdraw, again: object
) -> None:
    """Neither a duplicate nor a conflict: the number is free, and the right is back."""
    push_categories(corporation, assigned(AIGUL, number=7))
    supervisor.advance_clock(at(LATER))
    withdraw(1, 1)
    ack = push_categories(corporation, again)  # type: ignore[arg-type]
    assert (ack.accepted, ack.next_position) == (1, 3)
    assert grounds(supervisor, AIGUL, LATER, LATER + DAY) == ["CATEGORY"] * 2
    stand = [fact.withdrawn_time is None for fact in supervisor.facts(AIGUL)]
    assert stand == [False, True]


def test_what_was_sent_again_is_withdrawn_again(
    corporation: OsmsClient, supervisor: OsmsClient, withdraw: Withdraw
) -> None:
    """Each time by its own position; a file may be wrong more than once."""
    episode = assigned(AIGUL, number=7)
    for position in (1, 2, 3):
        assert push_categories(corporation, episode).accepted == 1
        assert withdraw(1, position) == 1
    assert grounds(supervisor, AIGUL, july(2)) == [None]
    assert push_categories(corporation, episode).accepted == 1
    assert grounds(supervisor, AIGUL, july(2)) == ["CATEGORY"]


def test_a_duplicate_does_not_stand_in_for_what_is_withdrawn(
    corporation: OsmsClient,
    supervisor: OsmsClient,
    second_supervisor: OsmsClient,
) -> None:
    """It was never stored: the preview shows whom that would cost the right."""
    push_categories(corporation, assigned(AIGUL))
    assert push_categories(corporation, assigned(AIGUL)).duplicate == 1
    asked = supervisor.withdraw("CATEGORY", "SC", (1, 1), ERROR)
    (change,) = second_supervisor.preview(asked.held_batch_id).changes
    assert (change.iin, change.first_lost) == (AIGUL, TODAY)
    second_supervisor.approve(asked.held_batch_id)
    assert push_categories(corporation, assigned(AIGUL)).accepted == 1
    assert grounds(supervisor, AIGUL, july(2)) == ["CATEGORY"]


def test_numbers_outside_the_range_stay_used(corporation: OsmsClient, withdraw: Withdraw) -> None:
    """Only what was withdrawn is free."""
    push_categories(corporation, assigned(AIGUL, number=7), assigned(DAULET, number=8))
    withdraw(1, 1)
    ack = push_categories(corporation, assigned(SALTANAT, number=8), assigned(TIMUR, number=7))
    assert (ack.accepted, ack.rejected) == (1, 1)


# Removals that wait.


def test_removals_that_wait_are_declined_by_a_withdrawal(
    supervisor: OsmsClient, corporation: OsmsClient, withdraw: Withdraw
) -> None:
    """They never become known, and can be sent again, corrected, under their numbers."""
    supervisor.reset_sandbox(MORNING, {"removal_count": "1", "removal_share": "0"})
    episodes = [assigned(iin, on=date(2025, 1, 1)) for iin in (AIGUL, DAULET, SALTANAT)]
    push_categories(corporation, *episodes)
    removals = [removed(each, july(1), number=50 + n) for n, each in enumerate(episodes)]
    assert push_categories(corporation, *removals).held == 2
    withdraw(4, 5)
    removals_held = [each for each in supervisor.held_batches() if each.kind != "WITHDRAWAL"]
    (waiting,) = [(each.waiting, each.state, each.decided_by) for each in removals_held]
    assert waiting == (1, "WAITING", "supervisor2")
    supervisor.advance_clock(at(TODAY + DAY))
    corrected = replace(removals[1], removed_on=date(2025, 2, 1))
    ack = push_categories(corporation, corrected)
    assert (ack.accepted, ack.duplicate, ack.rejected) == (1, 0, 0)
    with pytest.raises(Refused):
        supervisor.approve(removals_held[0].held_batch_id, [5])
    supervisor.approve(removals_held[0].held_batch_id, [6])
    day = date(2026, 10, 1)
    told = [supervisor.check(iin, day).ground for iin in (AIGUL, DAULET, SALTANAT)]
    assert told == ["CATEGORY", None, None]


def test_who_was_withdrawn_is_no_holder(
    supervisor: OsmsClient, corporation: OsmsClient, withdraw: Withdraw
) -> None:
    """Mass removals are judged by those who hold the category at the start of the day."""
    supervisor.reset_sandbox(MORNING, {"removal_count": "1", "removal_share": "0.5"})
    episodes = [assigned(iin) for iin in people(10, after=700)]
    push_categories(corporation, *episodes)
    withdraw(5, 10)
    supervisor.advance_clock(at(TODAY + DAY))
    ack = push_categories(corporation, *(removed(each, TODAY) for each in episodes[:3]))
    assert (ack.accepted, ack.held) == (2, 1)  # three of four are more than half


def test_whose_removal_was_withdrawn_is_a_holder_again(
    supervisor: OsmsClient, corporation: OsmsClient, withdraw: Withdraw
) -> None:
    """Also whose assignment was withdrawn and sent again."""
    supervisor.reset_sandbox(MORNING, {"removal_count": "1", "removal_share": "0.5"})
    episodes = [assigned(iin) for iin in people(4, after=700)]
    push_categories(corporation, *episodes, removed(episodes[0], TODAY))
    withdraw(4, 5)
    push_categories(corporation, episodes[3])
    supervisor.advance_clock(at(TODAY + DAY))
    ack = push_categories(corporation, *(removed(each, TODAY) for each in episodes))
    assert (ack.accepted, ack.held) == (2, 2)  # two of four are just half


# Rosters.


@pytest.fixture
def withdraw_changes(withdraw: Withdraw) -> Withdraw:
    """Withdraws positions of the Ministry of Defence's changes of staff."""
    return lambda first, last: withdraw(first, last, feed="ROSTER_CHANGE", sender="DEFENCE")


def test_who_never_joined_is_listed_no_more(
    defence: OsmsClient, supervisor: OsmsClient, withdraw_changes: Withdraw
) -> None:
    """The right that was told is kept through the day, and there is nobody left to remove."""
    push_changes(defence, joins(AIGUL), joins(DAULET))
    supervisor.advance_clock(at(LATER))
    assert withdraw_changes(1, 1) == 1
    assert grounds(supervisor, AIGUL, TODAY, LATER, LATER + DAY) == ["HELD", "HELD", None]
    assert grounds(supervisor, DAULET, LATER + DAY) == ["ROSTER"]
    assert push_changes(defence, leaves(AIGUL)).rejected == 1


def test_who_never_left_is_listed_again(
    defence: OsmsClient, supervisor: OsmsClient, withdraw_changes: Withdraw
) -> None:
    """As if the change had not come: from the day of the joining on, without a gap."""
    push_changes(defence, joins(AIGUL))
    supervisor.advance_clock(at(july(2)))
    push_changes(defence, leaves(AIGUL, july(2)))
    supervisor.advance_clock(at(LATER))
    withdraw_changes(2, 2)
    assert grounds(supervisor, AIGUL, TODAY, july(3), LATER + DAY) == ["ROSTER"] * 3
    assert push_changes(defence, leaves(AIGUL, LATER)).accepted == 1


def test_what_a_snapshot_said_stays_said(
    defence: OsmsClient, supervisor: OsmsClient, withdraw_changes: Withdraw
) -> None:
    """A withdrawn joining takes nothing from a list that came after it, nor does a leaving."""
    defence.push_roster("DEFENCE", [RosterLine(DAULET)])
    push_changes(defence, joins(AIGUL), leaves(DAULET))
    supervisor.advance_clock(at(july(2)))
    result = defence.push_roster("DEFENCE", [RosterLine(AIGUL), RosterLine(SALTANAT)])
    assert (result.entered, result.left, result.unchanged) == (1, 0, 1)
    supervisor.advance_clock(at(LATER))
    withdraw_changes(1, 2)
    assert grounds(supervisor, AIGUL, TODAY, july(2), LATER + DAY) == ["HELD", "ROSTER", "ROSTER"]
    assert grounds(supervisor, DAULET, TODAY, july(2), LATER + DAY) == ["ROSTER", None, None]
    again = defence.push_roster("DEFENCE", [RosterLine(AIGUL), RosterLine(SALTANAT)])
    assert (again.outcome, again.unchanged, again.left) == (Outcome.ACCEPTED, 2, 0)


def test_a_withdrawn_change_is_sent_again(
    defence: OsmsClient, supervisor: OsmsClient, withdraw_changes: Withdraw
) -> None:
    """It begins anew on the day on which it arrives."""
    push_changes(defence, joins(AIGUL), joins(DAULET))
    withdraw_changes(1, 2)
    supervisor.advance_clock(at(LATER))
    assert push_changes(defence, joins(AIGUL)).accepted == 1
    days = (TODAY, july(2), LATER, LATER + DAY)
    assert grounds(supervisor, AIGUL, *days) == ["HELD", None, "ROSTER", "ROSTER"]
    assert grounds(supervisor, DAULET, *days) == ["HELD", None, None, None]


def test_a_withdrawn_body_has_nobody_to_lose(
    supervisor: OsmsClient, defence: OsmsClient, client_of: ClientOf, withdraw_changes: Withdraw
) -> None:
    """Its next snapshot is judged by those whom it lists, not by those who were withdrawn."""
    staff = people(40, after=800)
    push_changes(defence, *(joins(iin) for iin in staff))
    withdraw_changes(1, 40)
    result = defence.push_roster("DEFENCE", [RosterLine(AIGUL)])
    assert (result.outcome, result.entered, result.left) == (Outcome.ACCEPTED, 1, 0)
    assert grounds(supervisor, staff[0], TODAY, july(2)) == ["HELD", None]


def test_a_withdrawal_from_one_body_touches_no_other(
    defence: OsmsClient, supervisor: OsmsClient, client_of: ClientOf, withdraw: Withdraw
) -> None:
    """Whom another body lists is told by that body alone: its next list may leave her out."""
    staff, security = people(5, after=800), client_of("NSC")
    everybody = [RosterLine(iin) for iin in staff]
    defence.push_roster("DEFENCE", [RosterLine(AIGUL), *everybody])
    supervisor.advance_clock(at(july(2)))
    security.push_roster("NSC", everybody)
    supervisor.advance_clock(at(july(3)))
    push_changes(security, joins(AIGUL))
    supervisor.advance_clock(at(july(4)))
    withdraw(1, 1, feed="ROSTER_CHANGE", sender="NSC")
    assert grounds(supervisor, AIGUL, TODAY, july(5)) == ["ROSTER", "ROSTER"]
    supervisor.advance_clock(at(july(5)))
    assert defence.push_roster("DEFENCE", everybody).left == 1
    assert supervisor.check(AIGUL, july(6)).status == "NOT_ENTITLED"


def test_what_an_ended_body_sent_is_withdrawn_too(
    supervisor: OsmsClient, client_of: ClientOf, withdraw: Withdraw
) -> None:
    """Its successor's list stands as it was sent, whoever was withdrawn before it."""
    last_day = date(2025, 6, 29)
    supervisor.reset_sandbox(at(last_day))
    push_changes(client_of("ACA"), joins(AIGUL, last_day), joins(DAULET, last_day))
    supervisor.advance_clock(at(last_day + DAY))
    client_of("NSC").push_roster("NSC", [RosterLine(AIGUL)])
    withdraw(1, 2, feed="ROSTER_CHANGE", sender="ACA")
    days = (last_day, last_day + DAY, last_day + 2 * DAY)
    assert grounds(supervisor, AIGUL, *days) == ["HELD", "ROSTER", "ROSTER"]
    assert grounds(supervisor, DAULET, *days) == ["HELD", "HELD", None]
    again = client_of("NSC").push_roster("NSC", [RosterLine(AIGUL)])
    assert (again.entered, again.left, again.unchanged) == (0, 0, 1)


# Removals whose assignment is withdrawn.


@pytest.fixture
def pupil(corporation: OsmsClient) -> CategoryAssigned:
    """A category since January 2025, sent at position 1 under number 7."""
    episode = assigned(AIGUL, on=date(2025, 1, 1), number=7)
    push_categories(corporation, episode)
    return episode


def test_a_removal_does_not_end_what_is_assigned_anew(
    pupil: CategoryAssigned, corporation: OsmsClient, supervisor: OsmsClient, withdraw: Withdraw
) -> None:
    """It spoke of the assignment that was withdrawn; the new one stands until it is removed."""
    ended = date(2025, 2, 1)
    push_categories(corporation, removed(pupil, ended))
    assert grounds(supervisor, AIGUL, july(2)) == [None]
    withdraw(1, 1)
    assert push_categories(corporation, pupil).accepted == 1
    assert grounds(supervisor, AIGUL, date(2025, 5, 1), july(2)) == ["CATEGORY", "CATEGORY"]
    assert push_categories(corporation, removed(pupil, ended)).accepted == 1
    assert grounds(supervisor, AIGUL, date(2025, 4, 30), july(2)) == ["RETENTION", None]


def test_who_is_assigned_anew_is_a_holder_again(
    supervisor: OsmsClient, corporation: OsmsClient, withdraw: Withdraw
) -> None:
    """And the next removal is a first one, which counts towards the guard."""
    supervisor.reset_sandbox(MORNING, {"removal_count": "1", "removal_share": "0.5"})
    episodes = [assigned(iin) for iin in people(4, after=700)]
    push_categories(corporation, *episodes, removed(episodes[0], TODAY, reason="DEATH"))
    withdraw(1, 1)
    push_categories(corporation, episodes[0])
    supervisor.advance_clock(at(TODAY + DAY))
    ack = push_categories(corporation, *(removed(each, TODAY) for each in episodes[1:]))
    assert (ack.accepted, ack.held) == (2, 1)  # two of four are just half
    assert push_categories(corporation, removed(episodes[0], TODAY)).held == 1


def test_the_dead_may_be_assigned_anew(
    pupil: CategoryAssigned, corporation: OsmsClient, supervisor: OsmsClient, withdraw: Withdraw
) -> None:
    """A death that was told with an assignment in error is no death without it."""
    push_categories(corporation, removed(pupil, date(2025, 2, 1), reason="DEATH"))
    withdraw(1, 1)
    push_categories(corporation, pupil)
    assert grounds(supervisor, AIGUL, july(2)) == ["CATEGORY"]


@pytest.fixture
def waiting(supervisor: OsmsClient, corporation: OsmsClient) -> tuple[CategoryAssigned, str]:
    """A category at position 1, and its removal, which waits."""
    supervisor.reset_sandbox(MORNING, {"removal_count": "0", "removal_share": "0"})
    episode = assigned(AIGUL, on=date(2025, 1, 1), number=7)
    push_categories(corporation, episode)
    (outcome,) = push_categories(corporation, removed(episode, date(2025, 2, 1))).outcomes
    return episode, outcome.held_batch_id


def test_a_removal_that_waits_has_nothing_left_to_end(
    waiting: tuple[CategoryAssigned, str],
    corporation: OsmsClient,
    supervisor: OsmsClient,
    withdraw: Withdraw,
) -> None:
    """Approved after its assignment was withdrawn, it is never known."""
    episode, held = waiting
    withdraw(1, 1)
    assert supervisor.preview(held).changes == ()
    supervisor.approve(held)
    assert [fact.withdrawn_time is None for fact in supervisor.facts(AIGUL)] == [False]
    assert push_categories(corporation, episode).accepted == 1
    assert grounds(supervisor, AIGUL, july(2)) == ["CATEGORY"]


def test_a_removal_that_waits_does_not_end_what_is_assigned_anew(
    waiting: tuple[CategoryAssigned, str],
    corporation: OsmsClient,
    supervisor: OsmsClient,
    withdraw: Withdraw,
) -> None:
    """Nor if it is approved only after the category was told again."""
    episode, held = waiting
    withdraw(1, 1)
    push_categories(corporation, episode)
    assert supervisor.preview(held).changes == ()
    supervisor.approve(held)
    assert grounds(supervisor, AIGUL, july(2)) == ["CATEGORY"]
