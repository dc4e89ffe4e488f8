"""What sources tell and what was paid, in few words; days are written as `2026-03-01`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Final

from osms_client import Ack, Days, MatchingClient
from osms_client import reports as told

LONG_AGO: Final = date(2000, 1, 1)


def on(since: str = "2020-01-01", until: str | None = None) -> Days:
    """The days from *since* until *until*, not included."""
    return Days(date.fromisoformat(since), date.fromisoformat(until) if until else None)


def push(client: MatchingClient, *records: told.ReportMessage) -> Ack:
    """Sends reports in one batch."""
    with client.reports_feed() as feed:
        (ack,) = feed.send(records)
    return ack


def pay(client: MatchingClient, *records: told.ContributionMessage) -> Ack:
    """Sends contributions and refunds in one batch."""
    with client.contributions_feed() as feed:
        (ack,) = feed.send(records)
    return ack


def paid(
    iin: str,
    day: str,
    *,
    reference: str = "PAY-1",
    kind: str = "PENSION_CONTRIBUTION",
    amount: str = "8500.00",
) -> told.Contribution:
    """A line for the month of the day on which it was paid."""
    paid_on = date.fromisoformat(day)
    return told.Contribution(
        reference, iin, kind, paid_on.replace(day=1), paid_on, Decimal(amount)
    )


def refunded(
    line: told.Contribution, day: str, amount: str, *, reference: str = "BACK-1"
) -> told.ContributionRefunded:
    """A refund of a line."""
    return told.ContributionRefunded(
        reference,
        line.reference,
        line.iin,
        line.kind,
        line.period,
        date.fromisoformat(day),
        Decimal(amount),
    )


def pregnancies(iins: Iterable[str]) -> list[told.Report]:
    """A record of each woman, numbered by its place."""
    return [
        told.Report(f"PREG-{number}", told.Pregnancy(iin, on()))
        for number, iin in enumerate(iins, 1)
    ]


def outcomes(ack: Ack) -> list[str]:
    """What became of each record of a batch that was new, in order."""
    found = {each.position: each.outcome.value for each in ack.outcomes}
    count = ack.accepted + ack.duplicate + ack.rejected
    return [
        found.get(position, "ACCEPTED")
        for position in range(ack.next_position - count, ack.next_position)
    ]


def reasons(ack: Ack) -> dict[str, str]:
    """Everything that is wrong with the records of a batch, by field."""
    return {
        violation.field: violation.reason for each in ack.outcomes for violation in each.violations
    }
