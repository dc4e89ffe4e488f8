"""Follows every chain of both logs, in one state of them, and tells what was tampered with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final
from uuid import UUID

import sqlalchemy as sa

from osms_common.application.acts import LogName
from osms_common.persistence import acts
from osms_common.persistence.chains import End, Entry, Follower
from osms_server.persistence import access

EndsOfLogs = Mapping[LogName, Mapping[UUID, End]]
"""The ends of the chains of each log, by writer."""

_NONE: Final[EndsOfLogs] = MappingProxyType({})


class LogCheck:
    """
    A check of the log of answers and the log of acts.

    *anchors* are the ends that an earlier check found; what was there then must be there now.
    """

    def __init__(self, anchors: EndsOfLogs = _NONE) -> None:
        self._anchors = anchors
        self.ends: dict[LogName, Mapping[UUID, End]] = {}
        """The end of every chain, once it was followed."""

    def broken_entries(self, connection: sa.Connection) -> Iterator[Entry]:
        """
        The entries that do not follow from those before: they were changed, or others taken out.

        The transaction must see one state (REPEATABLE READ), since others write meanwhile.
        """
        connection.execute(sa.text("set local datestyle = 'ISO'"))
        for name, log in ((LogName.ANSWERS, access), (LogName.ACTS, acts)):
            follower = Follower(name, self._anchors.get(name, {}))
            yield from follower.broken(log.links(connection), log.ends(connection))
            self.ends[name] = follower.ends
