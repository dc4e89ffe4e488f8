"""Logs who asked about whom, and gives every answer its number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from osms_server.application.rows import AccessRow


class AccessLog(Protocol):
    """The log of answers."""

    def new_receipt(self) -> UUID:
        """A number under which an answer can be found again."""

    def log(self, rows: Sequence[AccessRow]) -> None:
        """Keeps answers that are about to be given; they are durable when it returns."""
