"""
Makes the projection anew from the facts, or tells where the two differ.

What a person's row should be follows from the facts alone. `verify` compares and changes nothing;
`rebuild` keeps what should be. Both go through the persons in portions, which any number of
processes may share.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from osms_common.domain.identifiers import Iin
from osms_server.application.ports import Reading, Register, Transaction
from osms_server.application.projecting import kinds_of, project
from osms_server.application.rows import PersonRow
from osms_server.domain.facts import PersonFacts
from osms_server.rules.parameters import Parameters

_NAMED: Final = 20


class Portion(NamedTuple):
    """Persons from *first* to *last*, both included."""

    first: Iin
    last: Iin


class Comparison(NamedTuple):
    """How many persons were looked at, and how many of their rows are not what they should be."""

    people: int
    differing: int
    named: tuple[Iin, ...] = ()
    """Whose they are: the first few, which is enough to look into it."""

    def plus(self, other: Comparison) -> Comparison:
        """Both together."""
        return Comparison(
            self.people + other.people,
            self.differing + other.differing,
            (self.named + other.named)[:_NAMED],
        )


_HIGHEST_IIN = Iin(999_999_999_999)


def portions(register: Register, size: int) -> list[Portion]:
    """All persons in portions of *size*; the last one reaches to the highest IIN."""
    with register.read() as reading:
        ends = list(reading.people.portions(size))
    starts = [Iin(0), *(Iin(end + 1) for end in ends)]
    return [Portion(start, end) for start, end in zip(starts, [*ends, _HIGHEST_IIN], strict=True)]


def verify(register: Register, parameters: Parameters, portion: Portion) -> Comparison:
    """Compares the projections of a portion with what the facts say."""
    with register.read() as reading:
        kept, expected = _kept_and_expected(reading, parameters, portion)
    return _compared(kept, expected)


def rebuild(register: Register, parameters: Parameters, portion: Portion) -> Comparison:
    """Keeps for a portion the projections that the facts say."""
    with register.write() as tx:
        kept, expected = _kept_and_expected(tx, parameters, portion)
        wrong = [row for iin, row in expected.items() if kept.get(iin) != row]
        superfluous = [iin for iin in kept if iin not in expected]
        if wrong or superfluous:
            tx.people.replace(wrong, superfluous)
    return _compared(kept, expected)


def _compared(kept: Mapping[Iin, PersonRow], expected: Mapping[Iin, PersonRow]) -> Comparison:
    differing = [
        iin for iin in kept.keys() | expected.keys() if kept.get(iin) != expected.get(iin)
    ]
    return Comparison(len(expected), len(differing), tuple(sorted(differing)[:_NAMED]))


def _kept_and_expected(
    source: Reading | Transaction, parameters: Parameters, portion: Portion
) -> tuple[Mapping[Iin, PersonRow], Mapping[Iin, PersonRow]]:
    kept = source.people.in_range(*portion)
    facts = source.facts.in_range(*portion)
    return kept, {iin: expected_row(iin, known, parameters) for iin, known in facts.items()}


def expected_row(iin: Iin, facts: PersonFacts, parameters: Parameters) -> PersonRow:
    """The projection of a person, from all facts."""
    revisions = facts.revisions()
    last = max(revisions)
    timeline, ledger = project(facts, parameters, known=last)
    return PersonRow(iin, min(revisions), last, kinds_of(facts), timeline, ledger)
