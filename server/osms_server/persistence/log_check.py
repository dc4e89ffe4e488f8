"""Follows every chain of both logs, in one state of them, and tells what was tampered with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from uuid import UUID

import sqlalchemy as sa

from osms_server.persistence import access, acts
from osms_server.persistence.chains import End, Entry, Follower


class LogCheck:
    """
    A check of the log of answers and the log of acts.

    *anchors* are the ends that an earlier check found; what was there then must be there now.
    """

    def __init__(self, anchors: Mapping[UUID, End] = MappingProxyType({})) -> None:
        self._anchors = dict(anchors)
        self.ends: dict[UUID, End] = {}
        """The end of every chain, once it was followed."""

    def broken_entries(self, connection: sa.Connection) -> Iterator[Entry]:
        """
        The entries that do not follow from those before: they were changed, or others taken out.

        The transaction must see one state (REPEATABLE READ), since others write meanwhile.
        """
        connection.execute(sa.text("set local datestyle = 'ISO'"))
        for log in (access, acts):
            follower = Follower(self._anchors)
            yield from follower.broken(log.links(connection), log.ends(connection))
            self.ends |= follower.ends
        for writer in self._anchors:  # of these nothing is left
            yield Entry(writer, 1)
