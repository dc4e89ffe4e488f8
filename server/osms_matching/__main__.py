"""The command `osms-matching`: serves, makes runs, sends them to the register, migrates."""

from __future__ import annotations

import csv
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, TextIO

os.environ.setdefault("GRPC_VERBOSITY", "NONE")  # what fails is told by us; read at the import
os.environ["GRPC_SSL_CIPHER_SUITES"] = "ECDHE-PSK-CHACHA20-POLY1305"  # as tls_files says

import typer
from pydantic import ValidationError
from sqlalchemy.exc import OperationalError

from osms_client import OsmsError as RegisterError
from osms_common.certificates import AuthorityUnusable
from osms_common.domain.calendar import almaty_day
from osms_common.domain.errors import Busy, RegisterUnavailable, WrongState
from osms_common.domain.identifiers import identifier_text
from osms_common.logs import configure_logs
from osms_common.persistence.acts import broken_acts
from osms_common.persistence.embedded import EmbeddedPostgresError
from osms_common.serving.databases import FolderInUse
from osms_common.serving.settings import Transport
from osms_common.serving.stopping import Stopping
from osms_common.serving.transport import CannotListen
from osms_common.tls_files import TlsUnusable
from osms_matching.application.ports import RunsReading
from osms_matching.application.running import DayPassed, DayToCome, Running
from osms_matching.application.sending import NoProgress
from osms_matching.application.taking_over import COLUMNS, TooLate, take_over
from osms_matching.bootstrap import Parts, database, engine_of, parts_of, running_server
from osms_matching.config import MatchingSettings
from osms_matching.domain.decisions import Outcome, RunKind
from osms_matching.domain.runs import KeptRun, RunState
from osms_matching.persistence.migration import SchemaUnknown
from osms_matching.register_line import register_line

_PAGE = 1_000

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Forms the categories of persons from what source systems report.",
)

Dsn = Annotated[
    str | None,
    typer.Option(metavar="URL", help="DSN of a PostgreSQL >= 15; without it, one of our own."),
]
StateFolder = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Folder of the embedded PostgreSQL and certificates."),
]
Register = Annotated[
    str | None, typer.Option("--register", metavar="HOST:PORT", help="Where the register is.")
]
RegisterPlaintext = Annotated[
    bool | None,
    typer.Option("--register-plaintext", metavar="", help="The register has no TLS (loopback)."),
]


def _read(**given: Any) -> MatchingSettings:
    chosen = {name: value for name, value in given.items() if value is not None}
    settings = MatchingSettings.read(**chosen)
    configure_logs(settings.log_format)
    return settings


@contextmanager
def _parts(settings: MatchingSettings) -> Iterator[Parts]:
    with database(settings) as dsn, engine_of(dsn, settings) as engine:
        yield parts_of(engine, settings)


@app.command(epilog="Example: osms-matching serve --plaintext")
def serve(
    listen: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="Where to listen.")
    ] = None,
    dsn: Dsn = None,
    state_folder: StateFolder = None,
    plaintext: Annotated[
        bool,
        typer.Option(
            "--plaintext", metavar="", help="No TLS; loopback only, callers name themselves."
        ),
    ] = False,
    until_stdin_closes: Annotated[
        bool,
        typer.Option(
            "--until-stdin-closes", metavar="", help="Also stop when standard input ends."
        ),
    ] = False,
) -> None:
    """Takes in reports and contributions, and tells of runs, until it is told to stop."""
    settings = _read(
        listen=listen,
        dsn=dsn,
        state_folder=state_folder,
        transport=Transport.PLAINTEXT if plaintext else None,
    )
    stopping = Stopping(until_stdin_closes=until_stdin_closes)
    with running_server(settings) as running:
        sys.stdout.write(f"osms-matching ready at {running.address}\n")
        sys.stdout.flush()
        stopping.wait()


def _day(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError as error:
        message = f"{text!r} is not a day; write it as 2026-08-01"
        raise typer.BadParameter(message) from error


@app.command(epilog="Example: osms-matching run --preview")
def run(
    day: Annotated[
        date | None,
        typer.Option(metavar="DAY", parser=_day, help="The day, such as 2026-08-01; else today."),
    ] = None,
    kind: Annotated[
        RunKind | None,
        typer.Option(
            case_sensitive=False,
            help="Monthly where the month has no such run yet, else daily.",
        ),
    ] = None,
    preview: Annotated[
        bool,
        typer.Option("--preview", metavar="", help="Show what would change; keep nothing."),
    ] = False,
    losing: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Write (CSV) who loses which category, and why, into a file."
        ),
    ] = None,
    no_send: Annotated[
        bool, typer.Option("--no-send", metavar="", help="Do not send it to the register yet.")
    ] = False,
    days_from_input: Annotated[
        bool,
        typer.Option(
            "--days-from-input",
            metavar="",
            help="Make the run of each day that comes on standard input, a line each.",
        ),
    ] = False,
    dsn: Dsn = None,
    state_folder: StateFolder = None,
    register: Register = None,
    register_plaintext: RegisterPlaintext = None,
) -> None:
    """Makes the run of a day, unless it was made, and sends what it changes to the register."""
    settings = _read(
        dsn=dsn,
        state_folder=state_folder,
        register_address=register,
        register_plaintext=register_plaintext,
    )
    with _parts(settings) as parts:
        if preview:
            with parts.running.preview(day, kind) as (made, runs):
                _tell(made, parts.running, runs, losing)
            return
        for each in _days_from(sys.stdin) if days_from_input else (day,):
            made = parts.running.run(each, kind)
            with parts.store.read() as reading:
                _tell(made, parts.running, reading.runs, losing)
            if not no_send:
                _send(parts, settings)
            sys.stdout.flush()


def _days_from(lines: TextIO) -> Iterator[date]:
    """Days as they come, so that whoever writes them need not start a process for each."""
    return (_day(line.strip()) for line in lines)


@app.command(epilog="Example: osms-matching send --register osms.example:50551")
def send(
    dsn: Dsn = None,
    state_folder: StateFolder = None,
    register: Register = None,
    register_plaintext: RegisterPlaintext = None,
) -> None:
    """Sends to the register what it has not answered yet, such as of a run that was released."""
    settings = _read(
        dsn=dsn,
        state_folder=state_folder,
        register_address=register,
        register_plaintext=register_plaintext,
    )
    with _parts(settings) as parts:
        parts.running.fill()
        _send(parts, settings)


def _send(parts: Parts, settings: MatchingSettings) -> None:
    with register_line(settings) as line:
        report = parts.sending.send(line)
    typer.echo(
        f"sent to the register: {report.sent} messages, of which {report.held} wait for a"
        f" supervisor of the Fund and {report.rejected} were rejected"
    )


def _tell(made: KeptRun, running: Running, runs: RunsReading, losing: Path | None) -> None:
    typer.echo(f"{made.kind.lower()} run of {made.day}: {made.run_id} ({made.state.lower()})")
    stopped = running.stopped(made, runs)
    for category, (held, granted, withdrawn) in runs.counts(made.run_id).items():
        if granted or withdrawn:
            stops = " - stopped, somebody must decide" if category in stopped else ""
            typer.echo(f"  {category:4} held {held}, +{granted} -{withdrawn}{stops}")
    typer.echo(f"  people who lose a category and hold none after it: {made.bereft_count}")
    if made.state is RunState.STOPPED:
        typer.echo(f"  release or discard it: osms matching release {made.run_id}")
    if losing is not None:
        typer.echo(f"  who loses what is in {losing}: {_write_losing(made, runs, losing)} lines")


def _write_losing(made: KeptRun, runs: RunsReading, file: Path) -> int:
    """Writes who loses which category; how many lines that is."""
    count, after = 0, None
    with file.open("w", newline="", encoding="utf-8") as lines:
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow(("iin", "category", "assigned_date", "reason", "provisions"))
        while found := runs.decisions(made.run_id, None, Outcome.WITHDRAWN, after, _PAGE):
            for each in found:
                told = (each.category, each.assigned_on, each.reason, " ".join(each.provisions))
                writer.writerow((identifier_text(each.person), *told))
            after = found[-1].person, found[-1].category
            count += len(found)
    return count


@app.command("take-over", epilog="Example: osms-matching take-over held.csv")
def take_over_held(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV, with a line of heads.")],
    dsn: Dsn = None,
    state_folder: StateFolder = None,
) -> None:
    """
    Takes over who holds which category already, before the first run.

    Columns: iin, category, assigned_date, source, as the register has them. A line that is wrong
    is told and left out; mended, it can be given again in a file of its own.
    """
    settings = _read(dsn=dsn, state_folder=state_folder)
    with file.open(newline="", encoding="utf-8-sig") as lines, _parts(settings) as parts:
        reader = csv.DictReader(lines)
        if missing := [name for name in COLUMNS if name not in (reader.fieldnames or ())]:
            raise typer.BadParameter(f"{file} has no column {', '.join(missing)}")
        taken = take_over(parts.store, reader, almaty_day(parts.clock.now()))
    for number, fault in taken.faults:
        typer.echo(f"line {number} was left out: {fault}")
    typer.echo(f"{taken.kept} categories taken over, {len(taken.faults)} lines left out")
    raise typer.Exit(1 if taken.faults else 0)


@app.command(epilog="Example: osms-matching migrate --dsn postgresql://matching@db/matching")
def migrate(dsn: Dsn = None, state_folder: StateFolder = None) -> None:
    """Brings the schema of the database to the version of this command."""
    settings = _read(dsn=dsn, migration_dsn=dsn, state_folder=state_folder)
    with database(settings) as found, engine_of(found, settings):
        typer.echo("the schema is up to date")


@app.command(
    "verify-log",
    epilog="Example: osms-matching verify-log --dsn postgresql://matching@db/matching",
)
def verify_log(dsn: Dsn = None, state_folder: StateFolder = None) -> None:
    """Follows the chains of the log of acts; exits with 1 if any is broken."""
    settings = _read(dsn=dsn, state_folder=state_folder)
    with database(settings) as found, engine_of(found, settings) as engine:
        broken = broken_acts(engine)
    for entry in broken:
        typer.echo(f"entry {entry.sequence} of {entry.writer} does not follow from the one before")
    typer.echo(f"{len(broken)} entries were changed, or others taken out before them")
    raise typer.Exit(1 if broken else 0)


_MENDABLE = (
    AuthorityUnusable,
    CannotListen,
    DayPassed,
    DayToCome,
    EmbeddedPostgresError,
    FolderInUse,
    OSError,
    NoProgress,
    RegisterError,
    SchemaUnknown,
    TlsUnusable,
    TooLate,
    UnicodeDecodeError,
)


def _told(error: Exception) -> str:
    match error:
        case WrongState(name=name):
            return f"run {name} is stopped; release or discard it first (osms matching release)"
        case Busy():
            return "somebody else sends to the register just now"
        case RegisterUnavailable():
            return "the database cannot be reached"
        case UnicodeDecodeError():
            return "the file is not written in UTF-8; save it as CSV in UTF-8"
        case OperationalError():
            return f"the database cannot be used: {' '.join(str(error.orig).split())}"
        case _:
            return str(error)


def main() -> None:
    """Runs the command; what a user can mend is told in one line."""
    try:
        app()
    except ValidationError as error:
        for fault in error.errors():
            name = "_".join(str(part) for part in fault["loc"]).upper()
            told = fault["msg"].removeprefix("Value error, ")
            variable = f"OSMS_MATCHING_{name}: " if name else ""
            sys.stderr.write(f"osms-matching: {variable}{told}\n")
        sys.exit(2)
    except (*_MENDABLE, WrongState, Busy, RegisterUnavailable, OperationalError) as error:
        sys.stderr.write(f"osms-matching: {_told(error)}\n")
        sys.exit(1)


if __name__ == "__main__":
    main()
