"""The one row whose lock orders writers, and the last revision."""

from __future__ import annotations

import sqlalchemy as sa

from osms_common.domain.revision import Revision
from osms_matching.persistence.tables import head


class Head:
    """The last revision of the evidence, within a transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def read(self) -> Revision:
        """The last revision; 0 before the first."""
        return Revision(self._connection.execute(sa.select(head.c.revision)).scalar_one())

    def lock(self) -> Revision:
        """The same; whoever would write waits until this transaction is over."""
        question = sa.select(head.c.revision).with_for_update()
        return Revision(self._connection.execute(question).scalar_one())

    def advance(self, revision: Revision) -> None:
        """The revision of what this transaction adds."""
        self._connection.execute(sa.update(head).values(revision=revision))
