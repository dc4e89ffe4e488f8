"""Brings the schema of a database to the version that this code expects."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from osms_common.persistence.copying import raw
from osms_server.persistence.granting import RightsLacking, apply_rights, create_roles

if TYPE_CHECKING:
    from alembic.config import Config


MIGRATION_LOCK: Final = 0x05315
"""Any number, the same for all who migrate or grant."""

_NOT_OURS: Final = "only the owner of the tables can do this; give its DSN"


class SchemaUnknown(Exception):
    """The schema of the database is not of a version that this code knows."""


def migrations_folder() -> Path:
    """The numbered migrations: packaged beside the code, or at the root of the repository."""
    packaged = Path(__file__).parent.parent / "migrations"
    return packaged if packaged.exists() else Path(__file__).parents[3] / "migrations"


def alembic_config() -> Config:
    """Alembic's configuration for our migrations; the caller adds a connection."""
    from alembic.config import Config  # only those who migrate wait for it to be read

    config = Config()
    config.set_main_option("script_location", str(migrations_folder()))
    return config


def migrate(engine: sa.Engine, version: str = "head") -> None:
    """
    Upgrades the schema to *version*, and gives the roles that there are the rights on it.

    Does nothing where all is as it should be. SchemaUnknown: a later server has been at work on
    this database. RightsLacking: whoever is connected does not own the tables.
    """
    from alembic import command
    from alembic.util import CommandError

    config = alembic_config()
    with engine.begin() as connection:
        if not may_migrate(connection):
            raise RightsLacking(_NOT_OURS)
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, version)
        except CommandError as error:
            message = f"the schema of the database is of another version of this server: {error}"
            raise SchemaUnknown(message) from error
        apply_rights(raw(connection))


_OWNED: Final = """
select pg_has_role(relowner, 'USAGE')
from pg_class where relname = 'alembic_version' and relnamespace = 'public'::regnamespace
"""


def may_migrate(connection: sa.Connection) -> bool:
    """Whether whoever is connected owns the tables, or there are none yet."""
    return connection.execute(sa.text(_OWNED)).scalar() is not False


def demand_version(connection: sa.Connection) -> None:
    """SchemaUnknown: the schema is not of the version of this code."""
    from alembic.script import ScriptDirectory

    needed = ScriptDirectory.from_config(alembic_config()).get_current_head()
    found = connection.execute(sa.text("select version_num from alembic_version")).scalar()
    if found != needed:
        message = f"the schema of the database is of version {found}, and {needed} is needed"
        raise SchemaUnknown(f"{message}; let the owner of the tables run: osms-server migrate")


def make_roles(engine: sa.Engine) -> None:
    """
    Creates the roles beside the owner, and gives them the rights on the schema that is there.

    RightsLacking: whoever is connected may not create them, or does not own the tables.
    """
    with engine.begin() as connection:
        create_roles(raw(connection))
        if not may_migrate(connection):
            raise RightsLacking(_NOT_OURS)
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(MIGRATION_LOCK)))
        apply_rights(raw(connection))
