"""What whoever only looks up is told of rosters, written down a second time: in Python."""

from __future__ import annotations

from dataclasses import replace

from osms_common.domain.codes import System
from osms_server.domain.facts import Overlays, PersonFacts, UntoldBody
from osms_server.rules.reference import BODIES


def as_told(facts: PersonFacts, overlays: Overlays) -> PersonFacts:
    """The same facts, with the names of those bodies alone that a failure may concern."""
    failed = frozenset().union(*(incident.systems for incident in overlays.declared))
    bodies = {mark.body for mark in facts.roster if isinstance(mark.body, System)}
    untold = sorted(body for body in bodies if not failed & with_heirs(body))
    names: dict[System | UntoldBody, UntoldBody] = {
        body: UntoldBody(number) for number, body in enumerate(untold, 1)
    }
    marks = [mark._replace(body=names.get(mark.body, mark.body)) for mark in facts.roster]
    return replace(facts, roster=tuple(marks))


def with_heirs(body: System) -> frozenset[System]:
    """A body, and whoever speaks or will speak for its people."""
    found = frozenset({body})
    heir = BODIES[body].successor
    return found if heir is None else found | with_heirs(heir)
