"""
What the application hands to the register to keep, and what it gets back: one tuple a row.

They are the register's words for facts on their way in and out; the columns of the tables follow
their fields.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntEnum
from typing import Any, Final, Generic, NamedTuple, TypeVar
from uuid import UUID

from osms_common.domain.codes import Category, FeedKind, Outcome, System
from osms_common.domain.deliveries import FeedId, OutcomeCounts
from osms_common.domain.identifiers import Iin
from osms_common.domain.revision import NEVER, Revision
from osms_common.domain.violations import Violation
from osms_server.domain.facts import (
    CategoryRemoved,
    DocumentRegistered,
    RegistrationRevoked,
    RosterMark,
)
from osms_server.domain.ledger import EMPTY, Ledger

Row = TypeVar("Row")


class FactKind:
    """
    Kinds of fact that are known of a person, so that no table is read in vain.

    Plain numbers to be added up: an IntFlag would cost more than the rest of a record.
    """

    CATEGORY: Final = 1
    PAYMENT: Final = 2
    REFUND: Final = 4
    ROSTER: Final = 8
    DOCUMENT: Final = 16
    WITHDRAWN: Final = 32
    """Facts of any kind that were withdrawn: known once, and no more."""


class PersonRow(NamedTuple):
    """The projection of one person."""

    iin: Iin
    first_revision: Revision
    revision: Revision
    fact_kinds: int
    timeline: str
    ledger: Ledger = EMPTY

    @property
    def is_known(self) -> bool:
        """Whether anything is known of the person now."""
        return bool(self.fact_kinds & ~FactKind.WITHDRAWN)


class CategoryFactRow(NamedTuple):
    """An assignment or removal of an episode; the ordinal counts the facts of the episode."""

    iin: Iin
    category: Category
    assigned_on: date
    ordinal: int
    source: System
    removed_on: date | None
    reason: str | None
    message_number: int
    arrived: Revision | None
    sender: str
    position: int
    revision: Revision

    @property
    def known(self) -> Revision:
        """The revision since which the register knows it."""
        return self.revision

    def as_removed(self) -> CategoryRemoved:
        """The removal that the row keeps."""
        assert self.removed_on is not None
        assert self.reason is not None
        return CategoryRemoved(
            self.category,
            self.assigned_on,
            self.removed_on,
            self.source,
            self.reason,
            self.revision,
            arrived=self.arrived,
        )


class PaymentRow(NamedTuple):
    """A payment line; the period is the first day of its month, the amount in tiyn."""

    iin: Iin
    period: date
    purpose_code: int
    reference: str
    ordinal: int
    received_on: date
    amount: int
    payer_kind: int
    payer_id: int | None
    payer_name: str
    surname: str
    given_name: str
    patronymic: str
    sender: str
    position: int
    revision: Revision

    @property
    def content(self) -> tuple[object, ...]:
        """What the sender said, whatever came of it."""
        return (*self[:4], *self[5:13])


class RefundRow(NamedTuple):
    """A refund line; the period is the first day of its month, the amount in tiyn."""

    iin: Iin
    period: date
    purpose_code: int
    reference: str
    refund_reference: str
    ordinal: int
    refunded_on: date
    amount: int
    sender: str
    position: int
    revision: Revision

    @property
    def content(self) -> tuple[object, ...]:
        """What the sender said, whatever came of it."""
        return (*self[:5], *self[6:8])


class RosterMarkRow(NamedTuple):
    """From the arrival on, a body lists the person, or no more."""

    iin: Iin
    body: System
    arrived: Revision
    ordinal: int
    listed: bool
    changed_on: date | None
    sender: str
    position: int
    revision: Revision

    def as_fact(self) -> RosterMark:
        """The mark that the row keeps."""
        return RosterMark(self.body, self.arrived, self.ordinal, self.listed, self.revision)


class RegistrationRow(NamedTuple):
    """A registration on documents."""

    iin: Iin
    registration_id: UUID
    category: Category
    applied_on: date
    documents: list[str]
    registered_by: str
    repeat_reason: str
    revision: Revision

    def as_fact(self) -> DocumentRegistered:
        """The registration that the row keeps."""
        return DocumentRegistered(
            str(self.registration_id), self.category, self.applied_on, self.revision
        )


class RevocationRow(NamedTuple):
    """A revocation of a registration."""

    iin: Iin
    registration_id: UUID
    revoked_by: str
    reason: str
    revision: Revision

    def as_fact(self) -> RegistrationRevoked:
        """The revocation that the row keeps."""
        return RegistrationRevoked(str(self.registration_id), self.revision)


class Kept(NamedTuple, Generic[Row]):
    """A row as it is kept, and since when it is withdrawn; NEVER where it stands."""

    row: Row
    withdrawn: Revision = NEVER

    @property
    def stands(self) -> bool:
        """Whether the row is not withdrawn."""
        return self.withdrawn == NEVER


class DeliveryRow(NamedTuple):
    """A batch as it was acknowledged."""

    revision: Revision
    kind: FeedKind
    sender: str
    first_position: int
    next_position: int
    counts: OutcomeCounts


class RejectionState(IntEnum):
    """States of a rejection."""

    OPEN = 1
    RESUBMITTED = 2
    CLOSED = 3


class RejectionRow(NamedTuple):
    """A rejected line as it was sent."""

    rejection_id: UUID
    kind: FeedKind
    sender: str
    position: int
    revision: Revision
    violations: tuple[Violation, ...]
    content: bytes
    state: RejectionState = RejectionState.OPEN
    source: str = ""
    """The source of a category that the line names, where it may assign that category."""


class HeldKind(IntEnum):
    """Kinds of held batch."""

    ROSTER_SNAPSHOT = 1
    CATEGORY_REMOVALS = 2
    FUND_INCIDENT = 3
    BUDGET_LAPSE = 4
    WITHDRAWAL = 5
    REPEATED_REGISTRATION = 6


class HeldState(IntEnum):
    """States of a held batch."""

    WAITING = 1
    APPROVED = 2
    DECLINED = 3


class HeldBatchRow(NamedTuple):
    """Something that waits for a supervisor's approval."""

    held_batch_id: UUID
    kind: HeldKind
    requested_by: str
    arrived: Revision
    subject: str
    reason: str
    content: Mapping[str, Any]
    waiting_count: int
    state: HeldState = HeldState.WAITING
    decided_by: str | None = None
    decided: Revision | None = None


class HeldRemovalRow(NamedTuple):
    """A removal that may have to wait; *held_batch_id* is None while it does not."""

    held_batch_id: UUID | None
    position: int
    iin: Iin
    category: Category
    assigned_on: date
    removed_on: date
    source: System
    reason: str
    message_number: int
    sender: str
    arrived: Revision


class Sent(NamedTuple):
    """What a feed sent from one position to another, both included, and had come at *until*."""

    feed: FeedId
    first: int
    last: int
    until: Revision


class WithdrawalRow(NamedTuple):
    """A withdrawal of what a feed sent between two positions, both included."""

    withdrawal_id: UUID
    feed_kind: FeedKind
    sender: str
    first_position: int
    last_position: int
    withdrawn_by: str
    reason: str
    revision: Revision


class RemovalGuardRow(NamedTuple):
    """Removals of a category on a day, its holders at the start of it, and who waits."""

    day: date
    category: Category
    removed_count: int = 0
    holder_count: int | None = None
    held_batch_id: UUID | None = None


class SnapshotRow(NamedTuple):
    """A roster snapshot as it arrived; *revision* is None while it is not known."""

    snapshot_id: UUID
    body: System
    arrived: Revision
    line_count: int
    digest: bytes
    entered_count: int
    left_count: int
    unchanged_count: int
    revision: Revision | None
    held_batch_id: UUID | None


class AccessRow(NamedTuple):
    """One answer that was given about a person."""

    receipt_id: UUID
    record_time: datetime
    caller: str
    method: str
    iin: Iin
    on_date: date | None
    status: int | None
    ground_kind: int | None
    revision: Revision
    purpose: int = 0
    certificate: str = ""
    """SHA-256 of the caller's certificate, in hexadecimal digits; empty without TLS."""


class RejectionFilter(NamedTuple):
    """Which rejected lines are wanted; None and empty mean all."""

    kind: FeedKind | None = None
    sender: str = ""
    state: RejectionState | None = None
    reason: str = ""
    source: str = ""


class AttemptRow(NamedTuple):
    """A corrected line that was sent again."""

    rejection_id: UUID
    attempted_by: str
    revision: Revision
    outcome: Outcome
    violations: tuple[Violation, ...]
    content: bytes


class ClosingRow(NamedTuple):
    """A rejected line that will not be sent again."""

    rejection_id: UUID
    closed_by: str
    reason: str
    revision: Revision


class RejectionCount(NamedTuple):
    """How many lines of a sender were rejected for a reason."""

    sender: str
    kind: FeedKind
    state: RejectionState
    reason: str
    lines: int


FactRow = (
    CategoryFactRow | PaymentRow | RefundRow | RosterMarkRow | RegistrationRow | RevocationRow
)


class SourcedFact(NamedTuple):
    """A fact as it was told, who told it, and since when it is withdrawn, if it is."""

    fact: FactRow
    sender: str
    withdrawn: Revision = NEVER


@dataclass(slots=True)
class Additions:
    """The facts about persons that one transaction adds."""

    category_facts: list[CategoryFactRow] = field(default_factory=list)
    category_messages: list[tuple[str, int, int]] = field(default_factory=list)
    payments: list[PaymentRow] = field(default_factory=list)
    refunds: list[RefundRow] = field(default_factory=list)
    roster_marks: list[RosterMarkRow] = field(default_factory=list)
    registrations: list[RegistrationRow] = field(default_factory=list)
    revocations: list[RevocationRow] = field(default_factory=list)
