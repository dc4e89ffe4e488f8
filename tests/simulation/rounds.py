"""
One round: a story told in peace, then told again with faults, and both held against each other.

A seed gives the story, the faults, their order and what the senders do. At which instruction a
process is killed no seed can say, so a seed that failed once may have to be repeated.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from tests.oracle.days import day_of
from tests.simulation.faults import DECK, STRIKES, Fault
from tests.simulation.killed_client import push_and_kill
from tests.simulation.manoeuvres import MANOEUVRES, Manoeuvre, plainly
from tests.simulation.senders import FeedSender, Sender, sender_of
from tests.simulation.site import Site
from tests.simulation.story import Kind, Moment, Story, invent
from tests.simulation.what_is_there import compare, register_shown
from tests.simulation.what_was_acknowledged import Broken, require
from tests.simulation.witness import Watch

_LONGEST_WAIT: Final = 0.08
_SECONDS: Final = 120

Say = Callable[[str], None]


@dataclass(frozen=True)
class Size:
    """How long a story is: so many moments, each of so many acts."""

    moments: int
    acts: int


def shuffled(seed: int, decks: int) -> list[Fault]:
    """Every fault so many times, in the order of a seed."""
    cards = DECK * decks
    return Random(f"faults {seed}").sample(cards, len(cards))


def run_round(site: Site, seed: int, size: Size, faults: Sequence[Fault], say: Say) -> None:
    """Runs the round of a seed. Broken: the service did not keep a promise."""
    story = invent(seed, moments=size.moments, acts=size.acts)
    try:
        in_peace = Telling(site, story, (), say).run()
        disturbed = Telling(site, story, faults, say).run()
        for what, shown in in_peace.items():
            require(disturbed[what] == shown, f"{what} differ from those of the telling in peace")
    except Broken as error:
        error.add_note(f"seed {seed}")
        raise


class Telling:
    """A story as it is told to a site, with these faults."""

    def __init__(self, site: Site, story: Story, faults: Sequence[Fault], say: Say) -> None:
        self._site = site
        self._story = story
        self._faults = list(faults)
        self._mad = bool(faults)
        self._say = say
        self._chance = Random(f"telling {story.seed}")
        self._senders = {name: sender_of(name, site, story.seed) for name in story.senders}

    def run(self) -> dict[str, Any]:
        """Tells the story to its end; what the register then shows."""
        self._site.begin(self._story.moments[0].at)
        for number, moment in enumerate(self._story.moments, 1):
            self._site.move_clock(moment.at)
            for name, events in moment.said.items():
                self._senders[name].hear(list(events))
            told = self._story.moments[:number]
            self._until_all_is_said(told, feeds=True)
            self._until_all_is_said(told, feeds=False)
            if self._mad:
                self._compare(told)
        return register_shown(self._site, self._story)

    def _until_all_is_said(self, told: Sequence[Moment], *, feeds: bool) -> None:
        """Lets the feeds, or the Fund, go on until nothing is left to say."""
        until = time.monotonic() + _SECONDS
        while left := self._with_something_to_say(feeds=feeds):
            require(time.monotonic() < until, "senders do not come to an end", left)
            fault = self._next_fault(left)
            if self._try(left, fault, told[-1]):
                self._compare(told)

    def _with_something_to_say(self, *, feeds: bool) -> list[Sender]:
        return [
            sender
            for name, sender in self._senders.items()
            if feeds is (name.kind is not Kind.DECISIONS) and not sender.done
        ]

    def _next_fault(self, left: Sequence[Sender]) -> Fault:
        """The next of the deck, if it is time for one and there is somebody for it."""
        first = self._senders.keys() == {left[0].name} and left[0].kept == 0
        if first or not self._faults or self._chance.random() < 0.2:
            return Fault.NOTHING
        if self._faults[-1] is Fault.CLIENT_KILLED and not _with_process(left):
            return Fault.NOTHING
        return self._faults.pop()

    def _watch(self, moment: Moment) -> AbstractContextManager[object]:
        """A clinic that asks about the witness, once the witness is known."""
        if moment is self._story.moments[0]:
            return nullcontext()
        return Watch(self._site.client("clinic1"), self._story.witness, day_of(moment.at))

    def _try(self, left: Sequence[Sender], fault: Fault, moment: Moment) -> bool:
        """One attempt of everybody, with a fault; whether there was one."""
        with ThreadPoolExecutor(len(left)) as pool, self._watch(moment):
            killed = _with_process(left)[0] if fault is Fault.CLIENT_KILLED else None
            running = [
                pool.submit(push_and_kill, sender, self._seeded())
                if sender is killed
                else pool.submit(sender.attempt, self._manoeuvre(), self._seeded())
                for sender in left
            ]
            if fault in STRIKES:
                time.sleep(self._chance.uniform(0, _LONGEST_WAIT))
                STRIKES[fault](self._site)
            for future in running:
                future.result(_SECONDS)
        if fault is Fault.NOTHING:
            return False
        self._site.recover(moment.at)
        for sender in self._senders.values():
            sender.settle()
        self._say(f"  {fault}: recovered")
        return True

    def _manoeuvre(self) -> Manoeuvre:
        if not self._mad:
            return plainly
        return self._chance.choices([*MANOEUVRES], [*MANOEUVRES.values()])[0]

    def _seeded(self) -> Random:
        """Chance for a thread of its own, so that threads do not take each other's."""
        return Random(self._chance.random())

    def _compare(self, told: Sequence[Moment]) -> None:
        compare(self._site, self._story, told, self._senders, self._chance)


def _with_process(left: Sequence[Sender]) -> list[FeedSender]:
    """Those who can send from a process of their own."""
    return [sender for sender in left if isinstance(sender, FeedSender)]
