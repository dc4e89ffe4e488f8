"""What is written down is so: settings, errors, examples, decisions, and our own rules."""

from __future__ import annotations

import ast
import re
import shlex
import subprocess
from collections.abc import Iterator
from functools import cache
from itertools import takewhile
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeGuard

import pytest
from pydantic_core import PydanticUndefined
from typer.exceptions import TyperException
from typer.main import get_command

from osms.entitlement.v1 import error_reason_pb2
from osms_cli.main import build
from osms_cli.options import _CONNECTION
from osms_common.domain.violations import Reason
from osms_common.serving.settings import ServiceSettings
from osms_matching.config import MatchingSettings
from osms_server.__main__ import app as server_app
from osms_server.config import Settings

ROOT: Final = Path(__file__).parents[1]
DOCS: Final = ROOT / "docs"
DECISIONS: Final = sorted((DOCS / "adr").glob("*.md"))
EXAMPLES_IN: Final = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def _cells(file: Path) -> Iterator[list[str]]:
    """The rows of all tables of a page."""
    for line in _text(file).splitlines():
        if line.startswith("| "):
            yield [cell.strip() for cell in line.strip("|").split(" | ")]


def _named(file: Path, pattern: str) -> list[str]:
    """What the tables of a page list in their first column, as code."""
    first = (re.fullmatch(rf"`({pattern})`", row[0].strip()) for row in _cells(file))
    return [found[1] for found in first if found]


# Settings.

CONFIGURATION: Final = DOCS / "configuration.md"


def _told_default(kind: type[ServiceSettings], name: str) -> str:
    """A default as the page writes it."""
    if name == "state_folder":
        return "`~/.local/state/osms-entitlement`"
    default = kind.model_fields[name].default
    assert default is not PydanticUndefined, name
    return f"`{default}`" if default not in {None, ""} else "unset"


def test_the_page_of_settings_lists_what_a_server_reads() -> None:
    """Every setting of a server, in order, with its default and what it is."""
    listed = [row for row in _cells(CONFIGURATION) if len(row) == 3 and "setting" not in row[0]]
    expected = [
        [f"`{prefix}{name.upper()}`", _told_default(kind, name), field.description]
        for prefix, kind in (("OSMS_", Settings), ("OSMS_MATCHING_", MatchingSettings))
        for name, field in kind.model_fields.items()
    ]
    assert [row for row in listed if not row[0].startswith("---")] == expected


def test_the_page_of_settings_lists_what_the_command_reads() -> None:
    """Every option of the connection that the environment may say, and what it is."""
    told = {row[0]: row[1] for row in _cells(CONFIGURATION) if len(row) == 2}
    for option in _CONNECTION.values():
        assert told[f"`{option['variable']}`"] == option["meaning"]


def test_no_variable_is_read_that_the_page_does_not_name() -> None:
    """Whatever our programs and tests ask the environment for can be looked up."""
    named = set(re.findall(r"OSMS_[A-Z_]*[A-Z]", _text(CONFIGURATION)))
    for file in _tracked("*.py", "Makefile"):
        read = set(re.findall(r"\bOSMS_[A-Z_]*[A-Z]\b", _text(file)))
        assert read <= named, file


# Errors.


def test_the_page_of_errors_lists_every_reason() -> None:
    """Those of errors and those of violations, in the order of the contract, each once."""
    page = DOCS / "errors.md"
    contract = [name for name in error_reason_pb2.ErrorReason.keys() if "UNSPEC" not in name]  # noqa: SIM118
    assert _named(page, "ERROR_REASON_[A-Z_]+") == contract
    assert [name for name in _named(page, "[A-Z_]+") if not name.startswith("ERROR")] == [
        reason.value for reason in Reason
    ]


# Decisions.


def test_decisions_are_numbered_without_a_gap() -> None:
    """From 1 on, in the name of the file and in the heading."""
    numbers = [int(file.name[:4]) for file in DECISIONS]
    assert numbers == list(range(1, len(DECISIONS) + 1))
    for number, file in enumerate(DECISIONS, 1):
        assert _text(file).startswith(f"# {number}. "), file


@pytest.mark.parametrize("file", DECISIONS, ids=lambda file: file.stem)
def test_a_decision_says_where_it_stands_and_why(file: Path) -> None:
    """Its status with a day, its context, what was decided, and what comes of it."""
    text = _text(file)
    assert re.search(
        r"^Status: (accepted|proposed|superseded by \d{4}), \d{4}-\d\d-\d\d$", text, re.MULTILINE
    )
    places = [text.find(f"**{part}.**") for part in ("Context", "Decision", "Consequences")]
    assert -1 not in places
    assert places == sorted(places)


# What is in the repository.


@cache
def _tracked(*patterns: str) -> tuple[Path, ...]:
    """The files of the repository that exist now; without git, there is nothing to look at."""
    listed = subprocess.run(  # noqa: S603 - our own arguments
        ["/usr/bin/env", "git", "-C", str(ROOT), "ls-files", "-z", "--", *patterns],
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a checkout")
    files = (ROOT / name for name in listed.stdout.split("\0") if name)
    return tuple(file for file in files if file.is_file())


_LOCAL: Final = re.compile(
    rb"/(?:home|Users)/[a-z]|(?<![\w.:])/(?:work|root)/[a-z.]"  # somebody's machine
    rb"|--(?:extra-)?index-url[ =]|files\.pythonhosted\.org|artifactory|nexus\."  # a registry
)


def test_nothing_names_a_developers_machine_or_registry() -> None:
    """What is committed works for everybody; whoever needs a mirror configures pip."""
    own = Path(__file__).resolve()
    found = [file for file in _tracked() if file != own and _LOCAL.search(file.read_bytes())]
    assert found == []


def _undocumented(file: Path) -> Iterator[str]:
    """The test functions of a file that do not say what they show."""
    functions = [each for each in ast.walk(ast.parse(_text(file))) if _is_function(each)]
    for function in functions:
        if function.name.startswith("test_") and not ast.get_docstring(function):
            yield f"{file.name}: {function.name}"


def _is_function(node: ast.AST) -> TypeGuard[ast.FunctionDef]:
    return isinstance(node, ast.FunctionDef)


def test_every_test_says_what_it_shows() -> None:
    """A test whose purpose is not told can only be obeyed."""
    files = [file for file in _tracked("tests/*.py") if file.name.startswith("test_")]
    assert files
    assert [name for file in files for name in _undocumented(file)] == []


def test_every_target_of_make_has_help() -> None:
    """`make` alone lists all that can be made, and each is a name and no file."""
    makefile = _text(ROOT / "Makefile")
    targets = re.findall(r"^([a-z][a-z-]*):.*?(?:## (.+))?$", makefile, re.MULTILINE)
    phony = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    assert phony
    assert [name for name, _ in targets] == phony[1].split()
    assert all(told for _, told in targets), targets


def test_make_is_told_of_as_it_is() -> None:
    """Pages name only targets that there are."""
    targets = set(re.findall(r"^([a-z][a-z-]*):", _text(ROOT / "Makefile"), re.MULTILINE))
    for file in EXAMPLES_IN:
        for example in _examples(file):
            if example.words[0] == "make":
                named = {word for word in example.words[1:] if re.fullmatch("[a-z-]+", word)}
                assert named <= targets, example


# Examples.


class Example(NamedTuple):
    """A command as a page shows it."""

    page: str
    line: int
    words: tuple[str, ...]


_ENDS: Final = {"|", "||", "&&", ";", "&", ">", ">>", "<", "2>", "2>&1"}


def _examples(file: Path) -> Iterator[Example]:
    """The commands in the `sh` blocks of a page, whatever stands before or after them."""
    for block in re.finditer(
        r"^```(?:sh|console)\n(.*?)^```", _text(file), re.MULTILINE | re.DOTALL
    ):
        line = file.read_text(encoding="utf-8")[: block.start()].count("\n") + 2
        told = block[1].replace("\\\n", " ")
        for number, command in enumerate(told.splitlines(), line):
            for words in _commands(command.removeprefix("$ ")):
                yield Example(str(file.relative_to(ROOT)), number, words)


def _commands(line: str) -> Iterator[tuple[str, ...]]:
    """The commands of one line, without what is set in the environment for them."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    words = iter(list(lexer))
    while command := list(takewhile(lambda word: word not in _ENDS, words)):
        while command and re.match(r"[A-Z_]+=", command[0]):
            del command[0]
        if command:
            command[0] = command[0].removeprefix(".venv/bin/")
            yield tuple(command)


_PROGRAMS: Final = {
    "osms": lambda: get_command(build()),
    "osms-server": lambda: get_command(server_app),
}
OURS: Final = [
    example for file in EXAMPLES_IN for example in _examples(file) if example.words[0] in _PROGRAMS
]


Command = Any  # a class that typer keeps to itself
Context = Any


def _understood(command: Command, words: list[str], parent: Context = None) -> None:
    """Reads words as the command line does, to the last option, and runs nothing."""
    with command.make_context(command.name, words, parent=parent) as context:
        if not hasattr(command, "commands"):
            return
        rest = [*getattr(context, "_protected_args", ()), *context.args]
        if rest:
            _, inner, rest = command.resolve_command(context, rest)
            _understood(inner, rest, context)


@pytest.mark.parametrize(
    "example", OURS, ids=lambda each: f"{each.page}:{each.line} {' '.join(each.words[:3])}"
)
def test_an_example_can_be_called(example: Example, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands and options that pages show exist, with values of the right form."""
    monkeypatch.chdir(ROOT)
    program, *words = example.words
    try:
        _understood(_PROGRAMS[program](), words)
    except TyperException as error:
        told = error.format_message()
        if "does not exist" not in told:  # files that an example speaks of
            pytest.fail(f"{example.page}:{example.line}: {shlex.join(example.words)}: {told}")


@pytest.mark.parametrize(
    "line",
    [
        "osms chek 900101300017",
        "osms check 900101300017 --at 2026-01-01",
        "osms --plain check 900101300017",
        "osms incident opne I-1",
        "osms revoke",
    ],
)
def test_a_wrong_example_is_found(line: str) -> None:
    """A command or option that there is not would be seen, also behind one that there is."""
    with pytest.raises(TyperException):
        _understood(_PROGRAMS["osms"](), shlex.split(line)[1:])
