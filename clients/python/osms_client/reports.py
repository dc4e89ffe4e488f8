"""
What source systems report, and the contributions: one dataclass for each thing.

Codes are those of the contract (`CHILDBIRTH`, `SUBSIDISED_JOB`, `D`). Nothing is checked here: the
service judges every line and says everything that is wrong with it. A line that cannot even be put
into a dataclass is sent as `Unreadable`, so that the service keeps it among the rejected lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from osms_client.records import Unreadable
from osms_client.values import Days


@dataclass(frozen=True, slots=True)
class OfOnePerson:
    """Something that is so of one person on some days, [start, end); an end of None is open."""

    iin: str
    days: Days


@dataclass(frozen=True, slots=True)
class Childhood(OfOnePerson):
    """A child, until its coming of age (p. 22, 23)."""


@dataclass(frozen=True, slots=True)
class Pregnancy(OfOnePerson):
    """A pregnant woman, in the register of the Ministry of Health (p. 25)."""


@dataclass(frozen=True, slots=True)
class Leave(OfOnePerson):
    """A leave (p. 31, 32)."""

    kind: str
    """`CHILDBIRTH`, `ADOPTION` or `CHILD_CARE`."""


@dataclass(frozen=True, slots=True)
class DisabledChildAllowance(OfOnePerson):
    """A recipient of the allowance for raising a child with a disability (p. 34)."""


@dataclass(frozen=True, slots=True)
class GroupOneCareAllowance(OfOnePerson):
    """A recipient of the allowance for the care of a person of the first group (p. 36)."""


@dataclass(frozen=True, slots=True)
class Pension(OfOnePerson):
    """A recipient of pension payments, or a veteran (p. 38)."""


@dataclass(frozen=True, slots=True)
class Sentence(OfOnePerson):
    """Somebody who serves a sentence (p. 39, 40)."""

    minimum_security: bool = False


@dataclass(frozen=True, slots=True)
class Detention(OfOnePerson):
    """Remand or house arrest (p. 41, 42)."""

    kind: str
    """`REMAND` or `HOUSE_ARREST`."""


@dataclass(frozen=True, slots=True)
class KandasStatus(OfOnePerson):
    """A kandas, while the status lasts (p. 44)."""


@dataclass(frozen=True, slots=True)
class MotherAward(OfOnePerson):
    """A mother of many children with an award or title (p. 46)."""


@dataclass(frozen=True, slots=True)
class Disability(OfOnePerson):
    """A person with a disability (p. 47)."""


@dataclass(frozen=True, slots=True)
class FullTimeStudy(OfOnePerson):
    """A student or pupil in full-time study (p. 48, 7)."""


@dataclass(frozen=True, slots=True)
class TargetedAssistance(OfOnePerson):
    """A recipient of state targeted social assistance (p. 49)."""


@dataclass(frozen=True, slots=True)
class UnemployedRegistration(OfOnePerson):
    """Registered as unemployed, until the deregistration (p. 56)."""


@dataclass(frozen=True, slots=True)
class Placement(OfOnePerson):
    """Where somebody who is registered as unemployed was placed (p. 54 part 1)."""

    kind: str
    """`SUBSIDISED_JOB` or `ON_THE_JOB_TRAINING`."""


@dataclass(frozen=True, slots=True)
class FamilyCardLevel(OfOnePerson):
    """The level of a person's family in the Digital Family Card (p. 59)."""

    level: str
    """From `A` to `E`; `D` is crisis, `E` is emergency."""


@dataclass(frozen=True, slots=True)
class TreatyStay(OfOnePerson):
    """A foreigner who stays under a treaty, or a member of the family (p. 61)."""


@dataclass(frozen=True, slots=True)
class ResidenceStatus(OfOnePerson):
    """Citizenship, or the kind of stay of a foreigner or stateless person (p. 40, 42)."""

    residence: str
    """`CITIZEN`, `PERMANENT_RESIDENT` or `TEMPORARY_STAY`."""


@dataclass(frozen=True, slots=True)
class Parentage:
    """A child with its parents, in the civil acts (p. 28); empty where none is registered."""

    child: str
    born_on: date
    mother: str
    father: str
    days: Days


@dataclass(frozen=True, slots=True)
class Guardianship:
    """A child with its adopter or guardian (p. 29)."""

    child: str
    born_on: date
    guardian: str
    days: Days


@dataclass(frozen=True, slots=True)
class Marriage:
    """A marriage, until its divorce (p. 28)."""

    husband: str
    wife: str
    days: Days


@dataclass(frozen=True, slots=True)
class Death:
    """Somebody died."""

    iin: str
    died_on: date


@dataclass(frozen=True, slots=True)
class FatherApplication:
    """A father applies to have the place of the couple (p. 30, 33); for any child if empty."""

    iin: str
    child: str
    days: Days


ReportContent = OfOnePerson | Parentage | Guardianship | Marriage | Death | FatherApplication


@dataclass(frozen=True, slots=True)
class Report:
    """
    Something that a system has registered, under its own number.

    Reported again under it, as the same kind, it takes the place of what was reported before.
    """

    record_id: str
    content: ReportContent


@dataclass(frozen=True, slots=True)
class ReportWithdrawn:
    """What was reported in error, and never was."""

    record_id: str
    kind: type[ReportContent]
    """What it was reported as, such as `Pregnancy`."""


@dataclass(frozen=True, slots=True)
class Contribution:
    """
    A line of a payment: one month of one person; *period* is any day of that month.

    *kind* is `PENSION_CONTRIBUTION` or `SOCIAL_DEDUCTION`; *amount* is in tenge. What is matched
    is the day on which it was *paid_on*.
    """

    reference: str
    iin: str
    kind: str
    period: date
    paid_on: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class ContributionRefunded:
    """A line, named by reference, IIN, kind and period, is given back, in whole or in part."""

    refund_reference: str
    reference: str
    iin: str
    kind: str
    period: date
    refunded_on: date
    amount: Decimal


ReportMessage = Report | ReportWithdrawn | Unreadable
ContributionMessage = Contribution | ContributionRefunded | Unreadable
