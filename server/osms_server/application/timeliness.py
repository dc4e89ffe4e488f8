"""What every sender owes, and what arrived."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from osms_common.domain.codes import Obligation, System
from osms_common.domain.revision import Revision, day_of
from osms_server.application.ports import Reading
from osms_server.rules.parameters import Parameters
from osms_server.rules.reference import BODIES
from osms_server.rules.timeliness import Due, IsWorkingDay, due


class FeedStatus(NamedTuple):
    """What a sender owes, and the last arrival of it."""

    obligation: Obligation
    sender: System
    last_arrival: Revision | None
    due: Due


def feed_statuses(
    reading: Reading, parameters: Parameters, today: date, is_working_day: IsWorkingDay
) -> list[FeedStatus]:
    """One entry for everything that is due, in order of obligation and sender."""
    arrivals = reading.feeds.arrivals()
    statuses = []
    for obligation, sender in _owed(today):
        arrived = arrivals.get((obligation, sender))
        arrived_on = None if arrived is None else day_of(arrived)
        what = due(obligation, arrived_on, today, parameters, is_working_day)
        statuses.append(FeedStatus(obligation, sender, arrived, what))
    return statuses


def _owed(today: date) -> list[tuple[Obligation, System]]:
    of_state_corporation = (
        Obligation.CATEGORY_DAILY,
        Obligation.CATEGORY_MONTHLY,
        Obligation.PAYMENT,
    )
    sending = [body for body in BODIES.values() if body.start <= today < body.end]
    return [
        *((obligation, System.STATE_CORPORATION) for obligation in of_state_corporation),
        *((Obligation.ROSTER, body.system) for body in sending),
    ]
