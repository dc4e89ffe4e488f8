"""The commands that send files: osms push categories, treaty, payments, roster, roster-changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from osms_cli import output
from osms_cli.drawing import rosters
from osms_cli.failures import INTERRUPTED, UNKNOWN, Failure, told
from osms_cli.feeding import report
from osms_cli.feeding.categories import CATEGORIES, TREATY_LIST
from osms_cli.feeding.layout import Layout
from osms_cli.feeding.payments import PAYMENTS
from osms_cli.feeding.position import Destination
from osms_cli.feeding.progress import shown_progress
from osms_cli.feeding.push import FilePush
from osms_cli.feeding.rehearsal import FileRehearsal
from osms_cli.feeding.rosters import ROSTER_CHANGES
from osms_cli.feeding.snapshot import send_roster, try_roster
from osms_cli.feeding.source import STDIN
from osms_cli.registration import Commands, DescribedGroup, reflowed
from osms_cli.session import Session
from osms_cli.stopping import stoppable
from osms_client import CannotTell, FeedPush, OsmsClient

STATE_CORPORATION: Final = "SC"

HELP: Final = """
Sends the files of the senders.

A file is CSV with a header or NDJSON with the same names, plain or .gz; - is standard input.
Beside it FILE.position remembers how far it was taken: after a cut the same command goes on from
there, and a file that is finished is left alone. A line that is no record is sent as it stands
and kept in the repair queue; it never stops the lines beside it, and does not change the exit
status unless --fail-on-rejected is given. A file with a header alone says that there is nothing to
report.

With --validate-only nothing is stored and no position is touched: every line is judged as if it
were pushed, from the first on, and whoever would gain or lose days of the right is counted, over
all files that are tried together.
"""

Files = Annotated[
    list[Path], typer.Argument(metavar="FILE", help="Files, in order; - is standard input.")
]
File = Annotated[Path, typer.Argument(metavar="FILE", help="The file; - is standard input.")]
Body = Annotated[
    str, typer.Argument(metavar="BODY", help="Code of the body, such as DEFENCE; it calls itself.")
]
Again = Annotated[
    bool,
    typer.Option(
        "--again", metavar="", help="Push anew what was pushed; what is known counts once."
    ),
]
ValidateOnly = Annotated[
    bool,
    typer.Option(
        "--validate-only",
        metavar="",
        help="Only try: tell what would become of it, store nothing.",
    ),
]
FailOnRejected = Annotated[
    bool,
    typer.Option(
        "--fail-on-rejected",
        metavar="",
        help="Exit status 1 if any line was rejected, for a job that nobody watches.",
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", metavar="", help="No progress bar.")]


@dataclass(frozen=True)
class Feed:
    """A feed, and the files that go into it."""

    name: str
    layout: Layout[Any]
    open: Callable[..., FeedPush[Any]]
    """Opens it with a client; with *validate_only* lines are only tried."""


CATEGORY_FEED: Final = Feed("CATEGORY", CATEGORIES, OsmsClient.category_feed)
TREATY_FEED: Final = Feed("CATEGORY", TREATY_LIST, OsmsClient.category_feed)
PAYMENT_FEED: Final = Feed("PAYMENT", PAYMENTS, OsmsClient.payment_feed)
ROSTER_CHANGE_FEED: Final = Feed("ROSTER_CHANGE", ROSTER_CHANGES, OsmsClient.roster_change_feed)


def add_to(app: typer.Typer) -> None:
    """Adds the commands."""
    push = typer.Typer(cls=DescribedGroup, no_args_is_help=True, help=reflowed(HELP))
    app.add_typer(push, name="push")
    commands = Commands(push)
    commands.add(
        "categories",
        caller=STATE_CORPORATION,
        example="osms push categories categories/2026-06-30.csv.gz",
    )(categories)
    commands.add("treaty", caller=STATE_CORPORATION, example="osms push treaty treaty.csv")(treaty)
    commands.add(
        "payments",
        caller=STATE_CORPORATION,
        example="zcat payments.csv.gz | osms push payments - --quiet",
    )(payments)
    commands.add("roster", caller="BODY", example="osms push roster DEFENCE roster.csv")(roster)
    commands.add(
        "roster-changes",
        caller="BODY",
        example="osms push roster-changes DEFENCE changes.ndjson",
    )(roster_changes)


def categories(
    session: Session,
    files: Files,
    *,
    validate_only: ValidateOnly = False,
    again: Again = False,
    fail_on_rejected: FailOnRejected = False,
    quiet: Quiet = False,
) -> None:
    """
    Sends assignments and removals of categories, as the State Corporation.

    Columns: kind (ASSIGNED, REMOVED), number, iin, category, assigned_on, source, and of a
    removal removed_on, removal_source, removal_reason. Days are YYYY-MM-DD. docs/codes.md lists
    the codes of categories and sources.
    """
    sending = Sending(
        CATEGORY_FEED,
        session.sender(),
        again=again,
        quiet=quiet,
        validate_only=validate_only,
        fail_on_rejected=fail_on_rejected,
    )
    _push(session, files, sending)


def treaty(
    session: Session,
    files: Files,
    *,
    validate_only: ValidateOnly = False,
    again: Again = False,
    fail_on_rejected: FailOnRejected = False,
    quiet: Quiet = False,
) -> None:
    """
    Sends the list of foreigners under treaties, as the State Corporation.

    Columns: kind (LISTED, REMOVED), number, iin, assigned_on, source, and of a removal
    removed_on, removal_source, removal_reason. The numbers go on in one series with those of the
    categories.
    """
    sending = Sending(
        TREATY_FEED,
        session.sender(),
        again=again,
        quiet=quiet,
        validate_only=validate_only,
        fail_on_rejected=fail_on_rejected,
    )
    _push(session, files, sending)


def payments(
    session: Session,
    files: Files,
    *,
    validate_only: ValidateOnly = False,
    again: Again = False,
    fail_on_rejected: FailOnRejected = False,
    quiet: Quiet = False,
) -> None:
    """
    Sends payments and refunds, as the State Corporation.

    Columns: kind (PAYMENT, REFUND), reference, iin, surname, given_name, patronymic, payer_id,
    payer_name, payer_kind (INDEPENDENT, EMPLOYER or empty), period (MMYYYY), received_on,
    amount, knp, and of a refund refund_reference, refunded_on.
    """
    sending = Sending(
        PAYMENT_FEED,
        session.sender(),
        again=again,
        quiet=quiet,
        validate_only=validate_only,
        fail_on_rejected=fail_on_rejected,
    )
    _push(session, files, sending)


def roster_changes(  # noqa: PLR0913 - the options of the command
    session: Session,
    body: Body,
    files: Files,
    *,
    validate_only: ValidateOnly = False,
    again: Again = False,
    fail_on_rejected: FailOnRejected = False,
    quiet: Quiet = False,
) -> None:
    """
    Sends who joined a body and who left it, as that body.

    Columns: op (ADD, REMOVE), iin, changed_on, reservist (true or empty).
    """
    sending = Sending(
        ROSTER_CHANGE_FEED,
        session.sender(body),
        again=again,
        quiet=quiet,
        validate_only=validate_only,
        fail_on_rejected=fail_on_rejected,
    )
    _push(session, files, sending)


def roster(
    session: Session,
    body: Body,
    file: File,
    *,
    validate_only: ValidateOnly = False,
    again: Again = False,
    fail_on_rejected: FailOnRejected = False,
) -> None:
    """
    Sends the full list of a body, as that body: whole, or not at all.

    Columns: iin, reservist (true or empty). Whoever is not in the list is no longer listed; a
    list that would end too many listings waits for a supervisor.
    """
    sender = session.sender(body)
    destination = Destination("ROSTER", sender, session.address)
    _check_files([file])
    client = session.client(sender)
    if validate_only:
        sent = try_roster(client, body, file, destination)
        session.show(sent.tried_document(), lambda _: rosters.draw(sent))
    else:
        sent = send_roster(client, body, file, destination, again=again)
        session.show(sent.document(), lambda _: rosters.draw(sent))
    if fail_on_rejected:
        _fail_on(
            sent.position.counts.get("rejected", 0) or len(sent.rejected), tried=validate_only
        )


@dataclass(frozen=True)
class Sending:
    """How files are sent."""

    feed: Feed
    sender: str
    again: bool
    quiet: bool
    validate_only: bool
    fail_on_rejected: bool


def _push(session: Session, files: list[Path], sending: Sending) -> None:
    _check_files(files)
    feed, client = sending.feed, session.client(sending.sender)
    destination = Destination(feed.name, sending.sender, session.address)
    if sending.validate_only:
        with feed.open(client, validate_only=True) as opened:
            rehearsal = FileRehearsal(opened, feed.layout, destination)
            rejected = [_try_one(session, rehearsal, file, quiet=sending.quiet) for file in files]
    else:
        with stoppable() as stop, feed.open(client) as opened:
            push = FilePush(opened, feed.layout, destination, stop)
            rejected = [_push_one(session, push, file, sending) for file in files]
    if sending.fail_on_rejected:
        _fail_on(sum(rejected), tried=sending.validate_only)


def _check_files(files: list[Path]) -> None:
    """Failure: one of the files is not there, or is no file."""
    faults = [
        f"{file} is a folder" if file.is_dir() else f"there is no file {file}"
        for file in files
        if file != STDIN and not file.is_file()
    ]
    if faults:
        raise Failure("nothing was sent", tuple(faults))


def _fail_on(rejected: int, *, tried: bool) -> None:
    """Failure: lines were rejected."""
    if rejected:
        told = "would be rejected" if tried else f"{'was' if rejected == 1 else 'were'} rejected"
        where = () if tried else ("osms rejections lists them, with why",)
        raise Failure(f"{output.lines(rejected)} {told}", where)


def _try_one(session: Session, rehearsal: FileRehearsal, file: Path, *, quiet: bool) -> int:
    """How many lines would be rejected."""
    with shown_progress(file, quiet=quiet) as watch:
        tried = rehearsal.rehearse(file, watch)
    if session.as_json:
        output.emit(report.tried_document(tried))
    else:
        report.draw_tried(tried)
    return tried.tally.rejected


def _push_one(session: Session, push: FilePush, file: Path, sending: Sending) -> int:
    """How many lines were rejected, in this run or one before it."""
    try:
        with shown_progress(file, quiet=sending.quiet) as watch:
            pushed = push.push(file, watch, again=sending.again)
    except CannotTell as error:
        raise Failure(
            str(told(error, session.address)),
            (f"what was acknowledged of {file} is stored; run the same command again to go on",),
            UNKNOWN,
        ) from error
    if session.as_json:
        output.emit(report.document(pushed))
    else:
        report.draw(pushed)
    if pushed.stopped_at:
        line = output.count(pushed.stopped_at)
        raise Failure(
            f"stopped before line {line}; run the same command again to go on",
            status=INTERRUPTED,
        )
    return pushed.position.counts.get("rejected", 0)
