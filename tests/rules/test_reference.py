"""Reference data: who may assign what, which bodies exist, which documents suffice."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest

from osms_common.domain.calendar import FOREVER
from osms_common.domain.codes import Budget, Category, Document, GroundKind, System
from osms_common.texts import Language, provision_text
from osms_server.domain.timeline import CATEGORY, DOCUMENT, RANK, ROSTER, GroundCode
from osms_server.rules.reference import (
    ASSIGNING_SOURCES,
    BODIES,
    BUDGET_OF,
    DOCUMENT_ROUTES,
    PRIORITY_PROVISIONS,
    SOURCES,
    predecessors,
    provisions_of,
)
from tests.oracle import reference as of_oracle

REPUBLICAN = [f"R{number:02d}" for number in range(1, 15) if number != 9] + ["R09a", "R09b"]

PLACES = {
    "R01": "p20.1",
    "R08": "p20.8",
    "R09a": "p20.9",
    "R09b": "p20.9",
    "R10": "p20.10",
    "R14": "p20.14",
    "L01": "p55.1",
    "L02": "p55.2",
}

SUFFICIENT = [
    ("R05", "BIRTH_CERTIFICATE, DISABILITY_CERTIFICATE, UNEMPLOYED_REGISTRATION", True),
    ("R05", "BIRTH_RECORD_EXTRACT, DISABILITY_CERTIFICATE, UNEMPLOYED_REGISTRATION", True),
    ("R05", "DISABILITY_CERTIFICATE, UNEMPLOYED_REGISTRATION", False),
    ("R05", "BIRTH_CERTIFICATE, DISABILITY_CERTIFICATE", False),
    ("R10", "KANDAS_CERTIFICATE, UNEMPLOYED_REGISTRATION", True),
    ("R10", "KANDAS_CERTIFICATE", False),
    ("R07", "PENSION_CERTIFICATE_COPY", True),
    ("R07", "DISABILITY_CERTIFICATE", False),
    ("X13", "IDENTITY_DOCUMENT, COURT_DECISION", True),
    ("X13", "IDENTITY_DOCUMENT", False),
    ("X13", "LABOUR_BOOK, COURT_DECISION", False),
    ("R01", "", False),
]

POSSIBLE = [
    code
    for code in RANK
    if code.kind is not GroundKind.DOCUMENT or code.category in DOCUMENT_ROUTES
]
"""The grounds that can hold: not every category can be registered on documents."""


def test_sources_assign_what_the_rules_say() -> None:
    """Each category may be assigned by the sources that p. 22 to 61 name for it."""
    expected = {category: frozenset(of) for category, of in of_oracle.SOURCES_OF.items()}
    assert expected == {
        code: dated.on(date(2026, 1, 1)) for code, dated in ASSIGNING_SOURCES.items()
    }


def test_the_sources_are_those_that_assign_something() -> None:
    """The Fund, the State Corporation and the bodies are none of them."""
    assert set(of_oracle.SOURCES) == SOURCES
    assert not SOURCES & {*BODIES, System.FUND, System.STATE_CORPORATION}


def test_every_system_has_its_part() -> None:
    """A system is the Fund's, the State Corporation's, a source, or a body."""
    assert {System.FUND, System.STATE_CORPORATION, *SOURCES, *BODIES} == set(System)


def test_each_category_is_paid_from_its_budget() -> None:
    """Those of p. 20 from the republican budget, those of p. 55 from the local ones."""
    republican = {of for of, budget in BUDGET_OF.items() if budget is Budget.REPUBLICAN}
    local = {of for of, budget in BUDGET_OF.items() if budget is Budget.LOCAL}
    assert (republican, local) == (set(REPUBLICAN), {"L01", "L02"})
    assert set(BUDGET_OF) == set(CATEGORY)


@pytest.mark.parametrize(("category", "provision"), PLACES.items())
def test_each_category_has_its_place_in_the_order(category: str, provision: str) -> None:
    """The place is the item of p. 20 or 55; remand and house arrest share the ninth."""
    assert PRIORITY_PROVISIONS[Category(category)] == provision


def test_the_bodies_are_those_of_the_rules() -> None:
    """Eight bodies, one of which has ended and has an heir."""
    assert set(BODIES) == set(of_oracle.BODIES)
    ended = [body for body in BODIES.values() if body.end != FOREVER]
    assert [(body.system, body.end, body.successor) for body in ended] == [
        (System.ACA, date(2025, 6, 30), System.NSC)
    ]


@pytest.mark.parametrize(
    ("body", "on", "expected"),
    [
        (System.NSC, date(2025, 6, 29), ()),
        (System.NSC, date(2025, 6, 30), (System.ACA,)),
        (System.NSC, date(2026, 1, 1), (System.ACA,)),
        (System.GPO, date(2026, 1, 1), ()),
        (System.ACA, date(2026, 1, 1), ()),
    ],
)
def test_a_successor_speaks_for_the_body_that_ended(
    body: System, on: date, expected: tuple[System, ...]
) -> None:
    """From the day after its last on."""
    assert predecessors(body, on) == expected


def test_the_documents_are_those_of_the_rules() -> None:
    """Each category with a document route asks for one document of each of its groups."""
    expected = {
        category: tuple(frozenset(group) for group in groups)
        for category, groups in of_oracle.DOCUMENT_GROUPS.items()
    }
    assert {category: route.groups for category, route in DOCUMENT_ROUTES.items()} == expected


@pytest.mark.parametrize("category", ["R08", "R09a", "R09b", "L02", "F01", "M01"])
def test_some_categories_have_no_document_route(category: str) -> None:
    """Convicts, remand, house arrest, the crisis group, treaty foreigners and rosters."""
    assert Category(category) not in DOCUMENT_ROUTES


def test_every_other_category_has_a_document_route() -> None:
    """Those of p. 21, its item 13 among them, and the registered unemployed of p. 57."""
    without = {"R08", "R09a", "R09b", "L02", "F01", "M01"}
    assert set(Category) - set(DOCUMENT_ROUTES) == {Category(code) for code in without}
    assert set(DOCUMENT_ROUTES) == set(DOCUMENT) - {Category(c) for c in without & set(DOCUMENT)}


@pytest.mark.parametrize(("category", "shown", "expected"), SUFFICIENT)
def test_one_document_of_every_group_suffices(
    category: str,
    shown: str,
    expected: bool,  # noqa: FBT001 - the outcome
) -> None:
    """Nothing less does."""
    documents = frozenset(Document(name) for name in shown.split(", ") if name)
    assert DOCUMENT_ROUTES[Category(category)].is_proved_by(documents) is expected


@pytest.mark.parametrize("category", DOCUMENT_ROUTES)
def test_every_smallest_set_suffices_and_none_smaller(category: Category) -> None:
    """Whichever document is taken of each group; without one of the groups it does not."""
    route = DOCUMENT_ROUTES[category]
    for documents in product(*route.groups):
        assert route.is_proved_by(frozenset(documents))
        for left_out in documents:
            assert not route.is_proved_by(frozenset(documents) - {left_out})


@pytest.mark.parametrize("code", POSSIBLE, ids=lambda code: code.text)
def test_every_ground_rests_on_provisions_that_have_a_text(code: GroundCode) -> None:
    """The provisions of each ground can be shown in every language."""
    provisions = provisions_of(code)
    assert len(set(provisions)) == len(provisions) > 0
    assert all(provision_text(found, language) for found in provisions for language in Language)


@pytest.mark.parametrize(
    ("code", "provisions"),
    [
        (ROSTER, ("p12", "p64")),
        (CATEGORY[Category.CHILD], ("p9.1", "p16", "p20.1")),
        (CATEGORY[Category.HOUSE_ARREST], ("p9.1", "p16", "p20.9")),
        (CATEGORY[Category.UNEMPLOYED], ("p9.1", "p51", "p55.1")),
        (DOCUMENT[Category.DISABILITY], ("p21.10",)),
        (DOCUMENT[Category.UNEMPLOYED], ("p57",)),
    ],
)
def test_a_ground_names_all_its_provisions_to_the_fund(
    code: GroundCode, provisions: tuple[str, ...]
) -> None:
    """What gives the right, who pays for it, and its place in the order."""
    assert provisions_of(code) == provisions
