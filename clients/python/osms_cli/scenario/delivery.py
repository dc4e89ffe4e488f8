"""Delivers events: as the senders and the Fund's people would, each by its own RPC."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any
from uuid import uuid4

from osms_cli.scenario.case import Moment
from osms_cli.scenario.records import (
    category_message,
    payment_message,
    roster_change_message,
    roster_line,
)
from osms_client import (
    Credentials,
    FeedPush,
    NotAllowed,
    OsmsClient,
    OsmsError,
    Outcome,
    RecordOutcome,
    Registration,
)
from osms_client.client import TIMEOUT

Payload = Mapping[str, Any]

FUND = "FUND"
_DECLINER = "supervisor1"
"""Who declines what nobody may approve."""


@dataclass(frozen=True)
class Delivered:
    """What became of an event."""

    outcome: str
    reason: str = ""
    flags: tuple[str, ...] = ()
    rejected_lines: tuple[RecordOutcome, ...] = ()
    position: int = 0
    held_batch_id: str = ""
    registration_id: str = ""


class Actors:
    """The clients of everybody who takes part, each opened once."""

    def __init__(self, address: str, credentials: Callable[[str], Credentials]) -> None:
        self._address = address
        self._credentials = credentials
        self._clients: dict[str, OsmsClient] = {}

    def of(self, name: str) -> OsmsClient:
        """The client of somebody. OsmsError or OSError: there is nobody of that name."""
        if name not in self._clients:
            self._clients[name] = OsmsClient(
                self._address, self._credentials(name), lookup_timeout=TIMEOUT
            )
        return self._clients[name]

    def close(self) -> None:
        """Closes all connections."""
        for client in self._clients.values():
            client.close()


@dataclass
class Deliveries:
    """The deliveries of one case."""

    actors: Actors
    delivered: dict[str, Delivered] = field(default_factory=dict)
    _feeds: dict[tuple[str, str], FeedPush[Any]] = field(default_factory=dict)

    def close(self) -> None:
        """Closes the feeds that the case has opened."""
        for feed in self._feeds.values():
            feed.__exit__()
        self._feeds.clear()

    def deliver(self, events: Sequence[Moment]) -> None:
        """Delivers events of one instant, those of one feed in one batch, in order."""
        for (sender, kind), group in groupby(events, key=_feed_of):
            moments = list(group)
            if kind in _FEEDS:
                self._deliver_to_feed(sender, kind, moments)
            else:
                for moment in moments:
                    self._keep(moment, _refusal_told(self._deliver_alone, moment))

    def _keep(self, moment: Moment, delivered: Delivered) -> None:
        self.delivered[str(moment.body.get("id", moment.number))] = delivered

    def _deliver_to_feed(self, sender: str, kind: str, moments: list[Moment]) -> None:
        make = _FEEDS[kind].make
        records = [make(str(m.body["type"]), m.body["payload"]) for m in moments]
        try:
            outcomes = self._push(sender, kind, records)
        except (OsmsError, OSError) as error:
            outcomes = [Delivered(Outcome.REJECTED, str(error))] * len(moments)
        for moment, delivered in zip(moments, outcomes, strict=True):
            self._keep(moment, delivered)

    def _push(self, sender: str, kind: str, records: Sequence[Any]) -> list[Delivered]:
        feed = self._feeds.get((sender, kind))
        if feed is None:
            feed = _FEEDS[kind].open(self.actors.of(sender))
            feed.__enter__()
            self._feeds[sender, kind] = feed
        first = feed.next_position
        told = {
            outcome.position: outcome for ack in feed.send(records) for outcome in ack.outcomes
        }
        return [
            _delivered(told.get(position), position)
            for position in range(first, first + len(records))
        ]

    def _deliver_alone(self, moment: Moment) -> Delivered:
        sender, payload = str(moment.body["sender"]), moment.body["payload"]
        deliver = _ALONE[str(moment.body["type"])]
        return deliver(self, sender, payload)

    def _client(self, sender: str, payload: Payload, *roles: str) -> OsmsClient:
        """Who acts: a person of the Fund whom the payload names, or the sender."""
        if sender != FUND:
            return self.actors.of(sender)
        named = (payload.get(role) for role in roles)
        return self.actors.of(str(next(name for name in named if name)))

    def _event(self, payload: Payload, field_name: str) -> Delivered:
        known = self.delivered.get(str(payload.get(field_name)))
        return known or Delivered(Outcome.REJECTED)

    def _snapshot(self, sender: str, payload: Payload) -> Delivered:
        lines = [roster_line(line) for line in payload["lines"]]
        result = self.actors.of(sender).push_roster(str(payload["body"]), lines)
        return Delivered(
            result.outcome,
            rejected_lines=result.rejected_lines,
            held_batch_id=result.held_batch_id,
        )

    def _register(self, sender: str, payload: Payload) -> Delivered:
        made = _registered(self._client(sender, payload, "operator"), payload)
        if made.held_batch_id:
            return self._approve_registration(made, payload)
        return Delivered(Outcome.ACCEPTED, registration_id=made.registration_id)

    def _approve_registration(self, made: Registration, payload: Payload) -> Delivered:
        """
        Lets the supervisor of the event approve a second registration.

        One that nobody may approve is declined: the event is told as rejected, and nothing waits.
        """
        supervisor = str(payload.get("supervisor") or "")
        try:
            if not supervisor:
                raise NotAllowed("a second registration, and the event names no supervisor")
            self.actors.of(supervisor).approve(made.held_batch_id)
        except OsmsError:
            self.actors.of(_DECLINER).decline(made.held_batch_id)
            raise
        known = self.actors.of(supervisor).consumer(made.iin)
        registered = [
            each
            for each in known.registrations
            if (each.category, each.applied_on) == (made.category, made.applied_on)
        ]
        return Delivered(Outcome.ACCEPTED, registration_id=registered[-1].registration_id)

    def _revoke(self, sender: str, payload: Payload) -> Delivered:
        client = self._client(sender, payload, "supervisor", "operator")
        registration_id = self._event(payload, "registration").registration_id or str(uuid4())
        client.revoke(registration_id, str(payload.get("reason") or ""))
        return Delivered(Outcome.ACCEPTED)

    def _open_incident(self, sender: str, payload: Payload) -> Delivered:
        incident = self._client(sender, payload, "supervisor", "operator").declare_incident(
            str(payload["incident"]),
            list(payload["systems"]),
            date.fromisoformat(payload["started_on"]),
        )
        return Delivered(incident.outcome, held_batch_id=incident.held_batch_id)

    def _close_incident(self, sender: str, payload: Payload) -> Delivered:
        client = self._client(sender, payload, "supervisor", "operator")
        client.close_incident(str(payload["incident"]), date.fromisoformat(payload["ended_on"]))
        return Delivered(Outcome.ACCEPTED)

    def _open_lapse(self, sender: str, payload: Payload) -> Delivered:
        client = self._client(sender, payload, "supervisor", "operator")
        month = date.fromisoformat(f"{payload['month']}-01")
        held_batch_id = client.record_budget_lapse(str(payload["budget"]), month)
        return Delivered(Outcome.HELD_FOR_APPROVAL, held_batch_id=held_batch_id)

    def _lift_lapse(self, sender: str, payload: Payload) -> Delivered:
        client = self._client(sender, payload, "supervisor", "operator")
        client.lift_budget_lapse(str(payload["budget"]))
        return Delivered(Outcome.ACCEPTED)

    def _decide(self, sender: str, payload: Payload) -> Delivered:
        client = self._client(sender, payload, "supervisor", "operator")
        item = self._event(payload, "item")
        held_batch_id = item.held_batch_id or str(uuid4())
        positions = [item.position] if item.position else []
        if payload["decision"] == "APPROVE":
            client.approve(held_batch_id, positions)
        else:
            client.decline(held_batch_id, positions)
        return Delivered(Outcome.ACCEPTED)


def _registered(client: OsmsClient, payload: Payload) -> Registration:
    return client.register(
        str(payload["iin"]),
        str(payload["category"]),
        date.fromisoformat(payload["applied_on"]),
        list(payload["documents"]),
        repeat_reason=str(payload.get("reason") or ""),
    )


def _delivered(told: RecordOutcome | None, position: int) -> Delivered:
    if told is None:
        return Delivered(Outcome.ACCEPTED, position=position)
    reason = "; ".join(violation.description for violation in told.violations)
    return Delivered(
        told.outcome,
        reason,
        told.flags,
        position=position,
        held_batch_id=told.held_batch_id,
    )


def _refusal_told(deliver: Callable[[Moment], Delivered], moment: Moment) -> Delivered:
    """What became of an event that may be refused as a whole, or cannot even be asked for."""
    try:
        return deliver(moment)
    except OsmsError as error:
        lines = {
            v.field.split("]")[0]: v for v in error.violations if v.field.startswith("lines[")
        }
        refused = tuple(
            RecordOutcome(number, Outcome.REJECTED, (violation,))
            for number, violation in enumerate(lines.values(), 1)
        )
        return Delivered(Outcome.REJECTED, str(error), rejected_lines=refused)
    except (OSError, KeyError, ValueError, TypeError, StopIteration) as error:
        return Delivered(Outcome.REJECTED, str(error))


@dataclass(frozen=True)
class _Feed:
    """How events become records of a feed, and how the feed is opened."""

    make: Callable[[str, Payload], Any]
    open: Callable[[OsmsClient], FeedPush[Any]]


_FEEDS: Mapping[str, _Feed] = {
    "category": _Feed(category_message, OsmsClient.category_feed),
    "payment": _Feed(payment_message, OsmsClient.payment_feed),
    "roster_change": _Feed(roster_change_message, OsmsClient.roster_change_feed),
}

_FEED_KINDS: Mapping[str, str] = {
    "category_assigned": "category",
    "category_removed": "category",
    "treaty_listed": "category",
    "treaty_removed": "category",
    "payment": "payment",
    "refund": "payment",
    "roster_change": "roster_change",
}

_ALONE: Mapping[str, Callable[[Deliveries, str, Payload], Delivered]] = {
    "roster_snapshot": Deliveries._snapshot,  # noqa: SLF001 - our own methods, by event type
    "document_registered": Deliveries._register,  # noqa: SLF001
    "document_revoked": Deliveries._revoke,  # noqa: SLF001
    "incident_opened": Deliveries._open_incident,  # noqa: SLF001
    "incident_closed": Deliveries._close_incident,  # noqa: SLF001
    "budget_lapse_opened": Deliveries._open_lapse,  # noqa: SLF001
    "budget_lapse_lifted": Deliveries._lift_lapse,  # noqa: SLF001
    "approval_decided": Deliveries._decide,  # noqa: SLF001
}


def _feed_of(moment: Moment) -> tuple[str, str]:
    """The sender and kind of feed of an event; events out of feeds go one by one."""
    kind = str(moment.body["type"])
    return str(moment.body["sender"]), _FEED_KINDS.get(kind, kind)
