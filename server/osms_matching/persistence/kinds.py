"""
Reports as rows of `report`, kind by kind.

A report about one person has at most one field of its own, which is written as text in `detail`.
Reports about families name up to three persons, each in the column that the table says.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import Any, Final, NamedTuple

from osms_common.domain.codes import System
from osms_matching.domain import reports as told
from osms_matching.domain.families import Application, Death, Guardianship, Marriage, Parentage
from osms_matching.domain.records import RecordKey
from osms_matching.domain.reports import (
    NEVER,
    DetentionKind,
    Known,
    Lasting,
    LeaveKind,
    Level,
    PersonReport,
    PlacementKind,
    Report,
    Residence,
)


class Kind(NamedTuple):
    """
    A kind of report: its code, and which of its fields stand in which columns.

    *persons* are the fields of `iin`, `other_iin` and `third_iin`, *day* that of `happened_on`,
    *detail* that of `detail`, whose text *parse* reads.
    """

    code: str
    report: type[Report]
    persons: tuple[str, ...] = ("person",)
    day: str | None = None
    detail: str | None = None
    parse: Callable[[str], object] = str


def _is_true(text: str) -> bool:
    return text == "true"


def _residence(text: str) -> Residence:
    return Residence(int(text))


KINDS: Final = (
    Kind("CHILDHOOD", told.Childhood),
    Kind("PREGNANCY", told.Pregnancy),
    Kind("LEAVE", told.Leave, detail="kind", parse=LeaveKind),
    Kind("DISABLED_CHILD_ALLOWANCE", told.DisabledChildAllowance),
    Kind("GROUP_ONE_CARE_ALLOWANCE", told.GroupOneCareAllowance),
    Kind("PENSION", told.Pension),
    Kind("SENTENCE", told.Sentence, detail="minimum_security", parse=_is_true),
    Kind("DETENTION", told.Detention, detail="kind", parse=DetentionKind),
    Kind("KANDAS_STATUS", told.KandasStatus),
    Kind("MOTHER_AWARD", told.MotherAward),
    Kind("DISABILITY", told.Disability),
    Kind("FULL_TIME_STUDY", told.FullTimeStudy),
    Kind("TARGETED_ASSISTANCE", told.TargetedAssistance),
    Kind("UNEMPLOYED_REGISTRATION", told.UnemployedRegistration),
    Kind("PLACEMENT", told.Placement, detail="kind", parse=PlacementKind),
    Kind("FAMILY_CARD_LEVEL", told.FamilyCardLevel, detail="level", parse=Level),
    Kind("TREATY_STAY", told.TreatyStay),
    Kind("RESIDENCE_STATUS", told.ResidenceStatus, detail="residence", parse=_residence),
    Kind("PARENTAGE", Parentage, persons=("child", "mother", "father"), day="born_on"),
    Kind("GUARDIANSHIP", Guardianship, persons=("child", "guardian"), day="born_on"),
    Kind("MARRIAGE", Marriage, persons=("husband", "wife")),
    Kind("DEATH", Death, day="died_on"),
    Kind("FATHER_APPLICATION", Application, persons=("person", "child")),
)
"""Every kind of report, in the order and by the names of the contract."""

KIND_OF: Final = {kind.report: kind for kind in KINDS}
_KIND_OF_CODE: Final = {kind.code: kind for kind in KINDS}
_SYSTEM_OF_CODE: Final = {system.value: system for system in System}
_THIRD: Final = 3

COLUMNS: Final = (
    "iin, kind, source, record_id, known, withdrawn, starts_on, ends_on, detail, happened_on,"
    " other_iin, third_iin"
)
"""The columns of `report` in the order of a row."""


def detail_text(value: object) -> str:
    """A field of a report as `detail` has it: yes and no as PostgreSQL writes them."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(int(value)) if isinstance(value, IntEnum) else str(value)


def row_of(key: RecordKey, report: Report) -> tuple[Any, ...]:
    """The row of a report, in the order of the table."""
    kind = KIND_OF[key.kind]
    persons = [getattr(report, field) for field in kind.persons]
    iin, other, third = (*persons, None, None)[:_THIRD]
    return (
        iin,
        kind.code,
        key.source.value,
        key.record_id,
        report.known,
        None if report.withdrawn == NEVER else report.withdrawn,
        *((report.start, report.end) if isinstance(report, Lasting) else (None, None)),
        None if kind.detail is None else detail_text(getattr(report, kind.detail)),
        None if kind.day is None else getattr(report, kind.day),
        other,
        third,
    )


def report_of(row: Sequence[Any]) -> Report:
    """The report of a row."""
    iin, code, source, _, known, withdrawn, starts_on, ends_on, detail, day, other, third = row
    kind = _KIND_OF_CODE[code]
    fields: dict[str, Any] = dict(zip(kind.persons, (iin, other, third), strict=False))
    if starts_on is not None:
        fields |= {"start": starts_on, "end": ends_on}
    if issubclass(kind.report, PersonReport):
        fields["source"] = _SYSTEM_OF_CODE[source]
    if kind.detail is not None:
        fields[kind.detail] = kind.parse(detail)
    if kind.day is not None:
        fields[kind.day] = day
    return kind.report(
        known=Known(known), withdrawn=NEVER if withdrawn is None else Known(withdrawn), **fields
    )


def key_of(row: Sequence[Any]) -> RecordKey:
    """What the source calls the report of a row."""
    _, code, source, record_id, *_ = row
    return RecordKey(_SYSTEM_OF_CODE[source], _KIND_OF_CODE[code].report, record_id)
