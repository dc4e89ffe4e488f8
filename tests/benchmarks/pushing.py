"""Sends a prepared feed through its real stream, and tells how long its storing took."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Final

import grpc

from osms.entitlement.v1 import feed_pb2
from tests.benchmarks.preparing import Prepared

IN_FLIGHT: Final = 4
_MESSAGE_BYTES_MAX: Final = 64 * 2**20


@dataclass
class Pushed:
    """What became of a feed, and how long it took from the opening to the last answer."""

    records: int = 0
    rejected: int = 0
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Records a second."""
        return self.records / self.seconds


def channel(address: str, certificates: Path, name: str) -> grpc.Channel:
    """A channel over mTLS, as every sender has."""
    ca, key, certificate = (
        (certificates / file).read_bytes() for file in ("ca.pem", f"{name}.key", f"{name}.pem")
    )
    credentials = grpc.ssl_channel_credentials(ca, key, certificate)
    options = [("grpc.max_send_message_length", _MESSAGE_BYTES_MAX)]
    return grpc.secure_channel(address, credentials, options)


def push(line: grpc.Channel, prepared: Prepared) -> Pushed:
    """Sends a feed, a few batches ahead of the acknowledgements."""
    call: Any = line.stream_stream(
        prepared.kind.method,
        request_serializer=None,
        response_deserializer=prepared.kind.response,
    )
    queue: SimpleQueue[bytes | None] = SimpleQueue()
    pushed = Pushed()
    queue.put(prepared.kind.opening)
    answers = call(iter(queue.get, None))
    ready: feed_pb2.FeedReady = next(answers).ready
    requests = prepared.requests(ready.next_position)
    began = time.perf_counter()
    _exchange(requests, queue, answers, pushed)
    pushed.seconds = time.perf_counter() - began
    queue.put(None)
    for _ in answers:
        pass
    return pushed


def _exchange(
    requests: Iterator[tuple[int, bytes]],
    queue: SimpleQueue[bytes | None],
    answers: Iterator[Any],
    pushed: Pushed,
) -> None:
    waiting: deque[int] = deque()
    for count, request in requests:
        if len(waiting) == IN_FLIGHT:
            _note(next(answers).ack, waiting.popleft(), pushed)
        waiting.append(count)
        queue.put(request)
    while waiting:
        _note(next(answers).ack, waiting.popleft(), pushed)


def _note(ack: feed_pb2.FeedAck, count: int, pushed: Pushed) -> None:
    pushed.records += count
    pushed.rejected += ack.rejected_count
