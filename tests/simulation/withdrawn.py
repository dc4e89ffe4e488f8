"""
Withdrawals from invented lives, told in any order: an approval does what its preview shows.

A case of the oracle is told, stretches of its feeds are withdrawn, another life is told to what is
left, and again stretches are withdrawn. What stands then no oracle knows; but every preview must
show exactly what the approval changes, and every answer must follow from the facts that stand.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final

from osms_cli.scenario.case import Case
from osms_cli.scenario.delivery import Actors, Deliveries
from osms_client import NotFound, OsmsClient
from osms_common.domain.calendar import almaty_day
from osms_common.domain.identifiers import Iin
from osms_server.application.previewing import change_of
from tests.oracle.cases import random_case
from tests.oracle.reference import BODIES
from tests.simulation.invented import run_invented_case
from tests.simulation.what_was_acknowledged import require

Timelines = Callable[[], Mapping[int, str]]
"""The timelines that the register keeps now, by IIN."""

_ANOTHER: Final = 100_000
"""So far is the seed of the second life from that of the first, where they are not the same."""

_WITHDRAWALS: Final = 6
_LENGTHS: Final = (1, 3, 11, 101)
_HOURS: Final = (0, 1, 30)
_POSITIONS: Final[Mapping[str, Callable[[OsmsClient], int]]] = {
    "CATEGORY": OsmsClient.category_position,
    "PAYMENT": OsmsClient.payment_position,
    "ROSTER_CHANGE": OsmsClient.roster_change_position,
}
_FEEDS: Final = (
    ("CATEGORY", "SC"),
    ("PAYMENT", "SC"),
    *(("ROSTER_CHANGE", body) for body in BODIES),
)


def withdraw_from_invented_lives(
    actors: Actors, timelines: Timelines, seed: int, size: int
) -> None:
    """Tells two lives and withdraws from them. Broken: a preview showed something else."""
    chance = random.Random(seed)
    run_invented_case(actors, seed, size)
    _withdraw(actors, timelines, chance)
    _tell_after(actors, random_case(seed + chance.choice((0, _ANOTHER)), size=size))
    _withdraw(actors, timelines, chance)


def _tell_after(actors: Actors, case: dict[str, object]) -> None:
    """Tells a life as it is told, from tomorrow on."""
    fund = actors.of("supervisor1")
    moments = Case("invented", {**case, "queries": [], "feed_queries": []}).moments()
    later = timedelta(days=max(0, (fund.clock() - moments[0].at).days + 1))
    deliveries = Deliveries(actors)
    try:
        for at, group in groupby(moments, key=lambda moment: moment.at):
            fund.advance_clock(at + later)
            deliveries.deliver(list(group))
    finally:
        deliveries.close()


def _withdraw(actors: Actors, timelines: Timelines, chance: random.Random) -> None:
    """Withdraws stretches of feeds, an hour or a day after another or at once."""
    asking, approving = actors.of("supervisor1"), actors.of("supervisor2")
    for _ in range(_WITHDRAWALS):
        kind, sender = chance.choice(_FEEDS)
        come = _POSITIONS[kind](actors.of(sender)) - 1
        if not come:
            continue
        first = chance.randint(1, come)
        last = min(first + chance.choice(_LENGTHS) - 1, come)
        asking.advance_clock(asking.clock() + timedelta(hours=chance.choice(_HOURS)))
        try:
            asked = asking.withdraw(kind, sender, (first, last), "an invented error")
        except NotFound:
            continue
        shown = approving.preview(asked.held_batch_id)
        before = timelines()
        approving.approve(asked.held_batch_id)
        changed = _changed(before, timelines(), asking.clock())
        told = [(each.iin, each.first_gained, each.first_lost) for each in shown.changes]
        require(told == changed, f"withdrawal of {kind} {sender} {first}-{last}", told, changed)


def _changed(
    before: Mapping[int, str], after: Mapping[int, str], now: datetime
) -> list[tuple[str, object, object]]:
    """Who gained or lost days from today on, and which were the first."""
    today = almaty_day(now)
    changes = [
        change_of(Iin(iin), before.get(iin, ""), after[iin], today) for iin in sorted(after)
    ]
    return [
        (f"{change.iin:012d}", change.first_gained, change.first_lost)
        for change in changes
        if change.first_gained or change.first_lost
    ]
