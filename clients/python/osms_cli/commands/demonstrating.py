"""The commands that make up a region and show the whole at work: osms sample, osms demo."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from osms_cli.demo.play import play
from osms_cli.drawing.regions import draw_region, followed
from osms_cli.failures import MISUSED, Failure
from osms_cli.registration import Commands
from osms_cli.sample import SOURCE_FEEDS, Cadence, Feed, write_region
from osms_cli.session import Session
from osms_cli.typed import DAY, read_day

People = Annotated[
    int, typer.Option("--people", metavar="N", min=1, help="How many people there are.")
]
Seed = Annotated[
    int, typer.Option("--seed", metavar="S", help="The same seed gives the same region.")
]

Months = Annotated[int, typer.Option("--months", metavar="N", help="How many months are told.")]


def add_to(app: typer.Typer) -> None:
    """Adds the commands."""
    commands = Commands(app)
    commands.add(
        "sample", connects=False, example="osms sample --people 100000 --seed 7 build/region"
    )(sample)
    commands.add("demo", connects=False, example="osms demo --people 4000 --folder build/demo")(
        demo
    )


def sample(  # noqa: PLR0913 - one parameter for each thing that can be asked for
    session: Session,
    folder: Annotated[
        Path,
        typer.Argument(metavar="DIR", help="An empty folder, or one that does not exist yet."),
    ],
    *,
    people: People = 20_000,
    seed: Seed = 1,
    months: Months = 36,
    until: Annotated[
        date,
        typer.Option("--until", metavar=DAY, parser=read_day, help="The last day that is told."),
    ] = date(2026, 6, 30),
    feed: Annotated[
        list[Feed] | None,
        typer.Option(
            "--feed",
            metavar="FEED",
            help="Only this feed; repeat it for more. All but CATEGORY and TREATY if left out.",
        ),
    ] = None,
    bad_share: Annotated[
        float, typer.Option("--bad-share", metavar="SHARE", help="How many of all lines are bad.")
    ] = 0.003,
    compress: Annotated[
        bool,
        typer.Option("--compress/--plain", metavar="", help="Compressed files, or plain ones."),
    ] = True,
    cadence: Annotated[
        Cadence, typer.Option("--cadence", help="How often files come; CLOSING: daily at the end.")
    ] = Cadence.DAILY,
    processes: Annotated[
        int | None,
        typer.Option(
            "--processes", metavar="N", help="Processes; as many as can run if left out."
        ),
    ] = None,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", metavar="", help="No progress bar.")
    ] = False,
) -> None:
    """
    Writes a region that could be: what senders would have sent over some years, with bad lines.

    Source systems report what categories are formed by. Where only the register is to be fed, the
    feeds CATEGORY and TREATY have categories of the same people, invented instead of formed.
    deliveries.ndjson lists the files in the order of delivery, people.json names people to look
    up for each ground, story.json tells of one woman day by day, and region.json what is in it.
    """
    try:
        with followed("writing the region", quiet=quiet) as progress:
            summary = write_region(
                folder,
                people=people,
                seed=seed,
                months=months,
                until=until,
                feeds=frozenset(feed or SOURCE_FEEDS),
                bad_share=bad_share,
                compress=compress,
                cadence=cadence,
                processes=processes,
                progress=progress,
            )
    except ValueError as error:
        raise Failure(str(error), status=MISUSED) from error
    session.show(summary, draw_region)


def demo(
    session: Session,
    *,
    people: People = 4_000,
    seed: Seed = 1,
    months: Months = 36,
    folder: Annotated[
        Path,
        typer.Option(
            "--folder", metavar="DIR", help="Where it is played; emptied if it is there."
        ),
    ] = Path("build/demo"),
) -> None:
    """
    Shows everything at work, in two or three minutes and without anything to prepare.

    The matching and a sandbox of the register, each with a PostgreSQL of its own, live through
    three years of a region: whatever a source registers, and every payment, arrives on its day by
    mTLS, the categories are formed from it, and sent to the register. Then people are looked up, a
    timeline is drawn and explained, one woman's story is told, and every timeline is compared with
    the facts. Its folder may be removed afterwards; for 4 000 people it takes about 300 MB.
    """
    play(folder, people=people, seed=seed, months=months, as_json=session.as_json)
