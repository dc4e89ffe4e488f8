"""
What helps: what would give a person the right who has none, and from which day.

Every remedy is tried out: the facts that it would bring are added to those that are known, and
the same rules that decide everything else tell the days that are gained. A remedy is done on the
day asked about, or today if that has passed; a day beyond what can be reported today is read as
the last that can. What gives no right on the day on which it is done is no remedy.

The nearest comes first: what comes by itself, then what is only held back, then the grounds that
the person had, the latest first, then what is begun, then what anybody can do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from enum import IntEnum
from functools import partial
from typing import Final

from osms_common.domain.calendar import FOREVER, ONE_DAY, Month, first_day
from osms_common.domain.codes import Budget, Category, Document, PayerKind, System
from osms_server.domain.facts import (
    CategoryAssigned,
    DocumentRegistered,
    LapseLifted,
    PaymentReceived,
    RosterMark,
    UntoldBody,
)
from osms_server.domain.timeline import PAYER, SELF_PAYER
from osms_server.rules.acceptance import crisis_window_open
from osms_server.rules.missing_months import (
    Months,
    missing_for_payer,
    missing_for_self_payer,
    missing_through_due,
)
from osms_server.rules.overlays import lapses
from osms_server.rules.reference import (
    ASSIGNING_SOURCES,
    BODIES,
    BUDGET_OF,
    DOCUMENT_ROUTES,
    provisions_of,
)
from osms_server.rules.remedy import Action, OpenRoute, Remedy
from osms_server.rules.standing import Episode, Listing
from osms_server.rules.trial import Gain, Trial


class _Nearness(IntEnum):
    """How near a remedy is, by what there is already."""

    BY_ITSELF = 0
    HELD_BACK = 1
    HAD = 2
    BEGUN = 3
    OPEN = 4


def remedies(trial: Trial) -> tuple[Remedy, ...]:
    """What helps a person without the right on a day, the nearest first."""
    died_on = trial.standing.died_on
    if died_on != FOREVER and max(trial.day, trial.done_on) >= died_on:
        return (_nothing(trial),)
    found = list(_by_itself(trial))
    if not any(start <= trial.done_on < end for start, end in trial.entitled):
        found += [remedy for find in _FINDERS for remedy in find(trial)]
    return tuple(sorted(found, key=partial(_distance, trial)))


def _distance(trial: Trial, remedy: Remedy) -> tuple[int, int, int, int]:
    """By what remedies are ordered: how near, how long ago it held, how much it takes."""
    lasted = remedy.last_day or date.min
    return (_nearness(trial, remedy), -lasted.toordinal(), len(remedy.months), remedy.kind or 0)


def _nearness(trial: Trial, remedy: Remedy) -> _Nearness:
    if remedy.action is Action.WAIT:
        return _Nearness.BY_ITSELF
    if remedy.action is Action.LIFT_BUDGET_LAPSE:
        return _Nearness.HELD_BACK
    if remedy.last_day is not None:
        return _Nearness.HAD
    own = remedy.action is Action.PAY_AS_INDEPENDENT
    dated = trial.parameters.self_payer_run_months if own else trial.parameters.payer_window_months
    run = dated.on(trial.done_on)
    return _Nearness.BEGUN if 0 < len(remedy.months) < run else _Nearness.OPEN


def _nothing(trial: Trial) -> Remedy:
    """A death is registered: nothing helps."""
    dead = next(e for e in trial.standing.episodes if e.dead and e.end == trial.standing.died_on)
    return Remedy(
        Action.NONE,
        None,
        trial.done_on,
        None,
        ("p9.1",),
        category=dead.category,
        last_day=dead.end - ONE_DAY,
        reason=_reason(trial, dead),
    )


def _by_itself(trial: Trial) -> Iterator[Remedy]:
    """The right that comes by itself, or has come since the day asked about."""
    coming = [s for s in trial.timeline if s.start > trial.day and s.end > trial.done_on]
    if coming:
        first = coming[0]
        days = next(days for days in trial.entitled if days[0] <= first.start < days[1])
        ground = first.grounds[0]
        yield Remedy(
            Action.WAIT,
            ground.kind,
            trial.done_on,
            days,
            provisions_of(ground),
            category=ground.category,
        )


def _lifted(trial: Trial) -> Iterator[Remedy]:
    """The budget of a category pays again (p. 9 part 2)."""
    unpaid = {
        BUDGET_OF[e.category]: e.category
        for e in reversed(trial.standing.episodes)
        if e.start <= trial.done_on < e.end and e.category in BUDGET_OF
    }
    standing = zip(trial.overlays.recorded, lapses(trial.overlays), strict=True)
    for fact, lapse in standing:
        category = unpaid.get(Budget(lapse.budget))
        if category is None or not first_day(lapse.since) <= trial.done_on < lapse.lifted_on:
            continue
        lifted = (*trial.overlays.lifted, LapseLifted(fact.lapse_id, trial.revision))
        gain = trial.gained(overlays=replace(trial.overlays, lifted=lifted))
        if gain:
            yield Remedy(
                Action.LIFT_BUDGET_LAPSE,
                gain.code.kind,
                trial.done_on,
                gain.days,
                ("p9.2",),
                category=category,
                budget=Budget(lapse.budget),
                systems=(System.FUND,),
            )


def _reported(trial: Trial) -> Iterator[Remedy]:
    """The category, or the treaty listing, that ended last is reported anew by its source."""
    ended = _ended(trial)
    for is_treaty in (False, True):
        mine = [e for e in ended if (e.category is Category.TREATY) is is_treaty]
        if mine:
            yield from _report(trial, mine[0])


def _ended(trial: Trial) -> list[Episode]:
    """The episodes that have ended, of categories that no longer hold, the latest first."""
    holding = _holding(trial)
    ended = [
        e
        for e in trial.standing.episodes
        if e.start < e.end <= trial.done_on and e.category not in holding
    ]
    return sorted(ended, key=lambda episode: -episode.end.toordinal())


def _holding(trial: Trial) -> set[Category]:
    """The categories of which an episode holds, whether or not it gives the right."""
    day = trial.done_on
    return {e.category for e in trial.standing.episodes if e.start <= day < e.end}


def _report(trial: Trial, ended: Episode) -> Iterator[Remedy]:
    begun = {(fact.category, fact.assigned_on) for fact in trial.facts.assigned}
    if (ended.category, trial.done_on) in begun:
        return  # the same episode again would be a duplicate
    sources = ASSIGNING_SOURCES[ended.category].on(trial.done_on)
    systems = tuple(system for system in System if system in sources)
    fact = CategoryAssigned(ended.category, trial.done_on, systems[0], trial.revision)
    gain = trial.gained(facts=replace(trial.facts, assigned=(*trial.facts.assigned, fact)))
    is_treaty = ended.category is Category.TREATY
    if gain:
        yield Remedy(
            Action.REPORT_TREATY_LISTING if is_treaty else Action.REPORT_CATEGORY,
            gain.code.kind,
            trial.done_on,
            gain.days,
            provisions_of(gain.code),
            category=ended.category,
            systems=systems,
            last_day=ended.end - ONE_DAY,
            reason=_reason(trial, ended),
        )


def _reason(trial: Trial, ended: Episode) -> str:
    """The reason of the removal that ended an episode."""
    removals = [
        fact
        for fact in trial.facts.removed
        if (fact.category, fact.assigned_on) == (ended.category, ended.start)
    ]
    return max(removals, key=lambda fact: fact.order).reason


def _listed(trial: Trial) -> Iterator[Remedy]:
    """The body whose roster listed the person last lists the person again (p. 62-65)."""
    day = trial.done_on
    ended = [each for each in trial.standing.listings if each.start < each.end <= day]
    if not ended:
        return
    last = max(ended, key=lambda listing: listing.end)
    body = _speaking(last, day)
    if body is None:
        return
    mark = RosterMark(body, trial.revision, 0, listed=True, known=trial.revision)
    gain = trial.gained(facts=replace(trial.facts, roster=(*trial.facts.roster, mark)))
    if gain:
        yield Remedy(
            Action.LIST_ON_ROSTER,
            gain.code.kind,
            day,
            gain.days,
            provisions_of(gain.code),
            systems=(body,),
            last_day=last.end - ONE_DAY,
        )


def _speaking(listing: Listing, day: date) -> System | None:
    """The body that sends the roster on a day: its own, or the heir of one that has ended."""
    assert not isinstance(listing.body, UntoldBody)  # remedies are for the Fund, which is told all
    body = BODIES[listing.body]
    while day >= body.end and body.successor is not None:
        body = BODIES[body.successor]
    return body.system if body.start <= day < body.end else None


def _paid(trial: Trial) -> Iterator[Remedy]:
    """
    The months that a window lacks are paid (p. 10): the fewest, and all through the last due.

    The fewest may give no more than the rest of a retention; who pays all that is due is on time.
    """
    lacking = missing_for_payer(trial.standing, trial.done_on, trial.parameters)
    through_due = missing_through_due(trial.standing, trial.done_on, trial.parameters)
    fewest = _payment(trial, Action.PAY_MONTHS, lacking, PayerKind.EMPLOYER)
    if fewest is None:
        return
    yield fewest
    longer = _payment(trial, Action.PAY_MONTHS, through_due, PayerKind.EMPLOYER)
    if longer is not None and _last_of(longer) > _last_of(fewest):
        yield longer


def _last_of(remedy: Remedy) -> date:
    assert remedy.restored is not None
    return remedy.restored[1]


def _paid_independently(trial: Trial) -> Iterator[Remedy]:
    """The months that a run of an independent payer lacks are paid (p. 11)."""
    kind = min(trial.parameters.self_payer_kinds.on(trial.done_on))
    lacking = missing_for_self_payer(trial.standing, trial.done_on, trial.parameters)
    found = _payment(trial, Action.PAY_AS_INDEPENDENT, lacking, kind)
    if found is not None:
        yield found


def _payment(
    trial: Trial, action: Action, lacking: list[Months], payer: PayerKind
) -> Remedy | None:
    """The first months that can be paid and give the right."""
    before = PAYER if action is Action.PAY_MONTHS else SELF_PAYER
    held = [s.end for s in trial.spans if s.code == before and s.end <= trial.done_on]
    for months in lacking:
        if months[0] < trial.limits.first_period or months[-1] > trial.limits.last_period:
            continue
        gain = _gained_by_paying(trial, payer, months)
        if gain:
            return Remedy(
                action,
                gain.code.kind,
                trial.done_on,
                gain.days,
                provisions_of(gain.code),
                months=months,
                last_day=max(held) - ONE_DAY if held else None,
            )
    return None


def _gained_by_paying(trial: Trial, kind: PayerKind, months: Months) -> Gain | None:
    payments = tuple(_one_payment(trial, kind, month) for month in months)
    return trial.gained(facts=replace(trial.facts, payments=(*trial.facts.payments, *payments)))


def _one_payment(trial: Trial, kind: PayerKind, month: Month) -> PaymentReceived:
    code = min(trial.parameters.counted_purpose_codes.on(first_day(month)))
    return PaymentReceived("", month, code, trial.done_on, 1, kind, trial.revision)


def _registered(trial: Trial) -> Iterator[Remedy]:
    """The Fund registers the person on documents, for one month (p. 21, 57)."""
    routes = _open_routes(trial)
    if not routes:
        return
    fact = DocumentRegistered("", routes[0].category, trial.done_on, trial.revision)
    gain = trial.gained(facts=replace(trial.facts, registered=(*trial.facts.registered, fact)))
    if gain:
        yield Remedy(
            Action.REGISTER_ON_DOCUMENTS,
            gain.code.kind,
            trial.done_on,
            gain.days,
            ("p21", "p57"),
            systems=(System.FUND,),
            last_day=_last_day_in(trial, routes[0].category),
            routes=routes,
        )


def _open_routes(trial: Trial) -> tuple[OpenRoute, ...]:
    """The categories in which the person could be registered, those that ended lately first."""
    closed = _holding(trial)
    if not crisis_window_open(trial.done_on, trial.parameters):
        closed.add(Category.CRISIS_RELEASE)
    before = [episode.category for episode in _ended(trial)]
    repeated = {fact.category for fact in trial.facts.registered}
    in_order = dict.fromkeys([*before, *DOCUMENT_ROUTES])
    return tuple(
        OpenRoute(
            category,
            tuple(tuple(d for d in Document if d in group) for group in route.groups),
            route.provision,
            category in repeated,
        )
        for category in in_order
        if category not in closed and (route := DOCUMENT_ROUTES.get(category))
    )


def _last_day_in(trial: Trial, category: Category) -> date | None:
    """The last day of a category that has ended."""
    ended = [episode.end for episode in _ended(trial) if episode.category is category]
    return max(ended) - ONE_DAY if ended else None


_FINDERS: Final[tuple[Callable[[Trial], Iterator[Remedy]], ...]] = (
    _lifted,
    _reported,
    _listed,
    _paid,
    _paid_independently,
    _registered,
)
