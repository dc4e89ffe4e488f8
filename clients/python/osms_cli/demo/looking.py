"""Looks people of the region up, and holds the answers against their lives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from rich.text import Text

from osms_cli import output
from osms_cli.drawing.words import ground_name, status_text, until
from osms_cli.scenario.delivery import Actors
from osms_client import Entitlement, NotFound, Timeline

CLINIC: Final = "clinic1"
FUND: Final = "supervisor1"
GROUNDS_WANTED: Final = 5
_DIGITS_SHOWN: Final = 4
_NOT_ENTITLED: Final = frozenset({"NOT_ENTITLED", "NOT_REGISTERED"})


@dataclass(frozen=True)
class Look:
    """One person: an example of what, with which life, and what the service answered."""

    label: str
    iin: str
    story: str
    meant: str
    answer: Entitlement
    category: str
    """The category of the ground that the Fund is shown first."""

    @property
    def came(self) -> str:
        """What was answered, in the words of the region."""
        if not self.answer.entitled:
            return self.answer.status
        return ground_name(self.answer.ground or "", self.category)

    @property
    def fits(self) -> bool:
        """Whether the answer is what the person's life calls for."""
        if self.meant in _NOT_ENTITLED or not self.answer.entitled:
            return self.answer.status == self.meant
        kind, _, category = self.meant.partition(" ")
        if kind.startswith("RETENTION"):
            return self.answer.ground == "RETENTION"
        return self.answer.ground == kind and category in {"", self.category, "F01"}


def look_up(actors: Actors, people: Mapping[str, Any]) -> list[Look]:
    """The first person of each kind, as a medical system and the Fund see them."""
    on = date.fromisoformat(people["on"])
    return [
        _look(actors, label, found[0], on) for label, found in people["grounds"].items() if found
    ]


def _look(actors: Actors, label: str, person: Mapping[str, str], on: date) -> Look:
    iin, story = person["iin"], person["story"]
    life, _, told = story.rpartition("; on ")
    answer = actors.of(CLINIC).check(iin, on)
    explained = actors.of(FUND).explain(iin, on)
    category = next((ground.category for ground in explained.grounds), "")
    return Look(label, iin, life, told.partition(": ")[2], answer, category)


def draw(looks: list[Look]) -> None:
    """The people in a table."""
    output.show(
        output.table(
            ["AN EXAMPLE OF", "IIN", "ANSWER", "GROUND", "UNTIL", "FITS", "LIFE"],
            (_row(look) for look in looks),
            fold=frozenset({"LIFE"}),
        )
    )


def masked(iin: str) -> str:
    """A person as the demonstration shows one: what is printed has a way of being kept."""
    return f"{'•' * (len(iin) - _DIGITS_SHOWN)}{iin[-_DIGITS_SHOWN:]}"


def _row(look: Look) -> list[output.Cell]:
    ground = ground_name(look.answer.ground, look.category) if look.answer.ground else "-"
    fits = Text("yes", "green") if look.fits else Text("NO", "bold red")
    answer = status_text(look.answer.status)
    return [look.label, masked(look.iin), answer, ground, until(look.answer), fits, look.story]


def richest_timeline(actors: Actors, looks: list[Look]) -> Timeline | None:
    """The timeline with the most grounds among these people; None if nobody is known."""
    found = []
    for look in looks:
        try:
            found.append(actors.of(FUND).timeline(look.iin, language="en"))
        except NotFound:
            continue
    return max(found, key=_richness, default=None)


def _richness(timeline: Timeline) -> tuple[int, int]:
    """More grounds first, up to some; then fewer facts, so that they can be read."""
    found = [ground for stretch in timeline.stretches for ground in stretch.grounds]
    kinds = {(ground.kind, ground.category) for ground in found}
    facts = {fact for ground in found for fact in ground.fact_ids}
    return min(len(kinds), GROUNDS_WANTED), -len(facts)
