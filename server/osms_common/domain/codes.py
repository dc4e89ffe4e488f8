"""
The codes of the register: categories, sources, bodies, documents, grounds, outcomes.

Codes are the words that senders and operators write. Which of them go together on which day
(which source may assign which category, which body exists) is reference data of the rules.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import Final


class Category(StrEnum):
    """Categories of persons, in the order in which they are reported (p. 20, 55)."""

    CHILD = "R01"
    PREGNANT = "R02"
    RAISING_CHILD = "R03"
    ON_CHILD_LEAVE = "R04"
    DISABLED_CHILD_ALLOWANCE = "R05"
    GROUP_ONE_CARE = "R06"
    PENSIONER = "R07"
    CONVICT = "R08"
    REMAND = "R09a"
    HOUSE_ARREST = "R09b"
    KANDAS = "R10"
    AWARDED_MOTHER = "R11"
    DISABILITY = "R12"
    STUDENT = "R13"
    TARGETED_ASSISTANCE = "R14"
    UNEMPLOYED = "L01"
    CRISIS_LEVEL = "L02"
    TREATY = "F01"
    EXEMPT_STAFF = "M01"
    CRISIS_RELEASE = "X13"


class System(StrEnum):
    """Systems that can fail (p. 13): the Fund's, the State Corporation's, sources and bodies."""

    FUND = "FUND"
    STATE_CORPORATION = "SC"
    MOE = "MOE"
    MOSHE = "MOSHE"
    MOJ = "MOJ"
    MLSPP = "MLSPP"
    MOH = "MOH"
    MIA_CAD = "MIA_CAD"
    CLSSA = "CLSSA"
    DFC = "DFC"
    FWIS = "FWIS"
    MPIS = "MPIS"
    DEFENCE = "DEFENCE"
    INTERIOR = "INTERIOR"
    FINANCE = "FINANCE"
    NSC = "NSC"
    GPO = "GPO"
    SGS = "SGS"
    ACA = "ACA"
    FMA = "FMA"


SOURCE_SYSTEMS: Final = (
    *(System.MOE, System.MOSHE, System.MOJ, System.MLSPP, System.MOH, System.MIA_CAD),
    *(System.CLSSA, System.DFC, System.FWIS, System.MPIS),
)
"""Systems that are sources of a category (p. 7, 28, 29, 40-42, 59, 61)."""

BODY_SYSTEMS: Final = (
    *(System.DEFENCE, System.INTERIOR, System.FINANCE, System.NSC, System.GPO, System.SGS),
    *(System.ACA, System.FMA),
)
"""Bodies that send rosters, or once did (p. 62)."""


class Document(StrEnum):
    """Documents on which the Fund registers a person for one month (p. 21, 57)."""

    BIRTH_CERTIFICATE = "BIRTH_CERTIFICATE"
    BIRTH_RECORD_EXTRACT = "BIRTH_RECORD_EXTRACT"
    FORM_027E = "FORM_027E"
    DISABILITY_CERTIFICATE = "DISABILITY_CERTIFICATE"
    UNEMPLOYED_REGISTRATION = "UNEMPLOYED_REGISTRATION"
    VETERAN_CERTIFICATE = "VETERAN_CERTIFICATE"
    PENSION_CERTIFICATE_COPY = "PENSION_CERTIFICATE_COPY"
    PENSION_CERTIFICATE = "PENSION_CERTIFICATE"
    KANDAS_CERTIFICATE = "KANDAS_CERTIFICATE"
    AWARD_DOCUMENT = "AWARD_DOCUMENT"
    STUDY_CERTIFICATE = "STUDY_CERTIFICATE"
    TSA_CONFIRMATION = "TSA_CONFIRMATION"
    IDENTITY_DOCUMENT = "IDENTITY_DOCUMENT"
    LABOUR_BOOK = "LABOUR_BOOK"
    EMPLOYMENT_CONTRACT = "EMPLOYMENT_CONTRACT"
    EMPLOYER_ACTS_EXTRACT = "EMPLOYER_ACTS_EXTRACT"
    PAYROLL_EXTRACT = "PAYROLL_EXTRACT"
    SERVICE_RECORD = "SERVICE_RECORD"
    UAPF_EXTRACT = "UAPF_EXTRACT"
    SSIF_DATA = "SSIF_DATA"
    DUAL_TRAINING_CONTRACT = "DUAL_TRAINING_CONTRACT"
    ARCHIVE_CERTIFICATE = "ARCHIVE_CERTIFICATE"
    COURT_DECISION = "COURT_DECISION"


class GroundKind(IntEnum):
    """Kinds of ground, in the order in which they are reported."""

    ROSTER = 1
    CATEGORY = 2
    TREATY = 3
    PAYER = 4
    SELF_PAYER = 5
    DOCUMENT = 6
    RETENTION = 7
    PRESERVED = 8
    HELD = 9


class PayerKind(IntEnum):
    """Kinds of payer, as far as the Rules distinguish them (p. 10, 11)."""

    UNKNOWN = 0
    INDEPENDENT = 1
    EMPLOYER = 2


class Budget(IntEnum):
    """The budgets from which the State pays (p. 16, 51)."""

    REPUBLICAN = 1
    LOCAL = 2


class Status(IntEnum):
    """What is answered about a person on a day."""

    ENTITLED = 1
    NOT_ENTITLED = 2
    NOT_REGISTERED = 3


class Outcome(IntEnum):
    """What can become of a record."""

    ACCEPTED = 1
    DUPLICATE = 2
    REJECTED = 3
    HELD_FOR_APPROVAL = 4


class FeedKind(IntEnum):
    """Kinds of feed; one sender's feed of one kind has one position."""

    CATEGORY = 1
    PAYMENT = 2
    ROSTER = 3
    ROSTER_CHANGE = 4


class Obligation(IntEnum):
    """What senders owe (p. 19, 54, 63)."""

    CATEGORY_DAILY = 1
    CATEGORY_MONTHLY = 2
    PAYMENT = 3
    ROSTER = 4


class Role(StrEnum):
    """Who calls: what the client certificate says."""

    STATE_CORPORATION = "state-corporation"
    BODY = "body"
    SOURCE = "source"
    FUND_OPERATOR = "fund-operator"
    FUND_SUPERVISOR = "fund-supervisor"
    MEDICAL_SYSTEM = "mis"
    AUDITOR = "auditor"
    MATCHING_OPERATOR = "matching-operator"
    MATCHING_SUPERVISOR = "matching-supervisor"


DEATH = "DEATH"
"""The only reason of a removal with a meaning of its own (p. 9)."""
