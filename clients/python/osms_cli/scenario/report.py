"""What came of cases, for people and for machines."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.text import Text

from osms_cli import output
from osms_cli.scenario.asking import Mismatch
from osms_cli.scenario.running import CaseResult, Verdict


def summary_line(results: Sequence[CaseResult]) -> str:
    """The last line of every run."""
    verdicts = Counter(result.verdict for result in results)
    counts = [f"{verdicts[verdict]} {verdict}" for verdict in Verdict]
    return f"{len(results)} cases, {', '.join(counts)}"


def matchings(results: Sequence[CaseResult]) -> int:
    """How many matchings the cases have; they are not run."""
    return sum(result.case.matchings for result in results)


def document(results: Sequence[CaseResult]) -> dict[str, Any]:
    """A run as one JSON document."""
    verdicts = Counter(result.verdict for result in results)
    return {
        "summary": {
            "cases": len(results),
            **{verdict.value: verdicts[verdict] for verdict in Verdict},
            "matchings_not_run": matchings(results),
        },
        "cases": [_case_document(result) for result in results],
    }


def _case_document(result: CaseResult) -> dict[str, Any]:
    case = result.case
    return {
        "name": case.name,
        "file": case.file,
        "provisions": case.body.get("provisions", []),
        "why": case.why,
        "verdict": result.verdict,
        "seconds": round(result.seconds, 3),
        "note": result.note,
        "mismatches": [asdict(mismatch) for mismatch in result.mismatches],
    }


def draw(results: Sequence[CaseResult]) -> None:
    """What is not as expected; what is open stands apart, after the failures."""
    for result in results:
        if result.verdict is Verdict.FAILED:
            _draw_case(result, "FAILED", "bold red")
    for result in results:
        if result.verdict is Verdict.OPEN:
            _draw_open(result)
    for result in results:
        if result.verdict is Verdict.SKIPPED and not result.case.matchings:
            output.say(Text("SKIPPED ", "yellow") + Text(f"{result.case.name}: {result.note}"))
    if number := matchings(results):
        output.say(f"{number} matchings not run: the register does not form categories", "dim")


def _draw_open(result: CaseResult) -> None:
    if result.mismatches:
        _draw_case(result, "OPEN", "bold yellow")
    else:
        output.say(Text("OPEN ", "bold yellow") + Text(f"{result.case.name}: as expected"))


def _draw_case(result: CaseResult, label: str, style: str) -> None:
    case = result.case
    output.say(Text(f"{label} ", style) + Text(case.name, "bold"))
    output.say(f"  {'file':<10}{case.file}", "dim")
    if case.why:
        output.say(f"  {'why':<10}{case.why}", "dim")
    for mismatch in result.mismatches:
        _draw_mismatch(mismatch)
    output.say()


def _draw_mismatch(mismatch: Mismatch) -> None:
    output.say(f"  {mismatch.where}: {mismatch.key}")
    output.say(f"    {'expected':<10}{_text(mismatch.expected)}")
    output.say(Text(f"    {'got':<10}") + Text(_text(mismatch.got), "red"))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
