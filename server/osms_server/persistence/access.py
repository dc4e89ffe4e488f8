"""
The log of answers: durable before the answer is given, and chained so that nothing goes unseen.

Answers that are given at the same time are written together, by one statement. The last entry of
what was written together carries a hash over all of it and over the hash before, of the same
writer; and beside the entries stands how far each writer has come. So an entry that was changed,
put in or taken out later shows, the last ones too. Entries are only ever added; a trigger refuses
everything else. They lie in one partition a month, by the months of Asia/Almaty. If the log cannot
be written, no answer is given.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from osms_server.application.access import Receipts, Told
from osms_server.application.ports import Clock
from osms_server.application.rows import AccessRow
from osms_server.domain.calendar import ALMATY, Month, first_day, month_of
from osms_server.domain.errors import RegisterUnavailable
from osms_server.domain.identifiers import Iin
from osms_server.domain.revision import milliseconds_of
from osms_server.persistence.line import Line, StatementFailed
from osms_server.persistence.tables import access_log, access_writer

_PORTION: Final = 5_000
_FREE_BITS: Final = 26
_NULL: Final = "null"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_ONE_MILLISECOND: Final = timedelta(milliseconds=1)

_APPEND: Final = """
with writer as (
    insert into access_writer as w (writer, sequence, chain, record_time)
    values ($2::uuid, $4::bigint, $5::bytea, $1::timestamptz)
    on conflict (writer) do update
    set sequence = excluded.sequence, chain = excluded.chain, record_time = excluded.record_time
)
insert into access_log (record_time, writer, sequence, receipt_id, caller, method, purpose, iin,
                        on_date, status, ground_kind, revision, chain)
select $1::timestamptz, $2::uuid, $3::bigint + at,
       ($6 || lpad(to_hex($3::bigint + at), 12, '0'))::uuid,
       caller, method, purpose, iin, on_date, status, ground_kind, revision,
       case when $3::bigint + at = $4::bigint then $5::bytea end
from unnest($7::text[], $8::text[], $9::smallint[], $10::bigint[], $11::date[], $12::smallint[],
            $13::smallint[], $14::bigint[])
     with ordinality
     as entry (caller, method, purpose, iin, on_date, status, ground_kind, revision, at)
"""
_ADD_MONTH: Final = "select access_log_add_month($1, $2::timestamptz, $3::timestamptz)"
_STATEMENTS: Final = {"append": _APPEND, "add_month": _ADD_MONTH}


class AccessWriter:
    """Appends to the log of answers, on one loop; a chain of its own."""

    def __init__(self, dsn: str, clock: Clock, seconds_max: float) -> None:
        self._line = Line(dsn, _STATEMENTS, seconds_max)
        self._clock = clock
        self._turn = asyncio.Lock()
        self._months: set[Month] = set()
        self.begin_chain()

    def begin_chain(self) -> None:
        """Begins a chain, as a writer of its own."""
        self._writer = UUID(bytes=os.urandom(16), version=4)
        self._sequence = 0
        self._chain = self._writer.bytes
        self._last_time = datetime.min.replace(tzinfo=UTC)

    async def append(self, told: Sequence[Told]) -> Receipts:
        """
        Keeps answers; durable when it returns, and numbered through all of *told*, in order.

        RegisterUnavailable: they could not be kept, or nobody knows whether they were.
        """
        async with self._turn:
            record_time = max(self._last_time, self._clock.now())
            columns = _columns(told)
            count = sum(len(each.iins) for each in told)
            last = self._sequence + count
            prefix = _receipt_prefix(record_time, self._writer)
            chain = _chained(self._chain, record_time, self._writer, last, prefix, columns)
            parameters = (
                record_time.isoformat().encode(),
                self._writer.bytes.hex().encode(),
                b"%d" % self._sequence,
                b"%d" % last,
                b"\\x%s" % chain.hex().encode(),
                prefix.encode(),
                *(b"{%s}" % column.encode() for column in columns),
            )
            try:
                await self._open_months(record_time)
                await self._line.ask("append", parameters)
            except StatementFailed as error:  # it did nothing; should its month be gone, look anew
                self._months.clear()
                raise RegisterUnavailable from error
            except BaseException:
                # Nobody knows whether it was kept, so this chain cannot go on.
                self.begin_chain()
                raise
            receipts = Receipts(prefix, self._sequence + 1, record_time)
            self._sequence, self._chain, self._last_time = last, chain, record_time
            return receipts

    def close(self) -> None:
        """Ends the connection."""
        self._line.close()

    async def _open_months(self, instant: datetime) -> None:
        """Sees to it that the month of an instant can be written to, and the next one soon."""
        this = month_of(instant.astimezone(ALMATY).date())
        if this in self._months:
            return
        for month in (this, Month(this + 1)):
            day = first_day(month)
            bounds = [_beginning(each) for each in (month, Month(month + 1))]
            name = f"access_log_{day:%Y_%m}"
            await self._line.ask("add_month", [text.encode() for text in (name, *bounds)])
        self._months.add(this)


def _beginning(month: Month) -> str:
    day = first_day(month)
    begin = datetime(day.year, day.month, day.day, tzinfo=ALMATY)
    return begin.astimezone(UTC).isoformat()


def _columns(told: Sequence[Told]) -> list[str]:
    """The columns of entries as PostgreSQL writes arrays, without the braces around them."""
    if len(told) == 1:
        return _columns_of(told[0])
    return [",".join(parts) for parts in zip(*map(_columns_of, told), strict=True)]


def _columns_of(told: Told) -> list[str]:
    count = len(told.iins)
    constant = [_quoted(told.caller), _quoted(told.method), str(told.purpose)]
    day = _NULL if told.on_date is None else told.on_date.isoformat()
    nothing = ",".join([_NULL] * count)
    return [
        *(",".join([text] * count) for text in constant),
        ",".join(map(str, told.iins)),
        ",".join([day] * count),
        ",".join(map(str, told.statuses)) or nothing,
        ",".join([_NULL if kind is None else str(kind) for kind in told.ground_kinds]) or nothing,
        ",".join([str(told.revision)] * count),
    ]


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _receipt_prefix(instant: datetime, writer: UUID) -> str:
    """
    The first half of receipt numbers: UUIDs of version 7, so that they sort by their instants.

    Then follow bits of the writer, and last the sequence: a writer gives no number twice.
    """
    own = writer.int & ((1 << _FREE_BITS) - 1)
    head = (milliseconds_of(instant) << 32) | (0x7 << 28) | ((own >> 14) << 16)
    text = f"{head | (0b10 << 14) | (own & 0x3FFF):020x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:]}-"


def instant_of_receipt(receipt: UUID) -> datetime:
    """The millisecond in which an answer of this number was given."""
    return _EPOCH + (receipt.int >> 80) * _ONE_MILLISECOND


def _chained(
    before: bytes,
    record_time: datetime,
    writer: UUID,
    last: int,
    prefix: str,
    columns: Iterable[str],
) -> bytes:
    """The hash over what is written together, and over the hash *before* it."""
    said = "\n".join((record_time.isoformat(), writer.hex, str(last), prefix, *columns))
    return sha256(before + said.encode()).digest()


class Entry(NamedTuple):
    """The place of an entry in the log."""

    writer: UUID
    sequence: int


class _Followed:
    """The chain of one writer, as far as it was followed."""

    def __init__(self, writer: UUID) -> None:
        self.writer = writer
        self.sequence = 0
        self.chain = writer.bytes
        self.page: list[sa.Row[Any]] = []

    def take(self, row: sa.Row[Any]) -> bool:
        """Goes on with an entry; False if what it ends does not follow from what was before."""
        self.page.append(row)
        if row.chain is None:
            return True
        page, self.page = self.page, []
        expected = range(self.sequence + 1, self.sequence + 1 + len(page))
        follows = [entry.sequence for entry in page] == [*expected] and _is_chained(
            self.chain, self.writer, page
        )
        self.sequence, self.chain = row.sequence, row.chain
        return follows


def _is_chained(before: bytes, writer: UUID, page: Sequence[sa.Row[Any]]) -> bool:
    """Whether entries that were written together end with the hash that they must have."""
    record_time = page[0].record_time.astimezone(UTC)
    prefix = _receipt_prefix(record_time, writer)
    receipts = [f"{prefix}{entry.sequence:012x}" for entry in page]
    if any(entry.record_time != record_time for entry in page):
        return False
    if [str(entry.receipt_id) for entry in page] != receipts:
        return False
    columns = [
        ",".join(_quoted(entry.caller) for entry in page),
        ",".join(_quoted(entry.method) for entry in page),
        *(
            ",".join([_written(getattr(entry, name)) for entry in page])
            for name in ("purpose", "iin", "on_date", "status", "ground_kind", "revision")
        ),
    ]
    last = page[-1]
    chain = _chained(before, record_time, writer, last.sequence, prefix, columns)
    return chain == bytes(last.chain)


def _written(value: object) -> str:
    return _NULL if value is None else str(value)


def broken_entries(connection: sa.Connection) -> Iterator[Entry]:
    """
    The entries that do not follow from those before them: they were changed, or others taken out.

    Of entries that were written together the last is told. An entry after the last one tells that
    the end of a chain is missing.
    """
    columns = (*access_log.c,)
    statement = sa.select(*columns).order_by(access_log.c.writer, access_log.c.sequence)
    ends = _ends(connection)
    followed: _Followed | None = None
    for row in connection.execute(statement.execution_options(yield_per=_PORTION)):
        if followed is None or row.writer != followed.writer:
            yield from _missing(followed, ends)
            followed = _Followed(row.writer)
        if not followed.take(row):
            yield Entry(row.writer, row.sequence)
    yield from _missing(followed, ends)
    for writer, (sequence, _) in ends.items():  # of these nothing is left
        yield Entry(writer, sequence)


def _ends(connection: sa.Connection) -> dict[UUID, tuple[int, bytes]]:
    """How far each writer says it has come."""
    found = connection.execute(
        sa.select(access_writer.c.writer, access_writer.c.sequence, access_writer.c.chain)
    )
    return {row.writer: (row.sequence, bytes(row.chain)) for row in found}


def _missing(followed: _Followed | None, ends: dict[UUID, tuple[int, bytes]]) -> Iterator[Entry]:
    """What is not as it should be at the end of a chain."""
    if followed is None:
        return
    if followed.page:
        yield Entry(followed.writer, followed.page[-1].sequence)
    end = ends.pop(followed.writer, None)
    if end != (followed.sequence, bytes(followed.chain)):
        yield Entry(followed.writer, followed.sequence + len(followed.page) + 1)


class AccessTable:
    """The log of answers, to be read."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def page(
        self, iin: Iin | None, receipt: UUID | None, size: int, before: UUID | None
    ) -> Sequence[AccessRow]:
        """Answers about a person, or the answer of a receipt, newest first."""
        column = access_log.c
        columns = [column[name] for name in AccessRow._fields]
        statement = sa.select(*columns).order_by(column.receipt_id.desc()).limit(size)
        if iin is not None:
            statement = statement.where(column.iin == iin)
        if receipt is not None:
            begin = instant_of_receipt(receipt)
            statement = statement.where(
                column.receipt_id == receipt,
                column.record_time >= begin,
                column.record_time < begin + _ONE_MILLISECOND,
            )
        if before is not None:
            statement = statement.where(column.receipt_id < before)
        return [AccessRow(*row) for row in self._connection.execute(statement)]
