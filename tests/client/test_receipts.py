"""Verifying receipts: what one says, and everything for which one is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from osms_client.receipts import (
    KEY_TOLERANCE,
    RECEIPT_LENGTH_MAX,
    Fault,
    KeysUnusable,
    Receipt,
    ReceiptKey,
    ReceiptRefused,
    key_set,
    keys_of,
    thumbprint,
    verify,
)
from tests.receipts import (
    ANNA,
    ANSWERED,
    BEGAN,
    CLAIMS,
    HEADER,
    KEY,
    KEY_ID,
    RECEIPT,
    RECEIPT_ID,
    document,
    signed,
    written,
)

PAGE: Final = Path(__file__).parents[2] / "docs" / "receipts.md"
ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
SECOND: Final = timedelta(seconds=1)


def fault_of(text: str, *keys: ReceiptKey, iin: str = "") -> Fault:
    """Why a receipt is refused."""
    with pytest.raises(ReceiptRefused) as refused:
        verify(text, keys or [KEY], iin=iin)
    return refused.value.fault


# What a receipt says.


def test_a_receipt_says_what_was_answered() -> None:
    """Everything that it was signed with, as dates and codes."""
    assert verify(RECEIPT, [KEY]) == Receipt(
        receipt_id=RECEIPT_ID,
        issuer="osms.kz",
        answer_time=ANSWERED,
        person_digest=CLAIMS["sub"],  # type: ignore[arg-type]
        on_date=date(2026, 7, 16),
        status="ENTITLED",
        ground="PAYER",
        provisions=("p10.1",),
        edition="ҚР ДСМ-333/2020, 2026-01-01",
        revision="19f6914d20000000",
        caller="mis/clinic1",
        key_id=KEY_ID,
    )


def test_who_has_the_number_can_confirm_the_person() -> None:
    """And is told where the receipt is about somebody else."""
    assert verify(RECEIPT, [KEY], iin=ANNA).is_about(ANNA)
    assert fault_of(RECEIPT, iin="150331600019") is Fault.OTHER_PERSON


def test_a_receipt_does_not_show_the_person() -> None:
    """Neither in what it says nor in how it is written."""
    assert ANNA not in str(verify(RECEIPT, [KEY]))
    assert ANNA.encode() not in document(CLAIMS)


def test_a_later_version_may_say_more() -> None:
    """Claims that are not known here are signed too, and left out."""
    assert verify(signed(document({**CLAIMS, "new": 1})), [KEY]) == verify(RECEIPT, [KEY])


def test_the_page_shows_a_receipt_that_is_one() -> None:
    """The receipt, the keys and the claims of docs/receipts.md are those of the tests."""
    page = PAGE.read_text(encoding="utf-8")
    shown = re.search(r"^eyJ[^`]*", page, re.MULTILINE)
    claims, keys = (json.loads(text) for text in re.findall(r"```json\n(.*?)```", page, re.DOTALL))
    assert shown is not None
    assert "".join(shown[0].split()) == RECEIPT
    assert claims == CLAIMS
    assert verify(RECEIPT, keys_of(json.dumps(keys)), iin=ANNA).status == "ENTITLED"


# What was changed or made up.


def test_a_receipt_in_which_anything_was_changed_is_refused() -> None:
    """Every bit turned in turn, and at every place something taken out, doubled or put in."""
    for place, sign in enumerate(RECEIPT):
        turned = [chr(ord(sign) ^ 1 << bit) for bit in range(8)]
        for other in (*turned, "", sign * 2, f"A{sign}", f".{sign}", f"{sign}="):
            changed = f"{RECEIPT[:place]}{other}{RECEIPT[place + 1 :]}"
            with pytest.raises(ReceiptRefused):
                verify(changed, [KEY])


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none"},
        {**HEADER, "alg": "none"},
        {**HEADER, "alg": "HS256"},
        {**HEADER, "alg": "Ed448"},
        {**HEADER, "alg": ["EdDSA"]},
        {},
    ],
    ids=str,
)
def test_another_algorithm_is_refused(header: dict[str, Any]) -> None:
    """Whatever a header says, receipts are signed in one way; nothing else is tried."""
    assert fault_of(signed(document(CLAIMS), document(header))) is Fault.OTHER_ALGORITHM


def test_a_receipt_without_a_signature_is_refused() -> None:
    """Nor is one with a signature of another length."""
    content = RECEIPT.rpartition(".")[0]
    for signature in ("", written(b"0"), written(bytes(63)), written(bytes(65))):
        assert fault_of(f"{content}.{signature}") is Fault.MALFORMED


def test_a_key_that_is_not_known_is_refused() -> None:
    """Whatever it signed."""
    known = replace(KEY, key_id="A" * 43)
    assert fault_of(RECEIPT, known) is Fault.KEY_UNKNOWN
    with pytest.raises(ReceiptRefused):
        verify(RECEIPT, [])


def test_a_key_that_only_has_the_name_is_refused() -> None:
    """The id of a key alone makes no signature good."""
    other = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    assert fault_of(RECEIPT, replace(KEY, public_key=other)) is Fault.FORGED


@pytest.mark.parametrize(
    "header",
    [
        {**HEADER, "typ": "JWT"},
        {**HEADER, "crit": ["exp"]},
        {**HEADER, "jwk": {}},
        {**HEADER, "kid": 1},
        {"alg": "EdDSA", "kid": KEY_ID},
    ],
    ids=str,
)
def test_another_header_is_refused(header: dict[str, Any]) -> None:
    """A header has three members and no others: what somebody else signed is no receipt."""
    assert fault_of(signed(document(CLAIMS), document(header))) is Fault.MALFORMED


# When a key signs.


@pytest.mark.parametrize(
    ("begins", "ends", "good"),
    [
        (ANSWERED, None, True),
        (ANSWERED + KEY_TOLERANCE, None, True),
        (ANSWERED + KEY_TOLERANCE + SECOND, None, False),
        (BEGAN, ANSWERED + SECOND, True),
        (BEGAN, ANSWERED - KEY_TOLERANCE + SECOND, True),
        (BEGAN, ANSWERED - KEY_TOLERANCE, False),
    ],
)
def test_a_key_is_good_for_its_instants(
    begins: datetime, ends: datetime | None, *, good: bool
) -> None:
    """A receipt from before a key signed, or from after it was retired, is refused."""
    key = replace(KEY, valid_from_time=begins, retire_time=ends)
    if good:
        assert verify(RECEIPT, [key])
    else:
        assert fault_of(RECEIPT, key) is Fault.KEY_NOT_VALID


# What is no receipt.


@pytest.mark.parametrize(
    "claims",
    [
        b"",
        b"[]",
        b"null",
        b"{",
        b"\xff",
        b'"\\ud800"',
        b"[" * 3000,
        document(CLAIMS) + b"\n",
        document(CLAIMS) + b"{}",
        b" " + document(CLAIMS),
        document(CLAIMS).replace(b'"ans"', b'"ans":"NOT_ENTITLED","ans"'),
        document(CLAIMS).replace(b'"ans"', b'"\\u0061ns"'),
        document(CLAIMS).replace(b"1784178000.25", b"1784178000.250"),
        document(CLAIMS).replace(b"1784178000.25", b"NaN"),
        document(CLAIMS).replace(b"1784178000.25", b"1e999"),
        json.dumps(CLAIMS, indent=1).encode(),
        document(CLAIMS).decode().encode("utf-16"),
    ],
    ids=range(17),
)
def test_claims_in_another_form_are_refused(claims: bytes) -> None:
    """Also with a good signature: twice the same member, spaces, what is not JSON, more after."""
    assert fault_of(signed(claims)) is Fault.MALFORMED


@pytest.mark.parametrize("name", sorted(CLAIMS.keys() - {"gnd"}))
def test_claims_that_are_missing_or_wrong_are_refused(name: str) -> None:
    """Each is there and of its kind."""
    missing = {each: value for each, value in CLAIMS.items() if each != name}
    assert fault_of(signed(document(missing))) is Fault.MALFORMED
    wrongs: list[object] = [None, True, {}, [1], [""], "", "a\nb"]
    for wrong in wrongs:
        assert fault_of(signed(document({**CLAIMS, name: wrong}))) is Fault.MALFORMED


@pytest.mark.parametrize(("name", "value"), [("day", "2026-02-30"), ("iat", 10**30), ("jti", "1")])
def test_values_that_cannot_be_are_refused(name: str, value: object) -> None:
    """A day that there is not, an instant beyond all calendars, a number that is none."""
    assert fault_of(signed(document({**CLAIMS, name: value}))) is Fault.MALFORMED


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "..",
        "a.b",
        "a.b.c.d",
        f"{RECEIPT}\n",
        f" {RECEIPT}",
        f"{RECEIPT}=",
        f"{RECEIPT}.e30",
        f"{RECEIPT}{RECEIPT}",
        "A" * (RECEIPT_LENGTH_MAX + 1),
        RECEIPT.replace(".", ".."),
        RECEIPT.replace("e", "\u0435"),
    ],
    ids=range(13),
)
def test_what_is_not_three_parts_is_refused(text: str) -> None:
    """Whatever else it is."""
    assert fault_of(text) is Fault.MALFORMED


def test_base64_is_read_in_one_way_only() -> None:
    """The last character of a signature has bits that say nothing; they are noughts."""
    same = [RECEIPT[:-1] + sign for sign in ALPHABET if sign != RECEIPT[-1]]
    faults = {fault_of(text) for text in same}
    assert faults == {Fault.MALFORMED, Fault.FORGED}


# Keys.


def test_the_id_of_a_key_is_its_thumbprint() -> None:
    """As RFC 8037 has it for the key of its appendix."""
    assert thumbprint(KEY.public_key) == KEY_ID


def test_keys_are_written_and_read() -> None:
    """A set of keys is the same after it was kept in a file."""
    retired = replace(KEY, retire_time=BEGAN + timedelta(days=90))
    for key in (KEY, retired):
        assert keys_of(json.dumps(key_set([key]))) == [key]


JWK: Final[dict[str, Any]] = key_set([KEY])["keys"][0]


@pytest.mark.parametrize(
    "make",
    [
        lambda: "",
        lambda: "[]",
        lambda: "{}",
        lambda: "[" * 10**5,
        lambda: '{"keys": [1]}',
        lambda: json.dumps({"keys": ["d"]}),
        lambda: json.dumps({"keys": [JWK, JWK]}),
        lambda: json.dumps({"keys": [{**JWK, "d": "A"}]}),
        lambda: json.dumps({"keys": [{**JWK, "kty": "RSA"}]}),
        lambda: json.dumps({"keys": [{**JWK, "kid": "A" * 43}]}),
        lambda: json.dumps({"keys": [{**JWK, "x": "A" * 43}]}),
        lambda: json.dumps({"keys": [{**JWK, "x": f"{JWK['x']}="}]}),
        lambda: json.dumps({"keys": [{**JWK, "x": 1}]}),
        lambda: json.dumps({"keys": [{**JWK, "nbf": "now"}]}),
        lambda: json.dumps({"keys": [{**JWK, "nbf": 10**30}]}),
        lambda: json.dumps({"keys": [{**JWK, "exp": None}]}),
        lambda: json.dumps({"keys": [{name: JWK[name] for name in ("kty", "crv", "x")}]}),
    ],
    ids=range(17),
)
def test_what_is_no_set_of_public_keys_is_refused(make: Callable[[], str]) -> None:
    """Nor is one that has a private key: it would be shown to everybody."""
    with pytest.raises(KeysUnusable):
        keys_of(make())
