"""`python -m tests.benchmarks`: measures, prints a table, writes a JSON list of its rows."""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Final

from tests.benchmarks.asking import usual_asker
from tests.benchmarks.empty_handler import Flavour
from tests.benchmarks.look_ups import Plan, look_up_rows, newcomers_for
from tests.benchmarks.matching import matching_rows
from tests.benchmarks.measures import (
    Row,
    measure_check,
    measure_feed,
    measure_rebuild,
    measure_roster,
)
from tests.benchmarks.preparing import CATEGORY, PAYMENT
from tests.benchmarks.pushing import Pushed
from tests.benchmarks.stage import Front, Stage

_TABLE: Final = "{:<33}{:>11}  {:<11}{:>12}{:>12}{:>9}"
_SIZES: Final = (100_000, 5_000_000)
_FEEDS, _LOOK_UPS, _MATCHING = "feeds", "look-ups", "matching"
_GROUPS: Final = (_FEEDS, _LOOK_UPS, _MATCHING)


def feed_rows() -> Iterator[Row]:
    """The rows of `make bench` about feeds, with a rebuild and one question."""
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


def rows_of_look_ups(given: argparse.Namespace) -> Iterator[Row]:
    """The rows of `make bench` about look-ups, size by size; peers stand beside the first."""
    front = Front.usual() if given.front is None else Front(given.front, given.processes)
    with tempfile.TemporaryDirectory(prefix="osms-benchmark-") as name:
        folder = Path(name)
        plan = Plan(usual_asker(folder), front, given.rounds, given.seconds)
        print(f"look-ups: {plan.asker.name} asks, {front} answers", flush=True)
        newcomers = newcomers_for(plan, folder)
        for number, people in enumerate(given.sizes):
            peers = number == 0 and not given.without_peers
            yield from look_up_rows(people, replace(plan, peers=peers), newcomers)


def chosen_rows(given: argparse.Namespace) -> Iterator[Row]:
    """The rows that are asked for."""
    if given.country:
        return country_rows(given.people, given.months)
    groups = {
        _FEEDS: feed_rows(),
        _LOOK_UPS: rows_of_look_ups(given),
        _MATCHING: matching_rows(given.matching_people, given.months),
    }
    return chain.from_iterable(groups[name] for name in _GROUPS if given.only in {None, name})


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("build/bench.json"))
    parser.add_argument("--country", action="store_true", help="take a country in")
    parser.add_argument("--people", type=int, default=10_000_000)
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--only", choices=_GROUPS, help="leave the others out")
    parser.add_argument("--matching-people", type=int, default=1_000_000, metavar="PEOPLE")
    look_ups = parser.add_argument_group("look-ups")
    look_ups.add_argument("--sizes", type=int, nargs="+", default=_SIZES, metavar="PEOPLE")
    look_ups.add_argument("--rounds", type=int, default=5)
    look_ups.add_argument("--seconds", type=float, default=1.0, help="of one leg of a round")
    look_ups.add_argument("--front", type=Flavour, choices=list(Flavour), help="who answers")
    look_ups.add_argument("--processes", type=int, default=1, help="in how many processes")
    look_ups.add_argument("--without-peers", action="store_true")
    return parser


def main() -> None:
    """Measures and tells."""
    given = _parser().parse_args()
    rows = chosen_rows(given)
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
