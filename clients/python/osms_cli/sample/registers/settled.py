"""
Of whom it is certain, by the Rules, which categories come of what is reported.

When a category is granted depends on the days of the matchings. Here somebody is settled of whom
any matchings, if there was one a month at least, must have made the same by the last day; only
such people are shown as examples.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from osms_cli.sample.days import month_start, months
from osms_cli.sample.life import STANDS
from osms_cli.sample.messages import Known
from osms_cli.sample.vocabulary import Reason

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from osms_cli.sample.employers import PayCalendar
    from osms_cli.sample.life import Life
    from osms_cli.sample.registers.contributions import ContributionBook
    from osms_cli.sample.registers.reporting import Listed

#: Categories that the list alone gives; in all others it is matched who worked.
BY_LIST: Final = frozenset({"R01", "R07", "R08", "R09a", "R11", "R12", "R13", "F01"})
CRISIS_LEVEL: Final = "L02"

MATCHED_DAYS: Final = 35  # by then a matching has seen what was reported
MONTHS_BEFORE_GRANT: Final = 1
LOOKED_AT_MONTHS: Final = 8  # longer than any matching looks back
KEPT_DAYS: Final = 75  # the right is kept for longer after every category
TRACED_DAYS: Final = 500  # what ended before has no part in the months of a payer
HELD_BEFORE_DEATH_DAYS: Final = 60


class Verdict(Enum):
    """What comes of a listing by the last day."""

    HELD = auto()
    ENDED = auto()
    """It was held, and the right is kept."""
    TRACED = auto()
    """Nothing is left of it but months that may count for a payer."""
    NOTHING = auto()
    UNCERTAIN = auto()


class Settled:
    """Judges people on the last day of a region."""

    def __init__(
        self,
        listed: Mapping[str, Sequence[Listed]],
        contributions: ContributionBook,
        calendar: PayCalendar,
    ) -> None:
        self._listed = listed
        self._contributions = contributions
        self._first = calendar.first_day
        self._today = calendar.last_day
        self._month = calendar.last
        self._quiet = month_start(calendar.last - LOOKED_AT_MONTHS)
        self._months = months()

    def likely(self, life: Life) -> list[Known]:
        """What most likely comes of the reports, to be counted."""
        worked = all(self._contributions.months_made(life.iin, self._month - 2, self._month - 1))
        return [
            self._known(each, life)
            for each in self._without_raising(life.iin)
            if each.code in BY_LIST or not worked
        ]

    def certain(self, life: Life) -> list[Known] | None:
        """What certainly comes of them; None where that cannot be said."""
        if life.iin in self._contributions.refunded:
            return None
        listed = self._without_raising(life.iin)
        if life.died:
            return self._of_dead(life, listed)
        judged = [(each, self._judge(life, each, alone=len(listed) == 1)) for each in listed]
        verdicts = {verdict for _, verdict in judged}
        if Verdict.UNCERTAIN in verdicts:
            return None
        if Verdict.TRACED in verdicts and Verdict.HELD not in verdicts:
            return None
        shown = (Verdict.HELD, Verdict.ENDED)
        return [self._known(each, life) for each, verdict in judged if verdict in shown]

    def _without_raising(self, iin: str) -> list[Listed]:
        """All that somebody is listed for; whoever is on leave has R04 and not R03."""
        listed = self._listed.get(iin, ())
        on_leave = any(each.code == "R04" and self._stands(each) for each in listed)
        return [each for each in listed if not (on_leave and each.code == "R03")]

    def _stands(self, each: Listed) -> bool:
        return each.until == STANDS or each.until > self._today

    def _judge(self, life: Life, each: Listed, *, alone: bool) -> Verdict:
        if self._is_kept_from(life.iin, each):
            return Verdict.NOTHING
        if not self._stands(each):
            return self._judge_ended(each)
        if not each.certain:
            return Verdict.UNCERTAIN
        if each.code in BY_LIST:
            matched = each.since <= self._today - MATCHED_DAYS
            return Verdict.HELD if matched else Verdict.UNCERTAIN
        looked_at = self._contributions.months_made(
            life.iin, self._month - LOOKED_AT_MONTHS, self._month
        )
        held = (
            each.since < self._quiet
            and not any(looked_at)
            and (alone or each.code != CRISIS_LEVEL)
            and all(self._is_kept_from(rival, each) for rival in each.rivals)
        )
        return Verdict.HELD if held else Verdict.UNCERTAIN

    def _judge_ended(self, each: Listed) -> Verdict:
        days = self._today - each.until
        if days > TRACED_DAYS:
            return Verdict.NOTHING
        if days < MATCHED_DAYS:
            return Verdict.UNCERTAIN
        is_kept = each.certain and each.code in BY_LIST and days <= KEPT_DAYS
        return Verdict.ENDED if is_kept else Verdict.TRACED

    def _is_kept_from(self, iin: str, each: Listed) -> bool:
        """Whether somebody worked in every month that a matching could have looked at."""
        if each.code in BY_LIST:
            return False
        first = self._months[max(each.since, self._first)] - MONTHS_BEFORE_GRANT
        last = self._months[each.until] if each.until != STANDS else self._month
        return all(self._contributions.months_made(iin, first, min(last, self._month) - 1))

    def _of_dead(self, life: Life, listed: Sequence[Listed]) -> list[Known] | None:
        """What was held until a death that is known."""
        if life.end > self._today - MATCHED_DAYS:
            return None
        held = [
            each
            for each in listed
            if each.certain
            and each.code in BY_LIST
            and each.since <= life.end - HELD_BEFORE_DEATH_DAYS
            and (each.until == STANDS or each.until > life.end)
        ]
        return [self._known(each, life) for each in held] or None

    def _known(self, each: Listed, life: Life) -> Known:
        """A listing as if the category had been held on its days."""
        if life.died and (each.until == STANDS or each.until >= life.end):
            return Known(each.code, each.since, life.end, Reason.DEATH, life.end)
        if self._stands(each):
            return Known(each.code, each.since, STANDS, Reason.ENDED, each.since)
        return Known(each.code, each.since, each.until, Reason.ENDED, each.until)
