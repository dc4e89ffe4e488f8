"""
Errors as they are told to callers: what is wrong and what to do, in one sentence.

The words that an error carries (what was not found, who may do it) are told in the same language
where they are known, and as they are where they are not.
"""
# ruff: noqa: RUF001 - Kazakh and Russian letters are meant

from __future__ import annotations

from typing import Final

from osms_common.texts.language import Language, Text

ERRORS: Final[dict[str, Text]] = {
    "CALLER_UNKNOWN": Text(
        'Мұнда "{caller}" деген сұрау салушы белгісіз; осы сервис үшін берілген сертификатты '
        "пайдаланыңыз.",
        'Вызывающая сторона "{caller}" здесь не известна; используйте сертификат, выданный для '
        "этого сервиса.",
        'The caller "{caller}" is not known here; call with a certificate that was issued for '
        "this service.",
    ),
    "CERTIFICATE_REFUSED": Text(
        "Сертификат қабылданбайды ({refusal}); жаңасын осы сервистің куәландырушы орталығынан "
        "алып, қайта қосылыңыз.",
        "Сертификат не принимается ({refusal}); получите новый в удостоверяющем центре этого "
        "сервиса и подключитесь снова.",
        "The certificate is refused: {refusal}; get another from the authority of this service "
        "and connect again.",
    ),
    "DEADLINE_REQUIRED": Text(
        "Сұрау салуда күту мерзімі жоқ; оны gRPC арқылы беріңіз (мысалы, grpc-timeout: 5S).",
        "У вызова нет предельного срока ожидания; задайте его средствами gRPC (например, "
        "grpc-timeout: 5S).",
        "The call has no deadline; set one by the means of gRPC (such as grpc-timeout: 5S).",
    ),
    "TOO_FAST": Text(
        "Сұрау салулар тым жиі: {setting} бойынша секундына рұқсат етілгені – {allowed}; "
        "{seconds} секундтан кейін қайталаңыз.",
        "Вызовы идут слишком часто: по {setting} в секунду допускается {allowed}; повторите "
        "через {seconds} с.",
        "Calls come too fast: {setting} allows {allowed} a second; try again in {seconds} "
        "seconds.",
    ),
    "TOO_MANY_UNKNOWN": Text(
        "Тізілімде жоқ адамдар туралы сұрау салулар тым көп ({setting} бойынша рұқсат етілгені – "
        "{allowed}): ЖСН-дерді тексеріңіз, {seconds} секундтан кейін қайталаңыз; әзірше "
        "Қағидалардың 13-тармағын қолданыңыз; бұл құқықтың жоқтығын білдірмейді.",
        "Слишком много запросов о лицах, которых нет в реестре (по {setting} допускается "
        "{allowed}): проверьте ИИН и повторите через {seconds} с; до этого действуйте по пункту "
        "13 Правил; это не означает отсутствия права.",
        "Too many persons who were asked about are not known ({setting} allows {allowed}): check "
        "the IINs, and ask again in {seconds} seconds; until then treat under p. 13 of the Rules; "
        "this does not mean that there is no right.",
    ),
    "NOT_ALLOWED": Text(
        "Рұқсат жоқ: {action}. Бұған құқылы: {needs}.",
        "Недостаточно прав: {action}. Вправе это сделать: {needs}.",
        "Not allowed: {action}. Who may do it: {needs}.",
    ),
    "INVALID_REQUEST": Text(
        "Сұрау салуда қателер бар ({count}); оларды түзетіп, қайта жіберіңіз.",
        "В запросе есть ошибки ({count}); исправьте их и отправьте запрос снова.",
        "The request has faults ({count}); correct them and send it again.",
    ),
    "REFUSED_BY_RULES": Text(
        "Қағидалар бұған жол бермейді; себептерді және олардың тармақтарын қараңыз.",
        "Правила этого не допускают; см. причины и соответствующие пункты.",
        "The Rules do not allow this; see the reasons and their paragraphs.",
    ),
    "NOT_SERVED_HERE": Text(
        "Бұл мекенжай тек құқықтың бар-жоғын тексереді; мұны сервистің негізгі мекенжайынан "
        "сұраңыз.",
        "По этому адресу только проверяется наличие права; с этим запросом обратитесь по "
        "основному адресу сервиса.",
        "This address only checks entitlement; ask for this at the server's own address.",
    ),
    "NOT_FOUND": Text(
        "Табылмады: {kind}{name}; атауын немесе нөмірін тексеріңіз.",
        "Не найдено: {kind}{name}; проверьте имя или номер.",
        "Not found: {kind}{name}; check the name or the number.",
    ),
    "REQUEST_ID_REUSED": Text(
        "{request_id} сұрау салу сәйкестендіргіші басқа сұрау салу үшін қолданылған; жаңа сұрау "
        "салуға жаңасын беріңіз.",
        "Идентификатор запроса {request_id} уже использован для другого запроса; для нового "
        "запроса укажите новый.",
        "The request id {request_id} was used for another request; give a new request a new one.",
    ),
    "ALREADY_EXISTS": Text(
        "Бұрыннан бар: {kind}{name}; басқа сәйкестендіргіш немесе код беріңіз.",
        "Уже существует: {kind}{name}; укажите другой идентификатор или код.",
        "It exists already: {kind}{name}; give another id or code.",
    ),
    "WRONG_STATE": Text(
        "Қазіргі күйінде мүмкін емес: {kind}{name}, күйі – {state}; ештеңе өзгертілген жоқ.",
        "В текущем состоянии невозможно: {kind}{name}, состояние – {state}; ничего не изменено.",
        "Not possible in its state: {kind}{name}, which is {state}; nothing was changed.",
    ),
    "POSITION_GAP": Text(
        "Жазбалар қалып кеткен; {next_position}-позициядан бастап жалғастырыңыз.",
        "Пропущены записи; продолжайте с позиции {next_position}.",
        "Records are missing; go on from position {next_position}.",
    ),
    "FEED_TAKEN_OVER": Text(
        "{sender} арнасын басқа қосылым жалғастыруда; осы қосылымды жабыңыз немесе арнаны қайта "
        "ашыңыз.",
        "Канал {sender} продолжает другое соединение; закройте текущее или откройте канал заново.",
        "Another connection goes on with the feed of {sender}; close this one, or open the feed "
        "again.",
    ),
    "REVISION_NOT_REACHED": Text(
        "Тізілім сұралған нұсқаға әлі жеткен жоқ; сәлден кейін қайталаңыз.",
        "Реестр еще не достиг запрошенной версии; повторите чуть позже.",
        "The register has not reached the revision asked for; try again in a moment.",
    ),
    "LIMIT_EXCEEDED": Text(
        "Шектен асып кетті: {setting} бойынша рұқсат етілгені – {allowed}, келгені – {value}; "
        "бөліктерге бөліп жіберіңіз.",
        "Превышен предел: по {setting} допускается {allowed}, получено {value}; отправьте "
        "частями.",
        "A limit was exceeded: {setting} allows {allowed}, and {value} came; send it in parts.",
    ),
    "BUSY": Text(
        "Дәл қазір бос орын жоқ: {setting} бойынша бір мезгілде рұқсат етілгені – {allowed}; "
        "сәлден кейін қайталаңыз.",
        "Сейчас нет места: по {setting} одновременно допускается {allowed}; повторите чуть позже.",
        "There is no room at the moment: {setting} allows {allowed} at once; try again in a "
        "moment.",
    ),
    "OVERLOADED": Text(
        "Құқықтың бар-жоғы белгісіз, себебі сұрау салулар тым көп ({setting} бойынша рұқсат "
        "етілгені – {allowed}): сәлден кейін қайталаңыз, ал күту мүмкін болмаса Қағидалардың "
        "13-тармағын қолданыңыз; бұл құқықтың жоқтығын білдірмейді.",
        "Наличие права неизвестно, так как запросов слишком много (по {setting} допускается "
        "{allowed}): повторите чуть позже, а если ждать нельзя, применяйте пункт 13 Правил; это "
        "не означает отсутствия права.",
        "It cannot be told whether the right exists, since too many questions wait ({setting} "
        "allows {allowed}): try again in a moment, and where that cannot be, treat under p. 13 "
        "of the Rules; this does not mean that there is no right.",
    ),
    "STREAM_IDLE": Text(
        "{seconds} секунд бойы ештеңе жіберілмеді; жіберетін деректер болғанда қайта қосылыңыз.",
        "В течение {seconds} секунд ничего не отправлено; подключитесь снова, когда будет что "
        "отправить.",
        "Nothing was sent for {seconds} seconds; connect again when there is something to send.",
    ),
    "REGISTER_UNAVAILABLE": Text(
        "Құқықтың бар-жоғы белгісіз, себебі тізілім қолжетімсіз: Қағидалардың 13-тармағын "
        "қолданыңыз және сұрау салуды кейінірек қайталаңыз; бұл құқықтың жоқтығын білдірмейді.",
        "Наличие права неизвестно, так как реестр недоступен: действуйте по пункту 13 Правил и "
        "повторите запрос позднее; это не означает отсутствия права.",
        "The right is unknown, since the register cannot be reached: treat under p. 13 of the "
        "Rules and ask again later; this is no refusal of the right.",
    ),
    "SHUTTING_DOWN": Text(
        "Сервис тоқтатылуда; сәлден кейін қайта қосылыңыз.",
        "Сервис останавливается; подключитесь снова чуть позже.",
        "The service is stopping; connect again in a moment.",
    ),
    "INTERNAL": Text(
        "Сервистің ішкі қатесі; қайталап көріңіз, қате сақталса, Қордың қолдау қызметіне "
        "хабарласыңыз.",
        "Внутренняя ошибка сервиса; повторите попытку, а если ошибка сохранится, обратитесь в "
        "службу поддержки Фонда.",
        "Something failed in the service; try again, and if it fails again, tell the support of "
        "the Fund.",
    ),
}

_THINGS: Final = {
    "person": Text("адам", "лицо", "person"),
    "registration": Text("құжаттар бойынша енгізу", "внесение по документам", "registration"),
    "incident": Text("техникалық ақау", "технический сбой", "incident"),
    "rejection": Text("қабылданбаған жазба", "отклоненная запись", "rejected line"),
    "fact": Text("фактілер", "факты", "facts"),
    "held batch": Text("мақұлдауды күтетін топтама", "отложенный пакет", "held batch"),
    "snapshot": Text("тізім", "список", "snapshot"),
    "certificate": Text(
        "сұрау салушының сертификаты", "сертификат вызывающей стороны", "certificate"
    ),
    "clock": Text("сағат", "часы", "clock"),
    "receipt key": Text("түбіртек кілті", "ключ квитанций", "receipt key"),
    "run": Text("санаттарды қалыптастыру", "формирование категорий", "run of the matching"),
}

_STATES: Final = {
    "revoked": Text("күші жойылған", "отозвано", "revoked"),
    "closed": Text("жабылған", "закрыто", "closed"),
    "open": Text("ашық", "открыто", "open"),
    "resubmitted": Text("қайта жіберілген", "отправлено повторно", "resubmitted"),
    "waiting": Text("мақұлдауды күтуде", "ожидает одобрения", "waiting"),
    "approved": Text("мақұлданған", "одобрено", "approved"),
    "declined": Text("мақұлданбаған", "не одобрено", "declined"),
    "formed": Text("қалыптастырылған", "сформировано", "formed"),
    "stopped": Text("тоқтатылған", "остановлено", "stopped"),
    "sent": Text("жіберілген", "отправлено", "sent"),
    "discarded": Text("тоқтатылғаны жойылған", "остановленное отменено", "discarded"),
    "not the newest": Text("соңғысы емес", "не последнее", "not the newest"),
    "missing for this instant": Text(
        "осы сәтке жоқ", "отсутствует на этот момент", "missing for this instant"
    ),
    "not waiting at these positions": Text(
        "көрсетілген позицияларда күтіп тұрған ештеңе жоқ",
        "на указанных позициях ничего не ожидает",
        "not waiting at these positions",
    ),
}

_ACTIONS: Final = {
    "approve what is held": Text(
        "кейінге қалдырылғанды мақұлдау", "одобрение отложенного", "to approve what is held"
    ),
    "withdraw what a feed sent": Text(
        "арна жібергенді кері қайтару", "отзыв присланного каналом", "to withdraw what a feed sent"
    ),
    "approve what one asked for": Text(
        "өзі сұрағанды мақұлдау",
        "одобрение запрошенного самим собой",
        "to approve what one has asked for",
    ),
    "decline what is held": Text(
        "кейінге қалдырылғанды мақұлдамау",
        "отказ в одобрении отложенного",
        "to decline what is held",
    ),
    "declare an incident": Text(
        "техникалық ақауды жариялау", "объявление технического сбоя", "to declare an incident"
    ),
    "close an incident": Text(
        "техникалық ақауды жабу", "закрытие технического сбоя", "to close an incident"
    ),
    "record an unpaid budget": Text(
        "бюджеттің жарна төлемегенін тіркеу",
        "регистрация неуплаты взносов из бюджета",
        "to record an unpaid budget",
    ),
    "lift an unpaid budget": Text(
        "бюджеттің жарна төлемегені туралы жазбаны алып тастау",
        "снятие записи о неуплате взносов из бюджета",
        "to lift the record of an unpaid budget",
    ),
    "revoke a registration": Text(
        "құжаттар бойынша енгізудің күшін жою",
        "отзыв внесения по документам",
        "to revoke a registration",
    ),
    "register the same person and category again": Text(
        "сол адамды сол санат бойынша қайта енгізу",
        "повторное внесение того же лица по той же категории",
        "to register the same person in the same category again",
    ),
    "list another sender's rejections": Text(
        "басқа жіберушінің қабылданбаған жазбаларын көру",
        "просмотр отклоненных записей другого отправителя",
        "to list another sender's rejected lines",
    ),
    "send the roster of another body": Text(
        "басқа органның тізімін жіберу",
        "отправка списка другого органа",
        "to send the roster of another body",
    ),
}

_REFUSALS: Final = {
    "it cannot be read": Text("оқылмайды", "не читается", "it cannot be read"),
    "it is not valid yet": Text("әлі күшіне енбеген", "еще не действует", "it is not valid yet"),
    "it has expired": Text("мерзімі өткен", "срок действия истек", "it has expired"),
    "it was revoked": Text("кері қайтарылған", "отозван", "it was revoked"),
    "no authority that is trusted now has issued it": Text(
        "оны қазір сенім білдірілген орталық бермеген",
        "выдан не тем центром, которому сейчас доверяют",
        "no authority that is trusted now has issued it",
    ),
    "it was not issued for clients": Text(
        "клиентке арналмаған", "выдан не для клиента", "it was not issued for clients"
    ),
    "it must bear exactly one URI": Text(
        "онда дәл бір URI болуға тиіс",
        "в нем должен быть ровно один URI",
        "it must bear exactly one URI",
    ),
    "the connection is older than TLS 1.3": Text(
        "қосылым TLS 1.3 нұсқасынан ескі",
        "соединение старше TLS 1.3",
        "the connection is older than TLS 1.3",
    ),
}

_CALLERS: Final = {
    "a supervisor of the Fund": Text(
        "Қордың супервайзері", "супервайзер Фонда", "a supervisor of the Fund"
    ),
    "another supervisor of the Fund": Text(
        "Қордың басқа супервайзері", "другой супервайзер Фонда", "another supervisor of the Fund"
    ),
    "the Fund": Text("Қор", "Фонд", "the Fund"),
    "state-corporation": Text(
        "Мемлекеттік корпорация", "Государственная корпорация", "the State Corporation"
    ),
    "body": Text("уәкілетті орган", "уполномоченный орган", "an authorised body"),
    "fund-operator": Text("Қордың операторы", "оператор Фонда", "an operator of the Fund"),
    "fund-supervisor": Text(
        "Қордың супервайзері", "супервайзер Фонда", "a supervisor of the Fund"
    ),
    "source": Text("дереккөз жүйесі", "система-источник", "a source of categories"),
    "auditor": Text("тексеруші аудитор", "аудитор", "an auditor"),
    "matching-operator": Text(
        "санаттарды қалыптастыру операторы",
        "оператор формирования категорий",
        "an operator of the matching",
    ),
    "matching-supervisor": Text(
        "санаттарды қалыптастыру супервайзері",
        "супервайзер формирования категорий",
        "a supervisor of the matching",
    ),
    "mis": Text(
        "медициналық ақпараттық жүйе",
        "медицинская информационная система",
        "a medical information system",
    ),
    "nobody": Text("ешкім", "никто", "nobody"),
}

WORDS: Final[dict[str, Text]] = {
    **_THINGS,
    **_STATES,
    **_ACTIONS,
    **_REFUSALS,
    **_CALLERS,
}
"""Words that errors carry, as the server writes them, in every language."""

_SEPARATOR: Final = ", "


def error_text(error: str, language: Language, /, **values: object) -> str:
    """
    What an error tells its caller, in one sentence; values that it does not tell are left out.

    KeyError: there is no such error, or a value of it is missing.
    """
    told = {name: _told(name, str(value), language) for name, value in values.items()}
    return ERRORS[error].in_(language).format(**told)


def _told(of: str, value: str, language: Language) -> str:
    """A value as it is told; a name comes with the space before it, and may be empty."""
    if of == "name":
        return f" {value}" if value else ""
    if of == "caller":
        return value  # as it was told, also where it is a word of ours
    if value in WORDS:
        return WORDS[value].in_(language)
    parts = value.split(_SEPARATOR)
    return _SEPARATOR.join(WORDS[part].in_(language) if part in WORDS else part for part in parts)
