"""
Snapshots and changes of the authorised bodies (sections 2.5, 4 and 6).

A bad line is taken out of its snapshot before anything else is asked of it.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from tests.oracle.books import Books
from tests.oracle.check_digit import is_valid_number
from tests.oracle.facts import Change, Snapshot
from tests.oracle.message import REJECTED, Message, Outcome, require
from tests.oracle.reference import bodies_spoken_for, body_exists_on

LATE = "LATE"


def roster_snapshot(books: Books, message: Message) -> Outcome:
    """Judge a list: empty ones are refused, those that end too many wait."""
    body = _body(message)
    lines = message.raw("lines") or []
    bad = tuple(str(line.get("iin")) for line in lines if not _is_good(line))
    iins = frozenset(line["iin"] for line in lines if _is_good(line))
    if not iins:
        return Outcome(REJECTED, "EMPTY_SNAPSHOT", rejected_lines=bad)
    books.deliver("ROSTER", message)
    fact = Snapshot(message.arrival, message.day, body, iins)
    take = books.hold if _ends_too_many(books, fact) else books.accept
    return take(message, fact, rejected_lines=bad)


def roster_change(books: Books, message: Message) -> Outcome:
    """Judge a change; one told after more than seven days is flagged."""
    body, iin = _body(message), message.iin()
    require(not message.raw("reservist"), "RESERVIST")
    joins = _joins(message)
    due = message.date_in("changed_on") + timedelta(days=books.parameters.change_due_days)
    require(joins or iin in books.listed((body,)), "NOT_LISTED")
    fact = Change(message.arrival, message.day, iin, body, joins)
    return books.accept(message, fact, flags=(LATE,) if message.day > due else ())


def _body(message: Message) -> str:
    """Return the body, which sends for itself alone and exists on the day of arrival."""
    body = message.text("body")
    require(body == message.sender, "NOT_THE_SENDERS_OWN")
    require(body_exists_on(body, message.day), "UNKNOWN_BODY")
    return body


def _is_good(line: Mapping[str, Any]) -> bool:
    return is_valid_number(line.get("iin")) and not line.get("reservist")


def _ends_too_many(books: Books, fact: Snapshot) -> bool:
    """
    Tell whether the snapshot leaves out more than 10 % of the people and more than 20.

    For a successor the people are its own and those of the bodies that have ended.
    """
    people = books.listed(bodies_spoken_for(fact.body, fact.day))
    ended = len(people - fact.iins)
    is_large_share = ended * 100 > len(people) * books.parameters.snapshot_guard_percent
    return is_large_share and ended > books.parameters.snapshot_guard_people


def _joins(message: Message) -> bool:
    require(message.raw("op") in ("ADD", "REMOVE"), "INVALID_OP")
    return bool(message.raw("op") == "ADD")
