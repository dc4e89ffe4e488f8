"""Evidence: each record in versions, each line once, and the circle of a person."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any, Final

import psycopg
import pytest
import sqlalchemy as sa

from osms_common.domain.calendar import month
from osms_common.domain.codes import System
from osms_common.domain.identifiers import Iin
from osms_matching.domain import families, reports
from osms_matching.domain.decisions import Run
from osms_matching.domain.records import RecordKey
from osms_matching.domain.reports import (
    DetentionKind,
    Known,
    LeaveKind,
    Level,
    Pension,
    PersonReport,
    PlacementKind,
    Report,
    Residence,
)
from osms_matching.persistence.evidence import EvidenceTables
from osms_matching.persistence.kinds import KIND_OF, KINDS, key_of, report_of, row_of
from osms_matching.rules.work import line_of
from tests.matching.factories import (
    ASEL,
    BABY,
    BOLAT,
    CHILD,
    applied,
    born,
    day,
    died,
    guarded,
    listed,
    married,
    paid,
    refunded,
)
from tests.matching.persistence.telling import tell_all

LIVES: Final = int(os.environ.get("OSMS_ORACLE_LIVES", "60"))
CROWDS: Final = int(os.environ.get("OSMS_ORACLE_CASES", "6"))

FIELDS: Final[dict[type[Report], list[dict[str, Any]]]] = {
    reports.Leave: [{"kind": kind} for kind in LeaveKind],
    reports.Sentence: [{"minimum_security": said} for said in (True, False)],
    reports.Detention: [{"kind": kind} for kind in DetentionKind],
    reports.Placement: [{"kind": kind} for kind in PlacementKind],
    reports.FamilyCardLevel: [{"level": level} for level in Level],
    reports.ResidenceStatus: [{"residence": residence} for residence in Residence],
}
"""Every value of every field that one kind of report alone has."""

OF_FAMILIES: Final = [
    born(),
    born(mother=None),
    born(father=None),
    guarded(),
    married(),
    applied(),
    applied(child=CHILD),
    died(ASEL, "2026-07-01"),
]

PENSION: Final = RecordKey(System.MLSPP, Pension, "1")


def known_of(tables: EvidenceTables, person: Iin, known: int) -> list[Report]:
    """What is known of somebody at an ordinal."""
    return tables.of_party([person], Run(day("2026-06-01"), Known(known)))


def of_persons() -> list[Report]:
    """A report of every kind about one person, with every value of its own field."""
    kinds = [kind.report for kind in KINDS if issubclass(kind.report, PersonReport)]
    return [
        listed(kind, since="2026-02-01", until="2026-03-01", known=4, **fields)
        for kind in kinds
        for fields in FIELDS.get(kind, [{}])
    ]


def everything() -> list[Report]:
    """All that can be reported, as it can be reported."""
    return [*of_persons(), *OF_FAMILIES]


@pytest.mark.parametrize("report", everything(), ids=repr)
def test_a_report_is_read_as_it_was_written(report: Report) -> None:
    """Its row has all of it, withdrawn or not."""
    source = getattr(report, "source", System.MOJ)
    for told in (report, replace(report, withdrawn=Known(9))):
        key = RecordKey(source, type(report), "A-1")
        row = row_of(key, told)
        assert (key_of(row), report_of(row)) == (key, told)


def test_every_kind_of_report_has_a_row() -> None:
    """Whatever the domain knows to report, but contributions, which have tables of their own."""
    named = [*vars(reports).values(), *vars(families).values()]
    kinds = {kind for kind in named if isinstance(kind, type) and issubclass(kind, Report)}
    abstract = {reports.Report, reports.Lasting, reports.PersonReport}
    assert {kind.report for kind in KINDS} == kinds - abstract


def test_a_batch_is_told_and_read_back(engine: sa.Engine) -> None:
    """Of every kind, by the numbers that the sources gave."""
    told = [
        (RecordKey(System.MOH, type(report), f'№ {number}, "ә"\\'), report)
        for number, report in enumerate(everything())
    ]
    expected = [
        (key, replace(r, source=System.MOH) if isinstance(r, PersonReport) else r)
        for key, r in told
    ]
    with engine.begin() as connection:
        EvidenceTables(connection).tell([(key, report) for key, report in expected])
    with engine.begin() as connection:
        found = EvidenceTables(connection).current([key for key, _ in told])
    assert found == dict(expected)


def test_a_record_that_is_told_again_was_known_until_then(engine: sa.Engine) -> None:
    """The new version stands, and the one before it is known to earlier ordinals."""
    first, second = listed(Pension, known=3), listed(Pension, BOLAT, until="2026-07-01", known=5)
    with engine.begin() as connection:
        tables = EvidenceTables(connection)
        tables.tell([(PENSION, first)])
        tables.tell([(PENSION, second)])
        assert tables.current([PENSION]) == {PENSION: second}
        assert known_of(tables, ASEL, 2) == []
        assert known_of(tables, ASEL, 4) == [replace(first, withdrawn=Known(5))]
        assert known_of(tables, ASEL, 5) == []
        assert known_of(tables, BOLAT, 5) == [second]


def test_what_is_told_twice_in_one_revision_was_never_known_the_first_time(
    engine: sa.Engine,
) -> None:
    """In one batch or in two of one revision: the last stands, and there is no trace of it."""
    wrong, right = listed(Pension, known=3), listed(Pension, until="2026-07-01", known=3)
    with engine.begin() as connection:
        tables = EvidenceTables(connection)
        tables.tell([(PENSION, wrong), (PENSION, right)])
        assert known_of(tables, ASEL, 3) == [right]
        tables.tell([(PENSION, wrong)])
        assert known_of(tables, ASEL, 3) == [wrong]


def test_what_is_withdrawn_was_known_until_then(engine: sa.Engine) -> None:
    """Nothing stands in its place, and another may be told under its number."""
    first, second = listed(Pension, known=3), listed(Pension, known=9)
    with engine.begin() as connection:
        tables = EvidenceTables(connection)
        tables.tell([(PENSION, first)])
        tables.withdraw([PENSION], Known(5))
        assert tables.current([PENSION]) == {}
        assert known_of(tables, ASEL, 4) == [replace(first, withdrawn=Known(5))]
        assert known_of(tables, ASEL, 5) == []
        tables.tell([(PENSION, second)])
        assert tables.current([PENSION]) == {PENSION: second}


def test_one_number_names_a_record_of_each_kind_and_source(engine: sa.Engine) -> None:
    """They have nothing to do with one another."""
    other_kind = RecordKey(System.MLSPP, reports.Disability, "1")
    other_source = RecordKey(System.MOH, Pension, "1")
    told: list[tuple[RecordKey, Report]] = [
        (PENSION, listed(Pension)),
        (other_kind, listed(reports.Disability)),
        (other_source, listed(Pension, source=System.MOH)),
    ]
    with engine.begin() as connection:
        tables = EvidenceTables(connection)
        tables.tell(told)
        tables.withdraw([PENSION], Known(5))
        keys = [PENSION, other_kind, other_source]
        assert {*tables.current(keys)} == {other_kind, other_source}


def test_a_record_cannot_be_told_before_what_stands(engine: sa.Engine) -> None:
    """Ordinals rise: what is known since 5 is not put in its place at 3."""
    with engine.begin() as connection:
        EvidenceTables(connection).tell([(PENSION, listed(Pension, known=5))])
    with pytest.raises(psycopg.errors.CheckViolation, match="known"):
        _tell_earlier(engine)
    with engine.begin() as connection:
        found = EvidenceTables(connection).current([PENSION])
    assert found[PENSION].known == 5


def _tell_earlier(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        EvidenceTables(connection).tell([(PENSION, listed(Pension, known=3))])


def test_lines_and_refunds_are_found_by_their_names(engine: sa.Engine) -> None:
    """What was paid, and each refund of it by its own reference."""
    line, other = paid("2026-06-10", amount=5), paid("2026-06-10", BOLAT, reference="Ә, 2")
    missing = paid("2026-05-10")
    part, rest = (refunded(line, on, amount=2) for on in ("2026-06-20", "2026-07-20"))
    with engine.begin() as connection:
        tables = EvidenceTables(connection)
        tables.add_contributions([line, other])
        tables.add_refunds([("R-1", part), ("R-2", rest)])
        asked = [line_of(each) for each in (line, other, missing)]
        assert tables.lines(asked) == {line_of(line): line, line_of(other): other}
        assert tables.refunds(asked) == {line_of(line): {"R-1": part, "R-2": rest}}


def test_a_line_is_not_kept_twice(engine: sa.Engine) -> None:
    """Person, kind, reference and month name it."""
    line = paid("2026-06-10")
    with pytest.raises(psycopg.errors.UniqueViolation), engine.begin() as connection:
        EvidenceTables(connection).add_contributions([line, replace(line, amount=1)])


@pytest.mark.parametrize("report", [*OF_FAMILIES, listed(Pension), paid("2026-06-10")], ids=repr)
def test_everybody_whom_a_report_names_is_known(engine: sa.Engine, report: Report) -> None:
    """And nobody else is."""
    fields = KIND_OF[type(report)].persons if type(report) in KIND_OF else ("person",)
    named = {getattr(report, field) for field in fields} - {None}
    with engine.begin() as connection:
        tables = EvidenceTables(connection)
        assert not any(tables.is_known(person) for person in named)
        tell_all(connection, [report])
        assert all(tables.is_known(person) for person in named)
        assert not tables.is_known(BABY)


def test_months_are_kept_as_their_first_days(engine: sa.Engine) -> None:
    """The database refuses any other day, so that a line has one name."""
    told = paid("2026-06-10")
    with engine.begin() as connection:
        EvidenceTables(connection).add_contributions([told])
        period = connection.execute(sa.text("select period from contribution")).scalar_one()
    assert (period, told.period) == (day("2026-06-01"), month(2026, 6))
