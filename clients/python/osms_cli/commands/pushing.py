"""The commands that send files: osms push categories, payments, roster, reports, and others."""

from __future__ import annotations

from typing import Final

import typer

from osms_cli.commands.sending import (
    CATEGORY_FEED,
    CONTRIBUTION_FEED,
    PAYMENT_FEED,
    REPORT_FEED,
    ROSTER_CHANGE_FEED,
    TREATY_FEED,
    Again,
    Body,
    FailOnRejected,
    File,
    Files,
    Quiet,
    Sending,
    ValidateOnly,
    check_files,
    fail_on,
    push,
)
from osms_cli.drawing import rosters
from osms_cli.failures import MISUSED, Failure
from osms_cli.feeding.position import Destination
from osms_cli.feeding.snapshot import send_roster, try_roster
from osms_cli.registration import Commands, DescribedGroup, reflowed
from osms_cli.session import DEFAULT_MATCHING_ADDRESS, Session

STATE_CORPORATION: Final = "SC"

HELP: Final = """
Sends the files of the senders.

A file is CSV with a header or NDJSON with the same names, plain or .gz; - is standard input.
Beside it FILE.position remembers how far it was taken: after a cut the same command goes on from
there, and a file that is finished is left alone. A line that is no record is sent as it stands
and kept in the repair queue; it never stops the lines beside it, and does not change the exit
status unless --fail-on-rejected is given. A file with a header alone says that there is nothing to
report.

Reports and contributions go to the matching, a service of its own at another address.

With --validate-only nothing is stored and no position is touched: every line is judged as if it
were pushed, from the first on, and whoever would gain or lose days of the right is counted, over
all files that are tried together.
"""


def add_to(app: typer.Typer) -> None:
    """Adds the commands."""
    group = typer.Typer(cls=DescribedGroup, no_args_is_help=True, help=reflowed(HELP))
    app.add_typer(group, name="push")
    commands = Commands(group)
    commands.add(
        "categories",
        caller=STATE_CORPORATION,
        example="osms push categories categories/2026-06-30.csv.gz",
    )(categories)
    commands.add("treaty", caller=STATE_CORPORATION, example="osms push treaty treaty.csv")(treaty)
    commands.add(
        "payments",
        caller=STATE_CORPORATION,
        example="zcat payments.csv.gz | osms push payments - --quiet",
    )(payments)
    commands.add("roster", caller="BODY", example="osms push roster DEFENCE roster.csv")(roster)
    commands.add(
        "roster-changes",
        caller="BODY",
        example="osms push roster-changes DEFENCE changes.ndjson",
    )(roster_changes)
    to_the_matching = Commands(group, DEFAULT_MATCHING_ADDRESS)
    to_the_matching.add("reports", example="osms push reports --as MOJ acts.ndjson.gz")(reports)
    to_the_matching.add(
        "contributions",
        caller=STATE_CORPORATION,
        example="osms push contributions contributions.ndjson.gz",
    )(contributions)


def categories(
    session: Session,
    files: Files,
    *,
    validate_only: ValidateOnly = False,
    again: Again = False,
    fail_on_rejected: FailOnRejected = False,
    quiet: Quiet = False,
) -> None:
    """
    Sends assignments and removals of categories, as the State Corporation.

    Columns: kind (ASSIGNED, REMOVED), number, iin, category, assigned_on, source, and of a
    removal removed_on, removal_source, removal_reason. Days are YYYY-MM-DD. docs/codes.md lists
    the codes of categories and sources.
    """
    sending = Sending(
        CATEGORY_FEED,
        session.sender(),
        again=again,
        quiet=quiet,
        validate_only=validate_only,
        fail_on_rejected=fail_on_rejected,
    )
    push(session, files, sending)


def treaty(
    session: Session,
    files: Files,
    *,
    validate_only: ValidateOnly = False,
    again: Again = False,
    fail_on_rejected: FailOnRejected = False,
    quiet: Quiet = False,
) -> None:
    """
    Sends the list of foreigners under treaties, as the State Corporation.

    Columns: kind (LISTED, REMOVED), number, iin, assigned_on, source, and of a removal
    removed_on, removal_source, removal_reason. The numbers go on in one series with those of the
    categories.
    """
    sending = Sending(
        TREATY_FEED,
        session.sender(),
        again=again,
        quiet=quiet,
        validate_only=validate_only,
        fail_on_rejected=fail_on_rejected,
    )
    push(session, files, sending)


def payments(
    session: Session,
    files: Files,
    *,
    validate_only: ValidateOnly = False,
    again: Again = False,
    fail_on_rejected: FailOnRejected = False,
    quiet: Quiet = False,
) -> None:
    """
    Sends payments and refunds, as the State Corporation.

    Columns: kind (PAYMENT, REFUND), reference, iin, surname, given_name, patronymic, payer_id,
    payer_name, payer_kind (INDEPENDENT, EMPLOYER or empty), period (MMYYYY), received_on,
    amount, knp, and of a refund refund_reference, refunded_on.
    """
    sending = Sending(
        PAYMENT_FEED,
        session.sender(),
        again=again,
        quiet=quiet,
        validate_only=validate_only,
        fail_on_rejected=fail_on_rejected,
    )
    push(session, files, sending)


def roster_changes(  # noqa: PLR0913 - the options of the command
    session: Session,
    body: Body,
    files: Files,
    *,
    validate_only: ValidateOnly = False,
    again: Again = False,
    fail_on_rejected: FailOnRejected = False,
    quiet: Quiet = False,
) -> None:
    """
    Sends who joined a body and who left it, as that body.

    Columns: op (ADD, REMOVE), iin, changed_on, reservist (true or empty).
    """
    sending = Sending(
        ROSTER_CHANGE_FEED,
        session.sender(body),
        again=again,
        quiet=quiet,
        validate_only=validate_only,
        fail_on_rejected=fail_on_rejected,
    )
    push(session, files, sending)


def roster(
    session: Session,
    body: Body,
    file: File,
    *,
    validate_only: ValidateOnly = False,
    again: Again = False,
    fail_on_rejected: FailOnRejected = False,
) -> None:
    """
    Sends the full list of a body, as that body: whole, or not at all.

    Columns: iin, reservist (true or empty). Whoever is not in the list is no longer listed; a
    list that would end too many listings waits for a supervisor.
    """
    sender = session.sender(body)
    destination = Destination("ROSTER", sender, session.address)
    check_files([file])
    client = session.client(sender)
    if validate_only:
        sent = try_roster(client, body, file, destination)
        session.show(sent.tried_document(), lambda _: rosters.draw(sent))
    else:
        sent = send_roster(client, body, file, destination, again=again)
        session.show(sent.document(), lambda _: rosters.draw(sent))
    if fail_on_rejected:
        fail_on(sent.position.counts.get("rejected", 0) or len(sent.rejected), tried=validate_only)


def reports(
    session: Session,
    files: Files,
    *,
    validate_only: ValidateOnly = False,
    again: Again = False,
    fail_on_rejected: FailOnRejected = False,
    quiet: Quiet = False,
) -> None:
    """
    Sends to the matching what a source system has registered, as that system.

    Each line is a ReportRecord of the contract as JSON. The system is named by --as, such as MOJ;
    the State Corporation sends in the same way what fathers apply for.
    """
    if not session.sender():
        raise Failure(
            "nothing was sent", ("name the system with --as, such as --as MOJ",), MISUSED
        )
    sending = Sending(
        REPORT_FEED,
        session.sender(),
        again=again,
        quiet=quiet,
        validate_only=validate_only,
        fail_on_rejected=fail_on_rejected,
    )
    push(session, files, sending)


def contributions(
    session: Session,
    files: Files,
    *,
    validate_only: ValidateOnly = False,
    again: Again = False,
    fail_on_rejected: FailOnRejected = False,
    quiet: Quiet = False,
) -> None:
    """
    Sends to the matching pension contributions and social deductions, as the State Corporation.

    Each line is a ContributionRecord of the contract as JSON.
    """
    sending = Sending(
        CONTRIBUTION_FEED,
        session.sender(),
        again=again,
        quiet=quiet,
        validate_only=validate_only,
        fail_on_rejected=fail_on_rejected,
    )
    push(session, files, sending)
