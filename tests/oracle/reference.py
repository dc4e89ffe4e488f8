"""
What everybody knows without a sender telling it: codes, who may assign what, and thresholds.

Categories in the order of p. 20 and then p. 55 (section 3); sources and bodies of section 8; the
document sets of p. 21 and 57 (section 2.6); the dated parameters with the values of section 4.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import product
from typing import Any

from tests.oracle.days import Month, parse_day, parse_month

REPUBLICAN_CATEGORIES = (
    *("R01", "R02", "R03", "R04", "R05", "R06", "R07", "R08"),
    *("R09a", "R09b", "R10", "R11", "R12", "R13", "R14"),
)
LOCAL_CATEGORIES = ("L01", "L02")
STATE_PAID_CATEGORIES = REPUBLICAN_CATEGORIES + LOCAL_CATEGORIES
TREATY = "F01"
CRISIS = "X13"

GROUND_KINDS = (
    *("ROSTER", "CATEGORY", "TREATY", "PAYER", "SELF_PAYER"),
    *("DOCUMENT", "RETENTION", "PRESERVED", "HELD"),
)

STATE_CORPORATION = "SC"
FUND = "FUND"
DEATH = "DEATH"

SUPERVISORS = ("supervisor1", "supervisor2", "supervisor3")
OPERATORS = ("operator1", *SUPERVISORS)

SOURCES_OF: Mapping[str, tuple[str, ...]] = {
    "R01": ("MOE", "MOJ"),
    "R02": ("MOH",),
    "R03": ("MOJ", "MOE"),
    "R04": ("MOH", "MLSPP"),
    "R08": ("MIA_CAD",),
    "R09a": ("MIA_CAD", "CLSSA"),
    "R09b": ("MIA_CAD", "CLSSA"),
    "R13": ("MOSHE", "MOE"),
    "L02": ("DFC",),
    TREATY: ("FWIS", "MPIS"),
    **dict.fromkeys(("R05", "R06", "R07", "R10", "R11", "R12", "R14", "L01"), ("MLSPP",)),
}
SOURCES = tuple(sorted({source for allowed in SOURCES_OF.values() for source in allowed}))

BODIES = ("DEFENCE", "INTERIOR", "FINANCE", "NSC", "GPO", "SGS", "ACA", "FMA")
SYSTEMS = (FUND, STATE_CORPORATION, *SOURCES, *BODIES)

SUCCESSION_DAY = date(2025, 6, 30)
_LAST_DAY_OF = {"ACA": date(2025, 6, 29)}
_SUCCESSOR_OF = {"ACA": "NSC"}

_BIRTH = ("BIRTH_CERTIFICATE", "BIRTH_RECORD_EXTRACT")
_WORK = (
    *("LABOUR_BOOK", "EMPLOYMENT_CONTRACT", "EMPLOYER_ACTS_EXTRACT", "PAYROLL_EXTRACT"),
    *("SERVICE_RECORD", "UAPF_EXTRACT", "SSIF_DATA", "DUAL_TRAINING_CONTRACT"),
    *("ARCHIVE_CERTIFICATE", "COURT_DECISION"),
)
_VETERAN = ("VETERAN_CERTIFICATE", "PENSION_CERTIFICATE_COPY", "PENSION_CERTIFICATE")

# Each category asks for one document out of every group.
DOCUMENT_GROUPS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "R01": (_BIRTH,),
    "R02": (("FORM_027E",),),
    "R03": (_BIRTH,),
    "R04": (_BIRTH,),
    "R05": (_BIRTH, ("DISABILITY_CERTIFICATE",), ("UNEMPLOYED_REGISTRATION",)),
    "R06": (("DISABILITY_CERTIFICATE",),),
    "R07": (_VETERAN,),
    "R10": (("KANDAS_CERTIFICATE",), ("UNEMPLOYED_REGISTRATION",)),
    "R11": (("AWARD_DOCUMENT",),),
    "R12": (("DISABILITY_CERTIFICATE",),),
    "R13": (("STUDY_CERTIFICATE",),),
    "R14": (("TSA_CONFIRMATION",),),
    "L01": (("UNEMPLOYED_REGISTRATION",),),
    CRISIS: (("IDENTITY_DOCUMENT",), _WORK),
}


def document_sets(category: str) -> list[tuple[str, ...]]:
    """Return every smallest set of documents that suffices for *category*."""
    return list(product(*DOCUMENT_GROUPS[category]))


def budget_of(category: str) -> str:
    """Return the budget that pays for *category*."""
    return "LOCAL" if category in LOCAL_CATEGORIES else "REPUBLICAN"


def body_exists_on(body: str, day: date) -> bool:
    """Tell whether *body* is an authorised body on *day*."""
    return body in BODIES and day <= _LAST_DAY_OF.get(body, date.max)


def successor_of(body: str, day: date) -> str | None:
    """Return the body that speaks for the people of *body* on *day*, None while it exists."""
    return None if body_exists_on(body, day) else _SUCCESSOR_OF.get(body)


def bodies_spoken_for(body: str, day: date) -> tuple[str, ...]:
    """Return *body* and the bodies that have ended by *day* and whose successor it is."""
    return (body, *(ended for ended in BODIES if successor_of(ended, day) == body))


_JULY_2017 = parse_month("2017-07")


@dataclass(frozen=True, slots=True)
class Parameters:
    """The dated parameters, with the values in force."""

    crisis_window: tuple[date, date] | None = None
    earliest_day: date = date(1990, 1, 1)
    earliest_period: Month = _JULY_2017
    periods_ahead: int = 24
    window_months: int = 12
    grace_months: int = 3
    long_run_months: int = 60
    long_grace_months: int = 6
    snapshot_guard_percent: int = 10
    snapshot_guard_people: int = 20
    removal_guard_percent: int = 5
    removal_guard_people: int = 1000
    change_due_days: int = 7
    snapshot_due_days: int = 14

    @classmethod
    def of(cls, changed: Mapping[str, Any]) -> "Parameters":
        """Return the defaults with those of *changed*; a crisis window includes both its days."""
        parameters = replace(cls(), **changed)
        if parameters.crisis_window is None:
            return parameters
        since, until = changed["crisis_window"]
        return replace(parameters, crisis_window=_window(since, until))


def _window(since: str, until: str | None) -> tuple[date, date]:
    return parse_day(since), date.max if until is None else parse_day(until)
