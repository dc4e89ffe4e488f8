"""What all parts of the client share: the line to the service, and how lists are read over it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Self, cast

import grpc

from osms.entitlement.v1 import (
    audit_service_pb2_grpc,
    category_service_pb2_grpc,
    consumer_service_pb2_grpc,
    entitlement_service_pb2_grpc,
    operations_service_pb2_grpc,
    payment_service_pb2_grpc,
    roster_service_pb2_grpc,
    sandbox_service_pb2_grpc,
)
from osms_client.connection import Connection


class Connected:
    """A connection, open until it is closed."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._idle_timeout = connection.deadlines.idle

    def __enter__(self) -> Self:
        """The client, until the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Closes the connections."""
        self.close()

    def close(self) -> None:
        """Closes the connections."""
        self._connection.close()

    @property
    def _channel(self) -> grpc.Channel:
        """All servers, as the generated stubs see them."""
        return cast(grpc.Channel, self._connection.servers)

    def _pages(self, method: Any, request: Any, *, timeout: float | None = None) -> Iterator[Any]:
        """The responses for all pages of a list."""
        while True:
            response = self._connection.call(method, request, timeout=timeout)
            yield response
            if not response.next_page_token:
                return
            request.page_token = response.next_page_token


class Line(Connected):
    """A connection with a stub for every service of the register."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        channel = self._channel
        self._categories = category_service_pb2_grpc.CategoryServiceStub(channel)
        self._payments = payment_service_pb2_grpc.PaymentServiceStub(channel)
        self._rosters = roster_service_pb2_grpc.RosterServiceStub(channel)
        self._consumers = consumer_service_pb2_grpc.ConsumerServiceStub(channel)
        self._entitlements = entitlement_service_pb2_grpc.EntitlementServiceStub(channel)
        self._operations = operations_service_pb2_grpc.OperationsServiceStub(channel)
        self._audit = audit_service_pb2_grpc.AuditServiceStub(channel)
        self._sandbox = sandbox_service_pb2_grpc.SandboxServiceStub(channel)
