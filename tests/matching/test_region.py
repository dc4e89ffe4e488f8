"""What the sample region's registers lead to, by the Rules, on the days of its matchings."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest

from osms_cli.sample import Feed, write_region
from osms_common.domain.calendar import first_day, later, month
from osms_common.domain.codes import Category
from osms_common.domain.identifiers import Iin
from osms_matching.domain.decisions import Matching, Outcome, Reason, Run
from osms_matching.domain.reports import Report
from osms_matching.rules.categories import RULES
from osms_matching.rules.circles import circle
from osms_matching.rules.couples import OF_COUPLES
from osms_matching.rules.matching import replay
from tests.matching.region import about, daily, known_on, reports_of

PEOPLE: Final = 4_000
MONTHS: Final = 5
SEED: Final = 10
LAST: Final = date(2026, 6, 30)
TOLD: Final = frozenset({Feed.REPORT, Feed.CONTRIBUTION})
STORY_MONTHS: Final = 30
CLOSING: Final = date(2026, 5, 1)
"""From here on her story is told day by day."""


class Formed(NamedTuple):
    """A region, and its matchings: on the first of each month, and daily at the end."""

    region: Path
    told: Sequence[Report]
    matchings: Sequence[Matching]

    def described(self, name: str) -> Any:  # noqa: ANN401
        """One of the files that describe the region."""
        return json.loads((self.region / name).read_text(encoding="utf-8"))


def monthly(months: int, until: date) -> Iterator[Run]:
    """A matching on the first day of each of so many months."""
    for back in range(months - 1, -1, -1):
        day = first_day(later(month(LAST.year, LAST.month), -back))
        if day < until:
            yield Run(day, known_on(day))


@pytest.fixture(scope="module")
def formed(tmp_path_factory: pytest.TempPathFactory) -> Formed:
    """A region through some months."""
    region = tmp_path_factory.mktemp("region") / "region"
    write_region(region, people=PEOPLE, seed=SEED, months=MONTHS, bad_share=0.0, processes=1)
    told = reports_of(region)
    runs = [*monthly(MONTHS, date(2026, 6, 20)), *daily(date(2026, 6, 20), LAST)]
    return Formed(region, told, list(replay(told, runs)))


def test_every_category_comes_of_it(formed: Formed) -> None:
    """Each of p. 20, 55, 61 is granted to somebody."""
    granted = {
        decision.category
        for matching in formed.matchings
        for decision in matching.changes
        if decision.outcome is Outcome.GRANTED
    }
    assert granted == {*RULES}


def test_no_place_has_two_holders(formed: Formed) -> None:
    """Of a couple, or of whoever else may have it together, one has R03 or R04."""
    for matching in formed.matchings:
        places = [place for grant in matching.grants for place in grant.places]
        assert len(places) == len(set(places))
        holders = [each.person for each in matching.grants if each.category in OF_COUPLES]
        assert len(holders) == len(set(holders))
        assert len(holders) > PEOPLE / 50


def test_categories_are_withdrawn_for_many_reasons(formed: Formed) -> None:
    """People are no longer listed, work, die, are placed, and their children grow."""
    withdrawn = {
        decision.reason
        for matching in formed.matchings
        for decision in matching.changes
        if decision.outcome is Outcome.WITHDRAWN
    }
    assert withdrawn >= {
        Reason.NOT_LISTED,
        Reason.NOT_REGISTERED,
        Reason.WORKED,
        Reason.DEATH,
        Reason.CHILD_TURNED_THREE,
        Reason.LEAVE_ENDED,
        Reason.OTHER_CATEGORY,
    }


def test_some_are_not_granted_what_they_are_listed_for(formed: Formed) -> None:
    """Whoever works, or is barred, or could have a place that another has."""
    refused = {
        decision.reason
        for matching in formed.matchings
        for decision in matching.decisions
        if decision.outcome is Outcome.NOT_GRANTED
    }
    assert refused >= {
        Reason.WORKED,
        Reason.OTHER_PARENT,
        Reason.ON_THE_JOB_TRAINING,
        Reason.TEMPORARY_STAY,
    }


def test_examples_hold_what_they_are_shown_for(formed: Formed) -> None:
    """Each example of a category has it after the last matching, and of others none has one."""
    held: defaultdict[str, set[str]] = defaultdict(set)
    for grant in formed.matchings[-1].grants:
        held[f"{grant.person:012d}"].add(str(grant.category))
    shown = formed.described("people.json")["grounds"]
    assert {"CATEGORY_R01", "CATEGORY_R03", "CATEGORY_L01", "TREATY", "NOT_ENTITLED"} <= set(shown)
    for label, people in shown.items():
        kind, _, code = label.partition("CATEGORY_")
        for person in people:
            if code in RULES:
                assert code in held[person["iin"]], person
            elif kind == "TREATY":
                assert held[person["iin"]] == {"F01"}, person
            elif kind.startswith(("PAYER", "SELF", "RETENTION", "NOT_", "DIED")):
                assert not held[person["iin"]], person


def test_as_many_are_held_as_are_counted(formed: Formed) -> None:
    """The counts of the region are close to what the last matching leaves."""
    first: dict[Iin, Category] = {}
    order = list(RULES)
    for grant in sorted(formed.matchings[-1].grants, key=lambda each: order.index(each.category)):
        first.setdefault(grant.person, grant.category)
    counted = formed.described("region.json")["grounds"]["CATEGORY"]
    assert len(first) == pytest.approx(counted, rel=0.05)


# The woman whose story is told.

HER_STORY: Final = [
    "2024-12-01 R02 GRANTED NO_CONTRIBUTIONS p25 p26.1",
    "2025-04-01 R04 GRANTED ONLY_PARENT p32 p33.1",
    "2025-06-01 R02 WITHDRAWN NOT_LISTED p25",
    "2025-12-01 R03 GRANTED ONLY_PARENT p28 p30.1",
    "2025-12-01 R04 WITHDRAWN LEAVE_ENDED p20.4",
    "2026-02-01 R03 WITHDRAWN WORKED p30.3",
    "2026-05-01 R03 GRANTED ONLY_PARENT p28 p30.1",
    "2026-06-01 L01 GRANTED NO_CONTRIBUTIONS p56",
    "2026-06-12 L01 WITHDRAWN ON_THE_JOB_TRAINING p54.1",
]


def test_her_story_is_what_the_rules_make_of_it(tmp_path: Path) -> None:
    """Every grant and withdrawal, monthly and daily at the end, and by which paragraph."""
    region = tmp_path / "region"
    write_region(
        region, people=20, seed=1, months=STORY_MONTHS, bad_share=0.0, processes=1, feeds=TOLD
    )
    told = reports_of(region)
    story = json.loads((region / "story.json").read_text(encoding="utf-8"))
    her = Iin(int(story["iin"]))
    hers = about(told, circle(told, her))
    runs = [*monthly(STORY_MONTHS, CLOSING), *daily(CLOSING, LAST)]
    changes = [
        decision
        for matching in replay(hers, runs)
        for decision in matching.changes
        if decision.person == her
    ]
    assert [
        f"{d.day} {d.category} {d.outcome} {d.reason} {' '.join(d.provisions)}" for d in changes
    ] == HER_STORY
    assert {step["sent_on"] for step in story["steps"]} >= {"2025-03-10", "2026-06-12"}
