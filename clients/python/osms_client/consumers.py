"""One person, at the Fund: registrations on documents, and what is known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from osms.entitlement.v1 import consumer_service_pb2
from osms_client import _reading, _writing, values
from osms_client._line import Line
from osms_client.feeds import new_request_id


class Consumers(Line):
    """Registers persons on documents, and shows what is known of them."""

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
        """
        Registers for one month a person who applied with documents.

        A second time it is only asked for, and waits for another supervisor.
        """
        request = consumer_service_pb2.RegisterConsumerRequest(
            request_id=request_id or new_request_id(),
            iin=iin,
            category=category,
            applied_date=_writing.day(applied_on),
            documents=documents,
            repeat_reason=repeat_reason,
        )
        response = self._connection.call(self._consumers.RegisterConsumer, request)
        if response.held_batch_id:
            registration = values.Registration(
                "", iin, category, applied_on, tuple(documents), "", repeat_reason
            )
        else:
            registration = _reading.registration(response.registration)
        return replace(
            registration,
            last_date=_reading.day(response.last_date),
            revision=response.revision,
            outcome=_reading.outcome(response.outcome),
            held_batch_id=response.held_batch_id,
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

    def consumer(self, iin: str, *, purpose: str = "") -> values.Consumer:
        """What is known of a person."""
        request = consumer_service_pb2.GetConsumerRequest(
            iin=iin, purpose=_writing.purpose(purpose)
        )
        response = self._connection.call(self._consumers.GetConsumer, request)
        return values.Consumer(
            iin=response.iin,
            entitlement=_reading.entitlement(response.entitlement),
            first_record_time=_reading.instant(response.first_record_time),
            fact_counts={each.kind: each.count for each in response.fact_counts},
            registrations=tuple(map(_reading.registration, response.registrations)),
        )

    def facts(
        self, iin: str, *, known_at: datetime | None = None, purpose: str = ""
    ) -> Iterator[values.Fact]:
        """The facts of a person, in the order in which they became known."""
        request = consumer_service_pb2.ListGroundsRequest(
            iin=iin,
            known_time=None if known_at is None else _writing.instant(known_at),
            purpose=_writing.purpose(purpose),
        )
        for response in self._pages(self._consumers.ListGrounds, request):
            yield from map(_reading.fact, response.facts)
