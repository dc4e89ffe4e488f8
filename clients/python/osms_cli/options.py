"""
The options that commands have in common: the connection, `--json`, `--version`.

The connection may be said before a command or after it; the environment counts as said before,
so that an option after the command always wins.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from osms_cli.session import DEFAULT_ADDRESS, LANGUAGES
from osms_cli.typed import typed

PANEL: Final = "Connection"

AsJson = Annotated[
    bool,
    typer.Option(
        "--json",
        metavar="",
        help="For machines: one JSON document, or one a line for lists.",
    ),
]


def _language(text: str) -> str:
    if text not in LANGUAGES:
        message = f"{text!r} is not one of {', '.join(LANGUAGES)}"
        raise ValueError(message)
    return text


def _address(text: str) -> str:
    """Addresses with commas between them, and nothing else."""
    addresses = [each.strip() for each in text.split(",")]
    for address in addresses:
        if not re.fullmatch(r".+:[0-9]{1,5}", address):
            message = f"{address!r} is not an address; write it as HOST:PORT"
            raise ValueError(message)
    return ",".join(addresses)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError as error:
        message = f"{text!r} is not a number of seconds"
        raise ValueError(message) from error
    if not 0 < seconds < math.inf:
        message = f"{text!r} is not a number of seconds above zero"
        raise ValueError(message)
    return seconds


def _option(
    kind: Any, name: str, meaning: str, *, variable: str, from_environment: bool, **more: Any
) -> Any:
    """An option of the connection; the environment is read where it stands before a command."""
    made = typer.Option(
        name,
        help=f"{meaning} \\[env: {variable}]",
        envvar=variable if from_environment else None,
        show_envvar=False,
        rich_help_panel=PANEL,
        **more,
    )
    return Annotated[kind, made]


_CONNECTION: Final[Mapping[str, Mapping[str, Any]]] = {
    "address": {
        "kind": str | None,
        "name": "--address",
        "meaning": "Where the service is, or several of its servers with commas between;"
        f" {DEFAULT_ADDRESS} if left out.",
        "variable": "OSMS_ADDRESS",
        "metavar": "HOST:PORT,...",
        "parser": typed(_address),
    },
    "caller": {
        "kind": str | None,
        "name": "--as",
        "meaning": "Who calls, by the name of the certificate.",
        "variable": "OSMS_CALLER",
        "metavar": "NAME",
    },
    "certificates": {
        "kind": Path | None,
        "name": "--certificates",
        "meaning": "Folder of certificates; a development server's if left out.",
        "variable": "OSMS_CERTIFICATES",
        "metavar": "DIR",
    },
    "plaintext": {
        "kind": bool | None,
        "name": "--plaintext/--tls",
        "meaning": "Without TLS: a sandbox on this machine, where callers name themselves.",
        "variable": "OSMS_PLAINTEXT",
        "metavar": "",
    },
    "timeout": {
        "kind": float | None,
        "name": "--timeout",
        "meaning": "Deadline of every call; if left out 3 for a question about one person,"
        " else 10.",
        "variable": "OSMS_TIMEOUT",
        "metavar": "SECONDS",
        "parser": typed(_seconds),
    },
    "language": {
        "kind": str | None,
        "name": "--language",
        "meaning": "Language of texts and errors; en if left out.",
        "variable": "OSMS_LANGUAGE",
        "metavar": "kk|ru|en",
        "parser": typed(_language),
    },
}


def connection_options(
    usual_caller: str = "",
    usual_address: str = DEFAULT_ADDRESS,
    *,
    from_environment: bool = False,
) -> dict[str, Any]:
    """The options of the connection, each by the name of its parameter."""
    usual = f" Usually {usual_caller}." if usual_caller else ""
    caller = {**_CONNECTION["caller"], "meaning": f"{_CONNECTION['caller']['meaning']}{usual}"}
    place = str(_CONNECTION["address"]["meaning"]).replace(DEFAULT_ADDRESS, usual_address)
    address = {**_CONNECTION["address"], "meaning": place}
    return {
        name: _option(**parts, from_environment=from_environment)
        for name, parts in {**_CONNECTION, "caller": caller, "address": address}.items()
    }


def _tell_version(asked: bool) -> None:  # noqa: FBT001 - typer calls it so
    if asked:
        typer.echo(f"osms {metadata.version('osms-entitlement')}")
        raise typer.Exit


Version = Annotated[
    bool,
    typer.Option(
        "--version", metavar="", is_eager=True, callback=_tell_version, help="Tells the version."
    ),
]
