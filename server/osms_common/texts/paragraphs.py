"""
The paragraphs of the Rules and our own readings, by stable code, each in one short sentence.

The sentences are ours and bind nobody; the Rules do. Those on which an answer to a clinic rests
name no category and no body.
"""
# ruff: noqa: RUF001 - Kazakh and Russian letters are meant

from __future__ import annotations

from typing import Final

from osms_common.texts.language import Text

GENERAL: Final = {
    "p3": Text(
        "Өзі үшін аударымдар және (немесе) жарналар төленген не жарналар төлеуден босатылған "
        "адамның МӘМС жүйесінде медициналық көмек алу құқығы бар.",
        "Право на медицинскую помощь в системе ОСМС имеет лицо, за которое уплачены отчисления и "
        "(или) взносы либо которое освобождено от уплаты взносов.",
        "The right to insured care belongs to those for whom deductions or contributions are "
        "paid, and to those exempt from contributions.",
    ),
    "p4": Text(
        "Қор есепті Мемлекеттік корпорацияның, мемлекеттік және уәкілетті органдардың деректері "
        "бойынша жүргізеді; жауынгерлік даярлық сабақтарына шақырылған резервтегілер "
        "енгізілмейді.",
        "Фонд ведет учет по данным Государственной корпорации, государственных и уполномоченных "
        "органов; вызванные на занятия по боевой подготовке резервисты не включаются.",
        "The Fund keeps the record from the data of the State Corporation, the state bodies and "
        "the authorised bodies; reservists called to combat-training sessions are left out.",
    ),
    "p5": Text(
        "Деректер алмасу электрондық түрде жүргізіледі; мемлекеттік құпиялар мен таратылуы "
        "шектелген қызметтік ақпарат берілмейді.",
        "Обмен данными ведется в электронном виде; государственные секреты и служебная информация "
        "ограниченного распространения не передаются.",
        "Data are exchanged electronically; state secrets and official information of restricted "
        "circulation are not.",
    ),
    "p7": Text(
        "Адамның санаты туралы деректер Қағидаларда көрсетілген ақпараттық жүйелерден алынады.",
        "Данные о категории лица поступают из информационных систем, указанных в Правилах.",
        "The data on a person's category come from the information systems that the Rules name.",
    ),
    "p9.1": Text(
        "Санат оны дереккөз берген күннен бастап есепке алынады; адам санаттан шығарылғаннан "
        "кейін құқық үш ай бойы сақталады.",
        "Категория учитывается со дня ее присвоения источником; после исключения из категории "
        "право сохраняется три месяца.",
        "A category counts from the day on which its source assigned it; after the removal from "
        "it the right is kept for three months.",
    ),
    "p9.2": Text(
        "Мемлекеттің жарналары түспесе, құқық үш айдан аспайтын кезеңге сақталады.",
        "Если взносы государства не поступают, право сохраняется не более трех месяцев.",
        "Where the State's contributions do not arrive, the right is kept for at most three "
        "months.",
    ),
    "p10.1": Text(
        "Алдыңғы он екі ай үшін аударымдар және (немесе) жарналар төленген болса, адам әр айға "
        "оның бірінші күнінен бастап есепке алынады.",
        "Если отчисления и (или) взносы уплачены за предшествующие двенадцать месяцев, лицо "
        "учитывается на каждый месяц с его первого дня.",
        "With deductions or contributions for the twelve months before, the person is recorded "
        "for each month from its first day.",
    ),
    "p10.2": Text(
        "Төлем тоқтатылса, құқық үш айдан аспайтын кезеңге сақталады.",
        "При прекращении уплаты право сохраняется не более трех месяцев.",
        "When payment stops, the right is kept for at most three months.",
    ),
    "p10.3": Text(
        "Алпыс ай үздіксіз төленгеннен кейін төлем тоқтатылса, құқық алты айдан аспайтын мерзімге "
        "сақталады.",
        "При прекращении уплаты после шестидесяти месяцев без перерыва право сохраняется не более "
        "шести месяцев.",
        "When payment stops after sixty months without a gap, the right is kept for at most six "
        "months.",
    ),
    "p11": Text(
        "Дербес төлеуші жарналар төленген күннен бастап есепке алынады.",
        "Самостоятельный плательщик учитывается со дня уплаты взносов.",
        "An independent payer is recorded from the day on which the contributions are paid.",
    ),
    "p12": Text(
        "Жарналар төлеуден босатылған адам ол туралы ақпарат келіп түскен күннен бастап есепке "
        "алынады.",
        "Лицо, освобожденное от уплаты взносов, учитывается со дня поступления информации о нем.",
        "A person exempt from contributions is recorded from the day on which the information "
        "arrives.",
    ),
    "p13": Text(
        "Ақпараттық жүйеде техникалық ақау болса, тұтынушы мәртебесі жүйе түзетілгенге дейін "
        "сақталады.",
        "При техническом сбое информационной системы статус потребителя сохраняется до ее "
        "восстановления.",
        "While an information system has failed, the person stays a consumer until it is "
        "repaired.",
    ),
    "p14": Text(
        "Көмекті қаржыландыру көзін айқындау үшін тұтынушы туралы ақпарат сұрау салу бойынша "
        "ақпараттық жүйелерге беріледі.",
        "Информация о потребителе выдается информационным системам по запросу для определения "
        "источника финансирования помощи.",
        "Information systems are told about a consumer on request, so that the source of "
        "financing can be determined.",
    ),
}

PAID_BY_STATE: Final = {
    "p16": Text(
        "Заңның 26-бабының 1-тармағында көрсетілген адамдар үшін жарналар республикалық бюджеттен "
        "төленеді.",
        "За лиц, указанных в пункте 1 статьи 26 Закона, взносы уплачиваются из республиканского "
        "бюджета.",
        "For the persons of article 26(1) of the Law, contributions are paid from the republican "
        "budget.",
    ),
    "p18": Text(
        "Республикалық бюджеттен төленетін санат бойынша берілген күні мен дереккөзі, ал шығару "
        "кезінде күні, дереккөзі және себебі енгізіледі.",
        "По категории, оплачиваемой из республиканского бюджета, вносятся дата и источник "
        "присвоения, а при исключении – дата, источник и причина.",
        "For a category paid from the republican budget, the date and the source of its "
        "assignment are recorded, and the date, the source and the reason of its removal.",
    ),
    "p19": Text(
        "Республикалық бюджеттен төленетін санаттар бойынша деректер Мемлекеттік корпорациядан "
        "күн сайын келіп түседі.",
        "Данные по категориям, оплачиваемым из республиканского бюджета, поступают от "
        "Государственной корпорации ежедневно.",
        "The State Corporation sends the data on the categories paid from the republican budget "
        "every day.",
    ),
    "p20": Text(
        "Бірнеше санаты бар адам басымдығы жоғары санат бойынша есепке алынады; ол аяқталса, "
        "орнына келесі санат қолданылады және құқық сақталады.",
        "Лицо с несколькими категориями учитывается по той, что выше по приоритету; при ее "
        "прекращении применяется следующая, и право сохраняется.",
        "A person in several categories is recorded in the first of them by priority; when it "
        "ends, the next takes its place and the right goes on.",
    ),
    "p21": Text(
        "Деректері жоқ адамды Қор растайтын құжаттар бойынша жүгінген күнінен бастап бір айға "
        "енгізеді.",
        "Лицо, данных о котором нет, Фонд вносит на один месяц со дня обращения на основании "
        "подтверждающих документов.",
        "A person of whom there are no data is registered by the Fund on documents, for one month "
        "from the day of application.",
    ),
    "p51": Text(
        "Заңның 26-1-бабының 1-тармағында көрсетілген адамдар үшін жарналар жергілікті бюджеттен "
        "төленеді.",
        "За лиц, указанных в пункте 1 статьи 26-1 Закона, взносы уплачиваются из местного "
        "бюджета.",
        "For the persons of article 26-1(1) of the Law, contributions are paid from the local "
        "budget.",
    ),
    "p53": Text(
        "Жергілікті бюджеттен төленетін санат бойынша берілген күні мен дереккөзі, ал шығару "
        "кезінде күні, дереккөзі және себебі енгізіледі.",
        "По категории, оплачиваемой из местного бюджета, вносятся дата и источник присвоения, а "
        "при исключении – дата, источник и причина.",
        "For a category paid from the local budget, the date and the source of its assignment are "
        "recorded, and the date, the source and the reason of its removal.",
    ),
    "p54": Text(
        "Тіркелген жұмыссыздар бойынша деректер күн сайын, дағдарыстық немесе шұғыл деңгейдегі "
        "адамдар бойынша ай сайын келіп түседі.",
        "Данные о зарегистрированных безработных поступают ежедневно, о лицах с кризисным или "
        "экстренным уровнем – ежемесячно.",
        "The data on the registered unemployed arrive every day, those on persons at the crisis "
        "or emergency level every month.",
    ),
    "p54.2": Text(
        "Дағдарыстық немесе шұғыл деңгейдегі адамдар бойынша деректер ай сайын келіп түседі.",
        "Данные о лицах с кризисным или экстренным уровнем поступают ежемесячно.",
        "The data on persons at the crisis or emergency level arrive every month.",
    ),
    "p55": Text(
        "Жергілікті бюджеттен төленетін бірнеше санаты бар адам басымдығы жоғары санат бойынша "
        "есепке алынады; ол аяқталса, келесісі қолданылады және құқық сақталады.",
        "Лицо с несколькими категориями, оплачиваемыми из местного бюджета, учитывается по той, "
        "что выше по приоритету; при ее прекращении применяется следующая, и право сохраняется.",
        "A person in several categories paid from the local budget is recorded in the first by "
        "priority; when it ends, the next takes its place and the right goes on.",
    ),
    "p57": Text(
        "Жарналары жергілікті бюджеттен төленетін, деректері жоқ адамды Қор растайтын құжат "
        "бойынша жүгінген күнінен бастап бір айға енгізеді.",
        "Лицо, взносы за которое уплачиваются из местного бюджета и данных о котором нет, Фонд "
        "вносит на один месяц со дня обращения по подтверждающему документу.",
        "A person for whom the local budget pays and of whom there are no data is registered by "
        "the Fund on a document, for one month from the day of application.",
    ),
}

LISTED: Final = {
    "p61": Text(
        "Ратификацияланған халықаралық шарт бойынша уақытша болатын шетелдіктер мен олардың "
        "отбасы мүшелерінің тізімін Мемлекеттік корпорация қалыптастырады.",
        "Список иностранцев, временно пребывающих по ратифицированному международному договору, и "
        "членов их семей формирует Государственная корпорация.",
        "The State Corporation lists the foreigners who stay temporarily under a ratified treaty, "
        "and their family members.",
    ),
    "p62": Text(
        "Әскери қызметшілер, арнаулы мемлекеттік және құқық қорғау органдарының қызметкерлері "
        "туралы деректерді уәкілетті органдар береді; жауынгерлік даярлық сабақтарына шақырылған "
        "резервтегілер енгізілмейді.",
        "Данные о военнослужащих, сотрудниках специальных государственных и правоохранительных "
        "органов передают уполномоченные органы; вызванные на занятия по боевой подготовке "
        "резервисты не включаются.",
        "The authorised bodies send the data on servicemen and on the staff of special state "
        "bodies and law-enforcement bodies; reservists called to combat-training sessions are "
        "left out.",
    ),
    "p63": Text(
        "Уәкілетті орган мәліметтерді күнтізбелік он төрт күнде бір рет береді.",
        "Уполномоченный орган передает сведения один раз в четырнадцать календарных дней.",
        "An authorised body sends its data once every fourteen calendar days.",
    ),
    "p64": Text(
        "Адам уәкілетті органның деректері келіп түскен кезден бастап мәліметтер келесі "
        "берілгенге дейін есепке алынады.",
        "Лицо учитывается с момента поступления данных уполномоченного органа до следующей "
        "передачи сведений.",
        "A person is recorded from the arrival of an authorised body's data until the next are "
        "sent.",
    ),
    "p65": Text(
        "Құрам өзгерсе, уәкілетті орган мәліметтерді күнтізбелік жеті күннен кешіктірмей "
        "енгізеді.",
        "При изменении состава уполномоченный орган вносит сведения не позднее семи календарных "
        "дней.",
        "When its staff changes, an authorised body enters the data within seven calendar days.",
    ),
}

READINGS: Final = {
    "r.held": Text(
        "Сол күні дұрыс болған жауап кері алынбайды.",
        "Ответ, верный на свой день, не отменяется.",
        "An answer that was right on its day is not taken back.",
    ),
    "r.guards": Text(
        "Әдеттегіден тым көп адамның құқығын тоқтататын өзгеріс супервайзердің мақұлдауын күтеді.",
        "Изменение, прекращающее право необычно многих лиц, ожидает одобрения супервайзера.",
        "A change that would end the right of unusually many persons waits for the approval of a "
        "supervisor.",
    ),
    "r.acceptance": Text(
        "Күндері мен айлары белгіленген шектен шықпайтын жазба ғана қабылданады.",
        "Запись принимается, только если ее даты и месяцы не выходят за установленные пределы.",
        "A line is accepted only if its dates and months keep within the set limits.",
    ),
    "r.timeliness": Text(
        "Төлемдер туралы деректер әр жұмыс күні беріледі; кешігу ешкімді құқығынан айырмайды.",
        "Данные о платежах передаются каждый рабочий день; опоздание никого не лишает права.",
        "The data on payments are due every working day; lateness takes nobody's right.",
    ),
}
