"""
Payment lines and refunds (sections 2.3 and 4).

A line is identified by its reference, IIN, purpose code and period, a refund by its own reference
and the line it names: the same again is a duplicate, other content under the same identity a
conflict.
"""

from dataclasses import astuple
from decimal import Decimal

from tests.oracle.books import Books
from tests.oracle.check_digit import is_valid_number
from tests.oracle.days import Month, month_of
from tests.oracle.facts import LineKey, Payment, Refund
from tests.oracle.message import DUPLICATE, Message, Outcome, refuse, require

_PAYER_KINDS = ("INDEPENDENT", "EMPLOYER", None)
_DETAILS = ("surname", "given_name", "patronymic", "payer_id", "payer_name")


def payment(books: Books, message: Message) -> Outcome:
    """Judge a line by its own data, then by its identity."""
    fact = _payment(books, message)
    earlier = _line(books, fact.key)
    if earlier is not None:
        require(_content(earlier) == _content(fact), "LINE_CONFLICT")
        return Outcome(DUPLICATE)
    books.deliver("PAYMENT", message)
    return books.accept(message, fact)


def refund(books: Books, message: Message) -> Outcome:
    """Judge a refund by its own data, by its identity, then by its line."""
    fact = _refund(books, message)
    refunds = _refunds_of(books, fact.line)
    named = [earlier for earlier in refunds if earlier.refund_reference == fact.refund_reference]
    if named:
        require(_content(named[0]) == _content(fact), "REFUND_CONFLICT")
        return Outcome(DUPLICATE)
    _require_refundable(_line(books, fact.line), refunds, fact)
    books.deliver("PAYMENT", message)
    return books.accept(message, fact)


def _require_refundable(line: Payment | None, refunds: list[Refund], fact: Refund) -> None:
    """A refund is not before its line's received-on day, and not more than what is left of it."""
    if line is None:
        refuse("UNKNOWN_LINE")
    require(line.received_on <= fact.refunded_on, "REFUND_BEFORE_PAYMENT")
    left = line.amount - sum((earlier.amount for earlier in refunds), Decimal(0))
    require(fact.amount <= left, "REFUND_TOO_LARGE")


def _payment(books: Books, message: Message) -> Payment:
    payer_id, payer_kind = message.raw("payer_id"), message.raw("payer_kind")
    require(payer_id is None or is_valid_number(payer_id), "INVALID_PAYER_ID")
    require(payer_kind in _PAYER_KINDS, "INVALID_PAYER_KIND")
    return Payment(
        message.arrival,
        message.day,
        iin=message.iin(),
        reference=message.text("reference"),
        knp=message.text("knp"),
        period=_period(books, message),
        received_on=message.feed_date("received_on", books.parameters.earliest_day),
        amount=message.amount(),
        payer_kind=payer_kind,
        details=tuple(message.raw(field) for field in _DETAILS),
    )


def _period(books: Books, message: Message) -> Month:
    """Return a month from 2017-07 to 24 months after the month of arrival."""
    period = message.month("period")
    latest = month_of(message.day) + books.parameters.periods_ahead
    require(books.parameters.earliest_period <= period <= latest, "PERIOD_OUT_OF_RANGE")
    return period


def _refund(books: Books, message: Message) -> Refund:
    iin, knp, period = message.iin(), message.text("knp"), message.month("period")
    return Refund(
        message.arrival,
        message.day,
        iin=iin,
        refund_reference=message.text("refund_reference"),
        line=(message.text("reference"), iin, knp, period),
        amount=message.amount(),
        refunded_on=message.feed_date("refunded_on", books.parameters.earliest_day),
    )


def _line(books: Books, key: LineKey) -> Payment | None:
    lines = books.ledger.known_about(key[1], Payment)
    return next((line for line in lines if line.key == key), None)


def _refunds_of(books: Books, key: LineKey) -> list[Refund]:
    return [fact for fact in books.ledger.known_about(key[1], Refund) if fact.line == key]


def _content(fact: Payment | Refund) -> tuple[object, ...]:
    """Return what the line said, without when it came."""
    return astuple(fact)[2:]
