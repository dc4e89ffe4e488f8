"""Receipts from the command line: asked for, kept, verified without the service."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from osms_client.receipts import key_set, verify
from osms_client.receipts import keys_of as read_keys
from tests.cli.conftest import ANNA, BOLAT, Osms
from tests.receipts import ANNA as NAMED
from tests.receipts import KEY, RECEIPT

GENUINE = "The receipt is genuine: so it was answered. It does not say that it is still so.\n"


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    """A file with the key of the receipts of these tests."""
    file = tmp_path / "keys.json"
    file.write_text(json.dumps(key_set([KEY])))
    return file


def test_a_receipt_is_asked_for_kept_and_verified(
    osms: Osms, bare: Osms, empty: None, tmp_path: Path
) -> None:
    """The service is asked for the answer and for the keys, and then no more."""
    receipt, keys = tmp_path / "anna.receipt", tmp_path / "keys.json"
    told = osms("check", ANNA, "--receipt", receipt)
    assert (told.status, "signed" in told.out) == (0, False)
    keys.write_text(osms("receipt", "keys").out)
    bare.before = []
    ran = bare("receipt", "verify", receipt, "--keys", keys, "--iin", ANNA)
    assert ran.status == 0
    assert ran.out.startswith(f"{ANNA} on 2026-07-16: NOT_REGISTERED\n")
    assert "answered    2026-07-16 10:00:00 to mis/clinic1\n" in ran.out
    assert ran.out.endswith(f"{GENUINE}It is of a sandbox, and about nobody.\n")


def test_a_receipt_is_shown_with_the_answer(osms: Osms, empty: None) -> None:
    """On a line of its own, and in the document for machines; of many, in each document."""
    shown = osms("check", ANNA, "--receipt", "-").out.splitlines()[-1]
    label, receipt = shown.split()
    assert label == "signed"
    keys = read_keys(osms("receipt", "keys").out)
    told = osms("check", ANNA, BOLAT, "--json", "--receipt", "-").ndjson
    for text, iin in (
        (receipt, ANNA),
        (osms("check", ANNA, "--json", "--receipt", "-").json["signed_receipt"], ANNA),
        (told[0]["signed_receipt"], ANNA),
        (told[1]["signed_receipt"], BOLAT),
    ):
        assert verify(text, keys, iin=iin)


def test_receipts_of_many_are_for_machines(osms: Osms) -> None:
    """A table has no room for them, and a file not for more than one."""
    for how in (["--receipt", "-"], ["--receipt", "all", "--json"]):
        ran = osms("check", ANNA, BOLAT, *how)
        assert (ran.status, ran.err) == (
            2,
            "osms: receipts of several persons come with --json --receipt -\n",
        )


@pytest.mark.parametrize("place", ["argument", "file", "standard input"])
def test_a_receipt_is_read_from_anywhere(
    bare: Osms, keys: Path, tmp_path: Path, place: str
) -> None:
    """As an argument, from a file with or without the end of the line, from standard input."""
    file = tmp_path / "a.receipt"
    file.write_text(f"{RECEIPT}\n")
    given = {"argument": RECEIPT, "file": file, "standard input": "-"}[place]
    ran = bare("receipt", "verify", given, "--keys", keys, stdin=f"{RECEIPT}\r\n")
    assert ran.status == 0
    assert ran.out.startswith("a person who is not named on 2026-07-16: ENTITLED\n")
    assert ran.out.endswith(GENUINE)
    assert NAMED not in ran.out


def test_a_verified_receipt_as_json(bare: Osms, keys: Path) -> None:
    """One document with everything it says."""
    told = bare("receipt", "verify", RECEIPT, "--keys", keys, "--json").json
    assert (told["status"], told["on_date"], told["ground"]) == ("ENTITLED", "2026-07-16", "PAYER")
    assert told["answer_time"] == "2026-07-16T05:00:00.250000+00:00"


@pytest.mark.parametrize(
    ("receipt", "more", "told"),
    [
        (RECEIPT[:-2] + "AA", (), "its key did not sign this: it was changed or made up [FORGED]"),
        (RECEIPT, ("--iin", BOLAT), f"it is genuine, but not about {BOLAT} [OTHER_PERSON]"),
        (f"{RECEIPT}.", (), "[MALFORMED]"),
    ],
)
def test_what_is_refused_ends_with_one(
    bare: Osms, keys: Path, receipt: str, more: tuple[str, ...], told: str
) -> None:
    """Nothing is written but why, with a stable code."""
    ran = bare("receipt", "verify", receipt, "--keys", keys, *more)
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.startswith("osms: refused: ")
    assert ran.err.endswith(f"{told}\n")


def test_a_key_that_is_not_known_can_be_got(bare: Osms, tmp_path: Path) -> None:
    """Keys are fetched once, and rotate."""
    file = tmp_path / "keys.json"
    file.write_text('{"keys": []}')
    ran = bare("receipt", "verify", RECEIPT, "--keys", file)
    assert ran.status == 1
    assert ran.err.endswith("[KEY_UNKNOWN]\n  get them anew: osms receipt keys\n")


def test_what_is_called_wrongly_ends_with_two(bare: Osms, keys: Path, tmp_path: Path) -> None:
    """No receipt, no keys, and what are none."""
    other = tmp_path / "other.json"
    other.write_text("nonsense")
    for arguments in (
        ("nowhere.receipt", "--keys", keys),
        (RECEIPT, "--keys", other),
        (RECEIPT,),
    ):
        ran = bare("receipt", "verify", *arguments)
        assert (ran.status, ran.out) == (2, "")
        assert ran.err


def test_a_file_of_anything_is_refused(bare: Osms, keys: Path, tmp_path: Path) -> None:
    """However large, and whatever bytes it has."""
    file = tmp_path / "noise"
    file.write_bytes(bytes(range(256)) * 1000)
    ran = bare("receipt", "verify", file, "--keys", keys)
    assert (ran.status, ran.out) == (1, "")
    assert "[MALFORMED]" in ran.err
