"""What a change would give and take."""

from __future__ import annotations

from osms_cli import output
from osms_cli.drawing.words import through
from osms_cli.moments import day_shown
from osms_client import HeldPreview, PersonChange, Preview


def draw(shown: HeldPreview) -> None:
    """Draws what an approval would change."""
    if shown.preview is None:
        output.say("it concerns many people at once: nobody is counted or listed")
        return
    draw_counts(shown.preview)
    if shown.changes:
        output.show(
            output.table(
                ["IIN", "GAINS FROM", "LOSES FROM", "GROUND LOST", "ENTITLED THEN"],
                map(_row, shown.changes),
                fold=frozenset({"ENTITLED THEN"}),
            )
        )


def draw_counts(preview: Preview) -> None:
    """Draws how many people would gain and lose."""
    for name, number, meaning in (
        ("gaining", preview.gaining, "people would gain days of the right, from today on"),
        ("losing", preview.losing, "people would lose days of the right, from today on"),
    ):
        output.say(output.counted(name, number, meaning, "yellow" if name == "losing" else ""))


def _row(change: PersonChange) -> list[str | None]:
    days = (f"{days.start.isoformat()} to {through(days.end)}" for days in change.entitled_after)
    return [
        change.iin,
        day_shown(change.first_gained),
        day_shown(change.first_lost),
        change.lost_ground,
        ", ".join(days),
    ]
