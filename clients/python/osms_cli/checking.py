"""
Asks about many persons at once, and answers every one of them.

Should the service fail in the middle of a list, whoever was not answered yet is unknown: that is
said of each of them, so that no reader takes silence for "not entitled".
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator

from osms_cli.failures import Failure
from osms_client import CannotTell, Entitlement, OsmsError

Result = Entitlement | OsmsError
Ask = Callable[[Iterator[str]], Iterator[Result]]


class _Remembered:
    """Persons as they are asked about, remembered until they are answered."""

    def __init__(self, iins: Iterable[str]) -> None:
        self._iins = iter(iins)
        self._lock = threading.Lock()  # a stream draws them in a thread of its own
        self._asked: deque[str] = deque()
        self.failure: Exception | None = None

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        with self._lock:
            try:
                iin = next(self._iins)
            except (OSError, Failure) as error:  # the stream's thread would keep it to itself
                self.failure = error
                raise StopIteration from error
            self._asked.append(iin)
            return iin

    def answered(self) -> str:
        """Who was answered now: the first who was not yet."""
        return self._asked.popleft()

    def unanswered(self) -> Iterator[str]:
        """Everybody who was not answered, asked about or not."""
        while True:
            with self._lock:
                iin = self._asked.popleft() if self._asked else next(self._iins, None)
            if iin is None:
                return
            yield iin


def check_all(iins: Iterable[str], ask: Ask) -> Iterator[tuple[str, Result]]:
    """
    Each person with the answer, in order; with an error where there is none.

    OSError, Failure: the list cannot be read to its end; who came before it is answered.
    CannotTell, after everybody has an answer: for some of them it was that.
    """
    remembered = _Remembered(iins)
    try:
        for result in ask(iter(remembered)):
            yield remembered.answered(), result
    except CannotTell as error:
        for iin in remembered.unanswered():
            yield iin, error
        raise
    if remembered.failure is not None:
        raise remembered.failure
