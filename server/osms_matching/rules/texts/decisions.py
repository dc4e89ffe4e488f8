"""A decision in words: what became of the category, why, by which paragraphs, by which months."""
# ruff: noqa: RUF001 - Kazakh and Russian letters are meant

from __future__ import annotations

import re
from typing import Final

from osms_common.domain.calendar import month_text
from osms_common.texts.language import Language, Text
from osms_matching.domain.contributions import ContributionKind
from osms_matching.domain.decisions import Decision, MonthFound, Outcome
from osms_matching.rules.texts.reasons import REASONS

OUTCOMES: Final[dict[Outcome, Text]] = {
    Outcome.GRANTED: Text(
        "{category} санаты {day} күнінен бастап берілді: {reason} ({provisions}).",
        "Категория {category} присвоена с {day}: {reason} ({provisions}).",
        "Category {category} is granted from {day}: {reason} ({provisions}).",
    ),
    Outcome.KEPT: Text(
        "{since} күні берілген {category} санаты {day} күні сақталды: {reason} ({provisions}).",
        "Категория {category}, присвоенная {since}, на {day} сохраняется: {reason} "
        "({provisions}).",
        "Category {category}, assigned on {since}, is kept on {day}: {reason} ({provisions}).",
    ),
    Outcome.WITHDRAWN: Text(
        "{since} күні берілген {category} санаты {day} күнінен бастап алып тасталды: {reason} "
        "({provisions}).",
        "Категория {category}, присвоенная {since}, снята с {day}: {reason} ({provisions}).",
        "Category {category}, assigned on {since}, is withdrawn from {day}: {reason} "
        "({provisions}).",
    ),
    Outcome.NOT_GRANTED: Text(
        "{category} санаты {day} күні берілмеді: {reason} ({provisions}).",
        "Категория {category} на {day} не присвоена: {reason} ({provisions}).",
        "Category {category} is not granted on {day}: {reason} ({provisions}).",
    ),
}

KINDS: Final[dict[ContributionKind, Text]] = {
    ContributionKind.PENSION_CONTRIBUTION: Text("МЗЖ", "ОПВ", "MPC"),
    ContributionKind.SOCIAL_DEDUCTION: Text("ӘА", "СО", "SD"),
}
NOTHING: Final = Text("жоқ", "нет", "none")
LOOKED_AT: Final = Text(" Қаралғаны: {months}.", " Проверено: {months}.", " Looked at: {months}.")

_PROVISION: Final = re.compile(r"p(\d+)(?:\.(\d+))?")
_WITH_PARTS: Final = frozenset({"54"})
"""Paragraphs whose codes count parts; those of all others count items."""

PARAGRAPH: Final = Text("{paragraph}-тармақ", "п. {paragraph}", "p. {paragraph}")
PART: Final = Text(
    "{paragraph}-тармақ, {number}-бөлік",
    "п. {paragraph}, ч. {number}",
    "p. {paragraph} part {number}",
)
ITEM: Final = Text(
    "{paragraph}-тармақ, {number}-тармақша",
    "п. {paragraph}, подп. {number}",
    "p. {paragraph} item {number}",
)


def decision_text(decision: Decision, language: Language) -> str:
    """What was decided, why, by which paragraphs, and what was found in which months."""
    sentence = OUTCOMES[decision.outcome].in_(language)
    reason = REASONS[decision.reason].in_(language)
    return sentence.format(
        category=decision.category,
        since=decision.assigned_on,
        day=decision.day,
        reason=reason.format(other=decision.other),
        provisions="; ".join(reference(code, language) for code in decision.provisions),
    ) + _months(decision.months, language)


def _months(months: tuple[MonthFound, ...], language: Language) -> str:
    if not months:
        return ""
    told = ", ".join(_month(found, language) for found in months)
    return LOOKED_AT.in_(language).format(months=told)


def _month(found: MonthFound, language: Language) -> str:
    kinds = [KINDS[kind].in_(language) for kind in sorted(found.kinds)]
    return f"{month_text(found.month)} – {' + '.join(kinds) or NOTHING.in_(language)}"


def reference(code: str, language: Language) -> str:
    """Where the Rules say it, such as `p. 26 item 1`."""
    found = _PROVISION.fullmatch(code)
    assert found is not None, code
    paragraph, number = found.groups()
    if number is None:
        return PARAGRAPH.in_(language).format(paragraph=paragraph)
    template = PART if paragraph in _WITH_PARTS else ITEM
    return template.in_(language).format(paragraph=paragraph, number=number)
