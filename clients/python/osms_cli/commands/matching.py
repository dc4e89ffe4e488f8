"""The commands for the matching, which forms the categories: osms matching runs, explain, ..."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Final

import typer

from osms_cli.drawing import matchings
from osms_cli.listing import limited
from osms_cli.mutating import repeatable
from osms_cli.registration import Commands, DescribedGroup, reflowed
from osms_cli.session import DEFAULT_MATCHING_ADDRESS, Session
from osms_cli.typed import DAY, Iin, Limit, RequestId, read_day

OPERATOR: Final = "labour1"
SUPERVISOR: Final = "labour-supervisor1"

HELP: Final = """
The matching, which forms the categories: its runs, what they decided, and why.

It is a service of its own: name it by --address. Sources report to it with osms push reports, and
osms-matching runs it.
"""

RunId = Annotated[
    str, typer.Argument(metavar="ID", help="The run; osms matching runs lists them.")
]


class RunState(StrEnum):
    """States of a run."""

    FORMED = "FORMED"
    STOPPED = "STOPPED"
    SENT = "SENT"
    DISCARDED = "DISCARDED"
    ANY = "ANY"


class DecisionOutcome(StrEnum):
    """What a run changes."""

    GRANTED = "GRANTED"
    WITHDRAWN = "WITHDRAWN"


def add_to(app: typer.Typer) -> None:
    """Adds the commands."""
    group = typer.Typer(cls=DescribedGroup, no_args_is_help=True, help=reflowed(HELP))
    app.add_typer(group, name="matching")
    commands = Commands(group, DEFAULT_MATCHING_ADDRESS)
    run_id = "01981f3a-5c00-7d2e-8000-00000000002a"
    commands.add("runs", caller=OPERATOR, example="osms matching runs --state STOPPED")(runs)
    commands.add("run", caller=OPERATOR, example=f"osms matching run {run_id}")(run)
    commands.add(
        "decisions",
        caller=OPERATOR,
        example=f"osms matching decisions {run_id} --category R02 --outcome WITHDRAWN",
    )(decisions)
    commands.add("release", caller=SUPERVISOR, example=f"osms matching release {run_id}")(release)
    commands.add("discard", caller=SUPERVISOR, example=f"osms matching discard {run_id}")(discard)
    commands.add(
        "explain", caller=OPERATOR, example="osms matching explain 900101300017 --day 2026-06-01"
    )(explain)
    commands.add("rejected", caller=OPERATOR, example="osms matching rejected --sender MOJ")(
        rejected
    )


def runs(
    session: Session,
    state: Annotated[RunState, typer.Option("--state", help="Only in this state.")] = RunState.ANY,
    limit: Limit = None,
) -> None:
    """Lists the runs of the matching, newest first."""
    found = session.matching().runs(state="" if state is RunState.ANY else state)
    session.show_list(
        limited(found, limit, as_json=session.as_json), matchings.draw_runs, "there is no run"
    )


def run(session: Session, run_id: RunId) -> None:
    """Shows a run: how many people gain and lose which category, and what stops it."""
    session.show(session.matching().run(run_id), matchings.draw_run)


def decisions(
    session: Session,
    run_id: RunId,
    *,
    category: Annotated[
        str, typer.Option("--category", metavar="CODE", help="Only of this category, such as R02.")
    ] = "",
    outcome: Annotated[
        DecisionOutcome | None, typer.Option("--outcome", help="Only with this outcome.")
    ] = None,
    limit: Limit = None,
) -> None:
    """Lists what a run grants and withdraws, in order of person and category."""
    found = session.matching().decisions(run_id, category=category, outcome=outcome or "")
    session.show_list(
        limited(found, limit, as_json=session.as_json),
        matchings.draw_decisions,
        "the run changes nothing of that",
    )


def release(session: Session, run_id: RunId, request_id: RequestId = "") -> None:
    """
    Releases a run that a guard against mass removals has stopped.

    Never by the one who began it.
    """
    with repeatable(session, request_id) as chosen:
        released = session.matching().release(run_id, request_id=chosen)
    session.show(released, matchings.draw_run)


def discard(session: Session, run_id: RunId, request_id: RequestId = "") -> None:
    """Discards what a guard against mass removals has kept back of a run."""
    with repeatable(session, request_id) as chosen:
        discarded = session.matching().discard(run_id, request_id=chosen)
    session.show(discarded, matchings.draw_run)


def explain(
    session: Session,
    iin: Iin,
    day: Annotated[
        date | None,
        typer.Option(
            "--day",
            metavar=DAY,
            parser=read_day,
            help="The day of the matching; today by the service's clock if left out.",
        ),
    ] = None,
) -> None:
    """
    Explains every category of a person: whether it is granted, why, and what was looked at.

    A day of which there is a run is told as that run decided it, by what was known then.
    """
    session.show(session.matching().explain(iin, day), matchings.draw_explanation)


def rejected(
    session: Session,
    sender: Annotated[
        str, typer.Option("--sender", metavar="NAME", help="Only of this sender, such as MOJ.")
    ] = "",
    limit: Limit = None,
) -> None:
    """
    Lists lines of reports and contributions that were rejected, newest first, and why.

    With --json each line stands as it was sent: correct it, and push it again in a file.
    """
    found = session.matching().rejected_lines(sender=sender)
    session.show_list(
        limited(found, limit, as_json=session.as_json),
        matchings.draw_rejected,
        "no line was rejected",
    )
