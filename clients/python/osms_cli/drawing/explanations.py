"""Why a person is or is not entitled: grounds that hold, grounds that do not, and the facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from rich.table import Table
from rich.text import Text

from osms_cli import output
from osms_cli.drawing import answers, remedies
from osms_cli.drawing.words import GROUND_STYLE, ground_text, provision_codes, through
from osms_cli.moments import shown, stamp_shown
from osms_client import AbsentGround, Explanation, Fact, Ground

_NAMES: Final = frozenset(
    {"surname", "given_name", "patronymic", "payer_id", "payer_name", "registration_id"}
)


def draw(explanation: Explanation, *, known_at: datetime | None) -> None:
    """Draws an explanation; of an earlier instant, if it was asked as known then."""
    if known_at is not None:
        output.say(f"as known at {shown(known_at)}", "bold yellow")
    answers.draw(explanation.entitlement)
    numbers = {fact.fact_id: number for number, fact in enumerate(explanation.facts, 1)}
    if explanation.grounds:
        _head("Grounds that hold, the reported one first")
        output.show(_ground_table(explanation.grounds, numbers))
    if explanation.absent_grounds:
        _head("Grounds that do not hold, and why")
        output.show(_absent_table(explanation.absent_grounds))
    if explanation.remedies:
        _head("What would help, the nearest first")
        remedies.draw(explanation.remedies)
    if explanation.facts:
        _head("Facts they rest on")
        output.show(fact_table(explanation.facts, brief=True))


def _head(text: str) -> None:
    output.say()
    output.say(text, "bold underline")


def _ground_table(grounds: Iterable[Ground], numbers: Mapping[str, int]) -> Table:
    return output.table(
        ["GROUND", "FROM", "THROUGH", "PROVISIONS", "DEPENDS ON", "FACTS"],
        (
            [
                ground_text(ground),
                ground.start.isoformat(),
                through(ground.end),
                provision_codes(ground.provisions),
                " ".join(ground.depends_on),
                _places(numbers[fact] for fact in ground.fact_ids if fact in numbers),
            ]
            for ground in grounds
        ),
        fold=frozenset({"PROVISIONS", "FACTS"}),
    )


def _absent_table(grounds: Iterable[AbsentGround]) -> Table:
    return output.table(
        ["GROUND", "WHY NOT", "CODE"],
        (
            [Text(ground.kind, GROUND_STYLE.get(ground.kind, "")), ground.text, ground.reason]
            for ground in grounds
        ),
        fold=frozenset({"WHY NOT"}),
    )


def _places(numbers: Iterable[int]) -> str:
    """Numbers of facts, those that follow one another as `#3-#7`."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1][1:] = [number]
        else:
            runs.append([number])
    return " ".join("-".join(f"#{number}" for number in run) for run in runs)


def fact_table(facts: Iterable[Fact], *, brief: bool = False) -> Table:
    """Facts in a list, numbered as the grounds name them; *brief* is what the right rests on."""
    return output.table(
        ["#", "KNOWN SINCE", "FROM", "FACT", "CONTENT"],
        (
            [
                f"#{number}",
                shown(fact.record_time),
                fact.sender,
                _kind(fact),
                content(_brief(fact) if brief else fact.content),
            ]
            for number, fact in enumerate(facts, 1)
        ),
        fold=frozenset({"CONTENT"}),
    )


def _kind(fact: Fact) -> str:
    kind = fact.kind.replace("_", " ")
    return f"{kind}, withdrawn {shown(fact.withdrawn_time)}" if fact.withdrawn_time else kind


def _brief(fact: Fact) -> Mapping[str, object]:
    """The fields of a fact without the names of people and payers."""
    return {name: value for name, value in fact.content.items() if name not in _NAMES}


def content(fields: Mapping[str, object]) -> str:
    """The fields of a fact or line, in one line; the person is known already."""
    return "  ".join(_told(name, value) for name, value in fields.items() if name != "iin")


def _told(name: str, value: object) -> str:
    if name == "listed":
        return "added" if value else "removed"
    if name.endswith("_time"):
        return f"{name}={stamp_shown(str(value))}"
    return f"{name}={_short(value)}"


def _short(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return f"({content(value)})"
    if isinstance(value, list):
        return ",".join(map(_short, value))
    return str(value)
