"""
Withdrawals of what was sent by mistake, and rejections that are closed.

Version 0002, after 0001.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Brings the schema from the version before to this one."""
    op.create_table(
        "rejection_closed",
        sa.Column("rejection_id", pg.UUID(), autoincrement=False, nullable=False),
        sa.Column("closed_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("rejection_id", name=op.f("rejection_closed_pkey")),
        comment="Rejected lines that will not be sent again.",
    )
    op.create_table(
        "withdrawal",
        sa.Column("withdrawal_id", pg.UUID(), autoincrement=False, nullable=False),
        sa.Column("feed_kind", sa.SmallInteger(), nullable=False),
        sa.Column("sender", sa.Text(collation="C"), nullable=False),
        sa.Column("first_position", sa.BigInteger(), nullable=False),
        sa.Column("last_position", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("withdrawal_id", name=op.f("withdrawal_pkey")),
        comment="Withdrawals of what a feed sent between two positions, both included.",
    )
    op.create_table(
        "withdrawn_fact",
        sa.Column("iin", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("feed_kind", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("sender", sa.Text(collation="C"), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "iin", "feed_kind", "sender", "position", name=op.f("withdrawn_fact_pkey")
        ),
        comment="The facts that are withdrawn, person by person, by the place they came from.",
    )


def downgrade() -> None:
    """Brings the schema from this version to the one before."""
    op.drop_table("withdrawn_fact")
    op.drop_table("withdrawal")
    op.drop_table("rejection_closed")
