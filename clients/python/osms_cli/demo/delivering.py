"""Brings the files of a region on their days, each by the stream of its sender."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from itertools import groupby
from pathlib import Path
from time import monotonic
from typing import Any, Final, Self

from osms_cli import output
from osms_cli.commands.sending import (
    CATEGORY_FEED,
    CONTRIBUTION_FEED,
    PAYMENT_FEED,
    REPORT_FEED,
    ROSTER_CHANGE_FEED,
    TREATY_FEED,
    Feed,
)
from osms_cli.demo.account import FEEDS, Account
from osms_cli.demo.forming import MatchingActors, Runs
from osms_cli.feeding.lines import Records
from osms_cli.feeding.rosters import ROSTER
from osms_cli.feeding.source import opened
from osms_cli.scenario.delivery import Actors
from osms_client import FeedPush, Refused, RosterLine, Unreadable

BATCH_SIZE: Final = 5_000
CLOCK: Final = "operator1"

_STREAMS: Final = {
    "CATEGORY": CATEGORY_FEED,
    "TREATY": TREATY_FEED,
    "PAYMENT": PAYMENT_FEED,
    "ROSTER_CHANGE": ROSTER_CHANGE_FEED,
    "REPORT": REPORT_FEED,
    "CONTRIBUTION": CONTRIBUTION_FEED,
}
RUN_TIME: Final = time(21, 0)
"""When the matching is run, after everything of the day has come."""

ALMATY: Final = timezone(timedelta(hours=5))
_ROW: Final = "{:<9}" + "{:>14}" * len(FEEDS) + "{:>10}{:>7}{:>10}{:>9}"


@dataclass(frozen=True)
class Delivery:
    """One file that arrives at an instant."""

    at: datetime
    feed: str
    sender: str
    file: str
    lines: int

    @property
    def day(self) -> date:
        """The day on which it arrives."""
        return self.at.date()


def deliveries_of(region: Path) -> Iterator[Delivery]:
    """The deliveries of a region, in order."""
    with (region / "deliveries.ndjson").open(encoding="utf-8") as lines:
        for line in lines:
            told = json.loads(line)
            at = datetime.fromisoformat(told["at"])
            yield Delivery(at, told["feed"], told["sender"], told["file"], told["lines"])


@dataclass(frozen=True)
class Cast:
    """Everybody who takes part: before the register, before the matching, and its runs."""

    actors: Actors
    matching: MatchingActors
    runs: Runs


class Senders:
    """Everybody who sends, each feed kept open from its first delivery to the last."""

    def __init__(self, cast: Cast, region: Path) -> None:
        self._cast = cast
        self._region = region
        self._open: dict[tuple[str, str], FeedPush[Any]] = {}
        self._stack = ExitStack()
        self.account = Account()

    def __enter__(self) -> Self:
        """The senders, until the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Closes the feeds."""
        self._stack.close()

    def deliver(self, delivery: Delivery) -> None:
        """Moves the clock to a delivery and sends it."""
        self.move_to(delivery.at)
        self.account.deliveries[delivery.feed] += 1
        self.account.lines[delivery.feed] += delivery.lines
        if delivery.feed == "ROSTER":
            self._deliver_roster(delivery)
        else:
            self._deliver_records(delivery, _STREAMS[delivery.feed])

    def move_to(self, instant: datetime) -> None:
        """Moves the clock of the register."""
        self._cast.actors.of(CLOCK).advance_clock(instant)

    def _deliver_records(self, delivery: Delivery, feed: Feed) -> None:
        stream = self._stream(delivery.sender, feed)
        with opened(self._region / delivery.file) as source:
            records = Records(source, feed.layout)
            for ack in stream.send(iter(records), batch_size=BATCH_SIZE):
                self.account.add(delivery.feed, ack)

    def _stream(self, sender: str, feed: Feed) -> FeedPush[Any]:
        key = (sender, feed.name)
        if key not in self._open:
            actors = self._cast.matching if feed.into_matching else self._cast.actors
            self._open[key] = self._stack.enter_context(feed.open(actors.of(sender)))
        return self._open[key]

    def _deliver_roster(self, delivery: Delivery) -> None:
        with opened(self._region / delivery.file) as source:
            lines = [
                RosterLine(record.content) if isinstance(record, Unreadable) else record
                for record in Records(source, ROSTER)
            ]
        try:
            result = self._cast.actors.of(delivery.sender).push_roster(delivery.sender, lines)
        except Refused as error:
            reasons = [violation.reason for violation in error.violations]
            self.account.refuse_snapshot(delivery.file, len(lines), reasons)
        else:
            self.account.add_snapshot(delivery.file, len(lines), result)


def run_days(first: date, last: date) -> list[date]:
    """The first of every month, and in the last two months every day."""
    closing = (last.replace(day=1) - timedelta(days=1)).replace(day=1)
    days = (first + timedelta(days=count) for count in range((last - first).days + 1))
    return [day for day in days if day.day == 1 or day >= closing]


def live_through(
    cast: Cast, region: Path, days: tuple[date, date], look: Callable[[date], None]
) -> Account:
    """
    Lets a region happen from the first of *days* to the last, and tells of every month.

    Everything arrives on its day; then the matching is run, if it is its day, and *look* is told.
    """
    deliveries = list(deliveries_of(region))
    cast.actors.of(CLOCK).reset_sandbox(deliveries[0].at if deliveries else None)
    by_day = {day: list(each) for day, each in groupby(deliveries, key=lambda one: one.day)}
    runs = set(run_days(*days))
    columns = (*FEEDS, "REJECTED", "RUNS", "MESSAGES", "SECONDS")
    output.say(_ROW.format("MONTH", *columns), "bold")
    with Senders(cast, region) as senders:
        for month, group in groupby(sorted({*by_day, *runs}), key=lambda day: f"{day:%Y-%m}"):
            with _told(senders, cast.runs, month):
                for day in group:
                    for delivery in by_day.get(day, ()):
                        senders.deliver(delivery)
                    if day in runs:
                        senders.move_to(datetime.combine(day, RUN_TIME, ALMATY))
                        cast.runs.run(day)
                        look(day)
        return senders.account


@contextmanager
def _told(senders: Senders, runs: Runs, month: str) -> Iterator[None]:
    """Tells what arrived and was made while the block lasted."""
    started = monotonic()
    account = senders.account
    lines, rejected = account.lines.copy(), _rejected(account)
    made, messages = len(runs.days), runs.messages
    yield
    output.say(
        _ROW.format(
            month,
            *(output.count(account.lines[feed] - lines[feed]) for feed in FEEDS),
            output.count(_rejected(account) - rejected),
            len(runs.days) - made,
            output.count(runs.messages - messages),
            f"{monotonic() - started:.1f}",
        )
    )


def _rejected(account: Account) -> int:
    return sum(account.outcomes[feed, "REJECTED"] for feed in FEEDS)
