"""
The tables of the matching, in a database of its own.

What is said of people has the IIN first in its key. Evidence is only ever added: each row is known
from `known` on, and one that was corrected or withdrawn was known until `withdrawn`. Grants are
kept as history, so that who held what before any run can be read again. What a run needs while it
is being made lies in the schema `forming`, goes with it, and is in no backup's way. IINs are
numbers here; amounts are in tiyn; codes are written as in the contract.
"""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from osms_common.persistence.act_tables import NAMES

metadata = sa.MetaData(naming_convention=NAMES)

Code = sa.Text(collation="C")

FORMING: Final = "forming"
"""The schema of what a run needs while it is being made."""


def _column(name: str, kind: Any, **options: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=options.pop("nullable", False), **options)


def _key(name: str, kind: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, primary_key=True, autoincrement=False)


def _partial(*columns: str, where: str, unique: bool = False) -> sa.Index:
    return sa.Index(None, *columns, unique=unique, postgresql_where=sa.text(where))


head = sa.Table(
    "head",
    metadata,
    _key("singleton", sa.Boolean),
    _column("revision", sa.BigInteger),
    sa.CheckConstraint("singleton", name="one_row"),
    comment="The last revision. Its lock orders writers.",
)

report = sa.Table(
    "report",
    metadata,
    _key("iin", sa.BigInteger),
    _key("kind", Code),
    _key("source", Code),
    _key("record_id", Code),
    _key("known", sa.BigInteger),
    _column("withdrawn", sa.BigInteger, nullable=True),
    _column("starts_on", sa.Date, nullable=True),
    _column("ends_on", sa.Date, nullable=True),
    _column("detail", Code, nullable=True),
    _column("happened_on", sa.Date, nullable=True),
    _column("other_iin", sa.BigInteger, nullable=True),
    _column("third_iin", sa.BigInteger, nullable=True),
    sa.CheckConstraint("(starts_on is null) = (ends_on is null)", name="days_have_both_ends"),
    sa.CheckConstraint("withdrawn > known", name="known_before_withdrawn"),
    _partial("source", "kind", "record_id", where="withdrawn is null", unique=True),
    _partial("other_iin", where="other_iin is not null"),
    _partial("third_iin", where="third_iin is not null"),
    comment="What sources report, version after version of each record. Of a parentage the person"
    " is the child, the others are mother and father; of a guardianship child and guardian; of a"
    " marriage husband and wife; of an application whoever applies and the child.",
)

contribution = sa.Table(
    "contribution",
    metadata,
    _key("iin", sa.BigInteger),
    _key("period", sa.Date),
    _key("kind", Code),
    _key("reference", Code),
    _column("paid_on", sa.Date),
    _column("amount", sa.BigInteger),
    _column("known", sa.BigInteger),
    _column("withdrawn", sa.BigInteger, nullable=True),
    sa.CheckConstraint("extract(day from period) = 1", name="period_is_month"),
    sa.CheckConstraint("amount > 0", name="amount_above_zero"),
    sa.CheckConstraint("withdrawn > known", name="known_before_withdrawn"),
    sa.Index(None, "paid_on", postgresql_using="brin"),
    comment="Lines of payments: pension contributions and social deductions.",
)

contribution_refund = sa.Table(
    "contribution_refund",
    metadata,
    _key("iin", sa.BigInteger),
    _key("period", sa.Date),
    _key("kind", Code),
    _key("reference", Code),
    _key("refund_reference", Code),
    _column("refunded_on", sa.Date),
    _column("amount", sa.BigInteger),
    _column("known", sa.BigInteger),
    _column("withdrawn", sa.BigInteger, nullable=True),
    sa.CheckConstraint("amount > 0", name="amount_above_zero"),
    sa.CheckConstraint("withdrawn > known", name="known_before_withdrawn"),
    sa.Index(None, "refund_reference", unique=True),
    comment="Lines that are given back, in whole or in part.",
)

run = sa.Table(
    "run",
    metadata,
    _key("number", sa.Integer),
    _column("run_id", pg.UUID),
    _column("day", sa.Date),
    _column("kind", Code),
    _column("known", sa.BigInteger),
    _column("made_at", sa.DateTime(timezone=True)),
    _column("state", Code),
    _column("begun_by", sa.Text),
    _column("decided_by", sa.Text, nullable=True),
    _column("bereft_count", sa.BigInteger),
    sa.Index(None, "run_id", unique=True),
    sa.Index(None, "day"),
    sa.CheckConstraint("number > 0", name="number_above_zero"),
    comment="Matchings, numbered in their order. What was granted elsewhere is of number 0.",
)

run_count = sa.Table(
    "run_count",
    metadata,
    _key("number", sa.Integer),
    _key("category", Code),
    _column("held_count", sa.BigInteger),
    _column("granted_count", sa.BigInteger),
    _column("withdrawn_count", sa.BigInteger),
    comment="How many held a category before a run, and what it changed.",
)

decision = sa.Table(
    "decision",
    metadata,
    _key("iin", sa.BigInteger),
    _key("run", sa.Integer),
    _key("category", Code),
    _column("outcome", Code),
    _column("reason", Code),
    _column("source", Code),
    _column("provisions", pg.ARRAY(sa.Text)),
    _column("month_count", sa.SmallInteger),
    _column("found", sa.BigInteger),
    _column("assigned_on", sa.Date),
    _column("other_category", Code, nullable=True),
    _column("undone", sa.Boolean),
    sa.Index(None, "run", "iin", "category"),
    comment="What a run grants and withdraws. `found` has two bits for each month that was looked"
    " at, the latest lowest: a pension contribution, a social deduction.",
)

category_grant = sa.Table(
    "category_grant",
    metadata,
    _key("iin", sa.BigInteger),
    _key("category", Code),
    _key("since_run", sa.Integer),
    _column("until_run", sa.Integer, nullable=True),
    _column("assigned_on", sa.Date),
    _column("source", Code),
    _column("places", pg.JSONB, nullable=True),
    _partial("until_run", where="until_run is not null"),
    sa.CheckConstraint("until_run > since_run", name="since_before_until"),
    comment="Who holds what, from the run that made it so until the one that made it otherwise.",
)
