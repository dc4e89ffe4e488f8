"""
Why a kind of ground does not hold on a day, in one sentence, for the Fund.

The details of an absence are filled in by name; days and months stay as they are written.
"""
# ruff: noqa: RUF001 - Kazakh and Russian letters are meant

from __future__ import annotations

from typing import Final

from osms_common.domain.codes import Budget, Category
from osms_common.texts.language import Language, Text
from osms_common.texts.names import budget_text, category_text
from osms_server.rules.explain import Absence, AbsentGround

ABSENCES: Final[dict[Absence, Text]] = {
    Absence.DIED: Text(
        "Адамның қайтыс болғаны тіркелген: {died_on} күнінен бастап ешбір негіз жоқ.",
        "Зарегистрирована смерть лица: начиная с {died_on} оснований нет.",
        "The person's death is registered: no ground holds from {died_on} on.",
    ),
    Absence.NEVER_LISTED: Text(
        "Бірде-бір уәкілетті орган бұл адамды өз тізіміне енгізбеген.",
        "Ни один уполномоченный орган не включал это лицо в свой список.",
        "No authorised body has listed this person.",
    ),
    Absence.LISTING_ENDED: Text(
        "Адам уәкілетті органның тізімінен шыққан; тізімде болған соңғы күні – {last_day}.",
        "Лицо выбыло из списка уполномоченного органа; последний день в списке – {last_day}.",
        "The person has left the roster of an authorised body; the last day on it was {last_day}.",
    ),
    Absence.LISTING_NOT_BEGUN: Text(
        "Уәкілетті орган бұл адамды тізіміне кейінірек енгізген; тізімдегі бірінші күні – "
        "{first_day}.",
        "Уполномоченный орган включил это лицо в список позднее; первый день в списке – "
        "{first_day}.",
        "An authorised body has listed this person only later; the first day is {first_day}.",
    ),
    Absence.NO_CATEGORY: Text(
        "Адам жарналарын мемлекет төлейтін санаттардың ешқайсысында болмаған.",
        "Лицо не относилось ни к одной категории, за которую взносы уплачивает государство.",
        "The person has been in no category for which the State pays.",
    ),
    Absence.CATEGORY_ENDED: Text(
        "Жарналарды мемлекет төлейтін санат аяқталған; соңғы күні – {last_day}.",
        "Категория, за которую взносы уплачивает государство, прекратилась; последний день – "
        "{last_day}.",
        "The category for which the State paid has ended; its last day was {last_day}.",
    ),
    Absence.CATEGORY_NOT_BEGUN: Text(
        "Жарналарды мемлекет төлейтін санат әлі басталмаған; бірінші күні – {first_day}.",
        "Категория, за которую взносы уплачивает государство, еще не началась; первый день – "
        "{first_day}.",
        "The category for which the State pays has not begun; its first day is {first_day}.",
    ),
    Absence.BUDGET_UNPAID: Text(
        "Санаты бар ({category}), бірақ {budget} {since} айынан бастап жарна төлемейді; санаттың "
        "өзі құқық бермейді.",
        "Категория имеется ({category}), но {budget} не уплачивает взносы с {since}; сама по себе "
        "она права не дает.",
        "There is a category ({category}), but the {budget} has paid nothing since {since}; the "
        "category itself gives no right.",
    ),
    Absence.NO_TREATY_LISTING: Text(
        "Адам халықаралық шарт бойынша тізімде болмаған.",
        "Лицо не значилось в списке по международному договору.",
        "The person has not been listed under an international treaty.",
    ),
    Absence.TREATY_LISTING_ENDED: Text(
        "Халықаралық шарт бойынша тізімде болу аяқталған; соңғы күні – {last_day}.",
        "Нахождение в списке по международному договору прекратилось; последний день – "
        "{last_day}.",
        "The listing under an international treaty has ended; its last day was {last_day}.",
    ),
    Absence.TREATY_LISTING_NOT_BEGUN: Text(
        "Халықаралық шарт бойынша тізімде болу әлі басталмаған; бірінші күні – {first_day}.",
        "Нахождение в списке по международному договору еще не началось; первый день – "
        "{first_day}.",
        "The listing under an international treaty has not begun; its first day is {first_day}.",
    ),
    Absence.NO_PAYMENTS: Text(
        "Бұл адам үшін есепке алынатын аударымдар мен жарналар түспеген.",
        "Учитываемых отчислений и взносов за это лицо не поступало.",
        "No deductions or contributions that count are known for this person.",
    ),
    Absence.MONTHS_MISSING: Text(
        "{last_paid_month} айымен аяқталатын кезең толық емес; мына айлар жетіспейді: "
        "{missing_months}.",
        "Период, заканчивающийся месяцем {last_paid_month}, неполный; не хватает месяцев: "
        "{missing_months}.",
        "The months up to {last_paid_month} are not complete; these are missing: "
        "{missing_months}.",
    ),
    Absence.PAYMENTS_NOT_BEGUN: Text(
        "Төлемдер бойынша құқық әлі басталмаған; бірінші күні – {first_day}.",
        "Право на основании платежей еще не наступило; первый день – {first_day}.",
        "The right from payments has not begun; its first day is {first_day}.",
    ),
    Absence.PAYMENTS_ENDED: Text(
        "Төлемдер бойынша құқық аяқталған; соңғы күні – {last_day}.",
        "Право на основании платежей прекратилось; последний день – {last_day}.",
        "The right from payments has ended; its last day was {last_day}.",
    ),
    Absence.NO_INDEPENDENT_PAYMENTS: Text(
        "Адам дербес төлеуші ретінде жарна төлемеген.",
        "В качестве самостоятельного плательщика лицо взносов не уплачивало.",
        "Nothing has been paid for this person as an independent payer.",
    ),
    Absence.RUN_INCOMPLETE: Text(
        "Дербес төлеуші ретінде төленген айлар қатарынан толық кезең құрамайды; төленген айлар: "
        "{paid_months}.",
        "Месяцы, оплаченные в качестве самостоятельного плательщика, не составляют полного "
        "непрерывного периода; оплачены: {paid_months}.",
        "The months paid as an independent payer make no full run; paid are: {paid_months}.",
    ),
    Absence.RUN_NOT_BEGUN: Text(
        "Дербес төлеушінің құқығы әлі басталмаған; бірінші күні – {first_day}.",
        "Право самостоятельного плательщика еще не наступило; первый день – {first_day}.",
        "The right of an independent payer has not begun; its first day is {first_day}.",
    ),
    Absence.RUN_ENDED: Text(
        "Дербес төлеушінің құқығы аяқталған; соңғы күні – {last_day}.",
        "Право самостоятельного плательщика прекратилось; последний день – {last_day}.",
        "The right of an independent payer has ended; its last day was {last_day}.",
    ),
    Absence.NOT_REGISTERED: Text(
        "Қор бұл адамды құжаттар бойынша енгізбеген.",
        "Фонд не вносил это лицо по документам.",
        "The Fund has not registered this person on documents.",
    ),
    Absence.REGISTRATION_ENDED: Text(
        "Құжаттар бойынша енгізу мерзімі аяқталған; соңғы күні – {last_day}.",
        "Срок внесения по документам истек; последний день – {last_day}.",
        "The registration on documents has ended; its last day was {last_day}.",
    ),
    Absence.REGISTRATION_NOT_BEGUN: Text(
        "Құжаттар бойынша енгізу мерзімі әлі басталмаған; бірінші күні – {first_day}.",
        "Срок внесения по документам еще не начался; первый день – {first_day}.",
        "The registration on documents has not begun; its first day is {first_day}.",
    ),
    Absence.NOTHING_TO_KEEP: Text(
        "Құқық сақталатындай аяқталған негіз жоқ.",
        "Нет прекратившегося основания, после которого право сохранялось бы.",
        "No ground has ended after which the right would be kept.",
    ),
    Absence.RETENTION_ENDED: Text(
        "Құқықты сақтау мерзімі аяқталған; соңғы күні – {last_day}.",
        "Срок сохранения права истек; последний день – {last_day}.",
        "The time for which the right was kept is over; its last day was {last_day}.",
    ),
    Absence.RETENTION_NOT_BEGUN: Text(
        "Құқықты сақтау мерзімі әлі басталмаған; бірінші күні – {first_day}.",
        "Срок сохранения права еще не начался; первый день – {first_day}.",
        "The time for which the right is kept has not begun; its first day is {first_day}.",
    ),
    Absence.NO_INCIDENT: Text(
        "Бұл күні құқықты сақтайтын техникалық ақау болмаған.",
        "В этот день не было технического сбоя, при котором право сохраняется.",
        "On this day there was no technical failure during which the right is kept.",
    ),
    Absence.NO_GROUND_FAILED: Text(
        "Техникалық ақау болған ({incidents}), бірақ ол басталған күні істен шыққан жүйеге "
        "тәуелді негіз болмаған.",
        "Технический сбой был ({incidents}), но в день его начала не было основания, зависящего "
        "от отказавшей системы.",
        "There was a technical failure ({incidents}), but on the day it began no ground depended "
        "on what failed.",
    ),
    Absence.NOT_NEEDED: Text(
        "Бұл күні басқа негіз бар, сондықтан бұл негіз қажет емес.",
        "В этот день есть другое основание, поэтому это не требуется.",
        "Another ground holds on this day, so this one is not needed.",
    ),
    Absence.NOT_TOLD: Text(
        "Сол күннің өзінде белгілі болған деректер бойынша құқық болмаған.",
        "По сведениям, известным в этот самый день, права не было.",
        "By what was known on the day itself there was no right either.",
    ),
}

PAID_TOO_LATE: Final = Text(
    "Айлар толық, бірақ олар құқық беретін мерзімнен кеш төленген.",
    "Месяцы оплачены полностью, но слишком поздно для возникновения права.",
    "The months are complete, but were paid too late to give the right.",
)
"""For payments that never gave the right on any day: then there is no first day to name."""

_NOT_BEGUN: Final = frozenset({Absence.PAYMENTS_NOT_BEGUN, Absence.RUN_NOT_BEGUN})


def absence_text(absent: AbsentGround, language: Language) -> str:
    """Why the kind of ground does not hold, in one sentence."""
    never_begins = absent.reason in _NOT_BEGUN and not absent.details
    template = PAID_TOO_LATE if never_begins else ABSENCES[absent.reason]
    details = {name: _told(name, value, language) for name, value in absent.details.items()}
    return template.in_(language).format(**details)


def _told(name: str, value: str, language: Language) -> str:
    """A detail as it is told: categories and budgets by their names, the rest as it is."""
    if name == "category":
        return category_text(Category(value), language)
    if name == "budget":
        return budget_text(Budget[value], language)
    return value
