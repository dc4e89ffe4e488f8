"""What is measured, row by row, each beside its floor of the same run."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final

from grpc_health.v1 import health_pb2, health_pb2_grpc

from osms.entitlement.v1 import entitlement_service_pb2 as entitlement_pb
from osms.entitlement.v1 import entitlement_service_pb2_grpc as entitlement_grpc
from osms_server import maintenance
from osms_server.config import Settings
from tests.benchmarks.asking import CALL_SECONDS
from tests.benchmarks.floors import copy_rate, first_iin
from tests.benchmarks.preparing import FeedKind, prepare
from tests.benchmarks.pushing import Pushed, push
from tests.benchmarks.rosters import BODY, push_roster
from tests.benchmarks.stage import Stage, stage

_SEED: Final = 1
_SENDER: Final = "SC"
_QUESTIONS: Final = 2_000

FEEDS: Final = ("category_push", "payment_push", "roster_push", "check", "rebuild")
"""The names of all rows of feeds, and of what is done with their register."""

ROWS_A_SECOND: Final = "rows/s"
PEOPLE_A_SECOND: Final = "people/s"
MICROSECONDS: Final = "µs, median"


@dataclass(frozen=True)
class Row:
    """
    A figure beside its floor, in *unit*.

    The ratio is ours to the floor: the higher the better for throughput, the lower for latency.
    """

    name: str
    size: int
    unit: str
    ours: float
    floor: float

    @property
    def ratio(self) -> float:
        """Ours to the floor."""
        return self.ours / self.floor

    def as_json(self) -> dict[str, Any]:
        """The row for machines."""
        rounded = {"ours": round(self.ours, 1), "floor": round(self.floor, 1)}
        return {**asdict(self), **rounded, "ratio": round(self.ratio, 4)}


def measure_feed(
    kind: FeedKind,
    *,
    people: int,
    months: int,
    then: Callable[[Stage, Pushed], None] | None = None,
) -> Row:
    """A feed beside one COPY of the rows that it leaves; *then* is done with the register."""
    with tempfile.TemporaryDirectory(prefix="osms-benchmark-") as folder:
        prepared = prepare(Path(folder), kind, people=people, months=months, seed=_SEED)
        with stage() as running:
            with running.line(_SENDER) as line:
                pushed = push(line, prepared)
            assert not pushed.rejected, pushed
            floor = copy_rate(running.dsn, kind.table)
            if then is not None:
                then(running, pushed)
    return Row(kind.name, pushed.records, ROWS_A_SECOND, pushed.rate, floor)


def measure_roster(size: int) -> Row:
    """A snapshot that is applied as one, beside one COPY of the marks that it leaves."""
    with stage() as running:
        with running.line(BODY) as line:
            rate = push_roster(line, size)
        floor = copy_rate(running.dsn, "roster.roster_mark")
    return Row("roster_push", size, ROWS_A_SECOND, rate, floor)


def measure_rebuild(running: Stage, size: int) -> Row:
    """All timelines anew, beside one COPY of the projections."""
    report = maintenance.rebuild(running.dsn, Settings.read(dsn=running.dsn))
    assert not report.differing, report
    floor = copy_rate(running.dsn, "person", order="iin")
    return Row("rebuild", size, PEOPLE_A_SECOND, report.people_per_second, floor)


def measure_check(running: Stage, size: int) -> Row:
    """One question about one person, beside an empty question to the same server."""
    iin = first_iin(running.dsn)
    request = entitlement_pb.CheckEntitlementRequest(iin=iin)
    with running.line("operator1") as line:
        check = entitlement_grpc.EntitlementServiceStub(line).CheckEntitlement
        alive = health_pb2_grpc.HealthStub(line).Check
        ours = _median_microseconds(lambda: check(request, timeout=CALL_SECONDS))
        floor = _median_microseconds(
            lambda: alive(health_pb2.HealthCheckRequest(), timeout=CALL_SECONDS)
        )
    return Row("check", size, MICROSECONDS, ours, floor)


def _median_microseconds(ask: Callable[[], object]) -> float:
    return median(_microseconds(ask)) * 1e6


def _microseconds(ask: Callable[[], object]) -> Iterator[float]:
    for _ in range(_QUESTIONS):
        began = time.perf_counter()
        ask()
        yield time.perf_counter() - began
