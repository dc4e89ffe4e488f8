"""
Look-ups, row by row: in rounds, in which ours and what it stands beside take turns.

What is told is the median of the rounds, so that a machine that is busy for a moment decides
nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any, Final, NamedTuple

import grpc
import psycopg

from osms.entitlement.v1 import entitlement_pb2
from osms.entitlement.v1 import entitlement_service_pb2 as pb
from osms.entitlement.v1 import entitlement_service_pb2_grpc as pb_grpc
from osms_common.domain.identifiers import Iin, identifier_text
from tests.benchmarks.asking import CALL_SECONDS, CALLER, CHECK, Asked, Asker, Load, write_requests
from tests.benchmarks.beside import prepare_newcomers, pushing_beside
from tests.benchmarks.empty_handler import empty_handlers
from tests.benchmarks.laid_out import LaidOut, lay_out
from tests.benchmarks.lives import LONG_STRETCHES, SHORT_STRETCHES
from tests.benchmarks.measures import Row
from tests.benchmarks.peers.openfisca import ask_openfisca, openfisca
from tests.benchmarks.peers.pgbench import ask_pgbench
from tests.benchmarks.stage import Front, Stage, stage
from tests.benchmarks.tools import NotInstalled

MICROSECONDS: Final = "µs"
ANSWERS_A_SECOND: Final = "answers/s"
PERSONS_A_SECOND: Final = "persons/s"
WHILE_PUSHING: Final = "_while_pushing"
IN_FLIGHT: Final = 64
BATCH: Final = 1_000

_SERVICE: Final = CHECK.partition("/")[0]
_OPERATOR: Final = "operator1"
_PERSONS_A_ROUND: Final = 5_000
_BATCHES_A_ROUND: Final = 10
_SAMPLE: Final = 100
_EXPLAINED: Final = 20
_PUSHED_A_SECOND: Final = 30_000
_LEG_SECONDS: Final = 0.5  # what a leg takes beside its questions
_FLOOR_OF_BATCHES: Final = "select iin, timeline from person where iin = any(%s)"


@dataclass(frozen=True)
class Plan:
    """How look-ups are measured: by whom, so often, so long, and whether beside peers."""

    asker: Asker
    front: Front
    rounds: int = 5
    seconds: float = 1.0
    peers: bool = True

    @property
    def pushing_seconds(self) -> float:
        """How long a push must last that runs beside one at a time and 64 in flight."""
        return 2 * 2 * self.rounds * (self.seconds + _LEG_SECONDS)


Leg = Callable[[int], Asked]
"""Asks, in a round of a number."""


class Pair(NamedTuple):
    """Ours and its floor in one round, in the unit of the row."""

    ours: float
    floor: float


@dataclass(frozen=True)
class _Measured:
    """A register that is being asked, and everything that is asked beside it."""

    plan: Plan
    running: Stage
    register: LaidOut
    folder: Path
    floor: str
    peers: Mapping[str, Callable[[int, float], Asked]]

    def ask(self, address: str, persons: list[Iin], in_flight: int, number: int) -> Asked:
        """Asks about persons; in every round about others."""
        first = number * _PERSONS_A_ROUND % max(1, len(persons))
        chosen = persons[first : first + _PERSONS_A_ROUND]
        requests = write_requests(self.folder / "requests", chosen)
        load = Load(requests, in_flight, self.plan.seconds)
        return self.plan.asker.ask(address, self.running.certificates, load)

    def row(self, name: str, unit: str, ours: float, floor: float) -> Row:
        """A row about this register."""
        return Row(name, self.register.people, unit, ours, floor)


def look_up_rows(people: int, plan: Plan, newcomers: Path) -> Iterator[Row]:
    """All rows of look-ups in a register of *people*; *newcomers* are pushed beside the last."""
    with ExitStack() as stack:
        measured = stack.enter_context(_measured(people, plan, newcomers.parent))
        yield from check_rows(measured)
        yield _history_row(measured)
        yield from _batch_rows(measured)
        with pushing_beside(measured.running, newcomers):
            yield from check_rows(measured, WHILE_PUSHING)


def newcomers_for(plan: Plan, folder: Path) -> Path:
    """A feed of newcomers that lasts as long as is measured beside it."""
    people = int(plan.pushing_seconds * _PUSHED_A_SECOND)
    return prepare_newcomers(folder / "newcomers", people)


@contextmanager
def _measured(people: int, plan: Plan, folder: Path) -> Iterator[_Measured]:
    laid_out: list[LaidOut] = []

    def fill(dsn: str) -> None:
        laid_out.append(lay_out(dsn, people))

    with ExitStack() as stack:
        running = stack.enter_context(stage(plan.front, fill))
        (register,) = laid_out
        assert not register.differing(_SAMPLE)
        answer = folder / "answer"
        answer.write_bytes(_real_answer(running, register))
        front = plan.front
        empty = empty_handlers(front.flavour, front.processes, running.certificates, answer)
        floor = stack.enter_context(empty)
        peers = stack.enter_context(_peers(register, folder)) if plan.peers else {}
        yield _Measured(plan, running, register, folder, floor, peers)


def _real_answer(running: Stage, register: LaidOut) -> bytes:
    """An answer as it is sent; that answers are what explanations say is looked at before."""
    persons = [identifier_text(iin) for iin in register.some(_EXPLAINED, seed=1)]
    with running.line(_OPERATOR) as line, running.look_up_line(CALLER) as asking:
        explain = pb_grpc.EntitlementServiceStub(line).ExplainEntitlement
        check = pb_grpc.EntitlementServiceStub(asking).CheckEntitlement
        answers = [
            check(pb.CheckEntitlementRequest(iin=iin), timeout=CALL_SECONDS) for iin in persons
        ]
        for iin, answer in zip(persons, answers, strict=True):
            request = pb.ExplainEntitlementRequest(iin=iin)
            explained = explain(request, timeout=CALL_SECONDS).entitlement
            assert _told(answer.entitlement) == _told(explained), iin
    by_size = sorted((answer.SerializeToString() for answer in answers), key=len)
    return by_size[len(by_size) // 2]


def _told(answer: entitlement_pb2.Entitlement) -> tuple[object, ...]:
    """What an answer says of the right; its number, time and texts aside."""
    last = answer.last_date
    days = last.year, last.month, last.day, answer.open_ended
    return answer.iin, answer.status, answer.ground_kind, days


@contextmanager
def _peers(
    register: LaidOut, folder: Path
) -> Iterator[Mapping[str, Callable[[int, float], Asked]]]:
    """What can be asked beside us, by name; what cannot be installed is told and left out."""
    peers: dict[str, Callable[[int, float], Asked]] = {}
    with ExitStack() as stack:
        starting: dict[str, Callable[[], AbstractContextManager[Any]]] = {"openfisca": openfisca}
        for name, start in starting.items():
            try:
                peers[name] = partial(ask_openfisca, stack.enter_context(start()))
            except NotInstalled as error:
                print(f"{name} is left out: {error}", flush=True)
        try:
            ask_pgbench(register, folder, 1, 1)
            peers["pgbench"] = partial(ask_pgbench, register, folder)
        except NotInstalled as error:
            print(f"pgbench is left out: {error}", flush=True)
        yield peers


def _in_rounds(plan: Plan, legs: Mapping[str, Leg]) -> dict[str, Asked]:
    """What each leg told, the median of the rounds, in each of which every leg is asked once."""
    told: dict[str, list[Asked]] = {name: [] for name in legs}
    for number in range(plan.rounds):
        for name, leg in legs.items():
            told[name].append(leg(number))
    return {
        name: Asked(*(median(figures) for figures in zip(*map(_figures, asked), strict=True)))
        for name, asked in told.items()
    }


def _figures(asked: Asked) -> tuple[float, float, float]:
    return asked.per_second, asked.p50, asked.p99


def check_rows(measured: _Measured, suffix: str = "") -> Iterator[Row]:
    """One at a time and 64 in flight, beside an empty handler and, by themselves, beside peers."""
    plan = measured.plan
    persons = measured.register.some(_PERSONS_A_ROUND * plan.rounds, seed=2)
    for in_flight in (1, IN_FLIGHT):
        legs: dict[str, Leg] = {
            "ours": partial(measured.ask, measured.running.look_ups, persons, in_flight),
            "floor": partial(measured.ask, measured.floor, persons, in_flight),
        }
        if not suffix:
            for name, ask in measured.peers.items():
                legs[name] = partial(_ask_peer, ask, in_flight, plan.seconds)
        told = _in_rounds(plan, legs)
        ours, floor = told.pop("ours"), told.pop("floor")
        name = f"check_{in_flight}"
        if in_flight > 1:
            figures = ours.per_second, floor.per_second
            yield measured.row(f"{name}_throughput{suffix}", ANSWERS_A_SECOND, *figures)
        yield measured.row(f"{name}_p50{suffix}", MICROSECONDS, ours.p50, floor.p50)
        yield measured.row(f"{name}_p99{suffix}", MICROSECONDS, ours.p99, floor.p99)
        for peer, theirs in told.items():
            yield _peer_row(measured, peer, in_flight, ours, theirs)


def _ask_peer(
    ask: Callable[[int, float], Asked], in_flight: int, seconds: float, _number: int
) -> Asked:
    return ask(in_flight, seconds)


_THROUGHPUT_OF: Final = {
    "openfisca": "peer_openfisca_throughput",
    "pgbench": f"peer_pgbench_{IN_FLIGHT}_throughput",
}


def _peer_row(measured: _Measured, peer: str, in_flight: int, ours: Asked, theirs: Asked) -> Row:
    """Ours beside a peer's."""
    if in_flight == 1:
        return measured.row(f"peer_{peer}_1_p50", MICROSECONDS, ours.p50, theirs.p50)
    figures = ours.per_second, theirs.per_second
    return measured.row(_THROUGHPUT_OF[peer], ANSWERS_A_SECOND, *figures)


def _history_row(measured: _Measured) -> Row:
    """Persons with sixty stretches of history beside persons with two."""
    address = measured.running.look_ups
    long, short = (
        measured.register.some(_PERSONS_A_ROUND, seed=3, stretches=stretches)
        for stretches in (LONG_STRETCHES, SHORT_STRETCHES)
    )
    told = _in_rounds(
        measured.plan,
        {
            "ours": lambda _: measured.ask(address, long, 1, 0),
            "floor": lambda _: measured.ask(address, short, 1, 0),
        },
    )
    figures = told["ours"].p50, told["floor"].p50
    return measured.row("check_1_p50_long_history", MICROSECONDS, *figures)


def _batch_rows(measured: _Measured) -> Iterator[Row]:
    """A thousand persons in one question, and lists of them in a stream, beside one SELECT."""
    rounds = measured.plan.rounds
    persons = iter(measured.register.some(BATCH * _BATCHES_A_ROUND * rounds, seed=4))
    batches, streams = [], []
    with (
        measured.running.look_up_line(CALLER) as line,
        psycopg.connect(measured.register.dsn, autocommit=True) as connection,
    ):
        for _ in range(rounds):
            lists = [list(islice(persons, BATCH)) for _ in range(_BATCHES_A_ROUND)]
            lists = [each for each in lists if each]
            batches.append(Pair(_batch_rate(line, lists), _select_rate(connection, lists)))
            streams.append(Pair(_stream_rate(line, lists), _select_rate(connection, lists)))
    for name, pairs in ((f"batch_{BATCH}", batches), (f"stream_{BATCH}", streams)):
        ours, floor = (median(figures) for figures in zip(*pairs, strict=True))
        yield measured.row(name, PERSONS_A_SECOND, ours, floor)


def _batch_rate(line: grpc.Channel, lists: list[list[Iin]]) -> float:
    """Persons a second, one list after another; the answers are read after the clock."""
    ask: Any = line.unary_unary(f"/{_SERVICE}/BatchCheckEntitlements")
    requests = [
        pb.BatchCheckEntitlementsRequest(iins=map(identifier_text, each)).SerializeToString()
        for each in lists
    ]
    began = time.perf_counter()
    answers = [ask(request, timeout=CALL_SECONDS) for request in requests]
    seconds = time.perf_counter() - began
    read = (pb.BatchCheckEntitlementsResponse.FromString(answer) for answer in answers)
    return _answered(read, lists) / seconds


def _stream_rate(line: grpc.Channel, lists: list[list[Iin]]) -> float:
    """The same for a stream, all lists ahead."""
    ask: Any = line.stream_stream(f"/{_SERVICE}/StreamCheckEntitlements")
    requests = [
        pb.StreamCheckEntitlementsRequest(iins=map(identifier_text, each)).SerializeToString()
        for each in lists
    ]
    began = time.perf_counter()
    answers = list(ask(iter(requests)))
    seconds = time.perf_counter() - began
    read = (pb.StreamCheckEntitlementsResponse.FromString(answer) for answer in answers)
    return _answered(read, lists) / seconds


def _answered(responses: Iterator[Any], lists: list[list[Iin]]) -> int:
    """How many persons were answered about; all that were asked for, in order."""
    count = 0
    for response, asked in zip(responses, lists, strict=True):
        told = [result.entitlement.iin for result in response.results]
        assert told == list(map(identifier_text, asked))
        count += len(told)
    return count


def _select_rate(connection: psycopg.Connection[Any], lists: list[list[Iin]]) -> float:
    began = time.perf_counter()
    rows = [
        connection.execute(_FLOOR_OF_BATCHES, (each,), prepare=True, binary=True).fetchall()
        for each in lists
    ]
    seconds = time.perf_counter() - began
    assert list(map(len, rows)) == list(map(len, lists))
    return sum(map(len, rows)) / seconds


_CHECKS: Final = (
    *("check_1_p50", "check_1_p99"),
    *(f"check_{IN_FLIGHT}_{figure}" for figure in ("throughput", "p50", "p99")),
)
LOOK_UPS: Final = (
    *_CHECKS,
    "check_1_p50_long_history",
    *(f"{kind}_{BATCH}" for kind in ("batch", "stream")),
    *(f"{name}{WHILE_PUSHING}" for name in _CHECKS),
)
PEERS: Final = (
    *(f"peer_{peer}_1_p50" for peer in _THROUGHPUT_OF),
    *_THROUGHPUT_OF.values(),
)
"""The names of all rows of look-ups; those of peers only where they can be installed."""
