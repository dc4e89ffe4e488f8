"""
Lines of the repair queue in the columns of the senders' files.

So what `osms rejections --json` shows as a line can be corrected and given to `osms resubmit`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from osms_cli.feeding.categories import CATEGORIES, TREATY, TREATY_LIST
from osms_cli.feeding.layout import Layout
from osms_cli.feeding.payments import PAYMENTS
from osms_cli.feeding.rosters import ROSTER_CHANGES

Fields = Mapping[str, Any]

_ASSIGNMENT: Final = {
    "iin": "iin",
    "category": "category",
    "assigned_on": "assigned_date",
    "source": "source",
}
_REMOVAL: Final = {
    "iin": "iin",
    "category": "category",
    "assigned_on": "assigned_date",
    "removed_on": "removed_date",
    "removal_source": "source",
    "removal_reason": "reason",
}
_PAYMENT: Final = {
    **{name: name for name in ("reference", "iin", "surname", "given_name", "patronymic")},
    **{name: name for name in ("payer_id", "payer_name", "payer_kind", "period")},
    "received_on": "received_date",
    "amount": "amount",
    "knp": "purpose_code",
}
_REFUND: Final = {
    **{name: name for name in ("refund_reference", "reference", "iin", "period")},
    "knp": "purpose_code",
    "amount": "amount",
    "refunded_on": "refunded_date",
}
_OPERATIONS: Final = {1: "ADD", 2: "REMOVE"}


def columns_of(feed: str, line: Fields) -> dict[str, Any]:
    """A line of a feed by the names of the file's columns; `unreadable` where it is no record."""
    if "unreadable" in line:
        return {"unreadable": _fields(line, "unreadable").get("content", "")}
    if feed == "CATEGORY":
        return _category(line)
    if feed == "PAYMENT":
        return _payment(line)
    if "change" in line:  # also where it corrects a line of a snapshot
        return _change(_fields(line, "change"))
    return dict(line)


def _category(line: Fields) -> dict[str, Any]:
    removal = "removal" in line
    told = _fields(line, "removal" if removal else "assignment")
    columns = _renamed(told, _REMOVAL if removal else _ASSIGNMENT)
    treaty = columns.get("category") == TREATY
    if treaty:
        del columns["category"]
    kind = "REMOVED" if removal else "LISTED" if treaty else "ASSIGNED"
    return {"kind": kind, "number": line.get("message_number", 0), **columns}


def _payment(line: Fields) -> dict[str, Any]:
    refund = "refund" in line
    columns = _renamed(
        _fields(line, "refund" if refund else "payment"), _REFUND if refund else _PAYMENT
    )
    if period := columns.get("period"):
        year, _, month = str(period).partition("-")
        columns["period"] = month + year
    return {"kind": "REFUND" if refund else "PAYMENT", **columns}


def _change(told: Fields) -> dict[str, Any]:
    operation = told.get("operation")
    return {
        "op": _OPERATIONS.get(operation, "") if isinstance(operation, int) else operation,
        "iin": told.get("iin", ""),
        "changed_on": told.get("changed_date", ""),
        "reservist": told.get("reservist", False),
    }


def _fields(line: Fields, name: str) -> Fields:
    told = line.get(name)
    return told if isinstance(told, Mapping) else {}


def _renamed(told: Fields, names: Mapping[str, str]) -> dict[str, Any]:
    return {column: told[name] for column, name in names.items() if name in told}


def layout_of(names: frozenset[str]) -> Layout[Any] | None:
    """The layout that a line with these names is of; None where it is of none."""
    if "op" in names:
        return ROSTER_CHANGES
    if "reference" in names:
        return PAYMENTS
    if "number" in names:
        return CATEGORIES if "category" in names else TREATY_LIST
    return None
