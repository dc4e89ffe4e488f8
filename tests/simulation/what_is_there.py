"""
What is in the register, by all that it shows, held against what must be there.

The oracle is told what is kept, and nothing else; then every fact, rejected line, held list and
answer must be what the oracle has, each once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from random import Random
from typing import Any, Final

from osms_client import Fact, Ground, HeldBatch, NotFound, OsmsClient, Rejection
from tests.oracle import World
from tests.oracle.days import day_of
from tests.oracle.script import Event
from tests.simulation.senders import Sender
from tests.simulation.site import SUPERVISOR, Site
from tests.simulation.story import Kind, Moment, SenderName, Story
from tests.simulation.what_was_acknowledged import require

Seen = tuple[object, ...]

_FEEDS: Final = {
    Kind.CATEGORIES: "CATEGORY",
    Kind.PAYMENTS: "PAYMENT",
    Kind.ROSTER: "ROSTER_CHANGE",
}
_FACTS: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    "category_assigned": ("category_assignment", {"assigned_on": "assigned_date"}),
    "treaty_listed": ("category_assignment", {"assigned_on": "assigned_date"}),
    "category_removed": (
        "category_removal",
        {"assigned_on": "assigned_date", "removed_on": "removed_date", "reason": "reason"},
    ),
    "payment": (
        "payment",
        {
            "reference": "reference",
            "period": "period",
            "knp": "purpose_code",
            "amount": "amount",
            "received_on": "received_date",
        },
    ),
    "refund": (
        "payment_refund",
        {
            "refund_reference": "refund_reference",
            "reference": "reference",
            "period": "period",
            "knp": "purpose_code",
            "amount": "amount",
            "refunded_on": "refunded_date",
        },
    ),
    "roster_change": ("roster_mark", {"changed_on": "changed_date"}),
    "document_registered": (
        "document_registration",
        {"category": "category", "applied_on": "applied_date"},
    ),
}
_FACTS_OF: Final = {**_FACTS, "treaty_removed": _FACTS["category_removed"]}
_FIELDS: Final = {kind: tuple(names.values()) for kind, names in _FACTS.values()}


class Expected:
    """What must be there: the oracle, told what every sender's events came to."""

    def __init__(self, told: Sequence[Moment], senders: Mapping[SenderName, Sender]) -> None:
        self.world = World()
        self.facts: Counter[Seen] = Counter()
        self.rejected: Counter[Seen] = Counter()
        self.held: set[str] = set()
        self._indices: Counter[SenderName] = Counter()
        self._positions: Counter[SenderName] = Counter()
        for moment in told:
            for name, sender in senders.items():
                for event in moment.said.get(name, ()):
                    self._tell(moment, sender, event)

    def _tell(self, moment: Moment, sender: Sender, event: Event) -> None:
        name = sender.name
        index = self._indices[name]
        self._indices[name] += 1
        if index >= sender.kept:
            return
        outcome = self.world.deliver(event).outcome
        told = sender.outcome(index)
        require(told in {None, outcome}, name, event, "came to", told, "expected", outcome)
        self._keep(moment, name, event, outcome)

    def _keep(self, moment: Moment, name: SenderName, event: Event, outcome: str) -> None:
        if event["type"] in _FACTS_OF:
            self._positions[name] += 1
            if outcome == "ACCEPTED":
                self.facts[_fact_of(moment, event)] += 1
            elif outcome == "REJECTED" and name.kind in _FEEDS:
                place = (_FEEDS[name.kind], name.name, self._positions[name], moment.at)
                self.rejected[place] += 1
        elif outcome == "HELD_FOR_APPROVAL":
            self.held.add(event["id"])
        elif event["type"] == "approval_decided" and outcome == "ACCEPTED":
            self.held.discard(event["payload"]["item"])


def _fact_of(moment: Moment, event: Event) -> Seen:
    kind, fields = _FACTS_OF[event["type"]]
    payload = event["payload"]
    values = tuple(payload[name] for name in fields)
    return (payload["iin"], kind, moment.at, *values)


def compare(
    site: Site,
    story: Story,
    told: Sequence[Moment],
    senders: Mapping[SenderName, Sender],
    chance: Random,
) -> None:
    """Holds the register against what must be there. Broken: it is not so."""
    expected = Expected(told, senders)
    with site.client(SUPERVISOR) as fund:
        facts = Counter(_seen(iin, fact) for iin in story.everybody for fact in _facts(fund, iin))
        _same("facts", _comparable(facts), expected.facts)
        rejected: Counter[Seen] = Counter(
            (each.feed, each.sender, each.position, each.record_time)
            for each in fund.rejections()
            if each.feed != "ROSTER"
        )
        _same("rejected lines", rejected, expected.rejected)
        held = {batch.held_batch_id for batch in fund.held_batches(state="WAITING")}
        require(held == {site.held[event] for event in expected.held}, "held", held, expected.held)
    _compare_answers(site, story, told[-1].at, expected.world, (senders, chance))
    differences = site.differences()
    require(differences == 0, f"verify finds {differences} differences")


def _same(what: str, found: Counter[Seen], expected: Counter[Seen]) -> None:
    require(found == expected, what, "too many", found - expected, "missing", expected - found)


def _facts(fund: OsmsClient, iin: str) -> Iterator[Fact]:
    try:
        yield from fund.facts(iin)
    except NotFound:
        return


def _seen(iin: str, fact: Fact) -> Seen:
    fields = _FIELDS.get(fact.kind, ())
    return (iin, fact.kind, fact.record_time, *(fact.content.get(name) for name in fields))


def _comparable(facts: Counter[Seen]) -> Counter[Seen]:
    """Without what a list or a revocation leaves, which the answers show."""
    return Counter(
        {
            seen: count
            for seen, count in facts.items()
            if seen[1] in _FIELDS and not (seen[1] == "roster_mark" and seen[3] is None)
        }
    )


def _compare_answers(
    site: Site,
    story: Story,
    now: datetime,
    world: World,
    asked: tuple[Mapping[SenderName, Sender], Random],
) -> None:
    """Asks about some days of everybody, in the last revision that anybody was told."""
    senders, chance = asked
    known = [sender.acknowledged for sender in senders.values() if sender.acknowledged]
    revision = max((acknowledged.revision for acknowledged in known), default="")
    days = {day_of(now), *chance.sample(list(story.days), min(3, len(story.days)))}
    with site.client("clinic1") as clinic:
        for iin in (*story.people, story.witness, chance.choice(list(story.crowd))):
            for day in days:
                answer = clinic.check(iin, day, at_least_revision=revision)
                oracle = world.ask(iin, day, now)
                found = (answer.status, answer.ground, answer.last_date)
                wanted = (oracle.status, oracle.primary, oracle.through)
                require(found == wanted, iin, day, "answered", found, "expected", wanted)


def register_shown(site: Site, story: Story) -> dict[str, Any]:
    """Everything that the register shows of a story, without what names only this telling."""
    with site.client(SUPERVISOR) as fund:
        return {
            "facts": {iin: Counter(map(_whole, _facts(fund, iin))) for iin in story.everybody},
            "timelines": {iin: _stretches(fund, iin) for iin in story.everybody},
            "rejected": Counter(_without(each, "rejection_id") for each in fund.rejections()),
            "held": Counter(_without(each, "held_batch_id") for each in fund.held_batches()),
            "feeds": [repr(status) for status in fund.feeds()],
            "positions": [site.position(name) for name in story.senders if name.kind in _FEEDS],
        }


def _whole(fact: Fact) -> str:
    content = {name: fact.content[name] for name in fact.content if name != "registration_id"}
    return repr((fact.kind, fact.sender, fact.record_time, sorted(content.items())))


def _stretches(fund: OsmsClient, iin: str) -> list[str]:
    try:
        found = fund.timeline(iin).stretches
    except NotFound:
        return []
    return [
        repr((each.start, each.end, [_without(ground, "fact_ids") for ground in each.grounds]))
        for each in found
    ]


def _without(value: Rejection | HeldBatch | Ground, name: str) -> str:
    return repr({field: told for field, told in asdict(value).items() if field != name})
