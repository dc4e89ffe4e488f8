"""The client: one method for everything the service does, in the words of its users."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any, Final, Self

import grpc

from osms.entitlement.v1 import (
    category_service_pb2,
    category_service_pb2_grpc,
    consumer_service_pb2,
    consumer_service_pb2_grpc,
    entitlement_service_pb2,
    entitlement_service_pb2_grpc,
    feed_pb2,
    operations_service_pb2,
    operations_service_pb2_grpc,
    payment_service_pb2,
    payment_service_pb2_grpc,
    roster_service_pb2,
    roster_service_pb2_grpc,
    sandbox_service_pb2,
    sandbox_service_pb2_grpc,
)
from osms_client import _reading, _writing, values
from osms_client.connection import Connection, Credentials
from osms_client.errors import OsmsError, from_rpc_error, from_status
from osms_client.feeds import FeedPush, new_request_id, next_response
from osms_client.records import (
    CategoryMessage,
    PaymentMessage,
    RosterChangeMessage,
    RosterLine,
)

_TIMEOUT: Final = 10.0
_IDLE_TIMEOUT: Final = 120.0
_IINS_AT_ONCE: Final = 1_000
_LINES_A_MESSAGE: Final = 5_000


class OsmsClient:
    """
    A client of the service at *address*, as the caller whom *credentials* name.

    *timeout* is the deadline of every single call, in seconds; *idle_timeout* how long a stream
    waits for its next answer. Errors are told in *language* (`kk`, `ru` or `en`), in English where
    none is given. Everything can raise `OsmsError`.
    """

    def __init__(
        self,
        address: str,
        credentials: Credentials,
        *,
        timeout: float = _TIMEOUT,
        idle_timeout: float = _IDLE_TIMEOUT,
        language: str = "",
    ) -> None:
        self._connection = Connection(address, credentials, timeout=timeout, language=language)
        self._idle_timeout = idle_timeout
        channel = self._connection.channel
        self._categories = category_service_pb2_grpc.CategoryServiceStub(channel)
        self._payments = payment_service_pb2_grpc.PaymentServiceStub(channel)
        self._rosters = roster_service_pb2_grpc.RosterServiceStub(channel)
        self._consumers = consumer_service_pb2_grpc.ConsumerServiceStub(channel)
        self._entitlements = entitlement_service_pb2_grpc.EntitlementServiceStub(channel)
        self._operations = operations_service_pb2_grpc.OperationsServiceStub(channel)
        self._sandbox = sandbox_service_pb2_grpc.SandboxServiceStub(channel)

    def __enter__(self) -> Self:
        """The client, until the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Closes the connection."""
        self.close()

    def close(self) -> None:
        """Closes the connection."""
        self._connection.close()

    # Questions.

    def check(
        self,
        iin: str,
        on: date | None = None,
        *,
        at_least_revision: str = "",
        language: str = "",
    ) -> values.Entitlement:
        """Whether a person is entitled on a day; today where none is given."""
        request = entitlement_service_pb2.CheckEntitlementRequest(
            iin=iin,
            on_date=_day(on),
            at_least_revision=at_least_revision,
            language_code=language,
        )
        response = self._connection.call(self._entitlements.CheckEntitlement, request)
        return _reading.entitlement(response.entitlement)

    def check_many(
        self, iins: Iterable[str], on: date | None = None, *, language: str = ""
    ) -> Iterator[values.Entitlement | OsmsError]:
        """Whether each of many persons is entitled; an error in the place of a wrong IIN."""
        remaining = iter(iins)
        while batch := list(islice(remaining, _IINS_AT_ONCE)):
            request = entitlement_service_pb2.BatchCheckEntitlementsRequest(
                iins=batch, on_date=_day(on), language_code=language
            )
            response = self._connection.call(self._entitlements.BatchCheckEntitlements, request)
            yield from map(_result, response.results)

    def check_stream(
        self, iins: Iterable[str], on: date | None = None, *, language: str = ""
    ) -> Iterator[values.Entitlement | OsmsError]:
        """The same over one stream, for lists of any length."""
        call = self._entitlements.StreamCheckEntitlements(_batches_of_iins(iins, on, language))
        try:
            while (response := next_response(call, self._idle_timeout)) is not None:
                yield from map(_result, response.results)
        finally:
            call.cancel()

    def timeline(
        self, iin: str, *, at_least_revision: str = "", language: str = ""
    ) -> values.Timeline:
        """Every stretch of days of a person."""
        request = entitlement_service_pb2.GetTimelineRequest(
            iin=iin, at_least_revision=at_least_revision, language_code=language
        )
        return _reading.timeline(self._connection.call(self._entitlements.GetTimeline, request))

    def explain(
        self, iin: str, on: date | None = None, *, language: str = ""
    ) -> values.Explanation:
        """Why a person is or is not entitled on a day."""
        request = entitlement_service_pb2.ExplainEntitlementRequest(
            iin=iin, on_date=_day(on), language_code=language
        )
        return _reading.explanation(
            self._connection.call(self._entitlements.ExplainEntitlement, request)
        )

    def replay(
        self, iin: str, known_at: datetime, on: date | None = None, *, language: str = ""
    ) -> values.Explanation:
        """The same as it was known at an instant."""
        request = entitlement_service_pb2.ReplayEntitlementRequest(
            iin=iin,
            on_date=_day(on),
            known_time=_writing.instant(known_at),
            language_code=language,
        )
        return _reading.explanation(
            self._connection.call(self._entitlements.ReplayEntitlement, request)
        )

    # Feeds.

    def category_feed(self) -> FeedPush[CategoryMessage]:
        """The feed of categories and treaty listings; use it in a `with` block."""
        return FeedPush(
            self._categories.PushCategoryUpdates,
            category_service_pb2.PushCategoryUpdatesRequest(opening=feed_pb2.FeedOpening()),
            lambda first, records: category_service_pb2.PushCategoryUpdatesRequest(
                batch=category_service_pb2.CategoryBatch(
                    first_position=first, records=map(_writing.category_record, records)
                )
            ),
            idle_timeout=self._idle_timeout,
        )

    def payment_feed(self) -> FeedPush[PaymentMessage]:
        """The feed of payments and refunds; use it in a `with` block."""
        return FeedPush(
            self._payments.PushPayments,
            payment_service_pb2.PushPaymentsRequest(opening=feed_pb2.FeedOpening()),
            lambda first, records: payment_service_pb2.PushPaymentsRequest(
                batch=payment_service_pb2.PaymentBatch(
                    first_position=first, records=map(_writing.payment_record, records)
                )
            ),
            idle_timeout=self._idle_timeout,
        )

    def roster_change_feed(self) -> FeedPush[RosterChangeMessage]:
        """The caller's feed of changes of staff; use it in a `with` block."""
        return FeedPush(
            self._rosters.PushRosterChanges,
            roster_service_pb2.PushRosterChangesRequest(opening=feed_pb2.FeedOpening()),
            lambda first, records: roster_service_pb2.PushRosterChangesRequest(
                batch=roster_service_pb2.RosterChangeBatch(
                    first_position=first, records=map(_writing.roster_change_record, records)
                )
            ),
            idle_timeout=self._idle_timeout,
        )

    def category_position(self) -> int:
        """Where the caller's feed of categories goes on."""
        request = category_service_pb2.GetFeedPositionRequest()
        response = self._connection.call(self._categories.GetFeedPosition, request)
        return response.next_position

    def payment_position(self) -> int:
        """Where the caller's feed of payments goes on."""
        request = payment_service_pb2.GetPaymentPositionRequest()
        response = self._connection.call(self._payments.GetPaymentPosition, request)
        return response.next_position

    def roster_change_position(self) -> int:
        """Where the caller's feed of changes of staff goes on."""
        request = roster_service_pb2.GetRosterChangePositionRequest()
        response = self._connection.call(self._rosters.GetRosterChangePosition, request)
        return response.next_position

    def push_roster(
        self, body: str, lines: Sequence[RosterLine], *, snapshot_id: str = ""
    ) -> values.SnapshotResult:
        """Sends the full list of a body; the same *snapshot_id* is safe to send again."""
        requests = _roster_requests(body, lines, snapshot_id or new_request_id())
        try:
            response = self._rosters.PushRoster(requests, timeout=self._idle_timeout)
        except grpc.RpcError as error:
            raise from_rpc_error(error) from error
        return values.SnapshotResult(
            outcome=_reading.outcome(response.outcome),
            revision=response.revision,
            arrival_time=_reading.instant(response.arrival_time),
            entered=response.entered_count,
            left=response.left_count,
            unchanged=response.unchanged_count,
            held_batch_id=response.held_batch_id,
            rejected_lines=tuple(map(_reading.record_outcome, response.rejected_lines)),
        )

    # Consumers.

    def register(
        self,
        iin: str,
        category: str,
        applied_on: date,
        documents: Sequence[str],
        *,
        repeat_reason: str = "",
        request_id: str = "",
    ) -> values.Registration:
        """Registers for one month a person who applied with documents."""
        request = consumer_service_pb2.RegisterConsumerRequest(
            request_id=request_id or new_request_id(),
            iin=iin,
            category=category,
            applied_date=_writing.day(applied_on),
            documents=documents,
            repeat_reason=repeat_reason,
        )
        response = self._connection.call(self._consumers.RegisterConsumer, request)
        registration = _reading.registration(response.registration)
        return values.Registration(
            registration.registration_id,
            registration.iin,
            registration.category,
            registration.applied_on,
            registration.documents,
            registration.registered_by,
            registration.repeat_reason,
            _reading.day(response.last_date),
            response.revision,
        )

    def revoke(self, registration_id: str, reason: str, *, request_id: str = "") -> date:
        """Revokes a registration; returns its last day, included."""
        request = consumer_service_pb2.RevokeRegistrationRequest(
            request_id=request_id or new_request_id(),
            registration_id=registration_id,
            reason=reason,
        )
        response = self._connection.call(self._consumers.RevokeRegistration, request)
        return _reading.day(response.last_date)

    def consumer(self, iin: str) -> values.Consumer:
        """What is known of a person."""
        request = consumer_service_pb2.GetConsumerRequest(iin=iin)
        response = self._connection.call(self._consumers.GetConsumer, request)
        return values.Consumer(
            iin=response.iin,
            entitlement=_reading.entitlement(response.entitlement),
            first_record_time=_reading.instant(response.first_record_time),
            fact_counts={each.kind: each.count for each in response.fact_counts},
            registrations=tuple(map(_reading.registration, response.registrations)),
        )

    def facts(self, iin: str, *, known_at: datetime | None = None) -> Iterator[values.Fact]:
        """The facts of a person, in the order in which they became known."""
        request = consumer_service_pb2.ListGroundsRequest(
            iin=iin, known_time=None if known_at is None else _writing.instant(known_at)
        )
        for response in self._pages(self._consumers.ListGrounds, request):
            yield from map(_reading.fact, response.facts)

    # Operations.

    def rejections(
        self, *, feed: str = "", sender: str = "", state: str = "", reason: str = ""
    ) -> Iterator[values.Rejection]:
        """The repair queue, newest first; *feed* and *state* by name, such as `OPEN`."""
        request = operations_service_pb2.ListRejectionsRequest(
            feed_kind=feed_pb2.FeedKind.Value(f"FEED_KIND_{feed or 'UNSPECIFIED'}"),
            sender=sender,
            state=operations_service_pb2.RejectionState.Value(
                f"REJECTION_STATE_{state or 'UNSPECIFIED'}"
            ),
            reason=reason,
        )
        for response in self._pages(self._operations.ListRejections, request):
            yield from map(_reading.rejection, response.rejections)

    def resubmit(
        self,
        rejection_id: str,
        record: CategoryMessage | PaymentMessage | RosterChangeMessage,
        *,
        request_id: str = "",
    ) -> values.RecordOutcome:
        """Sends a rejected line again, corrected."""
        request = operations_service_pb2.ResubmitRejectionRequest(
            request_id=request_id or new_request_id(),
            rejection_id=rejection_id,
            **_line(record),
        )
        response = self._connection.call(self._operations.ResubmitRejection, request)
        return _reading.record_outcome(response.outcome)

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

    def declare_incident(
        self,
        incident_code: str,
        systems: Sequence[str],
        started_on: date,
        *,
        request_id: str = "",
    ) -> values.Incident:
        """Declares a technical failure (p. 13)."""
        request = operations_service_pb2.DeclareIncidentRequest(
            request_id=request_id or new_request_id(),
            incident_code=incident_code,
            systems=systems,
            started_date=_writing.day(started_on),
        )
        response = self._connection.call(self._operations.DeclareIncident, request)
        incident = _reading.incident(response.incident)
        return values.Incident(
            incident.incident_code,
            incident.systems,
            incident.started_on,
            incident.ended_on,
            incident.declared_by,
            incident.approved,
            incident.record_time,
            _reading.outcome(response.outcome),
            response.held_batch_id,
        )

    def close_incident(
        self, incident_code: str, ended_on: date, *, request_id: str = ""
    ) -> values.Incident:
        """Ends a technical failure; *ended_on* is its last day, included."""
        request = operations_service_pb2.CloseIncidentRequest(
            request_id=request_id or new_request_id(),
            incident_code=incident_code,
            ended_date=_writing.day(ended_on),
        )
        response = self._connection.call(self._operations.CloseIncident, request)
        return _reading.incident(response.incident)

    def incidents(self) -> Iterator[values.Incident]:
        """Technical failures, newest first."""
        request = operations_service_pb2.ListIncidentsRequest()
        for response in self._pages(self._operations.ListIncidents, request):
            yield from map(_reading.incident, response.incidents)

    def record_budget_lapse(self, budget: str, since_month: date, *, request_id: str = "") -> str:
        """Records that `REPUBLICAN` or `LOCAL` has paid nothing; returns the held batch."""
        request = operations_service_pb2.RecordBudgetLapseRequest(
            request_id=request_id or new_request_id(),
            budget=operations_service_pb2.Budget.Value(f"BUDGET_{budget}"),
            since_month=_writing.month(since_month),
        )
        response = self._connection.call(self._operations.RecordBudgetLapse, request)
        return response.held_batch_id

    def lift_budget_lapse(self, budget: str, *, request_id: str = "") -> date:
        """Records that a budget pays again; returns the first day on which it does."""
        request = operations_service_pb2.LiftBudgetLapseRequest(
            request_id=request_id or new_request_id(),
            budget=operations_service_pb2.Budget.Value(f"BUDGET_{budget}"),
        )
        response = self._connection.call(self._operations.LiftBudgetLapse, request)
        return _reading.day(response.lifted_date)

    def feeds(self) -> list[values.FeedStatus]:
        """Every feed: what arrived last, what is due when, on time or late."""
        request = operations_service_pb2.ListFeedsRequest()
        response = self._connection.call(self._operations.ListFeeds, request)
        return [_reading.feed_status(each) for each in response.feeds]

    def accesses(self, iin: str) -> Iterator[values.Access]:
        """Who asked about a person, newest first."""
        request = operations_service_pb2.ListAccessRequest(iin=iin)
        for response in self._pages(self._operations.ListAccess, request):
            yield from map(_reading.access, response.accesses)

    # The sandbox.

    def clock(self) -> datetime:
        """What the clock of the sandbox shows."""
        request = sandbox_service_pb2.GetClockRequest()
        return _reading.instant(self._connection.call(self._sandbox.GetClock, request).clock_time)

    def advance_clock(self, to: datetime) -> None:
        """Moves the clock of the sandbox forward."""
        request = sandbox_service_pb2.AdvanceClockRequest(clock_time=_writing.instant(to))
        self._connection.call(self._sandbox.AdvanceClock, request)

    def reset_sandbox(
        self, clock: datetime | None = None, parameters: Mapping[str, str] | None = None
    ) -> None:
        """Empties the register of the sandbox, sets its clock, and overrides parameters."""
        request = sandbox_service_pb2.ResetSandboxRequest(
            clock_time=None if clock is None else _writing.instant(clock),
            parameters=[
                sandbox_service_pb2.ParameterOverride(name=name, value=value)
                for name, value in (parameters or {}).items()
            ],
        )
        self._connection.call(self._sandbox.ResetSandbox, request)

    def _pages(self, method: Any, request: Any) -> Iterator[Any]:
        """The responses for all pages of a list."""
        while True:
            response = self._connection.call(method, request)
            yield response
            if not response.next_page_token:
                return
            request.page_token = response.next_page_token


def _day(on: date | None) -> Any:
    return None if on is None else _writing.day(on)


def _result(message: Any) -> values.Entitlement | OsmsError:
    if message.WhichOneof("result") == "error":
        return from_status(message.error)
    return _reading.entitlement(message.entitlement)


def _batches_of_iins(
    iins: Iterable[str], on: date | None, language: str
) -> Iterator[entitlement_service_pb2.StreamCheckEntitlementsRequest]:
    remaining = iter(iins)
    while batch := list(islice(remaining, _IINS_AT_ONCE)):
        yield entitlement_service_pb2.StreamCheckEntitlementsRequest(
            iins=batch, on_date=_day(on), language_code=language
        )


def _roster_requests(
    body: str, lines: Sequence[RosterLine], snapshot_id: str
) -> Iterator[roster_service_pb2.PushRosterRequest]:
    yield roster_service_pb2.PushRosterRequest(
        opening=roster_service_pb2.RosterOpening(
            snapshot_id=snapshot_id, body=body, line_count=len(lines)
        )
    )
    for start in range(0, len(lines), _LINES_A_MESSAGE):
        part = lines[start : start + _LINES_A_MESSAGE]
        yield roster_service_pb2.PushRosterRequest(
            lines=roster_service_pb2.RosterLines(lines=map(_writing.roster_line, part))
        )


def _line(record: Any) -> dict[str, Any]:
    """A corrected line under the name that its kind of feed has for it."""
    name = type(record).__name__
    if name.startswith("Category"):
        return {"category_record": _writing.category_record(record)}
    if name.startswith("Payment"):
        return {"payment_record": _writing.payment_record(record)}
    return {"roster_change_record": _writing.roster_change_record(record)}
