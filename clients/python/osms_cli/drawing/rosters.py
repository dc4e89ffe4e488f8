"""What became of a roster snapshot."""

from __future__ import annotations

from rich.text import Text

from osms_cli import output
from osms_cli.drawing import previews
from osms_cli.failures import violation_line
from osms_cli.feeding.snapshot import Sent
from osms_cli.feeding.tally import FIRST_FEW
from osms_cli.moments import shown, stamp_shown
from osms_client import Outcome, SnapshotResult


def draw(sent: Sent) -> None:
    """Draws what became of a list."""
    if sent.result is None:
        output.say(
            f"{sent.file} was sent already ({stamp_shown(sent.position.updated)}):"
            " nothing to do; --again sends it anew"
        )
        return
    result = sent.result
    style = "yellow" if result.outcome is Outcome.HELD_FOR_APPROVAL else "green"
    head = Text(f"{sent.body}: {output.lines(sent.lines)}, ", "bold")
    output.say(head + Text(result.outcome.value, f"bold {style}"))
    if result.preview is not None:
        output.say("  only tried: nothing is stored")
        _draw_counts(result)
        previews.draw_counts(result.preview)
        _draw_rejected(sent)
        return
    output.say(f"  arrived {shown(result.arrival_time)}, on which its listings begin and end")
    _draw_counts(result)
    _draw_rejected(sent)
    if result.held_batch_id:
        output.say("  it would end too many listings, and changes nothing until it is approved:")
        output.say(f"  osms approve {result.held_batch_id}")


def _draw_counts(result: SnapshotResult) -> None:
    for name, number in (
        ("entered", result.entered),
        ("left", result.left),
        ("unchanged", result.unchanged),
        ("rejected", len(result.rejected_lines)),
    ):
        output.say(f"  {name:<10}{output.count(number):>12}")


def _draw_rejected(sent: Sent) -> None:
    for rejected in sent.rejected[:FIRST_FEW]:
        for number, violation in enumerate(rejected.violations):
            label = "" if number else f"line {output.count(rejected.line)}"
            output.say(f"  {label:<14}{violation_line(violation)}")
    if len(sent.rejected) > FIRST_FEW:
        where = "" if sent.tried else ": osms rejections"
        output.say(f"  … and {output.count(len(sent.rejected) - FIRST_FEW)} more{where}")
