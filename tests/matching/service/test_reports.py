"""What source systems report: taken, replaced, withdrawn, or rejected line by line."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import grpc
import pytest
from google.protobuf.json_format import ParseDict

from osms.entitlement.v1 import feed_pb2
from osms.matching.v1 import source_service_pb2 as pb
from osms.matching.v1 import source_service_pb2_grpc as pb_grpc
from osms_client import NotAllowed, OsmsError, Unreadable
from osms_client import reports as told
from osms_common.domain.codes import SOURCE_SYSTEMS, System
from osms_matching.bootstrap import Parts
from osms_matching.rpc.reports import SHAPES
from osms_matching.rules.acceptance import REPORTERS
from tests.matching.service.conftest import NAMES, CallerOf, ChannelOf
from tests.matching.service.telling import on, outcomes, push, reasons
from tests.people import NOBODY, people
from tests.rpc.streams import OpenStream

MOTHER, FATHER, CHILD = people(3)
OTHER: Final = people(1, after=3)[0]

EVERY_KIND: Final[tuple[told.ReportContent, ...]] = (
    told.Childhood(CHILD, on()),
    told.Pregnancy(MOTHER, on()),
    told.Leave(MOTHER, on(), "CHILD_CARE"),
    told.DisabledChildAllowance(MOTHER, on()),
    told.GroupOneCareAllowance(MOTHER, on()),
    told.Pension(MOTHER, on()),
    told.Sentence(FATHER, on(), minimum_security=True),
    told.Detention(FATHER, on(), "HOUSE_ARREST"),
    told.KandasStatus(FATHER, on()),
    told.MotherAward(MOTHER, on()),
    told.Disability(MOTHER, on()),
    told.FullTimeStudy(MOTHER, on()),
    told.TargetedAssistance(MOTHER, on()),
    told.UnemployedRegistration(MOTHER, on()),
    told.Placement(MOTHER, on(), "ON_THE_JOB_TRAINING"),
    told.FamilyCardLevel(MOTHER, on(), "E"),
    told.TreatyStay(FATHER, on()),
    told.ResidenceStatus(FATHER, on(), "TEMPORARY_STAY"),
    told.Parentage(CHILD, date(2025, 3, 1), MOTHER, FATHER, on("2025-03-01")),
    told.Guardianship(CHILD, date(2025, 3, 1), OTHER, on("2025-03-01")),
    told.Marriage(FATHER, MOTHER, on()),
    told.Death(FATHER, date(2026, 1, 1)),
    told.FatherApplication(FATHER, CHILD, on()),
)
SENDERS: Final = (*SOURCE_SYSTEMS, System.STATE_CORPORATION)


def named(sender: System) -> str:
    """How tests call a sender."""
    return "SC" if sender is System.STATE_CORPORATION else sender.value


def kind_of(content: told.ReportContent) -> str:
    """The kind of a report by its name in the domain."""
    name = type(content).__name__
    return "Application" if name == "FatherApplication" else name


def test_every_kind_of_report_is_tried() -> None:
    """What the table of the contract has, in its order."""
    assert [kind_of(content) for content in EVERY_KIND] == [
        shape.kind.__name__ for shape in SHAPES
    ]


@pytest.mark.parametrize("sender", SENDERS)
def test_a_system_reports_what_is_its_own_and_nothing_else(
    matching: Parts, caller_of: CallerOf, sender: System
) -> None:
    """Each by its own feed; of what another keeps it is told so, and the rest is taken."""
    records = [told.Report(f"N-{at}", content) for at, content in enumerate(EVERY_KIND)]
    ack = push(caller_of(named(sender)), *records)
    reporters = {kind.__name__: systems for kind, systems in REPORTERS.items()}
    expected = [sender in reporters[kind_of(content)] for content in EVERY_KIND]
    assert [outcome == "ACCEPTED" for outcome in outcomes(ack)] == expected
    assert set(reasons(ack).values()) <= {"REPORT_NOT_YOURS"}


def test_the_rules_name_reporters_for_every_kind() -> None:
    """Of every system that sends, something is taken; of every kind, somebody sends it."""
    assert set(REPORTERS) == {shape.kind for shape in SHAPES}
    assert set().union(*REPORTERS.values()) == set(SENDERS)


def test_a_record_told_again_takes_the_place_of_the_one_before(
    matching: Parts, caller_of: CallerOf
) -> None:
    """So a report is ended and corrected; the same again is a duplicate."""
    source = caller_of("MOH")
    first = told.Report("P-1", told.Pregnancy(MOTHER, on("2026-05-01")))
    ended = told.Report("P-1", told.Pregnancy(MOTHER, on("2026-05-01", "2026-06-20")))
    assert outcomes(push(source, first, first, ended, ended)) == [
        "ACCEPTED",
        "DUPLICATE",
        "ACCEPTED",
        "DUPLICATE",
    ]
    assert outcomes(push(source, ended)) == ["DUPLICATE"]
    assert outcomes(push(source, first)) == ["ACCEPTED"]
    assert _decided(caller_of, MOTHER) == {"R02": "GRANTED"}


def test_the_number_of_a_record_is_of_one_kind_of_one_source(
    matching: Parts, caller_of: CallerOf
) -> None:
    """Sources number their registers without asking each other."""
    push(caller_of("MOH"), told.Report("1", told.Pregnancy(MOTHER, on())))
    push(caller_of("MOH"), told.Report("1", told.Leave(MOTHER, on(), "CHILDBIRTH")))
    push(caller_of("MLSPP"), told.Report("1", told.Leave(FATHER, on(), "CHILD_CARE")))
    assert _decided(caller_of, MOTHER) == {"R02": "GRANTED", "R04": "GRANTED"}
    assert _decided(caller_of, FATHER) == {"R04": "GRANTED"}


def test_what_was_reported_in_error_is_withdrawn(matching: Parts, caller_of: CallerOf) -> None:
    """Once; what nobody has reported cannot be withdrawn."""
    source = caller_of("MOH")
    push(source, told.Report("P-1", told.Pregnancy(MOTHER, on())))
    ack = push(
        source,
        told.ReportWithdrawn("P-1", told.Pregnancy),
        told.ReportWithdrawn("P-1", told.Pregnancy),
        told.ReportWithdrawn("P-1", told.Leave),
    )
    assert outcomes(ack) == ["ACCEPTED", "REJECTED", "REJECTED"]
    assert reasons(ack) == {"withdrawal.record_id": "RECORD_UNKNOWN"}
    assert _decided(caller_of, MOTHER) == {}
    assert outcomes(push(source, told.Report("P-1", told.Pregnancy(MOTHER, on())))) == ["ACCEPTED"]


WRONG: Final[dict[str, tuple[str, told.ReportContent, dict[str, str]]]] = {
    "no IIN": ("MOH", told.Pregnancy(NOBODY, on()), {"pregnancy.iin": "IIN_INVALID"}),
    "an end on the day of the start": (
        "MOH",
        told.Pregnancy(MOTHER, on("2026-05-01", "2026-05-01")),
        {"pregnancy.days.end_date": "ENDS_BEFORE_START"},
    ),
    "before 1900": (
        "MLSPP",
        told.Pension(MOTHER, on("1899-12-31")),
        {"pension.days.start_date": "DATE_TOO_EARLY"},
    ),
    "years ahead": (
        "MLSPP",
        told.Pension(MOTHER, on("2030-01-01")),
        {"pension.days.start_date": "DATE_TOO_LATE"},
    ),
    "a birth to come": (
        "MOJ",
        told.Parentage(CHILD, date(2026, 7, 2), MOTHER, FATHER, on()),
        {"parentage.birth_date": "DATE_IN_FUTURE"},
    ),
    "a death to come": (
        "MOJ",
        told.Death(FATHER, date(2026, 7, 2)),
        {"death.death_date": "DATE_IN_FUTURE"},
    ),
    "nobody's child": (
        "MOJ",
        told.Parentage(CHILD, date(2025, 3, 1), "", "", on()),
        {"parentage.mother_iin": "PARENT_MISSING"},
    ),
    "married to oneself": (
        "MOJ",
        told.Marriage(MOTHER, MOTHER, on()),
        {"marriage.wife_iin": "SAME_PERSON"},
    ),
    "one's own mother": (
        "MOJ",
        told.Parentage(CHILD, date(2025, 3, 1), CHILD, FATHER, on()),
        {"parentage.mother_iin": "SAME_PERSON"},
    ),
    "one's own guardian": (
        "MOE",
        told.Guardianship(CHILD, date(2025, 3, 1), CHILD, on()),
        {"guardianship.guardian_iin": "SAME_PERSON"},
    ),
    "everything at once": (
        "MOH",
        told.Marriage(NOBODY, MOTHER, on("2026-05-01", "2026-04-01")),
        {"marriage": "REPORT_NOT_YOURS", "marriage.husband_iin": "IIN_INVALID"},
    ),
}


@pytest.mark.parametrize(("sender", "content", "expected"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told_by_field(
    matching: Parts,
    caller_of: CallerOf,
    sender: str,
    content: told.ReportContent,
    expected: dict[str, str],
) -> None:
    """The line is rejected alone, and those beside it are taken."""
    right = [
        told.Report(f"R-{at}", each)
        for at, each in enumerate(EVERY_KIND)
        if sender in REPORTERS[SHAPES[at].kind]
    ]
    ack = push(caller_of(sender), right[0], told.Report("WRONG", content), *right[1:])
    assert reasons(ack) == {f"report.{field}": reason for field, reason in expected.items()}
    assert (ack.accepted, ack.rejected) == (len(right), 1)


LAST_RIGHT: Final = {
    "today's birth": ("MOJ", told.Parentage(CHILD, date(2026, 7, 1), MOTHER, "", on())),
    "today's death": ("MOJ", told.Death(FATHER, date(2026, 7, 1))),
    "since 1900": ("MLSPP", told.Pension(MOTHER, on("1900-01-01"))),
    "three years ahead": ("MLSPP", told.Pension(MOTHER, on("2029-12-31"))),
    "one day": ("MOH", told.Pregnancy(MOTHER, on("2026-05-01", "2026-05-02"))),
}


@pytest.mark.parametrize(("sender", "content"), LAST_RIGHT.values(), ids=LAST_RIGHT)
def test_the_last_that_is_right_is_taken(
    matching: Parts, caller_of: CallerOf, sender: str, content: told.ReportContent
) -> None:
    """The other side of every limit."""
    assert outcomes(push(caller_of(sender), told.Report("1", content))) == ["ACCEPTED"]


def test_a_number_is_needed_and_may_have_64_characters(
    matching: Parts, caller_of: CallerOf
) -> None:
    """It is kept with the report."""
    content = told.Pregnancy(MOTHER, on())
    longest, longer = "9" * 64, "9" * 65
    unstorable = "a\x00b"
    ack = push(
        caller_of("MOH"),
        *(told.Report(record_id, content) for record_id in ("", " ", longer, unstorable, longest)),
    )
    assert outcomes(ack) == ["REJECTED"] * 4 + ["ACCEPTED"]
    assert {violation.reason for each in ack.outcomes for violation in each.violations} == {
        "REQUIRED",
        "TEXT_TOO_LONG",
        "TEXT_UNSTORABLE",
    }


def test_rejected_lines_are_kept_for_their_sender(matching: Parts, caller_of: CallerOf) -> None:
    """As they were sent, newest first; of another's, nobody is told that there are any."""
    source = caller_of("MOH")
    wrong = told.Report("P-1", told.Pregnancy(NOBODY, on()))
    push(source, wrong, Unreadable('{"pregnancy": '))
    unread, line = source.rejected_lines()
    assert (line.sender, line.position, unread.position) == ("MOH", 1, 2)
    assert [each.reason for each in line.violations] == ["IIN_INVALID"]
    assert line.line["report"]["recordId"] == "P-1"
    assert line.line["report"]["pregnancy"]["iin"] == NOBODY
    assert list(caller_of("MOJ").rejected_lines()) == []
    assert list(caller_of("MOJ").rejected_lines(sender="MOH")) == []
    assert list(caller_of("operator").rejected_lines(sender="MOH")) == [unread, line]
    assert list(caller_of("operator").rejected_lines()) == [unread, line]
    with pytest.raises(NotAllowed):
        list(caller_of("auditor").rejected_lines())


def test_what_is_only_tried_is_judged_and_not_kept(matching: Parts, caller_of: CallerOf) -> None:
    """Each batch after those before it, also what was only tried."""
    source = caller_of("MOH")
    record = told.Report("P-1", told.Pregnancy(MOTHER, on()))
    with source.reports_feed(validate_only=True) as feed:
        acks = list(
            feed.send([record, record, told.ReportWithdrawn("P-1", told.Pregnancy)], batch_size=1)
        )
    assert [outcomes(ack) for ack in acks] == [["ACCEPTED"], ["DUPLICATE"], ["ACCEPTED"]]
    assert source.report_position() == 1
    assert list(source.rejected_lines()) == []
    assert outcomes(push(source, record)) == ["ACCEPTED"]


def test_no_more_is_tried_than_a_setting_allows(matching: Parts, caller_of: CallerOf) -> None:
    """What was tried lies in memory."""
    source = caller_of("MOH")
    records = [told.Report(f"P-{at}", told.Pregnancy(MOTHER, on())) for at in range(21)]
    with source.reports_feed(validate_only=True) as feed, pytest.raises(OsmsError) as refused:
        list(feed.send(records))
    assert refused.value.reason == "LIMIT_EXCEEDED"


def test_a_feed_goes_on_by_position(matching: Parts, caller_of: CallerOf) -> None:
    """What came before is not taken twice; feeds of sources do not know each other."""
    source = caller_of("MOH")
    push(source, told.Report("P-1", told.Pregnancy(MOTHER, on())))
    assert (source.report_position(), caller_of("MOJ").report_position()) == (2, 1)
    assert push(source, told.Report("P-2", told.Pregnancy(FATHER, on()))).next_position == 3


def test_a_newer_connection_takes_over(matching: Parts, matching_channel_of: ChannelOf) -> None:
    """The older one is told when it sends again, and nothing of that is kept."""
    stub = pb_grpc.SourceServiceStub(matching_channel_of(NAMES["MOH"]))
    opening = pb.PushReportsRequest(opening=feed_pb2.FeedOpening())
    batch = pb.PushReportsRequest(batch=pb.ReportBatch(first_position=1, records=[_record()]))
    with OpenStream(stub.PushReports) as older, OpenStream(stub.PushReports) as newer:
        for stream in (older, newer):
            stream.send(opening)
            assert stream.receive().ready.next_position == 1
        older.send(batch)
        assert older.error().code is grpc.StatusCode.ABORTED
        newer.send(batch)
        assert newer.receive().ack.accepted_count == 1


def test_a_gap_is_told(matching: Parts, matching_channel_of: ChannelOf) -> None:
    """Nothing is lost between what was sent and what is sent now."""
    stub = pb_grpc.SourceServiceStub(matching_channel_of(NAMES["MOH"]))
    with OpenStream(stub.PushReports) as stream:
        stream.send(
            pb.PushReportsRequest(opening=feed_pb2.FeedOpening()),
            pb.PushReportsRequest(batch=pb.ReportBatch(first_position=2, records=[_record()])),
        )
        stream.receive()
        assert stream.error().code is grpc.StatusCode.OUT_OF_RANGE


@pytest.mark.parametrize("name", ["source/NOBODY", "source/DEFENCE"])
def test_a_source_that_the_rules_do_not_name_sends_nothing(
    matching: Parts, matching_channel_of: ChannelOf, name: str
) -> None:
    """Whatever its certificate says."""
    stub = pb_grpc.SourceServiceStub(matching_channel_of(name))
    with OpenStream(stub.PushReports) as stream:
        stream.send(pb.PushReportsRequest(opening=feed_pb2.FeedOpening()))
        assert stream.error().code is grpc.StatusCode.UNAUTHENTICATED


def test_values_that_the_contract_does_not_know_are_told(
    matching: Parts, matching_channel_of: ChannelOf
) -> None:
    """A later contract may have more of them; they are not taken for something else."""
    wrong = [
        *(_of("leave", kind=number) for number in (0, 9)),
        *(_parsed({"withdrawal": {"record_id": "1", "kind": kind}}) for kind in (0, 99)),
        _parsed({"report": {"record_id": "1"}}),
        pb.ReportRecord(),
    ]
    stub = pb_grpc.SourceServiceStub(matching_channel_of(NAMES["MOH"]))
    with OpenStream(stub.PushReports) as stream:
        stream.send(
            pb.PushReportsRequest(opening=feed_pb2.FeedOpening()),
            pb.PushReportsRequest(batch=pb.ReportBatch(first_position=1, records=wrong)),
        )
        stream.receive()
        ack = stream.receive().ack
    found = [
        (violation.field, violation.reason)
        for outcome in ack.outcomes
        for violation in outcome.violations
    ]
    assert found == [
        ("report.leave.kind", "REQUIRED"),
        ("report.leave.kind", "CODE_UNKNOWN"),
        ("withdrawal.kind", "REQUIRED"),
        ("withdrawal.kind", "CODE_UNKNOWN"),
        ("report.content", "REQUIRED"),
        ("content", "REQUIRED"),
    ]


def _record() -> pb.ReportRecord:
    return _of("pregnancy")


def _of(content: str, **fields: object) -> pb.ReportRecord:
    days = {"start_date": {"year": 2026, "month": 5, "day": 1}}
    told_of = {"iin": MOTHER, "days": days, **fields}
    return _parsed({"report": {"record_id": "1", content: told_of}})


def _parsed(record: dict[str, Any]) -> pb.ReportRecord:
    return ParseDict(record, pb.ReportRecord())


def _decided(caller_of: CallerOf, iin: str) -> dict[str, str]:
    """What becomes of the categories that a person holds or is granted on the day."""
    explained = caller_of("operator").explain(iin)
    return {
        each.category: each.outcome
        for each in explained.decisions
        if each.outcome in {"GRANTED", "KEPT"}
    }
