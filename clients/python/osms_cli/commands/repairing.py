"""The commands that empty the repair queue: resubmit, close."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any, Final

import typer

from osms_cli import output
from osms_cli.failures import FAILED, MISUSED, Failure, violation_line
from osms_cli.feeding.columns import layout_of
from osms_cli.feeding.lines import record_of
from osms_cli.mutating import repeatable
from osms_cli.registration import Commands
from osms_cli.session import Session
from osms_cli.typed import RejectionId, RequestId
from osms_client import Outcome, RecordOutcome

OPERATOR: Final = "operator1"


def add_to(app: typer.Typer) -> None:
    """Adds the commands."""
    commands = Commands(app)
    commands.add(
        "resubmit",
        caller=OPERATOR,
        example="osms resubmit 01981f3a-5c00-7d2e-8000-00000000002a --line"
        """ '{"op": "ADD", "iin": "900101300017", "changed_on": "2026-03-02"}'""",
    )(resubmit)
    commands.add(
        "close",
        caller=OPERATOR,
        example="osms close 01981f3a-5c00-7d2e-8000-00000000002a --reason 'a line of test data'",
    )(close)


def resubmit(
    session: Session,
    rejection_id: RejectionId,
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


def close(
    session: Session,
    rejection_id: RejectionId,
    reason: Annotated[
        str, typer.Option("--reason", metavar="TEXT", help="Why it will not be sent again.")
    ],
    request_id: RequestId = "",
) -> None:
    """Closes a rejected line that will not be sent again."""
    with repeatable(session, request_id) as chosen:
        rejection = session.client().close_rejection(rejection_id, reason, request_id=chosen)
    session.show(
        rejection,
        lambda each: output.say(
            f"{each.state}: {each.feed} of {each.sender}, position {each.position}"
        ),
    )
