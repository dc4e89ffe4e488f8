"""How files are sent: the options of every push, the feeds, and what a push does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from osms_cli import output
from osms_cli.failures import INTERRUPTED, UNKNOWN, Failure, told
from osms_cli.feeding import report
from osms_cli.feeding.categories import CATEGORIES, TREATY_LIST
from osms_cli.feeding.layout import Layout, Messages
from osms_cli.feeding.payments import PAYMENTS
from osms_cli.feeding.position import Destination
from osms_cli.feeding.progress import shown_progress
from osms_cli.feeding.push import FilePush
from osms_cli.feeding.rehearsal import FileRehearsal
from osms_cli.feeding.rosters import ROSTER_CHANGES
from osms_cli.feeding.source import STDIN
from osms_cli.feeding.sources import CONTRIBUTIONS, REPORTS
from osms_cli.session import Session
from osms_cli.stopping import stoppable
from osms_client import CannotTell, FeedPush, MatchingClient, OsmsClient

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


WHERE_REJECTED: Final = "osms rejections lists them, with why"
WHERE_REJECTED_IN_MATCHING: Final = "osms matching rejected lists them, with why"


@dataclass(frozen=True)
class Feed:
    """A feed, and the files that go into it."""

    name: str
    layout: Layout[Any] | Messages[Any]
    open: Callable[..., FeedPush[Any]]
    """Opens it with a client; with *validate_only* lines are only tried."""

    into_matching: bool = False
    """Whether it is a feed of the matching, and not of the register."""


CATEGORY_FEED: Final = Feed("CATEGORY", CATEGORIES, OsmsClient.category_feed)
TREATY_FEED: Final = Feed("CATEGORY", TREATY_LIST, OsmsClient.category_feed)
PAYMENT_FEED: Final = Feed("PAYMENT", PAYMENTS, OsmsClient.payment_feed)
ROSTER_CHANGE_FEED: Final = Feed("ROSTER_CHANGE", ROSTER_CHANGES, OsmsClient.roster_change_feed)
REPORT_FEED: Final = Feed("REPORT", REPORTS, MatchingClient.reports_feed, into_matching=True)
CONTRIBUTION_FEED: Final = Feed(
    "CONTRIBUTION", CONTRIBUTIONS, MatchingClient.contributions_feed, into_matching=True
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


def push(session: Session, files: list[Path], sending: Sending) -> None:
    """Pushes files in order, or tries them. Failure: a line was rejected that must not be."""
    check_files(files)
    feed = sending.feed
    client = (session.matching if feed.into_matching else session.client)(sending.sender)
    destination = Destination(feed.name, sending.sender, session.address)
    if sending.validate_only:
        with feed.open(client, validate_only=True) as opened:
            rehearsal = FileRehearsal(
                opened, feed.layout, destination, counts_people=not feed.into_matching
            )
            rejected = [_try_one(session, rehearsal, file, quiet=sending.quiet) for file in files]
    else:
        with stoppable() as stop, feed.open(client) as opened:
            each = FilePush(opened, feed.layout, destination, stop)
            rejected = [_push_one(session, each, file, sending) for file in files]
    if sending.fail_on_rejected:
        where = WHERE_REJECTED_IN_MATCHING if feed.into_matching else WHERE_REJECTED
        fail_on(sum(rejected), tried=sending.validate_only, where=where)


def check_files(files: list[Path]) -> None:
    """Failure: one of the files is not there, or is no file."""
    faults = [
        f"{file} is a folder" if file.is_dir() else f"there is no file {file}"
        for file in files
        if file != STDIN and not file.is_file()
    ]
    if faults:
        raise Failure("nothing was sent", tuple(faults))


def fail_on(rejected: int, *, tried: bool, where: str = WHERE_REJECTED) -> None:
    """Failure: lines were rejected."""
    if rejected:
        told = "would be rejected" if tried else f"{'was' if rejected == 1 else 'were'} rejected"
        raise Failure(f"{output.lines(rejected)} {told}", () if tried else (where,))


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
