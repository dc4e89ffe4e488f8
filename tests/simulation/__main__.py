"""
The long simulation: round after round, each of its own seed, until time is up or one fails.

    python -m tests.simulation --seed 1 --hours 2
    python -m tests.simulation --seed 4711 --rounds 1     (to repeat a round that failed)
"""

from __future__ import annotations

import argparse
import itertools
import sys
import time
from contextlib import closing
from typing import Final

from osms_cli.scenario.delivery import Actors
from osms_client import NamedCaller
from tests.simulation.invented import run_invented_case
from tests.simulation.rounds import Size, run_round, shuffled
from tests.simulation.site import site
from tests.simulation.what_was_acknowledged import require
from tests.simulation.withdrawn import withdraw_from_invented_lives

_LONG: Final = Size(moments=6, acts=24)
_DECKS: Final = 2
"""How often every fault comes in a round."""

_CASES: Final = 10
"""Invented cases that follow every round, on the server that was killed so often."""

_WITHDRAWN: Final = 2
"""Of so many more, stretches are withdrawn."""


def say(line: str) -> None:
    """Tells the progress."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    """Runs rounds; the first that fails ends the run with its seed."""
    parser = argparse.ArgumentParser(prog="make simulate")
    parser.add_argument("--seed", type=int, default=1, help="seed of the first round")
    parser.add_argument("--hours", type=float, default=1.0, help="how long to go on")
    parser.add_argument("--rounds", type=int, default=0, help="how many rounds; 0: no limit")
    given = parser.parse_args()
    until = time.monotonic() + given.hours * 3600
    with site() as running, closing(Actors(running.address, NamedCaller)) as actors:
        for done, seed in enumerate(itertools.count(given.seed)):
            if time.monotonic() > until or done == (given.rounds or -1):
                say(f"{done} rounds, no failure")
                return
            say(f"round {done + 1}, seed {seed}")
            try:
                run_round(running, seed, _LONG, shuffled(seed, _DECKS), say)
                for case in range(seed * _CASES, (seed + 1) * _CASES):
                    run_invented_case(actors, case, size=30)
                for case in range(seed * _WITHDRAWN, (seed + 1) * _WITHDRAWN):
                    withdraw_from_invented_lives(actors, running.timelines, case, size=40)
                    require(running.differences() == 0, f"withdrawn from case {case}")
            except BaseException:
                say(f"FAILED; to repeat it: make simulate SEED={seed} ROUNDS=1")
                raise


if __name__ == "__main__":
    main()
