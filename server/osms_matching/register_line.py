"""The category feed of the register, as the State Corporation has it: sends, and tells answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from osms_client import (
    Ack,
    CategoryAssigned,
    CategoryMessage,
    CategoryRemoved,
    Certificates,
    FeedPush,
    NamedCaller,
    OsmsClient,
)
from osms_common.domain.codes import Outcome
from osms_common.domain.identifiers import identifier_text
from osms_common.serving.transport import certificates_folder
from osms_matching.application.ports import Message
from osms_matching.application.sending import Answer
from osms_matching.config import MatchingSettings


@contextmanager
def register_line(settings: MatchingSettings) -> Iterator[CategoryFeed]:
    """The feed for as long as the block lasts. OsmsError: the register cannot be reached."""
    folder = settings.register_certificates or certificates_folder(settings)
    credentials = (
        NamedCaller(f"state-corporation/{settings.register_caller}")
        if settings.register_plaintext
        else Certificates(folder, settings.register_caller)
    )
    with OsmsClient(settings.register_address, credentials) as client:
        number_max = client.category_message_number()
        with client.category_feed() as push:
            yield CategoryFeed(push, number_max)


class CategoryFeed:
    """The category feed of the State Corporation, opened."""

    def __init__(self, push: FeedPush[CategoryMessage], number_max: int) -> None:
        self._push = push
        self.message_number_max = number_max

    def push(self, messages: Sequence[Message]) -> Iterator[Answer]:
        """
        The answers to messages, in order; fewer where an acknowledgement had no room for all.

        OsmsError: the register could not be reached, or another connection has taken the feed.
        """
        first = self._push.next_position
        for ack in self._push.send(map(_record, messages), batch_size=len(messages)):
            until = _told_until(ack)
            others = {each.position: each for each in ack.outcomes}
            for position in range(first, until):
                told = others.get(position)
                if told is None:
                    yield Answer(Outcome.ACCEPTED)
                else:
                    reasons = tuple(violation.reason for violation in told.violations)
                    yield Answer(Outcome[told.outcome], reasons)
            if ack.left_out:
                return
            first = ack.next_position

    def report_nothing(self) -> None:
        """Says that there is nothing to send today."""
        self._push.report_nothing()


def _told_until(ack: Ack) -> int:
    """The position up to which an acknowledgement tells of every record, not included."""
    if not ack.left_out:
        return ack.next_position
    return max((each.position for each in ack.outcomes), default=0) + 1


def _record(message: Message) -> CategoryAssigned | CategoryRemoved:
    assert message.number is not None
    iin, category = identifier_text(message.person), message.category.value
    if message.reason is None:
        return CategoryAssigned(
            message.number, iin, category, message.assigned_on, message.source.value
        )
    return CategoryRemoved(
        message.number,
        iin,
        category,
        message.assigned_on,
        message.removed_on,
        message.source.value,
        message.reason,
    )
