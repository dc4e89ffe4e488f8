"""
Lays technical failures and unpaid budgets over timelines, when a question is answered.

There are few of them, and most of the time none: they are kept, and read again only when the head
of the register says that one has changed. Only people whose answer they may change have their
facts read and decided.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from osms_common.domain.identifiers import Iin
from osms_common.domain.revision import NOTHING_KNOWN, Revision
from osms_server.application.law import Law
from osms_server.application.ports import Head, LookUpFacts
from osms_server.domain.facts import Overlays
from osms_server.domain.timeline import HELD, encode_timeline, find_day
from osms_server.rules.engine import decide
from osms_server.rules.overlays import Reach, reach


class Overlaying:
    """The overlays of a register, as far as they are known."""

    def __init__(self, facts: LookUpFacts, law: Law) -> None:
        self._facts = facts
        self._law = law
        self.forget()

    def forget(self) -> None:
        """Reads the overlays again at the next question: a sandbox was emptied."""
        nothing = (NOTHING_KNOWN, Overlays(), Reach(None, None))
        self._known: tuple[Revision, Overlays, Reach] = nothing

    def may_change(self, head: Head) -> bool:
        """Whether there are any at *head*, or may be; if not, timelines are as they are kept."""
        revision, overlays, _ = self._known
        return revision != head.overlay_revision or bool(overlays)

    def laid_over(
        self, head: Head, timelines: Mapping[Iin, str], on_date: date | None
    ) -> Mapping[Iin, str]:
        """The timelines with the overlays of *head*, where they may matter for the day."""
        overlays, reached = self._of(head)
        if not overlays:
            return timelines
        touched = [
            iin
            for iin, timeline in timelines.items()
            if on_date is None or _may_change(timeline, on_date, reached)
        ]
        if not touched:
            return timelines
        facts = self._facts.of_people(touched)
        laid = dict(timelines)
        for iin in touched:
            decided = decide(
                facts[iin], self._law.parameters, known=head.revision, overlays=overlays
            )
            laid[iin] = encode_timeline(decided)
        return laid

    def _of(self, head: Head) -> tuple[Overlays, Reach]:
        revision, overlays, reached = self._known
        if revision != head.overlay_revision:
            overlays = self._facts.overlays()
            reached = reach(overlays)
            self._known = (head.overlay_revision, overlays, reached)
        return overlays, reached


def _may_change(timeline: str, day: date, reached: Reach) -> bool:
    """
    Whether overlays may change the answer about *day*.

    An incident only adds days. Where the day and all days after it that it could add are
    entitled by the facts already, it changes nothing.
    """
    if reached.of_lapses is not None and day <= reached.of_lapses:
        return True
    if reached.of_incidents is None or day > reached.of_incidents:
        return False
    grounds, last_date = find_day(timeline, day) if timeline else ("", None)
    if not grounds or grounds == HELD.text:
        return True
    return last_date is not None and last_date <= reached.of_incidents
