"""
Who calls.

Over mTLS the client certificate says it, as its one URI `spiffe://osms.kz/<role>/<name>`. On a
loopback port without TLS, which only development uses, the metadata entry `osms-caller` says it:
the name of somebody whom the sandbox knows, or `role/name` outside a sandbox.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Mapping
from contextvars import ContextVar
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from osms_common.application.callers import Caller
from osms_common.domain.codes import BODY_SYSTEMS, SOURCE_SYSTEMS, Role, System
from osms_common.domain.errors import CallerUnknown, CertificateRefused
from osms_common.rpc.trust import Refusal, Trust, utc_now

TRUST_DOMAIN: Final = "osms.kz"
CALLER_METADATA: Final = "osms-caller"
_SPIFFE_PREFIX: Final = f"spiffe://{TRUST_DOMAIN}/"
_TLS: Final = b"TLSv1.3"
_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,64}").fullmatch
"""What a SPIFFE id may have in a segment of its path, and no more than fits into a file name."""
_NO_NAMES: Final = frozenset({".", ".."})
_BEARERS_KEPT: Final = 10_000
"""There are some hundreds of callers."""
_TOLD_MAX: Final = 100
"""Characters of an unknown name that are told again: an error has little room."""

SANDBOX_CALLERS: Final = (
    Caller(Role.STATE_CORPORATION, System.STATE_CORPORATION.value),
    *(Caller(Role.BODY, body.value) for body in BODY_SYSTEMS),
    *(Caller(Role.SOURCE, source.value) for source in sorted(SOURCE_SYSTEMS)),
    Caller(Role.FUND_OPERATOR, "operator1"),
    *(Caller(Role.FUND_SUPERVISOR, f"supervisor{number}") for number in (1, 2, 3)),
    Caller(Role.MEDICAL_SYSTEM, "clinic1"),
    Caller(Role.AUDITOR, "auditor1"),
    Caller(Role.MATCHING_OPERATOR, "labour1"),
    *(Caller(Role.MATCHING_SUPERVISOR, f"labour-supervisor{number}") for number in (1, 2)),
)
"""Who exists in a sandbox, and for whom development certificates are made."""

_ROLES: Final = frozenset(Role)
_SYSTEMS: Final[Mapping[Role, Container[str]]] = {
    Role.STATE_CORPORATION: {System.STATE_CORPORATION},
    Role.BODY: BODY_SYSTEMS,
    Role.SOURCE: SOURCE_SYSTEMS,
}
"""The roles whose names are those of systems that the Rules know."""

current_caller: ContextVar[Caller] = ContextVar("current_caller")


class CertificateIdentity:
    """
    The client certificate says who calls.

    *trust* tells what is trusted at the moment, *now* the instant by the machine's clock; *shown*
    is given every certificate (fingerprint, PEM) that says who calls.
    """

    def __init__(
        self,
        trust: Callable[[], Trust],
        shown: Callable[[str, str], None],
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._trust = trust
        self._shown = shown
        self._now = now

    def caller(self, context: Any) -> Caller:
        """
        The caller.

        CertificateRefused: the certificate is not to be trusted now. CallerUnknown: it names
        nobody who is known.
        """
        properties: Mapping[str, list[bytes]] = context.auth_context()
        if properties.get("ssl_tls_version") != [_TLS]:
            raise CertificateRefused(Refusal.OLD_TLS)
        (pem,) = properties.get("x509_pem_cert") or (b"",)
        examined = self._trust().examine(pem, self._now())
        caller = _bearer(examined.uri, examined.fingerprint)
        self._shown(examined.fingerprint, pem.decode())
        return caller


class MetadataIdentity:
    """The metadata says who calls; only for loopback ports without TLS."""

    def __init__(self, *, known: tuple[Caller, ...] | None) -> None:
        """*known* callers go by their names; without them anybody may be anybody."""
        self._known = known

    def caller(self, context: Any) -> Caller:
        """The caller. CallerUnknown: the metadata names none, or nobody who is known."""
        told = dict(context.invocation_metadata() or ()).get(CALLER_METADATA, "")
        text = told.decode(errors="replace") if isinstance(told, bytes) else told
        if self._known is None:
            return parse_caller(text)
        for caller in self._known:
            if text in {caller.name, caller.text}:
                return caller
        raise CallerUnknown(text[:_TOLD_MAX])


@lru_cache(maxsize=_BEARERS_KEPT)
def _bearer(uri: str, fingerprint: str) -> Caller:
    """Whom a certificate names. CallerUnknown: nobody who is known."""
    if not uri.startswith(_SPIFFE_PREFIX):
        raise CallerUnknown(uri[:_TOLD_MAX])
    caller = parse_caller(uri.removeprefix(_SPIFFE_PREFIX))
    return caller._replace(certificate=fingerprint)


def parse_caller(text: str) -> Caller:
    """The caller that `role/name` names. CallerUnknown: no such role, no name, no such system."""
    role, _, name = text.partition("/")
    if role not in _ROLES or not _NAME(name) or name in _NO_NAMES:
        raise CallerUnknown(text[:_TOLD_MAX])
    if name not in _SYSTEMS.get(Role(role), {name}):
        raise CallerUnknown(text[:_TOLD_MAX])
    return Caller(Role(role), name)
