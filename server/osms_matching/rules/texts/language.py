"""The three languages of the texts, and a text in all of them."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple, assert_never


class Language(StrEnum):
    """A language, by its code."""

    KAZAKH = "kk"
    RUSSIAN = "ru"
    ENGLISH = "en"


class Text(NamedTuple):
    """One text in every language; what stands in braces is filled in."""

    kk: str
    ru: str
    en: str

    def in_(self, language: Language) -> str:
        """The text in *language*."""
        match language:
            case Language.KAZAKH:
                return self.kk
            case Language.RUSSIAN:
                return self.ru
            case Language.ENGLISH:
                return self.en
            case _:
                assert_never(language)
