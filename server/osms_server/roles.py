"""
Under which role each kind of work connects to the database, and whether it has its rights there.

The owner of the tables migrates, and empties a sandbox; one role writes and reads for the server,
another looks up (docs/adr/0019). Where only one DSN is given, it serves for all of that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import sqlalchemy as sa

from osms_common.persistence.copying import raw
from osms_common.persistence.embedded import EmbeddedPostgres
from osms_server.config import Settings
from osms_server.persistence.granting import RightsLacking, is_owner, lacking
from osms_server.persistence.migration import demand_version, may_migrate, migrate
from osms_server.persistence.rights import INTAKE, LOOK_UP

_MEND: Final = "let the owner of the tables run: osms-server roles"


@dataclass(frozen=True)
class Dsns:
    """Under which DSN each kind of work connects."""

    owner: str
    intake: str
    look_up: str

    @classmethod
    def given(cls, settings: Settings) -> Self | None:
        """Those of the settings, each in the place of those that are not there; None without."""
        dsn = settings.dsn or settings.migration_dsn
        if not dsn:
            return None
        return cls(settings.migration_dsn or dsn, dsn, settings.look_up_dsn or dsn)

    @classmethod
    def embedded(cls, postgres: EmbeddedPostgres) -> Self:
        """Those of a PostgreSQL of our own."""
        return cls(postgres.dsn, postgres.dsn_of(INTAKE), postgres.dsn_of(LOOK_UP))


def bring_up_to_date(owner: sa.Engine) -> None:
    """
    Migrates the schema, where whoever is connected may; where not, it must be of our version.

    SchemaUnknown: it is of another.
    """
    with owner.connect() as connection:
        if not may_migrate(connection):
            demand_version(connection)
            return
    migrate(owner)


def demand_rights(setting: str, engine: sa.Engine, role: str) -> bool:
    """
    Whether all that a role may do can be done, and no more; False where all can be done.

    RightsLacking: less can be done; *setting* is what the DSN came from.
    """
    with engine.connect() as connection:
        lacks = lacking(raw(connection), role)
        if lacks:
            message = f"the role that {setting} names has not the rights of {role}"
            raise RightsLacking(f"{message}, such as {lacks[0]}; {_MEND}")
        return not is_owner(raw(connection))


def demand_owner(engine: sa.Engine) -> None:
    """RightsLacking: it is not the owner of the tables who is connected."""
    with engine.connect() as connection:
        if not is_owner(raw(connection)):
            raise RightsLacking(
                "a sandbox is emptied by the owner of its tables; set OSMS_MIGRATION_DSN"
            )
