"""Runs mutations out of stream: each once, whatever its request id is sent for again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from osms.entitlement.v1.operations_service_pb2 import ResubmitRejectionRequest
from osms_common.rpc.fields import Fields
from osms_common.rpc.mutations import Response, perform
from osms_common.rpc.persons import as_kept
from osms_server.application.law import Law
from osms_server.application.ports import Register, Transaction
from osms_server.rpc.convert.rosters import without_texts


@dataclass(frozen=True)
class Mutations:
    """What the services that change something work with."""

    register: Register
    law: Law

    def perform(
        self,
        request: Any,
        fields: Fields,
        respond: Callable[[Transaction], Response],
        empty: Response,
    ) -> Response:
        """
        The response to *request*: made now, or as it was made the first time.

        *fields* has read the rest of the request; everything wrong with it is told at once.
        """
        return perform(self.register, request, fields, respond, empty, _as_kept)


def _as_kept(request: Any) -> bytes:
    """A request for the log of acts: without what p. 5 forbids."""
    if isinstance(request, ResubmitRejectionRequest) and request.HasField("roster_change_record"):
        kept = type(request)()
        kept.CopyFrom(request)
        kept.roster_change_record.CopyFrom(without_texts(kept.roster_change_record))
        return as_kept(kept)
    return as_kept(request)
