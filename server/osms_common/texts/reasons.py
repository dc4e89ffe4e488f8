"""
What is wrong with a line or a request, and what to do about it, in one sentence.

Every sentence begins with the field as the contract names it, and ends with the provision where
the Rules are the reason.
"""
# ruff: noqa: RUF001 - Kazakh and Russian letters are meant

from __future__ import annotations

from typing import Final

from osms_common.domain.codes import Budget
from osms_common.domain.violations import Reason, Violation
from osms_common.texts.language import Language, Text
from osms_common.texts.names import budget_text
from osms_common.texts.provisions import provision_reference

_OF_FORM: Final = {
    Reason.REQUIRED: Text(
        "{field}: міндетті өріс толтырылмаған; оны толтырып, қайта жіберіңіз.",
        "{field}: обязательное поле не заполнено; заполните его и отправьте снова.",
        "{field}: this is required and is missing; fill it in and send it again.",
    ),
    Reason.IIN_INVALID: Text(
        "{field}: «{value}» – дұрыс ЖСН емес; 12 цифрын жеке басты куәландыратын құжатпен "
        "салыстырып тексеріңіз.",
        "{field}: «{value}» не является правильным ИИН; сверьте 12 цифр с документом, "
        "удостоверяющим личность.",
        '{field}: "{value}" is not a valid IIN; check its 12 digits against the identity '
        "document.",
    ),
    Reason.BIN_INVALID: Text(
        "{field}: «{value}» – дұрыс БСН де, дара кәсіпкердің дұрыс ЖСН-і де емес; 12 цифрын "
        "тексеріңіз, ал төлеушіде нөмір болмаса, өрісті бос қалдырыңыз.",
        "{field}: «{value}» не является ни правильным БИН, ни правильным ИИН индивидуального "
        "предпринимателя; проверьте 12 цифр, а если номера у плательщика нет, оставьте поле "
        "пустым.",
        '{field}: "{value}" is neither a valid BIN nor the valid IIN of an individual '
        "entrepreneur; check its 12 digits, or leave the field empty if the payer has no number.",
    ),
    Reason.DATE_IMPOSSIBLE: Text(
        "{field}: «{value}» деген күн жоқ; жылын, айын және күнін тексеріңіз.",
        "{field}: даты «{value}» не существует; проверьте год, месяц и день.",
        '{field}: there is no such date as "{value}"; check the year, the month and the day.',
    ),
    Reason.DATE_TOO_EARLY: Text(
        "{field}: күн қабылданатын ең ерте күннен бұрын ({value}); оны түзетіңіз.",
        "{field}: дата раньше самой ранней допустимой ({value}); исправьте ее.",
        "{field}: the date is before the first one accepted ({value}); correct it.",
    ),
    Reason.DATE_TOO_LATE: Text(
        "{field}: күн бүгін қабылданатын ең соңғы күннен кейін ({value}); оны түзетіңіз немесе "
        "кейінірек жіберіңіз.",
        "{field}: дата позже самой поздней допустимой сегодня ({value}); исправьте ее или "
        "отправьте запись позднее.",
        "{field}: the date is after the last one accepted today ({value}); correct it, or send it "
        "later.",
    ),
    Reason.DATE_IN_FUTURE: Text(
        "{field}: әлі келмеген уақыт көрсетілген ({value}); осы сәттен кеш емес күнді немесе "
        "уақытты көрсетіңіз.",
        "{field}: указано время, которое еще не наступило ({value}); укажите дату или время не "
        "позднее текущего момента.",
        "{field}: this lies in the future ({value}); give a day or a time that has come.",
    ),
    Reason.MONTH_IMPOSSIBLE: Text(
        "{field}: «{value}» мәні айды білдірмейді; жыл мен айды күнсіз көрсетіңіз.",
        "{field}: «{value}» не является месяцем; укажите год и месяц без дня.",
        '{field}: "{value}" is not a month; give a year and a month, without a day.',
    ),
    Reason.MONTH_TOO_EARLY: Text(
        "{field}: ай қабылданатын ең ерте айдан бұрын ({value}); оны түзетіңіз.",
        "{field}: месяц раньше самого раннего допустимого ({value}); исправьте его.",
        "{field}: the month is before the first one accepted ({value}); correct it.",
    ),
    Reason.MONTH_TOO_LATE: Text(
        "{field}: ай бүгін қабылданатын ең соңғы айдан кейін ({value}); оны түзетіңіз немесе "
        "кейінірек жіберіңіз.",
        "{field}: месяц позже самого позднего допустимого сегодня ({value}); исправьте его или "
        "отправьте запись позднее.",
        "{field}: the month is after the last one accepted today ({value}); correct it, or send "
        "it later.",
    ),
    Reason.AMOUNT_NOT_ABOVE_ZERO: Text(
        "{field}: сома нөлден көп болуға тиіс, ал жіберілгені – {value}; қайтарылған ақшаны "
        "қайтару туралы жеке жазбамен жіберіңіз.",
        "{field}: сумма должна быть больше нуля, а указано {value}; возврат денег отправляйте "
        "отдельной записью о возврате.",
        "{field}: the amount must be above zero, and is {value}; send money that was paid back as "
        "a refund.",
    ),
    Reason.AMOUNT_DECIMALS: Text(
        "{field}: сомада екіден көп ондық таңба бар ({value}); теңге мен бүтін тиынды көрсетіңіз.",
        "{field}: в сумме больше двух десятичных знаков ({value}); укажите тенге и целые тиыны.",
        "{field}: the amount has more than two decimals ({value}); give tenge and whole tiyn.",
    ),
    Reason.AMOUNT_TOO_LARGE: Text(
        "{field}: сома бір жазба үшін тым үлкен ({value}); оны тексеріңіз.",
        "{field}: сумма слишком велика для одной записи ({value}); проверьте ее.",
        "{field}: the amount is too large for one line ({value}); check it.",
    ),
    Reason.CURRENCY_UNKNOWN: Text(
        "{field}: «{value}» валютасы қабылданбайды; соманы теңгемен (KZT) көрсетіңіз.",
        "{field}: валюта «{value}» не принимается; укажите сумму в тенге (KZT).",
        '{field}: the currency "{value}" is not accepted; give the amount in tenge (KZT).',
    ),
    Reason.CODE_UNKNOWN: Text(
        "{field}: «{value}» коды мұнда қолданылмайды; белгіленген кодтардың бірін көрсетіңіз.",
        "{field}: код «{value}» здесь не применяется; укажите один из установленных кодов.",
        '{field}: the code "{value}" is not one that is used here; give one of the published '
        "codes.",
    ),
    Reason.PURPOSE_CODE_INVALID: Text(
        "{field}: «{value}» – төлем мақсатының коды емес; оның үш цифрын көрсетіңіз, мысалы 121.",
        "{field}: «{value}» не является кодом назначения платежа (КНП); укажите его три цифры, "
        "например 121.",
        '{field}: "{value}" is not a payment purpose code (KNP); give its three digits, such as '
        "121.",
    ),
    Reason.NUMBER_NOT_ABOVE_ZERO: Text(
        "{field}: сан нөлден көп болуға тиіс, ал жіберілгені – {value}; оны түзетіңіз.",
        "{field}: число должно быть больше нуля, а указано {value}; исправьте его.",
        "{field}: the number must be above zero, and is {value}; correct it.",
    ),
    Reason.NUMBER_NEGATIVE: Text(
        "{field}: сан нөлден кем болмауға тиіс, ал жіберілгені – {value}; оны түзетіңіз.",
        "{field}: число не должно быть меньше нуля, а указано {value}; исправьте его.",
        "{field}: the number must not be below zero, and is {value}; correct it.",
    ),
    Reason.NUMBER_TOO_LARGE: Text(
        "{field}: сан тым үлкен ({value}); оны тексеріңіз.",
        "{field}: число слишком велико ({value}); проверьте его.",
        "{field}: the number is too large ({value}); check it.",
    ),
    Reason.TEXT_TOO_LONG: Text(
        "{field}: мәтін тым ұзын (таңба саны: {value}); оны қысқартыңыз.",
        "{field}: текст слишком длинный (число знаков: {value}); сократите его.",
        "{field}: the text is too long (characters: {value}); shorten it.",
    ),
    Reason.TEXT_UNSTORABLE: Text(
        "{field}: мәтінде сақтауға болмайтын таңба бар ({value}); оны алып тастаңыз.",
        "{field}: в тексте есть знак, который нельзя сохранить ({value}); удалите его.",
        "{field}: the text contains a character that cannot be stored ({value}); remove it.",
    ),
    Reason.UUID_INVALID: Text(
        "{field}: «{value}» – UUID емес; он алтылық 32 цифрдан тұратын сәйкестендіргішті "
        "көрсетіңіз.",
        "{field}: «{value}» не является UUID; укажите идентификатор из 32 шестнадцатеричных цифр.",
        '{field}: "{value}" is not a UUID; give an id of 32 hexadecimal digits.',
    ),
    Reason.TOKEN_INVALID: Text(
        "{field}: токен танылмады; оны алған күйінде қайтарыңыз немесе өрісті бос қалдырыңыз.",
        "{field}: токен не распознан; верните его в том виде, в каком он получен, или оставьте "
        "поле пустым.",
        "{field}: the token is not one of ours; send it back as it was received, or leave the "
        "field empty.",
    ),
    Reason.TOO_MANY: Text(
        "{field}: бір жолы тым көп жіберілген ({value}); бөліктерге бөліп жіберіңіз.",
        "{field}: слишком много за один раз ({value}); отправьте частями.",
        "{field}: this is too many at once ({value}); send them in parts.",
    ),
    Reason.RECORD_TOO_LARGE: Text(
        "{field}: жазба тым үлкен (байт саны: {value}), сондықтан оның бас жағы ғана сақталды; "
        "оны қысқартып, қайта жіберіңіз.",
        "{field}: запись слишком велика (число байтов: {value}), поэтому сохранено только ее "
        "начало; сократите ее и отправьте снова.",
        "{field}: the line is too large (bytes: {value}), so only its beginning was kept; shorten "
        "it and send it again.",
    ),
    Reason.UNREADABLE: Text(
        "{field}: жазбаны оқу мүмкін болмады ({value}); пішімін түзетіп, қайта жіберіңіз.",
        "{field}: запись не удалось прочитать ({value}); исправьте ее формат и отправьте снова.",
        "{field}: the line could not be read ({value}); correct its format and send it again.",
    ),
    Reason.OUT_OF_ORDER: Text(
        "{field}: бұл жерде басқасы күтіледі; мынаны жіберіңіз: {value}.",
        "{field}: здесь ожидается другое; отправьте: {value}.",
        "{field}: something else is expected here; send: {value}.",
    ),
    Reason.PARAMETER_INVALID: Text(
        "{field}: параметрдің атауы немесе мәні дұрыс емес ({value}); екеуін де тексеріңіз.",
        "{field}: неверное имя или значение параметра ({value}); проверьте и то и другое.",
        "{field}: the name or the value of the parameter is wrong ({value}); check both.",
    ),
}

_OF_COMBINATION: Final = {
    Reason.SOURCE_NOT_ALLOWED: Text(
        "{field}: бұл дереккөз мұндай санатты бермейді ({value}); санатты берген дереккөзді "
        "көрсетіңіз.",
        "{field}: этот источник не присваивает такую категорию ({value}); укажите источник, "
        "который ее присвоил.",
        "{field}: this source does not assign this category ({value}); name the source that did.",
    ),
    Reason.CATEGORY_NOT_IN_FEED: Text(
        "{field}: «{value}» санаты бұл арнамен берілмейді; тізімдерді уәкілетті органдар "
        "жібереді, ал құжаттар бойынша енгізуді Қор жүргізеді.",
        "{field}: категория «{value}» по этому каналу не передается; списки направляют "
        "уполномоченные органы, а по документам вносит Фонд.",
        '{field}: the category "{value}" does not come by this feed; rosters are sent by the '
        "authorised bodies, and registrations on documents are made by the Fund.",
    ),
    Reason.REMOVED_BEFORE_ASSIGNED: Text(
        "{field}: санаттан шығару күні санат берілген күннен бұрын ({value}); күнін түзетіңіз.",
        "{field}: дата исключения раньше даты присвоения категории ({value}); исправьте дату.",
        "{field}: the removal is dated before the assignment ({value}); correct the date.",
    ),
    Reason.RESERVIST: Text(
        "{field}: жауынгерлік даярлық сабақтарына шақырылған резервтегі тізімге енгізілмейді; бұл "
        "адамды тізімнен алып тастаңыз.",
        "{field}: вызванный на занятия по боевой подготовке резервист в список не включается; "
        "уберите это лицо из списка.",
        "{field}: a reservist called to combat-training sessions is not recorded; leave this "
        "person out of the roster.",
    ),
    Reason.FIELD_UNKNOWN: Text(
        "{field}: келісімшартта жоқ өріс бар; тізімде тек ЖСН және осы келісімшарттың өрістері "
        "беріледі, басқасын алып тастаңыз.",
        "{field}: есть поле, которого нет в контракте; в списке передаются только ИИН и поля "
        "контракта, остальное уберите.",
        "{field}: there is a field that the contract does not know; a roster tells the IIN and "
        "the fields of the contract alone, leave the rest out.",
    ),
    Reason.TEXT_NOT_ACCEPTED: Text(
        "{field}: тізімде мәтін қабылданбайды және сақталмайды; ЖСН-нің 12 цифрын ғана беріңіз.",
        "{field}: текст в списках не принимается и не хранится; передайте только 12 цифр ИИН.",
        "{field}: no text is accepted in rosters, nor kept; give the 12 digits of the IIN alone.",
    ),
    Reason.BODY_NOT_YOURS: Text(
        "{field}: «{value}» – сіздің органыңыз емес; тек өз органыңыздың деректерін жіберіңіз.",
        "{field}: «{value}» – не ваш орган; передавайте данные только своего органа.",
        '{field}: "{value}" is not your body; send the data of your own body only.',
    ),
    Reason.BODY_ENDED: Text(
        "{field}: бұл орган енді дерек бермейді ({value}); деректерді оның құқықтық мирасқоры "
        "арқылы жіберіңіз.",
        "{field}: этот орган больше не передает данные ({value}); направьте их через его "
        "правопреемника.",
        "{field}: this body sends no more data ({value}); send them through its successor.",
    ),
    Reason.REPORT_NOT_YOURS: Text(
        "{field}: «{value}» туралы дерек сіздің жүйеңізден алынбайды; оны жүргізетін жүйе арқылы "
        "жіберіңіз.",
        "{field}: сведения «{value}» не принимаются от вашей системы; передайте их через ту, "
        "которая их ведет.",
        '{field}: reports of "{value}" are not taken from your system; send them through the one '
        "that keeps them.",
    ),
    Reason.PARENT_MISSING: Text(
        "{field}: ата-ананың бірде-бірі көрсетілмеген; анасын не әкесін көрсетіңіз.",
        "{field}: не указан ни один из родителей; укажите мать или отца.",
        "{field}: neither parent is given; give the mother or the father.",
    ),
    Reason.SAME_PERSON: Text(
        "{field}: бұл адам осы жазбада басқа рөлде көрсетілген ({value}); ЖСН тексеріңіз.",
        "{field}: это лицо указано в записи и в другой роли ({value}); проверьте ИИН.",
        "{field}: this person is in the record in another role as well ({value}); check the IINs.",
    ),
}

_OF_KNOWLEDGE: Final = {
    Reason.MESSAGE_NUMBER_CONFLICT: Text(
        "{field}: {value} нөмірі мазмұны басқа хабар үшін қолданылған; бұл хабарды жаңа нөмірмен "
        "жіберіңіз.",
        "{field}: номер {value} уже использован для сообщения с другим содержанием; отправьте "
        "это сообщение под новым номером.",
        "{field}: the number {value} was used for a message with other content; send this one "
        "under a new number.",
    ),
    Reason.EPISODE_UNKNOWN: Text(
        "{field}: тізілімде мұндай санаттың берілгені туралы жазба жоқ ({value}); санатты және "
        "оның берілген күнін тексеріңіз немесе алдымен санаттың берілгенін жіберіңіз.",
        "{field}: в реестре нет записи о присвоении такой категории ({value}); проверьте "
        "категорию и дату присвоения или сначала отправьте присвоение.",
        "{field}: the register knows no such assignment ({value}); check the category and the day "
        "of assignment, or send the assignment first.",
    ),
    Reason.PAYMENT_CONFLICT: Text(
        "{field}: референсі, ЖСН-і, төлем мақсатының коды және айы дәл осындай төлем басқа "
        "мазмұнмен тіркелген ({value}); екі жазбаны салыстырып тексеріңіз.",
        "{field}: платеж с тем же референсом, ИИН, КНП и месяцем зарегистрирован с другим "
        "содержанием ({value}); сверьте обе записи.",
        "{field}: a payment with the same reference, IIN, purpose code and month is registered "
        "with other content ({value}); compare the two.",
    ),
    Reason.PAYMENT_UNKNOWN: Text(
        "{field}: референсі «{value}» төлем осы ЖСН, түр (төлем мақсатының коды) және ай бойынша "
        "белгісіз; оларды тексеріңіз немесе алдымен төлемді жіберіңіз.",
        "{field}: неизвестен платеж с референсом «{value}» по этим ИИН, виду (КНП) и месяцу; "
        "проверьте их или сначала отправьте платеж.",
        '{field}: no payment "{value}" is known with this IIN, kind (purpose code) and month; '
        "check them, or send the payment first.",
    ),
    Reason.REFUND_CONFLICT: Text(
        "{field}: осы төлем бойынша «{value}» қайтаруы басқа мазмұнмен тіркелген; екі жазбаны "
        "салыстырып тексеріңіз.",
        "{field}: возврат «{value}» по этому платежу зарегистрирован с другим содержанием; "
        "сверьте обе записи.",
        '{field}: the refund "{value}" of this payment is registered with other content; compare '
        "the two.",
    ),
    Reason.REFUND_TOO_EARLY: Text(
        "{field}: қайтару күні төлемнің келіп түскен күнінен бұрын ({value}); күнін түзетіңіз.",
        "{field}: дата возврата раньше даты поступления платежа ({value}); исправьте дату.",
        "{field}: the refund is dated before the payment was received ({value}); correct the "
        "date.",
    ),
    Reason.REFUND_TOO_LARGE: Text(
        "{field}: қайтару сомасы төлемнің қалған сомасынан көп ({value}); соманы түзетіңіз.",
        "{field}: сумма возврата больше остатка платежа ({value}); исправьте сумму.",
        "{field}: the refund is more than what is left of the payment ({value}); correct the "
        "amount.",
    ),
    Reason.NOT_LISTED: Text(
        "{field}: бұл адам «{value}» органының тізімінде жоқ; ЖСН мен органды тексеріңіз.",
        "{field}: этого лица нет в списке органа «{value}»; проверьте ИИН и орган.",
        '{field}: this person is not on the roster of "{value}"; check the IIN and the body.',
    ),
    Reason.SNAPSHOT_EMPTY: Text(
        "{field}: «{value}» органының тізімінде бірде-бір жарамды жол жоқ; толық тізімді "
        "жіберіңіз.",
        "{field}: в списке органа «{value}» нет ни одной годной строки; отправьте полный список.",
        '{field}: the roster of "{value}" has not one valid line; send the full list.',
    ),
    Reason.POSITION_UNKNOWN: Text(
        "{field}: {value} орнында ештеңе жоқ; қандай орындар бар екенін қараңыз.",
        "{field}: на месте {value} ничего нет; посмотрите, какие места есть.",
        "{field}: there is nothing at {value}; look up which positions there are.",
    ),
    Reason.RECORD_UNKNOWN: Text(
        "{field}: «{value}» нөмірімен ештеңе хабарланбаған; нөмір мен түрін тексеріңіз.",
        "{field}: под номером «{value}» ничего не сообщалось; проверьте номер и вид.",
        '{field}: nothing was reported as "{value}"; check the number and the kind.',
    ),
    Reason.LINE_COUNT_DIFFERS: Text(
        "{field}: алынған жолдар саны мәлімделген саннан өзгеше ({value}); тізімді толығымен "
        "қайта жіберіңіз.",
        "{field}: число полученных строк отличается от заявленного ({value}); отправьте список "
        "целиком снова.",
        "{field}: the number of lines that came is not the one announced ({value}); send the "
        "whole list again.",
    ),
}

_OF_RULES: Final = {
    Reason.NO_DOCUMENT_ROUTE: Text(
        "{field}: «{value}» санаты бойынша құжаттармен енгізу көзделмеген; деректерді оның "
        "дереккөзі беруге тиіс.",
        "{field}: для категории «{value}» внесение по документам не предусмотрено; данные должен "
        "передать ее источник.",
        '{field}: there is no registration on documents for the category "{value}"; its source '
        "has to send the data.",
    ),
    Reason.DOCUMENTS_INSUFFICIENT: Text(
        "{field}: ұсынылған құжаттар жеткіліксіз ({value}); осы санат үшін көрсетілген құжаттарды "
        "толықтырыңыз.",
        "{field}: представленных документов недостаточно ({value}); дополните их документами, "
        "указанными для этой категории.",
        "{field}: the documents shown do not suffice ({value}); add those that are named for the "
        "category.",
    ),
    Reason.CATEGORY_HOLDS: Text(
        "{field}: жүгінген күні «{value}» санаты қолданыста; құжаттар бойынша енгізу қажет емес.",
        "{field}: в день обращения категория «{value}» действует; внесение по документам не "
        "требуется.",
        '{field}: the category "{value}" holds on the day of application; no registration is '
        "needed.",
    ),
    Reason.CRISIS_WINDOW_CLOSED: Text(
        "{field}: {value} күні дағдарыс кезеңінде төлеуден босатылғандарды енгізу ашық емес; "
        "жүгінген күнін тексеріңіз немесе басқа негізді пайдаланыңыз.",
        "{field}: на {value} внесение освобожденных от уплаты в период кризиса не открыто; "
        "проверьте дату обращения или используйте другое основание.",
        "{field}: on {value} registration of persons released from payment in a crisis is not "
        "open; check the day of application, or use another ground.",
    ),
    Reason.REPEAT_NEEDS_REASON: Text(
        "{field}: бұл адам «{value}» санаты бойынша бұрын енгізілген; қайта енгізудің себебін "
        "көрсетіңіз, оны супервайзер жүргізеді.",
        "{field}: это лицо уже вносилось по категории «{value}»; укажите причину повторного "
        "внесения, его выполняет супервайзер.",
        '{field}: this person has been registered in the category "{value}" before; state the '
        "reason for doing so again, which a supervisor does.",
    ),
    Reason.LAPSE_STANDS: Text(
        "{field}: {value} бойынша жарна төленбегені бұрыннан тіркелген; алдымен сол жазбаны "
        "алып тастаңыз.",
        "{field}: неуплата взносов уже зарегистрирована ({value}); сначала снимите эту запись.",
        "{field}: non-payment by the {value} is recorded already; lift that record first.",
    ),
    Reason.NO_LAPSE_STANDS: Text(
        "{field}: {value} бойынша тіркелген төлемеу жоқ; қай бюджет екенін тексеріңіз.",
        "{field}: неуплата взносов не зарегистрирована ({value}); проверьте, какой бюджет указан.",
        "{field}: non-payment by the {value} is not recorded; check which budget is meant.",
    ),
    Reason.ENDS_BEFORE_START: Text(
        "{field}: аяқталу күні басталу күнінен бұрын ({value}); күнін түзетіңіз.",
        "{field}: день окончания раньше дня начала ({value}); исправьте дату.",
        "{field}: the end lies before the start ({value}); correct the day.",
    ),
}

REASONS: Final[dict[Reason, Text]] = {
    **_OF_FORM,
    **_OF_COMBINATION,
    **_OF_KNOWLEDGE,
    **_OF_RULES,
}

_ABOUT_BUDGETS: Final = frozenset({Reason.LAPSE_STANDS, Reason.NO_LAPSE_STANDS})
_NOTHING: Final = "–"


def reason_text(violation: Violation, language: Language) -> str:
    """What is wrong and what to do, in one sentence; with its provision where it has one."""
    sentence = (
        REASONS[violation.reason]
        .in_(language)
        .format(field=violation.field or _NOTHING, value=_told(violation, language))
    )
    reference = provision_reference(violation.provision, language)
    return f"{sentence.removesuffix('.')} ({reference})." if reference else sentence


def _told(violation: Violation, language: Language) -> str:
    """The value as it is told: a budget by its name, anything else as it is."""
    if violation.reason in _ABOUT_BUDGETS and violation.value in Budget.__members__:
        return budget_text(Budget[violation.value], language)
    return violation.value or _NOTHING
