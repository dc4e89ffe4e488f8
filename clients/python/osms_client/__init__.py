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
from osms_client.logs import LogLink
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
    "CategoryMessage",
    "CategoryRemoved",
    "Certificates",
    "Conflict",
    "Consumer",
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
    "Rejection",
    "RejectionCount",
    "RejectionEvent",
    "RejectionHistory",
    "Remedy",
    "RosterChange",
    "RosterLine",
    "SnapshotResult",
    "Stretch",
    "TakenOver",
    "Timeline",
    "Unreadable",
    "Violation",
    "Withdrawal",
    "new_request_id",
]
