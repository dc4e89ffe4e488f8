"""The commands for what changes many answers at once: incident, budget."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Final

import typer

from osms_cli import output
from osms_cli.moments import day_shown, shown
from osms_cli.mutating import repeatable
from osms_cli.registration import Commands, DescribedGroup
from osms_cli.session import Session
from osms_cli.typed import DAY, RequestId, read_day, read_month
from osms_client import Incident

SUPERVISOR: Final = "supervisor1"

Code = Annotated[
    str, typer.Argument(metavar="CODE", help="Code of the incident, such as SC-2026-03.")
]


class Budget(StrEnum):
    """The budgets from which the State pays."""

    REPUBLICAN = "REPUBLICAN"
    LOCAL = "LOCAL"


BudgetName = Annotated[Budget, typer.Argument(metavar="BUDGET", help="REPUBLICAN or LOCAL.")]


def add_to(app: typer.Typer) -> None:
    """Adds the commands."""
    _add_incident(app)
    _add_budget(app)


def _add_incident(app: typer.Typer) -> None:
    group = typer.Typer(
        cls=DescribedGroup, no_args_is_help=True, help="Technical failures (p. 13)."
    )
    app.add_typer(group, name="incident")
    commands = Commands(group)
    commands.add(
        "declare",
        caller=SUPERVISOR,
        example="osms incident declare SC-2026-03 --system SC --started-on 2026-03-02",
    )(declare)
    commands.add(
        "close",
        caller=SUPERVISOR,
        example="osms incident close SC-2026-03 --ended-on 2026-03-04",
    )(close)
    commands.add("list", caller=SUPERVISOR, example="osms incident list --json")(incidents)


def _add_budget(app: typer.Typer) -> None:
    group = typer.Typer(
        cls=DescribedGroup, no_args_is_help=True, help="Budgets that have not paid (p. 9 part 2)."
    )
    app.add_typer(group, name="budget")
    commands = Commands(group)
    commands.add("lapse", caller=SUPERVISOR, example="osms budget lapse LOCAL --since 2026-03")(
        lapse
    )
    commands.add("lift", caller=SUPERVISOR, example="osms budget lift LOCAL")(lift)


def declare(
    session: Session,
    code: Code,
    system: Annotated[
        list[str],
        typer.Option(
            "--system",
            metavar="CODE",
            help="System that failed: FUND, SC, a source or a body; repeat it for each.",
        ),
    ],
    started_on: Annotated[
        date,
        typer.Option("--started-on", metavar=DAY, parser=read_day, help="First day of it."),
    ],
    request_id: RequestId = "",
) -> None:
    """
    Declares a technical failure: from the day after its start nobody loses the right by it.

    One of the Fund's own system waits for another supervisor's approval.
    """
    with repeatable(session, request_id) as chosen:
        incident = session.client().declare_incident(code, system, started_on, request_id=chosen)
    session.show(incident, _draw_declared)


def _draw_declared(incident: Incident) -> None:
    output.say(f"{incident.incident_code}: {incident.outcome}")
    if incident.held_batch_id:
        output.say("  it waits for another supervisor:")
        output.say(f"  osms approve {incident.held_batch_id}")


def close(
    session: Session,
    code: Code,
    ended_on: Annotated[
        date,
        typer.Option("--ended-on", metavar=DAY, parser=read_day, help="Last day of it, included."),
    ],
    request_id: RequestId = "",
) -> None:
    """Ends a technical failure; losses take effect on the day after."""
    with repeatable(session, request_id) as chosen:
        incident = session.client().close_incident(code, ended_on, request_id=chosen)
    session.show(
        incident,
        lambda each: output.say(f"{each.incident_code}: ended on {day_shown(each.ended_on)}"),
    )


def incidents(session: Session) -> None:
    """Lists technical failures, newest first."""
    session.show_list(session.client().incidents(), _draw_incidents, "no incidents")


def _draw_incidents(found: list[Incident]) -> None:
    output.show(
        output.table(
            ["CODE", "SYSTEMS", "FIRST DAY", "LAST DAY", "DECLARED BY", "KNOWN SINCE", "STATE"],
            (
                [
                    each.incident_code,
                    " ".join(each.systems),
                    each.started_on.isoformat(),
                    day_shown(each.ended_on),
                    each.declared_by,
                    shown(each.record_time),
                    _state(each),
                ]
                for each in found
            ),
        )
    )


def _state(incident: Incident) -> str:
    if not incident.approved:
        return "waits for approval"
    return "lasts" if incident.ended_on is None else "ended"


def lapse(
    session: Session,
    budget: BudgetName,
    since: Annotated[
        date,
        typer.Option(
            "--since",
            metavar="YYYY-MM",
            parser=read_month,
            help="First month for which it has paid nothing.",
        ),
    ],
    request_id: RequestId = "",
) -> None:
    """Records that a budget has paid nothing since a month; another supervisor must approve it."""
    with repeatable(session, request_id) as chosen:
        held = session.client().record_budget_lapse(budget, since, request_id=chosen)
    session.show(
        {"budget": budget, "since_month": f"{since:%Y-%m}", "held_batch_id": held},
        lambda _: output.say(f"it waits for another supervisor:\n  osms approve {held}"),
    )


def lift(session: Session, budget: BudgetName, request_id: RequestId = "") -> None:
    """Records that a budget pays again, from today on."""
    with repeatable(session, request_id) as chosen:
        lifted = session.client().lift_budget_lapse(budget, request_id=chosen)
    session.show(
        {"budget": budget, "lifted_date": lifted},
        lambda _: output.say(f"{budget} pays again from {lifted.isoformat()}"),
    )
