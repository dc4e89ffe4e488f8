"""
Who belongs to whom in one block: mothers, the children they bear, and the fathers.

The lives are told one by one; here each woman who is to bear a child is given one of those who
are born about then. A child for whom there is no mother has its parents somewhere else, or is
raised by a guardian.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Final, NamedTuple

from osms_cli.sample.chance import between
from osms_cli.sample.days import Day, anniversary
from osms_cli.sample.life import STANDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from random import Random

    from osms_cli.sample.employers import PayCalendar
    from osms_cli.sample.life import Episode, Life

RAISED_YEARS: Final = 3
BIRTH_TOLERANCE: Final = 40  # days by which a child may be born before or after it is due
LEAVE_BEFORE_BIRTH: Final = 70  # days
FATHER_OLDER_DAYS: Final = 1_100  # than the mother, as a rule
FATHER_TOLERANCE: Final = 5_500

MARRIED_SHARE: Final = 0.82
ALONE_SHARE: Final = 0.06  # of mothers: no father is registered
GUARDED_SHARE: Final = 0.12  # of children without parents in the block
GUARDIAN_OLDER: Final = (9_000, 20_000)  # days


class Birth(NamedTuple):
    """A child with those who raise it; *due* is what the mother was with child by."""

    due: Episode
    child: Life
    mother: Life
    father: Life | None
    married: bool


class Guarded(NamedTuple):
    """A child with a guardian."""

    child: Life
    guardian: Life
    since: Day


class Families:
    """The families of one block."""

    def __init__(self, chance: Random, calendar: PayCalendar) -> None:
        self._chance = chance
        self._first = calendar.first_day
        self._last = calendar.last_day

    def join(self, lives: Sequence[Life]) -> tuple[list[Birth], list[Guarded]]:
        """The births of those under three within the region's days, and the guardianships."""
        oldest = anniversary(self._first, -RAISED_YEARS)
        children = _Queue(
            life for life in lives if oldest < life.born <= self._last and not life.foreign
        )
        men = _Queue(life for life in lives if not life.female and not life.foreign)
        partners: dict[str, tuple[Life | None, bool]] = {}
        births = []
        for day, mother, due in sorted(self._due(lives), key=lambda each: (each[0], each[1].iin)):
            child = children.take_near(day, BIRTH_TOLERANCE)
            if child is None:
                continue
            if mother.iin not in partners:
                partners[mother.iin] = self._partner(mother, men)
            births.append(Birth(due, child, mother, *partners[mother.iin]))
        return births, list(self._guarded(children.left(), lives))

    def _due(self, lives: Iterable[Life]) -> Iterator[tuple[Day, Life, Episode]]:
        """When women are to bear a child."""
        for life in lives:
            pregnant_until = STANDS
            for episode in life.episodes if life.female else ():
                day = _due_day(episode, pregnant_until)
                pregnant_until = episode.until if episode.code == "R02" else STANDS
                if day is not None and day <= self._last and day < life.end:
                    yield day, life, episode

    def _partner(self, mother: Life, men: _Queue) -> tuple[Life | None, bool]:
        draw = self._chance.random()
        if draw < ALONE_SHARE:
            return None, False
        father = men.take_near(mother.born - FATHER_OLDER_DAYS, FATHER_TOLERANCE)
        return father, father is not None and draw < ALONE_SHARE + MARRIED_SHARE

    def _guarded(self, children: Iterable[Life], lives: Sequence[Life]) -> Iterator[Guarded]:
        women = _Queue(life for life in lives if life.female and not life.foreign)
        for child in children:
            if self._chance.random() < GUARDED_SHARE:
                older = between(self._chance, *GUARDIAN_OLDER)
                guardian = women.take_near(child.born - older, GUARDIAN_OLDER[0])
                if guardian is not None:
                    yield Guarded(child, guardian, child.born + between(self._chance, 10, 300))


def _due_day(episode: Episode, pregnant_until: Day) -> Day | None:
    """When a child is due to whom an episode belongs; None where it belongs to none."""
    if episode.code == "R02" and episode.until != STANDS:
        return episode.until
    if episode.code == "R03" and episode.since != pregnant_until:
        return episode.since
    return episode.since + LEAVE_BEFORE_BIRTH if episode.code == "R04" else None


class _Queue:
    """People by the day of their birth, each taken once."""

    def __init__(self, lives: Iterable[Life]) -> None:
        self._lives = sorted((life.born, life.iin, life) for life in lives)

    def take_near(self, day: Day, tolerance: int) -> Life | None:
        """Whoever is born nearest to *day*, if within *tolerance* days."""
        place = bisect_left(self._lives, (day,))
        near = [at for at in (place - 1, place) if 0 <= at < len(self._lives)]
        at = min(near, key=lambda at: abs(self._lives[at][0] - day), default=None)
        if at is None or abs(self._lives[at][0] - day) > tolerance:
            return None
        return self._lives.pop(at)[2]

    def left(self) -> list[Life]:
        """Who was not taken, in the order of birth."""
        return [life for _, _, life in self._lives]
