"""
The place of a couple a second time (p. 30, 33): the clerk goes from couple to couple.

First it is written down who has which place before the matching. Then each couple is asked: does
who has the place keep it, and if not, who takes it?
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from osms_common.domain.codes import Category
from osms_common.domain.identifiers import Iin
from osms_matching.domain import families, reports
from osms_matching.domain.families import Place
from osms_matching.domain.grants import Grant
from tests.matching.oracle import ONE_MONTH_AGO, TWO_MONTHS, Clerk


class CouplesClerk(Clerk):
    """The clerk for R03 and R04."""

    # Children.

    def children(self) -> set[Iin]:
        """Every child of whom a civil act or a guardianship is on the desk."""
        parents = {act.child for act in self.all(families.Parentage)}
        return parents | {act.child for act in self.all(families.Guardianship)}

    def third_birthday(self, child: Iin) -> date:
        """By the latest birth that is told; of 29 February it is 1 March."""
        born = [act.born_on for act in self.all(families.Parentage) if act.child == child]
        born += [act.born_on for act in self.all(families.Guardianship) if act.child == child]
        latest = max(born)
        if (latest.month, latest.day) == (2, 29):
            return date(latest.year + 3, 3, 1)
        return date(latest.year + 3, latest.month, latest.day)

    def is_under_three(self, child: Iin) -> bool:
        """Whether the child lives, and its third birthday is still to come."""
        return not self.is_dead(child) and self.day < self.third_birthday(child)

    def mothers_and_fathers(self, child: Iin) -> set[Iin]:
        """The parents by the civil acts, of whom the dead are none."""
        acts = [act for act in self.all(families.Parentage) if act.child == child]
        told = {parent for act in acts for parent in (act.mother, act.father)}
        return {parent for parent in told if parent is not None and not self.is_dead(parent)}

    def representatives(self, child: Iin) -> set[Iin]:
        """Guardians, and a parent married to one; where there is no guardian, the parents."""
        acts = [act for act in self.all(families.Guardianship) if act.child == child]
        guardians = {act.guardian for act in acts if not self.is_dead(act.guardian)}
        parents = self.mothers_and_fathers(child)
        if not guardians:
            return parents
        return guardians | {
            parent
            for parent in parents
            if any(self.are_married(parent, guardian) for guardian in guardians)
        }

    def own_children(self, person: Iin) -> set[Iin]:
        """Of whom the person is a legal representative."""
        return {child for child in self.children() if person in self.representatives(child)}

    # Marriages and leaves.

    def marriages(self) -> Iterator[tuple[Iin, Iin]]:
        """Husband and wife, both alive."""
        for act in self.all(families.Marriage):
            if not self.is_dead(act.husband) and not self.is_dead(act.wife):
                yield act.husband, act.wife

    def are_married(self, one: Iin, other: Iin) -> bool:
        """Whether the two are husband and wife."""
        return (one, other) in self.marriages() or (other, one) in self.marriages()

    def is_on_leave(self, person: Iin) -> bool:
        """A sheet for childbirth; or another leave, unless all children it is for turned three."""
        if self.is_dead(person):
            return False
        for leave in self.of(reports.Leave, person, "MOH MLSPP"):
            assert isinstance(leave, reports.Leave)
            own = self.own_children(person)
            turned = [child for child in own if self.third_birthday(child) <= self.day]
            before = [child for child in own if self.third_birthday(child) <= leave.start]
            if leave.kind == "CHILDBIRTH" or len(before) == len(own) or len(turned) < len(own):
                return True
        return False

    # Couples.

    def couples(self) -> set[Place]:
        """Who has a place together: for a child under three, or since somebody is on leave."""
        found = set()
        for child in self.children():
            together = self.representatives(child)
            if together and self.is_under_three(child):
                found.add(tuple(sorted(together)))
        for_children = set(found)
        for person in self.everybody():
            if self.is_on_leave(person):
                spouses = [pair for pair in self.marriages() if person in pair]
                found |= {tuple(sorted(pair)) for pair in spouses}
                if not spouses and not any(person in couple for couple in for_children):
                    found.add((person,))
        return found

    def everybody(self) -> set[Iin]:
        """Everybody for whom a leave is told."""
        return {leave.person for leave in self.all(reports.Leave)}

    def raises(self, couple: Place) -> bool:
        """Whether the couple has a child under three together."""
        return any(
            self.is_under_three(child) and self.representatives(child) == {*couple}
            for child in self.children()
        )

    def is_mother(self, person: Iin, couple: Place) -> bool:
        """Mother of a child of the couple, or the wife in it."""
        for act in self.all(families.Parentage):
            if act.mother == person and self.representatives(act.child) == {*couple}:
                return True
        wives = [pair[1] for pair in self.marriages() if {*pair} <= {*couple}]
        return person in wives

    def has_applied(self, person: Iin, couple: Place) -> bool:
        """For whichever child, or for one of the couple's."""
        for application in self.all(families.Application):
            if application.person == person:
                child = application.child
                if child is None:
                    return True
                if child in self.children() and self.representatives(child) == {*couple}:
                    return True
        return False

    def may_have(self, person: Iin, couple: Place) -> str | None:
        """R04 for whoever is on leave, otherwise R03 for a child under three."""
        if self.is_on_leave(person):
            return "R04"
        return "R03" if self.raises(couple) else None

    # The place before and after.

    def has_place(self, couple: Place, grants: Iterable[Grant]) -> Grant | None:
        """
        Whose place it is before the matching.

        Whoever was given it. Otherwise whoever holds a place that is no more: the longest.
        """
        inside = [grant for grant in grants if grant.person in couple]
        given = [grant for grant in inside if couple in grant.places]
        lost = [grant for grant in inside if self._lost_a_place(grant)]
        for candidates in (given, lost):
            since = [grant for grant in candidates if grant.assigned_on == _first(candidates)]
            for person in self.by_preference(couple):
                for grant in sorted(since):
                    if grant.person == person:
                        return grant
        return None

    def _lost_a_place(self, grant: Grant) -> bool:
        return not grant.places or any(place not in self.couples() for place in grant.places)

    def by_preference(self, couple: Place) -> list[Iin]:
        """A father who applied, then the mother, then anybody else."""
        mothers = [person for person in sorted(couple) if self.is_mother(person, couple)]
        others = [person for person in sorted(couple) if person not in mothers]
        applied = [person for person in others if self.has_applied(person, couple)]
        return [*applied, *mothers, *(person for person in others if person not in applied)]

    def place_after(self, couple: Place, grants: Iterable[Grant]) -> Iin | None:
        """Who has the place after the matching."""
        had = self.has_place(couple, grants)
        if had is not None and self._keeps(had, couple):
            return had.person
        for person in self.by_preference(couple):
            if self.may_have(person, couple) and self.worked_in_none(person, ONE_MONTH_AGO):
                return person
        return None

    def _keeps(self, grant: Grant, couple: Place) -> bool:
        now = self.may_have(grant.person, couple)
        if now is None or (grant.category is Category.ON_CHILD_LEAVE and now == "R03"):
            return False
        return not self.worked_in_all(grant.person, TWO_MONTHS)


def _first(grants: list[Grant]) -> date:
    return min(grant.assigned_on for grant in grants)
