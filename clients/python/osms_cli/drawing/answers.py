"""Answers about persons: one in full, many in lines that come as they are told."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import date
from typing import Final, TypeGuard

from rich.text import Text

from osms_cli import output
from osms_cli.checking import Result
from osms_cli.drawing.words import (
    FINANCING,
    GROUND_MEANING,
    STATUS_STYLE,
    labelled,
    status_text,
    until,
)
from osms_cli.failures import FAILED, UNKNOWN, violation_line
from osms_cli.moments import known_shown, shown
from osms_client import CannotTell, Entitlement, OsmsError

_ROW: Final = "{:<14}  {:<14}  {:<10}  {:<9}  {}"


def draw(answer: Entitlement) -> None:
    """One answer in full."""
    head = Text(f"{answer.iin} on {answer.on_date.isoformat()}: ", "bold")
    output.say(head + status_text(answer.status))
    if answer.text:
        output.say(f"  {answer.text}")
    if answer.ground:
        meaning = GROUND_MEANING.get(answer.ground, "")
        output.say(labelled("ground", f"{answer.ground}, {meaning}".rstrip(", ")))
        output.say(labelled("until", until(answer)))
    output.say(labelled("financing", FINANCING.get(answer.financing, answer.financing)))
    for number, provision in enumerate(answer.provisions):
        label = "" if number else "provisions"
        output.say(labelled(label, f"{provision.code:<8} {provision.text}".rstrip()))
    output.say(
        labelled("known", f"{known_shown(answer.revision_time)}, revision {answer.revision}")
    )
    if answer.data_time is not None:
        output.say(labelled("complete", f"as of {shown(answer.data_time)}"))
    output.say(labelled("receipt", answer.receipt_id))
    if answer.signed_receipt:
        output.say(labelled("signed", answer.signed_receipt))


def tell_unknown(iin: str, on: date | None, error: CannotTell, *, as_json: bool) -> None:
    """Says that it cannot be told, where an answer was expected."""
    if as_json:
        output.emit_indented(_unknown(iin, on, error))
        return
    day = f" on {on.isoformat()}" if on else ""
    output.say(Text(f"{iin}{day}: ", "bold") + Text(error.text(), STATUS_STYLE["UNKNOWN"]))


def _unknown(iin: str, on: date | None, error: CannotTell) -> dict[str, object]:
    return {
        "iin": iin,
        "on_date": on,
        "status": "UNKNOWN",
        "text": error.text(),
        "reason": error.reason,
    }


def tell_all(results: Iterable[tuple[str, Result]], on: date | None, *, as_json: bool) -> int:
    """Writes the answers as they come, and faults below; the exit status that they call for."""
    status, faults = 0, []
    tell = _emit if as_json else _write_row
    if not as_json:
        sys.stdout.write(_ROW.format("IIN", "STATUS", "GROUND", "FINANCING", "UNTIL") + "\n")
    for iin, result in results:
        tell(iin, on, result)
        if _is_fault(result):
            faults.append(f"{iin}: {_fault(result)}")
        if isinstance(result, CannotTell):
            status = UNKNOWN
        elif isinstance(result, OsmsError):
            status = status or FAILED
    if not as_json:
        sys.stdout.writelines(f"{fault}\n" for fault in faults)
    return status


def _is_fault(result: Result) -> TypeGuard[OsmsError]:
    return isinstance(result, OsmsError) and not isinstance(result, CannotTell)


def _fault(error: OsmsError) -> str:
    return "; ".join(map(violation_line, error.violations)) or error.message


def _emit(iin: str, on: date | None, result: Result) -> None:
    if isinstance(result, CannotTell):
        output.emit(_unknown(iin, on, result))
    elif isinstance(result, OsmsError):
        error = {"message": result.message, "violations": result.violations}
        output.emit({"iin": iin, "on_date": on, "status": "INVALID", "error": error})
    else:
        output.emit(result)


def _write_row(iin: str, _: date | None, result: Result) -> None:
    if isinstance(result, CannotTell):
        row = f"{iin:<14}  {'UNKNOWN':<14}  {result.text()}"
        sys.stdout.write(_coloured(row, "UNKNOWN") + "\n")
    elif isinstance(result, OsmsError):
        sys.stdout.write(_coloured(_ROW.format(iin, "INVALID", "-", "-", "-"), "INVALID") + "\n")
    else:
        row = _ROW.format(
            iin, result.status, result.ground or "-", result.financing, until(result)
        )
        sys.stdout.write(_coloured(row, result.status) + "\n")


def _coloured(row: str, status: str) -> str:
    """A row with its status in colour, where a terminal shows it."""
    if status not in _COLOURS or not output.coloured():
        return row
    return row.replace(status, f"\x1b[{_COLOURS[status]}m{status}\x1b[0m", 1)


_COLOURS: Final = {
    "ENTITLED": "32",
    "NOT_ENTITLED": "31",
    "NOT_REGISTERED": "31",
    "UNKNOWN": "33",
    "INVALID": "33",
}
