"""What of a message is kept in the log of acts: itself, and the persons whom it tells of."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import chain
from typing import Any, Final

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from osms_common.domain.identifiers import Iin, parse_identifier

_NAMES: Final = frozenset({"iin", "iins"})
_OURS: Final = "osms."


def as_kept(message: Any) -> bytes:
    """A message without what the contract does not know: nobody could say what that is."""
    kept = type(message)()
    kept.CopyFrom(message)
    kept.DiscardUnknownFields()
    content: bytes = kept.SerializeToString(deterministic=True)
    return content


def persons_in(*messages: Any) -> tuple[Iin, ...]:
    """The persons whom messages name anywhere in a field for an IIN, each once, in order."""
    told = (message for message in messages if message is not None)
    return tuple(dict.fromkeys(chain.from_iterable(map(_found, told))))


def _found(message: Any) -> Iterator[Iin]:
    for field in _fields_to_look_at(message.DESCRIPTOR):
        value = getattr(message, field.name)
        if field.type == FieldDescriptor.TYPE_MESSAGE:
            if not field.is_repeated:
                value = [value] if message.HasField(field.name) else []
            for each in value:
                yield from _found(each)
        else:
            for text in value if field.is_repeated else [value]:
                iin = parse_identifier(text)
                if iin is not None:
                    yield iin


@cache
def _fields_to_look_at(descriptor: Descriptor) -> tuple[FieldDescriptor, ...]:
    """The fields that are an IIN, or messages of ours that may have one."""
    return tuple(
        field
        for field in descriptor.fields
        if (field.type == FieldDescriptor.TYPE_STRING and field.name in _NAMES)
        or (field.message_type is not None and field.message_type.full_name.startswith(_OURS))
    )
