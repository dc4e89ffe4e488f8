"""Brings the files of a region on their days, each by the stream of its sender."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any, Final, Self

from osms_cli import output
from osms_cli.commands.sending import (
    CATEGORY_FEED,
    PAYMENT_FEED,
    ROSTER_CHANGE_FEED,
    TREATY_FEED,
    Feed,
)
from osms_cli.demo.account import FEEDS, Account
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
}
_ROW: Final = "{:<9}" + "{:>14}" * len(FEEDS) + "{:>10}{:>9}"


@dataclass(frozen=True)
class Delivery:
    """One file that arrives at an instant."""

    at: datetime
    feed: str
    sender: str
    file: str
    lines: int

    @property
    def month(self) -> str:
        """The month in which it arrives."""
        return f"{self.at:%Y-%m}"


def deliveries_of(region: Path) -> Iterator[Delivery]:
    """The deliveries of a region, in order."""
    with (region / "deliveries.ndjson").open(encoding="utf-8") as lines:
        for line in lines:
            told = json.loads(line)
            at = datetime.fromisoformat(told["at"])
            yield Delivery(at, told["feed"], told["sender"], told["file"], told["lines"])


class Senders:
    """Everybody who sends, each feed kept open from its first delivery to the last."""

    def __init__(self, actors: Actors, region: Path) -> None:
        self._actors = actors
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
        self._actors.of(CLOCK).advance_clock(delivery.at)
        self.account.deliveries[delivery.feed] += 1
        self.account.lines[delivery.feed] += delivery.lines
        if delivery.feed == "ROSTER":
            self._deliver_roster(delivery)
        else:
            self._deliver_records(delivery, _STREAMS[delivery.feed])

    def _deliver_records(self, delivery: Delivery, feed: Feed) -> None:
        stream = self._stream(delivery.sender, feed)
        with opened(self._region / delivery.file) as source:
            records = Records(source, feed.layout)
            for ack in stream.send(iter(records), batch_size=BATCH_SIZE):
                self.account.add(delivery.feed, ack)

    def _stream(self, sender: str, feed: Feed) -> FeedPush[Any]:
        key = (sender, feed.name)
        if key not in self._open:
            stream = feed.open(self._actors.of(sender))
            self._open[key] = self._stack.enter_context(stream)
        return self._open[key]

    def _deliver_roster(self, delivery: Delivery) -> None:
        with opened(self._region / delivery.file) as source:
            lines = [
                RosterLine(record.content) if isinstance(record, Unreadable) else record
                for record in Records(source, ROSTER)
            ]
        try:
            result = self._actors.of(delivery.sender).push_roster(delivery.sender, lines)
        except Refused as error:
            reasons = [violation.reason for violation in error.violations]
            self.account.refuse_snapshot(delivery.file, len(lines), reasons)
        else:
            self.account.add_snapshot(delivery.file, len(lines), result)


def live_through(actors: Actors, region: Path) -> Account:
    """Lets a region happen, and tells of every month what arrived."""
    deliveries = list(deliveries_of(region))
    actors.of(CLOCK).reset_sandbox(deliveries[0].at if deliveries else None)
    output.say(_ROW.format("MONTH", *FEEDS, "REJECTED", "SECONDS"), "bold")
    with Senders(actors, region) as senders:
        for month, group in groupby(deliveries, key=lambda delivery: delivery.month):
            _live_through_month(senders, month, list(group))
        return senders.account


def _live_through_month(senders: Senders, month: str, deliveries: list[Delivery]) -> None:
    started = time.monotonic()
    before = _rejected(senders.account)
    lines: Counter[str] = Counter()
    for delivery in deliveries:
        senders.deliver(delivery)
        lines[delivery.feed] += delivery.lines
    output.say(
        _ROW.format(
            month,
            *(output.count(lines[feed]) for feed in FEEDS),
            output.count(_rejected(senders.account) - before),
            f"{time.monotonic() - started:.1f}",
        )
    )


def _rejected(account: Account) -> int:
    return sum(account.outcomes[feed, "REJECTED"] for feed in FEEDS)
