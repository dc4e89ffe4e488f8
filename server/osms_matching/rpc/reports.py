"""
Reports of sources, from the contract and to it: one row for each kind.

A line is read field by field, so that everything that is wrong with it is told at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from osms.entitlement.v1.date_range_pb2 import DateRange
from osms.matching.v1 import report_pb2
from osms.matching.v1 import source_service_pb2 as source_pb
from osms_common.domain.calendar import FOREVER
from osms_common.domain.codes import System
from osms_common.domain.deliveries import UnreadableRecord
from osms_common.domain.identifiers import Iin
from osms_common.domain.violations import Reason
from osms_common.rpc.batches import unreadable_record
from osms_common.rpc.fields import Fields
from osms_matching.domain import families, reports
from osms_matching.domain.records import NOT_KEPT, ReportLine, ReportTold, WithdrawalTold
from osms_matching.domain.reports import DetentionKind, LeaveKind, Level, PlacementKind, Residence

RECORD_ID_LENGTH_MAX: Final = 64

Told = dict[str, Any]
"""The fields of a report by their names in the domain."""


class Shape(NamedTuple):
    """How one kind of report stands in the contract, and how it is read."""

    kind: type[reports.Report]
    content: str
    """Its name within `Report`."""
    number: int
    """Its number in `ReportKind`."""
    read: Callable[[Fields, Any], Told]


def _days(fields: Fields, message: Any) -> Told:
    if not message.HasField("days"):
        fields.fault("days", Reason.REQUIRED)
        return {}
    days: DateRange = message.days
    inner = Fields()
    start, end = inner.day(days, "start_date"), inner.optional_day(days, "end_date")
    for violation in inner.violations:
        fields.fault(f"days.{violation.field}", violation.reason, violation.value)
    return {"start": start, "end": FOREVER if end is None else end}


def _person(fields: Fields, message: Any) -> Told:
    return {"person": fields.iin("iin", message.iin), **_days(fields, message)}


def _optional_iin(fields: Fields, field: str, text: str) -> Iin | None:
    return fields.iin(field, text) if text else None


def _choice(field: str, values: Mapping[Any, object]) -> Callable[[Fields, Any], Told]:
    """A report on a person with one of the *values* of an enum of the contract."""

    def read(fields: Fields, message: Any) -> Told:
        number = getattr(message, field)
        if number not in values:
            reason = Reason.CODE_UNKNOWN if number else Reason.REQUIRED
            fields.fault(field, reason, number or "")
        return {field: values.get(number), **_person(fields, message)}

    return read


def _sentence(fields: Fields, message: Any) -> Told:
    return {"minimum_security": message.minimum_security, **_person(fields, message)}


def _parentage(fields: Fields, message: Any) -> Told:
    return {
        "child": fields.iin("child_iin", message.child_iin),
        "born_on": fields.day(message, "birth_date"),
        "mother": _optional_iin(fields, "mother_iin", message.mother_iin),
        "father": _optional_iin(fields, "father_iin", message.father_iin),
        **_days(fields, message),
    }


def _guardianship(fields: Fields, message: Any) -> Told:
    return {
        "child": fields.iin("child_iin", message.child_iin),
        "born_on": fields.day(message, "birth_date"),
        "guardian": fields.iin("guardian_iin", message.guardian_iin),
        **_days(fields, message),
    }


def _marriage(fields: Fields, message: Any) -> Told:
    return {
        "husband": fields.iin("husband_iin", message.husband_iin),
        "wife": fields.iin("wife_iin", message.wife_iin),
        **_days(fields, message),
    }


def _death(fields: Fields, message: Any) -> Told:
    return {
        "person": fields.iin("iin", message.iin),
        "died_on": fields.day(message, "death_date"),
    }


def _application(fields: Fields, message: Any) -> Told:
    child = _optional_iin(fields, "child_iin", message.child_iin)
    return {**_person(fields, message), "child": child}


_LEAVES: Final = {
    report_pb2.LEAVE_KIND_CHILDBIRTH: LeaveKind.CHILDBIRTH,
    report_pb2.LEAVE_KIND_ADOPTION: LeaveKind.ADOPTION,
    report_pb2.LEAVE_KIND_CHILD_CARE: LeaveKind.CHILD_CARE,
}
_DETENTIONS: Final = {
    report_pb2.DETENTION_KIND_REMAND: DetentionKind.REMAND,
    report_pb2.DETENTION_KIND_HOUSE_ARREST: DetentionKind.HOUSE_ARREST,
}
_PLACEMENTS: Final = {
    report_pb2.PLACEMENT_KIND_SUBSIDISED_JOB: PlacementKind.SUBSIDISED_JOB,
    report_pb2.PLACEMENT_KIND_ON_THE_JOB_TRAINING: PlacementKind.ON_THE_JOB_TRAINING,
}
_LEVELS: Final = {
    report_pb2.WELLBEING_LEVEL_A: Level.A,
    report_pb2.WELLBEING_LEVEL_B: Level.B,
    report_pb2.WELLBEING_LEVEL_C: Level.C,
    report_pb2.WELLBEING_LEVEL_D: Level.D,
    report_pb2.WELLBEING_LEVEL_E: Level.E,
}
_RESIDENCES: Final = {
    report_pb2.RESIDENCE_CITIZEN: Residence.CITIZEN,
    report_pb2.RESIDENCE_PERMANENT_RESIDENT: Residence.PERMANENT_RESIDENT,
    report_pb2.RESIDENCE_TEMPORARY_STAY: Residence.TEMPORARY_STAY,
}

_ROWS: Final[tuple[tuple[type[reports.Report], str, Callable[[Fields, Any], Told]], ...]] = (
    (reports.Childhood, "childhood", _person),
    (reports.Pregnancy, "pregnancy", _person),
    (reports.Leave, "leave", _choice("kind", _LEAVES)),
    (reports.DisabledChildAllowance, "disabled_child_allowance", _person),
    (reports.GroupOneCareAllowance, "group_one_care_allowance", _person),
    (reports.Pension, "pension", _person),
    (reports.Sentence, "sentence", _sentence),
    (reports.Detention, "detention", _choice("kind", _DETENTIONS)),
    (reports.KandasStatus, "kandas_status", _person),
    (reports.MotherAward, "mother_award", _person),
    (reports.Disability, "disability", _person),
    (reports.FullTimeStudy, "full_time_study", _person),
    (reports.TargetedAssistance, "targeted_assistance", _person),
    (reports.UnemployedRegistration, "unemployed_registration", _person),
    (reports.Placement, "placement", _choice("kind", _PLACEMENTS)),
    (
        reports.FamilyCardLevel,
        "family_card_level",
        _choice("level", _LEVELS),
    ),
    (reports.TreatyStay, "treaty_stay", _person),
    (
        reports.ResidenceStatus,
        "residence_status",
        _choice("residence", _RESIDENCES),
    ),
    (families.Parentage, "parentage", _parentage),
    (families.Guardianship, "guardianship", _guardianship),
    (families.Marriage, "marriage", _marriage),
    (families.Death, "death", _death),
    (families.Application, "father_application", _application),
)

SHAPES: Final = tuple(
    Shape(kind, content, source_pb.ReportKind.Value(f"REPORT_KIND_{content.upper()}"), read)
    for kind, content, read in _ROWS
)
_BY_CONTENT: Final = {shape.content: shape for shape in SHAPES}
_BY_NUMBER: Final = {shape.number: shape for shape in SHAPES}


def report_line(sender: System, message: source_pb.ReportRecord) -> ReportLine:
    """A line of the feed of *sender*."""
    content = message.WhichOneof("content")
    if content == "report":
        return _report(sender, message.report)
    if content == "withdrawal":
        return _withdrawal(message.withdrawal)
    return unreadable_record(message.unreadable if content == "unreadable" else None)


def _report(sender: System, message: report_pb2.Report) -> ReportTold | UnreadableRecord:
    fields = Fields("report.")
    record_id = _record_id(fields, message.record_id)
    content = message.WhichOneof("content")
    if content is None:
        fields.fault("content", Reason.REQUIRED)
        return ReportTold(record_id, None, None, violations=tuple(fields.violations))
    shape = _BY_CONTENT[content]
    path = f"report.{content}."
    inner = Fields(path)
    told = shape.read(inner, getattr(message, content))
    violations = (*fields.violations, *inner.violations)
    if violations:
        return ReportTold(record_id, shape.kind, None, path, violations)
    if issubclass(shape.kind, reports.PersonReport):
        told["source"] = sender
    return ReportTold(record_id, shape.kind, shape.kind(known=NOT_KEPT, **told), path)


def _withdrawal(message: source_pb.ReportWithdrawal) -> WithdrawalTold:
    fields = Fields("withdrawal.")
    record_id = _record_id(fields, message.record_id)
    shape = _BY_NUMBER.get(message.kind)
    if shape is None:
        reason = Reason.CODE_UNKNOWN if message.kind else Reason.REQUIRED
        fields.fault("kind", reason, message.kind or "")
    kind = shape.kind if shape else None
    return WithdrawalTold(record_id, kind, tuple(fields.violations))


def _record_id(fields: Fields, text: str) -> str:
    return fields.text("record_id", text, required=True, length_max=RECORD_ID_LENGTH_MAX)
