"""The law's numbers: each is dated, says where it comes from, and decides something."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final, cast

import pytest

from osms_common.domain.codes import Category, Obligation, PayerKind
from osms_common.texts import Language, provision_text
from osms_server.application.ports import Transaction
from osms_server.application.removals import RemovalGuard
from osms_server.application.rosters import _ends_too_many
from osms_server.application.rows import HeldRemovalRow, RemovalGuardRow
from osms_server.domain.facts import Overlays, PersonFacts
from osms_server.rules.acceptance import comes_late, crisis_window_open, limits_on
from osms_server.rules.engine import NO_OVERLAYS
from osms_server.rules.parameters import LAW, NAMES, Dated, Parameters
from osms_server.rules.timeliness import due
from tests.rules.factories import (
    day,
    episode,
    grounds_on,
    in_month,
    listed,
    overlay,
    paid,
    paid_months,
    person,
    registered,
    timeline_of,
    unlisted,
    unpaid,
)

TODAY: Final = date(2026, 7, 15)
READINGS: Final = Path(__file__).parents[2] / "docs" / "readings.md"

Question = Callable[[Parameters], object]


def of_life(facts: PersonFacts, on: str, overlays: Overlays = NO_OVERLAYS) -> Question:
    """Asks for the grounds of a day."""
    return lambda parameters: grounds_on(
        timeline_of(facts, parameters=parameters, overlays=overlays), day(on)
    )


def of_obligation(obligation: Obligation) -> Question:
    """Asks when the next delivery is due after one of today."""
    return lambda law: due(obligation, TODAY, TODAY, law, lambda _: True).due_on


def of_snapshot(left: int, people: int) -> Question:
    """Asks whether a snapshot that would end *left* listings of *people* is held."""
    # Of a transaction, and of a removal below, the guards ask no more than is given here.
    transaction = cast(Transaction, SimpleNamespace(day=TODAY))
    return lambda law: _ends_too_many(left, people, transaction, law)


def of_removals(removed: int, holders: int) -> Question:
    """Asks whether one more removal is held after *removed* of a category of *holders*."""
    row = RemovalGuardRow(TODAY, Category.PENSIONER, removed, holders, None)
    guards = SimpleNamespace(get=lambda *_: row)
    transaction = cast(Transaction, SimpleNamespace(day=TODAY, guards=guards))
    removal = cast(HeldRemovalRow, SimpleNamespace(category=Category.PENSIONER))
    return lambda law: RemovalGuard(transaction, law).holds(removal)


CHILD = person(*episode("R01", "2026-01-01", "2026-07-15"))
PAYING = person(*paid_months("2025-07", "2026-06"))
OWN = person(*paid_months("2026-01", "2026-12", "2026-03-10", kind=PayerKind.INDEPENDENT))
EMPLOYED = person(*paid_months("2026-01", "2026-12", "2026-03-10"))
LONG_PAYING = person(*paid_months("2021-07", "2026-06"))
STATE_PAID_ONCE = person(
    *paid_months("2021-07", "2024-02"),
    *episode("R13", "2024-03-01", "2024-04-01"),
    *paid_months("2024-04", "2026-06"),
)
DISCHARGED = person(listed("2026-01-01", known="2010-01-01"), unlisted("2026-07-15T00:00"))

CHANGES: dict[str, tuple[str, Question, object, object]] = {
    "category_retention_months": ("2", of_life(CHILD, "2026-10-31"), "RETENTION R01 p9.1", "-"),
    "budget_lapse_months": (
        "2",
        of_life(
            person(*episode("R07", "2026-01-01", "2027-01-01")),
            "2026-05-31",
            overlay(unpaid("2026-03")),
        ),
        "RETENTION R07 p9.2",
        "-",
    ),
    "counted_purpose_codes": (
        "121,123",
        of_life(
            person(*(paid(m, code=123) for m in [p.period for p in PAYING.payments])), "2026-07-15"
        ),
        "-",
        "PAYER p10.1",
    ),
    "payer_window_months": (
        "11",
        of_life(person(*paid_months("2025-08", "2026-06")), "2026-07-15"),
        "-",
        "PAYER p10.1",
    ),
    "payer_due_months": ("1", of_life(PAYING, "2026-08-31"), "PAYER p10.1", "RETENTION p10.2"),
    "payer_retention_months": ("4", of_life(PAYING, "2026-10-31"), "-", "RETENTION p10.2"),
    "long_payer_months": (
        "59",
        of_life(person(*paid_months("2021-08", "2026-06")), "2026-12-31"),
        "-",
        "RETENTION p10.3",
    ),
    "long_payer_unpaid_months_count": (
        "true",
        of_life(STATE_PAID_ONCE, "2026-12-31"),
        "-",
        "RETENTION p10.3",
    ),
    "long_payer_retention_months": (
        "7",
        of_life(LONG_PAYING, "2027-01-31"),
        "-",
        "RETENTION p10.3",
    ),
    "self_payer_kinds": (
        "INDEPENDENT,EMPLOYER",
        of_life(EMPLOYED, "2026-03-10"),
        "-",
        "SELF_PAYER p11",
    ),
    "self_payer_run_months": (
        "11",
        of_life(
            person(*paid_months("2026-01", "2026-11", "2026-03-10", kind=PayerKind.INDEPENDENT)),
            "2026-03-10",
        ),
        "-",
        "SELF_PAYER p11",
    ),
    "self_payer_retention_months": ("4", of_life(OWN, "2027-04-30"), "-", "RETENTION p10.2"),
    "roster_retention_months": (
        "3",
        of_life(DISCHARGED, "2026-10-31"),
        "-",
        "RETENTION M01 p64",
    ),
    "treaty_retention_months": (
        "3",
        of_life(person(*episode("F01", "2026-01-01", "2026-07-15")), "2026-10-31"),
        "-",
        "RETENTION F01 p61",
    ),
    "document_months": (
        "2",
        of_life(person(registered("R12", "2026-03-10")), "2026-05-10"),
        "-",
        "DOCUMENT R12 p21",
    ),
    "crisis_window": (
        "2026-03-01/2026-07-15",
        lambda law: crisis_window_open(TODAY, law),
        False,
        True,
    ),
    "snapshot_loss_share": ("0.20", of_snapshot(30, 200), True, False),
    "snapshot_loss_count": ("30", of_snapshot(30, 200), True, False),
    "removal_share": ("0.10", of_removals(1000, 10_010), True, False),
    "removal_count": ("1001", of_removals(1000, 10_010), True, False),
    "first_date": (
        "1995-01-01",
        lambda law: limits_on(TODAY, law).first_date,
        date(1990, 1, 1),
        date(1995, 1, 1),
    ),
    "months_ahead": (
        "6",
        lambda law: limits_on(TODAY, law).last_date,
        date(2027, 7, 15),
        date(2027, 1, 15),
    ),
    "first_period": (
        "2020-01",
        lambda law: limits_on(TODAY, law).first_period,
        in_month("2017-07"),
        in_month("2020-01"),
    ),
    "period_months_ahead": (
        "12",
        lambda law: limits_on(TODAY, law).last_period,
        in_month("2028-07"),
        in_month("2027-07"),
    ),
    "roster_due_days": (
        "10",
        of_obligation(Obligation.ROSTER),
        date(2026, 7, 29),
        date(2026, 7, 25),
    ),
    "roster_change_days": ("8", lambda law: comes_late(date(2026, 7, 7), TODAY, law), True, False),
    "daily_category_days": (
        "2",
        of_obligation(Obligation.CATEGORY_DAILY),
        date(2026, 7, 16),
        date(2026, 7, 17),
    ),
    "monthly_category_months": (
        "2",
        of_obligation(Obligation.CATEGORY_MONTHLY),
        date(2026, 8, 31),
        date(2026, 9, 30),
    ),
    "payment_working_days": (
        "3",
        of_obligation(Obligation.PAYMENT),
        date(2026, 7, 16),
        date(2026, 7, 18),
    ),
}
"""Of each parameter another value, a question, its answer by the law, and by the other value."""

IN_FORCE = date(2020, 12, 30)


def dated(name: str) -> Dated[Any]:
    """A parameter of the law."""
    found: Dated[Any] = getattr(LAW, name)
    return found


def test_every_parameter_is_asked_about() -> None:
    """No dated parameter is left out of the questions below."""
    assert list(CHANGES) == list(NAMES) == [parameter.name for parameter in fields(Parameters)]


@pytest.mark.parametrize("name", NAMES)
def test_every_parameter_decides_something(name: str) -> None:
    """Another value of it gives another answer to some question."""
    text, question, by_law, by_other = CHANGES[name]
    assert question(LAW) == by_law
    assert question(LAW.overridden(name, text)) == by_other


@pytest.mark.parametrize("name", NAMES)
def test_every_parameter_says_where_it_comes_from(name: str) -> None:
    """Its provision has a text in every language."""
    assert all(provision_text(dated(name).provision, language) for language in Language)


@pytest.mark.parametrize("name", NAMES)
def test_every_value_has_the_day_from_which_it_holds(name: str) -> None:
    """Values are in order of their days, none before the Rules were in force, none repeated."""
    days = [since for since, _ in dated(name).values]
    assert days
    assert days == sorted(set(days))
    assert days[0] == IN_FORCE


def test_readings_to_confirm_are_named() -> None:
    """Four readings wait for the Fund's confirmation."""
    assert {name for name in NAMES if dated(name).confirm} == {
        "long_payer_unpaid_months_count",
        "self_payer_kinds",
        "roster_retention_months",
        "treaty_retention_months",
    }


@pytest.mark.parametrize("name", [name for name in NAMES if dated(name).confirm])
def test_readings_to_confirm_are_documented(name: str) -> None:
    """The documentation lists each of them by its parameter."""
    assert f"`{name}`" in READINGS.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("on", "value"),
    [
        (date(2000, 1, 1), 3),
        (date(2020, 12, 30), 3),
        (date(2026, 12, 31), 3),
        (date(2027, 1, 1), 4),
        (date(2027, 12, 31), 4),
        (date(2028, 1, 1), 5),
        (date(2099, 1, 1), 5),
    ],
)
def test_a_value_holds_from_its_day_until_the_next(on: date, value: int) -> None:
    """On its day the new value holds, the day before the old one; before the first, the first."""
    changing = Dated("p9.1", ((IN_FORCE, 3), (date(2027, 1, 1), 4), (date(2028, 1, 1), 5)))
    assert changing.on(on) == value


def test_an_override_holds_on_every_day_and_changes_nothing_else() -> None:
    """One parameter has the other value, for ever; the law itself stays."""
    other = LAW.overridden("category_retention_months", "5")
    assert [other.category_retention_months.on(d) for d in (date.min, TODAY)] == [5, 5]
    assert other.category_retention_months.provision == "p9.1"
    assert LAW.category_retention_months.on(TODAY) == 3
    assert all(getattr(other, name) == dated(name) for name in NAMES[1:])


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("payer_window_months", "11", 11),
        ("long_payer_unpaid_months_count", "true", True),
        ("long_payer_unpaid_months_count", "false", False),
        ("snapshot_loss_share", "0.15", Decimal("0.15")),
        ("first_date", "2000-02-29", date(2000, 2, 29)),
        ("first_period", "2018-01", in_month("2018-01")),
        ("counted_purpose_codes", "121,122,123", frozenset({121, 122, 123})),
        ("self_payer_kinds", "EMPLOYER", frozenset({PayerKind.EMPLOYER})),
        ("crisis_window", "2026-03-01/2026-06-30", (date(2026, 3, 1), date(2026, 6, 30))),
        ("crisis_window", "", None),
    ],
)
def test_a_value_is_read_from_its_text(name: str, text: str, value: object) -> None:
    """Each kind of value is written in its own form."""
    changed: Dated[Any] = getattr(LAW.overridden(name, text), name)
    assert changed.on(TODAY) == value


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("no_such_parameter", "1"),
        ("overridden", "1"),
        ("payer_window_months", "twelve"),
        ("payer_window_months", "1.5"),
        ("long_payer_unpaid_months_count", "yes"),
        ("snapshot_loss_share", "a tenth"),
        ("first_date", "1990-02-30"),
        ("first_period", "2017-13"),
        ("counted_purpose_codes", ""),
        ("self_payer_kinds", "NOBODY"),
        ("crisis_window", "2026-03-01"),
    ],
)
def test_what_cannot_be_read_is_refused(name: str, text: str) -> None:
    """An unknown parameter or value is an error of who asks for it."""
    with pytest.raises(ValueError, match=r"."):
        LAW.overridden(name, text)
