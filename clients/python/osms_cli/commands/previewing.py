"""The commands that show what an approval would change: preview, withdraw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Annotated, Final

import typer

from osms_cli import output
from osms_cli.drawing import previews
from osms_cli.failures import MISUSED, Failure
from osms_cli.listing import LIMIT, limited
from osms_cli.mutating import repeatable
from osms_cli.registration import Commands
from osms_cli.session import Session
from osms_cli.typed import HeldId, Limit, Positions, Purpose, RequestId
from osms_client import HeldPreview, Withdrawal

SUPERVISOR: Final = "supervisor1"
STATE_CORPORATION: Final = "SC"


class WithdrawnFeed(StrEnum):
    """Feeds whose records can be withdrawn; a snapshot is undone by sending another."""

    CATEGORY = "CATEGORY"
    PAYMENT = "PAYMENT"
    ROSTER_CHANGE = "ROSTER_CHANGE"


@dataclass(frozen=True)
class Asked:
    """A withdrawal that waits, and what it would change where that was asked for."""

    held_batch_id: str
    fact_count: int
    preview: HeldPreview | None


def add_to(app: typer.Typer) -> None:
    """Adds the commands."""
    commands = Commands(app)
    commands.add(
        "preview",
        caller=SUPERVISOR,
        example="osms preview 01981f3a-5c00-7d2e-8000-00000000002a --limit 20",
    )(preview)
    commands.add(
        "withdraw",
        caller=SUPERVISOR,
        example="osms withdraw CATEGORY --from 2001 --through 4000 --reason 'a file of test data'",
    )(withdraw)


def preview(
    session: Session,
    held_id: HeldId,
    position: Positions = None,
    limit: Limit = None,
    purpose: Purpose = "",
) -> None:
    """
    Shows who would gain or lose days of the right if what is held were approved now.

    Nothing is changed. Everybody is counted; --limit says how many are listed.
    """
    session.show(_previewed(session, held_id, position or (), limit, purpose), previews.draw)


def _previewed(
    session: Session,
    held_id: str,
    positions: Sequence[int],
    limit: int | None,
    purpose: str = "",
) -> HeldPreview:
    most = limit or (None if session.as_json else LIMIT)
    one_more = None if most is None else most + 1
    shown = session.client().preview(held_id, positions, limit=one_more, purpose=purpose)
    return replace(shown, changes=tuple(limited(shown.changes, limit, as_json=session.as_json)))


def withdraw(  # noqa: PLR0913 - the options of the command
    session: Session,
    feed: Annotated[
        WithdrawnFeed,
        typer.Argument(metavar="FEED", help="CATEGORY, PAYMENT or ROSTER_CHANGE."),
    ],
    first: Annotated[
        int,
        typer.Option("--from", metavar="POSITION", min=1, help="First position, included."),
    ],
    last: Annotated[
        int,
        typer.Option("--through", metavar="POSITION", min=1, help="Last position, included."),
    ],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why.")],
    *,
    sender: Annotated[
        str,
        typer.Option(
            "--sender",
            metavar="NAME",
            help="Whose feed: a body for changes of staff; SC for the others if left out.",
        ),
    ] = "",
    with_preview: Annotated[
        bool,
        typer.Option("--preview", metavar="", help="Show also what the approval would change."),
    ] = False,
    limit: Limit = None,
    request_id: RequestId = "",
) -> None:
    """
    Asks to withdraw what a feed sent in error; another supervisor must approve it.

    Until then nothing changes. Nothing is deleted: the facts are known until the withdrawal, and
    no more from it on; they can be sent again, corrected, under the same message numbers. The
    positions of a file are told by osms push --json.
    """
    whose = sender or _usual_sender(feed)
    with repeatable(session, request_id) as chosen:
        asked = session.client().withdraw(feed, whose, (first, last), reason, request_id=chosen)
    shown = _previewed(session, asked.held_batch_id, (), limit) if with_preview else None
    session.show(
        Asked(asked.held_batch_id, asked.fact_count, shown),
        lambda each: _draw_asked(asked, each.preview),
    )


def _usual_sender(feed: WithdrawnFeed) -> str:
    if feed is WithdrawnFeed.ROSTER_CHANGE:
        raise Failure("whose changes of staff? name the body with --sender", status=MISUSED)
    return STATE_CORPORATION


def _draw_asked(asked: Withdrawal, shown: HeldPreview | None) -> None:
    output.say(f"facts that would be withdrawn: {output.count(asked.fact_count)}", "bold")
    if shown is not None:
        previews.draw(shown)
    output.say("  it waits for another supervisor:")
    if shown is None:
        output.say(f"  osms preview {asked.held_batch_id}")
    output.say(f"  osms approve {asked.held_batch_id}")
