"""
The senders of a story: each goes on with what it has to say until everything is acknowledged.

A sender knows only what it was told. `attempt` goes on until the line breaks; `settle` finds out,
after a fault, what became of that whose answer was lost, as a sender in the field does: it takes
its feed over, and sends again under the same id what has one.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import date
from itertools import takewhile
from random import Random
from typing import Any, Final
from uuid import UUID

from osms_cli.scenario.records import roster_line
from osms_client import CannotTell, NotAllowed, OsmsClient, OsmsError, Outcome
from tests.oracle.script import Event
from tests.simulation.lines import record_of
from tests.simulation.manoeuvres import Feed, Manoeuvre, attempt
from tests.simulation.site import Site
from tests.simulation.story import Kind, SenderName
from tests.simulation.what_was_acknowledged import Acknowledged, Broken, require

_CLOSED: Final = frozenset({"INTERNAL", "UNKNOWN"})
"""What may never be told."""


class Sender(ABC):
    """Somebody who has something to say, and says it in order."""

    def __init__(self, name: SenderName) -> None:
        self.name = name
        self.events: list[Event] = []
        self.kept = 0
        """So many of the events are in the register for certain."""

    @property
    def done(self) -> bool:
        """Whether everything is said."""
        return self.kept == len(self.events)

    def hear(self, events: list[Event]) -> None:
        """Learns what to say next."""
        self.events.extend(events)

    @abstractmethod
    def attempt(self, manoeuvre: Manoeuvre, chance: Random) -> None:
        """Goes on until everything is said, or the line breaks."""

    @abstractmethod
    def settle(self) -> None:
        """Finds out what is kept, after a fault."""

    @abstractmethod
    def outcome(self, index: int) -> Outcome | None:
        """What became of an event, as far as it was told."""

    @property
    def acknowledged(self) -> Acknowledged | None:
        """What was told of the feed; None for those who have none."""
        return None


class FeedSender(Sender):
    """The State Corporation with one of its feeds."""

    def __init__(self, name: SenderName, site: Site) -> None:
        super().__init__(name)
        self.feed = Feed(name, site.address)

    def hear(self, events: list[Event]) -> None:
        """Learns what to say next, and writes the lines."""
        super().hear(events)
        self.feed.records.extend(record_of(self.name.kind, event) for event in events)

    def attempt(self, manoeuvre: Manoeuvre, chance: Random) -> None:
        """Pushes the lines."""
        attempt(self.feed, self.feed.end, manoeuvre, chance)
        self.kept = self.feed.acknowledged.next_position - 1

    def settle(self) -> None:
        """Takes the feed over, and learns where it goes on."""
        self.kept = self.feed.taken_over() - 1

    def outcome(self, index: int) -> Outcome | None:
        """What became of a line."""
        return self.feed.acknowledged.outcomes.get(index + 1)

    @property
    def acknowledged(self) -> Acknowledged:
        """What was told of the feed."""
        return self.feed.acknowledged


class BodySender(Sender):
    """A body: changes of staff by its feed, and whole lists in between."""

    def __init__(self, name: SenderName, site: Site, seed: int) -> None:
        super().__init__(name)
        self._site = site
        self._seed = seed
        self.feed = Feed(name, site.address)
        self._told: dict[int, Outcome] = {}
        self._tried = -1

    def hear(self, events: list[Event]) -> None:
        """Learns what to say next, and writes the lines of the changes."""
        super().hear(events)
        changes = (event for event in events if _is_change(event))
        self.feed.records.extend(record_of(self.name.kind, event) for event in changes)

    def attempt(self, manoeuvre: Manoeuvre, chance: Random) -> None:
        """Pushes changes up to the next list, the list, and so on."""
        while not self.done:
            coming = self.events[self.kept :]
            changes = len([*takewhile(_is_change, coming)])
            if changes:
                until = self._position_after(self.kept) + changes
                attempt(self.feed, until, manoeuvre, chance)
                self._note_position(self.feed.acknowledged.next_position)
                if self.feed.acknowledged.next_position < until:
                    return
            elif not self._push_list():
                return

    def settle(self) -> None:
        """Takes the feed over, and sends a list again whose answer was lost."""
        self._note_position(self.feed.taken_over())
        if self._tried >= self.kept:
            require(self._push_list(), "a list cannot be sent after a recovery")

    def outcome(self, index: int) -> Outcome | None:
        """What became of a change or a list."""
        if _is_change(self.events[index]):
            return self.feed.acknowledged.outcomes.get(self._position_after(index))
        return self._told.get(index)

    @property
    def acknowledged(self) -> Acknowledged:
        """What was told of the feed."""
        return self.feed.acknowledged

    def _position_after(self, index: int) -> int:
        """The position of the feed after so many events."""
        return 1 + sum(map(_is_change, self.events[:index]))

    def _note_position(self, position: int) -> None:
        while not self.done and self._position_after(self.kept) < position:
            require(_is_change(self.events[self.kept]), "a list was skipped", self.name)
            self.kept += 1

    def _push_list(self) -> bool:
        """Sends the next list; False where the line broke."""
        event = self.events[self.kept]
        again, self._tried = self._tried == self.kept, self.kept
        payload = event["payload"]
        lines = [roster_line(line) for line in payload["lines"]]
        name = _id_of(self._seed, event, "list")
        try:
            with self._site.client(self.name.name) as client:
                result = client.push_roster(str(payload["body"]), lines, snapshot_id=name)
        except CannotTell as error:
            return _broke(error)
        except OsmsError:
            self._told[self.kept] = Outcome.REJECTED
        else:
            if result.held_batch_id:
                self._site.held[event["id"]] = result.held_batch_id
            if result.outcome is Outcome.DUPLICATE:
                require(again, "a list was known before it was sent", event["id"])
            else:
                self._told[self.kept] = result.outcome
        self.kept += 1
        return True


class Fund(Sender):
    """The people of the Fund, whose requests have ids."""

    def __init__(self, name: SenderName, site: Site, seed: int) -> None:
        super().__init__(name)
        self._site = site
        self._seed = seed
        self._told: dict[int, Outcome] = {}
        self._registrations: dict[str, str] = {}
        self._tried = -1

    def attempt(self, manoeuvre: Manoeuvre, chance: Random) -> None:
        """Makes one request after the other."""
        while not self.done and self._perform_next():
            pass

    def settle(self) -> None:
        """Makes the request again whose answer was lost."""
        if self._tried >= self.kept and not self.done:
            require(self._perform_next(), "a request cannot be made after a recovery")

    def outcome(self, index: int) -> Outcome | None:
        """What became of a request."""
        return self._told.get(index)

    def _perform_next(self) -> bool:
        """Makes the next request; False where the line broke."""
        self._tried = self.kept
        event = self.events[self.kept]
        try:
            self._told[self.kept] = self._perform(event, event["payload"])
        except CannotTell as error:
            return _broke(error)
        except (OsmsError, OSError):
            self._told[self.kept] = Outcome.REJECTED
        self.kept += 1
        return True

    def _perform(self, event: Event, payload: dict[str, Any]) -> Outcome:
        match event["type"]:
            case "document_registered":
                self._register(event, payload)
            case "approval_decided":
                self._decide(event, payload)
            case _:
                request = _id_of(self._seed, event, "supervisor")
                with self._site.client(payload["supervisor"]) as client:
                    return self._supervise(client, event, payload, request)
        return Outcome.ACCEPTED

    def _supervise(
        self, client: OsmsClient, event: Event, payload: dict[str, Any], request: str
    ) -> Outcome:
        """What one supervisor does alone."""
        match event["type"]:
            case "document_revoked":
                name = self._registrations.get(payload["registration"]) or _nobodys()
                client.revoke(name, payload["reason"], request_id=request)
            case "incident_closed":
                ended_on = date.fromisoformat(payload["ended_on"])
                client.close_incident(payload["incident"], ended_on, request_id=request)
            case _:
                started_on = date.fromisoformat(payload["started_on"])
                incident = client.declare_incident(
                    payload["incident"], payload["systems"], started_on, request_id=request
                )
                if incident.held_batch_id:
                    self._site.held[event["id"]] = incident.held_batch_id
                return incident.outcome
        return Outcome.ACCEPTED

    def _register(self, event: Event, payload: dict[str, Any]) -> None:
        try:
            self._register_as(payload["operator"], event, payload)
        except NotAllowed:
            if not payload.get("supervisor"):
                raise
            self._register_as(payload["supervisor"], event, payload)

    def _register_as(self, who: str, event: Event, payload: dict[str, Any]) -> None:
        with self._site.client(who) as client:
            registration = client.register(
                payload["iin"],
                payload["category"],
                date.fromisoformat(payload["applied_on"]),
                payload["documents"],
                repeat_reason=payload.get("reason") or "",
                request_id=_id_of(self._seed, event, who),
            )
        self._registrations[event["id"]] = registration.registration_id

    def _decide(self, event: Event, payload: dict[str, Any]) -> None:
        held = self._site.held.get(payload["item"]) or _nobodys()
        request = _id_of(self._seed, event, "decide")
        with self._site.client(payload["supervisor"]) as client:
            approves = payload["decision"] == "APPROVE"
            decide = OsmsClient.approve if approves else OsmsClient.decline
            decide(client, held, request_id=request)


def sender_of(name: SenderName, site: Site, seed: int) -> Sender:
    """The sender of a name."""
    match name.kind:
        case Kind.ROSTER:
            return BodySender(name, site, seed)
        case Kind.DECISIONS:
            return Fund(name, site, seed)
        case _:
            return FeedSender(name, site)


def _is_change(event: Event) -> bool:
    return bool(event["type"] == "roster_change")


def _id_of(seed: int, event: Event, role: str) -> str:
    """The id of a request: always the same for the same event."""
    bits = Random(f"{seed} {event['id']} {role}").getrandbits(128)
    return str(UUID(int=bits, version=4))


def _nobodys() -> str:
    """An id that nothing has."""
    return str(UUID(int=0, version=4))


def _broke(error: CannotTell) -> bool:
    """The line broke; anything else that cannot be told is a fault of the service."""
    if error.reason in _CLOSED:
        raise Broken(error.reason, str(error)) from error
    return False
