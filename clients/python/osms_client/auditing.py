"""Auditors: the log of acts, certificates of callers, and exports of both logs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Any

from osms.entitlement.v1 import audit_service_pb2 as pb
from osms_client import _reading, _writing, values
from osms_client._line import Line
from osms_client.connection import Connection
from osms_client.effort import ROUNDS_OF_A_CALL
from osms_client.errors import OsmsError
from osms_client.feeds import next_response, stream_ended
from osms_client.logs import LogLink


class LogExport:
    """
    An export: its links as they come, and once they have all come, how far it is complete.

    `osms_client.logs` writes them into a file that anybody can verify. What begins is one state of
    the logs, so an export that is cut is no part of another; it has to be asked for anew.
    CannotTell: nobody exports, or nothing came for too long.
    """

    def __init__(self, connection: Connection, method: Any, request: pb.ExportLogRequest) -> None:
        self._connection = connection
        self._method = method
        self._request = request
        self.complete_time: datetime | None = None
        """The instant before which the export has all entries, and where the next one begins."""

    def __iter__(self) -> Iterator[LogLink]:
        """The links, log by log, in the order in which they were written."""
        self.complete_time = None
        call, response = self._begun()
        try:
            while response is not None:
                yield from map(_reading.log_link, response.links)
                self.complete_time = _reading.optional_instant(response, "complete_time")
                response = next_response(call, self._connection.deadlines.idle)
        finally:
            call.cancel()
        if self.complete_time is None:
            raise stream_ended()

    def _begun(self) -> tuple[Any, Any]:
        """The call to a server that exports, and its first message."""
        effort = self._connection.effort(self._connection.deadlines.idle, rounds=ROUNDS_OF_A_CALL)
        while True:
            server = effort.next_server()
            call = self._method.at(server)(self._request)
            try:
                response = next_response(call, effort.seconds_for(server))
            except OsmsError as error:
                call.cancel()
                effort.failed(server, error)
            else:
                server.answered()
                return call, response


class Auditing(Line):
    """Reads what was done, by whom and by which certificate; nothing can be changed by it."""

    def audit_entries(
        self,
        *,
        caller: str = "",
        method: str = "",
        kind: str = "",
        iin: str = "",
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> Iterator[values.AuditEntry]:
        """
        The acts, newest first; what is left out is not looked at.

        *caller* is role and name, *method* the name of an RPC, *kind* `CHANGE`, `READING` or
        `REFUSAL`; they were done from *start* on, and before *end*.
        """
        request = pb.ListAuditEntriesRequest(
            caller=caller,
            method=method,
            kind=pb.AuditEntryKind.Value(f"AUDIT_ENTRY_KIND_{kind or 'UNSPECIFIED'}"),
            iin=iin,
            start_time=_instant(start),
            end_time=_instant(end),
        )
        for response in self._pages(self._audit.ListAuditEntries, request):
            yield from map(_reading.audit_entry, response.entries)

    def caller_certificate(self, fingerprint: str) -> values.CallerCertificate:
        """A certificate that a caller has shown, by its SHA-256 as the logs tell it."""
        return self._connection.read(
            self._audit.GetCallerCertificate,
            pb.GetCallerCertificateRequest(fingerprint=fingerprint),
            partial(_reading.caller_certificate, fingerprint),
        )

    def export_log(
        self, *, log: str = "", start: datetime | None = None, end: datetime | None = None
    ) -> LogExport:
        """
        The logs as they are chained: `ANSWERS` or `ACTS`, both where none is named.

        Entries were written from *start* on, and before *end*; as far as all of them are there.
        """
        request = pb.ExportLogRequest(
            log=pb.LogName.Value(f"LOG_NAME_{log or 'UNSPECIFIED'}"),
            start_time=_instant(start),
            end_time=_instant(end),
        )
        return LogExport(self._connection, self._audit.ExportLog, request)


def _instant(value: datetime | None) -> Any:
    return None if value is None else _writing.instant(value)
