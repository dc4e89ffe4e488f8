"""The log of PostgreSQL: it says what went wrong, and names nobody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest

from osms_common.persistence.embedded import SPARING_LOG, EmbeddedPostgres
from osms_server.persistence.own_postgres import own_postgres
from tests.people import AIGUL
from tests.processes import passable_folder
from tests.test_tidy import CONFIGURATION

AMOUNT: Final = 424242
IN_ERROR: Final = {
    "a key that is there": (
        psycopg.errors.UniqueViolation,
        "insert into payment values (%(iin)s, %(amount)s)",
    ),
    "a value that cannot be": (
        psycopg.errors.CheckViolation,
        "insert into payment values (%(iin)s + 1, -%(amount)s)",
    ),
    "no value where one must be": (
        psycopg.errors.NotNullViolation,
        "insert into payment values (%(iin)s + 2, null)",
    ),
    "a number that is too large": (
        psycopg.errors.NumericValueOutOfRange,
        "select %(iin)s::bigint * %(amount)s * 1000000000000",
    ),
    "a statement that nobody understands": (
        psycopg.errors.SyntaxError,
        f"selec {AIGUL}",
    ),
}


@pytest.fixture(scope="module")
def postgres() -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL of this module, whose log is its own."""
    with passable_folder() as folder:
        postgres = own_postgres(folder / "postgresql", durable=False)
        postgres.start()
        try:
            with psycopg.connect(postgres.dsn) as connection:
                connection.execute(
                    "create table payment (iin bigint primary key,"
                    " amount bigint not null check (amount > 0))"
                )
                connection.execute("insert into payment values (%s, 1)", [int(AIGUL)])
            yield postgres
        finally:
            postgres.stop()


def logged(postgres: EmbeddedPostgres) -> str:
    """All that is in the log by now."""
    return Path(postgres.folder, "postgresql.log").read_text(encoding="utf-8")


@pytest.mark.parametrize(("kind", "statement"), IN_ERROR.values(), ids=IN_ERROR)
@pytest.mark.parametrize("cursor", [psycopg.Cursor, psycopg.ClientCursor])
def test_an_error_is_logged_and_names_nobody(
    postgres: EmbeddedPostgres, kind: type[Exception], statement: str, cursor: type[Any]
) -> None:
    """Neither in a detail nor as a parameter, nor in the statement where it has values in it."""
    before = logged(postgres)
    with psycopg.connect(postgres.dsn, cursor_factory=cursor) as connection:
        with pytest.raises(kind):
            connection.execute(statement.encode(), {"iin": int(AIGUL), "amount": AMOUNT})
        connection.rollback()
    new = logged(postgres).removeprefix(before)
    assert re.search("ERROR: ", new)
    assert not re.search("DETAIL|STATEMENT|CONTEXT|QUERY|parameters", new)
    assert not re.search(rf"{AIGUL}|{AMOUNT}", new)


def test_a_line_that_cannot_be_copied_is_not_shown(postgres: EmbeddedPostgres) -> None:
    """Lines come in thousands, and one of them is at fault."""
    before = logged(postgres)
    with (
        psycopg.connect(postgres.dsn) as connection,
        pytest.raises(psycopg.errors.UniqueViolation),
        connection.cursor() as cursor,
        cursor.copy("copy payment from stdin") as copy,
    ):
        copy.write_row((int(AIGUL), AMOUNT))
    new = logged(postgres).removeprefix(before)
    assert "ERROR: " in new
    assert not re.search(rf"{AIGUL}|{AMOUNT}", new)


def test_what_is_slow_is_not_logged_either(postgres: EmbeddedPostgres) -> None:
    """Every setting is as it is told, also where the cluster has it otherwise by default."""
    with psycopg.connect(postgres.dsn) as connection:
        shown = {name: connection.execute(f"show {name}".encode()) for name in SPARING_LOG}
        assert {name: found.fetchone() for name, found in shown.items()} == {
            name: (value,) for name, value in SPARING_LOG.items()
        }


def test_the_page_of_settings_tells_what_another_postgresql_needs() -> None:
    """The same settings, so that nobody has to look for them in the code."""
    page = CONFIGURATION.read_text(encoding="utf-8")
    for name, value in SPARING_LOG.items():
        assert f"{name} = {value}\n" in page, name
