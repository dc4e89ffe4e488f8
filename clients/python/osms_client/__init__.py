"""
A client of the register for people: dates and dataclasses in and out.

    from osms_client import CannotTell, Certificates, OsmsClient

    servers = "osms1.example:50551,osms2.example:50551"
    with OsmsClient(servers, Certificates(folder, "clinic1")) as osms:
        try:
            answer = osms.check("900101300017", purpose="CARE")
        except CannotTell as unknown:
            print(unknown.text("kk"))
        else:
            print(answer.status, answer.last_date)

`MatchingClient` is its sibling for the matching, which forms the categories: source systems tell
it what they register (`osms_client.reports`).

There are three answers: entitled, not entitled, and `CannotTell`, which is shown as "unknown:
treat under p. 13" and never as "not entitled". Before it is raised, what is safe to repeat was
repeated, at all servers that were named, within the deadline that every call has.
"""

from osms_client.auditing import LogExport
from osms_client.client import OsmsClient
from osms_client.connection import Certificates, Credentials, NamedCaller
from osms_client.errors import (
    CannotTell,
    Conflict,
    InvalidRequest,
    NotAllowed,
    NotFound,
    OsmsError,
    OutOfOrder,
    Refused,
    TakenOver,
    Violation,
)
from osms_client.feeds import FeedPush, new_request_id
from osms_client.forming import (
    CategoryChange,
    CategoryDecision,
    CategoryExplanation,
    MatchingRun,
    MonthFound,
    RejectedLine,
)
from osms_client.logs import LogLink
from osms_client.matching import MatchingClient
from osms_client.records import (
    CategoryAssigned,
    CategoryMessage,
    CategoryRemoved,
    Payment,
    PaymentRefunded,
    RosterChange,
    RosterLine,
    Unreadable,
)
from osms_client.reports import (
    Contribution,
    ContributionMessage,
    ContributionRefunded,
    Report,
    ReportMessage,
    ReportWithdrawn,
)
from osms_client.telling import contribution_from_json, report_from_json
from osms_client.values import (
    PURPOSES,
    AbsentGround,
    Access,
    Ack,
    AuditEntry,
    CallerCertificate,
    Consumer,
    Days,
    Decision,
    DocumentRoute,
    Entitlement,
    Explanation,
    Fact,
    FeedStatus,
    Ground,
    HeldBatch,
    HeldPreview,
    Incident,
    Outcome,
    PersonChange,
    Preview,
    Provision,
    RecordOutcome,
    Registration,
    Rejection,
    RejectionCount,
    RejectionEvent,
    RejectionHistory,
    Remedy,
    SnapshotResult,
    Stretch,
    Timeline,
    Withdrawal,
)

__all__ = [
    "PURPOSES",
    "AbsentGround",
    "Access",
    "Ack",
    "AuditEntry",
    "CallerCertificate",
    "CannotTell",
    "CategoryAssigned",
    "CategoryChange",
    "CategoryDecision",
    "CategoryExplanation",
    "CategoryMessage",
    "CategoryRemoved",
    "Certificates",
    "Conflict",
    "Consumer",
    "Contribution",
    "ContributionMessage",
    "ContributionRefunded",
    "Credentials",
    "Days",
    "Decision",
    "DocumentRoute",
    "Entitlement",
    "Explanation",
    "Fact",
    "FeedPush",
    "FeedStatus",
    "Ground",
    "HeldBatch",
    "HeldPreview",
    "Incident",
    "InvalidRequest",
    "LogExport",
    "LogLink",
    "MatchingClient",
    "MatchingRun",
    "MonthFound",
    "NamedCaller",
    "NotAllowed",
    "NotFound",
    "OsmsClient",
    "OsmsError",
    "OutOfOrder",
    "Outcome",
    "Payment",
    "PaymentRefunded",
    "PersonChange",
    "Preview",
    "Provision",
    "RecordOutcome",
    "Refused",
    "Registration",
    "RejectedLine",
    "Rejection",
    "RejectionCount",
    "RejectionEvent",
    "RejectionHistory",
    "Remedy",
    "Report",
    "ReportMessage",
    "ReportWithdrawn",
    "RosterChange",
    "RosterLine",
    "SnapshotResult",
    "Stretch",
    "TakenOver",
    "Timeline",
    "Unreadable",
    "Violation",
    "Withdrawal",
    "contribution_from_json",
    "new_request_id",
    "report_from_json",
]
