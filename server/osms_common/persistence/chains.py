"""
Chains of hashes over the logs: who changes what was written breaks the chain after it.

Every writer has a chain of its own, which begins with its id. What is written at once is a link:
its texts, hashed together with the hash of the link before. Beside each log stands how far every
writer has come, written with its links, so that a link taken from the end shows as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from osms_common.application.acts import LogName


class Entry(NamedTuple):
    """The place of an entry in one of the logs."""

    log: LogName
    writer: UUID
    sequence: int


class End(NamedTuple):
    """How far a writer has come: the number of its last entry, and the hash there."""

    sequence: int
    chain: bytes


class Link(NamedTuple):
    """What was written at once: its entries from *first* to *last*, and the texts hashed."""

    writer: UUID
    first: int
    last: int
    record_time: datetime
    texts: tuple[str, ...]
    chain: bytes
    is_sound: bool = True
    """False where something in it is not as its texts say, which no hash covers."""


def chained(before: bytes, texts: Iterable[str]) -> bytes:
    """The hash over what is written together, and over the hash *before* it."""
    return sha256(before + "\n".join(texts).encode()).digest()


class _Followed:
    """The chain of one writer, as far as it was followed."""

    def __init__(self, writer: UUID, anchor: End | None) -> None:
        self.writer = writer
        self.end = End(0, writer.bytes)
        self.record_time = datetime.min.replace(tzinfo=UTC)
        self.anchor = anchor
        """Where the chain was when it was last followed, if it still has to come there."""

    def take(self, link: Link) -> bool:
        """Goes on with a link; False if it does not follow from what was before."""
        follows = (
            link.is_sound
            and link.first == self.end.sequence + 1
            and chained(self.end.chain, link.texts) == link.chain
        )
        self.end = End(link.last, link.chain)
        self.record_time = link.record_time
        if self.anchor is not None and self.end.sequence >= self.anchor.sequence:
            follows = follows and self.end == self.anchor
            self.anchor = None
        return follows


Ends = Mapping[UUID, tuple[End, datetime]]
"""How far each writer says it has come, and when it wrote last."""


class Follower:
    """
    Follows every chain of a log, in one state of it.

    *anchors* are the ends that an earlier check found, kept where nobody who can write to the
    database can: what was there then must be there now. Without them, whoever owns the database
    could take out the end of a chain, or all of it, or make it anew.
    """

    def __init__(self, log: LogName, anchors: Mapping[UUID, End]) -> None:
        self._log = log
        self._anchors = dict(anchors)
        self.ends: dict[UUID, End] = {}
        """The end of every chain, once it was followed."""

    def broken(self, links: Iterable[Link], told: Ends) -> Iterator[Entry]:
        """
        The entries that do not follow from those before: they were changed, or others taken out.

        *links* come writer by writer, in order; *told* is how far each says that it has come. Of
        what was written at once the first entry is told. One after the last tells that the end of
        a chain is missing.
        """
        left = dict(told)
        followed: _Followed | None = None
        for link in links:
            if followed is None or link.writer != followed.writer:
                yield from self._ended(followed, left)
                followed = _Followed(link.writer, self._anchors.pop(link.writer, None))
            if not followed.take(link):
                yield Entry(self._log, link.writer, link.first)
        yield from self._ended(followed, left)
        for writer in sorted(left.keys() | self._anchors.keys()):  # of these nothing is left
            yield Entry(self._log, writer, 1)

    def _ended(
        self, followed: _Followed | None, told: dict[UUID, tuple[End, datetime]]
    ) -> Iterator[Entry]:
        """The place after the end of a chain that does not end where its writer had come to."""
        if followed is None:
            return
        self.ends[followed.writer] = followed.end
        is_end = told.pop(followed.writer, None) == (followed.end, followed.record_time)
        if not is_end or followed.anchor is not None:
            yield Entry(self._log, followed.writer, followed.end.sequence + 1)
