"""Families of every kind: who has a place with whom, and what becomes of it."""

from __future__ import annotations

from typing import Final

import pytest

from osms_common.domain.codes import System
from osms_matching.domain.reports import LeaveKind
from tests.matching.factories import (
    ASEL,
    BABY,
    BOLAT,
    CHILD,
    DANA,
    ERLAN,
    FATHER,
    MOTHER,
    SIBLING,
    applied,
    born,
    day,
    died,
    guarded,
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
BUSY: Final = ("2026-06", "2026-05")


# One, two or more parents.


@pytest.mark.parametrize(
    ("work", "expected"),
    [((), {MOTHER: {"R03"}}), (("2026-06",), {}), (("2026-05",), {MOTHER: {"R03"}})],
)
def test_a_single_mother(work: tuple[str, ...], expected: dict[int, set[str]]) -> None:
    """Where no father is told, she has the place alone."""
    matching = matched(ON, born(father=None), *worked(*work, person=MOTHER))
    assert holders(matching) == expected


def test_a_single_father_needs_no_application() -> None:
    """It is asked for only where both parents did not work."""
    matching = matched(ON, born(mother=None))
    assert told(matching) == {(FATHER, "R03", "GRANTED ONLY_PARENT")}


def test_parents_who_are_not_married_have_one_place_together() -> None:
    """They are the legal representatives of one child."""
    assert holders(matched(ON, born())) == {MOTHER: {"R03"}}


def test_a_divorce_changes_nothing() -> None:
    """Both stay parents: who holds the place keeps it, and it stays one."""
    reports = [born(), married(until=ON)]
    for holder in (MOTHER, FATHER):
        matching = matched(ON, *reports, before=[held("R03", holder, places=[COUPLE])])
        assert holders(matching) == {holder: {"R03"}}


def test_a_place_is_one_however_many_children_there_are() -> None:
    """The youngest of them decides how long."""
    reports = [born(CHILD, "2022-01-01"), born(SIBLING, "2023-07-16"), born(BABY, "2023-07-15")]
    matching = matched(ON, *reports)
    assert holders(matching) == {MOTHER: {"R03"}}
    later = matched("2026-07-16", *reports, before=matching.grants)
    assert told(later) == {(MOTHER, "R03", "WITHDRAWN CHILD_TURNED_THREE")}


def test_a_new_child_keeps_the_place() -> None:
    """Born before the elder turned three, it goes on in the same hands, applied or not."""
    reports = [born(CHILD, "2023-07-15"), born(BABY, "2026-07-10"), applied()]
    matching = matched(ON, *reports, before=[held("R03", MOTHER, places=[COUPLE])])
    assert told(matching) == {
        (MOTHER, "R03", "KEPT NOT_EVERY_MONTH"),
        (FATHER, "R03", "NOT_GRANTED OTHER_PARENT"),
    }


# Who applied.


def test_an_application_moves_no_place_that_is_held() -> None:
    """In between, the state stays as it is."""
    matching = matched(ON, born(), applied(), before=[held("R03", MOTHER, places=[COUPLE])])
    assert holders(matching) == {MOTHER: {"R03"}}


def test_an_application_that_was_taken_back_moves_no_place_either() -> None:
    """The father who got it keeps it."""
    reports = [born(), applied(until=ON)]
    matching = matched(ON, *reports, before=[held("R03", FATHER, places=[COUPLE])])
    assert holders(matching) == {FATHER: {"R03"}}


@pytest.mark.parametrize(
    ("since", "until", "holder"),
    [
        (ON, None, FATHER),
        ("2026-07-16", None, MOTHER),
        (None, ON, MOTHER),
        (None, "2026-07-16", FATHER),
    ],
)
def test_an_application_counts_on_its_days(
    since: str | None, until: str | None, holder: int
) -> None:
    """From the day on which it was made, until the day on which it was taken back."""
    matching = matched(ON, born(), applied(since=since, until=until))
    assert holders(matching) == {holder: {"R03"}}


def test_where_both_parents_applied_the_father_did() -> None:
    """His application alone is asked for (p. 30)."""
    matching = matched(ON, born(), applied(FATHER), applied(MOTHER))
    assert told(matching) == {
        (FATHER, "R03", "GRANTED FATHER_APPLIED"),
        (MOTHER, "R03", "NOT_GRANTED OTHER_PARENT"),
    }


@pytest.mark.parametrize(
    ("child", "holder"), [(CHILD, FATHER), (SIBLING, FATHER), (BABY, MOTHER), (None, FATHER)]
)
def test_an_application_is_for_the_parents_of_its_child(child: int | None, holder: int) -> None:
    """Of an elder child of the same couple as well; not of a child with somebody else."""
    reports = [born(CHILD), born(SIBLING, "2020-01-01"), born(BABY, mother=DANA)]
    matching = matched(ON, *reports, applied(FATHER, child))  # type: ignore[arg-type]
    assert [seat.person for seat in matching.grants if COUPLE in seat.places] == [holder]


def test_an_application_for_a_child_that_died_counts_for_the_next() -> None:
    """It is for the same couple."""
    reports = [born(CHILD), born(SIBLING), died(CHILD, "2026-07-01"), applied(FATHER, CHILD)]
    assert holders(matched(ON, *reports)) == {FATHER: {"R03"}}


# Adopters and guardians.


def test_a_guardian_has_the_place_instead_of_the_parents() -> None:
    """The Ministry of Education lists the guardian."""
    matching = matched(ON, born(), guarded(by=DANA))
    assert told(matching) == {(DANA, "R03", "GRANTED ONLY_PARENT")}
    decision = only(matching, "R03", DANA)
    assert (decision.source, decision.provisions) == (System.MOE, ("p29", "p30.1"))


def test_a_guardian_of_a_child_without_parents() -> None:
    """The guardianship tells the birth as well."""
    assert holders(matched(ON, guarded(on="2023-07-16"))) == {DANA: {"R03"}}
    assert holders(matched(ON, guarded(on="2023-07-15"))) == {}


def test_a_child_comes_back_to_its_parents() -> None:
    """When the guardianship ends, the guardian loses the place, and a parent takes theirs."""
    reports = [born(), guarded(by=DANA, until=ON)]
    matching = matched(ON, *reports, before=[held("R03", DANA, places=[(DANA,)])])
    assert told(matching) == {
        (DANA, "R03", "WITHDRAWN NO_CHILD"),
        (MOTHER, "R03", "GRANTED MOTHER"),
        (FATHER, "R03", "NOT_GRANTED OTHER_PARENT"),
    }


def test_of_two_adopters_who_are_married_the_wife_is_the_mother() -> None:
    """Nothing else says who of them is."""
    reports = [guarded(by=BOLAT), guarded(by=DANA), married(BOLAT, DANA)]
    assert told(matched(ON, *reports)) == {
        (DANA, "R03", "GRANTED MOTHER"),
        (BOLAT, "R03", "NOT_GRANTED OTHER_PARENT"),
    }
    assert holders(matched(ON, *reports, applied(BOLAT))) == {BOLAT: {"R03"}}


def test_of_two_guardians_who_are_not_married_the_first_has_the_place() -> None:
    """Unless the other applied; a child has one place, however many guardians it has."""
    reports = [guarded(by=DANA), guarded(by=ERLAN)]
    first, second = sorted((DANA, ERLAN))
    assert told(matched(ON, *reports)) == {
        (first, "R03", "GRANTED FIRST_NAMED"),
        (second, "R03", "NOT_GRANTED OTHER_PARENT"),
    }
    assert holders(matched(ON, *reports, applied(second))) == {second: {"R03"}}


def test_a_wife_is_the_mother_only_with_her_husband() -> None:
    """Of two guardians who are married to others, none is."""
    reports = [guarded(by=ASEL), guarded(by=ERLAN), married(BOLAT, ASEL)]
    assert told(matched(ON, *reports)) == {
        (ASEL, "R03", "GRANTED FIRST_NAMED"),
        (ERLAN, "R03", "NOT_GRANTED OTHER_PARENT"),
    }


def test_a_step_parent_who_adopts_shares_the_place_of_the_parent() -> None:
    """The mother stays a legal representative; who held the place alone keeps it."""
    reports = [born(father=None), guarded(by=ERLAN), married(ERLAN, MOTHER)]
    assert holders(matched(ON, *reports)) == {MOTHER: {"R03"}}
    grants = [held("R03", MOTHER, places=[(MOTHER,)])]
    matching = matched(ON, *reports, *worked("2026-06", person=MOTHER), before=grants)
    assert holders(matching) == {MOTHER: {"R03"}}


# Two partners.

BY_TWO: Final = (born(CHILD, mother=ASEL, father=BOLAT), born(BABY, mother=DANA, father=BOLAT))
"""Children of one father by two mothers."""


def test_a_father_by_two_mothers_keeps_nobody_from_a_place() -> None:
    """He has the place with the one who works; the other has hers."""
    matching = matched(ON, *BY_TWO, *worked(*BUSY, person=ASEL))
    assert holders(matching) == {BOLAT: {"R03"}, DANA: {"R03"}}


def test_a_mother_by_two_fathers_has_both_places() -> None:
    """And one category; it ends when the youngest of all her children turns three."""
    reports = [
        born(CHILD, "2023-07-20", mother=ASEL, father=BOLAT),
        born(BABY, mother=ASEL, father=ERLAN),
    ]
    matching = matched(ON, *reports)
    (grant,) = matching.grants
    assert grant.person == ASEL
    assert len(grant.places) == 2
    later = matched("2026-07-20", *reports, before=matching.grants)
    assert told(later) == {
        (ASEL, "R03", "KEPT NOT_EVERY_MONTH"),
        (ERLAN, "R03", "NOT_GRANTED OTHER_PARENT"),
    }


def test_whoever_loses_one_of_two_places_keeps_the_category() -> None:
    """The place that is left is enough; the day of assignment stays."""
    places = [tuple(sorted((ASEL, BOLAT))), tuple(sorted((DANA, BOLAT)))]
    older = born(CHILD, "2023-07-15", mother=ASEL, father=BOLAT)
    matching = matched(ON, older, BY_TWO[1], before=[held("R03", BOLAT, places=places)])
    (grant,) = matching.grants
    assert (grant.person, grant.places) == (BOLAT, frozenset({places[1]}))
    assert grant.assigned_on == held("R03").assigned_on


def test_the_source_is_that_of_the_place_which_is_held() -> None:
    """A father whose place his wife has, and who is the guardian of another child."""
    grants = [held("R03", ASEL, places=[tuple(sorted((ASEL, BOLAT)))])]
    matching = matched(ON, born(), guarded(BABY, by=BOLAT), before=grants)
    decision = only(matching, "R03", BOLAT)
    assert (decision.outcome, decision.source) == ("GRANTED", System.MOE)


def test_a_place_that_is_taken_beside_one_that_is_kept() -> None:
    """Whoever goes on leave moves from R03 to R04, with the old place and with the new one."""
    first, second = sorted((BOLAT, ERLAN))
    reports = [
        born(CHILD, mother=ASEL, father=first),
        born(BABY, mother=ASEL, father=second),
        leave(ASEL),
    ]
    grants = [held("R03", ASEL, places=[tuple(sorted((ASEL, second)))])]
    matching = matched(ON, *reports, before=grants)
    assert only(matching, "R04", ASEL).reason == "ON_LEAVE"
    (grant,) = matching.grants
    assert len(grant.places) == 2


# Deaths.


def test_when_the_child_dies_r03_ends() -> None:
    """At the next matching; the register keeps the right for three months more."""
    grants = [held("R03", MOTHER, places=[COUPLE])]
    assert told(matched(ON, born(), died(CHILD, ON), before=grants)) == {
        (MOTHER, "R03", "WITHDRAWN CHILD_DIED")
    }
    assert holders(matched(ON, born(), died(CHILD, "2026-07-16"), before=grants)) == {
        MOTHER: {"R03"}
    }


def test_when_one_of_two_children_dies_the_other_keeps_the_place() -> None:
    """As long as it is under three."""
    reports = [born(CHILD), born(BABY), died(BABY, ON)]
    assert holders(matched(ON, *reports)) == {MOTHER: {"R03"}}


def test_a_death_long_ago_is_not_the_reason() -> None:
    """Where the youngest turned three, and an elder child had died after its third birthday."""
    reports = [
        born(CHILD, "2015-01-01"),
        died(CHILD, "2020-01-01"),
        born(BABY, "2023-07-15"),
    ]
    matching = matched(ON, *reports, before=[held("R03", MOTHER, places=[COUPLE])])
    assert told(matching) == {(MOTHER, "R03", "WITHDRAWN CHILD_TURNED_THREE")}


@pytest.mark.parametrize("kind", LeaveKind)
def test_when_the_child_dies_a_leave_goes_on_until_it_ends(kind: LeaveKind) -> None:
    """Only its end, or what would have been the third birthday, ends R04."""
    reports = [born(), married(), died(CHILD, "2026-07-01"), leave(MOTHER, kind=kind)]
    grants = [held("R04", MOTHER, places=[COUPLE])]
    assert holders(matched(ON, *reports, before=grants)) == {MOTHER: {"R04"}}


@pytest.mark.parametrize(
    ("kind", "category"),
    [(LeaveKind.CHILDBIRTH, "R04"), (LeaveKind.ADOPTION, ""), (LeaveKind.CHILD_CARE, "")],
)
def test_what_would_have_been_the_third_birthday_ends_a_leave(
    kind: LeaveKind, category: str
) -> None:
    """Of a child that died, as of one that lives; a sheet for childbirth goes on."""
    reports = [born(on="2023-07-15"), married(), died(CHILD, "2026-07-01"), leave(kind=kind)]
    grants = [held("R04", MOTHER, places=[COUPLE])]
    assert holders(matched("2026-07-14", *reports, before=grants)) == {MOTHER: {"R04"}}
    expected = {MOTHER: {category}} if category else {}
    assert holders(matched(ON, *reports, before=grants)) == expected


@pytest.mark.parametrize(
    ("since", "category"),
    [
        pytest.param("2021-07-14", "", id="begun before the youngest who is known turned three"),
        pytest.param("2021-07-15", "R04", id="begun on that day"),
        pytest.param("2026-07-01", "R04", id="begun long after"),
    ],
)
def test_a_leave_that_begins_when_all_are_three_is_for_another_child(
    since: str, category: str
) -> None:
    """Its act may come later than the leave; until then nothing is taken for want of it."""
    reports = [born(on="2018-07-15"), leave(MOTHER, since=since)]
    expected = {MOTHER: {category}} if category else {}
    assert holders(matched(ON, *reports)) == expected


def test_when_the_holder_dies_the_other_parent_takes_the_place() -> None:
    """In the same matching."""
    matching = matched(ON, born(), died(MOTHER, ON), before=[held("R03", MOTHER, places=[COUPLE])])
    assert told(matching) == {
        (MOTHER, "R03", "WITHDRAWN DEATH"),
        (FATHER, "R03", "GRANTED ONLY_PARENT"),
    }
    assert only(matching, "R03", MOTHER).source is System.MOJ


def test_when_the_other_parent_dies_the_holder_keeps_the_place() -> None:
    """As the only one left, after a month of work as well."""
    reports = [born(), died(FATHER, ON), *worked("2026-06", person=MOTHER)]
    matching = matched(ON, *reports, before=[held("R03", MOTHER, places=[COUPLE])])
    (grant,) = matching.grants
    assert (grant.person, grant.places) == (MOTHER, frozenset({(MOTHER,)}))


# Leaves.


@pytest.mark.parametrize("kind", LeaveKind)
def test_a_leave_needs_no_child_that_is_known(kind: LeaveKind) -> None:
    """A sick-leave sheet comes before the birth; of any other, the record is enough."""
    assert holders(matched(ON, leave(MOTHER, kind=kind))) == {MOTHER: {"R04"}}


def test_a_couple_before_its_first_child_has_one_place() -> None:
    """Only whoever is on leave may have it."""
    reports = [married(), leave(MOTHER, kind=LeaveKind.CHILDBIRTH), applied()]
    assert told(matched(ON, *reports)) == {(MOTHER, "R04", "GRANTED ONLY_PARENT")}
    assert told(matched(ON, *reports, *worked("2026-06", person=MOTHER))) == {
        (MOTHER, "R04", "NOT_GRANTED WORKED")
    }


def test_a_sheet_for_childbirth_is_not_ended_by_an_elder_child() -> None:
    """It is for the child to come; a leave for the care of the elder is at its end."""
    elder = born(on="2023-07-15")
    for kind, expected in (("CHILDBIRTH", {MOTHER: {"R04"}}), ("CHILD_CARE", {})):
        grants = [held("R04", MOTHER, places=[COUPLE])]
        sheet = leave(MOTHER, kind=LeaveKind(kind))
        assert holders(matched(ON, elder, married(), sheet, before=grants)) == expected


def test_a_holder_keeps_the_place_through_the_birth() -> None:
    """The couple has the place as parents now, married or not, and the father cannot take it."""
    sheet = leave(MOTHER, kind=LeaveKind.CHILDBIRTH)
    for marriage, place in (([married()], COUPLE), ([], (MOTHER,))):
        before = [held("R04", MOTHER, places=[place])]
        reports = [born(on="2026-07-10"), sheet, applied(), *marriage]
        work = worked("2026-06", person=MOTHER)
        matching = matched(ON, *reports, *work, before=before)
        assert holders(matching) == {MOTHER: {"R04"}}


def test_a_couple_has_one_place_though_the_mother_is_expecting_again() -> None:
    """The father, who holds it for the elder child, keeps it while he does not work."""
    reports = [born(), married(), leave(MOTHER, kind=LeaveKind.CHILDBIRTH)]
    matching = matched(ON, *reports, before=[held("R03", FATHER, places=[COUPLE])])
    assert told(matching) == {
        (FATHER, "R03", "KEPT NOT_EVERY_MONTH"),
        (MOTHER, "R04", "NOT_GRANTED OTHER_PARENT"),
    }


def test_an_expectant_wife_has_a_place_with_her_husband() -> None:
    """Though a former partner has the one for the elder child."""
    elder = born(mother=ASEL, father=ERLAN)
    reports = [elder, married(BOLAT, ASEL), leave(ASEL, kind=LeaveKind.CHILDBIRTH)]
    place = tuple(sorted((ASEL, ERLAN)))
    matching = matched(ON, *reports, before=[held("R03", ERLAN, places=[place])])
    assert holders(matching) == {ERLAN: {"R03"}, ASEL: {"R04"}}


def test_a_divorce_during_a_leave_takes_no_place() -> None:
    """Whoever had it as a spouse has it alone."""
    sheet = leave(MOTHER, kind=LeaveKind.CHILDBIRTH)
    reports = [married(until=ON), sheet, *worked("2026-06", person=MOTHER)]
    matching = matched(ON, *reports, before=[held("R04", MOTHER, places=[COUPLE])])
    (grant,) = matching.grants
    assert (grant.person, grant.places) == (MOTHER, frozenset({(MOTHER,)}))


# Places that are not known, or are no more.


def test_a_grant_whose_place_is_not_known_is_that_of_the_couple() -> None:
    """As where grants are taken over from elsewhere."""
    matching = matched(ON, born(), applied(), before=[held("R03", MOTHER)])
    (grant,) = matching.grants
    assert (grant.person, grant.places) == (MOTHER, frozenset({COUPLE}))


def test_of_two_holders_in_one_couple_the_older_stays() -> None:
    """As where paternity is found later; a couple has one place."""
    older, newer = day("2026-01-15"), day("2026-02-15")
    for first, second in ((MOTHER, FATHER), (FATHER, MOTHER)):
        before = [held("R03", first, since=older), held("R03", second, since=newer)]
        matching = matched(ON, born(), *worked("2026-06", person=second), before=before)
        assert told(matching) == {
            (first, "R03", "KEPT NOT_EVERY_MONTH"),
            (second, "R03", "WITHDRAWN OTHER_PARENT"),
        }


def test_of_two_holders_since_one_day_the_mother_stays() -> None:
    """Unless the father applied."""
    before = [held("R03", FATHER), held("R03", MOTHER)]
    assert holders(matched(ON, born(), before=before)) == {MOTHER: {"R03"}}
    assert holders(matched(ON, born(), applied(), before=before)) == {FATHER: {"R03"}}


def test_who_is_named_for_a_place_comes_before_who_lost_another() -> None:
    """However long the other has held it."""
    elsewhere = (FATHER, ERLAN)
    before = [
        held("R03", FATHER, places=[elsewhere], since=day("2020-01-01")),
        held("R03", MOTHER, places=[COUPLE]),
    ]
    assert holders(matched(ON, born(), before=before)) == {MOTHER: {"R03"}}


def test_paternity_that_is_found_later_takes_no_place() -> None:
    """The mother who held it alone keeps it in the new couple, after a month of work as well."""
    reports = [born(), applied(), *worked("2026-06", person=MOTHER)]
    matching = matched(ON, *reports, before=[held("R03", MOTHER, places=[(MOTHER,)])])
    assert holders(matching) == {MOTHER: {"R03"}}


def test_a_birth_that_is_told_in_two_ways_is_the_later_one() -> None:
    """The reading that protects."""
    reports = [born(on="2023-07-01"), born(on="2023-07-16")]
    assert holders(matched(ON, *reports)) == {MOTHER: {"R03"}}
