"""
Who may do what in the database: three roles beside the owner of the tables, and their rights.

The owner migrates; `osms_intake` writes and reads for the server; `osms_look_up` answers look-ups
and logs them, and cannot open the schema of rosters; `osms_audit` reads the log (docs/adr/0019).
A right that is not in the tables here nobody has: after every migration what is granted is made
equal to them. Facts and logs can only be added to, by whomever.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from osms_server.persistence.tables import PUBLIC, ROSTERS

INTAKE: Final = "osms_intake"
LOOK_UP: Final = "osms_look_up"
AUDIT: Final = "osms_audit"
ROLES: Final = (INTAKE, LOOK_UP, AUDIT)

_FACT: Final = "select, insert"
_IDS: Final = "iin, sender, position, revision"

TABLES: Final[Mapping[str, Mapping[str, str]]] = {
    # The head of the register, and the projections.
    "head": {
        INTAKE: "select, update (revision, overlay_revision)",
        LOOK_UP: "select (revision, overlay_revision)",
    },
    "person": {
        INTAKE: "select, insert, update (revision, fact_kinds, timeline, ledger)",
        LOOK_UP: "select (iin, fact_kinds, timeline)",
    },
    "roster_member": {INTAKE: "select, insert, delete"},
    # Facts. Look-ups read what decides, of those whom an overlay touches.
    "category_fact": {
        INTAKE: _FACT,
        LOOK_UP: f"select ({_IDS}, category, assigned_on, ordinal, source, removed_on, reason,"
        " arrived)",
    },
    "payment": {
        INTAKE: _FACT,
        LOOK_UP: f"select ({_IDS}, period, purpose_code, reference, ordinal, received_on, amount,"
        " payer_kind)",
    },
    "refund": {
        INTAKE: _FACT,
        LOOK_UP: f"select ({_IDS}, period, purpose_code, reference, refund_reference, ordinal,"
        " refunded_on, amount)",
    },
    "registration": {
        INTAKE: _FACT,
        LOOK_UP: "select (iin, registration_id, category, applied_on, revision)",
    },
    "revocation": {INTAKE: _FACT, LOOK_UP: "select (iin, registration_id, revision)"},
    "roster_mark": {INTAKE: _FACT},
    "withdrawal": {INTAKE: _FACT},
    "withdrawn_fact": {INTAKE: _FACT},
    # Overlays.
    "incident_declared": {
        INTAKE: _FACT,
        LOOK_UP: "select (incident_code, systems, started_on, revision)",
    },
    "incident_closed": {INTAKE: _FACT, LOOK_UP: "select (incident_code, ended_on, revision)"},
    "lapse_recorded": {INTAKE: _FACT, LOOK_UP: "select (lapse_id, budget, since, revision)"},
    "lapse_lifted": {INTAKE: _FACT, LOOK_UP: "select (lapse_id, revision)"},
    # Feeds, and what they brought; a withdrawal frees numbers of messages.
    "feed": {INTAKE: "select, insert, update (next_position, session, message_number_max)"},
    "arrival": {INTAKE: "select, insert, update (revision)"},
    "delivery": {INTAKE: _FACT},
    "category_message": {INTAKE: "select, insert, delete"},
    "roster_snapshot": {INTAKE: "select, insert, update (revision), delete"},
    "roster_snapshot_lines": {INTAKE: _FACT},
    # The repair queue, what waits for a supervisor, and requests.
    "rejection": {INTAKE: "select, insert, update (state)"},
    "rejection_attempt": {INTAKE: _FACT},
    "rejection_closed": {INTAKE: _FACT},
    "held_batch": {INTAKE: "select, insert, update (waiting_count, state, decided_by, decided)"},
    "held_removal": {INTAKE: "select, insert, update (decision)"},
    "removal_guard": {
        INTAKE: "select, insert, update (removed_count, holder_count, held_batch_id)"
    },
    "request": {INTAKE: _FACT},
    # The log of answers. Its months are reached through it, never by themselves.
    "access_log": {INTAKE: "select", LOOK_UP: "insert", AUDIT: "select"},
    "access_writer": {
        LOOK_UP: "select (writer), insert, update (sequence, chain, record_time)",
        AUDIT: "select",
    },
    "access_log_before_0003": {AUDIT: "select"},
    # The log of acts, and the certificates of callers: those of refused look-ups as well.
    "act_log": {INTAKE: _FACT, LOOK_UP: "insert", AUDIT: "select"},
    "act_writer": {
        INTAKE: "select, insert, update (sequence, chain, record_time)",
        LOOK_UP: "select (writer), insert, update (sequence, chain, record_time)",
        AUDIT: "select",
    },
    "caller_certificate": {INTAKE: _FACT, LOOK_UP: "insert", AUDIT: "select"},
    # Which version the schema has.
    "alembic_version": {INTAKE: "select"},
}
"""What each role may do with each table, in the words of GRANT; what is not here nobody may."""

FUNCTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "access_log_add_month": (LOOK_UP,),
    "access_log_tidy": (LOOK_UP,),
    "refuse_change": (),
    "roster_marks_told": (LOOK_UP,),
    "withdrawn_told": (LOOK_UP,),
}
"""Who may call each function, all of which lie in the schema `public`."""

SCHEMA_USERS: Final[Mapping[str, tuple[str, ...]]] = {
    PUBLIC: (INTAKE, LOOK_UP, AUDIT),
    ROSTERS: (INTAKE,),
}
"""Who may find anything in a schema. Nobody but the owner makes anything there."""

DATABASE: Final[Mapping[str, str]] = {
    INTAKE: "connect, temporary",  # a rehearsal hides tables by temporary ones
    LOOK_UP: "connect",
    AUDIT: "connect",
}
