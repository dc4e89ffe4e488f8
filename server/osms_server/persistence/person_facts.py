"""
Facts of persons as they are decided about: the columns that decide anything, and no others.

Whoever only looks up reads the same columns by the same statements. Two things it cannot read,
but is told by functions of the database (docs/adr/0019): what was withdrawn, and rosters, with
the names of those bodies alone that a failure may concern.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from osms_common.domain.calendar import month_of
from osms_common.domain.codes import Category, FeedKind, PayerKind, System
from osms_common.domain.identifiers import Iin
from osms_common.domain.revision import NEVER
from osms_common.persistence.copying import array_text, raw
from osms_server.domain.facts import (
    CategoryAssigned,
    CategoryRemoved,
    DocumentRegistered,
    PaymentReceived,
    PaymentRefunded,
    PersonFacts,
    RegistrationRevoked,
    RosterMark,
    UntoldBody,
)

_CATEGORY: Final = {category.value: category for category in Category}
_SYSTEM: Final = {system.value: system for system in System}
_PAYER_KIND: Final = {kind.value: kind for kind in PayerKind}


@dataclass(slots=True)
class _FactLists:
    """The facts of one person, while they are read; each row without its IIN."""

    assigned: list[CategoryAssigned] = field(default_factory=list)
    removed: list[CategoryRemoved] = field(default_factory=list)
    payments: list[PaymentReceived] = field(default_factory=list)
    refunds: list[PaymentRefunded] = field(default_factory=list)
    roster: list[RosterMark] = field(default_factory=list)
    registered: list[DocumentRegistered] = field(default_factory=list)
    revoked: list[RegistrationRevoked] = field(default_factory=list)

    def category(self, row: Sequence[Any]) -> None:
        """An assignment, or a removal."""
        code, assigned_on, system, removed_on, reason, arrived, known, withdrawn = row
        category, source = _CATEGORY[code], _SYSTEM[system]
        if removed_on is None:
            self.assigned.append(CategoryAssigned(category, assigned_on, source, known, withdrawn))
        else:
            end = (removed_on, source, reason, known, withdrawn, arrived)
            self.removed.append(CategoryRemoved(category, assigned_on, *end))

    def payment(self, row: Sequence[Any]) -> None:
        """A payment line."""
        reference, period, purpose_code, received_on, amount, payer_kind, known, withdrawn = row
        line = (reference, month_of(period), purpose_code, received_on, amount)
        self.payments.append(PaymentReceived(*line, _PAYER_KIND[payer_kind], known, withdrawn))

    def refund(self, row: Sequence[Any]) -> None:
        """A refund of one."""
        reference, period, purpose_code, *rest = row
        self.refunds.append(PaymentRefunded(reference, month_of(period), purpose_code, *rest))

    def mark(self, row: Sequence[Any]) -> None:
        """A mark of a body, which is named or told from others by a number."""
        body, *rest = row
        self.roster.append(RosterMark(_SYSTEM.get(body) or UntoldBody(body), *rest))

    def registration(self, row: Sequence[Any]) -> None:
        """A registration on documents."""
        registration_id, code, *rest = row
        self.registered.append(DocumentRegistered(str(registration_id), _CATEGORY[code], *rest))

    def revocation(self, row: Sequence[Any]) -> None:
        """A revocation of one."""
        registration_id, *rest = row
        self.revoked.append(RegistrationRevoked(str(registration_id), *rest))

    def frozen(self) -> PersonFacts:
        """The facts as they are decided about."""
        return PersonFacts(
            tuple(self.assigned),
            tuple(self.removed),
            tuple(self.payments),
            tuple(self.refunds),
            tuple(self.roster),
            tuple(self.registered),
            tuple(self.revoked),
        )


class _Kind(NamedTuple):
    """A kind of fact: its table, what decides, how it is ordered, and the feed that brings it."""

    table: str
    columns: str
    order: str
    feed: FeedKind | None
    keep: Callable[[_FactLists, Sequence[Any]], None]


_MARKS: Final = _Kind(
    "roster_mark",
    "body arrived ordinal listed revision",
    "body arrived ordinal",
    FeedKind.ROSTER_CHANGE,
    _FactLists.mark,
)
_OTHERS: Final = (
    _Kind(
        "category_fact",
        "category assigned_on source removed_on reason arrived revision",
        "category assigned_on ordinal",
        FeedKind.CATEGORY,
        _FactLists.category,
    ),
    _Kind(
        "payment",
        "reference period purpose_code received_on amount payer_kind revision",
        "period purpose_code reference ordinal",
        FeedKind.PAYMENT,
        _FactLists.payment,
    ),
    _Kind(
        "refund",
        "reference period purpose_code refunded_on amount revision",
        "period purpose_code reference refund_reference ordinal",
        FeedKind.PAYMENT,
        _FactLists.refund,
    ),
    _Kind(
        "registration",
        "registration_id category applied_on revision",
        "registration_id",
        None,
        _FactLists.registration,
    ),
    _Kind(
        "revocation",
        "registration_id revision",
        "registration_id",
        None,
        _FactLists.revocation,
    ),
)

_OF_PERSONS: Final = "f.iin = any(%(iins)s::bigint[])"
_IN_RANGE: Final = "f.iin between %(first)s and %(last)s"

_MARKS_TOLD: Final = f"""
select f.iin, f.body, f.arrived, f.ordinal, f.listed, f.revision, coalesce(f.withdrawn, {NEVER})
from roster_marks_told(%(iins)s::bigint[]) f order by f.iin, f.body, f.arrived, f.ordinal
"""
_WITHDRAWN_TOLD: Final = "withdrawn_told(%(iins)s::bigint[])"


class PersonFactsTable:
    """The facts of persons, in one transaction of whoever may read all of them."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def of_people(self, iins: Sequence[Iin]) -> Mapping[Iin, PersonFacts]:
        """Everything that is known of persons, or was until it was withdrawn."""
        return self._facts(_OF_PERSONS, {"iins": array_text(iins)})

    def in_range(self, first: Iin, last: Iin) -> Mapping[Iin, PersonFacts]:
        """The same of the persons from *first* to *last*, both included."""
        return self._facts(_IN_RANGE, {"first": first, "last": last})

    def _facts(self, whom: str, values: Mapping[str, Any]) -> Mapping[Iin, PersonFacts]:
        questions = [(kind, _question(kind, "withdrawn_fact", whom)) for kind in _ALL]
        return _read(self._connection, questions, values)


_ALL: Final = (*_OTHERS, _MARKS)


class ToldPersonFacts:
    """The same, in one transaction of whoever only looks up."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def of_people(self, iins: Sequence[Iin]) -> Mapping[Iin, PersonFacts]:
        """The facts of persons; a body is named only where a failure may concern it."""
        questions = [(kind, _question(kind, _WITHDRAWN_TOLD, _OF_PERSONS)) for kind in _OTHERS]
        questions.append((_MARKS, _MARKS_TOLD))
        return _read(self._connection, questions, {"iins": array_text(iins)})


def _read(
    connection: sa.Connection,
    questions: Iterable[tuple[_Kind, str]],
    values: Mapping[str, Any],
) -> Mapping[Iin, PersonFacts]:
    found: defaultdict[Iin, _FactLists] = defaultdict(_FactLists)
    for kind, question in questions:
        keep = kind.keep
        for iin, *row in raw(connection).execute(question, values, binary=True).fetchall():
            keep(found[iin], row)
    return {iin: facts.frozen() for iin, facts in found.items()}


@cache
def _question(kind: _Kind, withdrawals: str, whom: str) -> str:
    """The question for facts of a kind, and since when each is withdrawn."""
    columns = ", ".join(f"f.{name}" for name in kind.columns.split())
    order = ", ".join(f"f.{name}" for name in kind.order.split())
    if kind.feed is None:
        withdrawn, join = f"{NEVER}", ""
    else:
        withdrawn = f"coalesce(w.revision, {NEVER})"
        join = (
            f"left join {withdrawals} w on w.iin = f.iin and w.feed_kind = {kind.feed:d}"
            " and w.sender = f.sender and w.position = f.position"
        )
    return (
        f"select f.iin, {columns}, {withdrawn} from {kind.table} f {join}"
        f" where {whom} order by f.iin, {order}"
    )
