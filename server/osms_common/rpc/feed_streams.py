"""
Runs the streams of the feeds: the opening, then batch after batch, each answered when it is kept.

The next batch is read and converted while the one before it is being stored. That is the only
one ahead: a sender that is faster than the register waits.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from queue import Empty, Full, Queue
from typing import Any, Final, Generic, TypeVar

from osms.entitlement.v1 import feed_pb2
from osms_common.application.feed import FeedSession
from osms_common.domain.deliveries import (
    Batch,
    FeedAck,
    Preview,
    Record,
    RecordOutcome,
)
from osms_common.domain.errors import InvalidRequest, LimitExceeded, ShuttingDown, StreamIdle
from osms_common.domain.revision import instant_of, revision_token
from osms_common.domain.violations import Reason, Violation
from osms_common.rpc.batches import batch_of
from osms_common.rpc.errors import field_violations
from osms_common.rpc.fields import to_timestamp
from osms_common.texts import Language

Item = TypeVar("Item")

_WAIT_SECONDS: Final = 0.2
_BYTES_AROUND: Final = 6
"""Of a message within another: its number and its length."""


@dataclass(frozen=True)
class StreamLimits:
    """How much a stream may carry, how long be idle, and whether the server is about to stop."""

    batch_records_max: int
    record_bytes_max: int
    ack_bytes_max: int
    stream_idle_seconds: float
    feed_idle_seconds: float
    stopping: threading.Event


@dataclass(frozen=True)
class LinesOf(Generic[Record]):
    """How the lines of a feed are read, and what of those that are rejected may be kept."""

    read: Callable[[Any], Record]
    kept: Callable[[Any], Any] = lambda line: line
    is_faulty: Callable[[Any], bool] = lambda record: bool(record.violations)


class FeedRun(Generic[Record]):
    """One connection of a sender, from the opening to its end."""

    def __init__(
        self,
        open_session: Callable[[bool], FeedSession[Record]],
        lines: LinesOf[Record],
        limits: StreamLimits,
        language: Language,
    ) -> None:
        self._open = open_session
        self._lines = lines
        self._limits = limits
        self._language = language

    def answers(self, requests: Iterator[Any]) -> Iterator[feed_pb2.FeedReady | feed_pb2.FeedAck]:
        """The answer to the opening, and to every batch."""
        limits = self._limits
        with ReadAhead(self._messages(requests), limits.stopping) as ahead:
            opening = ahead.next(limits.stream_idle_seconds)
            if isinstance(opening, feed_pb2.FeedOpening):
                yield from self._answers(opening, ahead)

    def _answers(
        self, opening: feed_pb2.FeedOpening, ahead: ReadAhead[feed_pb2.FeedOpening | Batch[Record]]
    ) -> Iterator[feed_pb2.FeedReady | feed_pb2.FeedAck]:
        limits, tries = self._limits, opening.validate_only
        idle_seconds = limits.stream_idle_seconds if tries else limits.feed_idle_seconds
        session = self._open(tries)
        try:
            opened = session.open(opening.connection_key)
            yield feed_pb2.FeedReady(
                next_position=opened.next_position,
                batch_records_max=self._limits.batch_records_max,
                uninterrupted=opened.uninterrupted,
            )
            while isinstance(batch := ahead.next(idle_seconds), Batch):
                yield ack_message(session.take(batch), self._language, limits.ack_bytes_max)
        finally:
            session.close()

    def _messages(self, requests: Iterator[Any]) -> Iterator[feed_pb2.FeedOpening | Batch[Record]]:
        """The opening, and then batches."""
        for first in requests:
            if first.WhichOneof("message") != "opening":
                raise _out_of_order("opening")
            yield first.opening
            yield from map(self._batch, requests)

    def _batch(self, request: Any) -> Batch[Record]:
        if request.WhichOneof("message") != "batch":
            raise _out_of_order("batch")
        batch = request.batch
        count, allowed = len(batch.records), self._limits.batch_records_max
        if count > allowed:
            raise LimitExceeded("batch_records_max", allowed, count)
        if batch.first_position < 1:
            value = str(batch.first_position)
            raise InvalidRequest(
                (Violation("batch.first_position", Reason.NUMBER_NOT_ABOVE_ZERO, value),)
            )
        return batch_of(
            batch.first_position,
            batch.records,
            self._lines.read,
            self._limits.record_bytes_max,
            self._lines.kept,
            self._lines.is_faulty,
        )


def _out_of_order(expected: str) -> InvalidRequest:
    return InvalidRequest((Violation("message", Reason.OUT_OF_ORDER, expected),))


def one_ahead(
    items: Iterable[Item], stopping: threading.Event, idle_seconds: float
) -> Iterator[Item]:
    """The *items*, each made while the one before is in use; raises as `ReadAhead.next`."""
    with ReadAhead(items, stopping) as ahead:
        while (item := ahead.next(idle_seconds)) is not None:
            yield item


@dataclass(frozen=True)
class _Made(Generic[Item]):
    """An item that was made, or the error that was made of it."""

    made: Item | None
    error: BaseException | None = None

    def item(self) -> Item:
        """The item; raises the error."""
        if self.error is not None:
            raise self.error
        assert self.made is not None
        return self.made


class ReadAhead(Generic[Item]):
    """Makes items in a thread of its own, one ahead of those that use them."""

    def __init__(self, items: Iterable[Item], stopping: threading.Event) -> None:
        self._items = items
        self._stopping = stopping
        self._queue: Queue[_Made[Item] | None] = Queue(maxsize=1)
        self._abandoned = threading.Event()

    def __enter__(self) -> ReadAhead[Item]:
        """Begins to make items."""
        threading.Thread(target=self._make, name="feed-reader", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """Makes no more items."""
        self._abandoned.set()

    def _make(self) -> None:
        """Makes all items, until they are abandoned."""
        try:
            for item in self._items:
                if not self._put(_Made(item)):
                    return
            self._put(None)
        except BaseException as error:  # noqa: BLE001 - raised where the items are used
            self._put(_Made(None, error))

    def next(self, idle_seconds: float) -> Item | None:
        """
        The next item, or None at the end; raises what was raised where it was made.

        StreamIdle: there was none for so long. ShuttingDown: the server is about to stop.
        """
        until = time.monotonic() + idle_seconds
        while not self._stopping.is_set():
            try:
                made = self._queue.get(timeout=min(_WAIT_SECONDS, idle_seconds))
            except Empty:
                if time.monotonic() >= until:
                    raise StreamIdle(idle_seconds) from None
                continue
            return made.item() if made else None
        raise ShuttingDown

    def _put(self, made: _Made[Item] | None) -> bool:
        """Hands over an item; False where nobody wants it any more."""
        while not self._abandoned.is_set():
            try:
                self._queue.put(made, timeout=_WAIT_SECONDS)
            except Full:
                continue
            return True
        return False


def named(answer: feed_pb2.FeedReady | feed_pb2.FeedAck) -> dict[str, Any]:
    """An answer under the name that every response of a feed has for it."""
    return {"ready" if isinstance(answer, feed_pb2.FeedReady) else "ack": answer}


def ack_message(ack: FeedAck, language: Language, bytes_max: int) -> feed_pb2.FeedAck:
    """An acknowledgement for the contract, with outcomes of *bytes_max* at the most."""
    outcomes = fitting_outcomes(ack.outcomes, language, bytes_max)
    message = feed_pb2.FeedAck(
        next_position=ack.next_position,
        revision=revision_token(ack.revision),
        record_time=to_timestamp(instant_of(ack.revision)),
        accepted_count=ack.counts.accepted,
        duplicate_count=ack.counts.duplicate,
        rejected_count=ack.counts.rejected,
        held_count=ack.counts.held,
        repeated_count=ack.counts.repeated,
        outcomes=outcomes,
        outcomes_left_out_count=len(ack.outcomes) - len(outcomes),
    )
    if ack.preview is not None:
        message.preview.CopyFrom(preview_message(ack.preview))
    return message


def preview_message(preview: Preview) -> feed_pb2.Preview:
    """How many people would gain or lose days of the right, for the contract."""
    return feed_pb2.Preview(gaining_count=preview.gaining, losing_count=preview.losing)


def fitting_outcomes(
    outcomes: Sequence[RecordOutcome], language: Language, bytes_max: int
) -> list[feed_pb2.RecordOutcome]:
    """
    The outcomes for the contract, in *bytes_max*.

    What does not fit would take the whole answer with it. So texts are left out first, which
    follow from the reasons, and then the last outcomes, which can be read in the repair queue.
    """
    with_texts = _within(bytes_max, (outcome_message(each, language) for each in outcomes))
    if len(with_texts) == len(outcomes):
        return with_texts
    return _within(bytes_max, (outcome_message(each, None) for each in outcomes))


def _within(
    bytes_max: int, messages: Iterable[feed_pb2.RecordOutcome]
) -> list[feed_pb2.RecordOutcome]:
    """The first messages, as many as there is room for."""
    told: list[feed_pb2.RecordOutcome] = []
    left = bytes_max
    for message in messages:
        left -= message.ByteSize() + _BYTES_AROUND
        if left < 0:
            break
        told.append(message)
    return told


def outcome_message(outcome: RecordOutcome, language: Language | None) -> feed_pb2.RecordOutcome:
    """What became of a record, for the contract; without a language, without texts."""
    return feed_pb2.RecordOutcome(
        position=outcome.position,
        outcome=feed_pb2.Outcome.ValueType(outcome.outcome),
        violations=field_violations(outcome.violations, language),
        rejection_id=outcome.rejection_id,
        held_batch_id=outcome.held_batch_id,
        flags=outcome.flags,
    )
