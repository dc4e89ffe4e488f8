"""Brings the schema of a database to the version that this code expects."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config


def migrations_folder() -> Path:
    """The numbered migrations: packaged beside the code, or at the root of the repository."""
    packaged = Path(__file__).parent.parent / "migrations"
    return packaged if packaged.exists() else Path(__file__).parents[3] / "migrations"


def alembic_config() -> Config:
    """Alembic's configuration for our migrations; the caller adds a connection."""
    config = Config()
    config.set_main_option("script_location", str(migrations_folder()))
    return config


def migrate(engine: sa.Engine, version: str = "head") -> None:
    """Upgrades the schema to *version*; does nothing where it is there already."""
    config = alembic_config()
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, version)
        connection.commit()
