"""One region for all tests, and a small register that reads it as a sender's files are read."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

import pytest

from osms_cli.sample import FORMED_FEEDS, RegionSummary, write_region

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PEOPLE = 12_000
MONTHS = 24

ALLOWED = {
    "R01": "MOE MOJ",
    "R02": "MOH",
    "R03": "MOJ MOE",
    "R04": "MOH MLSPP",
    "R08": "MIA_CAD",
    "R09a": "MIA_CAD CLSSA",
    "R09b": "MIA_CAD CLSSA",
    "R13": "MOSHE MOE",
    "L02": "DFC",
    "F01": "FWIS MPIS",
} | dict.fromkeys(("R05", "R06", "R07", "R10", "R11", "R12", "R14", "L01"), "MLSPP")


class BadLineError(Exception):
    """A line that a register rejects."""


class AgainError(Exception):
    """A line that a register has had already."""


class HeldError(Exception):
    """A line that waits for a supervisor."""


@dataclass
class Region:
    """The files of one region."""

    directory: Path
    summary: RegionSummary | None = None

    def json(self, name: str) -> dict[str, Any]:
        """One of the files that describe the others."""
        content: dict[str, Any] = json.loads((self.directory / name).read_text(encoding="utf-8"))
        return content

    @property
    def deliveries(self) -> list[dict[str, Any]]:
        """The deliveries, in their order."""
        text = (self.directory / "deliveries.ndjson").read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines()]

    def text(self, name: str) -> str:
        """A data file, unpacked."""
        data = (self.directory / name).read_bytes()
        return (gzip.decompress(data) if name.endswith(".gz") else data).decode()

    def rows(self, name: str) -> list[dict[str, str]]:
        """The lines of a data file, by the names of their columns."""
        return list(csv.DictReader(io.StringIO(self.text(name))))

    def rows_of(self, feed: str) -> Iterator[dict[str, str]]:
        """The lines of a feed, in the order of delivery."""
        for delivery in self.deliveries:
            if delivery["feed"] == feed:
                yield from self.rows(delivery["file"])

    def contents(self) -> dict[str, bytes]:
        """Every file there is."""
        files = (path for path in sorted(self.directory.rglob("*")) if path.is_file())
        return {str(path.relative_to(self.directory)): path.read_bytes() for path in files}


def is_number(text: str) -> bool:
    """Whether an IIN or BIN is valid, reckoned in the slowest way there is."""
    if not re.fullmatch("[0-9]{12}", text):
        return False
    digits = [int(figure) for figure in text]
    for first_weight in (1, 3):
        weights = [(first_weight + place - 1) % 11 + 1 for place in range(11)]
        rest = sum(d * w for d, w in zip(digits, weights, strict=False)) % 11
        if rest != 10:
            return rest == digits[11]
    return False


def month_number(day: date) -> int:
    """A month as a number that follows the one of the month before."""
    return day.year * 12 + day.month


def require(holds: object) -> None:
    """Reject the line unless something holds."""
    if not holds:
        raise BadLineError


def day_in(text: str, today: date) -> date:
    """A date that may be reported."""
    try:
        require(re.fullmatch(r"\d{4}-\d\d-\d\d", text))
        day = date.fromisoformat(text)
    except ValueError as error:
        raise BadLineError from error
    require(date(1990, 1, 1) <= day <= today.replace(day=1) + timedelta(days=370))
    return day


def amount_in(text: str) -> Decimal:
    """An amount that may be paid."""
    try:
        amount = Decimal(text)
    except InvalidOperation as error:
        raise BadLineError from error
    require(amount.is_finite() and amount > 0 and amount == round(amount, 2))
    return amount


def month_in(text: str, today: date) -> int:
    """A period that may be paid, as a number of months."""
    require(re.fullmatch(r"(0[1-9]|1[0-2])\d{4}", text))
    month = int(text[2:]) * 12 + int(text[:2])
    require(2017 * 12 + 7 <= month <= today.year * 12 + today.month + 24)
    return month


@dataclass
class Register:
    """Accepts, rejects or holds lines, and remembers what it accepted."""

    today: date = date.min
    numbers: dict[int, dict[str, str]] = field(default_factory=dict)
    episodes: dict[tuple[str, str, date], tuple[date, str] | None] = field(default_factory=dict)
    removals: dict[tuple[str, str, date], dict[str, str]] = field(default_factory=dict)
    removed_today: Counter[str] = field(default_factory=Counter)
    holders: Counter[str] = field(default_factory=Counter)
    payments: dict[tuple[str, ...], dict[str, str]] = field(default_factory=dict)
    left: dict[tuple[str, ...], Decimal] = field(default_factory=dict)
    refunds: dict[tuple[str, ...], dict[str, str]] = field(default_factory=dict)
    listed: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    served: defaultdict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    late_changes: int = 0

    def begin(self, day: date) -> None:
        """Begin a day."""
        if day != self.today:
            self.today = day
            self.removed_today.clear()
            self.holders = Counter(
                category for (_, category, _), ended in self.episodes.items() if ended is None
            )

    def take(self, feed: str, sender: str, row: dict[str, str]) -> str:
        """The answer to one line."""
        try:
            if feed in ("CATEGORY", "TREATY"):
                self.take_message(row | {"category": row.get("category", "F01")})
            elif feed == "PAYMENT":
                self.take_payment(row) if row["kind"] == "PAYMENT" else self.take_refund(row)
            else:
                self.take_change(sender, row)
        except BadLineError:
            return "REJECTED"
        except AgainError:
            return "DUPLICATE"
        except HeldError:
            return "HELD"
        return "ACCEPTED"

    def take_message(self, row: dict[str, str]) -> None:
        """Take a category or treaty message."""
        number = int(row["number"])
        if known := self.numbers.get(number):
            if known == row:
                raise AgainError
            raise BadLineError
        require(is_number(row["iin"]) and row["category"] in ALLOWED)
        episode = (row["iin"], row["category"], day_in(row["assigned_on"], self.today))
        if row["kind"] == "REMOVED":
            self.take_removal(episode, row)
        else:
            require(row["kind"] == ("LISTED" if row["category"] == "F01" else "ASSIGNED"))
            require(row["source"] in ALLOWED[row["category"]].split())
            require(not row["removed_on"] + row["removal_source"] + row["removal_reason"])
            if episode in self.episodes:
                raise AgainError
            self.episodes[episode] = None
        self.numbers[number] = row

    def take_removal(self, episode: tuple[str, str, date], row: dict[str, str]) -> None:
        """Take the removal of an episode."""
        require(row["removed_on"] and row["removal_source"] and row["removal_reason"])
        require(not row["source"])
        removed_on = day_in(row["removed_on"], self.today)
        require(episode in self.episodes and removed_on >= episode[2])
        removal = (removed_on, row["removal_reason"])
        if self.episodes[episode] == removal:
            raise AgainError
        self.removed_today[episode[1]] += 1
        holders = self.holders[episode[1]]
        if self.removed_today[episode[1]] > max(1_000, holders * 0.05):
            raise HeldError
        self.episodes[episode] = removal

    def take_payment(self, row: dict[str, str]) -> None:
        """Take a payment line."""
        require(is_number(row["iin"]) and (not row["payer_id"] or is_number(row["payer_id"])))
        require(row["payer_kind"] in ("", "EMPLOYER", "INDEPENDENT"))
        month_in(row["period"], self.today)
        day_in(row["received_on"], self.today)
        amount = amount_in(row["amount"])
        identity = (row["reference"], row["iin"], row["knp"], row["period"])
        if known := self.payments.get(identity):
            raise AgainError if known == row else BadLineError
        self.payments[identity] = row
        self.left[identity] = amount

    def take_refund(self, row: dict[str, str]) -> None:
        """Take a refund line."""
        identity = (row["reference"], row["iin"], row["knp"], row["period"])
        require(identity in self.payments)
        if known := self.refunds.get((row["refund_reference"], *identity)):
            raise AgainError if known == row else BadLineError
        received_on = date.fromisoformat(self.payments[identity]["received_on"])
        require(day_in(row["refunded_on"], self.today) >= received_on)
        amount = amount_in(row["amount"])
        require(amount <= self.left[identity])
        self.left[identity] -= amount
        self.refunds[row["refund_reference"], *identity] = row

    def take_change(self, body: str, row: dict[str, str]) -> None:
        """Take a roster change."""
        require(is_number(row["iin"]) and not row["reservist"])
        changed_on = day_in(row["changed_on"], self.today)
        require((row["iin"] in self.listed[body]) == (row["op"] == "REMOVE"))
        self.late_changes += (self.today - changed_on).days > 7
        if row["op"] == "ADD":
            self.listed[body].add(row["iin"])
        else:
            self.listed[body].remove(row["iin"])

    def take_snapshot(self, body: str, rows: list[dict[str, str]]) -> tuple[str, int]:
        """The answer to a snapshot, and how many of its lines are rejected."""
        good = {row["iin"] for row in rows if is_number(row["iin"]) and not row["reservist"]}
        if body == "NSC" and self.today >= date(2025, 6, 30):
            self.listed[body] |= self.listed.pop("ACA", set())
        if not good:
            return "REJECTED", 0
        ended = len(self.listed[body] - good)
        if ended > 20 and ended > 0.1 * len(self.listed[body]):
            return "HELD", 0
        self.listed[body] = good
        for iin in good:
            self.served[iin].add(month_number(self.today))
        return "ACCEPTED", len(rows) - len(good)

    def ground(self, iin: str, day: date) -> str:
        """The ground reported first for somebody on the last day."""
        spans = [
            (category, since, ended)
            for (of, category, since), ended in self.episodes.items()
            if of == iin
        ]
        if any(ended and ended[1] == "DEATH" for _, _, ended in spans):
            return "NOT_ENTITLED"
        if any(iin in people for people in self.listed.values()):
            return "ROSTER"
        held = {category for category, _, ended in spans if ended is None or ended[0] > day}
        if held:
            first = min(held, key=lambda category: ("RLF".index(category[0]), category))
            return "TREATY" if first == "F01" else f"CATEGORY_{first}"
        return self.payer_ground(iin, day, spans)

    def payer_ground(
        self, iin: str, day: date, spans: list[tuple[str, date, tuple[date, str] | None]]
    ) -> str:
        """The ground of somebody who is neither in a category nor on a roster."""
        today = month_number(day)
        any_kind, own = self.paid_months(iin)
        held = self.served[iin] | {
            month
            for category, since, ended in spans
            if category != "F01" and (ended is None or ended[0] > since)
            for month in range(
                month_number(since),
                month_number(ended[0] - timedelta(days=1) if ended else day) + 1,
            )
        }
        last = max(
            (m for m in any_kind if m <= today and year_to(m) <= any_kind | held), default=0
        )
        if last >= today - 2:
            return "PAYER"
        own_last = max((m for m in own if m - 11 <= today and year_to(m) <= own), default=0)
        if own_last >= today:
            return "SELF_PAYER"
        if max(own_last, last) >= today - 3:
            return "RETENTION_SELF_PAYER" if own_last >= today - 3 else "RETENTION_PAYER"
        ends = [ended[0] - timedelta(days=1) for cat, _, ended in spans if ended and cat != "F01"]
        if any(month_number(end) >= today - 3 for end in ends):
            return "RETENTION_CATEGORY"
        return "NOT_ENTITLED" if spans or any_kind or self.served[iin] else "NOT_REGISTERED"

    def paid_months(self, iin: str) -> tuple[set[int], set[int]]:
        """The months paid for somebody, and those paid by them as an independent payer."""
        any_kind: Counter[int] = Counter()
        own: Counter[int] = Counter()
        for identity, row in self.payments.items():
            if row["iin"] == iin and row["knp"] in ("121", "122"):
                month = int(row["period"][2:]) * 12 + int(row["period"][:2])
                any_kind[month] += int(self.left[identity] * 100)
                if row["payer_kind"] == "INDEPENDENT":
                    own[month] += int(self.left[identity] * 100)
        return set(+any_kind), set(+own)


def year_to(month: int) -> set[int]:
    """The twelve months up to one."""
    return set(range(month - 11, month + 1))


@dataclass
class Answers:
    """What a register answered to a whole region."""

    register: Register
    outcomes: Counter[tuple[str, str]]
    not_accepted: dict[str, int]
    snapshots: dict[str, str]


def answers_to(region: Region) -> Answers:
    """Deliver a region to a register."""
    answers = Answers(Register(), Counter(), {}, {})
    for delivery in region.deliveries:
        answers.register.begin(date.fromisoformat(delivery["at"][:10]))
        feed, sender, file = delivery["feed"], delivery["sender"], delivery["file"]
        rows = region.rows(file)
        if feed == "ROSTER":
            outcome, bad = answers.register.take_snapshot(sender, rows)
            if outcome != "ACCEPTED":
                answers.snapshots[file] = outcome
            answers.outcomes[feed, "REJECTED"] += bad
            answers.not_accepted[file] = bad
            continue
        outcomes = Counter(answers.register.take(feed, sender, row) for row in rows)
        answers.not_accepted[file] = len(rows) - outcomes.pop("ACCEPTED", 0)
        answers.outcomes.update({(feed, outcome): n for outcome, n in outcomes.items()})
    return answers


@pytest.fixture(scope="session")
def region(tmp_path_factory: pytest.TempPathFactory) -> Region:
    """A region large enough for every kind of bad line."""
    directory = tmp_path_factory.mktemp("region")
    summary = write_region(
        directory, people=PEOPLE, seed=7, months=MONTHS, processes=1, feeds=FORMED_FEEDS
    )
    return Region(directory, summary)


@pytest.fixture(scope="session")
def answers(region: Region) -> Answers:
    """What a register answers to the region."""
    return answers_to(region)
