"""The client: one method for everything the service does, in the words of its users."""

from __future__ import annotations

from typing import Final, Self

from osms_client.asking import Asking
from osms_client.connection import Connection, Credentials
from osms_client.consumers import Consumers
from osms_client.deciding import Deciding
from osms_client.overlays import Overlays
from osms_client.repairing import Repairing
from osms_client.sandbox import Sandbox
from osms_client.sending import Sending
from osms_client.watching import Watching

_TIMEOUT: Final = 10.0
_IDLE_TIMEOUT: Final = 120.0


class OsmsClient(Asking, Sending, Consumers, Repairing, Deciding, Overlays, Watching, Sandbox):
    """
    A client of the service at *address*, as the caller whom *credentials* name.

    *timeout* is the deadline of every single call, in seconds; *idle_timeout* how long a stream
    waits for its next answer. Errors are told in *language* (`kk`, `ru` or `en`), in English where
    none is given. Everything can raise `OsmsError`.
    """

    def __init__(
        self,
        address: str,
        credentials: Credentials,
        *,
        timeout: float = _TIMEOUT,
        idle_timeout: float = _IDLE_TIMEOUT,
        language: str = "",
    ) -> None:
        connection = Connection(address, credentials, timeout=timeout, language=language)
        super().__init__(connection, idle_timeout=idle_timeout)

    def __enter__(self) -> Self:
        """The client, until the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Closes the connection."""
        self.close()

    def close(self) -> None:
        """Closes the connection."""
        self._connection.close()
