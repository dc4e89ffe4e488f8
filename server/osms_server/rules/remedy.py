"""What would give a person the right, as a value: what is to be done, and the days gained."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import NamedTuple

from osms_common.domain.codes import Budget, Category, Document, GroundKind, System
from osms_server.rules.missing_months import Months
from osms_server.rules.spans import Days


class Action(StrEnum):
    """What would have to be done."""

    NONE = "NONE"
    WAIT = "WAIT"
    LIFT_BUDGET_LAPSE = "LIFT_BUDGET_LAPSE"
    REPORT_CATEGORY = "REPORT_CATEGORY"
    REPORT_TREATY_LISTING = "REPORT_TREATY_LISTING"
    LIST_ON_ROSTER = "LIST_ON_ROSTER"
    PAY_MONTHS = "PAY_MONTHS"
    PAY_AS_INDEPENDENT = "PAY_AS_INDEPENDENT"
    REGISTER_ON_DOCUMENTS = "REGISTER_ON_DOCUMENTS"


class OpenRoute(NamedTuple):
    """Documents on which a person can be registered in a category: one of every group."""

    category: Category
    groups: tuple[tuple[Document, ...], ...]
    provision: str
    is_repeat: bool
    """Whether the person was registered in it before: a supervisor must state a reason."""


class Remedy(NamedTuple):
    """What would have to be done on *done_on*, and the days [start, end) of the right then."""

    action: Action
    kind: GroundKind | None
    done_on: date
    restored: Days | None
    provisions: tuple[str, ...]
    months: Months = ()
    category: Category | None = None
    budget: Budget | None = None
    systems: tuple[System, ...] = ()
    """Who would have to report it."""
    last_day: date | None = None
    """The last day on which the ground gave the right before."""
    reason: str = ""
    """The reason with which the ground was removed, as it was told."""
    routes: tuple[OpenRoute, ...] = ()
