"""Questions: the answer, when it is known, who may know how much, and what is kept of it."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import product
from typing import Any
from uuid import UUID

import grpc
import pytest
import sqlalchemy as sa
from google.rpc.error_details_pb2 import RetryInfo
from google.type.date_pb2 import Date

from osms.entitlement.v1 import consumer_service_pb2 as consumer_pb
from osms.entitlement.v1 import entitlement_service_pb2 as pb
from osms.entitlement.v1 import entitlement_service_pb2_grpc as pb_grpc
from osms_client import (
    Access,
    Entitlement,
    InvalidRequest,
    NotFound,
    OsmsClient,
    OsmsError,
    Provision,
    RosterLine,
)
from osms_common.domain.codes import GroundKind
from osms_server.bootstrap import Engines
from osms_server.persistence.log_check import LogCheck
from osms_server.persistence.tables import access_log
from tests.conftest import ClientOf
from tests.people import AIGUL, DAULET, EMPLOYER, NOBODY, SALTANAT, STRANGER, people
from tests.rpc import lives
from tests.rpc.conftest import ChannelOf
from tests.rpc.sending import (
    MORNING,
    TODAY,
    assigned,
    at,
    paid_months,
    push_categories,
    push_payments,
    removed,
)
from tests.rpc.streams import OpenStream, whole
from tests.rpc.told import refused

DAY = timedelta(days=1)


@pytest.fixture
def everybody(empty: None, client_of: ClientOf) -> None:
    """People of every kind are known."""
    lives.tell_everything(client_of)


@pytest.fixture
def questions(empty: None, channel_of: ChannelOf) -> pb_grpc.EntitlementServiceStub:
    """The questions of a clinic, as the contract has them."""
    return pb_grpc.EntitlementServiceStub(channel_of("clinic1"))


# The answer.


@pytest.mark.parametrize(
    ("iin", "ground"),
    [pytest.param(iin, ground, id=f"{ground} {iin}") for iin, ground in lives.GROUNDS.items()],
)
def test_the_ground_reported_first(
    everybody: None, clinic: OsmsClient, iin: str, ground: str | None
) -> None:
    """Whoever has a ground is entitled and insured; everybody else has the guaranteed care."""
    answer = clinic.check(iin)
    assert (answer.ground, answer.entitled) == (ground, ground is not None)
    assert answer.financing == ("OSMS" if ground else "GVFMC")


def test_an_answer_that_is_open_ended(corporation: OsmsClient, clinic: OsmsClient) -> None:
    """It has no last day, and says so; it tells its day, its revision and its provision."""
    ack = push_categories(corporation, assigned())
    answer = clinic.check(AIGUL)
    assert (answer.on_date, answer.last_date, answer.open_ended) == (TODAY, None, True)
    assert (answer.revision, answer.revision_time) == (ack.revision, MORNING)
    assert answer.provisions == (Provision("p9.1"),)
    assert UUID(answer.receipt_id).version == 7


def test_an_answer_tells_the_last_day_that_is_foreseen(
    corporation: OsmsClient, clinic: OsmsClient
) -> None:
    """The right ends with the third month after the one in which the category last held."""
    one = assigned()
    push_categories(corporation, one, removed(one, date(2026, 7, 15)))
    for day, ground in ((TODAY, "CATEGORY"), (date(2026, 7, 15), "RETENTION")):
        answer = clinic.check(AIGUL, day)
        assert (answer.ground, answer.last_date) == (ground, date(2026, 10, 31))
    assert clinic.check(AIGUL, date(2026, 11, 1)).status == "NOT_ENTITLED"


def test_who_is_known_and_who_is_not(corporation: OsmsClient, clinic: OsmsClient) -> None:
    """A person of whom nothing is known is not registered; neither has the right."""
    push_categories(corporation, assigned(on=date(2026, 9, 1)))
    known, unknown = clinic.check(AIGUL), clinic.check(STRANGER)
    assert (known.status, unknown.status) == ("NOT_ENTITLED", "NOT_REGISTERED")
    for answer in (known, unknown):
        assert (answer.ground, answer.last_date, answer.open_ended) == (None, None, False)
        assert answer.provisions == (Provision("p3"),)


@pytest.mark.parametrize("day", [date.min, date.max], ids=["the first day", "the last day"])
def test_every_day_that_there_is_has_an_answer(
    everybody: None, supervisor: OsmsClient, day: date
) -> None:
    """Also far from all that the Rules speak of, with and without a failure of systems."""
    supervisor.declare_incident("I-1", ["SC"], TODAY)
    for iin in (*lives.EVERYBODY, STRANGER):
        answer, explained = supervisor.check(iin, day), supervisor.explain(iin, day)
        assert answer.status == explained.entitlement.status


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        pytest.param(at(TODAY, 23, 59) + timedelta(seconds=59), TODAY, id="the last second"),
        pytest.param(at(TODAY + DAY, 0), TODAY + DAY, id="midnight"),
    ],
)
def test_today_is_the_day_in_almaty(
    supervisor: OsmsClient, clinic: OsmsClient, instant: datetime, day: date
) -> None:
    """Where no day is given, it is the one that the clock shows there."""
    supervisor.advance_clock(instant)
    assert clinic.check(AIGUL).on_date == day
    assert supervisor.explain(AIGUL).entitlement.on_date == day


@pytest.mark.parametrize("language", ["kk", "ru", "en", "kk-KZ", "RU"])
def test_texts_come_in_the_language_that_is_asked_for(
    everybody: None, clinic: OsmsClient, language: str
) -> None:
    """The answer and its provisions are told in a sentence each."""
    for iin in (*lives.EVERYBODY, STRANGER):
        answer = clinic.check(iin, language=language)
        assert answer.text
        assert all(provision.text for provision in answer.provisions)


def test_languages_are_told_apart(everybody: None, clinic: OsmsClient) -> None:
    """Each language has words of its own, and where none is asked for, nothing is written."""
    texts = {clinic.check(lives.CHILD, language=code).text for code in ("", "kk", "ru", "en")}
    assert len(texts) == 4
    assert "" in texts


# Not older than.


def test_what_was_acknowledged_is_in_the_answer(
    corporation: OsmsClient, clinic: OsmsClient, operator: OsmsClient
) -> None:
    """A reader that knows a revision never gets an older answer."""
    ack = push_categories(corporation, assigned())
    assert clinic.check(AIGUL, at_least_revision=ack.revision).entitled
    assert operator.timeline(AIGUL, at_least_revision=ack.revision).revision == ack.revision


@pytest.mark.parametrize(
    "ask",
    [
        lambda stub, revision: stub.CheckEntitlement(
            pb.CheckEntitlementRequest(iin=AIGUL, at_least_revision=revision)
        ),
        lambda stub, revision: stub.BatchCheckEntitlements(
            pb.BatchCheckEntitlementsRequest(iins=[AIGUL, NOBODY], at_least_revision=revision)
        ),
        lambda stub, revision: stub.GetTimeline(
            pb.GetTimelineRequest(iin=AIGUL, at_least_revision=revision)
        ),
    ],
    ids=["CheckEntitlement", "BatchCheckEntitlements", "GetTimeline"],
)
def test_an_old_answer_is_never_given(
    corporation: OsmsClient, channel_of: ChannelOf, ask: Callable[[Any, str], object]
) -> None:
    """What the register does not know yet cannot be told; the caller may try again."""
    ack = push_categories(corporation, assigned())
    later = f"{int(ack.revision, 16) + 1:016x}"
    stub = pb_grpc.EntitlementServiceStub(channel_of("operator1"))
    error = refused(lambda: ask(stub, later))
    assert (error.code, error.reason) == (grpc.StatusCode.UNAVAILABLE, "REVISION_NOT_REACHED")
    assert error.metadata["token"] == later
    assert error.one(RetryInfo)


# Many at once.


def test_a_batch_answers_in_order_and_in_place(everybody: None, clinic: OsmsClient) -> None:
    """A wrong IIN has its error where its answer would be; all are of one revision."""
    asked = [lives.CHILD, NOBODY, STRANGER, "", lives.CHILD, lives.SOLDIER]
    results = list(clinic.check_many(asked))
    told = [r.reason if isinstance(r, OsmsError) else r.ground for r in results]
    wrong = "INVALID_REQUEST"
    assert told == ["CATEGORY", wrong, None, wrong, "CATEGORY", "ROSTER"]
    answers = [result for result in results if isinstance(result, Entitlement)]
    assert [answer.iin for answer in answers] == [asked[0], asked[2], asked[4], asked[5]]
    assert len({answer.revision for answer in answers}) == 1
    assert len({answer.receipt_id for answer in answers}) == 4


def test_a_batch_of_wrong_iins_is_a_batch_of_errors(clinic: OsmsClient) -> None:
    """There is nobody to look up, and each is told what is wrong."""
    for result in clinic.check_many([NOBODY, "x", ""]):
        assert isinstance(result, InvalidRequest)
        assert [violation.field for violation in result.violations] == ["iin"]


def test_a_list_of_any_length_is_answered(everybody: None, clinic: OsmsClient) -> None:
    """The client cuts it into batches, one by one or on a stream."""
    asked = [lives.CHILD, *people(1_500), lives.SOLDIER]
    for answers in (list(clinic.check_many(asked)), list(clinic.check_list(asked))):
        assert [a.iin for a in answers if isinstance(a, Entitlement)] == asked
        entitled = [a.iin for a in answers if isinstance(a, Entitlement) and a.entitled]
        assert entitled == [lives.CHILD, lives.SOLDIER]


@pytest.mark.parametrize(
    ("iins", "code", "reason"),
    [
        pytest.param([], grpc.StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST", id="nobody"),
        pytest.param(
            [AIGUL] * 1_001, grpc.StatusCode.RESOURCE_EXHAUSTED, "LIMIT_EXCEEDED", id="too many"
        ),
    ],
)
@pytest.mark.parametrize("streamed", [False, True], ids=["batch", "stream"])
def test_a_batch_has_its_limits(
    questions: Any, iins: list[str], code: grpc.StatusCode, reason: str, *, streamed: bool
) -> None:
    """Somebody must be asked about, and not more than a thousand in one message."""
    if streamed:
        request = pb.StreamCheckEntitlementsRequest(iins=iins)
        error = refused(lambda: list(whole(questions.StreamCheckEntitlements, request)))
    else:
        batch = pb.BatchCheckEntitlementsRequest(iins=iins)
        error = refused(lambda: questions.BatchCheckEntitlements(batch))
    assert (error.code, error.reason) == (code, reason)


def test_a_stream_answers_message_by_message(everybody: None, questions: Any) -> None:
    """Each request is answered by one response, about its own day, before the next is sent."""
    with OpenStream(questions.StreamCheckEntitlements) as stream:
        for number in range(5):
            day = TODAY + number * timedelta(days=40)
            on_date = Date(year=day.year, month=day.month, day=day.day)
            iins = [lives.CHILD] * (number + 1)
            stream.send(pb.StreamCheckEntitlementsRequest(iins=iins, on_date=on_date))
            results = stream.receive().results
            days = [(r.entitlement.on_date.month, r.entitlement.on_date.day) for r in results]
            assert days == [(day.month, day.day)] * (number + 1)
        assert stream.rest() == []


# The Fund's questions.


def test_the_timeline_has_every_stretch(corporation: OsmsClient, operator: OsmsClient) -> None:
    """In order, without overlaps, each with its grounds; the days between are without right."""
    one = assigned(on=date(2025, 2, 1))
    two = assigned(category="R12", on=date(2026, 1, 1), source="MLSPP")
    push_categories(corporation, one, removed(one, date(2025, 3, 1)), two)
    stretches = operator.timeline(AIGUL).stretches
    assert [(s.start, s.end, [(g.kind, g.category) for g in s.grounds]) for s in stretches] == [
        (date(2025, 2, 1), date(2025, 3, 1), [("CATEGORY", "R01")]),
        (date(2025, 3, 1), date(2025, 6, 1), [("RETENTION", "R01")]),
        (date(2026, 1, 1), None, [("CATEGORY", "R12")]),
    ]


def test_of_a_stranger_there_is_no_timeline(operator: OsmsClient) -> None:
    """Nothing is known, and that is not the same as no right."""
    with pytest.raises(NotFound):
        operator.timeline(STRANGER)


def test_an_explanation_names_its_facts(everybody: None, operator: OsmsClient) -> None:
    """Every ground rests on facts that are listed beside it."""
    for iin, ground in lives.GROUNDS.items():
        explained = operator.explain(iin)
        ids = {fact.fact_id for fact in explained.facts}
        assert [g.kind for g in explained.grounds[:1]] == ([ground] if ground else [])
        for held in explained.grounds:
            assert held.fact_ids
            assert set(held.fact_ids) <= ids
            assert all(provision.text for provision in held.provisions)


def test_an_explanation_says_why_not(everybody: None, operator: OsmsClient) -> None:
    """Every kind of ground either holds or is absent for a reason, in the language asked for."""
    every_kind = {kind.name for kind in GroundKind}
    for iin, language in product((lives.CHILD, lives.DEAD, STRANGER), ("kk", "ru", "en", "")):
        explained = operator.explain(iin, language=language)
        holding = {ground.kind for ground in explained.grounds}
        absent = {ground.kind for ground in explained.absent_grounds}
        assert holding | absent == every_kind
        assert not holding & absent
        assert all(ground.reason and ground.text for ground in explained.absent_grounds)


# As it was known.


def test_a_replay_knows_what_was_known(corporation: OsmsClient, supervisor: OsmsClient) -> None:
    """Before a fact, at its instant, after it, and after the fact that ends it."""
    one = assigned()
    supervisor.advance_clock(MORNING + timedelta(hours=1))
    push_categories(corporation, one)
    supervisor.advance_clock(MORNING + timedelta(hours=2))
    push_categories(corporation, removed(one, date(2026, 2, 1)))
    supervisor.advance_clock(MORNING + timedelta(hours=3))
    told = [
        supervisor.replay(AIGUL, MORNING + after).entitlement.ground
        for after in (
            timedelta(hours=1) - timedelta(milliseconds=1),
            timedelta(hours=1),
            timedelta(hours=2) - timedelta(milliseconds=1),
            timedelta(hours=2),
        )
    ]
    assert told == [None, "CATEGORY", "CATEGORY", "HELD"]
    first = supervisor.replay(AIGUL, MORNING)
    assert (first.entitlement.status, first.facts) == ("NOT_REGISTERED", ())


def test_a_replay_is_about_the_day_of_its_instant(operator: OsmsClient) -> None:
    """Where no day is given; and any day may be."""
    yesterday = MORNING - timedelta(days=1)
    assert operator.replay(AIGUL, yesterday).entitlement.on_date == TODAY - DAY
    assert operator.replay(AIGUL, yesterday, TODAY).entitlement.on_date == TODAY


@pytest.mark.parametrize("year", [1, 1600, 1969, 1970, 2016])
def test_long_ago_nothing_was_known(everybody: None, operator: OsmsClient, year: int) -> None:
    """Also before there were revisions."""
    long_ago = MORNING.replace(year=year)
    answer = operator.replay(lives.CHILD, long_ago, TODAY).entitlement
    assert (answer.status, answer.ground) == ("NOT_REGISTERED", None)
    assert list(operator.facts(lives.CHILD, known_at=long_ago)) == []


def test_the_present_can_be_replayed_and_the_future_not(
    everybody: None, operator: OsmsClient
) -> None:
    """Up to the instant that the clock shows."""
    assert operator.replay(lives.CHILD, MORNING).entitlement.ground == "CATEGORY"
    with pytest.raises(InvalidRequest) as caught:
        operator.replay(lives.CHILD, MORNING + timedelta(milliseconds=1))
    assert [v.reason for v in caught.value.violations] == ["DATE_IN_FUTURE"]


@pytest.mark.long
def test_what_was_answered_can_be_replayed(
    client_of: ClientOf, supervisor: OsmsClient, second_supervisor: OsmsClient
) -> None:
    """Whatever has become known since, each answer is found again as it was given."""
    given: list[tuple[datetime, Entitlement]] = []
    for number, happens in enumerate(_happenings(client_of)):
        now = MORNING + number * timedelta(days=9, hours=5)
        supervisor.advance_clock(now)
        happens()
        today = supervisor.check(AIGUL).on_date
        for iin, ahead in product(lives.EVERYBODY[number % 3 :: 3], (-20, 0, 30)):
            given.append((now, supervisor.check(iin, today + timedelta(days=ahead))))
    for known_at, answer in given:
        again = supervisor.replay(answer.iin, known_at, answer.on_date).entitlement
        assert (again.status, again.ground, again.last_date) == (
            answer.status,
            answer.ground,
            answer.last_date,
        ), (known_at, answer)


# What a clinic may know.


def test_a_clinic_learns_the_kind_of_ground_and_no_more(everybody: None, questions: Any) -> None:
    """Nothing about category, body, payer, income or amount, in any language (p. 14)."""
    codes = {"R01", "R02", "R07", "R12", "R13", "L01", "F01", "DEFENCE", "FORM_027E"}
    secrets = {*codes, EMPLOYER, lives.SURNAME, lives.PAYER, "98765", "p16", "p20", "p51", "p55"}
    for iin, language in product(lives.EVERYBODY, ("kk", "ru", "en", "")):
        request = pb.CheckEntitlementRequest(iin=iin, language_code=language)
        text = str(questions.CheckEntitlement(request))
        assert not {secret for secret in secrets if secret in text}


def test_a_clinic_cannot_tell_one_paragraph_on_documents_from_another(
    operator: OsmsClient, clinic: OsmsClient
) -> None:
    """For one of them is for the unemployed alone."""
    operator.register(AIGUL, "L01", TODAY, ["UNEMPLOYED_REGISTRATION"])
    operator.register(DAULET, "R02", TODAY, ["FORM_027E"])
    provisions = [clinic.check(iin).provisions for iin in (AIGUL, DAULET)]
    assert provisions == [(Provision("p21"), Provision("p57"))] * 2


# What is kept of an answer.


def test_every_answer_is_logged(everybody: None, clinic: OsmsClient, operator: OsmsClient) -> None:
    """Who asked, by which RPC, about which day, and what was answered, newest first."""
    iin = lives.CHILD
    answers = [
        clinic.check(iin, date(2026, 7, 2)),
        *clinic.check_many([iin]),
        *clinic.check_list([iin]),
        operator.explain(iin).entitlement,
        operator.replay(iin, MORNING, date(2019, 1, 1)).entitlement,
        operator.consumer(iin).entitlement,
    ]
    timeline = operator.timeline(iin)
    list(operator.facts(iin))
    entries = list(operator.accesses(iin))
    assert [(entry.caller, entry.method) for entry in reversed(entries)] == [
        ("mis/clinic1", "CheckEntitlement"),
        ("mis/clinic1", "BatchCheckEntitlements"),
        ("mis/clinic1", "StreamCheckEntitlements"),
        ("fund-operator/operator1", "ExplainEntitlement"),
        ("fund-operator/operator1", "ReplayEntitlement"),
        ("fund-operator/operator1", "GetConsumer"),
        ("fund-operator/operator1", "GetTimeline"),
        ("fund-operator/operator1", "ListGrounds"),
    ]
    for entry, answer in zip(reversed(entries), answers, strict=False):
        assert isinstance(answer, Entitlement)
        assert _as_logged(entry) == (
            answer.receipt_id,
            MORNING,
            answer.on_date,
            answer.status,
            answer.ground,
            answer.revision,
        )
    assert timeline.receipt_id in {entry.receipt_id for entry in entries}


def _as_logged(entry: Access) -> tuple[object, ...]:
    return (
        entry.receipt_id,
        entry.record_time,
        entry.on_date,
        entry.status,
        entry.ground,
        entry.revision,
    )


def test_a_question_about_a_stranger_is_logged(clinic: OsmsClient, operator: OsmsClient) -> None:
    """That nothing is known of a person is an answer about the person."""
    clinic.check(STRANGER)
    (entry,) = operator.accesses(STRANGER)
    assert (entry.status, entry.ground) == ("NOT_REGISTERED", None)


def test_not_to_find_a_person_is_logged(clinic: OsmsClient, operator: OsmsClient) -> None:
    """It tells as much as the answer that the person is not registered, and is logged as that."""
    revision = clinic.check(STRANGER).revision
    with pytest.raises(NotFound):
        operator.timeline(STRANGER, purpose="CONTROL")
    with pytest.raises(NotFound):
        operator.consumer(STRANGER, purpose="CONTROL")
    with pytest.raises(NotFound):
        list(operator.facts(STRANGER, purpose="CONTROL"))
    *entries, _ = operator.accesses(STRANGER)
    assert [entry.method for entry in entries] == ["ListGrounds", "GetConsumer", "GetTimeline"]
    for entry in entries:
        assert (entry.status, entry.ground, entry.on_date) == ("NOT_REGISTERED", None, TODAY)
        assert (entry.revision, entry.purpose) == (revision, "CONTROL")


def test_what_is_known_of_a_person_is_logged_with_its_purpose_and_revision(
    everybody: None, operator: OsmsClient
) -> None:
    """What was declared, and the state of which it was told."""
    known = operator.consumer(lives.CHILD, purpose="complaint")
    list(operator.facts(lives.CHILD, purpose="planning"))
    listed, told = operator.accesses(lives.CHILD)
    assert (listed.method, listed.purpose) == ("ListGrounds", "PLANNING")
    assert (told.method, told.purpose) == ("GetConsumer", "COMPLAINT")
    assert listed.revision == told.revision == known.entitlement.revision


@pytest.mark.parametrize(
    ("stub", "method", "request_type"),
    [
        ("_consumers", "GetConsumer", consumer_pb.GetConsumerRequest),
        ("_consumers", "ListGrounds", consumer_pb.ListGroundsRequest),
    ],
)
def test_a_purpose_that_is_none_is_refused(
    operator: OsmsClient, stub: str, method: str, request_type: Callable[..., Any]
) -> None:
    """Beside look-ups, what the Fund is shown of a person has a purpose of the contract."""
    request = request_type(iin=AIGUL, purpose=99)
    with pytest.raises(InvalidRequest) as caught:
        operator._connection.call(getattr(getattr(operator, stub), method), request)
    assert [(v.field, v.reason) for v in caught.value.violations] == [("purpose", "CODE_UNKNOWN")]


def test_what_was_not_answered_is_not_logged(operator: OsmsClient, clinic: OsmsClient) -> None:
    """A refused question tells nothing about anybody."""
    with pytest.raises(OsmsError):
        clinic.check(AIGUL, language="fr")
    with pytest.raises(OsmsError):
        clinic.consumer(AIGUL)
    assert list(operator.accesses(AIGUL)) == []


def test_the_log_is_a_chain(everybody: None, clinic: OsmsClient, engines: Engines) -> None:
    """What is answered together carries a hash over all before it; what is changed shows."""
    for iin in lives.EVERYBODY:
        clinic.check(iin)
    list(clinic.check_many([*lives.EVERYBODY, STRANGER]))
    with engines.transactions.connect() as connection:
        answers = sa.select(sa.func.sum(sa.func.cardinality(access_log.c.iins)))
        assert connection.execute(answers).scalar_one() == 2 * len(lives.EVERYBODY) + 1
        assert list(LogCheck().broken_entries(connection)) == []
        connection.execute(sa.text("set local session_replication_role = replica"))
        connection.execute(
            sa.update(access_log)
            .where(access_log.c.first_sequence == 1)
            .values(callers=["mis/clinic2"])
        )
        assert [entry.sequence for entry in LogCheck().broken_entries(connection)] == [1]
        connection.rollback()


def test_answers_given_at_once_have_numbers_of_their_own(
    everybody: None, clinic: OsmsClient, operator: OsmsClient
) -> None:
    """The clock of the sandbox stands still, and still every receipt is another, in order."""
    receipts = [clinic.check(lives.CHILD).receipt_id for _ in range(20)]
    logged = [entry.receipt_id for entry in operator.accesses(lives.CHILD)]
    assert logged[::-1] == receipts == sorted(set(receipts))


# The quick way and the long way.


def _happenings(client_of: ClientOf) -> list[Callable[[], object]]:
    """What happens one after the other: facts, failures of systems, and unpaid budgets."""
    supervisor, second = client_of("supervisor1"), client_of("supervisor2")

    def approve_lapse() -> None:
        held = supervisor.record_budget_lapse("REPUBLICAN", date(2026, 6, 1))
        second.approve(held)

    def approve_fund_incident() -> None:
        incident = supervisor.declare_incident("FUND-1", ["FUND"], date(2026, 9, 1))
        second.approve(incident.held_batch_id)

    def remove_child() -> None:
        child = assigned(lives.CHILD, "R01", date(2020, 3, 3))
        push_categories(client_of("SC"), removed(child, date(2026, 7, 5)))

    return [
        lambda: lives.tell_everything(client_of),
        lambda: supervisor.declare_incident("SC-1", ["SC"], date(2026, 7, 8)),
        remove_child,
        lambda: client_of("DEFENCE").push_roster("DEFENCE", [RosterLine(SALTANAT)]),
        lambda: supervisor.declare_incident("DEFENCE-1", ["DEFENCE"], date(2026, 7, 1)),
        lambda: supervisor.close_incident("SC-1", date(2026, 8, 10)),
        approve_lapse,
        approve_fund_incident,
        lambda: push_payments(
            client_of("SC"), *paid_months(lives.FORMER_EMPLOYEE, date(2026, 3, 1), 5)
        ),
        lambda: supervisor.lift_budget_lapse("REPUBLICAN"),
        lambda: supervisor.close_incident("FUND-1", date(2026, 9, 20)),
        lambda: supervisor.close_incident("DEFENCE-1", date(2026, 10, 1)),
    ]


def test_the_quick_way_and_the_long_way_lead_to_one_answer(
    client_of: ClientOf, supervisor: OsmsClient
) -> None:
    """
    A look-up in the timeline and a decision from all facts agree about every day.

    Under failures and unpaid budgets, while they last and after, for many people and days.
    """
    chance = random.Random(20260701)
    asked = [*lives.EVERYBODY, SALTANAT, STRANGER]
    for number, happens in enumerate(_happenings(client_of)):
        supervisor.advance_clock(MORNING + number * timedelta(days=9, hours=5))
        happens()
        days = [TODAY + chance.randrange(-60, 250) * DAY for _ in range(2)]
        for day in [*days, supervisor.check(AIGUL).on_date]:
            some = chance.sample(asked, 5)
            quick = list(supervisor.check_many(some, day))
            for iin, answer in zip(some, quick, strict=True):
                assert isinstance(answer, Entitlement)
                explained = supervisor.explain(iin, day)
                assert _told(answer) == _told(explained.entitlement), (number, day, iin)
                assert [g.kind for g in explained.grounds][:1] == (
                    [answer.ground] if answer.ground else []
                )


def _told(answer: Entitlement) -> tuple[object, ...]:
    """What two ways to one answer must agree about."""
    return (
        answer.iin,
        answer.on_date,
        answer.status,
        answer.ground,
        answer.financing,
        answer.last_date,
        answer.open_ended,
        [provision.code for provision in answer.provisions],
        answer.revision,
    )


def test_the_timeline_and_the_answer_agree(client_of: ClientOf, supervisor: OsmsClient) -> None:
    """The timeline that the Fund sees has the ground of every day on which it was asked."""
    for number, happens in enumerate(_happenings(client_of)[:8]):
        supervisor.advance_clock(MORNING + number * timedelta(days=9, hours=5))
        happens()
    for iin in lives.EVERYBODY[::2]:
        stretches = supervisor.timeline(iin).stretches
        for ahead in range(-60, 200, 13):
            day = TODAY + ahead * DAY
            held = [s for s in stretches if s.start <= day and (s.end is None or day < s.end)]
            kinds = [stretch.grounds[0].kind for stretch in held]
            ground = supervisor.check(iin, day).ground
            assert kinds == ([ground] if ground else []), (iin, day)
