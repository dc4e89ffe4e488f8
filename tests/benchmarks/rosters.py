"""Sends one roster snapshot, applied as one, and tells how long that took."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import count, islice
from typing import Final
from uuid import uuid4

import grpc

from osms.entitlement.v1 import roster_service_pb2 as roster_pb
from osms.entitlement.v1 import roster_service_pb2_grpc as roster_grpc
from osms_common.domain.identifiers import parse_identifier

BODY: Final = "DEFENCE"
_LINES_A_MESSAGE: Final = 10_000
_FIRST_STEM: Final = 90_010_130_000


def push_roster(line: grpc.Channel, size: int) -> float:
    """Lines a second of a snapshot of *size* persons."""
    requests = list(_requests(size))
    stub = roster_grpc.RosterServiceStub(line)
    began = time.perf_counter()
    response = stub.PushRoster(iter(requests))
    seconds = time.perf_counter() - began
    assert response.entered_count == size
    return size / seconds


def _requests(size: int) -> Iterator[roster_pb.PushRosterRequest]:
    opening = roster_pb.RosterOpening(body=BODY, snapshot_id=str(uuid4()), line_count=size)
    yield roster_pb.PushRosterRequest(opening=opening)
    numbers = islice(iins(), size)
    while lines := [roster_pb.RosterLine(iin=iin) for iin in islice(numbers, _LINES_A_MESSAGE)]:
        yield roster_pb.PushRosterRequest(lines=roster_pb.RosterLines(lines=lines))


def iins() -> Iterator[str]:
    """Valid IINs, one after another."""
    for stem in count(_FIRST_STEM):
        for digit in range(10):
            text = f"{stem:011d}{digit}"
            if parse_identifier(text) is not None:
                yield text
