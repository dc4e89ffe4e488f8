"""
Facts: what senders and operators reported about one person, as far as it decides anything.

Facts are only ever added. A removal, a refund and a correction are facts of their own. Each
carries the day on which it holds and `known`, the revision since which the register knows it; a
fact that was withdrawn was known until `withdrawn`, and is no more from it on. Facts are tuples
because a country's worth of them is made and compared. What else was reported (names, payers,
documents) is kept beside them and decides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from osms_common.domain.calendar import Month
from osms_common.domain.codes import Category, PayerKind, System
from osms_common.domain.revision import NEVER, Revision


class CategoryAssigned(NamedTuple):
    """A category or treaty listing begins on *assigned_on*, included."""

    category: Category
    assigned_on: date
    source: System
    known: Revision
    withdrawn: Revision = NEVER


class CategoryRemoved(NamedTuple):
    """
    An episode no longer holds from *removed_on* on; equal to *assigned_on*, it never held.

    Of several, the one that arrived last stands. *arrived* is before *known* where the removal
    was held and approved; None where it was known at once.
    """

    category: Category
    assigned_on: date
    removed_on: date
    source: System
    reason: str
    known: Revision
    withdrawn: Revision = NEVER
    arrived: Revision | None = None

    @property
    def order(self) -> Revision:
        """By which removals of one episode are ordered."""
        return self.known if self.arrived is None else self.arrived


class PaymentReceived(NamedTuple):
    """One month of one person was paid; the amount is in tiyn, a hundredth of a tenge."""

    reference: str
    period: Month
    purpose_code: int
    received_on: date
    amount: int
    payer_kind: PayerKind
    known: Revision
    withdrawn: Revision = NEVER


class PaymentRefunded(NamedTuple):
    """A payment is given back, in whole or in part; the amount is in tiyn."""

    reference: str
    period: Month
    purpose_code: int
    refunded_on: date
    amount: int
    known: Revision
    withdrawn: Revision = NEVER


class UntoldBody(str):
    """
    A body that is not named, as it is told to whoever only looks up (docs/adr/0019).

    It is told from the other bodies of the same person, and no failure concerns it.
    """

    __slots__ = ()


class RosterMark(NamedTuple):
    """
    A delivery of a body that arrived at *arrived* lists the person from then on, or no more.

    *ordinal* orders the marks of one arrival. *known* is later than *arrived* where the delivery
    was held and approved.
    """

    body: System | UntoldBody
    arrived: Revision
    ordinal: int
    listed: bool
    known: Revision
    withdrawn: Revision = NEVER


class DocumentRegistered(NamedTuple):
    """The Fund registered the person for one month from *applied_on*, included."""

    registration_id: str
    category: Category
    applied_on: date
    known: Revision
    withdrawn: Revision = NEVER


class RegistrationRevoked(NamedTuple):
    """A supervisor revoked a registration; it ends on the day after the day of *known*."""

    registration_id: str
    known: Revision
    withdrawn: Revision = NEVER


Fact = (
    CategoryAssigned
    | CategoryRemoved
    | PaymentReceived
    | PaymentRefunded
    | RosterMark
    | DocumentRegistered
    | RegistrationRevoked
)
"""A fact about a person."""


class IncidentDeclared(NamedTuple):
    """Systems failed on *started_on* (p. 13). Concerns everybody who depends on them."""

    incident_code: str
    systems: frozenset[System]
    started_on: date
    known: Revision


class IncidentClosed(NamedTuple):
    """The failure ended; *ended_on* is its last day, included."""

    incident_code: str
    ended_on: date
    known: Revision


class LapseRecorded(NamedTuple):
    """A budget has paid nothing since *since*, included (p. 9 part 2)."""

    lapse_id: str
    budget: int
    since: Month
    known: Revision


class LapseLifted(NamedTuple):
    """The budget pays again, from the day of *known* on."""

    lapse_id: str
    known: Revision


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """Everything that is known of one person, each kind in the order in which it became known."""

    assigned: tuple[CategoryAssigned, ...] = ()
    removed: tuple[CategoryRemoved, ...] = ()
    payments: tuple[PaymentReceived, ...] = ()
    refunds: tuple[PaymentRefunded, ...] = ()
    roster: tuple[RosterMark, ...] = ()
    registered: tuple[DocumentRegistered, ...] = ()
    revoked: tuple[RegistrationRevoked, ...] = ()

    def known_at(self, revision: Revision) -> PersonFacts:
        """The facts that were recorded at or before *revision*, and not withdrawn by then."""
        return PersonFacts(
            tuple(f for f in self.assigned if f.known <= revision < f.withdrawn),
            tuple(f for f in self.removed if f.known <= revision < f.withdrawn),
            tuple(f for f in self.payments if f.known <= revision < f.withdrawn),
            tuple(f for f in self.refunds if f.known <= revision < f.withdrawn),
            tuple(f for f in self.roster if f.known <= revision < f.withdrawn),
            tuple(f for f in self.registered if f.known <= revision < f.withdrawn),
            tuple(f for f in self.revoked if f.known <= revision < f.withdrawn),
        )

    def revisions(self) -> set[Revision]:
        """The revisions at which something became known, or was withdrawn."""
        facts: tuple[Fact, ...] = (
            *self.assigned,
            *self.removed,
            *self.payments,
            *self.refunds,
            *self.roster,
            *self.registered,
            *self.revoked,
        )
        known = {fact.known for fact in facts}
        return known | {fact.withdrawn for fact in facts if fact.withdrawn != NEVER}

    def __bool__(self) -> bool:
        """Whether anything is known."""
        return bool(
            self.assigned
            or self.removed
            or self.payments
            or self.refunds
            or self.roster
            or self.registered
            or self.revoked
        )


@dataclass(frozen=True, slots=True)
class Overlays:
    """What concerns many people at once: technical failures and unpaid budgets."""

    declared: tuple[IncidentDeclared, ...] = ()
    closed: tuple[IncidentClosed, ...] = ()
    recorded: tuple[LapseRecorded, ...] = ()
    lifted: tuple[LapseLifted, ...] = ()

    def known_at(self, revision: Revision) -> Overlays:
        """The overlays recorded at or before *revision*."""
        return Overlays(
            tuple(f for f in self.declared if f.known <= revision),
            tuple(f for f in self.closed if f.known <= revision),
            tuple(f for f in self.recorded if f.known <= revision),
            tuple(f for f in self.lifted if f.known <= revision),
        )

    def revisions(self) -> set[Revision]:
        """The revisions at which an overlay became known or was ended."""
        return {
            fact.known
            for kind in (self.declared, self.closed, self.recorded, self.lifted)
            for fact in kind
        }

    def __bool__(self) -> bool:
        """Whether there is any overlay."""
        return bool(self.declared or self.recorded)
