"""
The command `osms`: its parts put together, and how it ends.

A part is imported when one of its commands is called, and not before: the list of commands, and
completing a name with TAB, must not wait for gRPC.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any, Final, NamedTuple, NoReturn

import typer
from typer.core import TyperCommand
from typer.exceptions import TyperException
from typer.main import get_group

from osms_cli.failures import FAILED, Failure
from osms_cli.registration import DescribedGroup, reflowed, root_callback

HELP: Final = """
The register of who is entitled to insured medical care (OSMS): send, ask, and keep it in order.

Exit status: 0 done or answered, 1 refused or failed, 2 called wrongly, 3 the service cannot tell:
unknown, treat under p. 13, which never means "not entitled", 130 stopped by Ctrl-C. Rejected lines
do not change the status of push, unless it is told to --fail-on-rejected.
"""


class Part(NamedTuple):
    """Where a command is, and how the list of commands tells of it."""

    module: str
    heading: str
    summary: str


_SENDING: Final = "Sending"
_ASKING: Final = "Asking"
_PERSON: Final = "One person, at the Fund"
_REPAIRING: Final = "Repairing"
_FORMING: Final = "Forming the categories"
_FAILING: Final = "Failures and budgets"
_AUDITING: Final = "Auditing"
_TRYING: Final = "Trying out"

PARTS: Final[Mapping[str, Part]] = {
    "push": Part("pushing", _SENDING, "Sends the files of the senders."),
    "check": Part(
        "asking", _ASKING, "Tells whether persons are entitled to insured care on a day."
    ),
    "timeline": Part("asking", _ASKING, "Draws every day of a person's right."),
    "explain": Part(
        "asking", _ASKING, "Explains a day of a person: what holds, what does not, and the facts."
    ),
    "replay": Part("asking", _ASKING, "Explains a day as it was known at an earlier instant."),
    "receipt": Part("receipts", _ASKING, "Signed receipts of answers: verify them, get the keys."),
    "register": Part("consumers", _PERSON, "Registers a person on documents, for one month."),
    "revoke": Part("consumers", _PERSON, "Revokes a registration on documents."),
    "consumer": Part("consumers", _PERSON, "Shows what is known of a person."),
    "facts": Part("consumers", _PERSON, "Lists the facts about a person."),
    "accesses": Part("consumers", _PERSON, "Lists who asked about a person."),
    "rejections": Part(
        "rejections", _REPAIRING, "Lists the repair queue: rejected lines, and why."
    ),
    "rejection": Part("rejections", _REPAIRING, "Shows a rejected line with its history."),
    "resubmit": Part("repairing", _REPAIRING, "Sends a rejected line again, corrected."),
    "close": Part("repairing", _REPAIRING, "Closes a rejected line that stays rejected."),
    "held": Part("deciding", _REPAIRING, "Lists what waits for a supervisor's approval."),
    "preview": Part(
        "previewing", _REPAIRING, "Shows who would gain or lose the right by an approval."
    ),
    "approve": Part("deciding", _REPAIRING, "Approves what is held."),
    "decline": Part("deciding", _REPAIRING, "Declines what is held."),
    "withdraw": Part("previewing", _REPAIRING, "Asks to withdraw what a feed sent in error."),
    "feeds": Part("watching", _REPAIRING, "Lists what every sender owes, and who is late."),
    "matching": Part(
        "matching", _FORMING, "The matching that forms the categories: its runs, and why."
    ),
    "incident": Part("overlays", _FAILING, "Technical failures (p. 13)."),
    "budget": Part("overlays", _FAILING, "Budgets that have not paid (p. 9 part 2)."),
    "audit": Part(
        "auditing", _AUDITING, "The logs of acts and of answers: list, export, verify them."
    ),
    "clock": Part("sandbox", _TRYING, "The clock of a sandbox, and an empty register."),
    "scenario": Part("scenarios", _TRYING, "Lives told as events, and the answers expected."),
    "sample": Part("demonstrating", _TRYING, "Writes a region that could be, for tests."),
    "demo": Part("demonstrating", _TRYING, "Shows everything at work, in two or three minutes."),
}


class Parts(DescribedGroup):
    """All commands, each a name and a summary until it is called."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        for name, part in PARTS.items():
            self.commands[name] = TyperCommand(
                name, help=part.summary, rich_help_panel=part.heading
            )

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that *args* call."""
        if args and args[0] in PARTS:
            self._load(PARTS[args[0]].module)
        return super().resolve_command(ctx, args)

    def _load(self, module: str) -> None:
        part = typer.Typer()
        import_module(f"osms_cli.commands.{module}").add_to(part)
        self.commands.update(get_group(part).commands)


def build() -> typer.Typer:
    """The command with all its parts."""
    app = typer.Typer(
        name="osms",
        cls=Parts,
        help=reflowed(HELP),
        epilog="Example: osms --plaintext check 900101300017 --on 2026-10-31",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(root_callback())
    return app


def run(arguments: Sequence[str] | None = None) -> NoReturn:
    """Runs the command; whatever goes wrong is told in one message, without a traceback."""
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")  # failures are told by us
    try:
        status = build()(args=arguments, prog_name="osms", standalone_mode=False)
    except Failure as failure:
        status = _told(str(failure), failure.details, failure.status)
    except TyperException as error:
        status = _misused(error)
    except typer.Abort:
        status = _told("stopped", (), FAILED)
    sys.exit(status if isinstance(status, int) else 0)


def _told(message: str, details: Sequence[str], status: int) -> int:
    sys.stderr.write(f"osms: {message}\n")
    sys.stderr.writelines(f"  {detail}\n" for detail in details)
    return status


def _misused(error: TyperException) -> int:
    """Tells how the command was called wrongly, and where its help is."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "osms"
    if message := error.format_message():  # help for want of arguments has told it already
        sys.stderr.write(f"{path}: {message}\n  see: {path} --help\n")
    return error.exit_code
