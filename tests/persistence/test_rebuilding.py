"""What follows from the facts can be compared with them, and made anew, at any time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date

import pytest
import sqlalchemy as sa

from osms_client import OsmsClient
from osms_common.domain.identifiers import Iin
from osms_server import maintenance
from osms_server.application import rebuilding
from osms_server.application.rebuilding import Comparison, Portion
from osms_server.bootstrap import Engines
from osms_server.config import Settings
from osms_server.maintenance import Report
from tests.conftest import ClientOf
from tests.people import AIGUL, STRANGER
from tests.persistence.contents import Contents, contents
from tests.processes import run
from tests.rpc.lives import CHILD, EMPLOYEE, EVERYBODY, FORMER_STUDENT, SOLDIER

PROJECTIONS = ["person", "roster_member"]
A_FEW = 4
"""Persons of a portion, so that some people are many portions."""


@pytest.fixture(autouse=True)
def small_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    """The work is cut into several parts."""
    monkeypatch.setattr(maintenance, "_PORTION", A_FEW)


@pytest.fixture(scope="module", autouse=True)
def connections(dsn: str) -> Iterator[None]:
    """The connections of the runs over the register, closed with the module."""
    yield
    register = maintenance._registers.pop(dsn, None)
    if register:
        register._engine.dispose()


def verify(dsn: str, settings: Settings) -> Report:
    """Compares all, in this process."""
    return maintenance.verify(dsn, settings, processes=1)


def projections(engines: Engines) -> Contents:
    """All that follows from the facts."""
    return contents(engines.transactions, PROJECTIONS)


def change(engines: Engines, statement: str, iin: str = "") -> None:
    """Somebody changes what is kept, past the service."""
    with engines.transactions.begin() as connection:
        connection.execute(sa.text(statement), {"iin": int(iin or 0)})


TAMPERED: dict[str, tuple[str, str]] = {
    "days are added": (
        "update person set timeline = '20200101R01' where iin = :iin",
        FORMER_STUDENT,
    ),
    "days are taken away": ("update person set timeline = '' where iin = :iin", CHILD),
    "a paid month is taken away": ("update person set ledger = '' where iin = :iin", EMPLOYEE),
    "it is said to be older": (
        "update person set first_revision = first_revision - 1 where iin = :iin",
        CHILD,
    ),
    "it is said to be newer": (
        "update person set revision = revision + 1 where iin = :iin",
        CHILD,
    ),
    "kinds of facts are left out": ("update person set fact_kinds = 0 where iin = :iin", SOLDIER),
    "a person is taken out": ("delete from person where iin = :iin", CHILD),
    "a person is made up": (
        "insert into person values (:iin, 1, 1, 1, '20200101R01', '')",
        STRANGER,
    ),
    "a fact is taken out": ("delete from category_fact where iin = :iin", CHILD),
    "a fact is changed": (
        "update category_fact set category = 'R02' where iin = :iin",
        CHILD,
    ),
}


def test_what_the_service_keeps_is_what_the_facts_say(
    everybody: date, dsn: str, settings: Settings
) -> None:
    """After everything that can happen to people."""
    report = verify(dsn, settings)
    assert report.compared == Comparison(len(EVERYBODY), 0)
    assert report.differing == 0


@pytest.mark.parametrize(("statement", "iin"), TAMPERED.values(), ids=TAMPERED)
def test_what_was_tampered_with_is_found(
    everybody: date, dsn: str, engines: Engines, settings: Settings, statement: str, iin: str
) -> None:
    """It is told whose it is; nothing is mended by looking at it."""
    change(engines, statement, iin)
    before = contents(engines.transactions)
    report = verify(dsn, settings)
    assert report.differing == 1
    assert report.compared.named == (int(iin),)
    assert contents(engines.transactions) == before


MEMBERS: dict[str, str] = {
    "left out": "delete from roster_member",
    "made up": "insert into roster_member values ('DEFENCE', 900101300017)",
}


@pytest.mark.parametrize("statement", MEMBERS.values(), ids=MEMBERS)
def test_a_roster_that_was_tampered_with_is_found_and_mended(
    everybody: date, dsn: str, engines: Engines, settings: Settings, statement: str
) -> None:
    """Whom a body lists follows from what it has sent."""
    right = projections(engines)
    change(engines, statement)
    assert verify(dsn, settings).members_differing == 1
    assert maintenance.rebuild(dsn, settings, processes=1).members_differing == 1
    assert projections(engines) == right


def test_all_can_be_made_anew_by_several_processes(
    everybody: date,
    dsn: str,
    engines: Engines,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each does its parts, and this one none; from nothing but the facts comes what was there."""
    right = projections(engines)
    change(engines, "update person set timeline = '', ledger = '', fact_kinds = 0")
    change(engines, "delete from roster_member")
    with monkeypatch.context() as here:
        here.setattr(rebuilding, "rebuild", None)
        report = maintenance.rebuild(dsn, settings, processes=2)
    assert report.compared.people == report.compared.differing == len(EVERYBODY)
    assert projections(engines) == right


def test_all_can_be_made_anew_from_nothing(
    everybody: date, dsn: str, engines: Engines, settings: Settings
) -> None:
    """Also where nobody is left by whom the work could be cut into parts."""
    right = projections(engines)
    change(engines, "delete from person")
    change(engines, "delete from roster_member")
    assert maintenance.rebuild(dsn, settings).compared.differing == len(EVERYBODY)
    assert projections(engines) == right


def test_what_is_right_is_left_as_it_is(
    everybody: date, dsn: str, engines: Engines, settings: Settings
) -> None:
    """To make a right register anew changes no row of it."""
    with engines.transactions.connect() as connection:
        places = sa.text("select iin, ctid::text, xmin::text from person order by iin")
        before = connection.execute(places).all()
        connection.rollback()
        assert maintenance.rebuild(dsn, settings, processes=1).differing == 0
        assert connection.execute(places).all() == before


def test_the_service_goes_on_after_it(
    everybody: date, dsn: str, engines: Engines, settings: Settings, client_of: ClientOf
) -> None:
    """The answer is right again, and what comes next is added to what was mended."""
    clinic: OsmsClient = client_of("clinic1")
    change(engines, "update person set timeline = '' where iin = :iin", CHILD)
    assert not clinic.check(CHILD).entitled
    maintenance.rebuild(dsn, settings, processes=1)
    assert clinic.check(CHILD).entitled
    client_of("operator1").register(AIGUL, "R01", everybody, ["BIRTH_CERTIFICATE"])
    assert verify(dsn, settings).compared == Comparison(len(EVERYBODY) + 1, 0)


# How the work is shared.


def who_works(portion: Portion) -> Comparison:
    """The process that does a part of the work, in the place of its result."""
    return Comparison(os.getpid(), 0)


def own_process(processes: int, portions: int) -> list[bool]:
    """Which parts are done by this very process."""
    parts = [Portion(Iin(number), Iin(number)) for number in range(portions)]
    return [done.people == os.getpid() for done in maintenance._over(parts, who_works, processes)]


def test_one_process_or_one_part_takes_no_others() -> None:
    """To start a process costs more than a small register."""
    assert own_process(1, 3) == [True] * 3
    assert own_process(8, 1) == [True]


def test_only_the_first_few_are_named() -> None:
    """Enough to look into it; a list of everybody would be a copy of the register."""
    many = [Comparison(10, 10, tuple(map(Iin, range(at, at + 10)))) for at in range(0, 50, 10)]
    added = Comparison(0, 0)
    for part in many:
        added = added.plus(part)
    assert added == Comparison(50, 50, tuple(map(Iin, range(20))))


# As a command.


def test_the_command_says_whose_rows_differ(everybody: date, dsn: str, engines: Engines) -> None:
    """The IIN and nothing else of the person; its status says that something is wrong."""
    change(engines, "update person set timeline = '20200101M' where iin = :iin", CHILD)
    ran = run("verify", "--dsn", dsn, "--processes", "1")
    assert ran.returncode == 1
    assert ran.stderr == ""
    assert ran.stdout.partition("a second): ")[2].splitlines() == [
        "1 differences",
        f"the rows of these persons are not what their facts say: {CHILD}",
    ]
