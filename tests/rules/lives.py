"""
Invented lives: facts about one person that meet each other, for properties that hold of all.

A life has a few days of its own, and everything in it falls on one of them or beside it, so that
the days of different facts, of their arrival and of the ends of months fall together. Time passes
in steps from nothing (the next commit of the same millisecond) to months.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from osms_common.domain.calendar import (
    ALMATY,
    ONE_DAY,
    Month,
    almaty_day,
    first_day,
    last_day,
    later,
    month_of,
    start_of,
)
from osms_common.domain.codes import DEATH, Budget, Category, PayerKind, System
from osms_common.domain.revision import NOTHING_KNOWN, Revision, next_revision
from osms_server.domain.facts import (
    CategoryAssigned,
    CategoryRemoved,
    DocumentRegistered,
    Fact,
    IncidentClosed,
    IncidentDeclared,
    LapseLifted,
    LapseRecorded,
    Overlays,
    PaymentReceived,
    PaymentRefunded,
    PersonFacts,
    RegistrationRevoked,
    RosterMark,
)
from osms_server.domain.timeline import Timeline
from tests.rules.factories import OverlayFact, due_day, overlay, person

Chosen = TypeVar("Chosen")

DAYS: Final = (
    date(2026, 3, 1),
    date(2026, 3, 31),
    date(2026, 7, 15),
    date(2026, 1, 31),
    date(2026, 2, 28),
    date(2025, 12, 31),
    date(2026, 8, 30),
    date(2025, 6, 30),
    date(2024, 2, 29),
)
CATEGORIES: Final = (
    (Category.CHILD, System.MOE),
    (Category.PENSIONER, System.MLSPP),
    (Category.UNEMPLOYED, System.MLSPP),
    (Category.TREATY, System.FWIS),
    (Category.HOUSE_ARREST, System.CLSSA),
)
BODIES: Final = (System.DEFENCE, System.INTERIOR)
ROUTES: Final = (Category.PENSIONER, Category.DISABILITY, Category.UNEMPLOYED)
FAILING: Final = (
    System.STATE_CORPORATION,
    System.FUND,
    System.MOE,
    System.MLSPP,
    System.DEFENCE,
)
DAYS_OF_A_MERGER: Final = (date(2025, 6, 30), date(2025, 7, 1), date(2025, 7, 20))
LISTING: Final = (System.ACA, System.NSC, System.DEFENCE, System.INTERIOR)
FAILING_BODIES: Final = (
    System.NSC,
    System.ACA,
    System.DEFENCE,
    System.FUND,
    System.STATE_CORPORATION,
)
MILLISECOND: Final = timedelta(milliseconds=1)


def unhurried(examples: int) -> settings:
    """So many lives, however slow the machine is that invents them."""
    return settings(
        max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )


@dataclass(frozen=True)
class Life:
    """What is told of one person, in the order in which it becomes known."""

    facts: tuple[Fact, ...] = ()
    overlay_facts: tuple[OverlayFact, ...] = ()

    @property
    def person(self) -> PersonFacts:
        """The facts as the engine takes them."""
        return person(*self.facts)

    @property
    def overlays(self) -> Overlays:
        """The overlays as the engine takes them."""
        return overlay(*self.overlay_facts)

    def in_order(self) -> list[Fact | OverlayFact]:
        """Everything in the order in which it became known."""
        return sorted([*self.facts, *self.overlay_facts], key=lambda fact: fact.known)

    @property
    def revisions(self) -> list[Revision]:
        """The revisions at which something became known, in order."""
        return sorted(self.person.revisions() | self.overlays.revisions())

    @property
    def last_revision(self) -> Revision:
        """The revision at which the last thing became known."""
        return max(self.revisions, default=NOTHING_KNOWN)


@dataclass
class _Teller:
    """Invents one fact after another."""

    draw: st.DrawFn
    days: list[date]
    now: datetime
    bodies: Sequence[System] = BODIES
    failing: Sequence[System] = FAILING
    last: Revision = NOTHING_KNOWN
    facts: list[Fact] = field(default_factory=list)
    overlay_facts: list[OverlayFact] = field(default_factory=list)

    def one_of(self, *choices: Chosen) -> Chosen:
        """One of the choices; a failing example is made simpler towards the first."""
        return self.draw(st.sampled_from(choices))

    def known(self) -> Revision:
        """The next revision."""
        self.last = next_revision(self.last, self.now)
        return self.last

    def day(self) -> date:
        """A day of the life, today, or the end of a month of them, or a day beside one."""
        chosen = self.one_of(*self.days, almaty_day(self.now))
        edges = (chosen, first_day(month_of(chosen)), last_day(month_of(chosen)))
        return self.one_of(*edges) + self.one_of(0, 0, 0, 1, -1) * ONE_DAY

    def let_time_pass(self) -> None:
        """Nothing to months: the same instant, later today, midnight, or another day."""
        step = self.one_of(self._nothing, self._later_today, self._midnight, self._another_day)
        self.now = max(self.now, step())

    def _nothing(self) -> datetime:
        return self.now

    def _later_today(self) -> datetime:
        return self.now + timedelta(hours=self.one_of(1, 5, 11))

    def _midnight(self) -> datetime:
        midnight = start_of(almaty_day(self.now) + ONE_DAY)
        return self.one_of(midnight, midnight - MILLISECOND)

    def _another_day(self) -> datetime:
        days = [day for day in sorted(self.days) if day > almaty_day(self.now)]
        coming = days[0] if days else almaty_day(self.now) + timedelta(days=self.one_of(1, 14, 31))
        return datetime.combine(coming + self.one_of(0, 1) * ONE_DAY, time(10), ALMATY)

    def told(self, kind: type[Chosen]) -> list[Chosen]:
        """What was told of a kind."""
        return [fact for fact in (*self.facts, *self.overlay_facts) if isinstance(fact, kind)]

    def assign(self) -> Iterator[Fact]:
        """A category or a treaty listing begins, unless it did on that day."""
        category, source = self.one_of(*CATEGORIES)
        begun = {(fact.category, fact.assigned_on) for fact in self.told(CategoryAssigned)}
        if (day := self.day()) and (category, day) not in begun:
            yield CategoryAssigned(category, day, source, self.known())

    def remove(self) -> Iterator[Fact]:
        """A known episode ends, or ends anew."""
        begun = self.told(CategoryAssigned)
        if begun:
            of = self.one_of(*begun)
            removed_on = max(of.assigned_on, self.day())
            reason = self.one_of("ENDED", "ENDED", "ENDED", DEATH)
            yield CategoryRemoved(
                of.category, of.assigned_on, removed_on, of.source, reason, self.known()
            )

    def remove_late(self) -> Iterator[Fact]:
        """A removal that was held is approved; one that came meanwhile may have overtaken it."""
        for removal in self.remove():
            assert isinstance(removal, CategoryRemoved)
            days = self.one_of(1, 2, 30)
            arrived = next_revision(NOTHING_KNOWN, self.now - timedelta(days=days))
            yield removal._replace(arrived=arrived)

    def pay(self) -> Iterator[Fact]:
        """Some months in a row are paid at once, about as many as give a right."""
        count = self.one_of(12, 1, 2, 11, 13)
        last = later(month_of(self.day()), self.one_of(0, -1, -2, -4, 1))
        kind = self.one_of(PayerKind.EMPLOYER, PayerKind.INDEPENDENT, PayerKind.UNKNOWN)
        day = self.one_of(None, almaty_day(self.now), self.day())
        code = self.one_of(122, 122, 122, 121, 123)
        for back in range(count):
            period = later(last, -back)
            received_on = min(day or due_day(period), self._year_ahead())
            yield self._payment(period, received_on, kind, code)

    def pay_a_month(self) -> Iterator[Fact]:
        """A month is paid beside one that was paid, or once more."""
        paid = self.told(PaymentReceived)
        if paid:
            of = self.one_of(*paid)
            period = later(of.period, self.one_of(1, 0, -1, -12, 2))
            kind = self.one_of(of.payer_kind, PayerKind.EMPLOYER)
            yield self._payment(period, self.day(), kind, of.purpose_code)

    def _payment(
        self, period: Month, received_on: date, kind: PayerKind, code: int
    ) -> PaymentReceived:
        reference = f"A{len(self.facts)}-{period}"
        return PaymentReceived(reference, period, code, received_on, 100, kind, self.known())

    def _year_ahead(self) -> date:
        return almaty_day(self.now) + timedelta(days=360)

    def refund(self) -> Iterator[Fact]:
        """A payment is given back, in whole or in part, once."""
        gone = {fact.reference for fact in self.told(PaymentRefunded)}
        paid = [fact for fact in self.told(PaymentReceived) if fact.reference not in gone]
        if paid:
            of = self.one_of(*paid[:8])
            day = max(of.received_on, self.day())
            amount = self.one_of(100, 60)
            yield PaymentRefunded(
                of.reference, of.period, of.purpose_code, day, amount, self.known()
            )

    def mark(self) -> Iterator[Fact]:
        """A body lists the person, or no more."""
        listed = self.one_of(True, False)
        known = self.known()
        yield RosterMark(self.one_of(*self.bodies), known, 0, listed, known)

    def mark_late(self) -> Iterator[Fact]:
        """A delivery of a body that was held is approved."""
        known = self.known()
        days = self.one_of(1, 2, 30)
        arrived = next_revision(NOTHING_KNOWN, self.now - timedelta(days=days))
        listed = self.one_of(False, True)
        yield RosterMark(self.one_of(*self.bodies), arrived, 0, listed, known)

    def register(self) -> Iterator[Fact]:
        """The Fund registers the person on documents."""
        applied_on = min(self.day(), almaty_day(self.now))
        name = f"g{len(self.facts)}"
        yield DocumentRegistered(name, self.one_of(*ROUTES), applied_on, self.known())

    def revoke(self) -> Iterator[Fact]:
        """A supervisor revokes a registration, once."""
        gone = {fact.registration_id for fact in self.told(RegistrationRevoked)}
        standing = [f for f in self.told(DocumentRegistered) if f.registration_id not in gone]
        if standing:
            yield RegistrationRevoked(self.one_of(*standing).registration_id, self.known())

    def withdraw(self) -> None:
        """A fact that was known is known no more."""
        if self.facts:
            at = self.draw(st.integers(0, len(self.facts) - 1))
            fact = self.facts[at]
            if fact.withdrawn > self.last and fact.known < self.last:
                self.facts[at] = fact._replace(withdrawn=self.known())

    def fail(self) -> Iterator[OverlayFact]:
        """Systems fail on a day that has come."""
        systems = frozenset({self.one_of(*self.failing), self.one_of(*self.failing)})
        started_on = min(self.day(), almaty_day(self.now))
        name = f"I{len(self.overlay_facts)}"
        yield IncidentDeclared(name, systems, started_on, self.known())

    def repair(self) -> Iterator[OverlayFact]:
        """A failure has had its last day."""
        closed = {fact.incident_code for fact in self.told(IncidentClosed)}
        lasting = [f for f in self.told(IncidentDeclared) if f.incident_code not in closed]
        if lasting:
            of = self.one_of(*lasting)
            ended_on = max(of.started_on, min(self.day(), almaty_day(self.now)))
            yield IncidentClosed(of.incident_code, ended_on, self.known())

    def pay_nothing(self) -> Iterator[OverlayFact]:
        """A budget has paid nothing since a month, unless that is recorded already."""
        budget = self.one_of(Budget.REPUBLICAN, Budget.LOCAL)
        lifted = {fact.lapse_id for fact in self.told(LapseLifted)}
        standing = [f for f in self.told(LapseRecorded) if f.lapse_id not in lifted]
        if all(fact.budget != budget for fact in standing):
            since = min(month_of(self.day()), month_of(almaty_day(self.now)))
            name = f"n{len(self.overlay_facts)}"
            yield LapseRecorded(name, budget, Month(since), self.known())

    def pay_again(self) -> Iterator[OverlayFact]:
        """A budget pays again."""
        lifted = {fact.lapse_id for fact in self.told(LapseLifted)}
        standing = [f for f in self.told(LapseRecorded) if f.lapse_id not in lifted]
        if standing:
            yield LapseLifted(self.one_of(*standing).lapse_id, self.known())


Act = Callable[[_Teller], Iterator[Fact]]
OverlayAct = Callable[[_Teller], Iterator[OverlayFact]]

_OF_CATEGORIES: Final[tuple[Act, ...]] = (_Teller.assign, _Teller.remove)
_OF_PAYMENTS: Final[tuple[Act, ...]] = (_Teller.pay, _Teller.pay_a_month, _Teller.refund)
_OF_ROSTERS: Final[tuple[Act, ...]] = (_Teller.mark,)
_OF_DOCUMENTS: Final[tuple[Act, ...]] = (_Teller.register, _Teller.revoke)
_THEMES: Final = (
    _OF_CATEGORIES,
    _OF_CATEGORIES + _OF_PAYMENTS,
    _OF_PAYMENTS,
    _OF_ROSTERS,
    _OF_ROSTERS + _OF_PAYMENTS,
    _OF_DOCUMENTS + _OF_CATEGORIES,
    _OF_CATEGORIES + _OF_PAYMENTS + _OF_ROSTERS + _OF_DOCUMENTS,
)
_OVERLAYS: Final[tuple[OverlayAct, ...]] = (
    _Teller.fail,
    _Teller.repair,
    _Teller.pay_nothing,
    _Teller.pay_again,
)


@st.composite
def lives(
    draw: st.DrawFn,
    *,
    size: int = 10,
    late: bool = True,
    withdrawals: bool = True,
    overlays: bool = True,
) -> Life:
    """Lives of up to *size* acts, with *late* approvals, *withdrawals* and *overlays*, or not."""
    teller = _teller(draw)
    theme = draw(st.sampled_from(_THEMES))
    if late:
        theme = (*theme, _Teller.remove_late, _Teller.mark_late)
    for _ in range(draw(st.integers(1, size))):
        teller.let_time_pass()
        other = draw(st.sampled_from(("fact", "fact", "fact", "fact", "withdrawal", "overlay")))
        if other == "overlay" and overlays:
            teller.overlay_facts += draw(st.sampled_from(_OVERLAYS))(teller)
        elif other == "withdrawal" and withdrawals:
            teller.withdraw()
        else:
            teller.facts += draw(st.sampled_from(theme))(teller)
    return Life(tuple(teller.facts), tuple(teller.overlay_facts))


@st.composite
def listed_lives(draw: st.DrawFn, *, size: int = 12) -> Life:
    """Lives of persons whom several bodies list, one of them the heir of another, and failures."""
    teller = _teller(draw, DAYS_OF_A_MERGER)
    teller.bodies, teller.failing = _some(draw, LISTING), _some(draw, FAILING_BODIES)
    theme = (*draw(st.sampled_from(_THEMES)), *_OF_ROSTERS * 3, _Teller.mark_late)
    for _ in range(draw(st.integers(1, size))):
        teller.let_time_pass()
        other = draw(
            st.sampled_from(("mark", "mark", "failure", "mark", "fact", "withdrawal", "overlay"))
        )
        if other == "withdrawal":
            teller.withdraw()
        elif other in {"failure", "overlay"}:
            act = _Teller.fail if other == "failure" else draw(st.sampled_from(_OVERLAYS))
            teller.overlay_facts += act(teller)
        else:
            acts = theme if other == "fact" else _OF_ROSTERS
            teller.facts += draw(st.sampled_from(acts))(teller)
    return Life(tuple(teller.facts), tuple(teller.overlay_facts))


def _some(draw: st.DrawFn, of: Sequence[Chosen]) -> list[Chosen]:
    """Few at a time, so that they meet."""
    return draw(st.lists(st.sampled_from(of), min_size=1, max_size=3, unique=True))


def _teller(draw: st.DrawFn, of: Sequence[date] = DAYS) -> _Teller:
    """Somebody who begins to tell a life, on or before its first day."""
    days = _some(draw, of)
    start = start_of(min(days)) - timedelta(days=draw(st.sampled_from((0, 1, 40))))
    return _Teller(draw, days, start.astimezone(UTC))


def boundary_days(*timelines: Timeline) -> list[date]:
    """The days on which an answer changes, with the day before and the day after each."""
    edges = {day for timeline in timelines for stretch in timeline for day in stretch[:2]}
    edges.discard(date.max)
    return sorted({edge + step * ONE_DAY for edge in edges for step in (-1, 0, 1)})
