"""
OpenFisca, rules as code behind a web API: p. 10 as its country package, asked over HTTP.

It has no register: a question brings the months that are paid. Served as its documentation says,
by `openfisca serve` with the workers of gunicorn that it has by default.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Final

from tests.benchmarks.asking import Asked, CallsFailed
from tests.benchmarks.empty_handler import free_address
from tests.benchmarks.tools import NotInstalled, virtual_environment

_PACKAGES: Final = (
    "openfisca-core[web-api]==46.0.1",
    "flask==3.1.3",
    "gunicorn==22.0.0",
    "numpy==2.4.6",
    "werkzeug==3.1.9",
)
_COUNTRY: Final = "osms_country"
_SECONDS: Final = 60
_PAUSE_SECONDS: Final = 0.2
_OK: Final = 200
_MONTHS: Final = [f"{year}-{month:02d}" for year in (2025, 2026) for month in range(1, 13)]
_PAID: Final = _MONTHS[:12]
_IN_RETENTION: Final = _MONTHS[14]
_QUESTION: Final = {
    "persons": {
        "person": {
            "month_is_paid": dict.fromkeys(_PAID, True),
            "payer_is_entitled": {_IN_RETENTION: None},
        }
    }
}
_BODY: Final = json.dumps(_QUESTION).encode()


@contextmanager
def openfisca() -> Iterator[str]:
    """The address of its web API, until the end. NotInstalled: it could not be started."""
    programs = virtual_environment("openfisca", *_PACKAGES)
    address = free_address()
    process = subprocess.Popen(  # noqa: S603 - our own arguments
        [programs / "openfisca", "serve", "--country-package", _COUNTRY, "--bind", address],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    with process:
        try:
            _wait_for(address, process)
            yield address
        finally:
            process.terminate()
            process.wait(_SECONDS)


def ask_openfisca(address: str, in_flight: int, seconds: float) -> Asked:
    """Asks whether a payer has the right in a month of retention, so many at once."""
    until = time.perf_counter() + seconds
    began = time.perf_counter()
    with ThreadPoolExecutor(in_flight) as pool:
        asked = list(pool.map(lambda _: list(_ask_on(address, until)), range(in_flight)))
    took = [1e6 * each for of_one in asked for each in of_one]
    rate = len(took) / (time.perf_counter() - began)
    return Asked.of(rate, took)


def _ask_on(address: str, until: float) -> Iterator[float]:
    while (start := time.perf_counter()) < until:
        _ask(address)
        yield time.perf_counter() - start


def _ask(address: str) -> None:
    """One question. CallsFailed: the answer is not that there is a right."""
    line = HTTPConnection(address, timeout=_SECONDS)
    try:
        line.request("POST", "/calculate", _BODY, {"Content-Type": "application/json"})
        response = line.getresponse()
        content = response.read()
    finally:
        line.close()
    if response.status != _OK:
        raise CallsFailed(content[-1000:].decode())
    right = json.loads(content)["persons"]["person"]["payer_is_entitled"]
    if right != {_IN_RETENTION: True}:
        raise CallsFailed(str(right))


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _SECONDS
    while process.poll() is None and time.monotonic() < until:
        try:
            _ask(address)
        except ConnectionError:
            time.sleep(_PAUSE_SECONDS)
        else:
            return
    raise NotInstalled("openfisca serve does not answer")
