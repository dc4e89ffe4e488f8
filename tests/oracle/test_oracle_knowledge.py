"""
The oracle against answers worked out by hand: failures, lapses, and what was told on the day.

A row is a tale, a day, and the ground reported first on it; None is no right.
"""

from collections.abc import Callable

import pytest

from tests.oracle.script import invented_people
from tests.oracle.tale import ASAN, BOTA, Tale


def retention_ends_during_a_failure() -> Tale:
    """Retention ends on 31 October; SC fails from the twentieth, told on the 25th."""
    tale = Tale().at("2026-01-05").assigned("R01", "2026-01-01")
    tale.at("2026-07-15").removed("R01", "2026-01-01", "2026-07-15")
    return tale.at("2026-10-25").failed("i1", "2026-10-20", "SC")


def failure_repaired_with_an_earlier_end() -> Tale:
    """On 20 November it is told that the failure was over on the tenth."""
    tale = retention_ends_during_a_failure()
    return tale.at("2026-11-20").repaired("i1", "2026-11-10").at("2026-12-01")


def failure_told_after_the_loss() -> Tale:
    """The failure of 31 October is told on 5 November: a gain may reach back."""
    tale = Tale().at("2026-01-05").assigned("R01", "2026-01-01")
    tale.at("2026-07-15").removed("R01", "2026-01-01", "2026-07-15")
    return tale.at("2026-11-05").failed("i1", "2026-10-31", "MOE")


def failure_from_the_day_of_the_loss() -> Tale:
    """On the start day itself there is no ground any more, and nothing to keep."""
    tale = Tale().at("2026-01-05").assigned("R01", "2026-01-01")
    tale.at("2026-07-15").removed("R01", "2026-01-01", "2026-07-15")
    return tale.at("2026-11-05").failed("i1", "2026-11-01", "SC")


def failure_of_another_source() -> Tale:
    """The source that failed is not the one that assigned the category."""
    tale = Tale().at("2026-01-05").assigned("R01", "2026-01-01")
    tale.at("2026-07-15").removed("R01", "2026-01-01", "2026-07-15")
    return tale.at("2026-10-25").failed("i1", "2026-10-20", "MOH")


def second_failure_after_a_first() -> Tale:
    """The second failure begins on a day on which only the first kept the right."""
    tale = retention_ends_during_a_failure().at("2026-11-05").failed("i2", "2026-11-03", "FUND")
    return (
        tale.decided(tale.last_name).at("2026-11-06").repaired("i1", "2026-11-04").at("2026-11-20")
    )


def documents_end_while_the_corporation_fails() -> Tale:
    """A registration does not depend on the corporation."""
    tale = Tale().at("2026-03-10").registered("R07", "2026-03-10", "PENSION_CERTIFICATE")
    return tale.at("2026-04-05").failed("i1", "2026-04-01", "SC").at("2026-04-12")


def documents_end_while_the_fund_fails() -> Tale:
    """A registration depends on the Fund's own system."""
    tale = Tale().at("2026-03-10").registered("R07", "2026-03-10", "PENSION_CERTIFICATE")
    tale.at("2026-04-05").failed("i1", "2026-04-01", "FUND").decided(tale.last_name)
    return tale.at("2026-04-12")


def fund_failure_not_approved() -> Tale:
    """An incident on the Fund's system that waits keeps nothing."""
    tale = Tale().at("2026-03-10").registered("R07", "2026-03-10", "PENSION_CERTIFICATE")
    return tale.at("2026-04-05").failed("i1", "2026-04-01", "FUND").at("2026-04-12")


def list_ends_while_its_body_fails() -> Tale:
    """A list depends on its body."""
    tale = Tale().at("2026-03-02").snapshot("DEFENCE", ASAN, BOTA)
    tale.at("2026-03-10").failed("i1", "2026-03-09", "DEFENCE")
    return tale.at("2026-03-16").change("DEFENCE", "REMOVE").at("2026-03-20")


def death_during_a_failure() -> Tale:
    """No ground holds for the dead, whatever fails."""
    tale = Tale().at("2026-01-05").assigned("R01", "2026-01-01").failed("i1", "2026-01-05", "SC")
    return tale.at("2026-03-10").removed("R01", "2026-01-01", "2026-03-10", reason="DEATH")


def republican_budget_lapsed() -> Tale:
    """Nothing paid since April; recorded on 10 June, approved on the twelfth."""
    tale = Tale().at("2026-01-05").assigned("R01", "2026-01-01")
    tale.at("2026-06-10").lapsed("REPUBLICAN", "2026-04")
    return tale.at("2026-06-12").decided(tale.last_name)


def lapse_not_approved() -> Tale:
    """A lapse that waits changes nothing."""
    tale = Tale().at("2026-01-05").assigned("R01", "2026-01-01")
    return tale.at("2026-06-10").lapsed("REPUBLICAN", "2026-04")


def local_budget_lapsed() -> Tale:
    """The lapse of the one budget leaves the other alone."""
    tale = Tale().at("2026-01-05").assigned("R01", "2026-01-01")
    return tale.at("2026-06-10").lapsed("LOCAL", "2026-04").decided("e2")


def lapse_lifted() -> Tale:
    """The lapse is lifted on 20 July."""
    tale = republican_budget_lapsed()
    return tale.at("2026-07-20").lifted("REPUBLICAN", "2026-04")


def lapse_recorded_late() -> Tale:
    """Nothing paid since January; what was told until 10 June stays."""
    tale = Tale().at("2026-01-05").assigned("R01", "2026-01-01")
    return tale.at("2026-06-10").lapsed("REPUBLICAN", "2026-01").decided("e2").at("2026-06-20")


def removal_during_a_lapse() -> Tale:
    """A lapse changes no retention that follows a removal: M = July."""
    return republican_budget_lapsed().at("2026-07-15").removed("R01", "2026-01-01", "2026-07-15")


def removed_backwards() -> Tale:
    """On 10 March listed from the first; on the twelfth it is told that it ended on the fifth."""
    tale = Tale().at("2026-03-10").listed("2026-03-01")
    return tale.at("2026-03-12").unlisted("2026-03-01", "2026-03-05").at("2026-03-20")


def removed_at_the_first_instant() -> Tale:
    """What is recorded at 00:00 of the twelfth belongs to it: nobody was told otherwise on it."""
    tale = Tale().at("2026-03-10").listed("2026-03-01")
    return tale.at("2026-03-12T00:00:00").unlisted("2026-03-01", "2026-03-05").at("2026-03-20")


def removed_a_second_later() -> Tale:
    """For one second of the twelfth the right was known."""
    tale = Tale().at("2026-03-10").listed("2026-03-01")
    return tale.at("2026-03-12T00:00:01").unlisted("2026-03-01", "2026-03-05").at("2026-03-20")


def removed_in_the_same_delivery() -> Tale:
    """Between two events of one instant nothing was known to anybody."""
    tale = Tale().at("2026-03-10").listed("2026-03-01").unlisted("2026-03-01", "2026-03-05")
    return tale.at("2026-03-20")


def loaded_later() -> Tale:
    """The removal to the fifth is corrected to the fifteenth: the days between are a gain."""
    tale = removed_backwards()
    return tale.unlisted("2026-03-01", "2026-03-15").at("2026-03-25")


def told_at_the_next_first_instant() -> Tale:
    """What is recorded at 00:00 of the eleventh was not known on the tenth."""
    tale = Tale().at("2026-03-11T00:00:00").listed("2026-03-01")
    return tale.at("2026-03-12").unlisted("2026-03-01", "2026-03-05")


def second_lapse_after_the_first() -> Tale:
    """A lapse since January is lifted in May; the next one, since March, reaches back."""
    tale = Tale().at("2025-12-01").assigned("R01", "2025-12-01")
    tale.at("2026-01-10").lapsed("REPUBLICAN", "2026-01").decided("e2")
    tale.at("2026-05-10").lifted("REPUBLICAN", "2026-01")
    return tale.at("2026-05-20").lapsed("REPUBLICAN", "2026-03").decided("e5")


def listed_only_by_an_ended_body() -> Tale:
    """The successor speaks for the people of the ended body, and so do its systems."""
    tale = Tale().at("2025-06-20").snapshot("ACA", ASAN, BOTA)
    tale.at("2025-07-10").failed("i1", "2025-07-09", "NSC")
    return tale.snapshot("NSC", BOTA).at("2025-07-20")


ROWS = [
    (told_at_the_next_first_instant, "2026-03-10", None),
    (told_at_the_next_first_instant, "2026-03-11", "HELD"),
    (second_lapse_after_the_first, "2026-03-31", "RETENTION"),
    (second_lapse_after_the_first, "2026-04-30", "RETENTION"),
    (second_lapse_after_the_first, "2026-05-31", "RETENTION"),
    (second_lapse_after_the_first, "2026-06-01", None),
    (listed_only_by_an_ended_body, "2025-07-11", "PRESERVED"),
    (retention_ends_during_a_failure, "2026-10-31", "RETENTION"),
    (retention_ends_during_a_failure, "2026-11-01", "PRESERVED"),
    (retention_ends_during_a_failure, "2030-01-01", "PRESERVED"),
    (failure_repaired_with_an_earlier_end, "2026-11-10", "PRESERVED"),
    (failure_repaired_with_an_earlier_end, "2026-11-11", "HELD"),
    (failure_repaired_with_an_earlier_end, "2026-11-20", "HELD"),
    (failure_repaired_with_an_earlier_end, "2026-11-21", None),
    (failure_told_after_the_loss, "2026-11-01", "PRESERVED"),
    (failure_from_the_day_of_the_loss, "2026-11-01", None),
    (failure_from_the_day_of_the_loss, "2026-11-02", None),
    (failure_of_another_source, "2026-11-01", None),
    (second_failure_after_a_first, "2026-11-04", "PRESERVED"),
    (second_failure_after_a_first, "2026-11-06", "HELD"),
    (second_failure_after_a_first, "2026-11-07", None),
    (documents_end_while_the_corporation_fails, "2026-04-11", None),
    (documents_end_while_the_fund_fails, "2026-04-11", "PRESERVED"),
    (fund_failure_not_approved, "2026-04-11", None),
    (list_ends_while_its_body_fails, "2026-03-15", "ROSTER"),
    (list_ends_while_its_body_fails, "2026-03-16", "PRESERVED"),
    (death_during_a_failure, "2026-03-09", "CATEGORY"),
    (death_during_a_failure, "2026-03-10", "HELD"),
    (death_during_a_failure, "2026-03-11", None),
    (republican_budget_lapsed, "2026-03-31", "CATEGORY"),
    (republican_budget_lapsed, "2026-04-01", "RETENTION"),
    (republican_budget_lapsed, "2026-06-30", "RETENTION"),
    (republican_budget_lapsed, "2026-07-01", None),
    (lapse_not_approved, "2026-07-01", "CATEGORY"),
    (local_budget_lapsed, "2026-07-01", "CATEGORY"),
    (lapse_lifted, "2026-06-30", "RETENTION"),
    (lapse_lifted, "2026-07-01", None),
    (lapse_lifted, "2026-07-19", None),
    (lapse_lifted, "2026-07-20", "CATEGORY"),
    (lapse_recorded_late, "2026-03-31", "RETENTION"),
    (lapse_recorded_late, "2026-04-01", "HELD"),
    (lapse_recorded_late, "2026-06-10", "HELD"),
    (lapse_recorded_late, "2026-06-11", None),
    (removal_during_a_lapse, "2026-07-14", None),
    (removal_during_a_lapse, "2026-07-15", "RETENTION"),
    (removal_during_a_lapse, "2026-10-31", "RETENTION"),
    (removal_during_a_lapse, "2026-11-01", None),
    (removed_backwards, "2026-03-04", "TREATY"),
    (removed_backwards, "2026-03-05", None),
    (removed_backwards, "2026-03-09", None),
    (removed_backwards, "2026-03-10", "HELD"),
    (removed_backwards, "2026-03-12", "HELD"),
    (removed_backwards, "2026-03-13", None),
    (removed_at_the_first_instant, "2026-03-11", "HELD"),
    (removed_at_the_first_instant, "2026-03-12", None),
    (removed_a_second_later, "2026-03-12", "HELD"),
    (removed_a_second_later, "2026-03-13", None),
    (removed_in_the_same_delivery, "2026-03-04", "TREATY"),
    (removed_in_the_same_delivery, "2026-03-05", None),
    (removed_in_the_same_delivery, "2026-03-10", None),
    (loaded_later, "2026-03-09", "TREATY"),
    (loaded_later, "2026-03-14", "TREATY"),
    (loaded_later, "2026-03-15", None),
]


@pytest.mark.parametrize(("tell", "day", "primary"), ROWS)
def test_what_is_answered_about_a_day(
    tell: Callable[[], Tale], day: str, primary: str | None
) -> None:
    """Failures keep a right, lapses turn it, and what was told on the day is not taken back."""
    assert tell().primary(day) == primary


def test_the_past_is_answered_as_it_was_known() -> None:
    """As known at an earlier instant, the answer is the one of that instant."""
    tale = removed_backwards()
    assert tale.at("2026-03-11").primary("2026-03-07") == "TREATY"
    assert tale.at("2026-03-12").primary("2026-03-07") is None


def test_a_category_does_not_show_during_a_lapse() -> None:
    """A category that gives the right as retention is not reported as a category."""
    answer = republican_budget_lapsed().answer("2026-05-01")
    assert (answer.grounds, answer.category) == (("RETENTION",), None)


def test_a_failure_of_the_fund_concerns_everybody() -> None:
    """An incident on the Fund's own system keeps a right that rests on another system."""
    tale = Tale().at("2026-03-02").snapshot("DEFENCE", ASAN, BOTA)
    tale.at("2026-03-10").failed("i1", "2026-03-09", "FUND").decided(tale.last_name)
    tale.at("2026-03-16").change("DEFENCE", "REMOVE").at("2026-03-20")
    assert tale.primary("2026-03-17") == "PRESERVED"


def test_a_removal_held_by_the_guard_works_from_its_own_day() -> None:
    """A removal that was held becomes known at its approval, with its own dates."""
    tale = Tale(removal_guard_people=0).at("2026-03-10").listed("2026-03-01")
    tale.at("2026-03-12").unlisted("2026-03-01", "2026-03-11")
    assert tale.last == "HELD_FOR_APPROVAL"
    tale.at("2026-03-15").decided(tale.last_name).at("2026-03-20")
    days = ["2026-03-10", "2026-03-11", "2026-03-15", "2026-03-16"]
    assert [tale.primary(day) for day in days] == ["TREATY", "HELD", "HELD", None]


def test_a_late_approval_of_an_older_removal_leaves_the_newer_one_standing() -> None:
    """Of two removals of an episode the one that arrived later stands, whenever known."""
    tale = Tale(removal_guard_people=0).at("2026-03-10").listed("2026-03-01")
    held = tale.at("2026-03-12").unlisted("2026-03-01", "2026-03-11").last_name
    newer = tale.at("2026-03-13").unlisted("2026-03-01", "2026-03-30").last_name
    tale.at("2026-03-14").decided(newer).decided(held)
    assert tale.primary("2026-03-29") == "TREATY"


@pytest.mark.parametrize(
    ("asked", "late"),
    [("2026-03-03", False), ("2026-03-16T23:59", False), ("2026-03-17T00:00", True)],
)
def test_a_list_falls_due_after_fourteen_days(asked: str, *, late: bool) -> None:
    """A body that sent its list on 2 March owes the next one by the end of the sixteenth."""
    tale = Tale().at("2026-03-02").snapshot("DEFENCE", ASAN)
    assert is_late(tale, "ROSTER", "DEFENCE", asked) is late


@pytest.mark.parametrize(("asked", "late"), [("2026-03-03", False), ("2026-03-04", True)])
def test_categories_fall_due_every_day(asked: str, *, late: bool) -> None:
    """After a delivery on 2 March, the day of the third must be over for it to be missed."""
    tale = Tale().at("2026-03-02").assigned("R01", "2026-03-01")
    assert is_late(tale, "CATEGORY_DAILY", "SC", asked) is late
    assert is_late(tale, "CATEGORY_MONTHLY", "SC", asked)


@pytest.mark.parametrize(("asked", "late"), [("2026-04-30T23:59", False), ("2026-05-01", True)])
def test_the_crisis_group_falls_due_every_month(asked: str, *, late: bool) -> None:
    """After a delivery in March, the month of April must be over for it to be missed."""
    tale = Tale().at("2026-03-02").assigned("L02", "2026-03-01")
    assert is_late(tale, "CATEGORY_MONTHLY", "SC", asked) is late


@pytest.mark.parametrize(
    ("asked", "late"), [("2026-03-09", False), ("2026-03-10T23:59", False), ("2026-03-11", True)]
)
def test_payments_fall_due_every_working_day(asked: str, *, late: bool) -> None:
    """After Friday 6 March, Monday the ninth is a day off and Tuesday the tenth is due."""
    tale = Tale().at("2026-03-06").paid(["2026-01"], "2026-02-25")
    assert is_late(tale, "PAYMENT", "SC", asked) is late


def test_who_never_sent_is_late_and_who_does_not_exist_is_not() -> None:
    """A body that never sent its list is late; the Anti-corruption Agency has ended."""
    assert is_late(Tale(), "ROSTER", "NSC", "2025-06-30")
    assert not is_late(Tale(), "ROSTER", "ACA", "2025-06-30")


def test_a_list_of_the_successor_is_guarded_by_the_people_of_both() -> None:
    """The first list after the succession that leaves out 21 of 31 waits for approval."""
    crowd = invented_people(31)
    tale = Tale().at("2025-06-20").snapshot("ACA", *crowd[:25]).snapshot("NSC", *crowd[25:])
    assert tale.at("2025-07-01").snapshot("NSC", *crowd[21:]).last == "HELD_FOR_APPROVAL"
    assert tale.snapshot("NSC", *crowd[20:]).last == "ACCEPTED"


def is_late(tale: Tale, feed: str, sender: str, asked: str) -> bool:
    """Ask at an Almaty wall clock time, noon if only a day is given."""
    return tale.at(asked).feed_late(feed, sender)
