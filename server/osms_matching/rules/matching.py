"""
A matching: from what is reported and who holds what to who is granted and who loses what.

Pure: the same reports, grants and day give the same decisions, on any machine, forever. Categories
that give way to others are judged last, by what the same matching made of those.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final

from osms_common.domain.codes import Category
from osms_common.domain.identifiers import Iin
from osms_matching.domain.decisions import Decision, Matching, Outcome, Reason, Run
from osms_matching.domain.families import Place
from osms_matching.domain.grants import NOTHING_GRANTED, Grant, Grants
from osms_matching.domain.reports import Report
from osms_matching.rules.categories import LAW, Law, Rule
from osms_matching.rules.citing import Basis, provisions, source
from osms_matching.rules.couples import OF_COUPLES
from osms_matching.rules.judging import Judgement, judge
from osms_matching.rules.listings import Key, Listing
from osms_matching.rules.parents import judge_parent, parents
from osms_matching.rules.picture import Picture, depict

_HELD: Final = frozenset({Outcome.GRANTED, Outcome.KEPT})


def match(reports: Iterable[Report], before: Grants, run: Run, law: Law = LAW) -> Matching:
    """
    The matching of *run* for all persons who are reported or hold something.

    Nothing is decided about categories that a run of its kind does not form: who holds one goes
    on to hold it. What decides about one of them is reported of the others in the same circle
    (`circles`): where theirs is given, the decisions are the same as among all.
    """
    matching = _Matching(depict(reports, run, law), before)
    formed = law.formed_in(run.kind)
    single = [rule for rule in formed.values() if rule.category not in OF_COUPLES]
    matching.pass_on(law.rules.keys() - formed.keys())
    matching.judge_single(rule for rule in single if not rule.gives_way_to)
    if not formed.keys().isdisjoint(OF_COUPLES):
        matching.judge_parents()
    matching.judge_single(rule for rule in single if rule.gives_way_to)
    return matching.result()


def replay(
    reports: Sequence[Report],
    runs: Iterable[Run],
    before: Grants = NOTHING_GRANTED,
    law: Law = LAW,
) -> Iterator[Matching]:
    """
    Matchings one after another, each by what was known then and what the one before it left.

    So a day that has passed gives the result of that day, whatever was reported since.
    """
    for run in runs:
        matching = match(reports, before, run, law)
        before = matching.grants
        yield matching


class _Matching:
    """A matching in the making."""

    def __init__(self, picture: Picture, before: Grants) -> None:
        assert all(grant.category in picture.law.rules for grant in before)
        self._picture = picture
        self._before = {(grant.person, grant.category): grant for grant in before}
        self._decisions: dict[Key, Decision] = {}
        self._grants: dict[Key, Grant] = {}
        self._held: defaultdict[Iin, set[Category]] = defaultdict(set)

    def pass_on(self, categories: Collection[Category]) -> None:
        """Leaves categories as they are."""
        for key, grant in self._before.items():
            if grant.category in categories:
                self._hold(key, grant)

    def judge_single(self, rules: Iterable[Rule]) -> None:
        """Judges categories in which nobody else has a part."""
        picture = self._picture
        by_category: dict[Category, Rule] = {rule.category: rule for rule in rules}
        keys = [key for key in {*picture.listed, *self._before} if key[1] in by_category]
        for person, category in keys:
            judgement = judge(
                picture,
                person,
                by_category[category],
                holds=(person, category) in self._before,
                others=self._held[person],
            )
            listing = picture.listed.get((person, category))
            self._decide((person, category), judgement, listing)

    def judge_parents(self) -> None:
        """Judges R03 and R04."""
        for parent in parents(self._picture, self._before.values()):
            for category, judgement in judge_parent(self._picture, parent):
                self._decide((parent.person, category), judgement, parent.listing, parent.places)

    def _decide(
        self,
        key: Key,
        judgement: Judgement,
        listing: Listing | None,
        places: frozenset[Place] = frozenset(),
    ) -> None:
        person, category = key
        barring = self._picture.barred.get(key)
        if barring is not None and barring.reason is not judgement.reason:
            barring = None
        basis = Basis(self._before.get(key), listing, barring)
        decision = decided(self._picture, key, judgement, basis)
        self._decisions[key] = decision
        if decision.outcome in _HELD:
            since = decision.assigned_on
            assert since is not None
            self._hold(key, Grant(person, category, since, decision.source, places))

    def _hold(self, key: Key, grant: Grant) -> None:
        self._grants[key] = grant
        self._held[grant.person].add(grant.category)

    def result(self) -> Matching:
        """What was decided, in order."""
        order = {category: place for place, category in enumerate(self._picture.law.rules)}
        keys = sorted(self._decisions, key=lambda key: (key[0], order[key[1]]))
        decisions = tuple(self._decisions[key] for key in keys)
        return Matching(self._picture.run, decisions, frozenset(self._grants.values()))


def decided(picture: Picture, key: Key, judgement: Judgement, basis: Basis) -> Decision:
    """A judgement with all that it rests on."""
    person, category = key
    outcome, reason, other = judgement
    grant = basis.grant
    is_asked_for = grant is None and reason is not Reason.ON_LEAVE
    look_at = picture.idle_months if is_asked_for else picture.worked_months
    newly = picture.day if outcome is Outcome.GRANTED else None
    return Decision(
        person,
        category,
        picture.day,
        outcome,
        reason,
        source(outcome, reason, basis),
        provisions(picture.law.rules[category], outcome, reason, basis),
        look_at(person, category),
        grant.assigned_on if grant else newly,
        other,
    )
