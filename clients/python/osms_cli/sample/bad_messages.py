"""
Bad category and treaty messages, put among the good ones they were made from.

A bad line never stands in for a good one: all that was to be accepted still is, so that the
register's answers can be compared with those for the same region without bad lines.
"""

from __future__ import annotations

from collections import Counter, deque
from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from osms_cli.sample import spoil
from osms_cli.sample.chance import Gaps, between
from osms_cli.sample.days import day_of, iso_texts
from osms_cli.sample.messages import NUMBER, Message
from osms_cli.sample.spoil import BadKind
from osms_cli.sample.vocabulary import EVERY_SOURCE, SOURCES, Feed, Outcome, Reason

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from osms_cli.sample.days import Day


class Place(NamedTuple):
    """A message that has a number: which of those newly numbered on a day it is."""

    day: Day
    place: int


class Draft(NamedTuple):
    """A bad message, and the message whose number it repeats, if any."""

    message: Message
    numbered_as: Place | None = None


class Memory:
    """The good messages of the block so far, from which bad ones are made."""

    def __init__(self, feed: Feed, corrected: set[tuple[str, str, str]], last: Day) -> None:
        self.feed = feed
        self.last = last
        self.assigned: list[tuple[Place, str]] = []
        self.removed: list[tuple[Place, str]] = []
        self._corrected = corrected

    def keep(self, place: Place, line: str) -> None:
        """Remember a good message."""
        (self.removed if line.startswith("REMOVED") else self.assigned).append((place, line))

    def assignment(self, chance: Random) -> tuple[Place, Message]:
        """Any assignment so far."""
        place, line = self.assigned[int(chance.random() * len(self.assigned))]
        return place, Message.of(line, self.feed)

    def removal(self, chance: Random) -> tuple[Place, Message] | None:
        """Any removal so far that was not and will not be corrected."""
        if not self.removed:
            return None
        place, line = self.removed[int(chance.random() * len(self.removed))]
        message = Message.of(line, self.feed)
        if (message.iin, message.code, message.assigned_on) in self._corrected:
            return None
        return place, message


Maker: TypeAlias = "Callable[[Random, Memory], Draft | None]"


def _spoiled(field: str, spoiler: Callable[[Random, Message, Day], str]) -> Maker:
    """Makes an assignment with one field spoiled."""

    def make(chance: Random, memory: Memory) -> Draft:
        message = memory.assignment(chance)[1]
        return Draft(message._replace(**{field: spoiler(chance, message, memory.last)}))

    return make


def _removal(**changed: str) -> Maker:
    """Makes a removal of a standing or ended episode with some fields changed."""

    def make(chance: Random, memory: Memory) -> Draft:
        return Draft(_removal_of(memory.assignment(chance)[1])._replace(**changed))

    return make


def _removal_of(message: Message) -> Message:
    return message._replace(
        kind="REMOVED",
        source="",
        removed_on=_shifted(message.assigned_on, 40),
        removal_source=message.source,
        removal_reason=str(Reason.ENDED),
    )


def _shifted(iso: str, days: int) -> str:
    return iso_texts()[day_of(date.fromisoformat(iso)) + days]


def _removal_of_unknown(chance: Random, memory: Memory) -> Draft:
    message = _removal_of(memory.assignment(chance)[1])
    return Draft(message._replace(assigned_on=_shifted(message.assigned_on, -17)))


def _removal_before_assignment(chance: Random, memory: Memory) -> Draft:
    message = _removal_of(memory.assignment(chance)[1])
    early = _shifted(message.assigned_on, -between(chance, 1, 60))
    return Draft(message._replace(removed_on=early))


def _same_again(chance: Random, memory: Memory) -> Draft:
    place, message = memory.assignment(chance)
    return Draft(message, place)


def _number_reused(chance: Random, memory: Memory) -> Draft:
    place, message = memory.assignment(chance)
    return Draft(message._replace(assigned_on=_shifted(message.assigned_on, 1)), place)


def _episode_again(chance: Random, memory: Memory) -> Draft:
    return Draft(memory.assignment(chance)[1])


def _removal_again(chance: Random, memory: Memory) -> Draft | None:
    found = memory.removal(chance)
    return Draft(found[1]) if found else None


def _foreign_source(chance: Random, message: Message, _day: Day) -> str:
    others = tuple(name for name in EVERY_SOURCE if name not in SOURCES[message.code])
    return spoil.one_of(chance, others)


REJECTED: Final = Outcome.REJECTED
DUPLICATE: Final = Outcome.DUPLICATE

BAD_MESSAGES: Final[dict[BadKind, Maker]] = {
    BadKind("IIN_CHECK_DIGIT", REJECTED): _spoiled(
        "iin", lambda chance, message, _: spoil.wrong_check_digit(chance, message.iin)
    ),
    BadKind("IIN_MALFORMED", REJECTED): _spoiled(
        "iin", lambda chance, message, _: spoil.malformed(chance, message.iin)
    ),
    BadKind("DATE_IMPOSSIBLE", REJECTED): _spoiled(
        "assigned_on", lambda chance, _, __: spoil.one_of(chance, spoil.IMPOSSIBLE_DATES)
    ),
    BadKind("DATE_UNREADABLE", REJECTED): _spoiled(
        "assigned_on", lambda chance, _, __: spoil.one_of(chance, spoil.UNREADABLE_DATES)
    ),
    BadKind("DATE_TOO_EARLY", REJECTED): _spoiled(
        "assigned_on", lambda chance, _, __: spoil.one_of(chance, spoil.EARLY_DATES)
    ),
    BadKind("DATE_TOO_LATE", REJECTED): _spoiled(
        "assigned_on", lambda chance, _, last: spoil.too_late(chance, last)
    ),
    BadKind("SOURCE_UNKNOWN", REJECTED): _spoiled(
        "source", lambda chance, _, __: spoil.one_of(chance, ("MOF", "AKIMAT", "X1"))
    ),
    BadKind("SOURCE_NOT_ALLOWED", REJECTED): _spoiled("source", _foreign_source),
    BadKind("REMOVAL_WITHOUT_DATE", REJECTED): _removal(removed_on=""),
    BadKind("REMOVAL_WITHOUT_SOURCE", REJECTED): _removal(removal_source=""),
    BadKind("REMOVAL_WITHOUT_REASON", REJECTED): _removal(removal_reason=""),
    BadKind("REMOVAL_UNKNOWN_EPISODE", REJECTED): _removal_of_unknown,
    BadKind("REMOVAL_BEFORE_ASSIGNMENT", REJECTED): _removal_before_assignment,
    BadKind("NUMBER_AGAIN", DUPLICATE): _same_again,
    BadKind("NUMBER_REUSED", REJECTED): _number_reused,
    BadKind("EPISODE_AGAIN", DUPLICATE): _episode_again,
    BadKind("REMOVAL_AGAIN", DUPLICATE): _removal_again,
}

BAD_CATEGORIES: Final[dict[BadKind, Maker]] = {
    **BAD_MESSAGES,
    BadKind("CATEGORY_UNKNOWN", REJECTED): _spoiled(
        "code", lambda chance, _, __: spoil.one_of(chance, ("R15", "R00", "L03", "X99"))
    ),
}


class Mixed(NamedTuple):
    """The messages of one delivery with bad ones among them."""

    lines: list[str]
    bad: int
    numbered_as: dict[int, Place]  # lines that repeat the number of another message


class BadMessages:
    """Mixes bad messages into one feed of one block, delivery by delivery."""

    def __init__(self, chance: Random, share: float, memory: Memory) -> None:
        self.counts: Counter[BadKind] = Counter()
        self._chance = chance
        self._gaps = Gaps(chance, share)
        self._makers = BAD_CATEGORIES if memory.feed is Feed.CATEGORY else BAD_MESSAGES
        self._turns = deque(chance.sample(list(self._makers), len(self._makers)))
        self._memory = memory

    def mix(self, day: Day, good: list[str], *, every_kind: bool = False) -> Mixed:
        """
        The good lines of a day with bad ones among them.

        With *every_kind* each kind that has not been seen yet comes after the last good line.
        """
        marked = self._gaps.marked(len(good))
        places = Counter(between(self._chance, 1, len(good)) for _ in range(marked))
        mixer = _Mixer(day)
        for place, line in enumerate(good, start=1):
            self._memory.keep(mixer.add_good(line), line)
            for _ in range(places.get(place, 0)):
                self._add_next(mixer)
        if every_kind:
            self._add_missing(mixer)
        return Mixed(mixer.lines, mixer.bad, mixer.numbered_as)

    def _add_next(self, mixer: _Mixer) -> None:
        """Add a bad message of the next kind that can be made now."""
        for _ in range(len(self._turns)):
            kind = self._turns[0]
            self._turns.rotate(-1)
            if self._add(mixer, kind):
                return

    def _add_missing(self, mixer: _Mixer) -> None:
        for kind in self._makers:
            if not self.counts[kind]:
                self._add(mixer, kind)

    def _add(self, mixer: _Mixer, kind: BadKind) -> bool:
        if not self._memory.assigned:
            return False
        draft = self._makers[kind](self._chance, self._memory)
        if draft is None:
            return False
        mixer.add_bad(draft, self._memory.feed)
        self.counts[kind] += 1
        return True


class _Mixer:
    """Puts lines one after the other and counts those that get a number of their own."""

    __slots__ = ("_day", "_fresh", "bad", "lines", "numbered_as")

    def __init__(self, day: Day) -> None:
        self.lines: list[str] = []
        self.bad = 0
        self.numbered_as: dict[int, Place] = {}
        self._day = day
        self._fresh = 0

    def add_good(self, line: str) -> Place:
        self.lines.append(line)
        self._fresh += 1
        return Place(self._day, self._fresh - 1)

    def add_bad(self, draft: Draft, feed: Feed) -> None:
        if draft.numbered_as is None:
            self._fresh += 1
        else:
            self.numbered_as[len(self.lines)] = draft.numbered_as
        self.lines.append(draft.message._replace(number=NUMBER).line(feed))
        self.bad += 1
