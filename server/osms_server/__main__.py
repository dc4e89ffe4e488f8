"""The command `osms-server`: serves, migrates, rebuilds, verifies, makes certificates."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Annotated

os.environ.setdefault("GRPC_VERBOSITY", "NONE")  # what fails is told by us; read at the import
os.environ["GRPC_SSL_CIPHER_SUITES"] = "ECDHE-PSK-CHACHA20-POLY1305"  # as tls_files says

import typer
from psycopg.errors import InsufficientPrivilege
from pydantic import ValidationError
from sqlalchemy.exc import OperationalError, ProgrammingError

from osms_common.certificates import AuthorityUnusable
from osms_common.domain.identifiers import identifier_text
from osms_common.persistence.embedded import EmbeddedPostgresError
from osms_common.serving.databases import FolderInUse
from osms_common.serving.stopping import Stopping
from osms_common.serving.transport import CannotListen
from osms_common.tls_files import TlsUnusable
from osms_server import maintenance
from osms_server.bootstrap import (
    DsnMissing,
    database,
    rare_engine_for,
    running_server,
)
from osms_server.bootstrap import replica as follow
from osms_server.config import Settings, Transport
from osms_server.keys_command import certs, read_settings, receipt_keys
from osms_server.looking_up import look_at_rights, serve_look_ups
from osms_server.persistence.granting import RightsLacking
from osms_server.persistence.migration import SchemaUnknown, make_roles
from osms_server.persistence.migration import migrate as migrate_schema
from osms_server.persistence.rights import ROLES
from osms_server.receipt_keys import ReceiptKeysUnusable
from osms_server.supervising import LookUpsDidNotStart

_ALLOCATIONS_BEFORE_COLLECTION = 200_000
_TURN_SECONDS = 0.0005

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="The register of consumers of compulsory social medical insurance.",
)

Dsn = Annotated[
    str | None,
    typer.Option(metavar="URL", help="DSN of a PostgreSQL >= 15; without it, one of our own."),
]
StateFolder = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Folder of the embedded PostgreSQL and certificates."),
]


def _settings_for_one(dsn: str | None, state_folder: Path | None) -> Settings:
    """The settings where one DSN, if it is given, is for all that is done."""
    return read_settings(dsn=dsn, migration_dsn=dsn, look_up_dsn=dsn, state_folder=state_folder)


@app.command(epilog="Example: osms-server serve --sandbox")
def serve(
    listen: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="Where to listen.")
    ] = None,
    look_up_listen: Annotated[
        str | None,
        typer.Option(metavar="HOST:PORT", help="Where processes listen that only look up."),
    ] = None,
    look_up_processes: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="How many of those there are.")
    ] = None,
    dsn: Dsn = None,
    state_folder: StateFolder = None,
    sandbox: Annotated[
        bool | None,
        typer.Option("--sandbox", metavar="", help="Let callers move the clock and empty it."),
    ] = None,
    plaintext: Annotated[
        bool,
        typer.Option(
            "--plaintext", metavar="", help="No TLS; loopback only, callers name themselves."
        ),
    ] = False,
    ephemeral: Annotated[
        bool, typer.Option("--ephemeral", metavar="", help="Throw the register away at the end.")
    ] = False,
    until_stdin_closes: Annotated[
        bool,
        typer.Option(
            "--until-stdin-closes", metavar="", help="Also stop when standard input ends."
        ),
    ] = False,
) -> None:
    """Serves until it is told to stop (SIGTERM, SIGINT)."""
    settings = read_settings(
        listen=listen,
        look_up_listen=look_up_listen,
        look_up_processes=look_up_processes,
        dsn=dsn,
        state_folder=state_folder,
        sandbox=sandbox,
        transport=Transport.PLAINTEXT if plaintext else None,
    )
    stopping = Stopping(until_stdin_closes=until_stdin_closes)
    with running_server(settings, ephemeral=ephemeral) as running:
        _share_the_machine()
        _say_ready(running.address, running.look_up_address)
        stopping.wait()


@app.command(
    "look-ups",
    epilog="Example: osms-server look-ups --listen 127.0.0.1:50552"
    " --dsn postgresql://osms_look_up@db/osms",
)
def look_ups(
    listen: Annotated[
        str | None,
        typer.Option(metavar="HOST:PORT", help="Where; a port may be shared."),
    ] = None,
    dsn: Dsn = None,
    state_folder: StateFolder = None,
    until_stdin_closes: Annotated[
        bool,
        typer.Option(
            "--until-stdin-closes", metavar="", help="Also stop when standard input ends."
        ),
    ] = False,
) -> None:
    """Serves look-ups alone, beside servers of the same database."""
    settings = read_settings(look_up_listen=listen, look_up_dsn=dsn, state_folder=state_folder)
    found = settings.look_up_dsn or settings.dsn
    if not found or not settings.look_up_listen:
        message = "look-ups need --dsn and --listen, or OSMS_LOOK_UP_DSN and OSMS_LOOK_UP_LISTEN"
        sys.stderr.write(f"osms-server: {message}\n")
        raise typer.Exit(2)
    if until_stdin_closes:
        threading.Thread(target=_end_with_input, daemon=True).start()
    else:  # where a server keeps it, that one has looked
        look_at_rights(settings, found)
    serve_look_ups(settings, found, lambda address: _say_ready(address, ""))


@app.command(
    epilog="Example: osms-server replica --of postgresql://osms@db/osms --state-folder ./replica"
)
def replica(
    of: Annotated[str, typer.Option(metavar="URL", help="DSN of the primary that it follows.")],
    state_folder: StateFolder = None,
) -> None:
    """Runs a streaming replica of a database, for look-ups, until it is told to stop."""
    stopping = Stopping()
    with follow(read_settings(state_folder=state_folder), of) as dsn:
        sys.stdout.write(f"replica ready at {dsn}\n")
        sys.stdout.flush()
        stopping.wait()


def _end_with_input() -> None:
    while sys.stdin.buffer.read(4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def _say_ready(address: str, look_up_address: str) -> None:
    look_ups = f", look-ups at {look_up_address}" if look_up_address else ""
    sys.stdout.write(f"osms-server ready at {address}{look_ups}\n")
    sys.stdout.flush()


def _share_the_machine() -> None:
    """
    Lets threads take turns quickly, and the garbage collector look rarely.

    A look-up, or a feed that PostgreSQL has answered, does not wait long for a batch being judged.
    A batch makes tens of thousands of tuples that live until it is stored; to look at all of
    them again and again would take a third of the time that it takes to judge them.
    """
    sys.setswitchinterval(_TURN_SECONDS)
    gc.collect()
    gc.freeze()
    gc.set_threshold(_ALLOCATIONS_BEFORE_COLLECTION, 20, 50)


@app.command(epilog="Example: osms-server migrate --dsn postgresql://osms@db/osms")
def migrate(dsn: Dsn = None, state_folder: StateFolder = None) -> None:
    """Brings the schema of the database to the version of this server."""
    settings = _settings_for_one(dsn, state_folder)
    with database(settings) as dsns:
        migrate_schema(rare_engine_for(dsns.owner, settings))
    typer.echo("the schema is up to date")


@app.command(epilog="Example: osms-server roles --dsn postgresql://osms@db/osms")
def roles(dsn: Dsn = None, state_folder: StateFolder = None) -> None:
    """Creates the roles of the server, without passwords, and gives each its rights."""
    settings = _settings_for_one(dsn, state_folder)
    with database(settings) as dsns:
        make_roles(rare_engine_for(dsns.owner, settings))
    typer.echo(f"the roles {', '.join(ROLES)} are there, with their rights and no others")


Processes = Annotated[
    int | None,
    typer.Option(min=1, metavar="N", help="Processes that share the work; all cores by default."),
]


@app.command(epilog="Example: osms-server verify --dsn postgresql://osms@db/osms")
def verify(dsn: Dsn = None, state_folder: StateFolder = None, processes: Processes = None) -> None:
    """Compares every timeline with the facts; exits with 1 if any differs."""
    settings = _settings_for_one(dsn, state_folder)
    with database(settings) as dsns:
        report = maintenance.verify(dsns.intake, settings, processes)
    typer.echo(
        f"{report.compared.people} people compared in {report.seconds:.1f} s"
        f" ({report.people_per_second:.0f} a second): {report.differing} differences"
    )
    if report.compared.named:
        named = " ".join(identifier_text(iin) for iin in report.compared.named)
        typer.echo(f"the rows of these persons are not what their facts say: {named}")
    raise typer.Exit(1 if report.differing else 0)


@app.command(
    "verify-log", epilog="Example: osms-server verify-log --dsn postgresql://osms@db/osms"
)
def verify_log(
    dsn: Dsn = None,
    state_folder: StateFolder = None,
    ends: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Where the chains of both logs ended the last time, to be kept out of the"
            " database's reach.",
        ),
    ] = None,
) -> None:
    """Follows the chains of both logs, of answers and of acts; exits with 1 if any is broken."""
    settings = _settings_for_one(dsn, state_folder)
    broken = 0
    with database(settings) as dsns:
        for entry in maintenance.verify_log(dsns.owner, settings, ends):
            broken += 1
            typer.echo(
                f"log of {entry.log.name.lower()}: entry {entry.sequence} of {entry.writer}"
                " does not follow from the one before"
            )
    typer.echo(f"{broken} entries of both logs were changed, or others taken out before them")
    raise typer.Exit(1 if broken else 0)


@app.command(epilog="Example: osms-server rebuild --processes 8")
def rebuild(
    dsn: Dsn = None, state_folder: StateFolder = None, processes: Processes = None
) -> None:
    """Makes every timeline anew from the facts."""
    settings = _settings_for_one(dsn, state_folder)
    with database(settings) as dsns:
        report = maintenance.rebuild(dsns.owner, settings, processes)
    typer.echo(
        f"{report.compared.people} people rebuilt in {report.seconds:.1f} s"
        f" ({report.people_per_second:.0f} a second): {report.differing} were not as the facts say"
    )


_MENDABLE = (
    AuthorityUnusable,
    CannotListen,
    DsnMissing,
    maintenance.EndsUnreadable,
    FolderInUse,
    EmbeddedPostgresError,
    LookUpsDidNotStart,
    ReceiptKeysUnusable,
    RightsLacking,
    SchemaUnknown,
    TlsUnusable,
)

app.add_typer(receipt_keys, name="receipt-keys")
app.command(epilog="Example: osms-server certs ./certificates --caller mis/clinic7")(certs)


def _told(fault: str) -> str:
    return fault.removeprefix("Value error, ")


def run() -> None:
    """Runs the command; what a user can mend is told in one line."""
    try:
        app()
    except ValidationError as error:
        for fault in error.errors():
            name = "_".join(str(part) for part in fault["loc"]).upper()
            sys.stderr.write(
                f"osms-server: {f'OSMS_{name}: ' if name else ''}{_told(fault['msg'])}\n"
            )
        sys.exit(2)
    except _MENDABLE as error:
        sys.stderr.write(f"osms-server: {error}\n")
        sys.exit(1)
    except (ProgrammingError, InsufficientPrivilege) as error:
        refused = error.orig if isinstance(error, ProgrammingError) else error
        if not isinstance(refused, InsufficientPrivilege):
            raise
        sys.stderr.write(f"osms-server: the role of this DSN may not do that: {refused}\n")
        sys.exit(1)
    except OperationalError as error:
        told = " ".join(str(error.orig).split())
        sys.stderr.write(f"osms-server: the database cannot be used: {told}\n")
        sys.exit(1)


if __name__ == "__main__":
    run()
