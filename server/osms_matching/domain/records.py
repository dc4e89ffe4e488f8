"""
The lines of the feeds of reports and contributions, as they were sent.

A field that could not be read is None, with a violation that says so. What is told is known since
nothing yet: whoever keeps it says since when it is known.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from osms_common.domain.codes import System
from osms_common.domain.deliveries import UnreadableRecord
from osms_common.domain.violations import Violation
from osms_matching.domain.contributions import Contribution, ContributionRefund
from osms_matching.domain.reports import Known, Report

NOT_KEPT: Final = Known(0)
"""Since when a line is known that is not kept yet."""


class RecordKey(NamedTuple):
    """What names something that a source has registered."""

    source: System
    kind: type[Report]
    record_id: str


class ReportTold(NamedTuple):
    """
    Something that a source has registered, under its own number.

    *report* is None where anything is wrong with it; *kind* also then, where it is a kind at all.
    """

    record_id: str
    kind: type[Report] | None
    report: Report | None
    path: str = ""
    """Where its fields stand in the line."""
    violations: tuple[Violation, ...] = ()


class WithdrawalTold(NamedTuple):
    """What was reported in error, and never was."""

    record_id: str
    kind: type[Report] | None
    violations: tuple[Violation, ...] = ()


class ContributionTold(NamedTuple):
    """A line of a payment; None where anything is wrong with it."""

    contribution: Contribution | None
    violations: tuple[Violation, ...] = ()


class RefundTold(NamedTuple):
    """A refund of a line; None where anything is wrong with it."""

    refund_reference: str
    refund: ContributionRefund | None
    violations: tuple[Violation, ...] = ()


ReportLine = ReportTold | WithdrawalTold | UnreadableRecord
ContributionLine = ContributionTold | RefundTold | UnreadableRecord
