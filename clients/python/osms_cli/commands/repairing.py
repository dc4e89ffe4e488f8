"""The commands for the repair queue: rejections, resubmit."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Final

import typer

from osms_cli import output
from osms_cli.drawing.explanations import content
from osms_cli.failures import FAILED, MISUSED, Failure, violation_line
from osms_cli.feeding.columns import columns_of, layout_of
from osms_cli.feeding.lines import record_of
from osms_cli.listing import limited
from osms_cli.moments import shown
from osms_cli.mutating import repeatable
from osms_cli.registration import Commands
from osms_cli.session import Session
from osms_cli.typed import Limit, RequestId
from osms_client import Outcome, RecordOutcome, Rejection, Violation

OPERATOR: Final = "operator1"


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


def add_to(app: typer.Typer) -> None:
    """Adds the commands."""
    commands = Commands(app)
    commands.add(
        "rejections",
        caller=OPERATOR,
        example="osms rejections --feed PAYMENT --reason IIN_INVALID --json",
    )(rejections)
    commands.add(
        "resubmit",
        caller=OPERATOR,
        example="""osms resubmit ID --line '{"op": "ADD", "iin": "900101300017","""
        """ "changed_on": "2026-03-02"}'""",
    )(resubmit)


def rejections(
    session: Session,
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
    limit: Limit = None,
) -> None:
    """
    Lists the repair queue, newest first: lines that were rejected, and why.

    With --json each line stands as in the sender's file: correct it, and give it to resubmit.
    """
    found = session.client().rejections(
        feed=feed or "",
        sender=sender,
        state="" if state is RejectionState.ANY else state,
        reason=reason,
    )
    lines = map(_rejected_line, limited(found, limit, as_json=session.as_json))
    session.show_list(lines, _draw_rejections, "the repair queue is empty")


def _rejected_line(rejection: Rejection) -> RejectedLine:
    return RejectedLine(
        rejection.rejection_id,
        rejection.feed,
        rejection.sender,
        rejection.position,
        rejection.record_time,
        rejection.state,
        rejection.violations,
        columns_of(rejection),
    )


def _draw_rejections(found: list[RejectedLine]) -> None:
    for each in found:
        output.say(
            f"{each.rejection_id}  {each.feed} of {each.sender}, position {each.position},"
            f" {shown(each.record_time)}, {each.state}",
            "bold",
        )
        for violation in each.violations:
            output.say(f"  {violation_line(violation)}", "red")
        output.say(f"  {_line_text(each.line)}", "dim")


def _line_text(line: dict[str, Any]) -> str:
    if "unreadable" in line:
        return str(line["unreadable"])
    person = f"iin={line['iin']}  " if "iin" in line else ""
    return person + content(line)


def resubmit(
    session: Session,
    rejection_id: Annotated[
        str, typer.Argument(metavar="ID", help="The rejection; osms rejections lists them.")
    ],
    line: Annotated[
        str,
        typer.Option(
            "--line",
            metavar="JSON",
            help="The corrected line; read from standard input if left out.",
        ),
    ] = "",
    request_id: RequestId = "",
) -> None:
    """
    Sends a rejected line again, corrected.

    The line is one JSON object with the names of the file's columns; a whole document of `osms
    rejections --json` will do as well. Rejected again, it stays in the queue, and the exit status
    is 1.
    """
    record = _corrected(line or sys.stdin.readline())
    with repeatable(session, request_id) as chosen:
        outcome = session.client().resubmit(rejection_id, record, request_id=chosen)
    session.show(outcome, _draw_outcome)
    if outcome.outcome is Outcome.REJECTED:
        raise typer.Exit(FAILED)


def _corrected(line: str) -> Any:
    """The record of a corrected line. Failure: it is none."""
    try:
        given = json.loads(line)
    except ValueError as error:
        message = f"the line is not JSON: {error}"
        raise Failure(message, status=MISUSED) from error
    if isinstance(given, dict) and isinstance(given.get("line"), dict):
        given = given["line"]
        line = json.dumps(given)
    layout = layout_of(frozenset(given)) if isinstance(given, dict) else None
    if layout is None:
        message = "the line has none of the names of a file's columns"
        raise Failure(message, ("see osms push categories --help, and the like",), MISUSED)
    return record_of(line, layout)


def _draw_outcome(outcome: RecordOutcome) -> None:
    output.say(outcome.outcome.value, "red" if outcome.outcome is Outcome.REJECTED else "green")
    for violation in outcome.violations:
        output.say(f"  {violation_line(violation)}")
    if outcome.held_batch_id:
        output.say(f"  waits in {outcome.held_batch_id}")
