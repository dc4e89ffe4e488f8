"""
One block of people, from their births to the lines that tell of them.

Every kind of chance in a block has a seed of its own, so that leaving out a feed, or the bad
lines, changes nothing in what remains.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from random import Random
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from osms_cli.sample.bad_messages import BadMessages, Memory
from osms_cli.sample.bad_payments import BadPayments
from osms_cli.sample.chance import between
from osms_cli.sample.days import delivery_days
from osms_cli.sample.employers import Employers, PayCalendar
from osms_cli.sample.examples import Album, collect
from osms_cli.sample.grounds import Facts, LastDay
from osms_cli.sample.identifiers import IinDealer
from osms_cli.sample.independents import Independents
from osms_cli.sample.lives import Narrator
from osms_cli.sample.members import Member, enlisted
from osms_cli.sample.messages import Known, MessageBook
from osms_cli.sample.names import person_name, trader_name
from osms_cli.sample.paybook import PayBook
from osms_cli.sample.plan import PEOPLE_A_BLOCK
from osms_cli.sample.registers.block import Registers
from osms_cli.sample.segments import Segment
from osms_cli.sample.vocabulary import STATE_CORPORATION, Feed
from osms_cli.sample.wages import Wages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from osms_cli.sample.life import Life, Stretch
    from osms_cli.sample.plan import Plan
    from osms_cli.sample.spoil import BadKind

OWNERS_BORN: Final = (16_000, 29_000)  # owners of small trades are between 25 and 60 or so
EXAMPLE_BLOCKS: Final = 20  # the blocks that offer people as examples

_TOLD_BY_SOURCES: Final = frozenset({Feed.REPORT, Feed.CONTRIBUTION})
_PAID: Final = frozenset({Feed.PAYMENT, Feed.CONTRIBUTION})


class BlockReport(NamedTuple):
    """What the region must know of a block beside its segments."""

    grounds: Counter[str]
    bad: Counter[tuple[Feed, BadKind]]
    album: Album
    members: dict[str, list[Member]]
    story: dict[str, Any] | None


class Block:
    """Writes one block of a plan: first `segments`, to the end, and then `report`."""

    def __init__(self, plan: Plan, number: int) -> None:
        self._plan = plan
        self._number = number
        self._calendar = PayCalendar.of(plan)
        self._days = range(self._calendar.first_day, self._calendar.last_day + 1)
        self._messages = MessageBook(self._chance("messages"), self._calendar)
        self._book = PayBook(self._calendar)
        self._dealer = dealer = IinDealer(number, plan.blocks)
        owners = self._chance("owners")
        employers = Employers(
            plan, number, lambda: dealer.deal(between(owners, *OWNERS_BORN), female=False)
        )
        self._narrator = Narrator(plan, self._chance("lives"), dealer, employers.pick)
        self._names = self._chance("names")
        self._wages = Wages(self._chance("wages"), self._book, employers.known)
        self._independents = Independents(self._chance("independents"), self._book)
        self._service = self._chance("service")
        self._bad: Counter[tuple[Feed, BadKind]] = Counter()
        self._members: defaultdict[str, list[Member]] = defaultdict(list)
        self._people: list[tuple[Life, Facts]] = []
        self._story: dict[str, Any] | None = None
        self._registers: Registers | None = None
        if _TOLD_BY_SOURCES & plan.feeds:
            self._registers = Registers(plan, number, self._calendar, self._chance)

    def _chance(self, name: str) -> Random:
        return Random(self._plan.seed_of("block", self._number, name))

    def segments(self) -> Iterator[Segment]:
        """Everything the block contributes, by feed and day."""
        self._live()
        for feed in (Feed.CATEGORY, Feed.TREATY):
            if feed in self._plan.feeds:
                yield from self._message_segments(feed)
        if Feed.PAYMENT in self._plan.feeds:
            yield from self._payment_segments()
        if self._registers:
            yield from self._registers.segments()
            self._bad.update(self._registers.bad)

    def report(self) -> BlockReport:
        """What is known of the block once its segments have been written."""
        judge = LastDay(self._calendar)
        grounds: Counter[str] = Counter()
        album: Album = {}
        for life, facts in self._people:
            standing = judge.standing(facts)
            grounds["DIED" if life.died else standing.ground] += 1
            if standing.code:
                grounds[f"{standing.ground}_{standing.code}"] += 1
            if self._number < EXAMPLE_BLOCKS and life.iin not in self._book.unpaid:
                self._offer(album, judge, life, facts)
        return BlockReport(grounds, self._bad, album, dict(self._members), self._story)

    def _offer(self, album: Album, judge: LastDay, life: Life, facts: Facts) -> None:
        """Offer somebody as an example, unless it is open which categories come of a life."""
        if self._registers:
            known = self._registers.settled.certain(life)
            if known is None:
                return
            facts = facts._replace(known=known)
        collect(album, life, facts, judge.standing(facts), self._calendar.last_day)

    # Lives.

    def _live(self) -> None:
        for life in self._narrator.tell(self._plan.people_in(self._number)):
            self._people.append((life, self._facts(life)))
        if self._registers:
            self._tell_sources(self._registers)
        if Feed.PAYMENT in self._plan.feeds:
            self._wages.write()
            self._people = [(life, self._without_unpaid(life, f)) for life, f in self._people]

    def _tell_sources(self, registers: Registers) -> None:
        registers.enter([life for life, _ in self._people], self._wages.staff())
        likely = registers.settled.likely
        self._people = [(life, f._replace(known=likely(life))) for life, f in self._people]
        if self._number == 0:
            self._story = registers.tell_a_story(self._dealer, self._book)

    def _facts(self, life: Life) -> Facts:
        known = self._told(life) if life.episodes else []
        paid = independent = 0
        if (life.jobs or life.own) and _PAID & self._plan.feeds:
            payments = self._pay(life)
            if Feed.PAYMENT in self._plan.feeds:
                paid, independent = payments
        service: list[Stretch] = []
        if life.service and Feed.ROSTER in self._plan.feeds:
            service = self._enlist(life)
        return Facts(known, paid, independent, tuple(service))

    def _told(self, life: Life) -> list[Known]:
        feed = Feed.TREATY if life.foreign else Feed.CATEGORY
        known = self._messages.enter(life)
        return known if feed in self._plan.feeds else []

    def _pay(self, life: Life) -> tuple[int, int]:
        """Enter all payments for a person; the months paid, and those paid independently."""
        name = person_name(self._names, female=life.female)
        person = f"{life.iin},{name.columns()}"
        paid = independent = 0
        for job in life.jobs:
            paid |= self._wages.employ(person, job)
        if life.own:
            own, independent = self._independents.pay(person, trader_name(name), life.own)
            paid |= own
        return paid, independent

    def _without_unpaid(self, life: Life, facts: Facts) -> Facts:
        unpaid = self._book.unpaid.get(life.iin, 0)
        return facts._replace(paid=facts.paid & ~unpaid) if unpaid else facts

    def _enlist(self, life: Life) -> list[Stretch]:
        """Enter all service of a person; from when to when a body lists them."""
        listed = []
        for stretch in life.service:
            if found := enlisted(self._service, life.iin, stretch, self._days):
                body, member = found
                self._members[body].append(member)
                listed.append(member.for_sure(self._days))
        return listed

    # Lines.

    def _message_segments(self, feed: Feed) -> Iterator[Segment]:
        lines = self._messages.lines[feed]
        memory = Memory(feed, self._messages.corrected, self._calendar.last_day)
        mixer = BadMessages(self._chance(f"bad {feed}"), self._plan.bad_share, memory)
        deliveries = delivery_days(sorted(lines), self._plan.cadence, self._calendar.last_day)
        last = max(deliveries, default=0)
        for day, known_days in deliveries.items():
            good = [line for known in known_days for line in lines[known]]
            mixed = mixer.mix(day, good, every_kind=day == last and self._shows_every_kind)
            text = "".join(mixed.lines).encode()
            fresh = len(mixed.lines) - len(mixed.numbered_as)
            yield Segment(
                feed,
                STATE_CORPORATION,
                day,
                text,
                len(mixed.lines),
                mixed.bad,
                fresh,
                mixed.numbered_as,
            )
        self._bad.update({(feed, kind): count for kind, count in mixer.counts.items()})

    @property
    def _shows_every_kind(self) -> bool:
        """Whether this block sees to it that the region has bad messages of every kind."""
        large = self._plan.people >= PEOPLE_A_BLOCK
        return large and self._number == 0 and self._plan.bad_share > 0.0

    def _payment_segments(self) -> Iterator[Segment]:
        payments, refunds = self._book.payments, self._book.refunds
        chance = self._chance("bad payments")
        mixer = BadPayments(chance, self._plan.bad_share, self._calendar.last_day)
        received = sorted({*payments, *refunds})
        deliveries = delivery_days(received, self._plan.cadence, self._calendar.last_day)
        for day, received_days in deliveries.items():
            paid = [line for known in received_days for line in payments.pop(known, ())]
            refunded = [line for known in received_days for line in refunds.pop(known, ())]
            lines, bad = mixer.mix(paid, refunded)
            yield Segment.of(
                Feed.PAYMENT,
                STATE_CORPORATION,
                day,
                lines,
                bad,
                compress=self._plan.compress,
            )
        self._bad.update({(Feed.PAYMENT, kind): count for kind, count in mixer.counts.items()})
