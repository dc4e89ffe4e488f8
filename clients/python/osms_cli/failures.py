"""
How failures are told, and with which exit status.

    0    done, or answered: "not entitled" is an answer
    1    refused, rejected or failed: every violation stands on a line of its own
    2    called wrongly
    3    cannot tell: unknown, treat under p. 13; it never means "not entitled"
    130  stopped by Ctrl-C
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from osms_client import CannotTell, OsmsError, Violation

FAILED: Final = 1
MISUSED: Final = 2
UNKNOWN: Final = 3
INTERRUPTED: Final = 130

_HINTS: Final = (
    ("Connection refused", "nothing listens there; start it, or name another --address"),
    ("WRONG_VERSION_NUMBER", "it does not speak TLS: add --plaintext"),
    ("CERTIFICATE_VERIFY_FAILED", "its certificate is of another authority: see --certificates"),
    ("handshake", "the certificates do not fit: see --certificates, or add --plaintext"),
    ("Socket closed", "if it speaks TLS, leave out --plaintext"),
    ("Connection reset", "if it speaks TLS, leave out --plaintext"),
    ("DNS resolution failed", "there is no such host: see --address"),
)


class Failure(Exception):
    """Something that the user is told in one message, and the exit status that goes with it."""

    def __init__(self, message: str, details: tuple[str, ...] = (), status: int = FAILED) -> None:
        super().__init__(message)
        self.details = details
        self.status = status


_WORDS: Final = {
    "PushCategoryUpdates": "osms push categories",
    "PushPayments": "osms push payments",
    "PushRoster": "osms push roster",
    "PushRosterChanges": "osms push roster-changes",
    "PushReports": "osms push reports",
    "PushContributions": "osms push contributions",
    "RegisterConsumer": "osms register",
    "RevokeRegistration": "osms revoke",
    "GetConsumer": "osms consumer",
    "ListGrounds": "osms facts",
    "CheckEntitlement": "osms check",
    "BatchCheckEntitlements": "osms check",
    "StreamCheckEntitlements": "osms check --file",
    "GetTimeline": "osms timeline",
    "ExplainEntitlement": "osms explain",
    "ReplayEntitlement": "osms replay",
    "ListReceiptKeys": "osms receipt keys",
    "ListRejections": "osms rejections",
    "ResubmitRejection": "osms resubmit",
    "GetRejection": "osms rejection",
    "CloseRejection": "osms close",
    "CountRejections": "osms rejections --count",
    "ListHeldBatches": "osms held",
    "PreviewHeldBatch": "osms preview",
    "ApproveHeldBatch": "osms approve",
    "RejectHeldBatch": "osms decline",
    "WithdrawRecords": "osms withdraw",
    "ListRuns": "osms matching runs",
    "GetRun": "osms matching run",
    "ListDecisions": "osms matching decisions",
    "ReleaseRun": "osms matching release",
    "DiscardRun": "osms matching discard",
    "ExplainCategories": "osms matching explain",
    "ListRejectedLines": "osms matching rejected",
    "DeclareIncident": "osms incident declare",
    "CloseIncident": "osms incident close",
    "ListIncidents": "osms incident list",
    "RecordBudgetLapse": "osms budget lapse",
    "LiftBudgetLapse": "osms budget lift",
    "ListFeeds": "osms feeds",
    "ListAccess": "osms accesses",
    "ListAuditEntries": "osms audit list",
    "GetCallerCertificate": "osms audit certificate",
    "ExportLog": "osms audit export",
}
"""What the service calls a thing to do, and how it is called here."""


def told(
    error: OsmsError | OSError, address: str, *, asks: bool = False, iin: str = ""
) -> Failure:
    """
    An error as the user is told it; *iin* is the person whom the command is about.

    Where somebody asks about a person, the first thing said is that it is unknown.
    """
    from osms_client import CannotTell, NotFound

    if isinstance(error, OSError):
        about = f"{error.filename}: " if error.filename else ""
        return Failure(f"{about}{error.strerror or error}")
    if isinstance(error, CannotTell):
        reason = _unreachable(error, address)
        if asks:
            return Failure(error.text(), (error.advice(), reason, *_efforts(error)), UNKNOWN)
        return Failure(reason, status=UNKNOWN)
    if isinstance(error, NotFound) and iin and error.details.get("kind") == "person":
        return Failure(f"nothing is known of {iin}")
    return Failure(_message(error), tuple(map(violation_line, error.violations)))


def violation_line(violation: Violation) -> str:
    """A violation as a line: the sentence, and its stable code."""
    return f"{violation.description or violation.field} [{violation.reason}]"


def _message(error: OsmsError) -> str:
    """The message up to where it begins to say what follows on lines of its own."""
    action = error.details.get("action", "")
    if action in _WORDS:
        return error.message.replace(action, _WORDS[action])
    first = error.violations[0].description if error.violations else ""
    place = error.message.find(first) if first else -1
    return (error.message if place < 0 else error.message[:place]).strip()


def _unreachable(error: CannotTell, address: str) -> str:
    if error.reason == "DEADLINE_EXCEEDED":
        return f"the service at {address} did not answer in time; see --timeout"
    if error.reason != "UNAVAILABLE":
        return error.message
    hint = next((hint for sign, hint in _HINTS if sign in error.message), "")
    return f"the service at {address} cannot be reached: {hint or _cause(error.message)}"


def _efforts(error: CannotTell) -> tuple[str, ...]:
    """Who was asked, how often and for how long; nothing where nobody was."""
    if not error.attempts:
        return ()
    times = "once" if error.attempts == 1 else f"{error.attempts} times"
    return (f"asked {times} within {error.seconds:.1f} s: {', '.join(error.addresses)}",)


def _cause(message: str) -> str:
    """The last cause of a failed connection, without the layers above it."""
    return re.split(r"last error: |connect: ", message)[-1].strip()
