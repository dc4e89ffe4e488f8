"""What is reported about families: parents, guardians, marriages, deaths, and who applied."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from osms_common.domain.identifiers import Iin
from osms_matching.domain.reports import Lasting, Report

Place = tuple[Iin, ...]
"""
The persons, in order, who have one place in R03 and R04 together (p. 30, 33).

A couple, a single parent, an adopter or guardian: the legal representatives of a child.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parentage(Lasting):
    """A child with its parents, in the Ministry of Justice's civil acts (p. 28)."""

    child: Iin
    born_on: date
    mother: Iin | None = None
    father: Iin | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Guardianship(Lasting):
    """A child with its adopter or guardian, in the Ministry of Education's system (p. 29)."""

    child: Iin
    born_on: date
    guardian: Iin


@dataclass(frozen=True, slots=True, kw_only=True)
class Marriage(Lasting):
    """A marriage, in the Ministry of Justice's civil acts; it ends with a divorce (p. 28)."""

    husband: Iin
    wife: Iin


@dataclass(frozen=True, slots=True, kw_only=True)
class Application(Lasting):
    """
    A father applied to the State Corporation to have the place (p. 30, 33).

    For one child, or for whichever there are.
    """

    person: Iin
    child: Iin | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Death(Report):
    """Somebody died on *died_on*, in the Ministry of Justice's civil acts."""

    person: Iin
    died_on: date
