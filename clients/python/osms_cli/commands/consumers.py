"""The commands about one person at the Fund: register, revoke, consumer, facts, accesses."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Final

import typer
from rich.table import Table

from osms_cli import output
from osms_cli.drawing import answers
from osms_cli.drawing.explanations import fact_table
from osms_cli.drawing.words import status_text
from osms_cli.failures import MISUSED, Failure
from osms_cli.listing import limited
from osms_cli.moments import day_shown, shown
from osms_cli.mutating import repeatable
from osms_cli.registration import Commands
from osms_cli.session import Session
from osms_cli.typed import DAY, Iin, Limit, Purpose, RequestId, read_day, read_instant
from osms_client import Access, Consumer, Fact, Registration

OPERATOR: Final = "operator1"
SUPERVISOR: Final = "supervisor1"


def add_to(app: typer.Typer) -> None:
    """Adds the commands."""
    commands = Commands(app)
    commands.add(
        "register",
        caller=OPERATOR,
        example="osms register 900101300017 R01 --applied-on 2026-03-10"
        " --document BIRTH_CERTIFICATE",
    )(register)
    commands.add(
        "revoke",
        caller=SUPERVISOR,
        example="osms revoke 1f0c9a52-7f0e-4f6e-9a52-1f0c9a527f0e --reason 'a forged document'",
    )(revoke)
    commands.add("consumer", caller=OPERATOR, asks=True, example="osms consumer 900101300017")(
        consumer
    )
    commands.add(
        "facts",
        caller=OPERATOR,
        asks=True,
        example="osms facts 900101300017 --known-at 2026-07-15T12:00",
    )(facts)
    commands.add("accesses", caller=SUPERVISOR, example="osms accesses 900101300017 -n 20")(
        accesses
    )


def register(  # noqa: PLR0913 - one parameter for each thing that a person may say
    session: Session,
    iin: Iin,
    category: Annotated[
        str, typer.Argument(metavar="CATEGORY", help="What the documents prove, such as R01.")
    ],
    *,
    applied_on: Annotated[
        date,
        typer.Option(
            "--applied-on", metavar=DAY, parser=read_day, help="Day on which the person applied."
        ),
    ],
    document: Annotated[
        list[str],
        typer.Option(
            "--document",
            metavar="CODE",
            help="Document that was shown, such as BIRTH_CERTIFICATE; repeat it for each.",
        ),
    ],
    reason: Annotated[
        str,
        typer.Option(
            "--reason", metavar="TEXT", help="Why a second time; then a supervisor must approve."
        ),
    ] = "",
    request_id: RequestId = "",
) -> None:
    """
    Registers a person on documents, for one month (p. 21, 57).

    A second time it waits until a supervisor other than the one who asks has approved it (osms
    approve). docs/codes.md lists the codes of categories and of documents.
    """
    with repeatable(session, request_id) as chosen:
        registration = session.client().register(
            iin, category, applied_on, document, repeat_reason=reason, request_id=chosen
        )
    session.show(registration, _draw_registration)


def _draw_registration(made: Registration) -> None:
    if made.held_batch_id:
        output.say(
            f"{made.iin} waits to be registered for {made.category} once more, from"
            f" {made.applied_on.isoformat()} through {day_shown(made.last_date)}",
            "bold yellow",
        )
        output.say(f"  held batch   {made.held_batch_id}; another supervisor must approve it")
        return
    output.say(
        f"{made.iin} is registered for {made.category}"
        f" from {made.applied_on.isoformat()} through {day_shown(made.last_date)}",
        "bold green",
    )
    output.say(f"  registration {made.registration_id}, by {made.registered_by}")
    output.say(f"  documents    {', '.join(made.documents)}")


def revoke(
    session: Session,
    registration_id: Annotated[
        str, typer.Argument(metavar="ID", help="The registration; osms consumer lists them.")
    ],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why.")],
    request_id: RequestId = "",
) -> None:
    """Revokes a registration on documents; the right ends on the day after."""
    with repeatable(session, request_id) as chosen:
        last = session.client().revoke(registration_id, reason, request_id=chosen)
    session.show(
        {"registration_id": registration_id, "last_date": last},
        lambda _: output.say(f"revoked; its last day is {last.isoformat()}"),
    )


def consumer(session: Session, iin: Iin, purpose: Purpose = "") -> None:
    """Shows what is known of a person: today's answer, registrations, how many facts."""
    session.show(session.client().consumer(iin, purpose=purpose), _draw_consumer)


def _draw_consumer(known: Consumer) -> None:
    answers.draw(known.entitlement)
    output.say()
    output.say(f"known since {shown(known.first_record_time)}", "bold")
    for kind, number in known.fact_counts.items():
        output.say(f"  {kind.replace('_', ' '):<26}{output.count(number):>6}")
    if known.registrations:
        output.say()
        output.show(_registration_table(known.registrations))


def _registration_table(registrations: tuple[Registration, ...]) -> Table:
    return output.table(
        ["REGISTRATION", "CATEGORY", "APPLIED ON", "BY", "DOCUMENTS", "REPEATED BECAUSE"],
        (
            [
                each.registration_id,
                each.category,
                each.applied_on.isoformat(),
                each.registered_by,
                ", ".join(each.documents),
                each.repeat_reason,
            ]
            for each in registrations
        ),
        fold=frozenset({"DOCUMENTS", "REPEATED BECAUSE"}),
    )


def facts(
    session: Session,
    iin: Iin,
    known_at: Annotated[
        datetime | None,
        typer.Option(
            "--known-at",
            metavar="INSTANT",
            parser=read_instant,
            help="Only those known at an instant; Almaty's time without an offset.",
        ),
    ] = None,
    purpose: Purpose = "",
) -> None:
    """Lists the facts about a person, in the order in which they became known."""
    found = session.client().facts(iin, known_at=known_at, purpose=purpose)
    session.show_list(found, _draw_facts, "no facts")


def _draw_facts(found: list[Fact]) -> None:
    output.show(fact_table(found))


def accesses(
    session: Session,
    iin: Annotated[str, typer.Argument(metavar="[IIN]", help="The person, by 12 digits.")] = "",
    receipt: Annotated[
        str,
        typer.Option(
            "--receipt", metavar="ID", help="Number of an answer, as its receipt tells it."
        ),
    ] = "",
    limit: Limit = None,
) -> None:
    """Lists who asked about a person, newest first, or the answer that a receipt is about."""
    if not (iin or receipt):
        raise Failure("name a person, or a --receipt", status=MISUSED)
    asked = session.client().accesses(iin, receipt_id=receipt)
    found = limited(asked, limit, as_json=session.as_json)
    session.show_list(found, _draw_accesses, "nobody asked")


def _draw_accesses(found: list[Access]) -> None:
    output.show(
        output.table(
            ["WHEN", "WHO", "WHAT", "WHY", "ABOUT", "ANSWER", "GROUND", "RECEIPT"],
            (
                [
                    shown(each.record_time),
                    each.caller,
                    each.method,
                    "-" if each.purpose == "UNSPECIFIED" else each.purpose,
                    day_shown(each.on_date),
                    status_text("-" if each.status == "UNSPECIFIED" else each.status),
                    each.ground,
                    each.receipt_id,
                ]
                for each in found
            ),
        )
    )
