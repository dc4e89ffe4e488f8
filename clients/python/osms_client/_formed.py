"""From protobuf to what the matching decides."""

from __future__ import annotations

from datetime import date
from typing import Any

from google.protobuf.json_format import MessageToDict

from osms.matching.v1 import contribution_service_pb2 as contribution_pb
from osms.matching.v1 import matching_service_pb2 as pb
from osms_client import _reading, forming


def run(message: pb.MatchingRun) -> forming.MatchingRun:
    """A run of the matching."""
    return forming.MatchingRun(
        run_id=message.run_id,
        day=_reading.day(message.day),
        kind=_reading.enum_name(pb.RunKind, message.kind, "RUN_KIND_"),
        state=_reading.enum_name(pb.RunState, message.state, "RUN_STATE_"),
        known_time=_reading.instant(message.known_time),
        begun_by=message.begun_by,
        decided_by=message.decided_by,
        changes=tuple(map(_change, message.changes)),
        bereft=message.bereft_count,
        sent=message.sent_count,
        messages=message.message_count,
        rejected=message.rejected_count,
    )


def _change(message: pb.CategoryChange) -> forming.CategoryChange:
    return forming.CategoryChange(
        category=message.category,
        held=message.held_count,
        granted=message.granted_count,
        withdrawn=message.withdrawn_count,
        stops=message.stops,
    )


def decision(message: pb.CategoryDecision) -> forming.CategoryDecision:
    """What was decided about one category of one person."""
    return forming.CategoryDecision(
        iin=message.iin,
        category=message.category,
        day=_reading.day(message.day),
        outcome=_reading.enum_name(pb.DecisionOutcome, message.outcome, "DECISION_OUTCOME_"),
        reason=message.reason,
        text=message.text,
        source=message.source,
        provisions=_reading.provisions(message.provisions),
        months=tuple(map(_month, message.months)),
        assigned_on=_reading.optional_day(message, "assigned_date"),
        other_category=message.other_category,
    )


def _month(message: pb.MonthFound) -> forming.MonthFound:
    kinds = (
        _reading.enum_name(contribution_pb.ContributionKind, kind, "CONTRIBUTION_KIND_")
        for kind in message.kinds
    )
    return forming.MonthFound(date(message.month.year, message.month.month, 1), tuple(kinds))


def explanation(message: pb.ExplainCategoriesResponse) -> forming.CategoryExplanation:
    """Every category of a person that was considered."""
    return forming.CategoryExplanation(tuple(map(decision, message.decisions)), message.run_id)


def rejected_line(message: pb.RejectedLine) -> forming.RejectedLine:
    """A line that was rejected."""
    return forming.RejectedLine(
        rejection_id=message.rejection_id,
        sender=message.sender,
        position=message.position,
        record_time=_reading.instant(message.record_time),
        violations=_reading.violations(message.violations),
        line=_line(message),
    )


def _line(message: pb.RejectedLine) -> dict[str, Any]:
    name = message.WhichOneof("line")
    return MessageToDict(getattr(message, name)) if name else {}
