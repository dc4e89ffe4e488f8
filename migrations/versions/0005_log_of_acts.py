"""
The log of acts: changes, administrative readings, refusals; and the certificates of callers.

Version 0005, after 0004. Entries of the log of answers from before it name no certificates. And
the source of a rejected category message, which may see it; of those before it nobody is told.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

revision = "0005"
down_revision = "0004"

# As before, and for the log of acts too.
_REFUSE = """
create or replace function refuse_change() returns trigger language plpgsql as $$
begin
    if current_setting('osms.emptying', true) = 'sandbox' then
        return null;
    end if;
    if tg_table_name in ('access_writer', 'act_writer') and tg_op = 'UPDATE' then
        if new.sequence > old.sequence then
            return new;
        end if;
    end if;
    raise exception 'the logs are only ever added to' using errcode = 'P0001';
end $$
"""

_REFUSE_BEFORE = """
create or replace function refuse_change() returns trigger language plpgsql as $$
begin
    if current_setting('osms.emptying', true) = 'sandbox' then
        return null;
    end if;
    if tg_table_name = 'access_writer' and tg_op = 'UPDATE' then
        if new.sequence > old.sequence then
            return new;
        end if;
    end if;
    raise exception 'the log of answers is only ever added to' using errcode = 'P0001';
end $$
"""

_LOGS = ("act_log", "act_writer", "caller_certificate")


def upgrade() -> None:
    """Brings the schema from the version before to this one."""
    op.add_column(
        "rejection",
        sa.Column("source", sa.Text(collation="C"), server_default="", nullable=False),
    )
    op.create_index(
        op.f("rejection_source_rejection_id_idx"),
        "rejection",
        ["source", "rejection_id"],
        postgresql_where=sa.text("source <> ''"),
    )
    op.add_column("access_log", sa.Column("certificates", pg.ARRAY(sa.Text()), nullable=True))
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
    for log in _LOGS:
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
    op.execute(_REFUSE_BEFORE)
    for log in reversed(_LOGS):
        op.drop_table(log)
    op.drop_column("access_log", "certificates")
    op.drop_index("rejection_source_rejection_id_idx", "rejection")
    op.drop_column("rejection", "source")
