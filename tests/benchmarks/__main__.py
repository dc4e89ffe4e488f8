"""`python -m tests.benchmarks`: measures, prints a table, writes a JSON list of its rows."""

from __future__ import annotations

import argparse
import json
import os
import platform
import time
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.measures import (
    Row,
    measure_check,
    measure_feed,
    measure_rebuild,
    measure_roster,
)
from tests.benchmarks.preparing import CATEGORY, PAYMENT
from tests.benchmarks.pushing import Pushed
from tests.benchmarks.stage import Stage

_TABLE = "{:<16}{:>12}  {:<12}{:>14}{:>14}{:>9}"


def usual_rows() -> Iterator[Row]:
    """The rows of `make bench`."""
    after: list[Row] = []

    def ask_and_rebuild(stage: Stage, pushed: Pushed) -> None:
        after.append(measure_check(stage, pushed.records))
        after.append(measure_rebuild(stage, pushed.records))

    yield measure_feed(CATEGORY, people=60_000, months=1)
    yield measure_feed(CATEGORY, people=600_000, months=1, then=ask_and_rebuild)
    yield measure_feed(PAYMENT, people=10_000, months=12)
    yield measure_feed(PAYMENT, people=100_000, months=12)
    yield measure_roster(10_000)
    yield measure_roster(100_000)
    yield from after


def country_rows(people: int, months: int) -> Iterator[Row]:
    """The rows of `make bench-large`: a country of *people*, and *months* of their payments."""

    def tell(stage: Stage, pushed: Pushed) -> None:
        print(
            f"{pushed.records:,} records in {pushed.seconds:,.0f} s;"
            f" the server had at most {stage.peak_memory:,.0f} MiB",
            flush=True,
        )

    yield measure_feed(CATEGORY, people=100_000, months=1, then=tell)
    yield measure_feed(CATEGORY, people=people, months=1, then=tell)
    yield measure_feed(PAYMENT, people=100_000, months=months, then=tell)
    yield measure_feed(PAYMENT, people=people, months=months, then=tell)


def main() -> None:
    """Measures and tells."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("build/bench.json"))
    parser.add_argument("--country", action="store_true", help="take a country in")
    parser.add_argument("--people", type=int, default=10_000_000)
    parser.add_argument("--months", type=int, default=12)
    given = parser.parse_args()
    rows = country_rows(given.people, given.months) if given.country else usual_rows()
    began = time.monotonic()
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.platform()}")
    print(_TABLE.format("NAME", "SIZE", "UNIT", "OURS", "FLOOR", "RATIO"), flush=True)
    measured = []
    for row in rows:
        measured.append(row)
        figures = (f"{row.ours:,.0f}", f"{row.floor:,.0f}", f"{row.ratio:.3f}")
        print(_TABLE.format(row.name, f"{row.size:,}", row.unit, *figures), flush=True)
        given.out.parent.mkdir(parents=True, exist_ok=True)
        given.out.write_text(json.dumps([row.as_json() for row in measured], indent=2) + "\n")
    print(f"{given.out} written, in {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
