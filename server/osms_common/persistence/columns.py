"""Columns of tables as ours have them: never empty unless it is said, and keys that we give."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa


def column(name: str, kind: Any, **options: Any) -> sa.Column[Any]:
    """A column; it may be empty only where *options* say so."""
    return sa.Column(name, kind, nullable=options.pop("nullable", False), **options)


def key(name: str, kind: Any) -> sa.Column[Any]:
    """A column of the primary key, whose values PostgreSQL never makes up."""
    return sa.Column(name, kind, primary_key=True, autoincrement=False)
