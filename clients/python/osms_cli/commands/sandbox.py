"""The commands for a sandbox: its clock, and an empty register."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from typing import Annotated

import typer

from osms_cli import output
from osms_cli.failures import MISUSED, Failure
from osms_cli.moments import parse_instant, parse_step, shown
from osms_cli.registration import Commands, DescribedGroup
from osms_cli.session import Session
from osms_cli.typed import read_instant
from osms_client import Refused


def add_to(app: typer.Typer) -> None:
    """Adds the commands."""
    group = typer.Typer(
        cls=DescribedGroup,
        no_args_is_help=True,
        help="The clock of a sandbox, and an empty register.",
    )
    app.add_typer(group, name="clock")
    commands = Commands(group)
    commands.add("show", caller="operator1", example="osms clock show")(show)
    commands.add("advance", caller="operator1", example="osms clock advance +90d")(advance)
    commands.add(
        "reset", caller="operator1", example="osms clock reset --to 2026-01-05T10:00 --yes"
    )(reset)


def show(session: Session) -> None:
    """Shows what the sandbox's clock shows."""
    _show(session, session.client().clock())


def _show(session: Session, now: datetime) -> None:
    session.show({"clock_time": now}, lambda _: output.say(f"{shown(now)} in Almaty"))


def advance(
    session: Session,
    to: Annotated[
        str,
        typer.Argument(
            metavar="INSTANT",
            help="Where to: 2026-07-15, 2026-07-15T12:00, or +90d, +2w, +6h, +5m.",
        ),
    ],
) -> None:
    """Moves the sandbox's clock forward. What passing time does is done at once."""
    where = _read_target(to)
    client = session.client()
    try:
        client.advance_clock(client.clock() + where if isinstance(where, timedelta) else where)
    except Refused as error:
        now = shown(client.clock())
        raise Failure(f"the clock stands at {now} and only moves forward") from error
    _show(session, client.clock())


def _read_target(text: str) -> datetime | timedelta:
    """An instant, or how far from now."""
    step = parse_step(text)
    try:
        return parse_instant(text) if step is None else step
    except ValueError as error:
        raise Failure(f"{error}, or +90d, +2w, +6h, +5m", status=MISUSED) from error


def reset(
    session: Session,
    *,
    to: Annotated[
        datetime | None,
        typer.Option(
            "--to",
            metavar="INSTANT",
            parser=read_instant,
            help="Where the clock stands then; where it stands now if left out.",
        ),
    ] = None,
    parameter: Annotated[
        list[str] | None,
        typer.Option(
            "--parameter",
            metavar="NAME=VALUE",
            help="A dated parameter that differs from the law's; repeat it for each.",
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", metavar="", help="Do not ask.")] = False,
) -> None:
    """Empties the register of a sandbox and sets its clock, back as well as forward."""
    if not yes:
        _ask(session)
    client = session.client()
    client.reset_sandbox(to, dict(map(_parameter, parameter or ())))
    _show(session, client.clock())


def _ask(session: Session) -> None:
    if not sys.stdin.isatty():
        raise Failure("this empties the register; confirm with --yes", status=MISUSED)
    typer.confirm(f"Empty the register at {session.address}?", abort=True, err=True)


def _parameter(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name:
        raise Failure(f"{text!r} is not NAME=VALUE", status=MISUSED)
    return name, value
