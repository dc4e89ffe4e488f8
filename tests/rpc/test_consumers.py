"""Registration on documents (p. 21, 57), and what the Fund sees of a person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import chain, combinations
from uuid import UUID, uuid4

import pytest

from osms.entitlement.v1 import consumer_service_pb2 as pb
from osms_client import InvalidRequest, NotFound, OsmsClient, Refused
from osms_common.domain.codes import Category, Document
from osms_server.rules.reference import DOCUMENT_ROUTES, DocumentRoute
from tests.conftest import ClientOf
from tests.people import AIGUL, DAULET, EMPLOYER, STRANGER
from tests.rpc import lives
from tests.rpc.sending import (
    MORNING,
    TODAY,
    assigned,
    at,
    paid,
    push_categories,
    push_payments,
    refunded,
    removed,
)

DAY = timedelta(days=1)
BIRTH = ["BIRTH_CERTIFICATE"]


# The right of one month.


@pytest.mark.parametrize(
    ("applied_on", "last_date"),
    [
        pytest.param(date(2026, 3, 10), date(2026, 4, 10), id="the same day number"),
        pytest.param(date(2026, 1, 31), date(2026, 2, 28), id="the last day of February"),
        pytest.param(date(2024, 1, 31), date(2024, 2, 29), id="of a leap year"),
        pytest.param(date(2026, 5, 31), date(2026, 6, 30), id="of a month of thirty"),
        pytest.param(date(2025, 12, 31), date(2026, 1, 31), id="over the year"),
        pytest.param(date(2026, 2, 28), date(2026, 3, 28), id="from February"),
    ],
)
def test_a_registration_holds_for_one_month(
    operator: OsmsClient, applied_on: date, last_date: date
) -> None:
    """From the application through the same day number of the next month."""
    registration = operator.register(AIGUL, "R02", applied_on, ["FORM_027E"])
    assert registration.last_date == last_date
    assert [
        operator.check(AIGUL, day).ground
        for day in (applied_on - DAY, applied_on, last_date, last_date + DAY)
    ] == [None, "DOCUMENT", "DOCUMENT", None]


def test_a_registration_is_kept_as_it_was_made(operator: OsmsClient) -> None:
    """With the documents that were shown, and who registered the person."""
    made = operator.register(AIGUL, "R01", TODAY, [*BIRTH, "IDENTITY_DOCUMENT"])
    assert UUID(made.registration_id).version == 7
    assert (made.iin, made.category, made.applied_on) == (AIGUL, "R01", TODAY)
    assert (made.documents, made.registered_by) == (
        ("BIRTH_CERTIFICATE", "IDENTITY_DOCUMENT"),
        "operator1",
    )
    assert operator.check(AIGUL, at_least_revision=made.revision).ground == "DOCUMENT"
    (kept,) = operator.consumer(AIGUL).registrations
    assert (kept.registration_id, kept.documents) == (made.registration_id, made.documents)


# The documents.


def _enough() -> Iterator[tuple[Category, list[str]]]:
    """For every category, documents that just suffice: one of each group."""
    for category, route in DOCUMENT_ROUTES.items():
        longest = max(len(group) for group in route.groups)
        for number in range(longest):
            yield (
                category,
                [sorted(group)[number % len(group)].value for group in route.groups],
            )


def _too_few(category: Category, route: DocumentRoute) -> list[tuple[Category, list[str]]]:
    """For one category, documents of all groups but one, and another that does not matter."""
    firsts = [min(group).value for group in route.groups]
    other = next(d.value for d in Document if not any(d in group for group in route.groups))
    return [(category, [*some, other]) for some in combinations(firsts, len(firsts) - 1)]


@pytest.fixture
def crisis(supervisor: OsmsClient) -> None:
    """A window is open for those whom a crisis releases from payment (p. 21 item 13)."""
    supervisor.reset_sandbox(MORNING, {"crisis_window": "2026-06-01/2026-07-31"})


def test_one_document_of_each_group_suffices(crisis: None, client_of: ClientOf) -> None:
    """For every category that p. 21 or p. 57 names, whichever of the documents it is."""
    fund = client_of("supervisor1")
    for category, documents in _enough():
        made = fund.register(AIGUL, category, TODAY, documents, repeat_reason="table")
        assert made.category == category


def test_without_one_group_documents_do_not_suffice(crisis: None, operator: OsmsClient) -> None:
    """Every group is needed; other documents do not make up for it."""
    few = chain.from_iterable(_too_few(*route) for route in DOCUMENT_ROUTES.items())
    for category, documents in few:
        with pytest.raises(Refused) as caught:
            operator.register(AIGUL, category, TODAY, documents)
        (refusal,) = caught.value.violations
        assert refusal.reason == "DOCUMENTS_INSUFFICIENT"
        assert refusal.field == DOCUMENT_ROUTES[category].provision


@pytest.mark.parametrize("category", sorted(set(Category) - set(DOCUMENT_ROUTES)))
def test_some_categories_have_no_document_route(operator: OsmsClient, category: str) -> None:
    """Convicts, remand and house arrest, the crisis group, foreigners and staff of bodies."""
    with pytest.raises(Refused) as caught:
        operator.register(AIGUL, category, TODAY, BIRTH)
    assert [v.reason for v in caught.value.violations] == ["NO_DOCUMENT_ROUTE"]


@pytest.mark.parametrize(
    ("applied_on", "taken"),
    [
        (date(2026, 5, 31), False),
        (date(2026, 6, 1), True),
        (TODAY, True),
    ],
    ids=["the day before", "the first day", "today"],
)
def test_a_crisis_release_needs_an_open_window(
    crisis: None, operator: OsmsClient, applied_on: date, *, taken: bool
) -> None:
    """The day of the application decides."""
    documents = ["IDENTITY_DOCUMENT", "LABOUR_BOOK"]
    if taken:
        operator.register(AIGUL, "X13", applied_on, documents)
        assert operator.check(AIGUL, applied_on).ground == "DOCUMENT"
        return
    with pytest.raises(Refused) as caught:
        operator.register(AIGUL, "X13", applied_on, documents)
    assert [v.reason for v in caught.value.violations] == ["CRISIS_WINDOW_CLOSED"]


# What is known already.


@pytest.mark.parametrize(
    ("category", "assigned_on", "removed_on", "taken"),
    [
        pytest.param("R01", date(2020, 1, 1), None, False, id="it holds"),
        pytest.param("R01", TODAY, None, False, id="since today"),
        pytest.param("R01", TODAY + DAY, None, True, id="from tomorrow on"),
        pytest.param("R01", date(2020, 1, 1), TODAY + DAY, False, id="for the last day"),
        pytest.param("R01", date(2020, 1, 1), TODAY, True, id="it ended yesterday"),
        pytest.param("R02", date(2026, 1, 1), None, True, id="another category holds"),
    ],
)
def test_a_category_that_holds_needs_no_documents(
    corporation: OsmsClient,
    operator: OsmsClient,
    category: str,
    assigned_on: date,
    removed_on: date | None,
    *,
    taken: bool,
) -> None:
    """A registration is refused while an episode of the same category holds on the day."""
    one = assigned(AIGUL, category, assigned_on, source="MOH" if category == "R02" else "MOE")
    push_categories(corporation, one, *([removed(one, removed_on)] if removed_on else []))
    if taken:
        assert operator.register(AIGUL, "R01", TODAY, BIRTH).last_date
        return
    with pytest.raises(Refused) as caught:
        operator.register(AIGUL, "R01", TODAY, BIRTH)
    assert [v.reason for v in caught.value.violations] == ["CATEGORY_HOLDS"]


def test_a_second_registration_takes_a_reason_and_two_persons(
    operator: OsmsClient, supervisor: OsmsClient
) -> None:
    """Of the same person and category; asked for by one, it waits for another to approve it."""
    operator.register(AIGUL, "R01", TODAY, BIRTH)
    for reason in ("", "  "):
        with pytest.raises(Refused) as caught:
            operator.register(AIGUL, "R01", TODAY, BIRTH, repeat_reason=reason)
        assert caught.value.violations[0].reason == "REPEAT_NEEDS_REASON"
    asked = operator.register(AIGUL, "R01", TODAY, BIRTH, repeat_reason=" a file is late ")
    assert (asked.outcome, asked.last_date) == ("HELD_FOR_APPROVAL", date(2026, 8, 1))
    assert (asked.registration_id, asked.revision) == ("", "")
    assert len(supervisor.consumer(AIGUL).registrations) == 1
    supervisor.approve(asked.held_batch_id)
    _, made = supervisor.consumer(AIGUL).registrations
    assert (made.repeat_reason, made.registered_by) == ("a file is late", "operator1")


def test_another_category_is_no_second_registration(operator: OsmsClient) -> None:
    """Nor is another person."""
    operator.register(AIGUL, "R01", TODAY, BIRTH)
    assert operator.register(AIGUL, "R02", TODAY, ["FORM_027E"]).last_date
    assert operator.register(DAULET, "R01", TODAY, BIRTH).last_date


# Revocation.


def test_a_revoked_registration_ends_on_the_day_after(
    operator: OsmsClient, supervisor: OsmsClient
) -> None:
    """Nothing is taken back for the day on which it is revoked."""
    made = operator.register(AIGUL, "R01", TODAY, BIRTH)
    day = TODAY + 5 * DAY
    supervisor.advance_clock(at(day))
    assert supervisor.revoke(made.registration_id, "a forged certificate") == day
    told = [supervisor.check(AIGUL, on).ground for on in (day, day + DAY)]
    assert told == ["DOCUMENT", None]


def test_what_has_ended_is_not_lengthened_by_its_revocation(
    operator: OsmsClient, supervisor: OsmsClient
) -> None:
    """The last day stays what it was."""
    made = operator.register(AIGUL, "R01", date(2026, 3, 10), BIRTH)
    assert supervisor.revoke(made.registration_id, "found later") == date(2026, 4, 10)
    assert supervisor.check(AIGUL, date(2026, 4, 11)).ground is None


def test_a_registration_is_revoked_once(operator: OsmsClient, supervisor: OsmsClient) -> None:
    """And only if there is one, and for a reason."""
    made = operator.register(AIGUL, "R01", TODAY, BIRTH)
    with pytest.raises(InvalidRequest):
        supervisor.revoke(made.registration_id, " ")
    with pytest.raises(NotFound):
        supervisor.revoke(str(uuid4()), "no such thing")
    supervisor.revoke(made.registration_id, "error")
    with pytest.raises(Refused) as caught:
        supervisor.revoke(made.registration_id, "error")
    assert (caught.value.reason, caught.value.details["state"]) == ("WRONG_STATE", "revoked")


# What is known of a person.


@pytest.fixture
def known(corporation: OsmsClient, supervisor: OsmsClient) -> None:
    """A person of whom something of every kind is known."""
    one = assigned()
    push_categories(corporation, one)
    supervisor.advance_clock(MORNING + timedelta(hours=1))
    payment = paid(surname="Ахметова", payer_id=EMPLOYER, payer_name="LLP")
    push_payments(corporation, payment, refunded(payment, "1.50"))
    push_categories(corporation, removed(one, date(2026, 3, 1), reason="MOVED"))
    supervisor.advance_clock(MORNING + timedelta(hours=2))
    late = supervisor.register(AIGUL, "R02", TODAY, ["FORM_027E"])
    supervisor.register(AIGUL, "R07", date(2026, 6, 1), ["PENSION_CERTIFICATE"])
    supervisor.revoke(late.registration_id, "error")


def test_a_consumer_in_one_answer(known: None, operator: OsmsClient) -> None:
    """The entitlement of today, since when the person is known, and what there is."""
    consumer = operator.consumer(AIGUL)
    assert (consumer.entitlement.ground, consumer.entitlement.on_date) == ("DOCUMENT", TODAY)
    assert consumer.first_record_time == MORNING
    assert consumer.fact_counts == {
        "category_assignment": 1,
        "category_removal": 1,
        "payment": 1,
        "payment_refund": 1,
        "document_registration": 2,
        "registration_revocation": 1,
    }
    assert [r.category for r in consumer.registrations] == ["R07", "R02"]


def test_facts_are_listed_as_they_became_known(known: None, operator: OsmsClient) -> None:
    """Each with its sender, its instant and its content."""
    facts = list(operator.facts(AIGUL))
    assert [(fact.kind, fact.sender) for fact in facts] == [
        ("category_assignment", "SC"),
        ("payment", "SC"),
        ("payment_refund", "SC"),
        ("category_removal", "SC"),
        ("document_registration", "supervisor1"),
        ("document_registration", "supervisor1"),
        ("registration_revocation", "supervisor1"),
    ]
    assert [fact.record_time for fact in facts] == sorted(fact.record_time for fact in facts)
    assert [fact.revision for fact in facts] == sorted(fact.revision for fact in facts)
    assert facts[1].content == {
        "reference": "P-1",
        "iin": AIGUL,
        "surname": "Ахметова",
        "payer_id": EMPLOYER,
        "payer_name": "LLP",
        "payer_kind": "EMPLOYER",
        "period": "2026-05",
        "received_date": "2026-06-10",
        "amount": "4250.00",
        "purpose_code": "122",
    }
    assert facts[2].content["amount"] == "1.50"
    assert facts[3].content["reason"] == "MOVED"


def test_facts_are_listed_as_known_at_an_instant(known: None, operator: OsmsClient) -> None:
    """Those that were recorded at or before it."""
    counts = [
        len(list(operator.facts(AIGUL, known_at=MORNING + after)))
        for after in (
            -timedelta(milliseconds=1),
            timedelta(0),
            timedelta(hours=1),
            timedelta(hours=2),
        )
    ]
    assert counts == [0, 1, 4, 7]


@pytest.mark.parametrize("size", [1, 2, 3, 6, 7, 8])
def test_facts_page_by_page_are_one_list(known: None, operator: OsmsClient, size: int) -> None:
    """Each once and in order, however long a page is."""
    whole = [fact.fact_id for fact in operator.facts(AIGUL)]
    paged: list[str] = []
    request = pb.ListGroundsRequest(iin=AIGUL, page_size=size)
    for response in operator._pages(operator._consumers.ListGrounds, request):
        assert len(response.facts) <= size
        paged += [fact.fact_id for fact in response.facts]
    assert paged == whole


def test_of_a_stranger_nothing_is_known(operator: OsmsClient) -> None:
    """There is nothing to show, and the error does not repeat whom was asked about."""
    for ask in (operator.consumer, lambda iin: list(operator.facts(iin))):
        with pytest.raises(NotFound) as caught:
            ask(STRANGER)
        assert STRANGER not in str(caught.value.details)


def test_every_kind_of_life_can_be_shown(
    empty: None, client_of: ClientOf, operator: OsmsClient
) -> None:
    """Whatever is known of a person can be told, and counts what is listed."""
    lives.tell_everything(client_of)
    for iin in lives.EVERYBODY:
        counts = operator.consumer(iin).fact_counts
        assert sum(counts.values()) == len(list(operator.facts(iin)))
