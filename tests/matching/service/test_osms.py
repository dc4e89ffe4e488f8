"""The command `osms` before the matching: files of sources, runs, decisions, and why."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest

from osms_client import reports as told
from osms_matching.bootstrap import Parts
from osms_matching.domain.dated import since_order
from osms_matching.rules.guards import Guard
from tests.cli.conftest import Osms
from tests.matching.service.conftest import NAMES, CallerOf, Served
from tests.matching.service.telling import on, paid, pay, pregnancies, push
from tests.people import people

WOMEN: Final = people(6)
WOMAN: Final = WOMEN[0]
WRONG: Final = "900101300018"
NO_RUN: Final = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def guard() -> Guard:
    """A guard that a handful of people can trip: more than two, and more than half."""
    return Guard(since_order("r.guards", 2), since_order("r.guards", Decimal("0.5")))


@pytest.fixture
def osms(
    matching: Parts,
    served: Served,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Osms:
    """The command, speaking to the server of this module."""
    for name in ("ADDRESS", "CALLER", "CERTIFICATES", "PLAINTEXT", "TIMEOUT", "LANGUAGE"):
        monkeypatch.delenv(f"OSMS_{name}", raising=False)
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setenv("NO_COLOR", "1")
    command = Osms(capsys, monkeypatch)
    command.before = ["--address", served.address, "--plaintext"]
    return command


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes a file of lines: messages as JSON, or texts as they are."""

    def write_lines(*lines: dict[str, Any] | str) -> Path:
        file = tmp_path / "lines.ndjson"
        texts = (line if isinstance(line, str) else json.dumps(line) for line in lines)
        file.write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")
        return file

    return write_lines


def pregnancy(number: int, iin: str = WOMAN, **days: object) -> dict[str, Any]:
    """A report as a line."""
    start = {"year": 2026, "month": 6, "day": 1}
    content = {"iin": iin, "days": {"startDate": start, **days}}
    return {"report": {"recordId": f"PREG-{number}", "pregnancy": content}}


def contribution(reference: str = "PAY-1", *, units: str = "8500") -> dict[str, Any]:
    """A contribution as a line."""
    line = {
        "reference": reference,
        "iin": WOMAN,
        "kind": "CONTRIBUTION_KIND_PENSION_CONTRIBUTION",
        "period": {"year": 2026, "month": 5},
        "paidDate": {"year": 2026, "month": 6, "day": 10},
        "amount": {"currencyCode": "KZT", "units": units},
    }
    return {"contribution": line}


def as_caller(name: str) -> tuple[str, str]:
    """The option that says who calls."""
    return "--as", NAMES[name]


# Pushing.


def test_a_file_of_reports_is_pushed(osms: Osms, write: Callable[..., Path]) -> None:
    """Bad lines are counted by reason, and stop nothing; a file that is finished is left alone."""
    file = write(pregnancy(1), "{", pregnancy(2, WRONG), "", pregnancy(3, WOMEN[1]), pregnancy(1))
    ran = osms("push", "reports", *as_caller("MOH"), file)
    assert ran.status == 0, ran.err
    assert "5 lines" in ran.out
    for told_line in ("accepted", "stored", "known before", "kept, with what is wrong with them"):
        assert told_line in ran.out
    assert "held" not in ran.out
    assert "UNREADABLE" in ran.out
    assert "IIN_INVALID" in ran.out
    assert "line 2" in ran.out
    again = osms("push", "reports", *as_caller("MOH"), file)
    assert "nothing to do" in again.out


def test_the_counts_of_a_push_are_a_document(osms: Osms, write: Callable[..., Path]) -> None:
    """For machines, with positions and reasons; pushed anew, everything is known."""
    file = write(pregnancy(1), "{", pregnancy(2, WOMEN[1]))
    document = osms("push", "reports", *as_caller("MOH"), "--json", file).json
    assert (document["feed"], document["sender"]) == ("REPORT", "source/MOH")
    assert (document["accepted"], document["rejected"], document["next_position"]) == (2, 1, 4)
    assert document["rejected_by_reason"] == {"UNREADABLE": 1}
    anew = osms("push", "reports", *as_caller("MOH"), "--again", "--json", file).json
    assert (anew["duplicate"], anew["rejected"]) == (2, 1)


def test_a_push_that_was_cut_goes_on(
    osms: Osms, write: Callable[..., Path], caller_of: CallerOf
) -> None:
    """From the line after the last that was acknowledged; the position lies beside the file."""
    file = write(*(pregnancy(number, iin) for number, iin in enumerate(WOMEN)))
    osms("push", "reports", *as_caller("MOH"), file)
    position = file.with_name(f"{file.name}.position")
    known = json.loads(position.read_text(encoding="utf-8"))
    position.write_text(
        json.dumps(known | {"acknowledged": 4, "finished": False, "counts": {"accepted": 4}}),
        encoding="utf-8",
    )
    ran = osms("push", "reports", *as_caller("MOH"), "--json", file)
    assert ran.status == 0, ran.err
    assert (ran.json["resumed_at_line"], ran.json["duplicate"], ran.json["accepted"]) == (5, 2, 4)


def test_contributions_are_pushed_and_given_back(osms: Osms, write: Callable[..., Path]) -> None:
    """A refund names the line; more than was paid cannot be given back."""
    line = contribution()["contribution"]
    refund = {name: value for name, value in line.items() if name != "paidDate"} | {
        "refundReference": "BACK-1",
        "refundedDate": {"year": 2026, "month": 6, "day": 20},
    }
    more = refund | {"refundReference": "BACK-2", "amount": {"currencyCode": "KZT", "units": "1"}}
    file = write({"contribution": line}, {"refund": refund}, {"refund": more})
    ran = osms("push", "contributions", *as_caller("SC"), "--json", file)
    assert (ran.json["accepted"], ran.json["rejected"]) == (2, 1)
    assert ran.json["rejected_by_reason"] == {"REFUND_TOO_LARGE": 1}


def test_what_is_only_tried_is_not_stored(
    osms: Osms, write: Callable[..., Path], caller_of: CallerOf
) -> None:
    """Nobody is counted who would gain or lose: that is for a run to say."""
    file = write(pregnancy(1), "{")
    ran = osms("push", "reports", *as_caller("MOH"), "--validate-only", file)
    assert "would be stored" in ran.out
    assert "people would" not in ran.out
    document = osms("push", "reports", *as_caller("MOH"), "--validate-only", "--json", file).json
    assert (document["accepted"], document["rejected"]) == (1, 1)
    assert "gaining" not in document
    assert caller_of("MOH").report_position() == 1


def test_a_job_that_nobody_watches_fails_on_rejected_lines(
    osms: Osms, write: Callable[..., Path]
) -> None:
    """It is told where they are listed."""
    ran = osms("push", "reports", *as_caller("MOH"), "--fail-on-rejected", write("{"))
    assert ran.status == 1
    assert "1 line was rejected" in ran.err
    assert "osms matching rejected lists them" in ran.err


def test_who_reports_must_be_said(osms: Osms, write: Callable[..., Path]) -> None:
    """No system is the usual one."""
    ran = osms("push", "reports", write(pregnancy(1)))
    assert ran.status == 2
    assert "name the system with --as" in ran.err


def test_a_system_sends_nothing_for_another(osms: Osms, write: Callable[..., Path]) -> None:
    """Nor contributions, which are the State Corporation's."""
    ran = osms("push", "reports", *as_caller("MOJ"), "--json", write(pregnancy(1)))
    assert ran.json["rejected_by_reason"] == {"REPORT_NOT_YOURS": 1}
    refused = osms("push", "contributions", *as_caller("MOJ"), write(contribution()))
    assert refused.status == 1
    assert "osms push contributions" in refused.err


@pytest.mark.parametrize(
    "content", [b"\xff\xfe\n", b'{"report": {"recordId": "' + b"x" * 4000 + b'"}}\n']
)
def test_a_line_that_is_no_text_is_sent_as_far_as_it_can_be(
    osms: Osms, tmp_path: Path, content: bytes
) -> None:
    """What is not UTF-8, or too long, is kept with what is wrong with it."""
    file = tmp_path / "lines.ndjson"
    file.write_bytes(content)
    assert osms("push", "reports", *as_caller("MOH"), file).status == 0
    ran = osms("matching", "rejected", *as_caller("MOH"), "--json")
    (line,) = ran.ndjson
    assert line["violations"][0]["reason"] == "UNREADABLE"
    assert 0 < len(line["line"]["unreadable"]["content"]) <= 3000


def test_an_empty_file_says_that_there_is_nothing(osms: Osms, write: Callable[..., Path]) -> None:
    """The feed stays where it is."""
    ran = osms("push", "reports", *as_caller("MOH"), write())
    assert ran.status == 0
    assert "no lines" in ran.out


# Runs.


@pytest.fixture
def stopped(matching: Parts, caller_of: CallerOf, served: Served) -> str:
    """A run that would take R02 from five of six."""
    push(caller_of("MOH"), *pregnancies(WOMEN))
    matching.running.run()
    served.clock.move(served.clock.now() + timedelta(days=1))
    ended = on(until="2026-07-02")
    reports = (
        told.Report(f"PREG-{number}", told.Pregnancy(iin, ended))
        for number, iin in enumerate(WOMEN[:5], 1)
    )
    push(caller_of("MOH"), *reports)
    return str(matching.running.run().run_id)


def test_runs_are_listed(osms: Osms, stopped: str) -> None:
    """The newest first, and those in one state."""
    ran = osms("matching", "runs", *as_caller("operator"))
    assert ran.status == 0, ran.err
    assert [line.split()[2] for line in ran.out.splitlines()[1:]] == ["DAILY", "MONTHLY"]
    found = osms("matching", "runs", *as_caller("operator"), "--state", "STOPPED", "--json").ndjson
    assert [run["run_id"] for run in found] == [stopped]
    none = osms("matching", "runs", *as_caller("operator"), "--state", "SENT")
    assert "there is no run" in none.out


def test_a_run_is_shown(osms: Osms, stopped: str) -> None:
    """What it changes, what stops it, and who is left without a category."""
    ran = osms("matching", "run", *as_caller("operator"), stopped)
    assert "STOPPED" in ran.out
    assert "5 persons left without a category" in ran.out
    assert ran.out.splitlines()[-1].split() == ["R02", "6", "0", "5", "yes"]
    missing = osms("matching", "run", *as_caller("operator"), NO_RUN)
    assert missing.status == 1


def test_decisions_are_listed(osms: Osms, stopped: str) -> None:
    """By person, with reason and paragraph; only those that are asked for."""
    operator = as_caller("operator")
    ran = osms("matching", "decisions", *operator, stopped, "--outcome", "WITHDRAWN")
    rows = [line.split() for line in ran.out.splitlines()[1:]]
    assert len(rows) == 5
    assert {tuple(row[1:6]) for row in rows} == {("R02", "WITHDRAWN", "NOT_LISTED", "MOH", "p25")}
    found = osms("matching", "decisions", *operator, stopped, "--json", "--limit", "2").ndjson
    assert [each["iin"] for each in found] == sorted(WOMEN[:5])[:2]
    none = osms("matching", "decisions", *operator, stopped, "--category", "R05")
    assert "changes nothing of that" in none.out


def test_a_supervisor_releases_a_run(osms: Osms, stopped: str) -> None:
    """Once; it is shown as it is then, with who decided."""
    ran = osms("matching", "release", *as_caller("supervisor"), stopped)
    assert ran.status == 0, ran.err
    assert "FORMED" in ran.out
    assert "labour-supervisor1" in ran.out
    again = osms("matching", "discard", *as_caller("supervisor"), stopped)
    assert again.status == 1


def test_a_supervisor_discards_a_run(osms: Osms, stopped: str) -> None:
    """And nobody else can."""
    refused = osms("matching", "discard", *as_caller("operator"), stopped)
    assert refused.status == 1
    assert "osms matching discard" in refused.err
    ran = osms("matching", "discard", *as_caller("supervisor"), stopped, "--json")
    assert ran.json["state"] == "DISCARDED"


# Why.


def test_a_person_is_explained(osms: Osms, matching: Parts, caller_of: CallerOf) -> None:
    """Each category, with reason, paragraphs and months; first as the next run would decide."""
    push(caller_of("MOH"), *pregnancies([WOMAN]))
    push(caller_of("MLSPP"), told.Report("D-1", told.Disability(WOMAN, on())))
    pay(caller_of("SC"), paid(WOMAN, "2026-06-10"))
    ran = osms("matching", "explain", *as_caller("operator"), WOMAN)
    assert "R02 NOT_GRANTED on 2026-07-01: WORKED" in ran.out
    assert "p26.1" in ran.out
    assert "2026-06 MPC" in ran.out
    assert "R12 GRANTED" in ran.out
    assert "as the next run would decide it" in ran.out
    matching.running.run()
    document = osms(
        "matching", "explain", *as_caller("operator"), WOMAN, "--day", "2026-07-01", "--json"
    ).json
    assert document["run_id"]
    assert [each["category"] for each in document["decisions"]] == ["R02", "R12"]
    unknown = osms("matching", "explain", *as_caller("operator"), WOMEN[1])
    assert unknown.status == 1
    assert f"nothing is known of {WOMEN[1]}" in unknown.err


def test_rejected_lines_are_listed(osms: Osms, caller_of: CallerOf) -> None:
    """Of all senders, or of one, as they were sent."""
    push(caller_of("MOH"), told.Report("P-1", told.Pregnancy(WRONG, on())))
    ran = osms("matching", "rejected", *as_caller("operator"))
    assert "MOH, position 1" in ran.out
    assert "IIN_INVALID" in ran.out
    (line,) = osms("matching", "rejected", *as_caller("MOH"), "--json").ndjson
    assert line["line"]["report"]["pregnancy"]["iin"] == WRONG
    none = osms("matching", "rejected", *as_caller("operator"), "--sender", "MOJ")
    assert "no line was rejected" in none.out


def test_the_usual_place_is_that_of_the_matching(osms: Osms) -> None:
    """Where nobody names another, and the register is at its own."""
    osms.before = ["--plaintext"]
    ran = osms("matching", "runs", "--timeout", "1")
    assert ran.status == 3
    assert "127.0.0.1:50561 cannot be reached" in ran.err
    assert "127.0.0.1:50561 if left out" in osms("push", "contributions", "--help").out
