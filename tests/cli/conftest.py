"""The command as a user runs it, against the real server of the module."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import grpc
import pytest

from osms_cli.main import run
from osms_client import OsmsClient
from osms_server.bootstrap import Application
from tests.conftest import await_refusals

ClientOf = Callable[[str], OsmsClient]

START = datetime(2026, 7, 16, 5, tzinfo=UTC)
ANNA = "900101300017"
BOLAT = "150331600019"
STRANGER = "031231500126"

CATEGORY_HEADER = (
    "kind,number,iin,category,assigned_on,source,removed_on,removal_source,removal_reason"
)
PAYMENT_HEADER = (
    "kind,reference,iin,surname,given_name,patronymic,payer_id,payer_name,payer_kind,"
    "period,received_on,amount,knp,refund_reference,refunded_on"
)


@dataclass(frozen=True)
class Ran:
    """How a run of the command ended, and what it wrote."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:  # noqa: ANN401 - whatever a command writes
        """What it wrote, as one JSON document."""
        return json.loads(self.out)

    @property
    def ndjson(self) -> list[Any]:
        """What it wrote, as one JSON document a line."""
        return [json.loads(line) for line in self.out.splitlines()]


class Osms:
    """The command, run in this process."""

    def __init__(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self._capsys = capsys
        self._monkeypatch = monkeypatch
        self.before: list[str] = []

    def __call__(self, *arguments: object, stdin: str | bytes = "") -> Ran:
        """Runs the command with these arguments."""
        given = stdin.encode() if isinstance(stdin, str) else stdin
        reader = io.TextIOWrapper(io.BufferedReader(io.BytesIO(given)), encoding="utf-8")
        self._monkeypatch.setattr(sys, "stdin", reader)
        self._capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            run([*self.before, *map(str, arguments)])
        written = self._capsys.readouterr()
        return Ran(int(ended.value.code or 0), written.out, written.err)

    def setenv(self, name: str, value: str) -> None:
        """Says something by the environment."""
        self._monkeypatch.setenv(name, value)

    def written(self) -> str:
        """What was written since, without a run."""
        return self._capsys.readouterr().out


@pytest.fixture
def bare(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Osms:
    """The command without any options, and without those of the environment."""
    for name in ("ADDRESS", "CALLER", "CERTIFICATES", "PLAINTEXT", "TIMEOUT", "LANGUAGE"):
        monkeypatch.delenv(f"OSMS_{name}", raising=False)
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setenv("NO_COLOR", "1")
    return Osms(capsys, monkeypatch)


@pytest.fixture
def osms(bare: Osms, grpc_server: grpc.Server, grpc_addr: str) -> Osms:
    """The command, speaking to the server of this module."""
    bare.before = ["--address", grpc_addr, "--plaintext"]
    return bare


@pytest.fixture
def empty(client_of: ClientOf, application: Application) -> None:
    """An empty register, and the clock at the start."""
    await_refusals(application)
    client_of("supervisor1").reset_sandbox(START)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes a file of lines."""

    def write_lines(name: str, *lines: str) -> Path:
        file = tmp_path / name
        file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return file

    return write_lines


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever cannot be reached is not tried again."""
    for module in ("connection", "feeds", "lists", "auditing"):
        monkeypatch.setattr(f"osms_client.{module}.ROUNDS_OF_A_CALL", 1)
    for module in ("feeds", "lists"):
        monkeypatch.setattr(f"osms_client.{module}.ROUNDS_OF_A_STREAM", 1)
