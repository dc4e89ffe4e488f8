"""Feeds and rosters: what senders tell the register."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from osms.entitlement.v1 import (
    category_service_pb2,
    feed_pb2,
    payment_service_pb2,
    roster_service_pb2,
)
from osms_client import _reading, _writing, values
from osms_client._line import Line
from osms_client.feeds import FeedPush, new_request_id
from osms_client.records import (
    CategoryMessage,
    PaymentMessage,
    RosterChangeMessage,
    RosterLine,
)

_LINES_A_MESSAGE: Final = 5_000


class Sending(Line):
    """
    Sends records and rosters.

    Whatever is sent with *validate_only* is judged and answered as if it were stored, and nothing
    is stored; the answer tells how many people would gain or lose days of the right.
    """

    def category_feed(self, *, validate_only: bool = False) -> FeedPush[CategoryMessage]:
        """The feed of categories and treaty listings; use it in a `with` block."""
        return FeedPush(
            self._connection,
            self._categories.PushCategoryUpdates,
            category_service_pb2.PushCategoryUpdatesRequest(opening=_opening(validate_only)),
            lambda first, records: category_service_pb2.PushCategoryUpdatesRequest(
                batch=category_service_pb2.CategoryBatch(
                    first_position=first, records=map(_writing.category_record, records)
                )
            ),
            validate_only=validate_only,
        )

    def payment_feed(self, *, validate_only: bool = False) -> FeedPush[PaymentMessage]:
        """The feed of payments and refunds; use it in a `with` block."""
        return FeedPush(
            self._connection,
            self._payments.PushPayments,
            payment_service_pb2.PushPaymentsRequest(opening=_opening(validate_only)),
            lambda first, records: payment_service_pb2.PushPaymentsRequest(
                batch=payment_service_pb2.PaymentBatch(
                    first_position=first, records=map(_writing.payment_record, records)
                )
            ),
            validate_only=validate_only,
        )

    def roster_change_feed(self, *, validate_only: bool = False) -> FeedPush[RosterChangeMessage]:
        """The caller's feed of changes of staff; use it in a `with` block."""
        return FeedPush(
            self._connection,
            self._rosters.PushRosterChanges,
            roster_service_pb2.PushRosterChangesRequest(opening=_opening(validate_only)),
            lambda first, records: roster_service_pb2.PushRosterChangesRequest(
                batch=roster_service_pb2.RosterChangeBatch(
                    first_position=first, records=map(_writing.roster_change_record, records)
                )
            ),
            validate_only=validate_only,
        )

    def category_position(self) -> int:
        """Where the caller's feed of categories goes on."""
        request = category_service_pb2.GetFeedPositionRequest()
        response = self._connection.call(self._categories.GetFeedPosition, request)
        return response.next_position

    def category_message_number(self) -> int:
        """The highest number of a message in the caller's feed of categories; 0 without any."""
        request = category_service_pb2.GetFeedPositionRequest()
        response = self._connection.call(self._categories.GetFeedPosition, request)
        return response.message_number_max

    def payment_position(self) -> int:
        """Where the caller's feed of payments goes on."""
        request = payment_service_pb2.GetPaymentPositionRequest()
        response = self._connection.call(self._payments.GetPaymentPosition, request)
        return response.next_position

    def roster_change_position(self) -> int:
        """Where the caller's feed of changes of staff goes on."""
        request = roster_service_pb2.GetRosterChangePositionRequest()
        response = self._connection.call(self._rosters.GetRosterChangePosition, request)
        return response.next_position

    def push_roster(
        self,
        body: str,
        lines: Sequence[RosterLine],
        *,
        snapshot_id: str = "",
        validate_only: bool = False,
    ) -> values.SnapshotResult:
        """Sends the full list of a body; the same *snapshot_id* is safe to send again."""
        opening = roster_service_pb2.RosterOpening(
            snapshot_id=snapshot_id or new_request_id(),
            body=body,
            line_count=len(lines),
            validate_only=validate_only,
        )
        response = self._connection.call(
            self._rosters.PushRoster,
            _roster_requests(opening, lines),
            timeout=self._idle_timeout,
            repeat=False,
        )
        return _reading.snapshot_result(response)


def _opening(validate_only: bool) -> feed_pb2.FeedOpening:  # noqa: FBT001
    return feed_pb2.FeedOpening(validate_only=validate_only)


def _roster_requests(
    opening: roster_service_pb2.RosterOpening, lines: Sequence[RosterLine]
) -> Iterator[roster_service_pb2.PushRosterRequest]:
    yield roster_service_pb2.PushRosterRequest(opening=opening)
    for start in range(0, len(lines), _LINES_A_MESSAGE):
        part = lines[start : start + _LINES_A_MESSAGE]
        yield roster_service_pb2.PushRosterRequest(
            lines=roster_service_pb2.RosterLines(lines=map(_writing.roster_line, part))
        )
