"""
The errors of the service. They carry data, not sentences; only rpc knows their status codes.

    OsmsError
     +- CallerUnknown         who calls did not say so, or is not known
     +- CertificateRefused    the certificate of the caller is not to be trusted now
     +- NotAllowed            the caller may not do this
     +- InvalidRequest        fields are wrong: all of them, with their paths
     +- RefusedByRules        the Rules refuse it, by paragraph
     |   +- SnapshotRefused   a roster snapshot, with what is wrong with its lines
     +- NotServedHere         the server only looks up; another serves it
     +- NotFound              there is no such thing
     +- AlreadyExists         the id or code is taken
     +- RequestIdReused       the request id came with other content before
     +- WrongState            it is not in a state that allows this
     +- PositionGap           a batch begins after the expected position
     +- FeedTakenOver         another connection goes on with the feed
     +- LimitExceeded         more than a named setting allows
     +- Busy                  as much is under way as a named setting allows
     +- Overloaded            more questions wait than can be answered in time
     +- TooFast               one caller calls more often than a named setting allows
     +- TooManyUnknown        one caller asks about too many of whom nothing is known
     +- DeadlineRequired      a call says not how long its caller waits
     +- StreamIdle            nothing was sent for too long
     +- RevisionNotReached    the register does not know this much yet
     +- DayTurned             midnight passed before the commit: it is made again
     +- RegisterUnavailable   the register cannot be reached: never "not entitled"
     +- ShuttingDown          the server is about to stop
"""

from __future__ import annotations

from dataclasses import dataclass

from osms_common.domain.violations import Violation


class OsmsError(Exception):
    """Any error that a caller is told."""


@dataclass(eq=False)
class CallerUnknown(OsmsError):
    """Who calls did not say so, or is not known: *caller* is what was told, empty if nothing."""

    caller: str = ""


@dataclass(eq=False)
class CertificateRefused(OsmsError):
    """The certificate of the caller is not to be trusted now; *refusal* says why."""

    refusal: str


@dataclass(eq=False)
class NotAllowed(OsmsError):
    """The caller may not do this; *needs* says who may."""

    action: str
    needs: str


@dataclass(eq=False)
class InvalidRequest(OsmsError):
    """Fields are wrong."""

    violations: tuple[Violation, ...]


@dataclass(eq=False)
class RefusedByRules(OsmsError):
    """The Rules refuse it."""

    violations: tuple[Violation, ...]


@dataclass(eq=False)
class SnapshotRefused(RefusedByRules):
    """A snapshot is refused; *line_violations* are those of its lines, by their paths."""

    line_violations: tuple[Violation, ...] = ()


class NotServedHere(OsmsError):
    """The server only looks up; another one of the register serves it."""


@dataclass(eq=False)
class NotFound(OsmsError):
    """There is no such thing."""

    kind: str
    name: str


@dataclass(eq=False)
class AlreadyExists(OsmsError):
    """The id or code is taken."""

    kind: str
    name: str


@dataclass(eq=False)
class RequestIdReused(OsmsError):
    """The request id came with other content, or from somebody else, before."""

    request_id: str


@dataclass(eq=False)
class WrongState(OsmsError):
    """It is not in a state that allows this."""

    kind: str
    name: str
    state: str


@dataclass(eq=False)
class PositionGap(OsmsError):
    """A batch begins after the expected position."""

    next_position: int


@dataclass(eq=False)
class FeedTakenOver(OsmsError):
    """Another connection goes on with the feed."""

    sender: str


@dataclass(eq=False)
class LimitExceeded(OsmsError):
    """More than a named setting allows."""

    setting: str
    allowed: int
    value: int


@dataclass(eq=False)
class Busy(OsmsError):
    """As much is under way as a named setting allows; in a moment there may be room."""

    setting: str
    allowed: int


@dataclass(eq=False)
class Overloaded(OsmsError):
    """More questions wait than a named setting allows; they could not be answered in time."""

    setting: str
    allowed: int


@dataclass(eq=False)
class TooFast(OsmsError):
    """One caller calls more often than a named setting allows; *seconds* later it may again."""

    setting: str
    allowed: float
    seconds: float


@dataclass(eq=False)
class TooManyUnknown(OsmsError):
    """
    Of too many persons about whom one caller asked nothing is known: it may be trying numbers.

    *seconds* later it may ask again.
    """

    setting: str
    allowed: int
    seconds: float


class DeadlineRequired(OsmsError):
    """A call does not say how long its caller waits for the answer."""


@dataclass(eq=False)
class StreamIdle(OsmsError):
    """Nothing was sent over a stream for so many seconds."""

    seconds: float


@dataclass(eq=False)
class RevisionNotReached(OsmsError):
    """The register does not know this much yet."""

    token: str


class DayTurned(OsmsError):
    """Midnight in Asia/Almaty passed between the decision and its commit."""


class RegisterUnavailable(OsmsError):
    """The register cannot be reached."""


class ShuttingDown(OsmsError):
    """The server is about to stop."""
