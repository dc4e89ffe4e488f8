"""
A tale for a test: events told in a few words each, and the day asked about.

The clock is set with `at`; a bare day means noon of it in Almaty. What is asked is asked at the
instant to which the clock was last set.
"""

from datetime import date, datetime, time
from typing import Self

from tests.oracle.days import ALMATY, Month, first, parse_month
from tests.oracle.message import Json, Outcome
from tests.oracle.reference import SOURCES_OF
from tests.oracle.world import Answer, World

ASAN = "900101300017"
BOTA = "031231500126"

_NOON = time(12)


def instant(text: str) -> datetime:
    """Read ``YYYY-MM-DD`` as noon of that day, or an Almaty wall clock time."""
    moment = datetime.fromisoformat(text)
    if len(text) == len("YYYY-MM-DD"):
        moment = datetime.combine(moment.date(), _NOON)
    return moment.replace(tzinfo=ALMATY)


def months(since: str, until: str) -> list[str]:
    """Return the months from *since* to *until*, both included."""
    return [_written(month) for month in range(parse_month(since), parse_month(until) + 1)]


def due_day(month: str) -> str:
    """Return the 25th of the month after *month*."""
    return f"{_written(parse_month(month) + 1)}-25"


def _written(month: Month) -> str:
    return f"{first(month):%Y-%m}"


class Tale:
    """A world, its clock and the events told in it."""

    def __init__(self, **parameters: Json) -> None:
        self.world = World(parameters)
        self.outcomes: list[Outcome] = []
        self._clock = instant("2026-01-01")
        self._number = 0

    def at(self, text: str) -> Self:
        """Set the clock."""
        self._clock = instant(text)
        return self

    @property
    def last(self) -> str:
        """The outcome of the last event, with its reason if it has one."""
        outcome = self.outcomes[-1]
        return outcome.outcome if outcome.reason is None else f"{outcome.outcome} {outcome.reason}"

    @property
    def last_name(self) -> str:
        """The id of the last event."""
        return f"e{len(self.outcomes)}"

    def tell(self, kind: str, sender: str, **payload: Json) -> Self:
        """Deliver one event."""
        event = {
            "id": f"e{len(self.outcomes) + 1}",
            "recorded_at": self._clock.isoformat(),
            "type": kind,
            "sender": sender,
            "payload": payload,
        }
        self.outcomes.append(self.world.deliver(event))
        return self

    def assigned(self, category: str, on: str, **changed: Json) -> Self:
        """Assign a category."""
        source = SOURCES_OF[category][0] if category in SOURCES_OF else "MLSPP"
        payload = {"iin": ASAN, "category": category, "assigned_on": on, "source": source}
        return self.tell("category_assigned", "SC", **(self._numbered(payload) | changed))

    def removed(self, category: str, begun: str, ended: str, **changed: Json) -> Self:
        """Remove a category."""
        payload = {"iin": ASAN, "category": category, "assigned_on": begun, "removed_on": ended}
        payload |= {"source": "MLSPP", "reason": "ENDED", **self._numbered({}), **changed}
        return self.tell("category_removed", "SC", **payload)

    def listed(self, on: str) -> Self:
        """List by treaty."""
        payload = self._numbered({"iin": ASAN, "assigned_on": on, "source": "FWIS"})
        return self.tell("treaty_listed", "SC", **payload)

    def unlisted(self, begun: str, ended: str, reason: str = "ENDED") -> Self:
        """End a treaty listing."""
        payload = {"iin": ASAN, "assigned_on": begun, "removed_on": ended, "source": "FWIS"}
        return self.tell("treaty_removed", "SC", **self._numbered(payload), reason=reason)

    def paid(self, periods: list[str], received_on: str | None = None, **changed: Json) -> Self:
        """Pay *periods*, each on the 25th of the month after unless the day is given."""
        for period in periods:
            payload = {"reference": "A1", "iin": ASAN, "payer_kind": None, "period": period}
            payload |= {"amount": "4250.00", "knp": "122"}
            payload |= {"received_on": received_on or due_day(period)}
            self.tell("payment", "SC", **(payload | changed))
        return self

    def refunded(self, period: str, on: str, amount: str = "4250.00", **changed: Json) -> Self:
        """Refund a line."""
        payload = {"refund_reference": "B1", "reference": "A1", "iin": ASAN, "knp": "122"}
        payload |= {"period": period, "amount": amount, "refunded_on": on}
        return self.tell("refund", "SC", **(payload | changed))

    def snapshot(self, body: str, *iins: str) -> Self:
        """Send the list of a body."""
        return self.tell("roster_snapshot", body, body=body, lines=[{"iin": i} for i in iins])

    def change(self, body: str, op: str, iin: str = ASAN, changed_on: str | None = None) -> Self:
        """Send a change of a list, of today unless the day is given."""
        day = changed_on or f"{self._clock.date()}"
        return self.tell("roster_change", body, body=body, op=op, iin=iin, changed_on=day)

    def registered(self, category: str, on: str, *documents: str, **changed: Json) -> Self:
        """Register documents."""
        payload = {"iin": ASAN, "category": category, "applied_on": on, "operator": "operator1"}
        payload |= changed
        return self.tell("document_registered", "FUND", **payload, documents=list(documents))

    def revoked(self, registration: str, supervisor: str = "supervisor1") -> Self:
        """Revoke a registration."""
        payload = {"registration": registration, "supervisor": supervisor, "reason": "forged"}
        return self.tell("document_revoked", "FUND", **payload)

    def failed(self, name: str, since: str, *systems: str, by: str = "supervisor1") -> Self:
        """Open an incident."""
        payload = {"incident": name, "started_on": since, "supervisor": by}
        return self.tell("incident_opened", "FUND", **payload, systems=list(systems))

    def repaired(self, name: str, until: str) -> Self:
        """Close an incident."""
        payload = {"incident": name, "ended_on": until, "supervisor": "supervisor2"}
        return self.tell("incident_closed", "FUND", **payload)

    def lapsed(self, budget: str, month: str) -> Self:
        """Open a budget lapse."""
        payload = {"budget": budget, "month": month, "supervisor": "supervisor1"}
        return self.tell("budget_lapse_opened", "FUND", **payload)

    def lifted(self, budget: str, month: str) -> Self:
        """Lift a budget lapse."""
        payload = {"budget": budget, "month": month, "supervisor": "supervisor3"}
        return self.tell("budget_lapse_lifted", "FUND", **payload)

    def decided(self, item: str, decision: str = "APPROVE", by: str = "supervisor2") -> Self:
        """Decide what waits."""
        payload = {"item": item, "decision": decision, "supervisor": by}
        return self.tell("approval_decided", "FUND", **payload)

    def answer(self, day: str, iin: str = ASAN) -> Answer:
        """Ask about a day."""
        return self.world.ask(iin, date.fromisoformat(day), self._clock)

    def primary(self, day: str, iin: str = ASAN) -> str | None:
        """Ask for the ground reported first."""
        return self.answer(day, iin).primary

    def feed_late(self, feed: str, sender: str) -> bool:
        """Ask whether a feed is late."""
        return self.world.feed_late(feed, sender, self._clock)

    def _numbered(self, payload: dict[str, Json]) -> dict[str, Json]:
        self._number += 1
        return {"seq": self._number, **payload}
