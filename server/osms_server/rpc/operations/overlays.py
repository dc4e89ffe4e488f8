"""Technical failures and unpaid budgets."""

from __future__ import annotations

from datetime import date
from typing import Final

import grpc

from osms.entitlement.v1 import operations_service_pb2 as pb
from osms_common.domain.calendar import almaty_day, first_day
from osms_common.domain.codes import Budget, Outcome
from osms_common.domain.revision import revision_token
from osms_common.rpc.fields import SYSTEMS, Fields, to_date
from osms_common.rpc.identity import current_caller
from osms_common.rpc.pages import page_of
from osms_server.application import overlays
from osms_server.application.ports import Transaction
from osms_server.rpc.convert import operations as convert
from osms_server.rpc.operations.parts import Part
from osms_server.rules.acceptance import early_violations, limits_on

INCIDENT_CODE_LENGTH_MAX: Final = 64


class OverlayPart(Part):
    """Declares and ends what concerns many people at once."""

    def DeclareIncident(  # noqa: N802
        self, request: pb.DeclareIncidentRequest, context: grpc.ServicerContext
    ) -> pb.DeclareIncidentResponse:
        """Declares a technical failure."""
        del context
        fields = Fields()
        code = _incident_code(fields, request.incident_code)
        systems = fields.codes("systems", request.systems, SYSTEMS)
        started_on = fields.day(request, "started_date")
        self._refuse_early(fields, "started_date", started_on)
        caller = current_caller.get()

        def respond(tx: Transaction) -> pb.DeclareIncidentResponse:
            assert started_on is not None
            declared = overlays.declare_incident(tx, caller, code, frozenset(systems), started_on)
            return convert.declared_message(declared, tx.revision)

        return self._mutations.perform(request, fields, respond, pb.DeclareIncidentResponse())

    def CloseIncident(  # noqa: N802
        self, request: pb.CloseIncidentRequest, context: grpc.ServicerContext
    ) -> pb.CloseIncidentResponse:
        """Ends a technical failure."""
        del context
        fields = Fields()
        code = _incident_code(fields, request.incident_code)
        ended_on = fields.day(request, "ended_date")
        caller = current_caller.get()

        def respond(tx: Transaction) -> pb.CloseIncidentResponse:
            assert ended_on is not None
            overlays.close_incident(tx, caller, code, ended_on)
            (incident,) = (
                incident
                for incident in convert.known_incidents(tx.overlays)
                if incident.incident_code == code
            )
            return pb.CloseIncidentResponse(
                incident=incident, revision=revision_token(tx.revision)
            )

        return self._mutations.perform(request, fields, respond, pb.CloseIncidentResponse())

    def ListIncidents(  # noqa: N802
        self, request: pb.ListIncidentsRequest, context: grpc.ServicerContext
    ) -> pb.ListIncidentsResponse:
        """Lists technical failures, newest first."""
        del context
        fields = Fields()
        page = page_of(request, fields, self._pages)
        fields.check()
        with self._register.read() as reading:
            incidents = convert.known_incidents(reading.overlays)[::-1]
        codes = [incident.incident_code for incident in incidents]
        start = codes.index(page.after) + 1 if page.after in codes else 0
        shown, token = page.cut(
            incidents[start : start + page.size + 1], lambda incident: incident.incident_code
        )
        return pb.ListIncidentsResponse(incidents=shown, next_page_token=token)

    def RecordBudgetLapse(  # noqa: N802
        self, request: pb.RecordBudgetLapseRequest, context: grpc.ServicerContext
    ) -> pb.RecordBudgetLapseResponse:
        """Records that a budget has paid nothing since a month."""
        del context
        fields = Fields()
        budget = fields.enum("budget", request.budget, Budget)
        since = fields.month(request, "since_month")
        self._refuse_early(fields, "since_month", None if since is None else first_day(since))
        caller = current_caller.get()

        def respond(tx: Transaction) -> pb.RecordBudgetLapseResponse:
            assert budget is not None
            assert since is not None
            held_batch_id = overlays.record_lapse(tx, caller, budget, since)
            return pb.RecordBudgetLapseResponse(
                outcome=convert.outcome_value(Outcome.HELD_FOR_APPROVAL),
                held_batch_id=str(held_batch_id),
            )

        return self._mutations.perform(request, fields, respond, pb.RecordBudgetLapseResponse())

    def LiftBudgetLapse(  # noqa: N802
        self, request: pb.LiftBudgetLapseRequest, context: grpc.ServicerContext
    ) -> pb.LiftBudgetLapseResponse:
        """Records that a budget pays again."""
        del context
        fields = Fields()
        budget = fields.enum("budget", request.budget, Budget)
        caller = current_caller.get()

        def respond(tx: Transaction) -> pb.LiftBudgetLapseResponse:
            assert budget is not None
            lifted_on = overlays.lift_lapse(tx, caller, budget)
            return pb.LiftBudgetLapseResponse(
                lifted_date=to_date(lifted_on), revision=revision_token(tx.revision)
            )

        return self._mutations.perform(request, fields, respond, pb.LiftBudgetLapseResponse())

    def _refuse_early(self, fields: Fields, field: str, day: date | None) -> None:
        """Nothing that any line may tell lies so early: a slip of the pen would concern all."""
        limits = limits_on(almaty_day(self._clock.now()), self._mutations.law.parameters)
        if day is not None:
            fields.violations += early_violations(field, day, limits)


def _incident_code(fields: Fields, text: str) -> str:
    return fields.text("incident_code", text, required=True, length_max=INCIDENT_CODE_LENGTH_MAX)
