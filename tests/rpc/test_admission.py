"""What is asked of every call before it is read, in its order, and what is kept of a refusal."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import copy_context
from typing import Any, Final

import pytest

from osms_common.application.acts import Act, ActKind
from osms_common.application.pace import PaceLimit, Paces
from osms_common.domain.errors import (
    Busy,
    CallerUnknown,
    DeadlineRequired,
    InvalidRequest,
    NotAllowed,
    OsmsError,
    TooFast,
    TooManyUnknown,
)
from osms_common.rpc.admission import Admission
from osms_common.rpc.identity import SANDBOX_CALLERS, MetadataIdentity, current_caller
from osms_common.rpc.rights import Log
from osms_server.rpc.authorisation import QUESTIONS, RIGHTS
from tests.moments import Moment

CHECK: Final = f"{QUESTIONS}CheckEntitlement"
TIMELINE: Final = f"{QUESTIONS}GetTimeline"
APPROVE: Final = "/osms.entitlement.v1.OperationsService/ApproveHeldBatch"
AGES: Final = 8_000_000_000.0
"""Seconds as gRPC tells that there is no deadline."""


class Call:
    """What a call tells of itself before its message."""

    def __init__(self, name: str, remaining: float | None = 5.0) -> None:
        self._name = name
        self._remaining = remaining

    def invocation_metadata(self) -> Any:
        """Who calls, by name."""
        return (("osms-caller", self._name),)

    def time_remaining(self) -> float | None:
        """How long the caller waits."""
        return self._remaining


class Kept:
    """A log of acts that keeps them where a test can look."""

    def __init__(self) -> None:
        self.acts: list[Act] = []

    def keep(self, act: Act) -> None:
        """Keeps an act."""
        self.acts.append(act)

    def note(self, act: Act) -> None:
        """Keeps an act."""
        self.acts.append(act)

    def note_certificate(self, fingerprint: str, pem: str) -> None:
        """There are none."""


class Entry:
    """An admission with a clock of its own."""

    def __init__(self, *, in_a_row: float = 1_000.0, deadline_required: bool = True) -> None:
        self.now = Moment()
        self.log = Kept()
        self.admission = Admission(
            RIGHTS,
            MetadataIdentity(known=SANDBOX_CALLERS),
            Paces(PaceLimit("calls_per_second_max", 1.0, in_a_row), self.now),
            self.log,
            deadline_required=deadline_required,
            monotonic=self.now,
        )

    def outcome(self, method: str, call: Call, *, streams: bool = False) -> str:
        """What becomes of a call; it is told as both kinds of server tell it."""

        def admitted() -> str:
            try:
                self.admission.admit(method, call, streams=streams)
            except OsmsError as error:
                self.admission.told(method, error)
                return type(error).__name__
            return "admitted"

        return copy_context().run(admitted)


@pytest.mark.parametrize(
    ("method", "name", "remaining", "streams", "expected"),
    [
        pytest.param(CHECK, "clinic1", 5.0, False, "admitted", id="who may"),
        pytest.param(CHECK, "nobody", 5.0, False, "CallerUnknown", id="who is not known"),
        pytest.param(CHECK, "", None, False, "CallerUnknown", id="who says no name"),
        pytest.param(CHECK, "SC", 5.0, False, "NotAllowed", id="who may not"),
        pytest.param(CHECK, "SC", None, False, "NotAllowed", id="rights before deadlines"),
        pytest.param(CHECK, "clinic1", None, False, "DeadlineRequired", id="no deadline"),
        pytest.param(CHECK, "clinic1", AGES, False, "DeadlineRequired", id="gRPC's for none"),
        pytest.param(CHECK, "clinic1", float("inf"), False, "DeadlineRequired", id="no end"),
        pytest.param(CHECK, "clinic1", -1.0, False, "admitted", id="over: others tell it"),
        pytest.param(CHECK, "clinic1", None, True, "admitted", id="a stream needs none"),
        pytest.param("/osms.X/Y", "supervisor1", 5.0, False, "NotAllowed", id="in no table"),
    ],
)
def test_a_call_is_let_in_or_told_why_not(
    method: str, name: str, remaining: float | None, *, streams: bool, expected: str
) -> None:
    """The first thing that is wrong is told."""
    assert Entry().outcome(method, Call(name, remaining), streams=streams) == expected


def test_a_deadline_need_not_be_told_where_it_is_not_required() -> None:
    """As the setting of that name says."""
    assert Entry(deadline_required=False).outcome(CHECK, Call("clinic1", None)) == "admitted"


def test_who_comes_too_fast_is_told_so_whatever_is_called() -> None:
    """Calls that are refused count as well; a stream pays for each of its messages."""
    entry = Entry(in_a_row=4)
    call = Call("clinic1")
    outcomes = [entry.outcome(method, call) for method in (CHECK, TIMELINE, CHECK)]
    assert outcomes == ["admitted", "NotAllowed", "admitted"]
    caller = next(each for each in SANDBOX_CALLERS if each.name == "clinic1")
    entry.admission.must_still_be(caller, call)
    with pytest.raises(TooFast):
        entry.admission.must_still_be(caller, call)
    assert entry.outcome(CHECK, call) == "TooFast"
    entry.now.later(1.0)
    assert entry.outcome(CHECK, call) == "admitted"


def test_open_services_count_whoever_calls() -> None:
    """Those who have no name share one pace, and each who has one has his own."""
    entry = Entry(in_a_row=2)
    assert [entry.admission.admit_anybody(Call(name)) for name in ("x", "y")] == ["", ""]
    with pytest.raises(TooFast):
        entry.admission.admit_anybody(Call("z"))
    assert entry.admission.admit_anybody(Call("clinic1")) == "mis/clinic1"


# What is kept of refusals.


def told_by(entry: Entry, method: str, error: OsmsError, name: str = "clinic1") -> list[str]:
    """What the log of acts has of a call of somebody that ended with an error."""
    caller = next(each for each in SANDBOX_CALLERS if each.name == name)

    def tell() -> None:
        current_caller.set(caller)
        entry.admission.told(method, error)

    copy_context().run(tell)
    return [f"{act.method} {act.outcome}" for act in entry.log.acts]


@pytest.mark.parametrize(
    ("method", "error", "kept"),
    [
        pytest.param(TIMELINE, NotAllowed("GetTimeline", "x"), ["GetTimeline NOT_ALLOWED"]),
        pytest.param(
            CHECK,
            TooManyUnknown("unknown_persons_max", 1, 1),
            ["CheckEntitlement TOO_MANY_UNKNOWN"],
        ),
        pytest.param(APPROVE, InvalidRequest(()), ["ApproveHeldBatch INVALID_REQUEST"]),
        pytest.param(CHECK, InvalidRequest(()), [], id="a question with a fault"),
        pytest.param(APPROVE, Busy("streams_max", 1), [], id="what may be done in a moment"),
        pytest.param(CHECK, DeadlineRequired(), [], id="no deadline"),
        pytest.param(APPROVE, CallerUnknown("x"), ["ApproveHeldBatch CALLER_UNKNOWN"]),
    ],
)
def test_what_somebody_may_not_do_is_kept(method: str, error: OsmsError, kept: list[str]) -> None:
    """With who it was, and with nothing of the message."""
    entry = Entry()
    assert told_by(entry, method, error) == kept
    for act in entry.log.acts:
        assert (act.kind, act.request, act.iins) == (ActKind.REFUSAL, b"", ())


def test_of_a_flood_of_refusals_as_many_are_kept_as_a_log_can_use() -> None:
    """Two hundred in a row of one caller, then two a second; others are kept all the same."""
    entry = Entry()
    for _ in range(1_000):
        told_by(entry, TIMELINE, NotAllowed("GetTimeline", "x"))
    assert len(entry.log.acts) == 200
    entry.now.later(3.0)
    for _ in range(1_000):
        told_by(entry, TIMELINE, NotAllowed("GetTimeline", "x"))
    assert len(entry.log.acts) == 206
    told_by(entry, TIMELINE, NotAllowed("GetTimeline", "x"), name="SC")
    assert entry.log.acts[-1].caller.name == "SC"


def test_what_is_no_error_of_ours_is_not_kept() -> None:
    """It is in the log of the server, and refused nothing."""
    entry = Entry()
    fault: Callable[[], Any] = lambda: entry.admission.told(APPROVE, ValueError("x"))  # noqa: E731
    copy_context().run(fault)
    assert entry.log.acts == []


def test_every_rpc_has_a_log_and_what_is_in_no_table_has_none() -> None:
    """What is admitted says where it is kept."""
    admitted = Entry().admission.admit(CHECK, Call("clinic1"), streams=False)
    assert (admitted.log, admitted.caller.text) == (Log.ANSWERS, "mis/clinic1")
    assert RIGHTS.log_of("/osms.X/Y") is Log.NONE
