"""
The answer about a person on a day, in one sentence, for a clinic (p. 14).

It says of a ground no more than its kind: not which category, and never a body.
"""
# ruff: noqa: RUF001 - Kazakh and Russian letters are meant

from __future__ import annotations

from datetime import date
from typing import Final

from osms_common.domain.codes import GroundKind, Status
from osms_common.texts.language import Language, Text
from osms_common.texts.names import ground_text

UNTIL: Final = Text(
    "МӘМС жүйесінде медициналық көмек алу құқығы бар ({ground}), соңғы күні – {last_date}.",
    "Право на медицинскую помощь в системе ОСМС имеется ({ground}), по {last_date} включительно.",
    "Entitled to insured care ({ground}), through {last_date}.",
)
OPEN_ENDED: Final = Text(
    "МӘМС жүйесінде медициналық көмек алу құқығы бар ({ground}), аяқталу күні белгіленбеген.",
    "Право на медицинскую помощь в системе ОСМС имеется ({ground}), дата окончания не определена.",
    "Entitled to insured care ({ground}), with no end foreseen.",
)
NOT_ENTITLED: Final = Text(
    "МӘМС жүйесінде медициналық көмек алу құқығы жоқ: медициналық көмек ТМККК шеңберінде "
    "көрсетіледі. Себебін адамға Қор айтады; Қор адамды құжаттары бойынша бір айға енгізе алады "
    "(21, 57-тармақтар).",
    "Права на медицинскую помощь в системе ОСМС нет: медицинская помощь оказывается в рамках "
    "ГОБМП. Причину лицу сообщает Фонд; Фонд может внести лицо по документам на один месяц (п. "
    "21, 57).",
    "Not entitled: the guaranteed volume of free care applies. The Fund tells the person why, and "
    "can register the person on documents for one month (p. 21, 57).",
)
NOT_REGISTERED: Final = Text(
    "Тізілімде бұл адам туралы мәлімет жоқ: медициналық көмек ТМККК шеңберінде көрсетіледі. "
    "Себебін адамға Қор айтады; Қор адамды құжаттары бойынша бір айға енгізе алады (21, "
    "57-тармақтар).",
    "Сведений об этом лице в реестре нет: медицинская помощь оказывается в рамках ГОБМП. Причину "
    "лицу сообщает Фонд; Фонд может внести лицо по документам на один месяц (п. 21, 57).",
    "Not registered, nothing is known of this person: the guaranteed volume of free care applies. "
    "The Fund tells the person why, and can register the person on documents for one month (p. "
    "21, 57).",
)


def answer_text(
    status: Status, kind: GroundKind | None, last_date: date | None, language: Language
) -> str:
    """The answer in one sentence; *last_date* is None where the right is open-ended."""
    if status is Status.NOT_ENTITLED:
        return NOT_ENTITLED.in_(language)
    if status is Status.NOT_REGISTERED:
        return NOT_REGISTERED.in_(language)
    assert kind is not None
    ground = ground_text(kind, language)
    if last_date is None:
        return OPEN_ENDED.in_(language).format(ground=ground)
    return UNTIL.in_(language).format(ground=ground, last_date=last_date.isoformat())
