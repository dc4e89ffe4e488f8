"""
What would give the right, in one or two sentences, for the Fund.

Days and months stay as they are written; a reason stays as its source told it.
"""
# ruff: noqa: RUF001 - Kazakh and Russian letters are meant

from __future__ import annotations

from typing import Final

from osms_common.domain.calendar import FOREVER, ONE_DAY, month_text
from osms_common.texts.language import Language, Text
from osms_common.texts.names import budget_text, category_text, ground_text
from osms_common.texts.provisions import provision_text
from osms_server.rules.remedy import Action, Remedy

REMEDIES: Final[dict[Action, Text]] = {
    Action.NONE: Text(
        "Адамның қайтыс болғаны тіркелген: ол туралы хабарлама түзетілмейінше, {died_on} күнінен "
        "бастап құқықты ештеңе қалпына келтірмейді.",
        "Зарегистрирована смерть лица: пока сообщение о ней не исправлено, начиная с {died_on} "
        "ничто не восстановит право.",
        "The person's death is registered: unless that report is corrected, nothing restores the "
        "right from {died_on} on.",
    ),
    Action.WAIT: Text(
        "Ештеңе істеудің қажеті жоқ: қазіргі деректер бойынша {days} құқық бар ({ground}).",
        "Ничего делать не нужно: по имеющимся данным право есть {days} ({ground}).",
        "Nothing has to be done: as things stand there is the right {days} ({ground}).",
    ),
    Action.LIFT_BUDGET_LAPSE: Text(
        "{budget} жарналарды қайта төлейтіні {done_on} күні тіркелсе, санат ({category}) {days} "
        "құқық береді.",
        "Если {done_on} будет отмечено, что {budget} снова уплачивает взносы, категория "
        "({category}) даст право {days}.",
        "If it is recorded on {done_on} that the {budget} pays again, the category ({category}) "
        "gives the right {days}.",
    ),
    Action.REPORT_CATEGORY: Text(
        "Санат ({category}) аяқталған, соңғы күні – {last_day}, себебі – {reason}. Егер адам әлі "
        "де сол санатта болса, дереккөз ({systems}) оны қайта береді; {done_on} күнінен бастап "
        "берілсе, {days} құқық болады.",
        "Категория ({category}) прекратилась, последний день – {last_day}, причина – {reason}. "
        "Если лицо все еще относится к ней, источник ({systems}) присваивает ее заново; при "
        "присвоении с {done_on} право будет {days}.",
        "The category ({category}) has ended; its last day was {last_day}, the reason {reason}. "
        "If the person still belongs to it, its source ({systems}) reports it anew; assigned on "
        "{done_on}, it gives the right {days}.",
    ),
    Action.REPORT_TREATY_LISTING: Text(
        "Халықаралық шарт бойынша тізімде болу аяқталған, соңғы күні – {last_day}, себебі – "
        "{reason}. Егер адам әлі де тізімде болуға тиіс болса, дереккөз ({systems}) оны қайта "
        "береді; {done_on} күнінен бастап берілсе, {days} құқық болады.",
        "Нахождение в списке по международному договору прекратилось, последний день – "
        "{last_day}, причина – {reason}. Если лицо все еще должно значиться в нем, источник "
        "({systems}) передает его заново; при включении с {done_on} право будет {days}.",
        "The listing under an international treaty has ended; its last day was {last_day}, the "
        "reason {reason}. If it still applies, its source ({systems}) reports it anew; listed on "
        "{done_on}, the person has the right {days}.",
    ),
    Action.LIST_ON_ROSTER: Text(
        "Адам уәкілетті органның тізімінен шыққан, тізімде болған соңғы күні – {last_day}. Егер "
        "ол әлі де сол органға жататын болса, орган ({systems}) оны қайта енгізеді; деректер "
        "{done_on} күні келсе, {days} құқық болады.",
        "Лицо выбыло из списка уполномоченного органа, последний день в списке – {last_day}. Если "
        "оно все еще относится к этому органу, орган ({systems}) включает его снова; при "
        "поступлении данных {done_on} право будет {days}.",
        "The person has left the roster of an authorised body; the last day on it was {last_day}. "
        "If the person still belongs to the body, it ({systems}) lists the person again; if the "
        "data arrive on {done_on}, there is the right {days}.",
    ),
    Action.PAY_MONTHS: Text(
        "Мына айлар төленбеген: {months}. Олар үшін аударымдар немесе жарналар {done_on} күні "
        "түссе, {days} құқық болады.",
        "Не оплачены месяцы: {months}. Если отчисления или взносы за них поступят {done_on}, "
        "право будет {days}.",
        "These months are unpaid: {months}. If deductions or contributions for them are received "
        "on {done_on}, there is the right {days}.",
    ),
    Action.PAY_AS_INDEPENDENT: Text(
        "Дербес төлеуші үшін: мына айлар төленбеген: {months}. Олар үшін жарналар {done_on} күні "
        "түссе, {days} құқық болады.",
        "Для самостоятельного плательщика: не оплачены месяцы: {months}. Если взносы за них "
        "поступят {done_on}, право будет {days}.",
        "For an independent payer: these months are unpaid: {months}. If contributions for them "
        "are received on {done_on}, there is the right {days}.",
    ),
    Action.REGISTER_ON_DOCUMENTS: Text(
        "Егер адам {done_on} күні құжаттармен жүгініп, санатын растаса, Қор оны бір айға "
        "енгізеді: {days} құқық болады.",
        "Если лицо {done_on} обратится с документами и подтвердит свою категорию, Фонд внесет его "
        "на один месяц: право будет {days}.",
        "If the person applies on {done_on} with documents that prove a category, the Fund "
        "registers the person for one month: there is the right {days}.",
    ),
}

UNTIL: Final = Text(
    "{first} – {last} күндері (қоса алғанда)",
    "с {first} по {last} включительно",
    "from {first} through {last}",
)
OPEN_ENDED: Final = Text(
    "{first} күнінен бастап (аяқталу күні белгіленбеген)",
    "с {first} (дата окончания не определена)",
    "from {first} on, with no end foreseen",
)


def remedy_text(remedy: Remedy, language: Language) -> str:
    """What would have to be done, and the days of the right then."""
    sentence = REMEDIES[remedy.action].in_(language).format(**_told(remedy, language))
    if not remedy.routes or remedy.last_day is None:
        return sentence
    # Which documents they are can only be said of a category that the person had.
    return f"{sentence} {provision_text(remedy.routes[0].provision, language)}"


def _told(remedy: Remedy, language: Language) -> dict[str, str]:
    """The details of a remedy by name; empty where it has none."""
    category, budget = remedy.category, remedy.budget
    return {
        "done_on": remedy.done_on.isoformat(),
        "days": _days(remedy, language),
        "ground": ground_text(remedy.kind, language) if remedy.kind else "",
        "months": ", ".join(map(month_text, remedy.months)),
        "category": category_text(category, language) if category else "",
        "budget": budget_text(budget, language) if budget else "",
        "systems": ", ".join(remedy.systems),
        "died_on": (remedy.last_day + ONE_DAY).isoformat() if remedy.last_day else "",
        "last_day": remedy.last_day.isoformat() if remedy.last_day else "",
        "reason": remedy.reason,
    }


def _days(remedy: Remedy, language: Language) -> str:
    if remedy.restored is None:
        return ""
    first, end = remedy.restored
    if end == FOREVER:
        return OPEN_ENDED.in_(language).format(first=first.isoformat())
    last = end - ONE_DAY
    return UNTIL.in_(language).format(first=first.isoformat(), last=last.isoformat())
