"""
What people of working age do one after another, and how long each of it lasts.

A career is a walk from state to state: a job is lost, somebody is registered as unemployed, a new
job is found. The rules are a table, so that the whole economy of the region can be seen on one
page; `lives` walks over it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from osms_cli.sample.chance import Choice, between, waiting

if TYPE_CHECKING:
    from random import Random


class State(StrEnum):
    """What somebody of working age does."""

    IDLE = "IDLE"
    JOB = "JOB"
    SELF = "SELF"
    JOBLESS = "JOBLESS"
    POOR = "POOR"
    ASSISTED = "ASSISTED"
    PREGNANT = "PREGNANT"
    LEAVE = "LEAVE"
    RAISING = "RAISING"
    STUDENT = "STUDENT"
    SOLDIER = "SOLDIER"
    CONVICT = "CONVICT"
    REMAND = "REMAND"
    HOUSE_ARREST = "HOUSE_ARREST"
    KANDAS = "KANDAS"
    CHILD_CARE = "CHILD_CARE"
    ADULT_CARE = "ADULT_CARE"
    SETTLED_IDLE = "SETTLED_IDLE"


class Rule(NamedTuple):
    """
    A state: its category, how long it lasts and what comes next.

    It lasts *least* days and then as long as chance will have it: *mean* days more on average, or
    any number of days up to *most* where that is given.
    """

    after: Choice[State]
    code: str = ""
    least: int = 30
    mean: int = 0
    most: int = 0
    gap_most: int = 0

    def lasts(self, chance: Random) -> int:
        """How many days one stay lasts."""
        if self.most:
            return between(chance, self.least, self.most)
        return self.least + waiting(chance, self.mean)

    def elapsed_and_left(self, chance: Random) -> tuple[int, int]:
        """How long a stay has lasted on the day somebody looks, and how long it still will."""
        if self.most:
            whole = self.lasts(chance)
            elapsed = int(chance.random() * whole)
            return elapsed, whole - elapsed
        return waiting(chance, self.mean), 1 + waiting(chance, self.mean)


def _to(**weights: float) -> Choice[State]:
    return Choice({State(name): weight for name, weight in weights.items()})


RULES: Final[dict[State, Rule]] = {
    State.IDLE: Rule(
        _to(
            JOB=0.24,
            SELF=0.07,
            JOBLESS=0.22,
            POOR=0.14,
            ASSISTED=0.21,
            SOLDIER=0.02,
            REMAND=0.012,
            CONVICT=0.010,
            HOUSE_ARREST=0.008,
            CHILD_CARE=0.015,
            ADULT_CARE=0.015,
        ),
        mean=1500,
    ),
    State.JOB: Rule(
        _to(JOB=0.35, JOBLESS=0.30, IDLE=0.29, SELF=0.03, SOLDIER=0.03),
        least=60,
        mean=1350,
        gap_most=25,
    ),
    State.SELF: Rule(_to(SELF=0.1, JOB=0.3, IDLE=0.6), least=360, mean=700),
    State.JOBLESS: Rule(
        _to(JOB=0.60, IDLE=0.23, POOR=0.09, ASSISTED=0.06, SELF=0.02),
        "L01",
        mean=230,
    ),
    State.POOR: Rule(_to(JOB=0.33, IDLE=0.45, JOBLESS=0.22), "L02", least=90, mean=1000),
    State.ASSISTED: Rule(_to(JOB=0.25, IDLE=0.60, JOBLESS=0.15), "R14", least=85, mean=300),
    State.PREGNANT: Rule(_to(RAISING=1.0), "R02", least=140, most=205),
    State.LEAVE: Rule(_to(JOB=0.70, IDLE=0.20, JOBLESS=0.10), "R04", least=250, most=1095),
    State.RAISING: Rule(_to(IDLE=0.48, JOB=0.38, JOBLESS=0.14), "R03", least=365, most=1095),
    State.STUDENT: Rule(
        _to(JOB=0.48, JOBLESS=0.20, IDLE=0.29, SOLDIER=0.03),
        "R13",
        least=200,
        most=1700,
    ),
    State.SOLDIER: Rule(_to(JOB=0.5, IDLE=0.4, JOBLESS=0.1), least=90, mean=2600, gap_most=20),
    State.CONVICT: Rule(_to(IDLE=0.75, JOB=0.15, JOBLESS=0.1), "R08", least=180, mean=900),
    State.REMAND: Rule(_to(CONVICT=0.7, IDLE=0.3), "R09a", least=20, mean=100),
    State.HOUSE_ARREST: Rule(_to(IDLE=0.7, CONVICT=0.3), "R09b", least=20, mean=80),
    State.KANDAS: Rule(_to(JOB=0.55, IDLE=0.25, JOBLESS=0.2), "R10", least=60, mean=330),
    State.CHILD_CARE: Rule(_to(IDLE=0.7, JOB=0.3), "R05", least=180, mean=2000),
    State.ADULT_CARE: Rule(_to(IDLE=0.7, JOB=0.3), "R06", least=90, mean=1000),
    State.SETTLED_IDLE: Rule(_to(SETTLED_IDLE=1.0), least=20_000),
}

#: States in which a woman may become a mother; from a job she goes on leave.
MATERNAL: Final = frozenset(
    {State.IDLE, State.JOB, State.SELF, State.JOBLESS, State.POOR, State.ASSISTED}
)

#: States that exclude other categories, for somebody who has one for good.
NEEDS_NO_OTHER: Final = frozenset({State.POOR, State.ASSISTED})

YOUNG_MOTHER_UNTIL: Final = 33
MOTHERHOOD_MEAN_YOUNG: Final = 1_700  # days until the next child
MOTHERHOOD_MEAN_OLDER: Final = 5_500
