"""How a push ended, for people and for machines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from rich.text import Text

from osms_cli import output
from osms_cli.drawing import previews
from osms_cli.failures import violation_line
from osms_cli.feeding.push import Pushed
from osms_cli.feeding.rehearsal import Tried
from osms_cli.feeding.source import STDIN, STDIN_NAME
from osms_cli.feeding.tally import FIRST_FEW, Tally
from osms_cli.moments import stamp_shown
from osms_client import Preview

_COUNTED: Final = (
    ("accepted", "stored as facts"),
    ("duplicate", "known before, counted once"),
    ("rejected", "in the repair queue"),
    ("held", "waiting for a supervisor's approval"),
    ("repeated", "stored before the line was cut; what became of them was not seen"),
)

_WOULD_BE_COUNTED: Final = (
    ("accepted", "would be stored as facts"),
    ("duplicate", "known before, would count once"),
    ("rejected", "would go into the repair queue"),
    ("held", "would wait for a supervisor's approval"),
)
_FEEDS_OF_THE_MATCHING: Final = frozenset({"REPORT", "CONTRIBUTION"})
_OF_THE_MATCHING: Final = {
    "accepted": "stored",
    "rejected": "kept, with what is wrong with them",
}
_WOULD_BE_OF_THE_MATCHING: Final = {
    "accepted": "would be stored",
    "rejected": "would be kept, with what is wrong with them",
}
_STYLES: Final = {"rejected": "red", "held": "yellow"}
_NOTHING: Final = "the service knows that there is nothing to report"
_Meanings = Sequence[tuple[str, str]]


def document(pushed: Pushed) -> dict[str, Any]:
    """A push as a JSON document."""
    position, tally = pushed.position, pushed.tally
    return {
        "file": str(pushed.file),
        "feed": position.destination.feed,
        "sender": position.destination.sender,
        "address": position.destination.address,
        "finished": position.finished,
        "nothing_to_do": pushed.nothing_to_do,
        "resumed_at_line": pushed.resumed_at or None,
        "lines": position.acknowledged,
        **{name: position.counts.get(name, 0) for name, _ in _COUNTED},
        "first_position": position.first_position,
        "next_position": position.first_position + position.acknowledged,
        "seconds": round(tally.seconds, 3),
        "lines_per_second": round(tally.lines_per_second, 1),
        "rejected_by_reason": dict(tally.reasons.most_common()),
        "flagged": dict(tally.flags),
        "held_batches": dict(tally.held_batches),
        "first_rejections": tally.first,
    }


def draw(pushed: Pushed) -> None:
    """A push as people read it."""
    for line in _lines(pushed):
        output.say(line)


def _lines(pushed: Pushed) -> Iterator[Text]:
    position = pushed.position
    if pushed.nothing_to_do:
        when = f"{pushed.file} was pushed already ({stamp_shown(position.updated)})"
        yield Text(f"{when}: nothing to do; --again pushes it anew")
        yield from _counts(position.counts, _counted(position.destination.feed))
        return
    if pushed.resumed_at:
        yield Text(f"{_name(pushed.file)} goes on from line {output.count(pushed.resumed_at)}")
    if pushed.uncertain:
        yield Text(
            f"  {output.count(pushed.uncertain)} records came into the feed unseen; what they may"
            " have been is sent again and counted once"
        )
    if not position.acknowledged:
        if position.finished:
            yield Text(f"{_name(pushed.file)}: no lines; {_NOTHING}")
        return
    yield _head(pushed)
    yield from _counts(position.counts, _counted(position.destination.feed))
    yield from _faults(pushed.tally, " in this run" if pushed.resumed_at else "")
    yield from _held(pushed.tally)


def tried_document(tried: Tried) -> dict[str, Any]:
    """A dry run as a JSON document."""
    tally = tried.tally
    return {
        "file": str(tried.file),
        "feed": tried.destination.feed,
        "sender": tried.destination.sender,
        "address": tried.destination.address,
        "validate_only": True,
        "lines": tally.sent,
        **{name: tally.counts[name] for name, _ in _WOULD_BE_COUNTED},
        **_people(tried.preview),
        "first_position": tried.first_position,
        "seconds": round(tally.seconds, 3),
        "lines_per_second": round(tally.lines_per_second, 1),
        "rejected_by_reason": dict(tally.reasons.most_common()),
        "flagged": dict(tally.flags),
        "first_rejections": [
            {"line": each.line, "position": each.position, "violations": each.violations}
            for each in tally.first
        ],
    }


def draw_tried(tried: Tried) -> None:
    """A dry run as people read it."""
    tally = tried.tally
    lines = f"{output.lines(tally.sent)} in {tally.seconds:.1f} s"
    output.say(f"{_name(tried.file)}: {lines}, only tried: nothing is stored", "bold")
    feed = tried.destination.feed
    for line in _counts(tally.counts, _counted(feed, would_be=True)):
        output.say(line)
    if tried.preview is not None:
        previews.draw_counts(tried.preview)
    for line in _faults(tally):
        output.say(line)


def _people(preview: Preview | None) -> dict[str, int]:
    return {} if preview is None else {"gaining": preview.gaining, "losing": preview.losing}


def _head(pushed: Pushed) -> Text:
    """How many lines went how fast; of a push that went on, how many of the file are done."""
    tally = pushed.tally
    done = pushed.position.acknowledged
    told = f"{output.lines(tally.sent if pushed.resumed_at else done)} in {tally.seconds:.1f} s"
    if tally.seconds >= 1:  # a speed tells nothing where nearly no time passed
        told += f", {output.count(round(tally.lines_per_second))} a second"
    if pushed.resumed_at:
        told += f"; {output.count(done)} in all"
    return Text(f"{_name(pushed.file)}: {told}", "bold")


def _name(file: Path) -> str:
    return STDIN_NAME if file == STDIN else str(file)


def _counted(feed: str, *, would_be: bool = False) -> _Meanings:
    """What the counts of a feed mean; the matching holds nothing, and has no repair queue."""
    meanings = _WOULD_BE_COUNTED if would_be else _COUNTED
    if feed not in _FEEDS_OF_THE_MATCHING:
        return meanings
    others = _WOULD_BE_OF_THE_MATCHING if would_be else _OF_THE_MATCHING
    return [(name, others.get(name, told)) for name, told in meanings if name != "held"]


def _counts(counts: Mapping[str, int], meanings: _Meanings) -> Iterator[Text]:
    for name, meaning in meanings:
        number = counts.get(name, 0)
        if name == "repeated" and not number:
            continue
        yield output.counted(name, number, meaning, _STYLES.get(name, ""))


def _faults(tally: Tally, when: str = "") -> Iterator[Text]:
    for flag, number in tally.flags.most_common():
        yield Text(f"  flagged {flag}: {output.count(number)}")
    if tally.reasons:
        yield Text(f"rejected{when}, by reason", "bold")
    for reason, number in tally.reasons.most_common():
        yield Text(f"  {reason:<26}{output.count(number):>8}")
    if tally.first:
        more = tally.rejected > FIRST_FEW
        yield Text("the first of them" if more else "the rejected lines", "bold")
    for rejected in tally.first:
        for number, violation in enumerate(rejected.violations):
            label = "" if number else f"line {output.count(rejected.line)}"
            yield Text(f"  {label:<14}{violation_line(violation)}")


def _held(tally: Tally) -> Iterator[Text]:
    for held_batch, number in tally.held_batches.items():
        yield Text(f"held: {output.count(number)} in {held_batch}; osms approve {held_batch}")
