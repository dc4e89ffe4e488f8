"""
What goes to the terminal: documents for machines, text and tables for people.

Standard output has the answer and nothing else; progress, remarks and errors go to standard
error. Text that comes from files and services is never taken for markup.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

Cell = str | Text | int | None

WIDTH_UNSEEN: Final = 200
"""Columns of a table that is read by a pipe: wide enough that nothing is folded."""


def console(*, to_error: bool = False) -> Console:
    """The console of standard output, or of standard error."""
    file = sys.stderr if to_error else sys.stdout
    width = None if file.isatty() or os.environ.get("COLUMNS") else WIDTH_UNSEEN
    return Console(
        file=file, width=width, soft_wrap=False, markup=False, highlight=False, emoji=False
    )


def remark(text: str) -> None:
    """Tells people something beside the answer."""
    sys.stderr.write(f"{text}\n")


def plain(value: Any) -> Any:
    """A value as JSON has it: dataclasses as objects, days and instants as ISO text."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(each) for each in value]
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return str(value) if isinstance(value, Path) else value


def emit(value: Any) -> None:
    """One JSON document on a line of its own."""
    sys.stdout.write(json.dumps(plain(value), ensure_ascii=False) + "\n")


def emit_indented(value: Any) -> None:
    """One JSON document, indented where a person reads it."""
    indent = 2 if sys.stdout.isatty() else None
    sys.stdout.write(json.dumps(plain(value), ensure_ascii=False, indent=indent) + "\n")


def coloured() -> bool:
    """Whether standard output shows colours."""
    return console().color_system is not None


def say(text: str | Text = "", style: str = "") -> None:
    """A line for people."""
    to = console()
    made = Text(text, style) if isinstance(text, str) else text.copy()
    if not to.is_terminal:
        made.rstrip()
    to.print(made, soft_wrap=True)


def table(
    columns: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    right: frozenset[str] = frozenset(),
    fold: frozenset[str] = frozenset(),
) -> Table:
    """A table: *right* columns hold numbers; only *fold* columns may be broken over lines."""
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for column in columns:
        made.add_column(
            column,
            justify="right" if column in right else "left",
            no_wrap=column not in fold,
            overflow="fold",
        )
    for row in rows:
        made.add_row(*(cell if isinstance(cell, Text) else Text(_text(cell)) for cell in row))
    return made


def show(made: Table | Text) -> None:
    """Shows a table or a text; where a pipe reads it, without blanks at the ends of lines."""
    to = console()
    if to.is_terminal:
        to.print(made)
        return
    with to.capture() as shown:
        to.print(made)
    sys.stdout.writelines(f"{line.rstrip()}\n" for line in shown.get().splitlines())


def count(number: int) -> str:
    """A number with its thousands apart."""
    return f"{number:,}".replace(",", " ")


def many(number: int, thing: str) -> str:
    """So many things."""
    return f"{count(number)} {thing}{'' if number == 1 else 's'}"


def lines(number: int) -> str:
    """So many lines."""
    return many(number, "line")


def counted(name: str, number: int, meaning: str, style: str = "") -> Text:
    """A line that tells how many; *style* is for a number above zero."""
    return Text.assemble(
        f"  {name:<10}", (f"{count(number):>12}", style if number else ""), (f"  {meaning}", "dim")
    )


def _text(cell: Cell) -> str:
    if cell is None or cell == "":
        return "-"
    return count(cell) if isinstance(cell, int) else str(cell)
