"""A clinic that asks about one person all the while."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import date
from types import TracebackType
from typing import Final, Self

from osms_client import CannotTell, OsmsClient
from tests.simulation.what_was_acknowledged import require

_PAUSE: Final = 0.004
_SECONDS: Final = 60


class Watch:
    """Asks until the end of the block; the answer is "entitled", or that nobody can tell."""

    def __init__(self, clinic: OsmsClient, iin: str, day: date) -> None:
        self._clinic = clinic
        self._asked = (iin, day)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._ask, daemon=True)
        self.answers: Counter[str] = Counter()

    def __enter__(self) -> Self:
        """Begins to ask."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Asks no more. Broken: an answer was wrong."""
        self._stop.set()
        self._thread.join(_SECONDS)
        self._clinic.close()
        if kind is None:
            require(not self._thread.is_alive(), "a question was not answered in time")
            wrong = self.answers.keys() - {"ENTITLED", "cannot tell"}
            require(not wrong, "somebody who is entitled was told", wrong)

    def _ask(self) -> None:
        while not self._stop.wait(_PAUSE):
            self.answers[self._answer()] += 1

    def _answer(self) -> str:
        try:
            return self._clinic.check(*self._asked).status
        except CannotTell as error:
            return error.reason if error.reason == "INTERNAL" else "cannot tell"
        except Exception as error:  # noqa: BLE001 - told to whoever waits for the end
            return repr(error)
