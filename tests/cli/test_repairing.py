"""The repair queue, previews and withdrawals, as people at the Fund run them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from osms_client import OsmsClient
from tests.cli.conftest import ANNA, BOLAT, CATEGORY_HEADER, STRANGER, Osms

pytestmark = pytest.mark.usefixtures("empty")

Write = Callable[..., Path]
ClientOf = Callable[[str], OsmsClient]

WRONG_IIN = "900101300018"


def assigned(number: int, iin: str, source: str = "MOE") -> str:
    """A line that assigns a category."""
    return f"ASSIGNED,{number},{iin},R01,2026-01-01,{source},,,"


@pytest.fixture
def queue(osms: Osms, write: Write) -> list[str]:
    """Three rejected lines of categories and one of a roster; their ids, newest first."""
    lines = (assigned(1, WRONG_IIN), assigned(2, ANNA, "DFC"), assigned(3, WRONG_IIN, "DFC"))
    osms("push", "categories", write("c.csv", CATEGORY_HEADER, *lines))
    osms("push", "roster", "DEFENCE", write("r.csv", "iin", WRONG_IIN, STRANGER))
    return [each["rejection_id"] for each in osms("rejections", "--json").ndjson]


def test_the_queue_is_filtered(osms: Osms, queue: list[str]) -> None:
    """By sender, feed, reason and state, together or alone."""
    for options, expected in (
        (("--sender", "DEFENCE"), queue[:1]),
        (("--feed", "CATEGORY"), queue[1:]),
        (("--reason", "SOURCE_NOT_ALLOWED"), queue[1:3]),
        (("--reason", "IIN_INVALID", "--sender", "SC"), [queue[1], queue[3]]),
        (("--state", "CLOSED"), []),
        (("--limit", "2"), queue[:2]),
    ):
        found = osms("rejections", *options, "--json").ndjson
        assert [each["rejection_id"] for each in found] == expected


def test_the_queue_is_counted(osms: Osms, queue: list[str]) -> None:
    """By sender, feed, state and reason; a line counts under each of its reasons."""
    told = osms("rejections", "--count", "--json").ndjson
    counts = {(each["sender"], each["reason"]): each["count"] for each in told}
    assert counts == {
        ("SC", "IIN_INVALID"): 2,
        ("SC", "SOURCE_NOT_ALLOWED"): 2,
        ("DEFENCE", "IIN_INVALID"): 1,
    }
    [one] = osms("rejections", "--count", "--sender", "DEFENCE", "--json").ndjson
    assert (one["feed"], one["state"], one["count"]) == ("ROSTER", "OPEN", 1)
    ran = osms("rejections", "--count", "--reason", "SOURCE_NOT_ALLOWED")
    assert ran.out.splitlines()[0].split() == ["SENDER", "FEED", "STATE", "REASON", "LINES"]
    assert ran.out.splitlines()[1].split() == ["SC", "CATEGORY", "OPEN", "SOURCE_NOT_ALLOWED", "2"]
    assert osms("rejections", "--count", "--state", "CLOSED").out == "the repair queue is empty\n"


def test_a_rejected_line_is_closed(osms: Osms, queue: list[str]) -> None:
    """With a reason; it leaves the queue, and cannot be sent again."""
    ran = osms("close", queue[1], "--reason", "a line of test data")
    assert (ran.status, ran.out) == (0, "CLOSED: CATEGORY of SC, position 3\n")
    assert len(osms("rejections", "--json").ndjson) == 3
    [closed] = osms("rejections", "--state", "CLOSED", "--json").ndjson
    assert closed["rejection_id"] == queue[1]
    again = osms("close", queue[1], "--reason", "once more")
    assert again.status == 1
    without = osms("close", queue[2])
    assert (without.status, "--reason" in without.err) == (2, True)


def told_line(osms: Osms, rejection_id: str) -> dict[str, object]:
    """A rejected line in the columns of its file."""
    line: dict[str, object] = osms("rejection", rejection_id, "--json").json["rejection"]["line"]
    return line


def test_the_history_of_a_rejected_line_is_shown(osms: Osms, queue: list[str]) -> None:
    """Who sent it again and what came of it, and who closed it and why."""
    corrected = told_line(osms, queue[3]) | {"iin": ANNA, "source": "DFC"}
    line = json.dumps(corrected)
    assert osms("resubmit", queue[3], "--line", line).status == 1
    osms("close", queue[3], "--reason", "an error of the form")
    ran = osms("rejection", queue[3])
    assert "operator1, sent again: REJECTED" in ran.out
    assert "[SOURCE_NOT_ALLOWED]" in ran.out
    assert "operator1, closed: an error of the form" in ran.out
    told = osms("rejection", queue[3], "--json").json
    assert told["rejection"]["line"]["iin"] == WRONG_IIN
    again, closed = told["events"]
    assert (again["outcome"], again["line"]) == ("REJECTED", corrected)
    assert (closed["outcome"], closed["reason"]) == (None, "an error of the form")
    assert osms("rejection", "00000000-0000-4000-8000-000000000000").status == 1


def test_a_corrected_line_of_a_snapshot_stands_in_its_own_columns(
    osms: Osms, queue: list[str]
) -> None:
    """It was sent again as a change of staff."""
    line = {"op": "ADD", "iin": BOLAT, "changed_on": "2026-07-16"}
    osms("resubmit", queue[0], "--line", json.dumps(line))
    [corrected] = osms("rejection", queue[0], "--json").json["events"]
    assert corrected["outcome"] == "ACCEPTED"
    assert (corrected["line"]["op"], corrected["line"]["iin"]) == ("ADD", BOLAT)


@pytest.fixture
def pushed(osms: Osms, write: Write, client_of: ClientOf) -> None:
    """Two people in a category, who are told so for an hour."""
    lines = (assigned(1, ANNA), assigned(2, BOLAT))
    osms("push", "categories", write("c.csv", CATEGORY_HEADER, *lines))
    osms("clock", "advance", "+1h")


WITHDRAW = ("withdraw", "CATEGORY", "--from", 1, "--through", 1, "--reason", "a wrong file")


def test_a_withdrawal_is_asked_for_previewed_and_approved(osms: Osms, pushed: None) -> None:
    """It waits, with the ways to look at it and to approve it; then the right is lost."""
    ran = osms(*WITHDRAW)
    assert ran.out.splitlines()[0] == "facts that would be withdrawn: 1"
    [held] = osms("held", "--json").ndjson
    assert (held["kind"], held["subject"]) == ("WITHDRAWAL", "SC CATEGORY 1-1")
    assert f"osms preview {held['held_batch_id']}" in ran.out
    shown = osms("preview", held["held_batch_id"])
    assert "losing               1  people would lose" in shown.out
    last = shown.out.splitlines()[-1].split(maxsplit=4)
    assert last == [ANNA, "-", "2026-07-17", "CATEGORY", "2026-07-16 to 2026-07-16"]
    told = osms("preview", held["held_batch_id"], "--json").json
    assert told["preview"] == {"gaining": 0, "losing": 1}
    assert [change["iin"] for change in told["changes"]] == [ANNA]
    assert osms("approve", held["held_batch_id"]).status == 0
    [fact] = osms("facts", ANNA, "--json").ndjson
    assert fact["withdrawn_time"] == "2026-07-16T06:00:00+00:00"
    assert "withdrawn 2026-07-16 11:00:00" in osms("facts", ANNA).out
    assert osms("check", ANNA, "--on", "2026-07-17", "--json").json["ground"] is None


def test_a_withdrawal_may_show_at_once_what_it_would_change(osms: Osms, pushed: None) -> None:
    """With --preview; nothing is changed by that either."""
    ran = osms(*WITHDRAW, "--preview")
    assert "losing               1  people would lose" in ran.out
    told = osms(*WITHDRAW, "--preview", "--json").json
    assert (told["fact_count"], told["preview"]["preview"]["losing"]) == (1, 1)
    assert osms(*WITHDRAW, "--json").json["preview"] is None
    assert osms("check", ANNA, "--on", "2026-07-17", "--json").json["ground"] == "CATEGORY"


def test_changes_of_staff_are_withdrawn_by_their_body(osms: Osms, write: Write) -> None:
    """The body must be named; categories and payments are the State Corporation's."""
    change = write("rc.csv", "op,iin,changed_on", f"ADD,{STRANGER},2026-07-16")
    osms("push", "roster-changes", "DEFENCE", change)
    words = ("withdraw", "ROSTER_CHANGE", "--from", 1, "--through", 1, "--reason", "wrong")
    unnamed = osms(*words)
    assert (unnamed.status, "--sender" in unnamed.err) == (2, True)
    assert osms(*words, "--sender", "DEFENCE", "--json").json["fact_count"] == 1
    nothing = osms(*words, "--sender", "INTERIOR")
    assert nothing.status == 1


def test_a_long_preview_is_cut_for_people(osms: Osms, write: Write) -> None:
    """Everybody is counted; a list shows as many as were asked for, and says so."""
    roster = write(
        "r.csv", "op,iin,changed_on", *(f"ADD,{iin},2026-07-16" for iin in (ANNA, BOLAT))
    )
    osms("push", "roster-changes", "DEFENCE", roster)
    osms("clock", "advance", "+1h")
    asked = osms(
        *("withdraw", "ROSTER_CHANGE", "--from", 1, "--through", 2, "--sender", "DEFENCE"),
        *("--reason", "wrong", "--json"),
    ).json
    ran = osms("preview", asked["held_batch_id"], "--limit", 1)
    assert "losing               2  people would lose" in ran.out
    assert "there are more than 1" in ran.err
    assert ANNA not in ran.out


def test_what_concerns_everybody_is_said_to(osms: Osms) -> None:
    """An unpaid budget touches no one person: nobody is counted or listed."""
    held = osms("budget", "lapse", "LOCAL", "--since", "2026-05", "--json").json["held_batch_id"]
    assert osms("preview", held).out.startswith("it concerns many people at once")
    assert osms("preview", held, "--json").json == {"preview": None, "changes": []}
