"""
Mutations out of stream: each has a request id and is made once.

The same id with the same content, from the same caller, gets the first answer again, whatever has
happened since. Other content under a used id is an error, not a second mutation.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple, TypeVar
from uuid import UUID

from osms_server.application.acts import Act
from osms_server.application.callers import Caller
from osms_server.application.ports import Register, Transaction
from osms_server.application.rows import RequestRow
from osms_server.domain.errors import DayTurned, RequestIdReused

Result = TypeVar("Result")


class RequestKey(NamedTuple):
    """A mutation as it was asked for; *digest* tells other content apart, *act* is for the log."""

    request_id: UUID
    method: str
    caller: Caller
    digest: bytes
    act: Act


REPEATED: Final = "REPEATED"
"""The outcome of what was made before, and only answered again."""


def perform_once(
    register: Register, key: RequestKey, perform: Callable[[Transaction], bytes]
) -> bytes:
    """The answer of *perform*, encoded: made now, or the one that was given before."""
    return again_if_day_turns(lambda: _perform(register, key, perform))


def again_if_day_turns(change: Callable[[], Result]) -> Result:
    """Makes a change, and makes it again if midnight passed before it was committed."""
    try:
        return change()
    except DayTurned:
        return change()


def _perform(
    register: Register, key: RequestKey, perform: Callable[[Transaction], bytes]
) -> bytes:
    with register.write() as tx:
        known = tx.requests.get(key.request_id)
        if known is None:
            response = perform(tx)
            tx.requests.add(
                RequestRow(
                    key.request_id, key.method, key.caller.text, key.digest, response, tx.revision
                )
            )
            tx.acts.add(key.act)
            return response
        if (known.method, known.caller, known.digest) != (
            key.method,
            key.caller.text,
            key.digest,
        ):
            raise RequestIdReused(str(key.request_id))
        tx.acts.add(key.act._replace(outcome=REPEATED))
        return known.response
