"""
Takes over who holds which category already, before the first run.

Where categories were formed by other means until now, the first run must know of them: otherwise
it would grant them anew, from another day, and what the register has would never end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final, NamedTuple

from osms_common.domain.codes import SOURCE_SYSTEMS, Category, System
from osms_common.domain.identifiers import Iin, parse_identifier
from osms_matching.application.ports import MatchingStore
from osms_matching.domain.grants import Grant
from osms_matching.rules.categories import LAW

COLUMNS: Final = ("iin", "category", "assigned_date", "source")
_CATEGORIES: Final[Mapping[str, Category]] = {code.value: code for code in LAW.rules}
_SOURCES: Final[Mapping[str, System]] = {system.value: system for system in SOURCE_SYSTEMS}


class TooLate(Exception):
    """A run was made: what was held before it can be taken over no more."""

    def __init__(self) -> None:
        super().__init__("categories are taken over before the first run; there is one already")


class TakenOver(NamedTuple):
    """How many grants were taken over, and what is wrong with lines that were not, by number."""

    kept: int
    faults: tuple[tuple[int, str], ...]


def take_over(
    store: MatchingStore, lines: Iterable[Mapping[str, str | None]], today: date
) -> TakenOver:
    """
    Keeps the grants of *lines*, numbered from 2, after the line of heads; bad ones are left out.

    Nothing is taken over that was assigned after *today*.

    TooLate: there is a run.
    """
    grants: dict[tuple[Iin, Category], Grant] = {}
    faults: list[tuple[int, str]] = []
    with store.write() as tx:
        if tx.runs.newest() is not None:
            raise TooLate
        held = tx.runs.taken_over()
        for number, line in enumerate(lines, 2):
            read = _grant(line, today)
            if isinstance(read, Grant) and (key := (read.person, read.category)) not in held:
                held.add(key)
                grants[key] = read
            else:
                told = read if isinstance(read, str) else "iin, category: taken over already"
                faults.append((number, told))
        tx.runs.take_over(grants.values())
    return TakenOver(len(grants), tuple(faults))


def _grant(line: Mapping[str, str | None], today: date) -> Grant | str:
    """The grant of a line, or what is wrong with it and what to do."""
    iin, category, assigned, source = ((line.get(name) or "").strip() for name in COLUMNS)
    person, day = parse_identifier(iin), _day(assigned)
    wrong = [
        fault
        for is_wrong, fault in (
            (person is None, "iin: not a valid IIN; check its 12 digits"),
            (
                category not in _CATEGORIES,
                "category: none that is formed; write R01, ..., L02, F01",
            ),
            (day is None, "assigned_date: no such day; write it as 2026-08-01"),
            (day is not None and day > today, "assigned_date: it is to come"),
            (source not in _SOURCES, "source: no source of a category; write MOE, MLSPP, ..."),
        )
        if is_wrong
    ]
    if wrong or person is None or day is None:
        return "; ".join(wrong)
    return Grant(person, _CATEGORIES[category], day, _SOURCES[source])


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
