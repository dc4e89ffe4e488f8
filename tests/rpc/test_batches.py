"""Where a sender cuts its lines into batches changes nothing: no outcome, and no answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Final

import pytest

from osms_client import Ack, CategoryMessage, NotFound, OsmsClient
from osms_client.records import PaymentMessage
from tests.conftest import ClientOf
from tests.people import people
from tests.rpc.sending import MORNING, TODAY, assigned, paid, refunded, removed

LINES: Final = 60
PEOPLE: Final = people(12)
CATEGORIES: Final = (("R01", "MOE"), ("R12", "MLSPP"), ("R13", "MOE"), ("R12", "MOE"))
"""The last of them is wrong: disability is not assigned by the Ministry of Education."""

DAYS: Final = tuple(TODAY - timedelta(days=days) for days in (400, 90, 2))

Outcome = tuple[int, str, tuple[str, ...]]


def messages(seed: int) -> list[CategoryMessage]:
    """Lines about few people under few numbers, so that they meet in every way; seeded."""
    chance = Random(seed)
    lines: list[CategoryMessage] = []
    for _ in range(LINES):
        category, source = chance.choice(CATEGORIES)
        number = chance.randint(1, LINES)
        begins = assigned(
            chance.choice(PEOPLE), category, chance.choice(DAYS), source=source, number=number
        )
        if lines and chance.random() < 0.1:
            lines.append(replace(chance.choice(lines)))
        elif chance.random() < 0.3:
            lines.append(removed(begins, TODAY, number=number))
        else:
            lines.append(begins)
    return lines


def payments(seed: int) -> list[PaymentMessage]:
    """Payments and refunds of few people, months and references; seeded."""
    chance = Random(seed)
    lines: list[PaymentMessage] = []
    for _ in range(LINES):
        line = paid(
            chance.choice(PEOPLE[:4]),
            date(2026, chance.randint(1, 3), 1),
            reference=chance.choice("AB"),
            amount=chance.choice(("4250.00", "4250.00", "17.00")),
            purpose_code=chance.choice(("121", "122", "123")),
        )
        if chance.random() < 0.3:
            lines.append(refunded(line, chance.choice(("17.00", "4250.00"))))
        else:
            lines.append(line)
    return lines


def outcomes(acks: list[Ack]) -> list[Outcome]:
    """What became of every line that was not plainly accepted."""
    return [
        (told.position, told.outcome, tuple(violation.reason for violation in told.violations))
        for ack in acks
        for told in ack.outcomes
    ]


def timelines(operator: OsmsClient) -> list[object]:
    """Every day of every person; None where nothing is known."""
    return [stretches(operator, iin) for iin in PEOPLE]


def stretches(operator: OsmsClient, iin: str) -> object:
    """Every day of a person."""
    try:
        return operator.timeline(iin).stretches
    except NotFound:
        return None


@pytest.mark.parametrize("seed", range(3))
def test_messages_in_one_batch_are_judged_as_one_by_one(
    corporation: OsmsClient, operator: OsmsClient, client_of: ClientOf, seed: int
) -> None:
    """Also of people who are new, whom nothing is known of, and who need no judging."""
    told = []
    for size in (LINES, 7, 1):
        client_of("supervisor1").reset_sandbox(MORNING)
        with corporation.category_feed() as feed:
            acks = list(feed.send(messages(seed), batch_size=size))
        told.append((outcomes(acks), timelines(operator), corporation.category_position()))
    assert told[0] == told[1] == told[2]
    assert told[0][0], "nothing but acceptance shows nothing"


@pytest.mark.parametrize("seed", range(3))
def test_payments_in_one_batch_are_judged_as_one_by_one(
    corporation: OsmsClient, operator: OsmsClient, client_of: ClientOf, seed: int
) -> None:
    """Refunds meet their payments in the same batch, or find them stored."""
    told = []
    for size in (LINES, 7, 1):
        client_of("supervisor1").reset_sandbox(MORNING)
        with corporation.payment_feed() as feed:
            acks = list(feed.send(payments(seed), batch_size=size))
        told.append((outcomes(acks), timelines(operator)))
    assert told[0] == told[1] == told[2]
    assert told[0][0], "nothing but acceptance shows nothing"
