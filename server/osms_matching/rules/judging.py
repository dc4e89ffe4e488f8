"""
What becomes of a category of one person: the one place where granting and withdrawing are told.

Holders and candidates are judged by the same obstacles, in one order; they differ in the months
without which, or with which, contributions stand in the way.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from osms_common.domain.codes import Category
from osms_common.domain.identifiers import Iin
from osms_matching.domain.decisions import Outcome, Reason
from osms_matching.rules.categories import Rule
from osms_matching.rules.picture import Picture
from osms_matching.rules.work import is_busy, is_idle


class Judgement(NamedTuple):
    """What became of a category, why, and before which other it gives way."""

    outcome: Outcome
    reason: Reason
    other: Category | None = None


def judge(
    picture: Picture, person: Iin, rule: Rule, *, holds: bool, others: Collection[Category]
) -> Judgement:
    """A category of single persons; *others* are held after this matching."""
    other = next((category for category in rule.gives_way_to if category in others), None)
    obstacle = _obstacle(picture, person, rule) or (Reason.OTHER_CATEGORY if other else None)
    if obstacle is None and has_worked(picture, person, rule.category, holds=holds):
        obstacle = Reason.WORKED
    if obstacle is not None:
        outcome = Outcome.WITHDRAWN if holds else Outcome.NOT_GRANTED
        return Judgement(outcome, obstacle, other if obstacle is Reason.OTHER_CATEGORY else None)
    return Judgement(
        Outcome.KEPT if holds else Outcome.GRANTED, _why_held(picture, rule, holds=holds)
    )


def has_worked(picture: Picture, person: Iin, category: Category, *, holds: bool) -> bool:
    """Whether contributions take a category from its holder, or keep it from anybody else."""
    if holds:
        return is_busy(picture.worked_months(person, category))
    return not is_idle(picture.idle_months(person, category))


def _obstacle(picture: Picture, person: Iin, rule: Rule) -> Reason | None:
    key = person, rule.category
    if person in picture.families.dead:
        return Reason.DEATH
    if key not in picture.listed:
        return rule.unlisted
    return picture.barred[key].reason if key in picture.barred else None


def _why_held(picture: Picture, rule: Rule, *, holds: bool) -> Reason:
    if not rule.idle.on(picture.day):
        return Reason.LISTED
    return Reason.NOT_EVERY_MONTH if holds else Reason.NO_CONTRIBUTIONS
