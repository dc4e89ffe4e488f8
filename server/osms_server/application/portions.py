"""Long lists in portions, so that no transaction holds more than a portion in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from osms_common.domain.identifiers import Iin

PORTION: Final = 10_000


def portions(iins: Iterable[Iin]) -> Iterator[list[Iin]]:
    """The same persons in portions, in ascending order within each."""
    rest = iter(iins)
    while portion := sorted(islice(rest, PORTION)):
        yield portion
