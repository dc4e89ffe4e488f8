"""The services of the senders: reports of sources, and contributions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import grpc

from osms.matching.v1 import contribution_service_pb2 as contribution_pb
from osms.matching.v1 import contribution_service_pb2_grpc as contribution_grpc
from osms.matching.v1 import source_service_pb2 as source_pb
from osms.matching.v1 import source_service_pb2_grpc as source_grpc
from osms_common.application.acts import Act, ActKind, ActLog
from osms_common.application.callers import Caller
from osms_common.application.clock import Clock
from osms_common.application.feed import FeedSession, FeedStream
from osms_common.domain.codes import Role, System
from osms_common.domain.deliveries import FeedId
from osms_common.rpc.feed_streams import FeedRun, LinesOf, StreamLimits, named
from osms_common.rpc.identity import current_caller
from osms_common.rpc.interception import language_of
from osms_matching.application.ports import Feed, MatchingStore
from osms_matching.application.receiving import (
    ContributionReceiver,
    Receiver,
    ReportReceiver,
    store_batch,
)
from osms_matching.application.trying import TriedStream
from osms_matching.rpc.contributions import contribution_line
from osms_matching.rpc.reports import report_line


def sender_of(caller: Caller) -> System:
    """The system that a caller is; a source has no other name than that of its system."""
    if caller.role is Role.STATE_CORPORATION:
        return System.STATE_CORPORATION
    return System(caller.name)


@dataclass(frozen=True)
class Feeds:
    """What the services of the senders work with."""

    store: MatchingStore
    clock: Clock
    limits: StreamLimits
    tried_records_max: int
    """Records that one connection may only try."""
    acts: ActLog

    def run(
        self,
        kind: Feed,
        method: str,
        lines: LinesOf[Any],
        receiver: Receiver[Any],
        context: grpc.ServicerContext,
    ) -> FeedRun[Any]:
        """The run of the caller's feed."""
        caller = current_caller.get()
        feed = FeedId(kind, sender_of(caller).value)
        act = Act(caller, method, ActKind.CHANGE)

        def open_session(validate_only: bool) -> FeedSession[Any]:  # noqa: FBT001 - the contract's
            if validate_only:
                tried = act._replace(kind=ActKind.READING, subject="tried, and not stored")
                self.acts.keep(tried)
                return TriedStream(self.store, self.clock, feed, receiver, self.tried_records_max)
            return FeedStream(self.store, feed, partial(store_batch, receiver=receiver), act)

        return FeedRun(open_session, lines, self.limits, language_of(context))

    def position(self, kind: Feed) -> int:
        """Where the caller's feed goes on."""
        with self.store.read() as reading:
            feed = FeedId(kind, sender_of(current_caller.get()).value)
            return reading.feeds.get(feed).next_position


class SourceService(source_grpc.SourceServiceServicer):
    """Takes in what source systems report."""

    def __init__(self, feeds: Feeds) -> None:
        self._feeds = feeds

    def PushReports(  # noqa: N802
        self,
        request_iterator: Iterator[source_pb.PushReportsRequest],
        context: grpc.ServicerContext,
    ) -> Iterator[source_pb.PushReportsResponse]:
        """Streams reports into the matching."""
        lines = LinesOf(partial(report_line, sender_of(current_caller.get())))
        run = self._feeds.run(Feed.REPORTS, "PushReports", lines, ReportReceiver(), context)
        for answer in run.answers(request_iterator):
            yield source_pb.PushReportsResponse(**named(answer))

    def GetReportPosition(  # noqa: N802
        self, request: source_pb.GetReportPositionRequest, context: grpc.ServicerContext
    ) -> source_pb.GetReportPositionResponse:
        """Reads where the caller's feed of reports goes on."""
        del request, context
        position = self._feeds.position(Feed.REPORTS)
        return source_pb.GetReportPositionResponse(next_position=position)


class ContributionService(contribution_grpc.ContributionServiceServicer):
    """Takes in contributions and refunds."""

    def __init__(self, feeds: Feeds) -> None:
        self._feeds = feeds

    def PushContributions(  # noqa: N802
        self,
        request_iterator: Iterator[contribution_pb.PushContributionsRequest],
        context: grpc.ServicerContext,
    ) -> Iterator[contribution_pb.PushContributionsResponse]:
        """Streams contributions and refunds into the matching."""
        run = self._feeds.run(
            Feed.CONTRIBUTIONS,
            "PushContributions",
            LinesOf(contribution_line),
            ContributionReceiver(),
            context,
        )
        for answer in run.answers(request_iterator):
            yield contribution_pb.PushContributionsResponse(**named(answer))

    def GetContributionPosition(  # noqa: N802
        self,
        request: contribution_pb.GetContributionPositionRequest,
        context: grpc.ServicerContext,
    ) -> contribution_pb.GetContributionPositionResponse:
        """Reads where the caller's feed of contributions goes on."""
        del request, context
        position = self._feeds.position(Feed.CONTRIBUTIONS)
        return contribution_pb.GetContributionPositionResponse(next_position=position)
