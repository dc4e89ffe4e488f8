"""The projections of persons."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import sqlalchemy as sa

from osms_common.domain.identifiers import Iin
from osms_common.persistence.copying import array_text, copy_rows, raw
from osms_server.application.rows import PersonRow
from osms_server.persistence.tables import person

_ROWS = """
select iin, first_revision, revision, fact_kinds, timeline, ledger
from person where iin = any(%s::bigint[])
"""

_RANGE = _ROWS.replace("iin = any(%s::bigint[])", "iin between %s and %s")

_EMPTY_TEXT = '""'  # as an array writes it

_UPDATE = """
update person
set revision = u.revision, fact_kinds = u.fact_kinds, timeline = u.timeline,
    ledger = decode(u.ledger, 'hex')
from unnest(%s::bigint[], %s::bigint[], %s::smallint[], %s::text[], %s::text[])
     as u (iin, revision, fact_kinds, timeline, ledger)
where person.iin = u.iin
"""


class PeopleTable:
    """The projections of persons, in one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def rows(self, iins: Sequence[Iin]) -> Mapping[Iin, PersonRow]:
        """The projections of persons; a person of whom nothing is known is left out."""
        found = raw(self._connection).execute(_ROWS, (array_text(iins),), binary=True).fetchall()
        return {row[0]: PersonRow(*row) for row in found}

    def in_range(self, first: Iin, last: Iin) -> Mapping[Iin, PersonRow]:
        """The projections of the persons from *first* to *last*, both included."""
        found = raw(self._connection).execute(_RANGE, (first, last), binary=True).fetchall()
        return {row[0]: PersonRow(*row) for row in found}

    def replace(self, rows: Sequence[PersonRow], superfluous: Sequence[Iin]) -> None:
        """Keeps projections in place of those that are there, and drops superfluous ones."""
        iins = [*superfluous, *(row.iin for row in rows)]
        raw(self._connection).execute("delete from person where iin = any(%s)", (iins,))
        self.put(rows, [])

    def portions(self, size: int) -> Iterator[Iin]:
        """The IINs that end portions of *size* persons, in ascending order."""
        last: Iin = Iin(-1)
        while True:
            found = (
                raw(self._connection)
                .execute(
                    "select iin from person where iin > %s order by iin offset %s limit 1",
                    (last, size - 1),
                )
                .fetchone()
            )
            if found is None:
                return
            last = found[0]
            yield last

    def put(self, new: Sequence[PersonRow], changed: Sequence[PersonRow]) -> None:
        """Keeps projections."""
        if new:
            copy_rows(self._connection, person, new)
        if changed:
            iins, _, revisions, kinds, timelines, ledgers = zip(*changed, strict=True)
            values = (
                array_text(iins),
                array_text(revisions),
                array_text(kinds),
                array_text(timeline or _EMPTY_TEXT for timeline in timelines),
                array_text(ledger.hex() or _EMPTY_TEXT for ledger in ledgers),
            )
            raw(self._connection).execute(_UPDATE, values)
