"""
New ids: UUIDs that sort by the time at which they were made (version 7 of RFC 9562).

The instant is the caller's, so that ids follow the clock of a sandbox as well, which stands
still; those of one millisecond sort by a sequence, where the caller gives one.
"""

from __future__ import annotations

import os
from typing import Final
from uuid import UUID

_RANDOM_BYTES: Final = 5
_RANDOM_BITS: Final = 34


def new_id(milliseconds: int, sequence: int = 0) -> UUID:
    """A new id of an instant, in milliseconds since 1970; *sequence* is below 2**40."""
    random = int.from_bytes(os.urandom(_RANDOM_BYTES), "big") & ((1 << _RANDOM_BITS) - 1)
    low = (sequence << _RANDOM_BITS) | random
    return UUID(
        int=(milliseconds << 80)
        | (0x7 << 76)
        | ((low >> 62) << 64)
        | (0b10 << 62)
        | (low & ((1 << 62) - 1))
    )
