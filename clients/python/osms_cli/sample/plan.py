"""
What was asked for: the size, the seed, the stretch of days and the feeds of one region.

A plan that exists is valid, and it is all that a worker process needs to know: the same plan
gives the same files whoever writes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from osms_cli.sample.vocabulary import SOURCE_FEEDS, Cadence, Feed

PEOPLE_A_BLOCK: Final = 10_000
PEOPLE_MIN: Final = 1
PEOPLE_MAX: Final = 40_000_000
MONTHS_MAX: Final = 96
BAD_SHARE_MAX: Final = 0.2
FIRST_DAY_MIN: Final = date(2017, 8, 1)  # the first period that can be paid is July 2017
UNTIL_MAX: Final = date(2035, 12, 31)


@dataclass(frozen=True, slots=True)
class Plan:
    """One region to be written; raises *ValueError* for what cannot be written."""

    people: int
    seed: int
    months: int
    until: date
    feeds: frozenset[Feed] = SOURCE_FEEDS
    bad_share: float = 0.003
    compress: bool = True
    cadence: Cadence = Cadence.DAILY

    def __post_init__(self) -> None:
        faults = [message for wrong, message in self._judgements() if wrong]
        if faults:
            raise ValueError("; ".join(faults))

    def _judgements(self) -> tuple[tuple[bool, str], ...]:
        months_fit = 1 <= self.months <= MONTHS_MAX
        return (
            (
                not PEOPLE_MIN <= self.people <= PEOPLE_MAX,
                f"people must be between {PEOPLE_MIN} and {PEOPLE_MAX}, not {self.people}",
            ),
            (not months_fit, f"months must be between 1 and {MONTHS_MAX}, not {self.months}"),
            (
                months_fit and self.first_day < FIRST_DAY_MIN,
                f"{self.months} months until {self.until} begin before {FIRST_DAY_MIN}",
            ),
            (self.until > UNTIL_MAX, f"the last day must not be after {UNTIL_MAX}"),
            (
                not 0.0 <= self.bad_share <= BAD_SHARE_MAX,
                f"bad_share must be between 0 and {BAD_SHARE_MAX}, not {self.bad_share}",
            ),
            (not self.feeds, "at least one feed must be asked for"),
            (
                Feed.ROSTER_CHANGE in self.feeds and Feed.ROSTER not in self.feeds,
                "roster changes need the rosters which they change: ask for ROSTER as well",
            ),
        )

    @property
    def first_day(self) -> date:
        """The first day of the first month, on which everything that stands is loaded."""
        years, month = divmod(self.until.year * 12 + self.until.month - self.months, 12)
        return date(years, month + 1, 1) if years >= date.min.year else date.min

    @property
    def blocks(self) -> int:
        """How many blocks of people there are; the last one may be smaller."""
        return -(-self.people // PEOPLE_A_BLOCK)

    def people_in(self, block: int) -> int:
        """How many people block number *block* has."""
        return min(PEOPLE_A_BLOCK, self.people - block * PEOPLE_A_BLOCK)

    def seed_of(self, *parts: object) -> str:
        """The seed of one independent stream of chance within this region."""
        return "/".join(map(str, (self.seed, *parts)))

    def suffix_of(self, kind: str) -> str:
        """How the name of a data file of a kind ends."""
        return f".{kind}.gz" if self.compress else f".{kind}"
