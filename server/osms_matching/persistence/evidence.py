"""Evidence: what sources report, and what was paid."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from operator import itemgetter
from typing import Any, Final

import sqlalchemy as sa

from osms_common.domain.identifiers import Iin
from osms_common.persistence.copying import copy_rows, raw
from osms_matching.domain.contributions import Contribution, ContributionRefund
from osms_matching.domain.decisions import Run
from osms_matching.domain.records import RecordKey
from osms_matching.domain.reports import Known, Report
from osms_matching.persistence import parties
from osms_matching.persistence.kinds import COLUMNS, KIND_OF, key_of, report_of, row_of
from osms_matching.persistence.lines import (
    CONTRIBUTION_COLUMNS,
    REFUND_COLUMNS,
    contribution_of,
    contribution_row,
    line_arrays,
    refund_of,
    refund_row,
)
from osms_matching.persistence.tables import contribution, contribution_refund, report
from osms_matching.rules.categories import LAW, Law
from osms_matching.rules.work import Line, line_of

_ASKED: Final = (
    "unnest(%s::text[], %s::text[], %s::text[]) asked (source, kind, record_id)"
    " join report using (source, kind, record_id)"
)
_ASKED_LINES: Final = (
    "unnest(%s::bigint[], %s::date[], %s::text[], %s::text[]) asked (iin, period, kind, reference)"
)
_SAME_LINE: Final = "using (iin, period, kind, reference)"

_CURRENT: Final = f"select {COLUMNS} from {_ASKED} where withdrawn is null"
_FORGET: Final = """
delete from report r
using unnest(%s::text[], %s::text[], %s::text[], %s::bigint[]) t (source, kind, record_id, known)
where (r.source, r.kind, r.record_id, r.known) = (t.source, t.kind, t.record_id, t.known)
    and r.withdrawn is null
"""
_CLOSE: Final = """
update report r set withdrawn = t.known
from unnest(%s::text[], %s::text[], %s::text[], %s::bigint[]) t (source, kind, record_id, known)
where (r.source, r.kind, r.record_id) = (t.source, t.kind, t.record_id)
    and r.withdrawn is null
"""
_LINES: Final = f"""
select {CONTRIBUTION_COLUMNS} from {_ASKED_LINES} join contribution {_SAME_LINE}
where withdrawn is null
"""
_REFUNDS: Final = f"""
select {REFUND_COLUMNS} from {_ASKED_LINES} join contribution_refund {_SAME_LINE}
where withdrawn is null
"""
_IS_KNOWN: Final = """
select exists (select from report where iin = %(person)s)
    or exists (select from report where other_iin = %(person)s)
    or exists (select from report where third_iin = %(person)s)
    or exists (select from contribution where iin = %(person)s)
"""


class EvidenceTables:
    """
    What is reported and paid, in one transaction.

    Whoever adds holds the lock of the head, so that nothing comes between what is asked and what
    is added. What was added can be asked for at once.
    """

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def current(self, keys: Collection[RecordKey]) -> dict[RecordKey, Report]:
        """The versions that stand: none of a record that is not known, or was withdrawn."""
        rows = self._rows(_CURRENT, _key_arrays(keys))
        return {key_of(row): report_of(row) for row in rows}

    def tell(self, told: Sequence[tuple[RecordKey, Report]]) -> None:
        """
        Adds reports, each in place of the version that stands.

        That one was known until the new one is. What is told again within one revision was
        never known: of several, the last stands.
        """
        last = dict(told)
        self._close([(key, last[key].known) for key in last])
        copy_rows(self._connection, report, (row_of(key, last[key]) for key in last))

    def withdraw(self, keys: Collection[RecordKey], known: Known) -> None:
        """What stands of these records was known until *known*, and nothing is in its place."""
        self._close([(key, known) for key in keys])

    def _close(self, until: Collection[tuple[RecordKey, Known]]) -> None:
        arrays = (*_key_arrays([key for key, _ in until]), [known for _, known in until])
        self._execute(_FORGET, arrays)
        self._execute(_CLOSE, arrays)

    def lines(self, lines: Collection[Line]) -> dict[Line, Contribution]:
        """The contributions that there are of these lines."""
        found = map(contribution_of, self._rows(_LINES, line_arrays(lines)))
        return {line_of(told): told for told in found}

    def refunds(self, lines: Collection[Line]) -> dict[Line, dict[str, ContributionRefund]]:
        """The refunds of these lines, on whichever day, by their own references."""
        found: defaultdict[Line, dict[str, ContributionRefund]] = defaultdict(dict)
        for row in self._rows(_REFUNDS, line_arrays(lines)):
            refund = refund_of(row)
            found[line_of(refund)][row[4]] = refund
        return dict(found)

    def add_contributions(self, told: Iterable[Contribution]) -> None:
        """Adds lines that are not there yet."""
        copy_rows(self._connection, contribution, map(contribution_row, told))

    def add_refunds(self, told: Iterable[tuple[str, ContributionRefund]]) -> None:
        """Adds refunds that are not there yet, each with its own reference."""
        rows = (refund_row(reference, refund) for reference, refund in told)
        copy_rows(self._connection, contribution_refund, rows)

    def party(self, person: Iin, run: Run, law: Law = LAW) -> frozenset[Iin]:
        """A person with all whose places may be theirs on the day of a run: few of a circle."""
        return frozenset(parties.party_of(raw(self._connection), person, run, law))

    def of_party(self, party: Collection[Iin], run: Run) -> list[Report]:
        """All that decides about a party on the day of a run; about others it names, it is not."""
        return parties.reports_of_party(raw(self._connection), [*party], run)

    def is_known(self, person: Iin) -> bool:
        """Whether anything was ever reported of a person, or paid for them."""
        found = raw(self._connection).execute(_IS_KNOWN, {"person": person}).fetchone()
        return bool(found[0])

    def _rows(self, question: str, parameters: Sequence[Any]) -> list[Any]:
        found: list[Any] = self._execute(question, parameters).fetchall()
        return found

    def _execute(self, statement: str, parameters: Sequence[Any]) -> Any:
        return raw(self._connection).execute(statement, parameters, binary=True)


def _key_arrays(keys: Collection[RecordKey]) -> tuple[list[str], list[str], list[str]]:
    return (
        [key.source.value for key in keys],
        [KIND_OF[key.kind].code for key in keys],
        [*map(itemgetter(2), keys)],
    )
