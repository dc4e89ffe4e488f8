"""
Signed receipts: what was answered, verified without the service.

    from osms_client import receipts

    keys = receipts.keys_of(Path("keys.json").read_text())
    receipt = receipts.verify(text, keys)
    print(receipt.status, receipt.on_date, receipt.is_about("900101300017"))

A receipt proves what was answered, when, to whom and on which knowledge. It does not prove that it
is still so. docs/receipts.md has its form.
"""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final, TypeVar

Value = TypeVar("Value")

KEY_TOLERANCE: Final = timedelta(minutes=5)
"""How far outside the days of its key a receipt may lie: clocks of servers differ a little."""

RECEIPT_LENGTH_MAX: Final = 4096
"""Characters of a receipt; ours have less than a thousand."""

_ALGORITHM: Final = "EdDSA"
_TYPE: Final = "osms-receipt+jws"
_CURVE: Final = "Ed25519"
_KEY_BYTES: Final = 32
_SIGNATURE_BYTES: Final = 64
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_PARTS: Final = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)")
_NUMBER: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


class Fault(StrEnum):
    """What is wrong with a receipt."""

    MALFORMED = "MALFORMED"
    """It is not written as a receipt is."""

    OTHER_ALGORITHM = "OTHER_ALGORITHM"
    """It is signed in another way than receipts are, or not at all."""

    KEY_UNKNOWN = "KEY_UNKNOWN"
    """Its key is not among the keys that are known."""

    FORGED = "FORGED"
    """Its key did not sign this."""

    KEY_NOT_VALID = "KEY_NOT_VALID"
    """Its key did not yet sign, or no more, at the instant that it tells."""

    OTHER_PERSON = "OTHER_PERSON"
    """It is genuine, and about another person."""


class ReceiptRefused(ValueError):
    """A receipt that proves nothing: `fault` is a stable code."""

    def __init__(self, fault: Fault, message: str) -> None:
        super().__init__(message)
        self.fault = fault


class KeysUnusable(ValueError):
    """What was given as keys is no set of public keys of receipts."""


@dataclass(frozen=True, slots=True)
class ReceiptKey:
    """A public key, and the instants since which it signs and since which it signs no more."""

    key_id: str
    public_key: bytes
    valid_from_time: datetime
    retire_time: datetime | None = None

    def signed_at(self, instant: datetime) -> bool:
        """Whether a receipt of this instant may be of this key."""
        begins, ends = self.valid_from_time, self.retire_time
        if instant < begins - KEY_TOLERANCE:
            return False
        return ends is None or instant < ends + KEY_TOLERANCE


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a receipt says, once it is verified."""

    receipt_id: str
    issuer: str
    answer_time: datetime
    person_digest: str
    on_date: date
    status: str
    """ENTITLED, NOT_ENTITLED or NOT_REGISTERED."""

    ground: str | None
    provisions: tuple[str, ...]
    edition: str
    """Edition of the Rules by which it was decided."""

    revision: str
    caller: str
    """Who asked."""

    key_id: str

    def is_about(self, iin: str) -> bool:
        """Whether this is the person."""
        return self.person_digest == person_digest(self.receipt_id, iin)


def person_digest(receipt_id: str, iin: str) -> str:
    """The digest by which the receipt of a number names a person."""
    return _encoded(sha256(f"{receipt_id}:{iin}".encode()).digest())


def verify(text: str, keys: Iterable[ReceiptKey], *, iin: str = "") -> Receipt:
    """
    What a receipt says; with *iin*, also that it is about this person.

    ReceiptRefused: it is not one of the service that *keys* are of, or not about the person.
    """
    header, claims, signature = _parts(text)
    key = _key(_header(header), keys)
    _verify_signature(key, text.rpartition(".")[0].encode(), signature)
    receipt = _receipt(_document(claims), key.key_id)
    if not key.signed_at(receipt.answer_time):
        told = f"the key {key.key_id} did not sign at {receipt.answer_time.isoformat()}"
        raise ReceiptRefused(Fault.KEY_NOT_VALID, told)
    if iin and not receipt.is_about(iin):
        raise ReceiptRefused(Fault.OTHER_PERSON, f"it is genuine, but not about {iin}")
    return receipt


def _malformed(what: str) -> ReceiptRefused:
    return ReceiptRefused(Fault.MALFORMED, f"this is not a receipt: {what}")


def _parts(text: str) -> tuple[bytes, bytes, bytes]:
    """Header, claims and signature, each written in the one way in which it can be."""
    if len(text) > RECEIPT_LENGTH_MAX:
        raise _malformed("it is too long")
    found = _PARTS.fullmatch(text)
    if found is None:
        raise _malformed("it has not three parts of base64url with dots between them")
    try:
        header, claims, signature = map(_decoded, found.groups())
    except ValueError as error:
        raise _malformed("it is not base64url as it should be") from error
    return header, claims, signature


def _document(content: bytes) -> dict[str, Any]:
    """A JSON object in canonical form; so no member comes twice, and nothing stands after it."""
    try:
        document = json.loads(content)
        is_canonical = isinstance(document, dict) and _canonical(document) == content
    except (ValueError, RecursionError) as error:
        raise _malformed("a part of it is not JSON") from error
    if not is_canonical:
        raise _malformed("a part of it is not an object in canonical form")
    members: dict[str, Any] = document
    return members


def _header(content: bytes) -> str:
    """The id of the key that a header names."""
    header = _document(content)
    if header.get("alg") != _ALGORITHM:
        told = f"it says to be signed by {header.get('alg')!r}, and receipts are by {_ALGORITHM}"
        raise ReceiptRefused(Fault.OTHER_ALGORITHM, told)
    key_id = header.get("kid")
    if header != {"alg": _ALGORITHM, "kid": key_id, "typ": _TYPE} or not isinstance(key_id, str):
        raise _malformed("its header is not that of a receipt")
    return key_id


def _key(key_id: str, keys: Iterable[ReceiptKey]) -> ReceiptKey:
    for key in keys:
        if key.key_id == key_id:
            return key
    raise ReceiptRefused(Fault.KEY_UNKNOWN, f"its key {key_id} is not among the known keys")


def _verify_signature(key: ReceiptKey, signed: bytes, signature: bytes) -> None:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    if len(signature) != _SIGNATURE_BYTES:
        raise _malformed("its signature is not one of Ed25519")
    try:
        Ed25519PublicKey.from_public_bytes(key.public_key).verify(signature, signed)
    except InvalidSignature as error:
        told = "its key did not sign this: it was changed or made up"
        raise ReceiptRefused(Fault.FORGED, told) from error


def _receipt(claims: Mapping[str, Any], key_id: str) -> Receipt:
    """What verified claims say; names that are not known here are of a later version."""
    return Receipt(
        receipt_id=_claim(claims, "jti", _text(_NUMBER)),
        issuer=_claim(claims, "iss", _text()),
        answer_time=_claim(claims, "iat", _instant),
        person_digest=_claim(claims, "sub", _text()),
        on_date=_claim(claims, "day", _day),
        status=_claim(claims, "ans", _text()),
        ground=_claim(claims, "gnd", _text()) if "gnd" in claims else None,
        provisions=_claim(claims, "prv", _texts),
        edition=_claim(claims, "law", _text()),
        revision=_claim(claims, "rev", _text()),
        caller=_claim(claims, "by", _text()),
        key_id=key_id,
    )


def _claim(claims: Mapping[str, Any], name: str, read: Callable[[Any], Value]) -> Value:
    try:
        return read(claims[name])
    except (KeyError, ValueError, TypeError, OverflowError) as error:
        raise _malformed(f"its {name} cannot be read") from error


def _text(pattern: re.Pattern[str] = re.compile(r".+")) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise ValueError(value)
        return value

    return read


def _day(value: Any) -> date:
    return date.fromisoformat(_text(_DAY)(value))


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError(value)
    return tuple(map(_text(), value))


def _instant(value: Any) -> datetime:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(value)
    return _EPOCH + timedelta(milliseconds=round(value * 1000))


# Keys.


def key_set(keys: Iterable[ReceiptKey]) -> dict[str, Any]:
    """Keys as a JSON Web Key Set (RFC 7517); `nbf` and `exp` are the instants of each."""
    return {"keys": [_jwk(key) for key in keys]}


def _jwk(key: ReceiptKey) -> dict[str, Any]:
    jwk: dict[str, Any] = {
        "kty": "OKP",
        "crv": _CURVE,
        "x": _encoded(key.public_key),
        "kid": key.key_id,
        "alg": _ALGORITHM,
        "use": "sig",
        "nbf": _seconds(key.valid_from_time),
    }
    if key.retire_time is not None:
        jwk["exp"] = _seconds(key.retire_time)
    return jwk


def _seconds(instant: datetime) -> int:
    return (instant - _EPOCH) // timedelta(seconds=1)


def keys_of(text: str | bytes) -> list[ReceiptKey]:
    """The keys of a JSON Web Key Set. KeysUnusable: it is none, or one with private keys."""
    try:
        keys = [_key_of(jwk) for jwk in json.loads(text)["keys"]]
    except KeysUnusable:
        raise
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise KeysUnusable("this is not a set of public keys of receipts") from error
    if len({key.key_id for key in keys}) != len(keys):
        raise KeysUnusable("a key comes twice in this set")
    return keys


def _key_of(jwk: Mapping[str, Any]) -> ReceiptKey:
    if "d" in jwk:
        raise KeysUnusable("this set has a private key, which nobody but the service may have")
    if (jwk["kty"], jwk["crv"]) != ("OKP", _CURVE):
        raise KeysUnusable(f"a key of this set is not one of {_CURVE}")
    public_key = _decoded(jwk["x"])
    key_id = jwk["kid"]
    if len(public_key) != _KEY_BYTES or key_id != thumbprint(public_key):
        raise KeysUnusable(f"the key {key_id} is not the one that its id says")
    ends = _instant(jwk["exp"]) if "exp" in jwk else None
    return ReceiptKey(key_id, public_key, _instant(jwk["nbf"]), ends)


def thumbprint(public_key: bytes) -> str:
    """The id of a public key: its thumbprint (RFC 7638)."""
    members = {"crv": _CURVE, "kty": "OKP", "x": _encoded(public_key)}
    return _encoded(sha256(_canonical(members)).digest())


# Forms.


def _canonical(value: object) -> bytes:
    return json.dumps(
        value, allow_nan=False, ensure_ascii=False, separators=(",", ":"), sort_keys=True
    ).encode()


def _encoded(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    """The bytes of base64url without padding. ValueError: it can be written otherwise."""
    content = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if _encoded(content) != text:
        raise ValueError(text)
    return content
