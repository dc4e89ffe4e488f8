"""
The log of answers: durable before the answer is given, and chained so that nothing goes unseen.

Answers that are given at the same time are written together: one thread takes what has gathered,
writes it in one transaction, and lets those who wait go on. Every entry carries a hash over itself
and the entry before it of the same writer, so that an entry that was changed or taken out later
shows. If the log cannot be written, the answer is not given.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from hashlib import sha256
from itertools import count
from queue import SimpleQueue
from typing import Any, Final, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from osms_server.application.ids import new_id
from osms_server.application.ports import Clock
from osms_server.application.rows import AccessRow
from osms_server.domain.errors import RegisterUnavailable
from osms_server.domain.identifiers import Iin
from osms_server.domain.revision import milliseconds_of
from osms_server.persistence.copying import copy_rows
from osms_server.persistence.tables import access_log

_MOST_AT_ONCE: Final = 5_000
_SECONDS_TO_WAIT: Final = 30.0
_RECEIPT_MASK: Final = (1 << 20) - 1


class _Entry:
    """Rows that wait to be written, and the one who waits for them."""

    __slots__ = ("error", "rows", "written")

    def __init__(self, rows: Sequence[AccessRow]) -> None:
        self.rows = rows
        self.written = threading.Event()
        self.error: BaseException | None = None


class PostgresAccessLog:
    """Writes the log of answers of one server process."""

    def __init__(self, engine: sa.Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._queue: SimpleQueue[_Entry | None] = SimpleQueue()
        self._receipts = count()
        self._begin_chain()
        self._thread = threading.Thread(target=self._run, name="access-log", daemon=True)
        self._thread.start()

    def new_receipt(self) -> UUID:
        """A number under which an answer can be found again."""
        sequence = next(self._receipts) & _RECEIPT_MASK
        return new_id(milliseconds_of(self._clock.now()), sequence)

    def log(self, rows: Sequence[AccessRow]) -> None:
        """Keeps answers; durable when it returns. RegisterUnavailable: they could not be kept."""
        if not rows:
            return
        entry = _Entry(rows)
        self._queue.put(entry)
        if not entry.written.wait(_SECONDS_TO_WAIT) or entry.error is not None:
            raise RegisterUnavailable from entry.error

    def close(self) -> None:
        """Writes what waits, and stops."""
        self._queue.put(None)
        self._thread.join(_SECONDS_TO_WAIT)

    def _run(self) -> None:
        while (first := self._queue.get()) is not None:
            entries, go_on = self._gathered(first)
            self._write(entries)
            if not go_on:
                return

    def _gathered(self, first: _Entry) -> tuple[list[_Entry], bool]:
        """What waits by now, and whether to go on after it."""
        entries = [first]
        count = len(first.rows)
        while count < _MOST_AT_ONCE and not self._queue.empty():
            entry = self._queue.get()
            if entry is None:
                return entries, False
            entries.append(entry)
            count += len(entry.rows)
        return entries, True

    def _begin_chain(self) -> None:
        """Begins a chain, as a writer of its own."""
        self._writer = UUID(bytes=os.urandom(16), version=4)
        self._sequence = 0
        self._chain = self._writer.bytes

    def _write(self, entries: list[_Entry]) -> None:
        error: BaseException | None = None
        try:
            self._commit([row for entry in entries for row in entry.rows])
        except Exception as failure:  # noqa: BLE001 - told to everyone who waits
            error = failure
            # Nobody knows whether it was kept, so this chain cannot go on.
            self._begin_chain()
        for entry in entries:
            entry.error = error
            entry.written.set()

    def _commit(self, rows: list[AccessRow]) -> None:
        sequence, chain = self._sequence, self._chain
        chained = []
        for row in rows:
            sequence += 1
            chain = chain_entry(chain, sequence, row)
            chained.append((self._writer, sequence, *row, chain))
        with self._engine.begin() as connection:
            copy_rows(connection, access_log, chained)
        self._sequence, self._chain = sequence, chain


def chain_entry(before: bytes, sequence: int, row: AccessRow) -> bytes:
    """The hash of an entry, over itself and the hash of the entry *before* it."""
    text = "|".join(_text(value) for value in (sequence, *row))
    return sha256(before + text.encode()).digest()


class Entry(NamedTuple):
    """The place of an entry in the log."""

    writer: UUID
    sequence: int


def broken_entries(connection: sa.Connection) -> Iterator[Entry]:
    """
    The entries that do not follow from those before them: they were changed, or others taken out.

    What was taken out at the end of a chain does not show; the receipts that callers have do.
    """
    place = (access_log.c.writer, access_log.c.sequence)
    columns = [access_log.c[name] for name in AccessRow._fields]
    statement = sa.select(*place, access_log.c.chain, *columns).order_by(*place)
    before = Entry(UUID(int=0), 0)
    chain = b""
    for row in connection.execute(statement.execution_options(yield_per=_MOST_AT_ONCE)):
        entry = Entry(row[0], row[1])
        if entry.writer != before.writer:
            before, chain = Entry(entry.writer, 0), entry.writer.bytes
        follows = chain_entry(chain, before.sequence + 1, AccessRow(*row[3:])) == row[2]
        if not follows or entry.sequence != before.sequence + 1:
            yield entry
        before, chain = entry, row[2]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return format(value, "d") if isinstance(value, int) else str(value)


class AccessTable:
    """The log of answers, to be read."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def page(self, iin: Iin, size: int, before: UUID | None) -> Sequence[AccessRow]:
        """Answers about a person, newest first."""
        columns = [access_log.c[name] for name in AccessRow._fields]
        statement = (
            sa.select(*columns)
            .where(access_log.c.iin == iin)
            .order_by(access_log.c.receipt_id.desc())
            .limit(size)
        )
        if before is not None:
            statement = statement.where(access_log.c.receipt_id < before)
        return [AccessRow(*row) for row in self._connection.execute(statement)]
