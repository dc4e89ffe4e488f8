"""
The world as one case tells it: events come in, questions are asked about it.

Each type of event has its intake, and each intake its sender.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any, TypeAlias

from tests.oracle import intake_categories, intake_fund, intake_payments, intake_rosters
from tests.oracle.books import Books
from tests.oracle.check_digit import is_valid_number
from tests.oracle.feeds import is_late
from tests.oracle.grounds import Ground
from tests.oracle.knowledge import Life
from tests.oracle.message import REJECTED, Message, Outcome, Refused, require
from tests.oracle.reference import (
    BODIES,
    FUND,
    GROUND_KINDS,
    STATE_CORPORATION,
    STATE_PAID_CATEGORIES,
    Parameters,
)

Intake: TypeAlias = Callable[[Books, Message], Outcome]

_FROM_STATE_CORPORATION: Mapping[str, Intake] = {
    "category_assigned": intake_categories.category_assigned,
    "category_removed": intake_categories.category_removed,
    "treaty_listed": intake_categories.treaty_listed,
    "treaty_removed": intake_categories.treaty_removed,
    "payment": intake_payments.payment,
    "refund": intake_payments.refund,
}
_FROM_BODIES: Mapping[str, Intake] = {
    "roster_snapshot": intake_rosters.roster_snapshot,
    "roster_change": intake_rosters.roster_change,
}
_FROM_FUND: Mapping[str, Intake] = {
    "document_registered": intake_fund.document_registered,
    "document_revoked": intake_fund.document_revoked,
    "incident_opened": intake_fund.incident_opened,
    "incident_closed": intake_fund.incident_closed,
    "budget_lapse_opened": intake_fund.budget_lapse_opened,
    "budget_lapse_lifted": intake_fund.budget_lapse_lifted,
    "approval_decided": intake_fund.approval_decided,
}
_INTAKE: Mapping[str, Intake] = {**_FROM_STATE_CORPORATION, **_FROM_BODIES, **_FROM_FUND}


@dataclass(frozen=True, slots=True)
class Answer:
    """
    What is answered about one person and day.

    *category* is the first in the order of p. 20 and 55 of those that hold, whenever CATEGORY is
    among the *grounds*. *through* is None without a right and where the right has no end in sight.
    """

    status: str | None = None
    entitled: bool = False
    primary: str | None = None
    category: str | None = None
    through: date | None = None
    grounds: tuple[str, ...] = ()
    financing: str | None = None
    error: str | None = None


class World:
    """The register, done slowly."""

    def __init__(self, parameters: Mapping[str, Any] = MappingProxyType({})) -> None:
        self._books = Books(Parameters.of(parameters))
        self._lives: dict[str, Life] = {}
        self._arrivals = 0

    def deliver(self, event: Mapping[str, Any]) -> Outcome:
        """Take in the next event and say what became of it."""
        self._arrivals += 1
        self._lives.clear()
        message = Message.of(self._arrivals, event)
        try:
            require(_may_send(message), "NOT_THE_SENDERS_OWN")
            return _INTAKE[message.type](self._books, message)
        except Refused as refused:
            return Outcome(REJECTED, refused.reason)

    def ask(self, iin: str, on: date, now: datetime) -> Answer:
        """Answer about *iin* and the day *on* by what was known at the instant *now*."""
        if not is_valid_number(iin):
            return Answer(error="INVALID_IIN")
        life, now = self._life(iin), now.astimezone(UTC)
        grounds = life.grounds(on, now)
        if grounds:
            return _entitled(grounds, life.through(on, now))
        status = "NOT_ENTITLED" if life.is_registered(now) else "NOT_REGISTERED"
        return Answer(status=status, financing="GVFMC")

    def kinds(self, iin: str, on: date, now: datetime) -> tuple[str | None, ...]:
        """Return the kinds and categories of all grounds: the answer without its end."""
        grounds = self._life(iin).grounds(on, now.astimezone(UTC))
        return tuple(word for ground in grounds for word in (ground.kind, ground.category))

    def feed_late(self, feed: str, sender: str, at: datetime) -> bool:
        """Tell whether *feed* of *sender* is late at the instant *at*."""
        return is_late(self._books.deliveries, feed, sender, at, self._books.parameters)

    def _life(self, iin: str) -> Life:
        if iin not in self._lives:
            self._lives[iin] = Life(self._books.ledger, iin, self._books.parameters)
        return self._lives[iin]


def _may_send(message: Message) -> bool:
    """A sender may send only what is its own (section 8)."""
    if message.type in _FROM_STATE_CORPORATION:
        return message.sender == STATE_CORPORATION
    return message.sender == FUND if message.type in _FROM_FUND else message.sender in BODIES


def _entitled(grounds: tuple[Ground, ...], through: date | None) -> Answer:
    """Put the grounds in the order of section 3."""
    kinds = {ground.kind for ground in grounds}
    in_order = tuple(kind for kind in GROUND_KINDS if kind in kinds)
    categories = {ground.category for ground in grounds if ground.kind == "CATEGORY"}
    category = next((c for c in STATE_PAID_CATEGORIES if c in categories), None)
    return Answer("ENTITLED", True, in_order[0], category, through, in_order, "OSMS")
