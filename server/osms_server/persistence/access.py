"""
The log of answers: durable before the answer is given, and chained so that nothing goes unseen.

Answers that are given at the same time are written together, as one row: the callers and days one
after the other, and the persons of each. The row carries a hash over all of it and over the hash
of the row before, of the same writer; and beside the log stands how far each writer has come. So
an answer that was changed, put in or taken out later shows, the last ones too. Rows are only ever
added; a trigger refuses everything else. They lie in one partition a month, by the months of
Asia/Almaty. If the log cannot be written, no answer is given.
"""

from __future__ import annotations

import asyncio
import os
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import accumulate, islice
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from osms_common.application.clock import Clock
from osms_common.domain.calendar import ALMATY, Month, first_day, month_of
from osms_common.domain.errors import RegisterUnavailable
from osms_common.domain.identifiers import Iin
from osms_common.domain.revision import milliseconds_of
from osms_common.persistence.chains import End, Link, chained
from osms_server.application.access import Receipts, Told
from osms_server.application.rows import AccessRow
from osms_server.persistence.line import Line, StatementFailed
from osms_server.persistence.tables import access_log, access_writer

_PORTION: Final = 500
_TIDY_SECONDS_MAX: Final = 600.0
_FREE_BITS: Final = 26
_NULL: Final = "NULL"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_ONE_MILLISECOND: Final = timedelta(milliseconds=1)

_APPEND: Final = """
with writer as (
    insert into access_writer as w (writer, sequence, chain, record_time)
    values ($2::uuid, $4::bigint, $5::bytea, $1::timestamptz)
    on conflict (writer) do update
    set sequence = $4::bigint, chain = $5::bytea, record_time = $1::timestamptz
)
insert into access_log (record_time, writer, first_sequence, first_receipt, callers, methods,
                        purposes, on_dates, revisions, counts, iins, statuses, ground_kinds,
                        certificates, chain)
values ($1::timestamptz, $2::uuid, $3::bigint, $6::uuid, $7::text[], $8::text[], $9::smallint[],
        $10::date[], $11::bigint[], $12::int[], $13::bigint[], $14::smallint[], $15::smallint[],
        $16::text[], $5::bytea)
"""
_ADD_MONTH: Final = "select access_log_add_month($1, $2::timestamptz, $3::timestamptz)"
_STATEMENTS: Final = {"append": _APPEND, "add_month": _ADD_MONTH}
_TIDY: Final = {"tidy": "select access_log_tidy()"}


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
            first = self._sequence + 1
            last = self._sequence + sum(len(each.iins) for each in told)
            receipts = Receipts(_receipt_prefix(record_time, self._writer), first, record_time)
            page = [
                record_time.isoformat(),
                self._writer.hex,
                str(first),
                receipts.number(0),
                *_columns(told),
            ]
            chain = chained(self._chain, page)
            parameters = [text.encode() for text in page]
            parameters[3:3] = [b"%d" % last, b"\\x%s" % chain.hex().encode()]
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
    """What was told, column by column, as PostgreSQL writes arrays."""
    statuses: list[str] = []
    kinds: list[str] = []
    for each in told:
        nothing = [_NULL] * len(each.iins)
        statuses += map(_code, each.statuses) if each.statuses else nothing
        kinds += map(_code, each.ground_kinds) if each.ground_kinds else nothing
    return [
        _array(_quoted(each.caller) for each in told),
        _array(_quoted(each.method) for each in told),
        _array(str(each.purpose) for each in told),
        _array(_written(each.on_date) for each in told),
        _array(str(each.revision) for each in told),
        _array(str(len(each.iins)) for each in told),
        _array([str(iin) for each in told for iin in each.iins]),
        _array(statuses),
        _array(kinds),
        _array(_quoted(each.certificate) for each in told),
    ]


def _array(texts: Iterable[str]) -> str:
    return f"{{{','.join(texts)}}}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _written(value: object) -> str:
    return _NULL if value is None else str(value)


_CODES: Final[dict[int | None, str]] = {None: _NULL} | {code: str(code) for code in range(256)}
_code: Final = _CODES.__getitem__
"""How a code is written, looked up: there are thousands in a list."""


def _receipt_prefix(instant: datetime, writer: UUID) -> str:
    """
    The first half of receipt numbers: UUIDs of version 7, so that they sort by their instants.

    Then follow bits of the writer, and last the sequence: a writer gives no number twice.
    """
    own = writer.int & ((1 << _FREE_BITS) - 1)
    head = (milliseconds_of(instant) << 32) | (0x7 << 28) | ((own >> 14) << 16)
    text = f"{head | (0b10 << 14) | (own & 0x3FFF):020x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:]}-"


def instant_of_receipt(receipt: UUID) -> datetime | None:
    """The millisecond in which an answer of this number was given; None if there is none such."""
    try:
        return _EPOCH + (receipt.int >> 80) * _ONE_MILLISECOND
    except OverflowError:
        return None


_PLAIN_ARRAYS: Final = (
    "purposes",
    "on_dates",
    "revisions",
    "counts",
    "iins",
    "statuses",
    "ground_kinds",
)
# Read as PostgreSQL writes them, which is as they were written: what could not be read otherwise,
# such as a day that is none, is found like any other change.
LINKS: Final = f"""
select writer, first_sequence, record_time, first_receipt, chain, callers, methods, certificates,
       cardinality(iins) as persons,
       array_lower(callers, 1) = 1 and array_lower(methods, 1) = 1 as is_plain,
       {", ".join(f"{name}::text" for name in _PLAIN_ARRAYS)}
from access_log
"""
FIELDS: Final = (
    "record_time",
    "writer",
    "first_sequence",
    "first_receipt",
    "callers",
    "methods",
    *_PLAIN_ARRAYS,
    "certificates",
)
"""What the texts of a link are, in order; entries of versions before 0005 have no certificates."""


def link_of(row: sa.Row[Any]) -> Link:
    """A row of the log as a link of its chain."""
    record_time = row.record_time.astimezone(UTC)
    prefix = _receipt_prefix(record_time, row.writer)
    first_receipt = Receipts(prefix, row.first_sequence, record_time).number(0)
    texts = [
        record_time.isoformat(),
        row.writer.hex,
        str(row.first_sequence),
        first_receipt,
        _array(map(_quoted_or_null, row.callers)),
        _array(map(_quoted_or_null, row.methods)),
        *(getattr(row, name) or "" for name in _PLAIN_ARRAYS),
    ]
    if row.certificates is not None:
        texts.append(_array(map(_quoted_or_null, row.certificates)))
    return Link(
        row.writer,
        row.first_sequence,
        row.first_sequence + (row.persons or 1) - 1,
        row.record_time,
        tuple(texts),
        bytes(row.chain),
        bool(row.is_plain) and str(row.first_receipt) == first_receipt,
    )


def _quoted_or_null(text: str | None) -> str:
    return _NULL if text is None else _quoted(text)


def links(connection: sa.Connection) -> Iterator[Link]:
    """All links, writer by writer, in order."""
    statement = sa.text(f"{LINKS} order by writer, first_sequence")
    found = connection.execute(statement.execution_options(yield_per=_PORTION))
    return map(link_of, found)


def ends(connection: sa.Connection) -> dict[UUID, tuple[End, datetime]]:
    """How far each writer says it has come, and when it wrote last."""
    found = connection.execute(sa.select(access_writer))
    return {row.writer: (End(row.sequence, bytes(row.chain)), row.record_time) for row in found}


class AccessTable:
    """The log of answers, to be read."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def page(
        self, iin: Iin | None, receipt: UUID | None, size: int, before: UUID | None
    ) -> Sequence[AccessRow]:
        """Answers about a person, or the answer of a receipt, newest first."""
        column = access_log.c
        # One row may have been told in part, on the page before.
        statement = sa.select(access_log).order_by(column.first_receipt.desc()).limit(size + 1)
        if iin is not None:
            statement = statement.where(column.iins.contains([iin]))
        if receipt is not None:
            begin = instant_of_receipt(receipt)
            if begin is None:
                return []
            statement = statement.where(
                column.first_receipt <= receipt,
                column.record_time >= begin,
                column.record_time < begin + _ONE_MILLISECOND,
            )
        if before is not None:
            statement = statement.where(column.first_receipt < before)
        found = (
            answer
            for row in self._connection.execute(statement)
            for answer in _answers_of(row, iin)
            if before is None or answer.receipt_id < before
            if receipt is None or answer.receipt_id == receipt
        )
        return list(islice(found, size))


def _answers_of(row: sa.Row[Any], iin: Iin | None) -> Iterator[AccessRow]:
    """The answers of a row, or those about a person, newest first."""
    ends = list(accumulate(row.counts))
    for at in reversed(range(len(row.iins))):
        if iin is None or row.iins[at] == iin:
            group = bisect_right(ends, at)
            yield AccessRow(
                UUID(int=row.first_receipt.int + at),
                row.record_time,
                row.callers[group],
                row.methods[group],
                row.iins[at],
                row.on_dates[group],
                row.statuses[at],
                row.ground_kinds[at],
                row.revisions[group],
                row.purposes[group],
                row.certificates[group] if row.certificates else "",
            )


class AccessTidier:
    """Brings new entries into the index of persons, again and again, on the loop that runs."""

    def __init__(self, dsn: str, every_seconds: float) -> None:
        self._line = Line(dsn, _TIDY, _TIDY_SECONDS_MAX)
        self._every_seconds = every_seconds

    async def run(self) -> None:
        """Until it is cancelled; of all processes one at a time does it."""
        while True:
            await asyncio.sleep(self._every_seconds)
            with suppress(RegisterUnavailable, StatementFailed):
                await self._line.ask("tidy", [])

    def close(self) -> None:
        """Ends the connection."""
        self._line.close()
