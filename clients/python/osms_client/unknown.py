"""What to show where the register cannot tell: the third answer, in every language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_DEFAULT: Final = "en"

_UNKNOWN: Final[Mapping[str, str]] = {
    "kk": "белгісіз: көмекті 13-тармақ бойынша көрсетіңіз",
    "ru": "неизвестно: оказывайте помощь по пункту 13",
    "en": "unknown: treat under p. 13",
}

_ADVICE: Final[Mapping[str, str]] = {
    "kk": "бұл құқықтың жоқтығын білдірмейді; сұрау салуды кейінірек қайталаңыз",
    "ru": "это не означает отсутствия права; повторите запрос позднее",
    "en": "this is no refusal of the right; ask again later",
}


def unknown_text(language: str = "") -> str:
    """What stands in the place of an answer; in English where the language is none of ours."""
    return _UNKNOWN.get(language, _UNKNOWN[_DEFAULT])


def unknown_advice(language: str = "") -> str:
    """What it means and what to do; in English where the language is none of ours."""
    return _ADVICE.get(language, _ADVICE[_DEFAULT])
