"""Servers and commands that connect as roles: each with its own rights, and told what it lacks."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any, Final

import grpc
import psycopg
import pytest
import structlog

from osms.entitlement.v1 import entitlement_service_pb2 as pb
from osms.entitlement.v1 import entitlement_service_pb2_grpc as pb_grpc
from osms_client import NamedCaller, OsmsClient
from osms_common.persistence.embedded import EmbeddedPostgres
from osms_server.bootstrap import DsnMissing, rare_engine_for, running_server
from osms_server.config import Settings, Transport
from osms_server.persistence.granting import RightsLacking, apply_rights, create_roles
from osms_server.persistence.migration import SchemaUnknown, make_roles, migrate
from osms_server.persistence.own_postgres import own_postgres
from osms_server.persistence.rights import AUDIT, INTAKE, LOOK_UP, ROLES
from osms_server.supervising import _environment
from tests.people import AIGUL
from tests.persistence.contents import NOTICED_BY_EVERYONE
from tests.processes import ServerProcess, command, environment, passable_folder, run
from tests.rpc.sending import assigned, joins, push_categories, push_changes
from tests.test_supervising import children

LOOPBACK: Final = "127.0.0.1:0"
PLAIN: Final = ("serve", "--plaintext", "--listen", LOOPBACK)
OWNER: Final = "register_owner"
_numbers = count(1)

New = Callable[[], str]


@pytest.fixture(scope="module")
def cluster() -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL of somebody else, who has made us a role that owns databases, and no more."""
    with passable_folder() as folder:
        postgres = own_postgres(folder / "postgresql", durable=False)
        postgres.start()
        try:
            with psycopg.connect(postgres.dsn, autocommit=True) as connection:
                connection.execute(f"create role {OWNER} login")
            yield postgres
        finally:
            postgres.stop()


@pytest.fixture
def new(cluster: EmbeddedPostgres) -> New:
    """Makes empty databases of the owner; their names."""

    def make() -> str:
        name = f"register_{next(_numbers)}"
        with psycopg.connect(cluster.dsn, autocommit=True) as connection:
            connection.execute(f"create database {name} owner {OWNER}".encode())
        return name

    return make


@pytest.fixture(scope="module")
def pattern(cluster: EmbeddedPostgres, settings: Settings) -> str:
    """The name of a database of the owner that is migrated, and to be copied."""
    with psycopg.connect(cluster.dsn, autocommit=True) as connection:
        connection.execute(f"create database pattern owner {OWNER}")
    migrate(rare_engine_for(cluster.dsn_of(OWNER, "pattern"), settings))
    return "pattern"


@pytest.fixture
def migrated(cluster: EmbeddedPostgres, pattern: str) -> New:
    """Makes databases of the owner that are migrated; their names."""

    def make() -> str:
        name = f"register_{next(_numbers)}"
        with psycopg.connect(cluster.dsn, autocommit=True) as connection:
            connection.execute(f"create database {name} owner {OWNER} template {pattern}".encode())
        return name

    return make


@pytest.fixture
def without_roles(cluster: EmbeddedPostgres, pattern: str) -> Iterator[None]:
    """Nobody has made the roles yet; afterwards they are there, as before."""
    drop = f"drop role if exists {', '.join(ROLES)}".encode()
    with psycopg.connect(cluster.dsn, autocommit=True) as connection:
        databases = "select datname from pg_database where not datistemplate"
        for (name,) in connection.execute(databases).fetchall():
            with psycopg.connect(cluster.dsn_of("osms", name), autocommit=True) as inside:
                inside.execute(f"drop owned by {', '.join(ROLES)}".encode())
        connection.execute(drop)
        yield
    with psycopg.connect(cluster.dsn_of("osms", "pattern")) as connection:
        create_roles(connection)
        apply_rights(connection)


def as_role(cluster: EmbeddedPostgres, database: str) -> dict[str, Any]:
    """The settings of a server on an own PostgreSQL, each kind of work as its role."""
    return {
        "OSMS_MIGRATION_DSN": cluster.dsn_of(OWNER, database),
        "OSMS_DSN": cluster.dsn_of(INTAKE, database),
        "OSMS_LOOK_UP_DSN": cluster.dsn_of(LOOK_UP, database),
    }


def settings_as_role(
    cluster: EmbeddedPostgres, database: str, *, without: str = "", sandbox: bool = False
) -> Settings:
    """The same for a server of this process, *without* one of them or with all."""
    dsns = {
        name.removeprefix("OSMS_").lower(): dsn for name, dsn in as_role(cluster, database).items()
    }
    dsns.pop(without, None)
    return Settings.read(listen=LOOPBACK, transport=Transport.PLAINTEXT, sandbox=sandbox, **dsns)


def connected_as(cluster: EmbeddedPostgres, database: str) -> set[str]:
    """The roles that are connected to a database."""
    with psycopg.connect(cluster.dsn) as connection:
        found = connection.execute(
            "select usename from pg_stat_activity where datname = %s", [database]
        )
        return {name for (name,) in found}


def answered(address: str) -> pb.CheckEntitlementResponse:
    """What a clinic is answered about somebody."""
    with grpc.insecure_channel(address) as channel:
        stub = pb_grpc.EntitlementServiceStub(channel)
        metadata = (("osms-caller", "mis/clinic1"),)
        request = pb.CheckEntitlementRequest(iin=AIGUL)
        answer: pb.CheckEntitlementResponse = stub.CheckEntitlement(
            request, metadata=metadata, timeout=20, wait_for_ready=True
        )
    return answer


# The roles are made.


@pytest.mark.long
def test_roles_are_made_and_given_their_rights(
    cluster: EmbeddedPostgres, new: New, without_roles: None, settings: Settings
) -> None:
    """Before the schema is there or after it, once or again: without a password, and no more."""
    name = new()
    ran = run("roles", "--dsn", cluster.dsn_of("osms", name))
    assert (ran.returncode, ran.stderr) == (0, "")
    assert all(role in ran.stdout for role in ROLES)
    for does in (migrate, make_roles, make_roles):
        does(rare_engine_for(cluster.dsn_of("osms", name), settings))
    assert may_look_up(cluster, name)
    with psycopg.connect(cluster.dsn_of("osms", name)) as connection:
        made = connection.execute(
            "select rolname, rolcanlogin, rolsuper, rolcreaterole, rolcreatedb, rolreplication,"
            " rolbypassrls, rolpassword from pg_authid where rolname = any(%s)",
            [list(ROLES)],
        ).fetchall()
    plain = (True, False, False, False, False, False, None)
    assert sorted(made) == sorted((role, *plain) for role in ROLES)


@pytest.mark.long
def test_who_may_not_make_roles_is_told_what_a_dba_must_run(
    cluster: EmbeddedPostgres, migrated: New, without_roles: None
) -> None:
    """In one line; once it was run, the same command gives the rights."""
    name = migrated()
    dsn = cluster.dsn_of(OWNER, name)
    refused = run("roles", "--dsn", dsn)
    assert refused.returncode == 1
    assert refused.stderr.count("\n") == 1
    statements = refused.stderr.partition("run this again: ")[2]
    assert statements.count("create role") == len(ROLES)
    with psycopg.connect(cluster.dsn, autocommit=True) as dba:
        dba.execute(statements.encode())
    assert run("roles", "--dsn", dsn).returncode == 0
    assert may_look_up(cluster, name)


def may_look_up(cluster: EmbeddedPostgres, database: str) -> bool:
    """Whether the role of look-ups has its rights."""
    with psycopg.connect(cluster.dsn_of(LOOK_UP, database)) as connection:
        return connection.execute("select overlay_revision from head").fetchall() == [(0,)]


@pytest.mark.long
def test_databases_of_one_cluster_may_be_made_at_once(
    cluster: EmbeddedPostgres, new: New, without_roles: None, settings: Settings
) -> None:
    """The roles are everybody's: whoever comes first makes them, and nobody stumbles."""
    names = [new() for _ in range(3)]
    dsns = [cluster.dsn_of("osms", name) for name in names]
    migrating = [
        subprocess.Popen(  # noqa: S603 - our own program
            command("migrate", "--dsn", dsn),
            env=environment(),
            stderr=subprocess.PIPE,
            text=True,
        )
        for dsn in dsns
    ]
    with ThreadPoolExecutor() as pool:
        engines = [rare_engine_for(dsn, settings) for dsn in dsns * 3]
        assert list(pool.map(make_roles, engines)) == [None] * len(engines)
    ended = [(each.wait(NOTICED_BY_EVERYONE), each.communicate()[1]) for each in migrating]
    assert ended == [(0, "")] * len(migrating)
    for name, dsn in zip(names, dsns, strict=True):
        make_roles(rare_engine_for(dsn, settings))
        assert may_look_up(cluster, name)


# A server on a PostgreSQL of somebody else.


def test_every_kind_of_work_is_done_as_its_role(
    cluster: EmbeddedPostgres, new: New, tmp_path: Path
) -> None:
    """The owner migrates and goes; the server writes as one role, and looks up as another."""
    name, log = new(), tmp_path / "log"
    with (
        ServerProcess(*PLAIN, log=log, **as_role(cluster, name)) as server,
        OsmsClient(server.address, NamedCaller("state-corporation/SC")) as sender,
        OsmsClient(server.address, NamedCaller("body/DEFENCE")) as body,
        OsmsClient(server.address, NamedCaller("fund-supervisor/supervisor1")) as fund,
    ):
        push_categories(sender, assigned())
        push_changes(body, joins(AIGUL))
        with sender.category_feed(validate_only=True) as feed:
            list(feed.send([assigned(number=2, category="R07", source="MLSPP")]))
        fund.declare_incident("I-1", ["DEFENCE"], fund.timeline(AIGUL).stretches[0].start)
        assert answered(server.address).entitlement.receipt_id
        assert fund.explain(AIGUL).facts
        assert connected_as(cluster, name) == {INTAKE, LOOK_UP}
    assert "[warning" not in log.read_text()


def test_a_server_need_not_know_who_owns_the_tables(
    cluster: EmbeddedPostgres, migrated: New
) -> None:
    """Where somebody else migrates, it only looks whether the schema is of its version."""
    name = migrated()
    settings = settings_as_role(cluster, name, without="migration_dsn")
    with running_server(settings) as server:
        assert answered(server.address).entitlement.receipt_id
    with psycopg.connect(cluster.dsn_of(OWNER, name), autocommit=True) as connection:
        connection.execute("update alembic_version set version_num = '0003'")
    with (
        pytest.raises(SchemaUnknown, match=r"0003.*osms-server migrate"),
        running_server(settings),
    ):
        pass


def test_only_the_owner_migrates(
    cluster: EmbeddedPostgres, migrated: New, settings: Settings
) -> None:
    """Whoever else tries is told so, and nothing is changed."""
    name = migrated()
    for role in ROLES:
        engine = rare_engine_for(cluster.dsn_of(role, name), settings)
        for does in (migrate, make_roles):
            with pytest.raises(RightsLacking, match="only the owner of the tables"):
                does(engine)


@pytest.mark.long
def test_what_a_role_may_not_do_is_told_in_a_line(
    cluster: EmbeddedPostgres, migrated: New
) -> None:
    """Commands that are given the DSN of another role than theirs; each has one that it needs."""
    name = migrated()
    with (
        running_server(settings_as_role(cluster, name)) as server,
        OsmsClient(server.address, NamedCaller("state-corporation/SC")) as sender,
    ):
        push_categories(sender, assigned())
    with psycopg.connect(cluster.dsn_of(OWNER, name)) as connection:
        connection.execute("update person set timeline = ''")
    for asked, wrong, right in (
        (("rebuild", "--processes", "1"), INTAKE, OWNER),
        (("verify", "--processes", "1"), AUDIT, INTAKE),
        (("verify-log",), INTAKE, AUDIT),
    ):
        refused = run(*asked, "--dsn", cluster.dsn_of(wrong, name))
        assert (refused.returncode, refused.stderr.count("\n")) == (1, 1), asked
        assert "permission denied" in refused.stderr
        ran = run(*asked, "--dsn", cluster.dsn_of(right, name))
        assert (ran.returncode, ran.stderr) == (0, ""), asked


WRONG: Final = {
    "the role of look-ups for all": ("dsn", f"OSMS_DSN names has not the rights of {INTAKE}"),
    "no role of look-ups": (
        "look_up_dsn",
        f"OSMS_LOOK_UP_DSN names has not the rights of {LOOK_UP}",
    ),
}


@pytest.mark.parametrize(("wrong", "told"), WRONG.values(), ids=WRONG)
def test_rights_that_are_missing_are_told_before_anything_is_served(
    cluster: EmbeddedPostgres, migrated: New, wrong: str, told: str
) -> None:
    """With what was set, and what to run."""
    settings = settings_as_role(cluster, migrated())
    other = {"dsn": settings.look_up_dsn, "look_up_dsn": settings.dsn}[wrong]
    crossed = settings.model_copy(update={wrong: other})
    with pytest.raises(RightsLacking, match=f"{told}.*osms-server roles"), running_server(crossed):
        pass


def test_a_process_that_only_looks_up_tells_what_it_lacks(
    cluster: EmbeddedPostgres, migrated: New
) -> None:
    """In a line; whoever may look up and more is warned."""
    name = migrated()
    arguments = ("look-ups", "--listen", LOOPBACK, "--dsn", cluster.dsn_of(INTAKE, name))
    refused = run(*arguments, OSMS_TRANSPORT="plaintext")
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    assert f"has not the rights of {LOOK_UP}" in refused.stderr


def test_look_ups_alone_name_no_database_to_serve() -> None:
    """A server that would write to another database than it looks up in does not start."""
    settings = Settings.read(look_up_dsn="postgresql://osms_look_up@db.example/osms")
    with pytest.raises(DsnMissing), running_server(settings):
        pass


def test_a_sandbox_is_emptied_by_its_owner(cluster: EmbeddedPostgres, migrated: New) -> None:
    """The server itself could not do it, and does not start where nobody could."""
    name = migrated()
    with (
        running_server(settings_as_role(cluster, name, sandbox=True)) as server,
        OsmsClient(server.address, NamedCaller("SC")) as sender,
    ):
        push_categories(sender, assigned())
        sender.reset_sandbox()
        assert sender.category_position() == 1
    unowned = settings_as_role(cluster, name, without="migration_dsn", sandbox=True)
    with pytest.raises(RightsLacking, match="OSMS_MIGRATION_DSN"), running_server(unowned):
        pass


@pytest.mark.parametrize("role", ["osms", OWNER])
def test_more_rights_than_are_needed_are_warned_of_once(
    cluster: EmbeddedPostgres, migrated: New, role: str
) -> None:
    """One DSN for all works as ever; what to do is said, though not for a sandbox."""
    own = {"listen": LOOPBACK, "transport": Transport.PLAINTEXT}
    settings = Settings.read(dsn=cluster.dsn_of(role, migrated()), **own)
    for sandbox, warnings in ((False, 1), (True, 0)):
        with (
            structlog.testing.capture_logs() as logs,
            running_server(settings.model_copy(update={"sandbox": sandbox})),
        ):
            pass
        warned = [each for each in logs if each["log_level"] == "warning"]
        assert len(warned) == warnings
        assert all("osms-server roles" in each["event"] for each in warned)
        assert all(each["settings"] == "OSMS_DSN OSMS_LOOK_UP_DSN" for each in warned)


# The processes.


def environment_of(pid: int) -> dict[str, str]:
    """What a process was told by its environment."""
    told = Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0")
    return dict(line.split("=", 1) for line in told if "=" in line)


@pytest.mark.long
def test_the_embedded_server_works_as_these_roles_by_itself(tmp_path: Path) -> None:
    """Without a word about databases: and processes that look up know no other DSN, nor a key."""
    look_ups = ("--look-up-listen", LOOPBACK)
    secrets: dict[str, Any] = {"OSMS_PAGE_TOKEN_KEY": "a key of ours", "PGPASSWORD": "swordfish"}
    with passable_folder() as state:
        more = ("--state-folder", str(state), *look_ups)
        with ServerProcess(*PLAIN, *more, **secrets) as server:
            address, _, at = server.address.partition(", look-ups at ")
            with OsmsClient(address, NamedCaller("state-corporation/SC")) as sender:
                push_categories(sender, assigned())
            for each in (address, at):
                assert answered(each).entitlement.receipt_id
            (pid,) = children(server.process.pid)
            told = environment_of(pid)
            socket = state / "postgresql"
            with psycopg.connect(f"postgresql://osms@/osms?host={socket}") as connection:
                roles = connection.execute(
                    "select distinct usename from pg_stat_activity"
                    " where backend_type = 'client backend' and pid <> pg_backend_pid()"
                ).fetchall()
    assert {name for (name,) in roles} == {INTAKE, LOOK_UP}
    assert told["OSMS_LOOK_UP_DSN"].startswith(f"postgresql://{LOOK_UP}@/")
    for name, value in told.items():
        if name != "OSMS_LOOK_UP_DSN":
            assert "postgresql://" not in value, name
    assert (
        not {"OSMS_DSN", "OSMS_MIGRATION_DSN", "OSMS_PAGE_TOKEN_KEY", "OSMS_CONFIG"} & told.keys()
    )
    assert "a key of ours" not in told.values()


def test_a_process_that_only_looks_up_connects_as_nobody_else(
    cluster: EmbeddedPostgres, migrated: New
) -> None:
    """It answers, logs what it answers, and lays overlays, with the rights of one role."""
    name = migrated()
    with (
        running_server(settings_as_role(cluster, name)) as server,
        OsmsClient(server.address, NamedCaller("state-corporation/SC")) as sender,
        OsmsClient(server.address, NamedCaller("fund-supervisor/supervisor1")) as fund,
    ):
        push_categories(sender, assigned())
        fund.declare_incident("I-1", ["MOE"], fund.timeline(AIGUL).stretches[0].start)
    look_ups = ("look-ups", "--listen", LOOPBACK, "--dsn", cluster.dsn_of(LOOK_UP, name))
    with ServerProcess(*look_ups, OSMS_TRANSPORT="plaintext") as alone:
        assert answered(alone.address).entitlement.ground_kind
        assert connected_as(cluster, name) == {LOOK_UP}


def test_a_password_that_is_another_roles_is_not_handed_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """That of a variable is for DSNs without one; a process gets it where its DSN has none."""
    monkeypatch.setenv("PGPASSWORD", "swordfish")
    monkeypatch.setenv("OSMS_CONFIG", "/etc/osms/all.env")
    for password, handed_on in (("", True), (":secret", False)):
        dsn = f"postgresql://osms_look_up{password}@db.example/osms"
        settings = Settings.read(look_up_dsn=dsn, dsn="postgresql://osms_intake:x@db.example/osms")
        told = _environment(settings, "127.0.0.1:50552")
        assert ("PGPASSWORD" in told) == handed_on
        assert told["OSMS_LOOK_UP_DSN"] == dsn
        assert not {"OSMS_DSN", "OSMS_CONFIG"} & told.keys()
