"""
What source systems report about a person, each with its own fields and nothing more.

Reports are only ever added. Each is known from `known` on; one that was corrected was known until
`withdrawn`, and another stands in its place. Most hold on days, [start, end). What families are
made of stands in `families`, what is paid in `contributions`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum
from typing import Final, NewType

from osms_common.domain.calendar import FOREVER
from osms_common.domain.codes import System
from osms_common.domain.identifiers import Iin

Known = NewType("Known", int)
"""An ordinal of what became known when; what has the same became known together."""

NEVER: Final = Known(2**63 - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Something that a source system reported; known from *known* until *withdrawn*."""

    known: Known
    withdrawn: Known = NEVER

    def is_known_at(self, known: Known) -> bool:
        """Whether it was reported by then, and not withdrawn by then."""
        return self.known <= known < self.withdrawn


@dataclass(frozen=True, slots=True, kw_only=True)
class Lasting(Report):
    """A report that holds on the days [start, end)."""

    start: date
    end: date = FOREVER

    def holds_on(self, day: date) -> bool:
        """Whether it holds on *day*."""
        return self.start <= day < self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonReport(Lasting):
    """What a system reports about one person, whoever else there is."""

    person: Iin
    source: System


@dataclass(frozen=True, slots=True, kw_only=True)
class Childhood(PersonReport):
    """A child, from the database of individuals through the Ministry of Education (p. 22, 23)."""

    source: System = System.MOE


@dataclass(frozen=True, slots=True, kw_only=True)
class Pregnancy(PersonReport):
    """A pregnant woman, in the Ministry of Health's register (p. 25)."""

    source: System = System.MOH


class LeaveKind(StrEnum):
    """What a leave is for (p. 20 item 4)."""

    CHILDBIRTH = "CHILDBIRTH"
    ADOPTION = "ADOPTION"
    CHILD_CARE = "CHILD_CARE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave(PersonReport):
    """
    A leave record: a sick-leave sheet (p. 32), or what the Labour Ministry knows (p. 31).

    Sheets come from the Ministry of Health's register.
    """

    kind: LeaveKind = LeaveKind.CHILDBIRTH
    source: System = System.MOH


@dataclass(frozen=True, slots=True, kw_only=True)
class DisabledChildAllowance(PersonReport):
    """A recipient of the allowance for raising a child with a disability (p. 34)."""

    source: System = System.MLSPP


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupOneCareAllowance(PersonReport):
    """A recipient of the allowance for the care of a person of the first group (p. 36)."""

    source: System = System.MLSPP


@dataclass(frozen=True, slots=True, kw_only=True)
class Pension(PersonReport):
    """A recipient of pension payments, or a veteran (p. 38)."""

    source: System = System.MLSPP


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence(PersonReport):
    """Somebody who serves a sentence, in the penitentiary database (p. 20 item 8, p. 39, 40)."""

    minimum_security: bool = False
    source: System = System.MIA_CAD


class DetentionKind(StrEnum):
    """Where a measure of restraint holds a person (p. 20 item 9)."""

    REMAND = "REMAND"
    HOUSE_ARREST = "HOUSE_ARREST"


@dataclass(frozen=True, slots=True, kw_only=True)
class Detention(PersonReport):
    """Remand or house arrest: penitentiary database (p. 41) or legal statistics (p. 42)."""

    kind: DetentionKind
    source: System = System.CLSSA


@dataclass(frozen=True, slots=True, kw_only=True)
class KandasStatus(PersonReport):
    """A kandas, while the status lasts (p. 44)."""

    source: System = System.MLSPP


@dataclass(frozen=True, slots=True, kw_only=True)
class MotherAward(PersonReport):
    """A mother of many children with an award or a title (p. 46)."""

    source: System = System.MLSPP


@dataclass(frozen=True, slots=True, kw_only=True)
class Disability(PersonReport):
    """A person with a disability (p. 47)."""

    source: System = System.MLSPP


@dataclass(frozen=True, slots=True, kw_only=True)
class FullTimeStudy(PersonReport):
    """Full-time study: Ministry of Higher Education (p. 48), Ministry of Education (p. 7)."""

    source: System = System.MOSHE


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetedAssistance(PersonReport):
    """A recipient of state targeted social assistance (p. 49)."""

    source: System = System.MLSPP


@dataclass(frozen=True, slots=True, kw_only=True)
class UnemployedRegistration(PersonReport):
    """Registered as unemployed, from the registration to the deregistration (p. 56)."""

    source: System = System.MLSPP


class PlacementKind(StrEnum):
    """Where a registered unemployed person was placed (p. 54 part 1)."""

    SUBSIDISED_JOB = "SUBSIDISED_JOB"
    ON_THE_JOB_TRAINING = "ON_THE_JOB_TRAINING"


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement(PersonReport):
    """In a subsidised job, or sent to training at an employer's workplace (p. 54 part 1)."""

    kind: PlacementKind
    source: System = System.MLSPP


class Level(StrEnum):
    """Levels of social wellbeing of the Digital Family Card; D is crisis, E is emergency."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"
    E = "E"


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyCardLevel(PersonReport):
    """The level of a person's family in the Digital Family Card (p. 59)."""

    level: Level
    source: System = System.DFC


@dataclass(frozen=True, slots=True, kw_only=True)
class TreatyStay(PersonReport):
    """
    A foreigner who stays under a ratified treaty, or a member of the family (p. 61).

    From the Foreign Workforce system, or from the Migration Police.
    """

    source: System = System.FWIS


class Residence(IntEnum):
    """What p. 40 and 42 ask about a person, the most favourable first."""

    CITIZEN = 1
    PERMANENT_RESIDENT = 2
    """A foreigner or stateless person who lives in the country."""
    TEMPORARY_STAY = 3
    """A foreigner or stateless person who is in the country for a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidenceStatus(PersonReport):
    """Citizenship, or the kind of stay of a foreigner or stateless person (p. 40, 42)."""

    residence: Residence
    source: System = System.MPIS
