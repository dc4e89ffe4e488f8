"""
The register: facts, the projection, feeds, what waits, the repair queue, the log of answers.

Version 0001, the first.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Brings the schema from the version before to this one."""
    op.create_table(
        "access_log",
        sa.Column("writer", pg.UUID(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("receipt_id", pg.UUID(), nullable=False),
        sa.Column("record_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("caller", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("iin", sa.BigInteger(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=True),
        sa.Column("status", sa.SmallInteger(), nullable=True),
        sa.Column("ground_kind", sa.SmallInteger(), nullable=True),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("chain", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("writer", "sequence", name=op.f("access_log_pkey")),
        comment="Every answer about a person; each entry is chained to the one before by a hash.",
    )
    op.create_index(
        op.f("access_log_iin_record_time_idx"), "access_log", ["iin", "record_time"], unique=False
    )
    op.create_table(
        "arrival",
        sa.Column("obligation", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("sender", sa.Text(collation="C"), autoincrement=False, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("obligation", "sender", name=op.f("arrival_pkey")),
        comment="When each thing that is due last arrived.",
    )
    op.create_table(
        "category_fact",
        sa.Column("iin", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("category", sa.Text(collation="C"), autoincrement=False, nullable=False),
        sa.Column("assigned_on", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("ordinal", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("source", sa.Text(collation="C"), nullable=False),
        sa.Column("removed_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("message_number", sa.BigInteger(), nullable=False),
        sa.Column("arrived", sa.BigInteger(), nullable=True),
        sa.Column("sender", sa.Text(collation="C"), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "ordinal > 0 or removed_on is null", name=op.f("category_fact_first_assigns")
        ),
        sa.CheckConstraint(
            "(removed_on is null) = (reason is null)",
            name=op.f("category_fact_removal_has_reason"),
        ),
        sa.CheckConstraint(
            "removed_on >= assigned_on", name=op.f("category_fact_removed_after_assigned")
        ),
        sa.PrimaryKeyConstraint(
            "iin", "category", "assigned_on", "ordinal", name=op.f("category_fact_pkey")
        ),
        comment="Assignments and removals of categories and treaty listings, episode by episode.",
    )
    op.create_table(
        "category_message",
        sa.Column("sender", sa.Text(collation="C"), autoincrement=False, nullable=False),
        sa.Column("message_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("sender", "message_number", name=op.f("category_message_pkey")),
        comment="Numbers that a sender of categories has used, each with a digest of its message.",
    )
    op.create_table(
        "delivery",
        sa.Column("revision", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("feed_kind", sa.SmallInteger(), nullable=False),
        sa.Column("sender", sa.Text(collation="C"), nullable=False),
        sa.Column("first_position", sa.BigInteger(), nullable=False),
        sa.Column("next_position", sa.BigInteger(), nullable=False),
        sa.Column("accepted_count", sa.Integer(), nullable=False),
        sa.Column("duplicate_count", sa.Integer(), nullable=False),
        sa.Column("rejected_count", sa.Integer(), nullable=False),
        sa.Column("held_count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("revision", name=op.f("delivery_pkey")),
        comment="The batches of every feed as they were acknowledged.",
    )
    op.create_table(
        "feed",
        sa.Column("kind", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("sender", sa.Text(collation="C"), autoincrement=False, nullable=False),
        sa.Column("next_position", sa.BigInteger(), nullable=False),
        sa.Column("session", sa.BigInteger(), nullable=False),
        sa.Column("message_number_max", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "sender", name=op.f("feed_pkey")),
        comment="Where each feed goes on, and which connection may go on with it.",
    )
    op.create_table(
        "head",
        sa.Column("singleton", sa.Boolean(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("overlay_revision", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("singleton", name=op.f("head_one_row")),
        sa.PrimaryKeyConstraint("singleton", name=op.f("head_pkey")),
        comment="The last revision, and the last that changed an overlay. Its lock orders writers.",
    )
    # The one row whose lock orders writers.
    op.execute("insert into head (singleton, revision, overlay_revision) values (true, 0, 0)")
    op.create_table(
        "held_batch",
        sa.Column("held_batch_id", pg.UUID(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("arrived", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("content", pg.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("waiting_count", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.SmallInteger(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("held_batch_id", name=op.f("held_batch_pkey")),
        comment="What waits for a supervisor's approval, and what became of it.",
    )
    op.create_index(op.f("held_batch_arrived_idx"), "held_batch", ["arrived"], unique=False)
    op.create_table(
        "held_removal",
        sa.Column("held_batch_id", pg.UUID(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("iin", sa.BigInteger(), nullable=False),
        sa.Column("category", sa.Text(collation="C"), nullable=False),
        sa.Column("assigned_on", sa.Date(), nullable=False),
        sa.Column("removed_on", sa.Date(), nullable=False),
        sa.Column("source", sa.Text(collation="C"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("message_number", sa.BigInteger(), nullable=False),
        sa.Column("sender", sa.Text(collation="C"), nullable=False),
        sa.Column("arrived", sa.BigInteger(), nullable=False),
        sa.Column("decision", sa.SmallInteger(), nullable=True),
        sa.PrimaryKeyConstraint("held_batch_id", "position", name=op.f("held_removal_pkey")),
        comment="Removals of a held batch; without a decision they wait.",
    )
    op.create_table(
        "incident_closed",
        sa.Column("incident_code", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=False),
        sa.Column("closed_by", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("incident_code", name=op.f("incident_closed_pkey")),
        comment="Ends of technical failures; the day is included.",
    )
    op.create_table(
        "incident_declared",
        sa.Column("incident_code", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("systems", pg.ARRAY(sa.Text(collation="C")), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("declared_by", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("incident_code", name=op.f("incident_declared_pkey")),
        comment="Technical failures, since they are known.",
    )
    op.create_table(
        "lapse_lifted",
        sa.Column("lapse_id", pg.UUID(), autoincrement=False, nullable=False),
        sa.Column("lifted_by", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("lapse_id", name=op.f("lapse_lifted_pkey")),
        comment="Budgets that pay again.",
    )
    op.create_table(
        "lapse_recorded",
        sa.Column("lapse_id", pg.UUID(), autoincrement=False, nullable=False),
        sa.Column("budget", sa.SmallInteger(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("lapse_id", name=op.f("lapse_recorded_pkey")),
        comment="Unpaid budgets, since they are known.",
    )
    op.create_table(
        "payment",
        sa.Column("iin", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("period", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("purpose_code", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("reference", sa.Text(collation="C"), autoincrement=False, nullable=False),
        sa.Column("ordinal", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("payer_kind", sa.SmallInteger(), nullable=False),
        sa.Column("payer_id", sa.BigInteger(), nullable=True),
        sa.Column("payer_name", sa.Text(), nullable=False),
        sa.Column("surname", sa.Text(), nullable=False),
        sa.Column("given_name", sa.Text(), nullable=False),
        sa.Column("patronymic", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(collation="C"), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("payment_amount_above_zero")),
        sa.CheckConstraint("extract(day from period) = 1", name=op.f("payment_period_is_month")),
        sa.PrimaryKeyConstraint(
            "iin", "period", "purpose_code", "reference", "ordinal", name=op.f("payment_pkey")
        ),
        comment="Deductions and contributions: one month of one person. After a withdrawal the"
        " same line may come again, under the next ordinal.",
    )
    op.create_table(
        "person",
        sa.Column("iin", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("first_revision", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("fact_kinds", sa.SmallInteger(), nullable=False),
        sa.Column("timeline", sa.Text(), nullable=False),
        sa.Column("ledger", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("iin", name=op.f("person_pkey")),
        comment="The projection: what follows from the facts about each person.",
        postgresql_with={"fillfactor": 80},
    )
    op.create_table(
        "refund",
        sa.Column("iin", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("period", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("purpose_code", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("reference", sa.Text(collation="C"), autoincrement=False, nullable=False),
        sa.Column("refund_reference", sa.Text(collation="C"), autoincrement=False, nullable=False),
        sa.Column("ordinal", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("refunded_on", sa.Date(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("sender", sa.Text(collation="C"), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("refund_amount_above_zero")),
        sa.PrimaryKeyConstraint(
            "iin",
            "period",
            "purpose_code",
            "reference",
            "refund_reference",
            "ordinal",
            name=op.f("refund_pkey"),
        ),
        comment="Refunds of payments.",
    )
    op.create_table(
        "registration",
        sa.Column("iin", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("registration_id", pg.UUID(), autoincrement=False, nullable=False),
        sa.Column("category", sa.Text(collation="C"), nullable=False),
        sa.Column("applied_on", sa.Date(), nullable=False),
        sa.Column("documents", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("registered_by", sa.Text(), nullable=False),
        sa.Column("repeat_reason", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("iin", "registration_id", name=op.f("registration_pkey")),
        comment="Registrations on documents.",
    )
    op.create_index(
        op.f("registration_registration_id_idx"), "registration", ["registration_id"], unique=True
    )
    op.create_table(
        "rejection",
        sa.Column("rejection_id", pg.UUID(), autoincrement=False, nullable=False),
        sa.Column("feed_kind", sa.SmallInteger(), nullable=False),
        sa.Column("sender", sa.Text(collation="C"), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("violations", pg.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("rejection_id", name=op.f("rejection_pkey")),
        comment="The repair queue: lines as they were sent, and what is wrong with them.",
    )
    op.create_index(
        op.f("rejection_sender_feed_kind_position_idx"),
        "rejection",
        ["sender", "feed_kind", "position"],
        unique=False,
    )
    op.create_table(
        "rejection_attempt",
        sa.Column("rejection_id", pg.UUID(), autoincrement=False, nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("attempted_by", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.SmallInteger(), nullable=False),
        sa.Column("violations", pg.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("rejection_id", "ordinal", name=op.f("rejection_attempt_pkey")),
        comment="Corrected lines that were sent again, in order.",
    )
    op.create_table(
        "removal_guard",
        sa.Column("day", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("category", sa.Text(collation="C"), autoincrement=False, nullable=False),
        sa.Column("removed_count", sa.BigInteger(), nullable=False),
        sa.Column("holder_count", sa.BigInteger(), nullable=True),
        sa.Column("held_batch_id", pg.UUID(), nullable=True),
        sa.PrimaryKeyConstraint("day", "category", name=op.f("removal_guard_pkey")),
        comment="Removals of each category on each day, and the holders at its start once counted.",
    )
    op.create_table(
        "request",
        sa.Column("request_id", pg.UUID(), autoincrement=False, nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("caller", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("response", sa.LargeBinary(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("request_id", name=op.f("request_pkey")),
        comment="Mutations out of stream, and how each was answered.",
    )
    op.create_table(
        "revocation",
        sa.Column("iin", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("registration_id", pg.UUID(), autoincrement=False, nullable=False),
        sa.Column("revoked_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("iin", "registration_id", name=op.f("revocation_pkey")),
        comment="Revocations of registrations.",
    )
    op.create_table(
        "roster_mark",
        sa.Column("iin", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("body", sa.Text(collation="C"), autoincrement=False, nullable=False),
        sa.Column("arrived", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.Column("changed_on", sa.Date(), nullable=True),
        sa.Column("sender", sa.Text(collation="C"), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "iin", "body", "arrived", "ordinal", name=op.f("roster_mark_pkey")
        ),
        comment="From the arrival on, the body lists the person, or no more.",
    )
    op.create_table(
        "roster_member",
        sa.Column("body", sa.Text(collation="C"), autoincrement=False, nullable=False),
        sa.Column("iin", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("body", "iin", name=op.f("roster_member_pkey")),
        comment="Projection: whom each body lists, after all that is known.",
    )
    op.create_table(
        "roster_snapshot",
        sa.Column("snapshot_id", pg.UUID(), autoincrement=False, nullable=False),
        sa.Column("body", sa.Text(collation="C"), nullable=False),
        sa.Column("arrived", sa.BigInteger(), nullable=False),
        sa.Column("line_count", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("entered_count", sa.Integer(), nullable=False),
        sa.Column("left_count", sa.Integer(), nullable=False),
        sa.Column("unchanged_count", sa.Integer(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=True),
        sa.Column("held_batch_id", pg.UUID(), nullable=True),
        sa.PrimaryKeyConstraint("snapshot_id", name=op.f("roster_snapshot_pkey")),
        comment="Snapshots as they arrived; without a revision, not known (held, or declined).",
    )
    op.create_index(
        op.f("roster_snapshot_body_arrived_idx"),
        "roster_snapshot",
        ["body", "arrived"],
        unique=False,
    )
    op.create_table(
        "roster_snapshot_lines",
        sa.Column("snapshot_id", pg.UUID(), autoincrement=False, nullable=False),
        sa.Column("chunk", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("iins", pg.ARRAY(sa.BigInteger()), nullable=False),
        sa.PrimaryKeyConstraint("snapshot_id", "chunk", name=op.f("roster_snapshot_lines_pkey")),
        comment="The persons of a snapshot, in ascending order.",
    )


def downgrade() -> None:
    """Brings the schema from this version to the one before."""
    op.drop_table("roster_snapshot_lines")
    op.drop_index(op.f("roster_snapshot_body_arrived_idx"), table_name="roster_snapshot")
    op.drop_table("roster_snapshot")
    op.drop_table("roster_member")
    op.drop_table("roster_mark")
    op.drop_table("revocation")
    op.drop_table("request")
    op.drop_table("removal_guard")
    op.drop_table("rejection_attempt")
    op.drop_index(op.f("rejection_sender_feed_kind_position_idx"), table_name="rejection")
    op.drop_table("rejection")
    op.drop_index(op.f("registration_registration_id_idx"), table_name="registration")
    op.drop_table("registration")
    op.drop_table("refund")
    op.drop_table("person")
    op.drop_table("payment")
    op.drop_table("lapse_recorded")
    op.drop_table("lapse_lifted")
    op.drop_table("incident_declared")
    op.drop_table("incident_closed")
    op.drop_table("held_removal")
    op.drop_index(op.f("held_batch_arrived_idx"), table_name="held_batch")
    op.drop_table("held_batch")
    op.drop_table("head")
    op.drop_table("feed")
    op.drop_table("delivery")
    op.drop_table("category_message")
    op.drop_table("category_fact")
    op.drop_table("arrival")
    op.drop_index(op.f("access_log_iin_record_time_idx"), table_name="access_log")
    op.drop_table("access_log")
