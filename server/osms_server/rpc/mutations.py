"""Runs mutations out of stream: each once, whatever its request id is sent for again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, TypeVar

from google.protobuf.message import Message

from osms_server.application.law import Law
from osms_server.application.ports import Register, Transaction
from osms_server.application.requests import RequestKey, perform_once
from osms_server.rpc.convert.fields import Fields
from osms_server.rpc.identity import current_caller

Response = TypeVar("Response", bound=Message)


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
        request_id = fields.uuid("request_id", request.request_id)
        fields.check()
        assert request_id is not None
        key = RequestKey(
            request_id,
            request.DESCRIPTOR.name,
            current_caller.get(),
            sha256(request.SerializeToString(deterministic=True)).digest(),
        )
        encoded = perform_once(self.register, key, lambda tx: respond(tx).SerializeToString())
        empty.ParseFromString(encoded)
        return empty
