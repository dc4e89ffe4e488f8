"""Revisions: they rise with the commits, tell their instant, and survive as tokens."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from osms_common.domain.calendar import ONE_DAY, start_of
from osms_common.domain.revision import (
    NEVER,
    NOTHING_KNOWN,
    Revision,
    day_of,
    instant_of,
    last_of_tick,
    last_revision_at,
    last_revision_before,
    next_revision,
    number_in_tick,
    parse_revision,
    revision_token,
    tick_of,
)

MILLISECOND = timedelta(milliseconds=1)
NOON = datetime(2026, 7, 15, 7, tzinfo=UTC)
NOON_REVISION = next_revision(NOTHING_KNOWN, NOON)

NOT_TOKENS = {
    "nothing": "",
    "too short": "19f648a7d0",
    "no number": "not-a-revision!!",
    "capitals": "00019F648A7D0000",
    "a sign": "+0019f648a7d0000",
    "below zero": "-000000000000001",
    "an underscore": "0001_9f648a7d000",
    "a prefix": "0x019f648a7d0000",
    "a blank": " 0019f648a7d0000",
    "more than 64 bits": "10000000000000000",
    "more than a signed 64-bit number": "8000000000000000",
    "digits of another script": "０001900000000000",  # noqa: RUF001 - they are meant
}

instants = st.integers(0, 10**15).map(
    lambda microseconds: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)
)


def commits(*instants_of_commits: datetime) -> list[Revision]:
    """The revisions of commits at these instants, one after another."""
    revisions = [NOTHING_KNOWN]
    for now in instants_of_commits:
        revisions.append(next_revision(revisions[-1], now))
    return revisions[1:]


@settings(deadline=None)
@given(st.lists(instants, min_size=2, max_size=20))
def test_revisions_rise_in_the_order_of_commits(moments: list[datetime]) -> None:
    """Every commit has a higher revision than the one before, whatever the clock says."""
    revisions = commits(*moments)
    assert all(earlier < later for earlier, later in pairwise(revisions))


@settings(deadline=None)
@given(instants)
def test_a_revision_tells_its_instant(now: datetime) -> None:
    """The first commit of a millisecond tells that millisecond."""
    (revision,) = commits(now)
    assert instant_of(revision) == now - now.microsecond % 1000 * timedelta(microseconds=1)


def test_commits_of_one_millisecond_share_a_tick() -> None:
    """They differ, and became known at the same instant."""
    first, second, third = commits(NOON, NOON, NOON + MILLISECOND)
    assert tick_of(first) == tick_of(second) < tick_of(third)
    assert first < second <= last_of_tick(tick_of(first)) < third
    assert [number_in_tick(revision) for revision in (first, second, third)] == [0, 1, 0]


def test_a_clock_that_goes_back_takes_no_revision_back() -> None:
    """A commit after the clock went back is counted within the last instant."""
    before, after, recovered = commits(NOON, NOON - 10 * MILLISECOND, NOON + MILLISECOND)
    assert after == before + 1
    assert instant_of(after) == NOON
    assert instant_of(recovered) == NOON + MILLISECOND


def test_what_is_known_at_an_instant_includes_its_commits() -> None:
    """Known at an instant are the commits up to it, before it those up to a millisecond less."""
    first, second, third = commits(NOON, NOON, NOON + MILLISECOND)
    assert first < second <= last_revision_at(NOON) < third
    assert last_revision_before(NOON) < first
    assert last_revision_at(NOON + MILLISECOND) >= third
    assert last_revision_before(NOON + MILLISECOND) == last_revision_at(NOON)


@pytest.mark.parametrize("day", [date(2024, 2, 29), date(2024, 3, 1), date(2026, 1, 1)])
def test_the_first_instant_of_a_day_belongs_to_it(day: date) -> None:
    """A commit at midnight is of the new day, and not known before it."""
    before, midnight = commits(start_of(day) - MILLISECOND, start_of(day))
    assert (day_of(before), day_of(midnight)) == (day - ONE_DAY, day)
    assert before <= last_revision_before(start_of(day)) < midnight
    assert midnight <= last_revision_at(start_of(day))


def test_what_does_not_happen_is_later_than_all_that_does() -> None:
    """No commit before the year 2240 comes up to the revision of what never happens."""
    assert NOON_REVISION < commits(datetime(2240, 1, 1, tzinfo=UTC))[0] < NEVER


@settings(deadline=None)
@given(st.integers(0, NEVER))
def test_a_token_is_read_as_it_was_written(number: int) -> None:
    """A revision survives as a token of sixteen characters, and tokens sort as revisions do."""
    token = revision_token(Revision(number))
    assert (parse_revision(token), len(token)) == (number, 16)
    assert (token < revision_token(NOON_REVISION)) == (number < NOON_REVISION)


@pytest.mark.parametrize("token", NOT_TOKENS.values(), ids=NOT_TOKENS)
def test_what_is_no_token_of_ours_is_none(token: str) -> None:
    """Only what a revision is written as is read as one."""
    assert parse_revision(token) is None
