"""Running scenarios: what passes, what fails, what is open, and how it is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
import pytest

from osms_cli.scenario.case import Case
from osms_cli.scenario.delivery import Actors
from osms_cli.scenario.running import Verdict, run_case
from osms_client import NamedCaller
from tests.cli.conftest import ANNA, Osms

CaseFile = Callable[..., Path]

ASSIGNED = {
    "id": "e1",
    "recorded_at": "2026-01-05T10:00:00+05:00",
    "type": "category_assigned",
    "sender": "SC",
    "payload": {
        "seq": 1,
        "iin": ANNA,
        "category": "R01",
        "assigned_on": "2026-01-01",
        "source": "MOE",
    },
}
ASKED = {"iin": ANNA, "on": "2026-02-01", "now": "2026-02-01T12:00:00+05:00"}


def case(name: str, *, status: str = "ENTITLED", **more: object) -> dict[str, Any]:
    """A case of one event and one question, which expects a status."""
    return {
        "name": name,
        "why": "the category was assigned in January",
        "events": [ASSIGNED],
        "queries": [{**ASKED, "expect": {"status": status}}],
        **more,
    }


@pytest.fixture
def cases(tmp_path: Path) -> CaseFile:
    """Writes a file of cases."""

    def write(*bodies: dict[str, Any], name: str = "cases.json") -> Path:
        file = tmp_path / name
        file.write_text(json.dumps(bodies), encoding="utf-8")
        return file

    return write


def last_line(text: str) -> str:
    """The last line of what was written."""
    return text.splitlines()[-1]


def test_what_passes_is_counted(osms: Osms, cases: CaseFile) -> None:
    """A run in which all is as expected ends with 0, and with one line of counts."""
    ran = osms("scenario", "run", cases(case("one"), case("two")))
    assert ran.status == 0
    assert ran.out == "2 cases, 2 passed, 0 failed, 0 open, 0 skipped\n"


def test_what_fails_is_shown(osms: Osms, cases: CaseFile) -> None:
    """A mismatch is shown with its case, file, reason, question, and both answers."""
    file = cases(case("a wish", status="NOT_ENTITLED"))
    ran = osms("scenario", "run", file)
    assert ran.status == 1
    assert ran.out.splitlines() == [
        "FAILED a wish",
        f"  file      {file}",
        "  why       the category was assigned in January",
        f"  query 1: {ANNA} on 2026-02-01: status",
        "    expected  NOT_ENTITLED",
        "    got       ENTITLED",
        "",
        "1 cases, 0 passed, 1 failed, 0 open, 0 skipped",
    ]


def test_an_event_that_comes_to_something_else_fails(osms: Osms, cases: CaseFile) -> None:
    """The outcome of an event is compared, and the reason shown beside it."""
    wrong = {**ASSIGNED, "payload": {**ASSIGNED["payload"], "source": "MOH"}}  # type: ignore[dict-item]
    ran = osms("scenario", "run", cases(case("a stranger's word", events=[wrong], queries=[])))
    assert ran.status == 1
    assert "event e1: outcome" in ran.out
    assert "expected  ACCEPTED" in ran.out
    assert "got       REJECTED: " in ran.out


def test_what_is_open_fails_nothing(osms: Osms, cases: CaseFile) -> None:
    """A case under discussion is reported apart, and the run passes."""
    bodies = case("a dispute", status="NOT_ENTITLED", open=True), case("agreed", contested=True)
    ran = osms("scenario", "run", cases(*bodies, case("plain")))
    assert ran.status == 0
    assert "OPEN a dispute" in ran.out
    assert "OPEN agreed: as expected" in ran.out
    assert last_line(ran.out) == "3 cases, 1 passed, 0 failed, 2 open, 0 skipped"


def test_matchings_are_counted_and_not_run(osms: Osms, cases: CaseFile) -> None:
    """A case of matchings alone is skipped."""
    body = {"name": "couples", "matchings": [{}, {}]}
    ran = osms("scenario", "run", cases(body))
    assert ran.status == 0
    assert "2 matchings not run" in ran.out
    assert last_line(ran.out) == "1 cases, 0 passed, 0 failed, 0 open, 1 skipped"


def test_a_broken_case_stops_no_other(osms: Osms, cases: CaseFile) -> None:
    """A case that tells no life fails alone."""
    broken = case("no instant", queries=[{"iin": ANNA}])
    unheard = case("unheard of", events=[{**ASSIGNED, "type": "miracle"}], queries=[])
    ran = osms("scenario", "run", cases(broken, unheard, case("plain")))
    assert ran.status == 1
    assert "FAILED no instant" in ran.out
    assert last_line(ran.out) == "3 cases, 1 passed, 2 failed, 0 open, 0 skipped"


def test_a_file_of_no_cases_is_refused(osms: Osms, tmp_path: Path) -> None:
    """A file that is no list of cases is called wrongly."""
    file = tmp_path / "x.json"
    file.write_text("3")
    ran = osms("scenario", "run", file)
    assert ran.status == 2
    assert f"{file}: not a list of cases" in ran.err


def test_only_some_cases_are_run(osms: Osms, cases: CaseFile) -> None:
    """A case is chosen by its name, or by a part of it where none has it in full."""
    file = cases(case("one"), case("one more"), case("another"))
    exactly = osms("scenario", "run", file, "--only", "one")
    assert last_line(exactly.out).startswith("1 cases")
    partly = osms("scenario", "run", file, "--only", "ONE M", "--only", "another")
    assert last_line(partly.out).startswith("2 cases")
    assert osms("scenario", "run", file, "--only", "nothing").status == 2


def test_a_folder_of_files_is_run(osms: Osms, cases: CaseFile) -> None:
    """A folder stands for the files in it."""
    folder = cases(case("one"), name="a.json").parent
    cases(case("two"), name="b.json")
    assert last_line(osms("scenario", "run", folder).out).startswith("2 cases, 2 passed")


def test_a_run_as_json(osms: Osms, cases: CaseFile) -> None:
    """For machines a run is one document; the counts also stand on standard error."""
    ran = osms("scenario", "run", cases(case("a wish", status="NOT_ENTITLED")), "--json")
    assert ran.status == 1
    assert ran.json["summary"]["failed"] == 1
    [told] = ran.json["cases"]
    assert told["verdict"] == "failed"
    [mismatch] = told["mismatches"]
    assert (mismatch["key"], mismatch["expected"], mismatch["got"]) == (
        "status",
        "NOT_ENTITLED",
        "ENTITLED",
    )
    assert last_line(ran.err) == "1 cases, 0 passed, 1 failed, 0 open, 0 skipped"


def test_a_case_can_be_run_alone(grpc_server: grpc.Server, grpc_addr: str) -> None:
    """A case is run by a function too, for whoever holds a service against cases."""
    actors = Actors(grpc_addr, NamedCaller)
    result = run_case(Case("nowhere", case("one")), actors)
    actors.close()
    assert result.verdict is Verdict.PASSED


@pytest.mark.long
def test_without_an_address_a_server_is_started(
    bare: Osms, cases: CaseFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A throwaway server is started, and neither OSMS_ADDRESS nor OSMS_DSN is touched."""
    monkeypatch.setenv("OSMS_ADDRESS", "127.0.0.1:1")
    monkeypatch.setenv("OSMS_DSN", "postgresql://nobody@127.0.0.1:1/nothing")
    ran = bare("scenario", "run", cases(case("one")))
    assert ran.status == 0
    assert "OSMS_ADDRESS is left alone" in ran.err
    assert last_line(ran.out) == "1 cases, 1 passed, 0 failed, 0 open, 0 skipped"
