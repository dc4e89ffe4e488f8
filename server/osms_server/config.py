"""
The settings of a server of the register, each a limit or a place with a name.

`OSMS_LISTEN` is the variable for `listen`; OSMS_CONFIG names a file of `OSMS_LISTEN=…` lines.
"""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import Field, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from osms_common.serving.settings import (
    ServiceSettings,
    Transport,
    default_state_folder,
    url_of_postgresql,
    with_port,
)

__all__ = ["Settings", "Transport", "default_state_folder"]


class Settings(ServiceSettings):
    """The settings of one server process."""

    model_config = SettingsConfigDict(env_prefix="OSMS_")

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
    receipt_keys_folder: Path | None = Field(
        None,
        description="Folder of the keys that sign receipts; unset makes one for development.",
    )
    sandbox: bool = Field(False, description="Whether the clock can be moved and all emptied.")
    look_up_rpcs_max: int = Field(
        16_000,
        ge=8,
        description="Calls at once of a process that only looks up; more than may wait there.",
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
    look_up_connection_seconds: float = Field(
        3_600.0,
        ge=1,
        description="How old a connection to a process that only looks up gets; then made anew.",
    )
    look_up_connection_grace_seconds: float = Field(
        600.0, ge=1, description="How long calls on it may go on then, before they are cut."
    )
    look_up_bytes_max: int = Field(
        2**16, ge=2**12, description="Bytes of one message to a process that only looks up."
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

    @property
    def lists_at_once(self) -> int:
        """Lists that may keep a worker of the threaded server busy, signatures included."""
        return min(self.lists_waiting_max, self.workers // 4)

    @property
    def addresses(self) -> list[str]:
        """Where it listens, its processes that only look up included."""
        return [self.listen, *([self.look_up_listen] if self.look_up_listen else [])]

    @field_validator("look_up_listen")
    @classmethod
    def _may_have_port(cls, value: str) -> str:
        return with_port(value) if value else value

    @field_validator("look_up_dsn", "replica_dsn")
    @classmethod
    def _may_be_url(cls, value: str) -> str:
        return url_of_postgresql(value)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.sandbox and self.look_up_listen:
            message = "a sandbox has one clock, in one process: it has no look_up_listen"
            raise ValueError(message)
        if self.look_up_rpcs_max <= self.look_ups_waiting_max + self.lists_waiting_max:
            message = "look_up_rpcs_max must exceed look_ups_waiting_max and lists_waiting_max"
            raise ValueError(message)
        return self
