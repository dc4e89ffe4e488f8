"""What a register has stored, in short: two of these are the same where nothing was changed."""

from __future__ import annotations

from typing import Final

import psycopg

from osms_server.persistence.tables import SEARCH_PATH, metadata

_LOGS: Final = ("access_", "act_", "caller_certificate")
"""Tables that grow with whoever calls, also with whoever is refused."""

_TABLES: Final = tuple(
    table.name for table in metadata.sorted_tables if not table.name.startswith(_LOGS)
)
_EACH: Final = "select count(*), coalesce(sum(hashtextextended(each::text, 0)), 0) from {0} each"
_QUESTION: Final = " union all ".join(_EACH.format(name) for name in _TABLES)
_TOLD_OF_REFUSALS: Final = """
    select count(*) from act_log
    where kind = 3 and (length(request) > 0 or cardinality(iins) > 0 or revision is not null)
"""


class Stored:
    """A register, looked at from outside as its owner."""

    def __init__(self, dsn: str) -> None:
        self._connection = psycopg.connect(dsn, autocommit=True)
        self._connection.execute("select set_config('search_path', %s, false)", (SEARCH_PATH,))

    def now(self) -> dict[str, object]:
        """What every table has now, but the logs, in short."""
        return dict(zip(_TABLES, self._connection.execute(_QUESTION).fetchall(), strict=True))

    def refusals_that_tell(self) -> int:
        """How many refusals in the log of acts have anything of the message that was refused."""
        found = self._connection.execute(_TOLD_OF_REFUSALS).fetchone()
        assert found is not None
        return int(found[0])

    def close(self) -> None:
        """Ends the connection."""
        self._connection.close()
