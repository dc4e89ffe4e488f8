"""Pension contributions and social deductions, as the Labour Ministry's system knows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from osms_common.domain.calendar import Month
from osms_common.domain.identifiers import Iin
from osms_matching.domain.reports import Report


class ContributionKind(StrEnum):
    """What the matching looks for (p. 26)."""

    PENSION_CONTRIBUTION = "MPC"
    SOCIAL_DEDUCTION = "SD"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution(Report):
    """
    A line of a payment: made on *paid_on*, whatever month it is for; the amount is in tiyn.

    Kind, reference and period name the line of a person.
    """

    person: Iin
    kind: ContributionKind
    reference: str
    period: Month
    paid_on: date
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ContributionRefund(Report):
    """The line that it names is given back, in whole or in part; the amount is in tiyn."""

    person: Iin
    kind: ContributionKind
    reference: str
    period: Month
    refunded_on: date
    amount: int
