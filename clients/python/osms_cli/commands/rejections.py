"""The commands that show the repair queue: rejections, rejection."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Final, NamedTuple

import typer

from osms_cli import output
from osms_cli.drawing.explanations import content
from osms_cli.failures import violation_line
from osms_cli.feeding.columns import columns_of
from osms_cli.listing import limited
from osms_cli.moments import shown
from osms_cli.registration import Commands
from osms_cli.session import Session
from osms_cli.typed import Limit, RejectionId
from osms_client import (
    Outcome,
    Rejection,
    RejectionCount,
    RejectionEvent,
    RejectionHistory,
    Violation,
)

OPERATOR: Final = "operator1"
EMPTY: Final = "the repair queue is empty"


class FeedName(StrEnum):
    """Kinds of feed."""

    CATEGORY = "CATEGORY"
    PAYMENT = "PAYMENT"
    ROSTER = "ROSTER"
    ROSTER_CHANGE = "ROSTER_CHANGE"


class RejectionState(StrEnum):
    """States of a rejected line."""

    OPEN = "OPEN"
    RESUBMITTED = "RESUBMITTED"
    CLOSED = "CLOSED"
    ANY = "ANY"


@dataclass(frozen=True)
class RejectedLine:
    """A rejected line, as it stands in the sender's file."""

    rejection_id: str
    feed: str
    sender: str
    position: int
    record_time: datetime
    state: str
    violations: tuple[Violation, ...]
    line: dict[str, Any]


@dataclass(frozen=True)
class Event:
    """Something that was done with a rejected line."""

    caller: str
    record_time: datetime
    outcome: Outcome | None
    violations: tuple[Violation, ...]
    line: dict[str, Any]
    reason: str


@dataclass(frozen=True)
class History:
    """A rejected line, and what was done with it since."""

    rejection: RejectedLine
    events: tuple[Event, ...]


class RejectionFilter(NamedTuple):
    """Which rejections are wanted; what is empty does not matter."""

    feed: FeedName | None
    sender: str
    state: RejectionState
    reason: str

    def fits(self, count: RejectionCount) -> bool:
        """Whether a count is of such rejections."""
        return (
            self.feed in {None, count.feed}
            and self.sender in {"", count.sender}
            and self.reason in {"", count.reason}
        )


def add_to(app: typer.Typer) -> None:
    """Adds the commands."""
    commands = Commands(app)
    commands.add(
        "rejections",
        caller=OPERATOR,
        example="osms rejections --feed PAYMENT --reason IIN_INVALID --json",
    )(rejections)
    commands.add(
        "rejection", caller=OPERATOR, example="osms rejection 01981f3a-5c00-7d2e-8000-00000000002a"
    )(rejection)


def rejections(  # noqa: PLR0913 - the options of the command
    session: Session,
    *,
    feed: Annotated[
        FeedName | None, typer.Option("--feed", help="Only of this kind of feed.")
    ] = None,
    sender: Annotated[
        str, typer.Option("--sender", metavar="NAME", help="Only of this sender, such as SC.")
    ] = "",
    state: Annotated[
        RejectionState, typer.Option("--state", help="Only in this state.")
    ] = RejectionState.OPEN,
    reason: Annotated[
        str,
        typer.Option(
            "--reason", metavar="CODE", help="Only for this reason, such as IIN_INVALID."
        ),
    ] = "",
    count: Annotated[
        bool,
        typer.Option(
            "--count", metavar="", help="Only how many, by sender, feed, state and reason."
        ),
    ] = False,
    limit: Limit = None,
) -> None:
    """
    Lists the repair queue, newest first: lines that were rejected, and why.

    With --json each line stands as in the sender's file: correct it, and give it to resubmit.
    """
    if count:
        _count(session, RejectionFilter(feed, sender, state, reason))
        return
    found = session.client().rejections(
        feed=feed or "",
        sender=sender,
        state="" if state is RejectionState.ANY else state,
        reason=reason,
    )
    lines = map(_rejected_line, limited(found, limit, as_json=session.as_json))
    session.show_list(lines, _draw_rejections, EMPTY)


def _count(session: Session, wanted: RejectionFilter) -> None:
    state = "" if wanted.state is RejectionState.ANY else wanted.state
    counts = filter(wanted.fits, session.client().rejection_counts(state=state))
    session.show_list(counts, _draw_counts, EMPTY)


def _draw_counts(counts: list[RejectionCount]) -> None:
    output.show(
        output.table(
            ["SENDER", "FEED", "STATE", "REASON", "LINES"],
            ([each.sender, each.feed, each.state, each.reason, each.count] for each in counts),
            right=frozenset({"LINES"}),
        )
    )


def _rejected_line(rejection: Rejection) -> RejectedLine:
    return RejectedLine(
        rejection.rejection_id,
        rejection.feed,
        rejection.sender,
        rejection.position,
        rejection.record_time,
        rejection.state,
        rejection.violations,
        columns_of(rejection.feed, rejection.line),
    )


def _draw_rejections(found: list[RejectedLine]) -> None:
    for each in found:
        output.say(
            f"{each.rejection_id}  {each.feed} of {each.sender}, position {each.position},"
            f" {shown(each.record_time)}, {each.state}",
            "bold",
        )
        _draw_line(each.violations, each.line)


def _draw_line(violations: tuple[Violation, ...], line: dict[str, Any]) -> None:
    for violation in violations:
        output.say(f"  {violation_line(violation)}", "red")
    output.say(f"  {_line_text(line)}", "dim")


def _line_text(line: dict[str, Any]) -> str:
    if "unreadable" in line:
        return str(line["unreadable"])
    person = f"iin={line['iin']}  " if "iin" in line else ""
    return person + content(line)


def rejection(session: Session, rejection_id: RejectionId) -> None:
    """
    Shows a rejected line with its history: who corrected or closed it, and what came of it.

    With --json each line stands as in the sender's file.
    """
    session.show(_history(session.client().rejection(rejection_id)), _draw_history)


def _history(told: RejectionHistory) -> History:
    feed = told.rejection.feed
    return History(
        _rejected_line(told.rejection), tuple(_event(feed, event) for event in told.events)
    )


def _event(feed: str, event: RejectionEvent) -> Event:
    return Event(
        event.caller,
        event.record_time,
        event.outcome,
        event.violations,
        columns_of(feed, event.line) if event.line else {},
        event.reason,
    )


def _draw_history(history: History) -> None:
    _draw_rejections([history.rejection])
    for event in history.events:
        done = f"sent again: {event.outcome}" if event.outcome else f"closed: {event.reason}"
        output.say(f"{shown(event.record_time)}  {event.caller}, {done}", "bold")
        if event.outcome:
            _draw_line(event.violations, event.line)
