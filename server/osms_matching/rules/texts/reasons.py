"""Why a category was granted, kept, withdrawn or not granted: the end of a sentence."""
# ruff: noqa: RUF001 - Kazakh and Russian letters are meant

from __future__ import annotations

from typing import Final

from osms_common.texts.language import Text
from osms_matching.domain.decisions import Reason

_HELD: Final = {
    Reason.LISTED: Text(
        "дереккөз адамды тізімге енгізген",
        "источник включает лицо в список",
        "a source lists the person",
    ),
    Reason.NO_CONTRIBUTIONS: Text(
        "қаралған айларда зейнетақы жарналары да, әлеуметтік аударымдар да төленбеген",
        "в проверенных месяцах нет ни пенсионных взносов, ни социальных отчислений",
        "neither pension contributions nor social deductions were made in the months looked at",
    ),
    Reason.NOT_EVERY_MONTH: Text(
        "жарналар немесе аударымдар қаралған айлардың бәрінде бірдей төленбеген",
        "взносы или отчисления есть не в каждом из проверенных месяцев",
        "contributions or deductions were not made in each of the months looked at",
    ),
    Reason.ONLY_PARENT: Text(
        "адамда жарналар мен аударымдар жоқ, ал санатты ала алатын, оларды төлемеген басқа адам "
        "жоқ",
        "у лица нет взносов и отчислений, а других лиц без них, которые могли бы получить "
        "категорию, нет",
        "the person made no contributions or deductions, and nobody else who could have the "
        "category is without them",
    ),
    Reason.MOTHER: Text(
        "ата-ананың екеуінде де жарналар мен аударымдар жоқ, әкесі өтініш бермеген",
        "ни у одного из родителей нет взносов и отчислений, а отец заявления не подавал",
        "neither parent made contributions or deductions, and the father has not applied",
    ),
    Reason.FATHER_APPLIED: Text(
        "ата-ананың екеуінде де жарналар мен аударымдар жоқ, әкесі өтініш берген",
        "ни у одного из родителей нет взносов и отчислений, а отец подал заявление",
        "neither parent made contributions or deductions, and the father has applied",
    ),
    Reason.FIRST_NAMED: Text(
        "баланың заңды өкілдерінің бірнешеуінде жарналар мен аударымдар жоқ, санат солардың "
        "біріншісіне беріледі",
        "у нескольких законных представителей ребенка нет взносов и отчислений, категорию "
        "получает первый из них",
        "several legal representatives of the child made no contributions or deductions, and the "
        "first of them has the category",
    ),
    Reason.ON_LEAVE: Text(
        "адам демалыста жүр, сондықтан R03 орнына R04 қолданылады",
        "лицо находится в отпуске, поэтому вместо R03 применяется R04",
        "the person is on leave, so R04 takes the place of R03",
    ),
}

_LOST: Final = {
    Reason.DEATH: Text("адам қайтыс болған", "лицо умерло", "the person has died"),
    Reason.NOT_LISTED: Text(
        "бірде-бір дереккөз адамды тізімге енгізбейді",
        "ни один источник не включает лицо в список",
        "no source lists the person",
    ),
    Reason.NOT_REGISTERED: Text(
        "адам жұмыссыз ретінде тіркелмеген",
        "лицо не зарегистрировано в качестве безработного",
        "the person is not registered as unemployed",
    ),
    Reason.OTHER_LEVEL: Text(
        "отбасының деңгейі дағдарыстық та, шұғыл да емес",
        "уровень семьи не является ни кризисным, ни экстренным",
        "the family is neither at the crisis nor at the emergency level",
    ),
    Reason.FOREIGNER: Text(
        "бұл санат бойынша шетелдіктер мен азаматтығы жоқ адамдар туралы деректер берілмейді",
        "по этой категории данные об иностранцах и лицах без гражданства не передаются",
        "data on foreigners and stateless persons are not given for this category",
    ),
    Reason.TEMPORARY_STAY: Text(
        "бұл санат бойынша Қазақстанға уақытша келген адамдар туралы деректер берілмейді",
        "по этой категории данные о лицах, временно прибывших в Казахстан, не передаются",
        "data on those who are in Kazakhstan temporarily are not given for this category",
    ),
    Reason.SUBSIDISED_JOB: Text(
        "адам субсидияланатын жұмыс орнына орналастырылған",
        "лицо трудоустроено на субсидируемое рабочее место",
        "the person was placed in a subsidised job",
    ),
    Reason.ON_THE_JOB_TRAINING: Text(
        "адам жұмыс берушінің жұмыс орнында кәсіптік оқытуға жіберілген",
        "лицо направлено на профессиональное обучение на рабочем месте у работодателя",
        "the person was sent to training at an employer's workplace",
    ),
    Reason.CHILD_TURNED_THREE: Text(
        "ең кіші бала үш жасқа толған",
        "младшему ребенку исполнилось три года",
        "the youngest child has turned three",
    ),
    Reason.CHILD_DIED: Text("бала қайтыс болған", "ребенок умер", "the child has died"),
    Reason.NO_CHILD: Text(
        "адам заңды өкілі болып табылатын үш жасқа толмаған бала туралы дерек жоқ",
        "нет данных о ребенке до трех лет, законным представителем которого является лицо",
        "no child under three is known whose legal representative the person is",
    ),
    Reason.LEAVE_ENDED: Text("демалыс аяқталған", "отпуск окончен", "the leave has ended"),
    Reason.OTHER_CATEGORY: Text(
        "адамның {other} санаты бар",
        "лицо имеет категорию {other}",
        "the person has the category {other}",
    ),
    Reason.OTHER_PARENT: Text(
        "санат басқа ата-анаға немесе заңды өкілге берілген",
        "категория у другого родителя или законного представителя",
        "the other parent or legal representative has the category",
    ),
    Reason.DISCARDED: Text(
        "мұны қалыптастырудың супервайзері өзгертуді қабылдамады",
        "супервайзер формирования отклонил изменение",
        "a supervisor of the matching has discarded the change",
    ),
    Reason.WORKED: Text(
        "қаралған айларда зейнетақы жарналары немесе әлеуметтік аударымдар төленген",
        "в проверенных месяцах есть пенсионные взносы или социальные отчисления",
        "pension contributions or social deductions were made in the months looked at",
    ),
}

REASONS: Final[dict[Reason, Text]] = {**_HELD, **_LOST}
