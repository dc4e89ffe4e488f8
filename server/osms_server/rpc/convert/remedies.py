"""What would help a person who is not entitled, for the contract: for the Fund alone."""

from __future__ import annotations

from osms.entitlement.v1 import entitlement_service_pb2 as service_pb
from osms.entitlement.v1 import ground_pb2
from osms_common.domain.calendar import first_day
from osms_common.rpc.fields import range_message, to_date, to_month
from osms_common.rpc.provisions import provision_messages
from osms_common.texts import Language
from osms_server.rules.remedy import OpenRoute, Remedy
from osms_server.rules.texts import remedy_text


def remedy_message(remedy: Remedy, language: Language) -> service_pb.Remedy:
    """What would have to be done, and the days that are gained with it."""
    message = service_pb.Remedy(
        action=remedy.action.value,
        ground_kind=ground_pb2.GroundKind.ValueType(remedy.kind or 0),
        done_date=to_date(remedy.done_on),
        missing_months=[to_month(first_day(month)) for month in remedy.months],
        category=remedy.category or "",
        removal_reason=remedy.reason,
        systems=remedy.systems,
        document_routes=[_route_message(route, language) for route in remedy.routes],
        provisions=provision_messages(remedy.provisions, language),
        text=remedy_text(remedy, language),
    )
    if remedy.restored is not None:
        message.valid.CopyFrom(range_message(*remedy.restored))
    if remedy.last_day is not None:
        message.last_date.CopyFrom(to_date(remedy.last_day))
    return message


def _route_message(route: OpenRoute, language: Language) -> service_pb.DocumentRoute:
    (provision,) = provision_messages((route.provision,), language)
    return service_pb.DocumentRoute(
        category=route.category,
        groups=[service_pb.DocumentGroup(documents=group) for group in route.groups],
        provision=provision,
        repeat=route.is_repeat,
    )
