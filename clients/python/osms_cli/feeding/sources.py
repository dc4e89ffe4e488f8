"""Files of source systems, and of contributions: messages of the contract as JSON."""

from __future__ import annotations

from typing import Final

from osms_cli.feeding.layout import Messages
from osms_client import (
    ContributionMessage,
    ReportMessage,
    contribution_from_json,
    report_from_json,
)

REPORTS: Final = Messages[ReportMessage]("reports", report_from_json)
CONTRIBUTIONS: Final = Messages[ContributionMessage]("contributions", contribution_from_json)
