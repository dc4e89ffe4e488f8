"""
The log of answers by month, append-only, and how far each of its writers has come.

Version 0003, after 0002. Entries that an earlier version wrote are chained in another way; they
are kept beside, as `access_log_before_0003`.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

revision = "0003"
down_revision = "0002"

_ADD_MONTH = """
create function access_log_add_month(name text, first_instant timestamptz, next_instant timestamptz)
returns void language plpgsql as $$
begin
    perform pg_advisory_xact_lock(hashtext('access_log_add_month'));
    if to_regclass(name) is null then
        -- Made apart and attached, since that does not wait for those who read and write others.
        execute format('create table %I (like access_log including all)', name);
        execute format(
            'alter table %I add constraint of_month check (record_time >= %L and record_time < %L)',
            name, first_instant, next_instant);
        execute format(
            'alter table access_log attach partition %I for values from (%L) to (%L)',
            name, first_instant, next_instant);
        execute format('alter table %I drop constraint of_month', name);
        execute format('create trigger never_emptied before truncate on %I'
                       ' for each statement execute function refuse_change()', name);
    end if;
end $$
"""

_TIDY = """
create function access_log_tidy() returns bigint language plpgsql as $$
declare
    pages bigint := 0;
    waiting regclass;
begin
    if pg_try_advisory_xact_lock(hashtext('access_log_tidy')) then
        for waiting in
            select i.indexrelid from pg_inherits part
            join pg_index i on i.indrelid = part.inhrelid
            join pg_class c on c.oid = i.indexrelid join pg_am am on am.oid = c.relam
            where part.inhparent = 'access_log'::regclass and am.amname = 'gin'
        loop
            pages := pages + gin_clean_pending_list(waiting);
        end loop;
    end if;
    return pages;
end $$
"""

# They keep from slips; whoever owns the tables can take them off. A sandbox is emptied past them.
_REFUSE = """
create function refuse_change() returns trigger language plpgsql as $$
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

_TRIGGERS = (
    """
    create trigger append_only before update or delete on access_log
    for each row execute function refuse_change()
    """,
    """
    create trigger never_emptied before truncate on access_log
    for each statement execute function refuse_change()
    """,
    """
    create trigger only_onward before update or delete on access_writer
    for each row execute function refuse_change()
    """,
    """
    create trigger never_emptied before truncate on access_writer
    for each statement execute function refuse_change()
    """,
)


def upgrade() -> None:
    """Brings the schema from the version before to this one."""
    connection = op.get_bind()
    if connection.execute(sa.text("select exists (select from access_log)")).scalar_one():
        op.rename_table("access_log", "access_log_before_0003")
        op.execute("alter index access_log_pkey rename to access_log_before_0003_pkey")
        op.drop_index("access_log_iin_record_time_idx", "access_log_before_0003")
    else:
        op.drop_table("access_log")
    op.create_table(
        "access_log",
        sa.Column("record_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("writer", pg.UUID(), nullable=False),
        sa.Column("first_sequence", sa.BigInteger(), nullable=False),
        sa.Column("first_receipt", pg.UUID(), nullable=False),
        sa.Column("callers", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("methods", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("purposes", pg.ARRAY(sa.SmallInteger()), nullable=False),
        sa.Column("on_dates", pg.ARRAY(sa.Date()), nullable=False),
        sa.Column("revisions", pg.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("counts", pg.ARRAY(sa.Integer()), nullable=False),
        sa.Column("iins", pg.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("statuses", pg.ARRAY(sa.SmallInteger()), nullable=False),
        sa.Column("ground_kinds", pg.ARRAY(sa.SmallInteger()), nullable=False),
        sa.Column("chain", sa.LargeBinary(), nullable=False),
        postgresql_partition_by="RANGE (record_time)",
        comment="Every answer about a person, by month; in a row what was written together: one"
        " caller and day after the other with so many persons each, and a hash over it and all"
        " rows before.",
    )
    # New entries wait in a list beside the index, and are sorted in many at once: an answer does
    # not wait for a place in the index for each of a thousand persons.
    op.create_index(
        "access_log_iins_idx",
        "access_log",
        ["iins"],
        postgresql_using="gin",
        postgresql_with={"fastupdate": "on", "gin_pending_list_limit": 65536},
    )
    op.create_index(
        "access_log_record_time_idx", "access_log", ["record_time"], postgresql_using="brin"
    )
    op.create_table(
        "access_writer",
        sa.Column("writer", pg.UUID(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("chain", sa.LargeBinary(), nullable=False),
        sa.Column("record_time", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("writer", name=op.f("access_writer_pkey")),
        comment="How far each writer of the log of answers has come; written with its entries.",
        postgresql_with={"fillfactor": "20"},
    )
    op.execute(_REFUSE)
    for trigger in _TRIGGERS:
        op.execute(trigger)
    op.execute(_ADD_MONTH)
    op.execute(_TIDY)


def downgrade() -> None:
    """Brings the schema from this version to the one before; newer entries are lost with it."""
    op.execute("drop function access_log_tidy")
    op.execute("drop function access_log_add_month")
    op.drop_table("access_writer")
    op.drop_table("access_log")
    op.execute("drop function refuse_change")
    kept = sa.text("select to_regclass('access_log_before_0003') is not null")
    if op.get_bind().execute(kept).scalar_one():
        op.rename_table("access_log_before_0003", "access_log")
        op.execute("alter index access_log_before_0003_pkey rename to access_log_pkey")
    else:
        _create_before()
    op.create_index("access_log_iin_record_time_idx", "access_log", ["iin", "record_time"])


def _create_before() -> None:
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
