"""
Tells the lives of the people of one block: born, taught, employed, ill, retired, buried.

The order in which chance is asked is the order of the people, so a block's lives depend on
nothing but its seed.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple

from osms_cli.sample import careers, demography
from osms_cli.sample.careers import RULES, State
from osms_cli.sample.chance import between, waiting
from osms_cli.sample.days import Day, anniversary, date_of, day_of
from osms_cli.sample.life import STANDS, Life
from osms_cli.sample.vocabulary import SOURCES, TREATY_CODE, Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from random import Random

    from osms_cli.sample.identifiers import IinDealer
    from osms_cli.sample.plan import Plan

YEAR: Final = 365.25
#: No category is older than the register of them.
REGISTER_BEGAN: Final = day_of(date(1998, 1, 1))
SCHOOL_BEGINS: Final = (9, 1)
GRADUATION: Final = (6, 18)
GRADUATION_DAYS: Final = 38
SECOND_SOURCE_SHARE: Final = 0.3


class Stay(NamedTuple):
    """One stay in a state, and why it ended if it was a category."""

    since: Day
    until: Day
    reason: Reason


class Narrator:
    """Tells the lives of one block."""

    def __init__(
        self, plan: Plan, chance: Random, dealer: IinDealer, hire: Callable[[float], int]
    ) -> None:
        self._chance = chance
        self._dealer = dealer
        self._hire = hire
        self._first = day_of(plan.first_day)
        self._horizon = day_of(plan.until) + 1
        self._years = (self._horizon - self._first) / YEAR

    def tell(self, people: int) -> Iterator[Life]:
        """The lives of *people* people, one after another."""
        for _ in range(people):
            yield self._life()

    def _life(self) -> Life:
        draw = self._chance.random
        age = demography.AGES.pick(draw())
        born = self._horizon - 1 - int((age + draw()) * YEAR)
        life = self._person(born, age, female=draw() < demography.FEMALE_SHARE)
        if draw() < demography.TREATY_SHARE:
            self._tell_foreigner(life)
        elif age < demography.ADULT:
            self._tell_childhood(life, age)
        else:
            self._tell_adult(life, age)
        return life

    def _person(self, born: Day, age: int, *, female: bool) -> Life:
        draw = self._chance.random
        from_day = max(born, self._first)
        years = (self._horizon - from_day) / YEAR
        died = draw() < demography.DEATHS_A_YEAR[age] * years
        end = between(self._chance, from_day + 1, self._horizon - 1) if died else self._horizon
        mismatched = draw() < demography.MISMATCHED_SHARE
        shown = born - between(self._chance, 1, 9_000) if mismatched else born
        iin = self._dealer.deal(max(shown, 0), female=female)
        life = Life(iin, born=born, female=female, end=end, died=died and end < self._horizon)
        life.mismatched = mismatched
        return life

    def _source(self, code: str) -> str:
        """The usual source of a category, or now and then the other one."""
        known = SOURCES[code]
        if len(known) > 1 and self._chance.random() < SECOND_SOURCE_SHARE:
            return known[1]
        return known[0]

    def _tell_foreigner(self, life: Life) -> None:
        life.foreign = True
        came = between(self._chance, self._first - 500, self._horizon - 2)
        since = max(came, life.born)
        until = since + 90 + waiting(self._chance, 900)
        if until > self._first:
            life.hold(TREATY_CODE, self._source(TREATY_CODE), since, until)

    def _tell_childhood(self, life: Life, age: int) -> None:
        grown = anniversary(life.born, demography.ADULT)
        newborn = life.born >= self._first
        life.hold("R01", "MOJ" if newborn else self._source("R01"), life.born, grown, Reason.AGE)
        draw = self._chance.random
        if draw() < demography.DISABLED_CHILD_SHARE:
            first = life.born + int(draw() * (self._horizon - life.born))
            life.hold("R12", "MLSPP", first)
        if age >= demography.ADULT - 2 and draw() < demography.COLLEGE_SHARE:
            self._tell_college(life)

    def _tell_college(self, life: Life) -> None:
        since = school_year(anniversary(life.born, demography.ADULT - 2))
        if since < self._horizon:
            life.hold("R13", "MOE", since)

    def _tell_adult(self, life: Life, age: int) -> None:
        """Tell the life of somebody who is *age* years old on the last day, or would be."""
        grown = life.born + int(demography.ADULT * YEAR)
        if age <= demography.ADULT + self._years + 1:
            grown = anniversary(life.born, demography.ADULT)
        if grown >= self._first:
            life.hold("R01", self._source("R01"), life.born, grown, Reason.AGE)
        pension = self._horizon
        if age >= (pension_age := demography.pension_age(female=life.female)):
            pension = anniversary(life.born, pension_age)
        if pension > self._first:
            self._tell_working_age(life, grown, pension)
        else:
            self._tell_working_pensioner(life)
        if pension < self._horizon:
            life.hold("R07", "MLSPP", max(pension, REGISTER_BEGAN))
            self._tell_disabled_pensioner(life, pension)

    def _tell_working_pensioner(self, life: Life) -> None:
        if self._chance.random() < demography.WORKING_PENSIONER_SHARE:
            self._work(life, self._first - 1, self._first + waiting(self._chance, 1_400))

    def _tell_disabled_pensioner(self, life: Life, pension: Day) -> None:
        if all(episode.code != "R12" for episode in life.episodes):
            self._tell_disability(life, pension, demography.DISABLED_PENSIONER_SHARE)

    def _tell_disability(self, life: Life, before: Day, share: float) -> bool:
        """Whether the person has been disabled since before the first day."""
        draw = self._chance.random
        if draw() < share:
            since = min(before, self._first) - 30 - waiting(self._chance, 2_500)
            life.hold("R12", "MLSPP", max(since, REGISTER_BEGAN, life.born))
            return True
        if draw() < demography.DISABLED_A_YEAR * self._years:
            life.hold("R12", "MLSPP", between(self._chance, self._first, self._horizon - 1))
        return False

    def _tell_working_age(self, life: Life, grown: Day, pension: Day) -> None:
        stop = min(pension, life.end)
        if grown >= self._first:
            state = demography.COMING_OF_AGE[life.female].pick(self._chance.random())
            self._walk(life, state, (grown, grown), stop)
            return
        if self._chance.random() < demography.KANDAS_A_YEAR * self._years:
            came = between(self._chance, self._first, self._horizon - 1)
            self._walk(life, State.KANDAS, (came, came), stop)
            return
        age = int((self._first - life.born) / YEAR)
        disabled = self._tell_disability(life, self._first, demography.DISABLED_SHARE)
        awarded = self._tell_award(life, age)
        state = self._standing_state(age, life, disabled=disabled, awarded=awarded)
        elapsed, left = RULES[state].elapsed_and_left(self._chance)
        since = max(self._first - 1 - elapsed, grown)
        self._walk(life, state, (since, self._first + left), stop)

    def _tell_award(self, life: Life, age: int) -> bool:
        """Whether the woman is an awarded mother of many children."""
        if not life.female or age < demography.AWARDED_MOTHER_FROM:
            return False
        if self._chance.random() >= demography.AWARDED_MOTHER_SHARE:
            return False
        first = anniversary(life.born, demography.AWARDED_MOTHER_FROM)
        recent = self._chance.random() < demography.AWARDED_A_YEAR * self._years
        span = (self._first, self._horizon - 1) if recent else (first, self._first - 1)
        life.hold("R11", "MLSPP", max(between(self._chance, *span), REGISTER_BEGAN))
        return not recent

    def _standing_state(self, age: int, life: Life, *, disabled: bool, awarded: bool) -> State:
        draw = self._chance.random
        if disabled and draw() < demography.DISABLED_IDLE_SHARE:
            return State.SETTLED_IDLE
        state = demography.first_state(max(age, demography.ADULT), draw(), female=life.female)
        if (disabled or awarded) and state in careers.NEEDS_NO_OTHER:
            return State.IDLE
        return state

    def _walk(self, life: Life, state: State, stay: tuple[Day, Day], stop: Day) -> None:
        """Go from state to state; *stay* is since when the first lasts and where chance begins."""
        since, known = stay
        end = known if since < self._first else known + RULES[state].lasts(self._chance)
        while since < stop:
            rule = RULES[state]
            if state is State.STUDENT:
                end = graduation(max(end, since + rule.least), self._chance)
            following = rule.after.pick(self._chance.random())
            gap = int(self._chance.random() * rule.gap_most) if rule.gap_most else 0
            if life.female and state in careers.MATERNAL:
                end, following, gap = self._motherhood(life, state, since, (end, following, gap))
            reason = _reason(state, following) if end < stop else Reason.AGE
            self._record(life, state, Stay(since, min(end, stop), reason))
            since = end + gap
            state = following
            end = since + RULES[state].lasts(self._chance)

    def _motherhood(
        self, life: Life, state: State, since: Day, planned: tuple[Day, State, int]
    ) -> tuple[Day, State, int]:
        """What the end, the next state and the gap become if a child comes first."""
        from_day = max(since, self._first)
        age = (from_day - life.born) / YEAR
        if not demography.FERTILE_FROM <= age < demography.FERTILE_TO:
            return planned
        young = age < careers.YOUNG_MOTHER_UNTIL
        mean = careers.MOTHERHOOD_MEAN_YOUNG if young else careers.MOTHERHOOD_MEAN_OLDER
        coming = from_day + 20 + waiting(self._chance, mean)
        if coming >= planned[0]:
            return planned
        return coming, State.LEAVE if state is State.JOB else State.PREGNANT, 0

    def _record(self, life: Life, state: State, stay: Stay) -> None:
        if RULES[state].code:
            self._record_category(life, state, stay)
        elif state is State.JOB:
            self._work(life, stay.since, stay.until)
        elif state is State.SELF:
            life.own.append(life.cut(stay.since, stay.until))
        elif state is State.SOLDIER:
            life.service.append(life.cut(stay.since, stay.until))

    def _record_category(self, life: Life, state: State, stay: Stay) -> None:
        code = RULES[state].code
        until = stay.until if stay.until < self._horizon else STANDS
        life.hold(code, self._source(code), max(stay.since, REGISTER_BEGAN), until, stay.reason)
        if state is State.STUDENT and self._chance.random() < demography.WORKING_STUDENT_SHARE:
            self._work(life, max(stay.since, self._first), stay.until)

    def _work(self, life: Life, since: Day, until: Day) -> None:
        job = life.cut(since, until, self._hire(self._chance.random()))
        if job.until > job.since:
            life.jobs.append(job)


def _reason(state: State, following: State) -> Reason:
    if state is State.STUDENT:
        return Reason.GRADUATED
    return Reason.EMPLOYED if following is State.JOB else Reason.ENDED


def school_year(day: Day) -> Day:
    """The first day of school on or after a day."""
    when = date_of(day)
    begins = when.replace(month=SCHOOL_BEGINS[0], day=SCHOOL_BEGINS[1])
    return day_of(begins) if when <= begins else anniversary(day_of(begins), 1)


def graduation(day: Day, chance: Random) -> Day:
    """A day of graduation soon after *day*: they are spread over some weeks of each summer."""
    summer = day_of(date_of(day).replace(month=GRADUATION[0], day=GRADUATION[1]))
    if day > summer:
        summer = anniversary(summer, 1)
    return summer + int(chance.random() * GRADUATION_DAYS)
