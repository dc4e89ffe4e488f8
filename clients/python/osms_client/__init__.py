"""
A client of the register for people: dates and dataclasses in and out.

    from osms_client import Certificates, OsmsClient

    with OsmsClient("127.0.0.1:50551", Certificates(folder, "clinic1")) as osms:
        answer = osms.check("900101300017")
        print(answer.status, answer.last_date)

Every call has a deadline, and what is safe to repeat is repeated. What cannot be answered raises
`CannotTell`: show "unknown: treat under p. 13", and never "not entitled".
"""

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
    AbsentGround,
    Access,
    Ack,
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
    "AbsentGround",
    "Access",
    "Ack",
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
