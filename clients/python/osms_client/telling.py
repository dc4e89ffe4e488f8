"""Reports and contributions: to the contract, and from lines of JSON as senders' systems write."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final, TypeVar

from osms.matching.v1 import contribution_service_pb2 as contribution_pb
from osms.matching.v1 import report_pb2 as report_pb
from osms.matching.v1 import source_service_pb2 as source_pb
from osms_client import _writing
from osms_client._told import CONTENTS, CONTRIBUTION, REFUND, Json, Unread, camel
from osms_client.errors import Violation
from osms_client.records import Unreadable
from osms_client.reports import (
    Contribution,
    ContributionMessage,
    ContributionRefunded,
    Report,
    ReportMessage,
    ReportWithdrawn,
)

Message = TypeVar("Message")

UNREADABLE: Final = "UNREADABLE"

_NAMES: Final = {shape.ours: name for name, shape in CONTENTS.items()}
_BY_JSON: Final = {spelling: name for name in CONTENTS for spelling in (name, camel(name))}
_KINDS: Final = {f"REPORT_KIND_{name.upper()}": shape.ours for name, shape in CONTENTS.items()}


def report_from_json(line: str) -> ReportMessage:
    """
    What a line says that is a `ReportRecord` of the contract as JSON.

    A line that is none comes back as `Unreadable`, with what cannot be read in it.
    """
    return _read(line, _report)


def contribution_from_json(line: str) -> ContributionMessage:
    """The same of a line that is a `ContributionRecord`."""
    return _read(line, _contribution)


def report_record(message: ReportMessage) -> source_pb.ReportRecord:
    """A message of a source system."""
    if isinstance(message, Report):
        name = _NAMES[type(message.content)]
        content: Any = CONTENTS[name].write(message.content)
        return source_pb.ReportRecord(
            report=report_pb.Report(record_id=message.record_id, **{name: content})
        )
    if isinstance(message, Unreadable):
        return source_pb.ReportRecord(unreadable=_writing.unreadable(message))
    kind = source_pb.ReportKind.Value(f"REPORT_KIND_{_NAMES[message.kind].upper()}")
    return source_pb.ReportRecord(
        withdrawal=source_pb.ReportWithdrawal(record_id=message.record_id, kind=kind)
    )


def contribution_record(message: ContributionMessage) -> contribution_pb.ContributionRecord:
    """A message about a contribution."""
    if isinstance(message, Contribution):
        return contribution_pb.ContributionRecord(contribution=CONTRIBUTION.write(message))
    if isinstance(message, Unreadable):
        return contribution_pb.ContributionRecord(unreadable=_writing.unreadable(message))
    return contribution_pb.ContributionRecord(refund=REFUND.write(message))


def _read(line: str, read: Callable[[str, Any], Message]) -> Message | Unreadable:
    try:
        name, content = _only(_object_of(line), "line")
        return read(name, content)
    except Unread as error:
        return Unreadable(line, (Violation(error.field, UNREADABLE, error.description),))


def _object_of(line: str) -> Json:
    try:
        told = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Unread("line", f"not JSON: {error}") from error
    if not isinstance(told, dict):
        raise Unread("line", "not a JSON object")
    return told


def _only(told: Json, field: str) -> tuple[str, Any]:
    """The one field of an object. Unread: there are others, or none."""
    if len(told) != 1:
        raise Unread(field, f"has {len(told)} fields, and not one")
    return next(iter(told.items()))


def _report(name: str, content: Any) -> Report | ReportWithdrawn:
    told = _message(name, content)
    if name == "report":
        number = _number_of(name, told)
        kinds = {field: each for field, each in told.items() if field not in _RECORD_ID}
        spelling, inner = _only(kinds, name)
        kind = _BY_JSON.get(spelling)
        if kind is None:
            raise Unread(f"{name}.{spelling}", "there is no such kind of report")
        return Report(number, _within(f"{name}.{kind}", CONTENTS[kind].read, inner))
    if name == "withdrawal":
        _known_fields(name, told, (*_RECORD_ID, "kind"))
        kind_name = told.get("kind")
        if kind_name not in _KINDS:
            raise Unread(f"{name}.kind", f"{kind_name!r} is no kind of report")
        return ReportWithdrawn(_number_of(name, told), _KINDS[kind_name])
    raise Unread(name, "there is no such message of a source")


def _contribution(name: str, content: Any) -> Contribution | ContributionRefunded:
    shape = {"contribution": CONTRIBUTION, "refund": REFUND}.get(name)
    if shape is None:
        raise Unread(name, "there is no such message about contributions")
    told: Contribution | ContributionRefunded = _within(name, shape.read, content)
    return told


_RECORD_ID: Final = ("record_id", camel("record_id"))


def _number_of(name: str, told: Json) -> str:
    """The system's own number; empty where there is none, which is the service's to judge."""
    number = next((told[each] for each in _RECORD_ID if each in told), "")
    if not isinstance(number, str):
        raise Unread(f"{name}.record_id", f"{number!r} is not text")
    return number


def _known_fields(name: str, told: Json, known: tuple[str, ...]) -> None:
    for field in told:
        if field not in known:
            raise Unread(f"{name}.{field}", "there is no such field")


def _message(name: str, content: Any) -> Json:
    if not isinstance(content, dict):
        raise Unread(name, "not a JSON object")
    return content


def _within(field: str, read: Callable[[Json], Any], content: Any) -> Any:
    told = _message(field, content)
    try:
        return read(told)
    except Unread as error:
        raise error.within(field) from error
