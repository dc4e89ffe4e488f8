"""
Tells the oracle what the engine is told, and the engine what the oracle is told.

The engine takes facts, the oracle events as a scenario writes them. A life of facts is told to the
oracle event by event, and what it rejects is no fact of that life; a case of events is read as the
facts that the oracle said it accepted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from osms_common.domain.calendar import month_of, month_text
from osms_common.domain.codes import Budget, Category, PayerKind, System
from osms_common.domain.revision import (
    NOTHING_KNOWN,
    Revision,
    day_of,
    instant_of,
    next_revision,
)
from osms_server.domain.facts import (
    CategoryAssigned,
    CategoryRemoved,
    DocumentRegistered,
    Fact,
    IncidentClosed,
    IncidentDeclared,
    LapseLifted,
    LapseRecorded,
    PaymentReceived,
    PaymentRefunded,
    RegistrationRevoked,
    RosterMark,
)
from osms_server.rules.reference import DOCUMENT_ROUTES, predecessors
from tests.oracle import World
from tests.rules.factories import OverlayFact
from tests.rules.lives import Life

Event = dict[str, Any]

ASAN: Final = "900101300017"
_ASKS: Final = "supervisor1"
_APPROVES: Final = "supervisor2"


def retold(life: Life) -> tuple[World, Life]:
    """The oracle's world after a life, and the part of the life that it accepted."""
    world = World()
    accepted: list[Fact] = []
    overlays: list[OverlayFact] = []
    for fact in life.in_order():
        if isinstance(fact, OverlayFact):
            overlays += [fact] if _accepts(world, fact, *_overlay_event(fact, overlays)) else []
        else:
            accepted += [fact] if _accepts(world, fact, *_event(fact)) else []
    return world, Life(tuple(accepted), tuple(overlays))


def _accepts(
    world: World, fact: Fact | OverlayFact, kind: str, sender: str, payload: Event
) -> bool:
    """Whether the oracle accepts an event; what it holds is approved in the same instant."""
    name = fact.registration_id if isinstance(fact, DocumentRegistered) else f"e{fact.known}"
    event = {"id": name, "recorded_at": instant_of(fact.known).isoformat()}
    payload = {"iin": ASAN, **payload}
    told = {**event, "type": kind, "sender": sender, "payload": payload}
    outcome = world.deliver(told).outcome
    if outcome == "HELD_FOR_APPROVAL":
        decision = {"item": name, "decision": "APPROVE", "supervisor": _APPROVES}
        approval = {"type": "approval_decided", "sender": "FUND", "payload": decision}
        outcome = world.deliver({**event, "id": f"a{name}", **approval}).outcome
    return outcome == "ACCEPTED"


def _event(fact: Fact) -> tuple[str, str, Event]:
    """The type, the sender and the payload of the event that tells a fact."""
    match fact:
        case CategoryAssigned() | CategoryRemoved():
            return _category_event(fact)
        case PaymentReceived() | PaymentRefunded():
            return _payment_event(fact)
        case RosterMark():
            op = "ADD" if fact.listed else "REMOVE"
            payload = {"body": fact.body, "op": op, "changed_on": f"{day_of(fact.known)}"}
            return "roster_change", fact.body, payload
        case DocumentRegistered():
            documents = [min(group) for group in DOCUMENT_ROUTES[fact.category].groups]
            payload = {"category": fact.category, "applied_on": f"{fact.applied_on}"}
            payload |= {"documents": documents, "operator": "operator1"}  # type: ignore[dict-item]
            payload |= {"reason": "the month is over", "supervisor": _ASKS}
            return "document_registered", "FUND", payload
        case RegistrationRevoked():
            payload = {"registration": fact.registration_id, "reason": "forged"}
            return "document_revoked", "FUND", payload | {"supervisor": _ASKS}


def _category_event(fact: CategoryAssigned | CategoryRemoved) -> tuple[str, str, Event]:
    payload: Event = {"seq": fact.known, "assigned_on": f"{fact.assigned_on}"}
    payload |= {"source": fact.source, "category": fact.category}
    by_treaty = fact.category is Category.TREATY
    if isinstance(fact, CategoryAssigned):
        return ("treaty_listed" if by_treaty else "category_assigned"), "SC", payload
    payload |= {"removed_on": f"{fact.removed_on}", "reason": fact.reason}
    return ("treaty_removed" if by_treaty else "category_removed"), "SC", payload


def _payment_event(fact: PaymentReceived | PaymentRefunded) -> tuple[str, str, Event]:
    payload: Event = {"reference": fact.reference, "knp": f"{fact.purpose_code}"}
    payload |= {"period": month_text(fact.period), "amount": f"{Decimal(fact.amount) / 100:.2f}"}
    if isinstance(fact, PaymentRefunded):
        payload |= {"refund_reference": "B1", "refunded_on": f"{fact.refunded_on}"}
        return "refund", "SC", payload
    kind = None if fact.payer_kind is PayerKind.UNKNOWN else fact.payer_kind.name
    return "payment", "SC", payload | {"received_on": f"{fact.received_on}", "payer_kind": kind}


def _overlay_event(fact: OverlayFact, before: Sequence[OverlayFact]) -> tuple[str, str, Event]:
    """As `_event`; a lapse is lifted under its budget, which is told *before*."""
    payload: Event = {"supervisor": _ASKS}
    match fact:
        case IncidentDeclared():
            payload |= {"incident": fact.incident_code, "systems": sorted(fact.systems)}
            return "incident_opened", "FUND", payload | {"started_on": f"{fact.started_on}"}
        case IncidentClosed():
            payload |= {"incident": fact.incident_code, "ended_on": f"{fact.ended_on}"}
            return "incident_closed", "FUND", payload
        case LapseRecorded():
            payload |= {"budget": Budget(fact.budget).name, "month": month_text(fact.since)}
            return "budget_lapse_opened", "FUND", payload
        case LapseLifted():
            lapses = [lapse for lapse in before if isinstance(lapse, LapseRecorded)]
            budgets = [lapse.budget for lapse in lapses if lapse.lapse_id == fact.lapse_id]
            name = Budget(budgets[0]).name if budgets else ""
            return "budget_lapse_lifted", "FUND", payload | {"budget": name}


class CaseFacts:
    """The facts of a case: of each of its people, and what concerns them all."""

    def __init__(self, events: Iterable[Event], people: Iterable[str]) -> None:
        self.facts: dict[str, list[Fact]] = {iin: [] for iin in people}
        self.overlay_facts: list[OverlayFact] = []
        self._registered: dict[str, str] = {}
        self._lapses: dict[str, str] = {}
        self._waiting: dict[str, tuple[Event, Revision]] = {}
        revision = NOTHING_KNOWN
        for event in events:
            revision = next_revision(revision, datetime.fromisoformat(event["recorded_at"]))
            self._arrives(event, revision)

    def life(self, iin: str) -> Life:
        """What is told of one person."""
        return Life(tuple(self.facts[iin]), tuple(self.overlay_facts))

    def _arrives(self, event: Event, revision: Revision) -> None:
        outcome = event["expect"]["outcome"]
        if outcome == "HELD_FOR_APPROVAL":
            self._waiting[event["id"]] = (event, revision)
        elif outcome != "ACCEPTED":
            return
        elif event["type"] != "approval_decided":
            self._take(event, revision, revision)
        else:
            held, arrived = self._waiting.pop(event["payload"]["item"])
            if event["payload"]["decision"] == "APPROVE":
                self._take(held, arrived, revision)

    def _take(self, event: Event, arrived: Revision, known: Revision) -> None:
        """Takes in what *arrived* once and is *known* from now on."""
        payload, kind = event["payload"], event["type"]
        if kind == "roster_snapshot":
            self._take_snapshot(payload, arrived, known)
        elif kind.startswith(("incident", "budget")):
            self.overlay_facts.append(self._overlay_fact(event, known))
        elif kind == "document_revoked":
            name = payload["registration"]
            iin = self._registered[name]
            self.facts[iin].append(RegistrationRevoked(name, known))
        elif payload["iin"] in self.facts:
            self.facts[payload["iin"]].append(_read(event, known))
            self._registered[event["id"]] = payload["iin"]

    def _take_snapshot(self, payload: Event, arrived: Revision, known: Revision) -> None:
        """Of everybody it is said whether the body lists them, whatever it said before."""
        body = System(payload["body"])
        listed = {line["iin"] for line in payload["lines"] if not line.get("reservist")}
        for iin, facts in self.facts.items():
            facts.append(RosterMark(body, arrived, 0, iin in listed, known))
            for ended in predecessors(body, day_of(arrived)):
                facts.append(RosterMark(ended, arrived, 0, False, known))

    def _overlay_fact(self, event: Event, known: Revision) -> OverlayFact:
        payload: Mapping[str, Any] = event["payload"]
        match event["type"]:
            case "incident_opened":
                systems = frozenset(map(System, payload["systems"]))
                started_on = date.fromisoformat(payload["started_on"])
                return IncidentDeclared(payload["incident"], systems, started_on, known)
            case "incident_closed":
                ended_on = date.fromisoformat(payload["ended_on"])
                return IncidentClosed(payload["incident"], ended_on, known)
            case "budget_lapse_opened":
                self._lapses[payload["budget"]] = event["id"]
                since = month_of(date.fromisoformat(f"{payload['month']}-01"))
                return LapseRecorded(event["id"], Budget[payload["budget"]], since, known)
            case _:
                return LapseLifted(self._lapses[payload["budget"]], known)


def _read(event: Event, known: Revision) -> Fact:
    """The fact about one person that an event tells."""
    payload = event["payload"]
    match event["type"]:
        case "category_assigned" | "treaty_listed":
            return CategoryAssigned(*_episode(payload), System(payload["source"]), known)
        case "category_removed" | "treaty_removed":
            removed_on = date.fromisoformat(payload["removed_on"])
            source = System(payload["source"])
            reason = payload["reason"]
            return CategoryRemoved(*_episode(payload), removed_on, source, reason, known)
        case "payment":
            kind = PayerKind[payload["payer_kind"] or "UNKNOWN"]
            received_on = date.fromisoformat(payload["received_on"])
            return PaymentReceived(*_line(payload), received_on, _amount(payload), kind, known)
        case "refund":
            refunded_on = date.fromisoformat(payload["refunded_on"])
            return PaymentRefunded(*_line(payload), refunded_on, _amount(payload), known)
        case "roster_change":
            listed = payload["op"] == "ADD"
            return RosterMark(System(payload["body"]), known, 1, listed, known)
        case _:
            applied_on = date.fromisoformat(payload["applied_on"])
            category = Category(payload["category"])
            return DocumentRegistered(event["id"], category, applied_on, known)


def _episode(payload: Event) -> tuple[Category, date]:
    category = Category(payload.get("category", Category.TREATY))
    return category, date.fromisoformat(payload["assigned_on"])


def _line(payload: Event) -> tuple[str, Any, int]:
    period = month_of(date.fromisoformat(f"{payload['period']}-01"))
    return payload["reference"], period, int(payload["knp"])


def _amount(payload: Event) -> int:
    return int(Decimal(payload["amount"]) * 100)
