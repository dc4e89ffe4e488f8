"""
What bodies send and the Fund's people record in an invented case.

As with the State Corporation, most of it is right, some of it wrong in one place.
"""

from datetime import date, timedelta

from tests.oracle.acts_corporation import remove
from tests.oracle.days import first, month_of
from tests.oracle.reference import (
    CRISIS,
    DOCUMENT_GROUPS,
    FUND,
    STATE_CORPORATION,
    SUPERVISORS,
    document_sets,
)
from tests.oracle.script import INVALID_IINS, Payload, Script

_BAD_SUPERVISORS = ("operator1", "nobody")


def send_snapshot(script: Script) -> None:
    """Send a list with or without the crowd: one that leaves the crowd out is held."""
    people = [iin for iin in script.people if script.happens(65)]
    crowd = script.crowd if script.happens(60) else script.crowd[: script.chance.choice((0, 3, 9))]
    if script.happens(15):
        people, crowd = script.people, script.crowd[: -script.chance.choice((20, 21))]
    lines = [_roster_line(script, iin) for iin in [*people, *crowd]]
    if script.happens(15):
        lines.append({"iin": script.chance.choice(INVALID_IINS)})
    body = script.chance.choice(script.bodies)
    script.tell("roster_snapshot", body, {"body": body, "lines": lines})


def change_roster(script: Script) -> None:
    """Let a person join or leave, in a list that need not name them."""
    body = script.chance.choice(script.bodies)
    op = script.chance.choice(("ADD", "REMOVE"))
    changed_on = script.today - timedelta(days=script.chance.choice((0, 1, 6, 7, 8, 30)))
    payload: Payload = {"body": body, "op": op, "iin": script.person()}
    payload["changed_on"] = f"{changed_on}"
    if script.happens(5):
        payload["reservist"] = True
    sender = "FINANCE" if script.happens(4) else body
    script.tell("roster_change", sender, payload)


def register_documents(script: Script) -> None:
    """Register a person with a full set of documents, or with one too few."""
    iin, category = _applicant(script)
    documents = list(script.chance.choice(document_sets(category)))
    if script.happens(8):
        documents.pop()
    payload: Payload = {"iin": iin, "category": category, "documents": documents}
    payload |= {"applied_on": f"{_applied_on(script)}", "operator": "operator1"}
    if script.happens(50):
        payload |= {"reason": "the first month has passed", "supervisor": _supervisor(script)}
    if script.happens(4):
        payload["category"] = script.chance.choice(("R08", "R09a", "L02", "F01", "M01"))
    script.tell("document_registered", FUND, payload)


def revoke_documents(script: Script) -> None:
    """Revoke a registration, be it accepted, rejected or revoked already."""
    told = script.events_of("document_registered")
    if not told:
        register_documents(script)
        return
    payload = {"registration": script.chance.choice(told)["id"], "reason": "forged"}
    script.tell("document_revoked", FUND, payload | {"supervisor": _supervisor(script)})


def open_incident(script: Script) -> None:
    """Let systems fail since a day gone by, seldom since one to come."""
    payload: Payload = {"incident": f"i{len(script.events)}", "systems": _systems(script)}
    started_on = script.day() if script.happens(10) else script.past_day()
    payload |= {"started_on": f"{started_on}", "supervisor": _supervisor(script)}
    script.tell("incident_opened", FUND, payload)


def fail_before_a_loss(script: Script) -> None:
    """Let some system fail on the last day of a right, or just before; or see to a loss first."""
    lost_on = script.lost_on()
    if lost_on is None:
        script.chance.choice((remove, remove, change_roster, open_incident))(script)
        return
    started_on = lost_on - timedelta(days=script.chance.choice((0, 0, 1, 3)))
    likely = [FUND] if script.happens(40) else [STATE_CORPORATION, *script.bodies]
    systems = sorted({*_systems(script), *likely})
    payload: Payload = {"incident": f"i{len(script.events)}", "systems": systems}
    payload |= {"started_on": f"{started_on}", "supervisor": _supervisor(script)}
    script.tell("incident_opened", FUND, payload)


def close_incident(script: Script) -> None:
    """Close an incident that may wait, be closed or never have been, on a day gone by."""
    opened = _incident_to_close(script)
    if opened is None:
        open_incident(script)
        return
    ended_on = max(script.past_day(), date.fromisoformat(opened["started_on"]))
    if script.happens(8):
        ended_on = script.day()
    payload = {"incident": opened["incident"], "ended_on": f"{ended_on}"}
    script.tell("incident_closed", FUND, payload | {"supervisor": _supervisor(script)})


def _incident_to_close(script: Script) -> Payload | None:
    """Return an incident, most often one that is not closed yet."""
    told = [event["payload"] for event in script.events_of("incident_opened")]
    closed = [event["payload"]["incident"] for event in script.accepted("incident_closed")]
    open_still = [payload for payload in told if payload["incident"] not in closed]
    choice = open_still if open_still and script.happens(80) else told
    return script.chance.choice(choice) if choice else None


def open_lapse(script: Script) -> None:
    """Record that a budget has paid nothing since a month near by."""
    month = month_of(script.past_day()) + script.chance.choice((-2, -1, 0, 0, 0))
    script.tell("budget_lapse_opened", FUND, _lapse(script, month))


def lift_lapse(script: Script) -> None:
    """Lift a lapse under the budget and month of one that was asked for."""
    told = script.events_of("budget_lapse_opened")
    if not told:
        open_lapse(script)
        return
    payload = {**script.chance.choice(told)["payload"], "supervisor": _supervisor(script)}
    script.tell("budget_lapse_lifted", FUND, payload)


def decide(script: Script) -> None:
    """Approve what waits, or decline it, or decide what does not wait any more."""
    if not script.waiting:
        return
    item = script.chance.choice(script.waiting)
    decision = script.chance.choice(("APPROVE", "APPROVE", "APPROVE", "DECLINE"))
    payload = {"item": item, "decision": decision, "supervisor": _supervisor(script)}
    outcome = script.tell("approval_decided", FUND, payload)
    if outcome.outcome == "ACCEPTED" and script.happens(80):
        script.waiting.remove(item)


def _roster_line(script: Script, iin: str) -> Payload:
    return {"iin": iin, "reservist": True} if script.happens(1) else {"iin": iin}


def _applicant(script: Script) -> tuple[str, str]:
    """Return a person and a category, often those of an episode: it then meets the documents."""
    told = [event["payload"] for event in script.accepted("category_assigned")]
    met = [payload for payload in told if payload["category"] in DOCUMENT_GROUPS]
    if met and script.happens(40):
        payload = script.chance.choice(met)
        return payload["iin"], payload["category"]
    return script.person(), script.chance.choice((CRISIS, "R07", *DOCUMENT_GROUPS))


def _applied_on(script: Script) -> date:
    return script.day() if script.happens(8) else script.past_day()


def _systems(script: Script) -> list[str]:
    begun = script.accepted("category_assigned", "treaty_listed")
    sources = {event["payload"]["source"] for event in begun}
    one_of = (STATE_CORPORATION, FUND, *sorted(sources), *script.bodies)
    return sorted(set(script.chance.choices(one_of, k=script.chance.choice((1, 1, 2, 4)))))


def _lapse(script: Script, month: int) -> Payload:
    budget = "LOCAL" if script.happens(20) else "REPUBLICAN"
    payload = {"budget": budget, "month": f"{first(month):%Y-%m}"}
    return payload | {"supervisor": _supervisor(script)}


def _supervisor(script: Script) -> str:
    names = _BAD_SUPERVISORS if script.happens(4) else SUPERVISORS
    return script.chance.choice(names)
