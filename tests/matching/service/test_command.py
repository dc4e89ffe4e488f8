"""The command `osms-matching`, as those who run the matching use it, beside a server of it."""

from __future__ import annotations

import csv
import subprocess
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import pytest

from osms_client import MatchingClient, NamedCaller
from osms_client import reports as told
from tests.conftest import ClientOf
from tests.matching.service.conftest import NAMES
from tests.matching.service.telling import on, push
from tests.people import people
from tests.processes import MATCHING, ServerProcess, passable_folder, run

WOMAN, OTHER = people(2)


def command(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs the command to its end, with its state below a folder."""
    return run(*arguments, program=MATCHING, XDG_STATE_HOME=str(folder))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the state of this module lies."""
    return tmp_path_factory.mktemp("matching")


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    """A server with a PostgreSQL of its own."""
    arguments = ("serve", "--plaintext", "--listen", "127.0.0.1:0")
    with ServerProcess(*arguments, program=MATCHING, XDG_STATE_HOME=str(folder)) as server:
        yield server.address


def test_a_run_is_previewed_made_and_sent(
    address: str, folder: Path, client_of: ClientOf, grpc_addr: str
) -> None:
    """By three calls of the command, which join the PostgreSQL of the server."""
    today = date.today()  # noqa: DTZ011 - the zone of the machine is near enough
    ended = told.Pregnancy(WOMAN, on(until=today.replace(day=1).isoformat()))
    with MatchingClient(address, NamedCaller(NAMES["MOH"])) as source:
        push(source, told.Report("P-1", ended), told.Report("P-2", told.Pregnancy(OTHER, on())))
    earlier = (today.replace(day=1) - timedelta(days=1)).isoformat()
    register = ("--register", grpc_addr, "--register-plaintext")
    losing = folder / "losing.csv"

    made = command("run", "--day", earlier, "--no-send", folder=folder)
    preview = command("run", "--preview", "--losing", str(losing), folder=folder)
    sent = command("run", *register, folder=folder)
    again = command("run", *register, folder=folder)

    assert [each.returncode for each in (made, preview, sent, again)] == [0, 0, 0, 0]
    assert made.stdout.splitlines()[0].startswith(f"monthly run of {earlier}: ")
    assert "  R02  held 0, +2 -0" in made.stdout
    for each in (preview, sent):
        assert "  R02  held 2, +0 -1" in each.stdout
        assert "people who lose a category and hold none after it: 1" in each.stdout
    with losing.open() as lines:
        (row,) = csv.DictReader(lines)
    assert (row["iin"], row["category"], row["reason"]) == (WOMAN, "R02", "NOT_LISTED")
    assert sent.stdout.splitlines()[-1].startswith("sent to the register: 3 messages, ")
    assert again.stdout.splitlines()[-1].startswith("sent to the register: 0 messages, ")
    assert WOMAN not in "".join(each.stdout + each.stderr for each in (made, preview, sent))
    timeline = client_of("operator1").timeline(OTHER)
    assert [ground.category for ground in timeline.stretches[0].grounds] == ["R02"]


WRONG: Final = {
    "a day that is none": (("run", "--day", "2026-13-01"), 2, "'2026-13-01' is not a day"),
    "a day to come": (("run", "--day", "2126-01-01"), 1, "2126-01-01 cannot be run yet"),
    "a register that is not there": (
        ("send", "--register", "127.0.0.1:1", "--register-plaintext"),
        1,
        "osms-matching: ",
    ),
    "a DSN that is none": (("run", "--dsn", "garbage"), 2, "OSMS_MATCHING_DSN: give a URL"),
    "a database that is not there": (
        ("run", "--dsn", "postgresql://osms@127.0.0.1:1/none"),
        1,
        "the database cannot be used",
    ),
}


@pytest.mark.long
@pytest.mark.parametrize(("arguments", "code", "says"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_done_is_told_in_one_line(
    address: str, folder: Path, arguments: tuple[str, ...], code: int, says: str
) -> None:
    """Without a traceback, and with what to do."""
    ended = command(*arguments, folder=folder)
    assert (ended.returncode, says in ended.stderr) == (code, True), ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("encoding", "faults"),
    [("utf-8", []), ("utf-8-sig", []), ("utf-16", ["save it as CSV in UTF-8"])],
)
def test_a_table_is_read_as_spreadsheets_write_it(
    address: str, folder: Path, tmp_path: Path, encoding: str, faults: list[str]
) -> None:
    """With a mark at its beginning, too; what is not UTF-8 is told so, and nothing is kept."""
    table = tmp_path / "held.csv"
    heads = "iin,category,assigned_date,source"
    table.write_text(f"{heads}\n1,R02,2026-03-05,MOH\n", encoding=encoding)
    ended = command("take-over", str(table), folder=folder)
    told = ended.stdout + ended.stderr
    assert ended.returncode == 1
    possible = ("save it as CSV in UTF-8", "has no column", "Traceback")
    assert [fault for fault in possible if fault in told] == faults


@pytest.mark.long
def test_days_can_come_one_after_the_other() -> None:
    """Each is run as it comes, by one process; what is no day ends it."""
    days = "2026-06-01\n2026-06-02\nsoon\n2026-06-03\n"
    arguments = ("run", "--days-from-input", "--no-send")
    with passable_folder("osms-days-") as folder:
        made = run(*arguments, program=MATCHING, told=days, XDG_STATE_HOME=str(folder))
    runs = [line.partition(":")[0] for line in made.stdout.splitlines() if " run of " in line]
    assert runs == ["monthly run of 2026-06-01", "daily run of 2026-06-02"], made.stderr
    assert (made.returncode, "'soon' is not a day" in made.stderr) == (2, True)
