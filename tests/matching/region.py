"""
The registers of a sample region as the matching knows them: every report with when it was told.

What was told on a day has that day as its ordinal. A report that is told again takes the place of
what was told before under its number; the region has no bad lines.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Final, NamedTuple

from google.protobuf.json_format import Parse

from osms.matching.v1 import contribution_service_pb2 as contribution_pb
from osms.matching.v1 import report_pb2 as report_pb
from osms.matching.v1 import source_service_pb2 as source_pb
from osms_common.domain.calendar import FOREVER, Month, month
from osms_common.domain.codes import System
from osms_common.domain.identifiers import Iin
from osms_matching.domain import families, reports
from osms_matching.domain.contributions import Contribution, ContributionKind, ContributionRefund
from osms_matching.domain.decisions import Run, RunKind
from osms_matching.domain.reports import Known, Report
from osms_matching.rules.circles import joined_by

Key = tuple[str, str, str]
"""Who reports, of which kind, under which number."""

OF_ONE_PERSON: Final[dict[str, type[reports.PersonReport]]] = {
    "childhood": reports.Childhood,
    "pregnancy": reports.Pregnancy,
    "leave": reports.Leave,
    "disabled_child_allowance": reports.DisabledChildAllowance,
    "group_one_care_allowance": reports.GroupOneCareAllowance,
    "pension": reports.Pension,
    "sentence": reports.Sentence,
    "detention": reports.Detention,
    "kandas_status": reports.KandasStatus,
    "mother_award": reports.MotherAward,
    "disability": reports.Disability,
    "full_time_study": reports.FullTimeStudy,
    "targeted_assistance": reports.TargetedAssistance,
    "unemployed_registration": reports.UnemployedRegistration,
    "placement": reports.Placement,
    "family_card_level": reports.FamilyCardLevel,
    "treaty_stay": reports.TreatyStay,
    "residence_status": reports.ResidenceStatus,
}


class Delivery(NamedTuple):
    """A file that a sender sends on a day."""

    day: date
    feed: str
    sender: str
    file: Path

    def lines(self) -> Iterator[str]:
        """The lines of the file."""
        yield from gzip.decompress(self.file.read_bytes()).decode().splitlines()


def deliveries(region: Path) -> Iterator[Delivery]:
    """What is sent, in order."""
    for line in (region / "deliveries.ndjson").read_text(encoding="utf-8").splitlines():
        told = json.loads(line)
        day = date.fromisoformat(told["at"][:10])
        yield Delivery(day, told["feed"], told["sender"], region / told["file"])


def reports_of(region: Path) -> list[Report]:
    """All that the sources of a region report, and all contributions."""
    register = Register()
    for delivery in deliveries(region):
        if delivery.feed == "REPORT":
            for line in delivery.lines():
                register.take(Parse(line, source_pb.ReportRecord()), delivery)
        elif delivery.feed == "CONTRIBUTION":
            for line in delivery.lines():
                register.pay(Parse(line, contribution_pb.ContributionRecord()), delivery)
    return register.told


def about(reports: list[Report], people: frozenset[Iin]) -> list[Report]:
    """What is reported of some people."""
    return [r for r in reports if getattr(r, "person", None) in people or joined_by(r) & people]


def daily(first: date, last: date) -> list[Run]:
    """A matching on every day, by what was told until its end; the first of a month is monthly."""
    days = (date.fromordinal(day) for day in range(first.toordinal(), last.toordinal() + 1))
    kinds = {1: RunKind.MONTHLY}
    return [Run(day, known_on(day), kinds.get(day.day, RunKind.DAILY)) for day in days]


def known_on(day: date) -> Known:
    """What is known at the end of a day."""
    return Known(day.toordinal())


class Register:
    """Keeps what was told, and until when it was."""

    def __init__(self) -> None:
        self.told: list[Report] = []
        self._places: dict[Key, int] = {}

    def take(self, record: source_pb.ReportRecord, delivery: Delivery) -> None:
        """Takes a report or its withdrawal."""
        now = known_on(delivery.day)
        if record.WhichOneof("content") == "withdrawal":
            kind = source_pb.ReportKind.Name(record.withdrawal.kind)
            self._end((delivery.sender, kind, record.withdrawal.record_id), now)
            return
        name = record.report.WhichOneof("content")
        assert name is not None
        key = (delivery.sender, f"REPORT_KIND_{name.upper()}", record.report.record_id)
        if key in self._places:
            self._end(key, now)
        self._places[key] = len(self.told)
        content = getattr(record.report, name)
        self.told.append(_report(name, content, System(delivery.sender), now))

    def pay(self, record: contribution_pb.ContributionRecord, delivery: Delivery) -> None:
        """Takes a contribution or a refund."""
        refund = record.WhichOneof("content") == "refund"
        line = record.refund if refund else record.contribution
        told: dict[str, Any] = {
            "person": Iin(int(line.iin)),
            "kind": list(ContributionKind)[line.kind - 1],
            "reference": line.reference,
            "period": _month(line.period),
            "amount": line.amount.units * 100 + line.amount.nanos // 10_000_000,
            "known": known_on(delivery.day),
        }
        if refund:
            on = _day(record.refund.refunded_date)
            self.told.append(ContributionRefund(refunded_on=on, **told))
        else:
            self.told.append(Contribution(paid_on=_day(record.contribution.paid_date), **told))

    def _end(self, key: Key, now: Known) -> None:
        place = self._places.pop(key)
        self.told[place] = replace(self.told[place], withdrawn=now)


def _report(name: str, content: Any, source: System, now: Known) -> Report:  # noqa: ANN401
    if name == "death":
        return families.Death(
            person=_iin(content.iin), died_on=_day(content.death_date), known=now
        )
    days: dict[str, Any] = {
        "start": _day(content.days.start_date),
        "end": _day(content.days.end_date) if content.days.HasField("end_date") else FOREVER,
        "known": now,
    }
    if name in OF_ONE_PERSON:
        extra = _extra(name, content)
        return OF_ONE_PERSON[name](person=_iin(content.iin), source=source, **days, **extra)
    return _of_family(name, content, days)


def _of_family(name: str, content: Any, days: dict[str, Any]) -> Report:  # noqa: ANN401
    if name == "marriage":
        husband, wife = _iin(content.husband_iin), _iin(content.wife_iin)
        return families.Marriage(husband=husband, wife=wife, **days)
    child = _iin(content.child_iin) if content.child_iin else None
    if name == "father_application":
        return families.Application(person=_iin(content.iin), child=child, **days)
    assert child is not None
    born_on = _day(content.birth_date)
    if name == "guardianship":
        guardian = _iin(content.guardian_iin)
        return families.Guardianship(child=child, born_on=born_on, guardian=guardian, **days)
    mother = _iin(content.mother_iin) if content.mother_iin else None
    father = _iin(content.father_iin) if content.father_iin else None
    return families.Parentage(child=child, born_on=born_on, mother=mother, father=father, **days)


_KINDS: Final = {
    "leave": (reports.LeaveKind, report_pb.LeaveKind),
    "detention": (reports.DetentionKind, report_pb.DetentionKind),
    "placement": (reports.PlacementKind, report_pb.PlacementKind),
}


def _extra(name: str, content: Any) -> dict[str, Any]:  # noqa: ANN401
    """What is said beside the person and the days."""
    if name in _KINDS:
        return {"kind": _named(*_KINDS[name], content.kind)}
    if name == "family_card_level":
        return {"level": list(reports.Level)[content.level - 1]}
    if name == "residence_status":
        return {"residence": reports.Residence(content.residence)}
    return {"minimum_security": content.minimum_security} if name == "sentence" else {}


def _named(kinds: Any, enum: Any, value: int) -> Any:  # noqa: ANN401
    """The kind of ours that the contract names the same."""
    name: str = enum.Name(value)
    return next(kind for kind in kinds if name.endswith(f"_KIND_{kind.name}"))


def _iin(text: str) -> Iin:
    return Iin(int(text))


def _day(value: Any) -> date:  # noqa: ANN401
    return date(value.year, value.month, value.day)


def _month(value: Any) -> Month:  # noqa: ANN401
    return month(value.year, value.month)
