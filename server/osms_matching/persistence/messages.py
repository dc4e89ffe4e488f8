"""What is sent to the register: each message once, until the register has answered."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from osms_common.domain.codes import DEATH, Category, System
from osms_common.persistence.copying import raw
from osms_matching.application.ports import Answered, Message, MessageCounts
from osms_matching.domain.decisions import Outcome
from osms_matching.domain.runs import RunState

DEATH_WITHDRAWN: Final = "DEATH_WITHDRAWN"
"""The reason of a removal that takes the place of one for death."""

_IS_FILLED: Final = "select exists (select from filled_run where run = %s)"
_MARK_FILLED: Final = "insert into filled_run values (%s)"

# Whoever is granted a category hears of it before anybody loses one.
_FILL: Final = f"""
insert into message (place, run, iin, category, assigned_on, removed_on, source, reason)
select coalesce((select max(place) from message), 0)
           + row_number() over (order by outcome = '{Outcome.WITHDRAWN}', iin, category),
       run, iin, category, assigned_on,
       case when outcome = '{Outcome.WITHDRAWN}' then run.day end,
       source,
       case when outcome = '{Outcome.WITHDRAWN}' then reason end
from decision join run on run.number = decision.run
where run = %(run)s and not undone and {{part}}
"""
_FIRST: Final = _FILL.format(
    part="category <> all(%(whole)s)"
    f" and (outcome <> '{Outcome.WITHDRAWN}' or category <> all(%(removals)s))"
)
_REST: Final = _FILL.format(
    part="(category = any(%(whole)s)"
    f" or (outcome = '{Outcome.WITHDRAWN}' and category = any(%(removals)s)))"
)

# A removal for death ends every ground of a person. Once no death is known any more, the same
# episodes are told to have ended otherwise, so that other grounds hold again.
_CORRECT: Final = f"""
insert into message (place, run, iin, category, assigned_on, removed_on, source, reason)
select (select max(place) from message)
           + row_number() over (order by told.iin, told.category, told.assigned_on),
       run.number, told.iin, told.category, told.assigned_on, told.removed_on, told.source,
       '{DEATH_WITHDRAWN}'
from message told, run
where run.number = %(run)s and told.reason = '{DEATH}'
    and not exists (
        select from report death
        where death.iin = told.iin and death.kind = 'DEATH' and death.happened_on <= run.day
            and death.known <= run.known
            and (death.withdrawn is null or death.withdrawn > run.known)
    )
    and not exists (
        select from message later
        where (later.iin, later.category, later.assigned_on)
                = (told.iin, told.category, told.assigned_on)
            and later.place > told.place and later.reason is not null
    )
"""

_NUMBER: Final = """
with next as (
    select place, row_number() over (order by place) as ordinal
    from (
        select place, number from message where outcome is null order by place limit %(limit)s
    ) first
    where number is null
)
update message set number = next.ordinal + greatest(
    %(after)s::bigint, (select coalesce(max(number), 0) from message)
)
from next where message.place = next.place
"""
_UNANSWERED: Final = """
select place, iin, category, assigned_on, removed_on, source, reason, number
from message where outcome is null order by place limit %s
"""
_ANSWER: Final = """
update message set outcome = told.outcome, refusal = nullif(told.refusal, '')
from unnest(%s::bigint[], %s::smallint[], %s::text[]) told (place, outcome, refusal)
where message.place = told.place
"""
_RENUMBER: Final = "update message set number = null where place = any(%s)"
_COUNTS: Final = """
select count(*), count(outcome), count(refusal) from message where run = %s
"""
_SENT_RUNS: Final = f"""
select run_id from run
where state = '{RunState.FORMED}'
    and exists (select from filled_run where filled_run.run = run.number)
    and not exists (select from message where message.run = run.number and outcome is null)
"""


class MessageTable:
    """Messages to the register, in one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def counts(self, run: int) -> MessageCounts:
        """How far the messages of a run have come."""
        return MessageCounts(*self._rows(_COUNTS, (run,))[0])

    def is_filled(self, run: int) -> bool:
        """Whether the messages of a run were added."""
        return bool(self._rows(_IS_FILLED, (run,))[0][0])

    def fill(
        self, run: int, without: Collection[Category], without_removals: Collection[Category]
    ) -> None:
        """Adds the messages of a run: nothing of some categories, of others no removal."""
        self._execute(_FIRST, _parts(run, without, without_removals))
        self._execute(_CORRECT, {"run": run})
        self._execute(_MARK_FILLED, (run,))

    def fill_rest(
        self, run: int, all_of: Collection[Category], removals_of: Collection[Category]
    ) -> None:
        """Adds the messages of a run that were not added: all of some, of others the removals."""
        self._execute(_REST, _parts(run, all_of, removals_of))

    def unanswered(self, number_after: int, limit: int) -> Sequence[Message]:
        """
        The first messages that the register has not answered.

        Each has a number; those that had none get the next ones above *number_after* and above
        all that were given before.
        """
        self._execute(_NUMBER, {"limit": limit, "after": number_after})
        return [
            Message(place, iin, Category(category), since, until, System(source), reason, number)
            for place, iin, category, since, until, source, reason, number in self._rows(
                _UNANSWERED, (limit,)
            )
        ]

    def answer(self, answered: Sequence[Answered]) -> None:
        """Keeps what the register answered."""
        places = [each.place for each in answered]
        outcomes = [int(each.outcome) for each in answered]
        self._execute(_ANSWER, (places, outcomes, [each.refusal for each in answered]))

    def renumber(self, places: Collection[int]) -> None:
        """Takes numbers away that somebody else has used."""
        self._execute(_RENUMBER, ([*places],))

    def sent_runs(self) -> Sequence[UUID]:
        """Runs that are formed, and all of whose messages are answered."""
        return [row[0] for row in self._rows(_SENT_RUNS, ())]

    def _rows(self, question: str, parameters: Any) -> list[Any]:
        found: list[Any] = self._execute(question, parameters).fetchall()
        return found

    def _execute(self, statement: str, parameters: Any) -> Any:
        return raw(self._connection).execute(statement, parameters)


def _parts(
    run: int, whole: Collection[Category], removals: Collection[Category]
) -> dict[str, Any]:
    return {
        "run": run,
        "whole": [category.value for category in whole],
        "removals": [category.value for category in removals],
    }
