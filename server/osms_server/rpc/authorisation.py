"""
Who may call what, in one table. What is not in it nobody may call.

Senders send what is their own; medical information systems ask, and learn no more than p. 14
allows; the Fund sees everything. What only a supervisor may do is refused deeper, where it is
known that it is meant.
"""

from __future__ import annotations

from typing import Final

from osms_server.application.callers import Caller
from osms_server.domain.codes import Role
from osms_server.domain.errors import NotAllowed

_PACKAGE: Final = "/osms.entitlement.v1."
_FUND: Final = frozenset({Role.FUND_OPERATOR, Role.FUND_SUPERVISOR})
_SUPERVISORS: Final = frozenset({Role.FUND_SUPERVISOR})
_STATE_CORPORATION: Final = frozenset({Role.STATE_CORPORATION})
_BODIES: Final = frozenset({Role.BODY})
_SENDERS: Final = _STATE_CORPORATION | _BODIES
_ASKING: Final = _FUND | {Role.MEDICAL_SYSTEM}
EVERYBODY: Final = frozenset(Role)

METHODS: Final = {
    f"{_PACKAGE}{service}/{method}": roles
    for service, methods in {
        "CategoryService": {
            "PushCategoryUpdates": _STATE_CORPORATION,
            "GetFeedPosition": _STATE_CORPORATION,
        },
        "PaymentService": {
            "PushPayments": _STATE_CORPORATION,
            "GetPaymentPosition": _STATE_CORPORATION,
        },
        "RosterService": {
            "PushRoster": _BODIES,
            "PushRosterChanges": _BODIES,
            "GetRosterChangePosition": _BODIES,
        },
        "ConsumerService": {
            "RegisterConsumer": _FUND,
            "RevokeRegistration": _SUPERVISORS,
            "GetConsumer": _FUND,
            "ListGrounds": _FUND,
        },
        "EntitlementService": {
            "CheckEntitlement": _ASKING,
            "BatchCheckEntitlements": _ASKING,
            "StreamCheckEntitlements": _ASKING,
            "GetTimeline": _FUND,
            "ExplainEntitlement": _FUND,
            "ReplayEntitlement": _FUND,
            "ListReceiptKeys": EVERYBODY,
        },
        "OperationsService": {
            "ListRejections": _FUND | _SENDERS,
            "ResubmitRejection": _FUND | _SENDERS,
            "GetRejection": _FUND | _SENDERS,
            "CloseRejection": _FUND | _SENDERS,
            "CountRejections": _FUND | _SENDERS,
            "ListHeldBatches": _FUND,
            "PreviewHeldBatch": _FUND,
            "ApproveHeldBatch": _SUPERVISORS,
            "RejectHeldBatch": _SUPERVISORS,
            "WithdrawRecords": _SUPERVISORS,
            "DeclareIncident": _SUPERVISORS,
            "CloseIncident": _SUPERVISORS,
            "ListIncidents": _FUND,
            "RecordBudgetLapse": _SUPERVISORS,
            "LiftBudgetLapse": _SUPERVISORS,
            "ListFeeds": _FUND,
            "ListAccess": _FUND,
        },
        "SandboxService": {
            "GetClock": EVERYBODY,
            "AdvanceClock": EVERYBODY,
            "ResetSandbox": EVERYBODY,
        },
    }.items()
    for method, roles in methods.items()
}
"""The roles that may call each RPC."""

OPEN_SERVICES: Final = ("/grpc.health.v1.Health/", "/grpc.reflection.")
"""Services that tell nothing about persons: anybody who can connect may call them."""


def is_open(method: str) -> bool:
    """Whether anybody may call *method*."""
    return method.startswith(OPEN_SERVICES)


def authorise(caller: Caller, method: str) -> None:
    """NotAllowed unless the role of *caller* may call *method*."""
    roles = METHODS.get(method, frozenset())
    if caller.role not in roles:
        needs = ", ".join(sorted(roles)) or "nobody"
        raise NotAllowed(method.rpartition("/")[2], needs)
