"""
Categories of single persons (p. 22-26, 34-50, 56, 60, 61): every combination of months.

The matching is on 15 July 2026, so c-1 is June. In a pattern `x` stands for a month with a
contribution and `-` for one without, the latest first: `x--` worked in June alone.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Final

import pytest

from osms_matching.domain.decisions import Outcome, Reason, RunKind
from osms_matching.domain.reports import (
    Childhood,
    Detention,
    DetentionKind,
    Disability,
    DisabledChildAllowance,
    FamilyCardLevel,
    FullTimeStudy,
    GroupOneCareAllowance,
    KandasStatus,
    Level,
    MotherAward,
    Pension,
    Pregnancy,
    Report,
    Sentence,
    TargetedAssistance,
    TreatyStay,
    UnemployedRegistration,
)
from osms_matching.rules.categories import RULES
from osms_matching.rules.couples import OF_COUPLES
from tests.matching.factories import (
    ASEL,
    SINCE,
    held,
    holders,
    listed,
    matched,
    only,
    told,
    worked,
)

ON: Final = "2026-07-15"
MONTHS: Final = ("2026-06", "2026-05", "2026-04")
PATTERNS: Final = ["".join(pattern) for pattern in product("-x", repeat=3)]

LISTING: Final[dict[str, Callable[[], Report]]] = {
    "R01": lambda: listed(Childhood),
    "R02": lambda: listed(Pregnancy),
    "R05": lambda: listed(DisabledChildAllowance),
    "R06": lambda: listed(GroupOneCareAllowance),
    "R07": lambda: listed(Pension),
    "R08": lambda: listed(Sentence),
    "R09a": lambda: listed(Detention, kind=DetentionKind.REMAND),
    "R09b": lambda: listed(Detention, kind=DetentionKind.HOUSE_ARREST),
    "R10": lambda: listed(KandasStatus),
    "R11": lambda: listed(MotherAward),
    "R12": lambda: listed(Disability),
    "R13": lambda: listed(FullTimeStudy),
    "R14": lambda: listed(TargetedAssistance),
    "L01": lambda: listed(UnemployedRegistration),
    "L02": lambda: listed(FamilyCardLevel, level=Level.D),
    "F01": lambda: listed(TreatyStay),
}
"""What lists a person for each category."""

Table = dict[str, tuple[str, str]]
"""What becomes of one who is listed, by the months: of a candidate, and of a holder."""

GRANT, KEEP, REFUSE, TAKE = "GRANTED", "KEPT", "NOT_GRANTED", "WITHDRAWN"

LISTED_ALONE: Final[Table] = dict.fromkeys(PATTERNS, (GRANT, KEEP))
"""p. 22, 38, 40, 42 (remand), 46, 47, 48, 61: contributions decide nothing."""

ONE_AND_TWO: Final[Table] = {
    "---": (GRANT, KEEP),
    "--x": (GRANT, KEEP),
    "-x-": (GRANT, KEEP),
    "-xx": (GRANT, KEEP),
    "x--": (REFUSE, KEEP),
    "x-x": (REFUSE, KEEP),
    "xx-": (REFUSE, TAKE),
    "xxx": (REFUSE, TAKE),
}
"""p. 26, 35, 37, 43, 45, 50: granted after one month without, withdrawn after two with."""

TWO_AND_TWO: Final[Table] = {
    "---": (GRANT, KEEP),
    "--x": (GRANT, KEEP),
    "-x-": (REFUSE, KEEP),
    "-xx": (REFUSE, KEEP),
    "x--": (REFUSE, KEEP),
    "x-x": (REFUSE, KEEP),
    "xx-": (REFUSE, TAKE),
    "xxx": (REFUSE, TAKE),
}
"""p. 56: granted after two months without, withdrawn after two with."""

THREE_AND_THREE: Final[Table] = {
    "---": (GRANT, KEEP),
    "--x": (REFUSE, KEEP),
    "-x-": (REFUSE, KEEP),
    "-xx": (REFUSE, KEEP),
    "x--": (REFUSE, KEEP),
    "x-x": (REFUSE, KEEP),
    "xx-": (REFUSE, KEEP),
    "xxx": (REFUSE, TAKE),
}
"""p. 60: granted after three months without, withdrawn after three with."""

TABLES: Final[dict[str, Table]] = {
    **dict.fromkeys(("R01", "R07", "R08", "R09a", "R11", "R12", "R13", "F01"), LISTED_ALONE),
    **dict.fromkeys(("R02", "R05", "R06", "R09b", "R10", "R14"), ONE_AND_TWO),
    "L01": TWO_AND_TWO,
    "L02": THREE_AND_THREE,
}


def paid_in(pattern: str) -> list[Report]:
    """The contributions of a pattern."""
    months = (month for month, mark in zip(MONTHS, pattern, strict=True) if mark == "x")
    return [*worked(*months)]


def test_every_category_has_its_table() -> None:
    """All that are formed, but those of couples."""
    assert {*TABLES} == {*LISTING} == {*RULES} - {*OF_COUPLES}


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("category", TABLES)
def test_a_candidate_who_is_listed(category: str, pattern: str) -> None:
    """Who does not hold the category is granted it, or not, by the months."""
    matching = matched(ON, LISTING[category](), *paid_in(pattern))
    decision = only(matching, category)
    expected, _ = TABLES[category][pattern]
    assert decision.outcome == expected
    assert len(matching.grants) == (expected == GRANT)
    assert decision.assigned_on == (decision.day if expected == GRANT else None)


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("category", TABLES)
def test_a_holder_who_is_listed(category: str, pattern: str) -> None:
    """Who holds the category keeps it since its day, or loses it, by the months."""
    matching = matched(ON, LISTING[category](), *paid_in(pattern), before=[held(category)])
    decision = only(matching, category)
    _, expected = TABLES[category][pattern]
    assert decision.outcome == expected
    assert decision.assigned_on == SINCE
    assert [grant.assigned_on for grant in matching.grants] == [SINCE] * (expected == KEEP)


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("category", TABLES)
def test_a_holder_who_is_not_listed(category: str, pattern: str) -> None:
    """Whatever the months, the category is withdrawn."""
    matching = matched(ON, *paid_in(pattern), before=[held(category)])
    decision = only(matching, category)
    assert decision.outcome is Outcome.WITHDRAWN
    assert decision.reason is RULES[decision.category].unlisted
    assert matching.grants == frozenset()


@pytest.mark.parametrize("pattern", PATTERNS)
def test_somebody_who_is_neither_listed_nor_holds_anything(pattern: str) -> None:
    """Nothing is said of them."""
    assert matched(ON, *paid_in(pattern)).decisions == ()


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("category", TABLES)
def test_the_months_that_were_looked_at_are_told(category: str, pattern: str) -> None:
    """As many as the paragraph says, the latest first, and whether something was paid in them."""
    rule = RULES[next(code for code in RULES if code == category)]
    for before in ([], [held(category)]):
        decision = only(
            matched(ON, LISTING[category](), *paid_in(pattern), before=before), category
        )
        count = (rule.worked if before else rule.idle).values[0][1]
        found = "".join("x" if found.kinds else "-" for found in decision.months)
        assert found == pattern[:count]


# The crisis or emergency level gives way.


@pytest.mark.parametrize("other", [code for code in TABLES if code not in {"L02", "F01"}])
def test_the_crisis_level_is_not_granted_beside_another_category(other: str) -> None:
    """Whether the other is granted by the same matching, or was held before."""
    level = LISTING["L02"]()
    for before in ([], [held(other)]):
        decision = only(matched(ON, level, LISTING[other](), before=before), "L02")
        assert (decision.outcome, decision.reason) == (REFUSE, Reason.OTHER_CATEGORY)
        assert decision.other == other
        assert decision.provisions == ("p60.1",)


@pytest.mark.parametrize("other", [code for code in TABLES if code not in {"L02", "F01"}])
def test_the_crisis_level_is_withdrawn_for_another_category(other: str) -> None:
    """In the same matching that grants the other."""
    matching = matched(ON, LISTING["L02"](), LISTING[other](), before=[held("L02")])
    assert told(matching) == {
        (ASEL, other, f"GRANTED {only(matching, other).reason}"),
        (ASEL, "L02", "WITHDRAWN OTHER_CATEGORY"),
    }
    assert only(matching, "L02").provisions == ("p60.2",)


@pytest.mark.parametrize("other", [code for code in TABLES if code not in {"L02", "F01"}])
def test_the_crisis_level_takes_the_place_of_what_ends(other: str) -> None:
    """In the same matching that withdraws the other, so that there is no gap."""
    matching = matched(ON, LISTING["L02"](), before=[held(other)])
    assert only(matching, other).outcome == TAKE
    assert only(matching, "L02").outcome == GRANT


def test_another_category_is_told_only_where_it_decides() -> None:
    """Where the level is no longer D or E, that is the reason."""
    matching = matched(ON, LISTING["R07"](), before=[held("L02")])
    decision = only(matching, "L02")
    assert (decision.reason, decision.other) == (Reason.OTHER_LEVEL, None)


def test_a_treaty_listing_is_no_status_before_which_the_crisis_level_gives_way() -> None:
    """Only the categories of article 26 and the registered unemployed are (p. 60)."""
    matching = matched(ON, LISTING["L02"](), LISTING["F01"]())
    assert {d.outcome for d in matching.decisions} == {Outcome.GRANTED}


def test_a_category_that_is_refused_is_none_before_which_the_crisis_level_gives_way() -> None:
    """Who is listed and worked holds nothing: only what is held counts."""
    matching = matched(
        ON, LISTING["L02"](), LISTING["R14"](), *paid_in("x--"), before=[held("L02")]
    )
    assert told(matching) == {
        (ASEL, "R14", "NOT_GRANTED WORKED"),
        (ASEL, "L02", "KEPT NOT_EVERY_MONTH"),
    }


def test_a_person_may_hold_several_categories() -> None:
    """Each is judged by itself; which is reported first is the register's affair."""
    matching = matched(ON, LISTING["R14"](), LISTING["R07"](), LISTING["L01"](), *paid_in("-x-"))
    assert told(matching) == {
        (ASEL, "R07", "GRANTED LISTED"),
        (ASEL, "R14", "GRANTED NO_CONTRIBUTIONS"),
        (ASEL, "L01", "NOT_GRANTED WORKED"),
    }
    assert [str(d.category) for d in matching.decisions] == ["R07", "R14", "L01"]


def test_a_daily_run_says_nothing_of_the_crisis_level() -> None:
    """Its data come every month (p. 54 part 2): neither granted, nor withdrawn, nor kept."""
    told_of = [LISTING["L02"](), LISTING["R14"]()]
    matching = matched(ON, *told_of, kind=RunKind.DAILY)
    assert told(matching) == {(ASEL, "R14", "GRANTED NO_CONTRIBUTIONS")}
    before = [held("L02")]
    matching = matched(ON, *told_of, before=before, kind=RunKind.DAILY)
    assert told(matching) == {(ASEL, "R14", "GRANTED NO_CONTRIBUTIONS")}
    assert holders(matching) == {ASEL: {"R14", "L02"}}
    assert {*before} < matching.grants


@pytest.mark.parametrize("kind", RunKind)
def test_only_the_crisis_level_waits_for_a_monthly_run(kind: RunKind) -> None:
    """All that a run forms is decided; a daily one forms all the others (p. 19, 54)."""
    matching = matched(ON, *(table() for table in LISTING.values()), kind=kind)
    decided = {decision.category for decision in matching.decisions}
    assert decided == {*LISTING} - ({"L02"} if kind is RunKind.DAILY else set())
