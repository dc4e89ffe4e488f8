"""Brings the database of the matching to the version that this code expects."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATION_LOCK: Final = 0x05316
"""Any number, the same for all who migrate the matching, and another than the register's."""


class SchemaUnknown(Exception):
    """The schema of the database is not of a version that this code knows."""


def migrations_folder() -> Path:
    """The numbered migrations: packaged beside the code, or at the root of the repository."""
    packaged = Path(__file__).parent.parent / "migrations"
    return packaged if packaged.exists() else Path(__file__).parents[3] / "migrations" / "matching"


def alembic_config() -> Config:
    """Alembic's configuration for our migrations; the caller adds a connection."""
    from alembic.config import Config  # only those who migrate wait for it to be read

    config = Config()
    config.set_main_option("script_location", str(migrations_folder()))
    return config


def migrate(engine: sa.Engine, version: str = "head") -> None:
    """
    Upgrades the schema to *version*; does nothing where it is that already.

    SchemaUnknown: a later server has been at work on this database.
    """
    from alembic import command
    from alembic.util import CommandError

    config = alembic_config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, version)
        except CommandError as error:
            message = f"the schema of the database is of another version of this server: {error}"
            raise SchemaUnknown(message) from error


def demand_version(connection: sa.Connection) -> None:
    """SchemaUnknown: the schema is not of the version of this code."""
    from alembic.script import ScriptDirectory

    needed = ScriptDirectory.from_config(alembic_config()).get_current_head()
    found = connection.execute(sa.text("select version_num from alembic_version")).scalar()
    if found != needed:
        message = f"the schema of the database is of version {found}, and {needed} is needed"
        raise SchemaUnknown(message)
