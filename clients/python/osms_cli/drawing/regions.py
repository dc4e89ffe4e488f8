"""Draws a region that was made up, and how far its making is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from osms_cli import output
from osms_cli.sample import Feed, RegionSummary


@contextmanager
def followed(what: str, *, quiet: bool = False) -> Iterator[Callable[[int, int], None]]:
    """Shows how much is done of something, on a terminal."""
    to_error = output.console(to_error=True)
    if quiet or not to_error.is_terminal:
        yield lambda _done, _all: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=to_error, transient=True) as shown:
        task = shown.add_task(what)
        yield lambda done, of: shown.update(task, completed=done, total=of)


def draw_region(summary: RegionSummary) -> None:
    """What is in a region."""
    people, deliveries = output.count(summary.people), output.count(summary.deliveries)
    output.say(f"{summary.directory}: {people} people, {deliveries} deliveries", "bold")
    output.show(
        output.table(
            ["FEED", "LINES", "OF THEM BAD"],
            (
                [feed.value, summary.lines.get(feed, 0), summary.bad_lines.get(feed, 0)]
                for feed in Feed
                if summary.lines.get(feed)
            ),
            right=frozenset({"LINES", "OF THEM BAD"}),
        )
    )
