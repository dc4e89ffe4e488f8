"""
The floor of a look-up: a handler of grpcio that does nothing and always answers the same bytes.

It is served as the look-ups are: by the same kind of server, in as many processes, over mTLS, in
answer to the same questions, by as many bytes as a real answer has.
`python -m tests.benchmarks.empty_handler` is one such process.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import importlib
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import grpc
import grpc.aio

from osms_common.certificates import CA, SERVER
from tests.processes import environment

_READY: Final = "ready"
_WORKERS: Final = 64
_OPTIONS: Final = [("grpc.so_reuseport", 1)]
_SECONDS: Final = 30


class Flavour(StrEnum):
    """Kinds of server of grpcio."""

    THREADS = "threads"
    AIO = "aio"
    UVLOOP = "uvloop"


@contextmanager
def empty_handlers(
    flavour: Flavour, processes: int, certificates: Path, answer: Path
) -> Iterator[str]:
    """The address of so many processes that share a port, until the end of the block."""
    address = free_address()
    with ExitStack() as stack:
        for _ in range(processes):
            stack.enter_context(_process(flavour, address, certificates, answer))
        yield address


def free_address() -> str:
    """An address on loopback where nobody listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


@contextmanager
def _process(flavour: Flavour, address: str, certificates: Path, answer: Path) -> Iterator[None]:
    arguments = [str(flavour), address, str(certificates), str(answer)]
    process = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", "tests.benchmarks.empty_handler", *arguments],
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            assert process.stdout is not None
            told = process.stdout.readline().strip()
            assert told == _READY, told
            yield
        finally:
            process.terminate()
            process.wait(_SECONDS)


class _Handlers(grpc.GenericRpcHandler):
    """Answers every method by the same function."""

    def __init__(self, handle: Any) -> None:  # noqa: ANN401 - a function or a coroutine function
        self._handler: Any = grpc.unary_unary_rpc_method_handler(handle)

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Any:  # noqa: ANN401
        """The handler of a call."""
        return self._handler


def _credentials(certificates: Path) -> grpc.ServerCredentials:
    names = (f"{SERVER}.key", f"{SERVER}.pem", f"{CA}.pem")
    key, certificate, ca = ((certificates / name).read_bytes() for name in names)
    return grpc.ssl_server_credentials([(key, certificate)], ca, require_client_auth=True)


def _serve_by_threads(address: str, credentials: grpc.ServerCredentials, answer: bytes) -> None:
    server = grpc.server(ThreadPoolExecutor(_WORKERS), options=_OPTIONS)
    server.add_generic_rpc_handlers((_Handlers(lambda _, __: answer),))
    server.add_secure_port(address, credentials)
    server.start()
    _tell_ready()
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    server.stop(0).wait()


async def _serve_by_loop(address: str, credentials: grpc.ServerCredentials, answer: bytes) -> None:
    async def handle(_request: bytes, _context: object) -> bytes:
        return answer

    server = grpc.aio.server(options=_OPTIONS)
    server.add_generic_rpc_handlers((_Handlers(handle),))
    server.add_secure_port(address, credentials)
    await server.start()
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    _tell_ready()
    await stop.wait()
    await server.stop(0)


def _tell_ready() -> None:
    gc.collect()
    gc.freeze()
    gc.disable()
    print(_READY, flush=True)


def main() -> None:
    """Serves until it is told to stop."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.empty_handler")
    parser.add_argument("flavour", type=Flavour)
    parser.add_argument("address")
    parser.add_argument("certificates", type=Path)
    parser.add_argument("answer", type=Path)
    given = parser.parse_args()
    what = (given.address, _credentials(given.certificates), given.answer.read_bytes())
    if given.flavour is Flavour.THREADS:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
        _serve_by_threads(*what)
        return
    run = asyncio.run
    if given.flavour is Flavour.UVLOOP:
        run = importlib.import_module("uvloop").run
    run(_serve_by_loop(*what))


if __name__ == "__main__":
    main()
