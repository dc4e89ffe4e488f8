"""A timeline as a drawing: a bar for each ground over the years, and the stretches in a list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Final

from rich.table import Table
from rich.text import Text

from osms_cli import output
from osms_cli.drawing.scales import (
    ALL,
    GOES_ON,
    SOME,
    TODAY,
    Scale,
    Span,
    Window,
    axis,
    bar,
    scale_of,
)
from osms_cli.drawing.words import (
    GROUND_STYLE,
    OPEN_ENDED,
    ground_name,
    ground_text,
    provision_codes,
    status_text,
    through,
    until,
)
from osms_cli.moments import known_shown
from osms_client import Entitlement, Ground, Provision, Stretch, Timeline

LABEL_WIDTH: Final = 15
WIDTH_MAX: Final = 150


def draw(timeline: Timeline, today: Entitlement, window: Window) -> None:
    """Draws a timeline around the answer for today."""
    _draw_head(timeline, today)
    if not timeline.stretches:
        output.say("  no day with the right is known", "dim")
        return
    width = min(output.console().width, WIDTH_MAX) - LABEL_WIDTH - 2
    scale = scale_of(timeline, today.on_date, window, max(width, 20))
    for line in drawing(timeline, today.on_date, scale):
        output.say(line)
    output.say()
    output.show(stretch_table(timeline.stretches, today.on_date))
    _draw_provisions(timeline)


def _draw_head(timeline: Timeline, today: Entitlement) -> None:
    head = Text(f"{timeline.iin}", "bold") + Text(f"  today {today.on_date.isoformat()}: ")
    tail = f" by {today.ground} until {until(today)}" if today.ground else ""
    output.say(head + status_text(today.status) + Text(tail))
    output.say(
        f"  known {known_shown(timeline.revision_time)}, receipt {timeline.receipt_id}", "dim"
    )
    output.say()


def drawing(timeline: Timeline, today: date, scale: Scale) -> Iterator[Text]:
    """The drawing in lines: the years, a bar for each ground, the legend."""
    mark = scale.column_of(today)
    yield Text(" " * LABEL_WIDTH + "  " + axis(scale), "dim")
    if 0 <= mark < scale.columns:
        yield Text(" " * LABEL_WIDTH + "  " + _marked(mark, today, scale), "bold")
    everything = [Span(stretch.start, stretch.end) for stretch in timeline.stretches]
    yield _row("entitled", "bold", everything, scale, mark)
    for ground, spans in spans_of(timeline.stretches):
        style = GROUND_STYLE.get(ground.kind, "")
        yield _row(ground_name(ground.kind, ground.category), style, spans, scale, mark)
    yield Text(_legend(scale), "dim")


def _marked(mark: int, today: date, scale: Scale) -> str:
    """An arrow to the column of today, with its name on the side that has room."""
    name = f"today {today.isoformat()}"
    if mark + len(name) + 2 <= scale.columns:
        return f"{'':{mark}}▼ {name}"
    return f"{name} ▼".rjust(mark + 1)


def _legend(scale: Scale) -> str:
    days = scale.days_a_column()
    each = "a column is a day" if days == 1 else f"a column is {days} days"
    signs = f"{ALL} every day  {SOME} some days  {GOES_ON} {OPEN_ENDED}"
    return f"{'':{LABEL_WIDTH}}  {signs}  {TODAY} today  ({each})"


def spans_of(stretches: Iterable[Stretch]) -> Iterator[tuple[Ground, list[Span]]]:
    """The days of each ground, in the order in which grounds are reported."""
    spans: dict[tuple[str, str], list[Span]] = {}
    grounds: dict[tuple[str, str], Ground] = {}
    for stretch in stretches:
        for ground in stretch.grounds:
            key = (ground.kind, ground.category)
            grounds.setdefault(key, ground)
            spans.setdefault(key, []).append(Span(stretch.start, stretch.end))
    order = list(GROUND_STYLE)
    for key in sorted(spans, key=lambda key: (_place(order, key[0]), key[1])):
        yield grounds[key], spans[key]


def _place(order: list[str], kind: str) -> int:
    return order.index(kind) if kind in order else len(order)


def _row(label: str, style: str, spans: Sequence[Span], scale: Scale, mark: int) -> Text:
    return Text(f"{label:<{LABEL_WIDTH}.{LABEL_WIDTH}}  ") + Text(bar(spans, scale, mark), style)


def stretch_table(stretches: Iterable[Stretch], today: date) -> Table:
    """The stretches in a list; the one of today is marked."""
    return output.table(
        ["", "FROM", "THROUGH", "DAYS", "GROUNDS, THE REPORTED ONE FIRST", "PROVISIONS"],
        (_stretch_row(stretch, today) for stretch in stretches),
        right=frozenset({"DAYS"}),
        fold=frozenset({"GROUNDS, THE REPORTED ONE FIRST", "PROVISIONS"}),
    )


def _stretch_row(stretch: Stretch, today: date) -> list[output.Cell]:
    now = stretch.start <= today and (stretch.end is None or today < stretch.end)
    days = "-" if stretch.end is None else output.count((stretch.end - stretch.start).days)
    codes = dict.fromkeys(
        provision for ground in stretch.grounds for provision in ground.provisions
    )
    return [
        ">" if now else Text(""),
        stretch.start.isoformat(),
        through(stretch.end),
        days,
        Text(", ").join(ground_text(ground) for ground in stretch.grounds),
        provision_codes(codes),
    ]


def _draw_provisions(timeline: Timeline) -> None:
    """What the provisions say, each once."""
    said: dict[str, Provision] = {
        provision.code: provision
        for stretch in timeline.stretches
        for ground in stretch.grounds
        for provision in ground.provisions
        if provision.text
    }
    if said:
        output.say()
    for code in sorted(said, key=_by_number):
        output.say(f"  {code:<8} {said[code].text}", "dim")


def _by_number(code: str) -> tuple[list[int], str]:
    """Provisions in the order of the Rules: `p9.1` before `p10.2`."""
    numbers = "".join(each if each.isdigit() else " " for each in code).split()
    return [int(number) for number in numbers], code
