"""The commands for what waits for a supervisor: held, approve, decline."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Final

import typer

from osms_cli import output
from osms_cli.listing import limited
from osms_cli.moments import shown
from osms_cli.mutating import repeatable
from osms_cli.registration import Commands
from osms_cli.session import Session
from osms_cli.typed import HeldId, Limit, Positions, RequestId
from osms_client import Decision, HeldBatch

SUPERVISOR: Final = "supervisor1"
OTHER_SUPERVISOR: Final = "supervisor2"
"""Who decides usually: never the one who asked, and `supervisor1` is who asks usually."""


class HeldState(StrEnum):
    """States of what is held."""

    WAITING = "WAITING"
    APPROVED = "APPROVED"
    DECLINED = "DECLINED"
    ANY = "ANY"


def add_to(app: typer.Typer) -> None:
    """Adds the commands."""
    commands = Commands(app)
    commands.add("held", caller=SUPERVISOR, example="osms held --state ANY")(held)
    commands.add(
        "approve",
        caller=OTHER_SUPERVISOR,
        example="osms approve 01981f3a-5c00-7d2e-8000-00000000002a",
    )(approve)
    commands.add(
        "decline",
        caller=OTHER_SUPERVISOR,
        example="osms decline 01981f3a-5c00-7d2e-8000-00000000002a --reason 'a list cut short'",
    )(decline)


def held(
    session: Session,
    state: Annotated[
        HeldState, typer.Option("--state", help="Only in this state.")
    ] = HeldState.WAITING,
    limit: Limit = None,
) -> None:
    """Lists what waits for a supervisor's approval, newest first."""
    found = session.client().held_batches(state="" if state is HeldState.ANY else state)
    session.show_list(
        limited(found, limit, as_json=session.as_json), draw_held, "nothing waits for approval"
    )


def draw_held(found: Iterable[HeldBatch]) -> None:
    """What is held, in a table."""
    output.show(
        output.table(
            ["ID", "WHAT", "ABOUT", "WAITING", "ASKED BY", "ARRIVED", "STATE", "WHY"],
            (
                [
                    each.held_batch_id,
                    each.kind,
                    each.subject,
                    each.waiting,
                    each.requested_by,
                    shown(each.arrival_time),
                    f"{each.state} by {each.decided_by}" if each.decided_by else each.state,
                    each.reason,
                ]
                for each in found
            ),
            right=frozenset({"WAITING"}),
            fold=frozenset({"WHY"}),
        )
    )


def approve(
    session: Session, held_id: HeldId, position: Positions = None, request_id: RequestId = ""
) -> None:
    """
    Approves what is held. It becomes known now, with its own dates.

    Never by the supervisor who asked for it.
    """
    with repeatable(session, request_id) as chosen:
        decision = session.client().approve(held_id, position or (), request_id=chosen)
    session.show(decision, _draw_decision)


def decline(
    session: Session,
    held_id: HeldId,
    position: Positions = None,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why.")] = "",
    request_id: RequestId = "",
) -> None:
    """Declines what is held. It never becomes known."""
    with repeatable(session, request_id) as chosen:
        decision = session.client().decline(
            held_id, position or (), reason=reason, request_id=chosen
        )
    session.show(decision, _draw_decision)


def _draw_decision(decision: Decision) -> None:
    batch = decision.held_batch
    output.say(
        f"{batch.kind} about {batch.subject}: {output.count(decision.count)} decided,"
        f" {output.count(batch.waiting)} waiting, {batch.state}"
    )
