"""What the matching has made over all runs, by category."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from osms_cli import output
from osms_client import MatchingRun


def draw(runs: Sequence[MatchingRun]) -> None:
    """How many runs there were, and what they granted and withdrew."""
    kinds = Counter(run.kind.lower() for run in runs)
    told = ", ".join(output.many(number, f"{kind} run") for kind, number in kinds.items())
    messages = output.count(sum(run.messages for run in runs))
    output.say(f"{told}; {messages} messages to the register", "bold")
    granted, withdrawn = Counter[str](), Counter[str]()
    for run in runs:
        granted.update({each.category: each.granted for each in run.changes})
        withdrawn.update({each.category: each.withdrawn for each in run.changes})
    output.show(
        output.table(
            ["CATEGORY", "GRANTED", "WITHDRAWN", "HELD NOW"],
            (
                [code, granted[code], withdrawn[code], granted[code] - withdrawn[code]]
                for code in sorted(granted, key=_place)
            ),
            right=frozenset({"GRANTED", "WITHDRAWN", "HELD NOW"}),
        )
    )


def _place(code: str) -> tuple[int, str]:
    """The order of p. 20, 55, 61."""
    return "RLF".index(code[0]), code
