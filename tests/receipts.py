"""A key that everybody knows (RFC 8037, appendix A), and receipts that it signs."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from osms_client.receipts import ReceiptKey, person_digest

ANNA: Final = "900101300017"
RECEIPT_ID: Final = "019f694b-c17a-7000-8000-0123456789ab"
KEY_ID: Final = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
BEGAN: Final = datetime(2026, 1, 1, tzinfo=UTC)
ANSWERED: Final = datetime(2026, 7, 16, 5, 0, 0, 250_000, tzinfo=UTC)

HEADER: Final = {"alg": "EdDSA", "kid": KEY_ID, "typ": "osms-receipt+jws"}
CLAIMS: Final = {
    "ans": "ENTITLED",
    "by": "mis/clinic1",
    "day": "2026-07-16",
    "gnd": "PAYER",
    "iat": 1784178000.25,
    "iss": "osms.kz",
    "jti": RECEIPT_ID,
    "law": "ҚР ДСМ-333/2020, 2026-01-01",
    "prv": ["p10.1"],
    "rev": "19f6914d20000000",
    "sub": person_digest(RECEIPT_ID, ANNA),
}


def unwritten(text: str) -> bytes:
    """The bytes of base64url without padding."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def written(content: bytes) -> str:
    """Bytes as base64url without padding."""
    return urlsafe_b64encode(content).rstrip(b"=").decode()


PRIVATE: Final = Ed25519PrivateKey.from_private_bytes(
    unwritten("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A")
)
KEY: Final = ReceiptKey(KEY_ID, PRIVATE.public_key().public_bytes_raw(), BEGAN)


def document(members: Mapping[str, Any]) -> bytes:
    """A JSON object as a receipt has it."""
    return json.dumps(members, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def signed(claims: bytes, header: bytes = document(HEADER)) -> str:
    """A receipt of these bytes, with a good signature."""
    content = f"{written(header)}.{written(claims)}"
    return f"{content}.{written(PRIVATE.sign(content.encode()))}"


RECEIPT: Final = signed(document(CLAIMS))
