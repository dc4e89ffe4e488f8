"""
What the State Corporation may send in an invented case: categories, treaties, payments, refunds.

Each act appends one event or a few to the script, most of them right, some of them wrong in one
place, some of them told before.
"""

from datetime import date, timedelta

from tests.oracle.days import first, last, month_of
from tests.oracle.reference import SOURCES, SOURCES_OF, TREATY
from tests.oracle.script import INVALID_IINS, PAYERS, Event, Payload, Script

_ASSIGNED = ("category_assigned", "treaty_listed")
_REMOVED = ("category_removed", "treaty_removed")


def assign(script: Script) -> None:
    """Begin an episode of one of the categories of the case."""
    category = script.chance.choice(script.categories)
    payload = _assignment(script, category) | {"category": category}
    script.tell("category_assigned", "SC", _spoiled_category(script, payload))


def list_by_treaty(script: Script) -> None:
    """List a person by treaty, now and then as category F01."""
    payload = _assignment(script, TREATY)
    if script.happens(20):
        script.tell("category_assigned", "SC", payload | {"category": TREATY})
    else:
        script.tell("treaty_listed", "SC", payload)


def remove(script: Script) -> None:
    """End a known episode, or end it anew: the second removal of one is a correction."""
    begun = script.accepted(*_ASSIGNED)
    if not begun:
        assign(script)
        return
    event = script.chance.choice(begun)
    payload = {**event["payload"], "seq": _next_number(script)}
    payload |= {"removed_on": _removed_on(script, payload["assigned_on"])}
    payload |= {"reason": "DEATH" if script.happens(6) else "ENDED"}
    kind = "category_removed" if "category" in payload else "treaty_removed"
    script.tell(kind, "SC", _spoiled_removal(script, payload))


def send_category_again(script: Script) -> None:
    """The same message, other content under its number, or its content under a new number."""
    event = _any_told(script, *_ASSIGNED, *_REMOVED)
    if event is None:
        return
    other = {"iin": script.person()} if script.happens(50) else {"assigned_on": f"{script.day()}"}
    change = script.chance.choice(({}, other, {"seq": _next_number(script)}))
    script.tell(event["type"], "SC", {**event["payload"], **change})


def pay(script: Script) -> None:
    """Pay some months in a row in one delivery, most often about as many as a window needs."""
    count = script.chance.choice((1, 1, 2, 11, 12, 12, 13))
    day = script.today if script.happens(70) else script.day()
    latest = month_of(day) + script.chance.choice((-4, -2, -1, -1, 0, 0, 1, 11))
    _pay_months(script, range(latest - count + 1, latest + 1))


def pay_for_years(script: Script) -> None:
    """Pay sixty months or one less, so that the run of p. 10 part 3 is near."""
    latest = month_of(script.today) - script.chance.choice((0, 1, 2, 4, 6))
    count = script.chance.choice((59, 60, 61))
    _pay_months(script, range(latest - count + 1, latest + 1))


def pay_a_gap(script: Script) -> None:
    """Pay one month next to a paid one."""
    event = _any_told(script, "payment")
    if event is None:
        return
    month = _period(event) + script.chance.choice((-12, -1, 0, 0, 1, 1, 2))
    payload = _line(script, event["payload"]["iin"], month, event["payload"]["payer_kind"])
    script.tell("payment", "SC", _spoiled_payment(script, payload))


def send_payment_again(script: Script) -> None:
    """Tell a line or a refund again, half of the time with other content."""
    event = _any_told(script, "payment", "refund")
    if event is None:
        return
    change = {"amount": "77.77"} if script.happens(50) else {}
    script.tell(event["type"], "SC", {**event["payload"], **change})


def refund(script: Script) -> None:
    """Give back a line, all of it or a part or too much, and perhaps pay it anew."""
    lines = script.accepted("payment")
    if not lines:
        pay(script)
        return
    line = script.chance.choice(lines)["payload"]
    payload = {field: line[field] for field in ("reference", "iin", "knp", "period")}
    payload |= {"refund_reference": f"B{len(script.events)}", "amount": _part(script, line)}
    payload |= {"refunded_on": _refunded_on(script, line["received_on"])}
    if script.happens(5):
        payload["reference"] = "nowhere"
    script.tell("refund", "SC", payload)
    if script.happens(50):
        _pay_again(script, line, payload["refunded_on"])


def _pay_again(script: Script, line: Payload, refunded_on: str) -> None:
    """Pay the month of a refunded line anew, on the day of the refund or the day after it."""
    day = date.fromisoformat(refunded_on) + timedelta(days=script.chance.choice((0, 0, 1)))
    payload = {**line, "reference": f"A{len(script.events)}", "received_on": f"{day}"}
    script.tell("payment", "SC", payload)


def _assignment(script: Script, category: str) -> Payload:
    return {
        "seq": _next_number(script),
        "iin": script.person(),
        "assigned_on": f"{script.day()}",
        "source": script.chance.choice(SOURCES_OF[category]),
    }


def _next_number(script: Script) -> int:
    return len(script.events) + 1


def _any_told(script: Script, *types: str) -> Event | None:
    told = script.events_of(*types)
    return script.chance.choice(told) if told else None


def _removed_on(script: Script, assigned_on: str) -> str:
    """Return a day that is seldom before the episode, and now and then voids it."""
    if script.happens(12):
        return assigned_on
    day = script.day()
    return f"{day}" if script.happens(10) else f"{max(day, date.fromisoformat(assigned_on))}"


def _spoiled_category(script: Script, payload: Payload) -> Payload:
    faults: tuple[Payload, ...] = (
        {"iin": script.chance.choice(INVALID_IINS)},
        {"source": script.chance.choice(SOURCES)},
        {"category": script.chance.choice(("M01", "X13", "R15"))},
        {"assigned_on": "1989-12-31"},
        {"assigned_on": f"{script.today + timedelta(days=400)}"},
    )
    return payload | script.chance.choice(faults) if script.happens(10) else payload


def _spoiled_removal(script: Script, payload: Payload) -> Payload:
    faults: tuple[Payload, ...] = (
        {"reason": ""},
        {"source": script.chance.choice(("", "NOBODY", *SOURCES))},
        {"assigned_on": f"{script.day()}"},
        {"iin": script.chance.choice(INVALID_IINS)},
    )
    return payload | script.chance.choice(faults) if script.happens(10) else payload


def _pay_months(script: Script, months: range) -> None:
    """Pay each month in its time, or all of them on one day; now and then leave one out."""
    person = script.person()
    kind = script.chance.choice(("INDEPENDENT", "INDEPENDENT", "EMPLOYER", None))
    skipped = script.chance.choice([*months]) if script.happens(15) else None
    at_once = {"received_on": f"{script.past_day()}"} if script.happens(40) else {}
    for month in months:
        if month != skipped:
            script.tell("payment", "SC", _line(script, person, month, kind) | at_once)


def _line(script: Script, iin: str, month: int, kind: str | None) -> Payload:
    return {
        "reference": f"A{len(script.events)}",
        "iin": iin,
        "surname": "Ахметов",
        "given_name": "Асан",
        "patronymic": None,
        "payer_id": script.chance.choice(PAYERS),
        "payer_name": "ЖШС «Дала»",
        "payer_kind": kind,
        "period": f"{first(month):%Y-%m}",
        "received_on": f"{_received_on(script, month)}",
        "amount": script.chance.choice(("4250.00", "0.01", "100.00")),
        "knp": script.chance.choice(("121", "122", "122", "122", "123", "911")[: _mix(script)]),
    }


def _mix(script: Script) -> int:
    """Return how many purpose codes are in play: those that do not count are rare."""
    return 6 if script.happens(5) else 4


def _received_on(script: Script, month: int) -> date:
    """Return the 25th of the month after, the edge of a month, or a day of the case."""
    due = first(month + 1).replace(day=25)
    day = script.chance.choice((due, due, first(month), last(month + 1), script.day()))
    return min(day, script.today + timedelta(days=300))


def _period(event: Event) -> int:
    return month_of(date.fromisoformat(event["payload"]["period"] + "-01"))


def _spoiled_payment(script: Script, payload: Payload) -> Payload:
    faults: tuple[Payload, ...] = (
        {"iin": script.chance.choice(INVALID_IINS)},
        {"payer_id": "150140000019"},
        {"payer_kind": "FAMILY"},
        {"period": script.chance.choice(("2017-06", "2099-01"))},
        {"amount": script.chance.choice(("0.00", "-1.00"))},
        {"received_on": f"{script.today + timedelta(days=400)}"},
    )
    return payload | script.chance.choice(faults) if script.happens(12) else payload


def _part(script: Script, line: Payload) -> str:
    """Return all of the line most often, or a part of it, or more than it was."""
    return str(script.chance.choice((line["amount"], line["amount"], "0.01", "50.00", "5000.00")))


def _refunded_on(script: Script, received_on: str) -> str:
    day = date.fromisoformat(received_on)
    if script.happens(10):
        return f"{day - timedelta(days=1)}"
    return f"{max(day, script.day())}" if script.happens(70) else f"{day}"
