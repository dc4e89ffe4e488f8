"""
Evidence of a country that is laid out by SQL, for measuring runs of the matching.

Nobody reported it: people come in tens, a family with two or three children, a mother alone, and
five others, and chance that follows from their numbers says who is listed for what and who works
in which month. IINs are not checked here, so they are numbers that count up.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final, NamedTuple

import psycopg

from osms_common.domain.calendar import first_day, later, month_of

FIRST_RUN: Final = date(2026, 7, 1)
NEXT_DAY: Final = date(2026, 7, 2)
NEXT_MONTH: Final = date(2026, 8, 1)
"""The days of the runs: the first with what is laid down, the others on what it left."""

_SHARES: Final = 1024
_HUSBAND, _WIFE, _CHILD, _SCHOOLCHILD, _OTHERS_CHILD, _ALONE = range(6)
_FIRST_IIN: Final = 100_000_000_000
_LIVE_WITH: Final = 10
_LONG: Final = "'2020-01-01'::date, '9999-12-31'::date"


class _Listed(NamedTuple):
    """Whom a source lists: of those at some places in a ten, so many of 1024."""

    kind: str
    source: str
    places: str
    share: int
    detail: str = "null"


_SINGLE: Final = (
    _Listed("CHILDHOOD", "MOE", "2, 3, 4", 1000),
    _Listed("CHILDHOOD", "MOJ", "2, 3, 4", 200),
    _Listed("PREGNANCY", "MOH", "1, 5", 30),
    _Listed("LEAVE", "MOH", "1, 5", 60, "'CHILDBIRTH'"),
    _Listed("LEAVE", "MLSPP", "0, 1, 5", 40, "'CHILD_CARE'"),
    _Listed("DISABLED_CHILD_ALLOWANCE", "MLSPP", "1, 5", 20),
    _Listed("GROUP_ONE_CARE_ALLOWANCE", "MLSPP", "7, 8", 10),
    _Listed("PENSION", "MLSPP", "6", 900),
    _Listed("SENTENCE", "MIA_CAD", "7, 8", 5, "'false'"),
    _Listed("DETENTION", "CLSSA", "7, 8", 5, "'HOUSE_ARREST'"),
    _Listed("KANDAS_STATUS", "MLSPP", "7, 8", 5),
    _Listed("MOTHER_AWARD", "MLSPP", "1", 30),
    _Listed("DISABILITY", "MLSPP", "6, 7, 8", 80),
    _Listed("FULL_TIME_STUDY", "MOSHE", "9", 500),
    _Listed("TARGETED_ASSISTANCE", "MLSPP", "1, 5, 7, 9", 60),
    _Listed("UNEMPLOYED_REGISTRATION", "MLSPP", "0, 1, 7, 8, 9", 60),
    _Listed("PLACEMENT", "MLSPP", "0, 1, 7, 8, 9", 2, "'SUBSIDISED_JOB'"),
    _Listed("FAMILY_CARD_LEVEL", "DFC", "0, 1, 2, 3, 4, 5, 6, 7, 8, 9", 40, "'D'"),
    _Listed("FAMILY_CARD_LEVEL", "DFC", "0, 1, 2, 3, 4, 5, 6, 7, 8, 9", 300, "'B'"),
    _Listed("TREATY_STAY", "FWIS", "8", 20),
    _Listed("RESIDENCE_STATUS", "MPIS", "7, 8", 40, "'3'"),
)

_SCHEMA: Final = """
alter table report drop constraint report_pkey;
alter table contribution drop constraint contribution_pkey;
drop index report_source_kind_record_id_idx, report_other_iin_idx, report_third_iin_idx;
create unlogged table someone (n int, place int, iin bigint);
"""
_INDEXES: Final = """
alter table report add primary key (iin, kind, source, record_id, known);
alter table contribution add primary key (iin, period, kind, reference);
create unique index report_source_kind_record_id_idx on report (source, kind, record_id)
    where withdrawn is null;
create index report_other_iin_idx on report (other_iin) where other_iin is not null;
create index report_third_iin_idx on report (third_iin) where third_iin is not null;
drop table someone;
"""
_PEOPLE: Final = f"""
insert into someone
select n, n % {_LIVE_WITH}, {_FIRST_IIN} + n::bigint * 11 from generate_series(0, {{people}} - 1) n
"""
_REPORT: Final = """
insert into report (iin, kind, source, record_id, known, starts_on, ends_on, detail,
    happened_on, other_iin, third_iin)
"""


def lay_out(dsn: str, people: int, months: int) -> None:
    """
    Fills a migrated database: so many people, and the contributions of so many months.

    The last of these months ends before the run of the next month, the one before it ends before
    the first run, so that in the next month some have begun to work and some no longer do.
    """
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(_SCHEMA)
        connection.execute(_PEOPLE.format(people=people))
        connection.execute("analyze someone")
        for statement in (*_reports(), *_contributions(months)):
            connection.execute(statement)
        connection.execute(_INDEXES)
        connection.execute("vacuum analyze")


def _chance(salt: int) -> str:
    return f"(hashint4(n * 97 + {salt}) & {_SHARES - 1})"


def _reports() -> Iterator[str]:
    for salt, row in enumerate(_SINGLE):
        yield f"""
        {_REPORT} select iin, '{row.kind}', '{row.source}', '{row.kind}-{salt}-' || n, 1, {_LONG},
            {row.detail}, null, null, null
        from someone where place in ({row.places}) and {_chance(salt)} < {row.share}"""
    mother, father = f"iin - {11 * (_CHILD - _WIFE)}", f"iin - {11 * (_CHILD - _HUSBAND)}"
    yield _born(_CHILD, mother, father, under_three=300)
    yield _born(_SCHOOLCHILD, f"{mother} - 11", f"{father} - 11", under_three=0)
    yield _born(_OTHERS_CHILD, f"iin + {11 * (_ALONE - _OTHERS_CHILD)}", "null", under_three=150)
    yield f"""
    {_REPORT} select iin, 'MARRIAGE', 'MOJ', 'M' || n, 1, {_LONG}, null, null, iin + 11, null
    from someone where place = {_HUSBAND} and {_chance(50)} < 900"""
    yield f"""
    {_REPORT} select iin, 'FATHER_APPLICATION', 'SC', 'A' || n, 1, {_LONG}, null, null, null, null
    from someone where place = {_HUSBAND} and {_chance(51)} < 30"""
    yield f"""
    {_REPORT} select iin, 'DEATH', 'MOJ', 'D' || n, 1, null, null, null,
        '2026-06-01'::date + {_chance(53)} % 60, null, null
    from someone where {_chance(52)} < 5"""


def _born(place: int, mother: str, father: str, under_three: int) -> str:
    """Children at a place of their tens, of whom so many of 1024 are under three."""
    return f"""
    {_REPORT} select iin, 'PARENTAGE', 'MOJ', 'P' || n, 1, {_LONG}, null,
        case when {_chance(60)} < {under_three} then '2023-07-10'::date + {_chance(61)}
            else '2010-01-01'::date + 4 * {_chance(61)} end,
        {mother}, {father}
    from someone where place = {place}"""


def _contributions(months: int) -> Iterator[str]:
    """Month by month, as they come: both kinds for whoever works, mostly the same people."""
    for back in range(months, 0, -1):
        month = later(month_of(NEXT_MONTH), -back)
        yield f"""
        insert into contribution
        select iin, '{first_day(month)}', kind, 'R' || n % 5000,
            '{first_day(month)}'::date + n % 28, 850000, 1, null
        from someone cross join (values ('MPC'), ('SD')) kinds (kind)
        where {_chance(70)} < (array[920, 500, 0, 0, 0, 500, 100, 850, 850, 300])[place + 1]
            and {_chance(71 + month % 24)} < 980"""
