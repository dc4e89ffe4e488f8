"""
What the README and other documents tell a reader to type works, and shows what they say.

Every document is one shell, as it is for its reader, before a sandbox that is started as
`make serve` starts it.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.docs.examples import Example, examples_in, shows
from tests.processes import ServerProcess, environment

ROOT: Final = Path(__file__).parents[2]
README: Final = ROOT / "README.md"
ADDRESS: Final = "127.0.0.1:50551"
SECONDS: Final = 60
_MARK: Final = "---- example of line "


def _documents() -> list[Path]:
    marked = [file for file in sorted((ROOT / "docs").glob("*.md")) if _examples(file)]
    return [README, *marked]


def _examples(document: Path) -> list[Example]:
    text = document.read_text(encoding="utf-8")
    return examples_in(text, only_marked=document != README)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Where a sandbox answers that was started as `make serve` starts one."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    told = re.search(r"^serve:.*\n\t\$\(BIN\)/osms-server (.*)$", makefile, re.MULTILINE)
    assert told is not None
    with ServerProcess(*shlex.split(told[1]), OSMS_LISTEN="127.0.0.1:0") as server:
        yield server.address


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with what the examples need of a clone."""
    (tmp_path / ".venv").symlink_to(sys.prefix)
    return tmp_path


@pytest.mark.parametrize("document", _documents(), ids=lambda document: document.name)
def test_examples(document: Path, address: str, folder: Path) -> None:
    """Every example of a document runs and shows what is shown under it."""
    examples = _examples(document)
    for example in examples:
        if example.saved_as:
            saved = folder / example.saved_as
            saved.parent.mkdir(parents=True, exist_ok=True)
            saved.write_text(example.script.replace(ADDRESS, address), encoding="utf-8")
    scripts = [example for example in examples if not example.saved_as]
    written = _run(scripts, address, folder)
    for example in scripts:
        told = written.get(example.line)
        place = f"{document.name}, line {example.line}"
        assert told is not None, f"{place} was not reached; before it:\n{written}"
        if example.shown is not None:
            assert shows(example.shown, told), f"{place} shows something else:\n{told}"


def _run(scripts: list[Example], address: str, folder: Path) -> dict[int, str]:
    """Runs scripts in one shell that ends with the first failure; what each wrote, by line."""
    parts = [f"echo '{_MARK}{example.line}'\n{example.script}" for example in scripts]
    script = "\n".join(parts).replace(ADDRESS, address)
    ran = subprocess.run(  # noqa: S603 - our own documents
        ["/bin/bash", "-e", "-u", "-o", "pipefail", "-c", script],
        cwd=folder,
        env=_environment(address, folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    told = {}
    for part in ran.stdout.replace(address, ADDRESS).split(_MARK)[1:]:
        line, _, written = part.partition("\n")
        told[int(line)] = written
    assert ran.returncode == 0, f"exit status {ran.returncode} after:\n{ran.stdout}"
    return told


def _environment(address: str, folder: Path) -> dict[str, str]:
    """What a reader has, but for the address, and folders of one's own."""
    return environment(
        OSMS_ADDRESS=address,
        COLUMNS="100",
        NO_COLOR="1",
        HOME=str(folder),
        TMPDIR=str(folder),
        PATH=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    )


def test_a_placeholder_is_what_differs() -> None:
    """`<anything>` stands for anything within a line, but not for nothing."""
    assert shows("in <time>, <n> a second", "in 0.1 s, 1 200 a second\n")
    assert not shows("receipt <receipt>", "receipt\n")
    assert not shows("receipt <receipt>", "receipt \n019f\n")


def test_dots_are_any_lines() -> None:
    """A line of `...` stands for any lines, also none, and keeps the order of the others."""
    assert shows("a\n...\nc", "a\nb\nb\nc\n")
    assert shows("a\n...\nc", "a\nc\n")
    assert shows("...\nb\n...", "a\nb\nc\n")
    assert not shows("...\nc\n...\nb\n...", "a\nb\nc\n")
    assert not shows("a\n...\nb", "a\nb\nc\n")


def test_without_dots_all_lines_are_shown() -> None:
    """What is shown without dots is all there is, but for spaces at the ends of lines."""
    assert shows("a\nb", "a  \nb\n")
    assert not shows("a", "a\nb\n")


def test_fences_are_read() -> None:
    """Scripts, saved files and what is not run are told apart, and outputs belong to scripts."""
    document = "```sh\nls\n```\n```text\na\n```\n<!-- not run: no -->\n```sh\nrm\n```\n"
    document += "<!-- save: a.py -->\n```python\nprint()\n```\n<!-- run -->\n```sh\npwd\n```\n"
    assert examples_in(document) == [
        Example(1, "ls\n", shown="a\n"),
        Example(12, "print()\n", saved_as="a.py"),
        Example(16, "pwd\n"),
    ]
    marked = [example.script for example in examples_in(document, only_marked=True)]
    assert marked == ["print()\n", "pwd\n"]
