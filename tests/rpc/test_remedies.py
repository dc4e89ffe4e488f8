"""What would help a person who is not entitled: told to the Fund, and to nobody else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta
from itertools import product

import pytest
from google.protobuf.descriptor import Descriptor

from osms.entitlement.v1 import entitlement_service_pb2 as pb
from osms_client import CategoryAssigned, Days, OsmsClient, Payment, Remedy
from osms_common.domain.codes import Document, Role
from osms_server.rpc.authorisation import RULES
from tests.conftest import ClientOf
from tests.people import AIGUL, DAULET, STRANGER
from tests.rpc import lives
from tests.rpc.sending import (
    MORNING,
    TODAY,
    assigned,
    paid,
    paid_months,
    push_categories,
    push_payments,
    removed,
)

DAY = timedelta(days=1)
NOVEMBER = date(2026, 11, 12)


@pytest.fixture
def everybody(empty: None, client_of: ClientOf) -> None:
    """People of every kind are known."""
    lives.tell_everything(client_of)


def helping(client: OsmsClient, iin: str, on: date | None = None) -> dict[str, Remedy]:
    """What would help, by action."""
    return {remedy.action: remedy for remedy in client.explain(iin, on, language="en").remedies}


def test_an_unpaid_month_is_told_and_its_payment_restores_the_right(
    corporation: OsmsClient, supervisor: OsmsClient
) -> None:
    """From just the day that was told, through just the day that was told."""
    push_payments(corporation, *_all_but_july(AIGUL))
    supervisor.advance_clock(MORNING + (NOVEMBER - TODAY))
    found = supervisor.explain(AIGUL, language="en")
    remedy = found.remedies[0]
    assert (remedy.action, remedy.ground, remedy.done_on) == ("PAY_MONTHS", "PAYER", NOVEMBER)
    assert remedy.missing_months == (date(2026, 7, 1),)
    assert remedy.days == Days(date(2026, 11, 1), date(2027, 2, 1))
    assert [provision.code for provision in remedy.provisions] == ["p10.1"]
    assert remedy.text == (
        "These months are unpaid: 2026-07. If deductions or contributions for them are received "
        "on 2026-11-12, there is the right from 2026-11-01 through 2027-01-31."
    )
    july = paid(AIGUL, date(2026, 7, 1), NOVEMBER, reference="LATE")
    push_payments(corporation, july)
    answer = supervisor.check(AIGUL)
    assert (answer.ground, answer.last_date) == ("PAYER", date(2027, 1, 31))
    assert supervisor.check(AIGUL, date(2026, 11, 1)).entitled
    assert not supervisor.check(AIGUL, date(2026, 10, 31)).entitled
    assert supervisor.explain(AIGUL).remedies == ()


def _all_but_july(iin: str) -> list[Payment]:
    """Months through June, and August through October."""
    months = [
        *paid_months(iin, date(2025, 7, 1), 12),
        *paid_months(iin, date(2026, 8, 1), 3),
    ]
    return [replace(line, received_on=min(line.received_on, TODAY)) for line in months]


def test_a_category_that_ended_is_told_with_its_documents(
    corporation: OsmsClient, supervisor: OsmsClient
) -> None:
    """When and why it ended, who would report it, and on what it can be registered meanwhile."""
    student = assigned(AIGUL, "R13", date(2024, 9, 1), source="MOSHE")
    push_categories(corporation, student, removed(student, TODAY, reason="GRADUATED"))
    supervisor.advance_clock(MORNING + (NOVEMBER - TODAY))
    found = helping(supervisor, AIGUL)
    report, register = found["REPORT_CATEGORY"], found["REGISTER_ON_DOCUMENTS"]
    assert (report.category, report.last_day) == ("R13", TODAY - DAY)
    assert (report.removal_reason, report.systems) == ("GRADUATED", ("MOE", "MOSHE"))
    assert report.days == Days(NOVEMBER, None)
    route = register.document_routes[0]
    assert (route.category, route.groups) == ("R13", (("STUDY_CERTIFICATE",),))
    assert (route.provision.code, route.repeat) == ("p21.11", False)
    assert register.days == Days(NOVEMBER, date(2026, 12, 13))
    registration = supervisor.register(AIGUL, "R13", NOVEMBER, ["STUDY_CERTIFICATE"])
    assert registration.last_date == date(2026, 12, 12)
    assert supervisor.check(AIGUL).last_date == date(2026, 12, 12)


def test_every_route_that_is_told_is_open(supervisor: OsmsClient) -> None:
    """The first document of every group is enough for each category that is named."""
    routes = helping(supervisor, STRANGER)["REGISTER_ON_DOCUMENTS"].document_routes
    assert len(routes) == 13
    for route in routes:
        supervisor.register(STRANGER, route.category, TODAY, [each[0] for each in route.groups])
    assert {document for route in routes for group in route.groups for document in group} < set(
        Document
    )


def test_the_dead_are_not_helped(everybody: None, operator: OsmsClient) -> None:
    """It is said that a death is registered, and nothing else."""
    (remedy,) = operator.explain(lives.DEAD, language="en").remedies
    assert (remedy.action, remedy.ground, remedy.days) == ("NONE", None, None)
    assert remedy.text.startswith("The person's death is registered")


def test_help_is_for_those_without_the_right(everybody: None, operator: OsmsClient) -> None:
    """Nobody who is entitled is told of it, everybody else is, in every language."""
    for (iin, ground), language in product(lives.GROUNDS.items(), ("kk", "ru", "en", "")):
        found = operator.explain(iin, language=language).remedies
        assert bool(found) is (ground is None)
        assert all(remedy.text for remedy in found)


def test_a_replay_tells_of_no_help(everybody: None, operator: OsmsClient) -> None:
    """What would have helped then is no question: what was known is."""
    assert operator.explain(lives.LONG_AGO).remedies
    assert operator.replay(lives.LONG_AGO, MORNING).remedies == ()


def test_an_unpaid_budget_is_told(
    corporation: OsmsClient, supervisor: OsmsClient, second_supervisor: OsmsClient
) -> None:
    """Lifting it helps, and does so from its day."""
    push_categories(corporation, assigned(AIGUL, "R01"))
    second_supervisor.approve(supervisor.record_budget_lapse("REPUBLICAN", date(2026, 1, 1)))
    supervisor.advance_clock(MORNING + DAY)
    found = supervisor.explain(AIGUL, language="en").remedies
    assert (found[0].action, found[0].days) == ("LIFT_BUDGET_LAPSE", Days(TODAY + DAY, None))
    assert "R01" not in {route.category for each in found for route in each.document_routes}
    supervisor.lift_budget_lapse("REPUBLICAN")
    assert supervisor.check(AIGUL).ground == "CATEGORY"


def test_what_comes_by_itself_is_told(corporation: OsmsClient, operator: OsmsClient) -> None:
    """A category that begins later needs nobody."""
    begins = CategoryAssigned(1, DAULET, "R07", date(2026, 9, 1), "MLSPP")
    push_categories(corporation, begins)
    remedy = operator.explain(DAULET, language="en").remedies[0]
    assert (remedy.action, remedy.days) == ("WAIT", Days(date(2026, 9, 1), None))


# What a medical system may know.


def _reachable(message: Descriptor, found: set[str]) -> set[str]:
    """Every message that a message may carry."""
    if message.full_name not in found:
        found.add(message.full_name)
        for field in message.fields:
            if field.message_type is not None:
                _reachable(field.message_type, found)
    return found


def test_no_answer_to_a_medical_system_has_room_for_help() -> None:
    """Nothing that it may call carries a remedy, in any field of a field."""
    service = pb.DESCRIPTOR.services_by_name["EntitlementService"]
    asked = [
        method
        for method in service.methods
        if Role.MEDICAL_SYSTEM in RULES[f"/{service.full_name}/{method.name}"].scopes
    ]
    assert len(asked) == 4
    told = set().union(*(_reachable(method.output_type, set()) for method in asked))
    for private in ("Remedy", "DocumentRoute", "DocumentGroup", "AbsentGround"):
        assert f"{pb.DESCRIPTOR.package}.{private}" not in told
    explained = service.methods_by_name["ExplainEntitlement"].output_type
    assert pb.Remedy.DESCRIPTOR.full_name in _reachable(explained, set())


def _words(value: object) -> Iterator[str]:
    """Every text in an answer, field by field."""
    if is_dataclass(value):
        for field in fields(value):
            yield from _words(getattr(value, field.name))
    elif isinstance(value, tuple):
        for each in value:
            yield from _words(each)
    elif isinstance(value, str):
        yield value


_MONTH = re.compile(r"\b20\d\d-\d\d\b(?!-\d\d)")


def test_a_clinic_learns_nothing_of_what_would_help(
    everybody: None, clinic: OsmsClient, operator: OsmsClient
) -> None:
    """Two who lack the right for different reasons are answered in the same words."""
    without = [iin for iin, ground in lives.GROUNDS.items() if ground is None and iin != STRANGER]
    assert len({operator.explain(iin).remedies for iin in without}) == len(without)
    for language in ("kk", "ru", "en", ""):
        answers = [clinic.check(iin, language=language) for iin in without]
        assert len({(a.status, a.ground, a.text, a.provisions) for a in answers}) == 1
        for answer in (*answers, clinic.check(STRANGER, language=language)):
            assert not any(_MONTH.search(word) for word in _words(answer))
            assert ("21" in answer.text and "57" in answer.text) is bool(language)
