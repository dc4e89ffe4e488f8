"""
Answers questions of the Fund about one person: all days, and why.

Look-ups, which are many, are answered at the desk (`application.desk`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from osms_common.application.callers import Caller
from osms_common.application.clock import Clock
from osms_common.domain.calendar import almaty_day
from osms_common.domain.codes import GroundKind, Status
from osms_common.domain.errors import InvalidRequest, NotFound, RevisionNotReached
from osms_common.domain.identifiers import Iin
from osms_common.domain.revision import (
    NOTHING_KNOWN,
    Revision,
    last_revision_at,
    revision_token,
)
from osms_common.domain.violations import Reason, Violation
from osms_server.application.access import AccessLog, Receipts, Told
from osms_server.application.desk import Verdict, refuse_impossible, verdict_of
from osms_server.application.law import Law
from osms_server.application.overlaying import Overlaying
from osms_server.application.ports import Head, Register
from osms_server.application.rows import SourcedFact
from osms_server.domain.facts import PersonFacts
from osms_server.domain.timeline import (
    GroundCode,
    Timeline,
    decode_timeline,
    encode_timeline,
)
from osms_server.rules.explain import Explanation, explain
from osms_server.rules.remedies import remedies
from osms_server.rules.remedy import Remedy
from osms_server.rules.trial import trial_for


class Answer(NamedTuple):
    """The answer about one person on one day, and the number under which it was given."""

    iin: Iin
    on_date: date
    status: Status
    grounds: tuple[GroundCode, ...]
    last_date: date | None
    """Last entitled day, included; None if not entitled, or open-ended."""
    revision: Revision
    receipt_id: str
    data_time: datetime
    """All that was committed before this instant is in it."""
    answer_time: datetime
    """Instant of the answer, as the log has it."""

    @property
    def kind(self) -> GroundKind | None:
        """The kind of ground reported first."""
        return self.grounds[0].kind if self.grounds else None


class PersonTimeline(NamedTuple):
    """Every stretch of days of a person."""

    iin: Iin
    timeline: Timeline
    revision: Revision
    receipt_id: str


class Explained(NamedTuple):
    """One day of one person with everything it rests on."""

    answer: Answer
    explanation: Explanation
    facts: tuple[SourcedFact, ...]
    remedies: tuple[Remedy, ...] = ()
    """What would help; only of a person who is not entitled, and only as known now."""


class _Question(NamedTuple):
    """Who asks, by which RPC, what for, about which day."""

    caller: Caller
    method: str
    purpose: int
    on_date: date
    now: datetime


class Answers:
    """Answers from the register about persons one by one, and logs every answer."""

    def __init__(
        self,
        register: Register,
        clock: Clock,
        law: Law,
        access: AccessLog,
        overlaying: Overlaying,
    ) -> None:
        self._register = register
        self._clock = clock
        self._law = law
        self._access = access
        self.overlaying = overlaying

    def timeline(
        self,
        caller: Caller,
        method: str,
        iin: Iin,
        *,
        purpose: int = 0,
        at_least: Revision = NOTHING_KNOWN,
    ) -> PersonTimeline:
        """
        All days of a person. NotFound: nothing is known, which is logged as the answer it is.

        RevisionNotReached: the register does not know *at_least* yet.
        """
        with self._register.read() as reading:
            head, rows = reading.head(), reading.people.rows([iin])
        refuse_older(head, at_least, self._clock.now())
        if iin not in rows:
            raise self._unknown(caller, method, purpose, iin, head.revision)
        text = self.overlaying.laid_over(head, {iin: rows[iin].timeline}, None)[iin]
        receipts = self._log_listing(caller, method, purpose, [iin], head.revision)
        return PersonTimeline(iin, decode_timeline(text), head.revision, receipts.number(0))

    def today(
        self, caller: Caller, method: str, iin: Iin, *, purpose: int = 0
    ) -> tuple[Answer, list[SourcedFact]]:
        """The answer about a person and today, and all that is known. NotFound: as above."""
        now = self._clock.now()
        question = _Question(caller, method, purpose, almaty_day(now), now)
        with self._register.read() as reading:
            head, rows = reading.head(), reading.people.rows([iin])
            facts = reading.facts.with_senders(iin)
        if not facts:
            raise self._unknown(caller, method, purpose, iin, head.revision)
        timelines = {iin: row.timeline for iin, row in rows.items()}
        laid = self.overlaying.laid_over(head, timelines, question.on_date)
        is_known = iin in rows and rows[iin].is_known
        verdict = verdict_of(laid.get(iin, ""), question.on_date, is_known=is_known)
        return self._answer(question, iin, verdict, head.revision), facts

    def facts(
        self, caller: Caller, method: str, iin: Iin, *, purpose: int = 0
    ) -> list[SourcedFact]:
        """All that is known of a person, and who sent it. NotFound: as above."""
        with self._register.read() as reading:
            head, facts = reading.head(), reading.facts.with_senders(iin)
        if not facts:
            raise self._unknown(caller, method, purpose, iin, head.revision)
        self._log_listing(caller, method, purpose, [iin], head.revision)
        return facts

    def log_listing(
        self, caller: Caller, method: str, purpose: int, iins: Sequence[Iin], revision: Revision
    ) -> None:
        """Logs that more was told of persons than an answer about a single day."""
        if iins:
            self._log_listing(caller, method, purpose, iins, revision)

    def _unknown(
        self, caller: Caller, method: str, purpose: int, iin: Iin, revision: Revision
    ) -> NotFound:
        """That nothing is known of a person, once it is in the log."""
        now = self._clock.now()
        question = _Question(caller, method, purpose, almaty_day(now), now)
        verdict = verdict_of("", question.on_date, is_known=False)
        self._answer(question, iin, verdict, revision)
        return NotFound("person", "")

    def _log_listing(
        self, caller: Caller, method: str, purpose: int, iins: Sequence[Iin], revision: Revision
    ) -> Receipts:
        told = Told(
            caller.text,
            method,
            purpose,
            None,
            revision,
            iins,
            certificate=caller.certificate,
        )
        return self._access.log(told)

    def explained(
        self,
        caller: Caller,
        method: str,
        iin: Iin,
        *,
        purpose: int = 0,
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
        day = on_date or almaty_day(known_time or now)
        question = _Question(caller, method, purpose, day, now)
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
        verdict = verdict_of(text, question.on_date, is_known=bool(facts.known_at(known)))
        answer = self._answer(question, iin, verdict, known)
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

    def _answer(
        self, question: _Question, iin: Iin, verdict: Verdict, revision: Revision
    ) -> Answer:
        """The answer, once it is in the log."""
        receipts = self._access.log(
            Told(
                question.caller.text,
                question.method,
                question.purpose,
                question.on_date,
                revision,
                [iin],
                [verdict.status],
                [verdict.kind],
                question.caller.certificate,
            )
        )
        number, record_time = receipts.number(0), receipts.record_time
        return Answer(iin, question.on_date, *verdict, revision, number, question.now, record_time)


def refuse_older(head: Head, at_least: Revision, now: datetime) -> None:
    """
    RevisionNotReached: the register does not know *at_least* yet.

    InvalidRequest: it never will soon, for no clock that runs right can have made it.
    """
    if head.revision < at_least:
        refuse_impossible(at_least, now)
        raise RevisionNotReached(revision_token(at_least))
