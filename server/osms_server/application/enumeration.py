"""
Notices who tries out numbers of persons: too many of them are of nobody who is known.

Hardly anybody in the country is unknown to the register, so a medical system that asks about its
patients seldom hears NOT_REGISTERED. One that hears it again and again, each time about somebody
else, is held back: lists not at all, patients one by one and slowly, until enough time has passed.
Where that is a mistake, the patients are treated under p. 13 meanwhile.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import log as natural_log
from typing import Final, NamedTuple

import structlog

from osms_common.domain.errors import TooManyUnknown
from osms_common.domain.identifiers import Iin

log = structlog.get_logger(__name__)

_CALLERS_MAX: Final = 1_000
_BITS: Final = 18
_SIZE: Final = 1 << _BITS
_SPREAD: Final = 0x9E3779B97F4A7C15
_WORD: Final = (1 << 64) - 1


class EnumerationLimits(NamedTuple):
    """
    Of how many different persons one caller may hear in so many seconds that they are not known.

    Up to *unknown_max* of them nothing is noticed; beyond, no more than the share *share_max* of
    all different persons asked about may be unknown. Who is held back may ask about one patient
    in every *patient_seconds*.
    """

    unknown_max: int
    share_max: float
    seconds: float
    patient_seconds: float


class Different:
    """
    Counts different persons, without keeping them: about right up to a million.

    Each sets one bit of many; how many bits are set tells how many persons there were.
    """

    def __init__(self) -> None:
        self._bits = bytearray(_SIZE // 8)
        self._set = 0

    def add(self, iins: Sequence[Iin]) -> None:
        """Takes note of persons."""
        bits = self._bits
        for iin in iins:
            place = (iin * _SPREAD & _WORD) >> (64 - _BITS)
            mask = 1 << (place & 7)
            if not bits[place >> 3] & mask:
                bits[place >> 3] |= mask
                self._set += 1

    def __len__(self) -> int:
        """How many there were."""
        return round(-_SIZE * natural_log(max(1, _SIZE - self._set) / _SIZE))


@dataclass
class _Seen:
    """What one caller has asked in one stretch of time, and whether it is held back."""

    stretch: int
    asked: Different = field(default_factory=Different)
    unknown: Different = field(default_factory=Different)
    held_until: float = 0.0
    patient_from: float = 0.0

    def begin(self, stretch: int) -> None:
        """Forgets what was asked in the stretch before."""
        if stretch != self.stretch:
            self.stretch, self.asked, self.unknown = stretch, Different(), Different()


class Enumeration:
    """Who has asked about how many unknown persons, in this process."""

    def __init__(self, limits: EnumerationLimits, monotonic: Callable[[], float]) -> None:
        self._limits = limits
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._seen: dict[str, _Seen] = {}

    def let_ask(self, caller: str, persons: int) -> None:
        """TooManyUnknown: *caller* is held back, and may not ask about so many now."""
        with self._lock:
            seen, now = self._seen.get(caller), self._monotonic()
            if seen is None or now >= seen.held_until:
                return
            if persons == 1 and now >= seen.patient_from:
                seen.patient_from = now + self._limits.patient_seconds
                return
            raise self._refusal(seen.held_until - now)

    def let_tell(self, caller: str, asked: Sequence[Iin], unknown: Sequence[Iin]) -> None:
        """
        Takes note of an answer that is about to be given.

        TooManyUnknown: it would tell of too many who are not known, and must not be given.
        """
        with self._lock:
            now = self._monotonic()
            seen = self._of(caller, now)
            seen.asked.add(asked)
            seen.unknown.add(unknown)
            if not unknown or now < seen.held_until or not self._is_too_much(seen):
                return
            seen.held_until, seen.patient_from = now + self._limits.seconds, now
            counts = {"asked": len(seen.asked), "unknown": len(seen.unknown)}
        log.warning(
            "a caller asks about too many who are not known; it is held back",
            caller=caller,
            seconds=self._limits.seconds,
            **counts,
        )
        if len(asked) > 1:
            raise self._refusal(self._limits.seconds)

    def _is_too_much(self, seen: _Seen) -> bool:
        unknown = len(seen.unknown)
        return unknown > self._limits.unknown_max and unknown > self._limits.share_max * len(
            seen.asked
        )

    def _refusal(self, seconds: float) -> TooManyUnknown:
        return TooManyUnknown(
            "unknown_persons_max", self._limits.unknown_max, round(max(seconds, 1.0), 1)
        )

    def _of(self, caller: str, now: float) -> _Seen:
        stretch = int(now / self._limits.seconds)
        if caller not in self._seen and len(self._seen) >= _CALLERS_MAX:
            self._seen = {
                name: seen
                for name, seen in self._seen.items()
                if seen.held_until > now or seen.stretch == stretch
            }
        seen = self._seen.get(caller)
        if seen is None:  # not by setdefault: what it would throw away is large
            seen = self._seen[caller] = _Seen(stretch)
        seen.begin(stretch)
        return seen
