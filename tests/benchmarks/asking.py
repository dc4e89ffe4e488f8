"""
Who asks: a program that keeps so many calls in flight for so long, and tells how they went.

ghz, which costs little of the machine that is measured; where it cannot be had, a program of our
own. Both ask for one person after another from a file, and a call that fails fails the run.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from typing import Any, Final, Protocol, Self

from google.protobuf.descriptor import FileDescriptor
from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet

from osms.entitlement.v1 import entitlement_service_pb2 as pb
from osms_common.domain.identifiers import Iin, identifier_text
from tests.benchmarks import tools
from tests.processes import environment

CALLER: Final = "clinic1"
CHECK: Final = "osms.entitlement.v1.EntitlementService/CheckEntitlement"
CALL_SECONDS: Final = 20.0
"""The deadline of a call, which is ghz's own."""

_CONNECTIONS: Final = 16
_SECONDS_MORE: Final = 60


class CallsFailed(Exception):
    """Some of the calls were not answered as they should be; nothing was measured."""


@dataclass(frozen=True)
class Asked:
    """How questions were answered: how many a second, and how soon, in microseconds."""

    per_second: float
    p50: float
    p99: float

    @classmethod
    def of(cls, per_second: float, took: Sequence[float]) -> Self:
        """From how long each question took, in microseconds."""
        at = quantiles(took, n=100)
        return cls(per_second, at[49], at[98])


@dataclass(frozen=True)
class Load:
    """Questions on disk, how many of them are in flight at once, and for how long."""

    requests: Path
    in_flight: int
    seconds: float

    @property
    def connections(self) -> int:
        """Over how many connections they go, so that processes on one port share them."""
        return min(self.in_flight, _CONNECTIONS)


class Asker(Protocol):
    """A program that asks."""

    @property
    def name(self) -> str:
        """Which program it is."""

    def ask(self, address: str, certificates: Path, load: Load) -> Asked:
        """Asks over mTLS. CallsFailed: not every call was answered OK."""


def write_requests(file: Path, iins: Iterable[Iin]) -> Path:
    """Writes one question a person, each with its length, a byte, before it."""
    with file.open("wb") as requests:
        for iin in iins:
            request = pb.CheckEntitlementRequest(iin=identifier_text(iin)).SerializeToString()
            requests.write(bytes([len(request)]) + request)
    return file


def read_requests(file: Path) -> Iterator[bytes]:
    """The questions that are written in a file."""
    content, at = file.read_bytes(), 0
    while at < len(content):
        end = at + 1 + content[at]
        yield content[at + 1 : end]
        at = end


def usual_asker(folder: Path) -> Asker:
    """The one of Go where it can be had, else our own; *folder* is for what ghz must know."""
    try:
        return Ghz(tools.ghz(), _write_contract(folder / "contract.binpb"))
    except tools.NotInstalled as error:
        print(f"ghz cannot be had ({error}); a generator in Python asks instead", flush=True)
        return PythonAsker()


@dataclass(frozen=True)
class Ghz:
    """The load generator ghz."""

    program: Path
    contract: Path
    name: str = field(default=f"ghz {tools.GHZ_VERSION}", init=False)

    def ask(self, address: str, certificates: Path, load: Load) -> Asked:
        """Asks over mTLS. CallsFailed: not every call was answered OK."""
        ca, key, certificate = _files(certificates)
        options = {
            "--protoset": self.contract,
            "--call": CHECK,
            "--cacert": ca,
            "--cert": certificate,
            "--key": key,
            "--binary-file": load.requests,
            "--concurrency": load.in_flight,
            "--connections": load.connections,
            "--duration": f"{load.seconds}s",
            "--duration-stop": "wait",
            "--format": "json",
        }
        flags = ["--disable-template-functions", "--disable-template-data"]
        told = _told([str(self.program), *flags, *_words(options), address], load)
        if set(told["statusCodeDistribution"]) != {"OK"}:
            raise CallsFailed(str(told["statusCodeDistribution"]))
        return Asked.of(told["rps"], [each["latency"] / 1e3 for each in told["details"]])


@dataclass(frozen=True)
class PythonAsker:
    """A program of our own, in a process of its own (asker.py)."""

    name: str = field(default="a generator in Python", init=False)

    def ask(self, address: str, certificates: Path, load: Load) -> Asked:
        """Asks over mTLS. CallsFailed: not every call was answered OK."""
        options = {
            "--certificates": certificates,
            "--requests": load.requests,
            "--in-flight": load.in_flight,
            "--connections": load.connections,
            "--seconds": load.seconds,
        }
        program = [sys.executable, "-m", "tests.benchmarks.asker"]
        return Asked(**_told([*program, *_words(options), address], load))


def _told(command: Sequence[str], load: Load) -> dict[str, Any]:
    """What a program that asks has told, as JSON."""
    done = subprocess.run(  # noqa: S603 - our own arguments
        command,
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=load.seconds + _SECONDS_MORE,
        check=False,
    )
    if done.returncode:
        raise CallsFailed(done.stderr[-1000:])
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def _words(options: dict[str, object]) -> list[str]:
    return [f"{name}={value}" for name, value in options.items()]


def _files(certificates: Path) -> tuple[Path, Path, Path]:
    names = ("ca.pem", f"{CALLER}.key", f"{CALLER}.pem")
    ca, key, certificate = (certificates / name for name in names)
    return ca, key, certificate


def _write_contract(file: Path) -> Path:
    """The contract as ghz reads it: the service with all that it imports."""
    contract = FileDescriptorSet()
    _add(contract, pb.DESCRIPTOR)
    file.write_bytes(contract.SerializeToString())
    return file


def _add(contract: FileDescriptorSet, descriptor: FileDescriptor) -> None:
    if any(each.name == descriptor.name for each in contract.file):
        return
    for imported in descriptor.dependencies:
        _add(contract, imported)
    described = FileDescriptorProto()
    descriptor.CopyToProto(described)
    contract.file.append(described)
