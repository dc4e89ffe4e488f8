"""Every reason for which a line is rejected or a request refused, each by a case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, Final
from uuid import uuid4

import pytest
from google.type.date_pb2 import Date
from google.type.money_pb2 import Money

from osms.entitlement.v1 import operations_service_pb2 as operations_pb
from osms.entitlement.v1 import payment_service_pb2 as payment_pb
from osms.entitlement.v1 import roster_service_pb2 as roster_pb
from osms_client import (
    Ack,
    CategoryRemoved,
    OsmsClient,
    OsmsError,
    RosterLine,
    Unreadable,
    _writing,
)
from osms_common.domain.violations import Reason
from tests.conftest import ClientOf
from tests.people import AIGUL, DAULET, NOBODY
from tests.rpc.conftest import ChannelOf
from tests.rpc.sending import (
    CHANGES,
    MORNING,
    PAYMENTS,
    TODAY,
    assigned,
    at,
    joins,
    leaves,
    paid,
    push_categories,
    push_changes,
    push_payments,
    refunded,
    removed,
)
from tests.rpc.streams import whole

Wrong = list[tuple[str, str]]
YEAR_AHEAD = date(2027, 7, 1)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Desk:
    """Whoever is needed to do something wrong, and what they are told about it."""

    client_of: ClientOf
    channel_of: ChannelOf

    @property
    def supervisor(self) -> OsmsClient:
        """A supervisor, who may do most things."""
        return self.client_of("supervisor1")

    def category(self, *messages: Any) -> Wrong:
        """What is wrong with the last of the messages."""
        return of_ack(push_categories(self.client_of("SC"), *messages))

    def payment(self, *lines: Any) -> Wrong:
        """What is wrong with the last of the lines."""
        return of_ack(push_payments(self.client_of("SC"), *lines))

    def raw_payment(self, **fields: Any) -> Wrong:
        """What is wrong with a payment of the contract."""
        payment = _writing.payment_record(paid()).payment
        for name, value in fields.items():
            if isinstance(value, (str, int)):
                setattr(payment, name, value)
            else:
                getattr(payment, name).CopyFrom(value)
        record = payment_pb.PaymentRecord(payment=payment)
        stream = PAYMENTS.method(self.channel_of("SC"))
        answers = list(whole(stream, PAYMENTS.opening(), PAYMENTS.records_of(1, [record])))
        outcomes = answers[1].ack.outcomes
        return [(v.field, v.reason) for outcome in outcomes for v in outcome.violations]

    def change(self, *lines: Any, sender: str = "DEFENCE") -> Wrong:
        """What is wrong with the last of the changes."""
        return of_ack(push_changes(self.client_of(sender), *lines))

    def change_with_rank(self) -> Wrong:
        """What is wrong with a change that has a field of which the contract knows nothing."""
        return self.raw_change(b"\x92\x03\x07colonel")

    def change_too_large(self) -> Wrong:
        """What is wrong with a change that is larger than any can be."""
        return self.raw_change(b"\x9a\x03\xf0\xa2\x04" + b"9" * 70_000)

    def raw_change(self, more: bytes) -> Wrong:
        """What is wrong with a change of the contract to which *more* bytes are added."""
        record = _writing.roster_change_record(joins())
        record.change.MergeFromString(more)
        stream = CHANGES.method(self.channel_of("DEFENCE"))
        answers = list(whole(stream, CHANGES.opening(), CHANGES.records_of(1, [record])))
        outcomes = answers[1].ack.outcomes
        return [(v.field, v.reason) for outcome in outcomes for v in outcome.violations]

    def asked(self, call: Callable[[OsmsClient], object]) -> Wrong:
        """What is wrong with a request of a supervisor."""
        return of_error(self.supervisor, call)

    def registered(self, **other: Any) -> Wrong:
        """What is wrong with a registration on documents."""
        asked = {
            "iin": AIGUL,
            "category": "R01",
            "applied_on": TODAY,
            "documents": ["BIRTH_CERTIFICATE"],
        }
        return self.asked(lambda fund: fund.register(**{**asked, **other}))

    def snapshot(self, *lines: RosterLine, body: str = "DEFENCE") -> Wrong:
        """What is wrong with a snapshot."""
        return of_error(self.client_of(body), lambda client: client.push_roster(body, lines))


def of_ack(ack: Ack) -> Wrong:
    """What is wrong with the records of a batch."""
    return [(v.field, v.reason) for outcome in ack.outcomes for v in outcome.violations]


def of_error(client: OsmsClient, call: Callable[[OsmsClient], object]) -> Wrong:
    """What is wrong with a request."""
    with pytest.raises(OsmsError) as caught:
        call(client)
    return [(v.field, v.reason) for v in caught.value.violations]


@pytest.fixture
def desk(empty: None, client_of: ClientOf, channel_of: ChannelOf) -> Desk:
    """Everybody, before an empty register."""
    return Desk(client_of, channel_of)


PAYMENT = paid()
EPISODE = assigned()


def spelled(year: int, month: int, day: int = 0) -> Date:
    """A day or month as the contract has it, also one that cannot be."""
    return Date(year=year, month=month, day=day)


def unpaid_budget(desk: Desk) -> Wrong:
    """A budget of which it is known already that it does not pay."""
    held = desk.supervisor.record_budget_lapse("LOCAL", TODAY)
    desk.client_of("supervisor2").approve(held)
    return desk.asked(lambda fund: fund.record_budget_lapse("LOCAL", TODAY))


def held_category(desk: Desk) -> Wrong:
    """A registration for a category that holds."""
    desk.category(EPISODE)
    return desk.registered()


def second_registration(desk: Desk) -> Wrong:
    """A second registration, for which no reason is given."""
    desk.supervisor.register(AIGUL, "R01", TODAY, ["BIRTH_CERTIFICATE"])
    return desk.registered()


def incident_that_ends_before_it_starts(desk: Desk) -> Wrong:
    """An incident whose end lies before its start."""
    desk.supervisor.declare_incident("I-1", ["SC"], TODAY)
    return desk.asked(lambda fund: fund.close_incident("I-1", TODAY - DAY))


def a_page_of_less_than_nothing(fund: OsmsClient) -> object:
    """Asks for a page of a negative size."""
    request = operations_pb.ListRejectionsRequest(page_size=-1)
    return fund._connection.call(fund._operations.ListRejections, request)


def another_line_than_was_rejected(desk: Desk) -> Callable[[OsmsClient], object]:
    """Sends a payment in the place of a rejected category message."""
    desk.category(assigned(NOBODY))
    (rejection,) = desk.supervisor.rejections()
    return lambda fund: fund.resubmit(rejection.rejection_id, PAYMENT)


def with_parameter(name: str, value: str) -> Callable[[OsmsClient], object]:
    """Empties the sandbox, with another value of a dated parameter."""
    return lambda fund: fund.reset_sandbox(MORNING, {name: value})


def a_rejected_category(desk: Desk) -> str:
    """The id of a line that was rejected."""
    return push_categories(desk.client_of("SC"), assigned(NOBODY)).outcomes[0].rejection_id


def a_list_that_counts_wrongly(body: OsmsClient) -> object:
    """Says that a line comes, and sends none."""
    opening = roster_pb.RosterOpening(snapshot_id=str(uuid4()), body="DEFENCE", line_count=1)
    requests = iter([roster_pb.PushRosterRequest(opening=opening)])
    return body._connection.call(body._rosters.PushRoster, requests)


CASES: dict[Reason, list[tuple[str, Callable[[Desk], Wrong]]]] = {
    Reason.REQUIRED: [
        ("iin", lambda desk: desk.asked(lambda fund: fund.check(""))),
        (
            "removal.reason",
            lambda desk: desk.category(EPISODE, removed(EPISODE, TODAY, reason=" ")),
        ),
        (
            "removal.removed_date",
            lambda desk: desk.category(
                EPISODE, CategoryRemoved(9, AIGUL, "R01", EPISODE.assigned_on, None, "MOE", "X")
            ),
        ),
        (
            "removal.source",
            lambda desk: desk.category(replace(removed(EPISODE, TODAY), source="")),
        ),
        ("payment.reference", lambda desk: desk.payment(replace(PAYMENT, reference=" "))),
        ("documents", lambda desk: desk.registered(documents=[])),
    ],
    Reason.IIN_INVALID: [
        ("assignment.iin", lambda desk: desk.category(assigned(NOBODY))),
        ("payment.iin", lambda desk: desk.payment(paid(NOBODY))),
        ("change.iin", lambda desk: desk.change(joins(NOBODY))),
        ("iin", lambda desk: desk.asked(lambda fund: fund.check(NOBODY))),
    ],
    Reason.BIN_INVALID: [
        ("payment.payer_id", lambda desk: desk.payment(replace(PAYMENT, payer_id="150140000019"))),
    ],
    Reason.DATE_IMPOSSIBLE: [
        (
            "payment.received_date",
            lambda desk: desk.raw_payment(received_date=spelled(2026, 2, 30)),
        ),
        ("payment.received_date", lambda desk: desk.raw_payment(received_date=spelled(2026, 2))),
    ],
    Reason.DATE_TOO_EARLY: [
        ("assignment.assigned_date", lambda desk: desk.category(assigned(on=date(1989, 12, 31)))),
        ("payment.received_date", lambda desk: desk.payment(paid(on=date(1989, 12, 31)))),
        ("applied_date", lambda desk: desk.registered(applied_on=date(1989, 12, 31))),
        ("change.changed_date", lambda desk: desk.change(joins(on=date(1, 1, 1)))),
        (
            "started_date",
            lambda desk: desk.asked(
                lambda fund: fund.declare_incident("I-1", ["SC"], date(206, 7, 10))
            ),
        ),
        (
            "since_month",
            lambda desk: desk.asked(lambda fund: fund.record_budget_lapse("LOCAL", date(1, 7, 1))),
        ),
        (
            "clock_time",
            lambda desk: desk.asked(lambda fund: fund.reset_sandbox(at(date(1980, 1, 1)))),
        ),
    ],
    Reason.DATE_TOO_LATE: [
        ("assignment.assigned_date", lambda desk: desk.category(assigned(on=YEAR_AHEAD + DAY))),
        (
            "removal.removed_date",
            lambda desk: desk.category(EPISODE, removed(EPISODE, YEAR_AHEAD + DAY)),
        ),
        ("change.changed_date", lambda desk: desk.change(joins(on=YEAR_AHEAD + DAY))),
        (
            "clock_time",
            lambda desk: desk.asked(lambda fund: fund.advance_clock(at(date(2200, 1, 2)))),
        ),
    ],
    Reason.DATE_IN_FUTURE: [
        ("applied_date", lambda desk: desk.registered(applied_on=TODAY + DAY)),
        (
            "started_date",
            lambda desk: desk.asked(
                lambda fund: fund.declare_incident("I-1", ["SC"], TODAY + DAY)
            ),
        ),
        (
            "known_time",
            lambda desk: desk.asked(lambda fund: fund.replay(AIGUL, MORNING + DAY)),
        ),
    ],
    Reason.MONTH_IMPOSSIBLE: [
        ("payment.period", lambda desk: desk.raw_payment(period=spelled(2026, 13))),
        ("payment.period", lambda desk: desk.raw_payment(period=spelled(2026, 5, 1))),
        ("payment.period", lambda desk: desk.raw_payment(period=spelled(0, 5))),
    ],
    Reason.MONTH_TOO_EARLY: [
        ("payment.period", lambda desk: desk.payment(paid(period=date(2017, 6, 1)))),
    ],
    Reason.MONTH_TOO_LATE: [
        ("payment.period", lambda desk: desk.payment(paid(period=date(2028, 8, 1)))),
        (
            "since_month",
            lambda desk: desk.asked(
                lambda fund: fund.record_budget_lapse("LOCAL", date(2026, 8, 1))
            ),
        ),
    ],
    Reason.AMOUNT_NOT_ABOVE_ZERO: [
        ("payment.amount", lambda desk: desk.payment(paid(amount="0"))),
        ("payment.amount", lambda desk: desk.payment(paid(amount="-0.01"))),
        ("payment.amount", lambda desk: desk.raw_payment(amount=Money(units=5, nanos=-1))),
        ("refund.amount", lambda desk: desk.payment(PAYMENT, refunded(PAYMENT, "0"))),
    ],
    Reason.AMOUNT_DECIMALS: [
        ("payment.amount", lambda desk: desk.payment(paid(amount="1.001"))),
        ("payment.amount", lambda desk: desk.raw_payment(amount=Money(nanos=10**9))),
    ],
    Reason.AMOUNT_TOO_LARGE: [
        ("payment.amount", lambda desk: desk.payment(paid(amount="1000000000000"))),
    ],
    Reason.CURRENCY_UNKNOWN: [
        (
            "payment.amount",
            lambda desk: desk.raw_payment(amount=Money(currency_code="USD", units=1)),
        ),
    ],
    Reason.CODE_UNKNOWN: [
        ("assignment.category", lambda desk: desk.category(assigned(category="R99"))),
        ("assignment.source", lambda desk: desk.category(assigned(source="DEFENCE"))),
        ("payment.payer_kind", lambda desk: desk.raw_payment(payer_kind=7)),
        ("language_code", lambda desk: desk.asked(lambda fund: fund.check(AIGUL, language="fr"))),
        (
            "systems[1]",
            lambda desk: desk.asked(
                lambda fund: fund.declare_incident("I-1", ["SC", "EVERYTHING"], TODAY)
            ),
        ),
    ],
    Reason.PURPOSE_CODE_INVALID: [
        ("payment.purpose_code", lambda desk: desk.payment(replace(PAYMENT, purpose_code="12"))),
        ("payment.purpose_code", lambda desk: desk.payment(replace(PAYMENT, purpose_code="12x"))),
    ],
    Reason.NUMBER_NOT_ABOVE_ZERO: [
        ("message_number", lambda desk: desk.category(replace(EPISODE, number=0))),
        ("message_number", lambda desk: desk.category(replace(EPISODE, number=-1))),
    ],
    Reason.NUMBER_NEGATIVE: [("page_size", lambda desk: desk.asked(a_page_of_less_than_nothing))],
    Reason.NUMBER_TOO_LARGE: [
        ("message_number", lambda desk: desk.category(replace(EPISODE, number=10**15 + 1))),
    ],
    Reason.TEXT_TOO_LONG: [
        ("payment.surname", lambda desk: desk.payment(replace(PAYMENT, surname="x" * 257))),
        (
            "incident_code",
            lambda desk: desk.asked(lambda fund: fund.declare_incident("x" * 65, ["SC"], TODAY)),
        ),
    ],
    Reason.TEXT_UNSTORABLE: [
        ("payment.payer_name", lambda desk: desk.payment(replace(PAYMENT, payer_name="a\0b"))),
        (
            "removal.reason",
            lambda desk: desk.category(EPISODE, removed(EPISODE, TODAY, reason="\0")),
        ),
        ("sender", lambda desk: desk.asked(lambda fund: list(fund.rejections(sender="\0")))),
        ("reason", lambda desk: desk.asked(lambda fund: list(fund.rejections(reason="\0")))),
    ],
    Reason.UUID_INVALID: [
        ("registration_id", lambda desk: desk.asked(lambda fund: fund.revoke("first", "error"))),
        ("request_id", lambda desk: desk.registered(request_id="first")),
    ],
    Reason.TOKEN_INVALID: [
        (
            "at_least_revision",
            lambda desk: desk.asked(lambda fund: fund.check(AIGUL, at_least_revision="now")),
        ),
        (
            "at_least_revision",
            lambda desk: desk.asked(
                lambda fund: fund.check(AIGUL, at_least_revision="7" + "f" * 15)
            ),
        ),
    ],
    Reason.TOO_MANY: [
        ("documents", lambda desk: desk.registered(documents=["BIRTH_CERTIFICATE"] * 1000)),
    ],
    Reason.RECORD_TOO_LARGE: [
        ("record", lambda desk: desk.category(Unreadable("a" * 70_000))),
        ("record", lambda desk: desk.payment(replace(PAYMENT, surname="a" * 70_000))),
        ("record", lambda desk: desk.change_too_large()),
        (
            "category_record",
            lambda desk: desk.asked(
                lambda fund: fund.resubmit(
                    a_rejected_category(desk), removed(EPISODE, TODAY, reason="a" * 70_000)
                )
            ),
        ),
    ],
    Reason.UNREADABLE: [("unreadable", lambda desk: desk.category(Unreadable("a;b")))],
    Reason.OUT_OF_ORDER: [("line", lambda desk: desk.asked(another_line_than_was_rejected(desk)))],
    Reason.PARAMETER_INVALID: [
        ("parameters", lambda desk: desk.asked(with_parameter("no_such_thing", "1"))),
        ("parameters", lambda desk: desk.asked(with_parameter("removal_count", "many"))),
        ("parameters", lambda desk: desk.asked(with_parameter("removal_share", "half"))),
        ("parameters", lambda desk: desk.asked(with_parameter("crisis_window", "2026-03-01"))),
        ("parameters", lambda desk: desk.asked(with_parameter("self_payer_kinds", "ANYBODY"))),
    ],
    Reason.SOURCE_NOT_ALLOWED: [
        ("assignment.source", lambda desk: desk.category(assigned(source="DFC"))),
    ],
    Reason.CATEGORY_NOT_IN_FEED: [
        ("assignment.category", lambda desk: desk.category(assigned(category="M01"))),
        ("assignment.category", lambda desk: desk.category(assigned(category="X13"))),
    ],
    Reason.REMOVED_BEFORE_ASSIGNED: [
        (
            "removal.removed_date",
            lambda desk: desk.category(EPISODE, removed(EPISODE, EPISODE.assigned_on - DAY)),
        ),
    ],
    Reason.RESERVIST: [("change.reservist", lambda desk: desk.change(joins(reservist=True)))],
    Reason.FIELD_UNKNOWN: [("change", lambda desk: desk.change_with_rank())],
    Reason.TEXT_NOT_ACCEPTED: [
        ("change.iin", lambda desk: desk.change(joins("colonel"))),
        ("change.iin", lambda desk: desk.change(joins("9" * 30))),
    ],
    Reason.BODY_NOT_YOURS: [("change.body", lambda desk: desk.change(joins(body="INTERIOR")))],
    Reason.BODY_ENDED: [
        ("body", lambda desk: desk.change(joins(), sender="ACA")),
        ("p62", lambda desk: desk.snapshot(RosterLine(AIGUL), body="ACA")),
    ],
    Reason.MESSAGE_NUMBER_CONFLICT: [
        ("message_number", lambda desk: desk.category(EPISODE, replace(EPISODE, iin=DAULET))),
    ],
    Reason.EPISODE_UNKNOWN: [
        ("removal.assigned_date", lambda desk: desk.category(removed(EPISODE, TODAY))),
    ],
    Reason.PAYMENT_CONFLICT: [
        ("payment", lambda desk: desk.payment(PAYMENT, replace(PAYMENT, amount=Decimal(1)))),
    ],
    Reason.PAYMENT_UNKNOWN: [
        ("refund.reference", lambda desk: desk.payment(refunded(PAYMENT, "1"))),
    ],
    Reason.REFUND_CONFLICT: [
        (
            "refund",
            lambda desk: desk.payment(PAYMENT, refunded(PAYMENT, "1"), refunded(PAYMENT, "2")),
        ),
    ],
    Reason.REFUND_TOO_EARLY: [
        (
            "refund.refunded_date",
            lambda desk: desk.payment(PAYMENT, refunded(PAYMENT, "1", PAYMENT.received_on - DAY)),
        ),
    ],
    Reason.REFUND_TOO_LARGE: [
        ("refund.amount", lambda desk: desk.payment(PAYMENT, refunded(PAYMENT, "4250.01"))),
    ],
    Reason.NOT_LISTED: [("change.iin", lambda desk: desk.change(leaves()))],
    Reason.POSITION_UNKNOWN: [
        (
            "last_position",
            lambda desk: of_error(
                desk.client_of("supervisor1"),
                lambda client: client.withdraw("CATEGORY", "SC", (1, 1), "a wrong file"),
            ),
        ),
    ],
    Reason.SNAPSHOT_EMPTY: [("p64", lambda desk: desk.snapshot())],
    Reason.LINE_COUNT_DIFFERS: [
        (
            "opening.line_count",
            lambda desk: of_error(desk.client_of("DEFENCE"), a_list_that_counts_wrongly),
        ),
    ],
    Reason.NO_DOCUMENT_ROUTE: [
        ("p21", partial(Desk.registered, category=code)) for code in ("R08", "R09a", "L02", "F01")
    ],
    Reason.DOCUMENTS_INSUFFICIENT: [
        ("p21.7", lambda desk: desk.registered(category="R07")),
        ("p57", lambda desk: desk.registered(category="L01")),
    ],
    Reason.CATEGORY_HOLDS: [("p21", held_category)],
    Reason.CRISIS_WINDOW_CLOSED: [
        (
            "p21.13",
            lambda desk: desk.registered(
                category="X13", documents=["IDENTITY_DOCUMENT", "LABOUR_BOOK"]
            ),
        ),
    ],
    Reason.REPEAT_NEEDS_REASON: [("p21", second_registration)],
    Reason.LAPSE_STANDS: [("p9.2", unpaid_budget)],
    Reason.NO_LAPSE_STANDS: [
        ("p9.2", lambda desk: desk.asked(lambda fund: fund.lift_budget_lapse("LOCAL"))),
    ],
    Reason.ENDS_BEFORE_START: [("p13", incident_that_ends_before_it_starts)],
}


@pytest.mark.parametrize(
    ("reason", "field", "wrong"),
    [
        pytest.param(reason, field, wrong, id=f"{reason}-{field}")
        for reason, cases in CASES.items()
        for field, wrong in cases
    ],
)
def test_what_is_wrong_is_told(
    desk: Desk, reason: Reason, field: str, wrong: Callable[[Desk], Wrong]
) -> None:
    """It is told once, with the path of the field, or with the paragraph that refuses it."""
    assert wrong(desk).count((field, reason)) == 1


OF_THE_MATCHING: Final = {
    Reason.REPORT_NOT_YOURS,
    Reason.PARENT_MISSING,
    Reason.SAME_PERSON,
    Reason.RECORD_UNKNOWN,
}
"""What only reports of sources can be: tests/matching/service has their cases."""


def test_every_reason_has_a_case() -> None:
    """A reason that nothing gives would be a word without a meaning."""
    assert set(CASES) == set(Reason) - OF_THE_MATCHING


def test_everything_that_is_wrong_is_told_at_once(desk: Desk) -> None:
    """A sender need not try again for every field."""
    removal = CategoryRemoved(0, NOBODY, "R99", date(1980, 1, 1), None, "", "x" * 300)
    assert sorted(desk.category(removal)) == [
        ("message_number", "NUMBER_NOT_ABOVE_ZERO"),
        ("removal.assigned_date", "DATE_TOO_EARLY"),
        ("removal.category", "CODE_UNKNOWN"),
        ("removal.iin", "IIN_INVALID"),
        ("removal.reason", "TEXT_TOO_LONG"),
        ("removal.removed_date", "REQUIRED"),
        ("removal.source", "REQUIRED"),
    ]


def test_everything_that_the_rules_refuse_is_told_at_once(desk: Desk) -> None:
    """An operator need not try again for every paragraph."""
    desk.category(assigned(AIGUL, "R07", source="MLSPP"))
    wrong = desk.registered(category="R07", documents=["FORM_027E"])
    assert wrong == [("p21.7", "DOCUMENTS_INSUFFICIENT"), ("p21", "CATEGORY_HOLDS")]


@pytest.mark.parametrize(
    ("what", "push"),
    [
        pytest.param(assigned(on=YEAR_AHEAD), push_categories, id="a category in a year"),
        pytest.param(assigned(on=date(1990, 1, 1)), push_categories, id="a category of 1990"),
        pytest.param(paid(period=date(2017, 7, 1)), push_payments, id="the first period"),
        pytest.param(paid(period=date(2028, 7, 1)), push_payments, id="the last period"),
        pytest.param(paid(on=YEAR_AHEAD), push_payments, id="a payment in a year"),
        pytest.param(paid(amount="0.01"), push_payments, id="the least amount"),
        pytest.param(paid(amount="999999999999.99"), push_payments, id="the largest amount"),
        pytest.param(replace(PAYMENT, surname="x" * 256), push_payments, id="the longest text"),
        pytest.param(replace(PAYMENT, payer_id=AIGUL), push_payments, id="an entrepreneur pays"),
        pytest.param(replace(EPISODE, number=10**15), push_categories, id="the highest number"),
    ],
)
def test_what_is_just_right_is_taken(
    corporation: OsmsClient, what: Any, push: Callable[..., Ack]
) -> None:
    """The limits themselves are allowed."""
    assert push(corporation, what).accepted == 1
