"""
Timelines: the days of one person, each with the grounds that hold on it.

A timeline is written as one line of text, such as `20260101R01|20260715K:R01|20261101`: each
stretch begins on its day and ends where the next begins, so stretches cannot overlap, and a
stretch without grounds is one without the right. A look-up finds its day in the text by
bisection and reads nothing else.

Only what follows from the facts about the person is written down; what concerns many people at
once (technical failures, unpaid budgets) is laid over it when a question is answered.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import date
from functools import lru_cache
from typing import Final, NamedTuple

from osms_common.domain.calendar import FOREVER, ONE_DAY
from osms_common.domain.codes import Category, GroundKind


class GroundCode(NamedTuple):
    """What a timeline says of a ground: its kind, its category if any, and its provision."""

    kind: GroundKind
    category: Category | None
    provision: str

    @property
    def text(self) -> str:
        """The ground as the timeline writes it."""
        return _TEXT_OF[self]


class Stretch(NamedTuple):
    """Days [start, end) on which the same grounds hold, in the order of reporting."""

    start: date
    end: date
    grounds: tuple[GroundCode, ...]


Timeline = tuple[Stretch, ...]

ROSTER: Final = GroundCode(GroundKind.ROSTER, None, "p12")
TREATY: Final = GroundCode(GroundKind.TREATY, None, "p61")
PAYER: Final = GroundCode(GroundKind.PAYER, None, "p10.1")
SELF_PAYER: Final = GroundCode(GroundKind.SELF_PAYER, None, "p11")
PAYER_RETENTION: Final = GroundCode(GroundKind.RETENTION, None, "p10.2")
LONG_PAYER_RETENTION: Final = GroundCode(GroundKind.RETENTION, None, "p10.3")
PRESERVED: Final = GroundCode(GroundKind.PRESERVED, None, "p13")
HELD: Final = GroundCode(GroundKind.HELD, None, "r.held")

_PAID_BY_STATE: Final = tuple(Category)[: tuple(Category).index(Category.CRISIS_LEVEL) + 1]
_BY_DOCUMENT: Final = (*_PAID_BY_STATE, Category.CRISIS_RELEASE)

CATEGORY: Final = {c: GroundCode(GroundKind.CATEGORY, c, "p9.1") for c in _PAID_BY_STATE}
RETENTION_AFTER: Final = {
    **{c: GroundCode(GroundKind.RETENTION, c, "p9.1") for c in _PAID_BY_STATE},
    Category.TREATY: GroundCode(GroundKind.RETENTION, Category.TREATY, "p61"),
    Category.EXEMPT_STAFF: GroundCode(GroundKind.RETENTION, Category.EXEMPT_STAFF, "p64"),
}
"""Retention after a category; the last two only where a dated parameter gives any months."""

LAPSE_RETENTION: Final = {c: GroundCode(GroundKind.RETENTION, c, "p9.2") for c in _PAID_BY_STATE}
DOCUMENT: Final = {
    c: GroundCode(GroundKind.DOCUMENT, c, "p57" if c is Category.UNEMPLOYED else "p21")
    for c in _BY_DOCUMENT
}

_TEXT_OF: Final[dict[GroundCode, str]] = {
    ROSTER: "M",
    **{code: str(category) for category, code in CATEGORY.items()},
    TREATY: "F",
    PAYER: "P",
    SELF_PAYER: "S",
    **{code: f"D:{category}" for category, code in DOCUMENT.items()},
    **{code: f"K:{category}" for category, code in RETENTION_AFTER.items()},
    **{code: f"B:{category}" for category, code in LAPSE_RETENTION.items()},
    PAYER_RETENTION: "K3",
    LONG_PAYER_RETENTION: "K6",
    PRESERVED: "I",
    HELD: "H",
}
_CODE_OF: Final = {text: code for code, text in _TEXT_OF.items()}

# The order of the grounds of one day: by kind, then the order of the categories, then provision.
RANK: Final = {code: rank for rank, code in enumerate(_TEXT_OF)}

_STRETCH_SEPARATOR: Final = "|"
_GROUND_SEPARATOR: Final = "+"
_DAY_LENGTH: Final = 8


def encode_timeline(timeline: Timeline) -> str:
    """A timeline as text. Gaps between stretches become stretches without grounds."""
    parts: list[str] = []
    end = None
    for stretch in timeline:
        if end is not None and end < stretch.start:
            parts.append(_day_text(end))
        grounds = _GROUND_SEPARATOR.join([_TEXT_OF[ground] for ground in stretch.grounds])
        parts.append(_day_text(stretch.start) + grounds)
        end = stretch.end
    if end is not None and end != FOREVER:
        parts.append(_day_text(end))
    return _STRETCH_SEPARATOR.join(parts)


def decode_timeline(text: str) -> Timeline:
    """The timeline that a text writes: its stretches with grounds, in order."""
    parts = text.split(_STRETCH_SEPARATOR) if text else []
    starts = [_parse_day(part) for part in parts]
    ends = [*starts[1:], FOREVER][: len(starts)]
    return tuple(
        Stretch(start, end, decode_grounds(part[_DAY_LENGTH:]))
        for start, end, part in zip(starts, ends, parts, strict=True)
        if len(part) > _DAY_LENGTH
    )


def find_day(text: str, day: date) -> tuple[str, date | None]:
    """
    The grounds of *day* in the timeline *text*, and the last day of the unbroken right.

    The grounds are as written, empty where there are none. The last day is included; it is None
    where the right is open-ended, and meaningless where there is none.
    """
    parts = text.split(_STRETCH_SEPARATOR)
    at = bisect_right(parts, _day_text(day) + "~") - 1
    if at < 0 or len(parts[at]) == _DAY_LENGTH:
        return "", None
    grounds = parts[at][_DAY_LENGTH:]
    for part in parts[at + 1 :]:
        if len(part) == _DAY_LENGTH:
            return grounds, _parse_day(part) - ONE_DAY
    return grounds, None


@lru_cache(maxsize=1024)
def decode_grounds(text: str) -> tuple[GroundCode, ...]:
    """The grounds that a stretch of a timeline writes."""
    return tuple(_CODE_OF[code] for code in text.split(_GROUND_SEPARATOR)) if text else ()


def stretch_on(timeline: Timeline, day: date) -> Stretch | None:
    """The stretch that contains *day*, if any."""
    at = bisect_right(timeline, day, key=lambda stretch: stretch.start) - 1
    return timeline[at] if at >= 0 and day < timeline[at].end else None


def last_entitled_day(timeline: Timeline, day: date) -> date | None:
    """The last day, included, of the unbroken right around *day*; None where open-ended."""
    end = day
    for stretch in timeline:
        if stretch.start <= end < stretch.end:
            end = stretch.end
    return None if end == FOREVER else end - ONE_DAY


def _day_text(day: date) -> str:
    return f"{day.year:04d}{day.month:02d}{day.day:02d}"


def _parse_day(part: str) -> date:
    return date(int(part[:4]), int(part[4:6]), int(part[6:8]))
