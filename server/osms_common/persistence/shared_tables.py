"""Tables that every database of ours has beside its own: feeds, mutations, the log of acts."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

NAMES: Final = {
    "pk": "%(table_name)s_pkey",
    "ck": "%(table_name)s_%(constraint_name)s",
    "ix": "%(table_name)s_%(column_0_N_name)s_idx",
    "uq": "%(table_name)s_%(column_0_N_name)s_key",
}
"""How keys, checks and indexes are called."""

_metadata = sa.MetaData(naming_convention=NAMES)


def _column(name: str, kind: Any, **options: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=options.pop("nullable", False), **options)


def _key(name: str, kind: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, primary_key=True, autoincrement=False)


feed = sa.Table(
    "feed",
    _metadata,
    _key("kind", sa.SmallInteger),
    _key("sender", sa.Text(collation="C")),
    _column("next_position", sa.BigInteger),
    _column("session", sa.BigInteger),
    _column("message_number_max", sa.BigInteger),
    comment="Where each feed goes on, and which connection may go on with it.",
)

request = sa.Table(
    "request",
    _metadata,
    _key("request_id", pg.UUID),
    _column("method", sa.Text),
    _column("caller", sa.Text),
    _column("digest", sa.LargeBinary),
    _column("response", sa.LargeBinary),
    _column("revision", sa.BigInteger),
    comment="Mutations out of stream, and how each was answered.",
)

act_log = sa.Table(
    "act_log",
    _metadata,
    _key("writer", pg.UUID),
    _key("sequence", sa.BigInteger),
    _column("record_time", sa.DateTime(timezone=True)),
    _column("caller", sa.Text),
    _column("certificate", sa.Text),
    _column("method", sa.Text),
    _column("kind", sa.SmallInteger),
    _column("outcome", sa.Text),
    _column("subject", sa.Text),
    _column("revision", sa.BigInteger, nullable=True),
    _column("iins", pg.ARRAY(sa.BigInteger)),
    _column("request", sa.LargeBinary),
    _column("chain", sa.LargeBinary),
    sa.Index(None, "record_time", "writer", "sequence"),
    sa.Index(None, "iins", postgresql_using="gin"),
    comment="Every change, every administrative reading, and what was refused; each with a hash"
    " over it and all before of the same writer.",
)

act_writer = sa.Table(
    "act_writer",
    _metadata,
    _key("writer", pg.UUID),
    _column("sequence", sa.BigInteger),
    _column("chain", sa.LargeBinary),
    _column("record_time", sa.DateTime(timezone=True)),
    comment="How far each writer of the log of acts has come; written with its entries.",
    postgresql_with={"fillfactor": 20},
)

caller_certificate = sa.Table(
    "caller_certificate",
    _metadata,
    _key("fingerprint", sa.Text),
    _column("pem", sa.Text),
    _column("record_time", sa.DateTime(timezone=True)),
    comment="The certificates that callers have shown, by the fingerprint that the logs tell.",
)

ACT_TABLES: Final = (act_log, act_writer, caller_certificate)


def add_shared_tables(metadata: sa.MetaData) -> None:
    """Adds all of them to the tables of a service."""
    for table in _metadata.tables.values():
        table.to_metadata(metadata)
