"""
Declares technical failures (p. 13) and records unpaid budgets (p. 9 part 2).

Both change the answers of many people at once. A failure of the Fund's own system and an unpaid
budget wait for a second supervisor; everything else is known when it is declared.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple
from uuid import UUID

from osms_common.application.callers import Caller
from osms_common.domain.calendar import Month, first_day, month_of, month_text
from osms_common.domain.codes import Budget, System
from osms_common.domain.errors import (
    AlreadyExists,
    InvalidRequest,
    NotFound,
    RefusedByRules,
    WrongState,
)
from osms_common.domain.violations import Reason, Violation
from osms_server.application.ports import Transaction
from osms_server.application.rows import HeldBatchRow, HeldKind
from osms_server.domain.facts import (
    IncidentClosed,
    IncidentDeclared,
    LapseLifted,
    LapseRecorded,
    Overlays,
)


class DeclaredIncident(NamedTuple):
    """A technical failure, and the held batch it waits in, if it waits."""

    fact: IncidentDeclared
    declared_by: str
    held_batch_id: UUID | None


def declare_incident(
    tx: Transaction,
    caller: Caller,
    incident_code: str,
    systems: frozenset[System],
    started_on: date,
) -> DeclaredIncident:
    """
    Declares that systems failed on *started_on*.

    NotAllowed: the caller is no supervisor. InvalidRequest: the day lies in the future.
    AlreadyExists: the code is taken.
    """
    caller.must_be_supervisor("declare an incident")
    _refuse_future("started_date", started_on, tx.day)
    if _is_taken(tx, incident_code):
        raise AlreadyExists("incident", incident_code)
    fact = IncidentDeclared(incident_code, systems, started_on, tx.revision)
    if System.FUND not in systems:
        tx.overlays.add_incident(fact, caller.name)
        return DeclaredIncident(fact, caller.name, None)
    held_batch_id = _hold_incident(tx, caller, fact)
    return DeclaredIncident(fact, caller.name, held_batch_id)


def _hold_incident(tx: Transaction, caller: Caller, fact: IncidentDeclared) -> UUID:
    held_batch_id = tx.new_id()
    content = {"systems": sorted(fact.systems), "started_on": fact.started_on.isoformat()}
    tx.approvals.add(
        HeldBatchRow(
            held_batch_id,
            HeldKind.FUND_INCIDENT,
            caller.name,
            tx.revision,
            fact.incident_code,
            "a failure of the Fund's own system takes two supervisors",
            content,
            1,
        )
    )
    return held_batch_id


def _is_taken(tx: Transaction, incident_code: str) -> bool:
    codes = {fact.incident_code for fact in tx.overlays.known().declared}
    return incident_code in codes or bool(
        tx.approvals.waiting_for(HeldKind.FUND_INCIDENT, incident_code)
    )


def approve_incident(tx: Transaction, row: HeldBatchRow) -> None:
    """Makes a failure of the Fund's own system known now."""
    systems = frozenset(System(code) for code in row.content["systems"])
    started_on = date.fromisoformat(row.content["started_on"])
    fact = IncidentDeclared(row.subject, systems, started_on, tx.revision)
    tx.overlays.add_incident(fact, row.requested_by)


def close_incident(
    tx: Transaction, caller: Caller, incident_code: str, ended_on: date
) -> IncidentClosed:
    """
    Records the last day of a failure, included.

    NotAllowed: the caller is no supervisor. NotFound: there is no such incident, or it is not
    approved. WrongState: it is closed already. InvalidRequest: the day lies in the future.
    RefusedByRules: it lies before the start.
    """
    caller.must_be_supervisor("close an incident")
    _refuse_future("ended_date", ended_on, tx.day)
    overlays = tx.overlays.known()
    started = {fact.incident_code: fact.started_on for fact in overlays.declared}
    if incident_code not in started:
        raise NotFound("incident", incident_code)
    if any(fact.incident_code == incident_code for fact in overlays.closed):
        raise WrongState("incident", incident_code, "closed")
    if ended_on < started[incident_code]:
        value = f"{ended_on} < {started[incident_code]}"
        raise RefusedByRules((Violation("ended_date", Reason.ENDS_BEFORE_START, value, "p13"),))
    fact = IncidentClosed(incident_code, ended_on, tx.revision)
    tx.overlays.close_incident(fact, caller.name)
    return fact


def _refuse_future(field: str, day: date, today: date) -> None:
    if day > today:
        value = f"{day} > {today}"
        raise InvalidRequest((Violation(field, Reason.DATE_IN_FUTURE, value),))


def record_lapse(tx: Transaction, caller: Caller, budget: Budget, since: Month) -> UUID:
    """
    Records that a budget has paid nothing since a month; it waits in the batch returned.

    NotAllowed: the caller is no supervisor. InvalidRequest: the month lies in the future.
    RefusedByRules: a lapse of this budget stands.
    """
    caller.must_be_supervisor("record an unpaid budget")
    if since > month_of(tx.day):
        value = f"{month_text(since)} > {month_text(month_of(tx.day))}"
        raise InvalidRequest((Violation("since_month", Reason.MONTH_TOO_LATE, value),))
    _refuse_second_lapse(tx, budget)
    held_batch_id = tx.new_id()
    tx.approvals.add(
        HeldBatchRow(
            held_batch_id,
            HeldKind.BUDGET_LAPSE,
            caller.name,
            tx.revision,
            budget.name,
            "an unpaid budget takes two supervisors",
            {"budget": budget.value, "since": first_day(since).isoformat()},
            1,
        )
    )
    return held_batch_id


def _refuse_second_lapse(tx: Transaction, budget: Budget) -> None:
    if standing_lapse(tx.overlays.known(), budget) is not None:
        raise RefusedByRules((Violation("budget", Reason.LAPSE_STANDS, budget.name, "p9.2"),))


def standing_lapse(overlays: Overlays, budget: Budget) -> LapseRecorded | None:
    """The lapse of a budget that is recorded and not lifted."""
    lifted = {fact.lapse_id for fact in overlays.lifted}
    standing = (
        fact for fact in overlays.recorded if fact.budget == budget and fact.lapse_id not in lifted
    )
    return next(standing, None)


def approve_lapse(tx: Transaction, row: HeldBatchRow) -> None:
    """Makes an unpaid budget known now. RefusedByRules: another lapse stands by now."""
    budget = Budget(row.content["budget"])
    _refuse_second_lapse(tx, budget)
    since = month_of(date.fromisoformat(row.content["since"]))
    fact = LapseRecorded(str(row.held_batch_id), budget, since, tx.revision)
    tx.overlays.add_lapse(fact, row.requested_by)


def lift_lapse(tx: Transaction, caller: Caller, budget: Budget) -> date:
    """
    Records that a budget pays again; returns the first day on which its categories hold again.

    NotAllowed: the caller is no supervisor. RefusedByRules: no lapse of this budget stands.
    """
    caller.must_be_supervisor("lift an unpaid budget")
    standing = standing_lapse(tx.overlays.known(), budget)
    if standing is None:
        raise RefusedByRules((Violation("budget", Reason.NO_LAPSE_STANDS, budget.name, "p9.2"),))
    tx.overlays.lift_lapse(LapseLifted(standing.lapse_id, tx.revision), caller.name)
    return tx.day
