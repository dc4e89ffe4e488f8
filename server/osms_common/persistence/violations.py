"""Violations as JSON: how the tables of rejected lines have them."""

from __future__ import annotations

from collections.abc import Iterable

from osms_common.domain.violations import Reason, Violation


def violations_json(violations: Iterable[Violation]) -> list[dict[str, str]]:
    """What is wrong with a line, as a table keeps it."""
    return [violation._asdict() for violation in violations]


def violations_of(fields: Iterable[dict[str, str]]) -> tuple[Violation, ...]:
    """What is wrong with a line, as it was kept."""
    return tuple(
        Violation(each["field"], Reason(each["reason"]), each["value"], each["provision"])
        for each in fields
    )
