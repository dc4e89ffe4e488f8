"""Bytes and fields that mean harm, on every RPC, by every kind of caller."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from tests.hostile.cases import EVERY_RPC, Cases
from tests.hostile.stage import stage

CASES: Final = 400
GROWTH_MAX: Final = 100
"""MiB by which a server may grow after the first cases; it grows by a tenth of it."""


def test_hostile_messages_are_refused_and_leave_nothing(dsn: str, tmp_path: Path) -> None:
    """Every answer is a proper status, nothing refused is stored, and all servers stay well."""
    with stage(dsn, tmp_path) as servers:
        servers.round(int.from_bytes(os.urandom(4), "big"), CASES)
        for target in servers.targets.values():
            figures = target.figures
            assert figures.memory[-1] - figures.memory[0] < GROWTH_MAX, figures.memory
            assert {"OK", "INVALID_ARGUMENT", "PERMISSION_DENIED"} <= set(figures.codes)


def test_the_same_seed_makes_the_same_cases() -> None:
    """A fault that was found once is found again; every RPC has its turn."""
    count = 2 * len(EVERY_RPC)
    first, again = (
        [case for case, _ in zip(Cases(7, list(EVERY_RPC)), range(count), strict=False)]
        for _ in range(2)
    )
    assert first == again
    assert {case.path for case in first} == set(EVERY_RPC)
