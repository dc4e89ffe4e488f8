"""The commands for signed receipts: receipt verify, receipt keys."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.text import Text

from osms_cli import output
from osms_cli.drawing.words import GROUND_MEANING, labelled, status_text
from osms_cli.failures import MISUSED, Failure
from osms_cli.moments import shown
from osms_cli.registration import Commands, DescribedGroup
from osms_cli.session import Session
from osms_client import receipts

_SANDBOX: Final = "sandbox."
_BEGINNING: Final = "eyJ"
"""How every JSON Web Signature begins; no file should be named so."""


def add_to(app: typer.Typer) -> None:
    """Adds the commands."""
    group = typer.Typer(
        cls=DescribedGroup,
        no_args_is_help=True,
        help="Signed receipts of answers: verify them, and get the keys for that.",
    )
    app.add_typer(group, name="receipt")
    commands = Commands(group)
    commands.add(
        "verify",
        connects=False,
        example="osms receipt verify anna.receipt --keys keys.json --iin 900101300017",
    )(verify)
    commands.add("keys", caller="clinic1", example="osms receipt keys > keys.json")(keys)


def verify(
    session: Session,
    receipt: Annotated[
        str,
        typer.Argument(metavar="RECEIPT", help="A receipt, a file with one, or - to read it."),
    ],
    keys: Annotated[
        Path,
        typer.Option(
            "--keys",
            "-k",
            metavar="FILE",
            help="The public keys, as osms receipt keys wrote them.",
        ),
    ],
    iin: Annotated[
        str,
        typer.Option("--iin", metavar="IIN", help="The person whom it should be about."),
    ] = "",
) -> None:
    """
    Verifies a receipt and shows what it says, without asking the service.

    It proves what was answered, when, to whom and on which knowledge, and not that it is still
    so. The exit status is 1 where it is not genuine, or not about the person.
    """
    text = _text_of(receipt)
    try:
        known = receipts.keys_of(keys.read_bytes())
    except receipts.KeysUnusable as error:
        raise Failure(f"{keys}: {error}", status=MISUSED) from error
    try:
        found = receipts.verify(text, known, iin=iin)
    except receipts.ReceiptRefused as error:
        hint = ("get them anew: osms receipt keys",)
        unknown = error.fault is receipts.Fault.KEY_UNKNOWN
        raise Failure(f"refused: {error} [{error.fault}]", hint if unknown else ()) from error
    session.show(found, lambda verified: _draw(verified, iin))


def _text_of(receipt: str) -> str:
    """The receipt itself, wherever it stands; the end of a line belongs to the file."""
    if receipt == "-":
        return sys.stdin.read(receipts.RECEIPT_LENGTH_MAX + 2).rstrip("\r\n")
    if receipt.startswith(_BEGINNING):
        return receipt
    try:
        with Path(receipt).open(encoding="utf-8", errors="replace") as file:
            return file.read(receipts.RECEIPT_LENGTH_MAX + 2).rstrip("\r\n")
    except FileNotFoundError as error:
        raise Failure(f"{receipt}: no receipt, and no file with one", status=MISUSED) from error


def _draw(receipt: receipts.Receipt, iin: str) -> None:
    person = iin or "a person who is not named"
    head = Text(f"{person} on {receipt.on_date.isoformat()}: ", "bold")
    output.say(head + status_text(receipt.status))
    if receipt.ground:
        meaning = GROUND_MEANING.get(receipt.ground, "")
        output.say(labelled("ground", f"{receipt.ground}, {meaning}".rstrip(", ")))
    output.say(labelled("provisions", " ".join(receipt.provisions)))
    output.say(labelled("rules", receipt.edition))
    output.say(labelled("answered", f"{shown(receipt.answer_time)} to {receipt.caller}"))
    output.say(labelled("known", f"revision {receipt.revision}"))
    output.say(labelled("receipt", receipt.receipt_id))
    output.say(labelled("signed by", f"{receipt.issuer}, key {receipt.key_id}"))
    output.say("The receipt is genuine: so it was answered. It does not say that it is still so.")
    if receipt.issuer.startswith(_SANDBOX):
        output.say("It is of a sandbox, and about nobody.", "bold yellow")


def keys(session: Session) -> None:
    """Gets the public keys that verify receipts, as a JSON Web Key Set."""
    found = receipts.key_set(session.client().receipt_keys())
    sys.stdout.write(json.dumps(found, indent=2) + "\n")
