"""
The oracle against answers worked out by hand: the grounds that rest on payments.

A row is a tale, a day, and the ground reported first on it; None is no right.
"""

from collections.abc import Callable
from datetime import date

import pytest

from tests.oracle.tale import ASAN, BOTA, Tale, months


def paid_through_june() -> Tale:
    """Twelve months, the last of them complete on 25 July."""
    return Tale().at("2026-07-26").paid(months("2025-07", "2026-06"))


def paid_for_sixty_months() -> Tale:
    """July 2021 to June 2026."""
    return Tale().at("2026-07-26").paid(months("2021-07", "2026-06"))


def paid_for_fifty_nine_months() -> Tale:
    """August 2021 to June 2026."""
    return Tale().at("2026-07-26").paid(months("2021-08", "2026-06"))


def sixty_months_with_a_state_paid_one() -> Tale:
    """March 2024 is State-paid only: the window is complete, the run of sixty is broken."""
    tale = Tale().at("2024-04-01").assigned("R13", "2024-03-01")
    tale.removed("R13", "2024-03-01", "2024-04-01").at("2026-07-26")
    return tale.paid([*months("2021-07", "2024-02"), *months("2024-04", "2026-06")])


def sixty_months_one_of_them_also_state_paid() -> Tale:
    """March 2024 is paid, whatever else holds in it."""
    tale = Tale().at("2024-04-01").assigned("R13", "2024-03-01")
    tale.removed("R13", "2024-03-01", "2024-04-01").at("2026-07-26")
    return tale.paid(months("2021-07", "2026-06"))


def july_not_paid() -> Tale:
    """July is missing when August and September are paid."""
    tale = Tale().at("2026-10-26").paid(months("2025-07", "2026-06"))
    return tale.paid(months("2026-08", "2026-09"))


def july_paid_in_november() -> Tale:
    """July is made good on 12 November, October is paid on the tenth."""
    tale = july_not_paid().at("2026-11-13").paid(["2026-07"], "2026-11-12")
    return tale.paid(["2026-10"], "2026-11-10")


def one_paid_month_after_state_months() -> Tale:
    """Eleven State-paid months, and June paid on 10 June."""
    tale = Tale().at("2025-07-01").assigned("R01", "2025-07-01")
    tale.at("2026-05-20").removed("R01", "2025-07-01", "2026-06-01")
    return tale.at("2026-06-10").paid(["2026-06"], "2026-06-10")


def one_paid_month_after_treaty_months() -> Tale:
    """A treaty satisfies no month."""
    tale = Tale().at("2025-07-01").listed("2025-07-01")
    tale.at("2026-05-20").unlisted("2025-07-01", "2026-06-01")
    return tale.at("2026-06-10").paid(["2026-06"], "2026-06-10")


def state_paid_after_death_only() -> Tale:
    """June is paid in July, and State-paid by a category that begins after a death on the 20th."""
    tale = Tale().at("2026-07-06").paid(months("2025-07", "2026-05"))
    tale.paid(["2026-06"], "2026-07-05").assigned("R12", "2026-06-25")
    return tale.listed("2026-06-20").unlisted("2026-06-20", "2026-06-20", reason="DEATH")


def one_paid_month_after_exempt_months() -> Tale:
    """A month with one day on a list is exempt: listed on 31 July 2025 to 1 May 2026."""
    tale = Tale().at("2025-07-31").snapshot("DEFENCE", ASAN, BOTA)
    tale.at("2026-05-02").change("DEFENCE", "REMOVE")
    return tale.at("2026-06-10").paid(["2026-06"], "2026-06-10")


def a_month_refunded() -> Tale:
    """March is refunded in full on 10 August."""
    return paid_through_june().at("2026-08-10").refunded("2026-03", "2026-08-10").at("2026-08-20")


def a_month_refunded_in_part() -> Tale:
    """One hundredth of a tenge is left of March."""
    return paid_through_june().at("2026-08-10").refunded("2026-03", "2026-08-10", "4249.99")


def refunded_and_paid_on_one_day() -> Tale:
    """On one day payments count before refunds: March stays paid since 25 April."""
    tale = paid_through_june().paid(["2026-03"], "2026-08-10", reference="A2")
    return tale.at("2026-08-10").refunded("2026-03", "2026-08-10")


def refunded_and_paid_a_day_later() -> Tale:
    """March is paid again from 11 August, so R is in August."""
    tale = paid_through_june().paid(["2026-03"], "2026-08-11", reference="A2")
    return tale.refunded("2026-03", "2026-08-10")


def penalties_only() -> Tale:
    """June is paid with code 123, which never counts."""
    return Tale().at("2026-07-26").paid(months("2025-07", "2026-05")).paid(["2026-06"], knp="123")


def self_paid_for_the_year() -> Tale:
    """January to December in one sum on 10 March."""
    tale = Tale().at("2026-03-10")
    return tale.paid(months("2026-01", "2026-12"), "2026-03-10", payer_kind="INDEPENDENT")


def self_paid_afterwards() -> Tale:
    """January to December 2025 in one sum on 10 February 2026."""
    tale = Tale().at("2026-02-10")
    return tale.paid(months("2025-01", "2025-12"), "2026-02-10", payer_kind="INDEPENDENT")


ROWS = [
    (paid_through_june, "2026-06-30", None),
    (paid_through_june, "2026-07-01", "PAYER"),
    (paid_through_june, "2026-08-31", "PAYER"),
    (paid_through_june, "2026-09-01", "RETENTION"),
    (paid_through_june, "2026-09-30", "RETENTION"),
    (paid_through_june, "2026-10-01", None),
    (paid_for_sixty_months, "2026-08-31", "PAYER"),
    (paid_for_sixty_months, "2026-09-01", "RETENTION"),
    (paid_for_sixty_months, "2026-12-31", "RETENTION"),
    (paid_for_sixty_months, "2027-01-01", None),
    (paid_for_fifty_nine_months, "2026-09-30", "RETENTION"),
    (paid_for_fifty_nine_months, "2026-10-01", None),
    (sixty_months_with_a_state_paid_one, "2026-09-30", "RETENTION"),
    (sixty_months_with_a_state_paid_one, "2026-10-01", None),
    (sixty_months_one_of_them_also_state_paid, "2026-12-31", "RETENTION"),
    (sixty_months_one_of_them_also_state_paid, "2027-01-01", None),
    (july_not_paid, "2026-09-30", "RETENTION"),
    (july_not_paid, "2026-10-01", None),
    (july_paid_in_november, "2026-09-30", "RETENTION"),
    (july_paid_in_november, "2026-10-01", None),
    (july_paid_in_november, "2026-10-31", None),
    (july_paid_in_november, "2026-11-01", "PAYER"),
    (july_paid_in_november, "2026-12-31", "PAYER"),
    (july_paid_in_november, "2027-01-01", "RETENTION"),
    (july_paid_in_november, "2027-01-31", "RETENTION"),
    (july_paid_in_november, "2027-02-01", None),
    (one_paid_month_after_state_months, "2026-05-31", "CATEGORY"),
    (one_paid_month_after_state_months, "2026-06-01", "PAYER"),
    (one_paid_month_after_state_months, "2026-08-31", "PAYER"),
    (one_paid_month_after_state_months, "2026-09-30", "RETENTION"),
    (one_paid_month_after_state_months, "2026-10-01", None),
    (one_paid_month_after_treaty_months, "2026-05-31", "TREATY"),
    (one_paid_month_after_treaty_months, "2026-06-11", None),
    (state_paid_after_death_only, "2026-06-10", None),
    (one_paid_month_after_exempt_months, "2026-05-31", None),
    (one_paid_month_after_exempt_months, "2026-06-01", "PAYER"),
    (a_month_refunded, "2026-07-25", None),
    (a_month_refunded, "2026-07-26", "HELD"),
    (a_month_refunded, "2026-08-10", "HELD"),
    (a_month_refunded, "2026-08-11", None),
    (a_month_refunded_in_part, "2026-08-11", "PAYER"),
    (refunded_and_paid_on_one_day, "2026-07-01", "PAYER"),
    (refunded_and_paid_a_day_later, "2026-07-31", None),
    (refunded_and_paid_a_day_later, "2026-08-01", "PAYER"),
    (penalties_only, "2026-07-26", None),
    (self_paid_for_the_year, "2026-03-09", None),
    (self_paid_for_the_year, "2026-03-10", "SELF_PAYER"),
    (self_paid_for_the_year, "2026-11-30", "SELF_PAYER"),
    (self_paid_for_the_year, "2026-12-01", "PAYER"),
    (self_paid_for_the_year, "2027-02-28", "PAYER"),
    (self_paid_for_the_year, "2027-03-31", "RETENTION"),
    (self_paid_for_the_year, "2027-04-01", None),
    (self_paid_afterwards, "2026-01-31", None),
    (self_paid_afterwards, "2026-02-01", "PAYER"),
    (self_paid_afterwards, "2026-03-01", "RETENTION"),
    (self_paid_afterwards, "2026-03-31", "RETENTION"),
    (self_paid_afterwards, "2026-04-01", None),
]


@pytest.mark.parametrize(("tell", "day", "primary"), ROWS)
def test_payments_give_the_right_on_their_days(
    tell: Callable[[], Tale], day: str, primary: str | None
) -> None:
    """A complete window gives the right from its first day through its last."""
    assert tell().primary(day) == primary


@pytest.mark.parametrize(
    ("tell", "day", "through"),
    [
        (paid_through_june, "2026-07-26", "2026-09-30"),
        (july_paid_in_november, "2026-11-13", "2027-01-31"),
        (july_paid_in_november, "2026-07-01", "2026-09-30"),
    ],
)
def test_through_is_the_last_day_of_retention(
    tell: Callable[[], Tale], day: str, through: str
) -> None:
    """The right that payments give is foreseen to the end of its retention."""
    assert tell().answer(day).through == date.fromisoformat(through)


@pytest.mark.parametrize(
    ("day", "grounds"),
    [
        ("2026-02-09", ("PAYER",)),
        ("2026-02-10", ("PAYER", "RETENTION")),
        ("2026-03-01", ("RETENTION",)),
    ],
)
def test_a_run_paid_for_after_it_ended_is_retained_from_the_payment(
    day: str, grounds: tuple[str, ...]
) -> None:
    """The months of a run that is over give retention from the day they are all paid."""
    assert self_paid_afterwards().answer(day).grounds == grounds


def test_a_run_is_not_retention_while_it_gives_the_right() -> None:
    """Within its months a run gives SELF_PAYER and nothing else."""
    assert self_paid_for_the_year().answer("2026-06-01").grounds == ("SELF_PAYER",)


def test_payments_without_a_payer_kind_are_no_run() -> None:
    """A payment without a payer kind is treated under p. 10 alone."""
    tale = Tale().at("2026-03-10").paid(months("2026-01", "2026-12"), "2026-03-10")
    assert tale.primary("2026-06-01") is None


def test_runs_are_read_each_by_itself() -> None:
    """Of thirteen months the first run has run out when the second still gives the right."""
    tale = Tale().at("2026-03-10")
    tale.paid(months("2026-01", "2027-01"), "2026-03-10", payer_kind="INDEPENDENT")
    assert tale.answer("2027-01-15").grounds == ("PAYER", "SELF_PAYER", "RETENTION")
