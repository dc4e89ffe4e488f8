"""
What the senders have to say: moments of a clock, and at each what every sender sends, in order.

The events are those of the oracle's invented cases. The senders of one moment do not wait for
each other, since what comes at one instant counts together; the Fund comes last, because it acts
on what the others sent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from random import Random
from typing import Final, NamedTuple

from tests.oracle import acts_corporation as corporation
from tests.oracle import acts_fund as fund
from tests.oracle.days import day_of, start_of
from tests.oracle.reference import BODIES
from tests.oracle.script import Event, Script, invented_people

FIRST_DAY: Final = date(2090, 1, 1)
"""Later than the clock of any machine, to which that of a sandbox returns when it is restarted."""

QUIET_BODY: Final = "FMA"
"""A body that says nothing in any story."""

_BODIES: Final = [body for body in BODIES if body not in {"ACA", QUIET_BODY}]
_DISTANCES: Final = (1, 14, 28, 30, 31, 61, 92, 100, 365)
_SECOND: Final = timedelta(seconds=1)

_ACTS: Final[Mapping[Callable[[Script], None], int]] = {
    corporation.assign: 16,
    corporation.remove: 16,
    corporation.send_category_again: 5,
    corporation.list_by_treaty: 4,
    corporation.pay: 8,
    corporation.pay_a_gap: 8,
    corporation.send_payment_again: 3,
    corporation.refund: 8,
    fund.send_snapshot: 8,
    fund.change_roster: 16,
    fund.decide: 4,
    fund.register_documents: 6,
    fund.revoke_documents: 2,
    fund.open_incident: 2,
    fund.fail_before_a_loss: 2,
    fund.close_incident: 2,
}


class Kind(StrEnum):
    """What a sender sends."""

    CATEGORIES = "categories"
    PAYMENTS = "payments"
    ROSTER = "roster"
    DECISIONS = "decisions"


class SenderName(NamedTuple):
    """Who sends what."""

    name: str
    kind: Kind


@dataclass(frozen=True)
class Moment:
    """An instant, and what everybody says at it."""

    at: datetime
    said: Mapping[SenderName, Sequence[Event]]


@dataclass(frozen=True)
class Story:
    """A story, with those it is about."""

    seed: int
    people: Sequence[str]
    crowd: Sequence[str]
    witness: str
    """A person of whom the first moment tells, and who is entitled from then on for good."""

    days: Sequence[date]
    """Days worth asking about."""

    moments: Sequence[Moment]

    @property
    def everybody(self) -> list[str]:
        """All persons of the story."""
        return [*self.people, *self.crowd, self.witness]

    @property
    def senders(self) -> list[SenderName]:
        """All senders; the Fund comes last."""
        found = {name for moment in self.moments for name in moment.said}
        return sorted(found, key=lambda name: (name.kind is Kind.DECISIONS, name))


def invent(seed: int, *, moments: int, acts: int) -> Story:
    """The story of a seed: after the first moment so many more, each of so many acts."""
    script = _script(seed)
    witness = invented_people(60)[-1]
    first = _first_moment(script, witness)
    instants = [script.now]
    while len(instants) <= moments:
        script.let_time_pass()
        if script.now > instants[-1]:
            instants.append(script.now)
            _act(script, acts)
    return Story(
        seed,
        script.people,
        script.crowd,
        witness,
        sorted({*script.anchors, *(day_of(instant) for instant in instants)}),
        [first, *(Moment(at, _said(script.events, at)) for at in instants[1:])],
    )


def _script(seed: int) -> Script:
    """A script whose days are to come."""
    script = Script(seed, {})
    chance: Random = script.chance
    base = FIRST_DAY + timedelta(days=chance.randrange(800))
    script.bodies = chance.sample(_BODIES, 2)
    script.anchors = [base, *(base + timedelta(days=chance.choice(_DISTANCES)) for _ in range(3))]
    script.now = start_of(base) - timedelta(days=chance.randint(0, 40)) + 600 * 60 * _SECOND
    return script


def _first_moment(script: Script, witness: str) -> Moment:
    """The witness is given a category; the script knows nothing of it, and cannot end it."""
    assigned = {"seq": 1_000_000, "iin": witness, "category": "R07", "source": "MLSPP"}
    event: Event = {
        "id": "witness",
        "recorded_at": script.written(script.now),
        "type": "category_assigned",
        "sender": "SC",
        "payload": assigned | {"assigned_on": f"{script.today}"},
    }
    return Moment(script.now, {_sender_of(event): [event]})


def _act(script: Script, count: int) -> None:
    until = len(script.events) + count
    while len(script.events) < until:
        waits = script.waiting and script.happens(20)
        act = fund.decide if waits else script.chance.choices([*_ACTS], [*_ACTS.values()])[0]
        act(script)


def _said(events: Sequence[Event], instant: datetime) -> dict[SenderName, list[Event]]:
    """What is said at an instant, by sender."""
    said: defaultdict[SenderName, list[Event]] = defaultdict(list)
    for event in events:
        if datetime.fromisoformat(event["recorded_at"]) == instant:
            said[_sender_of(event)].append(event)
    return dict(said)


def _sender_of(event: Event) -> SenderName:
    match event["type"]:
        case "payment" | "refund":
            kind = Kind.PAYMENTS
        case "roster_snapshot" | "roster_change":
            kind = Kind.ROSTER
        case (
            "document_registered"
            | "document_revoked"
            | "approval_decided"
            | "incident_opened"
            | "incident_closed"
        ):
            kind = Kind.DECISIONS
        case _:
            kind = Kind.CATEGORIES
    return SenderName(event["sender"], kind)
