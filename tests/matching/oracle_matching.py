"""A whole matching by the clerk: who holds what after it, and what it is called."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final, NamedTuple

from osms_common.domain.identifiers import Iin
from osms_matching.domain.decisions import Outcome, Run
from osms_matching.domain.families import Place
from osms_matching.domain.grants import Grants
from osms_matching.domain.reports import PersonReport, Report
from tests.matching.oracle import MATCHED, UNMATCHED, outcome
from tests.matching.oracle_couples import CouplesClerk

IN_ORDER: Final = (*MATCHED, *UNMATCHED, "COUPLES", "L01", "L02")
"""The crisis or emergency level comes last: it depends on all others, and only once a month."""

Held = tuple[Iin, str, date, frozenset[Place]]


class Formed(NamedTuple):
    """What the clerk comes to; of who is neither listed nor holds anything nothing is said."""

    outcomes: dict[tuple[Iin, str], Outcome]
    held: set[Held]


def form(told: Iterable[Report], before: Grants, run: Run) -> Formed:
    """The categories as the clerk forms them on the day of a run."""
    clerk = CouplesClerk(told, run.day, run.known)
    formed = Formed({}, set())
    for category in IN_ORDER:
        if category == "L02" and run.kind == "DAILY":
            formed.held.update(_as_it_is(before, category))
        elif category == "COUPLES":
            _form_couples(clerk, before, formed)
        else:
            _form_single(clerk, category, before, formed)
    return formed


def _as_it_is(before: Grants, category: str) -> Iterable[Held]:
    """Who holds a category of which nothing is decided goes on to hold it."""
    for grant in before:
        if grant.category == category:
            yield grant.person, category, grant.assigned_on, frozenset()


def _form_single(clerk: CouplesClerk, category: str, before: Grants, formed: Formed) -> None:
    since = {grant.person: grant.assigned_on for grant in before if grant.category == category}
    listed = {report.person for report in clerk.all(PersonReport)}
    for person in listed | set(since):
        held = person in since
        others = {other for holder, other, _, _ in formed.held if holder == person}
        holds = clerk.holds_after(person, category, held=held, others=others)
        if held or clerk.is_listed(person, category):
            formed.outcomes[person, category] = outcome(held=held, holds=holds)
        if holds:
            formed.held.add((person, category, since.get(person, clerk.day), frozenset()))


def _form_couples(clerk: CouplesClerk, before: Grants, formed: Formed) -> None:
    grants = [grant for grant in before if grant.category in {"R03", "R04"}]
    grants = [grant for grant in grants if not clerk.is_dead(grant.person)]
    since = {(g.person, str(g.category)): g.assigned_on for g in before}
    couples = clerk.couples()
    places = {couple: clerk.place_after(couple, grants) for couple in couples}
    people = {person for couple in couples for person in couple}
    for person in people | {grant.person for grant in before}:
        own = frozenset(couple for couple, holder in places.items() if holder == person)
        open_to = {clerk.may_have(person, couple) for couple in couples if person in couple}
        for category in ("R03", "R04"):
            held = (person, category) in since
            holds = bool(own) and (category == "R04") == clerk.is_on_leave(person)
            if held or holds or (not own and category in open_to):
                formed.outcomes[person, category] = outcome(held=held, holds=holds)
            if holds:
                day = since.get((person, category), clerk.day)
                formed.held.add((person, category, day, own))
