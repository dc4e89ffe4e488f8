"""What goes into the client and comes out: dates and dataclasses, and errors that say why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from osms_client import (
    Access,
    Conflict,
    Consumer,
    Entitlement,
    Ground,
    InvalidRequest,
    NotAllowed,
    NotFound,
    OsmsClient,
    OsmsError,
    Outcome,
    Provision,
    Refused,
    Registration,
    Stretch,
    Unreadable,
    Violation,
)
from tests.conftest import ClientOf
from tests.people import AIGUL, DAULET, NOBODY, STRANGER, people
from tests.rpc.sending import (
    MORNING,
    TODAY,
    assigned,
    paid,
    push_categories,
    push_payments,
    removed,
)

BIRTH = ["BIRTH_CERTIFICATE"]
BEGAN = date(2026, 1, 10)
CATEGORY_GROUND = ("CATEGORY", "R01", BEGAN, None)

pytestmark = pytest.mark.usefixtures("empty")


# Answers.


def test_an_answer_about_somebody_who_is_entitled(client_of: ClientOf) -> None:
    """Status, ground, days and provision; an end that is open is no date."""
    ack = push_categories(client_of("SC"), assigned(AIGUL, "R01", BEGAN))
    answer = client_of("clinic1").check(AIGUL)
    assert answer == Entitlement(
        AIGUL,
        TODAY,
        "ENTITLED",
        "CATEGORY",
        "OSMS",
        None,
        open_ended=True,
        provisions=answer.provisions,
        revision=ack.revision,
        revision_time=MORNING,
        receipt_id=answer.receipt_id,
        data_time=answer.data_time,
    )
    assert answer.entitled
    assert answer.provisions
    assert all(type(each) is Provision and each.code for each in answer.provisions)


def test_an_answer_about_a_stranger(client_of: ClientOf) -> None:
    """Nobody of whom anything is known: that is an answer, and no error."""
    answer = client_of("clinic1").check(STRANGER, date(2026, 3, 1))
    assert (answer.status, answer.ground, answer.last_date) == ("NOT_REGISTERED", None, None)
    assert (answer.on_date, answer.entitled, answer.open_ended) == (date(2026, 3, 1), False, False)
    assert answer.financing == "GVFMC"


def test_a_timeline_has_half_open_stretches(client_of: ClientOf) -> None:
    """What goes on without an end has none."""
    message = assigned(AIGUL, "R01", BEGAN)
    push_categories(client_of("SC"), message, removed(message, date(2026, 5, 15)))
    timeline = client_of("operator1").timeline(AIGUL)
    assert [(each.start, each.end, each.grounds[0].kind) for each in timeline.stretches] == [
        (BEGAN, date(2026, 5, 15), "CATEGORY"),
        (date(2026, 5, 15), date(2026, 9, 1), "RETENTION"),
    ]
    assert all(type(each) is Stretch for each in timeline.stretches)
    assert all(type(ground) is Ground for each in timeline.stretches for ground in each.grounds)


def test_an_explanation_has_what_holds_what_does_not_and_the_facts(client_of: ClientOf) -> None:
    """Facts with the fields they were told with: days, months and amounts as text."""
    push_categories(client_of("SC"), assigned(AIGUL, "R01", BEGAN, number=7))
    push_payments(client_of("SC"), paid(AIGUL, amount="0.01"))
    explanation = client_of("operator1").explain(AIGUL)
    ground = explanation.grounds[0]
    assert (ground.kind, ground.category, ground.start, ground.end) == CATEGORY_GROUND
    assert "PAYER" in {each.kind for each in explanation.absent_grounds}
    category, payment = explanation.facts
    assert ground.fact_ids == (category.fact_id,)
    assert category.content["assigned_date"] == BEGAN.isoformat()
    assert (payment.content["period"], payment.content["amount"]) == ("2026-05", "0.01")
    assert payment.content["payer_kind"] == "EMPLOYER"


def test_what_was_known_can_be_asked_for_in_any_zone(client_of: ClientOf) -> None:
    """An instant with its zone; one without could be any."""
    push_categories(client_of("SC"), assigned(AIGUL, "R01", BEGAN))
    operator = client_of("operator1")
    earlier = MORNING - timedelta(minutes=1)
    assert not operator.replay(AIGUL, earlier).entitlement.entitled
    assert operator.replay(AIGUL, MORNING).entitlement.entitled
    assert operator.replay(AIGUL, MORNING.astimezone()).entitlement.entitled
    with pytest.raises(ValueError, match="time zone"):
        operator.replay(AIGUL, datetime(2026, 7, 1, 9))  # noqa: DTZ001 - that is the point


@pytest.mark.parametrize("ask", [OsmsClient.check_many, OsmsClient.check_list])
def test_many_are_answered_in_their_order(
    client_of: ClientOf, ask: Callable[..., list[Entitlement | OsmsError]]
) -> None:
    """However many there are; an error stands in the place of a wrong IIN."""
    push_categories(client_of("SC"), assigned(AIGUL, "R01", BEGAN))
    asked = [*people(1_005), AIGUL, NOBODY]
    answers = list(ask(client_of("clinic1"), iter(asked)))
    assert [each.iin for each in answers[:-1] if isinstance(each, Entitlement)] == asked[:-1]
    wrong = answers[-1]
    assert isinstance(wrong, InvalidRequest)
    assert [violation.reason for violation in wrong.violations] == ["IIN_INVALID"]


def test_texts_come_in_the_language_that_is_asked_for(client_of: ClientOf) -> None:
    """And none where none is asked for: programs read codes."""
    clinic = client_of("clinic1")
    texts = {language: clinic.check(AIGUL, language=language).text for language in ("kk", "ru")}
    assert clinic.check(AIGUL).text == ""
    assert len(set(texts.values()) - {""}) == 2


# The Fund's work.


def test_a_person_with_registrations(client_of: ClientOf) -> None:
    """What was registered is what is known of the person afterwards."""
    operator, supervisor = client_of("operator1"), client_of("supervisor1")
    made = operator.register(AIGUL, "R01", TODAY, BIRTH)
    assert made == Registration(
        made.registration_id,
        AIGUL,
        "R01",
        TODAY,
        tuple(BIRTH),
        made.registered_by,
        "",
        date(2026, 8, 1),
        made.revision,
    )
    known = operator.consumer(AIGUL)
    assert type(known) is Consumer
    assert [each.registration_id for each in known.registrations] == [made.registration_id]
    assert known.first_record_time == MORNING
    assert supervisor.revoke(made.registration_id, "error") == TODAY


def test_who_asked_is_told(client_of: ClientOf) -> None:
    """One entry an answer, newest first, in instants with a zone."""
    asked = client_of("clinic1").check(AIGUL, date(2026, 6, 30))
    (access,) = client_of("operator1").accesses(AIGUL)
    assert type(access) is Access
    assert (access.receipt_id, access.on_date) == (asked.receipt_id, date(2026, 6, 30))
    assert (access.status, access.ground) == ("NOT_REGISTERED", None)
    assert access.record_time == MORNING
    assert access.record_time.tzinfo is UTC


def test_a_rejected_line_comes_back_as_it_was_sent(client_of: ClientOf) -> None:
    """With everything that is wrong with it; also one that could not even be read."""
    unread = Unreadable("ASSIGNED;;", (Violation("line", "UNREADABLE", "no columns"),))
    wrong = paid(NOBODY, amount="-1.005")
    ack = push_payments(client_of("SC"), wrong, unread, paid(DAULET))
    assert [outcome.outcome for outcome in ack.outcomes[:2]] == [Outcome.REJECTED] * 2
    assert (ack.rejected, ack.accepted, ack.next_position) == (2, 1, 4)
    second, first = client_of("operator1").rejections(feed="PAYMENT", state="OPEN")
    assert (first.position, second.position) == (1, 2)
    assert {each.reason for each in first.violations} >= {"IIN_INVALID", "AMOUNT_NOT_ABOVE_ZERO"}
    line = second.line["unreadable"]
    assert isinstance(line, Mapping)
    assert line["content"] == unread.content


def test_amounts_go_out_with_all_their_decimals(client_of: ClientOf) -> None:
    """Nothing is rounded on the way: what is too fine is rejected by the service."""
    fine = paid(AIGUL, amount="4250.001", reference="P-fine")
    great = paid(AIGUL, amount="999999999999.99", reference="P-great")
    ack = push_payments(client_of("SC"), fine, great)
    assert [each.violations[0].reason for each in ack.outcomes] == ["AMOUNT_DECIMALS"]
    (fact,) = client_of("operator1").facts(AIGUL)
    assert Decimal(str(fact.content["amount"])) == great.amount


# Errors.

ERRORS: dict[str, tuple[str, Callable[[OsmsClient], object], type[OsmsError]]] = {
    "a wrong field": ("clinic1", lambda c: c.check(NOBODY), InvalidRequest),
    "what the Rules refuse": (
        "operator1",
        lambda c: c.register(AIGUL, "R07", TODAY, BIRTH),
        Refused,
    ),
    "not allowed": ("clinic1", lambda c: c.timeline(AIGUL), NotAllowed),
    "a caller whom nobody knows": ("nobody", lambda c: c.check(AIGUL), NotAllowed),
    "not there": ("supervisor1", lambda c: c.revoke(str(uuid4()), "error"), NotFound),
    "a revision of the future": (
        "clinic1",
        lambda c: c.check(AIGUL, at_least_revision=f"{2**62:016x}"),
        InvalidRequest,
    ),
}


@pytest.mark.parametrize(("caller", "call", "kind"), ERRORS.values(), ids=ERRORS)
def test_errors_are_told_apart(
    client_of: ClientOf, caller: str, call: Callable[[OsmsClient], object], kind: type[OsmsError]
) -> None:
    """Each of its kind, with a stable reason and a sentence."""
    with pytest.raises(OsmsError) as error:
        call(client_of(caller))
    assert type(error.value) is kind
    assert error.value.reason
    assert str(error.value) == error.value.message != ""


def test_a_conflict_is_told(client_of: ClientOf) -> None:
    """The same id for something else."""
    operator, key = client_of("operator1"), str(uuid4())
    operator.register(AIGUL, "R01", TODAY, BIRTH, request_id=key)
    with pytest.raises(Conflict) as error:
        operator.register(DAULET, "R01", TODAY, BIRTH, request_id=key)
    assert error.value.reason == "REQUEST_ID_REUSED"


def test_all_fields_that_are_wrong_are_told(client_of: ClientOf) -> None:
    """With their paths, so that a form can show each at its place."""
    with pytest.raises(InvalidRequest) as error:
        client_of("operator1").register(NOBODY, "R99", TODAY, BIRTH)
    assert [(each.field, each.reason) for each in error.value.violations] == [
        ("iin", "IIN_INVALID"),
        ("category", "CODE_UNKNOWN"),
    ]
    assert all(each.description for each in error.value.violations)


def test_a_refusal_names_its_paragraph(client_of: ClientOf) -> None:
    """The provision stands where the field would."""
    with pytest.raises(Refused) as error:
        client_of("operator1").register(AIGUL, "R07", TODAY, BIRTH)
    (violation,) = error.value.violations
    assert violation.reason == "DOCUMENTS_INSUFFICIENT"
    assert "21" in violation.field
