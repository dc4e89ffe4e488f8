"""The repair queue: lines that were rejected, and what is done with them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from osms.entitlement.v1 import feed_pb2, operations_service_pb2
from osms_client import _reading, _writing, values
from osms_client._line import Line
from osms_client.feeds import new_request_id
from osms_client.records import (
    CategoryAssigned,
    CategoryRemoved,
    Correction,
    Payment,
    PaymentRefunded,
)


class Repairing(Line):
    """Lists, shows, counts, corrects and closes rejected lines."""

    def rejections(
        self, *, feed: str = "", sender: str = "", state: str = "", reason: str = ""
    ) -> Iterator[values.Rejection]:
        """The repair queue, newest first; *feed* and *state* by name, such as `OPEN`."""
        request = operations_service_pb2.ListRejectionsRequest(
            feed_kind=feed_pb2.FeedKind.Value(f"FEED_KIND_{feed or 'UNSPECIFIED'}"),
            sender=sender,
            state=_state(state),
            reason=reason,
        )
        for response in self._pages(self._operations.ListRejections, request):
            yield from map(_reading.rejection, response.rejections)

    def resubmit(
        self,
        rejection_id: str,
        record: Correction,
        *,
        request_id: str = "",
    ) -> values.RecordOutcome:
        """Sends a rejected line again, corrected."""
        request = operations_service_pb2.ResubmitRejectionRequest(
            request_id=request_id or new_request_id(),
            rejection_id=rejection_id,
            **_line(record),
        )
        response = self._connection.call(self._operations.ResubmitRejection, request)
        return _reading.record_outcome(response.outcome)

    def rejection(self, rejection_id: str) -> values.RejectionHistory:
        """A rejected line, with every attempt to correct it, and how it was closed."""
        request = operations_service_pb2.GetRejectionRequest(rejection_id=rejection_id)
        response = self._connection.call(self._operations.GetRejection, request)
        return _reading.rejection_history(response)

    def close_rejection(
        self, rejection_id: str, reason: str, *, request_id: str = ""
    ) -> values.Rejection:
        """Closes a rejected line that will not be sent again."""
        request = operations_service_pb2.CloseRejectionRequest(
            request_id=request_id or new_request_id(), rejection_id=rejection_id, reason=reason
        )
        response = self._connection.call(self._operations.CloseRejection, request)
        return _reading.rejection(response.rejection)

    def rejection_counts(self, *, state: str = "") -> list[values.RejectionCount]:
        """How many lines were rejected, by sender, kind of feed, state and reason."""
        request = operations_service_pb2.CountRejectionsRequest(state=_state(state))
        response = self._connection.call(self._operations.CountRejections, request)
        return [_reading.rejection_count(each) for each in response.counts]


def _state(name: str) -> operations_service_pb2.RejectionState.ValueType:
    """A state by its name; unspecified where there is none."""
    return operations_service_pb2.RejectionState.Value(f"REJECTION_STATE_{name or 'UNSPECIFIED'}")


def _line(record: Correction) -> dict[str, Any]:
    """A corrected line under the name that its kind of feed has for it."""
    if isinstance(record, CategoryAssigned | CategoryRemoved):
        return {"category_record": _writing.category_record(record)}
    if isinstance(record, Payment | PaymentRefunded):
        return {"payment_record": _writing.payment_record(record)}
    return {"roster_change_record": _writing.roster_change_record(record)}
