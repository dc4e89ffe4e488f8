"""
The oracle against outcomes worked out by hand: what is accepted, and both sides of each limit.

A row is a tale whose last event is judged, and its outcome with the oracle's own word for why.
"""

from datetime import date, timedelta

import holidays
import pytest

from tests.oracle.check_digit import check_digit, is_valid_number
from tests.oracle.days import day_of, one_year_after, parse_instant, start_of
from tests.oracle.script import invented_people
from tests.oracle.tale import ASAN, BOTA, Tale
from tests.oracle.workdays import is_working_day

CROWD = invented_people(210)


def told() -> Tale:
    """Nothing has been told yet on 10 March."""
    return Tale().at("2026-03-10")


def with_category() -> Tale:
    """A category is known."""
    return told().assigned("R01", "2026-01-01")


def with_removal() -> Tale:
    """Its removal is known as well."""
    return with_category().removed("R01", "2026-01-01", "2026-03-01", seq=2)


def with_payment() -> Tale:
    """One line of 4250 tenge, received on 25 February, is known."""
    return told().paid(["2026-01"], "2026-02-25")


def with_refund() -> Tale:
    """Of that line 250 tenge are left."""
    return with_payment().refunded("2026-01", "2026-02-25", "4000.00")


def with_list(count: int) -> Tale:
    """A body lists that many people."""
    return told().snapshot("DEFENCE", *CROWD[:count])


def with_documents() -> Tale:
    """Documents are registered."""
    return told().registered("R07", "2026-03-10", "PENSION_CERTIFICATE")


def with_lapse() -> Tale:
    """A budget lapse waits."""
    return told().lapsed("LOCAL", "2026-03")


def with_standing_lapse() -> Tale:
    """A budget lapse stands."""
    return with_lapse().decided("e1")


CATEGORY_ROWS = [
    (with_category(), "ACCEPTED"),
    (told().assigned("R01", "1990-01-01"), "ACCEPTED"),
    (told().assigned("R01", "1989-12-31"), "REJECTED ASSIGNED_ON_OUT_OF_RANGE"),
    (told().assigned("R01", "2027-03-10"), "ACCEPTED"),
    (told().assigned("R01", "2027-03-11"), "REJECTED ASSIGNED_ON_OUT_OF_RANGE"),
    (told().assigned("R01", "2026-02-30"), "REJECTED INVALID_ASSIGNED_ON"),
    (told().assigned("R01", "2026-01-01", iin="123456789012"), "REJECTED INVALID_IIN"),
    (told().assigned("R01", "2026-01-01", source="MLSPP"), "REJECTED SOURCE_NOT_ALLOWED"),
    (told().assigned("R09a", "2026-01-01", source="CLSSA"), "ACCEPTED"),
    (told().assigned("R13", "2026-01-01", source="MOE"), "ACCEPTED"),
    (told().assigned("F01", "2026-01-01", source="MPIS"), "ACCEPTED"),
    (told().assigned("M01", "2026-01-01"), "REJECTED UNKNOWN_CATEGORY"),
    (told().assigned("X13", "2026-01-01"), "REJECTED UNKNOWN_CATEGORY"),
    (with_category().assigned("R01", "2026-01-01", seq=1), "DUPLICATE"),
    (with_category().assigned("R01", "2026-01-01", source="MOJ"), "DUPLICATE"),
    (with_category().assigned("R13", "2026-01-01", seq=1), "REJECTED NUMBER_CONFLICT"),
    (with_category().assigned("R01", "2026-01-02"), "ACCEPTED"),
    (told().assigned("R01", "1989-01-01", seq=5).assigned("R01", "2026-01-01", seq=5), "ACCEPTED"),
    (with_category().assigned("R01", "2026-01-01").assigned("R13", "2026-01-01"), "ACCEPTED"),
    (with_category().listed("2026-01-01"), "ACCEPTED"),
    (told().listed("2026-01-01").assigned("F01", "2026-01-01"), "DUPLICATE"),
    (with_removal(), "ACCEPTED"),
    (with_category().removed("R01", "2026-01-01", "2026-01-01"), "ACCEPTED"),
    (
        with_category().removed("R01", "2026-01-01", "2025-12-31"),
        "REJECTED REMOVED_BEFORE_ASSIGNED",
    ),
    (with_category().removed("R01", "2026-01-02", "2026-03-01"), "REJECTED UNKNOWN_EPISODE"),
    (with_category().removed("R13", "2026-01-01", "2026-03-01"), "REJECTED UNKNOWN_EPISODE"),
    (told().removed("R01", "2026-01-01", "2026-03-01"), "REJECTED UNKNOWN_EPISODE"),
    (
        with_category().removed("R01", "2026-01-01", "", source="MOE"),
        "REJECTED MISSING_REMOVED_ON",
    ),
    (
        with_category().removed("R01", "2026-01-01", "2026-03-01", reason=""),
        "REJECTED MISSING_REASON",
    ),
    (
        with_category().removed("R01", "2026-01-01", "2026-03-01", source=None),
        "REJECTED MISSING_SOURCE",
    ),
    (
        with_category().removed("R01", "2026-01-01", "2026-03-01", source="SC"),
        "REJECTED UNKNOWN_SOURCE",
    ),
    (with_removal().removed("R01", "2026-01-01", "2026-03-01", seq=2), "DUPLICATE"),
    (with_removal().removed("R01", "2026-01-01", "2026-03-01", seq=9), "DUPLICATE"),
    (with_removal().removed("R01", "2026-01-01", "2026-03-02", seq=9), "ACCEPTED"),
    (
        with_removal().removed("R01", "2026-01-01", "2026-03-02", seq=2),
        "REJECTED NUMBER_CONFLICT",
    ),
    (
        with_removal()
        .removed("R01", "2026-01-01", "2026-03-02", seq=9)
        .removed("R01", "2026-01-01", "2026-03-01", seq=10),
        "ACCEPTED",
    ),
    (with_removal().assigned("R01", "2026-01-01", seq=11), "DUPLICATE"),
    (with_category().assigned("R01", "2026-01-01", iin="", seq=1), "REJECTED INVALID_IIN"),
]

PAYMENT_ROWS = [
    (with_payment(), "ACCEPTED"),
    (told().paid(["2017-07"]), "ACCEPTED"),
    (told().paid(["2017-06"]), "REJECTED PERIOD_OUT_OF_RANGE"),
    (told().paid(["2028-03"], "2026-03-10"), "ACCEPTED"),
    (told().paid(["2028-04"], "2026-03-10"), "REJECTED PERIOD_OUT_OF_RANGE"),
    (told().paid(["2026-01"], "2027-03-10"), "ACCEPTED"),
    (told().paid(["2026-01"], "2027-03-11"), "REJECTED RECEIVED_ON_OUT_OF_RANGE"),
    (told().paid(["2026-01"], amount="0.01"), "ACCEPTED"),
    (told().paid(["2026-01"], amount="0.00"), "REJECTED INVALID_AMOUNT"),
    (told().paid(["2026-01"], amount="-1.00"), "REJECTED INVALID_AMOUNT"),
    (told().paid(["2026-01"], amount="1.001"), "REJECTED INVALID_AMOUNT"),
    (told().paid(["2026-01"], knp="123"), "ACCEPTED"),
    (told().paid(["2026-01"], payer_id="961141000023"), "ACCEPTED"),
    (told().paid(["2026-01"], payer_id="150140000019"), "REJECTED INVALID_PAYER_ID"),
    (told().paid(["2026-01"], payer_kind="FAMILY"), "REJECTED INVALID_PAYER_KIND"),
    (with_payment().paid(["2026-01"], "2026-02-25"), "DUPLICATE"),
    (with_payment().paid(["2026-01"], "2026-02-26"), "REJECTED LINE_CONFLICT"),
    (with_payment().paid(["2026-01"], "2026-02-25", payer_name="Dala"), "REJECTED LINE_CONFLICT"),
    (with_payment().paid(["2026-01"], "2026-02-25", knp="121"), "ACCEPTED"),
    (with_payment().paid(["2026-01"], "2026-02-25", iin=BOTA), "ACCEPTED"),
    (with_refund(), "ACCEPTED"),
    (with_payment().refunded("2026-01", "2026-02-24"), "REJECTED REFUND_BEFORE_PAYMENT"),
    (with_payment().refunded("2026-01", "2026-02-25", "4250.00"), "ACCEPTED"),
    (with_payment().refunded("2026-01", "2026-02-25", "4250.01"), "REJECTED REFUND_TOO_LARGE"),
    (with_payment().refunded("2026-02", "2026-02-25"), "REJECTED UNKNOWN_LINE"),
    (with_refund().refunded("2026-01", "2026-02-25", "4000.00"), "DUPLICATE"),
    (with_refund().refunded("2026-01", "2026-02-25", "1.00"), "REJECTED REFUND_CONFLICT"),
    (with_refund().refunded("2026-01", "2026-03-01", "250.00", refund_reference="B2"), "ACCEPTED"),
    (
        with_refund().refunded("2026-01", "2026-03-01", "250.01", refund_reference="B2"),
        "REJECTED REFUND_TOO_LARGE",
    ),
]

ROSTER_ROWS = [
    (told().snapshot("DEFENCE"), "REJECTED EMPTY_SNAPSHOT"),
    (told().snapshot("DEFENCE", "123456789012"), "REJECTED EMPTY_SNAPSHOT"),
    (told().snapshot("SC", ASAN), "REJECTED NOT_THE_SENDERS_OWN"),
    (told().snapshot("ACA", ASAN), "REJECTED UNKNOWN_BODY"),
    (Tale().at("2025-06-29T23:59").snapshot("ACA", ASAN), "ACCEPTED"),
    (Tale().at("2025-06-30T00:00").snapshot("ACA", ASAN), "REJECTED UNKNOWN_BODY"),
    (with_list(30).snapshot("DEFENCE", *CROWD[:10]), "ACCEPTED"),
    (with_list(30).snapshot("DEFENCE", *CROWD[:9]), "HELD_FOR_APPROVAL"),
    (with_list(210).snapshot("DEFENCE", *CROWD[:189]), "ACCEPTED"),
    (with_list(209).snapshot("DEFENCE", *CROWD[:188]), "HELD_FOR_APPROVAL"),
    (with_list(30).snapshot("INTERIOR", *CROWD[:9]), "ACCEPTED"),
    (told().change("DEFENCE", "ADD"), "ACCEPTED"),
    (told().change("DEFENCE", "ADD").change("DEFENCE", "ADD"), "ACCEPTED"),
    (told().change("DEFENCE", "ADD").change("DEFENCE", "REMOVE"), "ACCEPTED"),
    (told().change("DEFENCE", "REMOVE"), "REJECTED NOT_LISTED"),
    (told().change("DEFENCE", "ADD").change("INTERIOR", "REMOVE"), "REJECTED NOT_LISTED"),
    (
        told().tell(
            "roster_change",
            "DEFENCE",
            body="DEFENCE",
            op="ADD",
            iin=ASAN,
            changed_on="2026-03-10",
            reservist=True,
        ),
        "REJECTED RESERVIST",
    ),
    (
        told().tell(
            "roster_change",
            "DEFENCE",
            body="INTERIOR",
            op="ADD",
            iin=ASAN,
            changed_on="2026-03-10",
        ),
        "REJECTED NOT_THE_SENDERS_OWN",
    ),
]

FUND_ROWS = [
    (with_documents(), "ACCEPTED"),
    (
        told().registered("R07", "2026-03-11", "PENSION_CERTIFICATE"),
        "REJECTED APPLIED_IN_THE_FUTURE",
    ),
    (told().registered("R07", "2026-03-10", "AWARD_DOCUMENT"), "REJECTED DOCUMENTS_INSUFFICIENT"),
    (told().registered("R08", "2026-03-10", "AWARD_DOCUMENT"), "REJECTED NO_DOCUMENT_ROUTE"),
    (
        told().registered("R10", "2026-03-10", "KANDAS_CERTIFICATE", "UNEMPLOYED_REGISTRATION"),
        "ACCEPTED",
    ),
    (
        told().registered("R10", "2026-03-10", "KANDAS_CERTIFICATE"),
        "REJECTED DOCUMENTS_INSUFFICIENT",
    ),
    (
        with_category().registered("R01", "2026-03-10", "BIRTH_CERTIFICATE"),
        "REJECTED CATEGORY_HOLDS",
    ),
    (with_removal().registered("R01", "2026-03-01", "BIRTH_CERTIFICATE"), "ACCEPTED"),
    (
        with_removal().registered("R01", "2026-02-28", "BIRTH_CERTIFICATE"),
        "REJECTED CATEGORY_HOLDS",
    ),
    (with_category().registered("R13", "2026-03-10", "STUDY_CERTIFICATE"), "ACCEPTED"),
    (
        with_documents().registered("R07", "2026-03-10", "PENSION_CERTIFICATE"),
        "REJECTED MISSING_REASON",
    ),
    (
        with_documents().registered(
            "R07", "2026-03-10", "PENSION_CERTIFICATE", reason="again", supervisor="operator1"
        ),
        "REJECTED NOT_A_SUPERVISOR",
    ),
    (
        with_documents().registered(
            "R07", "2026-03-10", "PENSION_CERTIFICATE", reason="again", supervisor="supervisor1"
        ),
        "ACCEPTED",
    ),
    (
        told().registered("X13", "2026-03-10", "IDENTITY_DOCUMENT", "LABOUR_BOOK"),
        "REJECTED NO_CRISIS_WINDOW",
    ),
    (with_documents().revoked("e1"), "ACCEPTED"),
    (with_documents().revoked("e1", "operator1"), "REJECTED NOT_A_SUPERVISOR"),
    (with_documents().revoked("e1").revoked("e1"), "REJECTED ALREADY_REVOKED"),
    (told().revoked("e1"), "REJECTED UNKNOWN_REGISTRATION"),
    (told().failed("i1", "2026-03-10", "SC"), "ACCEPTED"),
    (told().failed("i1", "2026-03-11", "SC"), "REJECTED STARTS_IN_THE_FUTURE"),
    (told().failed("i1", "2026-03-10"), "REJECTED UNKNOWN_SYSTEM"),
    (told().failed("i1", "2026-03-10", "SC", by="operator1"), "REJECTED NOT_A_SUPERVISOR"),
    (told().failed("i1", "2026-03-10", "SC", "FUND"), "HELD_FOR_APPROVAL"),
    (told().failed("i1", "2026-03-10", "FUND").decided("e1"), "ACCEPTED"),
    (
        told().failed("i1", "2026-03-10", "FUND").decided("e1", by="supervisor1"),
        "REJECTED OWN_REQUEST",
    ),
    (
        told().failed("i1", "2026-03-10", "FUND").decided("e1").decided("e1"),
        "REJECTED NOT_WAITING",
    ),
    (told().failed("i1", "2026-03-10", "SC").decided("e1"), "REJECTED NOT_WAITING"),
    (
        told().failed("i1", "2026-03-09", "FUND").repaired("i1", "2026-03-10"),
        "REJECTED NOT_AN_OPEN_INCIDENT",
    ),
    (told().failed("i1", "2026-03-09", "SC").repaired("i1", "2026-03-09"), "ACCEPTED"),
    (
        told().failed("i1", "2026-03-09", "SC").repaired("i1", "2026-03-08"),
        "REJECTED END_OUT_OF_RANGE",
    ),
    (
        told().failed("i1", "2026-03-09", "SC").repaired("i1", "2026-03-11"),
        "REJECTED END_OUT_OF_RANGE",
    ),
    (
        told()
        .failed("i1", "2026-03-09", "SC")
        .repaired("i1", "2026-03-10")
        .repaired("i1", "2026-03-10"),
        "REJECTED NOT_AN_OPEN_INCIDENT",
    ),
    (with_lapse(), "HELD_FOR_APPROVAL"),
    (told().lapsed("LOCAL", "2026-04"), "REJECTED MONTH_IN_THE_FUTURE"),
    (with_lapse().decided("e1", by="supervisor1"), "REJECTED OWN_REQUEST"),
    (with_lapse().decided("e1", by="nobody"), "REJECTED NOT_A_SUPERVISOR"),
    (with_lapse().lifted("LOCAL", "2026-03"), "REJECTED NO_LAPSE_STANDS"),
    (with_standing_lapse(), "ACCEPTED"),
    (with_standing_lapse().lapsed("LOCAL", "2026-03"), "REJECTED LAPSE_STANDS"),
    (with_standing_lapse().lapsed("REPUBLICAN", "2026-03"), "HELD_FOR_APPROVAL"),
    (
        with_lapse().lapsed("LOCAL", "2026-02").decided("e1").decided("e2"),
        "REJECTED LAPSE_STANDS",
    ),
    (with_standing_lapse().lifted("LOCAL", "2026-03"), "ACCEPTED"),
    (
        with_standing_lapse().lifted("LOCAL", "2026-03").lapsed("LOCAL", "2026-03"),
        "HELD_FOR_APPROVAL",
    ),
]


@pytest.mark.parametrize(
    ("tale", "outcome"), [*CATEGORY_ROWS, *PAYMENT_ROWS, *ROSTER_ROWS, *FUND_ROWS]
)
def test_the_last_event_has_its_outcome(tale: Tale, outcome: str) -> None:
    """An event is accepted, a duplicate, rejected or held, on either side of each limit."""
    assert tale.last == outcome


@pytest.mark.parametrize(("days", "flags"), [(7, ()), (8, ("LATE",))])
def test_a_change_is_late_after_seven_days(days: int, flags: tuple[str, ...]) -> None:
    """The seven days of a change are counted from the day after it."""
    changed_on = date(2026, 3, 10) - timedelta(days=days)
    tale = told().change("DEFENCE", "ADD", changed_on=f"{changed_on}")
    assert tale.outcomes[-1].flags == flags


def test_a_bad_line_is_rejected_alone() -> None:
    """A bad line of a list does not stop the lines beside it; a reservist's line is one."""
    lines = [{"iin": ASAN}, {"iin": "123456789012"}, {"iin": BOTA, "reservist": True}]
    tale = told().tell("roster_snapshot", "DEFENCE", body="DEFENCE", lines=lines)
    assert (tale.last, tale.outcomes[-1].rejected_lines) == ("ACCEPTED", ("123456789012", BOTA))
    assert [tale.primary("2026-03-10", iin) for iin in (ASAN, BOTA)] == ["ROSTER", None]


def test_only_the_state_corporation_sends_categories() -> None:
    """A sender may send only what is its own."""
    payload = {"seq": 1, "iin": ASAN, "category": "R01", "assigned_on": "2026-01-01"}
    tale = told().tell("category_assigned", "DEFENCE", **payload, source="MOE")
    assert tale.last == "REJECTED NOT_THE_SENDERS_OWN"


def test_a_crisis_window_includes_both_its_days() -> None:
    """Release in a crisis is registered for applications within the window alone."""
    tale = Tale(crisis_window=["2026-03-01", "2026-06-30"]).at("2026-07-05")
    documents = ("IDENTITY_DOCUMENT", "UAPF_EXTRACT")
    again = {"reason": "again", "supervisor": "supervisor1"}
    days = ("2026-02-28", "2026-03-01", "2026-06-30", "2026-07-01")
    outcomes = [tale.registered("X13", day, *documents, **again).outcomes[-1] for day in days]
    accepted = [outcome.outcome == "ACCEPTED" for outcome in outcomes]
    assert accepted == [False, True, True, False]


VALID = ["031231500126", "900101300017", "150331600019", "000229500018"]
VALID += ["061211600012", "900101300811", "150331601800"]
VALID += ["160440007161", "160940025485", "940140000385", "961141000023"]


@pytest.mark.parametrize("number", VALID)
def test_valid_numbers(number: object) -> None:
    """These IINs and BINs have the right check digit, some of them in the second round."""
    assert is_valid_number(number)


@pytest.mark.parametrize(
    "number", ["123456789012", "780322300455", "150140000019", "90010130001", "", None]
)
def test_invalid_numbers(number: object) -> None:
    """These have a wrong check digit or are no twelve digits."""
    assert not is_valid_number(number)


@pytest.mark.parametrize("stem", ["90010130080", "00022950096"])
def test_a_stem_without_a_check_digit(stem: str) -> None:
    """Where the second round gives ten as well there is no such number."""
    assert check_digit(stem) is None


def test_the_day_belongs_to_almaty() -> None:
    """Almaty was six hours ahead before 1 March 2024 and is five ahead since."""
    assert day_of(parse_instant("2024-02-28T18:00:00+00:00")) == date(2024, 2, 29)
    assert day_of(parse_instant("2026-03-10T18:59:59+00:00")) == date(2026, 3, 10)
    assert start_of(date(2026, 3, 11)) == parse_instant("2026-03-10T19:00:00Z")
    assert start_of(date(2024, 3, 1)) == parse_instant("2024-02-29T19:00:00Z")


def test_a_year_after_29_february() -> None:
    """One year ahead of 29 February is 28 February."""
    assert one_year_after(date(2028, 2, 29)) == date(2029, 2, 28)


def test_the_almanac_agrees_with_the_published_holidays() -> None:
    """The working days of 2024 to 2026 are those of the public calendar."""
    calendar = holidays.country_holidays("KZ", years=[2024, 2025, 2026])
    days = [date(2024, 1, 1) + timedelta(days=number) for number in range(3 * 365 + 1)]
    assert [d for d in days if is_working_day(d) != calendar.is_working_day(d)] == []
