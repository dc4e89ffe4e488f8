"""Logs as writers write them and exports tell them, made without the service."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

from osms_client.logs import FileLines, LogLink

BEGAN: Final = datetime(2026, 7, 1, 4, tzinfo=UTC)
ONE: Final = UUID("11111111-1111-4111-8111-111111111111")
OTHER: Final = UUID("22222222-2222-4222-8222-222222222222")
DESK: Final = UUID("33333333-3333-4333-8333-333333333333")
MINUTE: Final = timedelta(minutes=1)


def hashed(link: LogLink, before: bytes) -> LogLink:
    """A link with the right hash."""
    text = "\n".join(value for _, value in link.fields)
    return replace(link, chain=sha256(before + text.encode()).digest())


class Logbook:
    """Both logs, from their beginning."""

    def __init__(self) -> None:
        self.now = BEGAN
        self.links: list[tuple[datetime, LogLink]] = []
        self._ends: dict[tuple[str, UUID], tuple[int, bytes]] = {}

    def act(self, writer: UUID = ONE, **fields: str) -> None:
        """Keeps an act, a second after what was kept before."""
        last, _ = self._end("ACTS", writer)
        told = {
            "record_time": self._instant(),
            "writer": writer.hex,
            "sequence": str(last + 1),
            "caller": "fund-supervisor/supervisor1",
            "certificate": "ab" * 32,
            "method": "ApproveHeldBatch",
            "kind": "1",
            "outcome": "OK",
            "subject": '"қ"',
            "revision": "1870846230528000000",
            "iins": "900101300017",
            "request": "0a24",
            **fields,
        }
        self._keep("ACTS", writer, told, 1)

    def answers(self, persons: int = 1, writer: UUID = DESK, *, old: bool = False) -> None:
        """Keeps answers that were given together; *old* ones name no certificates."""
        last, _ = self._end("ANSWERS", writer)
        several = f"{{{','.join(['900101300017'] * persons)}}}"
        told = {
            "record_time": self._instant(),
            "writer": writer.hex,
            "first_sequence": str(last + 1),
            "first_receipt": f"019f694b-c080-7cff-b7cb-{last + 1:012x}",
            "callers": '{"mis/clinic1"}',
            "methods": '{"CheckEntitlement"}',
            "purposes": "{0}",
            "on_dates": "{2026-07-01}",
            "revisions": "{0}",
            "counts": f"{{{persons}}}",
            "iins": several,
            "statuses": several,
            "ground_kinds": several,
            **({} if old else {"certificates": '{""}'}),
        }
        self._keep("ANSWERS", writer, told, persons)

    def export(
        self, start: datetime | None = None, end: datetime | None = None, log: str = ""
    ) -> list[LogLink]:
        """What a service would export: the answers first, and the hash before each first link."""
        before: dict[tuple[str, str], bytes] = {}
        found: list[LogLink] = []
        for instant, link in sorted(self.links, key=lambda kept: kept[1].log, reverse=True):
            key = (link.log, link.writer_id)
            if (start is None or start <= instant) and (end is None or instant < end):
                first = before.pop(key, UUID(link.writer_id).bytes if link.first == 1 else b"")
                if log in {"", link.log}:
                    found.append(replace(link, chain_before=first))
            else:
                before[key] = link.chain
        return sorted(found, key=lambda link: link.log != "ANSWERS")

    def file(
        self, start: datetime | None = None, end: datetime | None = None, log: str = ""
    ) -> list[bytes]:
        """The lines of a file with what was kept between two instants."""
        return lines(self.export(start, end, log), start, end or self.now + MINUTE, log)

    def _instant(self) -> str:
        self.now += timedelta(seconds=1)
        return self.now.isoformat()

    def _end(self, log: str, writer: UUID) -> tuple[int, bytes]:
        return self._ends.get((log, writer), (0, writer.bytes))

    def _keep(self, log: str, writer: UUID, fields: dict[str, str], count: int) -> None:
        last, before = self._end(log, writer)
        bare = LogLink(log, str(writer), last + 1, last + count, tuple(fields.items()), b"")
        link = hashed(bare, before)
        self._ends[log, writer] = (link.last, link.chain)
        self.links.append((self.now, link))


def lines(
    links: Iterable[LogLink], start: datetime | None, complete: datetime, log: str = ""
) -> list[bytes]:
    """The lines of a file."""
    file = FileLines(log, start)
    return [*map(file.line, links), file.last_line(complete)]


def sealed(content: Sequence[bytes]) -> list[bytes]:
    """A file whose last line fits to what was done to the others."""
    told = json.loads(content[-1])
    told["links"] = len(content) - 1
    del told["sha256"]
    bare = json.dumps(told, separators=(",", ":"), ensure_ascii=False) + "\n"
    told["sha256"] = sha256(b"".join(content[:-1]) + bare.encode()).hexdigest()
    last = json.dumps(told, separators=(",", ":"), ensure_ascii=False) + "\n"
    return [*content[:-1], last.encode()]


def busy() -> Logbook:
    """Both logs, with several writers who take turns."""
    book = Logbook()
    for persons in (1, 3, 2):
        book.answers(persons)
        book.act(ONE)
        book.act(OTHER, kind="2", method="ListAccess", revision="")
    return book
