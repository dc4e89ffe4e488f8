"""A successful call of every RPC, and what the logs have of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from itertools import chain
from typing import Any, Final
from uuid import uuid4

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import CertificateBuilder, Name, random_serial_number

from osms_client import OsmsClient, RosterLine
from osms_common.application.acts import ActKind, ActRow
from osms_common.persistence import acts
from osms_common.persistence.shared_tables import act_log
from osms_server.bootstrap import Application, Engines
from osms_server.persistence.tables import access_log
from tests.conftest import ClientOf
from tests.people import AIGUL, DAULET
from tests.persistence.contents import wait_until
from tests.rpc.sending import (
    MORNING,
    assigned,
    joins,
    paid,
    push_categories,
    push_changes,
    push_payments,
)
from tests.rpc.test_idempotency import MUTATIONS

CALLERS: Final = {
    "SC": "state-corporation/SC",
    "DEFENCE": "body/DEFENCE",
    "supervisor1": "fund-supervisor/supervisor1",
    "clinic1": "mis/clinic1",
    "auditor1": "auditor/auditor1",
}
"""Those who call in these tests, by their names."""


@dataclass(frozen=True)
class Call:
    """A call that succeeds, where what comes before it was done."""

    caller: str
    make: Callable[[OsmsClient], object]
    before: Callable[[ClientOf], object] = lambda _: None
    iins: tuple[str, ...] = ()
    """Whom it names or shows."""

    subjects: tuple[str, ...] = field(default=("",))
    """How the subjects of its acts begin, one for each act."""


def _mutation(name: str) -> Callable[[ClientOf], tuple[Call, str]]:
    def made(of: ClientOf) -> tuple[Call, str]:
        mutation, key = MUTATIONS[name](of), str(uuid4())
        return Call("supervisor1", lambda fund: mutation.make(fund, key)), key

    return made


MUTATED: Final = {name: _mutation(name) for name in MUTATIONS}
"""Makes the register ready for a mutation; the call of it, and its request id."""


def _all(items: Iterable[object]) -> list[object]:
    return list(items)


def _known(of: ClientOf) -> None:
    push_categories(of("SC"), assigned(AIGUL, number=1))


def _rejected(of: ClientOf) -> None:
    push_categories(of("SC"), assigned(AIGUL, source="DFC"))


def _withdrawal(of: ClientOf) -> None:
    _known(of)
    of("supervisor2").withdraw("CATEGORY", "SC", (1, 1), "a test file")


def _rejection(fund: OsmsClient) -> object:
    (rejection,) = fund.rejections()
    return fund.rejection(rejection.rejection_id)


def _preview(fund: OsmsClient) -> object:
    (held,) = fund.held_batches()
    return fund.preview(held.held_batch_id)


def _stream(clinic: OsmsClient) -> object:
    return list(clinic.check_list([AIGUL, DAULET]))


@cache
def a_certificate() -> tuple[str, str]:
    """A certificate of nobody: its fingerprint, and itself as PEM."""
    key, name = ed25519.Ed25519PrivateKey.generate(), Name([])
    made = (
        CertificateBuilder(name, name, key.public_key(), random_serial_number())
        .not_valid_before(MORNING)
        .not_valid_after(MORNING + timedelta(days=1))
        .sign(key, None)
    )
    return made.fingerprint(SHA256()).hex(), made.public_bytes(Encoding.PEM).decode()


FEED: Final = ("CATEGORY of SC: opened", "CATEGORY of SC: 1-1: accepted 1")
BOTH: Final = (AIGUL, DAULET)

CALLS: Final[dict[str, Call]] = {
    # Pushes.
    "PushCategoryUpdates": Call(
        "SC", lambda c: push_categories(c, assigned(AIGUL)), subjects=FEED
    ),
    "PushPayments": Call(
        "SC",
        lambda c: push_payments(c, paid(AIGUL)),
        subjects=("PAYMENT of SC: opened", "PAYMENT of SC: 1-1: accepted 1"),
    ),
    "PushRoster": Call(
        "DEFENCE",
        lambda c: c.push_roster("DEFENCE", [RosterLine(AIGUL)]),
        subjects=("ROSTER of DEFENCE, ",),
    ),
    "PushRosterChanges": Call(
        "DEFENCE",
        lambda c: push_changes(c, joins(AIGUL)),
        subjects=("ROSTER_CHANGE of DEFENCE: opened", "ROSTER_CHANGE of DEFENCE: 1-1: accepted"),
    ),
    # Readings.
    "GetFeedPosition": Call("SC", OsmsClient.category_position),
    "GetPaymentPosition": Call("SC", OsmsClient.payment_position),
    "GetRosterChangePosition": Call("DEFENCE", OsmsClient.roster_change_position),
    "ListRejections": Call("SC", lambda c: _all(c.rejections()), _rejected, (AIGUL,)),
    "GetRejection": Call("SC", _rejection, _rejected, (AIGUL,)),
    "CountRejections": Call("supervisor1", OsmsClient.rejection_counts, _rejected),
    "ListHeldBatches": Call("supervisor1", lambda c: _all(c.held_batches()), _withdrawal),
    "ListIncidents": Call("supervisor1", lambda c: _all(c.incidents())),
    "ListFeeds": Call("auditor1", OsmsClient.feeds),
    "ListAccess": Call("auditor1", lambda c: _all(c.accesses(AIGUL)), iins=(AIGUL,)),
    "ListAuditEntries": Call(
        "auditor1",
        lambda c: _all(c.audit_entries(method="ListAccess")),
        lambda of: list(of("supervisor1").accesses(DAULET)),
        (DAULET,),
    ),
    "GetCallerCertificate": Call("auditor1", lambda c: c.caller_certificate(a_certificate()[0])),
    "ExportLog": Call("auditor1", lambda c: _all(c.export_log())),
    # Answers.
    "GetConsumer": Call("supervisor1", lambda c: c.consumer(AIGUL), _known, (AIGUL,)),
    "ListGrounds": Call("supervisor1", lambda c: _all(c.facts(AIGUL)), _known, (AIGUL,)),
    "CheckEntitlement": Call("clinic1", lambda c: c.check(AIGUL), iins=(AIGUL,)),
    "BatchCheckEntitlements": Call("clinic1", lambda c: _all(c.check_many(BOTH)), iins=BOTH),
    "StreamCheckEntitlements": Call("clinic1", _stream, iins=BOTH),
    "GetTimeline": Call("supervisor1", lambda c: c.timeline(AIGUL), _known, (AIGUL,)),
    "ExplainEntitlement": Call("supervisor1", lambda c: c.explain(AIGUL), _known, (AIGUL,)),
    "ReplayEntitlement": Call("supervisor1", lambda c: c.replay(AIGUL, MORNING), _known, (AIGUL,)),
    "PreviewHeldBatch": Call("supervisor1", _preview, _withdrawal, (AIGUL,)),
    # What nobody needs to know.
    "ListReceiptKeys": Call("clinic1", OsmsClient.receipt_keys),
    "GetClock": Call("clinic1", OsmsClient.clock),
    "AdvanceClock": Call("clinic1", lambda c: c.advance_clock(MORNING + timedelta(minutes=1))),
    "ResetSandbox": Call("clinic1", lambda c: c.reset_sandbox(MORNING)),
}
"""All RPCs but the mutations, of which there is a table elsewhere."""


@dataclass(frozen=True)
class Told:
    """An answer of the log of answers."""

    caller: str
    method: str
    iins: tuple[str, ...]


def acts_of(engines: Engines) -> list[ActRow]:
    """All acts, in the order of their instants and chains."""
    order = (act_log.c.record_time, act_log.c.writer, act_log.c.sequence)
    with engines.transactions.connect() as connection:
        found = connection.execute(sa.select(act_log).order_by(*order))
        return [acts.act_row(row) for row in found]


def answers_of(engines: Engines) -> list[Told]:
    """All that was told about persons, list by list."""
    with engines.transactions.connect() as connection:
        rows = connection.execute(sa.select(access_log).order_by(access_log.c.first_receipt))
        return list(chain.from_iterable(map(_told, rows)))


def _told(row: sa.Row[Any]) -> Iterable[Told]:
    iins = iter(row.iins)
    for caller, method, count in zip(row.callers, row.methods, row.counts, strict=True):
        yield Told(caller, method, tuple(f"{next(iins):012}" for _ in range(count)))


def keep_certificate(application: Application) -> None:
    """Keeps the certificate of nobody as one that was shown."""
    application.acts._keep_certificate(*a_certificate())


def refusals(engines: Engines) -> list[tuple[str, str, str]]:
    """Caller, RPC and reason of all refusals."""
    return [
        (act.caller, act.method, act.outcome)
        for act in acts_of(engines)
        if act.kind is ActKind.REFUSAL
    ]


def wait_for(engines: Engines, count: int) -> list[tuple[str, str, str]]:
    """So many refusals: a thread of its own keeps them."""
    wait_until(lambda: len(refusals(engines)) >= count)
    return refusals(engines)
