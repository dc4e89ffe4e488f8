"""
One connection to PostgreSQL on an event loop, by libpq itself.

For the few statements that run for every look-up. They are prepared once, sent in one piece, and
their answers read from the socket by the loop: no thread is woken and no cursor is made, which is
most of what a small question costs otherwise (docs/adr/0016).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import psycopg
import structlog
from psycopg import pq
from psycopg.pq.abc import PGconn, PGresult

from osms_common.domain.errors import RegisterUnavailable

log = structlog.get_logger(__name__)

_BINARY: Final = 1
_SESSION: Final = (
    "set search_path = public; set plan_cache_mode = force_generic_plan;"
    " set synchronous_commit = on"
)
_DONE: Final = (pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK)
_CONNECTING: Final = (
    "connect_timeout=5 keepalives_idle=10 keepalives_interval=5 keepalives_count=3"
    " tcp_user_timeout=10000 application_name=osms-look-ups"
)


class StatementFailed(Exception):
    """PostgreSQL refused a statement; the connection goes on. *sqlstate* says why."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__(sqlstate)
        self.sqlstate = sqlstate


class Line:
    """
    A connection that runs prepared statements, one at a time, and is made anew when it was lost.

    *statements* are prepared by their names; *seconds_max* is how long one may take. Used on one
    loop, by one task at a time.
    """

    def __init__(self, dsn: str, statements: Mapping[str, str], seconds_max: float) -> None:
        self._dsn = dsn
        self._statements = statements
        self._seconds_max = seconds_max
        self._session: psycopg.Connection | None = None
        self._connection: PGconn | None = None
        self._connecting: asyncio.Future[psycopg.Connection] | None = None
        self._connector = ThreadPoolExecutor(1, thread_name_prefix="connecting")
        self._socket = -1
        self._answers = True
        self._answered: asyncio.Future[None] | None = None

    async def ask(self, name: str, parameters: Sequence[bytes | None]) -> PGresult:
        """
        Runs a statement; its columns come in binary.

        RegisterUnavailable: there is no connection, it was lost, or the answer took too long; what
        the statement did is not known. StatementFailed: it did nothing.
        """
        try:
            async with asyncio.timeout(self._seconds_max):
                if self._connection is None:
                    await self._connect()
                result = await self._run(name, parameters)
                self._answers = True
                return result
        except StatementFailed:
            raise
        except (psycopg.Error, OSError, TimeoutError) as error:
            if self._answers:
                log.warning("PostgreSQL does not answer look-ups", error=type(error).__name__)
            self._answers = False
            self._hang_up()
            raise RegisterUnavailable from error
        except BaseException:
            self._hang_up()  # cancelled in the middle: the next answer would be another's
            raise

    def close(self) -> None:
        """Ends the connection, also one that is being made; the next question makes a new one."""
        self._connecting = None
        self._hang_up()

    def _hang_up(self) -> None:
        session, self._session, self._connection = self._session, None, None
        if session is not None:
            asyncio.get_running_loop().remove_reader(self._socket)
            session.close()

    async def _run(self, name: str, parameters: Sequence[bytes | None]) -> PGresult:
        connection = self._connection
        if connection is None:
            raise psycopg.OperationalError("the connection was lost as soon as it was made")
        connection.send_query_prepared(name.encode(), parameters, result_format=_BINARY)
        while connection.flush():  # what the socket cannot take at once is large, and rare
            await asyncio.sleep(0.001)
            connection.consume_input()
        result = await self._result(connection)
        assert result is not None
        # The last word comes after the commit; it may come apart from what was said before.
        while (more := await self._result(connection)) is not None:
            result = more
        if result.status not in _DONE:
            state = (result.error_field(pq.DiagnosticField.SQLSTATE) or b"").decode()
            if connection.status != pq.ConnStatus.OK or state.startswith(("57", "08", "53")):
                message = f"the statement was broken off: {state}"
                raise psycopg.OperationalError(message)
            log.error("a statement failed", statement=name, sqlstate=state)
            raise StatementFailed(state)
        return result

    async def _result(self, connection: PGconn) -> PGresult | None:
        """The next result; libpq itself would wait for it, and the whole loop with it."""
        while connection.is_busy():
            self._answered = asyncio.get_running_loop().create_future()
            await self._answered
        return connection.get_result()

    async def _connect(self) -> None:
        """
        Waits for a connection. It is made by a thread of this line alone, so that nothing else
        that waits can hold it up, and it goes on being made where the one who asked gives up.
        """
        if self._connecting is None:
            loop = asyncio.get_running_loop()
            self._connecting = loop.run_in_executor(self._connector, self._connected)
            self._connecting.add_done_callback(self._has_connected)
        await asyncio.shield(self._connecting)

    def _has_connected(self, made: asyncio.Future[psycopg.Connection]) -> None:
        if made.cancelled():
            return
        wanted, failed = self._connecting is made, made.exception() is not None
        if wanted:
            self._connecting = None
        if failed:
            return
        session = made.result()
        if not wanted:  # the line was closed meanwhile
            session.close()
            return
        try:
            self._socket = session.pgconn.socket  # one that was lost does not tell it any more
        except psycopg.Error:
            session.close()
            return
        self._session, self._connection = session, session.pgconn
        asyncio.get_running_loop().add_reader(self._socket, self._readable)

    def _connected(self) -> psycopg.Connection:
        """
        A connection with its statements prepared; in a thread, since it waits.

        Not by libpq's own waiting: that would keep all other threads waiting too.
        """
        separator = "&" if "?" in self._dsn else "?"
        options = _CONNECTING.replace(" ", "&")
        session = psycopg.Connection.connect(f"{self._dsn}{separator}{options}", autocommit=True)
        connection = session.pgconn
        try:
            # The statements are few and always alike: planning them again would cost the most.
            milliseconds = int(self._seconds_max * 1000)
            settings = f"set statement_timeout = {milliseconds}; {_SESSION}"
            _must(connection, connection.exec_(settings.encode()))
            for name, statement in self._statements.items():
                _must(connection, connection.prepare(name.encode(), statement.encode()))
        except BaseException:
            session.close()
            raise
        connection.nonblocking = 1
        return session

    def _readable(self) -> None:
        connection, answered = self._connection, self._answered
        if connection is None:
            return
        try:
            connection.consume_input()
            if answered is not None and not answered.done() and not connection.is_busy():
                answered.set_result(None)
        except psycopg.Error as error:
            if answered is not None and not answered.done():
                answered.set_exception(error)
            else:
                self._hang_up()  # lost while nothing was asked: the next question connects again


def _must(connection: PGconn, result: PGresult) -> None:
    if result.status not in _DONE:
        raise psycopg.OperationalError(connection.error_message.decode(errors="replace"))
