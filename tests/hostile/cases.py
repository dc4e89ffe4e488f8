"""
Hostile calls: every RPC of every service, by every kind of caller, with anything for messages.

A seed decides all of it: what `Cases` gives first it gives first again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from google.protobuf.descriptor import MethodDescriptor
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection_pb2

from osms_common.rpc.identity import SANDBOX_CALLERS
from osms_common.rpc.rights import Log
from osms_matching.rpc.authorisation import RULES as MATCHING_RULES
from osms_server.rpc.authorisation import RULES
from tests.hostile.inventing import Inventor
from tests.hostile.mutating import mutated
from tests.matching.service.test_rights import RPCS as MATCHING_RPCS
from tests.rpc.test_authorisation import RPCS

OPEN: Final[dict[str, MethodDescriptor]] = {
    f"/{service.full_name}/{method.name}": method
    for file in (health_pb2, reflection_pb2)
    for service in file.DESCRIPTOR.services_by_name.values()
    for method in service.methods
}
EVERY_RPC: Final[dict[str, MethodDescriptor]] = {**RPCS, **MATCHING_RPCS, **OPEN}
_RULES: Final = {**RULES, **MATCHING_RULES}
SANDBOX: Final = "/osms.entitlement.v1.SandboxService/"

_STRANGERS: Final = ("", "nobody", "king/first", "mis/", "mis/a/b", "body/NAVY", "x" * 3_000)
_LANGUAGES: Final = ("", "kk", "ru", "en", "xx", "kk,ru;q=0.8", "," * 500, "%s{0}", "x" * 2_000)


@dataclass(frozen=True)
class Case:
    """One call."""

    number: int
    path: str
    caller: str
    messages: Sequence[bytes]
    metadata: Sequence[tuple[str, str]]
    way: str
    """How its messages were made."""

    @property
    def rpc(self) -> MethodDescriptor:
        """What is called."""
        return EVERY_RPC[self.path]

    @property
    def may_store(self) -> bool:
        """Whether the call could change what is stored, were it not refused."""
        rule = _RULES.get(self.path)
        return rule is not None and (rule.log is Log.ACTS or self.path.startswith(SANDBOX))


class Cases:
    """Cases by a seed, of the RPCs of given paths."""

    def __init__(self, seed: int, paths: Sequence[str]) -> None:
        self._random = Random(seed)
        self._inventor = Inventor(self._random)
        self._paths = paths

    def __iter__(self) -> Iterator[Case]:
        """Cases without end; every RPC has its turn before any has another."""
        number = 0
        while True:
            turns = list(self._paths)
            self._random.shuffle(turns)
            for path in turns:
                yield self._case(number, path)
                number += 1

    def _case(self, number: int, path: str) -> Case:
        random = self._random
        way = random.choice(("fields", "fields", "bytes", "noise"))
        caller = self._caller(path)
        metadata = [("osms-caller", caller)]
        if random.random() < 0.3:
            metadata.append(("accept-language", random.choice(_LANGUAGES)))
        return Case(number, path, caller, self._messages(path, way), metadata, way)

    def _caller(self, path: str) -> str:
        """Mostly somebody who may call it."""
        random, rule = self._random, _RULES.get(path)
        if rule is not None and random.random() < 0.75:
            able = [caller for caller in SANDBOX_CALLERS if caller.role in rule.scopes]
            return random.choice(able).text
        everybody = [caller.text for caller in SANDBOX_CALLERS]
        return random.choice((*everybody, *_STRANGERS))

    def _messages(self, path: str, way: str) -> list[bytes]:
        rpc, random = EVERY_RPC[path], self._random
        if not rpc.client_streaming:
            count = random.choice((1, 1, 1, 1, 1, 1, 1, 0, 2))
            return [self._bytes(rpc, way) for _ in range(count)]
        made = [self._bytes(rpc, way) for _ in range(random.choice((0, 1, 1, 2, 3, 6)))]
        if way == "fields" and random.random() < 0.7:
            made = self._in_order(rpc)
        if random.random() < 0.3:
            random.shuffle(made)
        return made

    def _in_order(self, rpc: MethodDescriptor) -> list[bytes]:
        """Messages as a sender would order them: what opens a stream comes first, and once."""
        made = [self._inventor.message(rpc.input_type) for _ in range(8)]
        if "opening" not in rpc.input_type.fields_by_name:
            return [each.SerializeToString() for each in made]
        openings = [each for each in made if each.HasField("opening")]
        others = [each for each in made if not each.HasField("opening")]
        return [each.SerializeToString() for each in (*openings[:1], *others)]

    def _bytes(self, rpc: MethodDescriptor, way: str) -> bytes:
        if way == "noise":
            return self._random.randbytes(self._random.choice((0, 1, 2, 7, 50, 500)))
        message: Any = self._inventor.message(rpc.input_type)
        content: bytes = message.SerializeToString()
        return mutated(self._random, content) if way == "bytes" else content
