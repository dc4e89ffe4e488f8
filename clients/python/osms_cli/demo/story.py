"""One woman, day by day: what sources say, what the matching decides, what a hospital is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from rich.text import Text

from osms_cli import output
from osms_cli.demo.forming import MatchingActors
from osms_cli.drawing.matchings import styled
from osms_cli.drawing.words import provision_codes, status_text, until
from osms_cli.scenario.delivery import Actors
from osms_client import CategoryDecision, Entitlement, NotFound

CLINIC: Final = "clinic1"
OPERATOR: Final = "labour1"
_CHANGED: Final = frozenset({"GRANTED", "WITHDRAWN"})

Answer = tuple[str, str | None]


@dataclass(frozen=True)
class Day:
    """What was decided about her on a day, and what a clinic was answered on it."""

    day: date
    decisions: tuple[CategoryDecision, ...]
    answer: Entitlement

    @property
    def told(self) -> Answer:
        """What a clinic sees of the answer."""
        return self.answer.status, self.answer.ground

    def news(self, before: Day | None) -> list[CategoryDecision]:
        """What was granted or withdrawn, and what is refused for another reason than before."""
        known = {} if before is None else {each.category: each.reason for each in before.decisions}
        return [
            decision
            for decision in self.decisions
            if decision.outcome in _CHANGED
            or (
                decision.outcome == "NOT_GRANTED"
                and known.get(decision.category) != decision.reason
            )
        ]


@dataclass
class Story:
    """Follows the woman of a region from run to run."""

    actors: Actors
    matching: MatchingActors
    told: Mapping[str, Any]
    """`story.json` of the region."""

    days: list[Day] = field(default_factory=list)

    def look(self, day: date) -> None:
        """Asks about her, once the run of a day is made and sent."""
        iin = self.told["iin"]
        try:
            decisions = self.matching.of(OPERATOR).explain(iin, day).decisions
        except NotFound:
            decisions = ()
        self.days.append(Day(day, decisions, self.actors.of(CLINIC).check(iin, day)))

    def draw(self) -> None:
        """The whole story."""
        output.say(f"{self.told['name']}, in a region of people without names", "bold")
        before: Day | None = None
        steps = list(self.told["steps"])
        for day in self.days:
            said = [step for step in steps if step["sent_on"] <= day.day.isoformat()]
            del steps[: len(said)]
            news = day.news(before)
            for step in said:
                output.say(f"{step['sent_on']}  {step['source']} {step['said']}")
            if news or (before is not None and before.told != day.told):
                _draw_day(day, news)
            before = day

    @property
    def changes(self) -> list[tuple[str, str, str]]:
        """Everything that was granted to her and withdrawn: day, category, outcome."""
        return [
            (day.day.isoformat(), decision.category, decision.outcome)
            for day in self.days
            for decision in day.decisions
            if decision.outcome in _CHANGED and decision.day == day.day
        ]


def _draw_day(day: Day, news: list[CategoryDecision]) -> None:
    for decision in news:
        head = Text.assemble(
            f"{day.day}  ",
            ("matching  ", "dim"),
            (f"{decision.category} ", "bold"),
            styled(decision.outcome),
            f"  {provision_codes(decision.provisions)}",
        )
        output.say(head)
        output.say(f"{'':12}{decision.text}")
    answer = day.answer
    output.say(
        Text.assemble(
            f"{day.day}  ",
            ("hospital  ", "dim"),
            status_text(answer.status),
            f"  {answer.ground or 'no ground'}, until {until(answer)}",
        )
    )
