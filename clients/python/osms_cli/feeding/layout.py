"""
What the columns of a kind of file are, and how a line of them becomes a record.

`read` is the fast way, for lines that are right. Where it fails, `faults` reads field by field
and names everything that is wrong, and the line is sent as it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from osms_client import Unreadable, Violation

Record = TypeVar("Record")
Readers = Mapping[str, Callable[[str], Any]]

UNREADABLE: Final = "UNREADABLE"
CONTENT_MAX: Final = 3_000
"""Most characters of a line; a longer one is cut, so that any batch fits into a message."""


@dataclass(frozen=True)
class Layout(Generic[Record]):
    """
    A kind of file.

    *read* makes a record of the fields in the order of *columns*; it raises ValueError where it
    cannot. *required* columns must be in a file; the others are empty where they are not.
    *readers* are, for each kind of line, the fields that have a form; *kind_column* tells the
    kind, and is empty where there is only one.
    """

    name: str
    columns: tuple[str, ...]
    required: frozenset[str]
    read: Callable[[Sequence[str]], Record]
    readers: Mapping[str, Readers]
    kind_column: str = ""

    def faults(self, fields: Sequence[str]) -> Iterator[Violation]:
        """Everything that cannot be read in the fields of a line."""
        texts = dict(zip(self.columns, fields, strict=True))
        kind = texts.get(self.kind_column, "")
        if kind not in self.readers:
            expected = " or ".join(self.readers)
            yield fault(self.kind_column, f"{kind!r} is not {expected}")
            return
        for column, reader in self.readers[kind].items():
            try:
                reader(texts[column])
            except ValueError as error:
                yield fault(column, str(error))


@dataclass(frozen=True)
class Messages(Generic[Record]):
    """
    A kind of file of which each line is a message of the contract as JSON.

    *read* makes a record of a line, also of one that is none.
    """

    name: str
    read: Callable[[str], Record | Unreadable]


def fault(field: str, description: str) -> Violation:
    """Something that cannot be read."""
    return Violation(field, UNREADABLE, description)


def unreadable(line: str, violations: Sequence[Violation]) -> Unreadable:
    """A line as it stands, and what is wrong with it."""
    return Unreadable(line[:CONTENT_MAX], tuple(violations))
