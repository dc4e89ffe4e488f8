"""The service of those who audit: the log of acts, certificates of callers, and exports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import grpc
from google.protobuf.json_format import MessageToJson, SerializeToJsonError
from google.protobuf.message import DecodeError
from google.protobuf.message_factory import GetMessageClass

from osms.entitlement.v1 import (
    audit_service_pb2,
    category_service_pb2,
    consumer_service_pb2,
    entitlement_service_pb2,
    operations_service_pb2,
    payment_service_pb2,
    roster_service_pb2,
)
from osms.entitlement.v1 import audit_service_pb2 as pb
from osms.entitlement.v1 import audit_service_pb2_grpc as pb_grpc
from osms_common.application.acts import ActFilter, ActKind, ActRow, ExportedLink, LogName
from osms_common.application.clock import Clock
from osms_common.application.slots import Room
from osms_common.domain.errors import Busy, NotFound
from osms_common.domain.identifiers import identifier_text
from osms_common.domain.revision import revision_token
from osms_common.domain.violations import Reason
from osms_common.rpc.fields import Fields, to_timestamp
from osms_common.rpc.pages import Page, PageLimits, page_of
from osms_server.application.ports import Register

_BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FINGERPRINT_LENGTH: Final = 64
_ONE_SECOND: Final = timedelta(seconds=1)

_REQUESTS: Final[dict[str, Any]] = {
    method.name: GetMessageClass(method.input_type)
    for file in (
        audit_service_pb2,
        category_service_pb2,
        consumer_service_pb2,
        entitlement_service_pb2,
        operations_service_pb2,
        payment_service_pb2,
        roster_service_pb2,
    )
    for service in file.DESCRIPTOR.services_by_name.values()
    for method in service.methods
}
"""The requests of all RPCs, by the name of the RPC, which is unique among all services."""


@dataclass(frozen=True)
class ExportLimits:
    """
    So many exports at once, and so many bytes in a message.

    The clocks of servers differ by no more than *settled*; None where one clock stands still.
    """

    exports: Room
    bytes_max: int
    settled: timedelta | None


class AuditService(pb_grpc.AuditServiceServicer):
    """Shows the logs."""

    def __init__(
        self, register: Register, clock: Clock, pages: PageLimits, limits: ExportLimits
    ) -> None:
        self._register = register
        self._clock = clock
        self._pages = pages
        self._limits = limits

    def ListAuditEntries(  # noqa: N802
        self, request: pb.ListAuditEntriesRequest, context: grpc.ServicerContext
    ) -> pb.ListAuditEntriesResponse:
        """Lists acts, newest first."""
        del context
        fields = Fields()
        wanted = ActFilter(
            fields.text("caller", request.caller),
            fields.text("method", request.method),
            fields.optional_enum("kind", request.kind, ActKind),
            fields.iin("iin", request.iin) if request.iin else None,
            fields.optional_instant(request, "start_time"),
            fields.optional_instant(request, "end_time"),
        )
        page = page_of(request, fields, self._pages)
        before = _place_of(page, fields)
        fields.check()
        with self._register.read() as reading:
            rows = reading.acts.page(wanted, page.size + 1, before)
        entries, token = page.fitting(rows, _place_text, _entry_message)
        return pb.ListAuditEntriesResponse(entries=entries, next_page_token=token)

    def GetCallerCertificate(  # noqa: N802
        self, request: pb.GetCallerCertificateRequest, context: grpc.ServicerContext
    ) -> pb.GetCallerCertificateResponse:
        """Reads a certificate that a caller has shown."""
        del context
        fields = Fields()
        fingerprint = fields.text("fingerprint", request.fingerprint, required=True)
        fields.check()
        with self._register.read() as reading:
            found = reading.acts.certificate(fingerprint.lower())
        if found is None:
            raise NotFound("certificate", fingerprint[:_FINGERPRINT_LENGTH])
        pem, record_time = found
        return pb.GetCallerCertificateResponse(
            certificate_pem=pem, record_time=to_timestamp(record_time)
        )

    def ExportLog(  # noqa: N802
        self, request: pb.ExportLogRequest, context: grpc.ServicerContext
    ) -> Iterator[pb.ExportLogResponse]:
        """Exports the logs as they are chained; what is wrong with the request is told at once."""
        del context
        fields = Fields()
        wanted = fields.optional_enum("log", request.log, LogName)
        since = fields.optional_instant(request, "start_time") or _BEGINNING
        until = fields.optional_instant(request, "end_time")
        fields.check()
        return self._exported(wanted, since, until)

    def _exported(
        self, wanted: LogName | None, since: datetime, until: datetime | None
    ) -> Iterator[pb.ExportLogResponse]:
        with self._limits.exports.place(Busy):
            complete = self._complete()
            until = min(until or complete, complete)
            with (
                self._register.read() as reading,
                closing(reading.acts.exported(wanted, since, until)) as links,
            ):
                for part in _in_parts(map(_link_message, links), self._limits.bytes_max):
                    yield pb.ExportLogResponse(links=part)
        yield pb.ExportLogResponse(complete_time=to_timestamp(until))

    def _complete(self) -> datetime:
        """The instant before which whoever reads the logs from now on finds all entries."""
        if self._limits.settled is None:
            return self._clock.now() + _ONE_SECOND
        with self._register.read() as reading:
            return self._clock.now() - self._limits.settled - reading.acts.under_way()


def _in_parts(links: Iterable[pb.LogLink], bytes_max: int) -> Iterator[list[pb.LogLink]]:
    """The links in messages of about so many bytes, each with one at least."""
    part: list[pb.LogLink] = []
    left = bytes_max
    for link in links:
        part.append(link)
        left -= link.ByteSize()
        if left < 0:
            yield part
            part, left = [], bytes_max
    if part:
        yield part


def _entry_message(row: ActRow) -> pb.AuditEntry:
    return pb.AuditEntry(
        writer_id=str(row.writer),
        sequence=row.sequence,
        record_time=to_timestamp(row.record_time),
        caller=row.caller,
        certificate_fingerprint=row.certificate,
        method=row.method,
        kind=pb.AuditEntryKind.ValueType(row.kind),
        outcome=row.outcome,
        subject=row.subject,
        revision="" if row.revision is None else revision_token(row.revision),
        iins=map(identifier_text, row.iins),
        request_json=_request_json(row),
    )


def _request_json(row: ActRow) -> str:
    """The request as JSON; empty where none was kept, or this version cannot read it."""
    if not row.request or row.method not in _REQUESTS:
        return ""
    request = _REQUESTS[row.method]()
    try:
        request.ParseFromString(row.request)
        return MessageToJson(request, indent=None, ensure_ascii=False)
    except (DecodeError, SerializeToJsonError, ValueError):
        return ""


def _link_message(link: ExportedLink) -> pb.LogLink:
    return pb.LogLink(
        log=pb.LogName.ValueType(link.log),
        writer_id=str(link.writer),
        first_sequence=link.first,
        last_sequence=link.last,
        fields=[pb.LogField(name=name, value=value) for name, value in link.fields],
        chain=link.chain,
        chain_before=link.chain_before,
    )


def _place_text(row: ActRow) -> str:
    return f"{row.record_time.astimezone(UTC).isoformat()} {row.writer} {row.sequence}"


def _place_of(page: Page, fields: Fields) -> tuple[datetime, UUID, int] | None:
    """The place after which a page begins."""
    if not page.after:
        return None
    try:
        instant, writer, sequence = page.after.split(" ")
        return datetime.fromisoformat(instant), UUID(writer), int(sequence)
    except ValueError:
        fields.fault("page_token", Reason.TOKEN_INVALID)
        return None
