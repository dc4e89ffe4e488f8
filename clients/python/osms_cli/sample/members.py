"""
The people on a body's list: from when to when it lists them, and which changes it reports.

What a body sends follows from when it learned of things, not from when they happened: somebody
whose hiring is reported late is missing from the snapshots before the report.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple

from osms_cli.sample.chance import Choice, between
from osms_cli.sample.days import Day, day_of
from osms_cli.sample.life import STANDS, Stretch
from osms_cli.sample.vocabulary import ANTI_CORRUPTION, BODIES, NATIONAL_SECURITY

if TYPE_CHECKING:
    from random import Random

SNAPSHOT_DAYS: Final = 14
REPORTED_SHARE: Final = 0.6  # of hirings and leavings; the others only show in a snapshot
LATE_SHARE: Final = 0.12  # of those reported
ON_TIME_DAYS: Final = 7
LATE_DAYS_MAX: Final = 13
LISTED_FOR_SURE_DAYS: Final = 45  # by then at least one snapshot has been applied
MERGED_ON: Final = day_of(date(2025, 6, 30))  # the anti-corruption people are NSC's since then

UNREPORTED: Final = 0

BODY_CHOICE: Final = Choice(BODIES)


class Member(NamedTuple):
    """
    Somebody whom a body lists from the day it learns of the hiring until it learns of the leaving.

    *joined_on* and *left_on* are the days of the changes themselves, where they are reported.
    """

    iin: str
    since: Day
    until: Day
    joined_on: Day = UNREPORTED
    left_on: Day = UNREPORTED

    def for_sure(self, days: range) -> Stretch:
        """From when to when the person is listed beyond doubt; *days* are the region's."""
        unlisted = 0 if self.joined_on != UNREPORTED or self.since == days.start else SNAPSHOT_DAYS
        return Stretch(self.since + unlisted, self.until or days.stop, 0)

    def on_list(self, first_snapshot: Day) -> tuple[Day, Day]:
        """From which snapshot day on the person is listed, and from which no more."""
        reported = self.joined_on != UNREPORTED and self.since > first_snapshot
        until = self.until + (self.left_on != UNREPORTED) if self.until != STANDS else 1 << 30
        return self.since + reported, until


def enlisted(chance: Random, iin: str, stretch: Stretch, days: range) -> tuple[str, Member] | None:
    """The body and the membership of somebody in service; *days* are the region's."""
    body = BODY_CHOICE.pick(chance.random())
    since, joined_on = _heard(chance, stretch.since)
    if stretch.since < days.start:
        since, joined_on = days.start, UNREPORTED
    if stretch.until not in days:
        until, left_on = STANDS, UNREPORTED
    else:
        until, left_on = _heard(chance, stretch.until)
        if until - since < LISTED_FOR_SURE_DAYS:
            until, left_on = stretch.until, UNREPORTED
    if since not in days or since >= (until or days.stop):
        return None
    return body, Member(iin, since, until, joined_on, left_on)


def _heard(chance: Random, day: Day) -> tuple[Day, Day]:
    """When a body tells of something that happened on a day, and that day if it is a change."""
    if chance.random() >= REPORTED_SHARE:
        return day, UNREPORTED
    if chance.random() < LATE_SHARE:
        return day + between(chance, ON_TIME_DAYS + 1, LATE_DAYS_MAX), day
    return day + between(chance, 0, ON_TIME_DAYS - 1), day


def after_merger(members: dict[str, list[Member]]) -> dict[str, list[Member]]:
    """The members of all bodies, those of the dissolved one listed by its successor as well."""
    moved = [
        _moved(member)
        for member in members.get(ANTI_CORRUPTION, [])
        if member.until == STANDS or member.until > MERGED_ON
    ]
    stayed = [
        member if member.until != STANDS and member.until <= MERGED_ON else _remaining(member)
        for member in members.get(ANTI_CORRUPTION, [])
        if member.since < MERGED_ON
    ]
    return {
        **members,
        ANTI_CORRUPTION: stayed,
        NATIONAL_SECURITY: [*members.get(NATIONAL_SECURITY, []), *moved],
    }


def _moved(member: Member) -> Member:
    since = max(member.since, MERGED_ON)
    sure = member.until - since >= LISTED_FOR_SURE_DAYS
    return Member(member.iin, since, member.until, UNREPORTED, member.left_on if sure else 0)


def _remaining(member: Member) -> Member:
    return member._replace(until=STANDS, left_on=UNREPORTED)
