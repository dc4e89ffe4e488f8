"""What look-ups are told of facts: with overlays laid over it, every timeline is the true one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pytest
import sqlalchemy as sa
from hypothesis import example, given

from osms_common.domain.codes import System
from osms_common.domain.identifiers import Iin
from osms_common.domain.revision import Revision
from osms_server.bootstrap import Engines, connect
from osms_server.config import Settings
from osms_server.domain.facts import Overlays, PersonFacts, RosterMark, UntoldBody
from osms_server.domain.timeline import encode_timeline
from osms_server.persistence.facts import FactTables
from osms_server.persistence.look_up_facts import PostgresLookUpFacts
from osms_server.roles import Dsns
from osms_server.rules.engine import decide
from osms_server.rules.parameters import LAW
from osms_server.rules.reference import BODIES
from tests.people import people
from tests.persistence.telling import empty_register, tell_facts, tell_overlays
from tests.rules.factories import OverlayFact, failed, listed, overlay
from tests.rules.lives import Life, listed_lives, unhurried
from tests.rules.untold import as_told, with_heirs

SOMEBODY, OTHER = (Iin(int(text)) for text in people(2))


@pytest.fixture(scope="module")
def look_ups(dsns: Dsns, settings: Settings) -> Iterator[PostgresLookUpFacts]:
    """What look-ups read, with their rights and no others."""
    engines = connect(dsns.look_up, settings)
    yield PostgresLookUpFacts(engines.transactions)
    engines.dispose()


def kept(
    engines: Engines, lives: Sequence[Life], overlays: Sequence[OverlayFact]
) -> Mapping[Iin, PersonFacts]:
    """Keeps the lives of two persons; all their facts, as the owner of the tables reads them."""
    with engines.transactions.begin() as connection:
        empty_register(connection)
        for iin, life in zip((SOMEBODY, OTHER), lives, strict=True):
            tell_facts(connection, iin, life.facts)
        tell_overlays(connection, overlays)
        return FactTables(connection).of_people([SOMEBODY, OTHER])


def plain(facts: PersonFacts) -> tuple[object, ...]:
    """Facts in which the bodies that are not named are numbered as they come."""
    numbers: dict[UntoldBody, UntoldBody] = {}
    marks: list[RosterMark] = []
    for mark in sorted(facts.roster, key=lambda mark: (mark.arrived, mark.ordinal)):
        body = mark.body
        if isinstance(body, UntoldBody):
            body = numbers.setdefault(body, UntoldBody(len(numbers)))
        marks.append(mark._replace(body=body))
    others = (facts.assigned, facts.removed, facts.payments, facts.refunds)
    return (*others, tuple(marks), facts.registered, facts.revoked)


@unhurried(40)
@given(listed_lives(), listed_lives())
@example(Life(), Life())
def test_overlaid_timelines_are_those_of_all_facts(
    engines: Engines, look_ups: PostgresLookUpFacts, life: Life, other: Life
) -> None:
    """Whatever fails, is unpaid or was withdrawn, on every day and as known at every instant."""
    full = kept(engines, (life, other), life.overlay_facts)
    told, overlays = look_ups.of_people([SOMEBODY, OTHER]), look_ups.overlays()
    assert told.keys() == full.keys()
    for iin, facts in full.items():
        assert plain(told[iin]) == plain(as_told(facts, overlays))
        for known in life.revisions:
            assert timeline(told[iin], overlays, known) == timeline(facts, overlays, known)


def timeline(facts: PersonFacts, overlays: Overlays, known: Revision) -> str:
    """The timeline as known at an instant."""
    return encode_timeline(decide(facts, LAW, known=known, overlays=overlays.known_at(known)))


@pytest.mark.parametrize("failing", System)
def test_of_every_body_is_told_what_a_failure_makes_necessary(
    engines: Engines, look_ups: PostgresLookUpFacts, failing: System
) -> None:
    """Also where the Rules let another body end: the function must learn of its heir."""
    marks = [listed(f"2025-06-{day:02d}", body=body) for day, body in enumerate(BODIES, 1)]
    life = Life(tuple(marks))
    kept(engines, (life, life), overlay_facts(failing))
    told = look_ups.of_people([SOMEBODY])[SOMEBODY].roster
    named = {mark.body for mark in told if isinstance(mark.body, System)}
    assert named == {body for body in BODIES if failing in with_heirs(body)}
    assert len({mark.body for mark in told}) == len(BODIES)


def overlay_facts(failing: System) -> list[OverlayFact]:
    """A failure of one system."""
    return list(overlay(failed("2025-07-01", failing)).declared)


def test_numbers_of_bodies_tell_one_person_from_no_other(
    engines: Engines, look_ups: PostgresLookUpFacts
) -> None:
    """They are given from person to person, in the order in which the bodies came."""
    by_two = listed("2025-06-01", body=System.DEFENCE), listed("2025-06-02", body=System.FMA)
    by_one = listed("2025-06-03", body=System.FMA)
    kept(engines, (Life(by_two), Life((by_one,))), [])
    told = look_ups.of_people([SOMEBODY, OTHER])
    assert [mark.body for mark in told[SOMEBODY].roster] == ["1", "2"]
    assert [mark.body for mark in told[OTHER].roster] == ["1"]


def test_nobody_is_told_of_whom_nobody_asked(
    engines: Engines, look_ups: PostgresLookUpFacts
) -> None:
    """The functions tell of the persons that they are given, and of nobody without any."""
    life = Life((listed("2025-06-01", body=System.DEFENCE),))
    kept(engines, (life, life), [])
    assert look_ups.of_people([]) == {}
    assert look_ups.of_people([OTHER]).keys() == {OTHER}
    with engines.transactions.connect() as connection:
        for function in ("roster_marks_told", "withdrawn_told"):
            nobody = sa.text(f"select count(*) from {function}(null)")  # noqa: S608 - our own name
            assert connection.execute(nobody).scalar_one() == 0
