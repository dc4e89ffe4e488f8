"""Who is listed: by which source, on which days, and who is barred (p. 20, 22-25, 34-61)."""

from __future__ import annotations

from itertools import product
from typing import Any, Final

import pytest

from osms_common.domain.codes import Category, System
from osms_matching.domain.decisions import Reason
from osms_matching.domain.reports import (
    Detention,
    DetentionKind,
    FamilyCardLevel,
    Leave,
    LeaveKind,
    Level,
    Pension,
    PersonReport,
    Placement,
    PlacementKind,
    Report,
    Residence,
    ResidenceStatus,
    Sentence,
    UnemployedRegistration,
)
from osms_matching.rules.categories import RULES
from osms_matching.rules.families import BY_CIVIL_ACTS, BY_EDUCATION
from osms_matching.rules.listings import LISTS
from osms_server.rules.reference import ASSIGNING_SOURCES
from tests.matching.factories import (
    ASEL,
    day,
    died,
    held,
    listed,
    matched,
    only,
    told,
    worked,
)
from tests.matching.test_single import LISTING

ON: Final = "2026-07-15"
KINDS: Final = dict.fromkeys((row.category, row.report) for row in LISTS)
"""The categories, each with the reports that list for it."""


def value_for(report: type[PersonReport], category: Category) -> dict[str, Any]:
    """The field with which a report lists for a category, where it has one."""
    if report is Detention:
        is_remand = category is Category.REMAND
        return {"kind": DetentionKind.REMAND if is_remand else DetentionKind.HOUSE_ARREST}
    return {"level": Level.D} if report is FamilyCardLevel else {}


@pytest.mark.parametrize("source", System)
@pytest.mark.parametrize(("category", "report"), KINDS)
def test_a_category_is_listed_by_its_sources_alone(
    category: Category, report: type[PersonReport], source: System
) -> None:
    """A report of any other system lists nobody; the one that lists is the source of the grant."""
    matching = matched(ON, listed(report, source=source, **value_for(report, category)))
    is_own = source in {row.source for row in LISTS if row.category is category}
    assert {grant.category for grant in matching.grants} == ({category} if is_own else set())
    assert [grant.source for grant in matching.grants] == [source] * is_own


def test_the_register_takes_every_source() -> None:
    """What a matching assigns, the register accepts as a source of the category."""
    for category in RULES:
        listing = {row.source for row in LISTS if row.category is category}
        if category is Category.RAISING_CHILD:
            listing = {BY_CIVIL_ACTS.source, BY_EDUCATION.source}
        assert listing == ASSIGNING_SOURCES[category].on(day(ON)), category


@pytest.mark.parametrize("category", LISTING)
@pytest.mark.parametrize(
    ("since", "until", "is_listed"),
    [
        ("2026-07-15", None, True),
        ("2026-07-16", None, False),
        (None, "2026-07-15", False),
        (None, "2026-07-16", True),
        ("2026-07-15", "2026-07-16", True),
        ("2026-07-15", "2026-07-15", False),
    ],
)
def test_a_report_lists_on_its_days(
    category: str, since: str | None, until: str | None, *, is_listed: bool
) -> None:
    """From its first day, until the day on which it ends."""
    whole = LISTING[category]()
    assert isinstance(whole, PersonReport)
    fields = value_for(type(whole), Category(category))
    report = listed(type(whole), since=since, until=until, **fields)
    assert {str(grant.category) for grant in matched(ON, report).grants} == (
        {category} if is_listed else set()
    )


def test_of_two_sources_the_one_that_the_paragraph_names_assigns() -> None:
    """And where that falls silent, the category goes on by the other, as it was assigned."""
    by_education = listed(LISTS[0].report, source=System.MOE, until="2026-07-16")
    by_justice = listed(LISTS[0].report, source=System.MOJ)
    matching = matched(ON, by_justice, by_education)
    assert only(matching, "R01").source is System.MOE
    later = matched("2026-07-16", by_justice, by_education, before=matching.grants)
    assert only(later, "R01").source is System.MOE
    assert later.changes == ()


def test_a_sentence_in_a_minimum_security_institution_does_not_count() -> None:
    """They are left out (p. 20 item 8); beside another sentence it does no harm."""
    minimum = listed(Sentence, minimum_security=True)
    assert matched(ON, minimum).decisions == ()
    assert told(matched(ON, minimum, listed(Sentence))) == {(ASEL, "R08", "GRANTED LISTED")}


@pytest.mark.parametrize("level", Level)
def test_the_levels_of_the_crisis_category(level: Level) -> None:
    """D is the crisis and E the emergency level; no other is."""
    matching = matched(ON, listed(FamilyCardLevel, level=level), before=[held("L02")])
    assert only(matching, "L02").outcome == ("KEPT" if level in {"D", "E"} else "WITHDRAWN")


# Foreigners, and those who stay for a time.

STAYS: Final[dict[str, dict[Residence, Reason]]] = {
    "R08": {
        Residence.PERMANENT_RESIDENT: Reason.FOREIGNER,
        Residence.TEMPORARY_STAY: Reason.FOREIGNER,
    },
    "R09a": {Residence.TEMPORARY_STAY: Reason.TEMPORARY_STAY},
    "R09b": {Residence.TEMPORARY_STAY: Reason.TEMPORARY_STAY},
}


@pytest.mark.parametrize("residence", Residence)
@pytest.mark.parametrize("category", LISTING)
def test_who_is_barred_as_a_foreigner(category: str, residence: Residence) -> None:
    """All foreigners by p. 40, those who stay for a time by p. 42, and nobody by any other."""
    reports = [LISTING[category](), listed(ResidenceStatus, residence=residence)]
    reason = STAYS.get(category, {}).get(residence)
    granted, kept = (
        only(matched(ON, *reports, before=before), category) for before in ([], [held(category)])
    )
    if reason is None:
        assert (granted.outcome, kept.outcome) == ("GRANTED", "KEPT")
        return
    assert (granted.outcome, granted.reason) == ("NOT_GRANTED", reason)
    assert (kept.outcome, kept.reason) == ("WITHDRAWN", reason)
    assert kept.source is System.MPIS
    assert kept.provisions == (("p40",) if category == "R08" else ("p42",))


def test_who_is_told_as_a_citizen_as_well_is_not_barred() -> None:
    """Where systems contradict each other, the reading that protects."""
    reports: list[Report] = [
        listed(Sentence),
        listed(ResidenceStatus, residence=Residence.TEMPORARY_STAY),
        listed(ResidenceStatus, residence=Residence.CITIZEN, source=System.MIA_CAD),
    ]
    assert only(matched(ON, *reports), "R08").outcome == "GRANTED"


def test_a_bar_is_told_only_where_it_decides() -> None:
    """Who has died, or is listed no more, loses the category for that reason."""
    foreigner = listed(ResidenceStatus, residence=Residence.TEMPORARY_STAY)
    for reports, reason, source in (
        ([listed(Sentence), died(ASEL, ON)], "DEATH", System.MOJ),
        ([], "NOT_LISTED", System.MLSPP),
    ):
        decision = only(matched(ON, foreigner, *reports, before=[held("R08")]), "R08")
        assert (decision.reason, decision.source) == (reason, source)
        assert decision.provisions == ("p40",)


def test_a_stay_that_ended_bars_nobody() -> None:
    """Nor does one that an unknown system tells."""
    over = listed(ResidenceStatus, residence=Residence.TEMPORARY_STAY, until=ON)
    foreign = listed(ResidenceStatus, residence=Residence.TEMPORARY_STAY, source=System.MOE)
    assert only(matched(ON, listed(Sentence), over, foreign), "R08").outcome == "GRANTED"


# The registered unemployed.


@pytest.mark.parametrize("kind", PlacementKind)
def test_who_is_placed_is_no_registered_unemployed(kind: PlacementKind) -> None:
    """While the placement lasts; afterwards the registration counts again."""
    reports = [
        listed(UnemployedRegistration),
        listed(Placement, kind=kind, since="2026-07-10", until="2026-07-16"),
    ]
    on_the_day = only(matched(ON, *reports, before=[held("L01")]), "L01")
    assert (on_the_day.outcome, str(on_the_day.reason)) == ("WITHDRAWN", str(kind))
    assert on_the_day.provisions == ("p54.1",)
    assert only(matched(ON, *reports), "L01").outcome == "NOT_GRANTED"
    assert only(matched("2026-07-16", *reports), "L01").outcome == "GRANTED"
    assert only(matched("2026-07-09", *reports, before=[held("L01")]), "L01").outcome == "KEPT"


def test_of_two_placements_the_job_is_told() -> None:
    """In whichever order they come."""
    for first, second in product(PlacementKind, repeat=2):
        reports = [listed(Placement, kind=first), listed(Placement, kind=second)]
        decision = only(matched(ON, listed(UnemployedRegistration), *reports), "L01")
        has_job = PlacementKind.SUBSIDISED_JOB in {first, second}
        assert decision.reason == ("SUBSIDISED_JOB" if has_job else "ON_THE_JOB_TRAINING")


# Leaves and deaths.


@pytest.mark.parametrize("kind", LeaveKind)
@pytest.mark.parametrize(("source", "provision"), [(System.MOH, "p32"), (System.MLSPP, "p31")])
def test_a_leave_is_told_by_the_paragraph_of_its_source(
    source: System, provision: str, kind: LeaveKind
) -> None:
    """Sick-leave sheets are p. 32, whatever they are for."""
    decision = only(matched(ON, listed(Leave, kind=kind, source=source)), "R04")
    assert decision.provisions == (provision, "p33.1")


@pytest.mark.parametrize("category", LISTING)
def test_a_death_ends_every_category(category: str) -> None:
    """From the day of the death, though a source may list the person still."""
    reports = [LISTING[category](), died(ASEL, ON)]
    withdrawn = only(matched(ON, *reports, before=[held(category)]), category)
    assert (withdrawn.outcome, withdrawn.reason) == ("WITHDRAWN", "DEATH")
    assert withdrawn.source is System.MOJ
    unlisted = only(matched(ON, before=[held(category)]), category)
    assert withdrawn.provisions == unlisted.provisions
    assert only(matched(ON, *reports), category).outcome == "NOT_GRANTED"
    kept = matched("2026-07-14", *reports, before=[held(category)])
    assert only(kept, category).outcome == "KEPT"


def test_a_removal_tells_where_it_comes_from() -> None:
    """From the matching, where the person worked; otherwise from the source that listed them."""
    worked_on = matched(ON, LISTING["R14"](), *worked("2026-06", "2026-05"), before=[held("R14")])
    assert only(worked_on, "R14").source is System.MLSPP
    unlisted = matched(ON, before=[held("R13")._replace(source=System.MOSHE)])
    assert only(unlisted, "R13").source is System.MOSHE
    assert only(unlisted, "R13").provisions == ("p48", "p7.1")


def test_a_source_may_list_for_more_than_one_report() -> None:
    """A report that is told twice lists once."""
    matching = matched(ON, listed(Pension), listed(Pension))
    assert told(matching) == {(ASEL, "R07", "GRANTED LISTED")}
