"""The texts: complete in three languages, true to their codes, silent about what is private."""
# ruff: noqa: RUF001 - Kazakh and Russian letters are meant

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest

import osms_common
import osms_matching
import osms_server
from osms.entitlement.v1.error_reason_pb2 import ErrorReason
from osms_common.domain.codes import Budget, Category, GroundKind, Role, Status, System
from osms_common.domain.violations import Reason, Violation
from osms_common.texts import (
    Language,
    Text,
    budget_text,
    category_text,
    error_text,
    ground_text,
    parse_language,
    provision_reference,
    provision_text,
    reason_text,
)
from osms_common.texts.errors import ERRORS, WORDS
from osms_common.texts.names import BUDGETS, CATEGORIES, GROUNDS
from osms_common.texts.provisions import PROVISIONS
from osms_common.texts.reasons import REASONS
from osms_matching.domain.runs import RunState
from osms_server.application.rows import HeldState, RejectionState
from osms_server.domain.timeline import RANK
from osms_server.rules.explain import Absence, AbsentGround
from osms_server.rules.remedy import Action
from osms_server.rules.texts import absence_text, answer_text
from osms_server.rules.texts.absences import ABSENCES, PAID_TOO_LATE
from osms_server.rules.texts.answers import NOT_ENTITLED, NOT_REGISTERED, OPEN_ENDED, UNTIL
from osms_server.rules.texts.remedies import REMEDIES

DAY = date(2026, 10, 31)

SENTENCES = {
    **{f"reason {code}": text for code, text in REASONS.items()},
    **{f"absence {code}": text for code, text in ABSENCES.items()},
    **{f"remedy {code}": text for code, text in REMEDIES.items()},
    **{f"provision {code}": text for code, text in PROVISIONS.items()},
    **{f"error {code}": text for code, text in ERRORS.items()},
    "absence, paid too late": PAID_TOO_LATE,
    "answer, until": UNTIL,
    "answer, open-ended": OPEN_ENDED,
    "answer, not entitled": NOT_ENTITLED,
    "answer, not registered": NOT_REGISTERED,
}
WORDINGS = {
    **{f"ground {code.name}": text for code, text in GROUNDS.items()},
    **{f"category {code}": text for code, text in CATEGORIES.items()},
    **{f"budget {code.name}": text for code, text in BUDGETS.items()},
    **{f"word {word!r}": text for word, text in WORDS.items()},
}
TEXTS = {**SENTENCES, **WORDINGS}

REQUIRED_PROVISIONS = [
    *("p3", "p4", "p5", "p7", "p9.1", "p9.2", "p10.1", "p10.2", "p10.3", "p11", "p12", "p13"),
    *("p14", "p16", "p18", "p19", "p20", "p21"),
    *(f"p20.{number}" for number in range(1, 15)),
    *(f"p21.{number}" for number in range(1, 14)),
    *("p51", "p53", "p54", "p54.2", "p55", "p55.1", "p55.2", "p57"),
    *("p61", "p62", "p63", "p64", "p65"),
    *("r.held", "r.guards", "r.acceptance", "r.timeliness"),
]

DETAILS: dict[Absence, dict[str, str]] = {
    Absence.DIED: {"died_on": "2026-03-05"},
    Absence.LISTING_ENDED: {"last_day": "2026-03-05"},
    Absence.LISTING_NOT_BEGUN: {"first_day": "2026-03-05"},
    Absence.CATEGORY_ENDED: {"last_day": "2026-03-05"},
    Absence.CATEGORY_NOT_BEGUN: {"first_day": "2026-03-05"},
    Absence.BUDGET_UNPAID: {"category": "R07", "budget": "REPUBLICAN", "since": "2026-03"},
    Absence.TREATY_LISTING_ENDED: {"last_day": "2026-03-05"},
    Absence.TREATY_LISTING_NOT_BEGUN: {"first_day": "2026-03-05"},
    Absence.MONTHS_MISSING: {
        "last_paid_month": "2026-06",
        "missing_months": "2026-02, 2026-03",
    },
    Absence.PAYMENTS_NOT_BEGUN: {"first_day": "2026-03-05"},
    Absence.PAYMENTS_ENDED: {"last_day": "2026-03-05"},
    Absence.RUN_INCOMPLETE: {"paid_months": "2026-02, 2026-03"},
    Absence.RUN_NOT_BEGUN: {"first_day": "2026-03-05"},
    Absence.RUN_ENDED: {"last_day": "2026-03-05"},
    Absence.REGISTRATION_ENDED: {"last_day": "2026-03-05"},
    Absence.REGISTRATION_NOT_BEGUN: {"first_day": "2026-03-05"},
    Absence.RETENTION_ENDED: {"last_day": "2026-03-05"},
    Absence.RETENTION_NOT_BEGUN: {"first_day": "2026-03-05"},
    Absence.NO_GROUND_FAILED: {"incidents": "INC-7"},
}
"""The details of each absence as `explain` gives them; none where it is not named."""

PRIVATE_WORDS = re.compile(
    r"convict|sentence|prison|remand|arrest|unemploy|pension|disab|pregnan|child|student|"
    r"milit|police|defence|interior|servicem|reservist|"
    r"осужд|приговор|изолятор|арест|безработ|пенси|инвалид|беремен|дети|ребен|военн|воинск|полиц|"
    r"обороны|резервист|"
    r"сотталған|үкім|изолятор|үйқамақ|жұмыссыз|зейнет|мүгедек|жүкті|бала|әскер|полиция|қорғаныс",
    re.IGNORECASE,
)


def placeholders(text: str) -> set[str]:
    """The names in braces of a template."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def source_files(*more: ModuleType) -> Iterator[Path]:
    """The files of the register, and of *more* packages, without the texts themselves."""
    for package in (osms_common, osms_server, *more):
        root = Path(package.__file__ or "").parent
        yield from (path for path in root.rglob("*.py") if "texts" not in path.parts)


def test_every_reason_has_a_text() -> None:
    """No reason is left without a sentence, and no sentence without its reason."""
    assert set(REASONS) == set(Reason)


def test_every_absence_has_a_text() -> None:
    """No absence is left without a sentence."""
    assert set(ABSENCES) == set(Absence)


def test_every_remedy_has_a_text() -> None:
    """No action is left without a sentence."""
    assert set(REMEDIES) == set(Action)


def test_every_provision_has_a_text() -> None:
    """Exactly the provisions that the register knows have a sentence."""
    assert sorted(PROVISIONS) == sorted(REQUIRED_PROVISIONS)


def test_every_code_has_a_name() -> None:
    """Kinds of ground, categories and budgets all have names."""
    assert set(GROUNDS) == set(GroundKind)
    assert set(CATEGORIES) == set(Category)
    assert set(BUDGETS) == set(Budget)


def test_every_error_of_the_contract_has_a_text() -> None:
    """The error texts are those of the reasons that the contract names."""
    named = {name.removeprefix("ERROR_REASON_") for name in ErrorReason.keys()}  # noqa: SIM118
    assert set(ERRORS) == named - {"UNSPECIFIED"}


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_is_there_in_three_languages(name: str) -> None:
    """All three are written, none is a copy of another, and nothing is left over at the ends."""
    text = TEXTS[name]
    assert all(text)
    assert len(set(text)) == len(Language)
    assert all(part == part.strip() and "  " not in part for part in text)


@pytest.mark.parametrize("name", TEXTS)
def test_placeholders_are_the_same_in_three_languages(name: str) -> None:
    """A value that one language tells, every language tells."""
    text = TEXTS[name]
    assert placeholders(text.kk) == placeholders(text.ru) == placeholders(text.en)


@pytest.mark.parametrize("name", TEXTS)
def test_letters_belong_to_their_language(name: str) -> None:
    """No word mixes Latin and Cyrillic letters, and English is written in Latin ones."""
    text = TEXTS[name]
    words = re.findall(r"\w+", re.sub(r"\{\w+\}", "", " ".join(text)))
    assert not [w for w in words if re.search(r"[A-Za-z]", w) and re.search(r"[Ѐ-ӿ]", w)]
    assert not re.search(r"[Ѐ-ӿ]", text.en.replace("027/е", ""))
    assert not re.search(r"[ӘәҒғҚқҢңӨөҰұҮүҺһІі]", text.ru)


@pytest.mark.parametrize("name", SENTENCES)
def test_a_sentence_ends_with_a_full_stop(name: str) -> None:
    """A provision can be put before its end."""
    assert all(part.endswith(".") for part in SENTENCES[name])


@pytest.mark.parametrize("code", REASONS)
def test_a_reason_names_its_field_and_at_most_its_value(code: Reason) -> None:
    """The sentence begins with the field, and needs nothing but the violation."""
    text = REASONS[code]
    assert all(part.startswith("{field}: ") for part in text)
    assert placeholders(text.en) <= {"field", "value"}


@pytest.mark.parametrize("code", ABSENCES)
def test_an_absence_tells_all_its_details(code: Absence) -> None:
    """The placeholders are the details that come with the reason."""
    assert placeholders(ABSENCES[code].en) == set(DETAILS.get(code, {}))


def test_every_provision_of_the_server_has_a_text() -> None:
    """No code that is written anywhere in the server is unknown to the texts."""
    pattern = re.compile(r"""["'](p\d+(?:\.\d+)?|r\.[a-z_]+)["']""")
    written = {
        code
        for path in source_files()
        for code in pattern.findall(path.read_text(encoding="utf-8"))
    }
    assert written
    assert written <= set(PROVISIONS)


def test_every_provision_of_a_ground_has_a_text() -> None:
    """What a timeline cites can be told."""
    assert {code.provision for code in RANK} <= set(PROVISIONS)


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("kk", Language.KAZAKH),
        ("kk-KZ", Language.KAZAKH),
        ("KK-Cyrl-kz", Language.KAZAKH),
        ("RU", Language.RUSSIAN),
        ("ru_KZ", Language.RUSSIAN),
        (" en ", Language.ENGLISH),
        ("en-GB", Language.ENGLISH),
        ("", None),
        ("kz", None),
        ("kkk", None),
        ("english", None),
        ("en-", None),
    ],
)
def test_a_language_is_known_by_its_code(code: str, language: Language | None) -> None:
    """Case and region do not matter; anything else is no language of ours."""
    assert parse_language(code) is language


def test_a_text_is_had_in_each_language() -> None:
    """Each language gives its own part."""
    text = Text("қазақша", "по-русски", "English")
    assert [text.in_(language) for language in Language] == list(text)


def test_an_unknown_provision_has_no_text() -> None:
    """A code that does not exist is a mistake of ours."""
    with pytest.raises(KeyError):
        provision_text("p999", Language.ENGLISH)


@pytest.mark.parametrize(
    ("code", "kk", "ru", "en"),
    [
        ("p21", "21-тармақ", "п. 21", "p. 21"),
        ("p21.5", "21-тармақ, 5-тармақша", "п. 21, подп. 5", "p. 21 item 5"),
        ("p21.13", "21-тармақ, 13-тармақша", "п. 21, подп. 13", "p. 21 item 13"),
        ("p9.1", "9-тармақ, 1-бөлік", "п. 9, ч. 1", "p. 9 part 1"),
        ("p10.3", "10-тармақ, 3-бөлік", "п. 10, ч. 3", "p. 10 part 3"),
        ("p54.2", "54-тармақ, 2-бөлік", "п. 54, ч. 2", "p. 54 part 2"),
        ("p55.1", "55-тармақ, 1-тармақша", "п. 55, подп. 1", "p. 55 item 1"),
        ("r.held", "", "", ""),
        ("", "", "", ""),
    ],
)
def test_a_provision_is_cited(code: str, kk: str, ru: str, en: str) -> None:
    """Paragraphs, parts and items are told apart; a reading of ours is nowhere in the Rules."""
    assert [provision_reference(code, language) for language in Language] == [kk, ru, en]


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("reason", Reason)
def test_every_reason_can_be_told(reason: Reason, language: Language) -> None:
    """The field comes first, the provision last, and nothing stays in braces."""
    told = reason_text(Violation("a.b", reason, "V", "p21.5"), language)
    assert told.startswith("a.b: ")
    assert told.endswith(f" ({provision_reference('p21.5', language)}).")
    assert "{" not in told


def test_a_reason_reads_well() -> None:
    """What is wrong, what to do, and by which paragraph."""
    violation = Violation("documents", Reason.DOCUMENTS_INSUFFICIENT, "FORM_027E", "p21.5")
    assert reason_text(violation, Language.ENGLISH) == (
        "documents: the documents shown do not suffice (FORM_027E); add those that are named for "
        "the category (p. 21 item 5)."
    )


def test_a_reason_of_our_reading_cites_nothing() -> None:
    """There is no paragraph to name."""
    violation = Violation("a", Reason.TOO_MANY, "2 > 1", "r.guards")
    assert reason_text(violation, Language.ENGLISH).endswith("send them in parts.")


def test_a_value_is_never_read_as_a_template() -> None:
    """What a sender wrote is told as it is."""
    violation = Violation("a", Reason.CODE_UNKNOWN, "{value} {0} {x")
    assert "{value} {0} {x" in reason_text(violation, Language.RUSSIAN)


def test_an_empty_value_is_told_as_a_dash() -> None:
    """The sentence keeps its shape."""
    assert "(–)" in reason_text(Violation("a", Reason.UNREADABLE), Language.ENGLISH)


def test_a_budget_is_told_by_its_name() -> None:
    """A Kazakh sentence has no English code in it."""
    violation = Violation("budget", Reason.LAPSE_STANDS, "REPUBLICAN", "p9.2")
    told = reason_text(violation, Language.KAZAKH)
    assert budget_text(Budget.REPUBLICAN, Language.KAZAKH) in told
    assert "REPUBLICAN" not in told


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("reason", Absence)
def test_every_absence_can_be_told(reason: Absence, language: Language) -> None:
    """Days, months and codes of incidents are told as they are written."""
    details = DETAILS.get(reason, {})
    told = absence_text(AbsentGround(GroundKind.PAYER, reason, details), language)
    plain = [value for name, value in details.items() if name not in {"category", "budget"}]
    assert all(value in told for value in plain)
    assert "{" not in told


def test_an_unpaid_budget_is_told_by_names() -> None:
    """The Fund reads the category and the budget, not their codes."""
    details = DETAILS[Absence.BUDGET_UNPAID]
    absent = AbsentGround(GroundKind.CATEGORY, Absence.BUDGET_UNPAID, details)
    told = absence_text(absent, Language.RUSSIAN)
    assert category_text(Category.PENSIONER, Language.RUSSIAN) in told
    assert budget_text(Budget.REPUBLICAN, Language.RUSSIAN) in told


def test_payments_that_never_give_the_right_name_no_day() -> None:
    """Months that were paid too late have no first day."""
    absent = AbsentGround(GroundKind.PAYER, Absence.PAYMENTS_NOT_BEGUN, {})
    assert absence_text(absent, Language.ENGLISH) == PAID_TOO_LATE.en


@pytest.mark.parametrize(
    ("status", "kind", "last_date", "told"),
    [
        (
            Status.ENTITLED,
            GroundKind.PAYER,
            DAY,
            "Entitled to insured care (contributions for twelve months), through 2026-10-31.",
        ),
        (
            Status.ENTITLED,
            GroundKind.CATEGORY,
            None,
            "Entitled to insured care (the State pays), with no end foreseen.",
        ),
        (
            Status.NOT_ENTITLED,
            None,
            None,
            (
                "Not entitled: the guaranteed volume of free care applies. The Fund tells the "
                "person why, and can register the person on documents for one month (p. 21, 57)."
            ),
        ),
        (
            Status.NOT_REGISTERED,
            None,
            None,
            (
                "Not registered, nothing is known of this person: the guaranteed volume of free "
                "care applies. The Fund tells the person why, and can register the person on "
                "documents for one month (p. 21, 57)."
            ),
        ),
    ],
)
def test_an_answer_is_one_sentence(
    status: Status, kind: GroundKind | None, last_date: date | None, told: str
) -> None:
    """The right, its ground and its last day; or what applies without it."""
    assert answer_text(status, kind, last_date, Language.ENGLISH) == told


def all_answers() -> Iterator[tuple[str, Language]]:
    """Every sentence that a clinic can be told."""
    for language in Language:
        for kind in GroundKind:
            yield answer_text(Status.ENTITLED, kind, DAY, language), language
            yield answer_text(Status.ENTITLED, kind, None, language), language
        for status in (Status.NOT_ENTITLED, Status.NOT_REGISTERED):
            yield answer_text(status, None, None, language), language


def test_an_answer_names_no_category() -> None:
    """Neither a name nor a code of a category leaves for a clinic."""
    for told, language in all_answers():
        assert not [c for c in Category if category_text(c, language) in told]
        assert not [c for c in Category if re.search(rf"\b{c}\b", told)]


def test_an_answer_names_no_body_and_no_source() -> None:
    """Nor does the code of any system."""
    for told, _ in all_answers():
        assert not [system for system in System if re.search(rf"\b{system}\b", told)]


def test_an_answer_has_no_word_that_gives_a_person_away() -> None:
    """Convicts, staff of bodies and the like are not recognisable."""
    for told, _ in all_answers():
        assert not PRIVATE_WORDS.search(told)


def test_the_private_words_would_be_found() -> None:
    """The words that are looked for are those of the names of categories."""
    for category in (Category.CONVICT, Category.EXEMPT_STAFF, Category.UNEMPLOYED):
        for language in Language:
            assert PRIVATE_WORDS.search(category_text(category, language))


def test_a_provision_that_a_clinic_is_told_gives_nobody_away() -> None:
    """What a ground cites, and p. 3 where there is none, is silent about categories and bodies."""
    for provision in {code.provision for code in RANK} | {"p3"}:
        for language in Language:
            assert not PRIVATE_WORDS.search(provision_text(provision, language))


def test_exemption_and_state_payment_say_no_more() -> None:
    """A roster is an exemption, and a category is the State's payment."""
    assert ground_text(GroundKind.ROSTER, Language.ENGLISH) == "exempt from contributions"
    assert ground_text(GroundKind.CATEGORY, Language.ENGLISH) == "the State pays"


@pytest.mark.parametrize(
    ("error", "values", "told"),
    [
        (
            "NOT_ALLOWED",
            {"action": "approve what one asked for", "needs": "another supervisor of the Fund"},
            (
                "Not allowed: to approve what one has asked for. Who may do it: another "
                "supervisor of the Fund."
            ),
        ),
        (
            "NOT_ALLOWED",
            {"action": "PushRoster", "needs": "fund-operator, mis"},
            (
                "Not allowed: PushRoster. Who may do it: an operator of the Fund, a medical "
                "information system."
            ),
        ),
        (
            "NOT_FOUND",
            {"kind": "incident", "name": "INC-7"},
            "Not found: incident INC-7; check the name or the number.",
        ),
        (
            "NOT_FOUND",
            {"kind": "person", "name": ""},
            "Not found: person; check the name or the number.",
        ),
        (
            "WRONG_STATE",
            {"kind": "held batch", "name": "7", "state": "approved"},
            "Not possible in its state: held batch 7, which is approved; nothing was changed.",
        ),
        (
            "LIMIT_EXCEEDED",
            {"setting": "batch_records_max", "allowed": 1000, "value": 1001},
            (
                "A limit was exceeded: batch_records_max allows 1000, and 1001 came; send it in "
                "parts."
            ),
        ),
        (
            "REVISION_NOT_REACHED",
            {"token": "never told"},
            "The register has not reached the revision asked for; try again in a moment.",
        ),
    ],
)
def test_an_error_says_what_is_wrong_and_what_to_do(
    error: str, values: dict[str, object], told: str
) -> None:
    """Its words are told as people say them; what the sentence does not need is left out."""
    assert error_text(error, Language.ENGLISH, **values) == told


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("error", ERRORS)
def test_every_error_can_be_told(error: str, language: Language) -> None:
    """The values of its sentence are all that it needs."""
    values = dict.fromkeys(placeholders(ERRORS[error].en), "7")
    assert "{" not in error_text(error, language, **values)


def test_an_unknown_error_has_no_text() -> None:
    """A name that does not exist is a mistake of ours."""
    with pytest.raises(KeyError):
        error_text("NO_SUCH_ERROR", Language.ENGLISH)


def test_an_unreachable_register_is_never_a_refusal() -> None:
    """Unknown, p. 13, and not one word that says the person has no right."""
    told = {language: error_text("REGISTER_UNAVAILABLE", language) for language in Language}
    refusals = {language: NOT_ENTITLED.in_(language).partition(":")[0] for language in Language}
    unknown = {"kk": "белгісіз", "ru": "неизвестно", "en": "unknown"}
    for language in Language:
        assert unknown[language] in told[language]
        assert "13" in told[language]
        assert refusals[language].lower() not in told[language].lower()


def test_every_word_that_an_error_carries_is_known() -> None:
    """What the server says it did not find, or does not allow, has its word in every language."""
    assert set(spoken_words()) <= set(WORDS)


def spoken_words() -> Iterator[str]:
    """The words that the server gives to its errors, and the names of states and roles."""
    carriers = {"NotFound", "AlreadyExists", "WrongState", "NotAllowed", "must_be_supervisor"}
    for path in source_files(osms_matching):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _called(node) in carriers:
                yield from _constants(node)
    states = (*HeldState, *RejectionState, *RunState)
    yield from (state.name.lower() for state in states)
    yield from Role


def _called(call: ast.Call) -> str:
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _constants(call: ast.Call) -> Iterator[str]:
    values = (argument.value for argument in call.args if isinstance(argument, ast.Constant))
    return (value for value in values if isinstance(value, str) and value)
