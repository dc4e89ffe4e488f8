"""Tells a PostgreSQL that cannot be reached as what it is to a caller."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import psycopg
from sqlalchemy import exc

from osms_common.domain.errors import RegisterUnavailable

_UNREACHABLE: Final = (
    exc.OperationalError,
    exc.InterfaceError,
    exc.TimeoutError,
    psycopg.OperationalError,
    psycopg.InterfaceError,
)


@contextmanager
def reachable() -> Iterator[None]:
    """RegisterUnavailable: the connection was lost, or there is none."""
    try:
        yield
    except _UNREACHABLE as error:
        raise RegisterUnavailable from error
