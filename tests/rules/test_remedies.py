"""
What helps: both sides of every boundary, and that each remedy does what it promises.

Of invented lives each remedy is done: its facts are told, and the engine and the oracle are asked
again. OSMS_ORACLE_LIVES asks for more of them.
"""

from __future__ import annotations

import os
from datetime import date, timedelta
from typing import Final, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osms_common.domain.calendar import FOREVER, ONE_DAY, Month, almaty_day, month_of, month_text
from osms_common.domain.codes import Budget, Category, Document, GroundKind, PayerKind, System
from osms_common.domain.revision import Revision, instant_of, next_revision
from osms_server.domain.facts import (
    CategoryAssigned,
    DocumentRegistered,
    Fact,
    LapseLifted,
    Overlays,
    PersonFacts,
    RosterMark,
)
from osms_server.domain.timeline import Timeline, stretch_on
from osms_server.rules.engine import NO_OVERLAYS, decide
from osms_server.rules.grounds.self_payer import self_paid_runs
from osms_server.rules.parameters import LAW, Parameters
from osms_server.rules.reference import DOCUMENT_ROUTES, provisions_of
from osms_server.rules.remedies import remedies
from osms_server.rules.remedy import Action, Remedy
from osms_server.rules.standing import stand
from osms_server.rules.trial import trial_for
from tests.rules.factories import (
    OverlayFact,
    assigned,
    at,
    day,
    episode,
    failed,
    listed,
    months,
    overlay,
    paid,
    paid_again,
    paid_months,
    person,
    refunded,
    registered,
    removed,
    unlisted,
    unpaid,
)
from tests.rules.lives import Life, lives, unhurried
from tests.rules.retelling import ASAN, retold

LIVES: Final = int(os.environ.get("OSMS_ORACLE_LIVES", "60"))
OWN: Final = PayerKind.INDEPENDENT
WAIT, PAY, ON_OWN = Action.WAIT, Action.PAY_MONTHS, Action.PAY_AS_INDEPENDENT
REPORT, TREATY, ROSTER = (
    Action.REPORT_CATEGORY,
    Action.REPORT_TREATY_LISTING,
    Action.LIST_ON_ROSTER,
)
LIFT, REGISTER = Action.LIFT_BUDGET_LAPSE, Action.REGISTER_ON_DOCUMENTS

NOBODY: Final = person()
PAYING: Final = person(*paid_months("2025-07", "2026-06"))
PAID_BUT_JULY: Final = person(
    *paid_months("2025-07", "2026-06"), paid("2026-08"), paid("2026-09"), paid("2026-10")
)
SIXTY: Final = person(*paid_months("2021-07", "2026-06"))
WITH_A_STATE_MONTH: Final = person(
    *paid_months("2021-07", "2023-12"),
    *episode("R13", "2024-01-05", "2024-02-01"),
    *paid_months("2024-02", "2026-06"),
)
STUDENT: Final = person(*episode("R13", "2025-09-01", "2026-07-01", reason="GRADUATED"))
STATE_MONTHS: Final = person(
    *episode("R13", "2025-10-01", "2026-03-31"), *paid_months("2026-04", "2026-06")
)
PREPAID: Final = person(*paid_months("2026-01", "2026-12", "2026-03-10", kind=OWN))
STAFF: Final = person(
    listed("2026-03-02", known="2010-01-01"), unlisted("2026-03-16", known="2010-01-01")
)
OF_ENDED_BODY: Final = person(
    listed("2025-01-02", body=System.ACA), unlisted("2025-06-02", body=System.ACA)
)
PENSIONER: Final = person(assigned("R07", "2025-01-01"))
FOREIGNER: Final = person(*episode("F01", "2026-03-01", "2026-07-15", reason="LEFT"))
DEAD: Final = person(*episode("R07", "2026-01-01", "2026-03-10", reason="DEATH"))
UNPAID: Final = overlay(unpaid("2026-03"))


def helping(
    facts: PersonFacts,
    on: str,
    *,
    today: str | None = None,
    overlays: Overlays = NO_OVERLAYS,
    parameters: Parameters = LAW,
    known: Revision | None = None,
) -> tuple[Remedy, ...]:
    """What helps on a day, which is today unless said otherwise."""
    known = at(today or on) if known is None else known
    timeline = decide(facts, parameters, known=known, overlays=overlays)
    assert stretch_on(timeline, day(on)) is None
    trial = trial_for(
        facts, overlays, parameters, timeline, known=known, day=day(on), today=day(today or on)
    )
    return remedies(trial)


def shown(remedy: Remedy) -> str:
    """The months, if any, and the days: `2026-07: 2026-11-01..2027-01-31`."""
    if remedy.restored is None:
        return "nothing"
    first, end = remedy.restored
    last = "" if end == FOREVER else f"{end - ONE_DAY}"
    paid_for = ", ".join(map(month_text, remedy.months))
    return f"{paid_for}: {first}..{last}" if paid_for else f"{first}..{last}"


class Row(NamedTuple):
    """A life and a day without the right; what each of some actions gives, `-` for nothing."""

    facts: PersonFacts
    on: str
    expected: dict[Action, str]
    today: str | None = None
    overlays: Overlays = NO_OVERLAYS


def through_months(first: str, last: str) -> str:
    """Months as `shown` writes them."""
    return ", ".join(map(month_text, months(first, last)))


ROWS: Final[dict[str, Row]] = {
    # p. 10: the window, and the month that is missing.
    "the month after the last that was kept": Row(
        PAYING,
        "2026-10-01",
        {PAY: "2026-07: 2026-10-01..2026-10-31; 2026-07, 2026-08: 2026-10-01..2026-11-30"},
    ),
    "the last day that one month restores": Row(
        PAYING,
        "2026-10-31",
        {PAY: "2026-07: 2026-10-01..2026-10-31; 2026-07, 2026-08: 2026-10-01..2026-11-30"},
    ),
    "a day later it takes two": Row(
        PAYING,
        "2026-11-01",
        {
            PAY: "2026-07, 2026-08: 2026-11-01..2026-11-30; "
            "2026-07, 2026-08, 2026-09: 2026-11-01..2026-12-31"
        },
    ),
    "a month in the middle restores from the first of the month of the payment": Row(
        PAID_BUT_JULY, "2026-11-12", {PAY: "2026-07: 2026-11-01..2027-01-31"}
    ),
    "paid for March in April": Row(
        person(*paid_months("2025-01", "2025-12"), paid("2026-02")),
        "2026-04-12",
        {PAY: "2026-01: 2026-04-01..2026-05-31"},
    ),
    "a day that has passed is not restored, but from the month of today": Row(
        PAID_BUT_JULY,
        "2026-10-12",
        {PAY: "2026-07: 2026-11-01..2027-01-31"},
        today="2026-11-12",
    ),
    "a day ahead, paid on that day": Row(
        PAYING,
        "2026-11-12",
        {
            PAY: "2026-07, 2026-08: 2026-11-01..2026-11-30; "
            "2026-07, 2026-08, 2026-09: 2026-11-01..2026-12-31"
        },
        today="2026-07-16",
    ),
    "the State's months count": Row(
        STATE_MONTHS,
        "2026-10-01",
        {PAY: "2026-07, 2026-08, 2026-09: 2026-10-01..2026-12-31"},
    ),
    "the State's month cannot be the last": Row(
        person(*paid_months("2025-01", "2025-08"), *episode("R13", "2025-09-10", "2026-01-01")),
        "2026-05-01",
        {
            PAY: "2026-01, 2026-02: 2026-05-01..2026-05-31; "
            "2026-01, 2026-02, 2026-03: 2026-05-01..2026-06-30"
        },
    ),
    "months on a roster count, and the last is paid": Row(
        person(
            listed("2025-03-02", known="2010-01-01"), unlisted("2026-03-16", known="2010-01-01")
        ),
        "2026-03-16",
        {PAY: "2026-03: 2026-03-16..2026-06-30"},
    ),
    "months of a category whose budget is unpaid count, and the last is paid": Row(
        PENSIONER, "2026-06-01", {PAY: "2026-06: 2026-06-01..2026-09-30"}, overlays=UNPAID
    ),
    "a month that is paid only later is paid now": Row(
        person(*PAID_BUT_JULY.payments, paid("2026-07", "2026-12-20")),
        "2026-11-12",
        {PAY: "2026-07: 2026-11-01..2027-01-31", WAIT: "2026-12-01..2027-01-31"},
    ),
    "a payment that outweighs a refund to come gives days long gone as well": Row(
        person(*PAYING.payments, refunded("2026-06", "2026-12-20")),
        "2026-11-12",
        {
            PAY: "2026-06, 2026-07, 2026-08: 2026-11-01..2026-11-30; "
            "2026-06, 2026-07, 2026-08, 2026-09: 2026-11-01..2026-12-31"
        },
    ),
    "a refunded month is missing": Row(
        person(*paid_months("2025-07", "2026-06"), refunded("2026-06", "2026-07-26")),
        "2026-09-01",
        {PAY: "2026-06: 2026-09-01..2026-09-30; 2026-06, 2026-07: 2026-09-01..2026-10-31"},
    ),
    "sixty months are kept six": Row(
        SIXTY,
        "2027-01-01",
        {
            PAY: "2026-07: 2027-01-01..2027-01-31; "
            "2026-07, 2026-08, 2026-09, 2026-10, 2026-11: 2027-01-01..2027-05-31"
        },
    ),
    "sixty months and one day later": Row(
        SIXTY,
        "2027-02-01",
        {
            PAY: "2026-07, 2026-08: 2027-02-01..2027-02-28; "
            "2026-07, 2026-08, 2026-09, 2026-10, 2026-11, 2026-12: 2027-02-01..2027-06-30"
        },
    ),
    "the month that makes sixty takes less than the two after the last": Row(
        WITH_A_STATE_MONTH, "2026-11-01", {PAY: "2024-01: 2026-10-01..2026-12-31"}
    ),
    "while one month does it as well, the latest": Row(
        WITH_A_STATE_MONTH,
        "2026-10-31",
        {PAY: "2026-07: 2026-10-01..2026-10-31; 2026-07, 2026-08: 2026-10-01..2026-11-30"},
    ),
    "nothing is paid": Row(
        NOBODY,
        "2026-07-16",
        {
            PAY: f"{through_months('2025-08', '2026-07')}: 2026-07-01..2026-10-31",
            ON_OWN: f"{through_months('2026-07', '2027-06')}: 2026-07-16..2027-09-30",
            REPORT: "-",
            ROSTER: "-",
            TREATY: "-",
            REGISTER: "2026-07-16..2026-08-16",
        },
    ),
    "only a penalty was paid": Row(
        person(paid("2026-06", code=123)),
        "2026-07-16",
        {PAY: f"{through_months('2025-08', '2026-07')}: 2026-07-01..2026-10-31"},
    ),
    "months before the first that can be paid": Row(
        person(*paid_months("2017-07", "2017-12")), "2018-04-01", {PAY: "-"}
    ),
    "the first month that can be paid": Row(
        person(*paid_months("2017-08", "2018-06")),
        "2018-10-01",
        {PAY: "2018-07: 2018-10-01..2018-10-31; 2018-07, 2018-08: 2018-10-01..2018-11-30"},
    ),
    # p. 11: the run of an independent payer.
    "the month after a run that was kept": Row(
        PREPAID, "2027-04-01", {ON_OWN: "2027-01: 2027-04-01..2027-04-30"}
    ),
    "eleven months of a run, from the day of the payment": Row(
        person(*paid_months("2026-01", "2026-11", "2026-01-10", kind=OWN)),
        "2026-03-12",
        {ON_OWN: "2026-12: 2026-03-12..2027-03-31"},
    ),
    "a month of a run that is paid only later is paid now": Row(
        person(
            *paid_months("2026-01", "2026-11", "2026-01-10", kind=OWN),
            paid("2026-12", "2026-03-20", kind=OWN),
        ),
        "2026-03-12",
        {ON_OWN: "2026-12: 2026-03-12..2027-03-31", WAIT: "2026-03-20..2027-03-31"},
    ),
    "another payer's months are not his own": Row(
        person(*paid_months("2026-01", "2026-11", "2026-01-10")),
        "2026-03-12",
        {ON_OWN: f"{through_months('2026-03', '2027-02')}: 2026-03-12..2027-05-31"},
    ),
    # p. 9: a category that has ended.
    "a day after the retention": Row(STUDENT, "2026-10-01", {REPORT: "2026-10-01.."}),
    "a day that has passed, reported today": Row(
        STUDENT, "2026-10-01", {REPORT: "2026-12-05.."}, today="2026-12-05"
    ),
    "a category that was voided was never had": Row(
        person(*episode("R13", "2026-02-01", "2026-02-01")), "2026-07-01", {REPORT: "-"}
    ),
    "the same episode again would be a duplicate": Row(
        person(
            *episode("R13", "2025-01-01", "2025-02-01"),
            *episode("R13", "2026-07-01", "2026-07-01"),
        ),
        "2026-07-01",
        {REPORT: "-"},
    ),
    "a treaty listing": Row(FOREIGNER, "2026-07-15", {TREATY: "2026-07-15..", REPORT: "-"}),
    # p. 62-65: a roster.
    "left out of the roster": Row(STAFF, "2026-03-16", {ROSTER: "2026-03-16.."}),
    "left out of the roster, a month ago": Row(STAFF, "2026-04-16", {ROSTER: "2026-04-16.."}),
    # p. 21, 57: documents.
    "a month by documents": Row(NOBODY, "2026-03-10", {REGISTER: "2026-03-10..2026-04-10"}),
    "a short month by documents": Row(NOBODY, "2026-01-31", {REGISTER: "2026-01-31..2026-02-28"}),
    # p. 9 part 2: an unpaid budget.
    "the budget pays again": Row(
        PENSIONER, "2026-06-01", {LIFT: "2026-06-01..", REPORT: "-"}, overlays=UNPAID
    ),
    "the budget pays again, a day later": Row(
        PENSIONER, "2026-06-02", {LIFT: "2026-06-02.."}, overlays=UNPAID
    ),
    "another budget": Row(
        person(assigned("L01", "2025-01-01"), *episode("R13", "2020-01-01", "2021-01-01")),
        "2026-06-01",
        {LIFT: "2026-06-01..", REPORT: "-"},
        overlays=overlay(unpaid("2026-03"), unpaid("2026-03", lapse_id="n2", budget=Budget.LOCAL)),
    ),
    "no category for the budget to pay": Row(NOBODY, "2026-06-01", {LIFT: "-"}, overlays=UNPAID),
    "a lapse before and one that stands": Row(
        PENSIONER,
        "2026-06-01",
        {LIFT: "2026-06-01.."},
        overlays=overlay(
            unpaid("2025-01"), paid_again("2025-06-10"), unpaid("2026-03", lapse_id="n2")
        ),
    ),
    # What comes by itself.
    "the day before a category": Row(
        person(assigned("R01", "2026-08-01")), "2026-07-31", {WAIT: "2026-08-01.."}
    ),
    "a month that was paid in advance": Row(
        person(*paid_months("2025-09", "2026-08", "2026-06-01")),
        "2026-07-31",
        {WAIT: "2026-08-01..2026-11-30"},
    ),
    "the right has come since": Row(
        PAYING,
        "2026-05-31",
        {WAIT: "2026-07-01..2026-09-30", PAY: "-", REGISTER: "-"},
        today="2026-08-01",
    ),
    "the right has come since, and gone": Row(
        PAYING,
        "2026-05-31",
        {
            WAIT: "-",
            PAY: "2026-07: 2026-10-01..2026-10-31; 2026-07, 2026-08: 2026-10-01..2026-11-30",
        },
        today="2026-10-01",
    ),
    # A death.
    "dead": Row(DEAD, "2026-03-10", {Action.NONE: "nothing", WAIT: "-", PAY: "-", REGISTER: "-"}),
    "before the death, asked after it": Row(
        DEAD, "2025-12-31", {Action.NONE: "nothing", REGISTER: "-"}, today="2026-03-10"
    ),
    "a death to come ends what would be gained": Row(
        person(*episode("R07", "2026-07-10", "2026-07-20", reason="DEATH")),
        "2026-07-09",
        {Action.NONE: "-", WAIT: "2026-07-10..2026-07-19", REGISTER: "2026-07-09..2026-07-19"},
    ),
    # Days far ahead.
    "the last day that can be reported": Row(
        NOBODY, "2027-07-16", {REGISTER: "2027-07-16..2027-08-16"}, today="2026-07-16"
    ),
    "a day beyond what can be reported": Row(
        NOBODY, "2027-07-17", {REGISTER: "2027-07-16..2027-08-16"}, today="2026-07-16"
    ),
}


@pytest.mark.parametrize(
    ("row", "action", "expected"),
    [
        pytest.param(row, action, expected, id=f"{name}: {action}")
        for name, row in ROWS.items()
        for action, expected in row.expected.items()
    ],
)
def test_a_remedy_restores_the_right(row: Row, action: Action, expected: str) -> None:
    """The months that it takes, and the days that it gives."""
    found = helping(row.facts, row.on, today=row.today, overlays=row.overlays)
    ways = [shown(remedy) for remedy in found if remedy.action is action]
    assert ("; ".join(ways) or "-") == expected


def actions(found: tuple[Remedy, ...]) -> list[Action]:
    """What would have to be done, in order."""
    return [remedy.action for remedy in found]


@pytest.mark.parametrize(
    ("facts", "on", "expected"),
    [
        pytest.param(NOBODY, "2026-07-16", [REGISTER, PAY, ON_OWN], id="nothing is known"),
        pytest.param(STUDENT, "2026-10-01", [REPORT, REGISTER, PAY, ON_OWN], id="a graduate"),
        pytest.param(PAYING, "2026-10-01", [PAY, PAY, REGISTER, ON_OWN], id="an employee"),
        pytest.param(
            person(*paid_months("2026-01", "2026-06")),
            "2026-07-16",
            [PAY, REGISTER, ON_OWN],
            id="half a window is begun",
        ),
        pytest.param(
            person(
                *paid_months("2025-07", "2026-06"), *episode("R13", "2020-09-01", "2021-07-01")
            ),
            "2026-10-01",
            [PAY, PAY, REPORT, REGISTER, ON_OWN],
            id="paid lately, studied long ago",
        ),
        pytest.param(
            person(
                *paid_months("2020-07", "2021-06"), *episode("R13", "2025-09-01", "2026-07-01")
            ),
            "2026-10-01",
            [REPORT, REGISTER, PAY, ON_OWN],
            id="studied lately, paid long ago",
        ),
        pytest.param(
            person(assigned("R07", "2026-08-01"), *episode("R13", "2025-01-01", "2026-01-01")),
            "2026-07-16",
            [WAIT, REPORT, REGISTER, PAY, ON_OWN],
            id="a pension to come",
        ),
    ],
)
def test_the_nearest_comes_first(facts: PersonFacts, on: str, expected: list[Action]) -> None:
    """What comes by itself, what the person had, the latest first, what is begun, the rest."""
    assert actions(helping(facts, on)) == expected


class Given(NamedTuple):
    """The days that a remedy gives, and the ground and its provisions on the day it is done."""

    days: str
    kind: GroundKind | None
    provisions: tuple[str, ...]


@pytest.mark.parametrize(
    ("facts", "on", "action", "expected"),
    [
        pytest.param(
            person(
                *paid_months("2025-01", "2025-12"),
                *episode("R01", "2025-06-01", "2026-01-09"),
            ),
            "2026-07-16",
            PAY,
            [
                Given(
                    f"{through_months('2026-02', '2026-04')}: 2026-07-01..2026-07-31",
                    GroundKind.RETENTION,
                    ("p10.2",),
                ),
                Given(
                    f"{through_months('2026-02', '2026-05')}: 2026-07-01..2026-08-31",
                    GroundKind.PAYER,
                    ("p10.1",),
                ),
            ],
            id="the fewest months give the rest of a retention",
        ),
        pytest.param(
            WITH_A_STATE_MONTH,
            "2026-11-01",
            PAY,
            [Given("2024-01: 2026-10-01..2026-12-31", GroundKind.RETENTION, ("p10.3",))],
            id="the month that makes sixty",
        ),
        pytest.param(
            NOBODY,
            "2026-07-16",
            PAY,
            [
                Given(
                    f"{through_months('2025-08', '2026-07')}: 2026-07-01..2026-10-31",
                    GroundKind.PAYER,
                    ("p10.1",),
                )
            ],
            id="nothing is paid",
        ),
        pytest.param(
            PREPAID,
            "2027-04-01",
            ON_OWN,
            [Given("2027-01: 2027-04-01..2027-04-30", GroundKind.RETENTION, ("p10.2",))],
            id="a run that is over is kept",
        ),
        pytest.param(
            person(*paid_months("2026-01", "2026-11", "2026-01-10", kind=OWN)),
            "2026-03-12",
            ON_OWN,
            [Given("2026-12: 2026-03-12..2027-03-31", GroundKind.SELF_PAYER, ("p11",))],
            id="a run that lasts",
        ),
    ],
)
def test_a_remedy_tells_the_ground_that_is_had(
    facts: PersonFacts, on: str, action: Action, expected: list[Given]
) -> None:
    """That of the day on which it is done, as it would be answered: kept months are no payer's."""
    found = [remedy for remedy in helping(facts, on) if remedy.action is action]
    assert [Given(shown(each), each.kind, each.provisions) for each in found] == expected


def only(found: tuple[Remedy, ...], action: Action) -> Remedy:
    """The remedy of an action."""
    (remedy,) = (remedy for remedy in found if remedy.action is action)
    return remedy


def test_a_category_tells_when_and_why_it_ended() -> None:
    """Its last day, the reason of its removal, and who would report it."""
    remedy = only(helping(STUDENT, "2026-10-01"), REPORT)
    assert (remedy.category, remedy.kind) == (Category.STUDENT, GroundKind.CATEGORY)
    assert (remedy.last_day, remedy.reason) == (day("2026-06-30"), "GRADUATED")
    assert remedy.systems == (System.MOE, System.MOSHE)


def test_of_several_removals_the_reason_is_of_the_one_that_stands() -> None:
    """The one that arrived last."""
    first = removed("R13", "2025-09-01", "2026-06-01", reason="EXPELLED", known="2026-06-01")
    last = removed("R13", "2025-09-01", "2026-07-01", reason="GRADUATED", known="2026-07-02")
    facts = person(assigned("R13", "2025-09-01"), first, last)
    assert only(helping(facts, "2026-12-01"), REPORT).reason == "GRADUATED"


def test_a_roster_tells_who_would_have_to_list() -> None:
    """The body; once it has ended, the one that speaks for its people."""
    assert only(helping(STAFF, "2026-03-16"), ROSTER).systems == (System.DEFENCE,)
    assert only(helping(OF_ENDED_BODY, "2025-06-29"), ROSTER).systems == (System.ACA,)
    assert only(helping(OF_ENDED_BODY, "2025-06-30"), ROSTER).systems == (System.NSC,)


def routes(
    facts: PersonFacts, on: str, *, overlays: Overlays = NO_OVERLAYS, parameters: Parameters = LAW
) -> list[Category]:
    """The categories in which a person could be registered on documents."""
    found = helping(facts, on, overlays=overlays, parameters=parameters)
    return [route.category for route in only(found, REGISTER).routes]


def test_documents_are_those_of_the_category() -> None:
    """The category that ended lately first, with its documents and its paragraph."""
    first, *others = only(helping(STUDENT, "2026-10-01"), REGISTER).routes
    assert (first.category, first.provision) == (Category.STUDENT, "p21.11")
    assert first.groups == ((Document.STUDY_CERTIFICATE,),)
    assert not first.is_repeat
    assert len(others) == len(DOCUMENT_ROUTES) - 2  # the student's own, and the crisis


@pytest.mark.parametrize("category", ["R08", "R09a", "R09b", "L02", "F01"])
def test_some_categories_have_no_documents(category: str) -> None:
    """There is no such route for them; the others stay open, and none of them comes first."""
    facts = person(*episode(category, "2025-01-01", "2025-02-01"))
    assert Category(category) not in routes(facts, "2026-07-16")
    assert only(helping(facts, "2026-07-16"), REGISTER).last_day is None


def test_no_documents_for_a_category_that_holds() -> None:
    """Its episode holds, though its budget pays nothing and it gives no right."""
    assert Category.PENSIONER not in routes(PENSIONER, "2026-06-01", overlays=UNPAID)
    assert Category.DISABILITY in routes(PENSIONER, "2026-06-01", overlays=UNPAID)


def test_documents_in_a_crisis_only_while_its_window_is_open() -> None:
    """On its first and last day, and not beside them."""
    window = LAW.overridden("crisis_window", "2026-07-01/2026-07-31")
    for on, is_open in (
        ("2026-06-30", False),
        ("2026-07-01", True),
        ("2026-07-31", True),
        ("2026-08-01", False),
    ):
        assert (Category.CRISIS_RELEASE in routes(NOBODY, on, parameters=window)) is is_open


def test_a_second_registration_is_told_apart() -> None:
    """A supervisor must state why again."""
    facts = person(registered("R12", "2026-03-10"))
    again = {
        r.category for r in only(helping(facts, "2026-04-11"), REGISTER).routes if r.is_repeat
    }
    assert again == {Category.DISABILITY}


def test_a_day_for_ever_ahead_has_remedies_of_the_last_that_can_be_reported() -> None:
    """No calendar ends, however far the day."""
    found = helping(NOBODY, "9999-12-31", today="2026-07-16")
    assert {remedy.done_on for remedy in found} == {day("2027-07-16")}


# That they do what they promise.


class Done(NamedTuple):
    """A life after a remedy was done, and the revision at which that became known."""

    life: Life
    known: Revision

    @property
    def timeline(self) -> Timeline:
        """The timeline as known then."""
        return decide(self.life.person, LAW, known=self.known, overlays=self.life.overlays)


def done(remedy: Remedy, life: Life) -> Done:
    """The remedy is done on its day, by facts as a sender would tell them."""
    known = next_revision(life.last_revision, instant_of(at(f"{remedy.done_on}")))
    told = _told(remedy, life, known)
    facts = (fact for fact in told if isinstance(fact, Fact))
    overlay_facts = (fact for fact in told if isinstance(fact, OverlayFact))
    return Done(Life((*life.facts, *facts), (*life.overlay_facts, *overlay_facts)), known)


def _told(remedy: Remedy, life: Life, known: Revision) -> list[Fact | OverlayFact]:
    on = remedy.done_on
    match remedy.action:
        case Action.PAY_MONTHS | Action.PAY_AS_INDEPENDENT:
            kind = OWN if remedy.action is Action.PAY_AS_INDEPENDENT else PayerKind.EMPLOYER
            return [_payment(month, on, kind, known) for month in remedy.months]
        case Action.REPORT_CATEGORY | Action.REPORT_TREATY_LISTING:
            assert remedy.category
            return [
                CategoryAssigned(remedy.category, on, system, known)
                for system in remedy.systems[:1]
            ]
        case Action.LIST_ON_ROSTER:
            (body,) = remedy.systems
            return [RosterMark(body, known, 0, True, known)]
        case Action.REGISTER_ON_DOCUMENTS:
            return [DocumentRegistered("new", remedy.routes[-1].category, on, known)]
        case Action.LIFT_BUDGET_LAPSE:
            return _lifted(remedy, life, known)
        case Action.WAIT | Action.NONE:
            return []


def _payment(month: Month, on: date, kind: PayerKind, known: Revision) -> Fact:
    return paid(month, on, kind=kind, reference="new")._replace(known=known)


def _lifted(remedy: Remedy, life: Life, known: Revision) -> list[Fact | OverlayFact]:
    ended = {fact.lapse_id for fact in life.overlays.lifted}
    (standing,) = (
        f for f in life.overlays.recorded if f.lapse_id not in ended and f.budget == remedy.budget
    )
    return [LapseLifted(standing.lapse_id, known)]


def entitled(timeline: Timeline, on: date) -> bool:
    """Whether a day has a ground."""
    return stretch_on(timeline, on) is not None


def keeps_its_promise(remedy: Remedy, life: Life, before: Timeline) -> None:
    """Asserts that the right is had on the days told, which begin and end as told."""
    assert remedy.restored is not None
    first, end = remedy.restored
    after = done(remedy, life).timeline
    at_first = stretch_on(after, first)
    assert at_first is not None
    days = at_first.end
    while days < end and (stretch := stretch_on(after, days)):
        days = stretch.end
    assert days == end
    assert end == FOREVER or not entitled(after, end)
    tells_its_ground(remedy, after)
    if remedy.action is Action.WAIT:
        assert not entitled(before, first - ONE_DAY)
        return
    assert first <= remedy.done_on < end
    assert not entitled(before, first)
    assert not entitled(before, remedy.done_on)
    earlier = first - ONE_DAY
    assert entitled(before, earlier) or not entitled(after, earlier)


def tells_its_ground(remedy: Remedy, after: Timeline) -> None:
    """Asserts that the ground is the one that is answered on the day on which it is done."""
    assert remedy.restored is not None
    given = stretch_on(after, max(remedy.done_on, remedy.restored[0]))
    assert given is not None
    code = given.grounds[0]
    assert remedy.kind is code.kind
    if remedy.action not in (LIFT, REGISTER):  # they rest on what the Fund does
        assert remedy.provisions == provisions_of(code)


def needs_every_month(remedy: Remedy, life: Life) -> None:
    """
    Asserts that without any one of its months its ground does not give the right.

    What an independent payer pays counts under p. 10 as well, where fewer months may do.
    """
    for month in remedy.months:
        fewer = remedy._replace(months=tuple(each for each in remedy.months if each != month))
        after = done(fewer, life)
        if remedy.action is PAY:
            assert not entitled(after.timeline, remedy.done_on), month_text(month)
        else:
            runs = self_paid_runs(stand(after.life.person.known_at(after.known), LAW), LAW)
            days = [days for run in runs for days in (run.right, run.kept)]
            assert not any(start <= remedy.done_on < end for start, end in days), month_text(month)


def no_single_month_does_it(remedy: Remedy, life: Life) -> None:
    """Asserts that where more than one month is told no other one alone would do."""
    if len(remedy.months) > 1:
        now = month_of(remedy.done_on)
        for back in range(-2, 62):
            alone = remedy._replace(months=(Month(now - back),))
            assert not entitled(done(alone, life).timeline, remedy.done_on), back


DAYS_AHEAD: Final = st.integers(-40, 200)
DAYS_WAITED: Final = st.sampled_from((0, 1, 20, 45, 100))


def asked(life: Life, ahead: int, waited: int = 0) -> tuple[Timeline, tuple[Remedy, ...]] | None:
    """The timeline of a life and what helps on a day; None where the person has the right."""
    known = life.last_revision
    today = almaty_day(instant_of(known)) if life.revisions else date(2026, 7, 16)
    today += timedelta(days=waited)
    on = today + timedelta(days=ahead)
    before = decide(life.person, LAW, known=known, overlays=life.overlays)
    if entitled(before, on):
        return None
    found = remedies(
        trial_for(life.person, life.overlays, LAW, before, known=known, day=on, today=today)
    )
    died_on = stand(life.person.known_at(known), LAW).died_on
    assert ([r.action for r in found] == [Action.NONE]) is (max(on, today) >= died_on)
    assert found
    return before, found


@unhurried(LIVES)
@given(lives(), DAYS_AHEAD, DAYS_WAITED)
def test_every_remedy_does_what_it_promises(life: Life, ahead: int, waited: int) -> None:
    """Once it is done, the engine gives the right on just the days told, and for no less."""
    before, found = asked(life, ahead, waited) or ((), ())
    for remedy in found:
        if remedy.action is not Action.NONE:
            keeps_its_promise(remedy, life, before)
    fewest = {remedy.action: remedy for remedy in reversed(found)}
    for remedy in fewest.values():
        needs_every_month(remedy, life)
    if PAY in fewest:
        no_single_month_does_it(fewest[PAY], life)
    for longer in (remedy for remedy in found if remedy is not fewest[remedy.action]):
        assert longer.action is PAY
        assert longer.restored is not None
        shorter = fewest[PAY].restored
        assert shorter is not None
        assert longer.restored[1] > shorter[1]
        assert len(longer.months) >= len(fewest[PAY].months)


@unhurried(LIVES)
@given(lives(late=False, withdrawals=False), DAYS_AHEAD)
def test_the_oracle_agrees_with_every_remedy(life: Life, ahead: int) -> None:
    """It accepts what a remedy tells, and then gives the right on the same days."""
    _, life = retold(life)
    _, found = asked(life, ahead) or ((), ())
    for remedy in found:
        if remedy.restored is not None:
            after = done(remedy, life)
            world, accepted = retold(after.life)
            assert accepted == after.life
            now, (first, end) = instant_of(after.known), remedy.restored
            last = first + 400 * ONE_DAY if end == FOREVER else end - ONE_DAY
            days = {first, last} if remedy.action is WAIT else {first, last, remedy.done_on}
            assert all(world.kinds(ASAN, on, now) for on in days), remedy
            assert end == FOREVER or not world.kinds(ASAN, end, now), remedy


def test_a_failure_may_keep_what_is_gained() -> None:
    """A right that reaches back to the day of a failure is kept for as long as it lasts."""
    overlays = overlay(failed("2026-11-05", System.STATE_CORPORATION))
    found = helping(PAID_BUT_JULY, "2026-11-12", overlays=overlays)
    assert shown(only(found, PAY)) == "2026-07: 2026-11-01.."
