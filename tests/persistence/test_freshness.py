"""
What a look-up must know: everything that was acknowledged, whichever process is asked.

A reader that holds a revision holds all changes up to it and none after it, however the commits
of several servers fall between each other. The chance run prints its seed; OSMS_FRESHNESS_SEED
runs it again.
"""

from __future__ import annotations

import asyncio
import os
import random
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

import pytest
from google.rpc.error_details_pb2 import RetryInfo
from grpc import StatusCode

from osms.entitlement.v1 import entitlement_service_pb2 as pb
from osms_client import CannotTell, Entitlement, OsmsClient
from osms_common.clocks import SandboxClock, SystemClock
from osms_common.domain.codes import Role
from osms_common.domain.errors import RevisionNotReached
from osms_common.domain.identifiers import Iin
from osms_common.domain.revision import (
    NOTHING_KNOWN,
    Revision,
    last_revision_at,
    parse_revision,
    revision_token,
)
from osms_server.application.rows import PersonRow
from osms_server.bootstrap import Engines, running_server
from osms_server.config import Settings, Transport
from osms_server.persistence.look_ups import LookUpLine
from osms_server.persistence.register import PostgresRegister
from osms_server.persistence.transaction import PostgresTransaction
from tests.conftest import apart, dsns_of
from tests.people import AIGUL, people
from tests.persistence.conftest import NOON
from tests.persistence.contents import count_waiting, wait_until
from tests.rpc.looking_up import LookUps, credentials, look_ups
from tests.rpc.sending import ALMATY, assigned, paid, push_categories, push_payments
from tests.rpc.told import refused

Tell = Callable[[str, int], str]

PERSON: Final = Iin(int(AIGUL))
OTHERS: Final = [Iin(int(text)) for text in people(4)]


def put(tx: PostgresTransaction, iin: Iin) -> None:
    """A person is entitled without an end."""
    tx.people.put([PersonRow(iin, tx.revision, tx.revision, 1, "20260110R01")], [])


def change(register: PostgresRegister, iin: Iin) -> Revision:
    """A change about a person."""
    with register.write() as tx:
        put(tx, iin)
    return tx.revision


class Mishap(Exception):
    """Something goes wrong in the middle of a change."""


def mishap(register: PostgresRegister) -> Revision:
    """A change that is undone; the revision that it would have had."""
    with suppress(Mishap), register.write() as tx:
        put(tx, PERSON)
        raise Mishap
    return tx.revision


class Reader:
    """Look-ups of a process that has a connection of its own."""

    def __init__(self, dsn: str) -> None:
        self._loop = asyncio.Runner()
        self._line = LookUpLine(dsns_of(dsn).look_up, SystemClock(), 5.0)

    def known(self, at_least: Revision = NOTHING_KNOWN) -> tuple[Revision, set[Iin]]:
        """The revision that is read, and who is known at it."""
        everybody = [PERSON, *OTHERS]
        found = self._loop.run(self._line.look_up(everybody, at_least))
        return found.head.revision, set(found.timelines)

    def close(self) -> None:
        """Ends the connection."""

        async def close() -> None:
            self._line.close()

        self._loop.run(close())
        self._loop.close()


@pytest.fixture
def readers(dsn: str, register: PostgresRegister) -> Iterator[list[Reader]]:
    """Three processes that look up, before an empty register."""
    found = [Reader(dsn) for _ in range(3)]
    yield found
    for reader in found:
        reader.close()


# One interleaving after the other, each as bad as can be.


def test_what_is_not_committed_is_neither_known_nor_reached(
    register: PostgresRegister, readers: list[Reader]
) -> None:
    """Whoever demands the revision of a change under way hears that it is not there yet."""
    before = change(register, OTHERS[0])
    with register.write() as tx:
        put(tx, PERSON)
        for reader in readers:
            assert reader.known(before) == (before, {OTHERS[0]})
            with pytest.raises(RevisionNotReached):
                reader.known(tx.revision)
    for reader in readers:
        assert reader.known(tx.revision) == (tx.revision, {OTHERS[0], PERSON})


def test_a_change_that_takes_long_is_not_overtaken(
    register: PostgresRegister, readers: list[Reader], engines: Engines
) -> None:
    """One that begins later commits later: no revision is told that would hide an earlier one."""
    with ThreadPoolExecutor(2) as later:
        with register.write() as tx:
            put(tx, PERSON)
            changes = [later.submit(change, register, iin) for iin in OTHERS[:2]]
            wait_until(lambda: count_waiting(engines.transactions) == 2)
            for reader in readers:
                revision, known = reader.known()
                assert (revision < tx.revision, known) == (True, set())
        revisions = [each.result() for each in changes]
    assert min(revisions) > tx.revision
    for reader in readers:
        assert reader.known(max(revisions))[1] == {PERSON, *OTHERS[:2]}


def test_a_change_that_is_undone_leaves_no_revision(
    register: PostgresRegister, readers: list[Reader]
) -> None:
    """What follows may have its revision, and says then what it is itself."""
    undone = mishap(register)
    with pytest.raises(RevisionNotReached):
        readers[0].known(undone)
    after = change(register, OTHERS[0])
    assert [reader.known(after) for reader in readers] == [(after, {OTHERS[0]})] * 3


def test_clocks_that_differ_do_not_hide_a_change(
    intake: Engines, register: PostgresRegister, readers: list[Reader]
) -> None:
    """A server whose clock is behind commits after one whose clock is ahead: both are known."""
    servers = [
        PostgresRegister(intake.transactions, SandboxClock(NOON + timedelta(hours=hours)))
        for hours in (3, -3, 0)
    ]
    told: set[Iin] = set()
    last = NOTHING_KNOWN
    for server, iin in zip(servers, OTHERS, strict=False):
        revision = change(server, iin)
        assert revision > last
        last = revision
        told.add(iin)
        for reader in readers:
            assert reader.known(revision) == (revision, told)


# Chance: several servers write, several processes read.


@pytest.fixture(scope="module")
def processes(dsn: str) -> Iterator[list[LookUps]]:
    """Two processes that only look up."""
    with ExitStack() as stack:
        yield [stack.enter_context(look_ups(dsn)) for _ in range(2)]


@pytest.fixture(scope="module")
def servers(dsn: str) -> Iterator[list[str]]:
    """The addresses of two whole servers, before the same register."""
    settings = Settings.read(
        listen="127.0.0.1:0", transport=Transport.PLAINTEXT, sandbox=False, **apart(dsn)
    )
    with ExitStack() as stack:
        yield [stack.enter_context(running_server(settings)).address for _ in range(2)]


class History:
    """What was acknowledged and what was read, while several servers write and several read."""

    def __init__(self, stack: ExitStack, writers: list[str], readers: list[str]) -> None:
        def clients(role: Role, addresses: list[str]) -> list[OsmsClient]:
            made = [OsmsClient(address, credentials(role)) for address in addresses]
            return [stack.enter_context(client) for client in made]

        self.clinics = clients(Role.MEDICAL_SYSTEM, readers)
        self._corporations = clients(Role.STATE_CORPORATION, writers)
        self._operators = clients(Role.FUND_OPERATOR, writers)
        self._done = threading.Event()
        self.acknowledged: dict[str, str] = {}
        """Of each person the revision that the sender was told."""
        self.read: list[tuple[str, set[str]]] = []
        """Revisions with the persons who were known at them."""
        self.missed: list[str] = []
        """Persons of whom a look-up knew nothing though it held what was acknowledged."""

    def categorised(self, iin: str, at: int) -> str:
        """A category begins; the revision that the sender is told."""
        return push_categories(self._corporations[at], assigned(iin)).revision

    def paid_for(self, iin: str, at: int) -> str:
        """A month is paid; the same."""
        return push_payments(self._corporations[at], paid(iin, reference=f"P-{iin}")).revision

    def registered(self, iin: str, at: int) -> str:
        """Somebody is registered; the same."""
        today = datetime.now(ALMATY).date()
        return self._operators[at].register(iin, "R01", today, ["BIRTH_CERTIFICATE"]).revision

    def write(self, tell: Tell, texts: list[str], chance: random.Random) -> None:
        """Tells of persons, and asks at once, where chance will have it."""
        for iin in texts:
            revision = self.acknowledged[iin] = tell(iin, chance.randrange(2))
            for clinic in chance.sample(self.clinics, 2):
                with suppress(CannotTell):  # may be said at any time
                    answer = clinic.check(iin, at_least_revision=revision)
                    if answer.status == "NOT_REGISTERED" or answer.revision < revision:
                        self.missed.append(iin)

    def look(self, clinic: OsmsClient, everybody: list[str]) -> None:
        """Asks about everybody, again and again."""
        while not self._done.is_set():
            with suppress(CannotTell):
                answers = list(clinic.check_many(everybody))
                told = [each for each in answers if isinstance(each, Entitlement)]
                (revision,) = {each.revision for each in told}
                known = {each.iin for each in told if each.status != "NOT_REGISTERED"}
                self.read.append((revision, known))

    def run(self, lists: dict[Tell, list[str]], chance: random.Random) -> None:
        """All at the same time, until everything is told."""
        everybody = [iin for texts in lists.values() for iin in texts]
        with ThreadPoolExecutor(len(self.clinics) + len(lists)) as threads:
            reading = [threads.submit(self.look, clinic, everybody) for clinic in self.clinics]
            writing = [
                threads.submit(self.write, tell, texts, random.Random(chance.random()))
                for tell, texts in lists.items()
            ]
            wait(writing)
            self._done.set()
        for each in (*writing, *reading):
            each.result()


@pytest.mark.long
def test_what_was_acknowledged_is_known_everywhere(
    register: PostgresRegister, servers: list[str], processes: list[LookUps]
) -> None:
    """At once, by every process; and each read is one state: all up to it, and nothing after."""
    seed = int(os.environ.get("OSMS_FRESHNESS_SEED", "0")) or random.randrange(1, 1 << 31)
    print(f"seed {seed}")  # noqa: T201 - so that it can be run again
    everybody = people(54, after=200)
    with ExitStack() as stack:
        readers = [process.process.address for process in processes]
        history = History(stack, servers, readers + servers)
        lists: dict[Tell, list[str]] = {
            history.categorised: everybody[::3],
            history.paid_for: everybody[1::3],
            history.registered: everybody[2::3],
        }
        history.run(lists, random.Random(seed))
    assert history.missed == []
    assert set(history.acknowledged) == set(everybody)
    assert len({revision for revision, _ in history.read}) > 1
    for revision, known in history.read:
        assert known == {iin for iin, told in history.acknowledged.items() if told <= revision}


@pytest.mark.parametrize(
    ("ahead", "code", "reason"),
    [
        (timedelta(seconds=20), StatusCode.UNAVAILABLE, "REVISION_NOT_REACHED"),
        (timedelta(days=1), StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST"),
    ],
    ids=["soon", "never"],
)
def test_a_revision_that_is_not_there_is_told_as_what_it_is(
    processes: list[LookUps], ahead: timedelta, code: StatusCode, reason: str
) -> None:
    """Soon it may be there, and asking again helps; no register comes to the far future."""
    token = revision_token(last_revision_at(datetime.now(UTC) + ahead))
    assert parse_revision(token)
    for process in processes:
        with process.stub() as stub:
            for call, request in (
                (
                    stub.CheckEntitlement,
                    pb.CheckEntitlementRequest(iin=AIGUL, at_least_revision=token),
                ),
                (
                    stub.BatchCheckEntitlements,
                    pb.BatchCheckEntitlementsRequest(iins=[AIGUL], at_least_revision=token),
                ),
            ):
                error = refused(partial(call, request, timeout=5))
                assert (error.code, error.reason) == (code, reason)
                assert bool(error.all(RetryInfo)) == (code is StatusCode.UNAVAILABLE)
