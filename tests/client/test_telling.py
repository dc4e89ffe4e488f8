"""Reports and contributions: from lines of JSON to dataclasses, and on to the contract."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict, Parse

from osms.matching.v1 import contribution_service_pb2 as contribution_pb
from osms.matching.v1 import report_pb2
from osms.matching.v1 import source_service_pb2 as source_pb
from osms_client import (
    Contribution,
    ContributionRefunded,
    Report,
    ReportWithdrawn,
    Unreadable,
    contribution_from_json,
    report_from_json,
)
from osms_client._told import CONTENTS, snake
from osms_client.reports import (
    Childhood,
    Death,
    FamilyCardLevel,
    FatherApplication,
    Guardianship,
    Leave,
    Marriage,
    Parentage,
    ReportContent,
    Sentence,
)
from osms_client.telling import contribution_record, report_record
from osms_client.values import Days
from tests.people import AIGUL, DAULET, TIMUR

START = {"year": 2026, "month": 3, "day": 1}
END = {"year": 2026, "month": 9, "day": 5}
DAYS = {"startDate": START, "endDate": END}
SPAN = Days(date(2026, 3, 1), date(2026, 9, 5))
OPEN = Days(date(2026, 3, 1), None)

CONTRIBUTION: dict[str, Any] = {
    "reference": "7/1",
    "iin": AIGUL,
    "kind": "CONTRIBUTION_KIND_SOCIAL_DEDUCTION",
    "period": {"year": 2026, "month": 2},
    "paidDate": START,
    "amount": {"currencyCode": "KZT", "units": "12000", "nanos": 500_000_000},
}
REFUND: dict[str, Any] = {
    **{name: value for name, value in CONTRIBUTION.items() if name != "paidDate"},
    "refundReference": "V7/1",
    "refundedDate": END,
}

REPORTS: list[tuple[dict[str, Any], ReportContent]] = [
    ({"childhood": {"iin": AIGUL, "days": {"startDate": START}}}, Childhood(AIGUL, OPEN)),
    (
        {"leave": {"iin": AIGUL, "days": DAYS, "kind": "LEAVE_KIND_CHILD_CARE"}},
        Leave(AIGUL, SPAN, "CHILD_CARE"),
    ),
    (
        {"sentence": {"iin": AIGUL, "days": DAYS, "minimumSecurity": True}},
        Sentence(AIGUL, SPAN, minimum_security=True),
    ),
    ({"sentence": {"iin": AIGUL, "days": DAYS}}, Sentence(AIGUL, SPAN)),
    (
        {"familyCardLevel": {"iin": AIGUL, "days": DAYS, "level": "WELLBEING_LEVEL_E"}},
        FamilyCardLevel(AIGUL, SPAN, "E"),
    ),
    (
        {"parentage": {"childIin": TIMUR, "birthDate": START, "motherIin": AIGUL, "days": DAYS}},
        Parentage(TIMUR, date(2026, 3, 1), AIGUL, "", SPAN),
    ),
    (
        {
            "guardianship": {
                "childIin": TIMUR,
                "birthDate": END,
                "guardianIin": AIGUL,
                "days": DAYS,
            }
        },
        Guardianship(TIMUR, date(2026, 9, 5), AIGUL, SPAN),
    ),
    (
        {"marriage": {"husbandIin": DAULET, "wifeIin": AIGUL, "days": DAYS}},
        Marriage(DAULET, AIGUL, SPAN),
    ),
    ({"death": {"iin": AIGUL, "deathDate": END}}, Death(AIGUL, date(2026, 9, 5))),
    (
        {"fatherApplication": {"iin": DAULET, "childIin": TIMUR, "days": DAYS}},
        FatherApplication(DAULET, TIMUR, SPAN),
    ),
]


def line_of(report: dict[str, Any]) -> str:
    """A report as a line."""
    return json.dumps({"report": {"recordId": "17/4", **report}})


def test_every_kind_of_the_contract_has_a_dataclass() -> None:
    """Those of `Report`, each by the name of its message, and none besides."""
    fields = report_pb2.Report.DESCRIPTOR.oneofs_by_name["content"].fields
    assert {(field.name, getattr(field.message_type, "name", "")) for field in fields} == {
        (name, shape.ours.__name__) for name, shape in CONTENTS.items()
    }
    kinds = {name.removeprefix("REPORT_KIND_") for name in source_pb.ReportKind.keys()}  # noqa: SIM118
    assert kinds - {"UNSPECIFIED"} == {name.upper() for name in CONTENTS}


@pytest.mark.parametrize("name", CONTENTS)
def test_every_field_of_the_contract_has_its_own(name: str) -> None:
    """No kind leaves a field of its message out."""
    shape = CONTENTS[name]
    told = {field.name for field in shape.theirs.DESCRIPTOR.fields}
    assert told == {part.theirs for part in shape.parts}
    assert {part.ours for part in shape.parts} == set(shape.ours.__dataclass_fields__)
    assert snake(shape.ours.__name__) == name


@pytest.mark.parametrize(("told", "content"), REPORTS, ids=lambda each: str(each)[:24])
def test_a_report_is_what_its_line_says(told: dict[str, Any], content: ReportContent) -> None:
    """Dates, stretches and words without their prefix; and the message has them again."""
    line = line_of(told)
    message = report_from_json(line)
    assert message == Report("17/4", content)
    assert report_record(message) == Parse(line, source_pb.ReportRecord())


def test_names_of_fields_are_known_in_either_spelling() -> None:
    """As the contract writes them, and as its JSON does."""
    line = json.dumps(
        {
            "report": {
                "record_id": "17/4",
                "family_card_level": {
                    "iin": AIGUL,
                    "days": {"start_date": START},
                    "level": "WELLBEING_LEVEL_D",
                },
            }
        }
    )
    assert report_from_json(line) == Report("17/4", FamilyCardLevel(AIGUL, OPEN, "D"))


def test_a_withdrawal_names_what_it_takes_back() -> None:
    """By the system's number, and by what it was reported as."""
    told = {"withdrawal": {"recordId": "17/4", "kind": "REPORT_KIND_FATHER_APPLICATION"}}
    message = report_from_json(json.dumps(told))
    assert message == ReportWithdrawn("17/4", FatherApplication)
    assert MessageToDict(report_record(message)) == told


def test_what_the_service_has_to_judge_is_left_to_it() -> None:
    """A number that is not there, and one of a person that cannot be."""
    line = json.dumps({"report": {"death": {"iin": "12", "deathDate": END}}})
    message = report_from_json(line)
    assert message == Report("", Death("12", date(2026, 9, 5)))


def test_a_contribution_is_what_its_line_says() -> None:
    """The month as its first day, the amount with its decimals."""
    line = json.dumps({"contribution": CONTRIBUTION})
    message = contribution_from_json(line)
    assert message == Contribution(
        "7/1",
        AIGUL,
        "SOCIAL_DEDUCTION",
        date(2026, 2, 1),
        date(2026, 3, 1),
        Decimal("12000.5"),
    )
    assert contribution_record(message) == Parse(line, contribution_pb.ContributionRecord())


def test_a_refund_is_what_its_line_says() -> None:
    """It names a line, and has a reference of its own."""
    line = json.dumps({"refund": REFUND})
    message = contribution_from_json(line)
    assert isinstance(message, ContributionRefunded)
    assert (message.refund_reference, message.refunded_on) == ("V7/1", date(2026, 9, 5))
    assert contribution_record(message) == Parse(line, contribution_pb.ContributionRecord())


def test_a_whole_number_may_be_text_or_a_number() -> None:
    """Protobuf writes large numbers as text, and reads both."""
    amount = {"currencyCode": "KZT", "units": 7}
    line = json.dumps({"contribution": CONTRIBUTION | {"amount": amount}})
    message = contribution_from_json(line)
    assert isinstance(message, Contribution)
    assert message.amount == Decimal(7)


FAULTS = [
    ("{", "line", "not JSON"),
    ("[]", "line", "not a JSON object"),
    ("{}", "line", "has 0 fields"),
    ('{"report": {}, "withdrawal": {}}', "line", "has 2 fields"),
    ('{"category": {}}', "category", "no such message"),
    ('{"report": 7}', "report", "not a JSON object"),
    ('{"report": {"recordId": "1"}}', "report", "has 0 fields"),
    ('{"report": {"recordId": 1, "death": {}}}', "report.record_id", "is not text"),
    ('{"report": {"recordId": "1", "birth": {}}}', "report.birth", "no such kind"),
    ('{"report": {"recordId": "1", "death": []}}', "report.death", "not a JSON object"),
    (line_of({"childhood": {"iin": AIGUL}}), "report.childhood.days", "is missing"),
    (
        line_of({"childhood": {"iin": AIGUL, "days": {}}}),
        "report.childhood.days.start_date",
        "is missing",
    ),
    (
        line_of({"childhood": {"iin": 7, "days": DAYS}}),
        "report.childhood.iin",
        "7 is not text",
    ),
    (
        line_of({"pension": {"iin": AIGUL, "days": {"startDate": START | {"day": 32}}}}),
        "report.pension.days.start_date",
        "2026-3-32 is not a day that there is",
    ),
    (
        line_of({"pension": {"iin": AIGUL, "days": {"startDate": START | {"day": True}}}}),
        "report.pension.days.start_date",
        "True is not a whole number",
    ),
    (
        line_of({"pension": {"iin": AIGUL, "days": DAYS, "kind": "OLD"}}),
        "report.pension.kind",
        "there is no such field",
    ),
    (
        line_of({"leave": {"iin": AIGUL, "days": DAYS, "kind": "LEAVE_KIND_UNSPECIFIED"}}),
        "report.leave.kind",
        "is not one of LEAVE_KIND_CHILDBIRTH, LEAVE_KIND_ADOPTION, LEAVE_KIND_CHILD_CARE",
    ),
    (
        line_of({"sentence": {"iin": AIGUL, "days": DAYS, "minimumSecurity": "yes"}}),
        "report.sentence.minimum_security",
        "neither true nor false",
    ),
    (
        '{"withdrawal": {"recordId": "1", "kind": "REPORT_KIND_BIRTH"}}',
        "withdrawal.kind",
        "is no kind of report",
    ),
    (
        '{"withdrawal": {"recordId": "1", "kind": "REPORT_KIND_DEATH", "iin": ""}}',
        "withdrawal.iin",
        "there is no such field",
    ),
]


@pytest.mark.parametrize(("line", "field", "description"), FAULTS)
def test_a_line_that_is_no_report_says_why(line: str, field: str, description: str) -> None:
    """It stays as it stands, with the field that cannot be read; the contract takes it so."""
    message = report_from_json(line)
    assert isinstance(message, Unreadable)
    assert message.content == line
    (violation,) = message.violations
    assert (violation.field, violation.reason) == (field, "UNREADABLE")
    assert description in violation.description
    record = report_record(message)
    assert record.unreadable.content == line
    assert record.unreadable.violations[0].field == field


@pytest.mark.parametrize(
    ("changed", "field", "description"),
    [
        ({"amount": {"units": "1"}}, "amount.currency_code", "None is not KZT"),
        ({"amount": {"currencyCode": "USD", "units": "1"}}, "amount.currency_code", "not KZT"),
        ({"amount": {"currencyCode": "KZT", "units": "1.5"}}, "amount.units", "whole number"),
        ({"amount": {"currencyCode": "KZT", "nanos": 10**9}}, "amount.nanos", "one tenge"),
        ({"period": START}, "period.day", "a month has no day"),
        ({"period": {"year": 2026}}, "period", "2026-0-1 is not a day"),
        ({"paidDate": None}, "paid_date", "is missing"),
        ({"kind": "MPC"}, "kind", "is not one of CONTRIBUTION_KIND_PENSION_CONTRIBUTION"),
    ],
)
def test_a_line_that_is_no_contribution_says_why(
    changed: dict[str, Any], field: str, description: str
) -> None:
    """As of reports."""
    line = json.dumps({"contribution": CONTRIBUTION | changed})
    message = contribution_from_json(line)
    assert isinstance(message, Unreadable)
    (violation,) = message.violations
    assert violation.field == f"contribution.{field}"
    assert description in violation.description
    assert contribution_record(message).unreadable.content == line


def test_a_message_of_another_feed_is_no_contribution() -> None:
    """A report in the feed of contributions is sent as it stands."""
    message = contribution_from_json(line_of(REPORTS[0][0]))
    assert isinstance(message, Unreadable)
    assert message.violations[0].field == "report"
