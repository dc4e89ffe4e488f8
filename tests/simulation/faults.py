"""What may happen while senders send."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Final

from tests.simulation.site import Site


class Fault(StrEnum):
    """A fault, made while everybody sends."""

    NOTHING = "nothing"
    SERVER_KILLED = "kill -9 of the server"
    SERVER_STOPPED = "the server is stopped"
    POSTMASTER_KILLED = "kill -9 of PostgreSQL"
    BACKEND_KILLED = "kill -9 of a process of PostgreSQL"
    CLIENT_KILLED = "kill -9 of a sender"


DECK: Final = [fault for fault in Fault if fault is not Fault.NOTHING]
"""Every fault once."""

STRIKES: Final[Mapping[Fault, Callable[[Site], None]]] = {
    Fault.SERVER_KILLED: Site.kill_server,
    Fault.SERVER_STOPPED: Site.stop_server,
    Fault.POSTMASTER_KILLED: Site.kill_postmaster,
    Fault.BACKEND_KILLED: Site.kill_backend,
}
"""How a fault is made; what is not here is done to a sender."""
