"""ROSTER (p. 12, 62-65): from the day the data arrived until data without the person arrives."""

from __future__ import annotations

from osms_common.domain.codes import System
from tests.rules.factories import Case, answer, each_day, listed, person, unlisted

ROSTER = "ROSTER p12"
HELD = "HELD r.held"
INTERIOR = System.INTERIOR

CASES = {
    "listed": Case(
        person(listed("2026-03-02")),
        {"2026-03-01": "-", "2026-03-02": ROSTER, "2099-01-01": ROSTER},
    ),
    "listed at the first instant of a day": Case(
        person(listed("2026-03-02T00:00")), {"2026-03-01": "-", "2026-03-02": ROSTER}
    ),
    "listed at the last instant of a day": Case(
        person(listed("2026-03-02T23:59:59.999")), {"2026-03-01": "-", "2026-03-02": ROSTER}
    ),
    "left out: the right was told on that day": Case(
        person(listed("2026-03-02"), unlisted("2026-03-16")),
        {"2026-03-15": ROSTER, "2026-03-16": HELD, "2026-03-17": "-"},
    ),
    "left out at the first instant of a day: it was told to nobody": Case(
        person(listed("2026-03-02"), unlisted("2026-03-16T00:00")),
        {"2026-03-15": ROSTER, "2026-03-16": "-"},
    ),
    "left out, and listed again later": Case(
        person(listed("2026-03-02"), unlisted("2026-03-16"), listed("2026-03-20")),
        {
            "2026-03-16": HELD,
            "2026-03-17": "-",
            "2026-03-19": "-",
            "2026-03-20": ROSTER,
        },
    ),
    "left out, and listed again on the same day": Case(
        person(listed("2026-03-02"), unlisted("2026-03-16T10:00"), listed("2026-03-16T15:00")),
        {"2026-03-15": ROSTER, "2026-03-16": ROSTER, "2026-03-17": ROSTER},
    ),
    "listed, and left out on the same day": Case(
        person(listed("2026-03-02T10:00"), unlisted("2026-03-02T15:00")),
        {"2026-03-01": "-", "2026-03-02": HELD, "2026-03-03": "-"},
    ),
    "listed and left out in one delivery": Case(
        person(listed("2026-03-02"), unlisted("2026-03-02", ordinal=1)),
        {"2026-03-02": "-", "2026-03-03": "-"},
    ),
    "left out and listed in one delivery": Case(
        person(
            listed("2026-03-02"),
            unlisted("2026-03-16", ordinal=1),
            listed("2026-03-16", ordinal=2),
        ),
        {"2026-03-16": ROSTER, "2026-03-17": ROSTER},
    ),
    "listed twice": Case(
        person(listed("2026-03-02"), listed("2026-03-16"), unlisted("2026-03-20T00:00")),
        {"2026-03-02": ROSTER, "2026-03-19": ROSTER, "2026-03-20": "-"},
    ),
    "left out twice": Case(
        person(listed("2026-03-02"), unlisted("2026-03-16T00:00"), unlisted("2026-03-20")),
        {"2026-03-15": ROSTER, "2026-03-16": "-", "2026-03-20": "-"},
    ),
    "left out without ever having been listed": Case(
        person(unlisted("2026-03-16")), {"2026-03-16": "-"}
    ),
    "listed by two bodies, one drops the person": Case(
        person(
            listed("2026-03-02"),
            listed("2026-03-02", body=INTERIOR),
            unlisted("2026-03-16T00:00"),
        ),
        {"2026-03-16": ROSTER, "2026-04-01": ROSTER},
    ),
    "listed by two bodies, both drop the person": Case(
        person(
            listed("2026-03-02"),
            listed("2026-03-04", body=INTERIOR),
            unlisted("2026-03-16T00:00"),
            unlisted("2026-03-20T00:00", body=INTERIOR),
        ),
        {"2026-03-16": ROSTER, "2026-03-19": ROSTER, "2026-03-20": "-"},
    ),
    "dropped by a body that does not list the person": Case(
        person(listed("2026-03-02"), unlisted("2026-03-16", body=INTERIOR)),
        {"2026-03-16": ROSTER, "2026-03-17": ROSTER},
    ),
    "taken over by the successor on one day": Case(
        person(
            listed("2025-06-20", body=System.ACA),
            listed("2025-07-10", body=System.NSC),
            unlisted("2025-07-10", body=System.ACA),
        ),
        {"2025-07-09": ROSTER, "2025-07-10": ROSTER, "2025-07-11": ROSTER},
    ),
    "left out by the successor": Case(
        person(
            listed("2025-06-20", body=System.ACA), unlisted("2025-07-10T00:00", body=System.ACA)
        ),
        {"2025-07-09": ROSTER, "2025-07-10": "-"},
    ),
    "a snapshot without the person, held and approved": Case(
        person(listed("2026-03-02"), unlisted("2026-03-16", known="2026-03-20")),
        {
            "2026-03-15": ROSTER,
            "2026-03-16": HELD,
            "2026-03-20": HELD,
            "2026-03-21": "-",
        },
    ),
    "such a one approved after a newer one that lists the person": Case(
        person(
            listed("2026-03-02"),
            listed("2026-03-18"),
            unlisted("2026-03-16", known="2026-03-20"),
        ),
        {
            "2026-03-15": ROSTER,
            "2026-03-16": HELD,
            "2026-03-17": HELD,
            "2026-03-18": ROSTER,
            "2026-03-21": ROSTER,
        },
    ),
    "a snapshot with the person, held and approved: the days are gained": Case(
        person(listed("2026-03-16", known="2026-03-20")),
        {"2026-03-15": "-", "2026-03-16": ROSTER, "2026-03-20": ROSTER},
    ),
    "such a one approved after a newer one without the person": Case(
        person(listed("2026-03-16", known="2026-03-20"), unlisted("2026-03-18")),
        {
            "2026-03-15": "-",
            "2026-03-16": ROSTER,
            "2026-03-17": ROSTER,
            "2026-03-18": "-",
            "2026-03-20": "-",
        },
    ),
}


@each_day(CASES)
def test_a_listed_person_is_exempt(case: Case, on: str, expected: str) -> None:
    """The data's day of arrival counts, body by body, and nothing is kept afterwards."""
    assert answer(case, on) == expected
