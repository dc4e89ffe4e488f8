"""
The ledger: every fact that was taken in, in order of arrival, and since when each is known.

A fact that waits for approval stands in the ledger and is not known (section 4). Facts that name
nobody - snapshots, incidents, lapses - concern every person.
"""

from collections import defaultdict
from datetime import datetime
from typing import TypeVar

from tests.oracle.facts import Fact, PersonalFact

F = TypeVar("F", bound=Fact)


class Ledger:
    """The facts and since when they are known."""

    def __init__(self) -> None:
        self._personal: dict[str, list[PersonalFact]] = defaultdict(list)
        self._common: list[Fact] = []
        self._known_since: dict[int, datetime] = {}

    def write(self, fact: Fact) -> None:
        """Add *fact*, which waits until it is made known."""
        if isinstance(fact, PersonalFact):
            self._personal[fact.iin].append(fact)
        else:
            self._common.append(fact)

    def make_known(self, fact: Fact, instant: datetime) -> None:
        """Let *fact* be known from *instant* on."""
        self._known_since[fact.arrival] = instant

    def known_since(self, fact: Fact) -> datetime | None:
        """Return since when *fact* is known, None while it waits."""
        return self._known_since.get(fact.arrival)

    def is_known(self, fact: Fact) -> bool:
        """Tell whether *fact* is known by now."""
        return fact.arrival in self._known_since

    def people(self) -> list[str]:
        """Return everybody whom a fact names, lists aside."""
        return list(self._personal)

    def concerning(self, iin: str) -> list[Fact]:
        """Return what concerns *iin*, known or waiting, in order of arrival."""
        facts = [*self._personal.get(iin, []), *self._common]
        return sorted(facts, key=lambda fact: fact.arrival)

    def known_about(self, iin: str, kind: type[F]) -> list[F]:
        """Return the known facts of that kind that name *iin*, in order of arrival."""
        facts = self._personal.get(iin, [])
        return [fact for fact in facts if isinstance(fact, kind) and self.is_known(fact)]

    def known_to_all(self, kind: type[F]) -> list[F]:
        """Return the known facts of that kind that name nobody, in order of arrival."""
        return [fact for fact in self._common if isinstance(fact, kind) and self.is_known(fact)]
