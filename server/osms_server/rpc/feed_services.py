"""The services of the senders: categories, payments and rosters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import grpc

from osms.entitlement.v1 import category_service_pb2 as category_pb
from osms.entitlement.v1 import category_service_pb2_grpc as category_grpc
from osms.entitlement.v1 import feed_pb2
from osms.entitlement.v1 import payment_service_pb2 as payment_pb
from osms.entitlement.v1 import payment_service_pb2_grpc as payment_grpc
from osms.entitlement.v1 import roster_service_pb2 as roster_pb
from osms.entitlement.v1 import roster_service_pb2_grpc as roster_grpc
from osms_common.application.acts import Act, ActKind, ActLog
from osms_common.application.clock import Clock
from osms_common.application.feed import FeedRow, FeedSession, FeedStream
from osms_common.domain.codes import FeedKind, System
from osms_common.domain.deliveries import Batch, FeedId
from osms_common.domain.errors import (
    InvalidRequest,
    LimitExceeded,
    NotAllowed,
    SnapshotRefused,
)
from osms_common.domain.revision import instant_of, revision_token
from osms_common.domain.violations import Reason, Violation
from osms_common.rpc.batches import content_of, too_large
from osms_common.rpc.feed_streams import (
    FeedRun,
    LinesOf,
    StreamLimits,
    fitting_outcomes,
    named,
    one_ahead,
    preview_message,
)
from osms_common.rpc.fields import SYSTEMS, Fields, to_timestamp
from osms_common.rpc.identity import current_caller
from osms_common.rpc.interception import language_of
from osms_server.application.categories import CategoryReceiver
from osms_server.application.feed import Receiver, RehearsedFeedStream, store_batch
from osms_server.application.law import Law
from osms_server.application.payments import PaymentReceiver
from osms_server.application.ports import Register
from osms_server.application.previewing import own_facts_of
from osms_server.application.rosters import (
    RosterChangeReceiver,
    SnapshotResult,
    receive_snapshot,
    rehearse_snapshot,
)
from osms_server.domain.records import RosterLine
from osms_server.rpc.convert.records import category_line, is_faulty, payment_line
from osms_server.rpc.convert.rosters import (
    roster_change_line,
    roster_line,
    unknown_around,
    without_texts,
)


@dataclass(frozen=True)
class FeedShape:
    """A kind of feed, the RPC it comes by, and how its records are read."""

    kind: FeedKind
    method: str
    lines: LinesOf[Any]


_CATEGORIES: Final = FeedShape(
    FeedKind.CATEGORY, "PushCategoryUpdates", LinesOf(category_line, is_faulty=is_faulty)
)
_PAYMENTS: Final = FeedShape(FeedKind.PAYMENT, "PushPayments", LinesOf(payment_line))
_CHANGES: Final = FeedShape(
    FeedKind.ROSTER_CHANGE, "PushRosterChanges", LinesOf(roster_change_line, without_texts)
)


@dataclass(frozen=True)
class FeedContext:
    """What the services of the senders work with."""

    register: Register
    clock: Clock
    law: Law
    limits: StreamLimits
    roster_max: tuple[int, int]
    """Lines of a snapshot at the most, and bytes."""
    acts: ActLog

    def run(
        self,
        shape: FeedShape,
        receiver: Receiver[Any],
        context: grpc.ServicerContext,
    ) -> FeedRun[Any]:
        """The run of the caller's feed."""
        caller = current_caller.get()
        feed = FeedId(shape.kind, caller.name)
        act = Act(caller, shape.method, ActKind.CHANGE)

        def open_session(validate_only: bool) -> FeedSession[Any]:  # noqa: FBT001 - the contract's
            if validate_only:
                self.keep_trial(act)
                own = own_facts_of(caller.name, self.law.parameters)
                return RehearsedFeedStream(self.register, self.clock, feed, receiver, own)
            keep = partial(store_batch, receiver=receiver)
            return FeedStream(self.register, feed, keep, act)

        return FeedRun(open_session, shape.lines, self.limits, language_of(context))

    def keep_trial(self, act: Act) -> None:
        """Logs that a push is only tried. RegisterUnavailable: nothing may be told of it."""
        self.acts.keep(act._replace(kind=ActKind.READING, subject="tried, and not stored"))

    def row(self, kind: FeedKind) -> FeedRow:
        """Where the caller's feed goes on."""
        with self.register.read() as reading:
            return reading.feeds.get(FeedId(kind, current_caller.get().name))


class CategoryService(category_grpc.CategoryServiceServicer):
    """Takes in categories and the treaty list."""

    def __init__(self, feeds: FeedContext) -> None:
        self._feeds = feeds

    def PushCategoryUpdates(  # noqa: N802
        self,
        request_iterator: Iterator[category_pb.PushCategoryUpdatesRequest],
        context: grpc.ServicerContext,
    ) -> Iterator[category_pb.PushCategoryUpdatesResponse]:
        """Streams category messages into the register."""
        receiver = CategoryReceiver(self._feeds.law.parameters)
        run = self._feeds.run(_CATEGORIES, receiver, context)
        for answer in run.answers(request_iterator):
            yield category_pb.PushCategoryUpdatesResponse(**named(answer))

    def GetFeedPosition(  # noqa: N802
        self, request: category_pb.GetFeedPositionRequest, context: grpc.ServicerContext
    ) -> category_pb.GetFeedPositionResponse:
        """Reads where the caller's category feed goes on."""
        del request, context
        row = self._feeds.row(FeedKind.CATEGORY)
        return category_pb.GetFeedPositionResponse(
            next_position=row.next_position, message_number_max=row.message_number_max
        )


class PaymentService(payment_grpc.PaymentServiceServicer):
    """Takes in payments and refunds."""

    def __init__(self, feeds: FeedContext) -> None:
        self._feeds = feeds

    def PushPayments(  # noqa: N802
        self,
        request_iterator: Iterator[payment_pb.PushPaymentsRequest],
        context: grpc.ServicerContext,
    ) -> Iterator[payment_pb.PushPaymentsResponse]:
        """Streams payments and refunds into the register."""
        receiver = PaymentReceiver(self._feeds.law.parameters)
        run = self._feeds.run(_PAYMENTS, receiver, context)
        for answer in run.answers(request_iterator):
            yield payment_pb.PushPaymentsResponse(**named(answer))

    def GetPaymentPosition(  # noqa: N802
        self, request: payment_pb.GetPaymentPositionRequest, context: grpc.ServicerContext
    ) -> payment_pb.GetPaymentPositionResponse:
        """Reads where the caller's payment feed goes on."""
        del request, context
        row = self._feeds.row(FeedKind.PAYMENT)
        return payment_pb.GetPaymentPositionResponse(next_position=row.next_position)


class RosterService(roster_grpc.RosterServiceServicer):
    """Takes in roster snapshots and changes of staff."""

    def __init__(self, feeds: FeedContext) -> None:
        self._feeds = feeds

    def PushRoster(  # noqa: N802
        self,
        request_iterator: Iterator[roster_pb.PushRosterRequest],
        context: grpc.ServicerContext,
    ) -> roster_pb.PushRosterResponse:
        """Takes in one snapshot, whole or not at all."""
        upload = SnapshotUpload(self._feeds)
        limits = self._feeds.limits
        for request in one_ahead(request_iterator, limits.stopping, limits.stream_idle_seconds):
            upload.take(request)
        result = upload.finish()
        if result.violations:
            raise SnapshotRefused(result.violations, _line_violations(result))
        return snapshot_message(result, context, self._feeds.limits.ack_bytes_max)

    def PushRosterChanges(  # noqa: N802
        self,
        request_iterator: Iterator[roster_pb.PushRosterChangesRequest],
        context: grpc.ServicerContext,
    ) -> Iterator[roster_pb.PushRosterChangesResponse]:
        """Streams changes of staff into the register."""
        receiver = RosterChangeReceiver(self._feeds.law.parameters)
        run = self._feeds.run(_CHANGES, receiver, context)
        for answer in run.answers(request_iterator):
            yield roster_pb.PushRosterChangesResponse(**named(answer))

    def GetRosterChangePosition(  # noqa: N802
        self,
        request: roster_pb.GetRosterChangePositionRequest,
        context: grpc.ServicerContext,
    ) -> roster_pb.GetRosterChangePositionResponse:
        """Reads where the caller's feed of changes goes on."""
        del request, context
        row = self._feeds.row(FeedKind.ROSTER_CHANGE)
        return roster_pb.GetRosterChangePositionResponse(next_position=row.next_position)


class SnapshotUpload:
    """
    One snapshot, until the sender has ended the stream.

    Of each line only the person is gathered, and of a bad one what was sent.
    """

    def __init__(self, feeds: FeedContext) -> None:
        self._feeds = feeds
        self._opening: roster_pb.RosterOpening | None = None
        self._lines: list[RosterLine] = []
        self._bad: dict[int, bytes] = {}
        self._bytes = 0

    def take(self, request: roster_pb.PushRosterRequest) -> None:
        """Takes the opening, once and first, or lines."""
        self._bytes += request.ByteSize()
        lines_max, bytes_max = self._feeds.roster_max
        _check_limit("roster_bytes_max", bytes_max, self._bytes)
        if unknown := unknown_around(request):
            raise InvalidRequest(unknown)
        part = request.WhichOneof("message")
        expected = "opening" if self._opening is None else "lines"
        if part != expected:
            raise InvalidRequest((Violation("message", Reason.OUT_OF_ORDER, expected),))
        if part == "opening":
            self._opening = request.opening
            _check_limit("roster_lines_max", lines_max, request.opening.line_count)
        else:
            count = len(self._lines) + len(request.lines.lines)
            _check_limit("roster_lines_max", lines_max, count)
            self._take_lines(request.lines.lines)

    def _take_lines(self, lines: Iterable[roster_pb.RosterLine]) -> None:
        bytes_max = self._feeds.limits.record_bytes_max
        for message in lines:
            line = roster_line(message)
            if line.violations:
                size = message.ByteSize()
                line = line._replace(
                    violations=too_large("record", size, bytes_max) or line.violations
                )
                self._bad[len(self._lines)] = content_of(without_texts(message), bytes_max)
            self._lines.append(line)

    def finish(self) -> SnapshotResult:
        """Applies, holds or refuses the snapshot."""
        if self._opening is None:
            raise InvalidRequest((Violation("message", Reason.OUT_OF_ORDER, "opening"),))
        fields = Fields("opening.")
        snapshot_id = fields.uuid("snapshot_id", self._opening.snapshot_id)
        body = fields.code("body", self._opening.body, SYSTEMS)
        counted = f"{self._opening.line_count} != {len(self._lines)}"
        if self._opening.line_count != len(self._lines):
            fields.fault("line_count", Reason.LINE_COUNT_DIFFERS, counted)
        fields.check()
        assert snapshot_id is not None
        assert body is not None
        _must_be_own(body)
        feeds, act = self._feeds, Act(current_caller.get(), "PushRoster", ActKind.CHANGE)
        if self._opening.validate_only:
            feeds.keep_trial(act)
            return rehearse_snapshot(feeds.register, feeds.law, body, snapshot_id, self._batch())
        return receive_snapshot(feeds.register, feeds.law, body, snapshot_id, self._batch(), act)

    def _batch(self) -> Batch[RosterLine]:
        return Batch(1, self._lines, self._bad.__getitem__)


def _check_limit(setting: str, allowed: int, value: int) -> None:
    if value > allowed:
        raise LimitExceeded(setting, allowed, value)


def _line_violations(result: SnapshotResult) -> tuple[Violation, ...]:
    return tuple(
        violation._replace(field=f"lines[{line.position - 1}].{violation.field}")
        for line in result.rejected_lines
        for violation in line.violations
    )


def _must_be_own(body: System) -> None:
    if body != current_caller.get().name:
        raise NotAllowed("send the roster of another body", f"body/{body}")


def snapshot_message(
    result: SnapshotResult, context: grpc.ServicerContext, bytes_max: int
) -> roster_pb.PushRosterResponse:
    """What became of a snapshot, for the contract, with lines of *bytes_max* at the most."""
    row = result.row
    rejected = fitting_outcomes(result.rejected_lines, language_of(context), bytes_max)
    message = roster_pb.PushRosterResponse(
        outcome=feed_pb2.Outcome.ValueType(result.outcome),
        revision=revision_token(row.revision or row.arrived),
        arrival_time=to_timestamp(instant_of(row.arrived)),
        entered_count=row.entered_count,
        left_count=row.left_count,
        unchanged_count=row.unchanged_count,
        held_batch_id=str(row.held_batch_id) if row.held_batch_id else "",
        rejected_lines=rejected,
        rejected_lines_left_out_count=len(result.rejected_lines) - len(rejected),
    )
    if result.preview is not None:
        message.preview.CopyFrom(preview_message(result.preview))
    return message
