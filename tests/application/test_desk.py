"""The desk: all who wait are answered together, each gets its own, and nobody waits in vain."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, TypeVar
from uuid import UUID

import pytest
import sqlalchemy as sa

from osms_common.application.callers import Caller
from osms_common.domain.codes import GroundKind, Role, Status
from osms_common.domain.errors import (
    InvalidRequest,
    Overloaded,
    RegisterUnavailable,
    RevisionNotReached,
    ShuttingDown,
)
from osms_common.domain.identifiers import Iin, identifier_text
from osms_common.domain.revision import Revision, last_revision_at
from osms_server.application.desk import Desk, Question, Reply
from osms_server.application.overlaying import Overlaying
from osms_server.bootstrap import Application, Engines, connect
from osms_server.config import Settings
from osms_server.desks import DeskParts, make_desk
from osms_server.persistence.access import AccessTable
from osms_server.persistence.look_up_facts import PostgresLookUpFacts
from osms_server.persistence.look_ups import LookUpLine
from osms_server.roles import Dsns
from tests.conftest import ClientOf
from tests.people import STRANGER
from tests.rpc.lives import CHILD, EMPLOYEE, EVERYBODY, GROUNDS, PENSIONER, tell_everything
from tests.rpc.sending import MORNING, TODAY

T = TypeVar("T")

CLINIC: Final = Caller(Role.MEDICAL_SYSTEM, "clinic1")
OPERATOR: Final = Caller(Role.FUND_OPERATOR, "operator1")
PERSONS: Final = (*EVERYBODY, STRANGER)
SECONDS: Final = 10.0
NO_TIME: Final = 0.05


def iin_of(text: str) -> Iin:
    """An IIN as the desk reads it."""
    return Iin(int(text))


def about(*texts: str, **other: object) -> Question:
    """A question of a clinic."""
    plain: dict[str, Any] = {"caller": CLINIC, "method": "CheckEntitlement", "purpose": 1}
    return Question(**{**plain, **other}, iins=[iin_of(text) for text in texts])


@pytest.fixture(scope="module", autouse=True)
def everybody(client_of: ClientOf) -> None:
    """A register that knows people of every kind, on the morning of 1 July 2026."""
    client_of("supervisor1").reset_sandbox(MORNING)
    tell_everything(client_of)


@dataclass(frozen=True)
class Entry:
    """An entry of the log, and the transaction that wrote it."""

    receipt: str
    caller: str
    iin: str
    on_date: date | None
    transaction: str


@dataclass(frozen=True)
class Place:
    """Where desks are made, on a register that has people of every kind."""

    application: Application
    engines: Engines
    look_ups: Engines
    dsn: str

    def overlaying(self) -> Overlaying:
        """Overlays, none of which are known yet."""
        facts = PostgresLookUpFacts(self.look_ups.transactions)
        return Overlaying(facts, self.application.law)

    def at_desk(self, does: Callable[[DeskParts], Awaitable[T]], **settings: object) -> T:
        """What is done at a desk of its own, as a process that only looks up has one."""

        async def doing() -> T:
            own = self.application.settings.model_copy(update=settings)
            parts = make_desk(self.dsn, own, self.application.clock, self.overlaying())
            try:
                return await asyncio.wait_for(does(parts), 30)
            finally:
                await parts.stop()

        return asyncio.run(doing())

    def entries(self, receipts: Sequence[str]) -> list[Entry]:
        """Entries of the log, by their receipts."""
        row = sa.text(
            "select xmin::text from access_log where first_receipt <= :receipt"
            " order by first_receipt desc limit 1"
        )
        told = []
        with self.engines.transactions.connect() as connection:
            for each in map(UUID, receipts):
                (found,) = AccessTable(connection).page(None, each, 2, None)
                transaction = connection.execute(row, {"receipt": each}).scalar_one()
                iin = identifier_text(found.iin)
                told.append(Entry(str(each), found.caller, iin, found.on_date, transaction))
        return told

    def count(self) -> int:
        """How many entries there are."""
        with self.engines.transactions.connect() as connection:
            statement = sa.text("select count(*) from access_log")
            counted: int = connection.execute(statement).scalar_one()
        return counted

    @contextmanager
    def locked_log(self) -> Iterator[None]:
        """Nothing can be logged before the end of the block."""
        with self.engines.transactions.connect() as connection:
            connection.execute(sa.text("lock table access_log in access exclusive mode"))
            yield
            connection.rollback()


@pytest.fixture(scope="module")
def look_ups(dsns: Dsns, settings: Settings) -> Iterator[Engines]:
    """Connections with the rights of look-ups."""
    engines = connect(dsns.look_up, settings)
    yield engines
    engines.dispose()


@pytest.fixture
def place(application: Application, engines: Engines, look_ups: Engines, dsns: Dsns) -> Place:
    """The register of the module."""
    return Place(application, engines, look_ups, dsns.look_up)


async def asked(desk: Desk, *questions: Question, seconds: float = SECONDS) -> list[Any]:
    """The replies to questions that are asked at once, or the errors."""
    asking = (desk.ask(each, seconds) for each in questions)
    return await asyncio.gather(*asking, return_exceptions=True)


def ground_of(reply: Reply, at: int = 0) -> str | None:
    """The kind of ground that is told of a person."""
    kind = reply.verdicts[at].kind
    return None if kind is None else GroundKind(kind).name


# Together.


def test_all_who_wait_are_answered_together_and_each_gets_its_own(place: Place) -> None:
    """One read of one state, one entry for all, and the answers in their own order."""
    questions = [about(text) for text in PERSONS * 3]
    replies = place.at_desk(lambda parts: asked(parts.desk, *questions))
    assert [ground_of(reply) for reply in replies] == [GROUNDS[text] for text in PERSONS * 3]
    assert len({reply.revision for reply in replies}) == 1
    entries = place.entries([reply.receipt(0) for reply in replies])
    assert len({entry.transaction for entry in entries}) == 1
    assert [entry.iin for entry in entries] == list(PERSONS * 3)
    numbers = [reply.receipt(0) for reply in replies]
    assert numbers == sorted(set(numbers))


def test_each_question_keeps_its_caller_its_day_and_its_persons(place: Place) -> None:
    """Though they are answered together, and some ask about many, or about somebody twice."""
    later = date(2027, 5, 1)
    questions = [
        about(CHILD),
        about(EMPLOYEE, STRANGER, EMPLOYEE, caller=OPERATOR, on_date=later),
        about(EMPLOYEE, on_date=TODAY - timedelta(days=1)),
        about(PENSIONER, caller=OPERATOR, at_least=Revision(1)),
    ]
    replies = place.at_desk(lambda parts: asked(parts.desk, *questions))
    assert [reply.on_date for reply in replies] == [TODAY, later, date(2026, 6, 30), TODAY]
    assert [verdict.status for verdict in replies[1].verdicts] == [
        Status.NOT_ENTITLED,
        Status.NOT_REGISTERED,
        Status.NOT_ENTITLED,
    ]
    assert [ground_of(replies[at]) for at in (0, 2, 3)] == ["CATEGORY", "PAYER", "CATEGORY"]
    for question, reply in zip(questions, replies, strict=True):
        told = place.entries([reply.receipt(at) for at in range(len(question.iins))])
        assert [(each.caller, each.on_date) for each in told] == [
            (question.caller.text, reply.on_date)
        ] * len(told)
        assert [iin_of(each.iin) for each in told] == question.iins


def test_a_question_that_fails_spoils_no_other(place: Place) -> None:
    """Those beside it are answered; what cannot be told yet and what never will be is told so."""
    now = place.application.clock.now()
    soon = last_revision_at(now + timedelta(seconds=5))
    never = last_revision_at(now + timedelta(days=400))
    replies = place.at_desk(
        lambda parts: asked(
            parts.desk,
            about(CHILD),
            about(CHILD, at_least=soon),
            about(EMPLOYEE),
            about(EMPLOYEE, at_least=never),
            about(PENSIONER),
        )
    )
    assert [ground_of(replies[at]) for at in (0, 2, 4)] == ["CATEGORY", "PAYER", "CATEGORY"]
    assert isinstance(replies[1], RevisionNotReached)
    assert isinstance(replies[3], InvalidRequest)
    assert replies[3].violations[0].field == "at_least_revision"


# In time.


def test_who_has_given_up_is_not_answered_and_holds_up_nobody(place: Place) -> None:
    """What is logged was wanted when it was written; those behind are answered."""

    async def doing(parts: DeskParts) -> list[Any]:
        with place.locked_log():
            first = asyncio.create_task(parts.desk.ask(about(CHILD), SECONDS))
            await asyncio.sleep(0.1)
            gone = await asked(parts.desk, *[about(EMPLOYEE)] * 20, seconds=NO_TIME)
            behind = asyncio.create_task(parts.desk.ask(about(PENSIONER), SECONDS))
            await asyncio.sleep(0)
        return [*gone, await first, await behind]

    before = place.count()
    *gone, first, behind = place.at_desk(doing)
    assert {type(error) for error in gone} == {RegisterUnavailable}
    assert (ground_of(first), ground_of(behind)) == ("CATEGORY", "CATEGORY")
    assert place.count() == before + 2


def test_more_than_may_wait_are_told_so_at_once(place: Place) -> None:
    """And once those who wait have given up, there is room again."""

    async def doing(parts: DeskParts) -> tuple[list[Any], list[Any], Any]:
        with place.locked_log():
            first = asyncio.create_task(parts.desk.ask(about(CHILD), SECONDS))
            await asyncio.sleep(0.1)
            waiting = asyncio.create_task(
                asked(parts.desk, *[about(EMPLOYEE)] * 3, seconds=NO_TIME)
            )
            await asyncio.sleep(0)
            refused = await asked(parts.desk, *[about(PENSIONER)] * 5)
            await waiting
            again = asyncio.create_task(parts.desk.ask(about(PENSIONER), SECONDS))
            await asyncio.sleep(NO_TIME)
            assert not again.done()
        await first
        return refused, await waiting, await again

    refused, gone, again = place.at_desk(doing, look_ups_waiting_max=3)
    assert {type(error) for error in refused} == {Overloaded}
    assert (refused[0].setting, refused[0].allowed) == ("look_ups_waiting_max", 3)
    assert {type(error) for error in gone} == {RegisterUnavailable}
    assert ground_of(again) == "CATEGORY"


def test_patients_are_answered_while_lists_wait(place: Place) -> None:
    """Lists stand still in their own lanes; both are answered in the end."""

    async def doing(parts: DeskParts) -> tuple[Reply, list[Reply]]:
        await asyncio.gather(*(parts.desk.ask_list(about(CHILD), SECONDS) for _ in range(4)))
        lines = [
            line._line._connection for line in parts.lines[1:] if isinstance(line, LookUpLine)
        ]
        readers = [line.backend_pid for line in lines if line is not None]
        assert readers
        for pid in readers:
            os.kill(pid, signal.SIGSTOP)
        try:
            lists = [
                asyncio.create_task(parts.desk.ask_list(about(*PERSONS), SECONDS))
                for _ in range(6)
            ]
            patient = await parts.desk.ask(about(EMPLOYEE), SECONDS)
            assert not any(each.done() for each in lists)
        finally:
            for pid in readers:
                os.kill(pid, signal.SIGCONT)
        return patient, await asyncio.gather(*lists)

    patient, lists = place.at_desk(doing, look_up_seconds_max=8.0)
    assert ground_of(patient) == "PAYER"
    for reply in lists:
        told = [ground_of(reply, at) for at in range(len(PERSONS))]
        assert told == [GROUNDS[text] for text in PERSONS]


def test_who_waits_when_it_stops_is_answered(place: Place) -> None:
    """And who comes after that is told to ask another server."""

    async def doing(parts: DeskParts) -> list[Any]:
        with place.locked_log():
            waiting = asyncio.create_task(asked(parts.desk, *map(about, PERSONS[:5])))
            await asyncio.sleep(NO_TIME)
            more = asyncio.create_task(asked(parts.desk, *map(about, PERSONS[5:])))
            await asyncio.sleep(0)
            stopping = asyncio.create_task(parts.desk.stop())
            await asyncio.sleep(0)
            late = await asked(parts.desk, about(CHILD))
        await stopping
        return [*await waiting, *await more, *late]

    *replies, late = place.at_desk(doing)
    assert [ground_of(reply) for reply in replies] == [GROUNDS[text] for text in PERSONS]
    assert isinstance(late, ShuttingDown)


# Overlays.


async def everywhere(place: Place, one: DeskParts, question: Question) -> list[Reply]:
    """The replies at a desk and at another that knows nothing of it."""
    application = place.application
    other = make_desk(place.dsn, application.settings, application.clock, place.overlaying())
    try:
        return [(await asked(parts.desk, question))[0] for parts in (one, other)]
    finally:
        await other.stop()


def test_a_failure_that_is_declared_or_closed_is_told_by_the_next_look_up(
    place: Place, client_of: ClientOf
) -> None:
    """At every desk, though each keeps overlays to itself; those whom it does not touch stay."""
    fund = client_of("supervisor1")
    (right,) = place.at_desk(lambda parts: asked(parts.desk, about(EMPLOYEE)))
    after = about(EMPLOYEE, on_date=right.verdicts[0].last_date + timedelta(days=1))

    async def doing(one: DeskParts) -> list[list[str | None]]:
        told = []

        async def look() -> None:
            touched = await everywhere(place, one, after)
            others = await asked(one.desk, about(CHILD), after, about(STRANGER))
            told.append([ground_of(reply) for reply in (*touched, *others)])

        await look()
        await asyncio.to_thread(fund.declare_incident, "I-1", ["SC"], TODAY)
        await look()
        await asyncio.to_thread(fund.close_incident, "I-1", TODAY)
        await look()
        return told

    without = [None, None, "CATEGORY", None, None]
    preserved = ["PRESERVED", "PRESERVED", "CATEGORY", "PRESERVED", None]
    assert place.at_desk(doing) == [without, preserved, without]


def test_a_budget_that_lapses_and_pays_again_is_told_by_the_next_look_up(
    place: Place, client_of: ClientOf
) -> None:
    """Two desks that know nothing of each other change their answers together."""
    fund, second = client_of("supervisor1"), client_of("supervisor2")

    async def doing(one: DeskParts) -> list[tuple[str | None, ...]]:
        told = []

        async def look() -> None:
            replies = await everywhere(place, one, about(PENSIONER))
            told.append(tuple(ground_of(reply) for reply in replies))

        await look()
        held = await asyncio.to_thread(fund.record_budget_lapse, "REPUBLICAN", TODAY)
        await asyncio.to_thread(second.approve, held)
        await look()
        await asyncio.to_thread(fund.lift_budget_lapse, "REPUBLICAN")
        await look()
        return told

    before, lapsed, lifted = place.at_desk(doing)
    assert before == lifted == ("CATEGORY", "CATEGORY")
    assert lapsed == ("RETENTION", "RETENTION")
