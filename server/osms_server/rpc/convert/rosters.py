"""
Reads lines of rosters, and takes nothing from them but who, since when, and of which body (p. 5).

Rank, post and unit are no business of the register. So a line with a field that the contract does
not know, or with a text where a number belongs, is rejected; and what is kept of a rejected line
is without both. Whoever sent it has it, and finds it by its position.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from google.protobuf.unknown_fields import UnknownFieldSet

from osms.entitlement.v1 import roster_service_pb2 as pb
from osms.entitlement.v1.feed_pb2 import UnreadableLine
from osms_common.domain.deliveries import UnreadableRecord
from osms_common.domain.identifiers import Iin, parse_identifier
from osms_common.domain.violations import Reason, Violation
from osms_common.rpc.fields import SYSTEMS, VIOLATIONS_MAX, Fields
from osms_server.application.rosters import RosterChangeLine
from osms_server.domain.records import RosterChangeRecord, RosterLine

_NUMBER: Final = re.compile(r"[0-9][0-9 -]{0,19}|[ -][0-9 -]{1,19}").fullmatch
"""What was meant for an IIN is kept as it was written; anything else may be anything."""

_FIELDS: Final = frozenset({"iin", "changed_on", "op", "operation", "body", "reservist", "line"})
"""Fields that the tool of a sender may name as unreadable."""

_OPERATIONS: Final = (pb.ROSTER_OPERATION_ADD, pb.ROSTER_OPERATION_REMOVE)


def roster_line(message: pb.RosterLine) -> RosterLine:
    """A line of a snapshot."""
    iin = parse_identifier(message.iin)
    if iin is not None and not message.reservist and not _has_unknown(message):
        return RosterLine(iin)
    fields = Fields()
    _read_iin(fields, message.iin)
    faults = (*fields.violations, *_refused(message, ""))
    return RosterLine(iin, faults)


def roster_change_line(message: pb.RosterChangeRecord) -> RosterChangeLine:
    """A change of staff."""
    content = message.WhichOneof("content")
    if content == "unreadable":
        return _unreadable(message.unreadable)
    if content != "change":
        return UnreadableRecord(
            (Violation("content", Reason.REQUIRED), *_unknown("content", message))
        )
    change = message.change
    fields = Fields("change.")
    if change.operation == pb.ROSTER_OPERATION_UNSPECIFIED:
        fields.fault("operation", Reason.REQUIRED)
    elif change.operation not in _OPERATIONS:
        fields.fault("operation", Reason.CODE_UNKNOWN, change.operation)
    iin, changed_on = _read_iin(fields, change.iin), fields.day(change, "changed_date")
    if change.body and change.body not in SYSTEMS:
        fields.fault("body", Reason.CODE_UNKNOWN)
    unknown = (*_unknown("content", message), *_unknown("changed_date", change.changed_date))
    return RosterChangeRecord(
        change.operation == pb.ROSTER_OPERATION_ADD,
        iin,
        changed_on,
        SYSTEMS.get(change.body),
        (*fields.violations, *_refused(change, "change."), *unknown),
    )


def without_texts(message: Any) -> Any:
    """A line as it may be kept: what the contract does not know is left out, and every text."""
    kept = type(message)()
    kept.CopyFrom(message)
    kept.DiscardUnknownFields()
    if isinstance(kept, pb.RosterLine):
        kept.iin = kept.iin if _is_number(kept.iin) else ""
    elif kept.HasField("unreadable"):
        kept.unreadable.Clear()
    elif kept.HasField("change"):
        kept.change.iin = kept.change.iin if _is_number(kept.change.iin) else ""
        kept.change.body = kept.change.body if kept.change.body in SYSTEMS else ""
    return kept


def unknown_around(request: pb.PushRosterRequest) -> tuple[Violation, ...]:
    """What is wrong with a message around its lines."""
    part = request.WhichOneof("message")
    inner = getattr(request, part) if part else request
    return (*_unknown("message", request), *_unknown(part or "message", inner))


def _read_iin(fields: Fields, text: str) -> Iin | None:
    """The IIN; a text that is no number is not told again, for it might be anything."""
    if text and not _is_number(text):
        fields.fault("iin", Reason.TEXT_NOT_ACCEPTED)
        return None
    return fields.iin("iin", text)


def _is_number(text: str) -> bool:
    return _NUMBER(text) is not None


def _unreadable(line: UnreadableLine) -> UnreadableRecord:
    """A line that the tool of the sender could not read; it is told which fields, and no more."""
    named = dict.fromkeys(violation.field for violation in line.violations[:VIOLATIONS_MAX])
    fields = [field for field in named if field in _FIELDS] or ["unreadable"]
    return UnreadableRecord(
        tuple(Violation(field, Reason.UNREADABLE, "", "p5") for field in fields)
    )


def _refused(message: Any, prefix: str) -> Iterator[Violation]:
    if message.reservist:
        yield Violation(f"{prefix}reservist", Reason.RESERVIST, "", "p62")
    yield from _unknown(prefix.removesuffix(".") or "line", message)


def _unknown(field: str, message: Any) -> Iterator[Violation]:
    if _has_unknown(message):
        yield Violation(field, Reason.FIELD_UNKNOWN, "", "p5")


def _has_unknown(message: Any) -> bool:
    return len(UnknownFieldSet(message)) > 0
