"""Two pairs of eyes: what is held for approval, and withdrawals, which always are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from osms.entitlement.v1 import operations_service_pb2
from osms_client import _reading, values
from osms_client._line import Line
from osms_client.feeds import new_request_id


class Deciding(Line):
    """Lists, previews, approves and declines what is held."""

    def held_batches(self, *, state: str = "") -> Iterator[values.HeldBatch]:
        """What waits for a supervisor, or was decided, newest first."""
        request = operations_service_pb2.ListHeldBatchesRequest(
            state=operations_service_pb2.HeldState.Value(f"HELD_STATE_{state or 'UNSPECIFIED'}")
        )
        for response in self._pages(self._operations.ListHeldBatches, request):
            yield from map(_reading.held_batch, response.held_batches)

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
