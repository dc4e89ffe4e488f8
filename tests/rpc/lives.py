"""People of every kind: one for each ground, and some who have none or several."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Final

from osms_client import RosterLine
from tests.conftest import ClientOf
from tests.people import EMPLOYER, STRANGER, people
from tests.rpc.sending import (
    TODAY,
    assigned,
    paid_months,
    push_categories,
    push_payments,
    refunded,
    removed,
)

(
    CHILD,
    PENSIONER,
    UNEMPLOYED,
    FORMER_STUDENT,
    LONG_AGO,
    VOIDED,
    DEAD,
    FOREIGNER,
    EMPLOYEE,
    FORMER_EMPLOYEE,
    REFUNDED,
    SELF_EMPLOYED,
    SOLDIER,
    PATIENT,
    WORKING_PENSIONER,
) = EVERYBODY = people(15, after=5_000)

SURNAME: Final = "Құпиясов"
PAYER: Final = "Secret Works LLP"
AMOUNT: Final = "98765.43"

_DETAILS: Final = {
    "surname": SURNAME,
    "payer_id": EMPLOYER,
    "payer_name": PAYER,
    "amount": AMOUNT,
}


def tell_categories(client_of: ClientOf) -> None:
    """Tells who is in a category, and who is no more."""
    student = assigned(FORMER_STUDENT, "R13", date(2024, 9, 1), source="MOSHE")
    long_ago = assigned(LONG_AGO, "R13", date(2020, 9, 1), source="MOSHE")
    voided = assigned(VOIDED, "R14", date(2026, 2, 1), source="MLSPP")
    dead = assigned(DEAD, "R07", date(2010, 1, 1), source="MLSPP")
    push_categories(
        client_of("SC"),
        assigned(CHILD, "R01", date(2020, 3, 3)),
        assigned(PENSIONER, "R07", date(2015, 5, 1), source="MLSPP"),
        assigned(PENSIONER, "R12", date(2026, 3, 1), source="MLSPP"),
        assigned(UNEMPLOYED, "L01", date(2026, 6, 15), source="MLSPP"),
        student,
        removed(student, date(2026, 6, 1)),
        long_ago,
        removed(long_ago, date(2023, 7, 1)),
        voided,
        removed(voided, voided.assigned_on),
        dead,
        removed(dead, date(2026, 6, 20), reason="DEATH"),
        assigned(FOREIGNER, "F01", date(2026, 1, 1), source="FWIS"),
        assigned(WORKING_PENSIONER, "R07", date(2015, 5, 1), source="MLSPP"),
    )


def tell_payments(client_of: ClientOf) -> None:
    """Tells who pays, who has stopped to, and who was given a month back."""
    year, details = date(2025, 6, 1), _DETAILS
    refunded_months = paid_months(REFUNDED, year, 12, **details)
    self_employed = paid_months(
        SELF_EMPLOYED, date(2026, 1, 1), 12, **{**details, "payer_kind": "INDEPENDENT"}
    )
    push_payments(
        client_of("SC"),
        *paid_months(EMPLOYEE, year, 12, **details),
        *paid_months(FORMER_EMPLOYEE, date(2025, 3, 1), 12, **details),
        *paid_months(WORKING_PENSIONER, year, 12, **details),
        *paid_months(DEAD, year, 12, **details),
        *(replace(line, received_on=date(2026, 6, 25)) for line in self_employed),
        *refunded_months,
        refunded(refunded_months[3], AMOUNT),
    )


def tell_everything(client_of: ClientOf) -> None:
    """Tells of everybody, on the day that the clock shows."""
    tell_categories(client_of)
    tell_payments(client_of)
    client_of("DEFENCE").push_roster("DEFENCE", [RosterLine(SOLDIER)])
    client_of("operator1").register(PATIENT, "R02", TODAY, ["FORM_027E"])


GROUNDS: Final = {
    CHILD: "CATEGORY",
    PENSIONER: "CATEGORY",
    UNEMPLOYED: "CATEGORY",
    FORMER_STUDENT: "RETENTION",
    LONG_AGO: None,
    VOIDED: None,
    DEAD: None,
    FOREIGNER: "TREATY",
    EMPLOYEE: "PAYER",
    FORMER_EMPLOYEE: None,
    REFUNDED: None,
    SELF_EMPLOYED: "SELF_PAYER",
    SOLDIER: "ROSTER",
    PATIENT: "DOCUMENT",
    WORKING_PENSIONER: "CATEGORY",
    STRANGER: None,
}
"""The ground of each on the first day."""
