"""Days on a number of columns: the scale of a drawing, its axis, and its bars."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from osms_client import Timeline

AHEAD: Final = timedelta(days=92)
"""How far after today, or after the last day that is foreseen, a drawing goes on."""

ALL, SOME, NONE, GOES_ON, TODAY = "█", "▒", " ", "▶", "│"
_YEAR_DAYS: Final = 366


@dataclass(frozen=True)
class Window:
    """The days that the user wants to see, both included; None is as far as the timeline goes."""

    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class Span:
    """Days `[start, end)`; *end* is None where they go on."""

    start: date
    end: date | None


@dataclass(frozen=True)
class Scale:
    """Days `[start, end)` on so many columns."""

    start: date
    end: date
    columns: int

    @property
    def days(self) -> int:
        """How many days there are."""
        return (self.end - self.start).days

    def column_of(self, day: date) -> int:
        """The column in which a day lies; outside the drawing it is none of them."""
        return (day - self.start).days * self.columns // self.days

    def days_of(self, column: int) -> tuple[int, int]:
        """The days of a column, as numbers from the start, the second excluded."""
        first = -(-column * self.days // self.columns)
        return first, max(first + 1, -(-(column + 1) * self.days // self.columns))

    def days_a_column(self) -> int:
        """How many days a column stands for."""
        return max(1, round(self.days / self.columns))


def scale_of(timeline: Timeline, today: date, window: Window, columns: int) -> Scale:
    """The scale on which a timeline fits a number of columns."""
    stretches = timeline.stretches
    ends = [stretch.end or stretch.start for stretch in stretches]
    start = window.first or min(today, *(stretch.start for stretch in stretches))
    end = window.last + timedelta(days=1) if window.last else max(today, *ends) + AHEAD
    days = max((end - start).days, 1)
    return Scale(start, start + timedelta(days=days), min(columns, days))


def axis(scale: Scale) -> str:
    """The first month, then the years, or months in a short drawing, each where it begins."""
    cells = [" "] * scale.columns
    free_from = 0
    for day in (scale.start, *_beginnings(scale)):
        column = scale.column_of(day)
        months = day == scale.start or scale.days <= 2 * _YEAR_DAYS
        label = f"{day:%Y-%m}" if months else f"{day:%Y}"
        if column < free_from or column + len(label) > scale.columns:
            continue
        cells[column : column + len(label)] = label
        free_from = column + len(label) + 1
    return "".join(cells)


def _beginnings(scale: Scale) -> Iterator[date]:
    """The first days of the years, or of the months of a short drawing."""
    by_month = scale.days <= 2 * _YEAR_DAYS
    for year in range(scale.start.year, scale.end.year + 1):
        for month in range(1, 13 if by_month else 2):
            day = date(year, month, 1)
            if scale.start <= day < scale.end:
                yield day


def bar(spans: Sequence[Span], scale: Scale, mark: int) -> str:
    """A bar over the days of some spans; today's column is marked where nothing stands."""
    cells = [_cell(scale.days_of(column), spans, scale) for column in range(scale.columns)]
    if 0 <= mark < scale.columns and cells[mark] == NONE:
        cells[mark] = TODAY
    if cells[-1] == ALL and any(span.end is None for span in spans):
        cells[-1] = GOES_ON
    return "".join(cells)


def _cell(days: tuple[int, int], spans: Sequence[Span], scale: Scale) -> str:
    first, after = days
    covered = 0
    for span in spans:
        start = (span.start - scale.start).days
        end = after if span.end is None else (span.end - scale.start).days
        covered += max(0, min(end, after) - max(start, first))
    if covered == 0:
        return NONE
    return ALL if covered >= after - first else SOME
