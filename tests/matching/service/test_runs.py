"""Runs: made once for a day, stopped by a guard, released or discarded, previewed, explained."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Final

import pytest
import sqlalchemy as sa

from osms_client import MatchingClient, NotAllowed, NotFound, OsmsError, new_request_id
from osms_client import reports as told
from osms_common.domain.codes import Category
from osms_common.domain.errors import WrongState
from osms_common.persistence.acts import broken_acts
from osms_matching.application.running import DayPassed, DayToCome
from osms_matching.application.taking_over import COLUMNS, TooLate, take_over
from osms_matching.bootstrap import Parts
from osms_matching.domain.dated import since_order
from osms_matching.domain.decisions import RunKind
from osms_matching.domain.runs import KeptRun, RunState
from osms_matching.rules.guards import Guard, kept_back
from tests.matching.service.conftest import MORNING, CallerOf, Served
from tests.matching.service.telling import on, paid, pay, pregnancies, push
from tests.people import NOBODY, people

WOMEN: Final = people(8)
FIRST: Final = WOMEN[0]
TODAY: Final = date(2026, 7, 1)


@pytest.fixture(scope="module")
def guard() -> Guard:
    """A guard that a handful of people can trip: more than two, and more than half."""
    return Guard(since_order("r.guards", 2), since_order("r.guards", Decimal("0.5")))


@pytest.fixture
def held(matching: Parts, caller_of: CallerOf) -> KeptRun:
    """Six women hold R02 after the run of 1 July."""
    push(caller_of("MOH"), *pregnancies(WOMEN[:6]))
    return matching.running.run()


@pytest.fixture
def supervisor(caller_of: CallerOf) -> MatchingClient:
    """A supervisor of the matching."""
    return caller_of("supervisor")


def next_day(served: Served, days: int = 1) -> None:
    """Lets the clock go on."""
    served.clock.move(served.clock.now() + timedelta(days=days))


def end(caller_of: CallerOf, numbers: Iterator[int] | range) -> None:
    """Pregnancies that ended, by their records."""
    push(
        caller_of("MOH"),
        *(
            told.Report(
                f"PREG-{number}", told.Pregnancy(WOMEN[number - 1], on(until="2026-07-02"))
            )
            for number in numbers
        ),
    )


def changes(supervisor: MatchingClient, run: KeptRun) -> dict[str, tuple[int, int, int, bool]]:
    """What a run changes, by category."""
    return {
        each.category: (each.held, each.granted, each.withdrawn, each.stops)
        for each in supervisor.run(str(run.run_id)).changes
    }


# Which run.


def test_the_first_of_a_month_is_monthly_and_the_others_daily(
    matching: Parts, served: Served
) -> None:
    """L02 comes every month, all others every day (p. 17, 52, 54)."""
    kinds = []
    for _ in range(3):
        kinds.append(matching.running.run().kind)
        next_day(served)
    served.clock.move(datetime(2026, 8, 3, 4, 0, tzinfo=UTC))
    kinds.append(matching.running.run().kind)
    assert kinds == [RunKind.MONTHLY, RunKind.DAILY, RunKind.DAILY, RunKind.MONTHLY]


def test_a_day_is_run_once(matching: Parts, caller_of: CallerOf, held: KeptRun) -> None:
    """Whatever is reported later on that day is for the next."""
    push(caller_of("MOH"), told.Report("PREG-9", told.Pregnancy(WOMEN[7], on())))
    assert matching.running.run() == held
    assert [run.run_id for run in caller_of("operator").runs()] == [str(held.run_id)]


def test_of_two_that_are_made_at_once_the_second_is_the_first(matching: Parts) -> None:
    """Both had found none: only one at a time makes a run, and looks again before."""
    running = matching.running
    new, other = (running._new(TODAY, None) for _ in range(2))
    made = running._maker.make(new)
    assert running._maker.make(other) == made


def test_with_a_couple_whoever_gives_way_to_it_is_kept_back() -> None:
    """L02 would be taken for a category that is not granted yet."""
    raising, on_leave = Category.RAISING_CHILD, Category.ON_CHILD_LEAVE
    couples = frozenset({raising, on_leave})
    for each in couples:
        kept = (couples | {Category.CRISIS_LEVEL}, couples)
        assert kept_back(frozenset({each})) == kept
    one = frozenset({Category.PREGNANT})
    assert kept_back(one) == (one, frozenset())


def test_a_day_that_is_over_gives_what_it_gave(
    matching: Parts, caller_of: CallerOf, served: Served, held: KeptRun
) -> None:
    """Also when more is known since."""
    next_day(served)
    end(caller_of, range(1, 2))
    assert matching.running.run().run_id != held.run_id
    assert matching.running.run(TODAY) == held
    with matching.running.preview(TODAY) as (run, runs):
        assert (run, len(runs.decisions(run.run_id))) == (held, 6)


def test_a_day_before_another_that_was_run_cannot_be(matching: Parts, held: KeptRun) -> None:
    """Nobody was told anything on it."""
    with pytest.raises(DayPassed):
        matching.running.run(TODAY - timedelta(days=1))
    with pytest.raises(DayPassed), matching.running.preview(TODAY - timedelta(days=1)):
        pass


def test_days_that_nobody_ran_can_be_run_in_order(matching: Parts, caller_of: CallerOf) -> None:
    """Such as the history before the first."""
    push(caller_of("MOH"), told.Report("PREG-1", told.Pregnancy(FIRST, on(until="2026-06-15"))))
    first = matching.running.run(date(2026, 6, 1))
    second = matching.running.run(date(2026, 6, 16))
    found = [(run.day, run.kind, dict(run_counts(matching, run))) for run in (first, second)]
    assert found == [
        (date(2026, 6, 1), RunKind.MONTHLY, {"R02": (0, 1, 0)}),
        (date(2026, 6, 16), RunKind.DAILY, {"R02": (1, 0, 1)}),
    ]


def run_counts(matching: Parts, run: KeptRun) -> Iterator[tuple[str, tuple[int, ...]]]:
    """What a run changed."""
    with matching.store.read() as reading:
        for category, counts in reading.runs.counts(run.run_id).items():
            yield category.value, tuple(counts)


def test_a_day_to_come_cannot_be_run(matching: Parts) -> None:
    """What it will bring is not known."""
    with pytest.raises(DayToCome):
        matching.running.run(TODAY + timedelta(days=1))


def test_a_preview_keeps_nothing(
    matching: Parts, caller_of: CallerOf, served: Served, held: KeptRun
) -> None:
    """It says what the run then changes."""
    next_day(served)
    end(caller_of, range(1, 3))
    with matching.running.preview() as (preview, runs):
        counts = runs.counts(preview.run_id)
        losing = [decision.person for decision in runs.decisions(preview.run_id)]
    assert [run.run_id for run in caller_of("operator").runs()] == [str(held.run_id)]
    made = matching.running.run()
    with matching.store.read() as reading:
        assert reading.runs.counts(made.run_id) == counts
        assert [each.person for each in reading.runs.decisions(made.run_id)] == losing
    assert (preview.bereft_count, preview.state) == (made.bereft_count, made.state)


# The guard.


@pytest.mark.parametrize(
    ("lost", "state"),
    [
        pytest.param(2, RunState.FORMED, id="as many as may be"),
        pytest.param(3, RunState.FORMED, id="more than that, and half of them"),
        pytest.param(4, RunState.STOPPED, id="more than half"),
    ],
)
def test_a_guard_stops_what_takes_a_category_from_too_many(
    matching: Parts,
    caller_of: CallerOf,
    served: Served,
    held: KeptRun,
    lost: int,
    state: RunState,
) -> None:
    """Both its number and its share must be exceeded."""
    next_day(served)
    end(caller_of, range(1, lost + 1))
    made = matching.running.run()
    assert made.state is state
    stops = state is RunState.STOPPED
    assert changes(caller_of("supervisor"), made) == {"R02": (6, 0, lost, stops)}


@pytest.fixture
def stopped(matching: Parts, caller_of: CallerOf, served: Served, held: KeptRun) -> KeptRun:
    """A run that takes R02 from five of six, and grants R07 and R12."""
    next_day(served)
    end(caller_of, range(1, 6))
    push(
        caller_of("MLSPP"),
        told.Report("PENSION-1", told.Pension(WOMEN[6], on())),
        told.Report("DISABILITY-1", told.Disability(FIRST, on())),
    )
    return matching.running.run()


def messages_of(matching: Parts, run: KeptRun) -> int:
    """How many messages of a run are there to be sent."""
    with matching.store.read() as reading:
        return reading.messages.counts(run.number).total


def test_what_is_granted_does_not_wait(
    matching: Parts, supervisor: MatchingClient, stopped: KeptRun
) -> None:
    """Only the removals of the category that stops the run are kept back."""
    shown = supervisor.run(str(stopped.run_id))
    assert (shown.state, shown.messages, shown.bereft) == ("STOPPED", 2, 4)
    assert [run.run_id for run in supervisor.runs(state="STOPPED")] == [str(stopped.run_id)]


def test_no_other_run_is_made_until_somebody_decides(
    matching: Parts, served: Served, stopped: KeptRun
) -> None:
    """It would stand on what nobody has looked at."""
    next_day(served)
    with pytest.raises(WrongState):
        matching.running.run()
    with matching.running.preview() as (preview, _):
        assert preview.run_id != stopped.run_id


def test_a_supervisor_releases_what_was_kept_back(
    matching: Parts, served: Served, supervisor: MatchingClient, stopped: KeptRun
) -> None:
    """All of it is sent, and the next run goes on."""
    request_id = new_request_id()
    released = supervisor.release(str(stopped.run_id), request_id=request_id)
    assert (released.state, released.messages) == ("FORMED", 7)
    assert not any(change.stops for change in released.changes)
    assert released.decided_by == "matching-supervisor/labour-supervisor1"
    assert supervisor.release(str(stopped.run_id), request_id=request_id) == released
    next_day(served)
    assert matching.running.run().run_id != stopped.run_id


def test_a_supervisor_discards_what_was_kept_back(
    matching: Parts,
    caller_of: CallerOf,
    served: Served,
    supervisor: MatchingClient,
    stopped: KeptRun,
) -> None:
    """Whoever would have lost the category holds it; the next run says so again, if it is so."""
    discarded = supervisor.discard(str(stopped.run_id))
    assert (discarded.state, discarded.messages) == ("DISCARDED", 2)
    kept = [each.category for each in supervisor.decisions(str(stopped.run_id))]
    assert sorted(kept) == ["R07", "R12"]
    next_day(served)
    push(caller_of("MOH"), *pregnancies(WOMEN[:6]))
    again = matching.running.run()
    assert (again.state, again.bereft_count) == (RunState.FORMED, 0)
    asked = [caller_of("operator").explain(WOMEN[1], day) for day in (again.day, stopped.day)]
    told_of = [
        (each.category, each.outcome, each.reason) for one in asked for each in one.decisions
    ]
    assert told_of == [("R02", "KEPT", "NOT_EVERY_MONTH"), ("R02", "KEPT", "DISCARDED")]


def test_what_is_not_stopped_is_neither_released_nor_discarded(
    supervisor: MatchingClient, held: KeptRun
) -> None:
    """Nor what is not there; nor twice."""
    for decide in (supervisor.release, supervisor.discard):
        with pytest.raises(OsmsError) as refused:
            decide(str(held.run_id))
        assert refused.value.reason == "WRONG_STATE"
        with pytest.raises(NotFound):
            decide("00000000-0000-4000-8000-000000000000")


@pytest.mark.parametrize("name", ["operator", "auditor", "SC", "MOH"])
def test_nobody_else_decides(caller_of: CallerOf, stopped: KeptRun, name: str) -> None:
    """An operator sees that a supervisor must."""
    for decide in (caller_of(name).release, caller_of(name).discard):
        with pytest.raises(NotAllowed):
            decide(str(stopped.run_id))


def test_a_couple_is_kept_back_whole(
    matching: Parts, caller_of: CallerOf, served: Served, supervisor: MatchingClient
) -> None:
    """Where too many lose R03, those who would take their places wait with them."""
    born = date(2025, 7, 2)
    for at in range(0, 6, 2):
        mother, father = WOMEN[at], WOMEN[at + 1]
        child = people(1, after=10 + at)[0]
        push(
            caller_of("MOJ"),
            told.Report(
                f"BIRTH-{at}", told.Parentage(child, born, mother, father, on("2025-07-02"))
            ),
        )
    assert dict(run_counts(matching, matching.running.run())) == {"R03": (0, 3, 0)}
    for at in range(0, 6, 2):
        lines = (paid(WOMEN[at], f"2026-0{month}-10", reference=f"P-{month}") for month in (5, 6))
        pay(caller_of("SC"), *lines)
    next_day(served)
    made = matching.running.run()
    assert changes(supervisor, made) == {"R03": (3, 3, 3, True)}
    assert messages_of(matching, made) == 0
    supervisor.release(str(made.run_id))
    assert messages_of(matching, made) == 6


# Asking.


def test_runs_and_decisions_come_in_pages(
    matching: Parts, caller_of: CallerOf, served: Served, held: KeptRun
) -> None:
    """The newest run first; decisions by person and category, each once."""
    for _ in range(3):
        next_day(served)
        matching.running.run()
    operator = caller_of("operator")
    assert [run.day.day for run in operator.runs()] == [4, 3, 2, 1]
    decisions = list(operator.decisions(str(held.run_id)))
    assert [each.iin for each in decisions] == sorted(WOMEN[:6])
    assert {(each.category, each.outcome) for each in decisions} == {("R02", "GRANTED")}
    assert list(operator.decisions(str(held.run_id), outcome="WITHDRAWN")) == []
    assert len(list(operator.decisions(str(held.run_id), category="R02"))) == 6
    with pytest.raises(NotFound):
        list(operator.decisions("00000000-0000-4000-8000-000000000000"))


def test_an_explanation_is_that_of_the_run_of_the_day(
    matching: Parts, caller_of: CallerOf, served: Served, held: KeptRun
) -> None:
    """By what was known to it; of a day without a run, as the next would decide."""
    operator = caller_of("operator")
    next_day(served)
    end(caller_of, range(1, 2))
    asked = {None: None, TODAY: str(held.run_id)}
    found = {day: operator.explain(FIRST, day) for day in asked}
    assert {day: each.run_id or None for day, each in found.items()} == asked
    outcomes = [[each.outcome for each in found[day].decisions] for day in (TODAY, None)]
    assert outcomes == [["GRANTED"], ["WITHDRAWN"]]
    (decision,) = found[TODAY].decisions
    assert [provision.code for provision in decision.provisions] == ["p25", "p26.1"]
    assert [(month.month, month.kinds) for month in decision.months] == [(date(2026, 6, 1), ())]
    made = matching.running.run()
    assert operator.explain(FIRST).run_id == str(made.run_id)


def test_nobody_is_explained_of_whom_nothing_is_known(
    matching: Parts, caller_of: CallerOf
) -> None:
    """Nor a day to come."""
    with pytest.raises(NotFound):
        caller_of("operator").explain(FIRST)
    push(caller_of("MOH"), *pregnancies([FIRST]))
    with pytest.raises(OsmsError) as refused:
        caller_of("operator").explain(FIRST, TODAY + timedelta(days=1))
    assert refused.value.reason == "INVALID_REQUEST"
    with pytest.raises(OsmsError) as refused:
        caller_of("operator").explain(FIRST, date(2020, 12, 29))
    assert refused.value.reason == "INVALID_REQUEST"


def test_a_day_that_was_passed_over_is_not_explained(
    matching: Parts, caller_of: CallerOf, held: KeptRun
) -> None:
    """Nothing was decided on it, and what is held now was not then."""
    with pytest.raises(NotFound):
        caller_of("operator").explain(FIRST, TODAY - timedelta(days=1))


def test_what_is_held_already_is_taken_over_before_the_first_run(
    matching: Parts, caller_of: CallerOf
) -> None:
    """It is kept from its own day, or withdrawn; a line that is wrong is told by its number."""
    lines = [
        _line(FIRST, "R02", "2026-03-05", "MOH"),
        _line(WOMEN[1], "R12", "2025-01-01", "MLSPP"),
        _line(FIRST, "R02", "2026-03-06", "MOH"),
        _line(NOBODY, "M01", "2026-02-30", "DEFENCE"),
        _line(WOMEN[2], "R12", "2026-07-02", "MLSPP"),
    ]
    taken = take_over(matching.store, lines, TODAY)
    assert (taken.kept, [number for number, _ in taken.faults]) == (2, [4, 5, 6])
    assert all(
        name in taken.faults[1][1] for name in ("iin:", "category:", "assigned_date:", "source:")
    )
    assert "to come" in taken.faults[2][1]
    assert take_over(matching.store, lines[:1], TODAY).kept == 0
    push(caller_of("MOH"), *pregnancies([FIRST]))
    run = matching.running.run()
    assert dict(run_counts(matching, run)) == {"R02": (1, 0, 0), "R12": (1, 0, 1)}
    (kept,) = caller_of("operator").explain(FIRST).decisions
    assert (kept.outcome, kept.assigned_on) == ("KEPT", date(2026, 3, 5))
    with pytest.raises(TooLate):
        take_over(matching.store, lines, TODAY)


def _line(iin: str, category: str, assigned: str, source: str) -> dict[str, str | None]:
    return dict(zip(COLUMNS, (iin, category, assigned, source), strict=True))


def test_whatever_is_asked_is_in_the_log_of_acts(
    matching: Parts, caller_of: CallerOf, served: Served, held: KeptRun
) -> None:
    """With the person, and with the feeds that were opened."""
    caller_of("operator").explain(FIRST)
    with matching.store._engine.connect() as connection:
        rows = connection.exec_driver_sql(
            "select caller, method, iins from act_log order by record_time desc, sequence desc"
        ).all()
    assert ("matching-operator/labour1", "ExplainCategories", [int(FIRST)]) in rows
    assert {row.method for row in rows} >= {"PushReports", "ExplainCategories"}
    assert served.clock.now() == MORNING


def test_a_log_that_was_changed_by_hand_shows(
    matching: Parts, engine: sa.Engine, caller_of: CallerOf
) -> None:
    """Whoever owns the tables can take the triggers off, and not mend the hashes."""
    push(caller_of("MOH"), *pregnancies([FIRST]))
    assert broken_acts(engine) == []
    with engine.begin() as connection:
        connection.exec_driver_sql("alter table act_log disable trigger append_only")
        connection.exec_driver_sql(
            "update act_log set subject = subject || '!' where sequence = 2 and kind = 1"
        )
        connection.exec_driver_sql("alter table act_log enable trigger append_only")
    assert [entry.sequence for entry in broken_acts(engine)] == [2]
    with engine.begin() as connection:
        connection.exec_driver_sql("alter table act_log disable trigger append_only")
        connection.exec_driver_sql(
            "update act_log set subject = rtrim(subject, '!') where sequence = 2 and kind = 1"
        )
        connection.exec_driver_sql("alter table act_log enable trigger append_only")
    assert broken_acts(engine) == []


@pytest.mark.parametrize("statement", ["delete from act_log", "update act_log set caller = ''"])
def test_the_log_of_acts_is_only_ever_added_to(
    matching: Parts, engine: sa.Engine, caller_of: CallerOf, statement: str
) -> None:
    """As in the register."""
    push(caller_of("MOH"), *pregnancies([FIRST]))
    with pytest.raises(sa.exc.DBAPIError, match="only ever added to"), engine.begin() as tx:
        tx.exec_driver_sql(statement)
