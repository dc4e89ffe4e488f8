"""
The category and treaty feed of the State Corporation (sections 2.1, 2.7 and 4).

A message is judged by its own data first, then by its number, then by the episode it names.
"""

from dataclasses import astuple

from tests.oracle.books import Books
from tests.oracle.facts import Assignment, Removal
from tests.oracle.message import DUPLICATE, Message, Outcome, require
from tests.oracle.reference import SOURCES, SOURCES_OF, TREATY


def category_assigned(books: Books, message: Message) -> Outcome:
    """Judge an assignment; category F01 is a treaty listing."""
    return _assign(books, message, _category(message))


def category_removed(books: Books, message: Message) -> Outcome:
    """Judge a removal; one of category F01 ends a treaty listing."""
    return _remove(books, message, _category(message))


def treaty_listed(books: Books, message: Message) -> Outcome:
    """Judge the listing of a foreigner or a family member."""
    return _assign(books, message, TREATY)


def treaty_removed(books: Books, message: Message) -> Outcome:
    """Judge the end of such a listing."""
    return _remove(books, message, TREATY)


def _category(message: Message) -> str:
    category = message.text("category")
    require(category in SOURCES_OF, "UNKNOWN_CATEGORY")
    return category


def _assign(books: Books, message: Message, category: str) -> Outcome:
    fact = _assignment(books, message, category)
    if _is_resent(books, message, fact):
        return Outcome(DUPLICATE)
    known = books.ledger.known_about(fact.iin, Assignment)
    if any(_same_episode(earlier, fact) for earlier in known):
        return Outcome(DUPLICATE)
    return _taken(books, message, fact, books.accept(message, fact))


def _remove(books: Books, message: Message, category: str) -> Outcome:
    fact = _removal(books, message, category)
    if _is_resent(books, message, fact):
        return Outcome(DUPLICATE)
    known = books.ledger.known_about(fact.iin, Assignment)
    require(any(_same_episode(earlier, fact) for earlier in known), "UNKNOWN_EPISODE")
    removals = books.ledger.known_about(fact.iin, Removal)
    standing = [earlier for earlier in removals if _same_episode(earlier, fact)]
    if standing and _content(standing[-1]) == _content(fact):
        return Outcome(DUPLICATE)
    outcome = books.accept(message, fact) if standing else _guarded(books, message, fact)
    return _taken(books, message, fact, outcome)


def _guarded(books: Books, message: Message, fact: Removal) -> Outcome:
    """Hold a first removal that would make more than 5 % and more than 1 000 of a day's."""
    count = books.removals_counted[fact.category, fact.day] + 1
    holders = books.holders_at_start_of(fact.day, fact.category)
    parameters = books.parameters
    is_large_share = count * 100 > holders * parameters.removal_guard_percent
    if is_large_share and count > parameters.removal_guard_people:
        return books.hold(message, fact)
    books.removals_counted[fact.category, fact.day] = count
    return books.accept(message, fact)


def _taken(
    books: Books, message: Message, fact: Assignment | Removal, outcome: Outcome
) -> Outcome:
    """An accepted or held message uses its number up, and is what its feed owed."""
    books.numbers_used[message.sender, _number(message)] = _content(fact)
    if fact.category == "L02":
        books.deliver("CATEGORY_MONTHLY", message)
    elif fact.category != TREATY:
        books.deliver("CATEGORY_DAILY", message)
    return outcome


def _is_resent(books: Books, message: Message, fact: Assignment | Removal) -> bool:
    """Tell whether the message came before; refuse other content under a used number."""
    used = (message.sender, _number(message))
    if used not in books.numbers_used:
        return False
    require(books.numbers_used[used] == _content(fact), "NUMBER_CONFLICT")
    return True


def _assignment(books: Books, message: Message, category: str) -> Assignment:
    _number(message)
    source = message.text("source")
    require(source in SOURCES_OF[category], "SOURCE_NOT_ALLOWED")
    assigned_on = message.feed_date("assigned_on", books.parameters.earliest_day)
    return Assignment(message.arrival, message.day, message.iin(), category, assigned_on, source)


def _removal(books: Books, message: Message, category: str) -> Removal:
    _number(message)
    earliest = books.parameters.earliest_day
    begun, ended = (message.feed_date(f, earliest) for f in ("assigned_on", "removed_on"))
    require(begun <= ended, "REMOVED_BEFORE_ASSIGNED")
    source, reason = message.text("source"), message.text("reason")
    require(source in SOURCES, "UNKNOWN_SOURCE")
    return Removal(
        message.arrival, message.day, message.iin(), category, begun, ended, source, reason
    )


def _number(message: Message) -> int:
    number = message.raw("seq")
    require(type(number) is int and number > 0, "INVALID_SEQ")
    return int(number)


def _same_episode(one: Assignment | Removal, other: Assignment | Removal) -> bool:
    return (one.category, one.assigned_on) == (other.category, other.assigned_on)


def _content(fact: Assignment | Removal) -> tuple[object, ...]:
    """Return what the message said, without when it came."""
    return (type(fact), *astuple(fact)[2:])
