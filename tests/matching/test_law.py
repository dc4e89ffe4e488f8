"""The law's numbers and lists: each is dated, says where it comes from, and decides something."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final, TypeVar

import pytest

from osms_common.domain.codes import Category
from osms_matching.domain.dated import IN_FORCE, Dated
from osms_matching.domain.decisions import Decision, Reason
from osms_matching.domain.reports import Report
from osms_matching.rules.categories import LAW, RULES, Law, Rule
from osms_matching.rules.citing import _LISTED_BY, _OF_REASON
from osms_matching.rules.couples import OF_COUPLES
from osms_matching.rules.families import BY_CIVIL_ACTS, BY_EDUCATION, birthday
from osms_matching.rules.listings import BARS, LISTS, Listing
from osms_matching.rules.texts import Language
from osms_matching.rules.texts.decisions import reference
from tests.matching.factories import (
    MOTHER,
    born,
    day,
    held,
    leave,
    matched,
    only,
    worked,
)
from tests.matching.test_single import LISTING

PAGE: Final = Path(__file__).parents[2] / "docs" / "matching.md"

NOT_FORMED: Final = {Category.EXEMPT_STAFF, Category.CRISIS_RELEASE}
"""Rosters come from their bodies, and the release in a crisis is registered on documents."""

Value = TypeVar("Value")

CHANGE: Final = date(2026, 7, 15)


def changed(dated: Dated[Value], value: Value) -> Dated[Value]:
    """The same with another value since 15 July 2026."""
    return replace(dated, values=(*dated.values, (CHANGE, value)))


def with_rule(rule: Rule) -> Law:
    """The law with another rule for one category."""
    return Law({**RULES, rule.category: rule})


def test_the_categories_of_couples_are_formed_in_the_same_runs() -> None:
    """They have one place together, so one is not formed without the other."""
    assert len({RULES[category].formed_in for category in OF_COUPLES}) == 1


def test_every_category_that_is_formed_has_a_rule() -> None:
    """In the order of the codes, which is that of p. 20 and 55; the treaty list comes last."""
    assert [*RULES] == [category for category in Category if category not in NOT_FORMED]


def test_every_rule_says_where_it_comes_from() -> None:
    """Paragraphs of chapters 2 to 4, and the order of priority."""
    rules = [dated.provision for rule in RULES.values() for dated in (rule.idle, rule.worked)]
    rows = [row.provision for row in (*LISTS, *BARS)]
    having = [row.having.values.provision for row in LISTS if row.having]
    cited = [code for codes in (*_LISTED_BY.values(), *_OF_REASON.values()) for code in codes]
    for code in (*rules, *rows, *having, *cited, LAW.child_age_years.provision):
        assert re.fullmatch(r"p(7|[2-5]\d|6[01])(\.\d+)?", code), code


def test_every_category_has_a_paragraph_that_lists() -> None:
    """The reason of a removal can always be told by one."""
    assert {*_LISTED_BY} == {*RULES}


@pytest.mark.parametrize("category", RULES)
def test_a_rule_is_of_one_of_three_kinds(category: Category) -> None:
    """No months at all; months of grant and withdrawal; or those with an item for couples."""
    rule = RULES[category]
    idle, worked_for = rule.idle.on(CHANGE), rule.worked.on(CHANGE)
    assert 0 <= idle <= worked_for <= 3
    assert bool(idle) == bool(worked_for)
    assert bool(rule.both_idle) == (category in OF_COUPLES)


def test_a_value_holds_from_its_day() -> None:
    """Before the first, the first holds."""
    dated = Dated("p26.1", ((IN_FORCE, 1), (CHANGE, 2)))
    assert [dated.on(day(text)) for text in ("2000-01-01", "2026-07-14", "2026-07-15")] == [
        1,
        1,
        2,
    ]


MATCHED: Final = [category for category, rule in RULES.items() if rule.idle.on(CHANGE)]


def listing(category: Category) -> Report:
    """What lists a person for a category of any kind."""
    if category is Category.RAISING_CHILD:
        return born(father=None)
    return leave(MOTHER) if category is Category.ON_CHILD_LEAVE else LISTING[category]()


@pytest.mark.parametrize("category", MATCHED)
def test_the_months_without_work_are_read_on_the_day(category: Category) -> None:
    """With one month more, work in that month keeps a candidate from the category."""
    rule = RULES[category]
    count = rule.idle.on(CHANGE)
    law = with_rule(replace(rule, idle=changed(rule.idle, count + 1)))
    for on, outcome in (("2026-07-14", "GRANTED"), ("2026-07-15", "NOT_GRANTED")):
        reports = [listing(category), *worked(f"2026-{6 - count:02d}", person=MOTHER)]
        assert only(matched(on, *reports, law=law), category, MOTHER).outcome == outcome


@pytest.mark.parametrize("category", MATCHED)
def test_the_months_with_work_are_read_on_the_day(category: Category) -> None:
    """With one month more, the same work does not take the category."""
    rule = RULES[category]
    count = rule.worked.on(CHANGE)
    law = with_rule(replace(rule, worked=changed(rule.worked, count + 1)))
    months = [f"2026-{6 - back:02d}" for back in range(count)]
    for on, outcome in (("2026-07-14", "WITHDRAWN"), ("2026-07-15", "KEPT")):
        reports = [listing(category), *worked(*months, person=MOTHER)]
        found = matched(on, *reports, before=[held(category, MOTHER)], law=law)
        assert only(found, category, MOTHER).outcome == outcome


def test_the_age_of_the_child_is_read_on_the_day() -> None:
    """With four years, a child of three has its parents hold the place."""
    law = Law(child_age_years=changed(LAW.child_age_years, 4))
    child = born(on="2023-01-01", father=None)

    def decided(on: str) -> Decision:
        return only(matched(on, child, before=[held("R03")], law=law), "R03")

    assert [str(decided(on).outcome) for on in ("2026-07-14", "2026-07-15")] == [
        "WITHDRAWN",
        "KEPT",
    ]


@pytest.mark.parametrize(
    ("born_on", "years", "expected"),
    [
        ("2024-02-29", 3, "2027-03-01"),
        ("2024-02-29", 4, "2028-02-29"),
        ("2024-02-28", 3, "2027-02-28"),
        ("2025-02-28", 3, "2028-02-28"),
        ("2024-03-01", 3, "2027-03-01"),
        ("2024-12-31", 3, "2027-12-31"),
        ("1896-02-29", 3, "1899-03-01"),
        ("1896-02-29", 4, "1900-03-01"),
    ],
)
def test_a_birthday(born_on: str, years: int, expected: str) -> None:
    """Of 29 February it is 1 March, where the year has no such day."""
    assert birthday(day(born_on), years) == day(expected)


# The page.


def _rows() -> dict[str, list[str]]:
    """The rows of the page's tables of categories and of reasons, by their code."""
    _, _, told = PAGE.read_text(encoding="utf-8").partition("\n## The categories\n")
    lines = told.partition("\n## At size\n")[0].splitlines()
    cells = [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in lines]
    return {row[0].strip("`"): row[1:] for row in cells if row[0].startswith("`")}


def _months(dated: Dated[int]) -> str:
    count = dated.on(CHANGE)
    return f"{count} ({reference(dated.provision, Language.ENGLISH)})" if count else "none"


def _listed_by(rule: Rule) -> str:
    rows = [Listing(row.source, row.provision) for row in LISTS if row.category is rule.category]
    rows = rows or [BY_CIVIL_ACTS, BY_EDUCATION]
    return ", ".join(f"`{source}` ({reference(code, Language.ENGLISH)})" for source, code in rows)


CELLS: Final[tuple[Callable[[Rule], str], ...]] = (
    _listed_by,
    lambda rule: _months(rule.idle),
    lambda rule: _months(rule.worked),
    lambda rule: f"`{rule.unlisted}`",
)


def test_the_page_tells_the_table() -> None:
    """docs/matching.md has every category: who lists, the months, the reason of who is not."""
    assert {code: row for code, row in _rows().items() if len(row) == len(CELLS)} == {
        str(category): [cell(rule) for cell in CELLS] for category, rule in RULES.items()
    }


def test_the_page_tells_every_reason() -> None:
    """All reasons that a decision can have."""
    assert {code for code, row in _rows().items() if len(row) == 1} == {*Reason}
