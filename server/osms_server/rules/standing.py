"""
What stands of a person's facts: episodes, listings, registrations and paid months.

Facts correct and end one another; here each is folded into what holds after all of them. The
grounds are then read off what stands, never off the facts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple, Protocol

from osms_common.domain.calendar import FOREVER, ONE_DAY, Month, first_day, same_day_later
from osms_common.domain.codes import DEATH, Category, System
from osms_common.domain.revision import Revision, day_of
from osms_server.domain.facts import (
    CategoryRemoved,
    DocumentRegistered,
    PaymentReceived,
    PaymentRefunded,
    PersonFacts,
    RegistrationRevoked,
    RosterMark,
    UntoldBody,
)
from osms_server.domain.ledger import EMPTY, Ledger, PaidMonths, encode_ledger
from osms_server.rules.parameters import Parameters


class Episode(NamedTuple):
    """A category or treaty listing holds on [start, end); never, where they are equal."""

    category: Category
    start: date
    end: date
    source: System
    dead: bool
    """Whether it was removed because the person died on *end*."""


class Assignment(Protocol):
    """What an episode begins with: the fact, or the row that keeps it."""

    @property
    def category(self) -> Category:
        """The category that begins."""

    @property
    def assigned_on(self) -> date:
        """The day on which it begins."""

    @property
    def source(self) -> System:
        """The source that assigned it."""

    @property
    def known(self) -> Revision:
        """The revision since which the register knows it."""


class Listing(NamedTuple):
    """A body's roster lists the person on [start, end)."""

    body: System | UntoldBody
    start: date
    end: date


class Registration(NamedTuple):
    """A registration on documents gives the right on [start, end)."""

    registration_id: str
    category: Category
    start: date
    end: date


class Standing(NamedTuple):
    """What stands of one person's facts. Equal standings have equal timelines."""

    episodes: tuple[Episode, ...] = ()
    listings: tuple[Listing, ...] = ()
    registrations: tuple[Registration, ...] = ()
    ledger: Ledger = EMPTY

    @property
    def died_on(self) -> date:
        """The first day on which no ground holds because the person died; FOREVER if none."""
        died_on = FOREVER
        for episode in self.episodes:
            if episode.dead and episode.end < died_on:
                died_on = episode.end
        return died_on


def stand(facts: PersonFacts, parameters: Parameters) -> Standing:
    """What stands of *facts*."""
    return Standing(
        fold_episodes(facts.assigned, facts.removed),
        fold_listings(facts.roster),
        fold_registrations(facts.registered, facts.revoked, parameters),
        encode_ledger(fold_payments(facts.payments, facts.refunds, parameters)),
    )


def fold_episodes(
    assigned: Sequence[Assignment], removed: Sequence[CategoryRemoved]
) -> tuple[Episode, ...]:
    """
    The episodes in order of start; of several removals of one, the last to arrive stands.

    A removal ends only what was known when it arrived: one whose assignment was withdrawn does not
    end the episode that is assigned anew.
    """
    if len(assigned) == 1 and not removed:
        (only,) = assigned
        return (Episode(only.category, only.assigned_on, FOREVER, only.source, dead=False),)
    in_order = sorted(removed, key=lambda fact: fact.order)
    removals = {(fact.category, fact.assigned_on): fact for fact in in_order}
    episodes = []
    for fact in assigned:
        removal = removals.get((fact.category, fact.assigned_on))
        if removal is not None and removal.order < fact.known:
            removal = None
        end = removal.removed_on if removal else FOREVER
        dead = removal is not None and removal.reason == DEATH
        episodes.append(Episode(fact.category, fact.assigned_on, end, fact.source, dead))
    return tuple(sorted(episodes, key=lambda episode: (episode.start, episode.category)))


def fold_listings(marks: Iterable[RosterMark]) -> tuple[Listing, ...]:
    """The listings body by body, in order of arrival, whenever each mark became known."""
    by_body: defaultdict[System | UntoldBody, list[RosterMark]] = defaultdict(list)
    for mark in marks:
        by_body[mark.body].append(mark)
    return tuple(listing for body in sorted(by_body) for listing in _listings(body, by_body[body]))


def _listings(body: System | UntoldBody, marks: list[RosterMark]) -> list[Listing]:
    listings: list[Listing] = []
    since: date | None = None
    for mark in sorted(marks, key=lambda mark: (mark.arrived, mark.ordinal)):
        day = day_of(mark.arrived)
        if mark.listed and since is None:
            since = day
        elif not mark.listed and since is not None:
            listings.append(Listing(body, since, day))
            since = None
    if since is not None:
        listings.append(Listing(body, since, FOREVER))
    return listings


def fold_registrations(
    registered: Iterable[DocumentRegistered],
    revoked: Iterable[RegistrationRevoked],
    parameters: Parameters,
) -> tuple[Registration, ...]:
    """The registrations; a revoked one ends on the day after its revocation."""
    revocations = {fact.registration_id: day_of(fact.known) for fact in revoked}
    return tuple(
        Registration(
            fact.registration_id,
            fact.category,
            fact.applied_on,
            min(
                document_end(fact.applied_on, parameters),
                revocations.get(fact.registration_id, date.max - ONE_DAY) + ONE_DAY,
            ),
        )
        for fact in registered
    )


def document_end(applied_on: date, parameters: Parameters) -> date:
    """The first day after the month that an application on *applied_on* gives (p. 21, 57)."""
    months = parameters.document_months.on(applied_on)
    return same_day_later(applied_on, months) + ONE_DAY


def fold_payments(
    payments: Iterable[PaymentReceived],
    refunds: Iterable[PaymentRefunded],
    parameters: Parameters,
) -> PaidMonths:
    """The paid months, each with the day since which its running sum has stayed above zero."""
    independent_kinds = parameters.self_payer_kinds
    given_back = _by_line(refunds)
    total: defaultdict[Month, list[_Movement]] = defaultdict(list)
    independent: defaultdict[Month, list[_Movement]] = defaultdict(list)
    for fact in payments:
        if not counts(fact.purpose_code, fact.period, parameters):
            continue
        movements = list(_movements(fact, given_back.get(_line_of(fact), ())))
        total[fact.period].extend(movements)
        if fact.payer_kind in independent_kinds.on(fact.received_on):
            independent[fact.period].extend(movements)
    return PaidMonths(_paid(total), _paid(independent))


@lru_cache(4096)
def counts(purpose_code: int, period: Month, parameters: Parameters) -> bool:
    """Whether a payment for *period* with this purpose code (KNP) counts towards the right."""
    return purpose_code in parameters.counted_purpose_codes.on(first_day(period))


class _Movement(NamedTuple):
    """A payment or refund, so that sorting puts payments of a day before its refunds."""

    day: date
    is_refund: bool
    amount: int


_Line = tuple[str, int, Month]
"""What a refund names its payment by."""


def _line_of(fact: PaymentReceived | PaymentRefunded) -> _Line:
    return fact.reference, fact.purpose_code, fact.period


def _by_line(refunds: Iterable[PaymentRefunded]) -> Mapping[_Line, Sequence[PaymentRefunded]]:
    by_line: defaultdict[_Line, list[PaymentRefunded]] = defaultdict(list)
    for refund in refunds:
        by_line[_line_of(refund)].append(refund)
    return by_line


def _movements(
    payment: PaymentReceived, refunds: Sequence[PaymentRefunded]
) -> Iterator[_Movement]:
    """
    What a line gives, and what its refunds take from it: never more, nor before it came.

    A refund is judged against the line it names; where that was withdrawn and came again with
    less, or later, the refund still takes from no other line.
    """
    yield _Movement(payment.received_on, False, payment.amount)
    left = payment.amount
    for refund in sorted(refunds, key=lambda refund: refund.refunded_on):
        taken = min(refund.amount, left)
        left -= taken
        yield _Movement(max(refund.refunded_on, payment.received_on), True, -taken)


def _paid(by_month: dict[Month, list[_Movement]]) -> dict[Month, date]:
    paid = {}
    for month, movements in by_month.items():
        day = _paid_since(movements)
        if day is not None:
            paid[month] = day
    return paid


def _paid_since(movements: list[_Movement]) -> date | None:
    """The day since which the running sum has stayed above zero, if it ends above zero."""
    total = 0
    since: date | None = None
    for movement in sorted(movements):
        total += movement.amount
        if total <= 0:
            since = None
        elif since is None:
            since = movement.day
    return since
