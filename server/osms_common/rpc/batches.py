"""
Batches from the contract: each line read, and to be had again as it was sent.

A line that is too large, or that the sender's tool could not read, is a line with a fault; it is
rejected alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import BadRequest

from osms.entitlement.v1 import feed_pb2
from osms_common.domain.deliveries import Batch, UnreadableRecord
from osms_common.domain.violations import Reason, Violation
from osms_common.rpc.fields import TEXT_LENGTH_MAX, VIOLATIONS_MAX, storable

Record = TypeVar("Record")


def batch_of(
    first_position: int,
    lines: Sequence[Any],
    read: Callable[[Any], Record],
    bytes_max: int,
    kept: Callable[[Any], Any] = lambda line: line,
    is_faulty: Callable[[Any], bool] = lambda record: bool(record.violations),
) -> Batch[Record]:
    """
    A batch; each line can be had again as it was sent, or what of it may be *kept*.

    Of a line of more than *bytes_max* only the beginning is kept. One that has no fault by itself
    is never so large, but for fields that the contract does not know; so only others are measured.
    """
    records: list[Any] = [read(line) for line in lines]
    for index, record in enumerate(records):
        if is_faulty(record) and (size := lines[index].ByteSize()) > bytes_max:
            records[index] = UnreadableRecord(too_large("record", size, bytes_max))
    return Batch(first_position, records, lambda index: content_of(kept(lines[index]), bytes_max))


def too_large(field: str, size: int, bytes_max: int) -> tuple[Violation, ...]:
    """What is wrong with a line of *size* bytes; nothing if it is not too large."""
    if size <= bytes_max:
        return ()
    return (Violation(field, Reason.RECORD_TOO_LARGE, f"{size} > {bytes_max}"),)


def content_of(line: Message, bytes_max: int) -> bytes:
    """A line as it was sent; of one that is too large, the beginning of every text, no lists."""
    content = line.SerializeToString()
    if len(content) <= bytes_max:
        return content
    shortened = type(line)()
    _copy_beginnings(line, shortened)
    return shortened.SerializeToString()


def _copy_beginnings(line: Message, to: Message) -> None:
    for field, value in line.ListFields():
        if field.is_repeated:
            continue
        if field.type == FieldDescriptor.TYPE_MESSAGE:
            getattr(to, field.name).SetInParent()
            _copy_beginnings(value, getattr(to, field.name))
        else:
            setattr(to, field.name, value[:TEXT_LENGTH_MAX] if isinstance(value, str) else value)


def unreadable_record(line: feed_pb2.UnreadableLine | None) -> UnreadableRecord:
    """A line that is no record; the reasons of the sender's tool are kept where it gave any."""
    if line is None:
        return UnreadableRecord((Violation("content", Reason.REQUIRED),))
    told = tuple(_told(violation) for violation in line.violations[:VIOLATIONS_MAX])
    return UnreadableRecord(told or (Violation("unreadable", Reason.UNREADABLE),))


def _told(violation: BadRequest.FieldViolation) -> Violation:
    return Violation(
        storable(violation.field[:TEXT_LENGTH_MAX]) or "unreadable",
        Reason.UNREADABLE,
        storable(violation.description[:TEXT_LENGTH_MAX]),
    )
