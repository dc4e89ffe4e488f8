"""Keeps an embedded PostgreSQL running: when it has died, it is started again."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import psycopg
import structlog

from osms_common.persistence.embedded import EmbeddedPostgres, EmbeddedPostgresError

log = structlog.get_logger(__name__)

_PAUSE_SECONDS: Final = 0.5


@contextmanager
def kept_running(postgres: EmbeddedPostgres) -> Iterator[None]:
    """Starts the server again whenever it has died, until the end of the block."""
    stop = threading.Event()
    keeper = threading.Thread(target=_keep, args=(postgres, stop), name="keeper", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        stop.set()
        keeper.join()


def _keep(postgres: EmbeddedPostgres, stop: threading.Event) -> None:
    while not stop.wait(_PAUSE_SECONDS):
        if postgres.runs():
            continue
        log.warning("the embedded PostgreSQL has died; it is started again")
        try:
            postgres.start()
        except (EmbeddedPostgresError, psycopg.Error, OSError) as error:
            log.warning("the embedded PostgreSQL does not start", reason=str(error))
        else:
            log.info("the embedded PostgreSQL runs again")
