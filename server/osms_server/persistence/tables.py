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

from osms_common.persistence.shared_tables import NAMES, add_shared_tables

metadata = sa.MetaData(naming_convention=NAMES)

Code = sa.Text(collation="C")

PUBLIC: Final = "public"
ROSTERS: Final = "roster"
SCHEMAS: Final = (PUBLIC, ROSTERS)
SEARCH_PATH: Final = ", ".join(SCHEMAS)
_APART: Final = {"schema": ROSTERS}


def _column(name: str, kind: Any, **options: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=options.pop("nullable", False), **options)


def _key(name: str, kind: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, primary_key=True, autoincrement=False)


def _provenance() -> list[sa.Column[Any]]:
    """Who sent it, at which position of the feed, and since when it is known."""
    return [
        _column("sender", Code),
        _column("position", sa.BigInteger),
        _column("revision", sa.BigInteger),
    ]


head = sa.Table(
    "head",
    metadata,
    _key("singleton", sa.Boolean),
    _column("revision", sa.BigInteger),
    _column("overlay_revision", sa.BigInteger),
    sa.CheckConstraint("singleton", name="one_row"),
    comment="The last revision, and the last that changed an overlay. Its lock orders writers.",
)

person = sa.Table(
    "person",
    metadata,
    _key("iin", sa.BigInteger),
    _column("first_revision", sa.BigInteger),
    _column("revision", sa.BigInteger),
    _column("fact_kinds", sa.SmallInteger),
    _column("timeline", sa.Text),
    _column("ledger", sa.LargeBinary),
    comment="The projection: what follows from the facts about each person.",
    postgresql_with={"fillfactor": 80},
)

category_fact = sa.Table(
    "category_fact",
    metadata,
    _key("iin", sa.BigInteger),
    _key("category", Code),
    _key("assigned_on", sa.Date),
    _key("ordinal", sa.SmallInteger),
    _column("source", Code),
    _column("removed_on", sa.Date, nullable=True),
    _column("reason", sa.Text, nullable=True),
    _column("message_number", sa.BigInteger),
    _column("arrived", sa.BigInteger, nullable=True),
    *_provenance(),
    sa.CheckConstraint("ordinal > 0 or removed_on is null", name="first_assigns"),
    sa.CheckConstraint("(removed_on is null) = (reason is null)", name="removal_has_reason"),
    sa.CheckConstraint("removed_on >= assigned_on", name="removed_after_assigned"),
    comment="Assignments and removals of categories and treaty listings, episode by episode.",
)

category_message = sa.Table(
    "category_message",
    metadata,
    _key("sender", Code),
    _key("message_number", sa.BigInteger),
    _column("digest", sa.BigInteger),
    comment="Numbers that a sender of categories has used, each with a digest of its message.",
)

payment = sa.Table(
    "payment",
    metadata,
    _key("iin", sa.BigInteger),
    _key("period", sa.Date),
    _key("purpose_code", sa.SmallInteger),
    _key("reference", Code),
    _key("ordinal", sa.SmallInteger),
    _column("received_on", sa.Date),
    _column("amount", sa.BigInteger),
    _column("payer_kind", sa.SmallInteger),
    _column("payer_id", sa.BigInteger, nullable=True),
    _column("payer_name", sa.Text),
    _column("surname", sa.Text),
    _column("given_name", sa.Text),
    _column("patronymic", sa.Text),
    *_provenance(),
    sa.CheckConstraint("extract(day from period) = 1", name="period_is_month"),
    sa.CheckConstraint("amount > 0", name="amount_above_zero"),
    comment="Deductions and contributions: one month of one person. After a withdrawal the"
    " same line may come again, under the next ordinal.",
)

refund = sa.Table(
    "refund",
    metadata,
    _key("iin", sa.BigInteger),
    _key("period", sa.Date),
    _key("purpose_code", sa.SmallInteger),
    _key("reference", Code),
    _key("refund_reference", Code),
    _key("ordinal", sa.SmallInteger),
    _column("refunded_on", sa.Date),
    _column("amount", sa.BigInteger),
    *_provenance(),
    sa.CheckConstraint("amount > 0", name="amount_above_zero"),
    comment="Refunds of payments.",
)

roster_mark = sa.Table(
    "roster_mark",
    metadata,
    _key("iin", sa.BigInteger),
    _key("body", Code),
    _key("arrived", sa.BigInteger),
    _key("ordinal", sa.Integer),
    _column("listed", sa.Boolean),
    _column("changed_on", sa.Date, nullable=True),
    *_provenance(),
    comment="From the arrival on, the body lists the person, or no more.",
    info=_APART,
)

roster_member = sa.Table(
    "roster_member",
    metadata,
    _key("body", Code),
    _key("iin", sa.BigInteger),
    comment="Projection: whom each body lists, after all that is known.",
    info=_APART,
)

roster_snapshot = sa.Table(
    "roster_snapshot",
    metadata,
    _key("snapshot_id", pg.UUID),
    _column("body", Code),
    _column("arrived", sa.BigInteger),
    _column("line_count", sa.Integer),
    _column("digest", sa.LargeBinary),
    _column("entered_count", sa.Integer),
    _column("left_count", sa.Integer),
    _column("unchanged_count", sa.Integer),
    _column("revision", sa.BigInteger, nullable=True),
    _column("held_batch_id", pg.UUID, nullable=True),
    sa.Index(None, "body", "arrived"),
    comment="Snapshots as they arrived; without a revision, not known (held, or declined).",
    info=_APART,
)

roster_snapshot_lines = sa.Table(
    "roster_snapshot_lines",
    metadata,
    _key("snapshot_id", pg.UUID),
    _key("chunk", sa.Integer),
    _column("iins", pg.ARRAY(sa.BigInteger)),
    comment="The persons of a snapshot, in ascending order.",
    info=_APART,
)

registration = sa.Table(
    "registration",
    metadata,
    _key("iin", sa.BigInteger),
    _key("registration_id", pg.UUID),
    _column("category", Code),
    _column("applied_on", sa.Date),
    _column("documents", pg.ARRAY(sa.Text)),
    _column("registered_by", sa.Text),
    _column("repeat_reason", sa.Text),
    _column("revision", sa.BigInteger),
    sa.Index(None, "registration_id", unique=True),
    comment="Registrations on documents.",
)

revocation = sa.Table(
    "revocation",
    metadata,
    _key("iin", sa.BigInteger),
    _key("registration_id", pg.UUID),
    _column("revoked_by", sa.Text),
    _column("reason", sa.Text),
    _column("revision", sa.BigInteger),
    comment="Revocations of registrations.",
)

incident_declared = sa.Table(
    "incident_declared",
    metadata,
    _key("incident_code", sa.Text),
    _column("systems", pg.ARRAY(Code)),
    _column("started_on", sa.Date),
    _column("declared_by", sa.Text),
    _column("revision", sa.BigInteger),
    comment="Technical failures, since they are known.",
)

incident_closed = sa.Table(
    "incident_closed",
    metadata,
    _key("incident_code", sa.Text),
    _column("ended_on", sa.Date),
    _column("closed_by", sa.Text),
    _column("revision", sa.BigInteger),
    comment="Ends of technical failures; the day is included.",
)

lapse_recorded = sa.Table(
    "lapse_recorded",
    metadata,
    _key("lapse_id", pg.UUID),
    _column("budget", sa.SmallInteger),
    _column("since", sa.Date),
    _column("recorded_by", sa.Text),
    _column("revision", sa.BigInteger),
    comment="Unpaid budgets, since they are known.",
)

lapse_lifted = sa.Table(
    "lapse_lifted",
    metadata,
    _key("lapse_id", pg.UUID),
    _column("lifted_by", sa.Text),
    _column("revision", sa.BigInteger),
    comment="Budgets that pay again.",
)

held_batch = sa.Table(
    "held_batch",
    metadata,
    _key("held_batch_id", pg.UUID),
    _column("kind", sa.SmallInteger),
    _column("requested_by", sa.Text),
    _column("arrived", sa.BigInteger),
    _column("subject", sa.Text),
    _column("reason", sa.Text),
    _column("content", pg.JSONB),
    _column("waiting_count", sa.BigInteger),
    _column("state", sa.SmallInteger),
    _column("decided_by", sa.Text, nullable=True),
    _column("decided", sa.BigInteger, nullable=True),
    sa.Index(None, "arrived"),
    comment="What waits for a supervisor's approval, and what became of it.",
)

held_removal = sa.Table(
    "held_removal",
    metadata,
    _key("held_batch_id", pg.UUID),
    _key("position", sa.BigInteger),
    _column("iin", sa.BigInteger),
    _column("category", Code),
    _column("assigned_on", sa.Date),
    _column("removed_on", sa.Date),
    _column("source", Code),
    _column("reason", sa.Text),
    _column("message_number", sa.BigInteger),
    _column("sender", Code),
    _column("arrived", sa.BigInteger),
    _column("decision", sa.SmallInteger, nullable=True),
    comment="Removals of a held batch; without a decision they wait.",
)

removal_guard = sa.Table(
    "removal_guard",
    metadata,
    _key("day", sa.Date),
    _key("category", Code),
    _column("removed_count", sa.BigInteger),
    _column("holder_count", sa.BigInteger, nullable=True),
    _column("held_batch_id", pg.UUID, nullable=True),
    comment="Removals of each category on each day, and the holders at its start once counted.",
)

rejection = sa.Table(
    "rejection",
    metadata,
    _key("rejection_id", pg.UUID),
    _column("feed_kind", sa.SmallInteger),
    _column("sender", Code),
    _column("position", sa.BigInteger),
    _column("revision", sa.BigInteger),
    _column("violations", pg.JSONB),
    _column("content", sa.LargeBinary),
    _column("state", sa.SmallInteger),
    _column("source", Code, server_default=""),
    sa.Index(None, "sender", "feed_kind", "position"),
    sa.Index(None, "source", "rejection_id", postgresql_where=sa.text("source <> ''")),
    comment="The repair queue: lines as they were sent, and what is wrong with them.",
)

rejection_attempt = sa.Table(
    "rejection_attempt",
    metadata,
    _key("rejection_id", pg.UUID),
    _key("ordinal", sa.Integer),
    _column("attempted_by", sa.Text),
    _column("revision", sa.BigInteger),
    _column("outcome", sa.SmallInteger),
    _column("violations", pg.JSONB),
    _column("content", sa.LargeBinary),
    comment="Corrected lines that were sent again, in order.",
)

rejection_closed = sa.Table(
    "rejection_closed",
    metadata,
    _key("rejection_id", pg.UUID),
    _column("closed_by", sa.Text),
    _column("reason", sa.Text),
    _column("revision", sa.BigInteger),
    comment="Rejected lines that will not be sent again.",
)

withdrawal = sa.Table(
    "withdrawal",
    metadata,
    _key("withdrawal_id", pg.UUID),
    _column("feed_kind", sa.SmallInteger),
    _column("sender", Code),
    _column("first_position", sa.BigInteger),
    _column("last_position", sa.BigInteger),
    _column("withdrawn_by", sa.Text),
    _column("reason", sa.Text),
    _column("revision", sa.BigInteger),
    comment="Withdrawals of what a feed sent between two positions, both included.",
)

withdrawn_fact = sa.Table(
    "withdrawn_fact",
    metadata,
    _key("iin", sa.BigInteger),
    _key("feed_kind", sa.SmallInteger),
    _key("sender", Code),
    _key("position", sa.BigInteger),
    _column("revision", sa.BigInteger),
    comment="The facts that are withdrawn, person by person, by the place they came from.",
)

arrival = sa.Table(
    "arrival",
    metadata,
    _key("obligation", sa.SmallInteger),
    _key("sender", Code),
    _column("revision", sa.BigInteger),
    comment="When each thing that is due last arrived.",
)

delivery = sa.Table(
    "delivery",
    metadata,
    _key("revision", sa.BigInteger),
    _column("feed_kind", sa.SmallInteger),
    _column("sender", Code),
    _column("first_position", sa.BigInteger),
    _column("next_position", sa.BigInteger),
    _column("accepted_count", sa.Integer),
    _column("duplicate_count", sa.Integer),
    _column("rejected_count", sa.Integer),
    _column("held_count", sa.Integer),
    comment="The batches of every feed as they were acknowledged.",
)

access_log = sa.Table(
    "access_log",
    metadata,
    _column("record_time", sa.DateTime(timezone=True)),
    _column("writer", pg.UUID),
    _column("first_sequence", sa.BigInteger),
    _column("first_receipt", pg.UUID),
    _column("callers", pg.ARRAY(sa.Text)),
    _column("methods", pg.ARRAY(sa.Text)),
    _column("purposes", pg.ARRAY(sa.SmallInteger)),
    _column("on_dates", pg.ARRAY(sa.Date)),
    _column("revisions", pg.ARRAY(sa.BigInteger)),
    _column("counts", pg.ARRAY(sa.Integer)),
    _column("iins", pg.ARRAY(sa.BigInteger)),
    _column("statuses", pg.ARRAY(sa.SmallInteger)),
    _column("ground_kinds", pg.ARRAY(sa.SmallInteger)),
    _column("chain", sa.LargeBinary),
    _column("certificates", pg.ARRAY(sa.Text), nullable=True),
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
    _key("writer", pg.UUID),
    _column("sequence", sa.BigInteger),
    _column("chain", sa.LargeBinary),
    _column("record_time", sa.DateTime(timezone=True)),
    comment="How far each writer of the log of answers has come; written with its entries.",
    postgresql_with={"fillfactor": 20},
)

add_shared_tables(metadata)


def schema_of(table: sa.Table) -> str:
    """The schema in which a table lies."""
    schema: str = table.info.get("schema", PUBLIC)
    return schema
