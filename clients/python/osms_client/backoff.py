"""How long to wait before something is tried again: exponential, with full jitter."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Final

FIRST_SECONDS: Final = 0.1
LONGEST_SECONDS: Final = 10.0

Randomness = Callable[[], float]
"""A number in [0, 1), another one each time."""


class Backoff:
    """
    Pauses whose bound doubles with every failure.

    Each pause is anything from nothing to its bound (full jitter): the many who lost the same
    server at the same moment must not come back to it at the same moment.
    """

    def __init__(self, randomness: Randomness = random.random) -> None:
        self._randomness = randomness

    def pause(self, failures: int) -> float:
        """Seconds to wait after so many failures, from 1 on."""
        bound: float = min(LONGEST_SECONDS, FIRST_SECONDS * 2 ** (failures - 1))
        return bound * self._randomness()
