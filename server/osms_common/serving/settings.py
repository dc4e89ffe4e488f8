"""
The settings that every service of ours has: where it listens, and how much of it anybody may use.

They come from the command line, then the environment, then a file of `name = value` lines, then
the defaults here, which are fit for development. Each service says how its variables begin, and
adds its own. docs/configuration.md lists them.
"""

from __future__ import annotations

import os
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Self

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Transport(StrEnum):
    """How callers connect."""

    MTLS = "mtls"
    PLAINTEXT = "plaintext"


def default_state_folder() -> Path:
    """The folder of this user's state."""
    base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(base) / "osms-entitlement"


_POSTGRESQL = ("postgresql://", "postgres://")


def is_loopback(listen: str) -> bool:
    """Whether an address with its port is of this machine alone."""
    host = listen.rpartition(":")[0].strip("[]")
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def with_port(value: str) -> str:
    """An address with its port. ValueError: it has none."""
    port = value.rpartition(":")[2]
    if not port.isdigit() or int(port) > 65535:  # noqa: PLR2004 - the highest port
        message = "give an address and a port, such as 127.0.0.1:50551"
        raise ValueError(message)
    return value


def url_of_postgresql(value: str) -> str:
    """A DSN, or nothing. ValueError: it is something else."""
    if value and not value.startswith(_POSTGRESQL):
        message = "give a URL, such as postgresql://osms@db.example/osms"
        raise ValueError(message)
    return value


class ServiceSettings(BaseSettings):
    """The settings of one server process, as far as all services have them."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", validate_default=True)

    listen: str = Field("127.0.0.1:50551", description="Address and port; port 0 takes any.")
    transport: Transport = Field(
        Transport.MTLS,
        description="mtls, or plaintext on loopback, where callers name themselves.",
    )
    tls_certificate: Path | None = Field(
        None, description="Certificate chain of the server; unset makes development ones."
    )
    tls_key: Path | None = Field(None, description="Private key of the server, PKCS#8.")
    tls_client_ca: Path | None = Field(
        None, description="Certificates of the authorities that vouch for callers."
    )
    tls_revoked: Path | None = Field(
        None, description="Lists of revoked certificates of those authorities; unset: none is."
    )
    tls_reload_seconds: float = Field(
        5.0, ge=0, description="How often those files are looked at while the server runs."
    )
    dsn: str = Field(
        "",
        repr=False,
        description="DSN of a PostgreSQL >= 15; empty starts one below the state folder.",
    )
    migration_dsn: str = Field(
        "", repr=False, description="The same as the owner of the tables; empty takes that one."
    )
    state_folder: Path = Field(
        default_factory=default_state_folder,
        description="Folder of the embedded PostgreSQL and the development certificates.",
    )
    workers: int = Field(
        96,
        ge=4,
        le=1024,
        description="Threads that answer calls; some are always left for patients.",
    )
    concurrent_rpcs_max: int = Field(
        512, ge=8, description="Calls at once; more are told RESOURCE_EXHAUSTED."
    )
    pending_rpcs_max: int = Field(
        16_000,
        ge=8,
        description="Calls that gRPC keeps until they are taken up; it cancels more.",
    )
    calls_per_caller_max: int = Field(
        512,
        ge=1,
        description="Calls of one caller at once; by threads, at most three quarters of workers.",
    )
    calls_per_connection_max: int = Field(
        8_000, ge=1, description="Calls at once on one connection; more wait at the client."
    )
    calls_per_second_max: float = Field(
        3_000.0, gt=0, description="Calls of one caller a second, messages of streams included."
    )
    calls_in_a_row_max: float = Field(
        30_000.0, ge=1, description="Calls of one caller at once after a pause, above that pace."
    )
    deadline_required: bool = Field(
        True, description="Whether a call that is no stream must say how long its caller waits."
    )
    slow_caller_seconds: float = Field(
        20.0,
        ge=0.1,
        description="How long a caller may take to send a message, or to take an answer.",
    )
    connection_idle_seconds: float = Field(
        1_800.0, ge=1, description="How long a connection without calls is kept."
    )
    handshake_seconds_max: float = Field(
        10.0, ge=0.1, description="How long a new connection may take to show its certificate."
    )
    streams_max: int = Field(
        48, ge=1, description="Streams at once; never more than three quarters of the workers."
    )
    streams_per_caller_max: int = Field(16, ge=1, description="Streams of one caller at once.")
    stream_idle_seconds: float = Field(
        60.0, ge=0.1, description="How long a stream may send nothing before it is ended."
    )
    feed_idle_seconds: float = Field(
        600.0, ge=0.1, description="The same for a feed that is open; it goes on by position."
    )
    database_connections_max: int = Field(
        24, ge=4, le=500, description="Connections to PostgreSQL for each kind of work."
    )
    writer_wait_seconds: float = Field(
        60.0, ge=0.1, description="How long a change waits for its turn; then UNAVAILABLE is told."
    )
    message_bytes_max: int = Field(
        4 * 2**20, ge=2**16, description="Bytes of one message in either direction."
    )
    streams_bytes_max: int = Field(
        64 * 2**20, ge=2**16, description="Bytes of messages of all streams in hand at once."
    )
    answers_bytes_max: int = Field(
        128 * 2**20, ge=2**20, description="Bytes of answers that callers have not yet taken."
    )
    answers_bytes_per_caller_max: int = Field(
        32 * 2**20, ge=2**20, description="The same of one caller; more are told UNAVAILABLE."
    )
    batch_records_max: int = Field(10_000, ge=1, description="Records of one batch of a feed.")
    record_bytes_max: int = Field(
        2**16, ge=2**12, description="Bytes of one record of a feed; a larger one is rejected."
    )
    ack_bytes_max: int = Field(
        2 * 2**20,
        ge=2**12,
        description="Bytes of outcomes in one acknowledgement; more are left out, and counted.",
    )
    page_size: int = Field(100, ge=1, description="Items of a page where none is asked for.")
    page_size_max: int = Field(1_000, ge=1, description="Most items of a page.")
    page_bytes_max: int = Field(
        2 * 2**20, ge=2**12, description="Bytes after which a page of rejected lines ends."
    )
    page_token_key: str = Field(
        "",
        repr=False,
        description="Secret that signs page tokens; unset makes one that ends with the process.",
    )
    shutdown_seconds: float = Field(
        10.0, ge=0, description="How long running calls may go on when the server stops."
    )
    log_format: str = Field("console", pattern="^(console|json)$", description="console or json.")

    @property
    def streams_at_once(self) -> int:
        """Streams that may keep a worker busy, so that some are left for everything else."""
        return min(self.streams_max, self.workers * 3 // 4)

    @property
    def calls_at_once(self) -> int:
        """Calls other than about a patient that may keep a worker busy; PostgreSQL may hang."""
        return self.workers // 2

    @property
    def kept_at_once(self) -> int:
        """Workers that streams and those calls may keep busy together."""
        return self.workers - max(1, self.workers // 8)

    @property
    def calls_each_at_once(self) -> int:
        """Calls of one caller on the threaded server, so that workers are left for others."""
        return min(self.calls_per_caller_max, self.workers * 3 // 4)

    @property
    def open_calls_at_once(self) -> int:
        """Calls of health that may keep a worker until they have sent what they ask."""
        return max(2, self.workers // 4)

    @classmethod
    def read(cls, **given: Any) -> Self:
        """The settings; *given* ones win over the environment, and that over the file."""
        file = os.environ.get(f"{cls.model_config['env_prefix']}CONFIG")
        return cls(_env_file=file, **given)  # type: ignore[call-arg]

    @field_validator("listen")
    @classmethod
    def _has_port(cls, value: str) -> str:
        return with_port(value)

    @field_validator("dsn", "migration_dsn")
    @classmethod
    def _is_url(cls, value: str) -> str:
        return url_of_postgresql(value)

    @property
    def addresses(self) -> list[str]:
        """Where it listens."""
        return [self.listen]

    @model_validator(mode="after")
    def _is_safe(self) -> Self:
        if self.transport is Transport.PLAINTEXT and not all(map(is_loopback, self.addresses)):
            message = "transport=plaintext is for loopback addresses only; use mtls"
            raise ValueError(message)
        if self.answers_bytes_per_caller_max < self.message_bytes_max:
            message = "answers_bytes_per_caller_max must not be less than message_bytes_max"
            raise ValueError(message)
        given = [self.tls_certificate, self.tls_key, self.tls_client_ca]
        if any(given) and not all(given):
            message = "tls_certificate, tls_key and tls_client_ca go together"
            raise ValueError(message)
        if self.tls_revoked and not self.tls_client_ca:
            message = "tls_revoked needs tls_client_ca, whose authorities have signed it"
            raise ValueError(message)
        return self
