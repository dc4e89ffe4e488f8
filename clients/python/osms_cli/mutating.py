"""Mutations carry an id: one of which nobody knows whether it was done is safe to repeat."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from osms_cli.failures import UNKNOWN, Failure, told
from osms_cli.session import Session
from osms_client import CannotTell, new_request_id


@contextmanager
def repeatable(session: Session, request_id: str) -> Iterator[str]:
    """The id of a mutation; should its answer be lost, the failure says how to repeat it."""
    chosen = request_id or new_request_id()
    try:
        yield chosen
    except CannotTell as error:
        raise Failure(
            str(told(error, session.address)),
            (
                "it is not known whether it was done; repeat it safely with",
                f"--request-id {chosen}",
            ),
            UNKNOWN,
        ) from error
