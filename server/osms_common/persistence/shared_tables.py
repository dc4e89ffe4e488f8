"""Tables that every database of ours has beside its own: feeds, mutations, the log of acts."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from osms_common.persistence.columns import column, key

NAMES: Final = {
    "pk": "%(table_name)s_pkey",
    "ck": "%(table_name)s_%(constraint_name)s",
    "ix": "%(table_name)s_%(column_0_N_name)s_idx",
    "uq": "%(table_name)s_%(column_0_N_name)s_key",
}
"""How keys, checks and indexes are called."""

_metadata = sa.MetaData(naming_convention=NAMES)


feed = sa.Table(
    "feed",
    _metadata,
    key("kind", sa.SmallInteger),
    key("sender", sa.Text(collation="C")),
    column("next_position", sa.BigInteger),
    column("session", sa.BigInteger),
    column("message_number_max", sa.BigInteger),
    comment="Where each feed goes on, and which connection may go on with it.",
)

request = sa.Table(
    "request",
    _metadata,
    key("request_id", pg.UUID),
    column("method", sa.Text),
    column("caller", sa.Text),
    column("digest", sa.LargeBinary),
    column("response", sa.LargeBinary),
    column("revision", sa.BigInteger),
    comment="Mutations out of stream, and how each was answered.",
)

act_log = sa.Table(
    "act_log",
    _metadata,
    key("writer", pg.UUID),
    key("sequence", sa.BigInteger),
    column("record_time", sa.DateTime(timezone=True)),
    column("caller", sa.Text),
    column("certificate", sa.Text),
    column("method", sa.Text),
    column("kind", sa.SmallInteger),
    column("outcome", sa.Text),
    column("subject", sa.Text),
    column("revision", sa.BigInteger, nullable=True),
    column("iins", pg.ARRAY(sa.BigInteger)),
    column("request", sa.LargeBinary),
    column("chain", sa.LargeBinary),
    sa.Index(None, "record_time", "writer", "sequence"),
    sa.Index(None, "iins", postgresql_using="gin"),
    comment="Every change, every administrative reading, and what was refused; each with a hash"
    " over it and all before of the same writer.",
)

act_writer = sa.Table(
    "act_writer",
    _metadata,
    key("writer", pg.UUID),
    column("sequence", sa.BigInteger),
    column("chain", sa.LargeBinary),
    column("record_time", sa.DateTime(timezone=True)),
    comment="How far each writer of the log of acts has come; written with its entries.",
    postgresql_with={"fillfactor": 20},
)

caller_certificate = sa.Table(
    "caller_certificate",
    _metadata,
    key("fingerprint", sa.Text),
    column("pem", sa.Text),
    column("record_time", sa.DateTime(timezone=True)),
    comment="The certificates that callers have shown, by the fingerprint that the logs tell.",
)

ACT_TABLES: Final = (act_log, act_writer, caller_certificate)


def add_shared_tables(metadata: sa.MetaData) -> None:
    """Adds all of them to the tables of a service."""
    for table in _metadata.tables.values():
        table.to_metadata(metadata)
