"""A whole demonstration, and not one number of a person in all that is printed or logged."""

from __future__ import annotations

import gzip
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from tests.oracle.check_digit import check_digit
from tests.processes import environment, passable_folder

PEOPLE: Final = 300
SECONDS: Final = 300
_TWELVE: Final = re.compile(r"(?<![0-9])[0-9]{12}(?![0-9])")


@dataclass(frozen=True)
class Played:
    """What a demonstration has printed, and its folder."""

    folder: Path
    output: str
    errors: str


@pytest.fixture(scope="module")
def played() -> Iterator[Played]:
    """The command as a newcomer calls it, with fewer people."""
    with passable_folder("osms-demo-") as name:
        folder = name / "demo"
        command = [sys.executable, "-m", "osms_cli", "demo"]
        told = subprocess.run(  # noqa: S603 - our own program
            [*command, "--people", str(PEOPLE), "--months", "1", "--folder", str(folder)],
            env=environment(COLUMNS="200"),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert told.returncode == 0, told.stderr
        yield Played(folder, told.stdout, told.stderr)


def people_of(region: Path) -> set[str]:
    """Everybody who is in any file of the region."""
    found: set[str] = set()
    for file in region.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            text = gzip.decompress(content) if file.suffix == ".gz" else content
            found.update(filter(is_iin, _TWELVE.findall(text.decode(errors="replace"))))
    return found


def is_iin(text: str) -> bool:
    """Whether twelve digits are the number of a person, or of a firm."""
    return check_digit(text[:-1]) == int(text[-1])


def logs_of(folder: Path) -> dict[str, str]:
    """What the server and its PostgreSQL have logged."""
    return {
        str(file.relative_to(folder)): file.read_text(encoding="utf-8", errors="replace")
        for file in folder.rglob("*.log")
    }


def test_nothing_that_is_printed_has_an_iin(played: Played) -> None:
    """Neither what it shows nor what it remarks on, nor any part of a number beside another."""
    people = people_of(played.folder / "region")
    assert len(people) > PEOPLE / 2
    assert played.output.rstrip().endswith("demo: ok")
    for text in (played.output, played.errors):
        assert not [iin for iin in people if iin in text]
        assert not list(filter(is_iin, _TWELVE.findall(text)))


def test_no_log_has_an_iin(played: Played) -> None:
    """Neither that of the server nor that of PostgreSQL, though lines were rejected by both."""
    people, logs = people_of(played.folder / "region"), logs_of(played.folder)
    assert {name for name in logs if logs[name]} >= {"server.log", "matching.log"}
    assert any("postgresql.log" in name for name in logs)
    for text in logs.values():
        assert not [iin for iin in people if iin in text]


def test_no_file_is_named_by_an_iin(played: Played) -> None:
    """Whoever may list a folder learns nobody's number."""
    people = people_of(played.folder / "region")
    names = [str(file.relative_to(played.folder)) for file in played.folder.rglob("*")]
    assert len(names) > 100
    assert not [name for name in names if any(iin in name for iin in people)]


def test_a_number_would_be_found(played: Played) -> None:
    """What is looked for is there: in the files of the senders, and nowhere else."""
    assert people_of(played.folder / "region")
    assert is_iin("900101300017")
    assert not is_iin("123456789012")
