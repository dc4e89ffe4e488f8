"""Dry runs of files: what a push would do is told, and nothing is stored."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import ANNA, BOLAT, CATEGORY_HEADER, PAYMENT_HEADER, STRANGER, Osms

pytestmark = pytest.mark.usefixtures("empty")

Write = Callable[..., Path]

LINES = (
    f"ASSIGNED,1,{ANNA},R01,2026-01-01,MOE,,,",
    "ASSIGNED,2,900101300018,R01,2026-01-01,MOE,,,",
    "garbage",
    f"ASSIGNED,1,{ANNA},R01,2026-01-01,MOE,,,",
    f"ASSIGNED,3,{BOLAT},R01,2026-01-01,MOE,,,",
)


def test_a_dry_run_tells_what_a_push_would_do(osms: Osms, write: Write) -> None:
    """Counts, faults by line, and how many people would gain or lose days of the right."""
    ran = osms("push", "categories", write("c.csv", CATEGORY_HEADER, *LINES), "--validate-only")
    assert ran.status == 0
    assert "only tried: nothing is stored" in ran.out
    for counted in (
        "accepted             2  would be stored",
        "duplicate            1  known before",
        "rejected             2  would go into the repair queue",
        "held                 0  would wait",
        "gaining              2  people would gain",
        "losing               0  people would lose",
    ):
        assert counted in ran.out
    assert "line 3        assignment.iin:" in ran.out


def test_a_dry_run_stores_nothing_and_touches_no_position(osms: Osms, write: Write) -> None:
    """Neither in the register nor beside the file; the push after it is the first."""
    file = write("c.csv", CATEGORY_HEADER, *LINES)
    tried = osms("push", "categories", file, "--validate-only", "--json").json
    assert not list(file.parent.glob("*.position"))
    assert osms("rejections").out == "the repair queue is empty\n"
    assert osms("check", ANNA, "--json").json["status"] == "NOT_REGISTERED"
    pushed = osms("push", "categories", file, "--json").json
    same = ("lines", "accepted", "duplicate", "rejected", "held", "first_position")
    assert {name: tried[name] for name in same} == {name: pushed[name] for name in same}
    assert tried["rejected_by_reason"] == pushed["rejected_by_reason"]
    assert (tried["validate_only"], tried["gaining"], tried["losing"]) == (True, 2, 0)


def test_a_finished_file_may_be_tried(osms: Osms, write: Write) -> None:
    """From its first line on: everything in it is known by then."""
    file = write("c.csv", CATEGORY_HEADER, LINES[0], LINES[4])
    osms("push", "categories", file)
    before = file.with_name("c.csv.position").read_text()
    tried = osms("push", "categories", file, "--validate-only", "--json").json
    assert (tried["lines"], tried["duplicate"], tried["gaining"]) == (2, 2, 0)
    assert file.with_name("c.csv.position").read_text() == before


def test_several_files_are_tried_together(osms: Osms, write: Write) -> None:
    """Each after those before it, and people are counted over all of them."""
    removal = f"REMOVED,9,{ANNA},R01,2026-01-01,,2026-01-01,MOE,OTHER"
    files = (
        write("a.csv", CATEGORY_HEADER, LINES[0], LINES[4]),
        write("b.csv", CATEGORY_HEADER, removal),
    )
    told = osms("push", "categories", *files, "--validate-only", "--json").ndjson
    assert [(each["accepted"], each["gaining"]) for each in told] == [(2, 2), (1, 1)]
    assert [each["first_position"] for each in told] == [1, 3]


def test_every_kind_of_file_may_be_tried(osms: Osms, write: Write) -> None:
    """Each with its own sender and its own columns."""
    payment = f"PAYMENT,A1,{ANNA},,,,,,EMPLOYER,012026,2026-02-10,4250.00,122,,"
    files: dict[tuple[str, ...], Path] = {
        ("payments",): write("p.csv", PAYMENT_HEADER, payment),
        ("treaty",): write(
            "t.csv", "kind,number,iin,assigned_on,source", f"LISTED,9,{BOLAT},2026-01-01,MPIS"
        ),
        ("roster-changes", "DEFENCE"): write(
            "rc.csv", "op,iin,changed_on", f"ADD,{STRANGER},2026-07-16"
        ),
    }
    for words, file in files.items():
        told = osms("push", *words, file, "--validate-only", "--json").json
        assert (told["accepted"], told["rejected"]) == (1, 0)
    assert [a["status"] for a in osms("check", ANNA, BOLAT, STRANGER, "--json").ndjson] == [
        "NOT_REGISTERED"
    ] * 3


def test_a_roster_may_be_tried(osms: Osms, write: Write) -> None:
    """Whole, as it would be applied; neither a position nor a listing is left."""
    file = write("r.csv", "iin,reservist", f"{STRANGER},", "bad,", f"{ANNA},")
    ran = osms("push", "roster", "DEFENCE", file, "--validate-only")
    assert "only tried: nothing is stored" in ran.out
    assert "gaining              2  people would gain" in ran.out
    told = osms("push", "roster", "DEFENCE", file, "--validate-only", "--json").json
    assert (told["outcome"], told["entered"], told["gaining"]) == ("ACCEPTED", 2, 2)
    assert [each["line"] for each in told["rejected_lines"]] == [3]
    assert not list(file.parent.glob("*.position"))
    assert osms("push", "roster", "DEFENCE", file, "--json").json["outcome"] == "ACCEPTED"


def test_a_dry_run_that_cannot_be_made_is_told(bare: Osms, write: Write) -> None:
    """Nothing was stored, so there is nothing to go on with."""
    file = write("c.csv", CATEGORY_HEADER, *LINES)
    ran = bare(
        *("push", "categories", file, "--validate-only"),
        *("--address", "127.0.0.1:1"),
        "--plaintext",
    )
    assert (ran.status, ran.out) == (3, "")
    assert "cannot be reached" in ran.err
    assert "run the same command again to go on" not in ran.err
