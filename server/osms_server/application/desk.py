"""
The desk where people are looked up: all who wait at the moment are answered together.

One indexed read answers all questions that wait, and one entry in the log keeps all answers
before they are given: what is read once and written once for sixty is cheap for each
(docs/adr/0016).
Questions about patients and questions about lists wait in lanes of their own, so that a list of
millions delays nobody at a clinic window. Who cannot be answered in time is told so at once.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache, partial
from typing import Final, NamedTuple

import structlog

from osms_common.application.callers import Caller
from osms_common.application.clock import Clock
from osms_common.application.expiries import Expiries
from osms_common.domain.calendar import almaty_day
from osms_common.domain.codes import GroundKind, Role, Status
from osms_common.domain.errors import (
    InvalidRequest,
    OsmsError,
    Overloaded,
    RegisterUnavailable,
    ShuttingDown,
)
from osms_common.domain.identifiers import Iin
from osms_common.domain.revision import (
    NOTHING_KNOWN,
    Revision,
    last_revision_at,
    revision_token,
)
from osms_common.domain.violations import Reason, Violation
from osms_server.application.access import AccessPages, Receipts, Told
from osms_server.application.enumeration import Enumeration
from osms_server.application.overlaying import Overlaying
from osms_server.application.ports import Known, LookUps
from osms_server.domain.timeline import GroundCode, decode_grounds, find_day

log = structlog.get_logger(__name__)

_CLOCKS_DIFFER: Final = timedelta(minutes=1)
"""The most by which the clocks of servers before one register are taken to differ."""

_MANY: Final = 4
"""So many answered together show that more are on their way: it pays to wait for them."""


class Question(NamedTuple):
    """Who asks about whom, by which RPC, what for, and about which day; None is today."""

    caller: Caller
    method: str
    purpose: int
    iins: Sequence[Iin]
    on_date: date | None = None
    at_least: Revision = NOTHING_KNOWN


class Verdict(NamedTuple):
    """What is answered about one person and one day."""

    status: Status
    grounds: tuple[GroundCode, ...]
    last_date: date | None
    """Last entitled day, included; None if not entitled, or open-ended."""

    @property
    def kind(self) -> GroundKind | None:
        """The kind of ground reported first."""
        return self.grounds[0].kind if self.grounds else None


class Reply(NamedTuple):
    """The answers to one question, in the order of its persons, all of one revision."""

    on_date: date
    revision: Revision
    data_time: datetime
    verdicts: Sequence[Verdict]
    receipts: Receipts
    first: int
    """Where in *receipts* these answers begin."""

    def receipt(self, at: int) -> str:
        """The number of the answer about the person at a place, from 0."""
        return self.receipts.number(self.first + at)


class LaneLimits(NamedTuple):
    """
    How many questions may wait (as the setting of that name says), how many persons are answered
    together, for how long others are waited for when many come, and how long overlays may take.
    """

    setting: str
    waiting_max: int
    persons_max: int
    gather_seconds: float
    seconds_max: float


class _Waiting(NamedTuple):
    question: Question
    reply: asyncio.Future[Reply]


class _Judged(NamedTuple):
    waiting: _Waiting
    on_date: date
    known: Known
    verdicts: list[Verdict]


class Lane:
    """Answers questions in the order in which they come, all that wait at once together."""

    def __init__(
        self,
        look_ups: LookUps,
        pages: AccessPages,
        overlaying: Overlaying,
        clock: Clock,
        limits: LaneLimits,
        enumeration: Enumeration,
    ) -> None:
        self._look_ups = look_ups
        self._pages = pages
        self._overlaying = overlaying
        self._clock = clock
        self._limits = limits
        self._enumeration = enumeration
        self._waiting: OrderedDict[asyncio.Future[Reply], Question] = OrderedDict()
        self._arrived = asyncio.Event()
        self._expiries = Expiries()
        self._stopping = False
        self._last_count = 0

    def __len__(self) -> int:
        """How many questions wait."""
        return len(self._waiting)

    async def ask(self, question: Question, seconds: float) -> Reply:
        """
        The answers, within so many seconds.

        Overloaded: too many wait. RevisionNotReached, RegisterUnavailable: it cannot be told now.
        InvalidRequest: no register that runs right will know the revision soon. TooManyUnknown:
        the caller tries out numbers of persons.
        """
        if self._stopping:
            raise ShuttingDown
        if _may_try_out(question.caller):
            self._enumeration.let_ask(question.caller.text, len(question.iins))
        if len(self._waiting) >= self._limits.waiting_max:
            raise Overloaded(self._limits.setting, self._limits.waiting_max)
        loop = asyncio.get_running_loop()
        reply: asyncio.Future[Reply] = loop.create_future()
        over = self._expiries.after(seconds, partial(_give_up, reply))
        self._waiting[reply] = question
        self._arrived.set()
        try:
            return await reply
        finally:
            over()
            self._waiting.pop(reply, None)  # who has given up takes nobody's place

    async def run(self) -> None:
        """Answers, until it is told to stop and nobody waits any more."""
        while True:
            if not self._waiting:
                if self._stopping:
                    return
                self._arrived.clear()
                await self._arrived.wait()
            if self._last_count >= _MANY:
                await asyncio.sleep(self._limits.gather_seconds)
            batch = self._take()
            self._last_count = len(batch)
            if batch:
                await self._answer(batch)

    def stop(self) -> None:
        """Takes no more questions."""
        self._stopping = True
        self._arrived.set()

    def _take(self) -> list[_Waiting]:
        """Those who wait longest and have not given up; at least one of them, if there is any."""
        batch: list[_Waiting] = []
        room = self._limits.persons_max
        while self._waiting:
            reply, question = self._waiting.popitem(last=False)
            if reply.done():
                continue
            room -= len(question.iins)
            if batch and room < 0:
                self._waiting[reply] = question
                self._waiting.move_to_end(reply, last=False)
                break
            batch.append(_Waiting(question, reply))
        return batch

    async def _answer(self, batch: list[_Waiting]) -> None:
        try:
            judged = await self._judge(batch)
            if judged:
                await self._give(judged)
        except Exception as error:  # noqa: BLE001 - told to those who asked, and logged
            for waiting in batch:
                _fail(waiting, error)
            _note(error)

    async def _judge(self, batch: list[_Waiting]) -> list[_Judged]:
        iins = [iin for waiting in batch for iin in waiting.question.iins]
        known = await self._look_ups.look_up(iins, NOTHING_KNOWN)
        today = almaty_day(self._clock.now())
        laid: dict[date, Known] = {}
        judged = []
        for waiting in batch:
            question, on_date = waiting.question, waiting.question.on_date or today
            try:
                if question.at_least > known.head.revision:
                    refuse_impossible(question.at_least, self._clock.now())
                    found = await self._look_ups.look_up(question.iins, question.at_least)
                    found = await self._laid_over(found, on_date)
                else:
                    if on_date not in laid:  # once for all who ask about the same day
                        laid[on_date] = await self._laid_over(known, on_date)
                    found = laid[on_date]
                verdicts = _verdicts(found, question.iins, on_date)
                self._refuse_enumeration(question, verdicts)
            except Exception as error:  # noqa: BLE001 - what is wrong with one is no other's fault
                _fail(waiting, error)
                _note(error)
            else:
                judged.append(_Judged(waiting, on_date, found, verdicts))
        return judged

    def _refuse_enumeration(self, question: Question, verdicts: Sequence[Verdict]) -> None:
        """TooManyUnknown: the answers would tell of too many who are not known."""
        if _may_try_out(question.caller):
            unknown = [
                iin
                for iin, verdict in zip(question.iins, verdicts, strict=True)
                if verdict.status is Status.NOT_REGISTERED
            ]
            self._enumeration.let_tell(question.caller.text, question.iins, unknown)

    async def _laid_over(self, known: Known, on_date: date) -> Known:
        """
        The same with overlays; they are read and decided in a thread, since that waits.

        RegisterUnavailable: it took too long; those who wait behind are not kept waiting by it.
        """
        if not self._overlaying.may_change(known.head):
            return known
        timelines = known.timelines
        laying = asyncio.to_thread(self._overlaying.laid_over, known.head, timelines, on_date)
        try:
            laid = await asyncio.wait_for(laying, self._limits.seconds_max)
        except TimeoutError as error:
            raise RegisterUnavailable from error
        return known._replace(timelines=laid)

    async def _give(self, judged: list[_Judged]) -> None:
        """Keeps the answers, and only then gives them."""
        told = [
            Told(
                each.waiting.question.caller.text,
                each.waiting.question.method,
                each.waiting.question.purpose,
                each.on_date,
                each.known.head.revision,
                each.waiting.question.iins,
                [verdict.status for verdict in each.verdicts],
                [verdict.kind for verdict in each.verdicts],
                each.waiting.question.caller.certificate,
            )
            for each in judged
        ]
        receipts = await self._pages.append(told)
        first = 0
        for each in judged:
            if not each.waiting.reply.done():
                revision, data_time = each.known.head.revision, each.known.data_time
                each.waiting.reply.set_result(
                    Reply(each.on_date, revision, data_time, each.verdicts, receipts, first)
                )
            first += len(each.verdicts)


class Desk:
    """A lane for patients and lanes for lists; every list goes where the fewest wait."""

    def __init__(self, patients: Lane, lists: Sequence[Lane]) -> None:
        self._patients = patients
        self._lists = lists
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begins to answer, on the loop that runs."""
        self._tasks = [asyncio.create_task(lane.run()) for lane in (self._patients, *self._lists)]

    async def ask(self, question: Question, seconds: float) -> Reply:
        """The answer about a patient, within so many seconds; errors as `Lane.ask` says."""
        return await self._patients.ask(question, seconds)

    async def ask_list(self, question: Question, seconds: float) -> Reply:
        """The answers about the persons of a list; the same."""
        return await min(self._lists, key=len).ask(question, seconds)

    async def stop(self) -> None:
        """Takes no more questions, and answers those that wait."""
        for lane in (self._patients, *self._lists):
            lane.stop()
        await asyncio.gather(*self._tasks)


def refuse_impossible(at_least: Revision, now: datetime) -> None:
    """InvalidRequest: no clock that runs right can have made this revision soon."""
    if at_least > last_revision_at(now + _CLOCKS_DIFFER):
        token = revision_token(at_least)
        raise InvalidRequest((Violation("at_least_revision", Reason.TOKEN_INVALID, token),))


def verdict_of(timeline: str, day: date, *, is_known: bool) -> Verdict:
    """The answer of a timeline about a day; *is_known* where anything is known of the person."""
    return _verdict(timeline, day, is_known)


@lru_cache(maxsize=65_536)
def _verdict(timeline: str, day: date, is_known: bool) -> Verdict:  # noqa: FBT001 - cached by place
    grounds, last_date = find_day(timeline, day)
    if grounds:
        return Verdict(Status.ENTITLED, decode_grounds(grounds), last_date)
    return Verdict(Status.NOT_ENTITLED if is_known else Status.NOT_REGISTERED, (), None)


def _verdicts(known: Known, iins: Sequence[Iin], day: date) -> list[Verdict]:
    timelines, withdrawn = known.timelines, known.withdrawn
    return [
        _verdict(timelines.get(iin, ""), day, iin in timelines and iin not in withdrawn)
        for iin in iins
    ]


def _may_try_out(caller: Caller) -> bool:
    """Whether a caller might: those of the Fund see everybody anyway, and are named."""
    return caller.role is Role.MEDICAL_SYSTEM


def _give_up(reply: asyncio.Future[Reply]) -> None:
    if not reply.done():
        reply.set_exception(RegisterUnavailable())


def _fail(waiting: _Waiting, error: Exception) -> None:
    if not waiting.reply.done():
        waiting.reply.set_exception(error)


def _note(error: Exception) -> None:
    """What is our own fault goes to the log; it is called while the error is handled."""
    if not isinstance(error, OsmsError):
        log.error("an answer could not be given", exc_info=error)
