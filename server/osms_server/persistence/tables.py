"""
The tables of the register.

Every table about a person has the IIN first in its key, so that what is known of a person lies
together and the same schema can be distributed by that key. Facts are only ever added; each
carries the `revision` since which it is known, and the sender and position it came from. `person`
is the projection: one row a person with the timeline, rewritten in the transaction that adds the
facts. IINs are numbers here and twelve digits wherever they are shown; amounts are in tiyn; codes
are written as in the contract. docs/architecture.md draws how the tables belong together.

The tables about rosters lie in a schema of their own, which whoever only looks up cannot open
(docs/adr/0019). Statements name no schema: every connection finds the tables by `SEARCH_PATH`,
and a rehearsal hides them by temporary ones of the same name.
"""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from osms_common.persistence.columns import column, key
from osms_common.persistence.shared_tables import NAMES, add_shared_tables

metadata = sa.MetaData(naming_convention=NAMES)

Code = sa.Text(collation="C")

PUBLIC: Final = "public"
ROSTERS: Final = "roster"
SCHEMAS: Final = (PUBLIC, ROSTERS)
SEARCH_PATH: Final = ", ".join(SCHEMAS)
_APART: Final = {"schema": ROSTERS}


def _provenance() -> list[sa.Column[Any]]:
    """Who sent it, at which position of the feed, and since when it is known."""
    return [
        column("sender", Code),
        column("position", sa.BigInteger),
        column("revision", sa.BigInteger),
    ]


head = sa.Table(
    "head",
    metadata,
    key("singleton", sa.Boolean),
    column("revision", sa.BigInteger),
    column("overlay_revision", sa.BigInteger),
    sa.CheckConstraint("singleton", name="one_row"),
    comment="The last revision, and the last that changed an overlay. Its lock orders writers.",
)

person = sa.Table(
    "person",
    metadata,
    key("iin", sa.BigInteger),
    column("first_revision", sa.BigInteger),
    column("revision", sa.BigInteger),
    column("fact_kinds", sa.SmallInteger),
    column("timeline", sa.Text),
    column("ledger", sa.LargeBinary),
    comment="The projection: what follows from the facts about each person.",
    postgresql_with={"fillfactor": 80},
)

category_fact = sa.Table(
    "category_fact",
    metadata,
    key("iin", sa.BigInteger),
    key("category", Code),
    key("assigned_on", sa.Date),
    key("ordinal", sa.SmallInteger),
    column("source", Code),
    column("removed_on", sa.Date, nullable=True),
    column("reason", sa.Text, nullable=True),
    column("message_number", sa.BigInteger),
    column("arrived", sa.BigInteger, nullable=True),
    *_provenance(),
    sa.CheckConstraint("ordinal > 0 or removed_on is null", name="first_assigns"),
    sa.CheckConstraint("(removed_on is null) = (reason is null)", name="removal_has_reason"),
    sa.CheckConstraint("removed_on >= assigned_on", name="removed_after_assigned"),
    comment="Assignments and removals of categories and treaty listings, episode by episode.",
)

category_message = sa.Table(
    "category_message",
    metadata,
    key("sender", Code),
    key("message_number", sa.BigInteger),
    column("digest", sa.BigInteger),
    comment="Numbers that a sender of categories has used, each with a digest of its message.",
)

payment = sa.Table(
    "payment",
    metadata,
    key("iin", sa.BigInteger),
    key("period", sa.Date),
    key("purpose_code", sa.SmallInteger),
    key("reference", Code),
    key("ordinal", sa.SmallInteger),
    column("received_on", sa.Date),
    column("amount", sa.BigInteger),
    column("payer_kind", sa.SmallInteger),
    column("payer_id", sa.BigInteger, nullable=True),
    column("payer_name", sa.Text),
    column("surname", sa.Text),
    column("given_name", sa.Text),
    column("patronymic", sa.Text),
    *_provenance(),
    sa.CheckConstraint("extract(day from period) = 1", name="period_is_month"),
    sa.CheckConstraint("amount > 0", name="amount_above_zero"),
    comment="Deductions and contributions: one month of one person. After a withdrawal the"
    " same line may come again, under the next ordinal.",
)

refund = sa.Table(
    "refund",
    metadata,
    key("iin", sa.BigInteger),
    key("period", sa.Date),
    key("purpose_code", sa.SmallInteger),
    key("reference", Code),
    key("refund_reference", Code),
    key("ordinal", sa.SmallInteger),
    column("refunded_on", sa.Date),
    column("amount", sa.BigInteger),
    *_provenance(),
    sa.CheckConstraint("amount > 0", name="amount_above_zero"),
    comment="Refunds of payments.",
)

roster_mark = sa.Table(
    "roster_mark",
    metadata,
    key("iin", sa.BigInteger),
    key("body", Code),
    key("arrived", sa.BigInteger),
    key("ordinal", sa.Integer),
    column("listed", sa.Boolean),
    column("changed_on", sa.Date, nullable=True),
    *_provenance(),
    comment="From the arrival on, the body lists the person, or no more.",
    info=_APART,
)

roster_member = sa.Table(
    "roster_member",
    metadata,
    key("body", Code),
    key("iin", sa.BigInteger),
    comment="Projection: whom each body lists, after all that is known.",
    info=_APART,
)

roster_snapshot = sa.Table(
    "roster_snapshot",
    metadata,
    key("snapshot_id", pg.UUID),
    column("body", Code),
    column("arrived", sa.BigInteger),
    column("line_count", sa.Integer),
    column("digest", sa.LargeBinary),
    column("entered_count", sa.Integer),
    column("left_count", sa.Integer),
    column("unchanged_count", sa.Integer),
    column("revision", sa.BigInteger, nullable=True),
    column("held_batch_id", pg.UUID, nullable=True),
    sa.Index(None, "body", "arrived"),
    comment="Snapshots as they arrived; without a revision, not known (held, or declined).",
    info=_APART,
)

roster_snapshot_lines = sa.Table(
    "roster_snapshot_lines",
    metadata,
    key("snapshot_id", pg.UUID),
    key("chunk", sa.Integer),
    column("iins", pg.ARRAY(sa.BigInteger)),
    comment="The persons of a snapshot, in ascending order.",
    info=_APART,
)

registration = sa.Table(
    "registration",
    metadata,
    key("iin", sa.BigInteger),
    key("registration_id", pg.UUID),
    column("category", Code),
    column("applied_on", sa.Date),
    column("documents", pg.ARRAY(sa.Text)),
    column("registered_by", sa.Text),
    column("repeat_reason", sa.Text),
    column("revision", sa.BigInteger),
    sa.Index(None, "registration_id", unique=True),
    comment="Registrations on documents.",
)

revocation = sa.Table(
    "revocation",
    metadata,
    key("iin", sa.BigInteger),
    key("registration_id", pg.UUID),
    column("revoked_by", sa.Text),
    column("reason", sa.Text),
    column("revision", sa.BigInteger),
    comment="Revocations of registrations.",
)

incident_declared = sa.Table(
    "incident_declared",
    metadata,
    key("incident_code", sa.Text),
    column("systems", pg.ARRAY(Code)),
    column("started_on", sa.Date),
    column("declared_by", sa.Text),
    column("revision", sa.BigInteger),
    comment="Technical failures, since they are known.",
)

incident_closed = sa.Table(
    "incident_closed",
    metadata,
    key("incident_code", sa.Text),
    column("ended_on", sa.Date),
    column("closed_by", sa.Text),
    column("revision", sa.BigInteger),
    comment="Ends of technical failures; the day is included.",
)

lapse_recorded = sa.Table(
    "lapse_recorded",
    metadata,
    key("lapse_id", pg.UUID),
    column("budget", sa.SmallInteger),
    column("since", sa.Date),
    column("recorded_by", sa.Text),
    column("revision", sa.BigInteger),
    comment="Unpaid budgets, since they are known.",
)

lapse_lifted = sa.Table(
    "lapse_lifted",
    metadata,
    key("lapse_id", pg.UUID),
    column("lifted_by", sa.Text),
    column("revision", sa.BigInteger),
    comment="Budgets that pay again.",
)

held_batch = sa.Table(
    "held_batch",
    metadata,
    key("held_batch_id", pg.UUID),
    column("kind", sa.SmallInteger),
    column("requested_by", sa.Text),
    column("arrived", sa.BigInteger),
    column("subject", sa.Text),
    column("reason", sa.Text),
    column("content", pg.JSONB),
    column("waiting_count", sa.BigInteger),
    column("state", sa.SmallInteger),
    column("decided_by", sa.Text, nullable=True),
    column("decided", sa.BigInteger, nullable=True),
    sa.Index(None, "arrived"),
    comment="What waits for a supervisor's approval, and what became of it.",
)

held_removal = sa.Table(
    "held_removal",
    metadata,
    key("held_batch_id", pg.UUID),
    key("position", sa.BigInteger),
    column("iin", sa.BigInteger),
    column("category", Code),
    column("assigned_on", sa.Date),
    column("removed_on", sa.Date),
    column("source", Code),
    column("reason", sa.Text),
    column("message_number", sa.BigInteger),
    column("sender", Code),
    column("arrived", sa.BigInteger),
    column("decision", sa.SmallInteger, nullable=True),
    comment="Removals of a held batch; without a decision they wait.",
)

removal_guard = sa.Table(
    "removal_guard",
    metadata,
    key("day", sa.Date),
    key("category", Code),
    column("removed_count", sa.BigInteger),
    column("holder_count", sa.BigInteger, nullable=True),
    column("held_batch_id", pg.UUID, nullable=True),
    comment="Removals of each category on each day, and the holders at its start once counted.",
)

rejection = sa.Table(
    "rejection",
    metadata,
    key("rejection_id", pg.UUID),
    column("feed_kind", sa.SmallInteger),
    column("sender", Code),
    column("position", sa.BigInteger),
    column("revision", sa.BigInteger),
    column("violations", pg.JSONB),
    column("content", sa.LargeBinary),
    column("state", sa.SmallInteger),
    column("source", Code, server_default=""),
    sa.Index(None, "sender", "feed_kind", "position"),
    sa.Index(None, "source", "rejection_id", postgresql_where=sa.text("source <> ''")),
    comment="The repair queue: lines as they were sent, and what is wrong with them.",
)

rejection_attempt = sa.Table(
    "rejection_attempt",
    metadata,
    key("rejection_id", pg.UUID),
    key("ordinal", sa.Integer),
    column("attempted_by", sa.Text),
    column("revision", sa.BigInteger),
    column("outcome", sa.SmallInteger),
    column("violations", pg.JSONB),
    column("content", sa.LargeBinary),
    comment="Corrected lines that were sent again, in order.",
)

rejection_closed = sa.Table(
    "rejection_closed",
    metadata,
    key("rejection_id", pg.UUID),
    column("closed_by", sa.Text),
    column("reason", sa.Text),
    column("revision", sa.BigInteger),
    comment="Rejected lines that will not be sent again.",
)

withdrawal = sa.Table(
    "withdrawal",
    metadata,
    key("withdrawal_id", pg.UUID),
    column("feed_kind", sa.SmallInteger),
    column("sender", Code),
    column("first_position", sa.BigInteger),
    column("last_position", sa.BigInteger),
    column("withdrawn_by", sa.Text),
    column("reason", sa.Text),
    column("revision", sa.BigInteger),
    comment="Withdrawals of what a feed sent between two positions, both included.",
)

withdrawn_fact = sa.Table(
    "withdrawn_fact",
    metadata,
    key("iin", sa.BigInteger),
    key("feed_kind", sa.SmallInteger),
    key("sender", Code),
    key("position", sa.BigInteger),
    column("revision", sa.BigInteger),
    comment="The facts that are withdrawn, person by person, by the place they came from.",
)

arrival = sa.Table(
    "arrival",
    metadata,
    key("obligation", sa.SmallInteger),
    key("sender", Code),
    column("revision", sa.BigInteger),
    comment="When each thing that is due last arrived.",
)

delivery = sa.Table(
    "delivery",
    metadata,
    key("revision", sa.BigInteger),
    column("feed_kind", sa.SmallInteger),
    column("sender", Code),
    column("first_position", sa.BigInteger),
    column("next_position", sa.BigInteger),
    column("accepted_count", sa.Integer),
    column("duplicate_count", sa.Integer),
    column("rejected_count", sa.Integer),
    column("held_count", sa.Integer),
    comment="The batches of every feed as they were acknowledged.",
)

access_log = sa.Table(
    "access_log",
    metadata,
    column("record_time", sa.DateTime(timezone=True)),
    column("writer", pg.UUID),
    column("first_sequence", sa.BigInteger),
    column("first_receipt", pg.UUID),
    column("callers", pg.ARRAY(sa.Text)),
    column("methods", pg.ARRAY(sa.Text)),
    column("purposes", pg.ARRAY(sa.SmallInteger)),
    column("on_dates", pg.ARRAY(sa.Date)),
    column("revisions", pg.ARRAY(sa.BigInteger)),
    column("counts", pg.ARRAY(sa.Integer)),
    column("iins", pg.ARRAY(sa.BigInteger)),
    column("statuses", pg.ARRAY(sa.SmallInteger)),
    column("ground_kinds", pg.ARRAY(sa.SmallInteger)),
    column("chain", sa.LargeBinary),
    column("certificates", pg.ARRAY(sa.Text), nullable=True),
    sa.Index(
        None,
        "iins",
        postgresql_using="gin",
        postgresql_with={"fastupdate": "on", "gin_pending_list_limit": 65536},
    ),
    sa.Index(None, "record_time", postgresql_using="brin"),
    postgresql_partition_by="RANGE (record_time)",
    comment="Every answer about a person, by month; in a row what was written together: one caller"
    " and day after the other with so many persons each, and a hash over it and all rows before.",
)

access_writer = sa.Table(
    "access_writer",
    metadata,
    key("writer", pg.UUID),
    column("sequence", sa.BigInteger),
    column("chain", sa.LargeBinary),
    column("record_time", sa.DateTime(timezone=True)),
    comment="How far each writer of the log of answers has come; written with its entries.",
    postgresql_with={"fillfactor": 20},
)

add_shared_tables(metadata)


def schema_of(table: sa.Table) -> str:
    """The schema in which a table lies."""
    schema: str = table.info.get("schema", PUBLIC)
    return schema
