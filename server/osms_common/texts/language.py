"""The three languages of the texts, and a text in all of them."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final, NamedTuple, assert_never


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


_CODE: Final = re.compile(r"(kk|ru|en)([-_][a-z0-9]{1,8})*", re.IGNORECASE)


def parse_language(code: str) -> Language | None:
    """The language of a code such as `kk` or `kk-KZ`, in any case; None for any other."""
    found = _CODE.fullmatch(code.strip())
    return Language(found[1].lower()) if found else None
