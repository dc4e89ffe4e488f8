"""The coverage page says what the kit shows, and every paragraph is accounted for."""

from __future__ import annotations

from tests.conformance.coverage import PAGE, READINGS, cases, page, unaccounted


def test_the_page_is_current() -> None:
    """docs/coverage.md is what `python -m tests.conformance.coverage` writes."""
    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_paragraph_is_accounted_for() -> None:
    """A paragraph is shown by a case, or the page says why it cannot be."""
    assert unaccounted() == set()


def test_every_reading_is_named() -> None:
    """Cases name no reading that the page does not know."""
    named = {code for _, provisions in cases() for code in provisions if code.startswith("d")}
    assert named == set(READINGS)
