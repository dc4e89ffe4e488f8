"""
Which feeds are late (section 6). Lateness takes nobody's right.

A feed is late once a day on which something was due is over and nothing came. What was held for
approval did come; what was rejected or was there already did not. A sender that never sent
anything is late as well, a body that does not exist is not.
"""

from datetime import date, datetime, timedelta

from tests.oracle.books import Delivery
from tests.oracle.days import ONE_DAY, day_of, first, month_of
from tests.oracle.reference import STATE_CORPORATION, Parameters, body_exists_on
from tests.oracle.workdays import working_day_before


def is_late(
    deliveries: list[Delivery], feed: str, sender: str, at: datetime, parameters: Parameters
) -> bool:
    """Tell whether *feed* of *sender* is late at the instant *at*."""
    if not _is_sender(feed, sender, day_of(at)):
        return False
    days = [d.at for d in deliveries if (d.feed, d.sender) == (feed, sender) and d.at <= at]
    due_since = _due_since(feed, day_of(at), parameters)
    return all(day_of(instant) < due_since for instant in days)


def _due_since(feed: str, today: date, parameters: Parameters) -> date:
    """Return the first day on which a delivery is recent enough for *today*."""
    match feed:
        case "CATEGORY_DAILY":
            return today - ONE_DAY
        case "CATEGORY_MONTHLY":
            return first(month_of(today) - 1)
        case "PAYMENT":
            return working_day_before(today)
        case "ROSTER":
            return today - timedelta(days=parameters.snapshot_due_days)
    raise ValueError(feed)


def _is_sender(feed: str, sender: str, today: date) -> bool:
    return body_exists_on(sender, today) if feed == "ROSTER" else sender == STATE_CORPORATION
