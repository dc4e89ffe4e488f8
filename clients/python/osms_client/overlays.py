"""What changes the answers of many at once: technical failures and unpaid budgets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from osms.entitlement.v1 import operations_service_pb2
from osms_client import _reading, _writing, values
from osms_client._line import Line
from osms_client.feeds import new_request_id


class Overlays(Line):
    """Declares technical failures (p. 13), and records unpaid budgets (p. 9 part 2)."""

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
