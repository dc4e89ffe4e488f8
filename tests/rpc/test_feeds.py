"""Feeds: opened, acknowledged, cut and gone on with, the same for all three kinds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import grpc
import pytest

from osms.entitlement.v1 import category_service_pb2 as category_pb
from osms.entitlement.v1 import category_service_pb2_grpc as category_grpc
from osms.entitlement.v1 import feed_pb2
from osms_client import (
    Ack,
    OsmsClient,
    Outcome,
    Payment,
    Unreadable,
    Violation,
)
from osms_client.records import CategoryMessage, PaymentMessage
from osms_server.config import Settings
from tests.conftest import ClientOf
from tests.people import AIGUL, DAULET, NOBODY, SALTANAT, TIMUR
from tests.rpc.conftest import ChannelOf
from tests.rpc.sending import (
    CATEGORIES,
    CHANGES,
    FEEDS,
    MORNING,
    PAYMENTS,
    TODAY,
    FeedShape,
    assigned,
    at,
    joins,
    leaves,
    paid,
    push_categories,
    push_changes,
    push_payments,
    refunded,
    removed,
)
from tests.rpc.streams import OpenStream, whole

BATCH_MAX = 20

OpenFeed = Any


@pytest.fixture(scope="session")
def settings(settings: Settings) -> Settings:
    """A server that takes small batches only."""
    return settings.model_copy(update={"batch_records_max": BATCH_MAX})


@pytest.fixture(params=FEEDS.values(), ids=list(FEEDS))
def shape(request: pytest.FixtureRequest) -> FeedShape:
    """Each kind of feed in turn."""
    shape: FeedShape = request.param
    return shape


@pytest.fixture
def sender(empty: None, shape: FeedShape, client_of: ClientOf) -> OsmsClient:
    """Who sends this kind of feed."""
    return client_of(shape.sender)


@pytest.fixture
def method(empty: None, shape: FeedShape, channel_of: ChannelOf) -> Any:
    """The stream of the sender, as the contract has it."""
    return shape.method(channel_of(shape.sender))


def sent(method: Any, shape: FeedShape, *messages: Any) -> list[Any]:
    """The acknowledgements of what one connection sends after its opening."""
    return [answer.ack for answer in list(whole(method, shape.opening(), *messages))[1:]]


# The opening.


def test_a_feed_begins_at_position_one(method: Any, shape: FeedShape) -> None:
    """The opening is answered by the first position, and by the size of the largest batch."""
    (answer,) = whole(method, shape.opening())
    assert answer.ready == feed_pb2.FeedReady(next_position=1, batch_records_max=BATCH_MAX)


def test_a_stream_without_messages_ends_as_it_began(method: Any) -> None:
    """A sender who says nothing is answered nothing."""
    assert list(whole(method)) == []


def test_each_sender_has_a_feed_of_its_own(empty: None, client_of: ClientOf) -> None:
    """One body's position says nothing about another's."""
    push_changes(client_of("DEFENCE"), joins(AIGUL), joins(DAULET))
    assert client_of("DEFENCE").roster_change_position() == 3
    assert client_of("INTERIOR").roster_change_position() == 1


def test_the_feeds_of_one_sender_are_apart(corporation: OsmsClient) -> None:
    """Categories and payments of the State Corporation have a position each."""
    push_categories(corporation, assigned())
    assert corporation.category_position() == 2
    assert corporation.payment_position() == 1


# Acknowledgements.


def test_an_ack_tells_what_became_of_a_batch(method: Any, shape: FeedShape) -> None:
    """It names the next position, the counts, the instant and the revision."""
    (ack,) = sent(method, shape, shape.batch_of(1, 3))
    assert (ack.next_position, ack.accepted_count, list(ack.outcomes)) == (4, 3, [])
    assert ack.record_time.ToDatetime(tzinfo=MORNING.tzinfo) == MORNING
    assert ack.revision


def test_acks_are_cumulative_and_in_order(method: Any, shape: FeedShape) -> None:
    """Batches may be sent ahead; each ack covers everything below its position."""
    acks = sent(method, shape, *(shape.batch_of(first, 5) for first in (1, 6, 11)))
    assert [ack.next_position for ack in acks] == [6, 11, 16]
    assert [ack.revision for ack in acks] == sorted({ack.revision for ack in acks})


def test_an_ack_means_that_it_is_kept(
    method: Any, shape: FeedShape, sender: OsmsClient, operator: OsmsClient
) -> None:
    """What was acknowledged is there when the line is cut the moment after."""
    with OpenStream(method) as stream:
        stream.send(shape.opening(), shape.batch_of(1, 2))
        stream.receive()
        ack = stream.receive().ack
    assert shape.position(sender) == 3
    person = getattr(shape.record(2), shape.record(2).WhichOneof("content")).iin
    assert operator.check(person, at_least_revision=ack.revision).status != "NOT_REGISTERED"


def test_a_sender_goes_on_where_it_was(method: Any, shape: FeedShape) -> None:
    """A new connection is told the position after the last that was acknowledged."""
    sent(method, shape, shape.batch_of(1, 4))
    (ready, ack) = whole(method, shape.opening(), shape.batch_of(5, 2))
    assert ready.ready.next_position == 5
    assert ack.ack.next_position == 7


@pytest.mark.parametrize(
    ("batch", "counts"),
    [
        pytest.param((1, 4), (4, 0), id="the same again"),
        pytest.param((2, 2), (2, 0), id="a part of it"),
        pytest.param((3, 5), (2, 3), id="overlapping its end"),
        pytest.param((1, 8), (4, 4), id="all of it and more"),
        pytest.param((5, 1), (0, 1), id="right after it"),
    ],
)
def test_what_was_had_is_acknowledged_again(
    method: Any, shape: FeedShape, batch: tuple[int, int], counts: tuple[int, int]
) -> None:
    """Records below the position have no effect; those after them are taken."""
    sent(method, shape, shape.batch_of(1, 4))
    (ack,) = sent(method, shape, shape.batch_of(*batch))
    assert (ack.repeated_count, ack.accepted_count) == counts
    assert ack.next_position == max(5, sum(batch))
    assert ack.duplicate_count == ack.rejected_count == 0


def test_what_was_had_has_no_effect_whatever_it_says(
    method: Any, shape: FeedShape, operator: OsmsClient
) -> None:
    """Transport decides before content: another record at a position that was had is not read."""
    sent(method, shape, shape.batch_of(1, 1))
    broken = type(shape.record(1))()
    (ack,) = sent(method, shape, shape.records_of(1, [broken]))
    assert (ack.repeated_count, ack.rejected_count) == (1, 0)
    assert list(operator.rejections()) == []


def test_an_empty_batch_moves_nothing(method: Any, shape: FeedShape) -> None:
    """A sender may say that there is nothing to report."""
    acks = sent(method, shape, shape.batch_of(1, 2), shape.batch_of(3, 0), shape.batch_of(1, 0))
    assert [ack.next_position for ack in acks] == [3, 3, 3]
    assert acks[1].accepted_count == acks[1].repeated_count == 0


# What is no batch.


def test_a_gap_ends_the_stream_with_the_position(
    method: Any, shape: FeedShape, sender: OsmsClient
) -> None:
    """Nothing after a gap is taken; the error says where to go on."""
    with OpenStream(method) as stream:
        stream.send(shape.opening(), shape.batch_of(1, 2), shape.batch_of(4, 1))
        assert stream.receive().ready.next_position == 1
        assert stream.receive().ack.next_position == 3
        error = stream.error()
    assert error.code is grpc.StatusCode.OUT_OF_RANGE
    assert (error.reason, error.metadata["next_position"]) == ("POSITION_GAP", "3")
    assert shape.position(sender) == 3


@pytest.mark.parametrize("first", [0, -1, -(2**63)])
def test_positions_begin_at_one(
    method: Any, shape: FeedShape, sender: OsmsClient, first: int
) -> None:
    """A batch at a position that cannot be ends the stream, and nothing of it is kept."""
    with OpenStream(method) as stream:
        stream.send(shape.opening(), shape.records_of(first, [shape.record(1)]))
        stream.receive()
        error = stream.error()
    assert error.code is grpc.StatusCode.INVALID_ARGUMENT
    assert error.violations == [("batch.first_position", "NUMBER_NOT_ABOVE_ZERO")]
    assert shape.position(sender) == 1


def test_the_last_position_is_a_gap(method: Any, shape: FeedShape) -> None:
    """A position beyond all that can be is no more than a gap."""
    with OpenStream(method) as stream:
        stream.send(shape.opening(), shape.records_of(2**63 - 1, [shape.record(1)]))
        stream.receive()
        assert stream.error().reason == "POSITION_GAP"


def test_a_batch_may_be_as_large_as_was_told(method: Any, shape: FeedShape) -> None:
    """The size that the opening was answered with is still taken."""
    (ack,) = sent(method, shape, shape.batch_of(1, BATCH_MAX))
    assert ack.accepted_count == BATCH_MAX


def test_a_batch_that_is_too_large_ends_the_stream(
    method: Any, shape: FeedShape, sender: OsmsClient
) -> None:
    """One record more than was told, and nothing of the batch is kept."""
    with OpenStream(method) as stream:
        stream.send(shape.opening(), shape.batch_of(1, BATCH_MAX + 1))
        stream.receive()
        error = stream.error()
    assert error.code is grpc.StatusCode.RESOURCE_EXHAUSTED
    limit = {"setting": "batch_records_max", "allowed": "20", "value": "21"}
    assert error.reason == "LIMIT_EXCEEDED"
    assert limit.items() <= error.metadata.items()
    assert shape.position(sender) == 1


@pytest.mark.parametrize(
    "messages",
    [
        pytest.param(lambda shape: [shape.batch_of(1, 1)], id="a batch before the opening"),
        pytest.param(lambda shape: [shape.opening(), shape.opening()], id="opened twice"),
        pytest.param(lambda shape: [shape.request()], id="an empty message first"),
        pytest.param(lambda shape: [shape.opening(), shape.request()], id="an empty message"),
    ],
)
def test_a_message_out_of_order_ends_the_stream(
    method: Any, shape: FeedShape, messages: Any
) -> None:
    """First one opening, and then batches only."""
    with OpenStream(method) as stream:
        stream.send(*messages(shape))
        if len(messages(shape)) == 2:
            stream.receive()
        error = stream.error()
    assert error.code is grpc.StatusCode.INVALID_ARGUMENT
    assert error.violations == [("message", "OUT_OF_ORDER")]


# Two connections, and cut lines.


def test_the_older_of_two_connections_is_ended(
    method: Any, shape: FeedShape, sender: OsmsClient
) -> None:
    """The feed goes on over the newer one; what the older one sends is not taken."""
    with OpenStream(method) as older, OpenStream(method) as newer:
        older.send(shape.opening())
        older.receive()
        newer.send(shape.opening())
        newer.receive()
        older.send(shape.batch_of(1, 1))
        error = older.error()
        newer.send(shape.batch_of(1, 2))
        assert newer.receive().ack.accepted_count == 2
    assert error.code is grpc.StatusCode.ABORTED
    assert (error.reason, error.metadata["sender"]) == ("FEED_TAKEN_OVER", shape.sender)
    assert shape.position(sender) == 3


def test_a_cut_line_leaves_whole_batches_only(
    method: Any, shape: FeedShape, sender: OsmsClient, operator: OsmsClient
) -> None:
    """Wherever the line is cut, each batch is there whole or not at all, and can be sent again."""
    for first in range(1, 30, 3):
        with OpenStream(method) as stream:
            stream.send(shape.opening(), shape.batch_of(first, 3))
            stream.receive()
        with OpenStream(method) as stream:
            stream.send(shape.opening())
            position = stream.receive().ready.next_position
            assert position in {first, first + 3}
            stream.send(shape.batch_of(first, 3))
            ack = stream.receive().ack
            assert ack.repeated_count + ack.accepted_count == 3
    assert shape.position(sender) == 31


def test_a_fault_after_batches_leaves_them(
    method: Any, shape: FeedShape, sender: OsmsClient
) -> None:
    """What came before a message that ends the stream is acknowledged first."""
    with OpenStream(method) as stream:
        stream.send(shape.opening(), *(shape.batch_of(n, 1) for n in (1, 2, 3)), shape.request())
        stream.receive()
        assert [stream.receive().ack.next_position for _ in range(3)] == [2, 3, 4]
        assert stream.error().code is grpc.StatusCode.INVALID_ARGUMENT
    assert shape.position(sender) == 4


# One bad line.


def test_a_bad_record_is_rejected_alone(method: Any, shape: FeedShape) -> None:
    """Its position is consumed, it waits in the repair queue, and those beside it are taken."""
    batch = shape.records_of(1, [shape.record(1), type(shape.record(2))(), shape.record(3)])
    (ack,) = sent(method, shape, batch)
    assert (ack.next_position, ack.accepted_count, ack.rejected_count) == (4, 2, 1)
    (outcome,) = ack.outcomes
    assert (outcome.position, outcome.outcome) == (2, feed_pb2.OUTCOME_REJECTED)
    assert [(v.field, v.reason) for v in outcome.violations] == [("content", "REQUIRED")]
    assert outcome.rejection_id


def unreadable(shape: FeedShape, *, content: str = "a;b", field: str = "iin") -> Any:
    """A line that the tool of the sender could not read."""
    record = type(shape.record(1))()
    record.unreadable.content = content
    if field:
        record.unreadable.violations.add(field=field, reason="COLUMNS", description="two columns")
    return record


def test_an_unreadable_line_is_kept_as_it_stands(
    method: Any, shape: FeedShape, operator: OsmsClient
) -> None:
    """It is rejected with what the tool of the sender says, so that nothing is lost."""
    (ack,) = sent(method, shape, shape.records_of(1, [unreadable(shape)]))
    assert ack.rejected_count == 1
    (rejection,) = operator.rejections()
    # Of rosters no texts are kept (p. 5).
    line: Any = rejection.line["unreadable"]
    assert line.get("content", "") == ("" if shape is CHANGES else "a;b")
    assert [(v.field, v.reason) for v in rejection.violations] == [("iin", "UNREADABLE")]


@pytest.mark.parametrize(
    "field", [pytest.param("", id="without words of the tool"), "a\0b", "x" * 5_000]
)
def test_no_line_can_stop_a_feed(
    method: Any, shape: FeedShape, operator: OsmsClient, field: str
) -> None:
    """Whatever the tool of a sender writes, the line is kept and the feed goes on."""
    lines = [unreadable(shape, content="\0" * 50, field=field), shape.record(2)]
    (ack,) = sent(method, shape, shape.records_of(1, lines))
    assert (ack.rejected_count, ack.accepted_count) == (1, 1)
    assert len(list(operator.rejections())) == 1


@pytest.mark.parametrize(
    "iin",
    [
        pytest.param("9001013000\0", id="with a character that cannot be stored"),
        pytest.param("9" * 60_000, id="of sixty thousand digits"),
        pytest.param("٩٠٠١٠١٣٠٠٠١٧", id="in other digits"),
        pytest.param(" " + AIGUL[1:], id="with a space"),
    ],
)
def test_no_value_can_stop_a_feed(
    method: Any, shape: FeedShape, operator: OsmsClient, iin: str
) -> None:
    """A wrong value is told and kept in short, however strange it is."""
    record = shape.record(1)
    getattr(record, record.WhichOneof("content")).iin = iin
    (ack,) = sent(method, shape, shape.records_of(1, [record, shape.record(2)]))
    assert (ack.rejected_count, ack.accepted_count) == (1, 1)
    assert len(ack.outcomes[0].violations[0].description) < 300
    (rejection,) = operator.rejections()
    is_text = shape is CHANGES and iin != f" {AIGUL[1:]}"
    reason = "TEXT_NOT_ACCEPTED" if is_text else "IIN_INVALID"
    assert [v.reason for v in rejection.violations] == [reason]


# The numbers of category messages.


def outcomes(ack: Ack) -> list[str]:
    """What became of the records that were not plainly accepted."""
    return [str(outcome.outcome) for outcome in ack.outcomes]


def reasons(ack: Ack) -> list[list[str]]:
    """Why records were rejected."""
    return [[v.reason for v in outcome.violations] for outcome in ack.outcomes]


FIRST = assigned(AIGUL, "R01", date(2026, 1, 10), number=7)


@pytest.mark.parametrize(
    ("second", "outcome", "reason"),
    [
        pytest.param(FIRST, "DUPLICATE", [], id="the same message"),
        pytest.param(replace(FIRST, number=8), "DUPLICATE", [], id="the episode, other number"),
        pytest.param(
            replace(FIRST, number=8, source="MOJ"), "DUPLICATE", [], id="by another source"
        ),
        pytest.param(
            replace(FIRST, iin=DAULET),
            "REJECTED",
            ["MESSAGE_NUMBER_CONFLICT"],
            id="the number for another person",
        ),
        pytest.param(
            removed(FIRST, date(2026, 6, 1), number=7),
            "REJECTED",
            ["MESSAGE_NUMBER_CONFLICT"],
            id="the number for a removal",
        ),
    ],
)
@pytest.mark.parametrize("together", [True, False], ids=["in one batch", "in two"])
def test_a_number_is_used_once(
    corporation: OsmsClient,
    second: CategoryMessage,
    outcome: str,
    reason: list[str],
    *,
    together: bool,
) -> None:
    """The same message again counts once; other content under its number is a conflict."""
    if together:
        ack = push_categories(corporation, FIRST, second)
        assert ack.accepted == 1
    else:
        push_categories(corporation, FIRST)
        ack = push_categories(corporation, second)
        assert ack.accepted == 0
    assert (outcomes(ack), reasons(ack)) == ([outcome], [reason])


def test_categories_and_treaty_listings_share_their_numbers(corporation: OsmsClient) -> None:
    """The messages of the State Corporation have one series of numbers."""
    treaty = assigned(DAULET, "F01", source="FWIS", number=7)
    ack = push_categories(corporation, FIRST, treaty)
    assert reasons(ack) == [["MESSAGE_NUMBER_CONFLICT"]]


def test_a_rejected_message_leaves_its_number_free(corporation: OsmsClient) -> None:
    """Corrected, it can be sent again under the number that it had."""
    push_categories(corporation, replace(FIRST, source="DFC"))
    ack = push_categories(corporation, FIRST)
    assert (ack.accepted, outcomes(ack)) == (1, [])


def test_a_duplicate_leaves_its_number_free(corporation: OsmsClient) -> None:
    """Only what was accepted or held uses a number up."""
    push_categories(corporation, FIRST, replace(FIRST, number=8))
    ack = push_categories(corporation, assigned(DAULET, number=8))
    assert ack.accepted == 1


def test_the_highest_number_is_told(corporation: OsmsClient, channel_of: ChannelOf) -> None:
    """A sender that lost its own count can ask; numbers that were not used up do not matter."""
    push_categories(corporation, assigned(number=41), replace(FIRST, iin=NOBODY, number=99))
    push_categories(corporation, assigned(DAULET, number=12))
    stub = category_grpc.CategoryServiceStub(channel_of("SC"))
    response = stub.GetFeedPosition(category_pb.GetFeedPositionRequest())
    assert (response.next_position, response.message_number_max) == (4, 41)


# Episodes, in the order of the batch.


def test_a_batch_may_assign_and_remove(corporation: OsmsClient, operator: OsmsClient) -> None:
    """Each record is judged after those before it."""
    ack = push_categories(corporation, FIRST, removed(FIRST, date(2026, 3, 1)))
    assert ack.accepted == 2
    assert operator.check(AIGUL, date(2026, 5, 31)).ground == "RETENTION"


def test_a_removal_before_its_assignment_is_rejected(corporation: OsmsClient) -> None:
    """What is not yet known cannot be removed, also where the next record would tell it."""
    ack = push_categories(corporation, removed(FIRST, date(2026, 3, 1)), FIRST)
    assert (ack.accepted, reasons(ack)) == (1, [["EPISODE_UNKNOWN"]])


def test_a_removal_can_be_corrected(corporation: OsmsClient, operator: OsmsClient) -> None:
    """The second removal of an episode stands; the same content again is a duplicate."""
    early, late = removed(FIRST, date(2026, 7, 1)), removed(FIRST, date(2026, 8, 1))
    push_categories(corporation, FIRST, early)
    ack = push_categories(corporation, late, replace(late, number=late.number + 1_000_000))
    assert (ack.accepted, outcomes(ack)) == (1, ["DUPLICATE"])
    assert operator.check(AIGUL, date(2026, 7, 20)).ground == "CATEGORY"


def test_an_assignment_undoes_no_removal(corporation: OsmsClient, operator: OsmsClient) -> None:
    """The assignment of a removed episode is a duplicate, and the removal stands."""
    push_categories(corporation, FIRST, removed(FIRST, date(2026, 2, 1)))
    ack = push_categories(corporation, replace(FIRST, number=500))
    assert outcomes(ack) == ["DUPLICATE"]
    assert operator.check(AIGUL, date(2026, 6, 1)).status == "NOT_ENTITLED"


def test_removals_beyond_the_limits_are_held(
    supervisor: OsmsClient, corporation: OsmsClient
) -> None:
    """The removal that would exceed the limits is the first one held, and the next one too."""
    supervisor.reset_sandbox(MORNING, {"removal_count": "1", "removal_share": "0.3"})
    holders = [assigned(iin) for iin in (AIGUL, DAULET, SALTANAT, TIMUR)]
    push_categories(corporation, *holders)
    supervisor.advance_clock(at(TODAY + timedelta(days=1)))
    ack = push_categories(corporation, *(removed(one, TODAY) for one in holders))
    assert (ack.accepted, ack.held) == (1, 3)
    assert len({outcome.held_batch_id for outcome in ack.outcomes}) == 1


# Payments.


PAYMENT = paid(AIGUL)


@pytest.mark.parametrize(
    "second",
    [
        pytest.param(replace(PAYMENT, amount=Decimal("4250.01")), id="amount"),
        pytest.param(replace(PAYMENT, received_on=date(2026, 6, 11)), id="day"),
        pytest.param(replace(PAYMENT, payer_kind="INDEPENDENT"), id="kind of payer"),
        pytest.param(replace(PAYMENT, payer_id="160440007161"), id="payer"),
        pytest.param(replace(PAYMENT, payer_name="other"), id="name of the payer"),
        pytest.param(replace(PAYMENT, surname="other"), id="surname"),
        pytest.param(replace(PAYMENT, given_name="other"), id="given name"),
        pytest.param(replace(PAYMENT, patronymic="other"), id="patronymic"),
    ],
)
@pytest.mark.parametrize("together", [True, False], ids=["in one batch", "in two"])
def test_the_same_payment_with_other_content_is_a_conflict(
    corporation: OsmsClient, second: Payment, *, together: bool
) -> None:
    """Reference, IIN, purpose code and period are who it is; all the rest must be the same."""
    assert judged(corporation, PAYMENT, second, together=together) == (
        "REJECTED",
        ["PAYMENT_CONFLICT"],
    )


@pytest.mark.parametrize("together", [True, False], ids=["in one batch", "in two"])
def test_the_same_payment_again_counts_once(
    corporation: OsmsClient, operator: OsmsClient, *, together: bool
) -> None:
    """A duplicate is acknowledged, and there is one fact."""
    assert judged(corporation, PAYMENT, PAYMENT, together=together) == ("DUPLICATE", [])
    assert operator.consumer(AIGUL).fact_counts == {"payment": 1}


@pytest.mark.parametrize(
    "second",
    [
        pytest.param(replace(PAYMENT, reference="P-2"), id="reference"),
        pytest.param(replace(PAYMENT, period=date(2026, 6, 1)), id="period"),
        pytest.param(replace(PAYMENT, purpose_code="121"), id="purpose code"),
        pytest.param(replace(PAYMENT, purpose_code="124"), id="a code that never counts"),
        pytest.param(replace(PAYMENT, iin=DAULET), id="person"),
    ],
)
@pytest.mark.parametrize("together", [True, False], ids=["in one batch", "in two"])
def test_payments_are_told_apart(
    corporation: OsmsClient, second: Payment, *, together: bool
) -> None:
    """Another reference, person, purpose code or period is another payment."""
    assert judged(corporation, PAYMENT, second, together=together) == ("ACCEPTED", [])


@pytest.mark.parametrize("purpose_code", ["123", "124", "000", "999"])
def test_lines_that_never_count_are_kept_and_told_apart(
    corporation: OsmsClient, operator: OsmsClient, purpose_code: str
) -> None:
    """A penalty is stored, and judged as any other payment when it comes again."""
    penalty = replace(PAYMENT, purpose_code=purpose_code)
    assert judged(corporation, penalty, penalty, together=False) == ("DUPLICATE", [])
    ack = push_payments(corporation, replace(penalty, surname="other"))
    assert reasons(ack) == [["PAYMENT_CONFLICT"]]
    assert operator.check(AIGUL).status == "NOT_ENTITLED"


def judged(
    sender: OsmsClient, first: PaymentMessage, second: PaymentMessage, *, together: bool
) -> tuple[str, list[str]]:
    """What becomes of the second of two lines."""
    if together:
        ack = push_payments(sender, first, second)
    else:
        push_payments(sender, first)
        ack = push_payments(sender, second)
    if not ack.outcomes:
        return "ACCEPTED", []
    (outcome,) = ack.outcomes
    return str(outcome.outcome), [violation.reason for violation in outcome.violations]


# Refunds.


REFUND = refunded(PAYMENT, "1000.00")


def with_another_person(lines: Iterable[PaymentMessage]) -> list[PaymentMessage]:
    """Lines among others."""
    return [paid(DAULET, reference="P-8"), *lines, paid(SALTANAT, reference="P-9")]


@pytest.mark.parametrize(
    ("lines", "outcome", "reason"),
    [
        pytest.param([PAYMENT, REFUND], "ACCEPTED", [], id="in part"),
        pytest.param([PAYMENT, refunded(PAYMENT, "4250")], "ACCEPTED", [], id="in whole"),
        pytest.param(
            [PAYMENT, REFUND, refunded(PAYMENT, "3250", reference="R-2")],
            "ACCEPTED",
            [],
            id="what is left",
        ),
        pytest.param(
            [PAYMENT, REFUND, refunded(PAYMENT, "3250.01", reference="R-2")],
            "REJECTED",
            ["REFUND_TOO_LARGE"],
            id="a tiyn more than is left",
        ),
        pytest.param([PAYMENT, REFUND, REFUND], "DUPLICATE", [], id="the same again"),
        pytest.param(
            [PAYMENT, REFUND, replace(REFUND, amount=Decimal(1))],
            "REJECTED",
            ["REFUND_CONFLICT"],
            id="another amount",
        ),
        pytest.param(
            [PAYMENT, REFUND, replace(REFUND, refunded_on=date(2026, 6, 21))],
            "REJECTED",
            ["REFUND_CONFLICT"],
            id="another day",
        ),
        pytest.param(
            [PAYMENT, refunded(PAYMENT, "1", date(2026, 6, 9))],
            "REJECTED",
            ["REFUND_TOO_EARLY"],
            id="the day before the payment",
        ),
        pytest.param(
            [PAYMENT, refunded(PAYMENT, "1", date(2026, 6, 10))],
            "ACCEPTED",
            [],
            id="the day of the payment",
        ),
        pytest.param(
            [PAYMENT, refunded(PAYMENT, "4250.01", date(2026, 6, 9))],
            "REJECTED",
            ["REFUND_TOO_EARLY", "REFUND_TOO_LARGE"],
            id="too early and too large",
        ),
        pytest.param([REFUND], "REJECTED", ["PAYMENT_UNKNOWN"], id="of no payment"),
        pytest.param(
            [PAYMENT, replace(REFUND, purpose_code="121")],
            "REJECTED",
            ["PAYMENT_UNKNOWN"],
            id="of another purpose",
        ),
        pytest.param(
            [PAYMENT, replace(REFUND, iin=DAULET)],
            "REJECTED",
            ["PAYMENT_UNKNOWN"],
            id="of another person",
        ),
    ],
)
@pytest.mark.parametrize("together", [True, False], ids=["in one batch", "one by one"])
def test_refunds(
    corporation: OsmsClient,
    lines: list[PaymentMessage],
    outcome: str,
    reason: list[str],
    *,
    together: bool,
) -> None:
    """A refund names its line, comes not before it, and gives back what is left at the most."""
    if not together:
        push_payments(corporation, paid(TIMUR))
        for line in lines[:-1]:
            push_payments(corporation, line)
        lines = lines[-1:]
    ack = push_payments(corporation, *with_another_person(lines))
    told = [(str(o.outcome), [v.reason for v in o.violations]) for o in ack.outcomes]
    assert told == ([] if outcome == "ACCEPTED" else [(outcome, reason)])


def test_a_refund_before_its_payment_is_rejected(corporation: OsmsClient) -> None:
    """A refund is judged after the lines before it, and never after those behind it."""
    ack = push_payments(corporation, REFUND, PAYMENT)
    assert (ack.accepted, reasons(ack)) == (1, [["PAYMENT_UNKNOWN"]])


def test_payments_and_refunds_can_be_named_apart(
    corporation: OsmsClient, operator: OsmsClient
) -> None:
    """However references are written, no two facts of a person have the same id."""
    one, other = replace(PAYMENT, reference="A/B"), replace(PAYMENT, reference="A")
    push_payments(corporation, one, other)
    push_payments(
        corporation, refunded(one, "1", reference="C"), refunded(other, "1", reference="B/C")
    )
    ids = [fact.fact_id for fact in operator.facts(AIGUL)]
    assert len(ids) == len(set(ids)) == 4


# Changes of staff.


@pytest.mark.parametrize(
    ("days", "flags"),
    [
        pytest.param(0, (), id="on its day"),
        pytest.param(7, (), id="on the last day in time"),
        pytest.param(8, ("LATE",), id="a day late"),
        pytest.param(-30, (), id="ahead"),
    ],
)
def test_a_late_change_is_accepted_and_flagged(
    defence: OsmsClient, days: int, flags: tuple[str, ...]
) -> None:
    """Seven calendar days, counted from the day after the change (p. 65)."""
    ack = push_changes(defence, joins(AIGUL, TODAY - timedelta(days=days)))
    assert ack.accepted == 1
    assert [outcome.flags for outcome in ack.outcomes] == ([flags] if flags else [])


def test_staff_can_join_and_leave_in_one_batch(defence: OsmsClient, operator: OsmsClient) -> None:
    """Changes of one batch follow one another, and the last one stands."""
    ack = push_changes(defence, joins(), leaves(), joins(DAULET), leaves(DAULET), joins(DAULET))
    assert ack.accepted == 5
    assert operator.check(AIGUL, TODAY).status == "NOT_ENTITLED"
    assert operator.check(DAULET, TODAY).ground == "ROSTER"


def test_who_is_not_listed_cannot_leave(
    defence: OsmsClient, client_of: ClientOf, operator: OsmsClient
) -> None:
    """Neither a stranger, nor one who has left, nor one whom another body lists."""
    push_changes(client_of("INTERIOR"), joins(SALTANAT))
    ack = push_changes(
        defence, leaves(), joins(DAULET), leaves(DAULET), leaves(DAULET), leaves(SALTANAT)
    )
    assert [(o.position, o.violations[0].reason) for o in ack.outcomes] == [
        (1, "NOT_LISTED"),
        (4, "NOT_LISTED"),
        (5, "NOT_LISTED"),
    ]
    assert operator.check(SALTANAT).ground == "ROSTER"


def test_who_joins_twice_leaves_once(defence: OsmsClient, operator: OsmsClient) -> None:
    """To be listed again changes nothing."""
    push_changes(defence, joins(), joins())
    push_changes(defence, leaves())
    assert operator.check(AIGUL, TODAY + timedelta(days=1)).status == "NOT_ENTITLED"


def test_a_body_changes_its_own_people_only(defence: OsmsClient) -> None:
    """A change that names another body is rejected; its own name may stand there."""
    ack = push_changes(defence, joins(body="DEFENCE"), joins(DAULET, body="INTERIOR"))
    assert (ack.accepted, reasons(ack)) == (1, [["BODY_NOT_YOURS"]])


def test_a_body_that_has_ended_changes_nothing(empty: None, client_of: ClientOf) -> None:
    """Its lines are kept in the repair queue, where its successor's may take their place."""
    ack = push_changes(client_of("ACA"), joins(), Unreadable("?", (Violation("iin", "X", "?"),)))
    assert ack.rejected == 2
    assert reasons(ack)[0] == ["BODY_ENDED"]


# Many at once.


def test_two_senders_do_not_hinder_each_other(
    corporation: OsmsClient, channel_of: ChannelOf
) -> None:
    """Feeds that are open side by side take turns, and each goes on by its own positions."""
    categories, payments = (
        OpenStream(shape.method(channel_of("SC"))) for shape in (CATEGORIES, PAYMENTS)
    )
    with categories, payments:
        categories.send(CATEGORIES.opening())
        payments.send(PAYMENTS.opening())
        assert categories.receive().ready.next_position == payments.receive().ready.next_position
        for first in range(1, 40, 4):
            categories.send(CATEGORIES.batch_of(first, 4))
            payments.send(PAYMENTS.batch_of(first, 4))
        for first in range(1, 40, 4):
            assert categories.receive().ack.next_position == first + 4
            assert payments.receive().ack.next_position == first + 4


def test_a_batch_in_other_words_is_the_same_to_a_held_number(
    supervisor: OsmsClient, corporation: OsmsClient
) -> None:
    """A held removal has used its number: again it is a duplicate, and holds nothing more."""
    supervisor.reset_sandbox(MORNING, {"removal_count": "0", "removal_share": "0"})
    one = assigned()
    push_categories(corporation, one)
    removal = removed(one, TODAY)
    assert push_categories(corporation, removal).held == 1
    assert outcomes(push_categories(corporation, removal)) == [Outcome.DUPLICATE]
    (batch,) = supervisor.held_batches()
    assert batch.waiting == 1
