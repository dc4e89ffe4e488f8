"""The commands that ask about persons: check, timeline, explain, replay."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from osms_cli.checking import check_all
from osms_cli.drawing import answers, explanations, timelines
from osms_cli.drawing.scales import Window
from osms_cli.failures import MISUSED, Failure
from osms_cli.feeding.source import opened
from osms_cli.registration import Commands
from osms_cli.session import Session
from osms_cli.typed import DAY, AtLeast, Iin, OnDay, Purpose, read_day, read_instant
from osms_client import CannotTell

CLINIC = "clinic1"
FUND = "supervisor1"


def add_to(app: typer.Typer) -> None:
    """Adds the commands."""
    commands = Commands(app)
    commands.add(
        "check",
        caller=CLINIC,
        asks=True,
        example="osms check 900101300017 --on 2026-10-31",
    )(check)
    commands.add("timeline", caller=FUND, asks=True, example="osms timeline 900101300017")(
        timeline
    )
    commands.add(
        "explain", caller=FUND, asks=True, example="osms explain 900101300017 --on 2026-10-31"
    )(explain)
    commands.add(
        "replay",
        caller=FUND,
        asks=True,
        example="osms replay 900101300017 --known-at 2026-07-15T12:00 --on 2026-07-20",
    )(replay)


def check(  # noqa: PLR0913 - one parameter for each thing that a person may say
    session: Session,
    iins: Annotated[
        list[str] | None,
        typer.Argument(metavar="IIN", help="Persons, by 12 digits each; - reads them."),
    ] = None,
    on: OnDay = None,
    file: Annotated[
        Path | None,
        typer.Option(
            "--file",
            "-f",
            metavar="FILE",
            help="File with one IIN a line, also .gz; - reads them.",
        ),
    ] = None,
    *,
    purpose: Purpose = "",
    receipt: Annotated[
        Path | None,
        typer.Option(
            "--receipt",
            metavar="FILE",
            help="Also get a signed receipt, into a file; - shows it with the answer.",
        ),
    ] = None,
    at_least_revision: AtLeast = "",
) -> None:
    """
    Tells whether persons are entitled to insured care on a day.

    One person is answered in full, several in a table, with --json one document a line. Any
    number of persons can be read from a file or from standard input, and is answered as it is
    read. "Not entitled" is an answer, and the exit status is 0; 1 means that an IIN was wrong,
    3 that it is unknown.
    """
    source = file or (Path("-") if iins == ["-"] else None)
    if source is None and not iins:
        raise Failure("name a person, or a --file of persons", status=MISUSED)
    if source is not None and iins and iins != ["-"]:
        raise Failure("name persons or a --file, not both", status=MISUSED)
    how: dict[str, Any] = {
        "purpose": purpose,
        "with_receipt": receipt is not None,
        "at_least_revision": at_least_revision,
    }
    if source is None and iins and len(iins) == 1:
        _check_one(session, iins[0], on, how, receipt)
        return
    if receipt is not None and (str(receipt) != "-" or not session.as_json):
        raise Failure("receipts of several persons come with --json --receipt -", status=MISUSED)
    client, language = session.client(), session.options.language or ""
    ask = client.check_many if source is None else client.check_list
    asked = iter(iins or ()) if source is None else _iins_of(source)
    results = check_all(asked, partial(ask, on=on, language=language, **how))
    status = answers.tell_all(results, on, as_json=session.as_json)
    if status:
        raise typer.Exit(status)


def _check_one(
    session: Session,
    iin: str,
    on: date | None,
    how: Mapping[str, Any],
    receipt: Path | None,
) -> None:
    try:
        answer = session.client().check(iin, on, language=session.text_language, **how)
    except CannotTell as error:
        answers.tell_unknown(iin, on, error, as_json=session.as_json)
        raise
    if receipt is not None and str(receipt) != "-":
        receipt.write_text(f"{answer.signed_receipt}\n", encoding="ascii")
    if not session.as_json and str(receipt) != "-":
        answer = replace(answer, signed_receipt="")
    session.show(answer, answers.draw)


def _iins_of(source: Path) -> Iterator[str]:
    with opened(source) as file:
        for raw in file.lines():
            text = raw.decode("utf-8-sig", "replace").strip()
            if text and not text.startswith("#"):
                yield text


def timeline(
    session: Session,
    iin: Iin,
    since: Annotated[
        date | None,
        typer.Option("--from", metavar=DAY, parser=read_day, help="First day to draw."),
    ] = None,
    until: Annotated[
        date | None,
        typer.Option("--until", metavar=DAY, parser=read_day, help="Last day to draw."),
    ] = None,
    *,
    purpose: Purpose = "",
    at_least_revision: AtLeast = "",
) -> None:
    """
    Draws every day of a person's right: a bar for each ground, and the stretches in a list.

    Days on which no bar stands are days without the right.
    """
    found = session.client().timeline(
        iin,
        purpose=purpose,
        at_least_revision=at_least_revision,
        language=session.text_language,
    )
    if session.as_json:
        session.show(found, lambda _: None)
        return
    today = session.client().check(iin, purpose=purpose, at_least_revision=at_least_revision)
    timelines.draw(found, today, Window(since, until))


def explain(session: Session, iin: Iin, on: OnDay = None, purpose: Purpose = "") -> None:
    """Explains a day of a person: the grounds that hold, why the others do not, and the facts."""
    found = session.client().explain(iin, on, purpose=purpose, language=session.language)
    session.show(found, partial(explanations.draw, known_at=None))


def replay(
    session: Session,
    iin: Iin,
    known_at: Annotated[
        datetime,
        typer.Option(
            "--known-at",
            metavar="INSTANT",
            parser=read_instant,
            help="The instant, such as 2026-07-15T12:00; Almaty's time without an offset.",
        ),
    ],
    on: Annotated[
        date | None,
        typer.Option(
            "--on",
            metavar=DAY,
            parser=read_day,
            help="The day asked about; the day of the instant if left out.",
        ),
    ] = None,
    purpose: Purpose = "",
) -> None:
    """Explains a day of a person as it was known at an earlier instant."""
    found = session.client().replay(iin, known_at, on, purpose=purpose, language=session.language)
    session.show(found, partial(explanations.draw, known_at=known_at))
