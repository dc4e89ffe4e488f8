"""
The invented cases: what must be true of every case, whatever the seed.

The oracle is held to what follows from the specification without being worked out day by day.
"""

import json
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import pytest

from tests.oracle import World
from tests.oracle.cases import Case, random_case, removal_guard_case
from tests.oracle.days import day_of, parse_day, parse_instant, start_of

SEEDS = range(16)

invented = cache(random_case)


def replay(case: Case, *, until: datetime | None = None) -> World:
    """Return the world after the events of *case*, those recorded after *until* left out."""
    world = World(case["parameters"])
    for event in case["events"]:
        if until is None or parse_instant(event["recorded_at"]) <= until:
            world.deliver(event)
    return world


def entitled(world: World, query: dict[str, Any], day: date) -> bool:
    """Ask about *day* as *query* asks about its own."""
    return world.ask(query["iin"], day, parse_instant(query["now"])).entitled


@pytest.mark.long
@pytest.mark.parametrize("seed", SEEDS[:3])
def test_a_seed_always_gives_the_same_case(seed: int) -> None:
    """A seed names one case, which survives being written as JSON."""
    assert json.loads(json.dumps(random_case(seed))) == invented(seed)


@pytest.mark.long
@pytest.mark.parametrize("seed", SEEDS)
def test_events_are_in_order(seed: int) -> None:
    """No event is recorded before the one told before it."""
    instants = [parse_instant(event["recorded_at"]) for event in invented(seed)["events"]]
    assert instants == sorted(instants)


@pytest.mark.parametrize("seed", SEEDS[:6])
def test_what_comes_later_does_not_change_what_was_known(seed: int) -> None:
    """The answer as known at an instant is the one given when only that much had come."""
    case = invented(seed)
    whole = replay(case)
    for query in case["queries"][::9]:
        on, now = parse_day(query["on"]), parse_instant(query["now"])
        then = replay(case, until=now).ask(query["iin"], on, now)
        assert then == whole.ask(query["iin"], on, now)


@pytest.mark.long
@pytest.mark.parametrize("seed", SEEDS)
def test_what_was_told_on_the_day_is_never_taken_back(seed: int) -> None:
    """Who was told on the day to be entitled is entitled on it for ever after."""
    case = invented(seed)
    world, end = replay(case), parse_instant(case["events"][-1]["recorded_at"])
    for event in case["events"]:
        told = parse_instant(event["recorded_at"])
        for iin in {query["iin"] for query in case["queries"]}:
            before = world.ask(iin, day_of(told), told).entitled
            assert not before or world.ask(iin, day_of(told), end).entitled


@pytest.mark.parametrize("seed", SEEDS)
def test_through_ends_the_stretch(seed: int) -> None:
    """The last day of the stretch is entitled and the day after it is not."""
    world = replay(invented(seed))
    for query in invented(seed)["queries"]:
        through = query["expect"].get("through")
        if through is not None:
            last = parse_day(through)
            assert entitled(world, query, last)
            assert not entitled(world, query, last + timedelta(days=1))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_day_to_come_is_never_held(seed: int) -> None:
    """HELD is about what was told on a day, so the day has begun."""
    for query in invented(seed)["queries"]:
        if query["expect"].get("primary") == "HELD":
            assert start_of(parse_day(query["on"])) <= parse_instant(query["now"])


def test_every_type_of_event_and_every_ground_is_met() -> None:
    """Sixteen cases meet each type of event, each outcome and each ground."""
    events = [event for seed in SEEDS for event in invented(seed)["events"]]
    answers = [query["expect"] for seed in SEEDS for query in invented(seed)["queries"]]
    assert len({event["type"] for event in events}) == 15
    assert len({event["expect"]["outcome"] for event in events}) == 4
    assert len({kind for answer in answers for kind in answer.get("grounds", ())}) == 9


def test_the_removal_guard_holds_what_goes_too_far() -> None:
    """The 1 001st removal of a day is held, since it is also more than a twentieth."""
    case = removal_guard_case()
    outcomes = [event["expect"]["outcome"] for event in case["events"]]
    assert outcomes[1100:2100] == ["ACCEPTED"] * 1000
    assert outcomes[2100:2110] == ["HELD_FOR_APPROVAL"] * 10


def test_the_removal_guard_lets_a_small_share_pass() -> None:
    """More than a thousand removals pass while they are not more than a twentieth."""
    world = World({"removal_guard_percent": 99})
    outcomes = [world.deliver(event).outcome for event in removal_guard_case()["events"]]
    assert outcomes[1100:2110].count("HELD_FOR_APPROVAL") == 0
