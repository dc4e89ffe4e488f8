"""
Who lives in the region: ages, deaths, and what people of each age do on the first day.

The weights are fitted so that on the last day of three years the shares come close to the ones
published for a country of twenty million, of whom 16.8 million are insured and the State pays for
12.3 million. Everything that may be tuned is in this module and in `careers`.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from osms_cli.sample.careers import State
from osms_cli.sample.chance import Choice

ADULT: Final = 18
FERTILE_FROM: Final = 19
FERTILE_TO: Final = 44
PENSION_AGE_MEN: Final = 63
PENSION_AGE_WOMEN: Final = 61
AGE_MAX: Final = 97

FEMALE_SHARE: Final = 0.515
TREATY_SHARE: Final = 0.0044
MISMATCHED_SHARE: Final = 0.004

#: How many people there are of each age, as (first age, weight of each age from there on).
_AGES: Final = (
    (0, 200),
    (5, 205),
    (14, 184),
    (18, 146),
    (25, 146),
    (35, 150),
    (45, 117),
    (55, 108),
    (63, 80),
    (71, 46),
    (78, 18),
    (AGE_MAX + 1, 0),
)

#: How many of a thousand die within a year, as (first age, number).
_DEATHS: Final = (
    (0, 6.0),
    (1, 0.5),
    (25, 1.5),
    (40, 4.0),
    (55, 11.0),
    (65, 26.0),
    (75, 75.0),
    (AGE_MAX + 1, 0.0),
)


def _by_age(steps: tuple[tuple[int, float], ...]) -> tuple[float, ...]:
    table: list[float] = []
    for (first, value), (following, _) in pairwise(steps):
        table.extend([value] * (following - first))
    return tuple(table)


AGES: Final = Choice(dict(enumerate(_by_age(_AGES))))

DEATHS_A_YEAR: Final = tuple(value / 1000 for value in _by_age(_DEATHS))

#: The share of students among people of 18, 19, ...
STUDENT_SHARES: Final = (0.78, 0.72, 0.58, 0.44, 0.22, 0.09, 0.04)

COLLEGE_SHARE: Final = 0.28  # of people of 16 and 17: pupils whose college lists them as well
DISABLED_CHILD_SHARE: Final = 0.013
DISABLED_SHARE: Final = 0.053
DISABLED_A_YEAR: Final = 0.0025
DISABLED_PENSIONER_SHARE: Final = 0.10
DISABLED_IDLE_SHARE: Final = 0.78
AWARDED_MOTHER_SHARE: Final = 0.092
AWARDED_MOTHER_FROM: Final = 30
AWARDED_A_YEAR: Final = 0.04  # of the awarded: those who were awarded within a year
KANDAS_A_YEAR: Final = 0.002  # of people of working age: those who came within a year
WORKING_PENSIONER_SHARE: Final = 0.13
WORKING_STUDENT_SHARE: Final = 0.05

#: What somebody who turns eighteen does next.
COMING_OF_AGE: Final = {
    False: Choice(
        {
            State.STUDENT: 0.76,
            State.JOB: 0.07,
            State.IDLE: 0.09,
            State.JOBLESS: 0.03,
            State.SOLDIER: 0.05,
        }
    ),
    True: Choice({State.STUDENT: 0.80, State.JOB: 0.07, State.IDLE: 0.10, State.JOBLESS: 0.03}),
}

_MEN: Final = {
    State.JOB: 39.5,
    State.IDLE: 33.0,
    State.SELF: 4.2,
    State.JOBLESS: 3.9,
    State.POOR: 2.9,
    State.ASSISTED: 1.4,
    State.SOLDIER: 10.5,
    State.CONVICT: 0.5,
    State.REMAND: 0.13,
    State.HOUSE_ARREST: 0.04,
    State.ADULT_CARE: 0.1,
}
_WOMEN_YOUNG: Final = {
    State.JOB: 34.0,
    State.IDLE: 22.0,
    State.SELF: 3.0,
    State.JOBLESS: 4.0,
    State.POOR: 2.6,
    State.ASSISTED: 2.2,
    State.SOLDIER: 1.2,
    State.PREGNANT: 2.7,
    State.LEAVE: 9.0,
    State.RAISING: 9.0,
    State.CHILD_CARE: 2.2,
    State.ADULT_CARE: 0.3,
    State.CONVICT: 0.03,
    State.REMAND: 0.02,
}
_WOMEN_OLDER: Final = {
    State.JOB: 39.5,
    State.IDLE: 37.0,
    State.SELF: 4.2,
    State.JOBLESS: 4.2,
    State.POOR: 3.4,
    State.ASSISTED: 1.6,
    State.SOLDIER: 0.9,
    State.CHILD_CARE: 1.2,
    State.ADULT_CARE: 0.9,
    State.CONVICT: 0.03,
}

MEN: Final = Choice(_MEN)
WOMEN_YOUNG: Final = Choice(_WOMEN_YOUNG)
WOMEN_OLDER: Final = Choice(_WOMEN_OLDER)


def first_state(age: int, draw: float, *, female: bool) -> State:
    """What an adult of an age does on the first day."""
    if age - ADULT < len(STUDENT_SHARES):
        share = STUDENT_SHARES[age - ADULT]
        if draw < share:
            return State.STUDENT
        draw = (draw - share) / (1.0 - share)
    if not female:
        return MEN.pick(draw)
    return (WOMEN_YOUNG if age < FERTILE_TO else WOMEN_OLDER).pick(draw)


def pension_age(*, female: bool) -> int:
    """The age at which the pension begins."""
    return PENSION_AGE_WOMEN if female else PENSION_AGE_MEN
