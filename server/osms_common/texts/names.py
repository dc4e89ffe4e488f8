"""
Names of the kinds of ground, the categories and the budgets.

The names of the categories are for the Fund alone; an answer to anybody else says no more than
the kind of ground.
"""
# ruff: noqa: RUF001 - Kazakh and Russian letters are meant

from __future__ import annotations

from typing import Final

from osms_common.domain.codes import Budget, Category, GroundKind
from osms_common.texts.language import Language, Text

GROUNDS: Final[dict[GroundKind, Text]] = {
    GroundKind.ROSTER: Text(
        "жарналар төлеуден босатылған",
        "освобождение от уплаты взносов",
        "exempt from contributions",
    ),
    GroundKind.CATEGORY: Text(
        "жарналарды мемлекет төлейді",
        "взносы уплачивает государство",
        "the State pays",
    ),
    GroundKind.TREATY: Text(
        "халықаралық шарт",
        "международный договор",
        "international treaty",
    ),
    GroundKind.PAYER: Text(
        "он екі ай үшін төленген жарналар",
        "взносы за двенадцать месяцев",
        "contributions for twelve months",
    ),
    GroundKind.SELF_PAYER: Text(
        "дербес төлеушінің жарналары",
        "взносы самостоятельного плательщика",
        "contributions as an independent payer",
    ),
    GroundKind.DOCUMENT: Text(
        "құжаттар бойынша бір айға енгізілген",
        "внесение по документам на один месяц",
        "registered on documents for one month",
    ),
    GroundKind.RETENTION: Text(
        "құқық белгілі бір мерзімге сақталады",
        "право сохраняется на ограниченный срок",
        "the right is kept for a limited time",
    ),
    GroundKind.PRESERVED: Text(
        "техникалық ақау кезінде құқық сақталады",
        "право сохраняется на время технического сбоя",
        "the right is kept during a technical failure",
    ),
    GroundKind.HELD: Text(
        "сол күні болған құқық кері алынбайды",
        "имевшееся в этот день право не отменяется",
        "the right was so known on the day and is not taken back",
    ),
}

CATEGORIES: Final[dict[Category, Text]] = {
    Category.CHILD: Text("балалар", "дети", "children"),
    Category.PREGNANT: Text(
        "жұмыс істемейтін жүкті әйелдер",
        "неработающие беременные женщины",
        "pregnant women who do not work",
    ),
    Category.RAISING_CHILD: Text(
        "үш жасқа толмаған баланы тәрбиелеп отырған, жұмыс істемейтін адамдар",
        "неработающие лица, воспитывающие ребенка до трех лет",
        "persons who do not work and raise a child under three",
    ),
    Category.ON_CHILD_LEAVE: Text(
        "жүктілікке және босануға, жаңа туған баланы асырап алуға немесе үш жасқа толмаған "
        "баланың күтіміне байланысты демалыста жүрген адамдар",
        "лица, находящиеся в отпуске по беременности и родам, в связи с усыновлением "
        "новорожденного или по уходу за ребенком до трех лет",
        "persons on leave for childbirth, for the adoption of a newborn or for the care of a "
        "child under three",
    ),
    Category.DISABLED_CHILD_ALLOWANCE: Text(
        "мүгедектігі бар баланы тәрбиелегені үшін жәрдемақы алатын, жұмыс істемейтін адамдар",
        "неработающие получатели пособия воспитывающим ребенка с инвалидностью",
        "persons who do not work and receive the allowance for raising a child with a disability",
    ),
    Category.GROUP_ONE_CARE: Text(
        "бірінші топтағы мүгедектігі бар адамға күтім жасағаны үшін жәрдемақы алатын, жұмыс "
        "істемейтін адамдар",
        "неработающие получатели пособия по уходу за лицом с инвалидностью первой группы",
        "persons who do not work and receive the allowance for the care of a person with a "
        "disability of the first group",
    ),
    Category.PENSIONER: Text(
        "зейнетақы төлемдерін алушылар, оның ішінде Ұлы Отан соғысының ардагерлері",
        "получатели пенсионных выплат, в том числе ветераны Великой Отечественной войны",
        "recipients of pension payments, veterans of the Great Patriotic War among them",
    ),
    Category.CONVICT: Text(
        "қылмыстық-атқару жүйесінің мекемелерінде сот үкімі бойынша жазасын өтеп жатқан адамдар",
        "лица, отбывающие наказание по приговору суда в учреждениях уголовно-исполнительной "
        "системы",
        "persons serving a sentence in a penitentiary institution",
    ),
    Category.REMAND: Text(
        "тергеу изоляторларындағы адамдар",
        "лица, содержащиеся в следственных изоляторах",
        "persons held in remand prisons",
    ),
    Category.HOUSE_ARREST: Text(
        "үйқамақтағы, жұмыс істемейтін адамдар",
        "неработающие лица под домашним арестом",
        "persons under house arrest who do not work",
    ),
    Category.KANDAS: Text(
        "жұмыс істемейтін қандастар",
        "неработающие кандасы",
        "kandas who do not work",
    ),
    Category.AWARDED_MOTHER: Text(
        "наградталған немесе атақ алған көпбалалы аналар",
        "многодетные матери, имеющие награду или звание",
        "mothers of many children with an award or a title",
    ),
    Category.DISABILITY: Text(
        "мүгедектігі бар адамдар", "лица с инвалидностью", "persons with a disability"
    ),
    Category.STUDENT: Text(
        "күндізгі оқу нысанында білім алып жатқан адамдар",
        "лица, обучающиеся по очной форме обучения",
        "persons in full-time study",
    ),
    Category.TARGETED_ASSISTANCE: Text(
        "мемлекеттік атаулы әлеуметтік көмек алатын, жұмыс істемейтін адамдар",
        "неработающие получатели государственной адресной социальной помощи",
        "persons who do not work and receive state targeted social assistance",
    ),
    Category.UNEMPLOYED: Text(
        "жұмыссыз ретінде тіркелген адамдар",
        "лица, зарегистрированные в качестве безработных",
        "persons registered as unemployed",
    ),
    Category.CRISIS_LEVEL: Text(
        "әлеуметтік саламаттылықтың дағдарыстық немесе шұғыл деңгейіндегі, жұмыс істемейтін "
        "адамдар",
        "неработающие лица с кризисным или экстренным уровнем социального благополучия",
        "persons who do not work, at the crisis or emergency level of social wellbeing",
    ),
    Category.TREATY: Text(
        "халықаралық шарт бойынша Қазақстанда уақытша болатын шетелдіктер және олардың отбасы "
        "мүшелері",
        "иностранцы, временно пребывающие в Казахстане по международному договору, и члены их "
        "семей",
        "foreigners staying temporarily under a ratified treaty, and their family members",
    ),
    Category.EXEMPT_STAFF: Text(
        "әскери қызметшілер, арнаулы мемлекеттік және құқық қорғау органдарының қызметкерлері",
        "военнослужащие, сотрудники специальных государственных и правоохранительных органов",
        "servicemen, and staff of special state bodies and law-enforcement bodies",
    ),
    Category.CRISIS_RELEASE: Text(
        "дағдарыс кезеңінде аударымдар немесе жарналар төлеуден босатылған адамдар",
        "лица, освобожденные от уплаты отчислений или взносов в период кризиса",
        "persons released from paying deductions or contributions in a crisis",
    ),
}

BUDGETS: Final[dict[Budget, Text]] = {
    Budget.REPUBLICAN: Text("республикалық бюджет", "республиканский бюджет", "republican budget"),
    Budget.LOCAL: Text("жергілікті бюджет", "местный бюджет", "local budget"),
}


def ground_text(kind: GroundKind, language: Language) -> str:
    """What kind of ground it is, in a few words; nothing about what lies behind it."""
    return GROUNDS[kind].in_(language)


def category_text(category: Category, language: Language) -> str:
    """The name of a category; for the Fund alone."""
    return CATEGORIES[category].in_(language)


def budget_text(budget: Budget, language: Language) -> str:
    """The name of a budget."""
    return BUDGETS[budget].in_(language)
