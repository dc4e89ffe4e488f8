"""Long lists: cut for people, whole for machines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final, TypeVar

from osms_cli.output import remark

Item = TypeVar("Item")

LIMIT: Final = 100


def limited(items: Iterable[Item], limit: int | None, *, as_json: bool) -> Iterator[Item]:
    """The first items of a list; whoever does not see all of them is told so."""
    most = limit or (None if as_json else LIMIT)
    remaining = iter(items)
    yield from islice(remaining, most)
    if most is not None and next(remaining, None) is not None:
        remark(f"there are more than {most}; see --limit")
