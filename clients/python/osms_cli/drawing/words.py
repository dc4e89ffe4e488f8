"""Words and colours that all drawings share."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from rich.text import Text

from osms_cli.moments import day_before
from osms_client import Entitlement, Ground, Provision

OPEN_ENDED: Final = "open-ended"

STATUS_STYLE: Final = {
    "ENTITLED": "bold green",
    "NOT_ENTITLED": "bold red",
    "NOT_REGISTERED": "bold red",
    "UNKNOWN": "bold yellow",
}

GROUND_STYLE: Final = {
    "ROSTER": "blue",
    "CATEGORY": "green",
    "TREATY": "cyan",
    "PAYER": "magenta",
    "SELF_PAYER": "bright_magenta",
    "DOCUMENT": "bright_cyan",
    "RETENTION": "yellow",
    "PRESERVED": "bright_yellow",
    "HELD": "bright_black",
}
"""In the order in which grounds are reported."""

GROUND_MEANING: Final = {
    "ROSTER": "on the roster of an authorised body (p. 12)",
    "CATEGORY": "in a category for which the State pays (p. 9)",
    "TREATY": "a foreigner under a treaty (p. 61)",
    "PAYER": "twelve months of contributions (p. 10)",
    "SELF_PAYER": "an independent payer (p. 11)",
    "DOCUMENT": "registered on documents, for a month (p. 21, 57)",
    "RETENTION": "the right is kept for a while (p. 9, 10)",
    "PRESERVED": "the right is kept while a system fails (p. 13)",
    "HELD": "was so known on the day, and is not taken back",
}

FINANCING: Final = {
    "OSMS": "OSMS, compulsory social medical insurance",
    "GVFMC": "GVFMC, the guaranteed volume of free medical care",
}


def status_text(status: str) -> Text:
    """A status in its colour."""
    return Text(status, STATUS_STYLE.get(status, ""))


def ground_name(kind: str, category: str = "") -> str:
    """A ground, with the category where it has one."""
    return f"{kind} {category}".rstrip()


def ground_text(ground: Ground) -> Text:
    """A ground in its colour."""
    return Text(ground_name(ground.kind, ground.category), GROUND_STYLE.get(ground.kind, ""))


def through(end: date | None) -> str:
    """The last day, included, of days that end before *end*."""
    return OPEN_ENDED if end is None else day_before(end).isoformat()


def until(answer: Entitlement) -> str:
    """Until when an answer holds, as things stand."""
    if not answer.entitled:
        return "-"
    return OPEN_ENDED if answer.last_date is None else answer.last_date.isoformat()


def provision_codes(provisions: Iterable[Provision]) -> str:
    """Provisions by code."""
    return " ".join(provision.code for provision in provisions) or "-"


def labelled(label: str, value: str | Text, width: int = 12) -> Text:
    """A line of a form: what it is, then the value."""
    return Text.assemble((f"  {label:<{width}}", "dim"), value)
