"""Files of categories and of the treaty list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from osms_cli.feeding import fields
from osms_cli.feeding.layout import Layout, Readers
from osms_client import CategoryAssigned, CategoryMessage, CategoryRemoved

TREATY: Final = "F01"

_COLUMNS: Final = (
    "kind",
    "number",
    "iin",
    "category",
    "assigned_on",
    "source",
    "removed_on",
    "removal_source",
    "removal_reason",
)
_ASSIGNMENT: Final[Readers] = {
    "number": fields.number,
    "assigned_on": fields.day,
    "removed_on": fields.absent,
    "removal_source": fields.absent,
    "removal_reason": fields.absent,
}
_REMOVAL: Final[Readers] = {
    "number": fields.number,
    "assigned_on": fields.day,
    "removed_on": fields.optional_day,
}


def _read_category(line: Sequence[str]) -> CategoryMessage:
    kind, number, iin, category, assigned_on, source, removed_on, removal_source, reason = line
    if kind == "ASSIGNED" and not (removed_on or removal_source or reason):
        return CategoryAssigned(
            fields.number(number), iin, category, fields.day(assigned_on), source
        )
    if kind == "REMOVED":
        return CategoryRemoved(
            fields.number(number),
            iin,
            category,
            fields.day(assigned_on),
            fields.optional_day(removed_on),
            removal_source,
            reason,
        )
    raise ValueError(kind)


def _read_treaty(line: Sequence[str]) -> CategoryMessage:
    kind, number, iin, *rest = line
    kind = "ASSIGNED" if kind == "LISTED" else kind
    return _read_category((kind, number, iin, TREATY, *rest))


CATEGORIES: Final = Layout[CategoryMessage](
    name="categories",
    columns=_COLUMNS,
    required=frozenset({"kind", "number", "iin", "category", "assigned_on", "source"}),
    read=_read_category,
    readers={"ASSIGNED": _ASSIGNMENT, "REMOVED": _REMOVAL},
    kind_column="kind",
)

TREATY_LIST: Final = Layout[CategoryMessage](
    name="treaty",
    columns=tuple(column for column in _COLUMNS if column != "category"),
    required=frozenset({"kind", "number", "iin", "assigned_on", "source"}),
    read=_read_treaty,
    readers={"LISTED": _ASSIGNMENT, "REMOVED": _REMOVAL},
    kind_column="kind",
)
