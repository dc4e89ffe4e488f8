"""The embedded PostgreSQL of the register: it has the roles that the register works as."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from osms_common.persistence.embedded import EmbeddedPostgres
from osms_server.persistence.granting import create_roles


def own_postgres(folder: Path, **options: Any) -> EmbeddedPostgres:
    """A PostgreSQL below a folder, with *options* as `EmbeddedPostgres` takes them."""
    return EmbeddedPostgres(folder, prepare=create_roles, **options)
