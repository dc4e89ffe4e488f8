"""What the service answers, as dataclasses with dates and plain codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Final, NoReturn

from osms_client.errors import Violation

STATUSES: Final = ("ENTITLED", "NOT_ENTITLED", "NOT_REGISTERED")
"""What an answer says; where it says anything else, nobody can tell."""

PURPOSES: Final = ("CARE", "PLANNING", "COMPLAINT", "REGISTRATION", "CONTROL")
"""What one may ask about a person for."""


class Outcome(StrEnum):
    """What became of a record. Values that are not known here are UNKNOWN."""

    UNKNOWN = "UNKNOWN"
    ACCEPTED = "ACCEPTED"
    DUPLICATE = "DUPLICATE"
    REJECTED = "REJECTED"
    HELD_FOR_APPROVAL = "HELD_FOR_APPROVAL"


@dataclass(frozen=True, slots=True)
class Provision:
    """A provision of the Rules, by code, with a sentence where a language was asked for."""

    code: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Entitlement:
    """
    The answer about one person on one day.

    Ask `entitled`. An answer itself is neither true nor false, and says so if it is taken for it.
    """

    iin: str
    on_date: date
    status: str
    """ENTITLED, NOT_ENTITLED or NOT_REGISTERED."""

    ground: str | None
    """Kind of the ground reported first, such as PAYER; None if not entitled."""

    financing: str
    """OSMS, or GVFMC for the guaranteed volume of free care."""

    last_date: date | None
    """Last entitled day, included; None if not entitled, or open-ended."""

    open_ended: bool
    provisions: tuple[Provision, ...]
    revision: str
    revision_time: datetime
    receipt_id: str
    text: str = ""
    data_time: datetime | None = None
    """Instant as of which the answer is complete; None where the service does not tell."""

    signed_receipt: str = ""
    """The answer as a signed receipt, where one was asked for; `osms_client.receipts` reads it."""

    @property
    def entitled(self) -> bool:
        """Whether the person is entitled on the day."""
        return self.status == "ENTITLED"

    def __bool__(self) -> NoReturn:
        """TypeError: "not entitled" is an answer, too, and would be true."""
        message = "an answer is neither true nor false; ask for its `entitled`"
        raise TypeError(message)


@dataclass(frozen=True, slots=True)
class Ground:
    """A ground, with its days [start, end); *end* is None where it is open-ended."""

    kind: str
    category: str
    start: date
    end: date | None
    provisions: tuple[Provision, ...]
    depends_on: tuple[str, ...] = ()
    fact_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days [start, end) on which the same grounds hold; *end* is None where open-ended."""

    start: date
    end: date | None
    grounds: tuple[Ground, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """Every stretch of days of a person; days between stretches are without the right."""

    iin: str
    stretches: tuple[Stretch, ...]
    revision: str
    revision_time: datetime
    receipt_id: str


@dataclass(frozen=True, slots=True)
class AbsentGround:
    """A kind of ground that does not hold on the day, and why."""

    kind: str
    reason: str
    text: str
    details: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Days:
    """Days [start, end); *end* is None where they are open-ended."""

    start: date
    end: date | None


@dataclass(frozen=True, slots=True)
class DocumentRoute:
    """Documents on which a person can be registered in a category: one of every group."""

    category: str
    groups: tuple[tuple[str, ...], ...]
    provision: Provision
    repeat: bool
    """Whether the person was registered in it before: a supervisor must state why again."""


@dataclass(frozen=True, slots=True)
class Remedy:
    """What would give the right to a person who is not entitled."""

    action: str
    """Stable code of what would have to be done, such as PAY_MONTHS."""

    ground: str | None
    """Kind of the ground that would be had; None where nothing helps."""

    done_on: date
    """The day on which it is taken to be done: the day asked about, or today if it has passed."""

    days: Days | None
    """The days that would be gained; None where nothing helps."""

    missing_months: tuple[date, ...]
    """Months that would have to be paid, each as its first day."""

    category: str
    last_day: date | None
    """Last day, included, on which the ground gave the right before."""

    removal_reason: str
    systems: tuple[str, ...]
    document_routes: tuple[DocumentRoute, ...]
    provisions: tuple[Provision, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact as it was told: its kind, who told it, since when it is known, and its fields."""

    fact_id: str
    kind: str
    sender: str
    record_time: datetime
    revision: str
    content: Mapping[str, object]
    withdrawn_time: datetime | None = None
    """Instant from which on it is known no more; None while it stands."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """One day of one person with everything it rests on."""

    entitlement: Entitlement
    grounds: tuple[Ground, ...]
    absent_grounds: tuple[AbsentGround, ...]
    facts: tuple[Fact, ...]
    remedies: tuple[Remedy, ...] = ()
    """What would help, the nearest first; empty if entitled, and for an earlier instant."""


@dataclass(frozen=True, slots=True)
class Registration:
    """
    A registration on documents; *last_date* is None where it was not told.

    One with an outcome HELD_FOR_APPROVAL waits in its held batch for another supervisor.
    """

    registration_id: str
    iin: str
    category: str
    applied_on: date
    documents: tuple[str, ...]
    registered_by: str
    repeat_reason: str
    last_date: date | None = None
    revision: str = ""
    outcome: Outcome = Outcome.ACCEPTED
    held_batch_id: str = ""


@dataclass(frozen=True, slots=True)
class Consumer:
    """What is known of a person."""

    iin: str
    entitlement: Entitlement
    first_record_time: datetime
    fact_counts: Mapping[str, int]
    registrations: tuple[Registration, ...]


@dataclass(frozen=True, slots=True)
class RecordOutcome:
    """What became of the record at a position."""

    position: int
    outcome: Outcome
    violations: tuple[Violation, ...] = ()
    rejection_id: str = ""
    held_batch_id: str = ""
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """How many people a change would give or take days of the right, from today on."""

    gaining: int
    losing: int


@dataclass(frozen=True, slots=True)
class Ack:
    """Everything below *next_position* is stored, or would be where it was only tried."""

    next_position: int
    revision: str
    record_time: datetime
    accepted: int
    duplicate: int
    rejected: int
    held: int
    repeated: int
    outcomes: tuple[RecordOutcome, ...]
    preview: Preview | None = None
    """What all batches that were tried would have changed so far; None where it was stored."""

    left_out: int = 0
    """Outcomes for which the acknowledgement had no room; rejected ones are in the queue."""


@dataclass(frozen=True, slots=True)
class SnapshotResult:
    """What became of a roster snapshot."""

    outcome: Outcome
    revision: str
    arrival_time: datetime
    entered: int
    left: int
    unchanged: int
    held_batch_id: str
    rejected_lines: tuple[RecordOutcome, ...]
    preview: Preview | None = None
    """What the snapshot would have changed; None where it was stored."""

    left_out: int = 0
    """Rejected lines for which the answer had no room; they are in the queue."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """A rejected line, as it was sent, and what is wrong with it."""

    rejection_id: str
    feed: str
    sender: str
    position: int
    record_time: datetime
    state: str
    violations: tuple[Violation, ...]
    line: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class RejectionEvent:
    """Something that was done with a rejected line: it was sent again, or closed."""

    caller: str
    """Role and name, such as `fund-operator/operator1`."""

    record_time: datetime
    outcome: Outcome | None
    """What came of the corrected line; None where the rejection was closed."""

    violations: tuple[Violation, ...] = ()
    line: Mapping[str, object] = field(default_factory=dict)
    """The line as it was sent again; empty where the rejection was closed."""

    reason: str = ""
    """Why the rejection was closed."""


@dataclass(frozen=True, slots=True)
class RejectionHistory:
    """A rejected line as it was sent first, and what was done with it since, in order."""

    rejection: Rejection
    events: tuple[RejectionEvent, ...]


@dataclass(frozen=True, slots=True)
class RejectionCount:
    """How many lines of a sender were rejected for a reason."""

    sender: str
    feed: str
    state: str
    reason: str
    count: int


@dataclass(frozen=True, slots=True)
class HeldBatch:
    """Something that waits for a supervisor, or was decided."""

    held_batch_id: str
    kind: str
    requested_by: str
    arrival_time: datetime
    state: str
    waiting: int
    subject: str
    reason: str
    decided_by: str
    decision_time: datetime | None


@dataclass(frozen=True, slots=True)
class Decision:
    """A held batch after a decision, and how many records were decided."""

    held_batch: HeldBatch
    count: int
    revision: str = ""


@dataclass(frozen=True, slots=True)
class PersonChange:
    """How the right of one person would change, from today on."""

    iin: str
    first_gained: date | None
    first_lost: date | None
    lost_ground: str | None
    """Kind of the ground that is reported on the first lost day now."""

    entitled_after: tuple[Days, ...]


@dataclass(frozen=True, slots=True)
class HeldPreview:
    """What an approval would change."""

    preview: Preview | None
    """None where it concerns many people at once, as an unpaid budget does."""

    changes: tuple[PersonChange, ...]
    """People whose right would change, by IIN: all, or as many as were asked for."""


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """The held batch in which a withdrawal waits, and how many facts it is about."""

    held_batch_id: str
    fact_count: int


@dataclass(frozen=True, slots=True)
class Incident:
    """A technical failure; *ended_on* is its last day, included."""

    incident_code: str
    systems: tuple[str, ...]
    started_on: date
    ended_on: date | None
    declared_by: str
    approved: bool
    record_time: datetime | None
    outcome: Outcome = Outcome.ACCEPTED
    held_batch_id: str = ""


@dataclass(frozen=True, slots=True)
class FeedStatus:
    """What a sender owes, what arrived last, and whether it is on time."""

    obligation: str
    sender: str
    last_arrival_time: datetime | None
    due_on: date | None
    timeliness: str
    late_days: int
    provision: str


@dataclass(frozen=True, slots=True)
class Access:
    """One answer that was given about a person."""

    receipt_id: str
    record_time: datetime
    caller: str
    method: str
    on_date: date | None
    status: str
    ground: str | None
    revision: str
    purpose: str = "UNSPECIFIED"
    """What was asked for, as the caller declared."""

    certificate_fingerprint: str = ""
    """SHA-256 of the certificate by which the caller was known; empty on a port without TLS."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One act: a change, an administrative reading, or what was refused."""

    writer_id: str
    sequence: int
    record_time: datetime
    caller: str
    """Role and name, such as `fund-supervisor/supervisor1`."""

    certificate_fingerprint: str
    """SHA-256 of the certificate by which the caller was known; empty on a port without TLS."""

    method: str
    kind: str
    """CHANGE, READING or REFUSAL."""

    outcome: str
    """OK; REPEATED where a change was only answered again; where it was refused, the reason."""

    subject: str = ""
    """What it was about, where the request does not say it: the records of a feed."""

    revision: str = ""
    """Revision of the register that a change made."""

    iins: tuple[str, ...] = ()
    """The persons whom a change names, or whom a reading was asked for or has shown."""

    request: Mapping[str, object] = field(default_factory=dict)
    """The request; empty for the batches of a feed, and for what was refused."""


@dataclass(frozen=True, slots=True)
class CallerCertificate:
    """A certificate that a caller has shown, and what it says."""

    fingerprint: str
    pem: str
    record_time: datetime
    """Instant at which it was first shown."""

    subject: str
    uri: str
    """Who it says that calls."""

    serial_number: str
    """In hexadecimal digits."""

    valid_from_time: datetime
    valid_until_time: datetime
    """The last instant at which it is valid."""
