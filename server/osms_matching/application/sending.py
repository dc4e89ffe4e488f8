"""
Sends what runs have changed to the register, each message exactly once.

A message has its number before it is sent, and keeps it until the register has answered: what was
sent and not heard of is sent again under the same number, and the register knows it. What a number
was taken for by somebody else gets another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

from osms_common.domain.codes import Outcome
from osms_matching.application.ports import Answered, MatchingStore, Message
from osms_matching.domain.runs import RunState

_TAKEN: Final = "MESSAGE_NUMBER_CONFLICT"
"""The reason of the register where a number was used for another message."""
_ROUNDS_MAX: Final = 3


class Answer(NamedTuple):
    """What the register answered to one message; *reasons* are those of a rejection."""

    outcome: Outcome
    reasons: tuple[str, ...] = ()


class RegisterLine(Protocol):
    """The category feed of the State Corporation, opened."""

    @property
    def message_number_max(self) -> int:
        """The highest number that was ever used in the feed when it was opened."""

    def push(self, messages: Sequence[Message]) -> Iterable[Answer]:
        """
        The answers to messages, in order; fewer where the register has told no more.

        OsmsError of the client: the register could not be reached, or another sends.
        """

    def report_nothing(self) -> None:
        """Says that there is nothing to send today."""


class NoProgress(Exception):
    """The register has answered nothing, again and again, or somebody takes every number."""

    def __init__(self) -> None:
        super().__init__("the register takes nothing of what is sent; does somebody else send?")


@dataclass
class SentReport:
    """What became of what was sent."""

    sent: int = 0
    held: int = 0
    """Of these, what waits for a supervisor of the Fund."""
    rejected: int = 0
    """Of these, what the register has rejected."""


class Sending:
    """Sends messages until the register has answered all of them."""

    def __init__(self, store: MatchingStore, portion: int) -> None:
        """*portion* is how many messages are numbered and sent at a time."""
        self._store = store
        self._portion = portion

    def send(self, line: RegisterLine) -> SentReport:
        """
        Sends all that is unanswered; where there is nothing, says so.

        Busy: somebody else sends meanwhile. NoProgress.
        """
        report = SentReport()
        with self._store.sending():
            number_max, rounds = line.message_number_max, 0
            while messages := self._unanswered(number_max):
                answers = list(zip(messages, line.push(messages), strict=False))
                taken = [message for message, answer in answers if _TAKEN in answer.reasons]
                self._keep(answers, taken, report)
                rounds = rounds + 1 if len(taken) == len(answers) else 0
                if rounds == _ROUNDS_MAX:
                    raise NoProgress
                number_max = max(number_max, *(message.number or 0 for message in messages))
            if not report.sent:
                line.report_nothing()
            self._note_sent_runs()
        return report

    def _unanswered(self, number_max: int) -> Sequence[Message]:
        with self._store.write() as tx:
            return tx.messages.unanswered(number_max, self._portion)

    def _keep(
        self,
        answers: Sequence[tuple[Message, Answer]],
        taken: Sequence[Message],
        report: SentReport,
    ) -> None:
        answered = [*_answered(answers, {message.place for message in taken})]
        with self._store.write() as tx:
            tx.messages.answer(answered)
            tx.messages.renumber([message.place for message in taken])
        report.sent += len(answered)
        report.held += sum(each.outcome is Outcome.HELD_FOR_APPROVAL for each in answered)
        report.rejected += sum(each.outcome is Outcome.REJECTED for each in answered)

    def _note_sent_runs(self) -> None:
        with self._store.write() as tx:
            for run_id in tx.messages.sent_runs():
                tx.runs.decide(run_id, RunState.SENT)


def _answered(answers: Iterable[tuple[Message, Answer]], without: set[int]) -> Iterator[Answered]:
    for message, answer in answers:
        if message.place not in without:
            yield Answered(message.place, answer.outcome, " ".join(answer.reasons))
