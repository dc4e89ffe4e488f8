"""
Every provision by its stable code: what it says in one short sentence, and where the Rules say it.

The items of p. 20, 21 and 55 are put together from the names of the categories, and so are for
the Fund alone.
"""
# ruff: noqa: RUF001 - Kazakh and Russian letters are meant

from __future__ import annotations

import re
from typing import Final

from osms_common.domain.codes import Category
from osms_common.texts.language import Language, Text
from osms_common.texts.names import CATEGORIES
from osms_common.texts.paragraphs import GENERAL, LISTED, PAID_BY_STATE, READINGS

_REPUBLICAN: Final = Text(
    "Республикалық бюджет санаттарының басымдығы бойынша {number}-орында: {categories}.",
    "По приоритету категорий республиканского бюджета на {number}-м месте: {categories}.",
    "Number {number} by priority among the categories of the republican budget: {categories}.",
)
_LOCAL: Final = Text(
    "Жергілікті бюджет санаттарының басымдығы бойынша {number}-орында: {categories}.",
    "По приоритету категорий местного бюджета на {number}-м месте: {categories}.",
    "Number {number} by priority among the categories of the local budget: {categories}.",
)
_PRIORITIES: Final[dict[str, tuple[Category, ...]]] = {
    "p20.1": (Category.CHILD,),
    "p20.2": (Category.PREGNANT,),
    "p20.3": (Category.RAISING_CHILD,),
    "p20.4": (Category.ON_CHILD_LEAVE,),
    "p20.5": (Category.DISABLED_CHILD_ALLOWANCE,),
    "p20.6": (Category.GROUP_ONE_CARE,),
    "p20.7": (Category.PENSIONER,),
    "p20.8": (Category.CONVICT,),
    "p20.9": (Category.REMAND, Category.HOUSE_ARREST),
    "p20.10": (Category.KANDAS,),
    "p20.11": (Category.AWARDED_MOTHER,),
    "p20.12": (Category.DISABILITY,),
    "p20.13": (Category.STUDENT,),
    "p20.14": (Category.TARGETED_ASSISTANCE,),
    "p55.1": (Category.UNEMPLOYED,),
    "p55.2": (Category.CRISIS_LEVEL,),
}

_DOCUMENT: Final = Text(
    "Растайтын құжаттар ({category}): {documents}.",
    "Подтверждающие документы ({category}): {documents}.",
    "Supporting documents ({category}): {documents}.",
)
_BIRTH: Final = Text(
    "туу туралы куәлік немесе туу туралы акт жазбасынан анықтама",
    "свидетельство о рождении или справка из актовой записи о рождении",
    "a birth certificate, or an extract from the birth record",
)
_DISABILITY: Final = Text(
    "мүгедектік туралы анықтама", "справка об инвалидности", "a certificate of disability"
)
_DOCUMENTS: Final[dict[str, tuple[Category, Text]]] = {
    "p21.1": (Category.CHILD, _BIRTH),
    "p21.2": (
        Category.PREGNANT,
        Text(
            "027/е нысанындағы анықтама",
            "справка по форме 027/е",
            "a certificate in the form 027/е",
        ),
    ),
    "p21.3": (Category.RAISING_CHILD, _BIRTH),
    "p21.4": (Category.ON_CHILD_LEAVE, _BIRTH),
    "p21.5": (
        Category.DISABLED_CHILD_ALLOWANCE,
        Text(
            "баланың мүгедектігі туралы анықтама, оның туу туралы құжаты және жұмыссыз ретінде "
            "тіркелгені туралы ақпарат",
            "справка об инвалидности ребенка, документ о его рождении и информация о регистрации "
            "в качестве безработного",
            "the child's certificate of disability, its birth document, and information on "
            "registration as unemployed",
        ),
    ),
    "p21.6": (Category.GROUP_ONE_CARE, _DISABILITY),
    "p21.7": (
        Category.PENSIONER,
        Text(
            "зейнетақы алушының куәлігі, оның белгі қойылған беттерінің көшірмелері не ардагердің "
            "куәлігі",
            "удостоверение получателя пенсии, копии его страниц с отметкой либо удостоверение "
            "ветерана",
            "a pension recipient's certificate, copies of its marked pages, or a veteran's "
            "certificate",
        ),
    ),
    "p21.8": (
        Category.KANDAS,
        Text(
            "қандас куәлігі және жұмыссыз ретінде тіркелгені туралы анықтама",
            "удостоверение кандаса и справка о регистрации в качестве безработного",
            "a kandas certificate and a certificate of registration as unemployed",
        ),
    ),
    "p21.9": (
        Category.AWARDED_MOTHER,
        Text(
            "наградталғанын немесе атақ алғанын растайтын құжат",
            "документ, подтверждающий награждение или присвоение звания",
            "a document that confirms the award or the title",
        ),
    ),
    "p21.10": (Category.DISABILITY, _DISABILITY),
    "p21.11": (
        Category.STUDENT,
        Text(
            "білім беру ұйымынан анықтама",
            "справка из организации образования",
            "a certificate from the place of study",
        ),
    ),
    "p21.12": (
        Category.TARGETED_ASSISTANCE,
        Text(
            "атаулы әлеуметтік көмек алатынын растайтын ақпарат",
            "информация, подтверждающая получение адресной социальной помощи",
            "information that confirms the targeted social assistance",
        ),
    ),
    "p21.13": (
        Category.CRISIS_RELEASE,
        Text(
            "жеке басты куәландыратын құжат және еңбек қызметін растайтын бір құжат",
            "документ, удостоверяющий личность, и один документ о трудовой деятельности",
            "an identity document, and one document that confirms employment",
        ),
    ),
}


def _priority(code: str, categories: tuple[Category, ...]) -> Text:
    paragraph, _, number = code.partition(".")
    template = _LOCAL if paragraph == "p55" else _REPUBLICAN
    names = (CATEGORIES[category] for category in categories)
    columns = zip(*names, strict=True)
    filled = zip(template, columns, strict=True)
    return Text(*(text.format(number=number, categories="; ".join(of)) for text, of in filled))


def _document(category: Category, documents: Text) -> Text:
    filled = zip(_DOCUMENT, CATEGORIES[category], documents, strict=True)
    return Text(*(text.format(category=of, documents=shown) for text, of, shown in filled))


PROVISIONS: Final[dict[str, Text]] = {
    **GENERAL,
    **PAID_BY_STATE,
    **{code: _priority(code, categories) for code, categories in _PRIORITIES.items()},
    **{code: _document(category, papers) for code, (category, papers) in _DOCUMENTS.items()},
    **LISTED,
    **READINGS,
}

_CODE: Final = re.compile(r"p(\d+)(?:\.(\d+))?")
_WITH_PARTS: Final = frozenset({"9", "10", "54"})
"""Paragraphs whose codes count parts; those of all others count items."""

_PARAGRAPH: Final = Text("{paragraph}-тармақ", "п. {paragraph}", "p. {paragraph}")
_PART: Final = Text(
    "{paragraph}-тармақ, {number}-бөлік",
    "п. {paragraph}, ч. {number}",
    "p. {paragraph} part {number}",
)
_ITEM: Final = Text(
    "{paragraph}-тармақ, {number}-тармақша",
    "п. {paragraph}, подп. {number}",
    "p. {paragraph} item {number}",
)


def provision_text(code: str, language: Language) -> str:
    """What a provision says, in one sentence. KeyError: there is no such code."""
    return PROVISIONS[code].in_(language)


def provision_reference(code: str, language: Language) -> str:
    """Where the Rules say it, such as `p. 21 item 5`; empty for a reading of ours."""
    found = _CODE.fullmatch(code)
    if not found:
        return ""
    paragraph, number = found.groups()
    if number is None:
        return _PARAGRAPH.in_(language).format(paragraph=paragraph)
    template = _PART if paragraph in _WITH_PARTS else _ITEM
    return template.in_(language).format(paragraph=paragraph, number=number)
