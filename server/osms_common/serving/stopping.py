"""When a command that serves is told to stop."""

from __future__ import annotations

import signal
import sys
import threading
from typing import Final

_LISTEN_SECONDS: Final = 1.0


class Stopping:
    """Told by SIGTERM or SIGINT, and where that is wanted by the end of standard input."""

    def __init__(self, *, until_stdin_closes: bool = False) -> None:
        self._told = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._told.set())
        if until_stdin_closes:
            threading.Thread(target=self._wait_for_end_of_input, daemon=True).start()

    def wait(self) -> None:
        """Waits until it is told."""
        while not self._told.wait(_LISTEN_SECONDS):
            pass  # a signal that the system gives to another thread is heard only now

    def _wait_for_end_of_input(self) -> None:
        while sys.stdin.buffer.read(4096):
            pass
        self._told.set()
