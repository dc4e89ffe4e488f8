"""What an error tells: its status code, and the details that come with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import grpc
import pytest
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import (
    BadRequest,
    ErrorInfo,
    LocalizedMessage,
    PreconditionFailure,
    ResourceInfo,
    RetryInfo,
)
from google.rpc.status_pb2 import Status
from grpc_status import rpc_status

Detail = TypeVar("Detail", bound=Message)


@dataclass(frozen=True)
class Told:
    """An error as a caller has it in hand."""

    code: grpc.StatusCode
    status: Status

    def all(self, kind: type[Detail]) -> list[Detail]:
        """Every detail of a kind."""
        found: list[Detail] = []
        packed: Any
        for packed in self.status.details:
            if packed.Is(kind.DESCRIPTOR):
                detail = kind()
                packed.Unpack(detail)
                found.append(detail)
        return found

    def one(self, kind: type[Detail]) -> Detail:
        """The only detail of a kind."""
        (detail,) = self.all(kind)
        return detail

    @property
    def message(self) -> str:
        """The English sentence."""
        return str(self.status.message)

    @property
    def reason(self) -> str:
        """The reason, without its prefix."""
        info: Any = self.one(ErrorInfo)
        return str(info.reason).removeprefix("ERROR_REASON_")

    @property
    def metadata(self) -> dict[str, str]:
        """The changing parts of the message."""
        info: Any = self.one(ErrorInfo)
        return dict(info.metadata)

    @property
    def violations(self) -> list[tuple[str, str]]:
        """Path and reason of every field that is wrong."""
        bad: Any = self.all(BadRequest)
        return [(v.field, v.reason) for detail in bad for v in detail.field_violations]

    @property
    def refusals(self) -> list[tuple[str, str]]:
        """Reason and paragraph of everything that the Rules refuse."""
        refused: Any = self.all(PreconditionFailure)
        return [(v.type, v.subject) for detail in refused for v in detail.violations]


DETAILS = (ErrorInfo, BadRequest, PreconditionFailure, ResourceInfo, RetryInfo, LocalizedMessage)


def told(error: grpc.RpcError) -> Told:
    """What an error tells."""
    call: Any = error
    status = rpc_status.from_call(call)
    assert status is not None, f"{call.code()} without details: {call.details()}"
    return Told(call.code(), status)


def refused(call: Callable[[], object]) -> Told:
    """What is told by a call that fails."""
    with pytest.raises(grpc.RpcError) as caught:
        call()
    return told(caught.value)
