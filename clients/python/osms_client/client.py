"""The client: one method for everything the service does, in the words of its users."""

from __future__ import annotations

import random
from typing import Final

from osms_client.asking import Asking
from osms_client.auditing import Auditing
from osms_client.backoff import Randomness
from osms_client.connection import Addresses, Connection, Credentials, Deadlines
from osms_client.consumers import Consumers
from osms_client.deciding import Deciding
from osms_client.overlays import Overlays
from osms_client.repairing import Repairing
from osms_client.sandbox import Sandbox
from osms_client.sending import Sending
from osms_client.watching import Watching

LOOKUP_TIMEOUT: Final = 3.0
TIMEOUT: Final = 10.0
IDLE_TIMEOUT: Final = 120.0


class OsmsClient(
    Asking, Sending, Consumers, Repairing, Deciding, Overlays, Watching, Auditing, Sandbox
):
    """
    A client of the register whose servers are at *addresses*, as whom *credentials* name.

    Several servers of one register are given as `"a:1,b:2"` or as a sequence, the preferred one
    first; where one does not answer, the next is asked.

    Deadlines are in seconds and for the whole, repetitions and other servers included:
    *lookup_timeout* for a question about one person, *timeout* for every other call and for every
    message of a list, *idle_timeout* for a stream of which nothing comes. Errors are told in
    *language* (`kk`, `ru` or `en`), in English where none is given. Repetitions are spread by
    *randomness*, which gives numbers in [0, 1). Everything can raise `OsmsError`.
    """

    def __init__(  # noqa: PLR0913 - one for each thing that may be chosen
        self,
        addresses: Addresses,
        credentials: Credentials,
        *,
        lookup_timeout: float = LOOKUP_TIMEOUT,
        timeout: float = TIMEOUT,
        idle_timeout: float = IDLE_TIMEOUT,
        language: str = "",
        randomness: Randomness = random.random,
    ) -> None:
        deadlines = Deadlines(lookup_timeout, timeout, idle_timeout)
        super().__init__(
            Connection(addresses, credentials, deadlines, language=language, randomness=randomness)
        )
