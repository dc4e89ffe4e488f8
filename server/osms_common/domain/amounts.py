"""Amounts of money: whole tiyn, of which a tenge has a hundred."""

from __future__ import annotations


def amount_text(tiyn: int) -> str:
    """An amount in tenge, with two decimals."""
    return f"{tiyn // 100}.{tiyn % 100:02d}"
