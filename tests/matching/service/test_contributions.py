"""Contributions and refunds: each line once, and no more given back than was paid."""

from __future__ import annotations

from typing import Final

import pytest

from osms_client import NotAllowed
from osms_client import reports as told
from osms_matching.bootstrap import Parts
from tests.matching.service.conftest import NAMES, CallerOf
from tests.matching.service.telling import (
    outcomes,
    paid,
    pay,
    pregnancies,
    push,
    reasons,
    refunded,
)
from tests.people import NOBODY, people

WOMAN, MAN = people(2)
LINE: Final = paid(WOMAN, "2026-06-10")


def _idle(caller_of: CallerOf) -> bool:
    """Whether the woman did not work in June, by what was found there."""
    push(caller_of("MOH"), *pregnancies([WOMAN]))
    (decision,) = caller_of("operator").explain(WOMAN).decisions
    return decision.outcome == "GRANTED"


def test_a_line_comes_once(matching: Parts, caller_of: CallerOf) -> None:
    """The same again is a duplicate; with other content, a conflict."""
    corporation = caller_of("SC")
    other = paid(WOMAN, "2026-06-10", amount="8500.01")
    assert outcomes(pay(corporation, LINE, LINE)) == ["ACCEPTED", "DUPLICATE"]
    ack = pay(corporation, LINE, other, paid(WOMAN, "2026-06-11"))
    assert outcomes(ack) == ["DUPLICATE", "REJECTED", "REJECTED"]
    assert reasons(ack) == {"contribution": "PAYMENT_CONFLICT"}
    assert not _idle(caller_of)


@pytest.mark.parametrize(
    "line",
    [
        paid(MAN, "2026-06-10"),
        paid(WOMAN, "2026-06-10", kind="SOCIAL_DEDUCTION"),
        paid(WOMAN, "2026-06-10", reference="PAY-2"),
        paid(WOMAN, "2026-05-10"),
    ],
    ids=["another person", "another kind", "another payment", "another month"],
)
def test_lines_are_told_apart(
    matching: Parts, caller_of: CallerOf, line: told.Contribution
) -> None:
    """By person, kind, reference and month."""
    assert outcomes(pay(caller_of("SC"), LINE, line)) == ["ACCEPTED", "ACCEPTED"]


@pytest.mark.parametrize(
    ("amounts", "expected", "idle"),
    [
        (["8499.99"], ["ACCEPTED"], False),
        (["8500.00"], ["ACCEPTED"], True),
        (["8500.01"], ["REJECTED"], False),
        (["8000.00", "500.00"], ["ACCEPTED", "ACCEPTED"], True),
        (["8000.00", "500.01"], ["ACCEPTED", "REJECTED"], False),
    ],
)
def test_no_more_is_given_back_than_was_paid(
    matching: Parts, caller_of: CallerOf, amounts: list[str], expected: list[str], *, idle: bool
) -> None:
    """Over all refunds of a line; what is given back in full was never work."""
    refunds = [
        refunded(LINE, "2026-06-20", amount, reference=f"BACK-{at}")
        for at, amount in enumerate(amounts)
    ]
    ack = pay(caller_of("SC"), LINE, *refunds)
    assert outcomes(ack) == ["ACCEPTED", *expected]
    assert set(reasons(ack).values()) <= {"REFUND_TOO_LARGE"}
    assert _idle(caller_of) is idle


def test_a_refund_in_a_later_batch_is_judged_by_those_before(
    matching: Parts, caller_of: CallerOf
) -> None:
    """By what is kept, as by what comes with it."""
    corporation = caller_of("SC")
    pay(corporation, LINE)
    first = refunded(LINE, "2026-06-20", "8000.00")
    assert outcomes(pay(corporation, first)) == ["ACCEPTED"]
    other = refunded(LINE, "2026-06-20", "500.00")
    more = refunded(LINE, "2026-06-20", "500.01", reference="BACK-2")
    ack = pay(corporation, first, other, more)
    assert outcomes(ack) == ["DUPLICATE", "REJECTED", "REJECTED"]
    assert reasons(ack) == {"refund": "REFUND_CONFLICT", "refund.amount": "REFUND_TOO_LARGE"}


def test_one_refund_can_be_of_several_lines(matching: Parts, caller_of: CallerOf) -> None:
    """A payment for two people that is given back has one reference."""
    second = paid(MAN, "2026-06-10")
    both = [refunded(line, "2026-06-20", "8500.00") for line in (LINE, second)]
    assert outcomes(pay(caller_of("SC"), LINE, second, *both)) == ["ACCEPTED"] * 4


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (refunded(LINE, "2026-06-20", "1.00"), {"refund.reference": "PAYMENT_UNKNOWN"}),
        (paid(NOBODY, "2026-06-10"), {"contribution.iin": "IIN_INVALID"}),
        (paid(WOMAN, "2026-07-02"), {"contribution.paid_date": "DATE_IN_FUTURE"}),
        (
            paid(WOMAN, "2026-06-10", amount="0.00"),
            {"contribution.amount": "AMOUNT_NOT_ABOVE_ZERO"},
        ),
        (paid(WOMAN, "2026-06-10", reference=" "), {"contribution.reference": "REQUIRED"}),
        (paid(WOMAN, "1997-12-31"), {"contribution.period": "MONTH_TOO_EARLY"}),
    ],
)
def test_what_is_wrong_is_told_by_field(
    matching: Parts,
    caller_of: CallerOf,
    record: told.ContributionMessage,
    expected: dict[str, str],
) -> None:
    """The line is rejected alone, and the one beside it is taken."""
    right = paid(MAN, "2026-07-01")
    ack = pay(caller_of("SC"), record, right)
    assert outcomes(ack) == ["REJECTED", "ACCEPTED"]
    assert reasons(ack) == expected
    (line,) = caller_of("SC").rejected_lines()
    assert (line.sender, line.position) == ("SC", 1)


def test_a_refund_before_the_payment_is_refused(matching: Parts, caller_of: CallerOf) -> None:
    """On the day itself it can be."""
    early = refunded(LINE, "2026-06-09", "1.00")
    same = refunded(LINE, "2026-06-10", "1.00")
    ack = pay(caller_of("SC"), LINE, early, same)
    assert outcomes(ack) == ["ACCEPTED", "REJECTED", "ACCEPTED"]
    assert reasons(ack) == {"refund.refunded_date": "REFUND_TOO_EARLY"}


def test_what_is_only_tried_is_judged_and_not_kept(matching: Parts, caller_of: CallerOf) -> None:
    """A refund of a line that was itself only tried, too."""
    corporation = caller_of("SC")
    refund = refunded(LINE, "2026-06-20", "8500.00")
    records: list[told.ContributionMessage] = [LINE, refund, LINE]
    with corporation.contributions_feed(validate_only=True) as feed:
        acks = list(feed.send(records, batch_size=1))
    assert [outcomes(ack) for ack in acks] == [["ACCEPTED"], ["ACCEPTED"], ["DUPLICATE"]]
    assert corporation.contribution_position() == 1
    ack = pay(corporation, refund)
    assert reasons(ack) == {"refund.reference": "PAYMENT_UNKNOWN"}


@pytest.mark.parametrize("name", sorted({*NAMES} - {"SC"}))
def test_contributions_are_the_state_corporations(
    matching: Parts, caller_of: CallerOf, name: str
) -> None:
    """Nobody else sends or reads where they go on."""
    with pytest.raises(NotAllowed):
        pay(caller_of(name), LINE)
    with pytest.raises(NotAllowed):
        caller_of(name).contribution_position()
