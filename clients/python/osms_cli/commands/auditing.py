"""The commands of auditors: audit list, audit export, audit verify, audit certificate."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from osms_cli import output
from osms_cli.drawing.words import labelled
from osms_cli.failures import FAILED, MISUSED, Failure
from osms_cli.listing import limited
from osms_cli.moments import shown
from osms_cli.putting import NewFile, put_when_whole
from osms_cli.registration import Commands, DescribedGroup
from osms_cli.session import Session
from osms_cli.typed import Limit, read_instant, typed
from osms_client import AuditEntry, CallerCertificate, LogExport, logs

AUDITOR: Final = "auditor1"
_KINDS: Final = ("change", "reading", "refusal")
_LOGS: Final = ("answers", "acts")


def _one_of(words: Sequence[str]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text and text.lower() not in words:
            message = f"{text!r} is not one of {', '.join(words)}"
            raise ValueError(message)
        return text.upper()

    return read


From = Annotated[
    datetime | None,
    typer.Option(
        "--from",
        metavar="INSTANT",
        parser=read_instant,
        help="From then on; Almaty's time without an offset. From the first if left out.",
    ),
]
Until = Annotated[
    datetime | None,
    typer.Option(
        "--until",
        metavar="INSTANT",
        parser=read_instant,
        help="Before then; up to the last if left out.",
    ),
]


@dataclass(frozen=True)
class Exported:
    """An export that is in its place, and the command for the one that goes on from it."""

    file: Path
    links: int
    start_time: datetime | None
    complete_time: datetime
    sha256: str
    next: str


def add_to(app: typer.Typer) -> None:
    """Adds the commands."""
    group = typer.Typer(
        cls=DescribedGroup,
        no_args_is_help=True,
        help="The log of acts (changes, administrative readings, refusals) and the log of answers:"
        " list, export, verify them.",
    )
    app.add_typer(group, name="audit")
    commands = Commands(group)
    commands.add(
        "list",
        caller=AUDITOR,
        example="osms audit list --caller fund-supervisor/supervisor1 --from 2026-07-01",
    )(entries)
    commands.add(
        "export", caller=AUDITOR, example="osms audit export july.jsonl --from 2026-07-01"
    )(export)
    commands.add("verify", connects=False, example="osms audit verify june.jsonl july.jsonl")(
        verify
    )
    commands.add(
        "certificate",
        caller=AUDITOR,
        example=f"osms audit certificate {'0f1e2d3c' * 8} --pem",
    )(certificate)


def entries(  # noqa: PLR0913 - one parameter for each thing that may be asked for
    session: Session,
    by: Annotated[
        str,
        typer.Option(
            "--caller", metavar="ROLE/NAME", help="Who, such as fund-supervisor/supervisor1."
        ),
    ] = "",
    method: Annotated[
        str,
        typer.Option("--method", metavar="RPC", help="By which RPC, such as ApproveHeldBatch."),
    ] = "",
    kind: Annotated[
        str,
        typer.Option(
            "--kind",
            metavar="|".join(_KINDS),
            parser=typed(_one_of(_KINDS)),
            help="What was done, or refused.",
        ),
    ] = "",
    iin: Annotated[
        str, typer.Option("--iin", metavar="IIN", help="The person whom it concerns.")
    ] = "",
    *,
    since: From = None,
    until: Until = None,
    limit: Limit = None,
) -> None:
    """
    Lists acts, newest first: who changed, read or was refused what, and by which certificate.

    With --json also the requests themselves, the revisions they made, and the certificates.
    """
    asked = session.client().audit_entries(
        caller=by, method=method, kind=kind, iin=iin, start=since, end=until
    )
    found = limited(asked, limit, as_json=session.as_json)
    session.show_list(found, _draw_entries, "nothing was done")


def _draw_entries(found: list[AuditEntry]) -> None:
    output.show(
        output.table(
            ["WHEN", "WHO", "WHAT", "KIND", "OUTCOME", "ABOUT"],
            (
                [
                    shown(each.record_time),
                    each.caller,
                    each.method,
                    each.kind,
                    each.outcome,
                    each.subject or _persons(each.iins),
                ]
                for each in found
            ),
            fold=frozenset({"WHO", "ABOUT"}),
        )
    )


def _persons(iins: Sequence[str]) -> str:
    more = len(iins) - 1
    return f"{iins[0]} and {output.count(more)} more" if more > 0 else "".join(iins)


def export(
    session: Session,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write it.")],
    log: Annotated[
        str,
        typer.Option(
            "--log",
            metavar="|".join(_LOGS),
            parser=typed(_one_of(_LOGS)),
            help="Which log; both if left out.",
        ),
    ] = "",
    *,
    since: From = None,
    until: Until = None,
    force: Annotated[
        bool,
        typer.Option("--force", metavar="", help="Replace a file that is there."),
    ] = False,
) -> None:
    """
    Exports the logs as they are chained, into a file that anybody can verify.

    The file appears when it is whole, and only you can read it: it names persons. It tells until
    when it is complete; the next export begins there. docs/audit.md has its form.
    """
    lines = logs.FileLines(log, since)
    exported = session.client().export_log(log=log, start=since, end=until)
    with put_when_whole(file, force=force) as new:
        complete = _written(exported, lines, new)
        if since is not None and complete < since:
            raise Failure(f"nothing is complete yet after {shown(complete)}; try again later")
    command = ["osms", "audit", "export", "FILE", "--from", complete.isoformat()]
    if log:
        command += ["--log", log.lower()]
    told = Exported(file, lines.links, since, complete, new.sha256, shlex.join(command))
    session.show(told, _draw_exported)


def _written(exported: LogExport, lines: logs.FileLines, new: NewFile) -> datetime:
    """Writes what comes; until when it is complete."""
    for link in exported:
        new.write(lines.line(link))
    complete = exported.complete_time
    assert complete is not None
    new.write(lines.last_line(complete))
    return complete


def _draw_exported(told: Exported) -> None:
    links = output.many(told.links, "link")
    output.say(f"{told.file}: {links}, complete until {shown(told.complete_time)}")
    output.say(labelled("sha256", told.sha256))
    output.say(labelled("the next", told.next))


def verify(
    session: Session,
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...", help="Exports, each going on where the one before ends."
        ),
    ],
) -> None:
    """
    Verifies exports without asking the service: that no entry was changed, put in or taken out.

    Several files are followed one after the other. The exit status is 1 where anything is broken.
    With --json each place is a line, and the last line has the ends of all chains.
    """
    missing = [str(file) for file in files if not file.is_file()]
    if missing:
        raise Failure(f"{', '.join(missing)}: no such file", status=MISUSED)
    chains = logs.Chains()
    broken = sum([_followed(session, file, chains) for file in files])
    if session.as_json:
        output.emit({"links": chains.links, "broken": broken, **_ends(chains)})
    else:
        _draw_chains(chains)
    if broken:
        raise typer.Exit(FAILED)


def _followed(session: Session, path: Path, chains: logs.Chains) -> int:
    """Follows the chains of a file, and tells where it is broken; at how many places."""
    before, broken = chains.links, 0
    with path.open("rb") as file:
        for each in chains.verify(logs.lines_of(file)):
            broken += 1
            if session.as_json:
                output.emit({"file": path, **output.plain(each)})
            else:
                sys.stdout.write(f"{path}:{each.line}: {_place(each)}{each.message}")
                sys.stdout.write(f" [{each.fault}]\n")
    if not session.as_json:
        links = output.many(chains.links - before, "link")
        found = f"broken at {output.many(broken, 'place')}" if broken else "whole"
        output.say(f"{path}: {links}, {found}")
    return broken


def _place(broken: logs.Break) -> str:
    if not broken.sequence:
        return ""
    return f"entry {broken.sequence} of {broken.writer_id} ({broken.log.lower()}): "


def _ends(chains: logs.Chains) -> dict[str, object]:
    return {
        "complete_times": chains.complete_times,
        "whole": sorted(chains.whole),
        "ends": [
            {
                "log": log,
                "writer_id": writer,
                "sequence": end.sequence,
                "chain": end.chain.hex(),
            }
            for (log, writer), end in chains.ends.items()
        ],
    }


def _draw_chains(chains: logs.Chains) -> None:
    for log, complete in chains.complete_times.items():
        count = output.many(sum(each == log for each, _ in chains.ends), "chain")
        since = " from the beginning" if log in chains.whole else ""
        output.say(f"{log.lower()}: {count},{since} until {shown(complete)}")


def certificate(
    session: Session,
    fingerprint: Annotated[
        str,
        typer.Argument(metavar="FINGERPRINT", help="Its SHA-256, as the logs tell it."),
    ],
    *,
    pem: Annotated[
        bool, typer.Option("--pem", metavar="", help="Only the certificate itself, as PEM.")
    ] = False,
) -> None:
    """Shows a certificate that a caller has shown: whom it names, and when it is valid."""
    found = session.client().caller_certificate(fingerprint)
    if pem:
        sys.stdout.write(found.pem)
    else:
        session.show(found, _draw_certificate)


def _draw_certificate(found: CallerCertificate) -> None:
    output.say(found.uri, "bold")
    output.say(labelled("subject", found.subject))
    output.say(labelled("serial", found.serial_number))
    output.say(labelled("valid from", shown(found.valid_from_time)))
    output.say(labelled("until", shown(found.valid_until_time)))
    output.say(labelled("first shown", shown(found.record_time)))
    output.say(labelled("SHA-256", found.fingerprint))
