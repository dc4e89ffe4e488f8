"""The commands for keys and certificates: `osms-server certs` and `osms-server receipt-keys`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from osms_common.application.callers import Caller
from osms_common.certificates import Authority, make_development_certificates
from osms_common.domain.errors import CallerUnknown
from osms_common.logs import configure_logs
from osms_common.rpc.identity import SANDBOX_CALLERS, parse_caller
from osms_common.serving.transport import certificates_folder
from osms_server.bootstrap import receipt_keys_folder
from osms_server.config import Settings
from osms_server.receipt_keys import KeyFolder

_LEAD: Final = timedelta(seconds=10)
"""How long before it signs a new key is there, so that all servers have seen it."""

_DAYS: Final = 825


def read_settings(**given: Any) -> Settings:  # noqa: ANN401 - settings of any kind
    """The settings, with those that were *given* on the command line; logs are written by them."""
    chosen = {name: value for name, value in given.items() if value is not None}
    settings = Settings.read(**chosen)
    configure_logs(settings.log_format)
    return settings


def _caller(text: str) -> Caller:
    try:
        return parse_caller(text)
    except CallerUnknown as error:
        message = (
            f"{text!r} names nobody who can be: write ROLE/NAME, such as mis/clinic7, body/DEFENCE"
            " or fund-supervisor/a.bekova"
        )
        raise typer.BadParameter(message) from error


def certs(
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="DIR", help="Where; below the state folder if left out."),
    ] = None,
    *,
    caller: Annotated[
        list[Caller] | None,
        typer.Option(
            metavar="ROLE/NAME",
            parser=_caller,
            help="One more caller, or a new certificate for one; repeat it for more.",
        ),
    ] = None,
    host: Annotated[
        list[str] | None,
        typer.Option(metavar="HOST", help="A name of the server; it gets a new certificate."),
    ] = None,
    revoke: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Revokes the certificate in the file of a name."),
    ] = None,
    days: Annotated[
        int, typer.Option(min=1, metavar="N", help="For how many days new ones are valid.")
    ] = _DAYS,
) -> None:
    """
    Makes a development authority, a server and every caller of a sandbox; or changes one.

    Servers that run take up what has changed within some seconds. In production an authority of
    the Fund issues certificates of the same form; docs/security.md has it.
    """
    place = folder or certificates_folder(read_settings())
    if make_development_certificates(place, SANDBOX_CALLERS):
        typer.echo(f"certificates for {len(SANDBOX_CALLERS)} callers are in {place}")
    elif not (caller or host or revoke):
        typer.echo(f"{place} has certificates already; nothing was changed")
    if not (caller or host or revoke):
        return
    authority = Authority(place)
    for name in revoke or ():
        authority.revoke(name)
        typer.echo(f"the certificate of {name} is revoked")
    for each in caller or ():
        authority.issue_caller(each, days)
        typer.echo(f"{each.text} has {place / each.name}.pem and its key, for {days} days")
    if host:
        authority.issue_server(host, days)
        typer.echo(f"the server at {', '.join(host)} has a new certificate, for {days} days")


receipt_keys = typer.Typer(
    no_args_is_help=True, help="The keys that sign receipts, in a folder that servers share."
)
KeysFolder = Annotated[
    Path | None,
    typer.Option("--folder", metavar="DIR", help="The folder; that of the settings if left out."),
]


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is not an instant") from error
    if instant.tzinfo is None:
        raise typer.BadParameter(f"{text!r} has no offset; write it as 2026-07-15T12:00+05:00")
    return instant


def _keys(folder: Path | None) -> KeyFolder:
    return KeyFolder(receipt_keys_folder(read_settings(receipt_keys_folder=folder)))


@receipt_keys.command("list", epilog="Example: osms-server receipt-keys list")
def list_receipt_keys(folder: KeysFolder = None) -> None:
    """Lists all keys, newest first: since when each signs, and until when."""
    keys, now = _keys(folder), datetime.now(UTC)
    for pair in keys.read():
        begins, ends = pair.public.valid_from, pair.public.retired
        state = "signs now" if pair.signs_at(now) else "ahead" if begins > now else "signs no more"
        until = f" until {ends.isoformat()}" if ends else ""
        private = "" if pair.private else ", public only"
        typer.echo(f"{pair.public.key_id}  {state}, from {begins.isoformat()}{until}{private}")


@receipt_keys.command("new", epilog="Example: osms-server receipt-keys new --folder ./keys")
def new_receipt_key(
    folder: KeysFolder = None,
    since: Annotated[
        datetime | None,
        typer.Option(
            "--from",
            metavar="INSTANT",
            parser=_instant,
            help="Since when it signs; in a few seconds if left out.",
        ),
    ] = None,
) -> None:
    """Makes a key that signs from an instant on; servers find it while they run."""
    now = datetime.now(UTC)
    if since is not None and since < now:
        raise typer.BadParameter("a key cannot sign before it is made")
    keys = _keys(folder)
    typer.echo(keys.make(since or now + (_LEAD if keys.read() else timedelta())))


@receipt_keys.command("retire", epilog="Example: osms-server receipt-keys retire KEY")
def retire_receipt_key(
    key: Annotated[str, typer.Argument(metavar="KEY", help="Its id.")],
    folder: KeysFolder = None,
    since: Annotated[
        datetime | None,
        typer.Option(
            "--since",
            metavar="INSTANT",
            parser=_instant,
            help="Since when its receipts are no longer to be trusted, if before its end.",
        ),
    ] = None,
) -> None:
    """Deletes the private half of a key that signs no more; what it signed can be verified."""
    ended = _keys(folder).retire(key, datetime.now(UTC), since)
    typer.echo(f"{key} signs no more since {ended.isoformat()}; its private half is deleted")
