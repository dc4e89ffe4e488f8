"""Puts a life into the tables, report by report, each as a record of its own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import sqlalchemy as sa

from osms_common.domain.codes import System
from osms_matching.domain.contributions import Contribution, ContributionRefund
from osms_matching.domain.records import RecordKey
from osms_matching.domain.reports import PersonReport, Report
from osms_matching.persistence.evidence import EvidenceTables

_ELSEWHERE: Final = System.MOJ
"""Where reports come from whose own fields do not say it."""


def key_of(number: int, report: Report) -> RecordKey:
    """A key of its own for the report of a number."""
    source = report.source if isinstance(report, PersonReport) else _ELSEWHERE
    return RecordKey(source, type(report), f"{number:06d}")


def tell_all(connection: sa.Connection, reports: Iterable[Report], first: int = 0) -> None:
    """
    Tells everything that was ever known; what was withdrawn at once never was.

    Records have numbers from the *first* on.
    """
    known = [report for report in reports if report.known < report.withdrawn]
    tables = EvidenceTables(connection)
    lasting: list[tuple[RecordKey, Report]] = []
    refunds: list[tuple[str, ContributionRefund]] = []
    contributions: list[Contribution] = []
    for number, report in enumerate(known, first):
        if isinstance(report, Contribution):
            contributions.append(report)
        elif isinstance(report, ContributionRefund):
            refunds.append((f"{number:06d}", report))
        else:
            lasting.append((key_of(number, report), report))
    tables.tell(lasting)
    tables.add_contributions(contributions)
    tables.add_refunds(refunds)
