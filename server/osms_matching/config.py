"""
The settings of the matching, each a limit or a place with a name.

`OSMS_MATCHING_LISTEN` is the variable for `listen`; OSMS_MATCHING_CONFIG names a file of such
lines. docs/configuration.md lists them.
"""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from osms_common.serving.settings import ServiceSettings


class MatchingSettings(ServiceSettings):
    """The settings of one process of the matching."""

    model_config = SettingsConfigDict(env_prefix="OSMS_MATCHING_")

    listen: str = Field("127.0.0.1:50561", description="Address and port; port 0 takes any.")
    tried_records_max: int = Field(
        1_000_000, ge=1, description="Records that one connection may only try."
    )
    run_workers: int = Field(
        0, ge=0, le=256, description="Connections and processes of a run; 0 takes all cores."
    )
    run_chunk_people: int = Field(
        20_000, ge=100, description="People whose families one process of a run holds at once."
    )
    run_work_memory: int = Field(
        64, ge=1, description="MiB of a step of a statement of a run, before it goes on on disk."
    )
    register_address: str = Field(
        "127.0.0.1:50551", description="Where the register is; several with commas between them."
    )
    register_certificates: Path | None = Field(
        None,
        description="Folder of the State Corporation's certificate for it; unset: of development.",
    )
    register_caller: str = Field(
        "SC", description="Name of that certificate's files, or of the caller without TLS."
    )
    register_plaintext: bool = Field(
        False, description="Whether the register is asked without TLS, on loopback."
    )
    send_portion: int = Field(
        2_000, ge=1, description="Messages that are sent to the register at a time."
    )

    @property
    def workers_of_runs(self) -> int:
        """How many work at a run at a time."""
        return self.run_workers or len(os.sched_getaffinity(0))
