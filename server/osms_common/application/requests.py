"""
Mutations out of stream: each has a request id and is made once.

The same id with the same content, from the same caller, gets the first answer again, whatever has
happened since. Other content under a used id is an error, not a second mutation.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Final, NamedTuple, Protocol, TypeVar
from uuid import UUID

from osms_common.application.acts import Act, Acts
from osms_common.application.callers import Caller
from osms_common.domain.errors import DayTurned, RequestIdReused
from osms_common.domain.revision import Revision

Result = TypeVar("Result")


class RequestRow(NamedTuple):
    """A mutation out of stream, and how it was answered."""

    request_id: UUID
    method: str
    caller: str
    digest: bytes
    response: bytes
    revision: Revision


class Requests(Protocol):
    """Mutations out of stream, and how each was answered."""

    def get(self, request_id: UUID) -> RequestRow | None:
        """A mutation that was made before."""

    def add(self, row: RequestRow) -> None:
        """Keeps how a mutation was answered."""


class RequestTransaction(Protocol):
    """What a mutation needs of a change: its revision, mutations made before, the log of acts."""

    @property
    def revision(self) -> Revision:
        """The revision of the change."""

    @property
    def requests(self) -> Requests:
        """Mutations out of stream."""

    @property
    def acts(self) -> Acts:
        """The log of acts."""


Change = TypeVar("Change", bound=RequestTransaction)
Given_co = TypeVar("Given_co", bound=RequestTransaction, covariant=True)


class RequestStore(Protocol[Given_co]):
    """Something that is changed by one at a time."""

    def write(self) -> AbstractContextManager[Given_co]:
        """A change: all of it is kept, or nothing."""


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
    store: RequestStore[Change], key: RequestKey, perform: Callable[[Change], bytes]
) -> bytes:
    """The answer of *perform*, encoded: made now, or the one that was given before."""
    return again_if_day_turns(lambda: _perform(store, key, perform))


def again_if_day_turns(change: Callable[[], Result]) -> Result:
    """Makes a change, and makes it again if midnight passed before it was committed."""
    try:
        return change()
    except DayTurned:
        return change()


def _perform(
    store: RequestStore[Change], key: RequestKey, perform: Callable[[Change], bytes]
) -> bytes:
    with store.write() as tx:
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
