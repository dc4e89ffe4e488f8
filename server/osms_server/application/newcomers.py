"""
Newcomers: people of whom nothing is known, and one message of a batch tells of a category.

Nothing that is known and no other line of the batch can change what becomes of such a message,
so there is nothing to judge it against: it is accepted as it stands. A country's first load, and
the births of every day, are of this kind, and cost a third of what judging costs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from osms_common.application.feed import FeedRow
from osms_common.domain.codes import Obligation
from osms_server.application.drafts import Drafts
from osms_server.application.episodes import sound_episode
from osms_server.application.ports import Transaction
from osms_server.application.rows import (
    CategoryFactRow,
    FactKind,
    PersonRow,
)
from osms_server.domain.records import CategoryRecord
from osms_server.rules.acceptance import limits_on
from osms_server.rules.parameters import Parameters


class Newcomers:
    """Takes the messages of one batch that tell of newcomers; the persons are gathered."""

    def __init__(
        self,
        tx: Transaction,
        feed: FeedRow,
        drafts: Drafts,
        parameters: Parameters,
        records: Iterable[CategoryRecord],
    ) -> None:
        self._sender = feed.sender
        self._revision = tx.revision
        self._parameters = parameters
        self._limits = limits_on(tx.day, parameters)
        self._drafts = drafts
        told = list(records)
        about = Counter(record.iin for record in told)
        self._strangers = drafts.strangers(iin for iin, lines in about.items() if lines == 1)
        numbers = Counter(record.message_number for record in told)
        self._new_numbers = {
            number
            for number, lines in numbers.items()
            if lines == 1 and number > feed.message_number_max
        }
        self.number_max = 0
        self.delivered: set[Obligation] = set()

    def take(self, position: int, record: CategoryRecord) -> bool:
        """Accepts a sound assignment of a newcomer; False where the message must be judged."""
        number, iin, told, violations = record
        if iin not in self._strangers or number not in self._new_numbers or violations:
            return False
        sound = sound_episode(told, self._limits, self._parameters)
        if sound is None or sound.is_removal:
            return False
        assert iin is not None
        category, assigned_on, source, _, obligation, timeline, _ = sound
        revision, sender = self._revision, self._sender
        self._drafts.add_newcomer(
            PersonRow(iin, revision, revision, FactKind.CATEGORY, timeline),
            CategoryFactRow(
                iin,
                category,
                assigned_on,
                0,
                source,
                None,
                None,
                number,
                None,
                sender,
                position,
                revision,
            ),
            (sender, number, sound.digest_for(iin)),
        )
        if obligation is not None:
            self.delivered.add(obligation)
        self.number_max = max(self.number_max, number)
        return True
