"""
pgbench, the load generator of PostgreSQL, that reads the same row: no service, no rules, no log.

It makes IINs by arithmetic, as they were laid out (laid_out.py). Less than one in a hundred of
what it asks for is nobody's.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from osms_common.persistence.embedded import programs_folder
from tests.benchmarks.asking import Asked
from tests.benchmarks.laid_out import (
    DAYS_A_MONTH,
    DAYS_A_YEAR,
    FIRST_WEIGHTS,
    FIRST_YEAR,
    SECOND_WEIGHTS,
    LaidOut,
)
from tests.benchmarks.tools import run_tool

_LOG: Final = "transactions"


def ask_pgbench(register: LaidOut, folder: Path, in_flight: int, seconds: float) -> Asked:
    """Reads rows over so many connections. NotInstalled: there is no pgbench."""
    script = folder / "select-by-iin.sql"
    script.write_text(_script(register), encoding="ascii")
    for old in folder.glob(f"{_LOG}.*"):
        old.unlink()
    options = {
        "--protocol": "prepared",
        "--file": script,
        "--client": in_flight,
        "--jobs": min(2, in_flight),
        "--time": max(1, round(seconds)),
        "--log-prefix": folder / _LOG,
    }
    words = [f"{name}={value}" for name, value in options.items()]
    program = str(programs_folder() / "pgbench")
    told = run_tool(program, "--no-vacuum", "--log", *words, register.dsn)
    rate = next(line.split()[2] for line in told.splitlines() if line.startswith("tps = "))
    logs = [log.read_text(encoding="ascii") for log in folder.glob(f"{_LOG}.*")]
    return Asked.of(
        float(rate), [float(line.split()[2]) for log in logs for line in log.splitlines()]
    )


def _script(register: LaidOut) -> str:
    """A random day and number of birth, the check digit, and one SELECT."""
    lines = [
        rf"\set day random(0, {register.days - 1})",
        rf"\set birth random(1, {register.births})",
        rf"\set year {FIRST_YEAR} + :day / {DAYS_A_YEAR}",
        rf"\set month :day % {DAYS_A_YEAR} / {DAYS_A_MONTH} + 1",
        rf"\set date (:year % 100 * 100 + :month) * 100 + :day % {DAYS_A_MONTH} + 1",
        r"\set code case when :year >= 2000 then 5 else 3 end + :birth % 2",
        r"\set stem (:date * 10 + :code) * 10000 + :birth",
        rf"\set first ({_sum(FIRST_WEIGHTS)}) % 11",
        rf"\set second ({_sum(SECOND_WEIGHTS)}) % 11",
        r"\set iin :stem * 10 + case when :first < 10 then :first else :second end",
        "select iin, timeline from person where iin = :iin;",
    ]
    return "\n".join(lines) + "\n"


def _sum(weights: tuple[int, ...]) -> str:
    """The weighted sum of the digits of the stem, as pgbench reads it."""
    last = len(weights) - 1
    return " + ".join(
        f":stem / {10 ** (last - place)} % 10 * {weight}" for place, weight in enumerate(weights)
    )
