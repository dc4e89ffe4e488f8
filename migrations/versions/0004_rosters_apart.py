"""
Rosters in a schema of their own.

Version 0004, after 0003.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_ROSTERS = ("roster_mark", "roster_member", "roster_snapshot", "roster_snapshot_lines")


def upgrade() -> None:
    """Brings the schema from the version before to this one."""
    is_there = sa.text("select to_regnamespace('roster') is not null")
    if not op.get_bind().execute(is_there).scalar_one():  # a DBA may have made it for us
        op.execute("create schema roster")
    for table in _ROSTERS:
        op.execute(f"alter table public.{table} set schema roster")


def downgrade() -> None:
    """Brings the schema from this version to the one before."""
    for table in _ROSTERS:
        op.execute(f"alter table roster.{table} set schema public")
    op.execute("drop schema roster")
