"""Cases as they stand in a file, in the order in which they happen."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

Json = Mapping[str, Any]


class CaseFileError(Exception):
    """A file is not a list of cases; the message says where and why."""


@dataclass(frozen=True)
class Moment:
    """Something that happens in a case at an instant: an event, or a question."""

    at: datetime
    kind: str
    """`event`, `query` or `feed_query`."""

    number: int
    body: Json

    @property
    def name(self) -> str:
        """How a report names it."""
        if self.kind == "event":
            return f"event {self.body.get('id', self.number)}"
        if self.kind == "query":
            return f"query {self.number}: {self.body.get('iin')} on {self.body.get('on')}"
        return f"feed query {self.number}: {self.body.get('feed')} of {self.body.get('sender')}"


@dataclass(frozen=True)
class Case:
    """One case of a file."""

    file: str
    body: Json

    @property
    def name(self) -> str:
        """The sentence that the case states."""
        return str(self.body.get("name", "unnamed"))

    @property
    def why(self) -> str:
        """Why the expectation is what it is."""
        return str(self.body.get("why", ""))

    @property
    def is_open(self) -> bool:
        """Whether the expectation rests on a reading under discussion."""
        return bool(self.body.get("open") or self.body.get("contested"))

    @property
    def parameters(self) -> dict[str, str]:
        """Dated parameters that differ from the law's, as the service takes them."""
        given: Json = self.body.get("parameters") or {}
        return {name: parameter_text(value) for name, value in given.items()}

    @property
    def matchings(self) -> int:
        """How many matchings the case has; they are not run here."""
        return len(self.body.get("matchings") or ())

    def moments(self) -> list[Moment]:
        """Events and questions in order of time; at one instant the events come first."""
        try:
            moments = [*_moments(self.body)]
        except (KeyError, TypeError, ValueError) as error:
            message = f"{self.file}: case {self.name!r}: {error!r}"
            raise CaseFileError(message) from error
        return sorted(moments, key=lambda moment: (moment.at, moment.kind != "event"))


def _moments(body: Json) -> Iterator[Moment]:
    for kind, field, at in (
        ("event", "events", "recorded_at"),
        ("query", "queries", "now"),
        ("feed_query", "feed_queries", "at"),
    ):
        entries: Iterable[Json] = body.get(field) or ()
        for number, entry in enumerate(entries, 1):
            yield Moment(instant(entry[at]), kind, number, entry)


def instant(text: str) -> datetime:
    """An instant with its offset. ValueError: it has none."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        message = f"{text} has no offset"
        raise ValueError(message)
    return moment


def parameter_text(value: Any) -> str:
    """The value of a dated parameter as text; a window of days as `first/last`."""
    if isinstance(value, list):
        return "/".join(str(part) for part in value)
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def read_cases(files: Iterable[Path]) -> Iterator[Case]:
    """The cases of files, in order. CaseFileError: a file is no list of cases."""
    for file in files:
        try:
            content = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            message = f"{file}: {error}"
            raise CaseFileError(message) from error
        cases = content.get("cases") if isinstance(content, dict) else content
        if not isinstance(cases, list):
            message = f"{file}: not a list of cases"
            raise CaseFileError(message)
        for body in cases:
            yield Case(str(file), body)
