"""
The log of acts: changes with the transactions that make them, readings and refusals on their own.

Changes take turns anyway, so all of them are one chain, whichever process made them. What changes
nothing waits for no turn: each process has a chain of its own for that.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from queue import Full, Queue
from typing import Any, Final
from uuid import UUID

import psycopg
import sqlalchemy as sa
import structlog
from sqlalchemy import exc
from sqlalchemy.dialects import postgresql as pg

from osms_common.application.acts import Act, ActFilter, ActKind, ActRow, LogName
from osms_common.application.clock import Clock
from osms_common.domain.errors import RegisterUnavailable
from osms_common.domain.revision import Revision, instant_of
from osms_common.persistence.chains import End, Entry, Follower, Link, chained
from osms_common.persistence.copying import raw
from osms_common.persistence.shared_tables import (
    act_log,
    act_writer,
    caller_certificate,
)

log = structlog.get_logger(__name__)

CHANGES: Final = UUID("00000000-0000-4000-8000-000000000001")
"""The writer of all changes."""

_PORTION: Final = 500
_LATER_MAX: Final = 1_000
"""Refusals that wait to be kept; more are not."""
_CLOSE_SECONDS: Final = 5.0
_FAILED: Final = (exc.SQLAlchemyError, psycopg.Error)

FIELDS: Final = (
    "record_time",
    "writer",
    "sequence",
    "caller",
    "certificate",
    "method",
    "kind",
    "outcome",
    "subject",
    "revision",
    "iins",
    "request",
)
"""What the texts of a link are, in order."""

# What would have been inserted (`excluded`) may be read only by who may read the table, and
# look-ups may not.
_APPEND: Final = """
with writer as (
    insert into act_writer as w (writer, sequence, chain, record_time)
    values (%(writer)s, %(sequence)s, %(chain)s, %(record_time)s)
    on conflict (writer) do update
    set sequence = %(sequence)s, chain = %(chain)s, record_time = %(record_time)s
)
insert into act_log (writer, sequence, record_time, caller, certificate, method, kind, outcome,
                     subject, revision, iins, request, chain)
values (%(writer)s, %(sequence)s, %(record_time)s, %(caller)s, %(certificate)s, %(method)s,
        %(kind)s, %(outcome)s, %(subject)s, %(revision)s, %(iins)s::bigint[], %(request)s,
        %(chain)s)
"""
_END: Final = "select sequence, chain, record_time from act_writer where writer = %s"


def texts_of(row: ActRow) -> tuple[str, ...]:
    """What of an act is hashed; a text that may have anything in it is quoted."""
    return (
        row.record_time.astimezone(UTC).isoformat(),
        row.writer.hex,
        str(row.sequence),
        row.caller,
        row.certificate,
        row.method,
        str(int(row.kind)),
        row.outcome,
        json.dumps(row.subject),
        "" if row.revision is None else str(row.revision),
        ",".join(map(str, row.iins)),
        row.request.hex(),
    )


def _append(connection: sa.Connection, row: ActRow, before: bytes) -> bytes:
    """Keeps an act after the one of the hash *before*; its own hash."""
    chain = chained(before, texts_of(row))
    values = {**row._asdict(), "kind": int(row.kind), "iins": list(row.iins), "chain": chain}
    raw(connection).execute(_APPEND, values)
    return chain


def _row(
    act: Act, writer: UUID, sequence: int, record_time: datetime, revision: Revision | None
) -> ActRow:
    return ActRow(
        writer,
        sequence,
        record_time,
        act.caller.text,
        act.caller.certificate,
        act.method,
        act.kind,
        act.outcome,
        act.subject,
        revision,
        act.iins,
        act.request,
    )


class ActTable:
    """The log of acts within a change; whoever changes the register has it alone meanwhile."""

    def __init__(self, connection: sa.Connection, revision: Revision) -> None:
        self._connection = connection
        self._revision = revision
        self._end: End | None = None

    def add(self, act: Act) -> None:
        """Keeps an act, together with the change that it is."""
        end = self._end or self._end_before()
        sequence = end.sequence + 1
        row = _row(act, CHANGES, sequence, instant_of(self._revision), self._revision)
        self._end = End(sequence, _append(self._connection, row, end.chain))

    def _end_before(self) -> End:
        found = raw(self._connection).execute(_END, (CHANGES,)).fetchone()
        return End(found[0], bytes(found[1])) if found else End(0, CHANGES.bytes)


class ActTrail:
    """The log of acts for what changes nothing, and the certificates that callers show."""

    def __init__(self, engine: sa.Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._turn = threading.Lock()
        self._starting = threading.Lock()
        self._later: Queue[Callable[[], None] | None] = Queue(_LATER_MAX)
        self._writer_thread: threading.Thread | None = None
        self._shown: set[str] = set()
        self._begin_chain()

    @contextmanager
    def set_aside(self) -> Iterator[None]:
        """Lets nothing be kept while the log is emptied, and begins a chain after that."""
        with self._turn:
            yield
            self._begin_chain()
        self._shown.clear()

    def _begin_chain(self) -> None:
        """Begins a chain, as a writer of its own."""
        self._writer = UUID(bytes=os.urandom(16), version=4)
        self._end = End(0, self._writer.bytes)
        self._last_time = datetime.min.replace(tzinfo=UTC)

    def keep(self, act: Act) -> None:
        """
        Keeps an act; it is durable when this returns.

        RegisterUnavailable: it could not be kept, and what it is about must not be told.
        """
        with self._turn:
            record_time = max(self._last_time, self._clock.now())
            sequence = self._end.sequence + 1
            row = _row(act, self._writer, sequence, record_time, None)
            try:
                with self._engine.begin() as connection:
                    chain = _append(connection, row, self._end.chain)
            except _FAILED as error:
                self._begin_chain()  # nobody knows whether it was kept
                raise RegisterUnavailable from error
            self._end, self._last_time = End(sequence, chain), record_time

    def note(self, act: Act) -> None:
        """Keeps an act soon, and lets nobody wait for it; as far as the log can be reached."""
        self._do_later(partial(self.keep, act))

    def note_certificate(self, fingerprint: str, pem: str) -> None:
        """Keeps a certificate that was shown, soon, and once in a process."""
        if fingerprint not in self._shown:
            self._shown.add(fingerprint)
            if not self._do_later(partial(self._keep_certificate, fingerprint, pem)):
                self._shown.discard(fingerprint)  # the next call shows it again

    def close(self) -> None:
        """Keeps what is still to be kept; what cannot be within some seconds is left."""
        if self._writer_thread is not None:
            with suppress(Full):
                self._later.put(None, timeout=_CLOSE_SECONDS)
            self._writer_thread.join(_CLOSE_SECONDS)

    def _keep_certificate(self, fingerprint: str, pem: str) -> None:
        statement = pg.insert(caller_certificate).values(
            fingerprint=fingerprint, pem=pem, record_time=self._clock.now()
        )
        try:
            with self._engine.begin() as connection:
                connection.execute(statement.on_conflict_do_nothing())
        except _FAILED as error:
            self._shown.discard(fingerprint)  # the next call shows it again
            raise RegisterUnavailable from error

    def _do_later(self, does: Callable[[], None]) -> bool:
        """Whether it will be done; who calls never waits for what is being written."""
        with self._starting:
            if self._writer_thread is None:
                self._writer_thread = threading.Thread(
                    target=self._do_all, name="log of acts", daemon=True
                )
                self._writer_thread.start()
        try:
            self._later.put_nowait(does)
        except Full:
            log.warning("the log of acts cannot be written as fast as calls are refused")
            return False
        return True

    def _do_all(self) -> None:
        while (does := self._later.get()) is not None:
            try:
                does()
            except RegisterUnavailable:
                log.warning("the log of acts cannot be reached; a refusal is not in it")
            except Exception:
                log.exception("a refusal or a certificate could not be kept")


class ActReading:
    """The log of acts, to be read."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def page(
        self, wanted: ActFilter, size: int, before: tuple[datetime, UUID, int] | None
    ) -> Sequence[ActRow]:
        """Acts, newest first."""
        column = act_log.c
        place: Any = sa.tuple_(column.record_time, column.writer, column.sequence)
        statement = sa.select(act_log).order_by(
            column.record_time.desc(), column.writer.desc(), column.sequence.desc()
        )
        conditions: list[tuple[Any, Any]] = [
            (wanted.caller, lambda: column.caller == wanted.caller),
            (wanted.method, lambda: column.method == wanted.method),
            (wanted.kind, lambda: column.kind == wanted.kind),
            (wanted.iin, lambda: column.iins.contains([wanted.iin])),
            (wanted.since, lambda: column.record_time >= wanted.since),
            (wanted.until, lambda: column.record_time < wanted.until),
            (before, lambda: place < before),
        ]
        for value, condition in conditions:
            if value:
                statement = statement.where(condition())
        found = self._connection.execute(statement.limit(size))
        return [act_row(row) for row in found]

    def certificate(self, fingerprint: str) -> tuple[str, datetime] | None:
        """A certificate (PEM) by its fingerprint, and when it was first shown."""
        found = self._connection.execute(
            sa.select(caller_certificate.c.pem, caller_certificate.c.record_time).where(
                caller_certificate.c.fingerprint == fingerprint
            )
        ).first()
        return (found.pem, found.record_time) if found else None


def act_row(row: sa.Row[Any]) -> ActRow:
    """A row of the table as the application knows it."""
    return ActRow(
        row.writer,
        row.sequence,
        row.record_time,
        row.caller,
        row.certificate,
        row.method,
        ActKind(row.kind),
        row.outcome,
        row.subject,
        row.revision,
        tuple(row.iins),
        bytes(row.request),
    )


def link_of(row: sa.Row[Any]) -> Link:
    """A row of the log as a link of its chain."""
    try:
        texts, is_sound = texts_of(act_row(row)), True
    except ValueError:  # a kind that there is not
        texts, is_sound = (), False
    return Link(
        row.writer,
        row.sequence,
        row.sequence,
        row.record_time,
        texts,
        bytes(row.chain),
        is_sound,
    )


def links(connection: sa.Connection) -> Iterator[Link]:
    """All links, writer by writer, in order."""
    statement = sa.select(act_log).order_by(act_log.c.writer, act_log.c.sequence)
    return map(link_of, connection.execute(statement.execution_options(yield_per=_PORTION)))


def ends(connection: sa.Connection) -> dict[UUID, tuple[End, datetime]]:
    """How far each writer says it has come, and when it wrote last."""
    found = connection.execute(sa.select(act_writer))
    return {row.writer: (End(row.sequence, bytes(row.chain)), row.record_time) for row in found}


def broken_acts(engine: sa.Engine) -> list[Entry]:
    """The entries of the log of acts that do not follow from those before, in one state of it."""
    one_state = engine.execution_options(isolation_level="REPEATABLE READ")
    with one_state.connect() as connection:
        connection.execute(sa.text("set local datestyle = 'ISO'"))
        return list(Follower(LogName.ACTS, {}).broken(links(connection), ends(connection)))
