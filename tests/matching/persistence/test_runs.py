"""Runs as they are kept: found, counted, paged through, and undone."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import Final

import pytest
import sqlalchemy as sa

from osms_common.domain.codes import Category
from osms_common.domain.identifiers import Iin
from osms_matching.domain.decisions import Decision, Outcome, Run, RunKind
from osms_matching.domain.grants import Grants
from osms_matching.domain.reports import (
    FamilyCardLevel,
    Known,
    Level,
    Pension,
    Report,
    TargetedAssistance,
)
from osms_matching.domain.runs import CategoryCounts, KeptRun, RunNotNewest, RunState
from osms_matching.persistence.forming import make_run
from osms_matching.persistence.runs import RunTables
from osms_matching.persistence.tables import FORMING
from osms_matching.rules.matching import match
from tests.matching.factories import (
    ASEL,
    BOLAT,
    DANA,
    ERLAN,
    GULNAR,
    applied,
    born,
    day,
    held,
    listed,
    married,
    worked,
)
from tests.matching.persistence.making import (
    ALONE,
    AT_THE_END,
    held_before,
    lay_down,
    make,
    run_id,
    what_became,
)

PEOPLE: Final = (ASEL, BOLAT, DANA, ERLAN, GULNAR)
FIRST, SECOND, THIRD = (
    Run(day("2026-07-01"), Known(3)),
    Run(day("2026-07-02"), Known(4), RunKind.DAILY),
    Run(day("2026-08-01"), Known(5)),
)
R03, R07, R14, L02 = (Category(code) for code in ("R03", "R07", "R14", "L02"))

REPORTS: Final[tuple[Report, ...]] = (
    listed(Pension, ERLAN, until="2026-08-01"),
    listed(Pension, GULNAR, until="2026-07-02"),
    listed(TargetedAssistance, DANA),
    listed(TargetedAssistance, ERLAN, until="2026-08-01"),
    listed(FamilyCardLevel, ERLAN, level=Level.D),
    born(),
    married(),
    applied(since="2026-07-15"),
    *worked("2026-06", "2026-07", person=DANA),
    *worked("2026-06", "2026-07", person=ASEL),
)


@pytest.fixture
def three(engine: sa.Engine) -> sa.Engine:
    """A database with three runs: two monthly ones, and a daily one between them."""
    lay_down(engine, REPORTS, [held("R07", DANA), held("R14", DANA)])
    for number, run in enumerate((FIRST, SECOND, THIRD), 1):
        make(engine, number, run)
    return engine


def told(decisions: list[Decision]) -> list[tuple[int, str, str]]:
    """What was decided in few words."""
    return [(d.person, str(d.category), f"{d.outcome} {d.reason}") for d in decisions]


def rules_say(before: Grants, run: Run) -> Grants:
    """Who holds what after a run, by the rules."""
    return match(REPORTS, before, run).grants


def test_a_run_tells_what_it_was(three: sa.Engine) -> None:
    """By its id, with who began it, and when; an id of no run is none."""
    with three.connect() as connection:
        tables = RunTables(connection)
        found = tables.get(run_id(2))
        assert tables.get(run_id(9)) is None
    assert found is not None
    assert (found.number, found.run, found.state) == (2, SECOND, RunState.FORMED)
    assert (found.begun_by, found.decided_by) == ("operator1", None)
    assert found.made_at.tzinfo is not None


def test_runs_are_listed_the_newest_first(three: sa.Engine) -> None:
    """Page by page, in one state or in all."""
    with three.begin() as connection:
        tables = RunTables(connection)
        tables.decide(run_id(2), RunState.SENT)
        assert [run.number for run in tables.page(limit=2)] == [3, 2]
        assert [run.number for run in tables.page(before=2, limit=2)] == [1]
        assert [run.number for run in tables.page(state=RunState.FORMED, limit=9)] == [3, 1]


def test_the_newest_run_of_a_day_and_of_a_kind_is_found(three: sa.Engine) -> None:
    """Where there is one."""
    with three.begin() as connection:
        tables = RunTables(connection)
        assert _number(tables.newest()) == 3
        assert _number(tables.of_day(SECOND.day)) == 2
        assert tables.of_day(date(2026, 7, 3)) is None
        of_kinds = {run.kind: run.number for run in reversed(tables.page(limit=9))}
        assert {kind: _number(tables.newest_of(kind)) for kind in of_kinds} == of_kinds


def _number(run: KeptRun | None) -> int:
    assert run is not None
    return run.number


def test_a_run_counts_what_it_changes(three: sa.Engine) -> None:
    """Category by category: how many held it before, gain it and lose it; and who has none."""
    with three.connect() as connection:
        tables = RunTables(connection)
        first, second, third = (tables.counts(run_id(number)) for number in (1, 2, 3))
        bereft = [
            made.bereft_count for number in (1, 2, 3) if (made := tables.get(run_id(number)))
        ]
    assert [*first.items()] == [
        (R03, CategoryCounts(0, 1, 0)),
        (R07, CategoryCounts(1, 2, 1)),
        (R14, CategoryCounts(1, 1, 0)),
    ]
    assert second[R07] == CategoryCounts(2, 0, 1)
    assert third == {
        R03: CategoryCounts(1, 0, 0),
        R07: CategoryCounts(1, 0, 1),
        R14: CategoryCounts(2, 0, 2),
        L02: CategoryCounts(0, 1, 0),
    }
    assert bereft == [0, 1, 1]


def test_decisions_are_told_page_by_page(three: sa.Engine) -> None:
    """In order of person and code, of one category or of all, of one outcome or of both."""
    with three.connect() as connection:
        tables = RunTables(connection)
        whole = tables.decisions(run_id(3), limit=99)
        paged: list[Decision] = []
        while page := tables.decisions(run_id(3), after=_last(paged), limit=1):
            paged += page
        of_r14 = tables.decisions(run_id(3), R14, limit=99)
        granted = tables.decisions(run_id(3), outcome=Outcome.GRANTED, limit=99)
        none = tables.decisions(run_id(3), R14, Outcome.GRANTED, limit=99)
    assert told(whole) == [
        (DANA, "R14", "WITHDRAWN WORKED"),
        (ERLAN, "L02", "GRANTED NO_CONTRIBUTIONS"),
        (ERLAN, "R07", "WITHDRAWN NOT_LISTED"),
        (ERLAN, "R14", "WITHDRAWN NOT_LISTED"),
    ]
    assert paged == whole
    assert told(of_r14) == [told(whole)[0], told(whole)[3]]
    assert told(granted) == [told(whole)[1]]
    assert none == []


def _last(decisions: list[Decision]) -> tuple[Iin, Category] | None:
    return (decisions[-1].person, decisions[-1].category) if decisions else None


def test_what_is_held_at_an_ordinal_is_told(three: sa.Engine) -> None:
    """After the newest run that knew no more; before the first it is what was taken over."""
    before = frozenset({held("R07", DANA), held("R14", DANA)})
    assert held_before(three, Known(2), PEOPLE) == before
    after = before
    for run in (FIRST, SECOND, THIRD):
        after = rules_say(after, run)
        assert held_before(three, run.known, PEOPLE) == after
    assert held_before(three, AT_THE_END, [ASEL]) == {g for g in after if g.person == ASEL}
    with pytest.raises(LookupError):
        held_before(three, run_id(9), PEOPLE)


def test_a_run_that_was_made_is_not_made_again(three: sa.Engine) -> None:
    """Whoever asks with the same id gets it as it is, whatever else they say."""
    made = make_run(
        three, run_id(2), day("2030-01-01"), RunKind.MONTHLY, Known(9), begun_by="operator2"
    )
    assert (made.number, made.run, made.begun_by) == (2, SECOND, "operator1")
    assert len({run.number for run in _all(three)}) == 3


def _all(engine: sa.Engine) -> list[KeptRun]:
    with engine.connect() as connection:
        return RunTables(connection).page(limit=99)


def test_a_guard_sees_what_a_run_changes_before_anybody_sees_the_run(engine: sa.Engine) -> None:
    """And says in which state it comes to be seen; the instant may be given."""
    lay_down(engine, REPORTS)
    seen: list[tuple[CategoryCounts, int, int]] = []

    def guard(counts: Mapping[Category, CategoryCounts], bereft: int) -> RunState:
        seen.append((counts[R07], bereft, len(_all(engine))))
        return RunState.STOPPED

    at = datetime(2026, 7, 1, 3, tzinfo=UTC)
    made = make_run(
        engine, run_id(1), FIRST.day, FIRST.kind, FIRST.known, begun_by="", effort=ALONE,
        made_at=at, state_of=guard,
    )  # fmt: skip
    assert (made.state, made.made_at) == (RunState.STOPPED, at)
    assert seen == [(CategoryCounts(0, 2, 0), 0, 0)]


def test_a_run_that_fails_leaves_nothing(engine: sa.Engine) -> None:
    """Neither a run, nor a decision, nor a grant, nor what was found on the way."""
    lay_down(engine, REPORTS)

    def refuse(*_: object) -> RunState:
        message = "not today"
        raise OSError(message)

    with pytest.raises(OSError, match="not today"):
        make_run(
            engine, run_id(1), FIRST.day, FIRST.kind, FIRST.known, begun_by="", effort=ALONE,
            state_of=refuse,
        )  # fmt: skip
    assert _all(engine) == []
    assert what_became(engine, 1) == []
    assert held_before(engine, AT_THE_END, PEOPLE) == frozenset()
    assert sa.inspect(engine).get_table_names(FORMING) == []
    make(engine, 1, FIRST)
    assert held_before(engine, AT_THE_END, PEOPLE) == rules_say(frozenset(), FIRST)


def test_a_run_begins_with_nothing_that_another_has_laid_down(engine: sa.Engine) -> None:
    """One that could not end has left its tables, of whichever form."""
    lay_down(engine, REPORTS)
    with engine.begin() as connection:
        connection.execute(sa.text(f"create table {FORMING}.decided (nothing text)"))
        connection.execute(sa.text(f"create table {FORMING}.elsewhere (nothing text)"))
    make(engine, 1, FIRST)
    assert sa.inspect(engine).get_table_names(FORMING) == []


def test_two_runs_at_once_are_made_one_after_the_other(engine: sa.Engine) -> None:
    """The second goes on from what the first has left."""
    lay_down(engine, REPORTS)
    with ThreadPoolExecutor(2) as pool:
        both = [*pool.map(lambda number: make(engine, number, FIRST), (1, 2))]
    assert both == [None, None]
    assert sorted(run.number for run in _all(engine)) == [1, 2]
    first = min(_all(engine), key=lambda run: run.number).run_id
    assert what_became(engine, first.int)
    assert what_became(engine, 3 - first.int) == []


# Undoing.


def test_only_the_newest_run_can_be_undone(three: sa.Engine) -> None:
    """What came after it stands on what it left."""
    for undone in (run_id(2), run_id(1)):
        with pytest.raises(RunNotNewest), three.begin() as connection:
            RunTables(connection).reopen(undone, [R14])
    with pytest.raises(LookupError), three.begin() as connection:
        RunTables(connection).reopen(run_id(9), [R14])


def test_what_a_run_withdraws_in_a_category_can_be_undone(three: sa.Engine) -> None:
    """Those from whom it was taken hold it as before; everything else of the run stands."""
    after = held_before(three, AT_THE_END, PEOPLE)
    lost = {g for g in held_before(three, run_id(3), PEOPLE) if g.category is R14}
    assert lost
    with three.begin() as connection:
        RunTables(connection).reopen(run_id(3), [R14])
    assert held_before(three, AT_THE_END, PEOPLE) == after | lost
    assert told(what_became(three, 3)) == [
        (ERLAN, "R07", "WITHDRAWN NOT_LISTED"),
        (ERLAN, "L02", "GRANTED NO_CONTRIBUTIONS"),
    ]


def test_couples_are_undone_whole(engine: sa.Engine) -> None:
    """Where the place has gone from one parent to the other, one has it again and not both."""
    reports = [*REPORTS, *worked("2026-06", "2026-07", person=BOLAT)]
    lay_down(engine, reports, [held("R03", BOLAT), held("R07", DANA)])
    make(engine, 1, Run(day("2026-09-01"), Known(9)))
    before = held_before(engine, run_id(1), PEOPLE)
    moved = [each for each in told(what_became(engine, 1)) if each[1] in {"R03", "R04"}]
    assert moved == []
    lay_down(engine, [*reports, *worked("2026-08", person=BOLAT)], before)
    make(engine, 1, Run(day("2026-09-01"), Known(9)))
    moved = [each for each in told(what_became(engine, 1)) if each[1] == "R03"]
    assert moved == [(ASEL, "R03", "GRANTED ONLY_PARENT"), (BOLAT, "R03", "WITHDRAWN WORKED")]
    with engine.begin() as connection:
        RunTables(connection).reopen(run_id(1), [Category.ON_CHILD_LEAVE])
    holders = {g for g in held_before(engine, AT_THE_END, PEOPLE) if g.category is R03}
    assert holders == {held("R03", BOLAT)}
    assert not any(each[1] == "R03" for each in told(what_became(engine, 1)))
