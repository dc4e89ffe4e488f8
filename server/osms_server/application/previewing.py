"""What a change would give and take: days of the right, from today on, person by person."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from osms_server.domain.calendar import FOREVER
from osms_server.domain.codes import GroundKind
from osms_server.domain.identifiers import Iin
from osms_server.domain.timeline import decode_timeline, stretch_on
from osms_server.rules.spans import Days, merged, within, without


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
