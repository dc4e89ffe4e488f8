"""
Who calls which service, and how the answer is to be written: what every command is given.

The options come from the command line, after the command or before it, and then from the
environment. Certificates are those that a development server has made for this user, unless
another folder is named.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from osms_cli import output
from osms_cli.failures import MISUSED, Failure

if TYPE_CHECKING:
    from osms_client import Credentials, MatchingClient, OsmsClient

Item = TypeVar("Item")

DEFAULT_ADDRESS: Final = "127.0.0.1:50551"
DEFAULT_MATCHING_ADDRESS: Final = "127.0.0.1:50561"
DEFAULT_LANGUAGE: Final = "en"
LANGUAGES: Final = ("kk", "ru", "en")


@dataclass(frozen=True)
class Options:
    """What was said about the connection; None is what was not said."""

    address: str | None = None
    caller: str | None = None
    certificates: Path | None = None
    plaintext: bool | None = None
    timeout: float | None = None
    language: str | None = None
    address_said: str | None = None
    """The address, where the command line names it and not just the environment."""

    def over(self, other: Options) -> Options:
        """These options, and *other* ones where these say nothing."""
        mine, theirs = vars(self), vars(other)
        return Options(
            **{name: theirs[name] if mine[name] is None else mine[name] for name in mine}
        )


@dataclass(frozen=True)
class Session:
    """One run of a command: how it reaches the service, and how it answers."""

    options: Options
    caller: str
    """Who calls where nobody else was named."""

    as_json: bool = False
    usual_address: str = DEFAULT_ADDRESS
    """Where the service is if nobody says so."""

    _open: dict[str, OsmsClient] = field(default_factory=dict)
    _matching: dict[str, MatchingClient] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """Where the service is: one address, or several with commas between them."""
        return self.options.address or self.usual_address

    @property
    def language(self) -> str:
        """The language of texts for people."""
        return self.options.language or DEFAULT_LANGUAGE

    @property
    def text_language(self) -> str:
        """The language of texts in answers: none for machines, unless they ask for one."""
        return self.options.language or ("" if self.as_json else DEFAULT_LANGUAGE)

    def client(self, caller: str = "") -> OsmsClient:
        """The client of whom the user named, or of *caller*, or of the command's usual caller."""
        from osms_client import OsmsClient

        name = self.sender(caller)
        if name not in self._open:
            self._open[name] = OsmsClient(
                self.address,
                self.credentials(name),
                language=self.options.language or "",
                **self._deadlines("timeout", "lookup_timeout"),
            )
        return self._open[name]

    def matching(self, caller: str = "") -> MatchingClient:
        """The same of the matching, which is another service."""
        from osms_client import MatchingClient

        name = self.sender(caller)
        if name not in self._matching:
            self._matching[name] = MatchingClient(
                self.address,
                self.credentials(name),
                language=self.language,
                **self._deadlines("timeout"),
            )
        return self._matching[name]

    def _deadlines(self, *names: str) -> dict[str, Any]:
        """The deadlines of a client that the user has said."""
        timeout = self.options.timeout
        return {} if timeout is None else dict.fromkeys(names, timeout)

    def sender(self, usual: str = "") -> str:
        """Who sends: whom the user named, or *usual*, or the command's usual caller."""
        return self.options.caller or usual or self.caller

    def credentials(self, name: str) -> Credentials:
        """How somebody is known to the service. Failure: there is no certificate for the name."""
        from osms_client import Certificates, NamedCaller

        if self.options.plaintext:
            return NamedCaller(name)
        folder = self.options.certificates or default_certificates()
        missing = [
            file for file in ("ca.pem", f"{name}.pem", f"{name}.key") if _lacks(folder, file)
        ]
        if missing:
            raise Failure(
                f"no certificate for {name}: {', '.join(missing)} not found in {folder}",
                (
                    "name another folder with --certificates, or another caller with --as;",
                    "a development server makes them when it first starts, and so does:",
                    f"osms-server certs {folder}",
                ),
                MISUSED,
            )
        return Certificates(folder, name)

    def close(self) -> None:
        """Closes what was opened."""
        for client in (*self._open.values(), *self._matching.values()):
            client.close()
        self._open.clear()
        self._matching.clear()

    def show(self, value: Item, draw: Callable[[Item], None]) -> None:
        """Writes one value: a document for machines, drawn for people."""
        if self.as_json:
            output.emit_indented(value)
        else:
            draw(value)

    def show_list(
        self, items: Iterable[Item], draw: Callable[[list[Item]], None], empty: str
    ) -> None:
        """Writes a list: one document a line for machines, drawn for people."""
        if self.as_json:
            for item in items:
                output.emit(item)
            return
        found = list(items)
        if found:
            draw(found)
        else:
            output.say(empty, "dim")


def _lacks(folder: Path, file: str) -> bool:
    return not (folder / file).is_file()


def default_certificates() -> Path:
    """Where a development server of this user keeps certificates."""
    state = os.environ.get("OSMS_STATE_FOLDER")
    if state:
        return Path(state) / "certificates"
    base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(base) / "osms-entitlement" / "certificates"
