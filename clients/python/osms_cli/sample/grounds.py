"""
On which ground somebody is entitled on the region's last day, for the summary and the examples.

A second, short reading of the Rules that knows one day only. It is here so that a sample can say
what it contains; the register's own answer is the one that counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from osms_cli.sample.days import Day, Month, month_start, months
from osms_cli.sample.life import STANDS
from osms_cli.sample.vocabulary import CATEGORIES, TREATY_CODE, Reason

if TYPE_CHECKING:
    from osms_cli.sample.employers import PayCalendar
    from osms_cli.sample.life import Stretch
    from osms_cli.sample.messages import Known

WINDOW_MONTHS: Final = 12
LONG_MONTHS: Final = 60
PAST_MONTHS: Final = 130  # how far back sets of months reach
KEPT_MONTHS: Final = 3
KEPT_MONTHS_LONG: Final = 6
ON_TIME_MONTHS: Final = 2
RANK: Final = {code: rank for rank, code in enumerate(CATEGORIES)}


class Facts(NamedTuple):
    """What the register knows about somebody on the last day."""

    known: list[Known]
    paid: int = 0
    independent: int = 0
    service: tuple[Stretch, ...] = ()


class Standing(NamedTuple):
    """The ground reported first, or why there is none; with the category if it is one."""

    ground: str
    code: str = ""


NOT_REGISTERED: Final = Standing("NOT_REGISTERED")
NOT_ENTITLED: Final = Standing("NOT_ENTITLED")


class LastDay:
    """Judges people on the last day of a region."""

    def __init__(self, calendar: PayCalendar) -> None:
        self._day = calendar.last_day
        self._month = calendar.last
        self._base = self._month - PAST_MONTHS
        self._paid_shift = calendar.first - self._base
        self._months = months()

    def standing(self, facts: Facts) -> Standing:
        """What holds for somebody on the last day."""
        if any(known.reason is Reason.DEATH and known.until for known in facts.known):
            return NOT_ENTITLED
        if any(stretch.since <= self._day < stretch.until for stretch in facts.service):
            return Standing("ROSTER")
        if standing := self._category(facts.known):
            return standing
        if standing := self._payer(facts):
            return standing
        if any(self._kept(known) for known in facts.known):
            return Standing("RETENTION_CATEGORY")
        return self._without_ground(facts)

    def _without_ground(self, facts: Facts) -> Standing:
        heard_of = facts.known or facts.paid or facts.service
        return NOT_ENTITLED if heard_of else NOT_REGISTERED

    def _category(self, known: list[Known]) -> Standing | None:
        codes = [
            episode.code
            for episode in known
            if episode.since <= self._day
            and (episode.until == STANDS or episode.until > self._day)
        ]
        if not codes:
            return None
        if TREATY_CODE in codes:
            return Standing("TREATY", TREATY_CODE)
        return Standing(
            "CATEGORY", codes[0] if len(codes) == 1 else min(codes, key=RANK.__getitem__)
        )

    def _kept(self, known: Known) -> bool:
        if known.code == TREATY_CODE or known.until == STANDS or known.reason is Reason.DEATH:
            return False
        last = self._months[known.until - 1] + KEPT_MONTHS
        return known.until <= self._day < month_start(last + 1)

    def _payer(self, facts: Facts) -> Standing | None:
        if not facts.paid:
            return None
        paid = facts.paid << self._paid_shift
        satisfied = paid | self._held_months(facts)
        complete = [
            month
            for month in range(self._month, self._month - KEPT_MONTHS - 1, -1)
            if paid >> (month - self._base) & 1 and self._run(satisfied, month, WINDOW_MONTHS)
        ]
        if complete and complete[0] >= self._month - ON_TIME_MONTHS:
            return Standing("PAYER")
        if standing := self._self_payer(facts.independent << self._paid_shift):
            return standing
        if complete:
            return Standing("RETENTION_PAYER")
        long = range(self._month - KEPT_MONTHS_LONG, self._month + 1)
        if any(self._run(paid, month, LONG_MONTHS) for month in long):
            return Standing("RETENTION_PAYER_LONG")
        return None

    def _self_payer(self, paid: int) -> Standing | None:
        """Twelve months paid in a row give the right to the end of the last of them."""
        if not paid:
            return None
        for last in range(self._month + WINDOW_MONTHS, self._month - KEPT_MONTHS - 1, -1):
            if last - WINDOW_MONTHS + 1 <= self._month and self._run(paid, last, WINDOW_MONTHS):
                return Standing("SELF_PAYER" if last >= self._month else "RETENTION_SELF_PAYER")
        return None

    def _run(self, paid: int, last: Month, length: int) -> bool:
        """Whether the *length* months up to *last* are all in a set of months."""
        whole = (1 << length) - 1
        return paid >> (last - length + 1 - self._base) & whole == whole

    def _held_months(self, facts: Facts) -> int:
        """The months in which a category or the service held on some day."""
        held = 0
        for known in facts.known:
            if known.code != TREATY_CODE:
                held |= self._span(known.since, known.until or self._day + 1)
        for stretch in facts.service:
            held |= self._span(stretch.since, min(stretch.until, self._day + 1))
        return held

    def _span(self, since: Day, until: Day) -> int:
        low = max(self._months[since] - self._base, 0)
        high = self._months[until - 1] - self._base
        return ((1 << (high - low + 1)) - 1) << low if high >= low else 0
