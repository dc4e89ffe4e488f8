"""Answers about persons, for the contract."""

from __future__ import annotations

from typing import Any

from osms.entitlement.v1 import entitlement_pb2, ground_pb2
from osms.entitlement.v1 import entitlement_service_pb2 as service_pb
from osms_common.domain.codes import Status
from osms_common.domain.identifiers import identifier_text
from osms_common.domain.revision import instant_of, revision_token
from osms_common.rpc.fields import range_message, to_date, to_timestamp
from osms_common.rpc.provisions import provision_messages
from osms_common.texts import Language
from osms_server.application.answers import Answer, Explained, PersonTimeline
from osms_server.application.fact_ids import fact_id, rests_on
from osms_server.application.receipts import ReceiptKey
from osms_server.domain.timeline import GroundCode
from osms_server.rpc.convert.facts import fact_message
from osms_server.rpc.convert.remedies import remedy_message
from osms_server.rules.explain import AbsentGround, HoldingGround
from osms_server.rules.reference import provisions_of, told_provisions
from osms_server.rules.texts import absence_text, answer_text


def entitlement_message(answer: Answer, language: Language | None) -> entitlement_pb2.Entitlement:
    """The answer as a medical system may know it: the kind of ground, and no more (p. 14)."""
    entitled = answer.status is Status.ENTITLED
    message = entitlement_pb2.Entitlement(
        iin=identifier_text(answer.iin),
        on_date=to_date(answer.on_date),
        status=entitlement_pb2.EntitlementStatus.ValueType(answer.status),
        ground_kind=ground_pb2.GroundKind.ValueType(answer.kind or 0),
        financing=entitlement_pb2.FINANCING_OSMS if entitled else entitlement_pb2.FINANCING_GVFMC,
        open_ended=entitled and answer.last_date is None,
        provisions=provision_messages(told_provisions(answer.grounds), language),
        revision=revision_token(answer.revision),
        revision_time=to_timestamp(instant_of(answer.revision)),
        receipt_id=answer.receipt_id,
        data_time=to_timestamp(answer.data_time),
    )
    if answer.last_date is not None:
        message.last_date.CopyFrom(to_date(answer.last_date))
    if language is not None:
        message.text = answer_text(answer.status, answer.kind, answer.last_date, language)
    return message


def timeline_message(
    timeline: PersonTimeline, language: Language | None
) -> service_pb.GetTimelineResponse:
    """Every stretch of days of a person."""
    return service_pb.GetTimelineResponse(
        iin=identifier_text(timeline.iin),
        stretches=[
            service_pb.TimelineStretch(
                valid=range_message(stretch.start, stretch.end),
                grounds=[
                    ground_pb2.Ground(
                        **_code_fields(code, language),
                        valid=range_message(stretch.start, stretch.end),
                    )
                    for code in stretch.grounds
                ],
            )
            for stretch in timeline.timeline
        ],
        revision=revision_token(timeline.revision),
        revision_time=to_timestamp(instant_of(timeline.revision)),
        receipt_id=timeline.receipt_id,
    )


def explain_message(
    explained: Explained, language: Language
) -> service_pb.ExplainEntitlementResponse:
    """One day of a person with everything it rests on, and what would help."""
    parts = _explained_parts(explained, language)
    helping = [remedy_message(remedy, language) for remedy in explained.remedies]
    return service_pb.ExplainEntitlementResponse(**parts, remedies=helping)


def replay_message(
    explained: Explained, language: Language
) -> service_pb.ReplayEntitlementResponse:
    """One day of a person as it was known."""
    parts = _explained_parts(explained, language)
    return service_pb.ReplayEntitlementResponse(**parts)


def _explained_parts(explained: Explained, language: Language) -> dict[str, Any]:
    holding = explained.explanation.holding
    return {
        "entitlement": entitlement_message(explained.answer, language),
        "grounds": [_holding_message(ground, explained, language) for ground in holding],
        "absent_grounds": [
            _absent_message(absent, language) for absent in explained.explanation.absent
        ],
        "facts": [fact_message(sourced) for sourced in explained.facts],
    }


def _holding_message(
    ground: HoldingGround, explained: Explained, language: Language
) -> ground_pb2.Ground:
    return ground_pb2.Ground(
        **_code_fields(ground.code, language),
        valid=range_message(ground.start, ground.end),
        depends_on=sorted(ground.depends_on),
        fact_ids=[
            fact_id(sourced.fact)
            for sourced in explained.facts
            if any(rests_on(basis, sourced.fact) for basis in ground.bases)
        ],
    )


def _absent_message(absent: AbsentGround, language: Language) -> service_pb.AbsentGround:
    return service_pb.AbsentGround(
        kind=ground_pb2.GroundKind.ValueType(absent.kind),
        reason=absent.reason.value,
        text=absence_text(absent, language),
        details=absent.details,
    )


def _code_fields(code: GroundCode, language: Language | None) -> dict[str, Any]:
    return {
        "kind": ground_pb2.GroundKind.ValueType(code.kind),
        "category": code.category or "",
        "provisions": provision_messages(provisions_of(code), language),
    }


def receipt_key_message(key: ReceiptKey) -> service_pb.ReceiptKey:
    """A public key that verifies receipts."""
    return service_pb.ReceiptKey(
        key_id=key.key_id,
        public_key=key.public_key,
        valid_from_time=to_timestamp(key.valid_from),
        retire_time=None if key.retired is None else to_timestamp(key.retired),
    )
