"""What a server has stored, in short: two of these are the same where nothing was changed."""

from __future__ import annotations

from typing import Final

import psycopg
import sqlalchemy as sa

from osms_server.persistence.tables import SEARCH_PATH

_LOGS: Final = ("access_", "act_", "caller_certificate")
"""Tables that grow with whoever calls, also with whoever is refused."""

_EACH: Final = "select count(*), coalesce(sum(hashtextextended(each::text, 0)), 0) from {0} each"
_TOLD_OF_REFUSALS: Final = """
    select count(*) from act_log
    where kind = 3 and (length(request) > 0 or cardinality(iins) > 0 or revision is not null)
"""


class Stored:
    """The database of a server, looked at from outside as its owner."""

    def __init__(self, dsn: str, tables: sa.MetaData) -> None:
        names = (table.name for table in tables.sorted_tables)
        self._tables = [name for name in names if not name.startswith(_LOGS)]
        self._question = " union all ".join(map(_EACH.format, self._tables))
        self._connection = psycopg.connect(dsn, autocommit=True)
        self._connection.execute("select set_config('search_path', %s, false)", (SEARCH_PATH,))

    def now(self) -> dict[str, object]:
        """What every table has now, but the logs, in short."""
        found = self._connection.execute(self._question).fetchall()
        return dict(zip(self._tables, found, strict=True))

    def refusals_that_tell(self) -> int:
        """How many refusals in the log of acts have anything of the message that was refused."""
        found = self._connection.execute(_TOLD_OF_REFUSALS).fetchone()
        assert found is not None
        return int(found[0])

    def close(self) -> None:
        """Ends the connection."""
        self._connection.close()
