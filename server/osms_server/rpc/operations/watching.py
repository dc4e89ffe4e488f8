"""The timeliness of the senders, and who asked about a person."""

from __future__ import annotations

from datetime import datetime

import grpc

from osms.entitlement.v1 import operations_service_pb2 as pb
from osms_common.domain.calendar import almaty_day
from osms_common.rpc.fields import Fields, to_timestamp
from osms_common.rpc.pages import page_of, page_uuid
from osms_server.application.timeliness import feed_statuses
from osms_server.rpc.convert import operations as convert
from osms_server.rpc.operations.parts import Part


class WatchingPart(Part):
    """Lists feeds and accesses."""

    def ListFeeds(  # noqa: N802
        self, request: pb.ListFeedsRequest, context: grpc.ServicerContext
    ) -> pb.ListFeedsResponse:
        """Lists every feed: what arrived last, what is due when, on time or late."""
        del request, context
        now: datetime = self._clock.now()
        with self._register.read() as reading:
            statuses = feed_statuses(
                reading, self._mutations.law.parameters, almaty_day(now), self._is_working_day
            )
        return pb.ListFeedsResponse(
            feeds=[convert.feed_status_message(status) for status in statuses],
            read_time=to_timestamp(now),
        )

    def ListAccess(  # noqa: N802
        self, request: pb.ListAccessRequest, context: grpc.ServicerContext
    ) -> pb.ListAccessResponse:
        """Lists who asked about a person, newest first, or finds the answer of a receipt."""
        del context
        fields = Fields()
        receipt = fields.uuid("receipt_id", request.receipt_id) if request.receipt_id else None
        iin = fields.iin("iin", request.iin) if request.iin or not request.receipt_id else None
        page = page_of(request, fields, self._pages)
        before = page_uuid(page, fields)
        fields.check()
        with self._register.read() as reading:
            rows = reading.access.page(iin, receipt, page.size + 1, before)
        shown, token = page.cut(rows, lambda row: row.receipt_id)
        return pb.ListAccessResponse(
            accesses=[convert.access_message(row) for row in shown], next_page_token=token
        )
