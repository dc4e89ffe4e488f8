"""The days of one ground, and what it depends on."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from osms_common.domain.codes import System
from osms_server.domain.timeline import GroundCode
from osms_server.rules.standing import Episode, Listing, Registration


class GroundSpan(NamedTuple):
    """A ground holds on [start, end); if one of *depends_on* fails, it is preserved (p. 13)."""

    code: GroundCode
    start: date
    end: date
    depends_on: frozenset[System]
    basis: Episode | Listing | Registration | None = None
    """What it rests on; None for payments, and for what is laid over the facts."""
