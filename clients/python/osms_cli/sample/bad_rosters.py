"""Bad lines of roster snapshots and roster changes, put among the good ones."""

from __future__ import annotations

from collections import Counter, deque
from typing import TYPE_CHECKING, Final, TypeAlias

from osms_cli.sample import spoil
from osms_cli.sample.chance import Gaps
from osms_cli.sample.spoil import BadKind
from osms_cli.sample.vocabulary import Feed, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

Maker: TypeAlias = "Callable[[Random, str], str]"

REJECTED: Final = Outcome.REJECTED

SHRUNK: Final = BadKind("SNAPSHOT_SHRUNK", Outcome.HELD)
EMPTY: Final = BadKind("SNAPSHOT_EMPTY", REJECTED)


def _iin_of(line: str, column: int) -> str:
    return line.split(",")[column]


#: How a bad snapshot line is made of a good one.
BAD_SNAPSHOT_LINES: Final[dict[BadKind, Maker]] = {
    BadKind("IIN_CHECK_DIGIT", REJECTED): lambda chance, line: (
        f"{spoil.wrong_check_digit(chance, _iin_of(line.rstrip(), 0))},\n"
    ),
    BadKind("IIN_MALFORMED", REJECTED): lambda chance, line: (
        f"{spoil.malformed(chance, _iin_of(line.rstrip(), 0))},\n"
    ),
    BadKind("RESERVIST", REJECTED): lambda chance, _line: f"{spoil.stranger(chance)},true\n",
}


def _changed(line: str, column: int, value: str) -> str:
    columns = line[:-1].split(",")
    columns[column] = value
    return ",".join(columns) + "\n"


#: How a bad change is made of a good one.
BAD_CHANGES: Final[dict[BadKind, Maker]] = {
    BadKind("IIN_CHECK_DIGIT", REJECTED): lambda chance, line: _changed(
        line, 1, spoil.wrong_check_digit(chance, _iin_of(line, 1))
    ),
    BadKind("IIN_MALFORMED", REJECTED): lambda chance, line: _changed(
        line, 1, spoil.malformed(chance, _iin_of(line, 1))
    ),
    BadKind("DATE_IMPOSSIBLE", REJECTED): lambda chance, line: _changed(
        line, 2, spoil.one_of(chance, spoil.IMPOSSIBLE_DATES)
    ),
    BadKind("DATE_UNREADABLE", REJECTED): lambda chance, line: _changed(
        line, 2, spoil.one_of(chance, spoil.UNREADABLE_DATES)
    ),
    BadKind("REMOVAL_UNLISTED", REJECTED): lambda chance, line: (
        f"REMOVE,{spoil.stranger(chance)},{_iin_of(line, 2)},\n"
    ),
    BadKind("RESERVIST", REJECTED): lambda chance, line: (
        f"ADD,{spoil.stranger(chance)},{_iin_of(line, 2)},true\n"
    ),
}


class BadRosterLines:
    """Mixes bad lines into the snapshots or the changes of one body."""

    def __init__(self, chance: Random, share: float, feed: Feed) -> None:
        self.counts: Counter[BadKind] = Counter()
        self._chance = chance
        self._gaps = Gaps(chance, share)
        self._makers = BAD_SNAPSHOT_LINES if feed is Feed.ROSTER else BAD_CHANGES
        self._turns = deque(chance.sample(list(self._makers), len(self._makers)))

    def mix(self, lines: list[str], *, every_kind: bool = False) -> int:
        """Put bad lines among the lines of one file; how many."""
        before = self.counts.total()
        for _ in range(self._gaps.marked(len(lines))):
            self._turns.rotate(-1)
            self._add(lines, self._turns[0])
        if every_kind:
            for kind in [kind for kind in self._makers if not self.counts[kind]]:
                self._add(lines, kind)
        return self.counts.total() - before

    def _add(self, lines: list[str], kind: BadKind) -> None:
        good = lines[int(self._chance.random() * len(lines))]
        if not good.startswith(("ADD", "REMOVE")) and not good[:12].isdigit():
            return
        place = int(self._chance.random() * (len(lines) + 1))
        lines.insert(place, self._makers[kind](self._chance, good))
        self.counts[kind] += 1
