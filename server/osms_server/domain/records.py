"""
Records: the lines of the feeds, read but not yet judged.

A field that could not be read is None and has its violation; so a line is rejected with
everything that is wrong with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, TypeVar

from osms_common.domain.calendar import Month
from osms_common.domain.codes import Category, PayerKind, System
from osms_common.domain.identifiers import Iin
from osms_common.domain.violations import Violation

Record = TypeVar("Record")


@dataclass(frozen=True, slots=True, eq=False)
class EpisodeTold:
    """
    What a message tells of an episode, whoever the person is; a removal has a reason, never None.

    Feeds tell the same of many people. Their messages share one of these, and what follows from
    it is worked out once: so it is told apart by identity.
    """

    category: Category | None
    assigned_on: date | None
    source: System | None
    removed_on: date | None = None
    reason: str | None = None
    violations: tuple[Violation, ...] = ()


class CategoryRecord(NamedTuple):
    """A message about a category or treaty listing of a person."""

    message_number: int
    iin: Iin | None
    told: EpisodeTold
    violations: tuple[Violation, ...] = ()
    """What is wrong with the number and the person."""


class PaymentRecord(NamedTuple):
    """A payment line; the amount is in tiyn."""

    reference: str
    iin: Iin | None
    surname: str
    given_name: str
    patronymic: str
    payer_id: int | None
    payer_name: str
    payer_kind: PayerKind
    period: Month | None
    received_on: date | None
    amount: int | None
    purpose_code: int | None
    violations: tuple[Violation, ...] = ()


class RefundRecord(NamedTuple):
    """A refund line; the amount is in tiyn."""

    refund_reference: str
    reference: str
    iin: Iin | None
    period: Month | None
    purpose_code: int | None
    amount: int | None
    refunded_on: date | None
    violations: tuple[Violation, ...] = ()


class RosterLine(NamedTuple):
    """A line of a roster snapshot."""

    iin: Iin | None
    violations: tuple[Violation, ...] = ()


class RosterChangeRecord(NamedTuple):
    """A change of staff: the person joins, or leaves."""

    joins: bool
    iin: Iin | None
    changed_on: date | None
    body: System | None
    violations: tuple[Violation, ...] = ()
