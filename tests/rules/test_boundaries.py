"""
Every boundary date of every life: no gap, no overlap, and the same as asking day by day.

Grounds are read off intervals. What they say is asked here on each day on which anything could
change, on the day before and on the day after, one day at a time.
"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given

from osms_common.domain.calendar import FOREVER, ONE_DAY
from osms_common.domain.revision import Revision, day_of, last_of_tick, tick_of
from osms_server.domain.timeline import (
    HELD,
    RANK,
    GroundCode,
    decode_grounds,
    encode_timeline,
    find_day,
    last_entitled_day,
    stretch_on,
)
from osms_server.rules.engine import compose, decide, grounds_under
from osms_server.rules.parameters import LAW
from osms_server.rules.standing import stand
from tests.rules.lives import Life, boundary_days, lives, unhurried

MANY = unhurried(80)


def codes_day_by_day(life: Life, on: date) -> tuple[GroundCode, ...]:
    """The grounds of one day, asked of every state of knowledge for that day alone."""
    standing = _codes_at(life, life.revisions[-1], on)
    if standing:
        return standing
    told = any(_codes_at(life, last_of_tick(tick), on) for tick in _ticks_known_on(life, on))
    return (HELD,) if told else ()


def _codes_at(life: Life, known: Revision, on: date) -> tuple[GroundCode, ...]:
    """The grounds of one day by what was known at a revision."""
    standing = stand(life.person.known_at(known), LAW)
    spans = grounds_under(standing, life.overlays.known_at(known), LAW)
    codes = {span.code for span in spans if span.start <= on < span.end}
    return tuple(sorted(codes, key=RANK.__getitem__))


def _ticks_known_on(life: Life, on: date) -> list[int]:
    """The instants whose knowledge stood at an instant of a day."""
    ticks = sorted({tick_of(revision) for revision in life.revisions})
    on_the_day = [tick for tick in ticks if day_of(last_of_tick(tick)) == on]
    before = [tick for tick in ticks if day_of(last_of_tick(tick)) < on]
    first_instant = on_the_day[:1] and _is_midnight(on_the_day[0])
    return on_the_day if first_instant else [*before[-1:], *on_the_day]


def _is_midnight(tick: int) -> bool:
    return day_of(last_of_tick(tick - 1)) < day_of(last_of_tick(tick))


@MANY
@given(lives())
def test_stretches_neither_overlap_nor_are_empty(life: Life) -> None:
    """They are in order; where two touch, their grounds differ."""
    timeline = decide(life.person, LAW, known=life.last_revision, overlays=life.overlays)
    assert all(stretch.start < stretch.end and stretch.grounds for stretch in timeline)
    for before, after in pairwise(timeline):
        assert before.end <= after.start
        assert before.end < after.start or before.grounds != after.grounds


@MANY
@given(lives())
def test_the_timeline_is_what_each_day_says(life: Life) -> None:
    """On each boundary, a day before and a day after, the days of all states, and in between."""
    if not life.revisions:
        return
    facts, overlays = life.person, life.overlays
    timelines = [decide(facts, LAW, known=r, overlays=overlays) for r in life.revisions]
    timeline = timelines[-1]
    told_on = {day_of(revision) for revision in life.revisions}
    for on in sorted({*boundary_days(*timelines), *told_on}):
        stretch = stretch_on(timeline, on)
        assert (stretch.grounds if stretch else ()) == codes_day_by_day(life, on), on


@MANY
@given(lives())
def test_nothing_changes_between_two_boundaries(life: Life) -> None:
    """Within a stretch, on its first day, in its middle and on its last, the grounds are alike."""
    timeline = decide(life.person, LAW, known=life.last_revision, overlays=life.overlays)
    for stretch in timeline:
        end = min(stretch.end, stretch.start + timedelta(days=2000))
        middle = stretch.start + (end - stretch.start) / 2
        for on in (stretch.start, middle, end - ONE_DAY):
            assert codes_day_by_day(life, on) == stretch.grounds


@MANY
@given(lives())
def test_what_is_looked_up_is_what_the_timeline_says(life: Life) -> None:
    """The text of the timeline gives the same grounds and the same last day of the right."""
    timeline = decide(life.person, LAW, known=life.last_revision, overlays=life.overlays)
    text = encode_timeline(timeline)
    for on in boundary_days(timeline):
        stretch = stretch_on(timeline, on)
        written, last = find_day(text, on)
        assert decode_grounds(written) == (stretch.grounds if stretch else ())
        assert not stretch or last == last_entitled_day(timeline, on)


@MANY
@given(lives())
def test_the_last_day_of_the_right_is_the_last(life: Life) -> None:
    """On it the right holds, on the day after it does not, and every day before it in between."""
    timeline = decide(life.person, LAW, known=life.last_revision, overlays=life.overlays)
    for stretch in timeline:
        last = last_entitled_day(timeline, stretch.start)
        if last is None:
            assert timeline[-1].end == FOREVER
        else:
            assert stretch_on(timeline, last)
            assert not stretch_on(timeline, last + ONE_DAY)
            assert all(
                stretch_on(timeline, each.start)
                for each in timeline
                if stretch.start <= each.start <= last
            )


@MANY
@given(lives(late=False))
def test_the_order_of_facts_of_one_instant_does_not_matter(life: Life) -> None:
    """What was told in another order within an instant, corrections apart, is the same."""
    facts = life.person
    turned = type(facts)(
        facts.assigned[::-1],
        facts.removed,
        facts.payments[::-1],
        facts.refunds[::-1],
        facts.roster[::-1],
        facts.registered[::-1],
        facts.revoked[::-1],
    )
    known = life.last_revision
    assert decide(turned, LAW, known=known) == decide(facts, LAW, known=known)


def test_a_composition_of_nothing_is_empty() -> None:
    """Without grounds there is no stretch, and nothing to ask about."""
    assert compose([]) == ()
    assert boundary_days(()) == []
