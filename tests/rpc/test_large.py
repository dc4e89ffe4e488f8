"""What is too large is cut to size, and takes nothing else with it: lines, answers, pages."""

from __future__ import annotations

from typing import Any

import pytest
from google.rpc.error_details_pb2 import BadRequest

from osms.entitlement.v1 import category_service_pb2 as category_pb
from osms.entitlement.v1 import feed_pb2
from osms.entitlement.v1 import operations_service_pb2 as operations_pb
from osms.entitlement.v1 import operations_service_pb2_grpc as operations_grpc
from osms_client import OsmsClient, Outcome, RosterLine, Unreadable
from osms_server.config import Settings
from tests.conftest import ClientOf
from tests.people import AIGUL, DAULET, NOBODY
from tests.rpc.conftest import ChannelOf
from tests.rpc.sending import CATEGORIES, assigned, push_categories
from tests.rpc.streams import whole

ACK_BYTES, PAGE_BYTES, RECORD_BYTES = 40_000, 50_000, 2**13


@pytest.fixture(scope="session")
def settings(settings: Settings) -> Settings:
    """A server whose records, acknowledgements and pages have room for little."""
    small = {
        "record_bytes_max": RECORD_BYTES,
        "ack_bytes_max": ACK_BYTES,
        "page_bytes_max": PAGE_BYTES,
    }
    return settings.model_copy(update=small)


def unreadable(content: str = "", faults: int = 0) -> category_pb.CategoryRecord:
    """A line that the sender's tool could not read, for many reasons or few."""
    violations = [BadRequest.FieldViolation(field=f"f{number}") for number in range(faults)]
    line = feed_pb2.UnreadableLine(content=content, violations=violations)
    return category_pb.CategoryRecord(unreadable=line)


def pushed(channel_of: ChannelOf, *records: category_pb.CategoryRecord) -> Any:
    """The acknowledgement of one batch."""
    stream = CATEGORIES.method(channel_of("SC"))
    answers = list(whole(stream, CATEGORIES.opening(), CATEGORIES.records_of(1, records)))
    return answers[1].ack


def test_a_line_keeps_so_many_faults(
    empty: None, channel_of: ChannelOf, client_of: ClientOf
) -> None:
    """The first 32 that its sender names; whoever sends more is not refused for it."""
    ack = pushed(channel_of, unreadable("a;b", faults=100))
    (outcome,) = ack.outcomes
    assert [v.field for v in outcome.violations] == [f"f{number}" for number in range(32)]
    (rejection,) = client_of("SC").rejections()
    assert len(rejection.violations) == 32


def test_a_line_that_is_too_large_is_rejected_alone(
    empty: None, channel_of: ChannelOf, client_of: ClientOf
) -> None:
    """Its neighbours are taken; of itself the beginning of every text is kept, and no list."""
    good = [CATEGORIES.record(number) for number in (1, 2)]
    ack = pushed(channel_of, good[0], unreadable("a" * 10_000, faults=2_000), good[1])
    assert (ack.next_position, ack.accepted_count, ack.rejected_count) == (4, 2, 1)
    (outcome,) = ack.outcomes
    (wrong,) = outcome.violations
    assert (outcome.position, wrong.field, wrong.reason) == (2, "record", "RECORD_TOO_LARGE")
    (rejection,) = client_of("SC").rejections()
    assert rejection.line == {"unreadable": {"content": "a" * 256}}


def test_a_line_with_fields_that_nobody_knows_is_kept_without_them(
    empty: None, channel_of: ChannelOf, client_of: ClientOf
) -> None:
    """What is rejected may carry more than the contract says: that is not kept."""
    record = CATEGORIES.record(1)
    record.assignment.iin = NOBODY
    of_the_future = bytes([0xC2, 0x3E, 0xA0, 0x9C, 0x01]) + b"x" * 20_000  # number 1000, a text
    record.MergeFromString(of_the_future)
    ack = pushed(channel_of, record)
    assert [v.reason for o in ack.outcomes for v in o.violations] == ["RECORD_TOO_LARGE"]
    (rejection,) = client_of("SC").rejections()
    assert NOBODY in str(rejection.line)
    assert "xxx" not in str(rejection.line)


def faulty(count: int) -> list[Any]:
    """Lines with one fault each."""
    return [assigned(NOBODY) for _ in range(count)]


def test_an_ack_leaves_out_texts_first(corporation: OsmsClient) -> None:
    """They follow from the reasons; every outcome is still there."""
    ack = push_categories(corporation, *faulty(300))
    assert (len(ack.outcomes), ack.left_out, ack.rejected) == (300, 0, 300)
    told = {violation.description for each in ack.outcomes for violation in each.violations}
    assert told == {"IIN_INVALID"}
    few = push_categories(corporation, *faulty(3))
    assert all("identity document" in v.description for o in few.outcomes for v in o.violations)


def test_an_ack_then_leaves_out_outcomes_and_says_so(corporation: OsmsClient) -> None:
    """The counts have all of them, and so has the repair queue."""
    ack = push_categories(corporation, *faulty(1_000))
    assert (ack.rejected, ack.next_position) == (1_000, 1_001)
    assert 100 < len(ack.outcomes) == 1_000 - ack.left_out
    assert [each.position for each in ack.outcomes] == list(range(1, len(ack.outcomes) + 1))
    assert len(list(corporation.rejections())) == 1_000


def test_the_answer_to_a_snapshot_leaves_out_lines_and_says_so(defence: OsmsClient) -> None:
    """As an acknowledgement does."""
    lines = [RosterLine(AIGUL), *(RosterLine(NOBODY) for _ in range(1_000))]
    result = defence.push_roster("DEFENCE", lines)
    assert result.outcome is Outcome.ACCEPTED
    assert 100 < len(result.rejected_lines) == 1_000 - result.left_out
    assert len(list(defence.rejections())) == 1_000


def test_a_page_of_rejections_ends_where_it_would_grow_too_large(
    empty: None, channel_of: ChannelOf, client_of: ClientOf
) -> None:
    """The next goes on after it, so that nothing is left out and each answer can be received."""
    texts = [str(number) * 8_000 for number in range(10)]
    pushed(channel_of, *map(unreadable, texts))
    stub = operations_grpc.OperationsServiceStub(channel_of("SC"))
    pages: list[list[str]] = []
    token = ""
    while not pages or token:
        request = operations_pb.ListRejectionsRequest(page_token=token)
        page = stub.ListRejections(request)
        token = page.next_page_token
        pages.append([each.category_record.unreadable.content for each in page.rejections])
        assert page.ByteSize() < PAGE_BYTES + 1_000
    assert len(pages) == 2
    assert [text for page in pages for text in page] == texts[::-1]
    listed = client_of("SC").rejections()
    assert [each.line for each in listed] == [
        {"unreadable": {"content": text}} for text in texts[::-1]
    ]


def test_people_beside_a_line_that_is_too_large_have_their_right(
    corporation: OsmsClient, operator: OsmsClient
) -> None:
    """One bad line delays nobody."""
    push_categories(corporation, assigned(AIGUL), Unreadable("a" * 20_000), assigned(DAULET))
    assert all(operator.check(iin).entitled for iin in (AIGUL, DAULET))
