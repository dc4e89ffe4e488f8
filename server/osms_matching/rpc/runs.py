"""Runs and decisions, for the contract."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from google.type.date_pb2 import Date

from osms.entitlement.v1 import provision_pb2
from osms.matching.v1 import matching_service_pb2 as pb
from osms_common.domain.calendar import Month, first_day
from osms_common.domain.codes import Category
from osms_common.domain.identifiers import identifier_text
from osms_common.domain.revision import Revision, instant_of
from osms_common.rpc.fields import to_date, to_timestamp
from osms_common.texts import Language
from osms_matching.application.ports import MessageCounts, MessagesReading, RunsReading
from osms_matching.application.running import Running
from osms_matching.domain.decisions import Decision, MonthFound, Outcome, RunKind
from osms_matching.domain.runs import KeptRun, RunState
from osms_matching.rpc.contributions import NUMBERS
from osms_matching.rules.texts import decision_text
from osms_matching.rules.texts.decisions import reference

KINDS: Final = {
    RunKind.DAILY: pb.RUN_KIND_DAILY,
    RunKind.MONTHLY: pb.RUN_KIND_MONTHLY,
}
STATES: Final = {
    RunState.FORMED: pb.RUN_STATE_FORMED,
    RunState.STOPPED: pb.RUN_STATE_STOPPED,
    RunState.SENT: pb.RUN_STATE_SENT,
    RunState.DISCARDED: pb.RUN_STATE_DISCARDED,
}
OUTCOMES: Final = {
    Outcome.GRANTED: pb.DECISION_OUTCOME_GRANTED,
    Outcome.KEPT: pb.DECISION_OUTCOME_KEPT,
    Outcome.WITHDRAWN: pb.DECISION_OUTCOME_WITHDRAWN,
    Outcome.NOT_GRANTED: pb.DECISION_OUTCOME_NOT_GRANTED,
}


def run_message(
    run: KeptRun, running: Running, runs: RunsReading, messages: MessagesReading
) -> pb.MatchingRun:
    """A run, with what it changes and how far it was sent."""
    counts: MessageCounts = messages.counts(run.number)
    return pb.MatchingRun(
        run_id=str(run.run_id),
        day=to_date(run.day),
        kind=KINDS[run.kind],
        state=STATES[run.state],
        known_time=to_timestamp(instant_of(Revision(run.known))),
        begun_by=run.begun_by,
        decided_by=run.decided_by or "",
        changes=_changes(run, running, runs),
        bereft_count=run.bereft_count,
        sent_count=counts.answered,
        message_count=counts.total,
        rejected_count=counts.rejected,
    )


def _changes(run: KeptRun, running: Running, runs: RunsReading) -> Iterator[pb.CategoryChange]:
    stopped = running.stopped(run, runs)
    for category, (held, granted, withdrawn) in runs.counts(run.run_id).items():
        if granted or withdrawn:
            yield pb.CategoryChange(
                category=category.value,
                held_count=held,
                granted_count=granted,
                withdrawn_count=withdrawn,
                stops=category in stopped,
            )


def decision_message(decision: Decision, language: Language) -> pb.CategoryDecision:
    """A decision, with its reasons in words."""
    return pb.CategoryDecision(
        iin=identifier_text(decision.person),
        category=decision.category.value,
        day=to_date(decision.day),
        outcome=OUTCOMES[decision.outcome],
        reason=decision.reason.value,
        text=decision_text(decision, language),
        source=decision.source.value,
        provisions=(
            provision_pb2.Provision(code=code, text=reference(code, language))
            for code in decision.provisions
        ),
        months=map(_month_message, decision.months),
        assigned_date=_optional_date(decision.assigned_on),
        other_category=_code(decision.other),
    )


def _month_message(found: MonthFound) -> pb.MonthFound:
    kinds = sorted(NUMBERS[kind] for kind in found.kinds)
    return pb.MonthFound(month=_month_date(found.month), kinds=kinds)


def _month_date(month: Month) -> Date:
    first = first_day(month)
    return Date(year=first.year, month=first.month)


def _optional_date(day: date | None) -> Date | None:
    return None if day is None else to_date(day)


def _code(category: Category | None) -> str:
    return "" if category is None else category.value
