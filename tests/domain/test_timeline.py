"""Timelines as text: what is written is read again, and a day is found without reading it all."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from osms_common.domain.calendar import FOREVER, ONE_DAY
from osms_common.domain.codes import Category, GroundKind
from osms_server.domain.timeline import (
    CATEGORY,
    DOCUMENT,
    HELD,
    LAPSE_RETENTION,
    PAYER,
    RANK,
    RETENTION_AFTER,
    ROSTER,
    Stretch,
    Timeline,
    decode_grounds,
    decode_timeline,
    encode_timeline,
    find_day,
    last_entitled_day,
    stretch_on,
)

FIRST = date(2026, 1, 1)
GROUNDS = tuple(RANK)


@st.composite
def timelines(draw: st.DrawFn) -> Timeline:
    """Stretches in order, some after a gap, no two that touch alike, the last perhaps open."""
    stretches: list[Stretch] = []
    day = FIRST
    for length in draw(st.lists(st.integers(1, 40), max_size=6)):
        day += timedelta(days=draw(st.sampled_from((0, 0, 1, 30))))
        grounds = draw(st.lists(st.sampled_from(GROUNDS), min_size=1, max_size=3, unique=True))
        in_order = tuple(sorted(grounds, key=RANK.__getitem__))
        if stretches and stretches[-1][1:] == (day, in_order):
            day += ONE_DAY
        stretches.append(Stretch(day, day + timedelta(days=length), in_order))
        day = stretches[-1].end
    is_open = draw(st.booleans())
    if stretches and is_open:
        stretches[-1] = stretches[-1]._replace(end=FOREVER)
    return tuple(stretches)


WRITTEN: list[tuple[str, Timeline]] = [
    ("", ()),
    ("20260101M", (Stretch(FIRST, FOREVER, (ROSTER,)),)),
    (
        "20260101R01|20260715K:R01|20261101",
        (
            Stretch(FIRST, date(2026, 7, 15), (CATEGORY[Category.CHILD],)),
            Stretch(date(2026, 7, 15), date(2026, 11, 1), (RETENTION_AFTER[Category.CHILD],)),
        ),
    ),
    (
        "20260101R09a+P|20260201|20260301D:L01|20260401",
        (
            Stretch(FIRST, date(2026, 2, 1), (CATEGORY[Category.REMAND], PAYER)),
            Stretch(date(2026, 3, 1), date(2026, 4, 1), (DOCUMENT[Category.UNEMPLOYED],)),
        ),
    ),
    (
        "20260101H|20260102B:L02",
        (
            Stretch(FIRST, date(2026, 1, 2), (HELD,)),
            Stretch(date(2026, 1, 2), FOREVER, (LAPSE_RETENTION[Category.CRISIS_LEVEL],)),
        ),
    ),
]


@pytest.mark.parametrize(("text", "timeline"), WRITTEN)
def test_a_timeline_is_written_as_the_days_on_which_it_changes(
    text: str, timeline: Timeline
) -> None:
    """Each stretch is its first day and its grounds; a gap, and the end, are a day alone."""
    assert encode_timeline(timeline) == text
    assert decode_timeline(text) == timeline


@settings(deadline=None)
@given(timelines())
def test_a_timeline_is_read_as_it_was_written(timeline: Timeline) -> None:
    """Nothing is lost between a timeline and its text."""
    assert decode_timeline(encode_timeline(timeline)) == timeline


@settings(deadline=None)
@given(timelines())
def test_a_day_is_found_as_in_the_whole_timeline(timeline: Timeline) -> None:
    """Every day has the grounds, and the last day of the right, that the whole timeline gives."""
    text = encode_timeline(timeline)
    last = max((s.end for s in timeline if s.end != FOREVER), default=FIRST) + timedelta(days=3)
    day = FIRST - ONE_DAY
    while day <= last:
        stretch = stretch_on(timeline, day)
        grounds, last_date = find_day(text, day)
        assert decode_grounds(grounds) == (stretch.grounds if stretch else ())
        if stretch is not None:
            assert last_date == last_entitled_day(timeline, day)
        day += ONE_DAY


@pytest.mark.parametrize(
    ("day", "grounds", "last"),
    [
        (date(2025, 12, 31), "", None),
        (date(2026, 1, 1), "R01", date(2026, 10, 31)),
        (date(2026, 7, 14), "R01", date(2026, 10, 31)),
        (date(2026, 7, 15), "K:R01", date(2026, 10, 31)),
        (date(2026, 10, 31), "K:R01", date(2026, 10, 31)),
        (date(2026, 11, 1), "", None),
        (date(2027, 1, 31), "", None),
        (date(2027, 2, 1), "M", None),
        (date(9999, 12, 30), "M", None),
    ],
)
def test_the_right_runs_through_stretches_that_touch(
    day: date, grounds: str, last: date | None
) -> None:
    """The last day is that of the unbroken right, whatever ground takes the place of another."""
    text = "20260101R01|20260715K:R01|20261101|20270201M"
    assert find_day(text, day) == (grounds, last)


def test_in_an_empty_timeline_no_day_is_found() -> None:
    """Of a person who never had the right every day is without grounds."""
    assert find_day("", FIRST) == ("", None)


def test_a_stretch_without_end_has_no_last_day() -> None:
    """Where the right is open-ended there is no last day of it."""
    timeline = decode_timeline("20260101R01|20260201M")
    assert last_entitled_day(timeline, FIRST) is None


def test_every_ground_has_a_text_of_its_own() -> None:
    """Each ground is written in one way, and read back as itself."""
    texts = [code.text for code in GROUNDS]
    assert len(set(texts)) == len(texts)
    assert [decode_grounds(text) for text in texts] == [(code,) for code in GROUNDS]


def test_grounds_are_ranked_by_kind_and_then_by_category() -> None:
    """The order of the grounds of a day is that of the kinds, then that of the categories."""
    assert [code.kind for code in GROUNDS] == sorted(code.kind for code in GROUNDS)
    categories = [code.category for code in GROUNDS if code.kind is GroundKind.CATEGORY]
    assert categories == list(Category)[: len(categories)]
