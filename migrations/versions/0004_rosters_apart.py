"""
Rosters in a schema of their own, and what others than the owner may do through functions.

Version 0004, after 0003. The functions run with the rights of the owner: their search path is
pinned and every name is told with its schema, so that nothing of whoever calls can stand in for
what is meant; and they do nothing but what they are for.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_ROSTERS = ("roster_mark", "roster_member", "roster_snapshot", "roster_snapshot_lines")

# A month begins in Almaty five to seven hours before it does in UTC, by the year. Instants are
# written by the settings of the session, which are those of whoever calls unless they are pinned.
_ADD_MONTH = """
create or replace function public.access_log_add_month(
    name text, first_instant timestamptz, next_instant timestamptz)
returns void language plpgsql security definer
set search_path = pg_catalog, pg_temp set datestyle = 'ISO' set timezone = 'UTC' as $$
declare
    ahead constant interval[] := '{5 hours,6 hours,7 hours}';
    month timestamptz;
begin
    if name is null or name !~ '^access_log_[0-9]{4}_(0[1-9]|1[0-2])$' then
        raise exception 'the log of answers has months and no other parts' using errcode = '22023';
    end if;
    month := to_date(right(name, 7), 'YYYY_MM')::timestamp;
    if (month = any (select first_instant + hours from unnest(ahead) hours)
        and month + interval '1 month' = any (select next_instant + hours from unnest(ahead) hours))
       is not true then
        raise exception 'a month of the log of answers has other bounds' using errcode = '22023';
    end if;
    perform pg_advisory_xact_lock(hashtext('access_log_add_month'));
    if to_regclass('public.' || name) is null then
        -- Made apart and attached, since that does not wait for those who read and write others.
        execute format('create table public.%I (like public.access_log including all)', name);
        execute format(
            'alter table public.%I add constraint of_month'
            ' check (record_time >= %L and record_time < %L)',
            name, first_instant, next_instant);
        execute format(
            'alter table public.access_log attach partition public.%I'
            ' for values from (%L) to (%L)',
            name, first_instant, next_instant);
        execute format('alter table public.%I drop constraint of_month', name);
        execute format('create trigger never_emptied before truncate on public.%I'
                       ' for each statement execute function public.refuse_change()', name);
    end if;
end $$
"""

_TIDY = """
create or replace function public.access_log_tidy() returns bigint language plpgsql
security definer set search_path = pg_catalog, pg_temp as $$
declare
    pages bigint := 0;
    waiting regclass;
begin
    if pg_try_advisory_xact_lock(hashtext('access_log_tidy')) then
        for waiting in
            select i.indexrelid from pg_inherits part
            join pg_index i on i.indrelid = part.inhrelid
            join pg_class c on c.oid = i.indexrelid join pg_am am on am.oid = c.relam
            where part.inhparent = 'public.access_log'::regclass and am.amname = 'gin'
        loop
            pages := pages + gin_clean_pending_list(waiting);
        end loop;
    end if;
    return pages;
end $$
"""

# Of a person's bodies those are named that a failure may concern: it failed, or its heir did. The
# others are numbered, from person to person anew, so that one can be told from another. The only
# heir of the Rules is that of the Anti-corruption Service.
_MARKS_TOLD = """
create function public.roster_marks_told(persons bigint[])
returns table (iin bigint, body text, arrived bigint, ordinal integer, listed boolean,
               revision bigint, withdrawn bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    with failed as (
        select distinct unnest(systems) as system from public.incident_declared
    ), named as (
        select system as body from failed
        union select 'ACA' from failed where system = 'NSC'
    ), mark as (
        select m.*, min(m.arrived) over (partition by m.iin, m.body) as first_arrived
        from roster.roster_mark m where m.iin = any (persons)
    ), numbered as (
        select m.*, dense_rank() over (partition by m.iin order by first_arrived, m.body) as number
        from mark m
    )
    select m.iin, coalesce(named.body, m.number::text), m.arrived, m.ordinal, m.listed,
           m.revision, w.revision
    from numbered m
    left join named on named.body = m.body
    left join public.withdrawn_fact w
        on w.iin = m.iin and w.feed_kind = 4 and w.sender = m.sender and w.position = m.position
$$
"""

# What was withdrawn of categories and payments; of rosters the sender is the body.
_WITHDRAWN_TOLD = """
create function public.withdrawn_told(persons bigint[])
returns table (iin bigint, feed_kind smallint, sender text, "position" bigint, revision bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select w.iin, w.feed_kind, w.sender, w.position, w.revision
    from public.withdrawn_fact w where w.iin = any (persons) and w.feed_kind in (1, 2)
$$
"""


def upgrade() -> None:
    """Brings the schema from the version before to this one."""
    is_there = sa.text("select to_regnamespace('roster') is not null")
    if not op.get_bind().execute(is_there).scalar_one():  # a DBA may have made it for us
        op.execute("create schema roster")
    for table in _ROSTERS:
        op.execute(f"alter table public.{table} set schema roster")
    for function in (_ADD_MONTH, _TIDY, _MARKS_TOLD, _WITHDRAWN_TOLD):
        op.execute(function)


def downgrade() -> None:
    """Brings the schema from this version to the one before."""
    op.execute("drop function public.withdrawn_told")
    op.execute("drop function public.roster_marks_told")
    op.execute(_TIDY_BEFORE)
    op.execute(_ADD_MONTH_BEFORE)
    for table in _ROSTERS:
        op.execute(f"alter table roster.{table} set schema public")
    op.execute("drop schema roster")


_ADD_MONTH_BEFORE = """
create or replace function access_log_add_month(
    name text, first_instant timestamptz, next_instant timestamptz)
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

_TIDY_BEFORE = """
create or replace function access_log_tidy() returns bigint language plpgsql as $$
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
