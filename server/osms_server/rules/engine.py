"""
The decision: from what is known of a person to the timeline of the right.

`grounds` reads the spans off what stands; `decide` adds what is laid over them and the days that
are held. Both are pure: the same facts, overlays and parameters give the same timeline, on any
machine, forever.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from itertools import pairwise

from osms_common.domain.calendar import FOREVER, day_after
from osms_common.domain.revision import Revision, day_of_tick, last_of_tick, tick_of
from osms_server.domain.facts import Overlays, PersonFacts
from osms_server.domain.timeline import HELD, RANK, GroundCode, Stretch, Timeline, encode_timeline
from osms_server.rules.grounds.category import category_spans
from osms_server.rules.grounds.document import document_spans
from osms_server.rules.grounds.payer import payer_spans
from osms_server.rules.grounds.roster import roster_spans
from osms_server.rules.grounds.self_payer import self_payer_spans
from osms_server.rules.overlays import incidents, lapsed, lapses, preserved
from osms_server.rules.parameters import Parameters
from osms_server.rules.span import GroundSpan
from osms_server.rules.spans import Days, covers, merged, within, without
from osms_server.rules.standing import Standing, stand

NO_OVERLAYS = Overlays()


def grounds(standing: Standing, parameters: Parameters) -> list[GroundSpan]:
    """The spans of every ground that the facts give; none holds on or after a death."""
    died_on = standing.died_on
    spans = [
        *category_spans(standing, parameters),
        *roster_spans(standing, parameters),
        *payer_spans(standing, parameters),
        *self_payer_spans(standing, parameters),
        *document_spans(standing),
    ]
    if died_on == FOREVER:
        return spans
    return [span._replace(end=min(span.end, died_on)) for span in spans if span.start < died_on]


def grounds_under(
    standing: Standing, overlays: Overlays, parameters: Parameters
) -> list[GroundSpan]:
    """The spans of every ground, with unpaid budgets and technical failures laid over them."""
    spans = grounds(standing, parameters)
    if not overlays:
        return spans
    known_lapses = lapses(overlays)
    spans = [part for span in spans for part in lapsed(span, known_lapses, parameters)]
    return spans + list(preserved(spans, incidents(overlays), standing.died_on))


@lru_cache(maxsize=200_000)
def standing_timeline(standing: Standing, parameters: Parameters) -> str:
    """
    The timeline that *standing* gives, as text, without held days and overlays.

    People with the same standing have the same timeline: a feed asks for each of them once.
    """
    return encode_timeline(compose(grounds(standing, parameters)))


def decide(
    facts: PersonFacts,
    parameters: Parameters,
    *,
    known: Revision,
    overlays: Overlays = NO_OVERLAYS,
) -> Timeline:
    """The timeline as known at *known*, with overlays and held days."""
    states = _States(facts, overlays, parameters, known)
    return compose([*states.last_spans(), *(_held(days) for days in states.held_days())])


class _States:
    """
    What was known of a person at each instant at which something became known.

    Facts of one tick became known together: what stood between two of them was never known.
    """

    def __init__(
        self, facts: PersonFacts, overlays: Overlays, parameters: Parameters, known: Revision
    ) -> None:
        self._facts = facts
        self._overlays = overlays
        self._parameters = parameters
        self._known = known
        revisions = facts.revisions() | overlays.revisions()
        self._ticks = sorted({tick_of(revision) for revision in revisions if revision <= known})

    def last_spans(self) -> list[GroundSpan]:
        """The spans as known at the last instant."""
        return self._spans_at(self._known)

    def held_days(self) -> list[Days]:
        """
        The days on which the right was known at an instant of the day, and no more is.

        A state counts for the days from the instant at which it became known to the instant
        before the next did; days on which the right is known now need not be looked at.
        """
        entitled = _entitled(self.last_spans())
        held: list[Days] = []
        for tick, next_tick in pairwise(self._ticks):
            start, end = day_of_tick(tick), day_after(day_of_tick(next_tick - 1))
            if not covers(entitled, start, end):
                told = _entitled(self._spans_at(last_of_tick(tick)))
                held += without(within(told, start, end), entitled)
        return merged(held)

    def _spans_at(self, known: Revision) -> list[GroundSpan]:
        standing = stand(self._facts.known_at(known), self._parameters)
        return grounds_under(standing, self._overlays.known_at(known), self._parameters)


def _entitled(spans: Iterable[GroundSpan]) -> list[Days]:
    return merged((span.start, span.end) for span in spans)


def _held(days: Days) -> GroundSpan:
    return GroundSpan(HELD, days[0], days[1], frozenset())


def compose(spans: Iterable[GroundSpan]) -> Timeline:
    """The union of the spans as stretches, each with its grounds in the order of reporting."""
    holding = [span for span in spans if span.start < span.end]
    if len(holding) == 1:
        only = holding[0]
        return (Stretch(only.start, only.end, (only.code,)),)
    days = sorted({day for span in holding for day in (span.start, span.end)})
    stretches: list[Stretch] = []
    for start, end in pairwise(days):
        codes = _codes_on(start, holding)
        if codes and stretches and stretches[-1].end == start and stretches[-1].grounds == codes:
            stretches[-1] = stretches[-1]._replace(end=end)
        elif codes:
            stretches.append(Stretch(start, end, codes))
    return tuple(stretches)


def _codes_on(day: date, spans: list[GroundSpan]) -> tuple[GroundCode, ...]:
    codes = {span.code for span in spans if span.start <= day < span.end}
    return tuple(sorted(codes, key=RANK.__getitem__))
