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

from osms_server.application.ports import Clock, Head, Known
from osms_server.application.rows import FactKind
from osms_server.domain.errors import RegisterUnavailable, RevisionNotReached
from osms_server.domain.identifiers import Iin
from osms_server.domain.revision import Revision, revision_token
from osms_server.persistence.copying import array_text
from osms_server.persistence.line import Line, StatementFailed

_LOOK_UP: Final = """
select head.revision, head.overlay_revision, p.iin, p.fact_kinds, p.timeline
from head left join person p on p.iin = any ($1::bigint[])
"""
_REVISION, _OVERLAY_REVISION, _IIN, _FACT_KINDS, _TIMELINE = range(5)


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
        value, number = result.get_value, int.from_bytes
        revision, overlay_revision = value(0, _REVISION), value(0, _OVERLAY_REVISION)
        assert revision is not None
        assert overlay_revision is not None
        timelines: dict[Iin, str] = {}
        withdrawn = []
        if value(0, _IIN) is not None:
            for row in range(result.ntuples):
                iin = Iin(number(value(row, _IIN) or b""))
                timelines[iin] = (value(row, _TIMELINE) or b"").decode()
                if not number(value(row, _FACT_KINDS) or b"") & ~FactKind.WITHDRAWN:
                    withdrawn.append(iin)
        head = Head(Revision(number(revision)), Revision(number(overlay_revision)))
        return Known(head, timelines, frozenset(withdrawn), data_time)

    def close(self) -> None:
        """Ends the connection."""
        self._line.close()
