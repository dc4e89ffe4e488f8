"""The service of those who run the matching, and of senders for their own rejected lines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import grpc
from google.protobuf.message import DecodeError

from osms.matching.v1 import contribution_service_pb2 as contribution_pb
from osms.matching.v1 import matching_service_pb2 as pb
from osms.matching.v1 import matching_service_pb2_grpc as pb_grpc
from osms.matching.v1 import source_service_pb2 as source_pb
from osms_common.application.callers import Scope
from osms_common.domain.codes import SOURCE_SYSTEMS, Category, System
from osms_common.domain.errors import NotFound
from osms_common.domain.identifiers import Iin, identifier_text, parse_identifier
from osms_common.domain.revision import instant_of
from osms_common.domain.violations import Reason
from osms_common.rpc.errors import field_violations
from osms_common.rpc.fields import CATEGORIES, Fields, to_timestamp
from osms_common.rpc.identity import current_caller
from osms_common.rpc.interception import language_of
from osms_common.rpc.mutations import perform
from osms_common.rpc.pages import Page, PageLimits, page_of, page_uuid
from osms_common.texts import Language
from osms_matching.application.explaining import Explaining
from osms_matching.application.ports import Feed, MatchingStore, RejectedRow, Transaction
from osms_matching.application.running import Running
from osms_matching.domain.decisions import Decision, Outcome
from osms_matching.domain.runs import KeptRun
from osms_matching.rpc.feed_services import sender_of
from osms_matching.rpc.runs import OUTCOMES, STATES, decision_message, run_message

_SENDERS: Final = {system.value: system for system in (*SOURCE_SYSTEMS, System.STATE_CORPORATION)}
_LISTED_OUTCOMES: Final = {
    number: outcome
    for outcome, number in OUTCOMES.items()
    if outcome in {Outcome.GRANTED, Outcome.WITHDRAWN}
}
_STATES: Final = {number: state for state, number in STATES.items()}


@dataclass(frozen=True)
class MatchingParts:
    """What the service works with."""

    store: MatchingStore
    running: Running
    explaining: Explaining
    pages: PageLimits


class MatchingService(pb_grpc.MatchingServiceServicer):
    """Shows runs and decisions, releases and discards, explains."""

    def __init__(self, parts: MatchingParts) -> None:
        self._store = parts.store
        self._running = parts.running
        self._explaining = parts.explaining
        self._pages = parts.pages

    def ListRuns(  # noqa: N802
        self, request: pb.ListRunsRequest, context: grpc.ServicerContext
    ) -> pb.ListRunsResponse:
        """Lists runs, the newest first."""
        del context
        fields = Fields()
        state = _one_of(fields, "state", request.state, _STATES)
        page = page_of(request, fields, self._pages)
        before = _number_after(page, fields)
        fields.check()
        with self._store.read() as reading:
            rows = reading.runs.page(before=before, state=state, limit=page.size + 1)
            runs, token = page.fitting(
                rows,
                lambda run: run.number,
                lambda run: run_message(run, self._running, reading.runs, reading.messages),
            )
        return pb.ListRunsResponse(runs=runs, next_page_token=token)

    def GetRun(  # noqa: N802
        self, request: pb.GetRunRequest, context: grpc.ServicerContext
    ) -> pb.GetRunResponse:
        """Shows a run."""
        del context
        run_id = _run_id(Fields(), request.run_id)
        with self._store.read() as reading:
            run = reading.runs.get(run_id)
            if run is None:
                raise NotFound("run", str(run_id))
            message = run_message(run, self._running, reading.runs, reading.messages)
        return pb.GetRunResponse(run=message)

    def ListDecisions(  # noqa: N802
        self, request: pb.ListDecisionsRequest, context: grpc.ServicerContext
    ) -> pb.ListDecisionsResponse:
        """Lists what a run grants and withdraws."""
        fields, language = Fields(), language_of(context)
        category = (
            fields.code("category", request.category, CATEGORIES) if request.category else None
        )
        outcome = _one_of(fields, "outcome", request.outcome, _LISTED_OUTCOMES)
        page = page_of(request, fields, self._pages)
        after = _decision_after(page, fields)
        run_id = _run_id(fields, request.run_id)
        with self._store.read() as reading:
            if reading.runs.get(run_id) is None:
                raise NotFound("run", str(run_id))
            found = reading.runs.decisions(run_id, category, outcome, after, page.size + 1)
        decisions, token = page.fitting(
            found, _decision_name, lambda each: decision_message(each, language)
        )
        return pb.ListDecisionsResponse(decisions=decisions, next_page_token=token)

    def ReleaseRun(  # noqa: N802
        self, request: pb.ReleaseRunRequest, context: grpc.ServicerContext
    ) -> pb.ReleaseRunResponse:
        """Releases what was kept back of a run."""
        del context
        decide = self._decided(request.run_id, self._running.release)
        return perform(
            self._store,
            request,
            decide.fields,
            lambda tx: pb.ReleaseRunResponse(run=decide.of(tx)),
            pb.ReleaseRunResponse(),
        )

    def DiscardRun(  # noqa: N802
        self, request: pb.DiscardRunRequest, context: grpc.ServicerContext
    ) -> pb.DiscardRunResponse:
        """Discards what was kept back of a run."""
        del context
        decide = self._decided(request.run_id, self._running.discard)
        return perform(
            self._store,
            request,
            decide.fields,
            lambda tx: pb.DiscardRunResponse(run=decide.of(tx)),
            pb.DiscardRunResponse(),
        )

    def ExplainCategories(  # noqa: N802
        self, request: pb.ExplainCategoriesRequest, context: grpc.ServicerContext
    ) -> pb.ExplainCategoriesResponse:
        """Explains every category of a person."""
        fields, language = Fields(), language_of(context)
        iin, day = fields.iin("iin", request.iin), fields.optional_day(request, "day")
        fields.check()
        assert iin is not None
        explained = self._explaining.explain(iin, day)
        return pb.ExplainCategoriesResponse(
            decisions=(decision_message(each, language) for each in explained.decisions),
            run_id=str(explained.run_id or ""),
        )

    def ListRejectedLines(  # noqa: N802
        self, request: pb.ListRejectedLinesRequest, context: grpc.ServicerContext
    ) -> pb.ListRejectedLinesResponse:
        """Lists rejected lines, the newest first."""
        fields, language = Fields(), language_of(context)
        caller = current_caller.get()
        wanted = fields.code("sender", request.sender, _SENDERS) if request.sender else None
        page = page_of(request, fields, self._pages)
        before = page_uuid(page, fields)
        fields.check()
        if caller.scope is Scope.OWN:
            own = sender_of(caller)
            if wanted not in {None, own}:
                return pb.ListRejectedLinesResponse()  # as if there were none of another
            wanted = own
        with self._store.read() as reading:
            rows = reading.rejections.page(wanted or "", before, page.size + 1)
        lines, token = page.fitting(
            rows, lambda row: row.line.rejection_id, lambda row: _line_message(row, language)
        )
        return pb.ListRejectedLinesResponse(lines=lines, next_page_token=token)

    def _decided(
        self, run_id: str, decide: Callable[[Transaction, UUID, str], KeptRun]
    ) -> _Decided:
        fields = Fields()
        return _Decided(self._running, fields, fields.uuid("run_id", run_id), decide)


@dataclass(frozen=True)
class _Decided:
    """What a supervisor decides about a run."""

    running: Running
    fields: Fields
    run_id: UUID | None
    decide: Callable[[Transaction, UUID, str], KeptRun]

    def of(self, tx: Transaction) -> pb.MatchingRun:
        """The run, after it was decided about."""
        assert self.run_id is not None
        run = self.decide(tx, self.run_id, current_caller.get().text)
        return run_message(run, self.running, tx.runs, tx.messages)


def _run_id(fields: Fields, text: str) -> UUID:
    run_id = fields.uuid("run_id", text)
    fields.check()
    assert run_id is not None
    return run_id


def _one_of(fields: Fields, field: str, number: int, values: Any) -> Any:
    """A value of an enum of the contract, or None where it is unspecified."""
    if number and number not in values:
        fields.fault(field, Reason.CODE_UNKNOWN, number)
    return values.get(number)


def _number_after(page: Page, fields: Fields) -> int | None:
    if page.after and not page.after.isdigit():
        fields.fault("page_token", Reason.TOKEN_INVALID)
        return None
    return int(page.after) if page.after else None


def _decision_name(decision: Decision) -> str:
    return f"{identifier_text(decision.person)} {decision.category}"


def _decision_after(page: Page, fields: Fields) -> tuple[Iin, Category] | None:
    if not page.after:
        return None
    text, _, code = page.after.partition(" ")
    iin = parse_identifier(text)
    if iin is None or code not in CATEGORIES:
        fields.fault("page_token", Reason.TOKEN_INVALID)
        return None
    return iin, CATEGORIES[code]


def _line_message(row: RejectedRow, language: Language) -> pb.RejectedLine:
    message = pb.RejectedLine(
        rejection_id=str(row.line.rejection_id),
        sender=row.feed.sender,
        position=row.line.position,
        record_time=to_timestamp(instant_of(row.revision)),
        violations=field_violations(row.line.violations, language),
    )
    if row.feed.kind is Feed.REPORTS:
        message.report_record.CopyFrom(_read(source_pb.ReportRecord(), row.line.content))
    else:
        read = _read(contribution_pb.ContributionRecord(), row.line.content)
        message.contribution_record.CopyFrom(read)
    return message


def _read(message: Any, content: bytes) -> Any:
    """A line as it was kept; one that cannot be read any more is shown as an empty one."""
    try:
        message.ParseFromString(content)
    except DecodeError:
        message.Clear()
    return message
