"""
Dry runs of files: every line is judged as a push would judge it, and nothing is stored.

The file is read from its first line, whatever was pushed of it before; the position beside it is
neither looked at nor touched.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from osms_cli.feeding.layout import Layout, Messages
from osms_cli.feeding.lines import Records
from osms_cli.feeding.position import Destination
from osms_cli.feeding.push import Watch
from osms_cli.feeding.source import opened
from osms_cli.feeding.tally import Tally
from osms_client import FeedPush, Preview

BATCH_SIZE: Final = 2000


@dataclass(frozen=True)
class Tried:
    """How the dry run of a file ended."""

    file: Path
    destination: Destination
    first_position: int
    tally: Tally
    preview: Preview | None
    """Who would gain and lose by all files so far; None where nobody is counted."""


@dataclass(frozen=True)
class FileRehearsal:
    """Tries files of one layout, each after those before it."""

    feed: FeedPush[Any]
    layout: Layout[Any] | Messages[Any]
    destination: Destination
    counts_people: bool = True
    """Whether the service counts who would gain and lose days of the right."""

    def rehearse(self, file: Path, watch: Watch) -> Tried:
        """Tries a file. OsmsError: it was cut, and what was tried is forgotten."""
        first = self.feed.next_position
        preview = Preview(0, 0) if self.counts_people else None
        with opened(file) as source:
            records = Records(source, self.layout)
            tally = Tally(lambda place: records.line_of(place - first))
            for ack in self.feed.send(records, batch_size=BATCH_SIZE):
                tally.add(ack)
                preview = ack.preview or preview
                watch(tally, source)
        return Tried(file, self.destination, first, tally, preview)
