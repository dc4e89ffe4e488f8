"""
Receives rosters: snapshots, which speak for all people of a body, and single changes.

A listing begins and ends on the day the data arrives (p. 64). A snapshot that would end too many
listings is held and changes nothing; approved, it takes effect from its arrival and is known since
the approval. Deliveries apply in the order of arrival, also where an older snapshot is approved
after a newer one has come: then the marks that the newer one would have left are added as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Final, NamedTuple
from uuid import UUID

from osms_common.application.acts import DONE, Act
from osms_common.application.feed import FeedRow
from osms_common.application.requests import REPEATED, again_if_day_turns
from osms_common.domain.calendar import start_of
from osms_common.domain.codes import FeedKind, Obligation, Outcome, System
from osms_common.domain.deliveries import (
    Batch,
    FeedId,
    Preview,
    RecordOutcome,
    UnreadableRecord,
)
from osms_common.domain.errors import AlreadyExists, RefusedByRules
from osms_common.domain.identifiers import Iin
from osms_common.domain.revision import Revision, day_of, last_revision_before
from osms_common.domain.violations import Reason, Violation
from osms_server.application.drafts import Drafts
from osms_server.application.feed import Received
from osms_server.application.law import Law
from osms_server.application.portions import portions
from osms_server.application.ports import Register, Transaction
from osms_server.application.previewing import own_facts_of
from osms_server.application.rows import (
    HeldBatchRow,
    HeldKind,
    RosterMarkRow,
    SnapshotRow,
)
from osms_server.application.verdicts import Verdicts
from osms_server.domain.facts import RosterMark
from osms_server.domain.records import RosterChangeRecord, RosterLine
from osms_server.rules.acceptance import (
    Limits,
    body_violations,
    change_violations,
    comes_late,
    limits_on,
)
from osms_server.rules.parameters import Parameters
from osms_server.rules.reference import BODIES, predecessors

RosterChangeLine = RosterChangeRecord | UnreadableRecord

LATE: Final = "LATE"


class SnapshotResult(NamedTuple):
    """What became of a snapshot; a refused one has violations."""

    outcome: Outcome
    row: SnapshotRow
    rejected_lines: tuple[RecordOutcome, ...]
    violations: tuple[Violation, ...] = ()
    preview: Preview | None = None
    """What a snapshot that is only tried would have changed."""


def receive_snapshot(
    register: Register,
    law: Law,
    body: System,
    snapshot_id: UUID,
    lines: Batch[RosterLine],
    act: Act,
) -> SnapshotResult:
    """
    Applies, holds or refuses the full list of a body; all of it is kept, or nothing.

    *act* is how the log of acts tells of it. AlreadyExists: the id came with another list.
    RefusedByRules: the body may not send.
    """
    upload = _Upload.of(body, snapshot_id, lines)

    def store() -> SnapshotResult:
        with register.write() as tx:
            result = _receive_whole(tx, law.parameters, upload)
            outcome = DONE if result.row.arrived == tx.revision else REPEATED
            subject = _told(body, snapshot_id, result)
            tx.acts.add(act._replace(outcome=outcome, subject=subject))
            return result

    return again_if_day_turns(store)


def _told(body: System, snapshot_id: UUID, result: SnapshotResult) -> str:
    """What a snapshot was, and what became of it, in one line."""
    row, rejected = result.row, len(result.rejected_lines)
    return (
        f"ROSTER of {body}, {snapshot_id}: {result.outcome.name}, {row.line_count} listed,"
        f" {row.entered_count} entered, {row.left_count} left, {rejected} rejected"
    )


def rehearse_snapshot(
    register: Register,
    law: Law,
    body: System,
    snapshot_id: UUID,
    lines: Batch[RosterLine],
) -> SnapshotResult:
    """What `receive_snapshot` would do; nothing is kept."""
    upload = _Upload.of(body, snapshot_id, lines)
    with register.rehearse(own_facts_of(body, law.parameters)) as rehearsal:
        result = _receive_whole(rehearsal, law.parameters, upload)
        return result._replace(preview=rehearsal.preview())


class _Upload(NamedTuple):
    """A snapshot as it was sent, and the persons of its good lines in ascending order."""

    body: System
    snapshot_id: UUID
    lines: Batch[RosterLine]
    iins: Sequence[Iin]
    digest: bytes

    @classmethod
    def of(cls, body: System, snapshot_id: UUID, lines: Batch[RosterLine]) -> _Upload:
        """The snapshot of a body, with a digest that tells other lists apart, by bad lines too."""
        iins = sorted({line.iin for line in lines.records if line.iin and not line.violations})
        bad = sorted(
            lines.content_of(index) for index, line in enumerate(lines.records) if line.violations
        )
        digest = sha256(len(lines.records).to_bytes(8, "big"))
        digest.update(b"".join(iin.to_bytes(8, "big") for iin in iins))
        for content in bad:
            digest.update(len(content).to_bytes(8, "big") + content)
        return cls(body, snapshot_id, lines, iins, digest.digest())


def _receive_whole(tx: Transaction, parameters: Parameters, upload: _Upload) -> SnapshotResult:
    _refuse_unknown_or_ended(upload.body, tx)
    known = tx.rosters.snapshot(upload.snapshot_id)
    if known is not None and (known.body, known.digest) == (upload.body, upload.digest):
        return _as_before(tx, known)
    if known is not None and (known.body != upload.body or known.line_count):
        raise AlreadyExists("snapshot", str(known.snapshot_id))
    if known is not None:  # it was refused: a corrected list may have its id
        tx.rosters.forget_refused(known.snapshot_id)
    verdicts = Verdicts(tx, FeedId(FeedKind.ROSTER, upload.body), upload.lines)
    for number, line in enumerate(upload.lines.records, upload.lines.first_position):
        if line.violations:
            verdicts.reject(number, line.violations)
    verdicts.keep()
    return _receive(tx, parameters, upload, verdicts.outcomes)


def _refuse_unknown_or_ended(body: System, tx: Transaction) -> None:
    violations = body_violations(body, tx.day)
    if violations:
        raise RefusedByRules(violations)


def _as_before(tx: Transaction, known: SnapshotRow) -> SnapshotResult:
    """What was answered to the same list the first time."""
    rejected_lines = tuple(
        RecordOutcome(row.position, Outcome.REJECTED, row.violations, str(row.rejection_id))
        for row in tx.repair.of_snapshot(known.body, known.arrived)
    )
    if known.line_count == 0:
        return SnapshotResult(Outcome.REJECTED, known, rejected_lines, _empty(known.body))
    return SnapshotResult(Outcome.DUPLICATE, known, rejected_lines)


def _empty(body: System) -> tuple[Violation, ...]:
    return (Violation("lines", Reason.SNAPSHOT_EMPTY, body, "p64"),)


def _receive(
    tx: Transaction,
    parameters: Parameters,
    upload: _Upload,
    rejected_lines: tuple[RecordOutcome, ...],
) -> SnapshotResult:
    body, snapshot_id, _, iins, digest = upload
    tx.rosters.stage(iins)
    bodies = (body, *predecessors(body, tx.day))
    entered, left, unchanged = tx.rosters.difference(bodies) if iins else (0, 0, 0)
    row = SnapshotRow(
        snapshot_id, body, tx.revision, len(iins), digest, entered, left, unchanged, None, None
    )
    if not iins:
        tx.rosters.add_snapshot(row)
        return SnapshotResult(Outcome.REJECTED, row, rejected_lines, _empty(body))
    tx.feeds.note_arrival(Obligation.ROSTER, body, tx.revision)
    if _ends_too_many(left, left + unchanged, tx, parameters):
        row = row._replace(held_batch_id=_hold(tx, row))
        tx.rosters.add_snapshot(row)
        return SnapshotResult(Outcome.HELD_FOR_APPROVAL, row, rejected_lines)
    row = row._replace(revision=tx.revision)
    tx.rosters.add_snapshot(row)
    _apply_newest(tx, parameters, body, bodies[1:])
    return SnapshotResult(Outcome.ACCEPTED, row, rejected_lines)


def _ends_too_many(left: int, people: int, tx: Transaction, parameters: Parameters) -> bool:
    share = parameters.snapshot_loss_share.on(tx.day)
    return left > parameters.snapshot_loss_count.on(tx.day) and left > share * people


def _hold(tx: Transaction, row: SnapshotRow) -> UUID:
    held_batch_id = tx.new_id()
    people = row.left_count + row.unchanged_count
    tx.approvals.add(
        HeldBatchRow(
            held_batch_id,
            HeldKind.ROSTER_SNAPSHOT,
            row.body,
            tx.revision,
            row.body,
            f"the snapshot would end {row.left_count} of {people} listings",
            {"snapshot_id": str(row.snapshot_id)},
            1,
        )
    )
    return held_batch_id


def _apply_newest(
    tx: Transaction, parameters: Parameters, body: System, ended_bodies: Sequence[System]
) -> None:
    """Applies the staged list, after which nothing of the body has arrived."""
    for joining in tx.rosters.entering(body):
        _mark(tx, parameters, body, joining, listed=True)
    for leaving in tx.rosters.leaving(body):
        _mark(tx, parameters, body, leaving, listed=False)
    for ended in ended_bodies:
        tx.rosters.stage(())
        for leaving in tx.rosters.leaving(ended):
            _mark(tx, parameters, ended, leaving, listed=False)


def _mark(
    tx: Transaction, parameters: Parameters, body: System, iins: Sequence[Iin], *, listed: bool
) -> None:
    drafts = Drafts(tx, parameters)
    drafts.gather(iins)
    for iin in iins:
        drafts.add_roster_mark(_mark_row(tx, iin, body, tx.revision, listed=listed))
    drafts.keep()
    tx.rosters.put_members(body, iins if listed else (), () if listed else iins)


def _mark_row(
    tx: Transaction, iin: Iin, body: System, arrived: Revision, *, listed: bool
) -> RosterMarkRow:
    """The mark that a snapshot leaves."""
    return RosterMarkRow(iin, body, arrived, 0, listed, None, body, 0, tx.revision)


def approve_snapshot(tx: Transaction, snapshot_id: UUID, parameters: Parameters) -> None:
    """Makes a held snapshot known now, with effect from its arrival."""
    snapshot = tx.rosters.snapshot(snapshot_id)
    assert snapshot is not None
    listed = frozenset(tx.rosters.snapshot_iins(snapshot_id))
    body, arrived = snapshot.body, snapshot.arrived
    candidates = listed.union(tx.rosters.ever_listed(body))
    _insert(tx, parameters, body, arrived, candidates, listed)
    for ended in predecessors(body, day_of(arrived)):
        people = frozenset(tx.rosters.ever_listed(ended))
        _insert(tx, parameters, ended, arrived, people, frozenset())
    tx.rosters.put_known(snapshot_id, tx.revision)


def _insert(
    tx: Transaction,
    parameters: Parameters,
    body: System,
    arrived: Revision,
    candidates: Iterable[Iin],
    listed: frozenset[Iin],
) -> None:
    """Inserts a delivery of *body* among those that are known, at the instant it arrived."""
    for portion in portions(sorted(candidates)):
        drafts = Drafts(tx, parameters)
        drafts.gather(portion)
        before = {iin: drafts.of(iin).marks for iin in portion}
        for iin in portion:
            if _listed_at(before[iin], body, arrived) != (iin in listed):
                drafts.add_roster_mark(_mark_row(tx, iin, body, arrived, listed=iin in listed))
        keep_snapshots_said(tx, drafts, body, before)


def keep_snapshots_said(
    tx: Transaction,
    drafts: Drafts,
    body: System,
    before: Mapping[Iin, Sequence[RosterMark]],
) -> None:
    """
    Keeps drafts of a body's people so that every known snapshot lists whom it listed *before*.

    *before* has the marks of every body; those of other bodies stay as they are.

    A snapshot leaves no mark on a person whom it does not change. Where a mark before it came in
    between, or was withdrawn, the mark that it would then have left is added.
    """
    arrivals = _known_arrivals(tx, body)
    joining: list[Iin] = []
    leaving: list[Iin] = []
    for iin, marks in before.items():
        draft = drafts.of(iin)
        if _of_body(draft.marks, body) == _of_body(marks, body):
            continue
        for arrival in arrivals:
            said = _listed_at(marks, body, arrival)
            if _listed_at(draft.marks, body, arrival) != said:
                drafts.add_roster_mark(_mark_row(tx, iin, body, arrival, listed=said))
        (joining if _is_listed(draft.marks, body) else leaving).append(iin)
    drafts.keep()
    tx.rosters.put_members(body, joining, leaving)


def _known_arrivals(tx: Transaction, body: System) -> list[Revision]:
    """The snapshots that speak for the people of *body*: its own, and then its successor's."""
    own = tx.rosters.known_arrivals(body)
    heir = BODIES[body].successor
    if heir is None:
        return own
    ended = last_revision_before(start_of(BODIES[body].end))
    return [*own, *(at for at in tx.rosters.known_arrivals(heir) if at > ended)]


def _of_body(marks: Iterable[RosterMark], body: System) -> list[RosterMark]:
    return [mark for mark in marks if mark.body is body]


def _listed_at(marks: Iterable[RosterMark], body: System, arrival: Revision) -> bool:
    """Whether *body* lists the person after the delivery of *arrival*."""
    return _is_listed((mark for mark in marks if mark.arrived <= arrival), body)


def _is_listed(marks: Iterable[RosterMark], body: System) -> bool:
    """Whether *body* lists the person, after the last of its marks to arrive."""
    of_body = _of_body(marks, body)
    last = max(of_body, key=lambda mark: (mark.arrived, mark.ordinal), default=None)
    return last is not None and last.listed


class RosterChangeReceiver:
    """Receives the batches of a body's feed of changes."""

    empty_delivers = frozenset[Obligation]()

    def __init__(self, parameters: Parameters) -> None:
        self._parameters = parameters

    def receive(
        self, tx: Transaction, feed: FeedRow, batch: Batch[RosterChangeLine], verdicts: Verdicts
    ) -> Received:
        """Judges and keeps a batch. No day is due by itself: changes follow changes of staff."""
        body = System(feed.sender)
        drafts = Drafts(tx, self._parameters)
        drafts.gather(
            record.iin
            for record in batch.records
            if isinstance(record, RosterChangeRecord) and record.iin is not None
        )
        body_is_wrong = body_violations(body, tx.day)
        limits = limits_on(tx.day, self._parameters)
        members: dict[Iin, bool] = {}
        for index, record in enumerate(batch.records):
            position = batch.first_position + index
            violations = body_is_wrong + _violations(record, body, limits)
            if violations or isinstance(record, UnreadableRecord):
                verdicts.reject(position, violations)
                continue
            mark = self._judge(tx, drafts, body, record, (position, index + 1))
            if mark is None:
                verdicts.reject(position, _not_listed(body))
                continue
            drafts.add_roster_mark(mark)
            members[mark.iin] = mark.listed
            late = self._comes_late(record, tx)
            verdicts.accept(position, (LATE,) if late else ())
        drafts.keep()
        tx.rosters.put_members(
            body,
            [iin for iin, listed in members.items() if listed],
            [iin for iin, listed in members.items() if not listed],
        )
        return Received()

    def _judge(
        self,
        tx: Transaction,
        drafts: Drafts,
        body: System,
        record: RosterChangeRecord,
        place: tuple[int, int],
    ) -> RosterMarkRow | None:
        """The mark that a change leaves; None where it removes a person who is not listed."""
        assert record.iin is not None
        position, ordinal = place
        if not record.joins and not _is_listed(drafts.of(record.iin).marks, body):
            return None
        return RosterMarkRow(
            record.iin,
            body,
            tx.revision,
            ordinal,
            record.joins,
            record.changed_on,
            body,
            position,
            tx.revision,
        )

    def _comes_late(self, record: RosterChangeRecord, tx: Transaction) -> bool:
        assert record.changed_on is not None
        return comes_late(record.changed_on, tx.day, self._parameters)


def _violations(record: RosterChangeLine, body: System, limits: Limits) -> tuple[Violation, ...]:
    if isinstance(record, UnreadableRecord):
        return record.violations
    found = change_violations(record, limits)
    if record.body not in {None, body}:
        found += (Violation("change.body", Reason.BODY_NOT_YOURS, record.body or "", "p62"),)
    return found


def _not_listed(body: System) -> tuple[Violation, ...]:
    return (Violation("change.iin", Reason.NOT_LISTED, body, "p65"),)
