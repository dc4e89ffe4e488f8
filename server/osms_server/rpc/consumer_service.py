"""The service that registers consumers on documents, and shows what is known of a person."""

from __future__ import annotations

from collections import Counter
from uuid import UUID

import grpc

from osms.entitlement.v1 import consumer_service_pb2 as pb
from osms.entitlement.v1 import consumer_service_pb2_grpc as pb_grpc
from osms_common.domain.codes import Outcome
from osms_common.domain.identifiers import identifier_text
from osms_common.domain.revision import instant_of, last_revision_at, revision_token
from osms_common.rpc.fields import CATEGORIES, DOCUMENTS, Fields, to_date, to_timestamp
from osms_common.rpc.identity import current_caller
from osms_common.rpc.pages import PageLimits, page_of
from osms_server.application.answers import Answers
from osms_server.application.consumers import (
    AskedRegistration,
    RegisterConsumer,
    register_consumer,
    revoke_registration,
)
from osms_server.application.fact_ids import fact_id
from osms_server.application.ports import Transaction
from osms_server.application.rows import RegistrationRow
from osms_server.rpc.convert.answers import entitlement_message
from osms_server.rpc.convert.facts import fact_message, registration_message
from osms_server.rpc.convert.operations import outcome_value
from osms_server.rpc.look_ups import purpose_field
from osms_server.rpc.mutations import Mutations


class ConsumerService(pb_grpc.ConsumerServiceServicer):
    """Registers consumers, and shows what is known of one."""

    def __init__(self, mutations: Mutations, answers: Answers, pages: PageLimits) -> None:
        self._mutations = mutations
        self._answers = answers
        self._pages = pages

    def RegisterConsumer(  # noqa: N802
        self, request: pb.RegisterConsumerRequest, context: grpc.ServicerContext
    ) -> pb.RegisterConsumerResponse:
        """Registers for one month a person who applied with documents."""
        del context
        fields = Fields()
        iin = fields.iin("iin", request.iin)
        category = fields.code("category", request.category, CATEGORIES)
        applied_on = fields.day(request, "applied_date")
        documents = fields.codes("documents", request.documents, DOCUMENTS)
        repeat_reason = fields.text("repeat_reason", request.repeat_reason).strip()
        caller = current_caller.get()

        def respond(tx: Transaction) -> pb.RegisterConsumerResponse:
            assert iin is not None
            assert category is not None
            assert applied_on is not None
            command = RegisterConsumer(iin, category, applied_on, documents, repeat_reason)
            done = register_consumer(tx, self._mutations.law.parameters, caller, command)
            if isinstance(done, AskedRegistration):
                return pb.RegisterConsumerResponse(
                    last_date=to_date(done.last_date),
                    outcome=outcome_value(Outcome.HELD_FOR_APPROVAL),
                    held_batch_id=str(done.held_batch_id),
                )
            return pb.RegisterConsumerResponse(
                registration=registration_message(done.row),
                last_date=to_date(done.last_date),
                revision=revision_token(tx.revision),
                outcome=outcome_value(Outcome.ACCEPTED),
            )

        return self._mutations.perform(request, fields, respond, pb.RegisterConsumerResponse())

    def RevokeRegistration(  # noqa: N802
        self, request: pb.RevokeRegistrationRequest, context: grpc.ServicerContext
    ) -> pb.RevokeRegistrationResponse:
        """Revokes a registration."""
        del context
        fields = Fields()
        registration_id = fields.uuid("registration_id", request.registration_id)
        reason = fields.text("reason", request.reason, required=True)
        caller = current_caller.get()

        def respond(tx: Transaction) -> pb.RevokeRegistrationResponse:
            assert isinstance(registration_id, UUID)
            last_date = revoke_registration(
                tx, self._mutations.law.parameters, caller, registration_id, reason
            )
            return pb.RevokeRegistrationResponse(
                last_date=to_date(last_date), revision=revision_token(tx.revision)
            )

        return self._mutations.perform(request, fields, respond, pb.RevokeRegistrationResponse())

    def GetConsumer(  # noqa: N802
        self, request: pb.GetConsumerRequest, context: grpc.ServicerContext
    ) -> pb.GetConsumerResponse:
        """Shows in one answer what is known of a person."""
        del context
        fields = Fields()
        iin = fields.iin("iin", request.iin)
        purpose = purpose_field(fields, request.purpose)
        fields.check()
        assert iin is not None
        answer, facts = self._answers.today(
            current_caller.get(), "GetConsumer", iin, purpose=purpose
        )
        kinds = Counter(str(fact_message(fact).WhichOneof("content")) for fact in facts)
        registrations = sorted(
            (fact.fact for fact in facts if isinstance(fact.fact, RegistrationRow)),
            key=lambda row: row.applied_on,
        )
        return pb.GetConsumerResponse(
            iin=identifier_text(iin),
            entitlement=entitlement_message(answer, None),
            first_record_time=to_timestamp(instant_of(facts[0].fact.revision)),
            fact_counts=[pb.FactCount(kind=kind, count=n) for kind, n in sorted(kinds.items())],
            registrations=[registration_message(row) for row in registrations],
        )

    def ListGrounds(  # noqa: N802
        self, request: pb.ListGroundsRequest, context: grpc.ServicerContext
    ) -> pb.ListGroundsResponse:
        """Lists the facts on which a person's grounds rest."""
        del context
        fields = Fields()
        iin = fields.iin("iin", request.iin)
        known_time = fields.optional_instant(request, "known_time")
        purpose = purpose_field(fields, request.purpose)
        page = page_of(request, fields, self._pages)
        fields.check()
        assert iin is not None
        facts = self._answers.facts(current_caller.get(), "ListGrounds", iin, purpose=purpose)
        if known_time is not None:
            known = last_revision_at(known_time)
            facts = [fact for fact in facts if fact.fact.revision <= known]
        ids = [fact_id(fact.fact) for fact in facts]
        start = ids.index(page.after) + 1 if page.after in ids else 0
        shown, token = page.cut(
            facts[start : start + page.size + 1], lambda fact: fact_id(fact.fact)
        )
        return pb.ListGroundsResponse(
            facts=[fact_message(fact) for fact in shown], next_page_token=token
        )
