"""The page of rights says what the server does."""

from __future__ import annotations

from osms_common.application.callers import Scope
from osms_common.domain.codes import Role
from osms_common.rpc.rights import Log
from tests.docs.rights import LOGS, OF_THE_MATCHING, OF_THE_REGISTER, PAGE, ROLES, SCOPES, page


def test_the_page_is_current() -> None:
    """docs/rights.md is what `python -m tests.docs.rights` writes."""
    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_word_of_the_table_is_explained() -> None:
    """No role, no scope and no log is left to be guessed."""
    assert set(ROLES) == {*OF_THE_REGISTER, *OF_THE_MATCHING} == set(Role)
    assert set(SCOPES) == set(Scope)
    assert set(LOGS) == set(Log)
