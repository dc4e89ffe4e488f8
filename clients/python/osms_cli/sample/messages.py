"""
The category and treaty messages of one block, and when the State Corporation learns of each fact.

A message is kept as the text of its line with a place for its number: the two lists share one
ascending series, and a block cannot know how many messages the others send before its own.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from osms_cli.sample.chance import between
from osms_cli.sample.days import Day, iso_texts, month_start, months
from osms_cli.sample.life import STANDS
from osms_cli.sample.vocabulary import TREATY_CODE, Feed, Reason

if TYPE_CHECKING:
    from random import Random

    from osms_cli.sample.employers import PayCalendar
    from osms_cli.sample.life import Episode, Life

NUMBER: Final = "%d"

HEADERS: Final = {
    Feed.CATEGORY: (
        "kind,number,iin,category,assigned_on,source,removed_on,removal_source,removal_reason\n"
    ),
    Feed.TREATY: ("kind,number,iin,assigned_on,source,removed_on,removal_source,removal_reason\n"),
}

CORRECTED_SHARE: Final = 0.006  # of removals: first reported with a wrong day
MONTHLY_CODE: Final = "L02"
MONTHLY_DAY: Final = 5
BIRTH_LAG_MAX: Final = 8
DEATH_LAG_MAX: Final = 10


class Message(NamedTuple):
    """One line of either list, as its columns."""

    kind: str
    number: str
    iin: str
    code: str
    assigned_on: str
    source: str = ""
    removed_on: str = ""
    removal_source: str = ""
    removal_reason: str = ""

    def line(self, feed: Feed) -> str:
        """The line of this message; the treaty list has no column for the category."""
        columns = list(self)
        if feed is Feed.TREATY:
            del columns[3]
        return ",".join(columns) + "\n"

    @classmethod
    def of(cls, line: str, feed: Feed) -> Message:
        """The message of a line."""
        columns = line[:-1].split(",")
        if feed is Feed.TREATY:
            columns.insert(3, TREATY_CODE)
        return cls(*columns)


class Known(NamedTuple):
    """An episode as the register knows it on the last day."""

    code: str
    since: Day
    until: Day
    reason: Reason
    last_heard: Day


class MessageBook:
    """Collects the messages of one block, by feed and by the day they become known."""

    def __init__(self, chance: Random, calendar: PayCalendar) -> None:
        self.lines: dict[Feed, defaultdict[Day, list[str]]] = {
            Feed.CATEGORY: defaultdict(list),
            Feed.TREATY: defaultdict(list),
        }
        self.corrected: set[tuple[str, str, str]] = set()
        self._chance = chance
        self._first = calendar.first_day
        self._last = calendar.last_day
        self._iso = iso_texts()
        self._months = months()

    def enter(self, life: Life) -> list[Known]:
        """Enter all episodes of a life; what of them is known on the last day."""
        death_known = life.end + between(self._chance, 1, DEATH_LAG_MAX) if life.died else 0
        return [
            known
            for episode in life.episodes
            if (known := self._enter(life.iin, episode, death_known)) is not None
        ]

    def _enter(self, iin: str, episode: Episode, death_known: Day) -> Known | None:
        code, source, since, until, reason = episode
        assigned = self._assignment_known(code, source, since)
        if assigned > self._last:
            return None
        lines = self.lines[Feed.TREATY if code == TREATY_CODE else Feed.CATEGORY]
        if code == TREATY_CODE:
            episode_columns = f"%d,{iin},{self._iso[since]}"
            head = "LISTED"
        else:
            episode_columns = f"%d,{iin},{code},{self._iso[since]}"
            head = "ASSIGNED"
        lines[assigned].append(f"{head},{episode_columns},{source},,,\n")
        if until == STANDS:
            return Known(code, since, STANDS, reason, assigned)
        removed = death_known if reason is Reason.DEATH else self._removal_known(episode)
        removed = max(removed, assigned)
        if removed > self._last:
            return Known(code, since, STANDS, reason, assigned)
        if self._chance.random() < CORRECTED_SHARE:
            removed = self._report_wrongly(iin, episode, lines, removed)
        lines[removed].append(f"REMOVED,{episode_columns},,{self._iso[until]},{source},{reason}\n")
        return Known(code, since, until, reason, removed)

    def _report_wrongly(
        self, iin: str, episode: Episode, lines: defaultdict[Day, list[str]], removed: Day
    ) -> Day:
        """Report a removal with a day that is too early; when the right one will follow."""
        wrong = episode.until - between(self._chance, 1, 5)
        corrected = removed + between(self._chance, 5, 30)
        if wrong <= episode.since or corrected > self._last or episode.reason is Reason.DEATH:
            return removed
        since = self._iso[episode.since]
        treaty = episode.code == TREATY_CODE
        self.corrected.add((iin, episode.code, since))
        columns = f"%d,{iin},{since}" if treaty else f"%d,{iin},{episode.code},{since}"
        lines[removed].append(
            f"REMOVED,{columns},,{self._iso[wrong]},{episode.source},{episode.reason}\n"
        )
        return corrected

    def _assignment_known(self, code: str, source: str, since: Day) -> Day:
        if since < self._first:
            return self._first
        if code == MONTHLY_CODE:
            return self._next_monthly(since)
        most = BIRTH_LAG_MAX if source == "MOJ" else 2
        return since + 1 + int(self._chance.random() * most)

    def _removal_known(self, episode: Episode) -> Day:
        if episode.code == MONTHLY_CODE:
            return self._next_monthly(episode.until)
        if episode.reason is Reason.AGE:
            return episode.until
        return episode.until + 1 + int(self._chance.random() * 2)

    def _next_monthly(self, day: Day) -> Day:
        """The day on which what happened on *day* is reported, where reports come monthly."""
        return month_start(self._months[day] + 1) + MONTHLY_DAY - 1
