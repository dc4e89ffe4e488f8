"""
The words a region is written in: feeds, categories, sources, bodies, reasons and outcomes.

They are the codes of the contract, repeated here as plain text because a sample is a pile of
files and must be writable without the service, its database or its generated code.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Feed(StrEnum):
    """One sender's ordered stream of one kind of fact."""

    CATEGORY = "CATEGORY"
    TREATY = "TREATY"
    PAYMENT = "PAYMENT"
    ROSTER = "ROSTER"
    ROSTER_CHANGE = "ROSTER_CHANGE"
    REPORT = "REPORT"
    CONTRIBUTION = "CONTRIBUTION"


class Cadence(StrEnum):
    """
    How often the State Corporation and the source systems deliver their files.

    Daily is what the Rules ask for. The rarer ones give fewer and larger files; with more than
    some hundred thousand people they also give days on which so many people leave a category that
    the register holds the removals. `CLOSING` is monthly, and daily in the last two months.
    """

    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"
    CLOSING = "CLOSING"


class Outcome(StrEnum):
    """What the register must answer to a line that was spoiled on purpose."""

    REJECTED = "REJECTED"
    DUPLICATE = "DUPLICATE"
    HELD = "HELD"


class Reason(StrEnum):
    """Why a category was removed; only DEATH has a meaning of its own."""

    ENDED = "ENDED"
    DEATH = "DEATH"
    AGE = "AGE"
    EMPLOYED = "EMPLOYED"
    GRADUATED = "GRADUATED"


#: Categories are formed already, and only the register is there to hear of them.
FORMED_FEEDS: Final = frozenset(Feed) - {Feed.REPORT, Feed.CONTRIBUTION}

#: The sources report what categories are formed by.
SOURCE_FEEDS: Final = frozenset(Feed) - {Feed.CATEGORY, Feed.TREATY}

STATE_CORPORATION: Final = "SC"

TREATY_CODE: Final = "F01"

#: The sources that may assign a category, in the order in which categories are reported.
SOURCES: Final[dict[str, tuple[str, ...]]] = {
    "R01": ("MOE", "MOJ"),
    "R02": ("MOH",),
    "R03": ("MOJ", "MOE"),
    "R04": ("MOH", "MLSPP"),
    "R05": ("MLSPP",),
    "R06": ("MLSPP",),
    "R07": ("MLSPP",),
    "R08": ("MIA_CAD",),
    "R09a": ("MIA_CAD", "CLSSA"),
    "R09b": ("CLSSA", "MIA_CAD"),
    "R10": ("MLSPP",),
    "R11": ("MLSPP",),
    "R12": ("MLSPP",),
    "R13": ("MOSHE", "MOE"),
    "R14": ("MLSPP",),
    "L01": ("MLSPP",),
    "L02": ("DFC",),
    TREATY_CODE: ("FWIS", "MPIS"),
}

CATEGORIES: Final = tuple(code for code in SOURCES if code != TREATY_CODE)

EVERY_SOURCE: Final = tuple(sorted({source for known in SOURCES.values() for source in known}))

ANTI_CORRUPTION: Final = "ACA"
NATIONAL_SECURITY: Final = "NSC"

#: The authorised bodies and how many of a hundred thousand members each of them lists.
BODIES: Final[dict[str, int]] = {
    "INTERIOR": 40_000,
    "DEFENCE": 33_000,
    "NSC": 12_000,
    "FINANCE": 4_500,
    "GPO": 4_000,
    "SGS": 2_500,
    "ACA": 2_000,
    "FMA": 2_000,
}
