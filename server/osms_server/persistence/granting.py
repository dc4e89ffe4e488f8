"""
Gives the roles the rights that are theirs, and takes all others from them and from everybody.

What is granted is a state and no history: it is read from the catalogue, compared to the tables
of `rights`, and corrected where it differs.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from typing import Any, Final, NamedTuple

import psycopg

from osms_server.persistence.rights import DATABASE, FUNCTIONS, ROLES, SCHEMA_USERS, TABLES
from osms_server.persistence.tables import PUBLIC, SCHEMAS, metadata, schema_of

EVERYBODY: Final = "public"
"""As GRANT and REVOKE call whoever may connect."""


class RightsLacking(Exception):
    """A role lacks rights; the message says which, and what is to be done."""


class Right(NamedTuple):
    """
    A privilege, as the catalogue calls it, and of which column if it is not of the whole.

    Nobody may give a right of ours to others; who can has more than is meant.
    """

    privilege: str
    column: str | None = None
    can_be_given: bool = False


class _Thing(NamedTuple):
    """A table, sequence, function, schema or database that has an owner and rights."""

    kind: str
    name: str
    told: str
    """As GRANT has it, with its schema."""


_THINGS: Final = """
with grantee as (
    select oid, rolname::text as role from pg_roles where rolname = any (%(roles)s)
    union all select 0, 'public'
), thing as (
    select case c.relkind when 'S' then 'sequence' else 'table' end as kind,
           c.relname::text as name, format('%%I.%%I', n.nspname, c.relname) as told,
           c.relowner as owner, c.relacl as acl, c.oid as relation
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = any (%(schemas)s) and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
    union all
    select 'routine', p.proname,
           format('%%I.%%I(%%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)),
           p.proowner, coalesce(p.proacl, acldefault('f', p.proowner)), null
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where n.nspname = any (%(schemas)s)
    union all
    select 'schema', nspname, format('%%I', nspname), nspowner, nspacl, null
    from pg_namespace where nspname = any (%(schemas)s)
    union all
    select 'database', '', format('%%I', datname), datdba,
           coalesce(datacl, acldefault('d', datdba)), null
    from pg_database where datname = current_database()
), granted as (
    select t.told, a.grantee, a.privilege_type, null as attname, a.is_grantable
    from thing t, aclexplode(t.acl) a
    union all
    select t.told, a.grantee, a.privilege_type, c.attname, a.is_grantable
    from thing t join pg_attribute c on c.attrelid = t.relation, aclexplode(c.attacl) a
)
select t.kind, t.name, t.told, g.role, a.privilege_type, a.attname, a.is_grantable
from thing t cross join grantee g
left join granted a on a.told = t.told and a.grantee = g.oid
where pg_has_role(t.owner, 'USAGE')
"""
"""All that is ours to give, whom we may give it to, and what they have."""


def apply_rights(connection: psycopg.Connection[Any]) -> None:
    """
    Makes what is granted equal to the tables of this module, for those of the roles that exist.

    Of what is so already nothing is touched, nor what belongs to others. The caller sees to it
    that nobody else does it at the same time, and commits.
    """
    rows = connection.execute(_THINGS, {"roles": list(ROLES), "schemas": list(SCHEMAS)})
    held: defaultdict[tuple[_Thing, str], set[Right]] = defaultdict(set)
    for kind, name, told, role, privilege, *how in rows.fetchall():
        rights = held[_Thing(kind, name, told), role]
        if privilege is not None:
            rights.add(Right(privilege, *how))
    for (thing, role), rights in held.items():
        for statement in _corrections(thing, role, rights):
            connection.execute(statement.encode())


def _corrections(thing: _Thing, role: str, held: AbstractSet[Right]) -> Iterator[str]:
    """The statements after which a role has the rights that it is to have; none if it has them."""
    place = f"on {thing.kind} {thing.told}"
    if role == EVERYBODY:
        if superfluous := held - _left_to_everybody(thing):
            yield f"revoke {_told(superfluous)} {place} from public cascade"
        return
    wanted = rights_of(role, thing)
    if held != wanted:
        yield f"revoke all {place} from {role} cascade"
        if wanted:
            yield f"grant {_told(wanted)} {place} to {role}"


def rights_of(role: str, thing: _Thing) -> AbstractSet[Right]:
    """The rights that a role is to have on a thing."""
    match thing.kind:
        case "table":
            return _read(_PLACED.get(thing.told, {}).get(role, ""))
        case "routine":
            is_ours = thing.told.startswith(f"{PUBLIC}.")
            may = is_ours and role in FUNCTIONS.get(thing.name, ())
            return {Right("EXECUTE")} if may else frozenset()
        case "schema":
            return {Right("USAGE")} if role in SCHEMA_USERS[thing.name] else frozenset()
        case "database":
            return _read(DATABASE[role])
    return frozenset()


def _left_to_everybody(thing: _Thing) -> AbstractSet[Right]:
    """What PostgreSQL gives to everybody by itself and may go on to, since it opens no table."""
    if (thing.kind, thing.name) == ("schema", PUBLIC):
        return {Right("USAGE")}
    return {Right("CONNECT")} if thing.kind == "database" else frozenset()


def _place_of(table: str) -> str:
    """A table with its schema, as the catalogue tells it."""
    known = metadata.tables.get(table)
    return f"{PUBLIC if known is None else schema_of(known)}.{table}"


_PLACED: Final = {_place_of(table): rights for table, rights in TABLES.items()}


def _read(words: str) -> AbstractSet[Right]:
    """Rights in the words of GRANT."""
    return frozenset(
        Right(privilege.upper(), column)
        for privilege, columns in _WORDS.findall(words)
        for column in (columns.split(", ") if columns else [None])
    )


_WORDS: Final = re.compile(r"(\w+)(?: \(([^)]*)\))?")


def _told(rights: Iterable[Right]) -> str:
    """Rights in the words of GRANT, in an order of their own."""
    words = (
        f"{right.privilege} ({right.column})" if right.column else right.privilege
        for right in rights
    )
    return ", ".join(sorted(words))


# The roles.


def missing_roles(connection: psycopg.Connection[Any]) -> list[str]:
    """Those of the roles that do not exist."""
    found = connection.execute("select rolname from pg_roles").fetchall()
    return [role for role in ROLES if (role,) not in found]


def create_roles(connection: psycopg.Connection[Any]) -> None:
    """
    Creates those of the roles that do not exist, without a password; commits nothing.

    Roles are of the whole cluster, and of several who create one at the same time one does it.
    RightsLacking: this role may not.
    """
    missing = missing_roles(connection)
    try:
        for role in missing:
            connection.execute(_CREATE_ROLE.replace("%I", role).encode())
    except psycopg.errors.InsufficientPrivilege as error:
        statements = " ".join(f"create role {role} login;" for role in missing)
        message = "this role may not create roles; let a superuser run, and then run this again"
        raise RightsLacking(f"{message}: {statements}") from error


_CREATE_ROLE: Final = """
do $$ begin
    create role %I login;
exception when duplicate_object or unique_violation then null;
end $$
"""


# What a connection may do.

_LACKING: Final = """
select wanted.privilege || ' of ' || wanted.told
from unnest(%s::text[], %s::text[], %s::text[]) wanted (told, privilege, attname)
join pg_class c on c.relname = split_part(wanted.told, '.', 2)
join pg_namespace n on n.oid = c.relnamespace and n.nspname = split_part(wanted.told, '.', 1)
left join pg_attribute a on a.attrelid = c.oid and a.attname = wanted.attname
where not case when wanted.attname is null then has_table_privilege(c.oid, wanted.privilege)
               else has_column_privilege(c.oid, a.attnum, wanted.privilege) end
"""

_OWNER: Final = """
select exists (select from pg_class c where c.relnamespace::regnamespace::text = any(%s)
               and c.relkind in ('r', 'p') and pg_has_role(c.relowner, 'MEMBER'))
"""


def lacking(connection: psycopg.Connection[Any], role: str) -> list[str]:
    """What *role* is to be able to do with tables that are there, and this connection may not."""
    wanted = [
        (told, right.privilege, right.column)
        for told, rights in _PLACED.items()
        for right in _read(rights.get(role, ""))
    ]
    columns = [list(column) for column in zip(*wanted, strict=True)]
    return sorted(told for (told,) in connection.execute(_LACKING, columns).fetchall())


def is_owner(connection: psycopg.Connection[Any]) -> bool:
    """Whether this connection may do anything with our tables: it owns one, or is a superuser."""
    row = connection.execute(_OWNER, [list(SCHEMAS)]).fetchone()
    return bool(row and row[0])
