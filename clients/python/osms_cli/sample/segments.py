"""What one block contributes to one delivery."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from osms_cli.sample.files import packed

if TYPE_CHECKING:
    from osms_cli.sample.bad_messages import Place
    from osms_cli.sample.days import Day
    from osms_cli.sample.vocabulary import Feed


class Segment(NamedTuple):
    """The lines of one block in the file of one sender and day."""

    feed: Feed
    sender: str
    day: Day
    data: bytes  # packed, or with places for numbers where the feed has them
    lines: int
    bad: int
    fresh: int  # how many of the lines get a number of their own
    numbered_as: dict[int, Place]  # lines that repeat a number instead

    @classmethod
    def of(
        cls, feed: Feed, sender: str, day: Day, lines: list[str], bad: int, *, compress: bool
    ) -> Segment:
        """A segment of lines without numbers."""
        data = packed("".join(lines).encode(), compress=compress)
        return cls(feed, sender, day, data, len(lines), bad, 0, {})
