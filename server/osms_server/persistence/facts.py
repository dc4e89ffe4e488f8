"""Facts about persons."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final, Protocol, TypeVar
from uuid import UUID

import sqlalchemy as sa

from osms_common.domain.codes import Category, FeedKind, System
from osms_common.domain.identifiers import Iin
from osms_common.domain.revision import NEVER
from osms_common.persistence.copying import array_text, copy_rows, raw
from osms_server.application.rows import (
    Additions,
    CategoryFactRow,
    Kept,
    PaymentRow,
    RefundRow,
    RegistrationRow,
    RevocationRow,
    RosterMarkRow,
    SourcedFact,
)
from osms_server.persistence.person_facts import PersonFactsTable
from osms_server.persistence.tables import (
    category_fact,
    category_message,
    payment,
    refund,
    registration,
    revocation,
    roster_mark,
)

Row = TypeVar("Row")

_FEED_KINDS: Final = {
    category_fact.name: FeedKind.CATEGORY,
    payment.name: FeedKind.PAYMENT,
    refund.name: FeedKind.PAYMENT,
    roster_mark.name: FeedKind.ROSTER_CHANGE,
}
"""The tables whose rows come by feeds, and can be withdrawn by their place in them."""

_CATEGORY: Final = {category.value: category for category in Category}
_SYSTEM: Final = {system.value: system for system in System}


def category_fact_row(row: Sequence[Any]) -> CategoryFactRow:
    """A row of the table as the application knows it."""
    return CategoryFactRow(row[0], _CATEGORY[row[1]], row[2], row[3], _SYSTEM[row[4]], *row[5:])


def roster_mark_row(row: Sequence[Any]) -> RosterMarkRow:
    """A row of the table as the application knows it."""
    return RosterMarkRow(row[0], _SYSTEM[row[1]], *row[2:])


def registration_row(row: Sequence[Any]) -> RegistrationRow:
    """A row of the table as the application knows it."""
    return RegistrationRow(row[0], row[1], _CATEGORY[row[2]], *row[3:])


class FactTables(PersonFactsTable):
    """Facts about persons, in one transaction."""

    def add(self, additions: Additions) -> None:
        """Keeps facts."""
        for table, rows in (
            (category_message, additions.category_messages),
            (category_fact, additions.category_facts),
            (payment, additions.payments),
            (refund, additions.refunds),
            (roster_mark, additions.roster_marks),
            (registration, additions.registrations),
            (revocation, additions.revocations),
        ):
            if rows:
                copy_rows(self._connection, table, rows)

    def categories(self, iins: Sequence[Iin]) -> Mapping[Iin, list[Kept[CategoryFactRow]]]:
        """Assignments and removals, each episode in the order in which they became known."""
        return _by_person(self._of(iins, category_fact, category_fact_row))

    def roster_marks(self, iins: Sequence[Iin]) -> Mapping[Iin, list[Kept[RosterMarkRow]]]:
        """Marks of all bodies."""
        return _by_person(self._of(iins, roster_mark, roster_mark_row))

    def registrations(self, iins: Sequence[Iin]) -> Mapping[Iin, list[Kept[RegistrationRow]]]:
        """Registrations on documents."""
        return _by_person(self._of(iins, registration, registration_row))

    def revocations(self, iins: Sequence[Iin]) -> Mapping[Iin, list[Kept[RevocationRow]]]:
        """Revocations of registrations."""
        return _by_person(self._of(iins, revocation, RevocationRow._make))

    def payments(self, iins: Sequence[Iin]) -> Mapping[Iin, list[Kept[PaymentRow]]]:
        """Payment lines as they were sent."""
        return _by_person(self._of(iins, payment, PaymentRow._make))

    def refunds(self, iins: Sequence[Iin]) -> Mapping[Iin, list[Kept[RefundRow]]]:
        """Refund lines as they were sent."""
        return _by_person(self._of(iins, refund, RefundRow._make))

    def with_senders(self, iin: Iin) -> list[SourcedFact]:
        """Everything that is known of one person, and who sent it, as it became known."""
        one = [iin]
        sent = [
            SourcedFact(row, row.sender, withdrawn)
            for kept in (
                self._of(one, category_fact, category_fact_row),
                self._of(one, payment, PaymentRow._make),
                self._of(one, refund, RefundRow._make),
                self._of(one, roster_mark, roster_mark_row),
            )
            for row, withdrawn in kept
        ]
        registered = [
            SourcedFact(row, row.registered_by)
            for row, _ in self._of(one, registration, registration_row)
        ]
        revoked = [
            SourcedFact(row, row.revoked_by)
            for row, _ in self._of(one, revocation, RevocationRow._make)
        ]
        return sorted([*sent, *registered, *revoked], key=lambda sourced: sourced.fact.revision)

    def registration(self, registration_id: UUID) -> RegistrationRow | None:
        """A registration on documents, by its id."""
        found = self._connection.execute(
            sa.select(registration).where(registration.c.registration_id == registration_id)
        ).first()
        return registration_row(found) if found else None

    def used_message_numbers(self, sender: str, numbers: Sequence[int]) -> Mapping[int, int]:
        """Which numbers of category messages were used, and the digest of each message."""
        found = raw(self._connection).execute(
            "select message_number, digest from category_message"
            " where sender = %s and message_number = any(%s::bigint[])",
            (sender, array_text(numbers)),
            binary=True,
        )
        return dict(found.fetchall())

    def _of(
        self, iins: Sequence[Iin], table: sa.Table, make: Callable[[Sequence[Any]], Row]
    ) -> Iterator[Kept[Row]]:
        """The rows of persons, in the order of the key, which has the IIN first."""
        values = (array_text(iins),)
        found = raw(self._connection).execute(_select(table), values, binary=True)
        return (Kept(make(row[:-1]), row[-1]) for row in found.fetchall())


@cache
def _select(table: sa.Table) -> str:
    """The question for all columns of *table*, and since when each row is withdrawn."""
    whom = "f.iin = any(%s::bigint[])"
    columns = ", ".join(f"f.{column.name}" for column in table.columns)
    key = ", ".join(f"f.{column.name}" for column in table.primary_key.columns)
    kind = _FEED_KINDS.get(table.name)
    if kind is None:
        return f"select {columns}, {NEVER} from {table.name} f where {whom} order by {key}"
    return (
        f"select {columns}, coalesce(w.revision, {NEVER})"
        f" from {table.name} f left join withdrawn_fact w on w.iin = f.iin"
        f" and w.feed_kind = {kind:d} and w.sender = f.sender and w.position = f.position"
        f" where {whom} order by {key}"
    )


class _OfPerson(Protocol):
    @property
    def iin(self) -> Iin: ...


PersonRowKind = TypeVar("PersonRowKind", bound=_OfPerson)


def _by_person(rows: Iterator[Kept[PersonRowKind]]) -> dict[Iin, list[Kept[PersonRowKind]]]:
    found: defaultdict[Iin, list[Kept[PersonRowKind]]] = defaultdict(list)
    for kept in rows:
        found[kept.row.iin].append(kept)
    return found
