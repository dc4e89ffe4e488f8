"""Tries hostile calls on a server, and judges what it answers and what becomes of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import grpc
from google.rpc.error_details_pb2 import ErrorInfo
from google.rpc.status_pb2 import Status
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_status import rpc_status

from osms_common.domain.violations import Reason
from osms_common.rpc.identity import TRUST_DOMAIN
from tests.hostile.cases import Case
from tests.hostile.stored import Stored
from tests.rpc.lives import EVERYBODY, PAYER, SURNAME

SECONDS: Final = 20.0
_ANSWERS_MAX: Final = 50
"""Of a stream that would go on, such as a watch, so many answers are read."""

_OURS: Final = re.compile(
    r"Traceback|File \"|psycopg|sqlalchemy|Exception|Error\b"
    r"|osms_(?:server|common|matching)|\.py\b"
)
"""What only our own code could have said."""

_WITHOUT_DETAILS: Final = {
    (grpc.StatusCode.RESOURCE_EXHAUSTED, "larger than max"),
    (grpc.StatusCode.UNIMPLEMENTED, "Method not found!"),
    (grpc.StatusCode.NOT_FOUND, "No service of that name"),
}
"""Errors that gRPC, or health, tells by itself: there is no reason of ours for them."""

_NEVER: Final = {
    grpc.StatusCode.UNKNOWN,
    grpc.StatusCode.INTERNAL,
    grpc.StatusCode.DATA_LOSS,
    grpc.StatusCode.CANCELLED,
    grpc.StatusCode.DEADLINE_EXCEEDED,
}
_NOT_TOLD: Final = (*EVERYBODY, SURNAME, PAYER)
"""Of persons whom no hostile message names, nothing may be in an error."""


_FAILURES: Final = ("Traceback", "a call failed", "cannot be reached")


class Fault(AssertionError):
    """A server did what it must not do."""


@dataclass
class Figures:
    """What was tried, and how it ended."""

    cases: int = 0
    messages: int = 0
    content: int = 0
    """Bytes of all messages."""
    codes: Counter[str] = field(default_factory=Counter)
    ways: Counter[str] = field(default_factory=Counter)
    memory: list[int] = field(default_factory=list)
    """MiB that the server has resident, from time to time."""


class Target:
    """A server to try calls on, as any caller."""

    def __init__(self, address: str, pid: int, log: Path, stored: Stored) -> None:
        self.figures = Figures()
        self._pid = pid
        self._log = log
        self._stored = stored
        options = [("grpc.enable_retries", 0), ("grpc.max_receive_message_length", -1)]
        self._channel = grpc.insecure_channel(address, options)

    def try_all(self, cases: Iterable[Case]) -> None:
        """Tries cases one after another. Fault: which one was answered wrongly, and how."""
        before = self._stored.now()
        for case in cases:
            refused = self._try(case)
            if not case.may_store:
                continue
            after = self._stored.now()
            if refused and after != before:
                changed = [name for name in after if after[name] != before[name]]
                raise Fault(f"{_told(case)} was refused, and changed {changed}")
            before = after

    def look(self) -> None:
        """Fault: the server is not well, or its log tells of a failure."""
        stub = health_pb2_grpc.HealthStub(self._channel)
        request = health_pb2.HealthCheckRequest()
        told = stub.Check(request, timeout=SECONDS, metadata=(("osms-caller", "SC"),))
        if told.status != health_pb2.HealthCheckResponse.SERVING:
            raise Fault(f"health tells {told.status}")
        if tells_of_failure(self._log):
            raise Fault(f"the log has a failure:\n{self._log.read_text()[-4_000:]}")
        if self._stored.refusals_that_tell():
            raise Fault("the log of acts has what was refused")
        self.figures.memory.append(resident(self._pid))

    def close(self) -> None:
        """Ends the connection."""
        self._channel.close()

    def _try(self, case: Case) -> bool:
        """Tries one case; whether it was refused whole."""
        figures = self.figures
        figures.cases += 1
        figures.messages += len(case.messages)
        figures.content += sum(map(len, case.messages))
        figures.ways[case.way] += 1
        answers, error = self._answered(case)
        if error is None:
            figures.codes["OK"] += 1
            return False
        figures.codes[error.code().name] += 1
        _judge(case, error)
        return not answers and not _is_kept(error)

    def _answered(self, case: Case) -> tuple[int, Any]:
        """How many answers there were, and the error at the end, if there was one."""
        streams = "stream" if case.rpc.server_streaming else "unary"
        call: Any = getattr(self._channel, f"stream_{streams}")(case.path)
        answers = 0
        try:
            answer = call(iter(case.messages), timeout=SECONDS, metadata=case.metadata)
            if not case.rpc.server_streaming:
                return 1, None
            for answers, _ in enumerate(answer, 1):
                if answers == _ANSWERS_MAX or case.path.endswith("/Watch"):
                    answer.cancel()
                    return answers, None
        except grpc.RpcError as error:
            return answers, error
        return answers, None


def _judge(case: Case, error: Any) -> None:
    """Fault: the error is none that a caller may be told."""
    code, text = error.code(), error.details() or ""
    if code in _NEVER:
        raise Fault(f"{_told(case)}: {code.name} {text}")
    status = rpc_status.from_call(error)
    if status is None:
        if not any(code is known and said in text for known, said in _WITHOUT_DETAILS):
            raise Fault(f"{_told(case)}: {code.name} without a reason: {text}")
        return
    _judge_status(case, status)


def _is_kept(error: Any) -> bool:
    """Whether the register keeps what it refused: it does, of a roster that has nobody."""
    status = rpc_status.from_call(error)
    return status is not None and Reason.SNAPSHOT_EMPTY.encode() in status.SerializeToString()


def _judge_status(case: Case, status: Status) -> None:
    info: Any = ErrorInfo()
    infos = [detail for detail in status.details if detail.Is(info.DESCRIPTOR)]
    if len(infos) != 1 or not infos[0].Unpack(info) or info.domain != TRUST_DOMAIN:
        raise Fault(f"{_told(case)}: no reason in {status}")
    told = f"{status.message} {status.details}"
    wrong = [name for name in _NOT_TOLD if name in told]
    if wrong:
        raise Fault(f"{_told(case)}: an error tells of {wrong}")
    if _OURS.search(str(status.message)):
        raise Fault(f"{_told(case)}: an error tells of our code: {status.message}")


def _told(case: Case) -> str:
    sent = " ".join(content[:200].hex() or "-" for content in case.messages)
    return f"case {case.number}, {case.path} by {case.caller[:60]!r} ({case.way}: {sent})"


def tells_of_failure(log: Path) -> bool:
    """Whether a server has told its log of anything that must not happen, whoever calls."""
    text = log.read_text()
    return any(told in text for told in _FAILURES)


def resident(pid: int) -> int:
    """MiB that a process has resident."""
    text = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", text)
    assert found is not None
    return int(found[1]) // 1024


def report(name: str, figures: Figures) -> list[str]:
    """The figures in lines."""
    memory = figures.memory
    codes = ", ".join(f"{code} {count}" for code, count in figures.codes.most_common())
    tried = f"{figures.cases} cases, {figures.messages} messages, {figures.content // 2**20} MiB"
    resident_mib = f"{memory[0]} MiB at first, {memory[-1]} at last, {max(memory)} at most"
    return [f"{name}: {tried}, crashes 0, memory {resident_mib}", f"  {codes}"]
