"""Undoes what a run withdraws, so that whoever held a category goes on holding it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from osms_common.domain.codes import Category
from osms_matching.domain.decisions import Outcome
from osms_matching.rules.couples import OF_COUPLES

_NOT_BEGUN: Final = "delete from category_grant where since_run = %s and category = any(%s)"
_NOT_ENDED: Final = """
update category_grant set until_run = null where until_run = %s and category = any(%s)
"""
_UNDONE: Final = "update decision set undone = true where run = %s and category = any(%s)"


def undo(connection: Any, number: int, categories: Collection[Category]) -> None:
    """
    Undoes what a run withdraws in some categories.

    Of R03 and R04 everything is undone, and both where one is named.
    """
    named = {*categories}
    couples = {*OF_COUPLES} if named & {*OF_COUPLES} else set()
    whole, single = [*map(str, couples)], [*map(str, named - couples)]
    connection.execute(_NOT_BEGUN, (number, whole))
    connection.execute(_NOT_ENDED, (number, [*whole, *single]))
    connection.execute(_UNDONE, (number, whole))
    connection.execute(f"{_UNDONE} and outcome = '{Outcome.WITHDRAWN}'", (number, single))
