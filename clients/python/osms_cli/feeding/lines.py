"""
The lines of a file as records: CSV with a header, or NDJSON, told apart by the first character;
or messages of the contract, each a line of JSON.

A record is one line. What stands in a line that is none goes with it to the service, so a bad
line never stops the lines beside it; a file whose header is wrong is refused before anything is
sent, since then every line would be.
"""

from __future__ import annotations

import csv
import json
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from operator import itemgetter
from typing import Any, Final, Generic, TypeVar

from osms_cli.failures import Failure
from osms_cli.feeding.layout import CONTENT_MAX, Layout, Messages, fault, unreadable
from osms_cli.feeding.source import Source
from osms_client import Unreadable, Violation

Record = TypeVar("Record")
Fields = Sequence[str]

_BOM: Final = b"\xef\xbb\xbf"
_DELIMITERS: Final = (",", ";", "\t")
_EMPTY: Final = (
    "an export that failed leaves such a file;",
    "where there is nothing to report, send the header alone",
)


class _NoRecord(Exception):
    """A line that has no fields to read."""

    def __init__(self, field: str, description: str) -> None:
        super().__init__(description)
        self.violation = fault(field, description)


class Records(Generic[Record]):
    """The records of a file, in order, and where in the file each of them stands."""

    def __init__(self, source: Source, layout: Layout[Record] | Messages[Record]) -> None:
        self._source = source
        self._layout = layout
        self._lines = source.lines()
        self._line = 0  # lines read so far, blank ones and the header included
        self._apart: list[int] = []  # records before each line that is none
        self.count = 0

    def line_of(self, record: int) -> int:
        """The line, from 1, on which a record, from 0, stands."""
        return record + 1 + bisect_right(self._apart, record)

    def __iter__(self) -> Iterator[Record | Unreadable]:
        """The records. Failure, at once: no header that fits, or nothing at all."""
        layout = self._layout
        first = self._first_line()
        if isinstance(layout, Messages):
            return self._messages(layout, () if first is None else chain((first,), self._lines))
        if first is None:
            message = f"{self._source.name} has not even a header; nothing was sent"
            raise Failure(message, _EMPTY)
        if first.startswith(b"{"):
            _check_names(layout, first, self._source.name)
            lines = chain((first,), self._lines)
            return self._records(layout, lines, _object_splitter(layout))
        self._note_apart()
        split = _csv_splitter(layout, first, self._source.name)
        return self._records(layout, self._lines, split)

    def _messages(
        self, layout: Messages[Record], lines: Iterable[bytes]
    ) -> Iterator[Record | Unreadable]:
        for raw in lines:
            line = raw.decode(errors="backslashreplace").rstrip("\r\n")
            if not line:
                self._note_apart()
                continue
            self.count += 1
            yield _message(layout.read, raw, line)

    def _first_line(self) -> bytes | None:
        for raw in self._lines:
            line = raw.removeprefix(_BOM)
            if line.strip():
                return line
            self._note_apart()
        return None

    def _note_apart(self) -> None:
        """Notes a line that is no record: the header, or a blank one."""
        self._apart.append(self.count)

    def _records(
        self, layout: Layout[Record], lines: Iterator[bytes], split: Callable[[str], Fields]
    ) -> Iterator[Record | Unreadable]:
        read = layout.read
        for raw in lines:
            try:
                line = raw.decode().rstrip("\r\n")
                if not line:
                    self._note_apart()
                    continue
                fields = split(line)
                record: Record | Unreadable = read(fields)
            except (ValueError, _NoRecord) as error:
                record = _unreadable(layout, raw, split, error)
            self.count += 1
            yield record


def _unreadable(
    layout: Layout[Any], raw: bytes, split: Callable[[str], Fields], error: Exception
) -> Unreadable:
    line = raw.decode(errors="backslashreplace").rstrip("\r\n")
    if isinstance(error, UnicodeDecodeError):
        return unreadable(line, [_not_utf8(error)])
    if isinstance(error, _NoRecord):
        return unreadable(line, [error.violation])
    violations: list[Violation] = list(layout.faults(split(line)))
    return unreadable(line, violations or [fault("line", str(error))])


def _message(
    read: Callable[[str], Record | Unreadable], raw: bytes, line: str
) -> Record | Unreadable:
    """The message of a line. One that is too long, or not UTF-8, is sent as it stands."""
    try:
        raw.decode()
    except UnicodeDecodeError as error:
        return unreadable(line, [_not_utf8(error)])
    if len(line) > CONTENT_MAX:
        return unreadable(line, [_too_long()])
    return read(line)


def _not_utf8(error: UnicodeDecodeError) -> Violation:
    return fault("line", f"not UTF-8 at byte {error.start + 1}")


def _too_long() -> Violation:
    return fault("line", f"longer than {CONTENT_MAX} characters")


def _csv_splitter(layout: Layout[Any], header: bytes, name: str) -> Callable[[str], Fields]:
    """Splits a line into the fields of the layout, in the order that the header gives."""
    text = header.decode(errors="replace").rstrip("\r\n")
    delimiter = next((each for each in _DELIMITERS if each in text), ",")
    columns = [column.strip().lower() for column in _cells(text, delimiter)]
    _check_header(layout, columns, name)
    arrange = _arranged(layout, columns)

    def split(line: str) -> Fields:
        if len(line) > CONTENT_MAX:
            raise _NoRecord("line", f"longer than {CONTENT_MAX} characters")
        cells = _cells(line, delimiter) if '"' in line else line.split(delimiter)
        if len(cells) != len(columns):
            raise _NoRecord("line", f"{len(cells)} fields, and the header has {len(columns)}")
        return arrange(cells)

    return split


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=True))
    except (csv.Error, StopIteration) as error:
        raise _NoRecord("line", f"quoted wrongly: {error}") from error


def _arranged(layout: Layout[Any], columns: list[str]) -> Callable[[list[str]], Fields]:
    """Puts cells in the order of the layout; a column that is not in the file is empty."""
    if tuple(columns) == layout.columns:
        return lambda cells: cells
    places = [columns.index(each) if each in columns else -1 for each in layout.columns]
    pick = itemgetter(*places)
    return lambda cells: pick([*cells, ""])


def _check_header(layout: Layout[Any], columns: list[str], name: str) -> None:
    missing = [column for column in layout.columns if column in layout.required - set(columns)]
    unknown = [column for column in columns if column not in layout.columns]
    twice = sorted({column for column in columns if columns.count(column) > 1})
    faults = [
        *(f"column {column!r} is missing" for column in missing),
        *(f"column {column!r} is not known" for column in unknown),
        *(f"column {column!r} stands there twice" for column in twice),
    ]
    if faults:
        message = f"{name} has no header of a {layout.name} file; nothing was sent"
        raise Failure(message, (*faults, f"expected: {','.join(layout.columns)}"))


def _check_names(layout: Layout[Any], first: bytes, name: str) -> None:
    """The names of the first line of NDJSON stand for those of all lines, as a header does."""
    try:
        names = _object_of(first.decode())
    except (ValueError, _NoRecord):
        return  # a bad line, and it stops nothing
    if unknown := [each for each in names if each not in layout.columns]:
        faults = (f"{each!r} is not known" for each in unknown)
        message = f"{name} has other names than a {layout.name} file; nothing was sent"
        raise Failure(message, (*faults, f"expected: {', '.join(layout.columns)}"))


def _object_splitter(layout: Layout[Any]) -> Callable[[str], Fields]:
    """Splits a line of NDJSON into the fields of the layout."""
    known = frozenset(layout.columns)

    def split(line: str) -> Fields:
        if len(line) > CONTENT_MAX:
            raise _NoRecord("line", f"longer than {CONTENT_MAX} characters")
        given = _object_of(line)
        if unknown := sorted(given.keys() - known):
            raise _NoRecord(unknown[0], "there is no such field")
        return [_text(column, given.get(column)) for column in layout.columns]

    return split


def _object_of(line: str) -> dict[str, Any]:
    try:
        given = json.loads(line, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError) as error:
        raise _NoRecord("line", f"not JSON: {error}") from error
    if not isinstance(given, dict):
        raise _NoRecord("line", "not a JSON object")
    return given


def _text(column: str, value: object) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    raise _NoRecord(column, "neither text nor a number")


def record_of(line: str, layout: Layout[Record]) -> Record | None:
    """The record of one line of NDJSON. Failure: it is none, with everything that is wrong."""
    try:
        fields = _object_splitter(layout)(line)
    except _NoRecord as error:
        raise Failure("the line is no record", (_told(error.violation),)) from error
    try:
        return layout.read(fields)
    except ValueError as error:
        faults = tuple(_told(each) for each in layout.faults(fields))
        raise Failure("the line is no record", faults or (str(error),)) from error


def _told(violation: Violation) -> str:
    return f"{violation.field}: {violation.description}"
