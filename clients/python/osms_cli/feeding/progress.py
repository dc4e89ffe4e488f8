"""A progress bar for pushes, on standard error; nothing where nobody looks at a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from osms_cli.feeding.push import Watch
from osms_cli.feeding.source import Source
from osms_cli.feeding.tally import Tally
from osms_cli.output import console, count


@contextmanager
def shown_progress(file: Path, *, quiet: bool) -> Iterator[Watch]:
    """Shows how far a file is, until the block ends."""
    to_error = console(to_error=True)
    if quiet or not to_error.is_terminal:
        yield lambda _tally, _source: None
        return
    progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TextColumn("{task.fields[told]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=to_error,
        transient=True,
    )
    with progress:
        task = progress.add_task(file.name, total=None, told="")

        def watch(tally: Tally, source: Source) -> None:
            told = f"{count(tally.sent)} lines  {count(round(tally.lines_per_second))} a second"
            progress.update(task, completed=source.bytes_read(), total=source.size, told=told)

        yield watch
