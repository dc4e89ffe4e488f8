"""
Model lives: what is known of the people of a register that is laid out for measuring look-ups.

Each life is a handful of facts, from which the rules make its timeline and ledger once; a
register of any size repeats them (laid_out.py). The mix is roughly a country's: mostly children
and pensioners, some students, unemployed and mothers, with right and without. Payers are fewer
than in life, since a look-up never reads their payments.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count
from random import Random
from typing import Final, NamedTuple

from osms_common.domain.calendar import (
    Month,
    first_day,
    last_day,
    later,
    month_of,
    same_day_later,
    start_of,
)
from osms_common.domain.codes import Category, PayerKind, System
from osms_common.domain.revision import NOTHING_KNOWN, Revision, next_revision
from osms_server.domain.facts import (
    CategoryAssigned,
    CategoryRemoved,
    PaymentReceived,
    PersonFacts,
)

SHARES: Final = 1_000
SHORT_STRETCHES: Final = 2
LONG_STRETCHES: Final = 60
_SEED: Final = 10
_FIRST_DAY: Final = date(2021, 1, 1)
_DAYS: Final = 5 * 365
_AMOUNT: Final = 2_125_000
_WITHHELD: Final = 122
_PAID_FOR_ONESELF: Final = 121

Days = tuple[date, date | None]


class Life(NamedTuple):
    """A life that so many of a thousand persons have; *stretches* where it is made to measure."""

    share: int
    facts: PersonFacts
    stretches: int | None = None


def lives(today: date) -> list[Life]:
    """All lives; their shares are a thousand. What they say was known on its own day."""
    chance = Random(_SEED)
    made = [*_paid_by_the_state(chance), *_payers(chance, today), *_measured()]
    assert sum(life.share for life in made) == SHARES
    return made


def _paid_by_the_state(chance: Random) -> Iterator[Life]:
    for _ in range(40):
        yield Life(8, _category(Category.CHILD, System.MOE, (_day(chance), None)))
        yield Life(5, _category(Category.PENSIONER, System.MLSPP, (_day(chance), None)))
    for _ in range(10):
        yield Life(6, _category(Category.RAISING_CHILD, System.MOJ, (_day(chance), None)))
        yield Life(5, _category(Category.DISABILITY, System.MLSPP, (_day(chance), None)))
        yield Life(6, _mother(_day(chance)))
    for _ in range(20):
        start = _day(chance)
        studies = start, start + timedelta(days=chance.randrange(30, 1400))
        yield Life(5, _category(Category.STUDENT, System.MOSHE, studies))
        yield Life(5, _category(Category.UNEMPLOYED, System.MLSPP, *_now_and_then(chance)))


def _payers(chance: Random, today: date) -> Iterator[Life]:
    last = later(month_of(today), -2)
    for _ in range(20):
        yield Life(2, _payments(last, chance.randrange(12, 18), PayerKind.EMPLOYER))
    for _ in range(10):
        stopped = later(last, -chance.randrange(2, 24))
        yield Life(2, _payments(stopped, 13, PayerKind.EMPLOYER))
    for ahead in range(5):
        yield Life(2, _payments(later(last, ahead - 4), 12, PayerKind.INDEPENDENT))


def _measured() -> Iterator[Life]:
    """Histories of two stretches and of sixty, of the same category: only their length differs."""
    months = LONG_STRETCHES // 2
    first = month_of(_FIRST_DAY)
    short = [(later(first, months), 10)]
    long = [(later(first, ahead), 10) for ahead in range(months)]
    for share, unemployed, stretches in (
        (38, short, SHORT_STRETCHES),
        (2, long, LONG_STRETCHES),
    ):
        episodes = ((first_day(m), first_day(m) + timedelta(days=days)) for m, days in unemployed)
        facts = _category(Category.UNEMPLOYED, System.MLSPP, *episodes)
        yield Life(share, facts, stretches)


def _day(chance: Random) -> date:
    return _FIRST_DAY + timedelta(days=chance.randrange(_DAYS))


def _now_and_then(chance: Random) -> Iterator[Days]:
    """Two to five episodes, some with a gap after the retention and some within it."""
    start = _FIRST_DAY + timedelta(days=chance.randrange(365))
    for _ in range(chance.randrange(2, 6)):
        end = start + timedelta(days=chance.randrange(20, 120))
        yield start, end
        start = end + timedelta(days=chance.randrange(20, 250))


def _mother(start: date) -> PersonFacts:
    birth = same_day_later(start, 5)
    pregnant = _category(Category.PREGNANT, System.MOH, (start, birth))
    on_leave = _category(Category.ON_CHILD_LEAVE, System.MOH, (birth, None))
    return PersonFacts(pregnant.assigned + on_leave.assigned, pregnant.removed)


def _category(category: Category, source: System, *episodes: Days) -> PersonFacts:
    assigned, removed = [], []
    for start, end in episodes:
        assigned.append(CategoryAssigned(category, start, source, _at(start)))
        if end is not None:
            known = _at(end)
            removed.append(CategoryRemoved(category, start, end, source, "ENDED", known))
    return PersonFacts(tuple(assigned), tuple(removed))


def _payments(last: Month, months: int, payer: PayerKind) -> PersonFacts:
    """Each month paid: by an employer in the month after it, for oneself on its last day."""
    purpose = _PAID_FOR_ONESELF if payer is PayerKind.INDEPENDENT else _WITHHELD
    made = []
    for number, month in zip(count(1), range(later(last, 1 - months), last + 1)):
        paid = Month(month)
        day = last_day(paid)
        if payer is PayerKind.EMPLOYER:
            day += timedelta(days=20)
        made.append(PaymentReceived(f"P{number}", paid, purpose, day, _AMOUNT, payer, _at(day)))
    return PersonFacts(payments=tuple(made))


def _at(day: date) -> Revision:
    """The revision of something that became known on a day."""
    return next_revision(NOTHING_KNOWN, start_of(day))
