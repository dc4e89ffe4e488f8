"""
Reports and contributions as the contract has them: how each is written, and read from JSON.

One table of shapes serves both ways. JSON is that of protobuf, with the names of fields in either
spelling; words of enums are their names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, NamedTuple

from osms.entitlement.v1.date_range_pb2 import DateRange
from osms.matching.v1 import contribution_service_pb2 as contribution_pb
from osms.matching.v1 import report_pb2 as report_pb
from osms_client import _writing, reports
from osms_client.values import Days

Json = Mapping[str, Any]

_NANOS_IN_ONE: Final = 1_000_000_000
_UNITS_MAX: Final = 2**63 - 1
_CURRENCY: Final = "KZT"
_SHOWN_MAX: Final = 60


class Unread(Exception):
    """Something in a line that cannot be read: where, and what is wrong."""

    def __init__(self, field: str, description: str) -> None:
        super().__init__(field, description)
        self.field = field
        self.description = description

    def within(self, field: str) -> Unread:
        """The same, in a message that is a field itself."""
        return Unread(f"{field}.{self.field}" if self.field else field, self.description)


class Form(NamedTuple):
    """How values of a kind are written, and how they are read from JSON."""

    write: Callable[[Any], Any]
    read: Callable[[Any], Any]
    absent: Any = None
    """What stands where a line has no such field; None where it must have one."""


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    raise Unread("", f"{_shown(value)} is not text")


def _flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    raise Unread("", f"{_shown(value)} is neither true nor false")


def _shown(value: Any) -> str:
    return repr(value)[:_SHOWN_MAX]


def _whole(value: Any) -> int:
    """A whole number, which JSON has as text where it may be large."""
    if isinstance(value, str) and value.removeprefix("-").isdecimal() and value.isascii():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _UNITS_MAX:
        return value
    raise Unread("", f"{_shown(value)} is not a whole number")


def _object(value: Any) -> Json:
    if isinstance(value, dict):
        return value
    raise Unread("", f"{_shown(value)} is not an object")


@lru_cache(maxsize=1 << 15)
def _date(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise Unread("", f"{year}-{month}-{day} is not a day that there is") from error


def _day(value: Any) -> date:
    told = _object(value)
    _check_names(told, ("year", "month", "day"))
    year, month, day = (told.get(name, 0) for name in ("year", "month", "day"))
    return _date(_whole(year), _whole(month), _whole(day))


def _month(value: Any) -> date:
    told = _object(value)
    _check_names(told, ("year", "month", "day"))
    if told.get("day", 0):
        raise Unread("day", "a month has no day")
    return _date(_whole(told.get("year", 0)), _whole(told.get("month", 0)), 1)


def _days(value: Any) -> Days:
    told = _object(value)
    _check_names(told, ("start_date", "end_date", "startDate", "endDate"))
    start, end = _given(told, "start_date"), _given(told, "end_date")
    if start is None:
        raise Unread("start_date", "is missing")
    return Days(
        _read_within("start_date", _day, start),
        None if end is None else _read_within("end_date", _day, end),
    )


def _write_days(days: Days) -> DateRange:
    end = None if days.end is None else _writing.day(days.end)
    return DateRange(start_date=_writing.day(days.start), end_date=end)


def _amount(value: Any) -> Decimal:
    told = _object(value)
    _check_names(told, ("currency_code", "currencyCode", "units", "nanos"))
    currency = _given(told, "currency_code")
    if currency != _CURRENCY:
        raise Unread("currency_code", f"{_shown(currency)} is not {_CURRENCY}")
    units: int = _read_within("units", _whole, told.get("units", 0))
    nanos: int = _read_within("nanos", _whole, told.get("nanos", 0))
    if abs(nanos) >= _NANOS_IN_ONE:
        raise Unread("nanos", f"{nanos} is not less than one tenge")
    return units + Decimal(nanos) / _NANOS_IN_ONE if nanos else Decimal(units)


def _word(enum: Any, prefix: str) -> Form:
    """One of the words of an enum, without its prefix."""
    words: dict[str, str] = {
        name: name.removeprefix(prefix)
        for name, number in enum.items()
        if number  # 0 is never sent
    }
    numbers = {word: enum.Value(name) for name, word in words.items()}

    def read(value: Any) -> str:
        try:
            return words[value]
        except (KeyError, TypeError):
            message = f"{_shown(value)} is not one of {', '.join(words)}"
            raise Unread("", message) from None

    return Form(numbers.__getitem__, read)


def _as_it_is(value: Any) -> Any:
    return value


TEXT: Final = Form(_as_it_is, _text, "")
DAY: Final = Form(_writing.day, _day)
MONTH: Final = Form(_writing.month, _month)
DAYS: Final = Form(_write_days, _days)
FLAG: Final = Form(_as_it_is, _flag, absent=False)
AMOUNT: Final = Form(_writing.money, _amount)


class Part(NamedTuple):
    """A field: its name here and in the contract, and how it is written and read."""

    ours: str
    theirs: str
    form: Form


def _part(ours: str, form: Form, theirs: str = "") -> Part:
    return Part(ours, theirs or ours, form)


@dataclass(frozen=True)
class Shape:
    """A dataclass of ours, the message that it is in the contract, and their parts."""

    ours: type[Any]
    theirs: Any
    parts: tuple[Part, ...]

    def write(self, value: Any) -> Any:
        """The message of a value."""
        return self.theirs(
            **{part.theirs: part.form.write(getattr(value, part.ours)) for part in self.parts}
        )

    def read(self, told: Json) -> Any:
        """The value of a JSON object. Unread: it is none."""
        _check_names(told, self._names)
        return self.ours(**{part.ours: _read_part(told, part) for part in self.parts})

    @property
    def _names(self) -> frozenset[str]:
        return _names_of(self.parts)


@lru_cache(maxsize=64)
def _names_of(parts: tuple[Part, ...]) -> frozenset[str]:
    """The names that JSON may have for them."""
    theirs = {part.theirs for part in parts}
    return frozenset(theirs | {camel(name) for name in theirs})


@lru_cache(maxsize=256)
def camel(name: str) -> str:
    """The name of a field as JSON has it."""
    first, *rest = name.split("_")
    return first + "".join(each.title() for each in rest)


def _given(told: Json, name: str) -> Any:
    """A field by its name in either spelling; None where there is none."""
    found = told.get(camel(name))
    return told.get(name) if found is None else found


def _check_names(told: Json, known: Any) -> None:
    for name in told:
        if name not in known:
            raise Unread(name, "there is no such field")


def _read_part(told: Json, part: Part) -> Any:
    value = _given(told, part.theirs)
    if value is not None:
        return _read_within(part.theirs, part.form.read, value)
    if part.form.absent is None:
        raise Unread(part.theirs, "is missing")
    return part.form.absent


def _read_within(field: str, read: Callable[[Any], Any], value: Any) -> Any:
    try:
        return read(value)
    except Unread as error:
        raise error.within(field) from error


_PERSON: Final = (_part("iin", TEXT), _part("days", DAYS))
_CHILD: Final = (_part("child", TEXT, "child_iin"), _part("born_on", DAY, "birth_date"))
_LEAVE: Final = _part("kind", _word(report_pb.LeaveKind, "LEAVE_KIND_"))
_DETENTION: Final = _part("kind", _word(report_pb.DetentionKind, "DETENTION_KIND_"))
_PLACEMENT: Final = _part("kind", _word(report_pb.PlacementKind, "PLACEMENT_KIND_"))
_LEVEL: Final = _part("level", _word(report_pb.WellbeingLevel, "WELLBEING_LEVEL_"))
_RESIDENCE: Final = _part("residence", _word(report_pb.Residence, "RESIDENCE_"))
_MOTHER: Final = _part("mother", TEXT, "mother_iin")
_FATHER: Final = _part("father", TEXT, "father_iin")
_GUARDIAN: Final = _part("guardian", TEXT, "guardian_iin")
_HUSBAND: Final = _part("husband", TEXT, "husband_iin")
_WIFE: Final = _part("wife", TEXT, "wife_iin")

_PARTS: Final[Mapping[type[Any], tuple[Part, ...]]] = {
    reports.Childhood: _PERSON,
    reports.Pregnancy: _PERSON,
    reports.Leave: (*_PERSON, _LEAVE),
    reports.DisabledChildAllowance: _PERSON,
    reports.GroupOneCareAllowance: _PERSON,
    reports.Pension: _PERSON,
    reports.Sentence: (*_PERSON, _part("minimum_security", FLAG)),
    reports.Detention: (*_PERSON, _DETENTION),
    reports.KandasStatus: _PERSON,
    reports.MotherAward: _PERSON,
    reports.Disability: _PERSON,
    reports.FullTimeStudy: _PERSON,
    reports.TargetedAssistance: _PERSON,
    reports.UnemployedRegistration: _PERSON,
    reports.Placement: (*_PERSON, _PLACEMENT),
    reports.FamilyCardLevel: (*_PERSON, _LEVEL),
    reports.TreatyStay: _PERSON,
    reports.ResidenceStatus: (*_PERSON, _RESIDENCE),
    reports.Parentage: (*_CHILD, _MOTHER, _FATHER, _part("days", DAYS)),
    reports.Guardianship: (*_CHILD, _GUARDIAN, _part("days", DAYS)),
    reports.Marriage: (_HUSBAND, _WIFE, _part("days", DAYS)),
    reports.Death: (_part("iin", TEXT), _part("died_on", DAY, "death_date")),
    reports.FatherApplication: (*_PERSON, _part("child", TEXT, "child_iin")),
}


def snake(name: str) -> str:
    """The name of a class as that of a field."""
    return "".join(f"_{each.lower()}" if each.isupper() else each for each in name).lstrip("_")


CONTENTS: Final[Mapping[str, Shape]] = {
    snake(ours.__name__): Shape(ours, getattr(report_pb, ours.__name__), parts)
    for ours, parts in _PARTS.items()
}
"""What may be reported, by the name of its field."""

_KIND: Final = _part("kind", _word(contribution_pb.ContributionKind, "CONTRIBUTION_KIND_"))
_LINE: Final = (
    _part("reference", TEXT),
    _part("iin", TEXT),
    _KIND,
    _part("period", MONTH),
    _part("amount", AMOUNT),
)
CONTRIBUTION: Final = Shape(
    reports.Contribution,
    contribution_pb.Contribution,
    (*_LINE, _part("paid_on", DAY, "paid_date")),
)
REFUND: Final = Shape(
    reports.ContributionRefunded,
    contribution_pb.ContributionRefund,
    (*_LINE, _part("refund_reference", TEXT), _part("refunded_on", DAY, "refunded_date")),
)
