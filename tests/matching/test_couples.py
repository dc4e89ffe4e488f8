"""
R03 and R04 (p. 27-33): every combination of what two parents of one child can have done.

The matching is on 15 July 2026. Of each parent, `x-` says: worked in June (c-1), not in May (c-2).
"""

from __future__ import annotations

from itertools import product
from typing import Final

import pytest

from osms_common.domain.codes import System
from osms_common.domain.identifiers import Iin
from osms_matching.domain.decisions import Matching, Outcome, Reason
from osms_matching.domain.grants import Grant
from osms_matching.domain.reports import Report
from tests.matching.factories import (
    FATHER,
    MOTHER,
    applied,
    born,
    day,
    held,
    holders,
    leave,
    married,
    matched,
    only,
    told,
    worked,
)

ON: Final = "2026-07-15"
COUPLE: Final = tuple(sorted((MOTHER, FATHER)))
MONTHS: Final = ("2026-06", "2026-05")
PATTERNS: Final = ("--", "-x", "x-", "xx")
NOBODY: Final = None

Work = tuple[str, str]
"""The months of the mother, and of the father."""

PARAGRAPH_30: Final[dict[Work, tuple[str, ...]]] = {
    #              nobody    the mother the father
    ("--", "--"): ("M", "F", "M", "M", "F", "F"),
    ("--", "-x"): ("M", "F", "M", "M", "F", "F"),
    ("--", "x-"): ("M", "M", "M", "M", "F", "F"),
    ("--", "xx"): ("M", "M", "M", "M", "M", "M"),
    ("-x", "--"): ("M", "F", "M", "M", "F", "F"),
    ("-x", "-x"): ("M", "F", "M", "M", "F", "F"),
    ("-x", "x-"): ("M", "M", "M", "M", "F", "F"),
    ("-x", "xx"): ("M", "M", "M", "M", "M", "M"),
    ("x-", "--"): ("F", "F", "M", "M", "F", "F"),
    ("x-", "-x"): ("F", "F", "M", "M", "F", "F"),
    ("x-", "x-"): ("-", "-", "M", "M", "F", "F"),
    ("x-", "xx"): ("-", "-", "M", "M", "-", "-"),
    ("xx", "--"): ("F", "F", "F", "F", "F", "F"),
    ("xx", "-x"): ("F", "F", "F", "F", "F", "F"),
    ("xx", "x-"): ("-", "-", "-", "-", "F", "F"),
    ("xx", "xx"): ("-", "-", "-", "-", "-", "-"),
}
"""
Who has the place after the matching, by who had it before: without an application of the father,
and with one.
"""

COLUMNS: Final = [(holder, has) for holder in (NOBODY, MOTHER, FATHER) for has in (False, True)]
NAMED: Final[dict[str, Iin | None]] = {"M": MOTHER, "F": FATHER, "-": NOBODY}


def family(work: Work, *, has_applied: bool) -> list[Report]:
    """A married couple with a child of half a year, and what they did."""
    reports: list[Report] = [born(), married()]
    for person, pattern in zip((MOTHER, FATHER), work, strict=True):
        paid_in = (month for month, mark in zip(MONTHS, pattern, strict=True) if mark == "x")
        reports += worked(*paid_in, person=person)
    return [*reports, applied()] if has_applied else reports


def before(holder: Iin | None, category: str = "R03") -> list[Grant]:
    """Who holds the place of the couple."""
    return [] if holder is None else [held(category, holder, places=[COUPLE])]


@pytest.mark.parametrize("column", range(6))
@pytest.mark.parametrize("work", PARAGRAPH_30)
def test_who_has_the_place_of_a_couple(work: Work, column: int) -> None:
    """The one who did not work; of both, the mother, unless the father applied (p. 30)."""
    holder, has_applied = COLUMNS[column]
    matching = matched(ON, *family(work, has_applied=has_applied), before=before(holder))
    expected = NAMED[PARAGRAPH_30[work][column]]
    assert holders(matching) == ({expected: {"R03"}} if expected else {})


@pytest.mark.parametrize("column", range(6))
@pytest.mark.parametrize("work", PARAGRAPH_30)
def test_who_has_the_place_of_a_couple_on_leave(work: Work, column: int) -> None:
    """The same, where both have a leave record (p. 33)."""
    holder, has_applied = COLUMNS[column]
    reports = [*family(work, has_applied=has_applied), leave(MOTHER), leave(FATHER)]
    matching = matched(ON, *reports, before=before(holder, "R04"))
    expected = NAMED[PARAGRAPH_30[work][column]]
    assert holders(matching) == ({expected: {"R04"}} if expected else {})


@pytest.mark.parametrize("column", range(6))
@pytest.mark.parametrize("work", PARAGRAPH_30)
def test_what_the_parents_are_told(work: Work, column: int) -> None:
    """Each parent one outcome: the place is granted, kept or lost, or somebody else's."""
    holder, has_applied = COLUMNS[column]
    matching = matched(ON, *family(work, has_applied=has_applied), before=before(holder))
    after = NAMED[PARAGRAPH_30[work][column]]
    for person, pattern in zip((MOTHER, FATHER), work, strict=True):
        decision = only(matching, "R03", person)
        if person == after:
            assert decision.outcome == ("KEPT" if person == holder else "GRANTED")
        elif person == holder:
            assert (decision.outcome, decision.reason) == ("WITHDRAWN", "WORKED")
            assert pattern == "xx"
        else:
            has_worked = pattern[0] == "x"
            expected = Reason.WORKED if has_worked else Reason.OTHER_PARENT
            assert (decision.outcome, decision.reason) == ("NOT_GRANTED", expected)


# Everything at once: leaves, applications, who held what, and the third birthday.

LEAVES: Final[tuple[tuple[Iin, ...], ...]] = ((), (MOTHER,), (FATHER,), (MOTHER, FATHER))
HELD: Final = ((NOBODY, ""), *product((MOTHER, FATHER), ("R03", "R04")))
BIRTHS: Final = {"2023-07-15": True, "2023-07-16": False}
"""Births, and whether the child has turned three on the day of the matching."""


def by_the_words_of_the_rules(
    work: Work, on_leave: tuple[Iin, ...], had: tuple[Iin | None, str], *, has_applied: bool
) -> dict[Iin, set[str]]:
    """Who has the place of a couple with a child under three, in the order of p. 30 and 33."""
    months = dict(zip((MOTHER, FATHER), work, strict=True))
    holder, category = had
    stays = holder is not None and months[holder] != "xx"
    if category == "R04" and holder not in on_leave:
        stays = False
    idle = [person for person in (MOTHER, FATHER) if months[person][0] == "-"]
    if len(idle) == 2:
        idle = [FATHER if has_applied else MOTHER]
    found = [holder] if stays and holder is not None else idle
    return {person: {"R04" if person in on_leave else "R03"} for person in found}


@pytest.mark.parametrize("has_applied", [False, True])
@pytest.mark.parametrize("birth", BIRTHS)
@pytest.mark.parametrize("had", HELD)
@pytest.mark.parametrize("on_leave", LEAVES)
def test_every_couple(
    on_leave: tuple[Iin, ...], had: tuple[Iin | None, str], birth: str, *, has_applied: bool
) -> None:
    """All months of both parents, whoever is on leave, applied, and had which category."""
    for mother, father in product(PATTERNS, repeat=2):
        work = mother, father
        reports = [
            *family(work, has_applied=has_applied)[1:],
            born(on=birth),
            *(leave(person) for person in on_leave),
        ]
        grants = before(*had) if had[0] else []
        matching = matched(ON, *reports, before=grants)
        expected = by_the_words_of_the_rules(work, on_leave, had, has_applied=has_applied)
        assert holders(matching) == ({} if BIRTHS[birth] else expected), work
        again = matched(ON, *reports, before=matching.grants)
        assert again.grants == matching.grants
        assert again.changes == ()


# One by one.


def test_the_other_parent_takes_a_place_in_the_same_matching() -> None:
    """The mother worked for two months, the father did not: the place is never empty."""
    matching = matched(ON, *family(("xx", "--"), has_applied=False), before=before(MOTHER))
    assert told(matching) == {
        (MOTHER, "R03", "WITHDRAWN WORKED"),
        (FATHER, "R03", "GRANTED ONLY_PARENT"),
    }


def test_a_holder_of_r03_who_goes_on_leave_moves_to_r04() -> None:
    """One is withdrawn and the other granted on one day; one month of work does not matter."""
    reports = [*family(("x-", "--"), has_applied=True), leave(MOTHER)]
    matching = matched(ON, *reports, before=before(MOTHER))
    assert told(matching) == {
        (MOTHER, "R03", "WITHDRAWN ON_LEAVE"),
        (MOTHER, "R04", "GRANTED ON_LEAVE"),
        (FATHER, "R03", "NOT_GRANTED OTHER_PARENT"),
    }
    assert only(matching, "R03", MOTHER).provisions == ("p20.3", "p20.4")
    for category in ("R03", "R04"):
        months = only(matching, category, MOTHER).months
        assert [bool(found.kinds) for found in months] == [True, False]


def test_a_holder_of_r03_who_worked_does_not_move_to_r04() -> None:
    """Two months of work end the place, leave or none."""
    reports = [*family(("xx", "--"), has_applied=False), leave(MOTHER)]
    matching = matched(ON, *reports, before=before(MOTHER))
    assert told(matching) == {
        (MOTHER, "R03", "WITHDRAWN WORKED"),
        (MOTHER, "R04", "NOT_GRANTED WORKED"),
        (FATHER, "R03", "GRANTED ONLY_PARENT"),
    }


def test_r03_follows_r04_in_the_same_matching() -> None:
    """The leave ended, the child is not three, and the mother did not work."""
    reports = [*family(("--", "--"), has_applied=False), leave(MOTHER, until=ON)]
    matching = matched(ON, *reports, before=before(MOTHER, "R04"))
    assert told(matching) == {
        (MOTHER, "R04", "WITHDRAWN LEAVE_ENDED"),
        (MOTHER, "R03", "GRANTED MOTHER"),
        (FATHER, "R03", "NOT_GRANTED OTHER_PARENT"),
    }


def test_a_place_that_a_leave_leaves_is_free_for_the_father_who_applied() -> None:
    """It is taken anew, as any place is."""
    reports = [*family(("--", "--"), has_applied=True), leave(MOTHER, until=ON)]
    matching = matched(ON, *reports, before=before(MOTHER, "R04"))
    assert holders(matching) == {FATHER: {"R03"}}


def test_whoever_worked_before_the_leave_ended_does_not_get_r03() -> None:
    """In between a state stays as it is; a state that ended does not."""
    reports = [*family(("x-", "xx"), has_applied=False), leave(MOTHER, until=ON)]
    matching = matched(ON, *reports, before=before(MOTHER, "R04"))
    assert told(matching) == {
        (MOTHER, "R04", "WITHDRAWN LEAVE_ENDED"),
        (MOTHER, "R03", "NOT_GRANTED WORKED"),
        (FATHER, "R03", "NOT_GRANTED WORKED"),
    }


@pytest.mark.parametrize(
    ("until", "category"), [("2026-07-14", "R03"), ("2026-07-15", "R03"), ("2026-07-16", "R04")]
)
def test_a_leave_holds_until_its_end(until: str, category: str) -> None:
    """On the day on which it ends it does not hold any more."""
    matching = matched(ON, born(), married(), leave(MOTHER, until=until))
    assert holders(matching) == {MOTHER: {category}}


@pytest.mark.parametrize(
    ("since", "category"), [("2026-07-14", "R04"), ("2026-07-15", "R04"), ("2026-07-16", "R03")]
)
def test_a_leave_holds_from_its_start(since: str, category: str) -> None:
    """On its first day it holds."""
    matching = matched(ON, born(), married(), leave(MOTHER, since=since))
    assert holders(matching) == {MOTHER: {category}}


@pytest.mark.parametrize(
    ("on", "birth", "is_held"),
    [
        ("2026-07-14", "2023-07-15", True),
        ("2026-07-15", "2023-07-15", False),
        ("2026-07-16", "2023-07-15", False),
        ("2027-02-28", "2024-02-29", True),
        ("2027-03-01", "2024-02-29", False),
        ("2027-02-27", "2024-02-28", True),
        ("2027-02-28", "2024-02-28", False),
        ("2027-02-28", "2024-03-01", True),
        ("2027-03-01", "2024-03-01", False),
        ("2028-02-28", "2025-02-28", False),
        ("2028-02-29", "2025-03-01", True),
        ("2028-03-01", "2025-03-01", False),
        ("2026-12-31", "2024-01-01", True),
        ("2027-01-01", "2024-01-01", False),
    ],
)
@pytest.mark.parametrize("category", ["R03", "R04"])
def test_the_third_birthday_ends_both(
    on: str, birth: str, category: str, *, is_held: bool
) -> None:
    """From the birthday on; of a child born on 29 February, it is 1 March."""
    reports: list[Report] = [born(on=birth), married()]
    if category == "R04":
        reports.append(leave(MOTHER))
    matching = matched(on, *reports, before=before(MOTHER, category))
    assert holders(matching) == ({MOTHER: {category}} if is_held else {})
    if not is_held:
        decision = only(matching, category, MOTHER)
        assert (decision.outcome, decision.reason) == ("WITHDRAWN", "CHILD_TURNED_THREE")
        assert decision.provisions == ("p20.3",)


def test_a_decision_says_what_it_rests_on() -> None:
    """Who lists, by which paragraph; how the parents were matched, by which item."""
    reports = [*family(("-x", "x-"), has_applied=False), leave(MOTHER)]
    granted = only(matched(ON, *reports), "R04", MOTHER)
    assert (granted.source, granted.provisions) == (System.MLSPP, ("p31", "p33.1"))
    assert granted.day == granted.assigned_on == day(ON)
    refused = only(matched(ON, *reports), "R03", FATHER)
    assert (refused.source, refused.provisions) == (System.MOJ, ("p30.1",))
    assert [bool(found.kinds) for found in refused.months] == [True]


PROVISIONS: Final = {
    ("--", "--", False): (MOTHER, Reason.MOTHER, ("p28", "p30.2")),
    ("--", "--", True): (FATHER, Reason.FATHER_APPLIED, ("p28", "p30.2")),
    ("--", "x-", True): (MOTHER, Reason.ONLY_PARENT, ("p28", "p30.1")),
    ("x-", "--", False): (FATHER, Reason.ONLY_PARENT, ("p28", "p30.1")),
}


@pytest.mark.parametrize("case", PROVISIONS)
def test_each_way_to_a_place_has_its_item(case: tuple[str, str, bool]) -> None:
    """The one who did not work is item 1; of two, the mother or who applied is item 2."""
    mother, father, has_applied = case
    person, reason, provisions = PROVISIONS[case]
    matching: Matching = matched(ON, *family((mother, father), has_applied=has_applied))
    decision = only(matching, "R03", person)
    assert (decision.outcome, decision.reason) == (Outcome.GRANTED, reason)
    assert decision.provisions == provisions
