"""Weighted choices and waiting times, each at the price of one random number."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from math import log
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

T = TypeVar("T")


class Choice(Generic[T]):
    """One of several options, each with its weight."""

    __slots__ = ("_bounds", "_options")

    def __init__(self, weights: Mapping[T, float]) -> None:
        total = sum(weights.values())
        self._options = tuple(weights)
        self._bounds = [bound / total for bound in accumulate(weights.values())][:-1]

    def pick(self, draw: float) -> T:
        """The option at *draw*, a random number from 0 up to but not including 1."""
        return self._options[bisect_right(self._bounds, draw)]


def waiting(chance: Random, mean: float) -> int:
    """Whole days until something happens that happens every *mean* days on average."""
    return int(-log(1.0 - chance.random()) * mean)


def between(chance: Random, least: int, most: int) -> int:
    """A whole number from *least* to *most*, both included."""
    return least + int(chance.random() * (most - least + 1))


class Gaps:
    """Marks a share of many lines, skipping from one marked line to the next."""

    __slots__ = ("_chance", "_mean", "_share", "_to_go")

    def __init__(self, chance: Random, share: float) -> None:
        self._chance = chance
        self._share = share
        self._mean = -1.0 / log(1.0 - share) if share > 0.0 else 0.0
        self._to_go = self._gap()

    def _gap(self) -> int:
        return waiting(self._chance, self._mean)

    def marked(self, lines: int) -> int:
        """How many of the next *lines* lines are marked."""
        if self._share <= 0.0:
            return 0
        count = 0
        self._to_go -= lines
        while self._to_go < 0:
            count += 1
            self._to_go += self._gap() + 1
        return count
