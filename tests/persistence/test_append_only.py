"""Facts are only ever added: by the code, whatever happens, and within what the schema allows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Final

import psycopg
import pytest
import sqlalchemy as sa

from osms_client import OsmsClient, RosterLine
from osms_server.bootstrap import Engines
from osms_server.persistence.tables import metadata
from tests.conftest import ClientOf
from tests.people import AIGUL, DAULET, NOBODY, people
from tests.persistence.contents import Contents, contents
from tests.rpc.lives import tell_everything
from tests.rpc.sending import (
    MORNING,
    TODAY,
    assigned,
    joins,
    leaves,
    paid,
    push_categories,
    push_changes,
    push_payments,
    refunded,
    removed,
)

CHANGING: Final = {
    "head": "the last revision",
    "person": "a projection",
    "roster_member": "a projection",
    "feed": "where a feed goes on",
    "arrival": "when something last arrived",
    "removal_guard": "a count of the day",
    "held_batch": "its state, and who decided",
    "held_removal": "its state",
    "roster_snapshot": "since when it is known",
    "rejection": "its state",
    "category_message": "numbers that a withdrawal frees",
    "access_writer": "how far a writer of the log of answers has come",
    "act_writer": "how far a writer of the log of acts has come",
}
"""The tables whose rows may change, and what it is that changes."""

FACTS: Final = sorted(metadata.tables.keys() - CHANGING)


@pytest.fixture
def guarded(client_of: ClientOf, engines: Engines) -> Iterator[None]:
    """An empty register in which PostgreSQL refuses to change or take out any fact."""
    client_of("supervisor1").reset_sandbox(MORNING)
    with engines.transactions.begin() as connection:
        connection.execute(
            sa.text(
                "create function refuse() returns trigger language plpgsql as $$ begin"
                " raise exception 'a fact was to be changed in %', tg_table_name; end $$"
            )
        )
        for name in FACTS:
            guard = f"before update or delete or truncate on {name}"
            connection.execute(sa.text(f"create trigger guard {guard} execute function refuse()"))
    yield
    with engines.transactions.begin() as connection:
        connection.execute(sa.text("drop function refuse cascade"))


def correct(client_of: ClientOf) -> None:
    """Removals, their corrections, refunds, and people who come and go."""
    corporation, defence = client_of("SC"), client_of("DEFENCE")
    first = assigned(AIGUL, number=1)
    push_categories(corporation, first, removed(first, date(2026, 6, 1)))
    push_categories(corporation, removed(first, date(2026, 6, 10)), assigned(NOBODY))
    payment = paid(DAULET)
    push_payments(corporation, payment, payment, refunded(payment, "4250.00"))
    push_changes(defence, joins(DAULET), leaves(DAULET), joins(DAULET))
    defence.push_roster("DEFENCE", [RosterLine(AIGUL)])


def repair(client_of: ClientOf) -> None:
    """A rejected line is corrected, another closed, and a registration revoked."""
    operator = client_of("operator1")
    (rejection,) = operator.rejections(state="OPEN")
    operator.resubmit(rejection.rejection_id, assigned(NOBODY))
    operator.resubmit(rejection.rejection_id, assigned(people(1)[0]))
    made = operator.register(DAULET, "R02", TODAY, ["FORM_027E"])
    client_of("supervisor1").revoke(made.registration_id, "error")


def decide(client_of: ClientOf) -> None:
    """What two supervisors decide: a withdrawal, an unpaid budget, a failure."""
    one, other = client_of("supervisor1"), client_of("supervisor2")
    one.record_budget_lapse("LOCAL", TODAY)
    one.declare_incident("I-1", ["FUND"], TODAY)
    one.withdraw("CATEGORY", "SC", (1, 2), "a test file")
    for held in list(other.held_batches(state="WAITING")):
        other.approve(held.held_batch_id)
    one.lift_budget_lapse("LOCAL")
    one.close_incident("I-1", TODAY)


def ask(client_of: ClientOf) -> None:
    """Every kind of question."""
    clinic: OsmsClient = client_of("clinic1")
    operator = client_of("operator1")
    clinic.check(AIGUL)
    operator.timeline(AIGUL)
    operator.explain(AIGUL)
    operator.consumer(DAULET)
    list(operator.accesses(AIGUL))


def test_whatever_happens_no_fact_is_changed(
    guarded: None, client_of: ClientOf, engines: Engines
) -> None:
    """PostgreSQL would refuse it; and after each step all that was known is still there."""
    steps: list[Callable[[ClientOf], None]] = [tell_everything, correct, repair, decide, ask]
    before: Contents = contents(engines.transactions, FACTS)
    for step in steps:
        step(client_of)
        after = contents(engines.transactions, FACTS)
        assert all(set(rows) <= set(after[name]) for name, rows in before.items()), step
        assert after != before, step
        before = after


def test_the_guard_would_see_it(guarded: None, client_of: ClientOf, engines: Engines) -> None:
    """The test above can fail: a change past the service is refused."""
    push_categories(client_of("SC"), assigned(AIGUL))
    with (
        pytest.raises(sa.exc.DatabaseError, match="a fact was to be changed"),
        engines.transactions.begin() as connection,
    ):
        connection.execute(sa.text("update category_fact set category = 'R02'"))


# What the schema itself refuses.

PAYMENT: Final = (
    "insert into payment values (7, {period}, 122, 'P-1', 0, '2026-06-10', {amount}, 1,"
    " null, '', '', '', '', 'SC', 1, 1)"
)
REFUND: Final = (
    "insert into refund values (7, '2026-05-01', 122, 'P-1', 'R-1', 0, '2026-06-10',"
    " {amount}, 'SC', 1, 1)"
)
CATEGORY: Final = (
    "insert into category_fact values (7, 'R01', '2026-01-10', {ordinal}, 'MOE',"
    " {removed}, {reason}, 1, null, 'SC', 1, 1)"
)
REFUSED: dict[str, str] = {
    "a payment of nothing": PAYMENT.format(period="'2026-05-01'", amount=0),
    "a payment of less than nothing": PAYMENT.format(period="'2026-05-01'", amount=-1),
    "a payment for no whole month": PAYMENT.format(period="'2026-05-02'", amount=1),
    "a payment for no month": PAYMENT.format(period="null", amount=1),
    "a refund of nothing": REFUND.format(amount=0),
    "a removal of what was not assigned": CATEGORY.format(
        ordinal=0, removed="'2026-02-01'", reason="'OTHER'"
    ),
    "a removal before the assignment": CATEGORY.format(
        ordinal=1, removed="'2026-01-09'", reason="'OTHER'"
    ),
    "a removal without a reason": CATEGORY.format(
        ordinal=1, removed="'2026-02-01'", reason="null"
    ),
    "a reason without a removal": CATEGORY.format(ordinal=1, removed="null", reason="'OTHER'"),
    "a second head": "insert into head values (false, 1, 1)",
    "the same head again": "insert into head values (true, 1, 1)",
    "a person without a timeline": "insert into person values (1, 1, 1, 1, null, '')",
}
KEPT: dict[str, str] = {
    "a payment": PAYMENT.format(period="'2026-05-01'", amount=1),
    "a refund": REFUND.format(amount=1),
    "an assignment": CATEGORY.format(ordinal=0, removed="null", reason="null"),
    "a removal": CATEGORY.format(ordinal=1, removed="'2026-01-10'", reason="'OTHER'"),
}


@pytest.mark.parametrize("statement", REFUSED.values(), ids=REFUSED)
def test_the_schema_refuses_what_cannot_be(engines: Engines, statement: str) -> None:
    """Also where the code should fail to."""
    with engines.transactions.connect() as connection:
        with pytest.raises(sa.exc.IntegrityError) as refused:
            connection.execute(sa.text(statement))
        assert isinstance(refused.value.orig, psycopg.errors.IntegrityError)


@pytest.mark.parametrize("statement", KEPT.values(), ids=KEPT)
def test_the_schema_keeps_each_fact_once(engines: Engines, statement: str) -> None:
    """What is right is taken; the same key again is not."""
    with engines.transactions.connect() as connection:
        connection.execute(sa.text(statement))
        with pytest.raises(sa.exc.IntegrityError, match="duplicate key"):
            connection.execute(sa.text(statement))


# Rehearsals.


def test_a_rehearsal_leaves_no_trace(client_of: ClientOf, engines: Engines) -> None:
    """Nothing but who was told of whom is kept, nothing is locked, no table stays behind."""
    client_of("supervisor1").reset_sandbox(MORNING)
    push_categories(client_of("SC"), assigned(AIGUL, number=1))
    withdrawal = client_of("supervisor1").withdraw("CATEGORY", "SC", (1, 1), "a test file")
    before = contents(engines.transactions)
    with engines.transactions.begin() as connection:
        connection.execute(sa.text("select * from head for update"))
        with client_of("SC").category_feed(validate_only=True) as feed:
            (ack,) = feed.send([assigned(DAULET, number=2), assigned(NOBODY, number=3)])
        with client_of("SC").payment_feed(validate_only=True) as payments:
            list(payments.send([paid(DAULET)]))
        lines = [RosterLine(DAULET)]
        client_of("DEFENCE").push_roster("DEFENCE", lines, validate_only=True)
        client_of("supervisor2").preview(withdrawal.held_batch_id)
    assert (ack.accepted, ack.rejected) == (1, 1)
    after = contents(engines.transactions)
    assert len(after.pop("access_log")) == len(before.pop("access_log")) + 1
    assert len(after.pop("access_writer")) == len(before.pop("access_writer")) + 1
    # Three pushes are tried, each after its position was asked for, if it has any.
    read = {*after.pop("act_log")} - {*before.pop("act_log")}
    assert sum("tried, and not stored" in row for row in read) == 3
    assert len(after.pop("act_writer")) == len(before.pop("act_writer")) + 1
    assert after == before
    with engines.transactions.connect() as connection:
        tables = "select count(*) from pg_class where relpersistence = 't' and relkind = 'r'"
        assert connection.execute(sa.text(tables)).scalar() == 0
