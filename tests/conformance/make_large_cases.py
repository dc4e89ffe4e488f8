"""Writes p53-mass-removals.json: more removals of one category in a day than may pass unseen.

The case needs more than a thousand holders, too many to write by hand. Everything else about it
is by hand: who is removed when, what becomes of each message, and what is answered.
"""

import json
from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path
from typing import Any

PATH = Path(__file__).with_name("p53-mass-removals.json")

HOLDERS = 1_050
FREE_REMOVALS = 1_000  # so many removals of one category pass in a day, whatever their share
GIVEN_ON = "2026-02-01"

FIRST_WEIGHTS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
SECOND_WEIGHTS = (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)
NO_DIGIT = 10

Case = dict[str, Any]
Event = dict[str, Any]


def check_digit(stem: str) -> int:
    """Returns the twelfth digit of a personal or business number, or 10 if it has none."""
    digit = NO_DIGIT
    for weights in (FIRST_WEIGHTS, SECOND_WEIGHTS):
        if digit == NO_DIGIT:
            digit = sum(int(d) * w for d, w in zip(stem, weights, strict=True)) % 11
    return digit


def numbers() -> Iterator[str]:
    """Yields valid personal numbers, all of one birthday, in ascending order."""
    for serial in count():
        stem = f"8501013{serial:04d}"
        if (digit := check_digit(stem)) != NO_DIGIT:
            yield f"{stem}{digit}"


class Story:
    """The events of one case, each message with a number of its own."""

    def __init__(self) -> None:
        """Starts with no events."""
        self.events: list[Event] = []
        self.next_number = 1

    def add(self, at: str, kind: str, payload: dict[str, Any], outcome: str = "ACCEPTED") -> str:
        """Appends an event and returns its id; only another outcome than ACCEPTED is written."""
        event_id = f"e{len(self.events) + 1}"
        event: Event = {"id": event_id, "recorded_at": f"{at}+05:00", "type": kind}
        event["sender"] = "FUND" if kind == "approval_decided" else "SC"
        event["payload"] = payload
        if outcome != "ACCEPTED":
            event["expect"] = {"outcome": outcome}
        self.events.append(event)
        return event_id

    def number(self) -> int:
        """Returns the next unused message number."""
        self.next_number += 1
        return self.next_number - 1

    def give(self, at: str, iin: str, category: str = "L01") -> None:
        """Appends the assignment of a category."""
        payload = {"seq": self.number(), "iin": iin, "category": category}
        payload |= {"assigned_on": GIVEN_ON, "source": "MLSPP"}
        self.add(at, "category_assigned", payload)

    def remove(
        self,
        at: str,
        iin: str,
        removed_on: str,
        outcome: str = "ACCEPTED",
        **changed: str | int,
    ) -> str:
        """Appends a removal of the category; *changed* names fields that are out of the usual."""
        payload: dict[str, Any] = {"seq": 0, "iin": iin, "category": "L01"}
        payload |= {"assigned_on": GIVEN_ON, "removed_on": removed_on}
        payload |= {"source": "MLSPP", "reason": "ENDED"} | changed
        payload["seq"] = payload["seq"] or self.number()
        return self.add(at, "category_removed", payload, outcome)

    def decide(self, at: str, item: str, supervisor: str, decision: str, outcome: str) -> None:
        """Appends a supervisor's decision on a removal that waits."""
        payload = {"item": item, "decision": decision, "supervisor": supervisor}
        self.add(at, "approval_decided", payload, outcome)


def holds(iin: str, on: str, now: str, through: str | None = None) -> dict[str, Any]:
    """Expects the category itself on a day."""
    answer = {"entitled": True, "status": "ENTITLED", "primary": "CATEGORY", "category": "L01"}
    return query(iin, on, now, answer | {"through": through, "financing": "OSMS"})


def keeps(iin: str, on: str, now: str, ground: str, through: str) -> dict[str, Any]:
    """Expects a right that outlives the category."""
    answer = {"entitled": True, "status": "ENTITLED", "primary": ground, "grounds": [ground]}
    return query(iin, on, now, answer | {"through": through, "financing": "OSMS"})


def lacks(iin: str, on: str, now: str) -> dict[str, Any]:
    """Expects no right on a day."""
    answer = {"entitled": False, "status": "NOT_ENTITLED", "primary": None, "through": None}
    return query(iin, on, now, answer | {"financing": "GVFMC"})


def query(iin: str, on: str, now: str, expect: dict[str, Any]) -> dict[str, Any]:
    """Returns a question and the answer expected."""
    return {"iin": iin, "on": on, "now": f"{now}+05:00", "expect": expect}


def mass_removal() -> Case:
    """Builds the case: of the removals of one day 1 000 pass and four wait."""
    people = list(islice(numbers(), HOLDERS + 1))
    disabled, people = people[-1], people[:-1]
    story = Story()
    for iin in people:
        story.give("2026-03-01T10:00:00", iin)
    story.give("2026-03-01T10:00:00", disabled, category="R12")
    story.remove("2026-03-02T10:00:00", people[0], "2026-03-02")

    day = "2026-03-03"
    half = FREE_REMOVALS // 2
    for iin in people[1 : half + 1]:
        story.remove(f"{day}T10:00:00", iin, day)
    story.remove(f"{day}T11:00:00", people[1], day, outcome="DUPLICATE")
    story.remove(f"{day}T11:00:00", people[1], day, assigned_on="2026-02-02", outcome="REJECTED")
    for iin in people[half + 1 : FREE_REMOVALS + 1]:
        story.remove(f"{day}T12:00:00", iin, day)
    last_free, died, ended, declined, late, newcomer = people[FREE_REMOVALS : FREE_REMOVALS + 6]
    held = "HELD_FOR_APPROVAL"
    death = story.remove(f"{day}T13:00:00", died, day, reason="DEATH", outcome=held)
    number = story.events[-1]["payload"]["seq"]
    end = story.remove(f"{day}T13:00:00", ended, day, outcome=held)
    refused = story.remove(f"{day}T13:00:00", declined, day, outcome=held)
    story.remove(f"{day}T14:00:00", died, day, "DUPLICATE", seq=number, reason="DEATH")
    story.remove(f"{day}T14:00:00", died, day, seq=number, outcome="REJECTED")
    story.remove(f"{day}T14:00:00", disabled, day, category="R12")
    story.remove(f"{day}T23:59:59", late, day, outcome=held)
    story.remove("2026-03-04T00:00:00", newcomer, "2026-03-04")
    story.decide("2026-03-05T10:00:00", death, "operator1", "APPROVE", "REJECTED")
    story.decide("2026-03-05T11:00:00", death, "supervisor1", "APPROVE", "ACCEPTED")
    story.decide("2026-03-05T11:00:00", end, "supervisor1", "APPROVE", "ACCEPTED")
    story.decide("2026-03-05T11:00:00", refused, "supervisor1", "DECLINE", "ACCEPTED")

    evening, approved = f"{day}T20:00:00", "2026-03-05T12:00:00"
    queries = [
        keeps(people[0], "2026-03-02", evening, "RETENTION", "2026-06-30"),
        keeps(people[1], day, evening, "RETENTION", "2026-06-30"),
        keeps(last_free, day, evening, "RETENTION", "2026-06-30"),
        holds(died, day, evening),
        holds(ended, day, evening),
        holds(declined, day, evening),
        keeps(disabled, day, evening, "RETENTION", "2026-06-30"),
        holds(late, "2026-03-04", "2026-03-04T12:00:00"),
        keeps(newcomer, "2026-03-04", "2026-03-04T12:00:00", "RETENTION", "2026-06-30"),
        holds(died, "2026-03-02", approved, "2026-03-05"),
        keeps(died, day, approved, "HELD", "2026-03-05"),
        keeps(died, "2026-03-05", approved, "HELD", "2026-03-05"),
        lacks(died, "2026-03-06", approved),
        holds(ended, "2026-03-02", approved, "2026-06-30"),
        keeps(ended, day, approved, "RETENTION", "2026-06-30"),
        lacks(ended, "2026-07-01", approved),
        holds(declined, "2026-03-06", approved),
        holds(late, "2026-03-06", approved),
    ]
    why = (
        "1 050 people are registered as unemployed. On 2 March one is removed: 1 049 remain at the"
        " start of 3 March, and 5 % of them is 52. On 3 March 1 000 removals pass (a duplicate and"
        " a refused line among them do not count); the next would be number 1 001, more than 1 000"
        " and more than 5 %: it and those after it wait, until midnight. Another category is not"
        " touched, and 4 March counts anew. What waits changes nothing, uses up its number, and is"
        " known from its approval on 5 March with its own date: the one who died was told the"
        " right through 5 March, the one whose category ended (last held on 2 March) keeps it"
        " through 30 June, the declined one goes on."
    )
    return {
        "name": "the removal number 1 001 of a day waits, if it is more than a twentieth",
        "provisions": ["p53", "p54.1", "d2.10", "d4"],
        "why": why,
        "events": story.events,
        "queries": queries,
    }


def text() -> str:
    """Returns the file: JSON without blanks, one event or question a line."""
    case = mass_removal()
    lines = {key: _compact(value) for key, value in case.items()}
    for key in ("events", "queries"):
        lines[key] = "[\n" + ",\n".join(map(_compact, case[key])) + "]"
    return "[{" + ",\n".join(f'"{key}":{value}' for key, value in lines.items()) + "}]\n"


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")
