"""
The tables of the service of the matching, beside those of evidence and runs.

Feeds, mutations and the log of acts are as every service has them. `rejected_line` keeps what was
rejected, and `message` what runs send to the register: each once, under a number that it keeps
until the register has answered.
"""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from osms_common.persistence.shared_tables import add_shared_tables
from osms_matching.persistence.tables import Code, metadata


def _column(name: str, kind: Any, **options: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=options.pop("nullable", False), **options)


def _key(name: str, kind: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, primary_key=True, autoincrement=False)


rejected_line = sa.Table(
    "rejected_line",
    metadata,
    _key("rejection_id", pg.UUID),
    _column("feed_kind", sa.SmallInteger),
    _column("sender", Code),
    _column("position", sa.BigInteger),
    _column("revision", sa.BigInteger),
    _column("violations", pg.JSONB),
    _column("content", sa.LargeBinary),
    sa.Index(None, "sender", "rejection_id"),
    comment="Rejected lines as they were sent, and what is wrong with them.",
)

filled_run = sa.Table(
    "filled_run",
    metadata,
    _key("run", sa.Integer),
    comment="Runs whose messages were added, as far as nothing stops them.",
)

message = sa.Table(
    "message",
    metadata,
    _key("place", sa.BigInteger),
    _column("run", sa.Integer),
    _column("iin", sa.BigInteger),
    _column("category", Code),
    _column("assigned_on", sa.Date),
    _column("removed_on", sa.Date, nullable=True),
    _column("source", Code),
    _column("reason", Code, nullable=True),
    _column("number", sa.BigInteger, nullable=True),
    _column("outcome", sa.SmallInteger, nullable=True),
    _column("refusal", sa.Text, nullable=True),
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
