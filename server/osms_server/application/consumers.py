"""
Registers persons on documents (p. 21, 57), and revokes registrations.

What the Rules refuse is refused with the paragraph: all of it at once, so that an operator need
not try again for every reason. A second registration of the same person and category takes two
persons: it waits until a supervisor other than the one who asks has approved it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple
from uuid import UUID

from osms_common.application.callers import Caller
from osms_common.domain.calendar import ONE_DAY
from osms_common.domain.codes import Category, Document
from osms_common.domain.errors import InvalidRequest, NotFound, RefusedByRules, WrongState
from osms_common.domain.identifiers import Iin, identifier_text
from osms_common.domain.violations import Reason, Violation
from osms_server.application.drafts import Drafts, PersonDraft
from osms_server.application.ports import Transaction
from osms_server.application.rows import (
    HeldBatchRow,
    HeldKind,
    RegistrationRow,
    RevocationRow,
)
from osms_server.rules.acceptance import crisis_window_open
from osms_server.rules.parameters import Parameters
from osms_server.rules.reference import DOCUMENT_ROUTES
from osms_server.rules.standing import document_end, fold_episodes, fold_registrations


class RegisterConsumer(NamedTuple):
    """An operator asks to register a person on documents."""

    iin: Iin
    category: Category
    applied_on: date
    documents: tuple[Document, ...]
    repeat_reason: str


class Registered(NamedTuple):
    """A registration, and the last day of its right, included."""

    row: RegistrationRow
    last_date: date


class AskedRegistration(NamedTuple):
    """The held batch in which a registration waits, and the last day that it would have."""

    held_batch_id: UUID
    last_date: date


def register_consumer(
    tx: Transaction, parameters: Parameters, caller: Caller, command: RegisterConsumer
) -> Registered | AskedRegistration:
    """
    Registers a person for one month from the application; a second time, only asks to.

    InvalidRequest: the application lies in the future or too far back. RefusedByRules: no
    documents suffice for the category, these do not, it holds already, or a second registration
    has no reason.
    """
    drafts = _gathered(tx, parameters, command)
    if _is_repeated(drafts.of(command.iin), command.category):
        last_date = document_end(command.applied_on, parameters) - ONE_DAY
        return AskedRegistration(_hold(tx, caller, command), last_date)
    return _keep(tx, parameters, drafts, command, caller.name)


def approve_registration(tx: Transaction, row: HeldBatchRow, parameters: Parameters) -> None:
    """Makes a second registration known now. RefusedByRules: by now the Rules refuse it."""
    content = row.content
    command = RegisterConsumer(
        Iin(content["iin"]),
        Category(content["category"]),
        date.fromisoformat(content["applied_on"]),
        tuple(Document(code) for code in content["documents"]),
        content["repeat_reason"],
    )
    drafts = _gathered(tx, parameters, command)
    _keep(tx, parameters, drafts, command, row.requested_by)


def _gathered(tx: Transaction, parameters: Parameters, command: RegisterConsumer) -> Drafts:
    """The person whom a registration is about; raises what refuses it."""
    _refuse_date(command.applied_on, tx.day, parameters)
    drafts = Drafts(tx, parameters)
    drafts.gather([command.iin])
    refusals = tuple(_refusals(drafts.of(command.iin), command, parameters))
    if refusals:
        raise RefusedByRules(refusals)
    return drafts


def _keep(
    tx: Transaction,
    parameters: Parameters,
    drafts: Drafts,
    command: RegisterConsumer,
    registered_by: str,
) -> Registered:
    row = RegistrationRow(
        command.iin,
        tx.new_id(),
        command.category,
        command.applied_on,
        [str(document) for document in command.documents],
        registered_by,
        command.repeat_reason,
        tx.revision,
    )
    drafts.add_registration(row)
    drafts.keep()
    return Registered(row, document_end(command.applied_on, parameters) - ONE_DAY)


def _hold(tx: Transaction, caller: Caller, command: RegisterConsumer) -> UUID:
    held_batch_id = tx.new_id()
    content = {
        "iin": command.iin,
        "category": command.category.value,
        "applied_on": command.applied_on.isoformat(),
        "documents": [str(document) for document in command.documents],
        "repeat_reason": command.repeat_reason,
    }
    tx.approvals.add(
        HeldBatchRow(
            held_batch_id,
            HeldKind.REPEATED_REGISTRATION,
            caller.name,
            tx.revision,
            f"{command.category} {identifier_text(command.iin)}",
            f"a second registration takes two persons; {command.repeat_reason}",
            content,
            1,
        )
    )
    return held_batch_id


def _refuse_date(applied_on: date, today: date, parameters: Parameters) -> None:
    if applied_on > today:
        value = f"{applied_on} > {today}"
        raise InvalidRequest((Violation("applied_date", Reason.DATE_IN_FUTURE, value),))
    first = parameters.first_date.on(today)
    if applied_on < first:
        value = f"{applied_on} < {first}"
        raise InvalidRequest((Violation("applied_date", Reason.DATE_TOO_EARLY, value),))


def _refusals(
    draft: PersonDraft, command: RegisterConsumer, parameters: Parameters
) -> Iterator[Violation]:
    category = command.category
    route = DOCUMENT_ROUTES.get(category)
    if route is None:
        yield Violation("category", Reason.NO_DOCUMENT_ROUTE, category, "p21")
    elif not route.is_proved_by(frozenset(command.documents)):
        shown = ", ".join(command.documents)
        yield Violation("documents", Reason.DOCUMENTS_INSUFFICIENT, shown, route.provision)
    if category is Category.CRISIS_RELEASE and not crisis_window_open(
        command.applied_on, parameters
    ):
        value = str(command.applied_on)
        yield Violation("applied_date", Reason.CRISIS_WINDOW_CLOSED, value, "p21.13")
    if _holds(draft, category, command.applied_on):
        yield Violation("category", Reason.CATEGORY_HOLDS, category, "p21")
    if _is_repeated(draft, category) and not command.repeat_reason:
        yield Violation("repeat_reason", Reason.REPEAT_NEEDS_REASON, category, "p21")


def _holds(draft: PersonDraft, category: Category, day: date) -> bool:
    episodes = fold_episodes(draft.assigned, draft.removed)
    died_on = min((episode.end for episode in episodes if episode.dead), default=date.max)
    return day < died_on and any(
        episode.category is category and episode.start <= day < episode.end for episode in episodes
    )


def _is_repeated(draft: PersonDraft, category: Category) -> bool:
    return any(fact.category is category for fact in draft.registered)


def revoke_registration(
    tx: Transaction, parameters: Parameters, caller: Caller, registration_id: UUID, reason: str
) -> date:
    """
    Revokes a registration; returns its last day, included: today, unless it had ended before.

    NotAllowed: the caller is no supervisor. NotFound: there is no such registration. WrongState:
    it is revoked already.
    """
    caller.must_be_supervisor("revoke a registration")
    row = tx.facts.registration(registration_id)
    if row is None:
        raise NotFound("registration", str(registration_id))
    drafts = Drafts(tx, parameters)
    drafts.gather([row.iin])
    draft = drafts.of(row.iin)
    if any(fact.registration_id == str(registration_id) for fact in draft.revoked):
        raise WrongState("registration", str(registration_id), "revoked")
    drafts.add_revocation(
        RevocationRow(row.iin, registration_id, caller.name, reason, tx.revision)
    )
    drafts.keep()
    standing = fold_registrations(draft.registered, draft.revoked, parameters)
    ends = {entry.registration_id: entry.end for entry in standing}
    return ends[str(registration_id)] - ONE_DAY
