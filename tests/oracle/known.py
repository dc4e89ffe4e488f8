"""
What is known about one person at one instant, and the words in which the grounds speak of it.

*Known at t* are the facts recorded, or approved, at or before t (section 1). Of two removals of
one episode the one that arrived later stands (section 2.1), whenever each became known.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import TypeVar

from tests.oracle.days import Month
from tests.oracle.facts import Assignment, Fact, Removal
from tests.oracle.reference import DEATH, Parameters

F = TypeVar("F", bound=Fact)
When = TypeVar("When", date, Month)
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Episode:
    """A category or a treaty listing with its standing removal, if there is one."""

    category: str
    assigned_on: date
    source: str
    removal: Removal | None

    def holds_on(self, day: date) -> bool:
        """``assigned_on <= d < removed_on``; open-ended without a removal (2.1)."""
        return self.assigned_on <= day and (self.removal is None or day < self.removal.removed_on)

    @property
    def is_void(self) -> bool:
        """Tell whether the removal is on the day of the assignment (2.1)."""
        return self.removal is not None and self.removal.removed_on == self.assigned_on


class Known:
    """Facts that concern one person, in order of arrival; a value that remembers its answers."""

    def __init__(self, iin: str, facts: Iterable[Fact], parameters: Parameters) -> None:
        self.iin = iin
        self.facts = tuple(facts)
        self.parameters = parameters
        self.memory: dict[tuple[str, object], object] = {}
        self._by_kind: dict[type[Fact], list[Fact]] = {}
        self.episodes = tuple(self._episode(begun) for begun in self.of(Assignment))
        self.death = self._death()

    def of(self, kind: type[F]) -> Sequence[F]:
        """Return the facts of that kind, in order of arrival."""
        if kind not in self._by_kind:
            self._by_kind[kind] = [fact for fact in self.facts if isinstance(fact, kind)]
        return self._by_kind[kind]  # type: ignore[return-value]  # of that kind, see above

    def is_dead_on(self, day: date) -> bool:
        """No ground holds on or after the day of a standing removal for DEATH (2.2)."""
        return self.death is not None and self.death <= day

    def _episode(self, begun: Assignment) -> Episode:
        removals = [r for r in self.of(Removal) if _same_episode(r, begun)]
        standing = removals[-1] if removals else None
        return Episode(begun.category, begun.assigned_on, begun.source, standing)

    def _death(self) -> date | None:
        removals = (episode.removal for episode in self.episodes)
        days = [r.removed_on for r in removals if r is not None and r.reason == DEATH]
        return min(days, default=None)


def _same_episode(removal: Removal, begun: Assignment) -> bool:
    return (removal.category, removal.assigned_on) == (begun.category, begun.assigned_on)


def remembered(question: Callable[[Known, When], Answer]) -> Callable[[Known, When], Answer]:
    """Work out *question* about one day or month of what is known only once."""

    @wraps(question)
    def answer(known: Known, when: When) -> Answer:
        key = (question.__qualname__, when)
        if key not in known.memory:
            known.memory[key] = question(known, when)
        return known.memory[key]  # type: ignore[return-value]  # put there under the same key

    return answer
