"""Runs mutations out of stream: each once, whatever its request id is sent for again."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any, TypeVar

from google.protobuf.message import Message

from osms_common.application.acts import Act, ActKind
from osms_common.application.requests import Change, RequestKey, RequestStore, perform_once
from osms_common.rpc.fields import Fields
from osms_common.rpc.identity import current_caller
from osms_common.rpc.persons import as_kept, persons_in

Response = TypeVar("Response", bound=Message)


def perform(
    store: RequestStore[Change],
    request: Any,
    fields: Fields,
    respond: Callable[[Change], Response],
    empty: Response,
    kept: Callable[[Any], bytes] = as_kept,
) -> Response:
    """
    The response to *request*: made now, or as it was made the first time.

    *fields* has read the rest of the request; everything wrong with it is told at once. *kept* is
    what of the request the log of acts may have.
    """
    request_id = fields.uuid("request_id", request.request_id)
    fields.check()
    assert request_id is not None
    caller, content = current_caller.get(), request.SerializeToString(deterministic=True)
    name = request.DESCRIPTOR.name
    act = Act(
        caller,
        name.removesuffix("Request"),
        ActKind.CHANGE,
        request=kept(request),
        iins=persons_in(request),
    )
    key = RequestKey(request_id, name, caller, sha256(content).digest(), act)
    encoded = perform_once(store, key, lambda tx: respond(tx).SerializeToString())
    empty.ParseFromString(encoded)
    return empty
