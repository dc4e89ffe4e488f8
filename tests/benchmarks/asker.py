"""`python -m tests.benchmarks.asker`: asks as ghz does, where ghz cannot be had (asking.py)."""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from dataclasses import asdict
from itertools import cycle
from pathlib import Path
from typing import Any, Final

import grpc.aio

from tests.benchmarks.asking import CALL_SECONDS, CALLER, CHECK, Asked, read_requests

Call = Any  # a callable of grpc that it does not name

_ANSWERS_MIN: Final = 2
"""As few have quantiles; a busy machine may give fewer in a short time."""


async def _ask(given: argparse.Namespace) -> dict[str, float]:
    names = ("ca.pem", f"{CALLER}.key", f"{CALLER}.pem")
    parts = [(given.certificates / name).read_bytes() for name in names]
    # Without this, channels to one address share a connection.
    options = [("grpc.use_local_subchannel_pool", 1)]
    lines = [
        grpc.aio.secure_channel(given.address, grpc.ssl_channel_credentials(*parts), options)
        for _ in range(given.connections)
    ]
    calls: list[Call] = [line.unary_unary(f"/{CHECK}") for line in lines]
    requests = cycle(list(read_requests(given.requests)))
    for call in calls:
        await call(next(requests), timeout=CALL_SECONDS)
    took: list[float] = []
    began = time.perf_counter()
    until = began + given.seconds

    async def ask_on(call: Call) -> None:
        while (start := time.perf_counter()) < until or len(took) < _ANSWERS_MIN:
            await call(next(requests), timeout=CALL_SECONDS)
            took.append(time.perf_counter() - start)

    await asyncio.gather(*(ask_on(calls[n % len(calls)]) for n in range(given.in_flight)))
    seconds = time.perf_counter() - began
    for line in lines:
        await line.close()
    return asdict(Asked.of(len(took) / seconds, [1e6 * each for each in took]))


def main() -> None:
    """Asks, and tells how it went; a call that fails ends the program."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.asker", description=__doc__)
    parser.add_argument("address")
    parser.add_argument("--certificates", type=Path, required=True)
    parser.add_argument("--requests", type=Path, required=True)
    parser.add_argument("--in-flight", type=int, required=True)
    parser.add_argument("--connections", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    print(json.dumps(asyncio.run(_ask(parser.parse_args()))))


if __name__ == "__main__":
    main()
