"""
The tables of the service of the matching, beside those of evidence and runs.

Feeds, mutations and the log of acts are as every service has them. `rejected_line` keeps what was
rejected, and `message` what runs send to the register: each once, under a number that it keeps
until the register has answered.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from osms_common.persistence.columns import column, key
from osms_common.persistence.shared_tables import add_shared_tables
from osms_matching.persistence.tables import Code, metadata

rejected_line = sa.Table(
    "rejected_line",
    metadata,
    key("rejection_id", pg.UUID),
    column("feed_kind", sa.SmallInteger),
    column("sender", Code),
    column("position", sa.BigInteger),
    column("revision", sa.BigInteger),
    column("violations", pg.JSONB),
    column("content", sa.LargeBinary),
    sa.Index(None, "sender", "rejection_id"),
    comment="Rejected lines as they were sent, and what is wrong with them.",
)

filled_run = sa.Table(
    "filled_run",
    metadata,
    key("run", sa.Integer),
    comment="Runs whose messages were added, as far as nothing stops them.",
)

message = sa.Table(
    "message",
    metadata,
    key("place", sa.BigInteger),
    column("run", sa.Integer),
    column("iin", sa.BigInteger),
    column("category", Code),
    column("assigned_on", sa.Date),
    column("removed_on", sa.Date, nullable=True),
    column("source", Code),
    column("reason", Code, nullable=True),
    column("number", sa.BigInteger, nullable=True),
    column("outcome", sa.SmallInteger, nullable=True),
    column("refusal", sa.Text, nullable=True),
    sa.Index(None, "run"),
    sa.Index(
        "message_iin_category_idx",
        "iin",
        "category",
        postgresql_where=sa.text("reason is not null"),
    ),
    sa.Index("message_unanswered_idx", "place", postgresql_where=sa.text("outcome is null")),
    sa.CheckConstraint("(removed_on is null) = (reason is null)", name="removals_have_reasons"),
    comment="What is sent to the register, in order: assignments and removals, under which number"
    " each was sent, and what the register answered.",
)

add_shared_tables(metadata)

EVERY_TABLE: Final = metadata
"""All tables of the database, those of evidence and runs included."""
