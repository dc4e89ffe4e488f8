"""
The matchings of scenario files: who reports what of a couple, and what the matching makes of it.

A matching has a `couple`, a `record` and what to `expect`. One without a couple goes on with that
of the one before it, and with what was granted then. docs/matching.md has the vocabulary.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, NamedTuple

from osms_common.domain.calendar import FOREVER, first_day, month
from osms_common.domain.codes import Category, System
from osms_common.domain.identifiers import Iin
from osms_matching.domain import reports as told
from osms_matching.domain.contributions import Contribution, ContributionKind, ContributionRefund
from osms_matching.domain.decisions import Matching, Run, RunKind
from osms_matching.domain.families import (
    Application,
    Death,
    Guardianship,
    Marriage,
    Parentage,
)
from osms_matching.domain.grants import NOTHING_GRANTED, Grant, Grants
from osms_matching.domain.reports import Known, PersonReport, Report
from osms_matching.rules.categories import RULES
from osms_matching.rules.matching import match

Json = Mapping[str, Any]

LONG_AGO: Final = date(2000, 1, 1)
AMOUNT: Final = 8_500_00

KINDS: Final[Mapping[str, type[PersonReport]]] = {
    "childhood": told.Childhood,
    "pregnancy": told.Pregnancy,
    "leave": told.Leave,
    "disabled_child_allowance": told.DisabledChildAllowance,
    "group_one_care_allowance": told.GroupOneCareAllowance,
    "pension": told.Pension,
    "sentence": told.Sentence,
    "detention": told.Detention,
    "kandas_status": told.KandasStatus,
    "mother_award": told.MotherAward,
    "disability": told.Disability,
    "full_time_study": told.FullTimeStudy,
    "targeted_assistance": told.TargetedAssistance,
    "unemployed_registration": told.UnemployedRegistration,
    "placement": told.Placement,
    "family_card_level": told.FamilyCardLevel,
    "treaty_stay": told.TreatyStay,
    "residence_status": told.ResidenceStatus,
}
EXTRA: Final[Mapping[tuple[str, str], Any]] = {
    ("leave", "kind"): told.LeaveKind,
    ("detention", "kind"): told.DetentionKind,
    ("placement", "kind"): told.PlacementKind,
    ("family_card_level", "level"): told.Level,
    ("residence_status", "residence"): lambda name: told.Residence[name],
    ("sentence", "minimum_security"): bool,
}
"""What a kind of report says beside the person and the days."""

COUPLE_KEYS: Final = frozenset({"mother", "father", "guardian", "person", "married", "children"})
ROLES: Final = ("mother", "father", "guardian", "person")
PERSON_KEYS: Final = frozenset({"iin", "worked", "applied", "holds", "reports"})


class Mismatch(NamedTuple):
    """Something that is not as a matching expects it."""

    where: str
    key: str
    expected: Any
    got: Any


@dataclass
class Story:
    """What is reported of one couple, and what was granted so far."""

    people: dict[str, Iin] = field(default_factory=dict)
    reports: list[Report] = field(default_factory=list)
    grants: Grants = NOTHING_GRANTED
    known: Known = Known(0)

    def begin(self, couple: Json) -> None:
        """Takes a couple in, with all that is reported of it from the first."""
        assert couple.keys() <= COUPLE_KEYS, couple.keys() - COUPLE_KEYS
        for role in ROLES:
            if role in couple:
                self._take_person(role, couple[role])
        for child in couple.get("children", ()):
            self._take_child(child)
        if couple.get("married"):
            self._add(
                Marriage(husband=self.people["father"], wife=self.people["mother"], **ALWAYS)
            )

    def _take_person(self, role: str, person: Json) -> None:
        assert person.keys() <= PERSON_KEYS, person.keys() - PERSON_KEYS
        iin = self.people[role] = Iin(int(person["iin"]))
        for text in person.get("worked", ()):
            self._add(_paid(iin, text))
        if person.get("applied"):
            self._add(Application(person=iin, **ALWAYS))
        for report in person.get("reports", ()):
            self._add(_report(iin, report))
        for code in person.get("holds", ()):
            self.grants |= {Grant(iin, Category(code), LONG_AGO, System.MLSPP)}

    def _take_child(self, child: Json) -> None:
        iin, born_on = Iin(int(child["iin"])), date.fromisoformat(child["born_on"])
        if "guardian" in self.people:
            guardian = self.people["guardian"]
            self._add(Guardianship(child=iin, born_on=born_on, guardian=guardian, **ALWAYS))
            return
        mother, father = self.people.get("mother"), self.people.get("father")
        self._add(Parentage(child=iin, born_on=born_on, mother=mother, father=father, **ALWAYS))

    def _add(self, report: Report) -> None:
        self.reports.append(report)

    def take(self, record: Json) -> Matching | None:
        """One more thing that is told, or a matching of a day."""
        self.known = Known(self.known + 1)
        if "day" in record:
            kind = RunKind(record.get("kind", RunKind.MONTHLY))
            run = Run(date.fromisoformat(record["day"]), self.known, kind)
            matching = match(self.reports, self.grants, run)
            self.grants = matching.grants
            return matching
        self._tell(record)
        return None

    def _tell(self, record: Json) -> None:
        if "child" in record:
            self._take_child(record["child"])
        elif "parted_on" in record:
            self._part(date.fromisoformat(record["parted_on"]))
        else:
            self._tell_of(self._iin(record["of"]), record)

    def _tell_of(self, iin: Iin, record: Json) -> None:
        """Something about one person."""
        if "worked" in record:
            self._add(_paid(iin, record["worked"], self.known))
        elif "refunded" in record:
            self._refund(iin, record["refunded"])
        elif "died_on" in record:
            died_on = date.fromisoformat(record["died_on"])
            self._add(Death(person=iin, died_on=died_on, known=self.known))
        elif "applied" in record:
            self._add(Application(person=iin, **ALWAYS | {"known": self.known}))
        else:
            report = {name: value for name, value in record.items() if name != "of"}
            self._replace(_report(iin, report, self.known))

    def _iin(self, of: str) -> Iin:
        return self.people[of] if of in self.people else Iin(int(of))

    def _refund(self, iin: Iin, text: str) -> None:
        paid = _paid(iin, text)
        self._add(
            ContributionRefund(
                person=iin,
                kind=paid.kind,
                reference=paid.reference,
                period=paid.period,
                refunded_on=paid.paid_on,
                amount=paid.amount,
                known=self.known,
            )
        )

    def _replace(self, report: PersonReport) -> None:
        """What the same source reported of the person as the same kind stands no more."""
        self.reports = [each for each in self.reports if not _is_of_the_same(each, report)]
        self._add(report)

    def _part(self, day: date) -> None:
        self.reports = [each for each in self.reports if not isinstance(each, Marriage)]
        days = ALWAYS | {"end": day}
        self._add(Marriage(husband=self.people["father"], wife=self.people["mother"], **days))

    def mismatches(self, where: str, expect: Json, matching: Matching) -> Iterator[Mismatch]:
        """Where a matching is not as expected; only what is given is compared."""
        if "holder" in expect:
            holders = {grant.person for grant in self.grants if grant.category in {"R03", "R04"}}
            wanted = {self._iin(expect["holder"])} if expect["holder"] else set()
            if holders != wanted:
                yield Mismatch(where, "holder", expect["holder"], self._names(holders))
        if "category" in expect:
            held = sorted(grant.category for grant in self.grants)
            if held != ([expect["category"]] if expect["category"] else []):
                yield Mismatch(where, "category", expect["category"], held)
        for of, decisions in expect.get("decisions", {}).items():
            for code, text in decisions.items():
                got = _decided(matching, self._iin(of), Category(code))
                if got.split()[: len(text.split())] != text.split():
                    yield Mismatch(where, f"{code} of {of}", text, got)

    def _names(self, people: set[Iin]) -> list[str]:
        roles = {iin: role for role, iin in self.people.items()}
        return sorted(roles[iin] for iin in people)


ALWAYS: Final[dict[str, Any]] = {"known": Known(0), "start": LONG_AGO, "end": FOREVER}


def _is_of_the_same(one: Report, other: PersonReport) -> bool:
    return (
        type(one) is type(other)
        and isinstance(one, PersonReport)
        and (one.person, one.source) == (other.person, other.source)
    )


def _paid(iin: Iin, text: str, known: Known = Known(0)) -> Contribution:  # noqa: B008
    """A contribution on the first day of a month `2026-06`."""
    of = month(*map(int, text.split("-")))
    return Contribution(
        person=iin,
        kind=ContributionKind.PENSION_CONTRIBUTION,
        reference=text,
        period=of,
        paid_on=first_day(of),
        amount=AMOUNT,
        known=known,
    )


def _report(iin: Iin, report: Json, known: Known = Known(0)) -> PersonReport:  # noqa: B008
    """A report such as `{"source": "MOH", "told": "pregnancy", "from": "2026-03-01"}`."""
    kind = report["told"]
    said = {
        name: EXTRA[kind, name](value)
        for name, value in report.items()
        if name not in {"source", "told", "from", "until"}
    }
    return KINDS[kind](
        person=iin,
        source=System(report["source"]),
        start=date.fromisoformat(report["from"]) if "from" in report else LONG_AGO,
        end=date.fromisoformat(report["until"]) if "until" in report else FOREVER,
        known=known,
        **said,
    )


def _decided(matching: Matching, iin: Iin, category: Category) -> str:
    """What was decided, as `GRANTED MOTHER p28 p30.2`; `NOTHING` where nothing was."""
    assert category in RULES
    for decision in matching.of(iin):
        if decision.category == category:
            return " ".join([decision.outcome, decision.reason, *decision.provisions])
    return "NOTHING"


def run(matchings: Sequence[Json]) -> Iterator[Mismatch]:
    """Runs the matchings of a case; yields what is not as expected."""
    story = Story()
    for number, body in enumerate(matchings, 1):
        if "couple" in body:
            story = Story()
            story.begin(body["couple"])
        record = body["record"]
        made = [story.take(each) for each in (record if isinstance(record, list) else [record])]
        matching = made[-1]
        assert matching is not None, "the last record is a day of the matching"
        yield from story.mismatches(f"matching {number}", body["expect"], matching)
