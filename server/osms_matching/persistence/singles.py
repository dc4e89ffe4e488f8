"""
The categories of single persons, as sets: each step is a statement over what the step before left.

A worker takes its part of all people through all steps on a connection of its own, in temporary
tables; only what changes is kept. Who holds a category and goes on to, or is listed and does not
come to hold it, leaves nothing behind.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import psycopg

from osms_common.domain.calendar import first_day, later, month_of
from osms_matching.domain.decisions import Outcome
from osms_matching.persistence.law_tables import NOT_LISTED, LawOfRun
from osms_matching.persistence.months import WIDTH, bit_sql, streak_sql
from osms_matching.persistence.standing import holding, known

PART: Final = "mod(iin, %(parts)s) = %(part)s"
"""The people of one worker. Every part has about as many: an IIN ends with a check digit."""


class Part(NamedTuple):
    """One of several parts of all people."""

    part: int
    parts: int


WHOLE: Final = Part(0, 1)

_LISTED: Final = f"""
select iin, category, min(list.place) place
from report join forming.list using (kind, source)
where {holding()} and {PART} and (list.detail is null or list.detail = report.detail)
group by iin, category
"""
"""Who lists whom for what: of several, the first in the table."""

_HELD: Final = f"""
select iin, number category, assigned_on, source
from category_grant join forming.rule on code = category
where until_run is null and {PART} and not (is_of_couples and %(forms_couples)s)
"""
"""Who holds what before, without what is judged couple by couple."""

_DEAD: Final = f"""
select distinct iin from report
where kind = 'DEATH' and {known()} and happened_on <= %(day)s and {PART}
"""

_BARRED: Final = f"""
select distinct on (iin, category) iin, category, provisions, reason, source
from (
    select iin, bar.category, bar.number, bar.provisions, bar.source, bar.place source_place,
        reason, bar_reason.place reason_place,
        bool_or(reason is null) over (partition by iin, bar.number) is_told_otherwise
    from report
        join forming.bar using (kind, source)
        join listed using (iin, category)
        left join forming.bar_reason
            on bar_reason.number = bar.number and bar_reason.detail = report.detail
    where {holding()} and {PART}
) said
where not is_told_otherwise
order by iin, category, number desc, reason_place, source_place
"""
"""Who is barred from what, and why: nobody of whom a source says otherwise."""

_ASKED: Final = """
select iin from listed where category = any(%(looking)s)
union
select iin from held where category = any(%(looking)s)
"""
"""Whose months are looked at."""

GIVEN_BACK: Final = f"""
select iin, period, kind, reference, sum(amount) amount
from contribution_refund
where {known("contribution_refund")} and refunded_on <= %(day)s and {PART}
group by iin, period, kind, reference
"""

_JUDGED: Final = """
select iin, category, concerned.place, assigned_on, held_by, holds, rule.idle, rule.worked,
    coalesce(worked.found, 0) found, others.place other_place,
    barred.reason bar_reason, barred.provisions bar_provisions, barred.source bar_source,
    case
        when dead.iin is not null then 'DEATH'
        when not is_listed then unlisted
        when barred.reason is not null then barred.reason
        when others.place is not null then 'OTHER_CATEGORY'
        when holds and rule.worked > 0 and busy >= rule.worked then 'WORKED'
        when not holds and worked.idle < rule.idle then 'WORKED'
    end obstacle
from (
    select iin, category, listed.place, assigned_on, held.source held_by,
        held.iin is not null holds, listed.iin is not null is_listed
    from (select * from listed where category = any(%(judged)s)) listed
        full join (select * from held where category = any(%(judged)s)) held
            using (iin, category)
) concerned
    join forming.rule on number = category
    left join dead using (iin)
    left join barred using (iin, category)
    left join others using (iin, category)
    left join worked using (iin)
"""
"""The obstacles in their order, as `judging` has them; without one, who is listed may hold it."""

_CHANGED: Final = f"select * from ({_JUDGED}) judged where holds = (obstacle is not null)"

_OTHERS: Final = f"""
select iin, gives_way.number category, min(gives_way.place) place
from (
    select iin, category from held
    where not exists (
        select from changed
        where holds and (changed.iin, changed.category) = (held.iin, held.category)
    )
    union all
    select iin, category from changed where not holds
    union all
    select iin, number from forming.couple_grant join forming.rule on code = category where {PART}
) held_after join forming.gives_way on other = category
where iin in (
    select iin from listed where category = any(%(judged)s)
    union all
    select iin from held where category = any(%(judged)s)
)
group by iin, gives_way.number
"""
"""What is held after all others are judged, where a category gives way to it: the first."""

_DECIDED: Final = f"""
insert into forming.decided
select iin, rule.code, changed.outcome, changed.reason,
    coalesce(bar_source, citation.source, held_by), coalesce(bar_provisions, citation.provisions),
    month_count, found & ((1::bigint << {WIDTH} * month_count) - 1),
    coalesce(assigned_on, %(day)s), other_rule.code
from (
    select iin, category, assigned_on, held_by, found,
        coalesce(obstacle, rule.granted_for) reason,
        case when holds then '{Outcome.WITHDRAWN}' else '{Outcome.GRANTED}' end outcome,
        case when holds then changed.worked else changed.idle end month_count,
        case when holds then {NOT_LISTED} else place end cited_place,
        case when obstacle = 'OTHER_CATEGORY' then other_place end other_place,
        case when obstacle = bar_reason then bar_source end bar_source,
        case when obstacle = bar_reason then bar_provisions end bar_provisions
    from changed join forming.rule on number = category
) changed
    join forming.rule on rule.number = changed.category
    left join forming.citation
        on (citation.category, citation.outcome, citation.reason, citation.place)
        = (changed.category, changed.outcome, changed.reason, cited_place)
    left join forming.gives_way
        on (gives_way.number, gives_way.place) = (changed.category, changed.other_place)
    left join forming.rule other_rule on other_rule.number = gives_way.other
"""


def worked_sql(law: LawOfRun, asked: str) -> str:
    """
    In which months those of a table worked, less what was given back.

    Beside the number of the months stands in how many of the latest all was paid, or nothing.
    """
    count = max(law.months, 1)
    current = month_of(law.run.day)
    since, until = first_day(later(current, -count)), first_day(current)
    return f"""
    select iin, found,
        {streak_sql(count, worked=False)} idle, {streak_sql(count, worked=True)} busy
    from (
        select iin, bit_or({bit_sql(law.run.day, count)}) found
        from contribution
            join {asked} using (iin)
            left join given_back using (iin, period, kind, reference)
        where {known("contribution")} and contribution.amount > coalesce(given_back.amount, 0)
            and paid_on >= '{since}' and paid_on < '{until}'
        group by iin
    ) paid
    """


def parameters_of(law: LawOfRun, part: Part = WHOLE) -> dict[str, Any]:
    """What the statements ask for."""
    return {
        **part._asdict(),
        "known": law.run.known,
        "day": law.run.day,
        "forms_couples": law.forms_couples,
        "looking": law.looks_at_months(),
    }


def form_singles(cursor: psycopg.Cursor[Any], law: LawOfRun, part: Part) -> None:
    """Adds what changes for a part of all people to `forming.decided`."""
    asked = parameters_of(law, part)
    steps = {
        "listed": _LISTED,
        "held": _HELD,
        "dead": _DEAD,
        "barred": _BARRED,
        "asked": _ASKED,
        "given_back": GIVEN_BACK,
        "worked": worked_sql(law, "asked"),
        "others": "select iin, category, place from listed where false",
    }
    for name, statement in steps.items():
        _keep(cursor, name, statement, asked)
    asked["judged"] = [law.numbers[rule.category] for rule in law.single(giving_way=False)]
    _keep(cursor, "changed", _CHANGED, asked)
    asked["judged"] = [law.numbers[rule.category] for rule in law.single(giving_way=True)]
    if asked["judged"]:
        cursor.execute(f"insert into others {_OTHERS}", asked)
        cursor.execute(f"insert into changed {_CHANGED}", asked)
    cursor.execute(_DECIDED, asked)


def _keep(
    cursor: psycopg.Cursor[Any], name: str, statement: str, asked: Mapping[str, Any]
) -> None:
    cursor.execute(f"create temp table {name} on commit drop as {statement}", asked)
    cursor.execute(f"analyze {name}")
