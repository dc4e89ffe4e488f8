"""Draws the runs of the matching, what they decided, and why."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Final

from rich.text import Text

from osms_cli import output
from osms_cli.drawing.words import labelled, provision_codes
from osms_cli.failures import violation_line
from osms_cli.moments import day_shown, shown
from osms_client import (
    CategoryDecision,
    CategoryExplanation,
    MatchingRun,
    MonthFound,
    RejectedLine,
)

_STYLES: Final = {
    "GRANTED": "green",
    "KEPT": "green",
    "WITHDRAWN": "red",
    "STOPPED": "bold red",
}
_PAID: Final = {"PENSION_CONTRIBUTION": "MPC", "SOCIAL_DEDUCTION": "SD"}


def draw_runs(runs: Iterable[MatchingRun]) -> None:
    """Runs in a table."""
    output.show(
        output.table(
            ["ID", "DAY", "KIND", "STATE", "GRANTED", "WITHDRAWN", "SENT", "OF"],
            (
                [
                    each.run_id,
                    day_shown(each.day),
                    each.kind,
                    styled(each.state),
                    sum(change.granted for change in each.changes),
                    sum(change.withdrawn for change in each.changes),
                    each.sent,
                    each.messages,
                ]
                for each in runs
            ),
            right=frozenset({"GRANTED", "WITHDRAWN", "SENT", "OF"}),
        )
    )


def draw_run(run: MatchingRun) -> None:
    """One run, with what it changes in every category."""
    output.say(f"{run.run_id}  {run.kind} of {day_shown(run.day)}", "bold")
    output.say(labelled("state", styled(run.state)))
    output.say(labelled("known until", shown(run.known_time)))
    if run.begun_by:
        output.say(labelled("begun by", run.begun_by))
    if run.decided_by:
        output.say(labelled("decided by", run.decided_by))
    sent = f"{output.count(run.sent)} of {output.count(run.messages)} messages"
    output.say(labelled("sent", sent))
    output.say(labelled("bereft", f"{output.many(run.bereft, 'person')} left without a category"))
    if run.changes:
        draw_changes(run)


def draw_changes(run: MatchingRun) -> None:
    """What a run changes, by category."""
    output.show(
        output.table(
            ["CATEGORY", "HELD", "GRANTED", "WITHDRAWN", "STOPS IT"],
            (
                [
                    each.category,
                    each.held,
                    each.granted,
                    each.withdrawn,
                    Text("yes", "bold red") if each.stops else "",
                ]
                for each in run.changes
            ),
            right=frozenset({"HELD", "GRANTED", "WITHDRAWN"}),
        )
    )


def draw_decisions(decisions: Iterable[CategoryDecision]) -> None:
    """What a run grants and withdraws, in a table."""
    output.show(
        output.table(
            ["IIN", "CATEGORY", "OUTCOME", "REASON", "SOURCE", "PROVISIONS", "SINCE"],
            (
                [
                    each.iin,
                    each.category,
                    styled(each.outcome),
                    each.reason,
                    each.source,
                    provision_codes(each.provisions),
                    day_shown(each.assigned_on),
                ]
                for each in decisions
            ),
        )
    )


def draw_explanation(explanation: CategoryExplanation) -> None:
    """Every category that was considered, why it is as it is, and what was found."""
    if not explanation.decisions:
        output.say("no category was considered: no source lists the person", "dim")
    for decision in explanation.decisions:
        draw_decision(decision)
    by = f"as run {explanation.run_id} decided it" if explanation.run_id else ""
    output.say(by or "as the next run would decide it: none has yet", "dim")


def draw_decision(decision: CategoryDecision) -> None:
    """One category of a person."""
    head = Text.assemble(
        (f"{decision.category} ", "bold"),
        styled(decision.outcome),
        f" on {day_shown(decision.day)}: {decision.reason}",
    )
    output.say(head)
    output.say(labelled("why", decision.text or decision.reason))
    output.say(labelled("provisions", provision_codes(decision.provisions)))
    output.say(labelled("source", decision.source or "-"))
    if decision.assigned_on is not None:
        output.say(labelled("since", day_shown(decision.assigned_on)))
    if decision.other_category:
        output.say(labelled("because of", decision.other_category))
    if decision.months:
        output.say(labelled("looked at", months_text(decision.months)))


def months_text(months: Iterable[MonthFound]) -> str:
    """Months that were looked at, and what was paid in each."""
    return ", ".join(
        f"{found.month:%Y-%m} {'+'.join(_PAID.get(kind, kind) for kind in found.kinds) or 'none'}"
        for found in months
    )


def draw_rejected(lines: Iterable[RejectedLine]) -> None:
    """Rejected lines, each with everything that is wrong with it."""
    for each in lines:
        head = f"{each.rejection_id}  {each.sender}, position {each.position}"
        output.say(f"{head}, {shown(each.record_time)}", "bold")
        for violation in each.violations:
            output.say(f"  {violation_line(violation)}", "red")
        output.say(f"  {json.dumps(each.line, ensure_ascii=False)}", "dim")


def styled(word: str) -> Text:
    """A state or an outcome in its colour."""
    return Text(word, _STYLES.get(word, ""))
