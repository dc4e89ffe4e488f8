"""Runs of the matching, what they decided, and who holds what."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from osms_common.domain.codes import Category, System
from osms_common.domain.identifiers import Iin
from osms_common.persistence.copying import copy_rows, raw
from osms_matching.domain.decisions import Decision, Outcome, Reason, RunKind
from osms_matching.domain.grants import Grant, Grants
from osms_matching.domain.reports import Known
from osms_matching.domain.runs import CategoryCounts, KeptRun, RunNotNewest, RunState
from osms_matching.persistence.granted import GRANT_COLUMNS, grant_of, grant_row
from osms_matching.persistence.months import months_of
from osms_matching.persistence.tables import category_grant
from osms_matching.persistence.undoing import undo
from osms_matching.rules.categories import LAW

ELSEWHERE: Final = 0
"""The number of no run: what was granted before the first."""
RUN_LOCK: Final = 0x05317
"""Any number, the same for all who make or undo runs."""

_RUN: Final = (
    "select number, run_id, day, kind, known, made_at, state, begun_by, decided_by, bereft_count"
    " from run"
)
_DECISIONS: Final = """
select iin, category, day, outcome, reason, source, provisions, month_count, found, assigned_on,
    other_category
from run join decision on decision.run = run.number
where run_id = %(run_id)s and not undone
"""
_PAGE: Final = f"""
{_DECISIONS}
    and (iin, category) > (%(iin)s, %(after)s)
    and (%(category)s::text is null or category = %(category)s)
    and (%(outcome)s::text is null or outcome = %(outcome)s)
order by iin, category limit %(limit)s
"""
_BEFORE: Final = f"""
select {GRANT_COLUMNS} from category_grant
where iin = any(%s::bigint[]) and since_run < %s and (until_run is null or until_run >= %s)
"""
_NUMBER_AFTER: Final = "select coalesce(max(number), 0) + 1 from run where known <= %s"
_COUNTS: Final = """
select category, held_count, granted_count, withdrawn_count
from run join run_count using (number) where run_id = %s
"""
_ORDER: Final = {category.value: place for place, category in enumerate(LAW.rules)}
_NOTHING: Final = ""
"""A code before all others."""


class RunTables:
    """Runs and what they left, in one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def get(self, run_id: UUID) -> KeptRun | None:
        """A run by its id."""
        return self._one("where run_id = %s", (run_id,))

    def newest(self) -> KeptRun | None:
        """The newest run, on which the next goes on."""
        return self._one("order by number desc limit 1", ())

    def newest_of(self, kind: RunKind) -> KeptRun | None:
        """The newest run of a kind."""
        return self._one("where kind = %s order by number desc limit 1", (kind,))

    def of_day(self, day: date) -> KeptRun | None:
        """The newest run of a day."""
        return self._one("where day = %s order by number desc limit 1", (day,))

    def page(
        self, *, before: int | None = None, state: RunState | None = None, limit: int
    ) -> list[KeptRun]:
        """Runs, the newest first: those with a number below *before*, and in one state or all."""
        rows = self._rows(
            f"{_RUN} where (%s::int is null or number < %s) and (%s::text is null or state = %s)"
            " order by number desc limit %s",
            (before, before, state, state, limit),
        )
        return [*map(_kept_run, rows)]

    def decide(self, run_id: UUID, state: RunState, decided_by: str | None = None) -> None:
        """The state that a run comes to, and who decided so, where somebody had to."""
        self._execute(
            "update run set state = %s, decided_by = coalesce(%s, decided_by) where run_id = %s",
            (state, decided_by, run_id),
        )

    def counts(self, run_id: UUID) -> dict[Category, CategoryCounts]:
        """What a run changed, for every category that was held or is granted, in order."""
        found = {row[0]: CategoryCounts(*row[1:]) for row in self._rows(_COUNTS, (run_id,))}
        return {Category(code): found[code] for code in sorted(found, key=_ORDER.__getitem__)}

    def decisions(
        self,
        run_id: UUID,
        category: Category | None = None,
        outcome: Outcome | None = None,
        after: tuple[Iin, Category] | None = None,
        limit: int = 1000,
    ) -> list[Decision]:
        """What a run grants and withdraws, in order of person and code, after one of them."""
        iin, code = after or (0, _NOTHING)
        asked = {"run_id": run_id, "category": category, "outcome": outcome, "limit": limit}
        rows = self._rows(_PAGE, {**asked, "iin": iin, "after": code})
        return [*map(_decision, rows)]

    def decisions_of(self, run_id: UUID, person: Iin) -> list[Decision]:
        """What a run grants to a person and withdraws, in the order of p. 20 and 55."""
        rows = self._rows(f"{_DECISIONS} and iin = %(iin)s", {"run_id": run_id, "iin": person})
        return sorted(map(_decision, rows), key=lambda decision: _ORDER[decision.category])

    def grants_before(self, run: UUID | Known, persons: Collection[Iin]) -> Grants:
        """
        What persons held before a run, or after all that was known at an ordinal.

        Runs that were made since change nothing of it. LookupError: there is no
        such run.
        """
        number = self._number(run)
        rows = self._rows(_BEFORE, ([*persons], number, number))
        return frozenset(map(grant_of, rows))

    def _number(self, run: UUID | Known) -> int:
        if not isinstance(run, UUID):
            number: int = self._rows(_NUMBER_AFTER, (run,))[0][0]
            return number
        found = self.get(run)
        if found is None:
            raise LookupError(run)
        return found.number

    def taken_over(self) -> set[tuple[Iin, Category]]:
        """Who was taken over, with which category."""
        question = "select iin, category from category_grant where since_run = %s"
        return {(iin, Category(code)) for iin, code in self._rows(question, (ELSEWHERE,))}

    def take_over(self, grants: Iterable[Grant]) -> None:
        """Keeps what was granted elsewhere, before the first run."""
        copy_rows(self._connection, category_grant, map(_taken_over, grants))

    def reopen(self, run_id: UUID, categories: Collection[Category]) -> None:
        """
        Undoes what the newest run withdraws in some categories: whoever held them goes on.

        R03 and R04 are undone together, and with what is granted in them: a place has one holder.
        Decisions that are undone are not told any more. LookupError: there is no such run.
        RunNotNewest: there is a later one.
        """
        self._execute("select pg_advisory_xact_lock(%s)", (RUN_LOCK,))
        number, newest = self._number(run_id), self.newest()
        if newest is None or newest.number != number:
            raise RunNotNewest(run_id)
        undo(raw(self._connection), number, categories)

    def _one(self, where: str, parameters: Sequence[Any]) -> KeptRun | None:
        rows = self._rows(f"{_RUN} {where}", parameters)
        return _kept_run(rows[0]) if rows else None

    def _rows(self, question: str, parameters: Any) -> list[Any]:
        found: list[Any] = self._execute(question, parameters).fetchall()
        return found

    def _execute(self, statement: str, parameters: Any) -> Any:
        return raw(self._connection).execute(statement, parameters, binary=True)


def _kept_run(row: Sequence[Any]) -> KeptRun:
    number, run_id, day, kind, known, made_at, state, *rest = row
    told = (number, run_id, day, RunKind(kind), Known(known), made_at, RunState(state))
    return KeptRun(*told, *rest)


def _decision(row: Sequence[Any]) -> Decision:
    iin, category, day, outcome, reason, source, provisions, months, found, since, other = row
    return Decision(
        iin,
        Category(category),
        day,
        Outcome(outcome),
        Reason(reason),
        System(source),
        tuple(provisions),
        months_of(found, day, months),
        since,
        other and Category(other),
    )


def _taken_over(grant: Grant) -> tuple[Any, ...]:
    iin, category, *rest = grant_row(grant)
    return iin, category, ELSEWHERE, None, *rest
