"""
Messages that can be read, with fields that nobody in good faith would send.

Whatever has a field of a name that the service knows often gets a value that it would take, so
that what stands behind the first check is reached, too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any, Final

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message_factory import GetMessageClass

from tests.people import NOBODY, people

NAMED: Final = tuple(people(12, after=9_000))
"""The persons whom hostile messages name; nobody else is named by any."""

_DEPTH_MAX: Final = 5
_MANY: Final = 300
_PLAUSIBLE_SHARE: Final = 0.75

_TEXTS: Final = (
    "",
    " ",
    "\x00",
    "a\x00b",
    "'; drop table person; --",
    "{0.__class__}%s%n",
    "../../etc/passwd",
    "\u202e\u200f\ufeff",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "Құпия",
    "\n\r\t\x1b[2J",
    "00000000000000",
    NOBODY,
    "NaN",
    "-1",
    "9" * 400,
    "é" * 300,
    "x" * 5_000,
)
_INT32: Final = (0, 1, -1, 2, 12, 31, 2**31 - 1, -(2**31), 9999, 10_000)
_INT64: Final = (*_INT32, 2**63 - 1, -(2**63), 2**53 + 1, 10**15, 10**15 + 1)
_UINT: Final = (0, 1, 2**31, 2**32 - 1)
_YEARS: Final = (2026, 2026, 2026, 2025, 1900, 1, 0, 9998, 9999, 10_000, -1, 2**31 - 1)
_SECONDS: Final = (1_780_000_000, 0, -1, 253_402_300_799, 253_402_300_800, -(2**63), 2**63 - 1)
_NANOS: Final = (0, 0, 0, 10_000_000, 1, 999_999_999, 10**9, -1, -(2**31))

_CODES: Final[Mapping[str, Sequence[str]]] = {
    "iin": NAMED,
    "iins": NAMED,
    **dict.fromkeys(
        ("child_iin", "mother_iin", "father_iin", "guardian_iin", "husband_iin", "wife_iin"), NAMED
    ),
    "record_id": ("N-1", "N-2", "N-3"),
    "payer_id": ("160440007161",),
    "category": ("R01", "R02", "R07", "R13"),
    "source": ("MOE", "MLSPP", "MIA", "MOSHE"),
    "body": ("DEFENCE", "INTERIOR"),
    "documents": ("BIRTH_CERTIFICATE", "FORM_027E"),
    "systems": ("SC", "DEFENCE", "MOE"),
    "sender": ("SC", "DEFENCE"),
    "reason": ("OTHER", "DEATH"),
    "purpose_code": ("122", "121"),
    "language_code": ("kk", "ru", "en"),
    "currency_code": ("KZT", ""),
    "incident_code": ("I-1", "I-2"),
    "reference": ("P-1", "P-2"),
    "refund_reference": ("R-1",),
    "at_least_revision": ("", "", "7f00000000000000", "0000000000000001"),
    "name": ("minimum_wage", "retention_months"),
    "value": ("1", "85000"),
}
_IDS: Final = frozenset(
    {
        *("request_id", "snapshot_id", "held_batch_id"),
        *("rejection_id", "registration_id", "receipt_id", "run_id"),
    }
)


class Inventor:
    """Makes messages by their descriptors; the same seed makes the same ones."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._ids = [self._uuid() for _ in range(4)]

    def message(self, descriptor: Descriptor, depth: int = 0) -> Any:
        """A message of a kind, some of whose fields are set."""
        made = GetMessageClass(descriptor)()
        special = _SPECIAL.get(descriptor.full_name)
        if special is not None:
            special(self._random, made)
            return made
        for field in self._chosen(descriptor, depth):
            self._set(made, field, depth)
        return made

    def _chosen(self, descriptor: Descriptor, depth: int) -> list[FieldDescriptor]:
        random = self._random
        share = random.choice((0.3, 0.9, 0.95, 1.0))
        chosen = [field for field in descriptor.fields if random.random() < share]
        if depth >= _DEPTH_MAX:
            return [field for field in chosen if field.message_type is None]
        random.shuffle(chosen)  # of alternatives, the last that is set stays
        return chosen

    def _set(self, made: Any, field: FieldDescriptor, depth: int) -> None:
        random = self._random
        if field.is_repeated:
            count = random.choice((0, 1, 1, 2, 3, 5, _MANY if random.random() < 0.1 else 2))
            values = [self._value(field, depth) for _ in range(min(count, 3))]
            getattr(made, field.name).extend(values * (count // max(1, len(values))))
        elif field.message_type is not None:
            getattr(made, field.name).CopyFrom(self._value(field, depth))
            getattr(made, field.name).SetInParent()
        else:
            setattr(made, field.name, self._value(field, depth))

    def _value(self, field: FieldDescriptor, depth: int) -> Any:
        random = self._random
        if field.message_type is not None:
            return self.message(field.message_type, depth + 1)
        if field.enum_type is not None:
            known = [value.number for value in field.enum_type.values]
            wrong = (-1, 99, 2**31 - 1, -(2**31))
            return random.choice(wrong if random.random() > _PLAUSIBLE_SHARE else known)
        if field.type == FieldDescriptor.TYPE_STRING:
            return self._text(field.name)
        if field.type == FieldDescriptor.TYPE_BYTES:
            return random.randbytes(random.choice((0, 1, 32, 4_000)))
        if field.type == FieldDescriptor.TYPE_BOOL:
            return random.random() < 0.5
        return self._number(field)

    def _number(self, field: FieldDescriptor) -> int:
        random = self._random
        if field.name in {"first_position", "last_position"} and random.random() < 0.5:
            return random.randint(1, 5)
        if field.name == "message_number" and random.random() < 0.7:
            return random.randint(1, 10**6)
        if field.type in {FieldDescriptor.TYPE_UINT32, FieldDescriptor.TYPE_FIXED32}:
            return random.choice(_UINT)
        return random.choice(_INT64 if field.type == FieldDescriptor.TYPE_INT64 else _INT32)

    def _text(self, name: str) -> str:
        random = self._random
        if random.random() < _PLAUSIBLE_SHARE:
            if name in _IDS:
                return random.choice((*self._ids, self._uuid()))
            if name in _CODES:
                return random.choice(_CODES[name])
            return "" if name.endswith("token") else f"text {random.randrange(10**6)}"
        return random.choice(_TEXTS)

    def _uuid(self) -> str:
        digits = f"{self._random.getrandbits(128):032x}"
        return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def _date(random: Random, made: Any) -> None:
    if random.random() < _PLAUSIBLE_SHARE:
        made.year, made.month = 2026, random.randint(1, 7)
        made.day = random.choice((0, random.randint(1, 28)))  # a month has no day
        return
    made.year = random.choice(_YEARS)
    made.month = random.choice((1, 2, 5, 6, 7, 12, 0, 13, -1))
    made.day = random.choice((0, 0, 1, 10, 28, 29, 31, 32, -1))


def _money(random: Random, made: Any) -> None:
    if random.random() < _PLAUSIBLE_SHARE:
        made.units = random.randint(1, 10_000)
        return
    made.currency_code = random.choice(("KZT", "KZT", "", "USD", "\x00"))
    made.units = random.choice((4_250, 1, 10**12 - 1, 10**12, *_INT64))
    made.nanos = random.choice(_NANOS)


def _timestamp(random: Random, made: Any) -> None:
    made.seconds = random.choice(_SECONDS)
    made.nanos = random.choice(_NANOS)


_SPECIAL: Final[Mapping[str, Callable[[Random, Any], None]]] = {
    "google.type.Date": _date,
    "google.type.Money": _money,
    "google.protobuf.Timestamp": _timestamp,
}
