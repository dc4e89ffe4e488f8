"""
The facts: what a sender reported and the register took in. None is ever changed or deleted.

*arrival* numbers the facts in the order in which they came, *day* is the Almaty day on which they
came. Since when a fact is known is not a property of it but of the `Ledger`: what was held for
approval keeps its arrival and becomes known later (section 4, last row).
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from tests.oracle.days import Month

LineKey: TypeAlias = tuple[str, str, str, Month]


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that a sender reported."""

    arrival: int
    day: date


@dataclass(frozen=True, slots=True)
class PersonalFact(Fact):
    """A fact that names one person."""

    iin: str


@dataclass(frozen=True, slots=True)
class Assignment(PersonalFact):
    """A State-paid category or a treaty listing (F01) begins."""

    category: str
    assigned_on: date
    source: str


@dataclass(frozen=True, slots=True)
class Removal(PersonalFact):
    """The last word so far about the end of the episode that it names."""

    category: str
    assigned_on: date
    removed_on: date
    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class Payment(PersonalFact):
    """One payment line: one month of one person."""

    reference: str
    knp: str
    period: Month
    received_on: date
    amount: Decimal
    payer_kind: str | None
    details: tuple[object, ...]

    @property
    def key(self) -> LineKey:
        """The identity of the line (section 4)."""
        return self.reference, self.iin, self.knp, self.period


@dataclass(frozen=True, slots=True)
class Refund(PersonalFact):
    """Money of a payment line that went back."""

    refund_reference: str
    line: LineKey
    amount: Decimal
    refunded_on: date


@dataclass(frozen=True, slots=True)
class Snapshot(Fact):
    """The full list of one body's people."""

    body: str
    iins: frozenset[str]


@dataclass(frozen=True, slots=True)
class Change(PersonalFact):
    """One person comes to a body's list or leaves it."""

    body: str
    joins: bool


@dataclass(frozen=True, slots=True)
class Registration(PersonalFact):
    """A person applied to the Fund with documents."""

    name: str
    category: str
    applied_on: date


@dataclass(frozen=True, slots=True)
class Revocation(PersonalFact):
    """A supervisor revoked the registration of that name."""

    registration: str


@dataclass(frozen=True, slots=True)
class Incident(Fact):
    """Systems failed."""

    name: str
    systems: frozenset[str]
    started_on: date
    asked_by: str


@dataclass(frozen=True, slots=True)
class IncidentEnd(Fact):
    """The systems of the incident of that name work again; the end day is the last affected."""

    incident: str
    ended_on: date


@dataclass(frozen=True, slots=True)
class Lapse(Fact):
    """A budget has paid nothing since a month."""

    budget: str
    month: Month
    asked_by: str


@dataclass(frozen=True, slots=True)
class LapseEnd(Fact):
    """The budget of that lapse, named by its arrival, pays again from this fact's day."""

    lapse: int
