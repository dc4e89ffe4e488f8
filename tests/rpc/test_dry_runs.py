"""Dry runs: what is only tried is judged as if it were stored, and nothing is stored."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from osms_client import (
    Ack,
    CannotTell,
    CategoryAssigned,
    FeedPush,
    NotFound,
    OsmsClient,
    Outcome,
    OutOfOrder,
    Preview,
    RecordOutcome,
    RosterLine,
    Unreadable,
)
from osms_server.bootstrap import Engines
from tests.conftest import ClientOf
from tests.people import AIGUL, DAULET, NOBODY, SALTANAT, TIMUR, people
from tests.rpc.register import everything_stored
from tests.rpc.sending import (
    MORNING,
    TODAY,
    assigned,
    at,
    joins,
    leaves,
    paid,
    paid_months,
    push_categories,
    push_changes,
    push_payments,
    refunded,
    removed,
)

DAY = timedelta(days=1)
HOLDERS = people(12, after=300)
EPISODES = [assigned(iin, number=number) for number, iin in enumerate(HOLDERS, 1)]
YEAR = date(2025, 6, 1)


@dataclass(frozen=True)
class Delivery:
    """A delivery of one kind of feed, with records of every outcome."""

    sender: str
    open: Callable[..., FeedPush[Any]]
    before: Callable[[ClientOf], object]
    """What was told the day before."""

    records: Sequence[Any]
    preview: Preview

    def send(self, client: OsmsClient, *, validate_only: bool) -> list[Ack]:
        """Sends the records in batches of two."""
        with self.open(client, validate_only=validate_only) as feed:
            return list(feed.send(self.records, batch_size=2))


CATEGORIES = Delivery(
    "SC",
    OsmsClient.category_feed,
    lambda of: push_categories(of("SC"), *EPISODES),
    [
        assigned(AIGUL, number=101),
        assigned(NOBODY, number=102),
        assigned(DAULET, number=103),
        replace(EPISODES[0], number=104),
        removed(assigned(DAULET), TODAY, number=105),
        Unreadable("a;b"),
        *(
            removed(episode, date(2026, 2, 1), number=110 + number)
            for number, episode in enumerate(EPISODES[:4])
        ),
        assigned(SALTANAT, number=101),
    ],
    Preview(gaining=2, losing=1),
)
PAYMENTS = Delivery(
    "SC",
    OsmsClient.payment_feed,
    lambda of: push_payments(of("SC"), *paid_months(HOLDERS[0], YEAR, 12)),
    [
        *paid_months(AIGUL, YEAR, 12),
        paid(NOBODY),
        paid_months(HOLDERS[0], YEAR, 12)[3],
        replace(paid_months(HOLDERS[0], YEAR, 12)[4], surname="other"),
        refunded(paid_months(HOLDERS[0], YEAR, 12)[5], "4250.00"),
        refunded(paid(TIMUR), "1"),
        Unreadable("a;b"),
    ],
    Preview(gaining=1, losing=1),
)
CHANGES = Delivery(
    "DEFENCE",
    OsmsClient.roster_change_feed,
    lambda of: push_changes(of("DEFENCE"), joins(HOLDERS[0]), joins(HOLDERS[1])),
    [
        joins(AIGUL, TODAY - 20 * DAY),
        joins(NOBODY),
        leaves(AIGUL),
        joins(DAULET),
        leaves(SALTANAT),
        leaves(HOLDERS[0]),
        Unreadable("a;b"),
    ],
    Preview(gaining=1, losing=1),
)
DELIVERIES = {"categories": CATEGORIES, "payments": PAYMENTS, "roster changes": CHANGES}


@pytest.fixture(params=DELIVERIES.values(), ids=list(DELIVERIES))
def delivery(
    request: pytest.FixtureRequest, supervisor: OsmsClient, client_of: ClientOf
) -> Delivery:
    """A delivery that is tried on the second day; three removals a day are one too many."""
    found: Delivery = request.param
    supervisor.reset_sandbox(MORNING, {"removal_count": "2", "removal_share": "0"})
    found.before(client_of)
    supervisor.advance_clock(at(TODAY + DAY))
    return found


def counts(acks: Sequence[Ack]) -> list[tuple[int, ...]]:
    """What became of the records of each batch."""
    return [
        (ack.accepted, ack.duplicate, ack.rejected, ack.held, ack.repeated, ack.next_position)
        for ack in acks
    ]


def outcomes(acks: Sequence[Ack]) -> list[RecordOutcome]:
    """Every record that was not plainly accepted; ids are made anew each time."""
    return [
        replace(each, rejection_id="", held_batch_id="") for ack in acks for each in ack.outcomes
    ]


def test_a_dry_run_stores_nothing(
    delivery: Delivery, client_of: ClientOf, engines: Engines
) -> None:
    """Neither facts nor rejections, neither positions nor what waits: every table is as it was."""
    before = everything_stored(engines)
    acks = delivery.send(client_of(delivery.sender), validate_only=True)
    assert sum(ack.accepted for ack in acks) > 0
    assert everything_stored(engines) == before


def test_a_dry_run_answers_as_the_push_does(delivery: Delivery, client_of: ClientOf) -> None:
    """Batch by batch, each after those before it: the same counts and the same faults."""
    sender = client_of(delivery.sender)
    tried = delivery.send(sender, validate_only=True)
    stored = delivery.send(sender, validate_only=False)
    assert counts(tried) == counts(stored)
    assert outcomes(tried) == outcomes(stored)
    reached = {each.outcome for each in outcomes(stored)}
    assert Outcome.REJECTED in reached


HORIZON = TODAY + 1_000 * DAY


def entitled_days(fund: OsmsClient, iin: str, first: date) -> set[date]:
    """The days of a person's right from *first* on, as far as the tests look."""
    try:
        stretches = fund.timeline(iin).stretches
    except NotFound:
        return set()
    return {
        max(stretch.start, first) + number * DAY
        for stretch in stretches
        for number in range(((stretch.end or HORIZON) - max(stretch.start, first)).days)
    }


def test_a_dry_run_tells_who_would_gain_and_lose(
    delivery: Delivery, client_of: ClientOf, supervisor: OsmsClient
) -> None:
    """As many people as then gain or lose days by the push itself."""
    sender, first = client_of(delivery.sender), TODAY + DAY
    everybody = [*HOLDERS, AIGUL, DAULET, SALTANAT, TIMUR]
    preview = delivery.send(sender, validate_only=True)[-1].preview
    before = {iin: entitled_days(supervisor, iin, first) for iin in everybody}
    acks = delivery.send(sender, validate_only=False)
    after = {iin: entitled_days(supervisor, iin, first) for iin in everybody}
    gaining = [iin for iin in everybody if after[iin] - before[iin]]
    losing = [iin for iin in everybody if before[iin] - after[iin]]
    assert preview == delivery.preview == Preview(len(gaining), len(losing))
    assert {ack.preview for ack in acks} == {None}


def test_a_preview_goes_on_from_batch_to_batch(corporation: OsmsClient) -> None:
    """It tells what all batches so far would change: a removal takes back what was gained."""
    first, second = assigned(AIGUL), assigned(DAULET)
    with corporation.category_feed(validate_only=True) as feed:
        acks = [
            *feed.send([first]),
            *feed.send([second]),
            *feed.send([removed(first, first.assigned_on)]),
        ]
    assert [ack.preview for ack in acks] == [Preview(1, 0), Preview(2, 0), Preview(1, 0)]
    assert [ack.next_position for ack in acks] == [2, 3, 4]


def test_a_dry_run_ends_no_other_connection(corporation: OsmsClient) -> None:
    """A sender may try a file while it pushes another."""
    with corporation.category_feed() as pushing:
        list(pushing.send([assigned(AIGUL)]))
        with corporation.category_feed(validate_only=True) as trying:
            assert trying.next_position == 2
            (tried,) = trying.send([assigned(DAULET)])
        (stored,) = pushing.send([assigned(SALTANAT)])
    assert (tried.next_position, stored.next_position) == (3, 3)


def test_a_dry_run_sees_what_is_stored_meanwhile_as_it_began(corporation: OsmsClient) -> None:
    """It is judged against one state of the register, from its first batch to its end."""
    episode = assigned(AIGUL)
    with corporation.category_feed(validate_only=True) as trying:
        list(trying.send([assigned(DAULET)]))
        push_categories(corporation, episode)
        (tried,) = trying.send([episode])
    assert tried.accepted == 1


def test_a_dry_run_keeps_the_positions_of_its_opening(corporation: OsmsClient) -> None:
    """Also where the feed has gone on before the first batch: nothing counts as had before."""
    with corporation.category_feed(validate_only=True) as trying:
        push_categories(corporation, assigned(DAULET))
        (tried,) = trying.send([assigned(AIGUL)])
    assert (tried.accepted, tried.repeated, tried.next_position) == (1, 0, 2)


def test_many_dry_runs_one_after_the_other(corporation: OsmsClient) -> None:
    """Each has ended when its block has, so that the next is never one too many."""
    for _ in range(8):
        with corporation.category_feed(validate_only=True) as feed:
            (ack,) = feed.send([assigned()])
            assert (ack.accepted, ack.next_position) == (1, 2)


def test_a_sender_tries_one_thing_at_a_time(corporation: OsmsClient) -> None:
    """What is tried beside it is refused for the moment; when it has ended, the next may begin."""
    with corporation.category_feed(validate_only=True) as first:
        first.report_nothing()
        with (
            corporation.payment_feed(validate_only=True) as second,
            pytest.raises(CannotTell) as caught,
        ):
            second.report_nothing()
    assert caught.value.reason == "BUSY"
    assert caught.value.details["setting"] == "rehearsals_per_caller_max"
    with corporation.payment_feed(validate_only=True) as again:
        assert again.report_nothing().next_position == 1


def test_only_so_many_dry_runs_at_a_time(
    corporation: OsmsClient, defence: OsmsClient, client_of: ClientOf
) -> None:
    """However many senders there are; one more is refused for the moment."""
    with (
        corporation.category_feed(validate_only=True) as first,
        defence.roster_change_feed(validate_only=True) as second,
        client_of("INTERIOR").roster_change_feed(validate_only=True) as third,
    ):
        first.report_nothing()
        second.report_nothing()
        with pytest.raises(CannotTell) as caught:
            third.report_nothing()
    assert (caught.value.reason, caught.value.details["setting"]) == ("BUSY", "rehearsals_max")


def test_a_dry_run_that_sends_nothing_keeps_nobody_out(
    corporation: OsmsClient, defence: OsmsClient
) -> None:
    """It begins with its first batch, not when the stream is opened."""
    with (
        corporation.category_feed(validate_only=True),
        corporation.payment_feed(validate_only=True),
        corporation.payment_feed(validate_only=True) as begins,
        defence.roster_change_feed(validate_only=True) as begins_too,
    ):
        assert begins.report_nothing().next_position == 1
        assert begins_too.report_nothing().next_position == 1


def test_a_dry_run_locks_nothing_real(corporation: OsmsClient, engines: Engines) -> None:
    """However often its statements were made before: nobody waits for it."""
    with corporation.category_feed() as feed:
        list(feed.send(EPISODES * 5, batch_size=1))
    for _ in range(4):
        with corporation.category_feed(validate_only=True) as feed:
            (ack,) = feed.send([removed(EPISODES[0], EPISODES[0].assigned_on)])
            assert ack.preview == Preview(gaining=0, losing=1)
            assert tables_being_written(engines) == []
        with corporation.category_feed() as feed:
            list(feed.send(EPISODES * 3, batch_size=1))


def tables_being_written(engines: Engines) -> list[str]:
    """Real tables of which somebody has locked rows to write them."""
    statement = sa.text(
        "select distinct relname from pg_locks l join pg_class c on c.oid = l.relation"
        " where relnamespace = 'public'::regnamespace and mode = 'RowExclusiveLock'"
        " and relkind = 'r'"
    )
    with engines.transactions.connect() as connection:
        return list(connection.execute(statement).scalars())


def test_a_gap_in_a_dry_run_is_a_gap(corporation: OsmsClient) -> None:
    """Positions are those that the push would have."""
    with corporation.category_feed(validate_only=True) as feed:
        feed.next_position = 5
        with pytest.raises(OutOfOrder):
            list(feed.send([assigned()]))


# Snapshots.

STAFF = people(30, after=400)


def listed(*iins: str) -> list[RosterLine]:
    """Lines of a snapshot."""
    return [RosterLine(iin) for iin in iins]


@pytest.mark.parametrize(
    ("list_of", "outcome", "preview"),
    [
        pytest.param(
            listed(*STAFF[1:], AIGUL, NOBODY), Outcome.ACCEPTED, Preview(1, 1), id="applied"
        ),
        pytest.param(
            listed(*STAFF[25:]), Outcome.HELD_FOR_APPROVAL, Preview(0, 0), id="held for approval"
        ),
    ],
)
def test_a_snapshot_may_be_tried(
    defence: OsmsClient,
    supervisor: OsmsClient,
    engines: Engines,
    list_of: list[RosterLine],
    outcome: Outcome,
    preview: Preview,
) -> None:
    """Whole, as it would be applied or held; the same list is then no duplicate of it."""
    defence.push_roster("DEFENCE", listed(*STAFF))
    supervisor.advance_clock(at(TODAY + DAY))
    before = everything_stored(engines)
    snapshot_id = "7b0e7e5e-6e5c-4a53-9d0e-0e7a5b1c2d3e"
    tried = defence.push_roster("DEFENCE", list_of, snapshot_id=snapshot_id, validate_only=True)
    assert (tried.outcome, tried.preview) == (outcome, preview)
    assert everything_stored(engines) == before
    stored = defence.push_roster("DEFENCE", list_of, snapshot_id=snapshot_id)
    assert (stored.outcome, stored.preview) == (outcome, None)
    assert (tried.entered, tried.left, tried.unchanged) == (
        stored.entered,
        stored.left,
        stored.unchanged,
    )
    assert len(tried.rejected_lines) == len(stored.rejected_lines)


# What others have told of a person is not told by a trial.


def tried_joining(defence: OsmsClient, iin: str) -> tuple[int, int]:
    """Whom it would give or take days of the right if a person joined the body."""
    with defence.roster_change_feed(validate_only=True) as feed:
        (ack,) = feed.send([joins(iin)])
    return told(ack)


def tried_removal(corporation: OsmsClient, of: CategoryAssigned) -> tuple[int, int]:
    """The same if a category ended today."""
    with corporation.category_feed(validate_only=True) as feed:
        (ack,) = feed.send([removed(of, TODAY)])
    return told(ack)


def told(ack: Ack) -> tuple[int, int]:
    """How many would gain and lose."""
    assert ack.preview is not None
    return ack.preview.gaining, ack.preview.losing


def test_a_body_does_not_learn_who_has_another_ground(
    corporation: OsmsClient, defence: OsmsClient, client_of: ClientOf, operator: OsmsClient
) -> None:
    """A pensioner, a payer, one of another body, one on documents, and a stranger look alike."""
    pensioner, payer, policeman, newborn, stranger, soldier = people(6)
    push_categories(corporation, assigned(pensioner, "R07", source="MLSPP"))
    push_payments(corporation, *paid_months(payer, date(2025, 6, 1), 12))
    push_changes(client_of("INTERIOR"), joins(policeman))
    operator.register(newborn, "R01", TODAY, ["BIRTH_CERTIFICATE"])
    for iin in (pensioner, payer, policeman, newborn, stranger):
        assert tried_joining(defence, iin) == (1, 0)
    push_changes(defence, joins(soldier))
    assert tried_joining(defence, soldier) == (0, 0)  # its own it may know


def test_the_state_corporation_does_not_learn_who_serves(
    corporation: OsmsClient, defence: OsmsClient
) -> None:
    """Whose category ends would lose days, by all that it has told itself."""
    soldier, civilian, payer = (assigned(iin, "R12", source="MLSPP") for iin in people(3))
    push_categories(corporation, soldier, civilian, payer)
    push_changes(defence, joins(soldier.iin))
    push_payments(corporation, *paid_months(payer.iin, date(2025, 6, 1), 12))
    assert tried_removal(corporation, soldier) == tried_removal(corporation, civilian) == (0, 1)
    assert tried_removal(corporation, payer) == (0, 1)  # its payments do not last for ever
