"""What takes two persons: one asks, another decides, and neither time nor a restart does it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import pytest

from osms_client import (
    CategoryAssigned,
    NamedCaller,
    NotAllowed,
    NotFound,
    OsmsClient,
    Refused,
    RosterLine,
)
from osms_server.bootstrap import running_server
from osms_server.config import Settings, Transport
from tests.conftest import ClientOf
from tests.people import AIGUL, people
from tests.rpc.sending import (
    MORNING,
    TODAY,
    assigned,
    at,
    push_categories,
    removed,
)

BIRTH: Final = ["BIRTH_CERTIFICATE"]
STRICT: Final = {"removal_count": "3", "removal_share": "0.01", "snapshot_loss_count": "2"}
MANY: Final = people(10)


def fund_incident(of: ClientOf, asker: str) -> str:
    """Somebody declares that the Fund's own system has failed."""
    return of(asker).declare_incident("I-1", ["FUND"], TODAY).held_batch_id


def budget_lapse(of: ClientOf, asker: str) -> str:
    """Somebody records that a budget has paid nothing."""
    return of(asker).record_budget_lapse("LOCAL", TODAY)


def withdrawal(of: ClientOf, asker: str) -> str:
    """Somebody asks to withdraw what the State Corporation sent."""
    push_categories(of("SC"), assigned(AIGUL, number=1))
    return of(asker).withdraw("CATEGORY", "SC", (1, 1), "a test file").held_batch_id


def repeated_registration(of: ClientOf, asker: str) -> str:
    """Somebody registers a person for the second time."""
    of("operator1").register(AIGUL, "R01", TODAY, BIRTH)
    return (
        of(asker).register(AIGUL, "R01", TODAY, BIRTH, repeat_reason="no data yet").held_batch_id
    )


def shrunken_snapshot(of: ClientOf, asker: str) -> str:
    """A body sends a list from which too many are gone."""
    of("DEFENCE").push_roster("DEFENCE", list(map(RosterLine, MANY)))
    return of(asker).push_roster("DEFENCE", [RosterLine(MANY[0])]).held_batch_id


def mass_removal(of: ClientOf, asker: str) -> str:
    """The State Corporation sends too many removals of a category."""
    pupils = [assigned(iin, number=number) for number, iin in enumerate(MANY, 1)]
    push_categories(of("SC"), *pupils)
    of("supervisor3").advance_clock(at(TODAY + timedelta(days=1)))
    gone = [removed(pupil, TODAY, number=100 + pupil.number) for pupil in pupils]
    ack = push_categories(of(asker), *gone)
    (held,) = {outcome.held_batch_id for outcome in ack.outcomes} - {""}
    return held


@dataclass(frozen=True)
class Matter:
    """Something that takes two: how it is asked for, by whom, and how it is called."""

    ask: Callable[[ClientOf, str], str]
    asker: str
    kind: str


MATTERS: Final = {
    "a failure of the Fund's system": Matter(fund_incident, "supervisor1", "FUND_INCIDENT"),
    "an unpaid budget": Matter(budget_lapse, "supervisor1", "BUDGET_LAPSE"),
    "a withdrawal": Matter(withdrawal, "supervisor1", "WITHDRAWAL"),
    "a second registration by a supervisor": Matter(
        repeated_registration, "supervisor1", "REPEATED_REGISTRATION"
    ),
    "a second registration by an operator": Matter(
        repeated_registration, "operator1", "REPEATED_REGISTRATION"
    ),
    "a snapshot that shrank": Matter(shrunken_snapshot, "DEFENCE", "ROSTER_SNAPSHOT"),
    "many removals": Matter(mass_removal, "SC", "CATEGORY_REMOVALS"),
}
every_matter = pytest.mark.parametrize("matter", MATTERS.values(), ids=MATTERS)


@pytest.fixture
def of(client_of: ClientOf) -> ClientOf:
    """Everybody, before an empty register that holds what would end a few."""
    client_of("supervisor1").reset_sandbox(MORNING, STRICT)
    return client_of


def waiting(fund: OsmsClient) -> list[tuple[str, str, str]]:
    """What waits: its id, its kind, and who asked."""
    return [
        (held.held_batch_id, held.kind, held.requested_by)
        for held in fund.held_batches(state="WAITING")
    ]


@every_matter
def test_it_is_seen_to_wait_and_only_another_supervisor_approves(
    of: ClientOf, matter: Matter
) -> None:
    """Neither who asked nor an operator; another supervisor does, and then nothing waits."""
    held = matter.ask(of, matter.asker)
    for who in ("operator1", "supervisor1", "supervisor2"):
        assert (held, matter.kind, matter.asker) in waiting(of(who))
    for who in {"operator1", matter.asker} - {"SC", "DEFENCE"}:
        with pytest.raises(NotAllowed):
            of(who).approve(held)
    for who in ("SC", "DEFENCE", "MOE", "clinic1", "auditor1"):
        with pytest.raises(NotAllowed):
            of(who).approve(held)
    assert waiting(of("supervisor2")) == [(held, matter.kind, matter.asker)]
    decision = of("supervisor2").approve(held)
    assert (decision.held_batch.state, decision.held_batch.decided_by) == (
        "APPROVED",
        "supervisor2",
    )
    assert waiting(of("supervisor2")) == []


@every_matter
def test_no_time_completes_it(of: ClientOf, matter: Matter) -> None:
    """After a year and more it still waits, and is not known."""
    held = matter.ask(of, matter.asker)
    before = told(of)
    of("supervisor3").advance_clock(at(TODAY + timedelta(days=400)))
    assert waiting(of("supervisor2")) == [(held, matter.kind, matter.asker)]
    assert told(of) == before


def told(of: ClientOf) -> list[Any]:
    """What would be otherwise if it were known: answers, failures, budgets, registrations."""
    fund = of("supervisor2")
    days = (TODAY, TODAY + timedelta(days=2))
    answers = [fund.check(iin, day).ground for iin in (AIGUL, *MANY) for day in days]
    incidents = [each.incident_code for each in fund.incidents()]
    try:
        registered = len(fund.consumer(AIGUL).registrations)
    except NotFound:
        registered = 0
    with pytest.raises(Refused):
        fund.lift_budget_lapse("LOCAL")
    return [answers, incidents, registered]


@every_matter
def test_no_restart_completes_it(of: ClientOf, dsn: str, matter: Matter) -> None:
    """A server that comes anew to the same register finds it waiting, and takes the decision."""
    held = matter.ask(of, matter.asker)
    settings = Settings.read(
        listen="127.0.0.1:0", transport=Transport.PLAINTEXT, dsn=dsn, sandbox=True
    )
    with (
        running_server(settings) as running,
        OsmsClient(running.address, NamedCaller("supervisor2")) as fund,
    ):
        assert waiting(fund) == [(held, matter.kind, matter.asker)]
        assert fund.decline(held, reason="not now").held_batch.state == "DECLINED"
    assert waiting(of("supervisor1")) == []


@every_matter
def test_declined_it_never_is(of: ClientOf, matter: Matter) -> None:
    """Nothing has changed, and nobody can approve it any more."""
    held = matter.ask(of, matter.asker)
    before = told(of)
    of("supervisor2").decline(held)
    assert told(of) == before
    with pytest.raises(Refused):
        of("supervisor3").approve(held)


# A person has one name, in whatever role.


def test_a_person_does_not_become_another_by_another_role(dsn: str) -> None:
    """Who asks as an operator and decides as a supervisor is one person, however it is spelt."""
    settings = Settings.read(listen="127.0.0.1:0", transport=Transport.PLAINTEXT, dsn=dsn)
    with running_server(settings) as running:

        def of(name: str) -> OsmsClient:
            return OsmsClient(running.address, NamedCaller(name))

        with of("fund-operator/a.bekova") as operator:
            today = operator.check(AIGUL).on_date
            operator.register(AIGUL, "R12", today, ["DISABILITY_CERTIFICATE"])
            again = operator.register(
                AIGUL, "R12", today, ["DISABILITY_CERTIFICATE"], repeat_reason="no data yet"
            )
        for name in ("fund-supervisor/a.bekova", "fund-supervisor/A.Bekova"):
            with of(name) as herself, pytest.raises(NotAllowed):
                herself.approve(again.held_batch_id)
        with of("fund-supervisor/d.omarov") as another:
            assert another.approve(again.held_batch_id).held_batch.state == "APPROVED"


# What a supervisor has written into somebody's line is that supervisor's.


def test_who_corrected_a_removal_does_not_approve_it(of: ClientOf) -> None:
    """The others of the batch may be approved; the corrected one takes another supervisor."""
    pupils = [assigned(iin, number=number) for number, iin in enumerate(MANY, 1)]
    push_categories(of("SC"), *pupils)
    of("supervisor3").advance_clock(at(TODAY + timedelta(days=1)))
    faulty = removed(episode_of_nobody(pupils[0]), TODAY, number=100)
    gone = [removed(pupil, TODAY, number=100 + pupil.number) for pupil in pupils[1:]]
    ack = push_categories(of("SC"), *gone, faulty)
    (held,) = {outcome.held_batch_id for outcome in ack.outcomes} - {""}
    (rejection,) = of("supervisor1").rejections(state="OPEN")
    corrected = of("supervisor1").resubmit(
        rejection.rejection_id, removed(pupils[0], TODAY, number=101_000)
    )
    assert (corrected.outcome, corrected.held_batch_id) == ("HELD_FOR_APPROVAL", held)
    with pytest.raises(NotAllowed):
        of("supervisor1").approve(held)
    with pytest.raises(NotAllowed):
        of("supervisor1").approve(held, [corrected.position])
    others = [outcome.position for outcome in ack.outcomes if outcome.held_batch_id]
    assert of("supervisor1").approve(held, others).count == len(others)
    assert of("supervisor2").approve(held).count == 1


def episode_of_nobody(pupil: CategoryAssigned) -> CategoryAssigned:
    """An episode of the same person that was never assigned."""
    return assigned(pupil.iin, on=date(2020, 1, 1), number=pupil.number)


def test_by_the_day_of_the_approval_the_rules_may_refuse_it(of: ClientOf) -> None:
    """The category has come meanwhile: there is no second registration beside it."""
    held = repeated_registration(of, "operator1")
    push_categories(of("SC"), assigned(AIGUL, "R01", TODAY, number=1))
    with pytest.raises(Refused) as caught:
        of("supervisor2").approve(held)
    assert [violation.reason for violation in caught.value.violations] == ["CATEGORY_HOLDS"]
    assert len(waiting(of("supervisor2"))) == 1
