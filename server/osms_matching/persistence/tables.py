"""
The tables of the matching, in a database of its own.

What is said of people has the IIN first in its key. Evidence is only ever added: each row is known
from `known` on, and one that was corrected or withdrawn was known until `withdrawn`. Grants are
kept as history, so that who held what before any run can be read again. What a run needs while it
is being made lies in the schema `forming`, goes with it, and is in no backup's way. IINs are
numbers here; amounts are in tiyn; codes are written as in the contract.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from osms_common.persistence.columns import column, key
from osms_common.persistence.shared_tables import NAMES

metadata = sa.MetaData(naming_convention=NAMES)

Code = sa.Text(collation="C")

FORMING: Final = "forming"
"""The schema of what a run needs while it is being made."""


def _partial(*columns: str, where: str, unique: bool = False) -> sa.Index:
    return sa.Index(None, *columns, unique=unique, postgresql_where=sa.text(where))


head = sa.Table(
    "head",
    metadata,
    key("singleton", sa.Boolean),
    column("revision", sa.BigInteger),
    sa.CheckConstraint("singleton", name="one_row"),
    comment="The last revision. Its lock orders writers.",
)

report = sa.Table(
    "report",
    metadata,
    key("iin", sa.BigInteger),
    key("kind", Code),
    key("source", Code),
    key("record_id", Code),
    key("known", sa.BigInteger),
    column("withdrawn", sa.BigInteger, nullable=True),
    column("starts_on", sa.Date, nullable=True),
    column("ends_on", sa.Date, nullable=True),
    column("detail", Code, nullable=True),
    column("happened_on", sa.Date, nullable=True),
    column("other_iin", sa.BigInteger, nullable=True),
    column("third_iin", sa.BigInteger, nullable=True),
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
    key("iin", sa.BigInteger),
    key("period", sa.Date),
    key("kind", Code),
    key("reference", Code),
    column("paid_on", sa.Date),
    column("amount", sa.BigInteger),
    column("known", sa.BigInteger),
    column("withdrawn", sa.BigInteger, nullable=True),
    sa.CheckConstraint("extract(day from period) = 1", name="period_is_month"),
    sa.CheckConstraint("amount > 0", name="amount_above_zero"),
    sa.CheckConstraint("withdrawn > known", name="known_before_withdrawn"),
    sa.Index(None, "paid_on", postgresql_using="brin"),
    comment="Lines of payments: pension contributions and social deductions.",
)

contribution_refund = sa.Table(
    "contribution_refund",
    metadata,
    key("iin", sa.BigInteger),
    key("period", sa.Date),
    key("kind", Code),
    key("reference", Code),
    key("refund_reference", Code),
    column("refunded_on", sa.Date),
    column("amount", sa.BigInteger),
    column("known", sa.BigInteger),
    column("withdrawn", sa.BigInteger, nullable=True),
    sa.CheckConstraint("amount > 0", name="amount_above_zero"),
    sa.CheckConstraint("withdrawn > known", name="known_before_withdrawn"),
    comment="Lines that are given back, in whole or in part.",
)

run = sa.Table(
    "run",
    metadata,
    key("number", sa.Integer),
    column("run_id", pg.UUID),
    column("day", sa.Date),
    column("kind", Code),
    column("known", sa.BigInteger),
    column("made_at", sa.DateTime(timezone=True)),
    column("state", Code),
    column("begun_by", sa.Text),
    column("decided_by", sa.Text, nullable=True),
    column("bereft_count", sa.BigInteger),
    sa.Index(None, "run_id", unique=True),
    sa.Index(None, "day"),
    sa.CheckConstraint("number > 0", name="number_above_zero"),
    comment="Matchings, numbered in their order. What was granted elsewhere is of number 0.",
)

run_count = sa.Table(
    "run_count",
    metadata,
    key("number", sa.Integer),
    key("category", Code),
    column("held_count", sa.BigInteger),
    column("granted_count", sa.BigInteger),
    column("withdrawn_count", sa.BigInteger),
    comment="How many held a category before a run, and what it changed.",
)

decision = sa.Table(
    "decision",
    metadata,
    key("iin", sa.BigInteger),
    key("run", sa.Integer),
    key("category", Code),
    column("outcome", Code),
    column("reason", Code),
    column("source", Code),
    column("provisions", pg.ARRAY(sa.Text)),
    column("month_count", sa.SmallInteger),
    column("found", sa.BigInteger),
    column("assigned_on", sa.Date),
    column("other_category", Code, nullable=True),
    column("undone", sa.Boolean),
    sa.Index(None, "run", "iin", "category"),
    comment="What a run grants and withdraws. `found` has two bits for each month that was looked"
    " at, the latest lowest: a pension contribution, a social deduction.",
)

category_grant = sa.Table(
    "category_grant",
    metadata,
    key("iin", sa.BigInteger),
    key("category", Code),
    key("since_run", sa.Integer),
    column("until_run", sa.Integer, nullable=True),
    column("assigned_on", sa.Date),
    column("source", Code),
    column("places", pg.JSONB, nullable=True),
    _partial("until_run", where="until_run is not null"),
    sa.CheckConstraint("until_run > since_run", name="since_before_until"),
    comment="Who holds what, from the run that made it so until the one that made it otherwise.",
)
