"""
Crowds: a few families at once, told by a seed, in which far more happens than in invented lives.

Nearly everybody has children, leaves, work in some months, and now and then a divorce, a death,
a guardian or a second partner.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any, Final

from osms_common.domain.calendar import FOREVER, first_day, last_day, later, month
from osms_common.domain.codes import Category, System
from osms_common.domain.identifiers import Iin
from osms_matching.domain.contributions import Contribution, ContributionKind, ContributionRefund
from osms_matching.domain.decisions import Run, RunKind
from osms_matching.domain.families import (
    Application,
    Death,
    Guardianship,
    Marriage,
    Parentage,
)
from osms_matching.domain.grants import Grant
from osms_matching.domain.reports import (
    NEVER,
    Detention,
    DetentionKind,
    FamilyCardLevel,
    Known,
    Leave,
    LeaveKind,
    Level,
    PersonReport,
    Placement,
    PlacementKind,
    Report,
    Residence,
    ResidenceStatus,
    Sentence,
    UnemployedRegistration,
)
from tests.matching.factories import LONG_AGO
from tests.matching.lives import BIRTHS, Life
from tests.matching.oracle import SIMPLE
from tests.people import people

WOMEN: Final = tuple(Iin(int(text)) for text in people(5, after=20))
MEN: Final = tuple(Iin(int(text)) for text in people(5, after=30))
CHILDREN: Final = tuple(Iin(int(text)) for text in people(7, after=40))
ADULTS: Final = (*WOMEN, *MEN)

_FIRST: Final = date(2027, 1, 1)
_MONTHS: Final = tuple(later(month(2026, 9), count) for count in range(10))
_PLAIN: Final = [kind for kind, _ in SIMPLE.values()]


class _Teller:
    """Tells one report after another."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)

    def often(self, share: float) -> bool:
        """Whether something that happens so often happens."""
        return self.chance.random() < share

    def a_day(self) -> date:
        """A day of half a year, often the first or the last of a month."""
        of = self.chance.choice(_MONTHS[4:])
        return self.chance.choice(
            [first_day(of), last_day(of), _FIRST + timedelta(self.chance.randrange(150))]
        )

    def known(self) -> dict[str, Any]:
        """Since when it is known, mostly always; now and then it is withdrawn later."""
        known = 0 if self.often(0.7) else self.chance.randrange(6)
        withdrawn = Known(known + 1 + self.chance.randrange(4)) if self.often(0.1) else NEVER
        return {"known": Known(known), "withdrawn": withdrawn}

    def days(self) -> dict[str, Any]:
        """Since when it holds, and until when, mostly always."""
        start = LONG_AGO if self.often(0.7) else self.a_day()
        end = FOREVER if self.often(0.7) else self.a_day()
        return {"start": start, "end": end, **self.known()}

    def singles(self) -> Iterator[Report]:
        """What concerns one person alone."""
        for person in ADULTS:
            for _ in range(self.chance.choice([0, 0, 1, 2, 3])):
                yield self._single(person)

    def _single(self, person: Iin) -> Report:
        kinds: list[tuple[type[PersonReport], dict[str, list[Any]]]] = [
            (UnemployedRegistration, {}),
            (UnemployedRegistration, {}),
            (Placement, {"kind": list(PlacementKind)}),
            (FamilyCardLevel, {"level": [Level.C, Level.D, Level.E]}),
            (FamilyCardLevel, {"level": [Level.D]}),
            (Detention, {"kind": list(DetentionKind)}),
            (Sentence, {"minimum_security": [False, False, True]}),
            (ResidenceStatus, {"residence": list(Residence)}),
            *((plain, {}) for plain in self.chance.sample(_PLAIN, 3)),
        ]
        kind, choices = self.chance.choice(kinds)
        fields: dict[str, Any] = {name: self.chance.choice(of) for name, of in choices.items()}
        return kind(person=person, **fields, **self.days())

    def families(self) -> Iterator[Report]:
        """Children, marriages, guardians, leaves, applications and deaths."""
        for child in CHILDREN:
            if self.often(0.9):
                yield self._parentage(child)
            if self.often(0.2):
                guardian, born_on = self.chance.choice(ADULTS), self.chance.choice(BIRTHS)
                yield Guardianship(child=child, guardian=guardian, born_on=born_on, **self.days())
        for wife, husband in zip(WOMEN, MEN, strict=True):
            if self.often(0.6):
                yield Marriage(husband=husband, wife=wife, **self.days())
            if self.often(0.1):
                yield Marriage(husband=self.chance.choice(MEN), wife=wife, **self.days())
        yield from self._of_adults()

    def _parentage(self, child: Iin) -> Report:
        at = self.chance.randrange(len(WOMEN))
        father = MEN[at] if self.often(0.8) else self.chance.choice([*MEN, None])
        mother = WOMEN[at] if self.often(0.9) else None
        born_on = self.chance.choice(BIRTHS)
        return Parentage(child=child, born_on=born_on, mother=mother, father=father, **self.days())

    def _of_adults(self) -> Iterator[Report]:
        for person in ADULTS:
            if self.often(0.3):
                kind = self.chance.choice(list(LeaveKind))
                yield Leave(person=person, kind=kind, **self.days())
            if self.often(0.3):
                child = self.chance.choice([None, *CHILDREN])
                yield Application(person=person, child=child, **self.days())
        for person in (*ADULTS, *CHILDREN):
            if self.often(0.05):
                yield Death(person=person, died_on=self.a_day(), **self.known())

    def work(self) -> Iterator[Report]:
        """Whoever works does so for some months, and then not for some."""
        for person in ADULTS:
            works = self.often(0.5)
            for of in _MONTHS:
                works = works if self.often(0.6) else not works
                if works:
                    yield from self._line(
                        person, self.chance.choice([first_day(of), last_day(of)])
                    )

    def _line(self, person: Iin, paid_on: date) -> Iterator[Report]:
        named: dict[str, Any] = {
            "person": person,
            "kind": self.chance.choice(list(ContributionKind)),
            "reference": "A",
            "period": month(paid_on.year, paid_on.month),
        }
        yield Contribution(**named, paid_on=paid_on, amount=2, **self.known())
        if self.often(0.1):
            amount = self.chance.choice([1, 2])
            yield ContributionRefund(
                **named, refunded_on=self.a_day(), amount=amount, **self.known()
            )

    def before(self) -> Iterator[Grant]:
        """Who holds what before the first matching."""
        for person in ADULTS:
            for category in self.chance.sample(["R03", "R04", "R14", "L01", "L02", "R07"], 2):
                if self.often(0.3):
                    since = date(2026, self.chance.randrange(1, 4), 15)
                    yield Grant(person, Category(category), since, System.MLSPP)

    def runs(self) -> list[Run]:
        """Half a year of matchings, each by what was known by then."""
        days = sorted(self.a_day() for _ in range(8))
        known = sorted(self.chance.randrange(6) for _ in days)
        return [
            Run(day, Known(at), self.chance.choice(list(RunKind)))
            for day, at in zip(days, known, strict=True)
        ]


def crowd(seed: int) -> Life:
    """The crowd of a seed."""
    teller = _Teller(seed)
    reports = [*teller.singles(), *teller.families(), *teller.work()]
    teller.chance.shuffle(reports)
    before = {}
    for grant in teller.before():
        before[grant.person, grant.category in {"R03", "R04"} or grant.category] = grant
    return Life(tuple(reports), frozenset(before.values()), tuple(teller.runs()))
