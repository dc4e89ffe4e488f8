"""
The two ways to a projection lead to the same place.

A person's timeline is kept from one commit to the next. Going on from it is the same as deciding
anew from all facts, whenever it does not ask for them.
"""

from __future__ import annotations

from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osms_common.domain.revision import NOTHING_KNOWN, Revision, day_of, last_of_tick, tick_of
from osms_server.application.projecting import carried_forward, kinds_of, project
from osms_server.application.rows import FactKind
from osms_server.domain.facts import Fact
from osms_server.domain.ledger import EMPTY
from osms_server.domain.timeline import decode_timeline
from osms_server.rules.engine import decide, standing_timeline
from osms_server.rules.parameters import LAW
from osms_server.rules.standing import stand
from tests.rules.factories import (
    assigned,
    at,
    day,
    episode,
    listed,
    paid,
    paid_months,
    person,
    refunded,
    registered,
    removed,
    unlisted,
)
from tests.rules.lives import Life, lives, unhurried

HOLDS = "20260301R01"
"""A category since 1 March 2026."""


class Commit(NamedTuple):
    """What was kept of a person before a commit, what then stands, and on which day."""

    before: str
    decided: str
    today: str


CARRIED: dict[str, tuple[Commit, str]] = {
    "nothing was known": (Commit("", HOLDS, "2026-03-05"), HOLDS),
    "never entitled before": (Commit("", "", "2026-03-05"), ""),
    "nothing changes": (Commit(HOLDS, HOLDS, "2026-03-05"), HOLDS),
    "days gained ahead": (
        Commit("20260301R01|20260401", HOLDS, "2026-03-05"),
        HOLDS,
    ),
    "days gained back": (Commit(HOLDS, "20260101R01", "2026-03-05"), "20260101R01"),
    "another ground in its place": (
        Commit(HOLDS, "20260301M", "2026-03-05"),
        "20260301M",
    ),
    "lost from tomorrow on": (
        Commit(HOLDS, "20260301R01|20260306", "2026-03-05"),
        "20260301R01|20260306",
    ),
    "all of it lost before it began": (Commit(HOLDS, "", "2026-02-28"), ""),
    "held days stay": (
        Commit("20260301H|20260306", "20260401R13", "2026-03-10"),
        "20260301H|20260306|20260401R13",
    ),
    "held days touch what is gained": (
        Commit("20260301H|20260306", "20260306R13", "2026-03-10"),
        "20260301H|20260306R13",
    ),
    "some held days are gained": (
        Commit("20260301H|20260306", "20260302R13|20260304", "2026-03-10"),
        "20260301H|20260302R13|20260304H|20260306",
    ),
    "all held days are gained": (
        Commit("20260301H|20260306", "20260201R13", "2026-03-10"),
        "20260201R13",
    ),
    "held days stay though all else is gone": (
        Commit("20260301H|20260306|20260401R13", "", "2026-03-10"),
        "20260301H|20260306",
    ),
}

NOT_CARRIED: dict[str, Commit] = {
    "lost from today on": Commit(HOLDS, "20260301R01|20260305", "2026-03-05"),
    "lost on its first day": Commit(HOLDS, "", "2026-03-01"),
    "a past day lost": Commit(HOLDS, "20260302R01", "2026-03-05"),
    "a past day lost, others gained": Commit(HOLDS, "20260302R01+M", "2026-03-05"),
    "a day lost between two stretches": Commit(
        HOLDS, "20260301R01|20260303|20260304R01", "2026-03-05"
    ),
}


@pytest.mark.parametrize(("commit", "expected"), CARRIED.values(), ids=CARRIED)
def test_where_no_day_up_to_today_is_lost_the_timeline_goes_on(
    commit: Commit, expected: str
) -> None:
    """Nobody was told anything that is no longer so, and held days can only become fewer."""
    assert carried_forward(commit.before, commit.decided, day(commit.today)) == expected


@pytest.mark.parametrize("commit", NOT_CARRIED.values(), ids=NOT_CARRIED)
def test_where_a_day_up_to_today_is_lost_all_facts_are_asked_for(commit: Commit) -> None:
    """It takes all facts to say what was known on that day."""
    assert carried_forward(commit.before, commit.decided, day(commit.today)) is None


def test_a_projection_is_the_decision_and_the_paid_months() -> None:
    """The timeline as text, held days with it, and the ledger of what is paid."""
    facts = person(
        *paid_months("2025-07", "2026-06"),
        listed("2026-03-02"),
        unlisted("2026-03-16"),
    )
    timeline, ledger = project(facts, LAW, known=at("2026-03-20"))
    assert timeline == "20260302M|20260316H|20260317|20260701P|20260901K3|20261001"
    assert ledger == stand(facts, LAW).ledger


def test_a_projection_is_of_what_was_known() -> None:
    """What becomes known later is in neither the timeline nor the ledger."""
    facts = person(
        assigned("R01", "2026-03-01", known="2026-03-01"),
        removed("R01", "2026-03-01", "2026-03-20", known="2026-03-25"),
        *[fact._replace(known=at("2026-07-26")) for fact in paid_months("2025-07", "2026-06")],
    )
    assert project(facts, LAW, known=at("2026-03-24")) == (HOLDS, EMPTY)


def test_what_is_withdrawn_is_in_no_projection() -> None:
    """A withdrawn payment is paid no more, and a withdrawn category holds no more."""
    facts = person(
        *[fact._replace(withdrawn=at("2010-01-02")) for fact in paid_months("2025-07", "2026-06")],
        assigned("R01", "2026-03-01")._replace(withdrawn=at("2010-01-02")),
    )
    assert project(facts, LAW, known=at("2026-03-24")) == ("", EMPTY)


@pytest.mark.parametrize(
    ("facts", "kinds"),
    [
        ([], 0),
        ([assigned("R01", "2026-03-01")], FactKind.CATEGORY),
        ([paid("2026-06"), refunded("2026-06", "2026-08-01")], FactKind.PAYMENT | FactKind.REFUND),
        (
            [listed("2026-03-02"), registered("R12", "2026-03-10")],
            FactKind.ROSTER | FactKind.DOCUMENT,
        ),
        (
            [assigned("R01", "2026-03-01"), paid("2026-06")._replace(withdrawn=at("2026-08-01"))],
            FactKind.CATEGORY | FactKind.WITHDRAWN,
        ),
        (
            [
                assigned("R01", "2026-03-01"),
                removed("R01", "2026-03-01", "2026-03-10")._replace(withdrawn=at("2026-08-01")),
            ],
            FactKind.CATEGORY | FactKind.WITHDRAWN,
        ),
    ],
)
def test_the_kinds_of_the_facts_that_stand_are_kept(facts: list[Fact], kinds: int) -> None:
    """So that no table is read in vain; that anything was withdrawn is a kind of its own."""
    assert kinds_of(person(*facts)) == kinds


def test_people_of_whom_the_same_stands_share_a_timeline() -> None:
    """However it came about, and whenever it became known."""
    one = person(*episode("R01", "2026-03-01", "2026-07-15"))
    other = person(
        assigned("R01", "2026-03-01", known="2026-03-02"),
        removed("R01", "2026-03-01", "2026-05-01", known="2026-05-01"),
        removed("R01", "2026-03-01", "2026-07-15", known="2026-05-02"),
    )
    assert stand(one, LAW) == stand(other, LAW)
    assert standing_timeline(stand(one, LAW), LAW) is standing_timeline(stand(other, LAW), LAW)


def commits_of(life: Life, *, by_instant: bool) -> list[Revision]:
    """The revisions up to which facts are taken in, each alone, or those of an instant at once."""
    revisions = sorted(life.person.revisions())
    if not by_instant:
        return revisions
    return sorted({last_of_tick(tick_of(revision)) for revision in revisions})


@pytest.mark.long
@unhurried(600)
@given(lives(size=12, overlays=False), st.booleans())
def test_going_on_is_the_same_as_beginning_anew(
    life: Life,
    by_instant: bool,  # noqa: FBT001 - hypothesis gives it so
) -> None:
    """At every commit of every life, whether commits share an instant or not."""
    facts = life.person
    kept, before = "", NOTHING_KNOWN
    for known in commits_of(life, by_instant=by_instant):
        standing = stand(facts.known_at(known), LAW)
        carried = carried_forward(kept, standing_timeline(standing, LAW), day_of(known))
        anew, ledger = project(facts, LAW, known=known)
        assert carried in {None, anew}, (before, known)
        assert ledger == standing.ledger
        kept, before = anew, known


@unhurried(100)
@given(lives(overlays=False))
def test_a_projection_reads_as_the_decision(life: Life) -> None:
    """The text of the timeline is the timeline that was decided."""
    known = life.last_revision
    timeline, _ = project(life.person, LAW, known=known)
    assert decode_timeline(timeline) == decide(life.person, LAW, known=known)


@pytest.mark.parametrize(
    ("facts", "going_on"),
    [
        ([assigned("R01", "2026-03-01", known="2026-03-01")], 1),
        (
            [
                assigned("R01", "2026-03-01", known="2026-03-01"),
                removed("R01", "2026-03-01", "2026-03-10", known="2026-03-05"),
            ],
            2,
        ),
        (
            [
                assigned("R01", "2026-03-01", known="2026-03-01"),
                removed("R01", "2026-03-01", "2026-03-01", known="2026-03-05"),
            ],
            1,
        ),
        ([listed("2026-03-02"), unlisted("2026-03-16"), listed("2026-03-20")], 2),
        ([*paid_months("2025-07", "2026-06"), refunded("2026-06", "2026-08-01")], 13),
    ],
)
def test_most_commits_go_on_without_all_facts(facts: list[Fact], going_on: int) -> None:
    """Only a commit that takes a day already told asks for all facts."""
    known_facts = [
        fact if fact.known != at("2010-01-01") else fact._replace(known=at("2010-01-01", number))
        for number, fact in enumerate(facts)
    ]
    life = Life(tuple(known_facts))
    kept, count = "", 0
    for known in commits_of(life, by_instant=False):
        standing = stand(life.person.known_at(known), LAW)
        carried = carried_forward(kept, standing_timeline(standing, LAW), day_of(known))
        count += carried is not None
        kept = project(life.person, LAW, known=known)[0]
    assert count == going_on
