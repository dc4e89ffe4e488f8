"""
The long fuzz: round after round, each of its own seed, until time is up or one finds a fault.

    python -m tests.hostile --seed 1 --minutes 60
    python -m tests.hostile --seed 4711 --cases 3000 --rounds 1    (to repeat what was found)
"""

from __future__ import annotations

import argparse
import itertools
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from osms_server.bootstrap import connect
from osms_server.config import Settings
from osms_server.persistence.migration import migrate
from osms_server.persistence.own_postgres import own_postgres
from tests.hostile.stage import stage
from tests.hostile.trying import report


def say(*lines: str) -> None:
    """Tells the figures."""
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


@contextmanager
def _register(folder: Path) -> Iterator[str]:
    """An empty register on a PostgreSQL that is thrown away; the DSN of its owner."""
    postgres = own_postgres(folder / "postgresql", durable=False)
    postgres.start()
    try:
        engines = connect(postgres.dsn, Settings.read())
        migrate(engines.transactions)
        engines.dispose()
        yield postgres.dsn
    finally:
        postgres.stop()


def main() -> None:
    """Runs rounds; the first fault ends the run, with its seed."""
    parser = argparse.ArgumentParser(prog="make fuzz")
    parser.add_argument("--seed", type=int, default=1, help="seed of the first round")
    parser.add_argument("--minutes", type=float, default=60.0, help="how long to go on")
    parser.add_argument("--cases", type=int, default=3_000, help="cases of a round")
    parser.add_argument("--rounds", type=int, default=0, help="how many rounds; 0: no limit")
    given = parser.parse_args()
    until = time.monotonic() + given.minutes * 60
    with tempfile.TemporaryDirectory(prefix="osms-hostile-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # PostgreSQL may run as another user
        with _register(folder) as dsn, stage(dsn, folder) as servers:
            for done, seed in enumerate(itertools.count(given.seed)):
                if time.monotonic() > until or done == (given.rounds or -1):
                    break
                servers.round(seed, given.cases)
                say(f"round {done + 1}, seed {seed}")
                for kind, target in servers.targets.items():
                    say(*report(kind, target.figures))


if __name__ == "__main__":
    main()
