"""Files of the authorised bodies: snapshots of their staff, and changes in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from osms_cli.feeding import fields
from osms_cli.feeding.layout import Layout, Readers
from osms_client import RosterChange, RosterLine
from osms_client.records import RosterChangeMessage


def _read_line(line: Sequence[str]) -> RosterLine:
    iin, reservist = line
    return RosterLine(iin, fields.flag(reservist))


def _read_change(line: Sequence[str]) -> RosterChangeMessage:
    operation, iin, changed_on, reservist = line
    if operation not in {"ADD", "REMOVE"}:
        raise ValueError(operation)
    return RosterChange(operation, iin, fields.day(changed_on), fields.flag(reservist))


_CHANGE: Final[Readers] = {"changed_on": fields.day, "reservist": fields.flag}

ROSTER: Final = Layout[RosterLine](
    name="roster",
    columns=("iin", "reservist"),
    required=frozenset({"iin"}),
    read=_read_line,
    readers={"": {"reservist": fields.flag}},
)

ROSTER_CHANGES: Final = Layout[RosterChangeMessage](
    name="roster-changes",
    columns=("op", "iin", "changed_on", "reservist"),
    required=frozenset({"op", "iin", "changed_on"}),
    read=_read_change,
    readers={"ADD": _CHANGE, "REMOVE": _CHANGE},
    kind_column="op",
)
