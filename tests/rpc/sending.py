"""Messages of the feeds, valid unless a test says otherwise, and how they are sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count, pairwise
from typing import Any
from zoneinfo import ZoneInfo

import grpc

from osms.entitlement.v1 import category_service_pb2 as category_pb
from osms.entitlement.v1 import category_service_pb2_grpc as category_grpc
from osms.entitlement.v1 import feed_pb2
from osms.entitlement.v1 import payment_service_pb2 as payment_pb
from osms.entitlement.v1 import payment_service_pb2_grpc as payment_grpc
from osms.entitlement.v1 import roster_service_pb2 as roster_pb
from osms.entitlement.v1 import roster_service_pb2_grpc as roster_grpc
from osms_client import (
    Ack,
    CategoryAssigned,
    CategoryMessage,
    CategoryRemoved,
    OsmsClient,
    Payment,
    PaymentRefunded,
    RosterChange,
    _writing,
)
from osms_client.records import PaymentMessage, RosterChangeMessage
from tests.people import AIGUL, people

ALMATY = ZoneInfo("Asia/Almaty")
TODAY = date(2026, 7, 1)
"""The day on which every test begins."""

_numbers = count(1_000_000)


def at(day: date, hour: int = 9, minute: int = 0) -> datetime:
    """An instant of a day in Almaty."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ALMATY).astimezone(UTC)


MORNING = at(TODAY)


def assigned(
    iin: str = AIGUL,
    category: str = "R01",
    on: date = date(2026, 1, 10),
    *,
    source: str = "MOE",
    number: int = 0,
) -> CategoryAssigned:
    """A category begins; under a new number where none is given."""
    return CategoryAssigned(number or next(_numbers), iin, category, on, source)


def removed(
    of: CategoryAssigned, on: date, *, reason: str = "OTHER", number: int = 0
) -> CategoryRemoved:
    """The episode that an assignment began ends."""
    return CategoryRemoved(
        number or next(_numbers), of.iin, of.category, of.assigned_on, on, of.source, reason
    )


def paid(
    iin: str = AIGUL,
    period: date = date(2026, 5, 1),
    on: date = date(2026, 6, 10),
    *,
    reference: str = "P-1",
    amount: str = "4250.00",
    **other: Any,
) -> Payment:
    """A month is paid."""
    plain = Payment(reference, iin, period, on, Decimal(amount), "122", payer_kind="EMPLOYER")
    return replace(plain, **other)


def refunded(
    payment: Payment,
    amount: str,
    on: date = date(2026, 6, 20),
    *,
    reference: str = "R-1",
) -> PaymentRefunded:
    """A payment is given back."""
    return PaymentRefunded(
        reference,
        payment.reference,
        payment.iin,
        payment.period,
        payment.purpose_code,
        Decimal(amount),
        on,
    )


def paid_months(iin: str, first: date, months: int, **other: Any) -> list[Payment]:
    """Months in a row, each paid on the tenth of the month after it."""
    starts = [_month_later(first, number) for number in range(months + 1)]
    return [
        paid(iin, period, day.replace(day=10), reference=f"P-{period:%Y%m}", **other)
        for period, day in pairwise(starts)
    ]


def _month_later(first: date, months: int) -> date:
    number = first.year * 12 + first.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def joins(iin: str = AIGUL, on: date = TODAY, **other: Any) -> RosterChange:
    """A person joins a body."""
    return RosterChange("ADD", iin, on, **other)


def leaves(iin: str = AIGUL, on: date = TODAY, **other: Any) -> RosterChange:
    """A person leaves a body."""
    return RosterChange("REMOVE", iin, on, **other)


def push_categories(sender: OsmsClient, *messages: CategoryMessage) -> Ack:
    """Sends category messages in one batch."""
    with sender.category_feed() as feed:
        (ack,) = feed.send(messages)
    return ack


def push_payments(sender: OsmsClient, *lines: PaymentMessage) -> Ack:
    """Sends payment lines in one batch."""
    with sender.payment_feed() as feed:
        (ack,) = feed.send(lines)
    return ack


def push_changes(sender: OsmsClient, *lines: RosterChangeMessage) -> Ack:
    """Sends changes of staff in one batch."""
    with sender.roster_change_feed() as feed:
        (ack,) = feed.send(lines)
    return ack


@dataclass(frozen=True)
class FeedShape:
    """A kind of feed in the messages of the contract, so that one test can speak of all three."""

    sender: str
    other_sender: str
    method: Callable[[grpc.Channel], Any]
    request: type[Any]
    batch: type[Any]
    record: Callable[[int], Any]
    """A good record about the person of a number."""

    position: Callable[[OsmsClient], int]

    def opening(self) -> Any:
        """The message that opens the feed."""
        return self.request(opening=feed_pb2.FeedOpening())

    def records_of(self, first: int, records: Sequence[Any]) -> Any:
        """A batch of given records."""
        return self.request(batch=self.batch(first_position=first, records=records))

    def batch_of(self, first: int, size: int) -> Any:
        """A batch of good records, which follow from their positions."""
        return self.records_of(first, [self.record(first + at) for at in range(size)])


_PEOPLE = people(100)

CATEGORIES = FeedShape(
    "SC",
    "SC",
    lambda channel: category_grpc.CategoryServiceStub(channel).PushCategoryUpdates,
    category_pb.PushCategoryUpdatesRequest,
    category_pb.CategoryBatch,
    lambda n: _writing.category_record(assigned(_PEOPLE[n], number=n)),
    OsmsClient.category_position,
)
PAYMENTS = FeedShape(
    "SC",
    "SC",
    lambda channel: payment_grpc.PaymentServiceStub(channel).PushPayments,
    payment_pb.PushPaymentsRequest,
    payment_pb.PaymentBatch,
    lambda n: _writing.payment_record(paid(_PEOPLE[n])),
    OsmsClient.payment_position,
)
CHANGES = FeedShape(
    "DEFENCE",
    "INTERIOR",
    lambda channel: roster_grpc.RosterServiceStub(channel).PushRosterChanges,
    roster_pb.PushRosterChangesRequest,
    roster_pb.RosterChangeBatch,
    lambda n: _writing.roster_change_record(joins(_PEOPLE[n])),
    OsmsClient.roster_change_position,
)
FEEDS = {"categories": CATEGORIES, "payments": PAYMENTS, "roster changes": CHANGES}
