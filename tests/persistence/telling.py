"""Puts invented lives into the tables of a register, past the service and its rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from osms_common.domain.calendar import first_day
from osms_common.domain.codes import FeedKind
from osms_common.domain.identifiers import Iin
from osms_common.domain.revision import NEVER
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
from osms_server.persistence import tables
from tests.rules.factories import OverlayFact

_FEEDS = {
    CategoryAssigned: FeedKind.CATEGORY,
    CategoryRemoved: FeedKind.CATEGORY,
    PaymentReceived: FeedKind.PAYMENT,
    PaymentRefunded: FeedKind.PAYMENT,
    RosterMark: FeedKind.ROSTER_CHANGE,
}


def empty_register(connection: sa.Connection) -> None:
    """Takes out all facts and overlays."""
    for table in tables.metadata.sorted_tables:
        if table.name not in {"head", "access_log", "access_writer"}:
            connection.execute(sa.delete(table))


def tell_facts(connection: sa.Connection, iin: Iin, facts: Iterable[Fact]) -> None:
    """Keeps facts of a person, each at a place of its own, with what was withdrawn of them."""
    episodes: Counter[tuple[Any, ...]] = Counter()
    for position, fact in enumerate(facts, 1):
        sender = str(fact.body) if isinstance(fact, RosterMark) else "SC"
        sent = {"iin": iin, "sender": sender, "position": position, "revision": fact.known}
        connection.execute(_row(fact, sent, episodes))
        if type(fact) in _FEEDS and fact.withdrawn != NEVER:
            withdrawn = {**sent, "feed_kind": _FEEDS[type(fact)], "revision": fact.withdrawn}
            connection.execute(sa.insert(tables.withdrawn_fact).values(withdrawn))


def _row(fact: Fact, sent: dict[str, Any], episodes: Counter[tuple[Any, ...]]) -> sa.Insert:
    own: dict[str, Any]
    match fact:
        case CategoryAssigned() | CategoryRemoved():
            episode = (fact.category, fact.assigned_on)
            own = {
                **_values(fact, "category assigned_on source removed_on reason arrived"),
                "ordinal": episodes[episode],
                "message_number": sent["position"],
            }
            episodes[episode] += 1
            return sa.insert(tables.category_fact).values(**sent, **own)
        case PaymentReceived():
            own = _values(fact, "reference purpose_code received_on amount payer_kind")
            names = dict.fromkeys(("payer_name", "surname", "given_name", "patronymic"), "Aigul")
            own |= {**names, "period": first_day(fact.period), "ordinal": 0}
            return sa.insert(tables.payment).values(**sent, **own)
        case PaymentRefunded():
            own = _values(fact, "reference purpose_code refunded_on amount")
            own |= {"period": first_day(fact.period), "ordinal": 0}
            own |= {"refund_reference": f"R{sent['position']}"}
            return sa.insert(tables.refund).values(**sent, **own)
        case RosterMark():
            own = _values(fact, "body arrived listed") | {"ordinal": sent["position"]}
            return sa.insert(tables.roster_mark).values(**sent, **own)
    return _row_of_fund(fact, sent)


def _row_of_fund(
    fact: DocumentRegistered | RegistrationRevoked, sent: dict[str, Any]
) -> sa.Insert:
    own = {
        "iin": sent["iin"],
        "registration_id": UUID(int=(sent["iin"] << 32) | int(fact.registration_id[1:])),
        "revision": fact.known,
    }
    if isinstance(fact, RegistrationRevoked):
        row = sa.insert(tables.revocation)
        return row.values(**own, revoked_by="supervisor1", reason="error")
    named = {"registered_by": "operator1", "repeat_reason": "", "documents": []}
    return sa.insert(tables.registration).values(
        **own, **named, **_values(fact, "category applied_on")
    )


def _values(fact: Fact, names: str) -> dict[str, Any]:
    return {name: getattr(fact, name) for name in names.split() if hasattr(fact, name)}


def tell_overlays(connection: sa.Connection, facts: Iterable[OverlayFact]) -> None:
    """Keeps technical failures and unpaid budgets."""
    for fact in facts:
        connection.execute(_overlay_row(fact))


def _overlay_row(fact: OverlayFact) -> sa.Insert:
    match fact:
        case IncidentDeclared(code, systems, started_on, known):
            return sa.insert(tables.incident_declared).values(
                (code, sorted(systems), started_on, "supervisor1", known)
            )
        case IncidentClosed(code, ended_on, known):
            return sa.insert(tables.incident_closed).values((code, ended_on, "supervisor1", known))
        case LapseRecorded(lapse_id, budget, since, known):
            number = UUID(int=int(lapse_id[1:]))
            return sa.insert(tables.lapse_recorded).values(
                (number, budget, first_day(since), "supervisor1", known)
            )
        case LapseLifted(lapse_id, known):
            number = UUID(int=int(lapse_id[1:]))
            return sa.insert(tables.lapse_lifted).values((number, "supervisor1", known))
