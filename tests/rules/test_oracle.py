"""
The engine against the oracle: two readings of the specification that share no code.

The oracle asks of one day at a time whether a ground holds, in the words of the specification.
Lives are told to both: those that hypothesis invents, which fall apart to the smallest one when
the two disagree, and whole cases as the oracle invents them, of several people, with snapshots
and approvals. OSMS_ORACLE_LIVES and OSMS_ORACLE_CASES ask for more of them.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osms_common.domain.codes import GroundKind
from osms_common.domain.revision import Revision, instant_of, last_revision_at
from osms_server.domain.timeline import GroundCode, Timeline, last_entitled_day, stretch_on
from osms_server.rules.engine import decide
from osms_server.rules.parameters import LAW
from tests.oracle import World
from tests.oracle.cases import random_case
from tests.rules.lives import Life, boundary_days, lives, unhurried
from tests.rules.retelling import ASAN, CaseFacts, retold

LIVES = int(os.environ.get("OSMS_ORACLE_LIVES", "150"))
CASES = int(os.environ.get("OSMS_ORACLE_CASES", "10"))

Kinds = set[tuple[str, str | None]]


def timeline_of(life: Life, known: Revision) -> Timeline:
    """The engine's timeline of a life as known at a revision."""
    return decide(life.person, LAW, known=known, overlays=life.overlays)


def grounds_of(timeline: Timeline, day: date) -> tuple[GroundCode, ...]:
    """The engine's grounds of a day."""
    stretch = stretch_on(timeline, day)
    return stretch.grounds if stretch else ()


def kinds_by_engine(timeline: Timeline, day: date) -> Kinds:
    """The kinds of ground of a day, with the category where the State pays for it."""
    return {
        (code.kind.name, code.category if _is_paid_by_state(code) else None)
        for code in grounds_of(timeline, day)
    }


def _is_paid_by_state(code: GroundCode) -> bool:
    return code.kind is GroundKind.CATEGORY or code.provision == "p9.2"


def kinds_by_oracle(world: World, day: date, now: datetime) -> Kinds:
    """The same as the oracle says it."""
    words = world.kinds(ASAN, day, now)
    return {(str(kind), category) for kind, category in zip(words[::2], words[1::2], strict=True)}


@unhurried(LIVES)
@given(lives(late=False, withdrawals=False), st.data())
def test_the_engine_agrees_with_the_oracle_about_every_life(
    life: Life, data: st.DataObject
) -> None:
    """On every day on which something changes, as known at any time, the two say the same."""
    world, life = retold(life)
    for known in _moments(life, data):
        now = instant_of(known)
        timeline = timeline_of(life, last_revision_at(now))
        for day in {*boundary_days(timeline), *boundary_days(timeline_of(life, known))}:
            assert kinds_by_engine(timeline, day) == kinds_by_oracle(world, day, now), day


def _moments(life: Life, data: st.DataObject) -> list[Revision]:
    """The last instant, and one before it."""
    revisions = life.revisions
    return [revisions[-1], data.draw(st.sampled_from(revisions))] if revisions else []


@pytest.mark.parametrize("seed", range(CASES))
def test_the_engine_agrees_with_the_oracle_about_whole_cases(seed: int) -> None:
    """Each answer of an invented case: its grounds, their order, and the last day of the right."""
    case = random_case(seed)
    questions = [query for query in case["queries"] if "error" not in query["expect"]]
    facts = CaseFacts(case["events"], {query["iin"] for query in questions})
    for question in questions:
        found = _answer(facts.life(question["iin"]), question)
        expected = {name: question["expect"][name] for name in found}
        assert found == expected, question


def _answer(life: Life, question: Mapping[str, Any]) -> dict[str, Any]:
    """The engine's answer in the form of a case."""
    day = date.fromisoformat(question["on"])
    known = last_revision_at(datetime.fromisoformat(question["now"]))
    timeline = timeline_of(life, known)
    grounds = grounds_of(timeline, day)
    last = last_entitled_day(timeline, day) if grounds else None
    kinds = list(dict.fromkeys(code.kind.name for code in grounds))
    answer = {
        "entitled": bool(grounds),
        "primary": kinds[0] if kinds else None,
        "grounds": kinds,
        "through": None if last is None else last.isoformat(),
    }
    if kinds and kinds[0] == "CATEGORY":
        answer["category"] = grounds[0].category
    return answer
