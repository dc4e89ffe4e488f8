"""The command that runs scenarios: osms scenario run."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from osms_cli import output
from osms_cli.failures import FAILED, MISUSED, Failure
from osms_cli.registration import Commands, DescribedGroup
from osms_cli.scenario import report
from osms_cli.scenario.case import Case, CaseFileError, read_cases
from osms_cli.scenario.delivery import Actors
from osms_cli.scenario.running import CaseResult, Verdict, run_cases
from osms_cli.session import Session
from osms_cli.throwaway import throwaway_server
from osms_client import NamedCaller


def add_to(app: typer.Typer) -> None:
    """Adds the command."""
    group = typer.Typer(
        cls=DescribedGroup,
        no_args_is_help=True,
        help="Lives told as events, and the answers expected.",
    )
    app.add_typer(group, name="scenario")
    commands = Commands(group)
    commands.add("run", example="osms scenario run tests/conformance/*.json")(run)


def run(
    session: Session,
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE", help="Files of cases, or folders of such files."),
    ],
    *,
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--only",
            metavar="NAME",
            help="Only cases of this name, or with it in their name; repeat it for more.",
        ),
    ] = None,
) -> None:
    """
    Runs scenarios against a sandbox, and compares every outcome and answer with what is expected.

    Without --address a throwaway server is started and stopped again. With it, the register of
    that sandbox is emptied before every case. The exit status is 1 if a case failed; cases whose
    reading is under discussion are reported apart and fail nothing.
    """
    cases = _chosen(_cases(files), only or [])
    with _actors(session) as actors:
        results = list(_followed(run_cases(cases, actors), len(cases)))
    summary = report.summary_line(results)
    if session.as_json:
        output.emit_indented(report.document(results))
        output.remark(summary)
    else:
        report.draw(results)
        output.say(summary)
    if any(result.verdict is Verdict.FAILED for result in results):
        raise typer.Exit(FAILED)


def _cases(files: Sequence[Path]) -> list[Case]:
    found = [
        each
        for file in files
        for each in (sorted(file.glob("*.json")) if file.is_dir() else [file])
    ]
    try:
        return list(read_cases(found))
    except CaseFileError as error:
        raise Failure(str(error), status=MISUSED) from error


def _chosen(cases: list[Case], names: list[str]) -> list[Case]:
    """The cases of these names; where none has one in full, those with it in their name."""
    chosen: dict[int, Case] = {}
    for name in names:
        found = [case for case in cases if case.name == name] or [
            case for case in cases if name.casefold() in case.name.casefold()
        ]
        if not found:
            message = f"no case is named {name!r}"
            raise Failure(message, status=MISUSED)
        chosen |= {id(case): case for case in found}
    return list(chosen.values()) if names else cases


@contextmanager
def _actors(session: Session) -> Iterator[Actors]:
    """The clients of everybody, at the server that was named or at a throwaway one."""
    if session.options.address_said is None:
        if session.options.address:
            output.remark("OSMS_ADDRESS is left alone: a run empties the register it uses")
        with throwaway_server() as address:
            yield from _opened(Actors(address, NamedCaller))
    else:
        yield from _opened(Actors(session.address, session.credentials))


def _opened(actors: Actors) -> Iterator[Actors]:
    try:
        yield actors
    finally:
        actors.close()


def _followed(results: Iterator[CaseResult], count: int) -> Iterator[CaseResult]:
    """The results; a terminal shows how far the run is."""
    shown = sys.stderr.isatty()
    for number, result in enumerate(results, 1):
        if shown:
            sys.stderr.write(f"\r\x1b[K{number}/{count} {result.case.name[:70]}")
        yield result
    if shown:
        sys.stderr.write("\r\x1b[K")
