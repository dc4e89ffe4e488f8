"""
What a change would give and take: days of the right, from today on, person by person.

To the Fund, which sees everything, by all that is known. To a sender by what it has sent itself:
else a push that is only tried would tell a body who pays, and the State Corporation who serves.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from osms_common.domain.calendar import FOREVER
from osms_common.domain.codes import GroundKind, System
from osms_common.domain.identifiers import Iin
from osms_server.domain.timeline import decode_timeline, stretch_on
from osms_server.rules.parameters import Parameters
from osms_server.rules.reference import BODIES
from osms_server.rules.spans import Days, merged, within, without


class OwnFacts(NamedTuple):
    """What a push is judged and counted by where it is only tried: the sender's own facts."""

    sender: str
    bodies: tuple[System, ...]
    """The bodies whose people are the sender's: itself, and those whose successor it is."""
    parameters: Parameters


def own_facts_of(sender: str, parameters: Parameters) -> OwnFacts:
    """The facts of a sender: of a body its people's listings, of any other what it has sent."""
    bodies = tuple(
        body.system for body in BODIES.values() if sender in {body.system, body.successor}
    )
    return OwnFacts(sender, bodies, parameters)


class PersonChange(NamedTuple):
    """How the right of one person would change from today on."""

    iin: Iin
    first_gained: date | None
    first_lost: date | None
    lost_kind: GroundKind | None
    """Kind of the ground that is reported first on the first lost day now."""

    entitled_after: tuple[Days, ...]


def change_of(iin: Iin, before: str, after: str, today: date) -> PersonChange:
    """The change from one timeline, as text, to another."""
    was, will_be = _entitled(before, today), _entitled(after, today)
    gained, lost = without(will_be, was), without(was, will_be)
    first_lost = lost[0][0] if lost else None
    return PersonChange(
        iin,
        gained[0][0] if gained else None,
        first_lost,
        _kind_on(before, first_lost),
        tuple(will_be),
    )


def _entitled(timeline: str, today: date) -> list[Days]:
    days = merged((stretch.start, stretch.end) for stretch in decode_timeline(timeline))
    return within(days, today, FOREVER)


def _kind_on(timeline: str, day: date | None) -> GroundKind | None:
    stretch = stretch_on(decode_timeline(timeline), day) if day else None
    return stretch.grounds[0].kind if stretch else None
