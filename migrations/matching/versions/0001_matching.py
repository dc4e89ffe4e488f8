"""
The matching: evidence, runs, what they decided, and who holds what.

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
    # What a run needs while it is being made, and nothing that anybody would miss.
    op.execute("create schema forming")
    op.create_table(
        "category_grant",
        sa.Column("iin", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("category", sa.Text(collation="C"), autoincrement=False, nullable=False),
        sa.Column("since_run", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("until_run", sa.Integer(), nullable=True),
        sa.Column("assigned_on", sa.Date(), nullable=False),
        sa.Column("source", sa.Text(collation="C"), nullable=False),
        sa.Column("places", pg.JSONB(astext_type=sa.Text()), nullable=True),
        sa.CheckConstraint(
            "until_run > since_run", name=op.f("category_grant_since_before_until")
        ),
        sa.PrimaryKeyConstraint("iin", "category", "since_run", name=op.f("category_grant_pkey")),
        comment="Who holds what, from the run that made it so until the one that made it otherwise.",
    )
    op.create_index(
        op.f("category_grant_until_run_idx"),
        "category_grant",
        ["until_run"],
        unique=False,
        postgresql_where=sa.text("until_run is not null"),
    )
    op.create_table(
        "contribution",
        sa.Column("iin", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("period", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(collation="C"), autoincrement=False, nullable=False),
        sa.Column("reference", sa.Text(collation="C"), autoincrement=False, nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("known", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("amount > 0", name=op.f("contribution_amount_above_zero")),
        sa.CheckConstraint(
            "extract(day from period) = 1", name=op.f("contribution_period_is_month")
        ),
        sa.CheckConstraint("withdrawn > known", name=op.f("contribution_known_before_withdrawn")),
        sa.PrimaryKeyConstraint(
            "iin", "period", "kind", "reference", name=op.f("contribution_pkey")
        ),
        comment="Lines of payments: pension contributions and social deductions.",
    )
    op.create_index(
        op.f("contribution_paid_on_idx"),
        "contribution",
        ["paid_on"],
        unique=False,
        postgresql_using="brin",
    )
    op.create_table(
        "contribution_refund",
        sa.Column("iin", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("period", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(collation="C"), autoincrement=False, nullable=False),
        sa.Column("reference", sa.Text(collation="C"), autoincrement=False, nullable=False),
        sa.Column("refund_reference", sa.Text(collation="C"), autoincrement=False, nullable=False),
        sa.Column("refunded_on", sa.Date(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("known", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("amount > 0", name=op.f("contribution_refund_amount_above_zero")),
        sa.CheckConstraint(
            "withdrawn > known", name=op.f("contribution_refund_known_before_withdrawn")
        ),
        sa.PrimaryKeyConstraint(
            "iin",
            "period",
            "kind",
            "reference",
            "refund_reference",
            name=op.f("contribution_refund_pkey"),
        ),
        comment="Lines that are given back, in whole or in part.",
    )
    op.create_index(
        op.f("contribution_refund_refund_reference_idx"),
        "contribution_refund",
        ["refund_reference"],
        unique=True,
    )
    op.create_table(
        "decision",
        sa.Column("iin", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("run", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("category", sa.Text(collation="C"), autoincrement=False, nullable=False),
        sa.Column("outcome", sa.Text(collation="C"), nullable=False),
        sa.Column("reason", sa.Text(collation="C"), nullable=False),
        sa.Column("source", sa.Text(collation="C"), nullable=False),
        sa.Column("provisions", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("month_count", sa.SmallInteger(), nullable=False),
        sa.Column("found", sa.BigInteger(), nullable=False),
        sa.Column("assigned_on", sa.Date(), nullable=False),
        sa.Column("other_category", sa.Text(collation="C"), nullable=True),
        sa.Column("undone", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("iin", "run", "category", name=op.f("decision_pkey")),
        comment="What a run grants and withdraws. `found` has two bits for each month that was looked at, the latest lowest: a pension contribution, a social deduction.",
    )
    op.create_index(
        op.f("decision_run_iin_category_idx"), "decision", ["run", "iin", "category"], unique=False
    )
    op.create_table(
        "head",
        sa.Column("singleton", sa.Boolean(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("singleton", name=op.f("head_one_row")),
        sa.PrimaryKeyConstraint("singleton", name=op.f("head_pkey")),
        comment="The last revision. Its lock orders writers.",
    )
    # The one row whose lock orders writers.
    op.execute("insert into head (singleton, revision) values (true, 0)")
    op.create_table(
        "report",
        sa.Column("iin", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(collation="C"), autoincrement=False, nullable=False),
        sa.Column("source", sa.Text(collation="C"), autoincrement=False, nullable=False),
        sa.Column("record_id", sa.Text(collation="C"), autoincrement=False, nullable=False),
        sa.Column("known", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("withdrawn", sa.BigInteger(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("detail", sa.Text(collation="C"), nullable=True),
        sa.Column("happened_on", sa.Date(), nullable=True),
        sa.Column("other_iin", sa.BigInteger(), nullable=True),
        sa.Column("third_iin", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(starts_on is null) = (ends_on is null)", name=op.f("report_days_have_both_ends")
        ),
        sa.CheckConstraint("withdrawn > known", name=op.f("report_known_before_withdrawn")),
        sa.PrimaryKeyConstraint(
            "iin", "kind", "source", "record_id", "known", name=op.f("report_pkey")
        ),
        comment="What sources report, version after version of each record. Of a parentage the person is the child, the others are mother and father; of a guardianship child and guardian; of a marriage husband and wife; of an application whoever applies and the child.",
    )
    op.create_index(
        op.f("report_other_iin_idx"),
        "report",
        ["other_iin"],
        unique=False,
        postgresql_where=sa.text("other_iin is not null"),
    )
    op.create_index(
        op.f("report_source_kind_record_id_idx"),
        "report",
        ["source", "kind", "record_id"],
        unique=True,
        postgresql_where=sa.text("withdrawn is null"),
    )
    op.create_index(
        op.f("report_third_iin_idx"),
        "report",
        ["third_iin"],
        unique=False,
        postgresql_where=sa.text("third_iin is not null"),
    )
    op.create_table(
        "run",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("run_id", pg.UUID(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.Text(collation="C"), nullable=False),
        sa.Column("known", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(collation="C"), nullable=False),
        sa.Column("begun_by", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("bereft_count", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("run_number_above_zero")),
        sa.PrimaryKeyConstraint("number", name=op.f("run_pkey")),
        comment="Matchings, numbered in their order. What was granted elsewhere is of number 0.",
    )
    op.create_index(op.f("run_day_idx"), "run", ["day"], unique=False)
    op.create_index(op.f("run_run_id_idx"), "run", ["run_id"], unique=True)
    op.create_table(
        "run_count",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("category", sa.Text(collation="C"), autoincrement=False, nullable=False),
        sa.Column("held_count", sa.BigInteger(), nullable=False),
        sa.Column("granted_count", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number", "category", name=op.f("run_count_pkey")),
        comment="How many held a category before a run, and what it changed.",
    )


def downgrade() -> None:
    """Brings the schema from this version to the one before."""
    op.drop_table("run_count")
    op.drop_table("run")
    op.drop_table("report")
    op.drop_table("head")
    op.drop_table("decision")
    op.drop_table("contribution_refund")
    op.drop_table("contribution")
    op.drop_table("category_grant")
    op.execute("drop schema forming cascade")
