"""
Why: the grounds of one day with what each rests on, and why every other kind does not hold.

The reasons are codes with details; the sentences are made from them where they leave the service.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from osms_common.domain.calendar import (
    ONE_DAY,
    Month,
    first_day,
    later,
    month_of,
    month_text,
)
from osms_common.domain.codes import Category, GroundKind, System
from osms_common.domain.revision import Revision
from osms_server.domain.facts import Overlays, PersonFacts
from osms_server.domain.ledger import decode_ledger
from osms_server.domain.timeline import (
    LONG_PAYER_RETENTION,
    PAYER,
    PAYER_RETENTION,
    SELF_PAYER,
    GroundCode,
    Timeline,
    stretch_on,
)
from osms_server.rules.engine import decide, grounds_under
from osms_server.rules.grounds.payer import PayerWindow, payer_windows, satisfied_months
from osms_server.rules.grounds.self_payer import self_paid_runs
from osms_server.rules.overlays import Lapse, incidents, lapses
from osms_server.rules.parameters import Parameters
from osms_server.rules.reference import BUDGET_OF
from osms_server.rules.span import GroundSpan
from osms_server.rules.standing import Episode, Listing, Registration, Standing, stand


class Absence(StrEnum):
    """Why a kind of ground does not hold on a day."""

    DIED = "DIED"
    NEVER_LISTED = "NEVER_LISTED"
    LISTING_ENDED = "LISTING_ENDED"
    LISTING_NOT_BEGUN = "LISTING_NOT_BEGUN"
    NO_CATEGORY = "NO_CATEGORY"
    CATEGORY_ENDED = "CATEGORY_ENDED"
    CATEGORY_NOT_BEGUN = "CATEGORY_NOT_BEGUN"
    BUDGET_UNPAID = "BUDGET_UNPAID"
    NO_TREATY_LISTING = "NO_TREATY_LISTING"
    TREATY_LISTING_ENDED = "TREATY_LISTING_ENDED"
    TREATY_LISTING_NOT_BEGUN = "TREATY_LISTING_NOT_BEGUN"
    NO_PAYMENTS = "NO_PAYMENTS"
    MONTHS_MISSING = "MONTHS_MISSING"
    PAYMENTS_NOT_BEGUN = "PAYMENTS_NOT_BEGUN"
    PAYMENTS_ENDED = "PAYMENTS_ENDED"
    NO_INDEPENDENT_PAYMENTS = "NO_INDEPENDENT_PAYMENTS"
    RUN_INCOMPLETE = "RUN_INCOMPLETE"
    RUN_NOT_BEGUN = "RUN_NOT_BEGUN"
    RUN_ENDED = "RUN_ENDED"
    NOT_REGISTERED = "NOT_REGISTERED"
    REGISTRATION_ENDED = "REGISTRATION_ENDED"
    REGISTRATION_NOT_BEGUN = "REGISTRATION_NOT_BEGUN"
    NOTHING_TO_KEEP = "NOTHING_TO_KEEP"
    RETENTION_ENDED = "RETENTION_ENDED"
    RETENTION_NOT_BEGUN = "RETENTION_NOT_BEGUN"
    NO_INCIDENT = "NO_INCIDENT"
    NO_GROUND_FAILED = "NO_GROUND_FAILED"
    NOT_NEEDED = "NOT_NEEDED"
    NOT_TOLD = "NOT_TOLD"


class AbsentGround(NamedTuple):
    """A kind of ground that does not hold on the day, and why."""

    kind: GroundKind
    reason: Absence
    details: Mapping[str, str]


class PaidMonthsBasis(NamedTuple):
    """A ground rests on what satisfied the months [first, last], both included."""

    first: Month
    last: Month
    independent: bool


Basis = Episode | Listing | Registration | PaidMonthsBasis


class HoldingGround(NamedTuple):
    """A ground that holds on the day: its unbroken days [start, end), and what it rests on."""

    code: GroundCode
    start: date
    end: date
    depends_on: frozenset[System]
    bases: tuple[Basis, ...]


class Explanation(NamedTuple):
    """Everything about one day of one person."""

    timeline: Timeline
    holding: tuple[HoldingGround, ...]
    absent: tuple[AbsentGround, ...]


class _Case(NamedTuple):
    """What the reasons are read from."""

    day: date
    standing: Standing
    spans: list[GroundSpan]
    overlays: Overlays
    parameters: Parameters


def explain(
    facts: PersonFacts,
    overlays: Overlays,
    parameters: Parameters,
    *,
    known: Revision,
    day: date,
) -> Explanation:
    """Explains *day* as known at *known*."""
    timeline = decide(facts, parameters, known=known, overlays=overlays)
    standing = stand(facts.known_at(known), parameters)
    known_overlays = overlays.known_at(known)
    spans = grounds_under(standing, known_overlays, parameters)
    case = _Case(day, standing, spans, known_overlays, parameters)
    stretch = stretch_on(timeline, day)
    codes = stretch.grounds if stretch else ()
    holding = tuple(_holding(code, case, timeline) for code in codes)
    kinds = {ground.code.kind for ground in holding}
    absent = tuple(_absent(kind, case, kinds) for kind in GroundKind if kind not in kinds)
    return Explanation(timeline, holding, absent)


def _holding(code: GroundCode, case: _Case, timeline: Timeline) -> HoldingGround:
    spans = [s for s in case.spans if s.code == code and s.start <= case.day < s.end]
    start, end = _unbroken(code, case.day, timeline)
    bases = [span.basis for span in spans if span.basis is not None]
    depends_on = frozenset().union(*(span.depends_on for span in spans))
    return HoldingGround(code, start, end, depends_on, (*bases, *_payment_bases(code, case)))


def _unbroken(code: GroundCode, day: date, timeline: Timeline) -> tuple[date, date]:
    """The unbroken days around *day* on which the timeline reports *code*."""
    around = [stretch for stretch in timeline if code in stretch.grounds]
    at = next(i for i, stretch in enumerate(around) if stretch.start <= day < stretch.end)
    first = last = at
    while first and around[first - 1].end == around[first].start:
        first -= 1
    while last + 1 < len(around) and around[last].end == around[last + 1].start:
        last += 1
    return around[first].start, around[last].end


def _payment_bases(code: GroundCode, case: _Case) -> Iterator[PaidMonthsBasis]:
    """The months on which a payer's ground, or the retention after it, rests on the day."""
    windows = payer_windows(case.standing, case.parameters)
    giving = [window for window in windows if window.start <= case.day < window.end]
    if giving and code == _given_by(giving, case.day):
        yield _window_basis(giving, code, case.parameters)
    if code in {SELF_PAYER, PAYER_RETENTION}:
        for run in self_paid_runs(case.standing, case.parameters):
            days = run.right if code == SELF_PAYER else run.kept
            if days[0] <= case.day < days[1]:
                last_month = later(run.first_month, run.months - 1)
                yield PaidMonthsBasis(run.first_month, last_month, independent=True)


def _given_by(windows: list[PayerWindow], day: date) -> GroundCode:
    """The one ground that complete windows give together on a day that each of them reaches."""
    if any(day < window.due for window in windows):
        return PAYER
    return LONG_PAYER_RETENTION if any(w.is_long for w in windows) else PAYER_RETENTION


def _window_basis(
    windows: list[PayerWindow], code: GroundCode, parameters: Parameters
) -> PaidMonthsBasis:
    """The months of the last window that gives a ground: a long run where it is what counts."""
    is_long = code == LONG_PAYER_RETENTION
    last = [window for window in windows if window.is_long or not is_long][-1]
    short = parameters.payer_window_months.on(first_day(last.last_month))
    months = last.months if is_long else short
    return PaidMonthsBasis(later(last.last_month, 1 - months), last.last_month, independent=False)


def _absent(kind: GroundKind, case: _Case, holding: set[GroundKind]) -> AbsentGround:
    if case.day >= case.standing.died_on and kind is not GroundKind.HELD:
        return _because(kind, Absence.DIED, died_on=case.standing.died_on)
    if kind is GroundKind.HELD:
        reason = Absence.NOT_NEEDED if holding else Absence.NOT_TOLD
        return _because(kind, reason)
    return _REASONS[kind](case, holding)


def _because(kind: GroundKind, reason: Absence, **details: object) -> AbsentGround:
    return AbsentGround(kind, reason, {name: str(value) for name, value in details.items()})


def _around(
    kind: GroundKind, spans: list[tuple[date, date]], day: date, reasons: tuple[Absence, ...]
) -> AbsentGround:
    """Why a kind with known days, some of them empty, does not hold: none, ended, not begun."""
    none, ended, not_begun = reasons
    holding = [(start, end) for start, end in spans if start < end]
    before = [end for _, end in holding if end <= day]
    after = [start for start, _ in holding if start > day]
    if before:
        return _because(kind, ended, last_day=max(before) - ONE_DAY)
    if after:
        return _because(kind, not_begun, first_day=min(after))
    return _because(kind, none)


def _roster_absent(case: _Case, _: set[GroundKind]) -> AbsentGround:
    days = [(each.start, each.end) for each in case.standing.listings]
    reasons = (Absence.NEVER_LISTED, Absence.LISTING_ENDED, Absence.LISTING_NOT_BEGUN)
    return _around(GroundKind.ROSTER, days, case.day, reasons)


def _category_absent(case: _Case, _: set[GroundKind]) -> AbsentGround:
    episodes = [e for e in case.standing.episodes if e.category is not Category.TREATY]
    held_back = [e for e in episodes if e.start <= case.day < e.end]
    if held_back:
        budget = BUDGET_OF[held_back[0].category]
        since = min(lapse.since for lapse in _standing_lapses(case) if lapse.budget == budget)
        return _because(
            GroundKind.CATEGORY,
            Absence.BUDGET_UNPAID,
            category=held_back[0].category,
            budget=budget.name,
            since=month_text(since),
        )
    days = [(e.start, e.end) for e in episodes]
    reasons = (Absence.NO_CATEGORY, Absence.CATEGORY_ENDED, Absence.CATEGORY_NOT_BEGUN)
    return _around(GroundKind.CATEGORY, days, case.day, reasons)


def _standing_lapses(case: _Case) -> list[Lapse]:
    """The lapses that stand on the day."""
    return [
        lapse
        for lapse in lapses(case.overlays)
        if first_day(lapse.since) <= case.day < lapse.lifted_on
    ]


def _treaty_absent(case: _Case, _: set[GroundKind]) -> AbsentGround:
    days = [(e.start, e.end) for e in case.standing.episodes if e.category is Category.TREATY]
    reasons = (
        Absence.NO_TREATY_LISTING,
        Absence.TREATY_LISTING_ENDED,
        Absence.TREATY_LISTING_NOT_BEGUN,
    )
    return _around(GroundKind.TREATY, days, case.day, reasons)


def _payer_absent(case: _Case, _: set[GroundKind]) -> AbsentGround:
    paid = decode_ledger(case.standing.ledger).any_payer
    if not paid:
        return _because(GroundKind.PAYER, Absence.NO_PAYMENTS)
    months = sorted(paid)
    relevant = [month for month in months if month <= month_of(case.day)]
    last = relevant[-1] if relevant else months[0]
    missing = _missing_months(case, paid, last)
    if missing:
        return _because(
            GroundKind.PAYER,
            Absence.MONTHS_MISSING,
            last_paid_month=month_text(last),
            missing_months=", ".join(month_text(month) for month in missing),
        )
    days = [(w.start, w.due) for w in payer_windows(case.standing, case.parameters)]
    reasons = (Absence.PAYMENTS_NOT_BEGUN, Absence.PAYMENTS_ENDED, Absence.PAYMENTS_NOT_BEGUN)
    return _around(GroundKind.PAYER, days, case.day, reasons)


def _missing_months(case: _Case, paid: Mapping[Month, date], last: Month) -> list[Month]:
    """The months of the window ending with *last* that nothing satisfies."""
    length = case.parameters.payer_window_months.on(first_day(last))
    satisfied = satisfied_months(case.standing, paid, case.parameters)
    window = (later(last, ahead - length + 1) for ahead in range(length))
    return [month for month in window if month not in satisfied]


def _self_payer_absent(case: _Case, _: set[GroundKind]) -> AbsentGround:
    kind = GroundKind.SELF_PAYER
    paid = decode_ledger(case.standing.ledger).independent
    if not paid:
        return _because(kind, Absence.NO_INDEPENDENT_PAYMENTS)
    runs = self_paid_runs(case.standing, case.parameters)
    if not runs:
        return _because(
            kind,
            Absence.RUN_INCOMPLETE,
            paid_months=", ".join(month_text(month) for month in sorted(paid)),
        )
    reasons = (Absence.RUN_NOT_BEGUN, Absence.RUN_ENDED, Absence.RUN_NOT_BEGUN)
    return _around(kind, [run.right for run in runs], case.day, reasons)


def _document_absent(case: _Case, _: set[GroundKind]) -> AbsentGround:
    days = [(r.start, r.end) for r in case.standing.registrations]
    reasons = (Absence.NOT_REGISTERED, Absence.REGISTRATION_ENDED, Absence.REGISTRATION_NOT_BEGUN)
    return _around(GroundKind.DOCUMENT, days, case.day, reasons)


def _retention_absent(case: _Case, _: set[GroundKind]) -> AbsentGround:
    days = [(s.start, s.end) for s in case.spans if s.code.kind is GroundKind.RETENTION]
    reasons = (Absence.NOTHING_TO_KEEP, Absence.RETENTION_ENDED, Absence.RETENTION_NOT_BEGUN)
    return _around(GroundKind.RETENTION, days, case.day, reasons)


def _preserved_absent(case: _Case, holding: set[GroundKind]) -> AbsentGround:
    kind = GroundKind.PRESERVED
    lasting = [i for i in incidents(case.overlays) if i.started_on < case.day < i.end]
    if not lasting:
        return _because(kind, Absence.NO_INCIDENT)
    if holding - {GroundKind.HELD}:
        return _because(kind, Absence.NOT_NEEDED)
    codes = ", ".join(incident.incident_code for incident in lasting)
    return _because(kind, Absence.NO_GROUND_FAILED, incidents=codes)


_REASONS: Mapping[GroundKind, Callable[[_Case, set[GroundKind]], AbsentGround]] = {
    GroundKind.ROSTER: _roster_absent,
    GroundKind.CATEGORY: _category_absent,
    GroundKind.TREATY: _treaty_absent,
    GroundKind.PAYER: _payer_absent,
    GroundKind.SELF_PAYER: _self_payer_absent,
    GroundKind.DOCUMENT: _document_absent,
    GroundKind.RETENTION: _retention_absent,
    GroundKind.PRESERVED: _preserved_absent,
}
