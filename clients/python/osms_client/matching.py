"""The client of the matching, which forms the categories: what sources tell it, and its runs."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date
from typing import Final

from osms.entitlement.v1 import feed_pb2
from osms.matching.v1 import contribution_service_pb2 as contribution_pb
from osms.matching.v1 import contribution_service_pb2_grpc as contribution_grpc
from osms.matching.v1 import matching_service_pb2 as pb
from osms.matching.v1 import matching_service_pb2_grpc as matching_grpc
from osms.matching.v1 import source_service_pb2 as source_pb
from osms.matching.v1 import source_service_pb2_grpc as source_grpc
from osms_client import _formed, _writing, forming, telling
from osms_client._line import Connected
from osms_client.backoff import Randomness
from osms_client.connection import Addresses, Connection, Credentials, Deadlines
from osms_client.feeds import FeedPush, new_request_id
from osms_client.reports import ContributionMessage, ReportMessage

TIMEOUT: Final = 10.0
IDLE_TIMEOUT: Final = 120.0


class MatchingClient(Connected):
    """
    A client of the matching whose servers are at *addresses*, as whom *credentials* name.

    Addresses, deadlines, languages and repetitions are as those of `OsmsClient`. Everything can
    raise `OsmsError`.
    """

    def __init__(
        self,
        addresses: Addresses,
        credentials: Credentials,
        *,
        timeout: float = TIMEOUT,
        idle_timeout: float = IDLE_TIMEOUT,
        language: str = "",
        randomness: Randomness = random.random,
    ) -> None:
        deadlines = Deadlines(timeout, timeout, idle_timeout)
        super().__init__(
            Connection(addresses, credentials, deadlines, language=language, randomness=randomness)
        )
        self._sources = source_grpc.SourceServiceStub(self._channel)
        self._contributions = contribution_grpc.ContributionServiceStub(self._channel)
        self._matching = matching_grpc.MatchingServiceStub(self._channel)

    def reports_feed(self, *, validate_only: bool = False) -> FeedPush[ReportMessage]:
        """
        The caller's feed of reports; use it in a `with` block.

        With *validate_only* they are judged as if they were stored, and nothing is stored.
        """
        return FeedPush(
            self._connection,
            self._sources.PushReports,
            source_pb.PushReportsRequest(
                opening=feed_pb2.FeedOpening(validate_only=validate_only)
            ),
            lambda first, records: source_pb.PushReportsRequest(
                batch=source_pb.ReportBatch(
                    first_position=first, records=map(telling.report_record, records)
                )
            ),
            validate_only=validate_only,
        )

    def contributions_feed(self, *, validate_only: bool = False) -> FeedPush[ContributionMessage]:
        """The feed of contributions and refunds, as `reports_feed`."""
        return FeedPush(
            self._connection,
            self._contributions.PushContributions,
            contribution_pb.PushContributionsRequest(
                opening=feed_pb2.FeedOpening(validate_only=validate_only)
            ),
            lambda first, records: contribution_pb.PushContributionsRequest(
                batch=contribution_pb.ContributionBatch(
                    first_position=first, records=map(telling.contribution_record, records)
                )
            ),
            validate_only=validate_only,
        )

    def report_position(self) -> int:
        """Where the caller's feed of reports goes on."""
        request = source_pb.GetReportPositionRequest()
        return self._connection.call(self._sources.GetReportPosition, request).next_position

    def contribution_position(self) -> int:
        """Where the feed of contributions goes on."""
        request = contribution_pb.GetContributionPositionRequest()
        response = self._connection.call(self._contributions.GetContributionPosition, request)
        return response.next_position

    def runs(self, *, state: str = "") -> Iterator[forming.MatchingRun]:
        """The runs, newest first; only those in a *state*, such as `STOPPED`, if one is given."""
        request = pb.ListRunsRequest(
            state=pb.RunState.Value(f"RUN_STATE_{state or 'UNSPECIFIED'}")
        )
        for response in self._pages(self._matching.ListRuns, request):
            yield from map(_formed.run, response.runs)

    def run(self, run_id: str) -> forming.MatchingRun:
        """A run. NotFound: there is none with this id."""
        request = pb.GetRunRequest(run_id=run_id)
        return _formed.run(self._connection.call(self._matching.GetRun, request).run)

    def decisions(
        self, run_id: str, *, category: str = "", outcome: str = ""
    ) -> Iterator[forming.CategoryDecision]:
        """
        What a run grants and withdraws, in order of person and category.

        Only of one *category*, or with one *outcome*, `GRANTED` or `WITHDRAWN`, if it is given.
        """
        request = pb.ListDecisionsRequest(
            run_id=run_id,
            category=category,
            outcome=pb.DecisionOutcome.Value(f"DECISION_OUTCOME_{outcome or 'UNSPECIFIED'}"),
        )
        for response in self._pages(self._matching.ListDecisions, request):
            yield from map(_formed.decision, response.decisions)

    def release(self, run_id: str, *, request_id: str = "") -> forming.MatchingRun:
        """
        Releases a run that a guard against mass removals has stopped.

        Refused: it is not stopped. NotAllowed: the caller has begun it, or is no supervisor.
        """
        request = pb.ReleaseRunRequest(request_id=request_id or new_request_id(), run_id=run_id)
        return _formed.run(self._connection.call(self._matching.ReleaseRun, request).run)

    def discard(self, run_id: str, *, request_id: str = "") -> forming.MatchingRun:
        """Discards a run that is stopped: nothing of it is ever sent. Refused: it is not."""
        request = pb.DiscardRunRequest(request_id=request_id or new_request_id(), run_id=run_id)
        return _formed.run(self._connection.call(self._matching.DiscardRun, request).run)

    def explain(self, iin: str, day: date | None = None) -> forming.CategoryExplanation:
        """Why a person has or has not which category on a day; today where none is given."""
        request = pb.ExplainCategoriesRequest(
            iin=iin, day=None if day is None else _writing.day(day)
        )
        response = self._connection.call(self._matching.ExplainCategories, request)
        return _formed.explanation(response)

    def rejected_lines(self, *, sender: str = "") -> Iterator[forming.RejectedLine]:
        """Lines that were rejected, newest first; a sender sees its own."""
        request = pb.ListRejectedLinesRequest(sender=sender)
        for response in self._pages(self._matching.ListRejectedLines, request):
            yield from map(_formed.rejected_line, response.lines)
