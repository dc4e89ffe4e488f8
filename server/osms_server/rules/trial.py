"""
Trying out what would be: the days that are gained if more were known.

What is tried is added to the facts that are known, as if it became known on the day of the trial,
and the same rules that decide everything else tell the days of the right.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from osms_common.domain.calendar import start_of
from osms_common.domain.revision import Revision, next_revision
from osms_server.domain.facts import Overlays, PersonFacts
from osms_server.domain.timeline import GroundCode, Timeline, stretch_on
from osms_server.rules.acceptance import Limits, limits_on
from osms_server.rules.engine import compose, grounds_under
from osms_server.rules.parameters import Parameters
from osms_server.rules.span import GroundSpan
from osms_server.rules.spans import Days, merged, without
from osms_server.rules.standing import Standing, stand


class Gain(NamedTuple):
    """What a trial gives: the days of the right, and the ground that is reported on its day."""

    days: Days
    code: GroundCode


@dataclass(frozen=True, slots=True)
class Trial:
    """What is known of a person without the right on *day*, and the day of the trial."""

    facts: PersonFacts
    overlays: Overlays
    parameters: Parameters
    day: date
    done_on: date
    """The day asked about, or today if that has passed; never beyond what can be reported."""

    revision: Revision
    """The revision at which something done on *done_on* would become known."""

    limits: Limits
    standing: Standing
    spans: list[GroundSpan]
    entitled: list[Days]
    """The days of the right as things stand."""

    timeline: Timeline

    def gained(
        self, *, facts: PersonFacts | None = None, overlays: Overlays | None = None
    ) -> Gain | None:
        """
        The right that other facts or overlays give; None if they do not give it on *done_on*.

        Its days begin with the first of the gained days around *done_on*, and last to the end of
        the unbroken right.
        """
        standing = self.standing if facts is None else stand(facts, self.parameters)
        known = self.overlays if overlays is None else overlays
        spans = grounds_under(standing, known, self.parameters)
        after = merged([*self.entitled, *((span.start, span.end) for span in spans)])
        for start, end in without(after, self.entitled):
            if start <= self.done_on < end:
                given = stretch_on(compose(spans), self.done_on)
                assert given is not None
                unbroken = next(last for first, last in after if first <= start < last)
                return Gain((start, unbroken), given.grounds[0])
        return None


def trial_for(  # noqa: PLR0913 - what is known, and two days
    facts: PersonFacts,
    overlays: Overlays,
    parameters: Parameters,
    timeline: Timeline,
    *,
    known: Revision,
    day: date,
    today: date,
) -> Trial:
    """A trial of what gives a right on *day*, which *timeline*, as known at *known*, does not."""
    facts, overlays = facts.known_at(known), overlays.known_at(known)
    standing = stand(facts, parameters)
    limits = limits_on(today, parameters)
    done_on = min(max(day, today), limits.last_date)
    return Trial(
        facts=facts,
        overlays=overlays,
        parameters=parameters,
        day=day,
        done_on=done_on,
        revision=next_revision(known, start_of(done_on)),
        limits=limits,
        standing=standing,
        spans=grounds_under(standing, overlays, parameters),
        entitled=merged((stretch.start, stretch.end) for stretch in timeline),
        timeline=timeline,
    )
