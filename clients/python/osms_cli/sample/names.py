"""
Names of people and firms, common ones and none of them anybody's in particular.

None holds a comma, a quotation mark or a line break, so that a line can be joined without asking
whether it must be quoted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from random import Random


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


#: Surnames in the man's form; a woman's adds an "а".
SURNAMES: Final = _words(
    """Ахметов Омаров Оспанов Сұлтанов Ибраев Иванов Смағұлов Каримов Ким Нұрғалиев Жұмабаев
    Сейітов Қасымов Әбдіров Есенов Тұрсынов Петров Байжанов Төлегенов Мұсаев Искаков Алиев
    Жаксыбеков Сәрсенов Айтжанов Құдайбергенов Рахимов Бекетов Дүйсенов Мақсұтов Сидоров Хасанов
    Юсупов Темірбеков Қожахметов Мұратов Ермеков Бейсенов Асанов Сыздықов Цой Шаймерденов
    Кузнецов Нұрпейісов Абенов Ысқақов Молдабеков Қалиев Серіков Попов Базарбаев Кенжебаев
    Есімов Жанғалиев Назаров Ташенов Тілеубаев Үмбетов Шәріпов Ержанов"""
)
MEN: Final = _words(
    """Нұрлан Ерлан Асқар Данияр Алихан Санжар Арман Бауыржан Тимур Айдос Серік Марат Қайрат
    Ержан Руслан Әлішер Мирас Дастан Сергей Александр Дмитрий Жандос Олжас Ислам Мансұр Рамазан
    Нұрислам Әмір Алдияр Виктор"""
)
WOMEN: Final = _words(
    """Айгүл Айжан Гүлнәр Динара Әсел Мадина Жанар Алия Сәуле Меруерт Аружан Айзере Томирис
    Раяна Амина Кәмила Ольга Татьяна Наталья Гүлмира Бибігүл Ақмарал Жансая Індіра Назерке Дана
    Шолпан Роза Зәуре Елена"""
)
FATHERS: Final = _words(
    """Серік Болат Марат Нұрлан Қайрат Ербол Талғат Асқар Бақыт Ержан Мұрат Самат Қанат Дәулет
    Ғалым Төлеген Амангелді Жомарт Жақсылық Есен"""
)
FIRMS: Final = _words(
    """Алтын-Дән Қазына Сарыарқа Жетісу Достық Медет Құрылыс Байтерек Ұлытау Самұрық Нұр-Жол Ақниет
    Береке Темірқазық Отырар Шапағат Көктем Арман Тұлпар Атамекен Сәулет Жігер Астық Шығыс Батыс
    Айсұлу Бірлік Мұнай-Сервис Эталон Прогресс"""
)
FORMS: Final = ("ТОО", "ТОО", "ТОО", "ТОО", "АО", "КГП", "ГУ")


class Name(NamedTuple):
    """What a payment line says about the person."""

    surname: str
    given: str
    patronymic: str

    def columns(self) -> str:
        """The three columns of a payment line."""
        return f"{self.surname},{self.given},{self.patronymic}"


def person_name(chance: Random, *, female: bool) -> Name:
    """Draw the name of a person."""
    draw = chance.random
    surname = SURNAMES[int(draw() * len(SURNAMES))]
    father = FATHERS[int(draw() * len(FATHERS))]
    if not female:
        return Name(surname, MEN[int(draw() * len(MEN))], f"{father}ұлы")
    if surname.endswith("в"):
        surname += "а"
    return Name(surname, WOMEN[int(draw() * len(WOMEN))], f"{father}қызы")


def firm_name(chance: Random, number: int) -> str:
    """Draw the name of an employer."""
    form = FORMS[int(chance.random() * len(FORMS))]
    return f"{form} «{FIRMS[int(chance.random() * len(FIRMS))]}-{number}»"


def trader_name(name: Name) -> str:
    """The trade name of an individual entrepreneur."""
    return f"ИП {name.surname} {name.given[0]}."
