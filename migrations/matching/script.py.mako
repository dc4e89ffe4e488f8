"""
${message}

Version ${up_revision}, after ${down_revision | comma,n}.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """Brings the schema from the version before to this one."""
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    """Brings the schema from this version to the one before."""
    ${downgrades if downgrades else "pass"}
