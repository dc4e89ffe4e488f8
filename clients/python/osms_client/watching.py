"""The Fund watches: whether the senders are on time, and who asked about a person."""

from __future__ import annotations

from collections.abc import Iterator

from osms.entitlement.v1 import operations_service_pb2
from osms_client import _reading, values
from osms_client._line import Line


class Watching(Line):
    """Lists what the senders owe, and who asked about a person."""

    def feeds(self) -> list[values.FeedStatus]:
        """Every feed: what arrived last, what is due when, on time or late."""
        request = operations_service_pb2.ListFeedsRequest()
        response = self._connection.call(self._operations.ListFeeds, request)
        return [_reading.feed_status(each) for each in response.feeds]

    def accesses(self, iin: str = "", *, receipt_id: str = "") -> Iterator[values.Access]:
        """Who asked about a person, newest first, or the answer that a receipt is about."""
        request = operations_service_pb2.ListAccessRequest(iin=iin, receipt_id=receipt_id)
        for response in self._pages(self._operations.ListAccess, request):
            yield from map(_reading.access, response.accesses)
