"""
Invented cases: a seed becomes a life told as events, with the oracle's answers beside them.

`random_case` returns a case in the form in which scenarios are written, ready to be run against
the product. Each is about one theme, so that the few kinds of facts in it meet often.
`removal_guard_case` is the large one: a feed that would remove most of a category.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, TypeAlias

from tests.oracle import acts_corporation as corporation
from tests.oracle import acts_fund as fund
from tests.oracle.days import ONE_DAY, day_of, start_of
from tests.oracle.script import INVALID_IINS, Script, invented_people
from tests.oracle.world import Answer

Case: TypeAlias = dict[str, Any]
Act: TypeAlias = Callable[[Script], None]
Question: TypeAlias = tuple[str, date, datetime]

_WHY = "an invented case; the expectations are the oracle's"

_CATEGORIES: dict[Act, int] = {
    corporation.assign: 16,
    corporation.remove: 16,
    corporation.send_category_again: 4,
    corporation.list_by_treaty: 4,
}
_PAYMENTS: dict[Act, int] = {
    corporation.pay: 8,
    corporation.pay_a_gap: 8,
    corporation.send_payment_again: 2,
    corporation.refund: 8,
}
_ROSTERS: dict[Act, int] = {fund.send_snapshot: 14, fund.change_roster: 10, fund.decide: 4}
_DOCUMENTS: dict[Act, int] = {fund.register_documents: 12, fund.revoke_documents: 4}
_FAILURES: dict[Act, int] = {
    fund.open_incident: 4,
    fund.fail_before_a_loss: 10,
    fund.close_incident: 7,
    fund.decide: 4,
}
_TREATIES: dict[Act, int] = {corporation.list_by_treaty: 8, corporation.remove: 10}
_LAPSES: dict[Act, int] = {fund.open_lapse: 6, fund.lift_lapse: 5, fund.decide: 4}

_THEMES: tuple[Mapping[Act, int], ...] = (
    _CATEGORIES | _PAYMENTS | _ROSTERS | _DOCUMENTS | _FAILURES | _LAPSES,
    _CATEGORIES,
    _CATEGORIES | _DOCUMENTS,
    _TREATIES,
    _TREATIES | _FAILURES,
    _TREATIES | _ROSTERS | _DOCUMENTS | _FAILURES,
    _CATEGORIES | _FAILURES,
    _CATEGORIES | _LAPSES,
    _CATEGORIES | _PAYMENTS,
    _PAYMENTS,
    _PAYMENTS | _FAILURES,
    _ROSTERS,
    _ROSTERS | _FAILURES,
    _ROSTERS | _PAYMENTS,
    _DOCUMENTS | _FAILURES,
    _CATEGORIES | _ROSTERS | _FAILURES | _LAPSES,
)

_FEEDS = ("CATEGORY_DAILY", "CATEGORY_MONTHLY", "PAYMENT", "ROSTER")


def random_case(seed: int, *, size: int = 30) -> Case:
    """Return the case of *seed*: about *size* events, and twice as many questions."""
    parameters = {"crisis_window": ["2026-03-01", "2026-06-30"]} if seed % 3 == 0 else {}
    script = Script(seed, parameters)
    if script.happens(6):
        corporation.pay_for_years(script)
    theme = _theme(script)
    until = len(script.events) + size
    while len(script.events) < until:
        script.let_time_pass()
        _next_act(script, theme)(script)
    return _case(f"invented case {seed}", script, parameters, _questions(script, 2 * size))


def removal_guard_case(*, holders: int = 1100, removals: int = 1010) -> Case:
    """Return a case in which a feed removes more of a category than the guard lets pass."""
    script = Script(0, {})
    people = invented_people(holders)
    script.now = _noon(date(2026, 3, 2))
    for number, iin in enumerate(people):
        script.tell("category_assigned", "SC", _pensioner(number, iin))
    script.now = _noon(date(2026, 3, 10))
    for number, iin in enumerate(people[:removals], start=holders):
        removal = {"removed_on": "2026-03-10", "reason": "ENDED"}
        script.tell("category_removed", "SC", _pensioner(number, iin) | removal)
    script.now = _noon(date(2026, 3, 12))
    decision = {"item": script.waiting[0], "decision": "APPROVE", "supervisor": "supervisor1"}
    script.tell("approval_decided", "FUND", decision)
    near = [people[number] for number in (0, 999, 1000, 1001, removals - 1, holders - 1)]
    days = (date(2026, 3, 10), date(2026, 3, 12), date(2026, 3, 13), date(2026, 7, 1))
    questions = [(iin, day, script.now) for iin in near for day in days]
    return _case("a removal guard", script, {}, questions)


def _case(
    name: str, script: Script, parameters: Mapping[str, Any], questions: list[Question]
) -> Case:
    return {
        "name": name,
        "provisions": ["d2", "d4"],
        "why": _WHY,
        "parameters": dict(parameters),
        "events": script.events,
        "queries": [_query(script, question) for question in questions],
        "feed_queries": [_feed_query(script) for _ in range(4)],
    }


def _theme(script: Script) -> Mapping[Act, int]:
    """Return what the case is about; where a body ends it is about rosters."""
    themes = [theme for theme in _THEMES if fund.send_snapshot in theme]
    return script.chance.choice(themes if "ACA" in script.bodies else _THEMES)


def _next_act(script: Script, theme: Mapping[Act, int]) -> Act:
    """Choose an act by its weight in the theme; what waits should not wait for ever."""
    if script.waiting and script.happens(20):
        return fund.decide
    return script.chance.choices(list(theme), list(theme.values()))[0]


def _questions(script: Script, count: int) -> list[Question]:
    """Return questions about days on which something changes, at instants around the events."""
    instants = script.instants()
    moments = (instants[-1], instants[-1], script.chance.choice(instants))
    edges = {
        iin: [d for now in moments for d in _edges(script, iin, now)] for iin in script.people
    }
    questions = [_question(script, edges, instants) for _ in range(count)]
    strangers = (script.crowd[0], "990101300010", script.chance.choice(INVALID_IINS))
    return [*questions, *((iin, script.today, instants[-1]) for iin in strangers)]


def _question(
    script: Script, edges: Mapping[str, list[date]], instants: list[datetime]
) -> Question:
    """Ask about an edge of the right, or about a day within which something became known."""
    iin, now = script.person(), script.chance.choice(instants)
    if script.happens(60):
        return iin, script.chance.choice(edges[iin]), now
    told = day_of(script.chance.choice(instants))
    later = [instant for instant in instants if day_of(instant) >= told]
    return iin, told + script.chance.choice((-1, 0, 0, 1)) * ONE_DAY, script.chance.choice(later)


def _edges(script: Script, iin: str, now: datetime) -> list[date]:
    """Return the days, as known at *now*, on which the answer differs from the day before."""
    day, end = script.today - timedelta(days=420), script.today + timedelta(days=420)
    edges, before = [script.today], script.world.kinds(iin, day, now)
    while day < end:
        day += ONE_DAY
        kinds = script.world.kinds(iin, day, now)
        if kinds != before:
            edges += [day - ONE_DAY, day]
        before = kinds
    return edges


def _query(script: Script, question: Question) -> dict[str, Any]:
    iin, on, now = question
    answer = script.world.ask(iin, on, now)
    asked = {"iin": iin, "on": f"{on}", "now": script.written(now)}
    return asked | {"expect": expected_answer(answer)}


def expected_answer(answer: Answer) -> dict[str, Any]:
    """Return *answer* in the form of a case."""
    if answer.error is not None:
        return {"error": answer.error}
    expect = {
        "entitled": answer.entitled,
        "status": answer.status,
        "primary": answer.primary,
        "through": None if answer.through is None else f"{answer.through}",
        "grounds": list(answer.grounds),
        "financing": answer.financing,
    }
    return expect | ({"category": answer.category} if answer.primary == "CATEGORY" else {})


def _feed_query(script: Script) -> dict[str, Any]:
    feed = script.chance.choice(_FEEDS)
    sender = script.chance.choice(script.bodies) if feed == "ROSTER" else "SC"
    moment = script.chance.choice(script.instants())
    at = moment + script.chance.choice((0, 1, 2, 14, 15)) * ONE_DAY
    late = script.world.feed_late(feed, sender, at)
    asked = {"feed": feed, "sender": sender, "at": script.written(at)}
    return asked | {"expect": {"late": late}}


def _pensioner(number: int, iin: str) -> dict[str, Any]:
    payload = {"seq": number + 1, "iin": iin, "category": "R07", "assigned_on": "2026-01-01"}
    return payload | {"source": "MLSPP"}


def _noon(day: date) -> datetime:
    return start_of(day) + timedelta(hours=12)
