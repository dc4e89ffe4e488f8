"""Logs: to standard error, one event a line. No IIN, name or amount is ever written to them."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Iterator
from typing import Any

import structlog
from structlog.typing import EventDict


def configure_logs(log_format: str) -> None:
    """Writes events as text for people, or as JSON for machines."""
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _tell_exception,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def _tell_exception(_: object, __: str, event: EventDict) -> EventDict:
    """Where an exception came from and of which kind it is: what it says may name a person."""
    if event.pop("exc_info", None):
        event["exception"] = "".join(_traces(sys.exception()))
    return event


def _traces(error: BaseException | None) -> Iterator[str]:
    """The traces of an exception and of those behind it, the first one first."""
    if error is None:
        return
    yield from _traces(error.__cause__ or error.__context__)
    yield from traceback.format_tb(error.__traceback__)
    yield f"{type(error).__qualname__} {getattr(error, 'sqlstate', '') or ''}\n"
