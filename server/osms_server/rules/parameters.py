"""
The law's numbers: each a dated parameter with the provision it comes from.

A change of the law adds a value with the day from which it holds; what went before keeps its
value. `confirm` names the reading to be confirmed with the Fund, where there is one; docs/
readings.md lists them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal
from typing import Any, Final, Generic, TypeVar

from osms_common.domain.calendar import Month, month, month_of
from osms_common.domain.codes import PayerKind

Value = TypeVar("Value")

# The Order is in force since its first publication. What lies before, its transition included, is
# read by the same numbers.
IN_FORCE: Final = date(2020, 12, 30)

EDITION: Final = "ҚР ДСМ-333/2020, 2026-01-01"
"""The edition of the Rules by which everything is decided: the Order, and since when it holds."""


@dataclass(frozen=True, slots=True)
class Dated(Generic[Value]):
    """A number of the law: its values by the day from which each holds, and its provision."""

    provision: str
    values: tuple[tuple[date, Value], ...]
    confirm: str = ""

    def on(self, day: date) -> Value:
        """The value in force on *day*; before the first, the first."""
        if len(self.values) == 1:
            return self.values[0][1]
        at = bisect_right(self.values, day, key=lambda dated: dated[0]) - 1
        return self.values[max(at, 0)][1]

    def overridden(self, value: Value) -> Dated[Value]:
        """The same parameter with one value for every day."""
        return replace(self, values=((self.values[0][0], value),))


def _since_order(provision: str, value: Value, confirm: str = "") -> Dated[Value]:
    return Dated(provision, ((IN_FORCE, value),), confirm)


Window = tuple[date, date]


@dataclass(frozen=True, eq=False)
class Parameters:
    """
    All dated parameters. Each is read on the day of the event to which it applies.

    Parameters are told apart by identity, so that decisions can be cached by them.
    """

    category_retention_months: Dated[int] = _since_order("p9.1", 3)
    """Months of retention after the month in which a category last held."""

    budget_lapse_months: Dated[int] = _since_order("p9.2", 3)
    """Months for which a right is kept whose budget pays nothing, the first included."""

    counted_purpose_codes: Dated[frozenset[int]] = _since_order("p10.1", frozenset({121, 122}))
    """Payment purpose codes (KNP) of deductions and contributions; all others never count."""

    payer_window_months: Dated[int] = _since_order("p10.1", 12)
    """Consecutive satisfied months that give a payer the right, the last one paid."""

    payer_due_months: Dated[int] = _since_order("p10.1", 2)
    """Months after the last of a window through which its payer still is on time."""

    payer_retention_months: Dated[int] = _since_order("p10.2", 3)
    """Months after the last of a window through which its right is kept."""

    long_payer_months: Dated[int] = _since_order("p10.3", 60)
    """Consecutive paid months after which the right is kept longer."""

    long_payer_unpaid_months_count: Dated[bool] = _since_order(
        "p10.3", False, "a month paid only by the State, or exempt, breaks the sixty months"
    )
    """Whether a month that is only State-paid or exempt counts towards the long run."""

    long_payer_retention_months: Dated[int] = _since_order("p10.3", 6)
    """Months after the last of a long run of paid months through which the right is kept."""

    self_payer_kinds: Dated[frozenset[PayerKind]] = _since_order(
        "p11",
        frozenset({PayerKind.INDEPENDENT}),
        "art. 14(2)(9) of the Law means the independent payers",
    )
    """Kinds of payer whose payments give the right from the payment on."""

    self_payer_run_months: Dated[int] = _since_order("p11", 12)
    """Consecutive months paid by an independent payer that give the right from the payment on."""

    self_payer_retention_months: Dated[int] = _since_order("p10.2", 3)
    """Months after the last of such a run through which its right is kept."""

    roster_retention_months: Dated[int] = _since_order(
        "p64", 0, "the right is not kept after a roster listing"
    )
    """Months of retention after a roster listing."""

    treaty_retention_months: Dated[int] = _since_order(
        "p61", 0, "the right runs from the listing to its removal, and is not kept after it"
    )
    """Months of retention after a treaty listing."""

    document_months: Dated[int] = _since_order("p21", 1)
    """Months for which a registration on documents gives the right."""

    crisis_window: Dated[Window | None] = _since_order("p21.13", None)
    """Days, both included, on which a person released from payment in a crisis may apply."""

    snapshot_loss_share: Dated[Decimal] = _since_order("r.guards", Decimal("0.10"))
    """Share of a body's people above which a snapshot that would end them is held."""

    snapshot_loss_count: Dated[int] = _since_order("r.guards", 20)
    """Number of a body's people above which a snapshot that would end them is held."""

    removal_share: Dated[Decimal] = _since_order("r.guards", Decimal("0.05"))
    """Share of a category's holders above which further removals of a day are held."""

    removal_count: Dated[int] = _since_order("r.guards", 1000)
    """Number of removals of a category above which further removals of a day are held."""

    first_date: Dated[date] = _since_order("r.acceptance", date(1990, 1, 1))
    """First day that a category or a payment may name."""

    months_ahead: Dated[int] = _since_order("r.acceptance", 12)
    """Months ahead of today up to which a category or a payment may name a day."""

    first_period: Dated[Month] = _since_order("r.acceptance", month(2017, 7))
    """First month for which a payment can be."""

    period_months_ahead: Dated[int] = _since_order("r.acceptance", 24)
    """Months ahead of the current one up to which a payment can be for."""

    roster_due_days: Dated[int] = _since_order("p63", 14)
    """Calendar days from one snapshot of a body to the next."""

    roster_change_days: Dated[int] = _since_order("p65", 7)
    """Calendar days after a change of staff within which it is due, from the day after it."""

    daily_category_days: Dated[int] = _since_order("p19", 1)
    """Calendar days from one delivery of categories to the next."""

    monthly_category_months: Dated[int] = _since_order("p54.2", 1)
    """Calendar months from one delivery of the crisis or emergency group to the next."""

    payment_working_days: Dated[int] = _since_order("r.timeliness", 1)
    """Working days from one delivery of payments to the next."""

    def overridden(self, name: str, text: str) -> Parameters:
        """The same with another value for every day. ValueError: no such parameter or value."""
        if name not in NAMES:
            message = f"there is no dated parameter {name!r}; there are {', '.join(NAMES)}"
            raise ValueError(message)
        dated: Dated[object] = getattr(self, name)
        read = _READERS.get(name) or _READERS_BY_KIND[type(dated.values[0][1])]
        message = f"the dated parameter {name} cannot be {text!r}"
        try:
            value = read(text)
            is_possible = _is_possible(name, value)
        except (KeyError, ValueError, ArithmeticError) as error:
            raise ValueError(message) from error
        if not is_possible:
            raise ValueError(message)
        changed: dict[str, Any] = {name: dated.overridden(value)}
        return replace(self, **changed)


NAMES: Final = tuple(parameter.name for parameter in fields(Parameters))
LAW: Final = Parameters()


def _read_window(text: str) -> Window | None:
    first, _, last = text.partition("/")
    window = (date.fromisoformat(first), date.fromisoformat(last)) if text else None
    if window is not None and window[0] > window[1]:
        raise ValueError(text)
    return window


_MONTHS_OR_DAYS: Final = (0, 1200)
_SOME_MONTHS: Final = (1, 1200)
_COUNTS: Final = (0, 10**9)
_DATES: Final = (date(1900, 1, 1), date(2200, 1, 1))
_RANGES: Final[Mapping[str, tuple[Any, Any]]] = {
    "payer_window_months": _SOME_MONTHS,
    "long_payer_months": _SOME_MONTHS,
    "self_payer_run_months": _SOME_MONTHS,
    "snapshot_loss_count": _COUNTS,
    "removal_count": _COUNTS,
    "counted_purpose_codes": (0, 999),
    "first_period": (month_of(_DATES[0]), month_of(_DATES[1])),
}
_RANGES_BY_KIND: Final[Mapping[type, tuple[Any, Any]]] = {
    int: _MONTHS_OR_DAYS,
    Decimal: (Decimal(0), Decimal(1)),
    date: _DATES,
}


def _is_possible(name: str, value: object) -> bool:
    """Whether a value can be reckoned with, though the law may never say it."""
    parts = value if isinstance(value, (frozenset, tuple)) else (value,)
    ranges = [_RANGES.get(name) or _RANGES_BY_KIND.get(type(part)) for part in parts]
    return all(
        limits is None or limits[0] <= part <= limits[1]
        for part, limits in zip(parts, ranges, strict=True)
    )


_READERS: Final[Mapping[str, Callable[[str], object]]] = {
    "crisis_window": _read_window,
    "first_period": lambda text: month_of(date.fromisoformat(f"{text}-01")),
    "self_payer_kinds": lambda text: frozenset(PayerKind[kind] for kind in text.split(",")),
    "counted_purpose_codes": lambda text: frozenset(int(code) for code in text.split(",")),
}
_READERS_BY_KIND: Final[Mapping[type, Callable[[str], object]]] = {
    int: int,
    bool: lambda text: {"true": True, "false": False}[text],
    Decimal: Decimal,
    date: date.fromisoformat,
}
