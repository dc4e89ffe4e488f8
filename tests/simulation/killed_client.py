"""A sender that is killed while it sends."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from random import Random
from typing import Final

from tests.processes import environment
from tests.simulation.manoeuvres import Feed
from tests.simulation.senders import FeedSender

_SECONDS: Final = 60
_ROOT: Final = Path(__file__).parents[2]


def push_and_kill(sender: FeedSender, chance: Random) -> None:
    """Lets a process push what is left, and kills it after a while, wherever it is then."""
    feed = sender.feed
    feed.acknowledged.send(1, feed.end - 1)
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        json.dump(sender.events, file)
        file.flush()
        command = [sys.executable, "-m", "tests.simulation.pushing", feed.address]
        process = subprocess.Popen(  # noqa: S603 - our own program
            [*command, sender.name.name, sender.name.kind, file.name],
            cwd=_ROOT,
            env=environment(),
            stdout=subprocess.PIPE,
            text=True,
        )
        watch = threading.Timer(_SECONDS, process.kill)
        watch.start()
        _read_and_kill(process, feed, chance)
        process.wait()
        watch.cancel()
    sender.kept = feed.acknowledged.next_position - 1


def _read_and_kill(process: subprocess.Popen[str], feed: Feed, chance: Random) -> None:
    """Reads what the process is told; after some answers it may go on for a blink."""
    assert process.stdout is not None
    left = chance.randint(0, 4)
    with process.stdout as answers:
        for line in answers:
            if line.strip() != "open":
                position, revision = line.split()
                feed.acknowledged.note(int(position), revision)
            if left == 0:
                time.sleep(chance.uniform(0, 0.01))
                process.kill()
            left -= 1
