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

    def accesses(self, iin: str) -> Iterator[values.Access]:
        """Who asked about a person, newest first."""
        request = operations_service_pb2.ListAccessRequest(iin=iin)
        for response in self._pages(self._operations.ListAccess, request):
            yield from map(_reading.access, response.accesses)
