"""
The books kept while events arrive: the ledger, and what the rules of intake must remember.

Message numbers used up, what waits for approval, the lists of the bodies, first removals counted
for the guard, and what each feed delivered when.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from tests.oracle.days import start_of
from tests.oracle.facts import Assignment, Change, Fact, Snapshot
from tests.oracle.grounds import holds_category_on
from tests.oracle.known import Known
from tests.oracle.ledger import Ledger
from tests.oracle.message import ACCEPTED, HELD_FOR_APPROVAL, Message, Outcome
from tests.oracle.reference import Parameters
from tests.oracle.rosters import Lists


@dataclass(frozen=True, slots=True)
class Delivery:
    """Something that a feed brought."""

    feed: str
    sender: str
    at: datetime


class Books:
    """Everything that intake reads and writes."""

    def __init__(self, parameters: Parameters) -> None:
        self.parameters = parameters
        self.ledger = Ledger()
        self.numbers_used: dict[tuple[str, int], object] = {}
        self.waiting: dict[str, Fact] = {}
        self.registrations: dict[str, str] = {}
        self.deliveries: list[Delivery] = []
        self.removals_counted: Counter[tuple[str, date]] = Counter()
        self._holders: dict[tuple[str, date], int] = {}
        self._roster_facts: list[Snapshot | Change] = []
        self._lists = Lists()

    def accept(self, message: Message, fact: Fact, **remarks: tuple[str, ...]) -> Outcome:
        """Take *fact* in; it is known from now on."""
        self.ledger.write(fact)
        self.ledger.make_known(fact, message.at)
        self._enter_in_lists(fact)
        return Outcome(ACCEPTED, **remarks)  # type: ignore[arg-type]  # remarks are tuples

    def hold(self, message: Message, fact: Fact, **remarks: tuple[str, ...]) -> Outcome:
        """Keep *fact* for a supervisor's approval; until then it changes nothing."""
        self.ledger.write(fact)
        self.waiting[message.name] = fact
        return Outcome(HELD_FOR_APPROVAL, **remarks)  # type: ignore[arg-type]

    def approve(self, name: str, at: datetime) -> None:
        """Make known what was held under *name*, with its own dates and its own arrival."""
        fact = self.waiting.pop(name)
        self.ledger.make_known(fact, at)
        self._enter_in_lists(fact)

    def decline(self, name: str) -> None:
        """Let what was held under *name* never become known."""
        del self.waiting[name]

    def known_now(self, iin: str) -> Known:
        """Return what is known about *iin* by now, earlier lines of this delivery included."""
        facts = [fact for fact in self.ledger.concerning(iin) if self.ledger.is_known(fact)]
        return Known(iin, facts, self.parameters)

    def listed(self, bodies: tuple[str, ...]) -> set[str]:
        """Return the people on the lists of *bodies* as they stand."""
        return self._lists.of_all(bodies)

    def deliver(self, feed: str, message: Message) -> None:
        """Remember that *message* brought something of *feed*."""
        self.deliveries.append(Delivery(feed, message.sender, message.at))

    def holders_at_start_of(self, day: date, category: str) -> int:
        """Count who holds *category* on *day* by what was known before the day began."""
        if (category, day) not in self._holders:
            holding = (self._held_before(iin, category, day) for iin in self.ledger.people())
            self._holders[category, day] = sum(holding)
        return self._holders[category, day]

    def _held_before(self, iin: str, category: str, day: date) -> bool:
        assignments = self.ledger.known_about(iin, Assignment)
        if all(assignment.category != category for assignment in assignments):
            return False
        facts = [fact for fact in self.ledger.concerning(iin) if self._is_known_before(fact, day)]
        return holds_category_on(Known(iin, facts, self.parameters), category, day)

    def _is_known_before(self, fact: Fact, day: date) -> bool:
        since = self.ledger.known_since(fact)
        return since is not None and since < start_of(day)

    def _enter_in_lists(self, fact: Fact) -> None:
        """Work *fact* into the lists in its place by arrival, which need not be the last."""
        if not isinstance(fact, Snapshot | Change):
            return
        is_last = all(earlier.arrival < fact.arrival for earlier in self._roster_facts[-1:])
        self._roster_facts.append(fact)
        if is_last:
            self._lists.apply(fact)
        else:
            self._rebuild_lists()

    def _rebuild_lists(self) -> None:
        self._roster_facts.sort(key=lambda fact: fact.arrival)
        self._lists = Lists()
        for fact in self._roster_facts:
            self._lists.apply(fact)
