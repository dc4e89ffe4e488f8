"""The command that watches the senders: feeds."""

from __future__ import annotations

from typing import Final

import typer
from rich.text import Text

from osms_cli import output
from osms_cli.moments import day_shown, shown
from osms_cli.registration import Commands
from osms_cli.session import Session
from osms_client import FeedStatus

_STYLE: Final = {"ON_TIME": "green", "LATE": "bold red", "MISSING": "bold red"}


def add_to(app: typer.Typer) -> None:
    """Adds the command."""
    commands = Commands(app)
    commands.add("feeds", caller="operator1", example="osms feeds")(feeds)


def feeds(session: Session) -> None:
    """Lists what every sender owes, what arrived last, and whether it is on time."""
    session.show_list(session.client().feeds(), draw_feeds, "no feeds")


def _rule(provision: str) -> str:
    """The paragraph; where the Rules name no day, that it is read so."""
    return "a reading, see docs/readings.md" if provision.startswith("r.") else provision


def draw_feeds(found: list[FeedStatus]) -> None:
    """The feeds, in a table."""
    output.show(
        output.table(
            ["OBLIGATION", "SENDER", "LAST ARRIVAL", "DUE ON", "TIMELINESS", "DAYS LATE", "RULE"],
            (
                [
                    each.obligation,
                    each.sender,
                    shown(each.last_arrival_time),
                    day_shown(each.due_on),
                    Text(each.timeliness, _STYLE.get(each.timeliness, "")),
                    each.late_days or "-",
                    _rule(each.provision),
                ]
                for each in found
            ),
            right=frozenset({"DAYS LATE"}),
        )
    )
