"""
What one authorised body sends: a snapshot every fourteen days, and changes in between.

Two snapshots of the region go wrong: one arrives empty and is sent again the next day, and one
leaves out so many people that it must be held.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from random import Random
from typing import TYPE_CHECKING, Final, NamedTuple

from osms_cli.sample.bad_rosters import EMPTY, SHRUNK, BadRosterLines
from osms_cli.sample.days import Day, day_of, iso_texts
from osms_cli.sample.files import Delivery, write_lines
from osms_cli.sample.life import STANDS
from osms_cli.sample.members import MERGED_ON, SNAPSHOT_DAYS, UNREPORTED, Member
from osms_cli.sample.plan import PEOPLE_A_BLOCK
from osms_cli.sample.vocabulary import ANTI_CORRUPTION, BODIES, Feed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from osms_cli.sample.plan import Plan
    from osms_cli.sample.spoil import BadKind

SNAPSHOT_HOUR: Final = 10
CHANGE_HOUR: Final = 15

LARGEST_BODY: Final = "INTERIOR"
SHRUNK_AT: Final = 0.55
SHRUNK_KEPT: Final = 0.7
SHRUNK_MIN: Final = 80  # listed people: more than twenty of them must be left out
EMPTY_BODY: Final = "FINANCE"
EMPTY_AT: Final = 0.4

SNAPSHOT_HEADER: Final = "iin,reservist\n"
CHANGE_HEADER: Final = "op,iin,changed_on,reservist\n"


class BodyReport(NamedTuple):
    """What a body has sent."""

    deliveries: list[Delivery]
    bad: Counter[tuple[Feed, BadKind]]
    spoiled_snapshots: dict[str, BadKind]


class Body:
    """Writes the files of one body."""

    def __init__(self, plan: Plan, directory: Path, name: str, members: list[Member]) -> None:
        self._plan = plan
        self._directory = directory
        self._name = name
        self._place = list(BODIES).index(name)
        self._chance = Random(plan.seed_of("body", name))
        self._iso = iso_texts()
        self._first = day_of(plan.first_day) + self._place % (SNAPSHOT_DAYS // 2)
        until = day_of(plan.until) + 1
        self._until = min(until, MERGED_ON) if name == ANTI_CORRUPTION else until
        self._members = sorted(members)
        self._deliveries: list[Delivery] = []
        self._spoiled: dict[str, BadKind] = {}

    def send(self) -> BodyReport:
        """Write everything the body sends."""
        snapshots = BadRosterLines(self._chance, self._plan.bad_share, Feed.ROSTER)
        self._send_snapshots(snapshots)
        changes = BadRosterLines(self._chance, self._plan.bad_share, Feed.ROSTER_CHANGE)
        if Feed.ROSTER_CHANGE in self._plan.feeds:
            self._send_changes(changes)
        bad = Counter({(Feed.ROSTER, kind): n for kind, n in snapshots.counts.items()})
        bad.update({(Feed.ROSTER_CHANGE, kind): n for kind, n in changes.counts.items()})
        return BodyReport(self._deliveries, bad, self._spoiled)

    @property
    def _large(self) -> bool:
        return self._plan.people >= PEOPLE_A_BLOCK and self._plan.bad_share > 0.0

    # Snapshots.

    def _send_snapshots(self, bad: BadRosterLines) -> None:
        rows = [(*member.on_list(self._first), f"{member.iin},\n") for member in self._members]
        days = range(self._first, self._until, SNAPSHOT_DAYS)
        for place, day in enumerate(days):
            day_sent = self._send_empty(day) if self._comes_empty(place, days) else day
            lines = [line for since, until, line in rows if since <= day_sent < until]
            if not lines or day_sent >= self._until:
                continue
            if self._shrinks(place, days, lines):
                kept = self._chance.sample(lines, int(len(lines) * SHRUNK_KEPT))
                self._spoiled[self._deliver(Feed.ROSTER, day_sent, sorted(kept), 0)] = SHRUNK
                continue
            count = bad.mix(lines, every_kind=self._last_chance(place, days))
            self._deliver(Feed.ROSTER, day_sent, lines, count)

    def _last_chance(self, place: int, days: range) -> bool:
        return self._large and self._name == LARGEST_BODY and place == len(days) - 1

    def _comes_empty(self, place: int, days: range) -> bool:
        spoiled = self._plan.bad_share > 0.0 and self._name == EMPTY_BODY
        return spoiled and len(days) > 1 and place == int(len(days) * EMPTY_AT)

    def _send_empty(self, day: Day) -> Day:
        self._spoiled[self._deliver(Feed.ROSTER, day, [], 0)] = EMPTY
        return day + 1

    def _shrinks(self, place: int, days: range, lines: list[str]) -> bool:
        spoiled = self._plan.bad_share > 0.0 and self._name == LARGEST_BODY
        return (
            spoiled
            and place < len(days) - 1
            and place == max(1, int(len(days) * SHRUNK_AT))
            and len(lines) >= SHRUNK_MIN
        )

    # Changes.

    def _send_changes(self, bad: BadRosterLines) -> None:
        by_day: defaultdict[Day, list[str]] = defaultdict(list)
        for member in self._members:
            for day, line in self._changes_of(member):
                if self._first < day < self._until:
                    by_day[day].append(line)
        last = max(by_day, default=0)
        for day in sorted(by_day):
            lines = by_day[day]
            every_kind = self._large and self._name == LARGEST_BODY and day == last
            count = bad.mix(lines, every_kind=every_kind)
            self._deliver(Feed.ROSTER_CHANGE, day, lines, count)

    def _changes_of(self, member: Member) -> Iterator[tuple[Day, str]]:
        if member.joined_on != UNREPORTED:
            yield member.since, f"ADD,{member.iin},{self._iso[member.joined_on]},\n"
        if member.left_on != UNREPORTED and member.until != STANDS:
            yield member.until, f"REMOVE,{member.iin},{self._iso[member.left_on]},\n"

    def _deliver(self, feed: Feed, day: Day, lines: list[str], bad: int) -> str:
        """Write one file; its name."""
        snapshot = feed is Feed.ROSTER
        folder = "rosters" if snapshot else "roster-changes"
        name = f"{folder}/{self._name}/{self._iso[day]}.csv"
        header = SNAPSHOT_HEADER if snapshot else CHANGE_HEADER
        write_lines(self._directory / name, header, lines, compress=False)
        hour = SNAPSHOT_HOUR if snapshot else CHANGE_HOUR
        self._deliveries.append(
            Delivery(day, hour, self._place, feed, self._name, name, len(lines), bad)
        )
        return name
