"""
The service of the matching: feeds, rejected lines, messages to the register, the log of acts.

Version 0002, after 0001.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

revision = "0002"
down_revision = "0001"

# Entries of the log of acts are only ever added; how far a writer has come only grows.
_REFUSE = """
create function refuse_change() returns trigger language plpgsql as $$
begin
    if tg_table_name = 'act_writer' and tg_op = 'UPDATE' then
        if new.sequence > old.sequence then
            return new;
        end if;
    end if;
    raise exception 'the log of acts is only ever added to' using errcode = 'P0001';
end $$
"""

_LOG = ("act_log", "act_writer", "caller_certificate")


def upgrade() -> None:
    """Brings the schema from the version before to this one."""
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
        "rejected_line",
        sa.Column("rejection_id", pg.UUID(), autoincrement=False, nullable=False),
        sa.Column("feed_kind", sa.SmallInteger(), nullable=False),
        sa.Column("sender", sa.Text(collation="C"), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("violations", pg.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("rejection_id", name=op.f("rejected_line_pkey")),
        comment="Rejected lines as they were sent, and what is wrong with them.",
    )
    op.create_index(
        op.f("rejected_line_sender_rejection_id_idx"),
        "rejected_line",
        ["sender", "rejection_id"],
    )
    op.create_table(
        "filled_run",
        sa.Column("run", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("run", name=op.f("filled_run_pkey")),
        comment="Runs whose messages were added, as far as nothing stops them.",
    )
    op.create_table(
        "message",
        sa.Column("place", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("iin", sa.BigInteger(), nullable=False),
        sa.Column("category", sa.Text(collation="C"), nullable=False),
        sa.Column("assigned_on", sa.Date(), nullable=False),
        sa.Column("removed_on", sa.Date(), nullable=True),
        sa.Column("source", sa.Text(collation="C"), nullable=False),
        sa.Column("reason", sa.Text(collation="C"), nullable=True),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.SmallInteger(), nullable=True),
        sa.Column("refusal", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(removed_on is null) = (reason is null)", name=op.f("message_removals_have_reasons")
        ),
        sa.PrimaryKeyConstraint("place", name=op.f("message_pkey")),
        comment="What is sent to the register, in order: assignments and removals, under which"
        " number each was sent, and what the register answered.",
    )
    op.create_index(op.f("message_run_idx"), "message", ["run"])
    op.create_index(
        op.f("message_iin_category_idx"),
        "message",
        ["iin", "category"],
        postgresql_where=sa.text("reason is not null"),
    )
    op.create_index(
        op.f("message_unanswered_idx"),
        "message",
        ["place"],
        postgresql_where=sa.text("outcome is null"),
    )
    op.create_table(
        "act_log",
        sa.Column("writer", pg.UUID(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("record_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("caller", sa.Text(), nullable=False),
        sa.Column("certificate", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=True),
        sa.Column("iins", pg.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("request", sa.LargeBinary(), nullable=False),
        sa.Column("chain", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("writer", "sequence", name=op.f("act_log_pkey")),
        comment="Every change, every administrative reading, and what was refused; each with a"
        " hash over it and all before of the same writer.",
    )
    op.create_index(
        op.f("act_log_record_time_writer_sequence_idx"),
        "act_log",
        ["record_time", "writer", "sequence"],
    )
    op.create_index(op.f("act_log_iins_idx"), "act_log", ["iins"], postgresql_using="gin")
    op.create_table(
        "act_writer",
        sa.Column("writer", pg.UUID(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("chain", sa.LargeBinary(), nullable=False),
        sa.Column("record_time", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("writer", name=op.f("act_writer_pkey")),
        comment="How far each writer of the log of acts has come; written with its entries.",
        postgresql_with={"fillfactor": "20"},
    )
    op.create_table(
        "caller_certificate",
        sa.Column("fingerprint", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("pem", sa.Text(), nullable=False),
        sa.Column("record_time", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("caller_certificate_pkey")),
        comment="The certificates that callers have shown, by the fingerprint that the logs tell.",
    )
    op.execute(_REFUSE)
    for log in _LOG:
        op.execute(
            f"create trigger append_only before update or delete on {log}"
            " for each row execute function refuse_change()"
        )
        op.execute(
            f"create trigger never_emptied before truncate on {log}"
            " for each statement execute function refuse_change()"
        )


def downgrade() -> None:
    """Brings the schema from this version to the one before; the log of acts is lost with it."""
    for table in (*_LOG, "message", "filled_run", "rejected_line", "request", "feed"):
        op.drop_table(table)
    op.execute("drop function refuse_change()")
