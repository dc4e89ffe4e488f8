"""The service of a sandbox: its clock, and an empty register."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, Protocol

import grpc

from osms.entitlement.v1 import sandbox_service_pb2 as pb
from osms.entitlement.v1 import sandbox_service_pb2_grpc as pb_grpc
from osms_common.domain.errors import WrongState
from osms_common.domain.violations import Reason
from osms_common.rpc.fields import Fields, to_timestamp
from osms_server.application.law import Law

FIRST_CLOCK_TIME: Final = datetime(1990, 1, 1, tzinfo=UTC)
LAST_CLOCK_TIME: Final = datetime(2200, 1, 1, tzinfo=UTC)
"""Between these every day that a fact may name exists, and a revision is a number of 63 bits."""


class MovableClock(Protocol):
    """A clock that stands still until it is moved."""

    def now(self) -> datetime:
        """What the clock shows, in UTC."""

    def move(self, to: datetime) -> None:
        """Sets the clock."""


class SandboxService(pb_grpc.SandboxServiceServicer):
    """Reads and moves the clock, and empties the register."""

    def __init__(self, empty: Callable[[], None], law: Law, clock: MovableClock) -> None:
        """*empty* empties the register."""
        self._empty = empty
        self._law = law
        self._clock = clock

    def GetClock(  # noqa: N802
        self, request: pb.GetClockRequest, context: grpc.ServicerContext
    ) -> pb.GetClockResponse:
        """Reads the clock."""
        del request, context
        return pb.GetClockResponse(clock_time=to_timestamp(self._clock.now()))

    def AdvanceClock(  # noqa: N802
        self, request: pb.AdvanceClockRequest, context: grpc.ServicerContext
    ) -> pb.AdvanceClockResponse:
        """Moves the clock forward."""
        del context
        fields = Fields()
        to = fields.instant(request, "clock_time")
        _refuse_unknown_times(fields, to)
        fields.check()
        assert to is not None
        now = self._clock.now()
        if to < now:
            raise WrongState("clock", to.isoformat(), f"at {now.isoformat()}, after it")
        self._clock.move(to)
        return pb.AdvanceClockResponse(clock_time=to_timestamp(to))

    def ResetSandbox(  # noqa: N802
        self, request: pb.ResetSandboxRequest, context: grpc.ServicerContext
    ) -> pb.ResetSandboxResponse:
        """Empties the register and sets the clock."""
        del context
        fields = Fields()
        to = fields.optional_instant(request, "clock_time")
        _refuse_unknown_times(fields, to)
        values = {parameter.name: parameter.value for parameter in request.parameters}
        fields.check()
        try:
            self._law.override(values)
        except (ValueError, KeyError, ArithmeticError) as error:
            fields.fault("parameters", Reason.PARAMETER_INVALID, error)
        fields.check()
        self._empty()
        if to is not None:
            self._clock.move(to)
        return pb.ResetSandboxResponse(clock_time=to_timestamp(self._clock.now()))


def _refuse_unknown_times(fields: Fields, to: datetime | None) -> None:
    if to is not None and to < FIRST_CLOCK_TIME:
        value = f"{to.isoformat()} < {FIRST_CLOCK_TIME.isoformat()}"
        fields.fault("clock_time", Reason.DATE_TOO_EARLY, value)
    if to is not None and to > LAST_CLOCK_TIME:
        value = f"{to.isoformat()} > {LAST_CLOCK_TIME.isoformat()}"
        fields.fault("clock_time", Reason.DATE_TOO_LATE, value)
