"""
What can be wrong with a line or a request, by stable code.

A violation names the field by its path in the contract, the reason by its code, and the value
that is wrong. The sentence that people read is made from these, in their language, where the
violation leaves the service.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Reason(StrEnum):
    """Why a line is rejected or a request refused."""

    # The form of one field.
    REQUIRED = "REQUIRED"
    IIN_INVALID = "IIN_INVALID"
    BIN_INVALID = "BIN_INVALID"
    DATE_IMPOSSIBLE = "DATE_IMPOSSIBLE"
    DATE_TOO_EARLY = "DATE_TOO_EARLY"
    DATE_TOO_LATE = "DATE_TOO_LATE"
    DATE_IN_FUTURE = "DATE_IN_FUTURE"
    MONTH_IMPOSSIBLE = "MONTH_IMPOSSIBLE"
    MONTH_TOO_EARLY = "MONTH_TOO_EARLY"
    MONTH_TOO_LATE = "MONTH_TOO_LATE"
    AMOUNT_NOT_ABOVE_ZERO = "AMOUNT_NOT_ABOVE_ZERO"
    AMOUNT_DECIMALS = "AMOUNT_DECIMALS"
    AMOUNT_TOO_LARGE = "AMOUNT_TOO_LARGE"
    CURRENCY_UNKNOWN = "CURRENCY_UNKNOWN"
    CODE_UNKNOWN = "CODE_UNKNOWN"
    PURPOSE_CODE_INVALID = "PURPOSE_CODE_INVALID"
    NUMBER_NOT_ABOVE_ZERO = "NUMBER_NOT_ABOVE_ZERO"
    NUMBER_NEGATIVE = "NUMBER_NEGATIVE"
    NUMBER_TOO_LARGE = "NUMBER_TOO_LARGE"
    TEXT_TOO_LONG = "TEXT_TOO_LONG"
    TEXT_UNSTORABLE = "TEXT_UNSTORABLE"
    UUID_INVALID = "UUID_INVALID"
    TOKEN_INVALID = "TOKEN_INVALID"  # noqa: S105 - a code, not a secret
    TOO_MANY = "TOO_MANY"
    RECORD_TOO_LARGE = "RECORD_TOO_LARGE"
    UNREADABLE = "UNREADABLE"
    OUT_OF_ORDER = "OUT_OF_ORDER"
    PARAMETER_INVALID = "PARAMETER_INVALID"
    # Fields that do not go together.
    SOURCE_NOT_ALLOWED = "SOURCE_NOT_ALLOWED"
    CATEGORY_NOT_IN_FEED = "CATEGORY_NOT_IN_FEED"
    REMOVED_BEFORE_ASSIGNED = "REMOVED_BEFORE_ASSIGNED"
    RESERVIST = "RESERVIST"
    FIELD_UNKNOWN = "FIELD_UNKNOWN"
    TEXT_NOT_ACCEPTED = "TEXT_NOT_ACCEPTED"
    BODY_NOT_YOURS = "BODY_NOT_YOURS"
    BODY_ENDED = "BODY_ENDED"
    # What the register knows.
    MESSAGE_NUMBER_CONFLICT = "MESSAGE_NUMBER_CONFLICT"
    EPISODE_UNKNOWN = "EPISODE_UNKNOWN"
    PAYMENT_CONFLICT = "PAYMENT_CONFLICT"
    PAYMENT_UNKNOWN = "PAYMENT_UNKNOWN"
    REFUND_CONFLICT = "REFUND_CONFLICT"
    REFUND_TOO_EARLY = "REFUND_TOO_EARLY"
    REFUND_TOO_LARGE = "REFUND_TOO_LARGE"
    NOT_LISTED = "NOT_LISTED"
    POSITION_UNKNOWN = "POSITION_UNKNOWN"
    SNAPSHOT_EMPTY = "SNAPSHOT_EMPTY"
    LINE_COUNT_DIFFERS = "LINE_COUNT_DIFFERS"
    # What the Rules refuse an operator.
    NO_DOCUMENT_ROUTE = "NO_DOCUMENT_ROUTE"
    DOCUMENTS_INSUFFICIENT = "DOCUMENTS_INSUFFICIENT"
    CATEGORY_HOLDS = "CATEGORY_HOLDS"
    CRISIS_WINDOW_CLOSED = "CRISIS_WINDOW_CLOSED"
    REPEAT_NEEDS_REASON = "REPEAT_NEEDS_REASON"
    LAPSE_STANDS = "LAPSE_STANDS"
    NO_LAPSE_STANDS = "NO_LAPSE_STANDS"
    ENDS_BEFORE_START = "ENDS_BEFORE_START"


class Violation(NamedTuple):
    """One thing that is wrong; *provision* is where it comes from, if it comes from the Rules."""

    field: str
    reason: Reason
    value: str = ""
    provision: str = ""
