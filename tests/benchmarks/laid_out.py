"""
A register that is laid out by SQL, for measuring look-ups only.

Nobody sent what it holds: the facts and projections of the model lives (lives.py) are multiplied
inside PostgreSQL, which makes five million people in a few minutes. The persons have valid IINs,
and each row of `person` is what the rules say of the person's facts: `differing` asks them. What
the feeds keep beside facts (positions, numbers of messages) is not there.

IINs are laid out so that they can also be made by arithmetic, as pgbench must: *days* of birth in
months of 28 days from 1940 on, and on each of them *births* numbers, of which one in 121 is no
number at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from random import Random
from typing import Any, Final

import psycopg
import sqlalchemy as sa

from osms_common.clocks import SystemClock
from osms_common.domain.calendar import almaty_day, first_day
from osms_common.domain.identifiers import Iin
from osms_server import maintenance
from osms_server.application.projecting import kinds_of, project
from osms_server.application.rebuilding import Portion
from osms_server.application.rows import CategoryFactRow, PaymentRow
from osms_server.config import Settings
from osms_server.domain.facts import PersonFacts
from osms_server.domain.timeline import decode_timeline
from osms_server.persistence.tables import category_fact, payment
from osms_server.rules.parameters import LAW
from tests.benchmarks.lives import SHARES, Life, lives

FIRST_YEAR: Final = 1940
YEARS: Final = 86
DAYS_A_MONTH: Final = 28
DAYS_A_YEAR: Final = 12 * DAYS_A_MONTH
FIRST_WEIGHTS: Final = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
SECOND_WEIGHTS: Final = (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)
_SPREAD: Final = 7919  # a prime, so that neighbours live differently
_SENDER: Final = "SC"
_ONE_MORE: Final = Iin(0)

_SCHEMA: Final = """
create schema laid_out;
create unlogged table laid_out.day (number int, century int, head bigint, first int, second int);
create unlogged table laid_out.birth (number int, century int, tail bigint, first int, second int);
create unlogged table laid_out.share (share int, life int);
create unlogged table laid_out.life (life int, first_revision bigint, revision bigint,
    fact_kinds smallint, timeline text, ledger bytea);
create unlogged table laid_out.category_fact as
    select 0 as life, * from category_fact with no data;
create unlogged table laid_out.payment as select 0 as life, * from payment with no data;
create unlogged table laid_out.person (iin bigint, life int);
"""

_PEOPLE: Final = f"""
insert into laid_out.person
select iin, life from (
    select (head + tail) * 10 + checked as iin, spread from (
        select d.head, b.tail,
            case when (d.first + b.first) %% 11 < 10 then (d.first + b.first) %% 11
                 else (d.second + b.second) %% 11 end as checked,
            (d.number::bigint * %(births)s + b.number) * {_SPREAD} %% {SHARES} as spread
        from laid_out.day d join laid_out.birth b using (century)
    ) as stem where checked < 10 order by iin limit %(people)s
) as person join laid_out.share on share.share = person.spread
order by iin
"""

_PROJECTIONS: Final = """
insert into person
select iin, first_revision, revision, fact_kinds, timeline, ledger
from laid_out.person join laid_out.life using (life)
"""


@dataclass(frozen=True)
class LaidOut:
    """A register that is laid out: how many people, and the arithmetic of their IINs."""

    dsn: str
    people: int
    days: int
    births: int

    def some(self, wanted: int, seed: int, stretches: int | None = None) -> list[Iin]:
        """Persons from all over the register, in no order; of one length of history if given."""
        share = min(100.0, 150.0 * wanted / self.people)
        if stretches is None:
            sampled, chosen = f"tablesample bernoulli ({share}) repeatable ({seed})", "true"
        else:
            numbers = [
                number for number, life in enumerate(_lives()) if life.stretches == stretches
            ]
            sampled, chosen = "", f"life = any(array{numbers})"
        question = f"select iin from laid_out.person {sampled} where {chosen}"
        with psycopg.connect(self.dsn) as connection:
            found = [Iin(row[0]) for row in connection.execute(question)]
        Random(seed).shuffle(found)
        return found[:wanted]

    def differing(self, persons: int) -> int:
        """How many rows of a sample of persons are not what the rules say of their facts."""
        settings = Settings.read(dsn=self.dsn)
        compared = [
            maintenance._verify(self.dsn, settings, Portion(iin, iin))
            for iin in self.some(persons, seed=0)
        ]
        assert sum(each.people for each in compared) == min(persons, self.people)
        return sum(each.differing for each in compared)


def lay_out(dsn: str, people: int) -> LaidOut:
    """Fills an empty register, which nobody uses yet, with *people*."""
    most_days = YEARS * DAYS_A_YEAR
    stems = people * 1_010 // 1_000 + 100  # of which one in 121 is no number
    births = max(4, -(-stems // most_days))
    register = LaidOut(dsn, people, -(-stems // births), births)
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(_SCHEMA)
        _write_arithmetic(connection, register)
        _write_lives(connection)
        connection.execute("analyze laid_out.day, laid_out.birth, laid_out.share, laid_out.life")
        connection.execute(_PEOPLE, {"births": births, "people": people})
        connection.execute("analyze laid_out.person")
    facts = [_multiply(table) for table in (category_fact, payment)]
    with ThreadPoolExecutor() as pool:
        for _ in pool.map(lambda work: _execute(dsn, *work), _shared(facts)):
            pass
    _execute(dsn, "update head set revision = (select max(revision) from laid_out.life)")
    _execute(dsn, "checkpoint")
    return register


def _shared(facts: list[str]) -> list[tuple[str, ...]]:
    """What two connections do beside each other."""
    ready = "vacuum (analyze) "
    categories, payments = facts
    return [
        (categories, f"{ready} category_fact"),
        (_PROJECTIONS, f"{ready} person", payments, f"{ready} payment"),
    ]


def _execute(dsn: str, *statements: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def _multiply(table: sa.Table) -> str:
    """The facts of the lives for everybody who has that life."""
    columns = ", ".join(f"fact.{each.name}" for each in table.columns if each.name != "iin")
    return (
        f"insert into {table.name} select person.iin, {columns}"
        f" from laid_out.person join laid_out.{table.name} fact using (life)"
    )


def _write_arithmetic(connection: psycopg.Connection[Any], register: LaidOut) -> None:
    """Days and births with their share of the sums that make the check digit."""
    days = []
    for number in range(register.days):
        year, month, day = date_of(number)
        text = f"{year % 100:02d}{month:02d}{day:02d}"
        days.append((number, year // 100, int(text) * 100_000, *_sums(text, 0)))
    births = []
    for number in range(1, register.births + 1):
        for century, code in ((19, 3), (20, 5)):
            text = f"{code + number % 2}{number:04d}"
            births.append((number, century, int(text), *_sums(text, 6)))
    _copy(connection, "laid_out.day", days)
    _copy(connection, "laid_out.birth", births)


def date_of(number: int) -> tuple[int, int, int]:
    """The year, month and day of a numbered day."""
    year, rest = divmod(number, DAYS_A_YEAR)
    month, day = divmod(rest, DAYS_A_MONTH)
    return FIRST_YEAR + year, month + 1, day + 1


def _sums(digits: str, start: int) -> tuple[int, int]:
    first, second = (
        sum(int(digit) * weight for digit, weight in zip(digits, weights[start:], strict=False))
        for weights in (FIRST_WEIGHTS, SECOND_WEIGHTS)
    )
    return first, second


def _write_lives(connection: psycopg.Connection[Any]) -> None:
    shares: list[tuple[int, int]] = []
    projections, categories, payments = [], [], []
    for number, life in enumerate(_lives()):
        shares += [(len(shares) + ahead, number) for ahead in range(life.share)]
        projections.append((number, *_projected(life)))
        categories += [(number, *row) for row in _category_rows(life.facts)]
        payments += [(number, *row) for row in _payment_rows(life.facts)]
    _copy(connection, "laid_out.share", shares)
    _copy(connection, "laid_out.life", projections)
    _copy(connection, "laid_out.category_fact", categories)
    _copy(connection, "laid_out.payment", payments)


def _lives() -> list[Life]:
    return lives(almaty_day(SystemClock().now()))


def _projected(life: Life) -> tuple[object, ...]:
    """The projection of a life by the rules, as the register keeps it."""
    revisions = life.facts.revisions()
    timeline, ledger = project(life.facts, LAW, known=max(revisions))
    assert life.stretches in {None, len(decode_timeline(timeline))}, timeline
    return min(revisions), max(revisions), kinds_of(life.facts), timeline, ledger


def _category_rows(facts: PersonFacts) -> Iterator[CategoryFactRow]:
    for fact in facts.assigned:
        yield CategoryFactRow(
            _ONE_MORE,
            fact.category,
            fact.assigned_on,
            0,
            fact.source,
            None,
            None,
            message_number=1,
            arrived=None,
            sender=_SENDER,
            position=1,
            revision=fact.known,
        )
    for removal in facts.removed:
        yield CategoryFactRow(
            _ONE_MORE,
            removal.category,
            removal.assigned_on,
            1,
            removal.source,
            removal.removed_on,
            removal.reason,
            message_number=2,
            arrived=None,
            sender=_SENDER,
            position=2,
            revision=removal.known,
        )


def _payment_rows(facts: PersonFacts) -> Iterator[PaymentRow]:
    for number, fact in enumerate(facts.payments, 1):
        yield PaymentRow(
            _ONE_MORE,
            first_day(fact.period),
            fact.purpose_code,
            fact.reference,
            0,
            fact.received_on,
            fact.amount,
            fact.payer_kind,
            None,
            payer_name="",
            surname="",
            given_name="",
            patronymic="",
            sender=_SENDER,
            position=number,
            revision=fact.known,
        )


def _copy(
    connection: psycopg.Connection[Any], table: str, rows: Iterable[Sequence[object]]
) -> None:
    with connection.cursor() as cursor, cursor.copy(f"copy {table} from stdin") as copy:
        for row in rows:
            copy.write_row(row)
