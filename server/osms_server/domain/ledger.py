"""
The ledger of a person: which months are paid, and since which day, in six bytes a month.

It says of each paid month the day since which it counts as paid, once over all counted payments
and once over those of an independent payer alone. It is a fold of the payments, kept beside the
timeline so that one more payment is decided without reading all those before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from struct import Struct
from typing import Final, NamedTuple

from osms_server.domain.calendar import Month

_ENTRY: Final = Struct("<HHH")  # month, day of payment, day of independent payment plus one
_FIRST_DAY: Final = date(1990, 1, 1)

_MONTH: Final = Struct("<H")

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
    for month, day, independent_day in _ENTRY.iter_unpack(ledger):
        any_payer[month] = _FIRST_DAY + timedelta(days=day)
        if independent_day:
            independent[month] = _FIRST_DAY + timedelta(days=independent_day - 1)
    return PaidMonths(any_payer, independent)


def with_payment(ledger: Ledger, month: Month, day: date, *, independent: bool) -> Ledger:
    """The ledger with one more counted payment of a person who has no refunds."""
    if not ledger or _MONTH.unpack_from(ledger, len(ledger) - _ENTRY.size)[0] < month:
        since = (day - _FIRST_DAY).days
        return ledger + _ENTRY.pack(month, since, since + 1 if independent else 0)
    any_payer, independently = map(dict, decode_ledger(ledger))
    any_payer[month] = min(day, any_payer.get(month, day))
    if independent:
        independently[month] = min(day, independently.get(month, day))
    return encode_ledger(PaidMonths(any_payer, independently))


def has_month(ledger: Ledger, month: Month) -> bool:
    """Whether a month is paid."""
    return any(entry[0] == month for entry in _ENTRY.iter_unpack(ledger))
