"""A number of the law, or a list of its: the values by day, and the provision it comes from."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from typing import Final, Generic, TypeVar

Value = TypeVar("Value")

# The Order is in force since its first publication. What lies before is read by the same numbers.
IN_FORCE: Final = date(2020, 12, 30)


@dataclass(frozen=True, slots=True)
class Dated(Generic[Value]):
    """The values by the day from which each holds, and the provision that says so."""

    provision: str
    values: tuple[tuple[date, Value], ...]

    def on(self, day: date) -> Value:
        """The value in force on *day*; before the first, the first."""
        at = bisect_right(self.values, day, key=lambda dated: dated[0]) - 1
        return self.values[max(at, 0)][1]


def since_order(provision: str, value: Value) -> Dated[Value]:
    """One value since the Rules are in force."""
    return Dated(provision, ((IN_FORCE, value),))
