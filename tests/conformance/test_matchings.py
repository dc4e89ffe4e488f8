"""The matching makes of every couple of the kit what the case expects."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from osms_matching.rules.categories import RULES
from tests.conformance.matchings import run

FILES = sorted(Path(__file__).parent.glob("*.json"))


def cases() -> Iterator[dict[str, Any]]:
    """All cases that have matchings."""
    for file in FILES:
        for case in json.loads(file.read_text(encoding="utf-8")):
            if case.get("matchings"):
                yield case


@pytest.mark.parametrize("case", list(cases()), ids=lambda case: case["name"])
def test_the_matchings_of_a_case(case: dict[str, Any]) -> None:
    """Each is as expected, one after the other."""
    assert list(run(case["matchings"])) == []


def expected() -> set[tuple[str, str]]:
    """Every category with every outcome that some case expects."""
    return {
        (code, text.split()[0])
        for case in cases()
        for matching in case["matchings"]
        for decisions in matching["expect"].get("decisions", {}).values()
        for code, text in decisions.items()
    }


@pytest.mark.parametrize("outcome", ["GRANTED", "KEPT", "WITHDRAWN"])
def test_every_category_is_granted_kept_and_withdrawn(outcome: str) -> None:
    """Each of p. 20, 55 and 61, in some case."""
    assert {code for code, found in expected() if found == outcome} == set(RULES)


def test_every_category_that_is_matched_is_refused() -> None:
    """Whoever works is not granted what contributions are matched for."""
    matched = {rule.category for rule in RULES.values() if rule.idle.values[0][1]}
    refused = {code for code, found in expected() if found == "NOT_GRANTED"}
    assert refused >= matched


def test_a_wrong_expectation_is_noticed() -> None:
    """What differs is told with what was expected and what came."""
    case = next(case for case in cases() if case["name"].startswith("where neither worked, the"))
    body = json.loads(json.dumps(case["matchings"]))
    body[0]["expect"] = {
        "holder": "father",
        "category": "R04",
        "decisions": {"mother": {"R03": "GRANTED ONLY_PARENT"}, "father": {"L01": "GRANTED"}},
    }
    assert [(each.key, each.got) for each in run(body)] == [
        ("holder", ["mother"]),
        ("category", ["R03"]),
        ("R03 of mother", "GRANTED MOTHER p28 p30.2"),
        ("L01 of father", "NOTHING"),
    ]
