"""Who may come in to a service, how many at once, and how long they may be slow."""

from __future__ import annotations

import threading
import time

from osms_common.application.acts import ActLog
from osms_common.application.pace import PaceLimit, Paces
from osms_common.application.slots import Bytes, Limit, Room, Slots, Untaken
from osms_common.rpc.admission import Admission, Identity
from osms_common.rpc.feed_streams import StreamLimits
from osms_common.rpc.identity import SANDBOX_CALLERS, CertificateIdentity, MetadataIdentity
from osms_common.rpc.interception import Patience, Places
from osms_common.rpc.rights import Rights
from osms_common.rpc.slow_callers import SlowCallers
from osms_common.serving.settings import ServiceSettings
from osms_common.tls_files import TlsFiles


def identity_of(files: TlsFiles | None, acts: ActLog, *, only_known: bool) -> Identity:
    """How callers say who they are; *only_known*: without TLS those of development, by name."""
    if files is not None:
        return CertificateIdentity(files.trust, acts.note_certificate)
    return MetadataIdentity(known=SANDBOX_CALLERS if only_known else None)


def admission(
    settings: ServiceSettings, rights: Rights, identity: Identity, acts: ActLog
) -> Admission:
    """What is asked of every call."""
    pace = PaceLimit(
        "calls_per_second_max", settings.calls_per_second_max, settings.calls_in_a_row_max
    )
    return Admission(
        rights,
        identity,
        Paces(pace, time.monotonic),
        acts,
        deadline_required=settings.deadline_required,
    )


def places(
    settings: ServiceSettings,
    questions: tuple[str, ...] = (),
    waited_for: frozenset[str] = frozenset(),
) -> Places:
    """The places for all that may keep a worker; who waits for an answer always finds one."""
    return Places(
        stream_slots(settings),
        Room(Limit("workers", settings.calls_at_once)),
        Room(Limit("workers", settings.kept_at_once)),
        Slots(
            Limit("concurrent_rpcs_max", settings.concurrent_rpcs_max),
            Limit("calls_per_caller_max", settings.calls_each_at_once),
        ),
        Slots(
            Limit("workers", settings.open_calls_at_once),
            Limit("workers", settings.open_calls_at_once // 2),
        ),
        questions=questions,
        waited_for=waited_for,
    )


def patience(settings: ServiceSettings, stopping: threading.Event) -> Patience:
    """How long callers may be slow, and how much of what they send and are told is in hand."""
    return Patience(
        SlowCallers(settings.slow_caller_seconds),
        Bytes(
            Limit("streams_bytes_max", settings.streams_bytes_max), settings.writer_wait_seconds
        ),
        untaken_answers(settings),
        settings.stream_idle_seconds,
        stopping,
    )


def untaken_answers(settings: ServiceSettings) -> Untaken:
    """How many bytes of answers may wait for their callers to take them."""
    return Untaken(
        Limit("answers_bytes_max", settings.answers_bytes_max),
        Limit("answers_bytes_per_caller_max", settings.answers_bytes_per_caller_max),
    )


def stream_slots(settings: ServiceSettings) -> Slots:
    """The places for streams."""
    return Slots(
        Limit("streams_max", settings.streams_at_once),
        Limit("streams_per_caller_max", settings.streams_per_caller_max),
    )


def stream_limits(
    settings: ServiceSettings, stopping: threading.Event | None = None
) -> StreamLimits:
    """The limits of streams; *stopping* is set when they are to go."""
    return StreamLimits(
        settings.batch_records_max,
        settings.record_bytes_max,
        settings.ack_bytes_max,
        settings.stream_idle_seconds,
        settings.feed_idle_seconds,
        stopping or threading.Event(),
    )
