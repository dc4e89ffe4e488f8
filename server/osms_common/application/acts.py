"""
The log of acts: every change, every administrative reading, and what was refused.

A change is logged in the transaction that makes it, so there is none that is not in the log; a
reading before it is told. What was refused is logged as far as the log can be reached: it changed
nothing, and nothing was told.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from datetime import datetime, timedelta
from enum import IntEnum
from typing import NamedTuple, Protocol
from uuid import UUID

from osms_common.application.callers import Caller
from osms_common.domain.identifiers import Iin
from osms_common.domain.revision import Revision

DONE = "OK"
"""The outcome of what was done; of what was refused it is the reason."""


class ActKind(IntEnum):
    """What was done, or was not."""

    CHANGE = 1
    READING = 2
    REFUSAL = 3


class Act(NamedTuple):
    """
    What one caller did by one RPC.

    *subject* tells what it was about where *request*, the message as it came, does not: the
    records of a feed. *iins* are the persons whom a reading has shown, or whom a change names.
    """

    caller: Caller
    method: str
    kind: ActKind
    outcome: str = DONE
    subject: str = ""
    request: bytes = b""
    iins: Sequence[Iin] = ()


class ActRow(NamedTuple):
    """An act as the log keeps it."""

    writer: UUID
    sequence: int
    record_time: datetime
    caller: str
    certificate: str
    method: str
    kind: ActKind
    outcome: str
    subject: str
    revision: Revision | None
    """Of a change: the revision of the register that it made."""
    iins: Sequence[Iin]
    request: bytes


class ActFilter(NamedTuple):
    """Which acts are wanted; what is empty or None is not looked at."""

    caller: str = ""
    method: str = ""
    kind: ActKind | None = None
    iin: Iin | None = None
    since: datetime | None = None
    until: datetime | None = None
    """Not included."""


class LogName(IntEnum):
    """The logs."""

    ANSWERS = 1
    ACTS = 2


class ExportedLink(NamedTuple):
    """
    Entries that were written at once, with what of them is hashed.

    *chain* is the hash over the link before and the values of *fields*; *chain_before* is the hash
    of the link before, in the first link of a writer alone.
    """

    log: LogName
    writer: UUID
    first: int
    last: int
    fields: Sequence[tuple[str, str]]
    chain: bytes
    chain_before: bytes = b""


class Acts(Protocol):
    """The log of acts within a change."""

    def add(self, act: Act) -> None:
        """Keeps an act, together with the change that it is."""


class ActsReading(Protocol):
    """The log of acts, to be read."""

    def page(
        self, wanted: ActFilter, size: int, before: tuple[datetime, UUID, int] | None
    ) -> Sequence[ActRow]:
        """Acts, newest first."""

    def certificate(self, fingerprint: str) -> tuple[str, datetime] | None:
        """A certificate (PEM) by its fingerprint, and when it was first shown."""

    def under_way(self) -> timedelta:
        """For how long the oldest of what is being written, and cannot be read yet, has been."""

    def exported(
        self, wanted: LogName | None, since: datetime, until: datetime
    ) -> Generator[ExportedLink, None, None]:
        """
        The links of both logs, or of one, from *since* until before *until*.

        To be closed within the reading, where not all of them are taken.
        """


class ActLog(Protocol):
    """The log of acts for what changes nothing, each on its own."""

    def keep(self, act: Act) -> None:
        """
        Keeps an act; it is durable when this returns.

        RegisterUnavailable: it could not be kept, and what it is about must not be told.
        """

    def note(self, act: Act) -> None:
        """Keeps an act soon, and lets nobody wait for it; as far as the log can be reached."""

    def note_certificate(self, fingerprint: str, pem: str) -> None:
        """Keeps a certificate that a caller has shown, in the same way."""
