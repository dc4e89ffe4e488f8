"""DOCUMENT (p. 21, 57): one month from the application, and nothing afterwards."""

from __future__ import annotations

import pytest

from osms_common.domain.codes import Category
from osms_server.rules.reference import DOCUMENT_ROUTES
from tests.rules.factories import (
    Case,
    answer,
    assigned,
    day,
    each_day,
    grounds_on,
    person,
    registered,
    revoked,
    timeline_of,
)

ON_R12 = "DOCUMENT R12 p21"

CASES = {
    "applied on 10 March": Case(
        person(registered("R12", "2026-03-10")),
        {"2026-03-09": "-", "2026-03-10": ON_R12, "2026-04-10": ON_R12, "2026-04-11": "-"},
    ),
    "applied on the first": Case(
        person(registered("R12", "2026-03-01")), {"2026-04-01": ON_R12, "2026-04-02": "-"}
    ),
    "applied on 28 January": Case(
        person(registered("R12", "2026-01-28")), {"2026-02-28": ON_R12, "2026-03-01": "-"}
    ),
    "applied on 31 January": Case(
        person(registered("R12", "2026-01-31")), {"2026-02-28": ON_R12, "2026-03-01": "-"}
    ),
    "applied on 29 January of a leap year": Case(
        person(registered("R12", "2028-01-29")), {"2028-02-29": ON_R12, "2028-03-01": "-"}
    ),
    "applied on 31 January of a leap year": Case(
        person(registered("R12", "2028-01-31")), {"2028-02-29": ON_R12, "2028-03-01": "-"}
    ),
    "applied on a leap day": Case(
        person(registered("R12", "2028-02-29")), {"2028-03-29": ON_R12, "2028-03-30": "-"}
    ),
    "applied on 31 December": Case(
        person(registered("R12", "2026-12-31")), {"2027-01-31": ON_R12, "2027-02-01": "-"}
    ),
    "revoked: the day itself is the last": Case(
        person(registered("R12", "2026-03-10"), revoked("2026-03-15")),
        {"2026-03-10": ON_R12, "2026-03-15": ON_R12, "2026-03-16": "-"},
    ),
    "revoked at the first instant of a day": Case(
        person(registered("R12", "2026-03-10"), revoked("2026-03-15T00:00")),
        {"2026-03-15": ON_R12, "2026-03-16": "-"},
    ),
    "revoked at the last instant of a day": Case(
        person(registered("R12", "2026-03-10"), revoked("2026-03-15T23:59:59.999")),
        {"2026-03-15": ON_R12, "2026-03-16": "-"},
    ),
    "revoked on the day of the application": Case(
        person(registered("R12", "2026-03-10"), revoked("2026-03-10")),
        {"2026-03-10": ON_R12, "2026-03-11": "-"},
    ),
    "revoked on the last day": Case(
        person(registered("R12", "2026-03-10"), revoked("2026-04-10")),
        {"2026-04-10": ON_R12, "2026-04-11": "-"},
    ),
    "revoked when it was over": Case(
        person(registered("R12", "2026-03-10"), revoked("2026-05-01")),
        {"2026-04-10": ON_R12, "2026-04-11": "-", "2026-05-01": "-"},
    ),
    "registered a second time": Case(
        person(
            registered("R12", "2026-03-10"),
            registered("R12", "2026-04-11", registration_id="g2"),
        ),
        {"2026-04-10": ON_R12, "2026-04-11": ON_R12, "2026-05-11": ON_R12, "2026-05-12": "-"},
    ),
    "one of two registrations revoked": Case(
        person(
            registered("R12", "2026-03-10"),
            registered("R01", "2026-03-10", registration_id="g2"),
            revoked("2026-03-15"),
        ),
        {
            "2026-03-15": "DOCUMENT R01 p21, DOCUMENT R12 p21",
            "2026-03-16": "DOCUMENT R01 p21",
            "2026-04-11": "-",
        },
    ),
    "the category comes meanwhile": Case(
        person(registered("R12", "2026-03-10"), assigned("R12", "2026-03-20")),
        {
            "2026-03-19": ON_R12,
            "2026-03-20": f"CATEGORY R12 p9.1, {ON_R12}",
            "2026-04-11": "CATEGORY R12 p9.1",
        },
    ),
    "a registered unemployed": Case(
        person(registered("L01", "2026-03-10")),
        {"2026-03-10": "DOCUMENT L01 p57", "2026-04-10": "DOCUMENT L01 p57", "2026-04-11": "-"},
    ),
    "released from payment in a crisis": Case(
        person(registered("X13", "2026-03-10")),
        {"2026-03-10": "DOCUMENT X13 p21", "2026-04-10": "DOCUMENT X13 p21", "2026-04-11": "-"},
    ),
}


@each_day(CASES)
def test_a_registration_gives_the_right_for_one_month(case: Case, on: str, expected: str) -> None:
    """Through the same day of the next month, or that month's last day if it has none."""
    assert answer(case, on) == expected


@pytest.mark.parametrize("category", DOCUMENT_ROUTES)
def test_every_category_with_a_document_route_gives_the_right(category: Category) -> None:
    """Whatever the documents were for, the month is the same."""
    timeline = timeline_of(person(registered(category, "2026-03-10")))
    assert grounds_on(timeline, day("2026-04-10")).startswith(f"DOCUMENT {category} ")
    assert grounds_on(timeline, day("2026-04-11")) == "-"
