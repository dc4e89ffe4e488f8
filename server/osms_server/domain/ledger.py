"""
The ledger of a person: which months are paid, and since which day, in six bytes a month.

It says of each paid month the day since which it counts as paid, once over all counted payments
and once over those of an independent payer alone. It is a fold of the payments, kept beside the
timeline so that one more payment is decided without reading all those before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from struct import Struct
from typing import Final, NamedTuple

from osms_common.domain.calendar import Month

_ENTRY: Final = Struct("<HHH")  # month, day of payment, day of independent payment plus one
_FIRST_DAY: Final = date(1990, 1, 1)
_FIRST_ORDINAL: Final = _FIRST_DAY.toordinal()

Ledger = bytes
EMPTY: Final[Ledger] = b""


class PaidMonths(NamedTuple):
    """The paid months, each with the day since which it has stayed paid."""

    any_payer: Mapping[Month, date]
    independent: Mapping[Month, date]


def encode_ledger(paid: PaidMonths) -> Ledger:
    """Paid months as bytes, in order of month; an independent month is among the others."""
    pack = _ENTRY.pack
    independent = paid.independent
    return b"".join(
        pack(
            month,
            (day - _FIRST_DAY).days,
            (independent[month] - _FIRST_DAY).days + 1 if month in independent else 0,
        )
        for month, day in sorted(paid.any_payer.items())
    )


def decode_ledger(ledger: Ledger) -> PaidMonths:
    """The paid months that a ledger writes, in order of month."""
    any_payer: dict[Month, date] = {}
    independent: dict[Month, date] = {}
    day_of = date.fromordinal
    for month, day, independent_day in _ENTRY.iter_unpack(ledger):
        any_payer[month] = day_of(_FIRST_ORDINAL + day)
        if independent_day:
            independent[month] = day_of(_FIRST_ORDINAL + independent_day - 1)
    return PaidMonths(any_payer, independent)


def months_in(ledger: Ledger) -> int:
    """How many months are paid."""
    return len(ledger) // _ENTRY.size


def with_payment(ledger: Ledger, month: Month, day: date, *, independent: bool) -> Ledger:
    """The ledger with one more counted payment of a person who has no refunds."""
    at, known = _find(ledger, month)
    since = day.toordinal() - _FIRST_ORDINAL
    independent_since = since + 1 if independent else 0
    after = at
    if known is not None:
        after += _ENTRY.size
        _, paid, independently = known
        if paid <= since and (not independent or 0 < independently <= independent_since):
            return ledger
        since = min(since, paid)
        if independently:
            independent_since = min(independent_since or independently, independently)
    return ledger[:at] + _ENTRY.pack(month, since, independent_since) + ledger[after:]


def has_month(ledger: Ledger, month: Month) -> bool:
    """Whether a month is paid."""
    return _find(ledger, month)[1] is not None


def _find(ledger: Ledger, month: Month) -> tuple[int, tuple[int, int, int] | None]:
    """Where a month stands in a ledger, or belongs; looked for from its end, where most are."""
    at = len(ledger)
    while at:
        entry = _ENTRY.unpack_from(ledger, at - _ENTRY.size)
        if entry[0] < month:
            break
        at -= _ENTRY.size
        if entry[0] == month:
            return at, entry
    return at, None
