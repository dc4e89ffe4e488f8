"""
Each step of a run over sets, on both sides of every border: many people in one run.

What becomes of whom is written down here or in the tables of the rules' own tests; `agree` holds
it against the rules as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from itertools import pairwise, permutations
from typing import Any, Final, NamedTuple

import pytest
import sqlalchemy as sa

from osms_common.domain.calendar import FOREVER, ONE_DAY, later
from osms_common.domain.codes import Category, System
from osms_common.domain.identifiers import Iin
from osms_matching.domain.contributions import ContributionKind
from osms_matching.domain.decisions import Outcome, Reason, Run, RunKind
from osms_matching.domain.grants import Grant
from osms_matching.domain.reports import (
    NEVER,
    FamilyCardLevel,
    Known,
    Level,
    Pension,
    PersonReport,
    Report,
    TargetedAssistance,
    UnemployedRegistration,
)
from osms_matching.rules.categories import LAW, RULES, Law
from osms_matching.rules.listings import BARS, LISTS, Bars
from tests.matching.factories import (
    day,
    died,
    held,
    leave,
    listed,
    paid,
    refunded,
)
from tests.matching.persistence.making import Made, agree
from tests.matching.test_law import changed, with_rule
from tests.matching.test_single import LISTING, MONTHS, TABLES
from tests.people import people

ON: Final = date(2026, 7, 15)
NOW: Final = Known(5)
LATER: Final = Known(6)
RUN: Final = Run(ON, NOW)
TOMORROW: Final = ON + ONE_DAY

_PEOPLE: Final = tuple(Iin(int(text)) for text in people(1500, after=100))
_PAID: Final = ContributionKind.PENSION_CONTRIBUTION


class Somebody(NamedTuple):
    """A person of a table, what is told and held of them, and what becomes of it."""

    person: Iin
    reports: tuple[Report, ...]
    before: tuple[Grant, ...]
    expected: frozenset[tuple[str, str]]


def somebody(
    person: Iin, reports: Iterable[Report], *expected: str, before: Iterable[str] = ()
) -> Somebody:
    """What is expected is told as `R14 GRANTED`; what is held before by its code."""
    whom: Any = {"person": person}
    outcomes = frozenset((code, outcome) for code, outcome in map(str.split, expected))
    grants = tuple(held(code, person) for code in before)
    return Somebody(person, tuple(replace(r, **whom) for r in reports), grants, outcomes)


def check(engine: sa.Engine, table: Iterable[Somebody], run: Run = RUN, law: Law = LAW) -> Made:
    """One run decides about everybody of a table as it is expected, and as the rules say."""
    rows = [*table]
    assert len({row.person for row in rows}) == len(rows)
    reports = [report for row in rows for report in row.reports]
    made = agree(engine, reports, [grant for row in rows for grant in row.before], run, law=law)
    found: dict[Iin, set[tuple[str, str]]] = {row.person: set() for row in rows}
    for each in made.changes:
        found[each.person].add((str(each.category), str(each.outcome)))
    assert found == {row.person: {*row.expected} for row in rows}
    return made


# Known, and on a day.

BORDERS: Final[tuple[tuple[dict[str, Any], bool], ...]] = (
    ({"start": ON}, True),
    ({"start": TOMORROW}, False),
    ({"end": TOMORROW}, True),
    ({"end": ON}, False),
    ({"end": FOREVER}, True),
    ({"known": NOW}, True),
    ({"known": LATER}, False),
    ({"withdrawn": LATER}, True),
    ({"withdrawn": NOW}, False),
    ({"withdrawn": NEVER}, True),
)
"""A report with something changed, and whether it counts on the day, as known then."""


def listing_reports() -> Iterator[tuple[Category, PersonReport]]:
    """A report of every row and value that lists somebody for a category."""
    for row in LISTS:
        values = sorted(row.having.values.on(ON), key=str) if row.having else [None]
        for value in values:
            fields: Any = {row.having.field: value} if row.having else {}
            yield row.category, listed(row.report, source=row.source, **fields)


def test_a_report_lists_on_its_days_once_it_is_known(engine: sa.Engine) -> None:
    """Every row of the table of lists, with every value that counts, at every border."""
    whom = iter(_PEOPLE)
    check(
        engine,
        (
            somebody(next(whom), [replace(r, **change)], *[f"{category} GRANTED"] * counts)
            for category, r in listing_reports()
            for change, counts in BORDERS
        ),
    )


def test_a_value_that_does_not_count_lists_nobody(engine: sa.Engine) -> None:
    """And neither does a source that the Rules do not name."""
    whom = iter(_PEOPLE)
    others = [
        listed(row.report, source=row.source, **{having.field: value})
        for row, having in ((row, row.having) for row in LISTS if row.having)
        for value in _all_values(next(iter(having.values.on(ON))))
        if value not in _that_count(row.report)
    ]
    foreign = [listed(Pension, source=System.MOJ), listed(TargetedAssistance, source=System.DFC)]
    assert len(others) >= 2
    check(engine, (somebody(next(whom), [report]) for report in (*others, *foreign)))


def _all_values(value: object) -> list[Any]:
    kind: Any = type(value)
    return [True, False] if kind is bool else [*kind]


def _that_count(report: type[Report]) -> set[object]:
    rows = [row.having for row in LISTS if row.report is report]
    return {value for having in rows if having for value in having.values.on(ON)}


def test_of_several_who_list_the_first_in_the_table_assigns(engine: sa.Engine) -> None:
    """Every pair of rows for one category, whichever was told first."""
    whom = iter(_PEOPLE)
    pairs = [
        (first, second) for first, second in pairwise(LISTS) if first.category is second.category
    ]
    assert len(pairs) >= 4
    for first, second in pairs:
        fields: Any = {
            row.having.field: value
            for row in (first,)
            if row.having
            for value in row.having.values.on(ON)
        }
        person = next(whom)
        reports = [listed(row.report, source=row.source, **fields) for row in (second, first)]
        made = check(engine, [somebody(person, reports, f"{first.category} GRANTED")])
        assert [each.source for each in made.changes] == [first.source]


def test_a_bar_keeps_from_a_category_unless_a_source_says_otherwise(engine: sa.Engine) -> None:
    """Every row, source and reason; beside another report that says nothing against it."""
    whom, rows = iter(_PEOPLE), []
    for row in BARS:
        lists = LISTING[row.category]()
        for source in row.sources:
            for value in row.reasons:
                bar = _barred(row, source, value)
                code = str(row.category)
                rows += [
                    somebody(next(whom), [lists, bar]),
                    somebody(next(whom), [lists, bar], f"{code} WITHDRAWN", before=[code]),
                    somebody(next(whom), [lists, replace(bar, end=ON)], f"{code} GRANTED"),
                    somebody(next(whom), [lists, replace(bar, known=LATER)], f"{code} GRANTED"),
                ]
                rows += [
                    somebody(next(whom), [lists, bar, other], f"{code} GRANTED")
                    for other in _said_otherwise(row)
                ]
    made = check(engine, rows)
    reasons = {each.reason for each in made.changes if each.outcome is Outcome.WITHDRAWN}
    assert reasons == {reason for row in BARS for reason in row.reasons.values()}


def _said_otherwise(row: Bars) -> Iterator[Report]:
    values = _all_values(next(iter(row.reasons)))
    for source in row.sources:
        for value in values:
            if value not in row.reasons:
                yield _barred(row, source, value)


def test_of_several_bars_the_first_in_the_table_is_told(engine: sa.Engine) -> None:
    """By the reason, and then by the source, in whichever order they were told."""
    whom, expected, rows = iter(_PEOPLE), {}, []
    for row in BARS:
        code, lists = str(row.category), LISTING[row.category]()
        order = [*dict.fromkeys(row.reasons.values())]
        bars = [(reason, s, v) for s in row.sources for v, reason in row.reasons.items()]
        for pair in permutations(bars, 2):
            first = min(pair, key=lambda bar: (order.index(bar[0]), row.sources.index(bar[1])))
            told = [_barred(row, source, value) for _, source, value in pair]
            person = next(whom)
            expected[person] = first[:2]
            rows.append(somebody(person, [lists, *told], f"{code} WITHDRAWN", before=[code]))
    made = check(engine, rows)
    assert {each.person: (each.reason, each.source) for each in made.changes} == expected


def _barred(row: Bars, source: System, value: object) -> PersonReport:
    fields: Any = {row.field: value}
    return listed(row.report, source=source, **fields)


# Months.


def test_months_decide_as_the_tables_of_the_rules_say(engine: sa.Engine) -> None:
    """Every category with every combination of months: of a candidate and of a holder."""
    whom, rows = iter(_PEOPLE), []
    for code, table in TABLES.items():
        for pattern, (candidate, holder) in table.items():
            months = (m for m, mark in zip(MONTHS, pattern, strict=True) if mark == "x")
            reports = [LISTING[code](), *(paid(f"{month}-10") for month in months)]
            granted = [f"{code} {candidate}"] * (candidate == Outcome.GRANTED)
            withdrawn = [f"{code} {holder}"] * (holder == Outcome.WITHDRAWN)
            rows.append(somebody(next(whom), reports, *granted))
            rows.append(somebody(next(whom), reports, *withdrawn, before=[code]))
    check(engine, rows)


ASSISTED: Final = listed(TargetedAssistance)
"""R14 is granted to whoever did not work in June, and taken after May and June."""
JUNE: Final = paid("2026-06-10", amount=100)
MOST: Final = refunded(JUNE, "2026-07-01", amount=60)

LINES: Final[tuple[tuple[list[Report], bool], ...]] = (
    ([paid("2026-06-01")], False),
    ([paid("2026-06-30")], False),
    ([paid("2026-05-31")], True),
    ([paid("2026-07-01")], True),
    ([paid("2026-06-10", kind=ContributionKind.SOCIAL_DEDUCTION)], False),
    ([replace(JUNE, known=NOW)], False),
    ([replace(JUNE, known=LATER)], True),
    ([replace(JUNE, withdrawn=LATER)], False),
    ([replace(JUNE, withdrawn=NOW)], True),
    ([replace(JUNE, period=later(JUNE.period, 7))], False),
    ([JUNE, refunded(JUNE, "2026-07-15")], True),
    ([JUNE, refunded(JUNE, "2026-07-16")], False),
    ([JUNE, refunded(JUNE, "2026-07-15", amount=99)], False),
    ([JUNE, refunded(JUNE, "2026-07-15", amount=101)], True),
    ([JUNE, MOST, refunded(JUNE, "2026-07-02", amount=40)], True),
    ([JUNE, MOST, refunded(JUNE, "2026-07-16", amount=40)], False),
    ([JUNE, refunded(JUNE, "2026-07-15", known=NOW)], True),
    ([JUNE, refunded(JUNE, "2026-07-15", known=LATER)], False),
    ([JUNE, refunded(replace(JUNE, reference="other"), "2026-07-15")], False),
    ([JUNE, refunded(replace(JUNE, kind=ContributionKind.SOCIAL_DEDUCTION), "2026-07-15")], False),
    ([JUNE, refunded(replace(JUNE, period=later(JUNE.period, -1)), "2026-07-15")], False),
    ([JUNE, paid("2026-06-20"), refunded(JUNE, "2026-07-15")], False),
)  # fmt: skip
"""What was paid and given back, and whether it is a month without work."""


def test_a_line_counts_in_the_month_in_which_it_was_paid(engine: sa.Engine) -> None:
    """From its first day to its last, less what was given back of it by the day of the run."""
    whom = iter(_PEOPLE)
    check(
        engine,
        (
            somebody(next(whom), [ASSISTED, *lines], *["R14 GRANTED"] * is_idle)
            for lines, is_idle in LINES
        ),
    )


def test_decisions_tell_the_months_and_what_was_paid_in_each(engine: sa.Engine) -> None:
    """Of a withdrawal those with which it is taken; both kinds, or one of them."""
    person = _PEOPLE[0]
    deduction = paid("2026-06-10", kind=ContributionKind.SOCIAL_DEDUCTION, reference="x")
    lines = [paid("2026-06-10"), deduction, paid("2026-05-10"), paid("2026-04-10")]
    row = somebody(person, [ASSISTED, *lines], "R14 WITHDRAWN", before=["R14"])
    (decision,) = check(engine, [row]).changes
    both = frozenset(ContributionKind)
    assert [found.kinds for found in decision.months] == [both, {_PAID}]


# Obstacles, and what gives way.


def test_death_takes_everything_from_its_day_on(engine: sa.Engine) -> None:
    """Before anything else that stands in the way, once it is known."""
    whom, rows = iter(_PEOPLE), []
    for code, lists in LISTING.items():
        for death, is_dead in (
            (died(Iin(1), "2026-07-15"), True),
            (died(Iin(1), "2026-07-16"), False),
            (died(Iin(1), "2026-07-01", known=NOW), True),
            (died(Iin(1), "2026-07-01", known=LATER), False),
        ):
            reports = [lists(), death]
            rows.append(somebody(next(whom), reports, *[f"{code} GRANTED"] * (not is_dead)))
            taken = [f"{code} WITHDRAWN"] * is_dead
            rows.append(somebody(next(whom), reports, *taken, before=[code]))
        dead = [died(Iin(1), "2026-07-15")]
        rows.append(somebody(next(whom), dead, f"{code} WITHDRAWN", before=[code]))
    made = check(engine, rows)
    withdrawn = [each for each in made.changes if each.outcome is Outcome.WITHDRAWN]
    assert {each.reason for each in withdrawn} == {Reason.DEATH}


def test_the_crisis_level_gives_way_to_what_the_same_run_makes(engine: sa.Engine) -> None:
    """To what is granted, kept, or the place of a couple; not to what is withdrawn or refused."""
    level, whom, rows = listed(FamilyCardLevel, level=Level.E), iter(_PEOPLE), []
    for code in [*TABLES]:
        if code in {"L02", "F01"}:
            continue
        reports = [level, LISTING[code]()]
        rows += [
            somebody(next(whom), reports, f"{code} GRANTED", "L02 WITHDRAWN", before=["L02"]),
            somebody(next(whom), reports, before=[code]),
            somebody(next(whom), [level], f"{code} WITHDRAWN", "L02 GRANTED", before=[code]),
        ]
    treaty = [level, LISTING["F01"]()]
    rows.append(somebody(next(whom), treaty, "L02 GRANTED", "F01 GRANTED"))
    rows.append(somebody(next(whom), [level, leave()], "R04 GRANTED"))
    check(engine, rows)


def test_of_several_that_it_gives_way_to_the_first_is_told(engine: sa.Engine) -> None:
    """In the order of p. 20 and 55, a couple's category among them."""
    level, lists = listed(FamilyCardLevel, level=Level.E), listed(UnemployedRegistration)
    reports = [lists, level, listed(Pension), leave()]
    row = somebody(
        _PEOPLE[0], reports, *("R04 GRANTED", "R07 GRANTED", "L01 GRANTED", "L02 WITHDRAWN"),
        before=["L02"],
    )  # fmt: skip
    made = check(engine, [row])
    assert made.changes[-1].other is Category.ON_CHILD_LEAVE


def test_a_daily_run_leaves_the_crisis_level_as_it_is(engine: sa.Engine) -> None:
    """Neither granted nor withdrawn, whatever it decides of others."""
    level, whom = listed(FamilyCardLevel, level=Level.E), iter(_PEOPLE)
    rows = [
        somebody(next(whom), [level]),
        somebody(next(whom), [], before=["L02"]),
        somebody(next(whom), [level, ASSISTED], "R14 GRANTED", before=["L02"]),
        somebody(next(whom), [level], "R14 WITHDRAWN", before=["R14"]),
    ]
    check(engine, rows, Run(ON, NOW, RunKind.DAILY))


# The law of the day.


@pytest.mark.parametrize("on", ["2026-07-14", "2026-07-15"])
def test_numbers_and_lists_are_those_of_the_day(engine: sa.Engine, on: str) -> None:
    """Two months instead of one since 15 July: a line in May counts from then on."""
    rule = RULES[Category.TARGETED_ASSISTANCE]
    law = with_rule(replace(rule, idle=changed(rule.idle, 2), worked=changed(rule.worked, 3)))
    lines = [paid("2026-06-10"), paid("2026-05-10")]
    is_new = on == "2026-07-15"
    taken = ["R14 WITHDRAWN"] * (not is_new)
    rows = [
        somebody(_PEOPLE[0], [ASSISTED, lines[1]], *["R14 GRANTED"] * (not is_new)),
        somebody(_PEOPLE[1], [ASSISTED, *lines], *taken, before=["R14"]),
    ]
    check(engine, rows, Run(day(on), NOW), law)


def test_a_law_that_looks_at_no_month_needs_none(engine: sa.Engine) -> None:
    """The lists alone decide then, whatever is paid."""
    none = {
        category: replace(rule, idle=changed(rule.idle, 0), worked=changed(rule.worked, 0))
        for category, rule in RULES.items()
    }
    check(engine, [somebody(_PEOPLE[0], [ASSISTED, JUNE], "R14 GRANTED")], RUN, Law(none))
