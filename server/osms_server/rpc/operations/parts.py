"""What the parts of the service work with."""

from __future__ import annotations

from dataclasses import dataclass

from osms_common.application.clock import Clock
from osms_common.rpc.pages import PageLimits
from osms_server.application.answers import Answers
from osms_server.rpc.mutations import Mutations
from osms_server.rules.timeliness import IsWorkingDay


@dataclass(frozen=True)
class Operations:
    """The register and its use cases, the clock, and the limits of pages."""

    mutations: Mutations
    answers: Answers
    clock: Clock
    pages: PageLimits
    is_working_day: IsWorkingDay
    record_bytes_max: int


class Part:
    """A part of the service."""

    def __init__(self, operations: Operations) -> None:
        self._mutations = operations.mutations
        self._answers = operations.answers
        self._register = operations.mutations.register
        self._clock = operations.clock
        self._pages = operations.pages
        self._is_working_day = operations.is_working_day
        self._record_bytes_max = operations.record_bytes_max
