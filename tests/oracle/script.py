"""
A script under invention: persons, a clock, and the memory of what was already told.

`cases` invents with it. Chance is seeded; the dates come from a few anchor days, so that the days
of different facts, of their arrival and of the questions fall on each other and beside each other.
"""

import itertools
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone
from random import Random
from typing import Any, TypeAlias

from tests.oracle.check_digit import check_digit
from tests.oracle.days import ALMATY, ONE_DAY, day_of, first, last, month_of, start_of
from tests.oracle.message import HELD_FOR_APPROVAL, Outcome
from tests.oracle.reference import BODIES, STATE_PAID_CATEGORIES
from tests.oracle.world import World

Event: TypeAlias = dict[str, Any]
Payload: TypeAlias = dict[str, Any]

PEOPLE = (
    *("900101300017", "031231500126", "150331600019", "000229500018"),
    *("061211600012", "900101300811", "150331601800"),
)
INVALID_IINS = ("123456789012", "780322300455", "900101300018", "90010130001", "")
PAYERS = ("160440007161", "160940025485", "940140000385", "961141000023", "900101300017", None)

_BASES = (
    *(date(2026, 1, 1), date(2026, 3, 31), date(2026, 7, 15), date(2026, 1, 31)),
    *(date(2025, 6, 29), date(2024, 2, 29), date(2027, 12, 31), date(2026, 8, 30)),
)
_LAST_DAY_OF_ACA = date(2025, 6, 29)
_OFFSETS = (5, 5, 5, 6, 0, -3)


def invented_people(count: int) -> list[str]:
    """Return *count* valid numbers that belong to nobody of `PEOPLE`."""
    stems = (f"{stem:011}" for stem in itertools.count(85010140000, 7))
    numbers = ((stem, check_digit(stem)) for stem in stems)
    valid = (f"{stem}{digit}" for stem, digit in numbers if digit is not None)
    return list(itertools.islice(valid, count))


class Script:
    """What has been told so far, and the chance that decides what comes next."""

    def __init__(self, seed: int, parameters: Mapping[str, Any]) -> None:
        self.chance = Random(seed)
        self.world = World(parameters)
        self.events: list[Event] = []
        self.people = self.chance.sample(PEOPLE, self.chance.randint(1, 3))
        self.crowd = invented_people(self.chance.choice((24, 30, 45)))
        self.categories = self.chance.sample(STATE_PAID_CATEGORIES, 4)
        succession = self.happens(15)
        self.bodies = ["ACA", "NSC"] if succession else self.chance.sample(BODIES, 2)
        base = _LAST_DAY_OF_ACA if succession else self.chance.choice(_BASES)
        self.anchors = [base, *(base + timedelta(days=self._distance()) for _ in range(3))]
        self.now = start_of(base - timedelta(days=self.chance.randint(0, 40)))
        self.waiting: list[str] = []

    def _distance(self) -> int:
        return self.chance.choice((1, 14, 28, 30, 31, 61, 92, 100, 365))

    @property
    def today(self) -> date:
        """The Almaty day of the clock."""
        return day_of(self.now)

    def happens(self, percent: int) -> bool:
        """Tell whether what happens in *percent* of cases does."""
        return self.chance.randrange(100) < percent

    def person(self) -> str:
        """Return one of the persons of the case."""
        return self.chance.choice(self.people)

    def day(self) -> date:
        """Return an anchor, today, or the edge of a month of theirs, or a day beside one."""
        day = self.chance.choice([*self.anchors, self.today, self.today])
        edges = (day, day, day, first(month_of(day)), last(month_of(day)))
        day = self.chance.choice(edges) + self.chance.choice((-1, 0, 0, 0, 1)) * ONE_DAY
        return day if self.happens(90) else day + timedelta(days=self.chance.randint(-200, 90))

    def past_day(self) -> date:
        """Return such a day that is not in the future."""
        return min(self.day(), self.today)

    def lost_on(self) -> date | None:
        """Return a last day of a right that somebody lost in the months before today."""
        lost = [day for iin in self.people for day in self._losses(iin)]
        return self.chance.choice(lost) if lost else None

    def _losses(self, iin: str) -> list[date]:
        days = [self.today - back * ONE_DAY for back in range(150)]
        grounded = {day for day in days if self._is_grounded(iin, day)}
        return [day for day in days[1:] if day in grounded and day + ONE_DAY not in grounded]

    def _is_grounded(self, iin: str, day: date) -> bool:
        """Tell whether a ground holds on *day* that a failure can keep."""
        return bool({*self.world.kinds(iin, day, self.now)} - {"PRESERVED", "HELD", None})

    def events_of(self, *types: str) -> list[Event]:
        """Return the events of those types, whatever became of them."""
        return [event for event in self.events if event["type"] in types]

    def accepted(self, *types: str) -> list[Event]:
        """Return the events of those types that were accepted."""
        return [e for e in self.events_of(*types) if e["expect"]["outcome"] == "ACCEPTED"]

    def tell(self, kind: str, sender: str, payload: Payload) -> Outcome:
        """Append the event, and write beside it what the oracle makes of it."""
        event: Event = {
            "id": f"e{len(self.events) + 1}",
            "recorded_at": self.written(self.now),
            "type": kind,
            "sender": sender,
            "payload": payload,
        }
        outcome = self.world.deliver(event)
        if outcome.outcome == HELD_FOR_APPROVAL:
            self.waiting.append(event["id"])
        self.events.append({**event, "expect": expected_outcome(outcome)})
        return outcome

    def let_time_pass(self) -> None:
        """Stay in the delivery, the day, go to its very end or beyond, or to an anchor day."""
        step = self.chance.choice(
            (self._stay, self._stay, self._later_today, self._midnight, self._days, self._anchor)
        )
        self.now = max(self.now, step())

    def instants(self) -> list[datetime]:
        """Return instants worth asking at: at, just before and just after events, midnights."""
        told = sorted({datetime.fromisoformat(event["recorded_at"]) for event in self.events})
        second = timedelta(seconds=1)
        near = [instant + step for instant in told for step in (-second, timedelta(0), second)]
        midnights = [start_of(day_of(instant) + ONE_DAY) for instant in told]
        return sorted({*(instant.astimezone(UTC) for instant in near), *midnights})

    def written(self, instant: datetime) -> str:
        """Write *instant* with one offset or another."""
        zone = timezone(timedelta(hours=self.chance.choice(_OFFSETS)))
        return instant.astimezone(zone).isoformat()

    def _stay(self) -> datetime:
        return self.now

    def _later_today(self) -> datetime:
        return self._at(self.today, self.chance.randrange(24 * 60))

    def _midnight(self) -> datetime:
        """The last second of today or the first instant of tomorrow."""
        tomorrow = start_of(self.today + ONE_DAY)
        return self.chance.choice((tomorrow - timedelta(seconds=1), tomorrow))

    def _days(self) -> datetime:
        days = self.chance.choice((1, 1, 2, 7, 14, 15, 30))
        return self._at(self.today + timedelta(days=days), self.chance.choice((0, 600, 1439)))

    def _anchor(self) -> datetime:
        """Go to the next anchor day or the day after it."""
        coming = sorted(day for day in self.anchors if day > self.today)
        if not coming:
            return self._days()
        return self._at(coming[0] + self.chance.choice((0, 0, 1)) * ONE_DAY, 600)

    def _at(self, day: date, minute: int) -> datetime:
        clock = time(minute // 60, minute % 60)
        return datetime.combine(day, clock, ALMATY).astimezone(UTC)


def expected_outcome(outcome: Outcome) -> dict[str, Any]:
    """Return *outcome* in the form of a case: bad lines are counted, what is empty is left out."""
    expect: dict[str, Any] = {"outcome": outcome.outcome}
    if outcome.reason is not None:
        expect["reason"] = outcome.reason
    if outcome.flags:
        expect["flags"] = list(outcome.flags)
    if outcome.rejected_lines:
        expect["rejected_lines"] = len(outcome.rejected_lines)
    return expect
