"""What each role may do in the database: what the tables of rights say, by PostgreSQL's word."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final

import psycopg
import pytest
import sqlalchemy as sa

from osms_client import RosterLine
from osms_server.bootstrap import Engines, connect
from osms_server.config import Settings
from osms_server.persistence.granting import lacking
from osms_server.persistence.migration import make_roles, migrate
from osms_server.persistence.rights import (
    AUDIT,
    DATABASE,
    FUNCTIONS,
    INTAKE,
    LOOK_UP,
    ROLES,
    SCHEMA_USERS,
    TABLES,
)
from osms_server.persistence.tables import PUBLIC, ROSTERS, SCHEMAS, metadata, schema_of
from osms_server.roles import Dsns
from osms_server.rules.reference import BODIES
from tests.conftest import ClientOf, dsns_of
from tests.people import AIGUL, DAULET
from tests.persistence.contents import dsn_of
from tests.persistence.test_append_only import FACTS
from tests.processes import run
from tests.rpc.lives import tell_everything
from tests.rpc.sending import MORNING, TODAY, joins, push_changes

LOGS: Final = (
    *("access_log", "access_writer", "access_log_before_0003"),
    *("act_log", "act_writer", "caller_certificate"),
)
EVERYBODY: Final = "public"
JULY: Final = (datetime(2026, 6, 30, 19, tzinfo=UTC), datetime(2026, 7, 31, 19, tzinfo=UTC))
MAINTAIN: Final = 170_000
"""The version of PostgreSQL since which there is a right of that name."""

Rights = set[tuple[str, ...]]


@pytest.fixture
def migrated(bare: sa.Engine) -> sa.Engine:
    """A register in whose log a version before 0003 has written: it has every table there is."""
    migrate(bare, "0002")
    with bare.begin() as connection:
        connection.execute(
            sa.text(
                "insert into access_log values (gen_random_uuid(), 1, gen_random_uuid(), now(),"
                " 'mis/clinic1', 'CheckEntitlement', 900101300017, null, null, null, 1, '')"
            )
        )
    migrate(bare)
    with bare.begin() as connection:
        connection.execute(sa.select(sa.func.access_log_add_month("access_log_2026_07", *JULY)))
    return bare


def answers(engine: sa.Engine, question: str, **values: list[str]) -> Rights:
    """The rows of a question, as texts."""
    with engine.connect() as connection:
        rows = connection.execute(sa.text(question), values)
        return {tuple(map(str, row)) for row in rows}


# What is granted.

_OF_TABLES: Final = """
select role, n.nspname, c.relname, privilege, a.attname
from pg_class c join pg_namespace n on n.oid = c.relnamespace
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped,
     unnest(cast(:roles as text[])) role, unnest(cast(:privileges as text[])) privilege
where n.nspname = any(:schemas) and c.relkind in ('r', 'p', 'v', 'm', 'f')
  and case when privilege in ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES')
           then has_column_privilege(role, c.oid, a.attnum, privilege)
           else has_table_privilege(role, c.oid, privilege) end
"""
_COLUMNS: Final = """
select c.relname, a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid
where c.relnamespace::regnamespace::text = any(:schemas) and c.relkind in ('r', 'p')
  and not c.relispartition and a.attnum > 0 and not a.attisdropped
"""


def rights_on_tables(engine: sa.Engine, privileges: list[str]) -> Rights:
    """Column by column what PostgreSQL says."""
    asked = {"roles": [*ROLES, EVERYBODY], "privileges": privileges, "schemas": list(SCHEMAS)}
    return answers(engine, _OF_TABLES, **asked)


def placed(table: str) -> str:
    """The schema of a table."""
    return schema_of(metadata.tables[table]) if table in metadata.tables else PUBLIC


def promised(engine: sa.Engine) -> Rights:
    """Column by column what the table of rights says; of a whole table, of each of its columns."""
    columns: dict[str, list[str]] = {}
    for table, column in sorted(answers(engine, _COLUMNS, schemas=list(SCHEMAS))):
        columns.setdefault(table, []).append(column)
    assert columns.keys() == TABLES.keys()
    return {
        (role, placed(table), table, privilege.upper(), column)
        for table, rights in TABLES.items()
        for role, words in rights.items()
        for privilege, named in re.findall(r"(\w+)(?: \((.*?)\))?", words)
        for column in (named.split(", ") if named else columns[table])
    }


def test_every_table_is_open_to_whom_it_is_said_to_be(migrated: sa.Engine) -> None:
    """To nobody else, neither the months of the log; a table that is not in the list is found."""
    with migrated.connect() as connection:
        version = connection.execute(sa.text("show server_version_num")).scalar_one()
    privileges = ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"]
    if int(version) >= MAINTAIN:
        privileges.append("MAINTAIN")
    assert rights_on_tables(migrated, privileges) == promised(migrated)


def test_a_table_that_nobody_thought_of_is_found(migrated: sa.Engine) -> None:
    """The test above would fail, whether anybody may read it or not."""
    with migrated.begin() as connection:
        connection.execute(sa.text("create table afterthought (number int)"))
    with pytest.raises(AssertionError):
        promised(migrated)


def test_every_function_is_for_whom_it_is_said_to_be(migrated: sa.Engine) -> None:
    """And for nobody else; there is none that is not in the list, and no sequence at all."""
    every = """
        select proname from pg_proc where pronamespace::regnamespace::text = any(:schemas)"""
    assert answers(migrated, every, schemas=list(SCHEMAS)) == {(name,) for name in FUNCTIONS}
    may = """
        select role, proname from pg_proc, unnest(cast(:roles as text[])) role
        where pronamespace::regnamespace::text = any(:schemas)
          and has_function_privilege(role, oid, 'EXECUTE')"""
    asked = {"roles": [*ROLES, EVERYBODY], "schemas": list(SCHEMAS)}
    assert answers(migrated, may, **asked) == {
        (role, name) for name, roles in FUNCTIONS.items() for role in roles
    }
    sequences = """
        select relname from pg_class
        where relnamespace::regnamespace::text = any(:schemas) and relkind = 'S'"""
    assert answers(migrated, sequences, schemas=list(SCHEMAS)) == set()


def test_what_runs_as_the_owner_finds_only_what_is_meant(migrated: sa.Engine) -> None:
    """Every function that others call for the owner has a search path of its own, temp last."""
    every = """
        select proname, prosecdef, coalesce(proconfig::text, '') from pg_proc
        where pronamespace::regnamespace::text = any(:schemas)"""
    for name, is_definer, config in answers(migrated, every, schemas=list(SCHEMAS)):
        assert is_definer == str(bool(FUNCTIONS[name])), name
        if FUNCTIONS[name]:
            assert "search_path=pg_catalog, pg_temp" in config, name


def test_schemas_and_the_database_are_open_to_whom_they_are_said_to_be(
    migrated: sa.Engine,
) -> None:
    """Nobody makes anything there but rehearsals, for the moment."""
    of_schemas = """
        select role, nspname, privilege
        from pg_namespace, unnest(cast(:roles as text[])) role, unnest('{USAGE,CREATE}'::text[])
             privilege
        where nspname = any(:schemas) and has_schema_privilege(role, oid, privilege)"""
    asked = {"roles": [*ROLES, EVERYBODY]}
    left = {(EVERYBODY, PUBLIC, "USAGE")}
    assert answers(migrated, of_schemas, schemas=list(SCHEMAS), **asked) == left | {
        (role, schema, "USAGE") for schema, roles in SCHEMA_USERS.items() for role in roles
    }
    of_database = """
        select role, privilege
        from unnest(cast(:roles as text[])) role, unnest('{CONNECT,CREATE,TEMPORARY}'::text[])
             privilege
        where has_database_privilege(role, current_database(), privilege)"""
    assert answers(migrated, of_database, **asked) == {(EVERYBODY, "CONNECT")} | {
        (role, privilege.upper())
        for role, privileges in DATABASE.items()
        for privilege in privileges.split(", ")
    }


def test_facts_and_logs_are_only_added_to() -> None:
    """By whatever role, so says the table; and look-ups have nothing of rosters or names."""
    for table, rights in TABLES.items():
        for role, words in rights.items():
            if table in FACTS or table in LOGS:
                assert "delete" not in words, (table, role)
            if table in FACTS or table == "access_log":
                assert "update" not in words, (table, role)
            assert "truncate" not in words, (table, role)
        if placed(table) == ROSTERS:
            assert rights.keys() == {INTAKE}, table
    assert LOOK_UP not in SCHEMA_USERS[ROSTERS]
    secret = {"payer_name", "payer_id", "surname", "given_name", "patronymic", "ledger"}
    for table in ("payment", "person"):
        named = set(re.findall(r"\w+", TABLES[table][LOOK_UP]))
        assert "select" in named
        assert not named & secret


# What PostgreSQL refuses.


@contextmanager
def connected(dsn: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection of a role, on which every statement is a transaction."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("set search_path = public, roster")
        yield connection


REFUSED_TO_LOOK_UPS: Final = (
    *(
        f"select from {placed(table)}.{table}"
        for table in sorted(metadata.tables)
        if LOOK_UP not in TABLES[table]
    ),
    "select payer_name from payment",
    "select payer_id from payment",
    "select surname from payment",
    "select given_name from payment",
    "select patronymic from payment",
    "select * from payment",
    "select ledger from person",
    "select * from person",
    "select message_number from category_fact",
    "select registered_by from registration",
    "select documents from registration",
    "select declared_by from incident_declared",
    "select sender from withdrawn_fact",
    "select from access_log",
    "select iins from access_log",
    "select from access_log_2026_07",
    "select chain from access_writer",
    "select from alembic_version",
    "copy roster.roster_mark to stdout",
    "begin; lock table roster.roster_mark",
    "insert into person values (1, 1, 1, 1, '', '')",
    "update person set timeline = ''",
    "update head set revision = 7",
    "select * from head for update",
    "delete from access_log",
    "update access_log set callers = '{}'",
    "truncate access_log",
    "insert into access_log_2026_07 default values",
    "delete from access_writer",
    "update access_writer set writer = gen_random_uuid()",
    "create table of_mine (number int)",
    "create table roster.of_mine (number int)",
    "create function f() returns int language sql as 'select 1'",
    "create schema of_mine",
    "create role somebody",
    "drop table person",
    "drop function access_log_tidy",
    "alter table person disable trigger all",
    "alter function roster_marks_told reset search_path",
    "set role osms_intake",
    "set session authorization osms",
    "set session_replication_role = replica",
    "grant osms_intake to osms_look_up",
    "grant select on person to public",
    "copy (select 1) to '/tmp/of_mine'",
    "select pg_read_file('postgresql.conf')",
)


@pytest.fixture(scope="module")
def known(client_of: ClientOf) -> None:
    """A register that knows people of every kind, some of them by rosters."""
    client_of("supervisor1").reset_sandbox(MORNING)
    tell_everything(client_of)
    client_of("clinic1").check(AIGUL)


@pytest.mark.parametrize("statement", REFUSED_TO_LOOK_UPS)
def test_what_look_ups_do_not_need_is_refused_to_them(
    known: None, dsns: Dsns, statement: str
) -> None:
    """By PostgreSQL itself, whatever our code would do."""
    with (
        connected(dsns.look_up) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement.encode())


REFUSED_TO_INTAKE: Final = (
    *(f"update {table} set {metadata.tables[table].c[0].name} = null" for table in FACTS),  # noqa: S608 - our own names
    *(f"delete from {table}" for table in FACTS),  # noqa: S608 - our own names
    *(f"truncate {table}" for table in sorted(metadata.tables)),
    "insert into access_log values (now())",
    "insert into access_log_2026_07 default values",
    "select from access_writer",
    "delete from access_writer",
    "select access_log_tidy()",
    "select access_log_add_month('access_log_2026_08', now(), now())",
    "select roster_marks_told('{}')",
    "delete from person",
    "update person set iin = 1",
    "update rejection set content = ''",
    "update held_batch set requested_by = ''",
    "delete from rejection",
    "insert into alembic_version values ('9999')",
    "create table of_mine (number int)",
    "create table roster.of_mine (number int)",
    "create function f() returns int language sql as 'select 1'",
    "create schema of_mine",
    "create role somebody",
    "drop table person",
    "drop table roster.roster_mark",
    "alter table payment add column more int",
    "create index on payment (amount)",
    "create trigger t before insert on payment execute function refuse_change()",
    "drop trigger append_only on access_log",
    "set role osms_look_up",
    "set session_replication_role = replica",
)


@pytest.mark.parametrize("statement", REFUSED_TO_INTAKE)
def test_what_the_server_does_not_need_is_refused_to_it(
    known: None, dsns: Dsns, statement: str
) -> None:
    """It adds to facts, changes what is a state or a projection, and makes or drops nothing."""
    with (
        connected(dsns.intake) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement.encode())


def test_whoever_audits_reads_the_log_and_nothing_else(known: None, dsns: Dsns) -> None:
    """All of it, so that its chains can be followed."""
    dsn = dsns.owner.replace("://osms@", f"://{AUDIT}@")
    ran = run("verify-log", "--dsn", dsn)
    assert (ran.returncode, ran.stderr) == (0, "")
    with connected(dsn) as connection:
        for table in sorted(metadata.tables):
            statement = f"select from {placed(table)}.{table}"
            if table in LOGS:  # of certificates there are none where callers show none
                found = connection.execute(statement.encode()).rowcount
                assert found > 0 or table == "caller_certificate", table
            else:
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(statement.encode())


# What is told of rosters.


def everything_told(dsn: str) -> str:
    """All that a role can read in the database, and be told by functions, as one text."""
    told = []
    with connected(dsn) as connection:
        columns = connection.execute(
            "select a.attrelid::regclass::text, string_agg(a.attname, ', ' order by a.attnum)"
            " from pg_attribute a join pg_class c on c.oid = a.attrelid"
            " where c.relnamespace::regnamespace::text in ('public', 'roster')"
            " and c.relkind in ('r', 'p') and a.attnum > 0"
            " and has_column_privilege(c.oid, a.attnum, 'SELECT') group by 1"
        ).fetchall()
        assert len(columns) > 10
        statements = [f"select {names} from {table}" for table, names in columns]  # noqa: S608
        statements += [
            "select * from roster_marks_told(array(select iin from person))",
            "select * from withdrawn_told(array(select iin from person))",
        ]
        for statement in statements:
            told += [repr(row) for row in connection.execute(statement.encode()).fetchall()]
    return "\n".join(told)


def test_no_body_is_named_to_look_ups(client_of: ClientOf, dsns: Dsns, engines: Engines) -> None:
    """Nowhere in what they can read, until it fails; then it is, and its heir's people too."""
    fund = client_of("supervisor1")
    fund.reset_sandbox(MORNING)
    for body in ("DEFENCE", "FINANCE", "NSC"):
        push_changes(client_of(body), joins(AIGUL), joins(DAULET))
        client_of(body).push_roster(body, [RosterLine(AIGUL)])
    waits = fund.withdraw("ROSTER_CHANGE", "FINANCE", (1, 1), "a test file")
    client_of("supervisor2").approve(waits.held_batch_id)
    with engines.transactions.begin() as connection:  # the Rules take nothing of it any more
        connection.execute(
            sa.text(
                "insert into roster_mark select iin, 'ACA', arrived - 1, 0, true, null, 'ACA',"
                " 1, revision from roster_mark where body = 'NSC' and listed"
            )
        )
    assert named_in(everything_told(dsns.look_up)) == set()
    assert named_in(everything_told(dsns.intake.replace(INTAKE, "osms"))) > {"DEFENCE", "FINANCE"}
    fund.declare_incident("I-1", ["NSC", "MOE"], TODAY)
    assert named_in(everything_told(dsns.look_up)) == {"NSC", "ACA"}
    assert client_of("clinic1").check(AIGUL).ground == "ROSTER"


def named_in(text: str) -> set[str]:
    """The bodies that are named in a text."""
    return {body.value for body in BODIES if re.search(rf"\b{body.value}\b", text)}


# What runs with the rights of the owner.


_IN_THE_WAY: Final = """
create temporary table incident_declared (systems pg_catalog.text[]);
create temporary table roster_mark (iin bigint, body pg_catalog.text);
create temporary table withdrawn_fact (iin bigint);
create temporary table access_log (iins bigint[]);
create temporary table text (number int);
create function pg_temp.to_date(pg_catalog.text, pg_catalog.text) returns date language sql
as $$ select date '2001-01-01' $$;
create function pg_temp.gin_clean_pending_list(regclass) returns bigint language sql
as $$ select 7::bigint $$;
create function pg_temp.refuse_change() returns trigger language plpgsql
as $$ begin return null; end $$;
"""


@pytest.fixture
def attacked(client_of: ClientOf, dsns: Dsns) -> Iterator[psycopg.Connection[Any]]:
    """
    A connection of look-ups on which everything that they could bring stands in the way.

    PostgreSQL would find it first: tables, types, functions and operators of their own.
    """
    client_of("supervisor1").reset_sandbox(MORNING)
    tell_everything(client_of)
    with psycopg.connect(dsns.look_up, autocommit=True) as connection:
        connection.execute(_IN_THE_WAY)
        bodies = [body.value for body in BODIES]
        connection.execute("insert into pg_temp.incident_declared values (%s)", [bodies])
        connection.execute("set search_path = pg_temp, public, pg_catalog")
        connection.execute("set datestyle = 'SQL, DMY'")
        connection.execute("set timezone = 'Asia/Kolkata'")
        yield connection


def test_what_stands_in_the_way_is_not_found(
    attacked: psycopg.Connection[Any], dsns: Dsns
) -> None:
    """The functions do what they do otherwise, with the tables that are meant."""
    marks = "select distinct body from public.roster_marks_told(array(select iin from person))"
    assert {str(body) for (body,) in attacked.execute(marks).fetchall()} == {"1"}
    assert attacked.execute("select public.access_log_tidy()").fetchone() != (7,)
    name, begin, end = "access_log_2031_02", "2031-01-31T19:00Z", "2031-02-28T19:00Z"
    attacked.execute("select public.access_log_add_month(%s, %s, %s)", (name, begin, end))
    attacked.execute("select public.access_log_add_month(%s, %s, %s)", (name, begin, end))
    with connected(dsns.owner) as owner:
        shown = owner.execute(
            "select relnamespace::regnamespace::text, pg_get_expr(relpartbound, oid)"
            " from pg_class where relname = %s",
            (name,),
        ).fetchall()
        triggers = owner.execute(
            "select tgfoid::regproc::text from pg_trigger where tgrelid = %s::regclass", (name,)
        ).fetchall()
    ((schema, bounds),) = shown
    assert schema == PUBLIC
    instants = [datetime.fromisoformat(each) for each in re.findall(r"'(.*?)'", bounds)]
    assert instants == [datetime.fromisoformat(each) for each in (begin, end)]
    assert set(triggers) == {("refuse_change",)}


_MONTH: Final = ("access_log_2026_09", "2026-08-31T19:00Z", "2026-09-30T19:00Z")
NO_MONTHS: Final = {
    "another table": ("person", *_MONTH[1:]),
    "a schema": ("roster.access_log_2026_09", *_MONTH[1:]),
    "more than a name": ('access_log_2026_09" (x int); drop table person; --', *_MONTH[1:]),
    "a line more": ("access_log_2026_09\n", *_MONTH[1:]),
    "the month 13": ("access_log_2026_13", *_MONTH[1:]),
    "the month 0": ("access_log_2026_00", *_MONTH[1:]),
    "no name": (None, *_MONTH[1:]),
    "another month": ("access_log_2026_10", *_MONTH[1:]),
    "two months": (_MONTH[0], _MONTH[1], "2026-10-31T19:00Z"),
    "less than a month": (_MONTH[0], _MONTH[1], "2026-09-30T18:30Z"),
    "the other way round": (_MONTH[0], _MONTH[2], _MONTH[1]),
    "a month of elsewhere": (_MONTH[0], "2026-09-01T00:00Z", "2026-10-01T00:00Z"),
    "no beginning": (_MONTH[0], None, _MONTH[2]),
    "no end": (_MONTH[0], _MONTH[1], None),
    "for ever": (_MONTH[0], _MONTH[1], "infinity"),
}


@pytest.mark.parametrize("month", NO_MONTHS.values(), ids=NO_MONTHS)
def test_the_log_gets_months_and_nothing_else(dsns: Dsns, month: tuple[str, str, str]) -> None:
    """Whoever asks for another part of it, or another time, gets nothing."""
    with connected(dsns.look_up) as connection:
        with pytest.raises(psycopg.errors.InvalidParameterValue):
            connection.execute("select access_log_add_month(%s, %s, %s)", month)
        found = "select from pg_class where relname like 'access\\_log\\_2026\\_09%'"
        assert connection.execute(found.encode()).rowcount == 0


# Given, and given anew.

_GRANTED: Final = """
select oid::regclass::text, relacl::text from pg_class
where relnamespace::regnamespace::text = any(:schemas)
union all
select attrelid::regclass::text || attname, attacl::text from pg_attribute where attacl is not null
union all
select oid::regproc::text, proacl::text from pg_proc
where pronamespace::regnamespace::text = any(:schemas)
union all select nspname, nspacl::text from pg_namespace where nspname = any(:schemas)
union all select datname, datacl::text from pg_database where datname = current_database()
"""

GIVEN_AND_TAKEN: Final = (
    "grant usage on schema roster to osms_look_up",
    "grant all on all tables in schema roster to osms_look_up",
    "grant select on payment to public",
    "grant select (surname) on payment to osms_look_up with grant option",
    "grant update, delete, truncate on payment to osms_intake",
    "grant execute on all functions in schema public to public",
    "grant create on schema public to public",
    "grant temporary on database {} to public",
    "revoke insert on access_log from osms_look_up",
    "revoke all on person from osms_intake, osms_look_up",
    "revoke execute on function access_log_tidy from osms_look_up",
    "revoke usage on schema roster from osms_intake",
    "create table of_the_dba (number int); grant select on of_the_dba to osms_look_up",
)


@pytest.mark.parametrize("again", [migrate, make_roles])
def test_what_was_granted_otherwise_is_set_right(
    migrated: sa.Engine, again: Callable[[sa.Engine], None]
) -> None:
    """By every server that starts; where nothing differs, nothing is touched."""
    before = answers(migrated, _GRANTED, schemas=list(SCHEMAS))
    transactions = answers(migrated, "select xmin::text from pg_class where relname = 'payment'")
    again(migrated)
    assert answers(migrated, _GRANTED, schemas=list(SCHEMAS)) == before
    seen = answers(migrated, "select xmin::text from pg_class where relname = 'payment'")
    assert seen == transactions
    with migrated.begin() as connection:
        for statement in GIVEN_AND_TAKEN:
            database = connection.engine.url.database
            connection.execute(sa.text(statement.format(database)))
    assert answers(migrated, _GRANTED, schemas=list(SCHEMAS)) != before
    again(migrated)
    with migrated.begin() as connection:
        connection.execute(sa.text("drop table of_the_dba"))
    rights = ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE"]
    assert rights_on_tables(migrated, rights) == promised(migrated)
    assert sorted_rights(answers(migrated, _GRANTED, schemas=list(SCHEMAS))) == sorted_rights(
        before
    )


def sorted_rights(granted: Rights) -> Rights:
    """Access lists without the order in which somebody was put on them."""
    return {(what, " ".join(sorted(re.split(r"[{},]", acl)))) for what, acl in granted}


def test_what_a_role_lacks_is_told(migrated: sa.Engine, settings: Settings) -> None:
    """Each role can do all that is its own, and is told what it cannot of another's."""
    with migrated.begin() as connection:  # of somebody else, and of no interest
        connection.execute(sa.text("create schema other; create table other.person (number int)"))
    dsns = dsns_of(dsn_of(migrated))
    for dsn, own, other in ((dsns.intake, INTAKE, LOOK_UP), (dsns.look_up, LOOK_UP, INTAKE)):
        engines = connect(dsn, settings)
        with engines.transactions.connect() as connection:
            driver: Any = connection.connection.driver_connection
            assert lacking(driver, own) == []
            assert len(lacking(driver, other)) > 3
        engines.dispose()
