"""
Answers questions about persons and days.

Most answers are one look-up: the timeline is read and the day is found in it. Only where a
technical failure or an unpaid budget may change the answer are the facts read and decided.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from osms_server.application.access import AccessLog
from osms_server.application.callers import Caller
from osms_server.application.law import Law
from osms_server.application.ports import Clock, Head, Register
from osms_server.application.rows import AccessRow, PersonRow, SourcedFact
from osms_server.domain.calendar import almaty_day
from osms_server.domain.codes import GroundKind, Status
from osms_server.domain.errors import InvalidRequest, NotFound, RevisionNotReached
from osms_server.domain.facts import Overlays, PersonFacts
from osms_server.domain.identifiers import Iin
from osms_server.domain.revision import (
    NOTHING_KNOWN,
    Revision,
    last_revision_at,
    revision_token,
)
from osms_server.domain.timeline import (
    HELD,
    GroundCode,
    Timeline,
    decode_grounds,
    decode_timeline,
    encode_timeline,
    find_day,
)
from osms_server.domain.violations import Reason, Violation
from osms_server.rules.engine import decide
from osms_server.rules.explain import Explanation, explain
from osms_server.rules.overlays import Reach, reach
from osms_server.rules.remedies import remedies
from osms_server.rules.remedy import Remedy
from osms_server.rules.trial import trial_for

_CLOCKS_DIFFER: Final = timedelta(minutes=1)
"""The most by which the clocks of servers before one register are taken to differ."""


class Answer(NamedTuple):
    """The answer about one person on one day, and the number under which it was given."""

    iin: Iin
    on_date: date
    status: Status
    grounds: tuple[GroundCode, ...]
    last_date: date | None
    """Last entitled day, included; None if not entitled, or open-ended."""
    revision: Revision
    receipt_id: UUID

    @property
    def kind(self) -> GroundKind | None:
        """The kind of ground reported first."""
        return self.grounds[0].kind if self.grounds else None


class PersonTimeline(NamedTuple):
    """Every stretch of days of a person."""

    iin: Iin
    timeline: Timeline
    revision: Revision
    receipt_id: UUID


class Explained(NamedTuple):
    """One day of one person with everything it rests on."""

    answer: Answer
    explanation: Explanation
    facts: tuple[SourcedFact, ...]
    remedies: tuple[Remedy, ...] = ()
    """What would help; only of a person who is not entitled, and only as known now."""


class _Question(NamedTuple):
    """Who asks, by which RPC, about which day."""

    caller: Caller
    method: str
    on_date: date
    now: datetime


class Answers:
    """Answers from the register, and logs every answer."""

    def __init__(self, register: Register, clock: Clock, law: Law, access: AccessLog) -> None:
        self._register = register
        self._clock = clock
        self._law = law
        self._access = access
        self.forget_overlays()

    def forget_overlays(self) -> None:
        """Reads the overlays again at the next question: a sandbox was emptied."""
        nothing = (NOTHING_KNOWN, Overlays(), Reach(None, None))
        self._overlays: tuple[Revision, Overlays, Reach] = nothing

    def check(
        self,
        caller: Caller,
        method: str,
        iins: Sequence[Iin],
        *,
        on_date: date | None = None,
        at_least: Revision = NOTHING_KNOWN,
    ) -> list[Answer]:
        """
        The answers about persons, in order, all of one revision.

        RevisionNotReached: the register does not know *at_least* yet.
        """
        now = self._clock.now()
        question = _Question(caller, method, on_date or almaty_day(now), now)
        head, rows = self._register.look_up(iins)
        _refuse_older(head, at_least, now)
        timelines = self._timelines(head, rows, question.on_date)
        known = {iin for iin, row in rows.items() if row.is_known}
        answers = [
            self._answer(
                iin, timelines.get(iin, ""), iin in known, question.on_date, head.revision
            )
            for iin in iins
        ]
        self._log(question, answers)
        return answers

    def timeline(
        self, caller: Caller, method: str, iin: Iin, *, at_least: Revision = NOTHING_KNOWN
    ) -> PersonTimeline:
        """All days of a person. NotFound: nothing is known. RevisionNotReached: as in `check`."""
        head, rows = self._register.look_up([iin])
        _refuse_older(head, at_least, self._clock.now())
        if iin not in rows:
            raise NotFound("person", "")
        text = self._timelines(head, rows, None)[iin]
        (receipt,) = self._log_listing(caller, method, [iin], head.revision)
        return PersonTimeline(iin, decode_timeline(text), head.revision, receipt)

    def log_listing(self, caller: Caller, method: str, iins: Sequence[Iin]) -> None:
        """Logs that more was told of persons than an answer about a single day."""
        if iins:
            with self._register.read() as reading:
                revision = reading.head().revision
            self._log_listing(caller, method, iins, revision)

    def _log_listing(
        self, caller: Caller, method: str, iins: Sequence[Iin], revision: Revision
    ) -> list[UUID]:
        receipts, now = [self._access.new_receipt() for _ in iins], self._clock.now()
        self._access.log(
            [
                AccessRow(receipt, now, caller.text, method, iin, None, None, None, revision)
                for receipt, iin in zip(receipts, iins, strict=True)
            ]
        )
        return receipts

    def explained(
        self,
        caller: Caller,
        method: str,
        iin: Iin,
        *,
        on_date: date | None = None,
        known_time: datetime | None = None,
    ) -> Explained:
        """
        One day of a person with everything it rests on, as known at *known_time*.

        InvalidRequest: the instant lies in the future.
        """
        now = self._clock.now()
        if known_time is not None and known_time > now:
            value = f"{known_time.isoformat()} > {now.isoformat()}"
            raise InvalidRequest((Violation("known_time", Reason.DATE_IN_FUTURE, value),))
        question = _Question(caller, method, on_date or almaty_day(known_time or now), now)
        with self._register.read() as reading:
            head = reading.head()
            sourced = reading.facts.with_senders(iin)
            facts = reading.facts.of_people([iin]).get(iin, PersonFacts())
            overlays = reading.overlays.known()
        known = head.revision
        if known_time is not None:
            known = max(NOTHING_KNOWN, min(known, last_revision_at(known_time)))
        explanation = explain(
            facts, overlays, self._law.parameters, known=known, day=question.on_date
        )
        text = encode_timeline(explanation.timeline)
        is_known = bool(facts.known_at(known))
        answer = self._answer(iin, text, is_known, question.on_date, known)
        self._log(question, [answer])
        then_known = tuple(fact for fact in sourced if fact.fact.revision <= known)
        helping: tuple[Remedy, ...] = ()
        if known_time is None and answer.status is not Status.ENTITLED:
            trial = trial_for(
                facts,
                overlays,
                self._law.parameters,
                explanation.timeline,
                known=known,
                day=question.on_date,
                today=almaty_day(now),
            )
            helping = remedies(trial)
        return Explained(answer, explanation, then_known, helping)

    def _timelines(
        self, head: Head, rows: Mapping[Iin, PersonRow], on_date: date | None
    ) -> dict[Iin, str]:
        """The timelines as text, with overlays where they may matter for the day."""
        timelines = {iin: row.timeline for iin, row in rows.items()}
        overlays, reached = self._overlays_of(head)
        if not overlays:
            return timelines
        touched = [
            iin
            for iin, timeline in timelines.items()
            if on_date is None or _may_change(timeline, on_date, reached)
        ]
        if touched:
            with self._register.read() as reading:
                facts = reading.facts.of_people(touched)
            for iin in touched:
                decided = decide(
                    facts[iin], self._law.parameters, known=head.revision, overlays=overlays
                )
                timelines[iin] = encode_timeline(decided)
        return timelines

    def _overlays_of(self, head: Head) -> tuple[Overlays, Reach]:
        """The overlays as of a head; read again only when one has changed."""
        revision, overlays, reached = self._overlays
        if revision != head.overlay_revision:
            with self._register.read() as reading:
                overlays = reading.overlays.known()
            reached = reach(overlays)
            self._overlays = (head.overlay_revision, overlays, reached)
        return overlays, reached

    def _answer(
        self,
        iin: Iin,
        timeline: str,
        is_known: bool,  # noqa: FBT001 - one of the values of an answer
        on_date: date,
        revision: Revision,
    ) -> Answer:
        grounds, last_date = find_day(timeline, on_date)
        if grounds:
            status = Status.ENTITLED
        else:
            status = Status.NOT_ENTITLED if is_known else Status.NOT_REGISTERED
        receipt = self._access.new_receipt()
        return Answer(iin, on_date, status, decode_grounds(grounds), last_date, revision, receipt)

    def _log(self, question: _Question, answers: Sequence[Answer]) -> None:
        self._access.log(
            [
                AccessRow(
                    answer.receipt_id,
                    question.now,
                    question.caller.text,
                    question.method,
                    answer.iin,
                    answer.on_date,
                    answer.status,
                    answer.kind,
                    answer.revision,
                )
                for answer in answers
            ]
        )


def _refuse_older(head: Head, at_least: Revision, now: datetime) -> None:
    """
    RevisionNotReached: the register does not know *at_least* yet.

    InvalidRequest: it never will soon, for no clock that runs right can have made it.
    """
    if head.revision >= at_least:
        return
    if at_least > last_revision_at(now + _CLOCKS_DIFFER):
        token = revision_token(at_least)
        raise InvalidRequest((Violation("at_least_revision", Reason.TOKEN_INVALID, token),))
    raise RevisionNotReached(revision_token(at_least))


def _may_change(timeline: str, day: date, reached: Reach) -> bool:
    """
    Whether overlays may change the answer about *day*.

    An incident only adds days. Where the day and all days after it that it could add are
    entitled by the facts already, it changes nothing.
    """
    if reached.of_lapses is not None and day <= reached.of_lapses:
        return True
    if reached.of_incidents is None or day > reached.of_incidents:
        return False
    grounds, last_date = find_day(timeline, day) if timeline else ("", None)
    if not grounds or grounds == HELD.text:
        return True
    return last_date is not None and last_date <= reached.of_incidents
