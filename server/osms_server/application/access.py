"""Logs who asked about whom, and gives every answer its number."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple, Protocol

from osms_common.domain.identifiers import Iin
from osms_common.domain.revision import Revision


class Told(NamedTuple):
    """
    What one caller was told about persons by one RPC, as the log keeps it.

    *statuses* and *ground_kinds* are those of the persons, in order; empty where more than a day
    was told.
    """

    caller: str
    method: str
    purpose: int
    on_date: date | None
    revision: Revision
    iins: Sequence[Iin]
    statuses: Sequence[int] = ()
    ground_kinds: Sequence[int | None] = ()
    certificate: str = ""
    """SHA-256 of the caller's certificate, in hexadecimal digits; empty without TLS."""


class Receipts(NamedTuple):
    """The numbers under which answers can be found again, in order, and their instant."""

    prefix: str
    first: int
    record_time: datetime

    def number(self, at: int) -> str:
        """The number of the answer at a place, from 0."""
        return f"{self.prefix}{self.first + at:012x}"


class AccessLog(Protocol):
    """The log of answers, for those who wait for it in a thread."""

    def log(self, told: Told) -> Receipts:
        """
        Keeps answers that are about to be given; they are durable when it returns.

        RegisterUnavailable: they could not be kept, and must not be given.
        """


class AccessPages(Protocol):
    """The same on an event loop, for many callers at once."""

    async def append(self, told: Sequence[Told]) -> Receipts:
        """
        Keeps answers; the numbers go on through all of *told*, in order.

        RegisterUnavailable: they could not be kept, and must not be given.
        """
