"""
Who may come in: what is asked of every call before anything of its message is read.

Both fronts ask the same, in this order: who calls, is it not too often, may they, and do they say
how long they wait. Of what is refused the log of acts has what a known caller may not do.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any, Final, NamedTuple, Protocol

import structlog

from osms_common.application.acts import Act, ActKind, ActLog
from osms_common.application.callers import Caller
from osms_common.application.pace import PaceLimit, Paces
from osms_common.domain.errors import (
    Busy,
    CallerUnknown,
    CertificateRefused,
    DeadlineRequired,
    NotAllowed,
    OsmsError,
    Overloaded,
    RegisterUnavailable,
    RevisionNotReached,
    ShuttingDown,
    StreamIdle,
    TooFast,
    TooManyUnknown,
)
from osms_common.rpc.errors import reason_of
from osms_common.rpc.identity import current_caller
from osms_common.rpc.rights import Log, Rights

log = structlog.get_logger(__name__)

_REFUSALS: Final = PaceLimit("refusals", 2, 200)
"""Of one caller; each costs a transaction, and a flood of them tells nothing new."""

_TOLD_SECONDS: Final = 60.0
_TOLD_MAX: Final = 1_000
_NOTHING_REFUSED: Final = (
    Busy,
    Overloaded,
    RegisterUnavailable,
    RevisionNotReached,
    ShuttingDown,
    StreamIdle,
    TooFast,
)
"""Errors that refuse nothing: the same call may be answered in a moment."""


class Identity(Protocol):
    """Tells who calls."""

    def caller(self, context: Any) -> Caller:
        """The caller. CallerUnknown, CertificateRefused: nobody who is known and trusted."""


class Admitted(NamedTuple):
    """A call that may come in."""

    caller: Caller
    log: Log


class Admission:
    """Lets calls in."""

    def __init__(
        self,
        rights: Rights,
        identity: Identity,
        paces: Paces,
        acts: ActLog,
        *,
        deadline_required: bool,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rights = rights
        self._identity = identity
        self._paces = paces
        self._acts = acts
        self._deadline_required = deadline_required
        self._seldom = _Seldom(monotonic)
        self._refusals = Paces(_REFUSALS, monotonic)

    def admit(self, method: str, context: Any, *, streams: bool) -> Admitted:
        """
        A call of *method*; a stream needs no deadline, since it ends where nothing moves.

        CallerUnknown, CertificateRefused, TooFast, NotAllowed, DeadlineRequired: why it may not.
        """
        caller = self._identity.caller(context)
        current_caller.set(caller)
        self._paces.take(caller.text)
        caller = self._rights.authorise(caller, method)
        if self._deadline_required and not streams and not _has_end(context):
            raise DeadlineRequired
        current_caller.set(caller)
        return Admitted(caller, self._rights.log_of(method))

    def admit_anybody(self, context: Any) -> str:
        """
        Lets in whoever calls an open service, known or not; the name, if there is one.

        CertificateRefused: the certificate is not to be trusted now. TooFast: as for all calls.
        """
        try:
            name = self._identity.caller(context).text
        except CallerUnknown:
            name = ""
        self._paces.take(name)
        return name

    def must_still_be(self, caller: Caller, context: Any) -> None:
        """
        Asks again on a stream, before its next message is taken.

        CertificateRefused: the certificate has expired or was revoked meanwhile. TooFast: messages
        come too fast.
        """
        self._identity.caller(context)
        self._paces.take(caller.text)

    def told(self, method: str, error: Exception) -> None:
        """Takes note that a call ended with an error; nobody waits for the log of acts."""
        if not isinstance(error, OsmsError):
            return
        caller = current_caller.get(None)
        if caller is None or isinstance(error, (CallerUnknown, CertificateRefused, TooFast)):
            self._tell(method, caller, error)
        if caller is None or isinstance(error, _NOTHING_REFUSED):
            return
        if isinstance(error, (NotAllowed, TooManyUnknown)) or self._is_of_acts(method):
            self._note(Act(caller, _short(method), ActKind.REFUSAL, reason_of(error)))

    def _is_of_acts(self, method: str) -> bool:
        return self._rights.log_of(method) in {Log.ACTS, Log.READINGS}

    def _note(self, act: Act) -> None:
        """Keeps a refusal; of a flood by one caller as many as a log can use."""
        try:
            self._refusals.take(act.caller.text)
        except TooFast:
            if self._seldom.is_due(("refusals", act.caller.text)):
                log.warning("refusals come too fast to be logged", caller=act.caller.text)
        else:
            self._acts.note(act)

    def _tell(self, method: str, caller: Caller | None, error: OsmsError) -> None:
        """A line of the log, and not one for every call of a flood."""
        name = caller.text if caller else getattr(error, "refusal", "")
        if self._seldom.is_due((name, method, type(error))):
            log.warning(
                "a call was refused",
                method=_short(method),
                reason=reason_of(error),
                caller=caller.text if caller else None,
                refusal=getattr(error, "refusal", None),
            )


class _Seldom:
    """Whether something has not been told for some time."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._told: dict[object, float] = {}

    def is_due(self, what: object) -> bool:
        now = self._monotonic()
        if now - self._told.get(what, -math.inf) < _TOLD_SECONDS:
            return False
        if len(self._told) >= _TOLD_MAX:
            self._told.clear()
        self._told[what] = now
        return True


def _short(method: str) -> str:
    return method.rpartition("/")[2]


def _has_end(context: Any) -> bool:
    remaining = context.time_remaining()
    return remaining is not None and math.isfinite(remaining) and remaining < _FOREVER_SECONDS


_FOREVER_SECONDS: Final = 10 * 365 * 86_400.0
"""gRPC tells the absence of a deadline as one that is centuries away."""
