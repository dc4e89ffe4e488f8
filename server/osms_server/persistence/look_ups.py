"""
The one question of look-ups: the head of the register and timelines, of one state.

One indexed read by one prepared statement, for all the questions that wait at the moment. What a
revision is depends on no clock here: the head and the timelines come from the same snapshot, and
writers set the head in the transaction that changes the timelines, one after the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from osms_common.application.clock import Clock
from osms_common.domain.errors import RegisterUnavailable, RevisionNotReached
from osms_common.domain.identifiers import Iin
from osms_common.domain.revision import Revision, revision_token
from osms_common.persistence.copying import array_text
from osms_server.application.ports import Head, Known
from osms_server.application.rows import FactKind
from osms_server.persistence.line import Line, StatementFailed

# All persons come as one text, a line each: to take a thousand rows apart would cost more than to
# find them.
_LOOK_UP: Final = """
select head.revision, head.overlay_revision,
       (select string_agg(p.iin || ' ' || p.fact_kinds || ' ' || p.timeline, E'\\n')
        from person p where p.iin = any ($1::bigint[]))
from head
"""
_WITHDRAWN: Final = frozenset({"0", str(FactKind.WITHDRAWN)})
"""Kinds of fact of a person of whom nothing is known now."""

_TENTH: Final = 100_000
"""Microseconds to which the instant of the data is rounded down, so that it is often the same."""

_REVISION, _OVERLAY_REVISION, _PERSONS = range(3)


class LookUpLine:
    """Look-ups over one connection to one server, on one loop, one after the other."""

    def __init__(self, dsn: str, clock: Clock, seconds_max: float) -> None:
        self._line = Line(dsn, {"look_up": _LOOK_UP}, seconds_max)
        self._clock = clock

    async def look_up(self, iins: Sequence[Iin], at_least: Revision) -> Known:
        """As `LookUps` says; of the primary, whose data is complete when it is read."""
        known = await self.read(iins, self._clock.now())
        if known.head.revision < at_least:
            raise RevisionNotReached(revision_token(at_least))
        return known

    async def read(self, iins: Sequence[Iin], data_time: datetime) -> Known:
        """What the server knows, whichever revision that is."""
        try:
            result = await self._line.ask("look_up", [array_text(iins).encode()])
        except StatementFailed as error:
            raise RegisterUnavailable from error
        revision, overlay_revision, persons = (
            result.get_value(0, column) or b""
            for column in (_REVISION, _OVERLAY_REVISION, _PERSONS)
        )
        head = Head(Revision(int.from_bytes(revision)), Revision(int.from_bytes(overlay_revision)))
        timelines: dict[Iin, str] = {}
        withdrawn = []
        for line in persons.decode().split("\n") if persons else ():
            iin_text, fact_kinds, timeline = line.split(" ")
            iin = Iin(int(iin_text))
            timelines[iin] = timeline
            if fact_kinds in _WITHDRAWN:
                withdrawn.append(iin)
        as_of = data_time.replace(microsecond=data_time.microsecond // _TENTH * _TENTH)
        return Known(head, timelines, frozenset(withdrawn), as_of)

    def close(self) -> None:
        """Ends the connection."""
        self._line.close()
