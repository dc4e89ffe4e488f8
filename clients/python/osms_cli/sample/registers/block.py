"""What is told of one block of people by those who know what categories are formed by."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from osms_cli.sample.days import delivery_days
from osms_cli.sample.registers.bad import BAD_CONTRIBUTIONS, BAD_REPORTS, BadRegisterLines
from osms_cli.sample.registers.book import SYSTEMS, RegisterBook
from osms_cli.sample.registers.contributions import ContributionBook
from osms_cli.sample.registers.families import Families
from osms_cli.sample.registers.parents import ParentReporter
from osms_cli.sample.registers.reporting import Listed, Reporter
from osms_cli.sample.registers.settled import Settled
from osms_cli.sample.registers.story import Books, Story
from osms_cli.sample.segments import Segment
from osms_cli.sample.vocabulary import STATE_CORPORATION, Feed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from random import Random

    from osms_cli.sample.days import Day
    from osms_cli.sample.employers import Employer, PayCalendar
    from osms_cli.sample.identifiers import IinDealer
    from osms_cli.sample.life import Life
    from osms_cli.sample.paybook import PayBook
    from osms_cli.sample.plan import Plan
    from osms_cli.sample.spoil import BadKind
    from osms_cli.sample.wages import Worker


class Registers:
    """Collects what is told of a block; *chance* gives a stream of chance by its name."""

    def __init__(
        self, plan: Plan, number: int, calendar: PayCalendar, chance: Callable[[str], Random]
    ) -> None:
        self._plan = plan
        self._calendar = calendar
        self._chance = chance
        self._book = RegisterBook(number, calendar)
        self._contributions = ContributionBook(chance("contributions"), calendar)
        self._reporter = Reporter(chance("reports"), self._book, calendar)
        self._families = Families(chance("families"), calendar)
        self._parents = ParentReporter(chance("parents"), self._book, self._reporter, calendar)
        self._listed: dict[str, list[Listed]] = {}
        self.settled = Settled(self._listed, self._contributions, calendar)
        self.bad: Counter[tuple[Feed, BadKind]] = Counter()

    def enter(
        self, lives: Sequence[Life], staff: Iterable[tuple[Employer, Sequence[Worker]]]
    ) -> None:
        """Report of all people of the block, and pay for those who work."""
        births, guarded = self._families.join(lives)
        self._parents.enter(lives, births, guarded)
        for life in lives:
            self._listed[life.iin] = [*self._reporter.enter(life), *self._parents.listed[life.iin]]
        for employer, people in staff:
            self._contributions.pay(employer, people)

    def tell_a_story(self, dealer: IinDealer, payments: PayBook) -> dict[str, Any]:
        """Tell of the woman whose life is told day by day; what is told of her, in order."""
        books = Books(self._book, self._contributions, payments)
        story = Story(dealer, self._calendar, books)
        story.tell()
        return story.as_json()

    def segments(self) -> Iterator[Segment]:
        """What the block contributes to the files of source systems and of contributions."""
        if Feed.REPORT in self._plan.feeds:
            mixer = self._mixer("bad reports", BAD_REPORTS)
            for system in SYSTEMS:
                yield from self._stream((Feed.REPORT, system), self._book.lines[system], mixer)
            self._count(Feed.REPORT, mixer)
        if Feed.CONTRIBUTION in self._plan.feeds:
            mixer = self._mixer("bad contributions", BAD_CONTRIBUTIONS)
            stream = (Feed.CONTRIBUTION, STATE_CORPORATION)
            yield from self._stream(stream, self._contributions.lines, mixer)
            self._count(Feed.CONTRIBUTION, mixer)

    def _mixer(self, name: str, makers: Mapping[BadKind, Any]) -> BadRegisterLines:
        return BadRegisterLines(self._chance(name), self._plan.bad_share, makers)

    def _count(self, feed: Feed, mixer: BadRegisterLines) -> None:
        self.bad.update({(feed, kind): count for kind, count in mixer.counts.items()})

    def _stream(
        self, stream: tuple[Feed, str], lines: dict[Day, list[str]], mixer: BadRegisterLines
    ) -> Iterator[Segment]:
        feed, sender = stream
        deliveries = delivery_days(sorted(lines), self._plan.cadence, self._calendar.last_day)
        for day, known_days in deliveries.items():
            good = [line for known in known_days for line in lines.pop(known)]
            mixed, bad = mixer.mix(good, sender)
            yield Segment.of(feed, sender, day, mixed, bad, compress=self._plan.compress)
