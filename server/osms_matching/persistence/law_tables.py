"""
The law as tables, for one day: `RULES`, `LISTS` and `BARS` row by row, so that it stands once.

Dated numbers are read on the day. What a run cites is asked of `citing` for every case that there
is, and looked up by the statements.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import psycopg

from osms_common.domain.codes import Category
from osms_matching.domain.decisions import Outcome, Reason, Run
from osms_matching.persistence.kinds import KIND_OF, detail_text
from osms_matching.rules.categories import Law, Rule
from osms_matching.rules.citing import REMOVED_BY, Basis, provisions
from osms_matching.rules.couples import OF_COUPLES
from osms_matching.rules.listings import BARS, LISTS, Listing

NOT_LISTED: Final = -1
"""The place of no row of `LISTS`."""

_TABLES: Final = {
    "rule": "number smallint, code text, idle smallint, worked smallint, unlisted text,"
    " granted_for text, is_of_couples boolean",
    "gives_way": "number smallint, other smallint, place smallint",
    "list": "kind text, source text, detail text, category smallint, place smallint",
    "bar": "number smallint, category smallint, kind text, source text, place smallint,"
    " provisions text[]",
    "bar_reason": "number smallint, detail text, reason text, place smallint",
    "citation": "category smallint, outcome text, reason text, place smallint,"
    " provisions text[], source text",
}


@dataclass(frozen=True)
class LawOfRun:
    """What of the law a run goes by."""

    law: Law
    run: Run

    @property
    def numbers(self) -> dict[Category, int]:
        """The place of each category in the table of rules."""
        return {category: number for number, category in enumerate(self.law.rules)}

    @property
    def formed(self) -> dict[Category, Rule]:
        """The rules of what the run forms."""
        return self.law.formed_in(self.run.kind)

    @property
    def forms_couples(self) -> bool:
        """Whether R03 and R04 are formed."""
        return not self.formed.keys().isdisjoint(OF_COUPLES)

    def single(self, *, giving_way: bool) -> list[Rule]:
        """The rules of single persons that are formed, and do or do not give way to others."""
        single = [rule for rule in self.formed.values() if rule.category not in OF_COUPLES]
        return [rule for rule in single if bool(rule.gives_way_to) == giving_way]

    @property
    def months(self) -> int:
        """How many months any rule looks at."""
        day = self.run.day
        rules = self.formed.values()
        return max((max(r.idle.on(day), r.worked.on(day)) for r in rules), default=0)

    def looks_at_months(self) -> list[int]:
        """The places of the single categories that look at any months."""
        day = self.run.day
        single = [*self.single(giving_way=False), *self.single(giving_way=True)]
        return [self.numbers[r.category] for r in single if r.idle.on(day) or r.worked.on(day)]


def lay_down(cursor: psycopg.Cursor[Any], law: LawOfRun) -> None:
    """Makes the tables of the law in the schema of a run that is being made."""
    rows = {
        "rule": _rules(law),
        "gives_way": _giving_way(law),
        "list": _lists(law),
        "bar": _bars(law),
        "bar_reason": _bar_reasons(),
        "citation": _citations(law),
    }
    for name, columns in _TABLES.items():
        cursor.execute(f"create unlogged table forming.{name} ({columns})")
        _insert(cursor, name, [*rows[name]])
        cursor.execute(f"analyze forming.{name}")


def _insert(cursor: psycopg.Cursor[Any], name: str, rows: Sequence[Sequence[Any]]) -> None:
    if rows:
        places = ", ".join(["%s"] * len(rows[0]))
        cursor.executemany(f"insert into forming.{name} values ({places})", rows)


def _rules(law: LawOfRun) -> Iterator[tuple[Any, ...]]:
    for category, rule in law.law.rules.items():
        idle, worked = rule.idle.on(law.run.day), rule.worked.on(law.run.day)
        number, of_couples = law.numbers[category], category in OF_COUPLES
        granted_for = _granted_for(rule, law.run.day).value
        yield number, category.value, idle, worked, rule.unlisted.value, granted_for, of_couples


def _granted_for(rule: Rule, day: date) -> Reason:
    return Reason.NO_CONTRIBUTIONS if rule.idle.on(day) else Reason.LISTED


def _giving_way(law: LawOfRun) -> Iterator[tuple[Any, ...]]:
    for rule in law.single(giving_way=True):
        for place, other in enumerate(rule.gives_way_to):
            yield law.numbers[rule.category], law.numbers[other], place


def _lists(law: LawOfRun) -> Iterator[tuple[Any, ...]]:
    for place, row in enumerate(LISTS):
        if _is_judged(law, row.category):
            for detail in _values(row.having and row.having.values.on(law.run.day)):
                kind = KIND_OF[row.report].code
                yield kind, row.source.value, detail, law.numbers[row.category], place


def _values(values: Iterable[object] | None) -> list[str | None]:
    """What a field must have: any of these, or whatever it has."""
    return [None] if values is None else [*map(detail_text, values)]


def _bars(law: LawOfRun) -> Iterator[tuple[Any, ...]]:
    for number, row in enumerate(BARS):
        if _is_judged(law, row.category):
            for place, source in enumerate(row.sources):
                category, kind = law.numbers[row.category], KIND_OF[row.report].code
                yield number, category, kind, source.value, place, [row.provision]


def _bar_reasons() -> Iterator[tuple[Any, ...]]:
    for number, row in enumerate(BARS):
        order = [*dict.fromkeys(row.reasons.values())]
        for value, reason in row.reasons.items():
            yield number, detail_text(value), reason.value, order.index(reason)


def _citations(law: LawOfRun) -> Iterator[tuple[Any, ...]]:
    for rule in (*law.single(giving_way=False), *law.single(giving_way=True)):
        for row in (*_of_removals(rule), *_of_grants(rule, law.run.day)):
            yield law.numbers[rule.category], *row


def _of_removals(rule: Rule) -> Iterator[tuple[Any, ...]]:
    """Without a source where the grant that ends says it."""
    for reason in {rule.unlisted, Reason.DEATH, Reason.OTHER_CATEGORY, Reason.WORKED}:
        cited = provisions(rule, Outcome.WITHDRAWN, reason, Basis())
        yield Outcome.WITHDRAWN.value, reason.value, NOT_LISTED, [*cited], REMOVED_BY.get(reason)


def _of_grants(rule: Rule, day: date) -> Iterator[tuple[Any, ...]]:
    reason = _granted_for(rule, day)
    for place, row in enumerate(LISTS):
        if row.category is rule.category:
            basis = Basis(listing=Listing(row.source, row.provision))
            cited = provisions(rule, Outcome.GRANTED, reason, basis)
            yield Outcome.GRANTED.value, reason.value, place, [*cited], row.source.value


def _is_judged(law: LawOfRun, category: Category) -> bool:
    return category in law.formed and category not in OF_COUPLES
