"""
Health of the threaded server, told to whoever may connect.

Nobody who watches and takes nothing can hold up the others: what is told is sent under no lock
that they need, and who does not take it is cut off. Names that are not offered are not kept.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from osms_common.rpc.slow_callers import SlowCallers

Status = health_pb2.HealthCheckResponse

NOT_OFFERED = "No service of that name is offered here; ask for one that reflection lists."


class Health(health_pb2_grpc.HealthServicer):
    """The health of services, all of which serve until the server is about to stop."""

    def __init__(self, names: Iterable[str], slow: SlowCallers) -> None:
        self._slow = slow
        self._lock = threading.Lock()
        self._status = dict.fromkeys(names, Status.SERVING)
        self._watchers: set[_Watcher] = set()

    def enter_graceful_shutdown(self) -> None:
        """Tells everybody that nothing is served any more, and waits for nobody to hear it."""
        with self._lock:
            self._status = dict.fromkeys(self._status, Status.NOT_SERVING)
            watchers = tuple(self._watchers)
        for watcher in watchers:
            threading.Thread(target=self._tell, args=(watcher,), daemon=True).start()

    def Check(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Tells the health of one service."""
        status = self._status.get(request.service)
        if status is None:
            context.set_code(grpc.StatusCode.NOT_FOUND)
            context.set_details(NOT_OFFERED)
            return Status()
        return Status(status=status)

    def List(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Tells the health of all services."""
        del request, context
        return list_response(self._status)

    def Watch(  # type: ignore[override]  # noqa: N802 - gRPC gives what sends, by the mark below
        self, request: Any, context: grpc.ServicerContext, send: Callable[[Any], None]
    ) -> None:
        """Tells it now and when it changes; no worker waits for that."""
        service = request.service if request.service in self._status else None
        watcher = _Watcher(service, context, send)
        with self._lock:
            self._watchers.add(watcher)
        if context.add_callback(lambda: self._forget(watcher)):
            self._tell(watcher)
        else:
            self._forget(watcher)

    Watch.experimental_non_blocking = True  # type: ignore[attr-defined] # as gRPC has it

    def _forget(self, watcher: _Watcher) -> None:
        with self._lock:
            self._watchers.discard(watcher)

    def _tell(self, watcher: _Watcher) -> None:
        with watcher.turn:
            status = Status.SERVICE_UNKNOWN
            if watcher.service is not None:
                status = self._status[watcher.service]
            if status != watcher.told:
                watcher.told = status
                with self._slow.watched(watcher.context):
                    watcher.send(Status(status=status))


def list_response(statuses: Mapping[str, Any]) -> Any:
    """The health of services as a list has it."""
    told = {name: Status(status=status) for name, status in statuses.items()}
    return health_pb2.HealthListResponse(statuses=told)


class _Watcher:
    """Who watches a service; None is one that is not offered."""

    def __init__(
        self, service: str | None, context: grpc.ServicerContext, send: Callable[[Any], None]
    ) -> None:
        self.service = service
        self.context = context
        self.send = send
        self.turn = threading.Lock()
        self.told: int | None = None
