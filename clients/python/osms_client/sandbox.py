"""The sandbox: its clock, and an empty register."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from osms.entitlement.v1 import sandbox_service_pb2
from osms_client import _reading, _writing
from osms_client._line import Line


class Sandbox(Line):
    """Moves the clock of a sandbox, and empties its register."""

    def clock(self) -> datetime:
        """What the clock of the sandbox shows."""
        request = sandbox_service_pb2.GetClockRequest()
        return _reading.instant(self._connection.call(self._sandbox.GetClock, request).clock_time)

    def advance_clock(self, to: datetime) -> None:
        """Moves the clock of the sandbox forward."""
        request = sandbox_service_pb2.AdvanceClockRequest(clock_time=_writing.instant(to))
        self._connection.call(self._sandbox.AdvanceClock, request, repeat=False)

    def reset_sandbox(
        self, clock: datetime | None = None, parameters: Mapping[str, str] | None = None
    ) -> None:
        """Empties the register of the sandbox, sets its clock, and overrides parameters."""
        request = sandbox_service_pb2.ResetSandboxRequest(
            clock_time=None if clock is None else _writing.instant(clock),
            parameters=[
                sandbox_service_pb2.ParameterOverride(name=name, value=value)
                for name, value in (parameters or {}).items()
            ],
        )
        self._connection.call(self._sandbox.ResetSandbox, request, repeat=False)
