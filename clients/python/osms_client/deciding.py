"""Two pairs of eyes: what is held for approval, and withdrawals, which always are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from osms.entitlement.v1 import feed_pb2, operations_service_pb2
from osms_client import _reading, _writing, values
from osms_client._line import Line
from osms_client.feeds import new_request_id

_PEOPLE_AT_ONCE: Final = 1_000


class Deciding(Line):
    """Lists, previews, approves and declines what is held."""

    def held_batches(self, *, state: str = "") -> Iterator[values.HeldBatch]:
        """What waits for a supervisor, or was decided, newest first."""
        request = operations_service_pb2.ListHeldBatchesRequest(
            state=operations_service_pb2.HeldState.Value(f"HELD_STATE_{state or 'UNSPECIFIED'}")
        )
        for response in self._pages(self._operations.ListHeldBatches, request):
            yield from map(_reading.held_batch, response.held_batches)

    def preview(
        self,
        held_batch_id: str,
        positions: Sequence[int] = (),
        *,
        limit: int | None = None,
        purpose: str = "",
    ) -> values.HeldPreview:
        """
        Whom an approval now would give or take days of the right; nothing is changed.

        Everybody is counted; at most *limit* people are listed, all where it is None.
        """
        request = operations_service_pb2.PreviewHeldBatchRequest(
            held_batch_id=held_batch_id,
            positions=positions,
            page_size=limit or _PEOPLE_AT_ONCE,
            purpose=_writing.purpose(purpose),
        )
        pages = self._pages(self._operations.PreviewHeldBatch, request, timeout=self._idle_timeout)
        changes: list[values.PersonChange] = []
        preview = None
        for response in pages:
            preview = _reading.optional_preview(response)
            changes.extend(map(_reading.person_change, response.changes))
            if limit is not None and len(changes) >= limit:
                break
        return values.HeldPreview(preview, tuple(changes[:limit]))

    def approve(
        self, held_batch_id: str, positions: Sequence[int] = (), *, request_id: str = ""
    ) -> values.Decision:
        """Approves what is held: all of it, or the removals at *positions*."""
        request = operations_service_pb2.ApproveHeldBatchRequest(
            request_id=request_id or new_request_id(),
            held_batch_id=held_batch_id,
            positions=positions,
        )
        response = self._connection.call(
            self._operations.ApproveHeldBatch, request, timeout=self._idle_timeout
        )
        batch = _reading.held_batch(response.held_batch)
        return values.Decision(batch, response.approved_count, response.revision)

    def decline(
        self,
        held_batch_id: str,
        positions: Sequence[int] = (),
        *,
        reason: str = "",
        request_id: str = "",
    ) -> values.Decision:
        """Declines what is held: all of it, or the removals at *positions*."""
        request = operations_service_pb2.RejectHeldBatchRequest(
            request_id=request_id or new_request_id(),
            held_batch_id=held_batch_id,
            positions=positions,
            reason=reason,
        )
        response = self._connection.call(self._operations.RejectHeldBatch, request)
        batch = _reading.held_batch(response.held_batch)
        return values.Decision(batch, response.declined_count)

    def withdraw(
        self,
        feed: str,
        sender: str,
        positions: tuple[int, int],
        reason: str,
        *,
        request_id: str = "",
    ) -> values.Withdrawal:
        """
        Asks to withdraw what a feed sent from one position to another, both included.

        *feed* is `CATEGORY`, `PAYMENT` or `ROSTER_CHANGE`. It waits for another supervisor.
        """
        first, last = positions
        request = operations_service_pb2.WithdrawRecordsRequest(
            request_id=request_id or new_request_id(),
            feed_kind=feed_pb2.FeedKind.Value(f"FEED_KIND_{feed}"),
            sender=sender,
            first_position=first,
            last_position=last,
            reason=reason,
        )
        response = self._connection.call(self._operations.WithdrawRecords, request)
        return values.Withdrawal(response.held_batch_id, response.fact_count)
