"""
Who calls.

Over mTLS the client certificate says it, as a URI `spiffe://osms.kz/<role>/<name>`. On a loopback
port without TLS, which only development uses, the metadata entry `osms-caller` says it: the name
of somebody whom the sandbox knows, or `role/name` outside a sandbox.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from contextvars import ContextVar
from typing import Final

import grpc

from osms_server.application.callers import Caller
from osms_server.domain.codes import Role, System
from osms_server.domain.errors import CallerUnknown
from osms_server.rules.reference import BODIES

TRUST_DOMAIN: Final = "osms.kz"
CALLER_METADATA: Final = "osms-caller"
_SPIFFE_PREFIX: Final = f"spiffe://{TRUST_DOMAIN}/"
_TOLD_MAX: Final = 100
"""Characters of an unknown name that are told again: an error has little room."""

SANDBOX_CALLERS: Final = (
    Caller(Role.STATE_CORPORATION, System.STATE_CORPORATION.value),
    *(Caller(Role.BODY, body.value) for body in BODIES),
    Caller(Role.FUND_OPERATOR, "operator1"),
    *(Caller(Role.FUND_SUPERVISOR, f"supervisor{number}") for number in (1, 2, 3)),
    Caller(Role.MEDICAL_SYSTEM, "clinic1"),
)
"""Who exists in a sandbox, and for whom development certificates are made."""

_SENDERS: Final[Mapping[Role, Container[str]]] = {
    Role.STATE_CORPORATION: {System.STATE_CORPORATION},
    Role.BODY: BODIES,
}

current_caller: ContextVar[Caller] = ContextVar("current_caller")


class CertificateIdentity:
    """The client certificate says who calls."""

    def caller(self, context: grpc.ServicerContext) -> Caller:
        """The caller. CallerUnknown: the certificate names none."""
        properties: Mapping[str, list[bytes]] = context.auth_context()  # type: ignore[assignment]
        names = [*properties.get("peer_spiffe_id", ()), *properties.get("peer_uri", ())]
        for name in names:
            if name.startswith(_SPIFFE_PREFIX.encode()):
                return parse_caller(name.decode().removeprefix(_SPIFFE_PREFIX))
        raise CallerUnknown(b", ".join(names).decode(errors="replace")[:_TOLD_MAX])


class MetadataIdentity:
    """The metadata says who calls; only for loopback ports without TLS."""

    def __init__(self, *, known: tuple[Caller, ...] | None) -> None:
        """*known* callers go by their names; without them anybody may be anybody."""
        self._known = known

    def caller(self, context: grpc.ServicerContext) -> Caller:
        """The caller. CallerUnknown: the metadata names none, or nobody who is known."""
        told = dict(context.invocation_metadata() or ()).get(CALLER_METADATA, "")
        text = told.decode() if isinstance(told, bytes) else told
        if self._known is None:
            return parse_caller(text)
        for caller in self._known:
            if text in {caller.name, caller.text}:
                return caller
        raise CallerUnknown(text[:_TOLD_MAX])


def parse_caller(text: str) -> Caller:
    """The caller that `role/name` names. CallerUnknown: no such role, no name, no such sender."""
    role, _, name = text.partition("/")
    if role not in set(Role) or not name or "/" in name:
        raise CallerUnknown(text[:_TOLD_MAX])
    if name not in _SENDERS.get(Role(role), {name}):
        raise CallerUnknown(text[:_TOLD_MAX])
    return Caller(Role(role), name)
