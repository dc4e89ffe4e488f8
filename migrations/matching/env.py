"""Runs the numbered migrations of the matching, one server process at a time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context

from osms_matching.persistence.migration import MIGRATION_LOCK
from osms_matching.persistence.tables import metadata

LOCK_TIMEOUT = "10s"
STATEMENT_TIMEOUT = "30min"


def migrate(connection: sa.Connection) -> None:
    """Applies the migrations in one transaction, alone."""
    context.configure(connection=connection, target_metadata=metadata)
    with context.begin_transaction():
        connection.execute(sa.text(f"set local statement_timeout = '{STATEMENT_TIMEOUT}'"))
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(MIGRATION_LOCK)))
        # Another server's migration is waited for as long as it takes, a table that is in use not.
        connection.execute(sa.text(f"set local lock_timeout = '{LOCK_TIMEOUT}'"))
        context.run_migrations()


def run() -> None:
    """Uses the connection that the caller gives, or opens one to `sqlalchemy.url`."""
    given = context.config.attributes.get("connection")
    if given is not None:
        migrate(given)
        return
    url = context.config.get_main_option("sqlalchemy.url")
    if not url:
        message = "no database: give a connection, or sqlalchemy.url"
        raise SystemExit(message)
    with sa.create_engine(url).connect() as connection:
        migrate(connection)


run()
