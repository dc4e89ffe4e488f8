"""Every decision can be told in three languages."""
# ruff: noqa: RUF001 - Kazakh and Russian letters are meant

from __future__ import annotations

import re
import string
from typing import Final

import pytest

from osms_matching.domain.decisions import Outcome, Reason
from osms_matching.domain.reports import (
    FamilyCardLevel,
    Level,
    Pension,
    Placement,
    PlacementKind,
    TargetedAssistance,
    UnemployedRegistration,
)
from osms_matching.rules.matching import replay
from osms_matching.rules.texts import Language, Text, decision_text
from osms_matching.rules.texts.decisions import (
    ITEM,
    KINDS,
    LOOKED_AT,
    NOTHING,
    OUTCOMES,
    PARAGRAPH,
    PART,
    reference,
)
from osms_matching.rules.texts.reasons import REASONS
from tests.matching.crowds import crowd
from tests.matching.factories import held, listed, matched, only, paid, worked

ON: Final = "2026-07-15"

TEXTS: Final[dict[str, Text]] = {
    **{f"reason {code}": text for code, text in REASONS.items()},
    **{f"outcome {code}": text for code, text in OUTCOMES.items()},
    **{f"kind {code}": text for code, text in KINDS.items()},
    "nothing": NOTHING,
    "looked at": LOOKED_AT,
    "paragraph": PARAGRAPH,
    "part": PART,
    "item": ITEM,
}


def placeholders(text: str) -> set[str]:
    """The names in braces of a template."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_every_reason_and_outcome_has_a_text() -> None:
    """None is left without words."""
    assert {*REASONS} == {*Reason}
    assert {*OUTCOMES} == {*Outcome}


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_is_there_in_three_languages(name: str) -> None:
    """None is a copy of another, and all fill in the same."""
    text = TEXTS[name]
    assert all(text)
    assert len({*text}) == 3
    assert placeholders(text.kk) == placeholders(text.ru) == placeholders(text.en)


@pytest.mark.parametrize("name", TEXTS)
def test_letters_belong_to_their_language(name: str) -> None:
    """No word mixes Latin and Cyrillic letters, and English is written in Latin ones."""
    text = TEXTS[name]
    words = re.findall(r"\w+", re.sub(r"\{\w+\}", "", " ".join(text)))
    assert not [w for w in words if re.search(r"[A-Za-z]", w) and re.search(r"[Ѐ-ӿ]", w)]
    assert not re.search(r"[Ѐ-ӿ]", text.en)
    assert not re.search(r"[ӘәҒғҚқҢңӨөҰұҮүҺһІі]", text.ru)


def test_a_grant_is_told() -> None:
    """What, since when, why, by which paragraphs, and what was found in which months."""
    decision = only(matched(ON, listed(TargetedAssistance)), "R14")
    assert decision_text(decision, Language.ENGLISH) == (
        "Category R14 is granted from 2026-07-15: neither pension contributions nor social "
        "deductions were made in the months looked at (p. 49; p. 50 item 1). Looked at: 2026-06 – "
        "none."
    )


def test_a_withdrawal_is_told() -> None:
    """With the day since which the category was held."""
    reports = [listed(TargetedAssistance), *worked("2026-06"), paid("2026-05-10")]
    decision = only(matched(ON, *reports, before=[held("R14")]), "R14")
    assert decision_text(decision, Language.RUSSIAN) == (
        "Категория R14, присвоенная 2026-01-15, снята с 2026-07-15: в проверенных месяцах есть "
        "пенсионные взносы или социальные отчисления (п. 50, подп. 2). Проверено: 2026-06 – ОПВ, "
        "2026-05 – ОПВ."
    )


def test_a_category_that_is_not_matched_names_no_months() -> None:
    """Nothing was looked at."""
    decision = only(matched(ON, listed(Pension), before=[held("R07")]), "R07")
    assert decision_text(decision, Language.KAZAKH) == (
        "2026-01-15 күні берілген R07 санаты 2026-07-15 күні сақталды: дереккөз адамды тізімге "
        "енгізген (38-тармақ)."
    )


def test_the_other_category_is_told_by_its_code() -> None:
    """The one before which the crisis level gives way."""
    reports = [listed(FamilyCardLevel, level=Level.E), listed(Pension)]
    decision = only(matched(ON, *reports), "L02")
    told = decision_text(decision, Language.ENGLISH)
    assert "is not granted on 2026-07-15: the person has the category R07 (p. 60 item 1)" in told


def test_a_part_of_a_paragraph_is_cited_as_one() -> None:
    """Of p. 54; all others have items."""
    reports = [
        listed(UnemployedRegistration),
        listed(Placement, kind=PlacementKind.SUBSIDISED_JOB),
    ]
    decision = only(matched(ON, *reports), "L01")
    cited = [reference(code, language) for code in decision.provisions for language in Language]
    assert cited == ["54-тармақ, 1-бөлік", "п. 54, ч. 1", "p. 54 part 1"]


@pytest.mark.parametrize("seed", range(6))
def test_every_decision_of_a_crowd_can_be_told(seed: int) -> None:
    """One sentence, or two; nothing stays in braces, and nothing is told as missing."""
    life = crowd(seed)
    for matching in replay(life.reports, life.runs, life.before):
        for decision in matching.decisions:
            for language in Language:
                told = decision_text(decision, language)
                assert told.endswith(".")
                assert "{" not in told
                assert "None" not in told
