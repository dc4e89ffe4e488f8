"""What is accepted: both sides of every limit that a line can meet by itself."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

import pytest

from osms_common.domain.calendar import Month, later
from osms_common.domain.codes import Category, PayerKind, System
from osms_common.domain.identifiers import Iin
from osms_common.domain.violations import Reason, Violation
from osms_common.texts import Language, provision_text
from osms_server.domain.records import EpisodeTold, PaymentRecord, RefundRecord
from osms_server.rules.acceptance import (
    Limits,
    body_violations,
    category_violations,
    comes_late,
    crisis_window_open,
    limits_on,
    payment_violations,
    refund_violations,
)
from osms_server.rules.parameters import LAW, Dated
from osms_server.rules.reference import ASSIGNING_SOURCES, BODIES, SOURCES
from tests.rules.factories import in_month

TODAY: Final = date(2026, 7, 15)
LIMITS: Final = limits_on(TODAY, LAW)
ASAN: Final = Iin(900101300017)

EARLIEST: Final = date(1990, 1, 1)
LATEST: Final = date(2027, 7, 15)
DAY: Final = timedelta(days=1)

DATES = [
    (EARLIEST - DAY, Reason.DATE_TOO_EARLY),
    (EARLIEST, None),
    (TODAY, None),
    (LATEST, None),
    (LATEST + DAY, Reason.DATE_TOO_LATE),
]
PERIODS = [
    (in_month("2017-06"), Reason.MONTH_TOO_EARLY),
    (in_month("2017-07"), None),
    (in_month("2026-07"), None),
    (in_month("2028-07"), None),
    (in_month("2028-08"), Reason.MONTH_TOO_LATE),
]


def assignment(
    *,
    category: Category | None = Category.CHILD,
    assigned_on: date | None = TODAY,
    source: System | None = System.MOE,
    removed_on: date | None = None,
    reason: str | None = None,
    violations: tuple[Violation, ...] = (),
) -> EpisodeTold:
    """What a message about a category tells; with a reason it is a removal."""
    return EpisodeTold(category, assigned_on, source, removed_on, reason, violations)


def payment(
    *, received_on: date | None = TODAY, period: Month | None = LIMITS.first_period
) -> PaymentRecord:
    """A payment line."""
    return PaymentRecord(
        "A1", ASAN, "", "", "", None, "", PayerKind.UNKNOWN, period, received_on, 1, 122
    )


def refund(
    *, refunded_on: date | None = TODAY, period: Month | None = LIMITS.first_period
) -> RefundRecord:
    """A refund line."""
    return RefundRecord("B1", "A1", ASAN, period, 122, 1, refunded_on)


def reasons(violations: tuple[Violation, ...]) -> dict[str, Reason]:
    """The reason found in each field."""
    return {violation.field: violation.reason for violation in violations}


def only(field: str, reason: Reason | None) -> dict[str, Reason]:
    """The one reason expected, or none."""
    return {} if reason is None else {field: reason}


@pytest.mark.parametrize(
    ("today", "last_date", "last_period"),
    [
        (date(2026, 7, 15), date(2027, 7, 15), "2028-07"),
        (date(2026, 12, 31), date(2027, 12, 31), "2028-12"),
        (date(2027, 2, 28), date(2028, 2, 28), "2029-02"),
        (date(2028, 2, 29), date(2029, 2, 28), "2030-02"),
    ],
)
def test_the_limits_of_a_day(today: date, last_date: date, last_period: str) -> None:
    """From 1990 to one year ahead; from July 2017 to twenty-four months ahead."""
    expected = Limits(EARLIEST, last_date, in_month("2017-07"), in_month(last_period))
    assert limits_on(today, LAW) == expected


@pytest.mark.parametrize(("on", "reason"), DATES)
def test_a_category_is_assigned_within_the_limits(on: date, reason: Reason | None) -> None:
    """The day of an assignment is from 1990-01-01 to one year ahead."""
    found = category_violations(assignment(assigned_on=on), LIMITS)
    assert reasons(found) == only("assignment.assigned_date", reason)


@pytest.mark.parametrize(("on", "reason"), DATES[1:])
def test_a_category_is_removed_within_the_limits(on: date, reason: Reason | None) -> None:
    """The day of a removal has the same limits."""
    record = assignment(assigned_on=EARLIEST, removed_on=on, reason="ENDED")
    assert reasons(category_violations(record, LIMITS)) == only("removal.removed_date", reason)


def test_a_removal_may_name_no_day_before_the_first() -> None:
    """Both its days are too early, and each is said."""
    before = EARLIEST - DAY
    record = assignment(assigned_on=before, removed_on=before, reason="ENDED")
    assert reasons(category_violations(record, LIMITS)) == {
        "removal.assigned_date": Reason.DATE_TOO_EARLY,
        "removal.removed_date": Reason.DATE_TOO_EARLY,
    }


@pytest.mark.parametrize(
    ("removed_on", "reason"),
    [
        (TODAY - DAY, Reason.REMOVED_BEFORE_ASSIGNED),
        (TODAY, None),
        (TODAY + DAY, None),
    ],
)
def test_a_removal_is_not_before_its_assignment(removed_on: date, reason: Reason | None) -> None:
    """On the day of the assignment it voids the episode; before it, it is invalid."""
    record = assignment(removed_on=removed_on, reason="ENDED")
    assert reasons(category_violations(record, LIMITS)) == only("removal.removed_date", reason)


@pytest.mark.parametrize("category", ASSIGNING_SOURCES)
@pytest.mark.parametrize("source", sorted(SOURCES))
def test_a_source_assigns_its_own_categories(category: Category, source: System) -> None:
    """An assignment needs a source of its category."""
    found = category_violations(assignment(category=category, source=source), LIMITS)
    allowed = ASSIGNING_SOURCES[category].on(TODAY)
    reason = None if source in allowed else Reason.SOURCE_NOT_ALLOWED
    assert reasons(found) == only("assignment.source", reason)


@pytest.mark.parametrize(
    ("assigned_on", "source", "reason"),
    [
        (TODAY - DAY, System.MOE, None),
        (TODAY - DAY, System.MOJ, Reason.SOURCE_NOT_ALLOWED),
        (TODAY, System.MOE, Reason.SOURCE_NOT_ALLOWED),
        (TODAY, System.MOJ, None),
    ],
)
def test_who_assigns_is_read_on_the_day_of_the_assignment(
    monkeypatch: pytest.MonkeyPatch, assigned_on: date, source: System, reason: Reason | None
) -> None:
    """A change of the law counts for what begins from its day on, however late it is told."""
    changed = Dated("p22", ((EARLIEST, frozenset({System.MOE})), (TODAY, frozenset({System.MOJ}))))
    monkeypatch.setitem(ASSIGNING_SOURCES, Category.CHILD, changed)
    found = category_violations(assignment(assigned_on=assigned_on, source=source), LIMITS)
    assert reasons(found) == only("assignment.source", reason)


@pytest.mark.parametrize("source", sorted(SOURCES))
def test_any_source_may_remove(source: System) -> None:
    """A removal needs a source, whichever of them."""
    record = assignment(source=source, removed_on=TODAY, reason="ENDED")
    assert category_violations(record, LIMITS) == ()


@pytest.mark.parametrize("system", sorted(set(System) - SOURCES))
def test_what_is_no_source_neither_assigns_nor_removes(system: System) -> None:
    """The Fund, the State Corporation and the bodies are no sources of a category."""
    assigning = category_violations(assignment(source=system), LIMITS)
    removing = category_violations(
        assignment(source=system, removed_on=TODAY, reason="ENDED"), LIMITS
    )
    assert reasons(assigning) == {"assignment.source": Reason.CODE_UNKNOWN}
    assert reasons(removing) == {"removal.source": Reason.CODE_UNKNOWN}


@pytest.mark.parametrize("category", [Category.EXEMPT_STAFF, Category.CRISIS_RELEASE])
def test_rosters_and_releases_come_by_no_category_feed(category: Category) -> None:
    """These two are not assigned by a source."""
    found = category_violations(assignment(category=category), LIMITS)
    assert reasons(found) == {"assignment.category": Reason.CATEGORY_NOT_IN_FEED}


def test_everything_that_is_wrong_with_a_message_is_said() -> None:
    """What could not be read comes first, then what does not go together."""
    unread = Violation("removal.iin", Reason.IIN_INVALID, "123456789012")
    record = assignment(
        category=Category.EXEMPT_STAFF,
        assigned_on=LATEST + 2 * DAY,
        source=System.FUND,
        removed_on=LATEST + DAY,
        reason="ENDED",
        violations=(unread,),
    )
    found = category_violations(record, LIMITS)
    assert found[0] == unread
    assert [violation.reason for violation in found[1:]] == [
        Reason.DATE_TOO_LATE,
        Reason.CATEGORY_NOT_IN_FEED,
        Reason.DATE_TOO_LATE,
        Reason.REMOVED_BEFORE_ASSIGNED,
    ]


def test_of_what_could_not_be_read_nothing_more_is_said() -> None:
    """A field that is missing is not also out of its limits."""
    unread = Violation("assignment.category", Reason.REQUIRED)
    record = assignment(category=None, assigned_on=None, source=None, violations=(unread,))
    assert category_violations(record, LIMITS) == (unread,)
    assert payment_violations(payment(received_on=None, period=None), LIMITS) == ()
    assert refund_violations(refund(refunded_on=None, period=None), LIMITS) == ()


@pytest.mark.parametrize(("on", "reason"), DATES)
def test_a_payment_is_received_within_the_limits(on: date, reason: Reason | None) -> None:
    """The day of receipt is from 1990-01-01 to one year ahead."""
    found = payment_violations(payment(received_on=on), LIMITS)
    assert reasons(found) == only("payment.received_date", reason)


@pytest.mark.parametrize(("of", "reason"), PERIODS)
def test_a_payment_is_for_a_month_within_the_limits(of: Month, reason: Reason | None) -> None:
    """The month is from July 2017 to twenty-four months ahead."""
    found = payment_violations(payment(period=of), LIMITS)
    assert reasons(found) == only("payment.period", reason)


@pytest.mark.parametrize(("on", "reason"), DATES)
def test_a_refund_is_made_within_the_limits(on: date, reason: Reason | None) -> None:
    """The day of a refund has the limits of a payment's."""
    found = refund_violations(refund(refunded_on=on), LIMITS)
    assert reasons(found) == only("refund.refunded_date", reason)


@pytest.mark.parametrize(("of", "reason"), PERIODS)
def test_a_refund_is_for_a_month_within_the_limits(of: Month, reason: Reason | None) -> None:
    """The month of a refund has the limits of a payment's."""
    assert reasons(refund_violations(refund(period=of), LIMITS)) == only("refund.period", reason)


def test_a_limit_is_told_with_the_value_that_breaks_it() -> None:
    """The sender reads what was sent, and what is accepted."""
    wrong = payment(received_on=LATEST + DAY, period=later(LIMITS.first_period, -1))
    values = [violation.value for violation in payment_violations(wrong, LIMITS)]
    assert values == ["2027-07-16 > 2027-07-15", "2017-06 < 2017-07"]


@pytest.mark.parametrize("body", [body for body in BODIES if body is not System.ACA])
def test_a_body_may_send(body: System) -> None:
    """The bodies of p. 62 send on any day."""
    assert body_violations(body, date(1990, 1, 1)) == body_violations(body, TODAY) == ()


@pytest.mark.parametrize(
    ("on", "reason"), [(date(2025, 6, 29), None), (date(2025, 6, 30), Reason.BODY_ENDED)]
)
def test_a_body_that_ended_sends_no_more(on: date, reason: Reason | None) -> None:
    """The Anti-corruption Agency was a sender through 2025-06-29."""
    assert reasons(body_violations(System.ACA, on)) == only("body", reason)


@pytest.mark.parametrize("system", sorted(set(System) - set(BODIES)))
def test_what_is_no_body_sends_no_roster(system: System) -> None:
    """Sources, the State Corporation and the Fund have no roster."""
    assert reasons(body_violations(system, TODAY)) == {"body": Reason.CODE_UNKNOWN}


@pytest.mark.parametrize(
    ("days", "late"), [(-1, False), (0, False), (6, False), (7, False), (8, True), (30, True)]
)
def test_a_change_of_staff_comes_within_seven_days(days: int, late: bool) -> None:  # noqa: FBT001
    """Counted from the day after the change: the seventh is in time, the eighth is late."""
    assert comes_late(TODAY - days * DAY, TODAY, LAW) is late


@pytest.mark.parametrize(
    ("on", "is_open"),
    [
        (date(2026, 2, 28), False),
        (date(2026, 3, 1), True),
        (date(2026, 6, 30), True),
        (date(2026, 7, 1), False),
    ],
)
def test_a_crisis_window_includes_both_its_days(on: date, is_open: bool) -> None:  # noqa: FBT001
    """Within it a person released from payment may apply."""
    law = LAW.overridden("crisis_window", "2026-03-01/2026-06-30")
    assert crisis_window_open(on, law) is is_open


def test_the_crisis_window_is_closed_by_default() -> None:
    """Only a dated parameter opens it."""
    assert not crisis_window_open(TODAY, LAW)


def test_what_comes_from_the_rules_says_from_where() -> None:
    """A provision that a violation names has a text."""
    found = [
        *category_violations(assignment(source=System.FUND), LIMITS),
        *category_violations(assignment(source=System.DFC), LIMITS),
        *category_violations(assignment(removed_on=TODAY - DAY, reason="ENDED"), LIMITS),
        *body_violations(System.FUND, TODAY),
        *body_violations(System.ACA, TODAY),
    ]
    assert [violation.provision for violation in found] == ["p7", "p7", "p18", "p62", "p62"]
    assert all(provision_text(each.provision, language) for each in found for language in Language)
