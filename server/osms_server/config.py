"""
The settings of a server, each a limit or a place with a name.

They come from the command line, then the environment (`OSMS_LISTEN` for `listen`), then a file
of `name = value` lines that OSMS_CONFIG names (`OSMS_LISTEN=…`), then the defaults here, which
are fit for development. docs/configuration.md lists them.
"""

from __future__ import annotations

import os
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationInfo, field_validator, model_validator
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


def _is_loopback(listen: str) -> bool:
    host = listen.rpartition(":")[0].strip("[]")
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


class Settings(BaseSettings):
    """The settings of one server process."""

    model_config = SettingsConfigDict(
        env_prefix="OSMS_", frozen=True, extra="forbid", validate_default=True
    )

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
        "", repr=False, description="The same as the owner of the tables; empty takes OSMS_DSN."
    )
    look_up_dsn: str = Field(
        "", repr=False, description="The same as the role of look-ups; empty takes OSMS_DSN."
    )
    look_up_listen: str = Field(
        "",
        description="Address and port of processes that only look up; empty starts none.",
    )
    look_up_processes: int = Field(
        1, ge=1, le=64, description="How many such processes share that port."
    )
    look_up_seconds_max: float = Field(
        3.0, ge=0.05, description="How long a look-up may take; then UNAVAILABLE is told."
    )
    look_up_gather_seconds: float = Field(
        0.004,
        ge=0,
        le=0.1,
        description="How long look-ups that come thick wait for others, to be read together.",
    )
    look_ups_waiting_max: int = Field(
        1_000, ge=1, description="Look-ups that may wait; more are told UNAVAILABLE at once."
    )
    access_log_tidy_seconds: float = Field(
        10.0, ge=0.1, description="How often new entries of the log are brought into its index."
    )
    lists_waiting_max: int = Field(
        64,
        ge=1,
        description="Messages of lists that may wait; by threads, at most a quarter of workers.",
    )
    replica_dsn: str = Field(
        "",
        repr=False,
        description="DSN of a streaming replica that answers look-ups; empty asks the primary.",
    )
    replica_lag_seconds_max: float = Field(
        2.0, ge=0.1, description="How far the replica may lag; beyond it the primary is asked."
    )
    replica_probe_seconds: float = Field(
        0.1, ge=0.01, le=10, description="How often it is asked how far the replica has come."
    )
    state_folder: Path = Field(
        default_factory=default_state_folder,
        description="Folder of the embedded PostgreSQL and the development certificates.",
    )
    receipt_keys_folder: Path | None = Field(
        None,
        description="Folder of the keys that sign receipts; unset makes one for development.",
    )
    sandbox: bool = Field(False, description="Whether the clock can be moved and all emptied.")
    workers: int = Field(
        96,
        ge=4,
        le=1024,
        description="Threads that answer calls; some are always left for patients.",
    )
    concurrent_rpcs_max: int = Field(
        512, ge=8, description="Calls at once; more are told RESOURCE_EXHAUSTED."
    )
    look_up_rpcs_max: int = Field(
        16_000,
        ge=8,
        description="Calls at once of a process that only looks up; more than may wait there.",
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
    unknown_persons_max: int = Field(
        1_000,
        ge=1,
        description="Different persons of whom nothing is known, told to one medical system.",
    )
    unknown_persons_share_max: float = Field(
        0.2, ge=0, le=1, description="Beyond that number, their share of all it asks about."
    )
    unknown_persons_seconds: float = Field(
        600.0, ge=1, description="For how long both are counted, and who exceeds them held back."
    )
    unknown_persons_patient_seconds: float = Field(
        1.0, ge=0, description="How often who is held back may ask about one patient."
    )
    connection_idle_seconds: float = Field(
        1_800.0, ge=1, description="How long a connection without calls is kept."
    )
    look_up_connection_seconds: float = Field(
        3_600.0,
        ge=1,
        description="How old a connection to a process that only looks up gets; then made anew.",
    )
    look_up_connection_grace_seconds: float = Field(
        600.0, ge=1, description="How long calls on it may go on then, before they are cut."
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
    look_up_bytes_max: int = Field(
        2**16, ge=2**12, description="Bytes of one message to a process that only looks up."
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
    roster_lines_max: int = Field(1_000_000, ge=1, description="Lines of one roster snapshot.")
    roster_bytes_max: int = Field(
        64 * 2**20, ge=2**16, description="Bytes of all messages of one roster snapshot."
    )
    rehearsals_max: int = Field(2, ge=1, description="Pushes that are only tried, at once.")
    rehearsals_per_caller_max: int = Field(
        1, ge=1, description="Pushes of one caller that are only tried, at once."
    )
    previews_max: int = Field(2, ge=1, description="Previews of approvals, at once.")
    exports_max: int = Field(2, ge=1, description="Exports of the logs, at once.")
    export_settled_seconds: float = Field(
        300.0, ge=0, description="How old entries of the logs are before they are exported."
    )
    iins_max: int = Field(1_000, ge=1, description="Persons of one batch of questions.")
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

    @property
    def lists_at_once(self) -> int:
        """Lists that may keep a worker of the threaded server busy, signatures included."""
        return min(self.lists_waiting_max, self.workers // 4)

    @classmethod
    def read(cls, **given: Any) -> Settings:
        """The settings; *given* ones win over the environment, and that over the file."""
        return cls(_env_file=os.environ.get("OSMS_CONFIG"), **given)  # type: ignore[call-arg]

    @field_validator("listen", "look_up_listen")
    @classmethod
    def _has_port(cls, value: str, field: ValidationInfo) -> str:
        if not value and field.field_name == "look_up_listen":
            return value
        port = value.rpartition(":")[2]
        if not port.isdigit() or int(port) > 65535:  # noqa: PLR2004 - the highest port
            message = "give an address and a port, such as 127.0.0.1:50551"
            raise ValueError(message)
        return value

    @field_validator("dsn", "migration_dsn", "look_up_dsn", "replica_dsn")
    @classmethod
    def _is_url(cls, value: str) -> str:
        if value and not value.startswith(_POSTGRESQL):
            message = "give a URL, such as postgresql://osms@db.example/osms"
            raise ValueError(message)
        return value

    @model_validator(mode="after")
    def _fits_together(self) -> Settings:
        addresses = [self.listen, *([self.look_up_listen] if self.look_up_listen else [])]
        if self.transport is Transport.PLAINTEXT and not all(map(_is_loopback, addresses)):
            message = "transport=plaintext is for loopback addresses only; use mtls"
            raise ValueError(message)
        if self.sandbox and self.look_up_listen:
            message = "a sandbox has one clock, in one process: it has no look_up_listen"
            raise ValueError(message)
        if self.look_up_rpcs_max <= self.look_ups_waiting_max + self.lists_waiting_max:
            message = "look_up_rpcs_max must exceed look_ups_waiting_max and lists_waiting_max"
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
