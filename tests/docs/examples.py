"""
Examples as documents show them: what is run, what is saved as a file, and what it shows.

A fence of `sh` is run; the fence of `text` right after it is what it shows. There `<anything>`
stands for what differs from run to run, and a line of `...` for any lines. A comment before
a fence tells more: `<!-- save: path -->` that a fence of `python` is that file, `<!-- run -->`
that a fence is run in a document of which not all is, `<!-- not run: why -->` that it is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

_FENCE: Final = re.compile(
    r"^(?:<!-- (?P<mark>[^\n]*?) -->\n)?```(?P<kind>[a-z]*)\n(?P<body>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_PLACEHOLDER: Final = re.compile(r"<[a-z]+>")
_ANY_LINES: Final = "..."


@dataclass(frozen=True)
class Example:
    """A script of a document, or a file that it needs, and what is shown to come of it."""

    line: int
    script: str
    saved_as: str = ""
    shown: str | None = None


def examples_in(document: str, *, only_marked: bool = False) -> list[Example]:
    """The examples of a document in order; *only_marked* leaves out those without a mark."""
    fences = list(_FENCE.finditer(document))
    following = [*fences[1:], None]
    return [
        _with_output(example, document, fence, after)
        for fence, after in zip(fences, following, strict=False)
        for example in _example(document, fence, only_marked=only_marked)
    ]


def _example(document: str, fence: re.Match[str], *, only_marked: bool) -> Iterator[Example]:
    mark = fence["mark"] or ""
    line = document.count("\n", 0, fence.start("kind")) + 1
    if mark.startswith("not run: "):
        return
    if fence["kind"] == "python":
        assert mark.startswith("save: "), f"line {line}: nothing says where this is saved"
        yield Example(line, fence["body"], saved_as=mark.removeprefix("save: "))
    elif fence["kind"] == "sh" and (mark == "run" or not only_marked):
        yield Example(line, fence["body"])


def _with_output(
    example: Example, document: str, fence: re.Match[str], after: re.Match[str] | None
) -> Example:
    if after is None or after["kind"] != "text" or example.saved_as:
        return example
    between = document[fence.end() : after.start()]
    return example if between.strip() else replace(example, shown=after["body"])


def shows(shown: str, written: str) -> bool:
    """Whether a document shows what was *written*."""
    lines = [line.rstrip() for line in written.strip("\n").split("\n")]
    parts = _parts([line.rstrip() for line in shown.strip("\n").split("\n")])
    if len(parts) == 1:
        return len(lines) == len(parts[0]) and _stand_at(0, parts[0], lines)
    first, *middle, last = parts
    at = len(first)
    if not _stand_at(0, first, lines):
        return False
    for part in middle:
        places = range(at, len(lines) - len(part) + 1)
        found = next((place for place in places if _stand_at(place, part, lines)), None)
        if found is None:
            return False
        at = found + len(part)
    end = len(lines) - len(last)
    return end >= at and _stand_at(end, last, lines)


def _parts(lines: Sequence[str]) -> list[list[str]]:
    """The lines between those that stand for any lines."""
    parts: list[list[str]] = [[]]
    for line in lines:
        if line == _ANY_LINES:
            parts.append([])
        else:
            parts[-1].append(line)
    return parts


def _stand_at(place: int, part: Sequence[str], lines: Sequence[str]) -> bool:
    found = lines[place : place + len(part)]
    return len(found) == len(part) and all(map(_is_shown_as, found, part))


def _is_shown_as(line: str, shown: str) -> bool:
    pattern = ".+".join(map(re.escape, _PLACEHOLDER.split(shown)))
    return re.fullmatch(pattern, line) is not None
