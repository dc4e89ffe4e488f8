"""
The oracle against answers worked out by hand: each ground on both sides of each of its days.

A row is a tale, a day, and the ground reported first on it; None is no right.
"""

from collections.abc import Callable
from datetime import date

import pytest

from tests.oracle.script import invented_people
from tests.oracle.tale import ASAN, BOTA, Tale, due_day


def category_removed_in_july() -> Tale:
    """Last held on 14 July, so M = July."""
    tale = Tale().at("2026-01-05").assigned("R01", "2026-01-01")
    return tale.at("2026-07-16").removed("R01", "2026-01-01", "2026-07-15").at("2026-08-01")


def category_removed_on_the_first_of_july() -> Tale:
    """Last held on 30 June, so M = June."""
    tale = Tale().at("2026-01-05").assigned("R01", "2026-01-01")
    return tale.at("2026-07-01").removed("R01", "2026-01-01", "2026-07-01").at("2026-08-01")


def category_voided() -> Tale:
    """Told on 1 March, and voided on the fifth."""
    tale = Tale().at("2026-03-01").assigned("R01", "2026-03-01")
    return tale.at("2026-03-05").removed("R01", "2026-03-01", "2026-03-01").at("2026-04-01")


def death_told_twice() -> Tale:
    """Two removals for DEATH name different days: the earlier one counts."""
    tale = Tale().at("2026-01-05").assigned("R12", "2026-01-01").assigned("R07", "2026-01-01")
    tale.at("2026-03-01").removed("R07", "2026-01-01", "2026-03-20", reason="DEATH")
    return tale.removed("R12", "2026-01-01", "2026-03-10", reason="DEATH")


def removal_corrected() -> Tale:
    """First removed on 10 March, then on 20 April: the second stands."""
    tale = Tale().at("2026-01-05").assigned("R01", "2026-01-01")
    tale.at("2026-03-11").removed("R01", "2026-01-01", "2026-03-10")
    return tale.at("2026-05-01").removed("R01", "2026-01-01", "2026-04-20")


def next_category_takes_over() -> Tale:
    """Of two categories the one first in the order of p. 20 ends."""
    tale = Tale().at("2026-01-05").assigned("R13", "2026-01-01").assigned("R01", "2026-01-01")
    return tale.at("2026-07-10").removed("R01", "2026-01-01", "2026-07-15")


def death() -> Tale:
    """Of two categories one is removed for DEATH, told five days later."""
    tale = Tale().at("2026-01-05").assigned("R12", "2026-01-01").assigned("R07", "2026-01-01")
    return tale.at("2026-03-15").removed("R07", "2026-01-01", "2026-03-10", reason="DEATH")


def death_and_a_later_category() -> Tale:
    """A category reported after the death does not hold."""
    return death().at("2026-03-20").assigned("R06", "2026-03-18").at("2026-05-01")


def death_by_a_void_removal() -> Tale:
    """The removal voids its episode; it is the death that counts."""
    tale = Tale().at("2026-01-05").assigned("R12", "2026-01-01").assigned("R07", "2026-03-10")
    return tale.at("2026-03-10").removed("R07", "2026-03-10", "2026-03-10", reason="DEATH")


def death_by_a_treaty_removal() -> Tale:
    """A treaty listing is removed for DEATH; the category ends with it."""
    tale = Tale().at("2026-01-05").assigned("R12", "2026-01-01").listed("2026-01-01")
    return tale.at("2026-03-09").unlisted("2026-01-01", "2026-03-10", reason="DEATH")


def death_corrected() -> Tale:
    """The removal is corrected: the person lives, and one of the categories goes on."""
    return death().at("2026-04-01").removed("R07", "2026-01-01", "2026-03-10")


def left_out_of_the_next_snapshot() -> Tale:
    """Listed on 2 March, left out on the sixteenth."""
    tale = Tale().at("2026-03-02").snapshot("DEFENCE", ASAN, BOTA)
    return tale.at("2026-03-16").snapshot("DEFENCE", BOTA).at("2026-03-20")


def listed_by_two_bodies() -> Tale:
    """DEFENCE drops the person on the sixteenth, INTERIOR on the twentieth."""
    tale = Tale().at("2026-03-02").snapshot("DEFENCE", ASAN, BOTA).snapshot("INTERIOR", ASAN, BOTA)
    tale.at("2026-03-16").snapshot("DEFENCE", BOTA)
    return tale.at("2026-03-20").change("INTERIOR", "REMOVE").at("2026-03-25")


def joined_and_left_within_a_day() -> Tale:
    """Joined in the morning of 2 March, left in the afternoon."""
    tale = Tale().at("2026-03-02T10:00").change("DEFENCE", "ADD")
    return tale.at("2026-03-02T15:00").change("DEFENCE", "REMOVE")


def left_and_joined_within_a_day() -> Tale:
    """Left in the morning of 5 March, joined again in the afternoon."""
    tale = Tale().at("2026-03-02").change("DEFENCE", "ADD")
    tale.at("2026-03-05T10:00").change("DEFENCE", "REMOVE")
    return tale.at("2026-03-05T15:00").change("DEFENCE", "ADD")


def snapshot_held_and_approved() -> Tale:
    """It came on the sixteenth and was approved on the twentieth."""
    crowd = invented_people(30)
    tale = Tale().at("2026-03-02").snapshot("DEFENCE", ASAN, *crowd)
    tale.at("2026-03-16").snapshot("DEFENCE", *crowd[:9])
    assert tale.last == "HELD_FOR_APPROVAL"
    return tale.at("2026-03-20").decided(tale.last_name).at("2026-03-25")


def snapshot_approved_after_a_newer_one() -> Tale:
    """The newer one, of the eighteenth, names everybody again."""
    crowd = invented_people(30)
    tale = Tale().at("2026-03-02").snapshot("DEFENCE", ASAN, *crowd)
    held = tale.at("2026-03-16").snapshot("DEFENCE", *crowd[:9]).last_name
    tale.at("2026-03-18").snapshot("DEFENCE", ASAN, *crowd)
    return tale.at("2026-03-20").decided(held).at("2026-03-25")


def body_succeeded() -> Tale:
    """The Anti-corruption Agency ends; the next list of the NSC of 10 July speaks for it."""
    tale = Tale().at("2025-06-20").snapshot("ACA", ASAN, BOTA)
    return tale.at("2025-07-10").snapshot("NSC", BOTA).at("2025-08-01")


def applied_on_10_march() -> Tale:
    """The month runs through 10 April."""
    return Tale().at("2026-03-10").registered("R07", "2026-03-10", "PENSION_CERTIFICATE")


def applied_on_31_january() -> Tale:
    """The month runs through 28 February."""
    return Tale().at("2026-01-31").registered("R07", "2026-01-31", "PENSION_CERTIFICATE")


def applied_on_31_january_of_a_leap_year() -> Tale:
    """The month runs through 29 February."""
    return Tale().at("2028-01-31").registered("R07", "2028-01-31", "PENSION_CERTIFICATE")


def documents_revoked() -> Tale:
    """Revoked on 15 March: the last day."""
    return applied_on_10_march().at("2026-03-15").revoked("e1")


def released_in_a_crisis() -> Tale:
    """Applied on the last day of the window: the month is given in full."""
    tale = Tale(crisis_window=["2026-03-01", "2026-06-30"]).at("2026-06-30")
    return tale.registered("X13", "2026-06-30", "IDENTITY_DOCUMENT", "LABOUR_BOOK")


def treaty_ended() -> Tale:
    """Listed since 1 March, ended as of 1 April, told before."""
    tale = Tale().at("2026-03-01").listed("2026-03-01")
    return tale.at("2026-03-25").unlisted("2026-03-01", "2026-04-01")


ROWS = [
    (category_removed_in_july, "2025-12-31", None),
    (category_removed_in_july, "2026-01-01", "CATEGORY"),
    (category_removed_in_july, "2026-07-14", "CATEGORY"),
    (category_removed_in_july, "2026-07-15", "RETENTION"),
    (category_removed_in_july, "2026-10-31", "RETENTION"),
    (category_removed_in_july, "2026-11-01", None),
    (category_removed_on_the_first_of_july, "2026-06-30", "CATEGORY"),
    (category_removed_on_the_first_of_july, "2026-07-01", "RETENTION"),
    (category_removed_on_the_first_of_july, "2026-09-30", "RETENTION"),
    (category_removed_on_the_first_of_july, "2026-10-01", None),
    (category_voided, "2026-02-28", None),
    (category_voided, "2026-03-01", "HELD"),
    (category_voided, "2026-03-05", "HELD"),
    (category_voided, "2026-03-06", None),
    (death_told_twice, "2026-03-09", "CATEGORY"),
    (death_told_twice, "2026-03-10", None),
    (removal_corrected, "2026-04-19", "CATEGORY"),
    (removal_corrected, "2026-04-20", "RETENTION"),
    (removal_corrected, "2026-07-31", "RETENTION"),
    (removal_corrected, "2026-08-01", None),
    (death, "2026-03-09", "CATEGORY"),
    (death, "2026-03-10", "HELD"),
    (death, "2026-03-15", "HELD"),
    (death, "2026-03-16", None),
    (death_and_a_later_category, "2026-03-18", None),
    (death_and_a_later_category, "2026-03-20", None),
    (death_by_a_void_removal, "2026-03-09", "CATEGORY"),
    (death_by_a_void_removal, "2026-03-10", "HELD"),
    (death_by_a_void_removal, "2026-03-11", None),
    (death_by_a_treaty_removal, "2026-03-09", "CATEGORY"),
    (death_by_a_treaty_removal, "2026-03-10", None),
    (death_corrected, "2026-03-16", "CATEGORY"),
    (death_corrected, "2026-03-10", "CATEGORY"),
    (left_out_of_the_next_snapshot, "2026-03-01", None),
    (left_out_of_the_next_snapshot, "2026-03-02", "ROSTER"),
    (left_out_of_the_next_snapshot, "2026-03-15", "ROSTER"),
    (left_out_of_the_next_snapshot, "2026-03-16", "HELD"),
    (left_out_of_the_next_snapshot, "2026-03-17", None),
    (listed_by_two_bodies, "2026-03-19", "ROSTER"),
    (listed_by_two_bodies, "2026-03-20", "HELD"),
    (listed_by_two_bodies, "2026-03-21", None),
    (joined_and_left_within_a_day, "2026-03-02", "HELD"),
    (joined_and_left_within_a_day, "2026-03-03", None),
    (left_and_joined_within_a_day, "2026-03-05", "ROSTER"),
    (snapshot_held_and_approved, "2026-03-15", "ROSTER"),
    (snapshot_held_and_approved, "2026-03-16", "HELD"),
    (snapshot_held_and_approved, "2026-03-20", "HELD"),
    (snapshot_held_and_approved, "2026-03-21", None),
    (snapshot_approved_after_a_newer_one, "2026-03-15", "ROSTER"),
    (snapshot_approved_after_a_newer_one, "2026-03-16", "HELD"),
    (snapshot_approved_after_a_newer_one, "2026-03-17", "HELD"),
    (snapshot_approved_after_a_newer_one, "2026-03-18", "ROSTER"),
    (body_succeeded, "2025-07-09", "ROSTER"),
    (body_succeeded, "2025-07-10", "HELD"),
    (body_succeeded, "2025-07-11", None),
    (applied_on_10_march, "2026-03-09", None),
    (applied_on_10_march, "2026-03-10", "DOCUMENT"),
    (applied_on_10_march, "2026-04-10", "DOCUMENT"),
    (applied_on_10_march, "2026-04-11", None),
    (applied_on_31_january, "2026-02-28", "DOCUMENT"),
    (applied_on_31_january, "2026-03-01", None),
    (applied_on_31_january_of_a_leap_year, "2028-02-29", "DOCUMENT"),
    (applied_on_31_january_of_a_leap_year, "2028-03-01", None),
    (documents_revoked, "2026-03-15", "DOCUMENT"),
    (documents_revoked, "2026-03-16", None),
    (released_in_a_crisis, "2026-07-30", "DOCUMENT"),
    (released_in_a_crisis, "2026-07-31", None),
    (treaty_ended, "2026-03-31", "TREATY"),
    (treaty_ended, "2026-04-01", None),
]


@pytest.mark.parametrize(("tell", "day", "primary"), ROWS)
def test_each_ground_holds_on_its_days(
    tell: Callable[[], Tale], day: str, primary: str | None
) -> None:
    """A ground holds from its first day through its last."""
    assert tell().primary(day) == primary


def test_the_next_category_takes_its_place_with_no_gap() -> None:
    """When the category reported ends, the next in the order is reported on the same day."""
    tale = next_category_takes_over()
    days = ("2026-07-14", "2026-07-15")
    assert [tale.answer(day).category for day in days] == ["R01", "R13"]
    assert tale.answer("2026-07-15").grounds == ("CATEGORY", "RETENTION")


def test_remand_comes_before_house_arrest() -> None:
    """Category 9 is two categories, remand and house arrest, in this order."""
    tale = Tale().at("2026-01-05").assigned("R09b", "2026-01-01").assigned("R09a", "2026-01-01")
    assert tale.answer("2026-01-05").category == "R09a"


def test_grounds_are_reported_in_their_order() -> None:
    """Several grounds on one day are all reported, the first in the order of section 3."""
    tale = Tale().at("2026-06-01").assigned("L01", "2026-06-01").listed("2026-06-01")
    tale.change("FMA", "ADD").registered("R07", "2026-06-01", "PENSION_CERTIFICATE")
    grounds = ("ROSTER", "CATEGORY", "TREATY", "DOCUMENT")
    assert tale.answer("2026-06-01").grounds == grounds


@pytest.mark.parametrize(
    ("tell", "day", "through"),
    [
        (category_removed_in_july, "2026-01-01", "2026-10-31"),
        (category_removed_in_july, "2026-10-31", "2026-10-31"),
        (next_category_takes_over, "2026-07-15", None),
        (snapshot_held_and_approved, "2026-03-02", "2026-03-20"),
        (snapshot_approved_after_a_newer_one, "2026-03-16", None),
        (applied_on_31_january, "2026-01-31", "2026-02-28"),
    ],
)
def test_through_is_the_last_day_of_the_stretch(
    tell: Callable[[], Tale], day: str, through: str | None
) -> None:
    """The right is foreseen to the last day of the unbroken stretch, or has no end in sight."""
    expected = None if through is None else date.fromisoformat(through)
    assert tell().answer(day).through == expected


def test_nothing_known_is_not_registered() -> None:
    """A valid number about which nothing is known is not registered; a payment registers it."""
    tale = Tale().at("2026-03-01")
    assert tale.answer("2026-03-01").status == "NOT_REGISTERED"
    tale.paid(["2026-01"], due_day("2026-01"), knp="123")
    assert tale.answer("2026-03-01").status == "NOT_ENTITLED"


def test_an_invalid_number_is_an_error() -> None:
    """A number whose check digit is wrong gets no answer."""
    assert Tale().answer("2026-03-01", "123456789012").error == "INVALID_IIN"


def test_the_care_is_financed_by_the_insurance_if_entitled() -> None:
    """OSMS pays for the entitled, the guaranteed volume for everybody else."""
    tale = category_removed_in_july()
    financing = [tale.answer(day).financing for day in ("2026-10-31", "2026-11-01")]
    assert financing == ["OSMS", "GVFMC"]
