"""
What concerns many people at once: unpaid budgets (p. 9 part 2) and technical failures (p. 13).

Neither touches a person's facts or changes a month's satisfaction; both are laid over the grounds
that the facts give.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from osms_common.domain.calendar import (
    FOREVER,
    ONE_DAY,
    Month,
    day_after,
    first_day,
    later,
)
from osms_common.domain.codes import GroundKind, System
from osms_common.domain.revision import day_of
from osms_server.domain.facts import Overlays
from osms_server.domain.timeline import LAPSE_RETENTION, PRESERVED
from osms_server.rules.parameters import Parameters
from osms_server.rules.reference import BUDGET_OF
from osms_server.rules.span import GroundSpan
from osms_server.rules.spans import merged, without


class Lapse(NamedTuple):
    """A budget pays nothing from the first day of *since* until *lifted_on*, not included."""

    budget: int
    since: Month
    lifted_on: date


class Incident(NamedTuple):
    """Systems failed on *started_on*; [after, end) are the days on which rights are preserved."""

    incident_code: str
    systems: frozenset[System]
    started_on: date
    end: date


def lapses(overlays: Overlays) -> list[Lapse]:
    """The lapses that are or were recorded, with the day from which each is lifted."""
    lifted = {fact.lapse_id: day_of(fact.known) for fact in overlays.lifted}
    return [
        Lapse(fact.budget, fact.since, lifted.get(fact.lapse_id, FOREVER))
        for fact in overlays.recorded
    ]


def incidents(overlays: Overlays) -> list[Incident]:
    """The incidents that are or were declared; one that lasts is open-ended."""
    ended = {fact.incident_code: day_after(fact.ended_on) for fact in overlays.closed}
    return [
        Incident(
            fact.incident_code,
            fact.systems,
            fact.started_on,
            ended.get(fact.incident_code, FOREVER),
        )
        for fact in overlays.declared
    ]


def lapsed(
    span: GroundSpan, standing_lapses: list[Lapse], parameters: Parameters
) -> Iterator[GroundSpan]:
    """The span, with the days of unpaid budgets as retention or left out."""
    if span.code.kind is not GroundKind.CATEGORY or span.code.category is None:
        yield span
        return
    mine = [lapse for lapse in standing_lapses if lapse.budget == BUDGET_OF[span.code.category]]
    kept = [(first_day(lapse.since), _kept_until(lapse, parameters)) for lapse in mine]
    unpaid = merged((first_day(lapse.since), lapse.lifted_on) for lapse in mine)
    for start, end in without([(span.start, span.end)], unpaid):
        yield span._replace(start=start, end=end)
    code = LAPSE_RETENTION[span.code.category]
    for start, end in merged((max(s, span.start), min(e, span.end)) for s, e in kept):
        yield span._replace(code=code, start=start, end=end)


def _kept_until(lapse: Lapse, parameters: Parameters) -> date:
    months = parameters.budget_lapse_months.on(first_day(lapse.since))
    return min(lapse.lifted_on, first_day(later(lapse.since, months)))


def preserved(
    spans: list[GroundSpan], known_incidents: list[Incident], died_on: date
) -> Iterator[GroundSpan]:
    """The days without a ground on which a right is kept because its system has failed."""
    covered = merged((span.start, span.end) for span in spans)
    kept = [
        (incident.started_on + ONE_DAY, min(incident.end, died_on))
        for incident in known_incidents
        if any(_depends(span, incident) for span in spans)
    ]
    for start, end in without(merged(kept), covered):
        yield GroundSpan(PRESERVED, start, end, frozenset())


class Reach(NamedTuple):
    """The days up to which overlays can change an answer; None where they cannot at all."""

    of_lapses: date | None
    of_incidents: date | None


def reach(overlays: Overlays) -> Reach:
    """
    How far overlays reach: the last day, included, about which an answer may need them.

    A lapse reaches to the day on which it is lifted, an incident to its end, or to the day on
    which its end became known if that is later, since until then people were told otherwise.
    """
    closed = {fact.incident_code: day_of(fact.known) for fact in overlays.closed}
    incident_days = (
        max(incident.end, closed.get(incident.incident_code, FOREVER))
        for incident in incidents(overlays)
    )
    return Reach(
        max((lapse.lifted_on for lapse in lapses(overlays)), default=None),
        max(incident_days, default=None),
    )


def _depends(span: GroundSpan, incident: Incident) -> bool:
    """Whether a ground held on the start day that depends on what failed; FUND fails for all."""
    return span.start <= incident.started_on < span.end and (
        System.FUND in incident.systems or bool(span.depends_on & incident.systems)
    )
