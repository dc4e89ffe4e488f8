"""Bytes that are nearly a message, or none at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Final

_NEST: Final = 3_000
_GROUP: Final = b"\x0b"
"""The beginning of a group of field 1, which has no end."""


def mutated(random: Random, content: bytes) -> bytes:
    """The bytes of a message with one thing wrong, or several."""
    for _ in range(random.choice((1, 1, 1, 2, 3, 8))):
        content = random.choice(_WAYS)(random, content)
    return content


def _at(random: Random, content: bytes) -> int:
    return random.randrange(len(content)) if content else 0


def _flip(random: Random, content: bytes) -> bytes:
    if not content:
        return b"\x01"
    at = _at(random, content)
    return content[:at] + bytes((content[at] ^ 1 << random.randrange(8),)) + content[at + 1 :]


def _cut(random: Random, content: bytes) -> bytes:
    return content[: _at(random, content)]


def _repeat(random: Random, content: bytes) -> bytes:
    start, end = sorted((_at(random, content), _at(random, content)))
    return content[:end] + content[start:end] * random.choice((1, 2, 50)) + content[end:]


def _insert(random: Random, content: bytes) -> bytes:
    at = _at(random, content)
    return content[:at] + random.randbytes(random.randint(1, 20)) + content[at:]


def _lie(random: Random, content: bytes) -> bytes:
    """Some byte, perhaps a length, says more than there is."""
    at = _at(random, content)
    return (
        content[:at]
        + random.choice((b"\xff\xff\xff\xff\x0f", b"\x7f", b"\xff\x01"))
        + content[at + 1 :]
    )


def _long_number(random: Random, content: bytes) -> bytes:
    return (
        content + bytes((random.randrange(1, 16) << 3,)) + b"\xff" * random.choice((9, 10, 11, 30))
    )


def _unknown(random: Random, content: bytes) -> bytes:
    """A field that the contract does not know, of any wire type."""
    number = random.choice((15, 100, 19_000, 536_870_911))
    tag = _varint(number << 3 | random.randrange(8))
    return content + tag + random.randbytes(random.choice((0, 1, 4, 8, 100)))


def _other_type(random: Random, content: bytes) -> bytes:
    """A field that it knows, with another wire type."""
    tag = bytes((random.randrange(1, 16) << 3 | random.randrange(8),))
    return content + tag + random.randbytes(random.choice((1, 4, 8)))


def _nested(random: Random, content: bytes) -> bytes:
    if random.random() < 0.5:
        return content + _GROUP * _NEST
    made = content
    for _ in range(random.choice((10, 120, 300))):
        made = _field(random.randrange(1, 6), made)
    return made


def _no_text(random: Random, content: bytes) -> bytes:
    """A text that is no UTF-8."""
    wrong = random.choice((b"\xff\xfe", b"\xc3\x28", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80"))
    return content + _field(random.randrange(1, 12), wrong)


def _large(random: Random, content: bytes) -> bytes:
    return content + _field(
        random.randrange(1, 12), b"9" * random.choice((1_000, 70_000, 300_000))
    )


def _anything(random: Random, content: bytes) -> bytes:
    del content
    return random.randbytes(random.choice((0, 1, 2, 3, 5, 10, 100, 1_000)))


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _varint(number: int) -> bytes:
    made = b""
    while number > 127:
        made, number = made + bytes((number & 127 | 128,)), number >> 7
    return made + bytes((number,))


_WAYS: Final[Sequence[Callable[[Random, bytes], bytes]]] = (
    *(_flip, _cut, _repeat, _insert, _lie, _long_number, _unknown),
    *(_other_type, _nested, _no_text, _large, _anything),
)
