"""
Signed receipts: what an answer says of itself to somebody who was not there.

A receipt tells what was answered, when, to whom and on which knowledge; docs/receipts.md has its
form. It names the person by a digest only. That it is still so, it does not tell.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Final, NamedTuple, NotRequired, Protocol, TypedDict

from osms_common.application.callers import Caller
from osms_common.domain.identifiers import Iin, identifier_text
from osms_common.domain.revision import milliseconds_of, revision_token
from osms_server.application.answers import Answer
from osms_server.rules.reference import told_provisions

ISSUER: Final = "osms.kz"
SANDBOX_ISSUER: Final = "sandbox.osms.kz"
"""Whoever sees a receipt of a sandbox sees that it is one."""


class Claims(TypedDict):
    """What a receipt says, under the names that it has there."""

    iss: str
    """Who answered."""

    jti: str
    """Number of the answer, in the log of answers too."""

    iat: float
    """Instant of the answer, in seconds since 1970 to the millisecond."""

    sub: str
    """Digest of the person; see `person_digest`."""

    day: str
    """Day asked about."""

    ans: str
    """The answer: ENTITLED, NOT_ENTITLED or NOT_REGISTERED."""

    gnd: NotRequired[str]
    """Kind of the ground reported first; left out where there is none."""

    prv: list[str]
    """Provisions of the Rules on which the answer rests, by code."""

    law: str
    """Edition of the Rules by which it was decided."""

    rev: str
    """Revision of the register from which it was taken."""

    by: str
    """Who asked."""


class ReceiptKey(NamedTuple):
    """A public key of Ed25519 and the instants [valid_from, retired) at which it signs."""

    key_id: str
    public_key: bytes
    valid_from: datetime
    retired: datetime | None


class ReceiptSigner(Protocol):
    """Signs answers with the key that is valid at their instant."""

    def sign(self, answer: Answer, caller: Caller) -> str:
        """The receipt of an answer to *caller*. WrongState: no key signs at its instant."""

    def keys(self) -> Sequence[ReceiptKey]:
        """All public keys, newest first."""


def claims_of(answer: Answer, caller: Caller, *, issuer: str, edition: str) -> Claims:
    """What the receipt of an answer says."""
    milliseconds = milliseconds_of(answer.answer_time)
    claims = Claims(
        iss=issuer,
        jti=answer.receipt_id,
        iat=milliseconds / 1000 if milliseconds % 1000 else milliseconds // 1000,
        sub=person_digest(answer.receipt_id, answer.iin),
        day=answer.on_date.isoformat(),
        ans=answer.status.name,
        prv=list(told_provisions(answer.grounds)),
        law=edition,
        rev=revision_token(answer.revision),
        by=caller.text,
    )
    if answer.kind is not None:
        claims["gnd"] = answer.kind.name
    return claims


def person_digest(receipt_id: str, iin: Iin) -> str:
    """
    The digest by which a receipt names a person.

    It differs from receipt to receipt, so that those of one person cannot be joined at sight. It
    hides nothing from whoever tries out all twelve-digit numbers.
    """
    return base64url(sha256(f"{receipt_id}:{identifier_text(iin)}".encode()).digest())


def canonical(value: object) -> bytes:
    """A JSON document in the one form that it has in a receipt (as RFC 8785)."""
    written = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return written.encode()


def base64url(content: bytes) -> str:
    """Bytes as a JSON Web Signature writes them (RFC 7515): without padding."""
    return urlsafe_b64encode(content).rstrip(b"=").decode()
