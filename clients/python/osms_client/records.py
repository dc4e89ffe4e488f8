"""
What senders send: one dataclass a line, with dates, decimals and codes.

Codes are those of the contract (`R01`, `MOE`, `DEFENCE`). Nothing is checked here: the service
judges every line and says everything that is wrong with it. A line that cannot even be put into a
dataclass is sent as `Unreadable`, so that the service keeps it in its repair queue.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from osms_client.errors import Violation


@dataclass(frozen=True, slots=True)
class CategoryAssigned:
    """A category (or treaty listing, `F01`) begins on *assigned_on*, included."""

    number: int
    iin: str
    category: str
    assigned_on: date
    source: str


@dataclass(frozen=True, slots=True)
class CategoryRemoved:
    """The episode that began on *assigned_on* no longer holds from *removed_on* on."""

    number: int
    iin: str
    category: str
    assigned_on: date
    removed_on: date | None
    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class Payment:
    """One month of one person; *period* is any day of that month."""

    reference: str
    iin: str
    period: date
    received_on: date
    amount: Decimal
    purpose_code: str
    surname: str = ""
    given_name: str = ""
    patronymic: str = ""
    payer_id: str = ""
    payer_name: str = ""
    payer_kind: str = ""
    """`INDEPENDENT`, `EMPLOYER`, or empty where it is not known."""


@dataclass(frozen=True, slots=True)
class PaymentRefunded:
    """A payment, named by reference, IIN, period and purpose code, is given back."""

    refund_reference: str
    reference: str
    iin: str
    period: date
    purpose_code: str
    amount: Decimal
    refunded_on: date


@dataclass(frozen=True, slots=True)
class RosterLine:
    """A person of a body."""

    iin: str
    reservist: bool = False


@dataclass(frozen=True, slots=True)
class RosterChange:
    """A person joins (`ADD`) or leaves (`REMOVE`) a body."""

    operation: str
    iin: str
    changed_on: date
    reservist: bool = False
    body: str = ""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A line that is no record, as it stands, and what cannot be read in it."""

    content: str
    violations: tuple[Violation, ...] = ()


CategoryMessage = CategoryAssigned | CategoryRemoved | Unreadable
PaymentMessage = Payment | PaymentRefunded | Unreadable
RosterChangeMessage = RosterChange | Unreadable

Correction = CategoryAssigned | CategoryRemoved | Payment | PaymentRefunded | RosterChange
"""What may be sent in the place of a rejected line."""
