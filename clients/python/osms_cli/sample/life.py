"""
A life as the register could know it: a person and the stretches of days that concern the Fund.

This is what truly happened. When a sender learns of it, and what it makes of it, is decided where
the lines are written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from osms_cli.sample.vocabulary import Reason

if TYPE_CHECKING:
    from osms_cli.sample.days import Day

STANDS: Final = 0  # the *until* of something that has not ended


class Episode(NamedTuple):
    """A category held from *since* to before *until*."""

    code: str
    source: str
    since: Day
    until: Day
    reason: Reason


class Stretch(NamedTuple):
    """A job at employer number *where*, own payments, or service: *until* is not in it."""

    since: Day
    until: Day
    where: int


class Life:
    """
    One person and everything that happened to them up to *end*.

    *end* is the day of death, or the day after the last day of the region.
    """

    __slots__ = (
        "born",
        "died",
        "end",
        "episodes",
        "female",
        "foreign",
        "iin",
        "jobs",
        "mismatched",
        "own",
        "service",
    )

    def __init__(self, iin: str, *, born: Day, female: bool, end: Day, died: bool) -> None:
        self.iin = iin
        self.born = born
        self.female = female
        self.end = end
        self.died = died
        self.foreign = False
        self.mismatched = False
        self.episodes: list[Episode] = []
        self.jobs: list[Stretch] = []
        self.own: list[Stretch] = []
        self.service: list[Stretch] = []

    def hold(
        self,
        code: str,
        source: str,
        since: Day,
        until: Day = STANDS,
        reason: Reason = Reason.ENDED,
    ) -> None:
        """Hold a category; the end of the life ends it, or leaves it standing."""
        if since >= self.end:
            return
        if until == STANDS or until >= self.end:
            until, reason = (self.end, Reason.DEATH) if self.died else (STANDS, Reason.ENDED)
        self.episodes.append(Episode(code, source, since, until, reason))

    def cut(self, since: Day, until: Day, where: int = 0) -> Stretch:
        """A stretch of days that does not outlast the life."""
        return Stretch(since, min(until, self.end), where)
