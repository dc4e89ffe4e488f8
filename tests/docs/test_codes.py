"""The page of codes says what the server takes."""

from __future__ import annotations

from osms_common.domain.codes import Category, Document
from osms_server.rules.reference import BODIES, SOURCES
from tests.docs.codes import PAGE, page


def test_the_page_is_current() -> None:
    """docs/codes.md is what `python -m tests.docs.codes` writes."""
    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_code_can_be_looked_up() -> None:
    """Whatever a sender or an operator may have to write is on the page."""
    for code in (*Category, *SOURCES, *BODIES, *Document):
        assert f"`{code}`" in page()
