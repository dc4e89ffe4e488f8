"""Signed receipts over a real line: who gets them, with which keys, and what they say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import grpc
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from osms.entitlement.v1 import entitlement_service_pb2 as pb
from osms.entitlement.v1 import entitlement_service_pb2_grpc as pb_grpc
from osms_client import Entitlement, OsmsClient, Refused
from osms_client.receipts import Fault, ReceiptRefused, person_digest, verify
from osms_common.domain.codes import Role
from osms_server.application.receipts import SANDBOX_ISSUER
from osms_server.bootstrap import Application, Engines, receipt_keys_folder
from osms_server.config import Settings
from osms_server.persistence.access import AccessTable
from osms_server.receipt_keys import KeyFolder
from osms_server.receipt_signing import FolderSigner
from osms_server.roles import Dsns
from osms_server.rpc.sandbox_service import FIRST_CLOCK_TIME
from osms_server.rules.parameters import EDITION
from tests.conftest import ClientOf
from tests.people import AIGUL, DAULET, STRANGER
from tests.receipts import unwritten
from tests.rpc.conftest import ChannelOf
from tests.rpc.looking_up import NAMES, OF_THE_MATCHING
from tests.rpc.sending import MORNING, TODAY, assigned, push_categories

DAY = timedelta(days=1)


@pytest.fixture
def keys(application: Application, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> KeyFolder:
    """A folder with one key, for the server of the module, which looks there at every answer."""
    folder = KeyFolder(tmp_path / "keys")
    folder.make(FIRST_CLOCK_TIME)
    signer = FolderSigner(folder, application.law, SANDBOX_ISSUER, look_seconds=0)
    for method in ("sign", "keys"):
        monkeypatch.setattr(application.receipts, method, getattr(signer, method))
    return folder


def asked(client: OsmsClient, iin: str = AIGUL, **how: Any) -> Entitlement:
    """An answer with its receipt."""
    answer = client.check(iin, **how, with_receipt=True)
    assert answer.signed_receipt
    return answer


def verified_by_hand(receipt: str, key: bytes) -> Any:
    """The claims of a receipt, read and verified without anything of ours (RFC 7515, 5.2)."""
    content, _, signature = receipt.rpartition(".")
    Ed25519PublicKey.from_public_bytes(key).verify(unwritten(signature), content.encode())
    header, claims = (json.loads(unwritten(part)) for part in content.split("."))
    assert header["alg"] == "EdDSA"
    return claims


# What a receipt says.


def test_a_receipt_is_verified_by_hand(corporation: OsmsClient, clinic: OsmsClient) -> None:
    """It says what the answer said, and names the person by a digest."""
    ack = push_categories(corporation, assigned())
    answer = asked(clinic)
    (key,) = clinic.receipt_keys()
    assert verified_by_hand(answer.signed_receipt, key.public_key) == {
        "ans": "ENTITLED",
        "by": "mis/clinic1",
        "day": TODAY.isoformat(),
        "gnd": "CATEGORY",
        "iat": int(MORNING.timestamp()),
        "iss": "sandbox.osms.kz",
        "jti": answer.receipt_id,
        "law": EDITION,
        "prv": ["p9.1"],
        "rev": ack.revision,
        "sub": person_digest(answer.receipt_id, AIGUL),
    }


def test_an_answer_of_every_kind_has_a_receipt(
    corporation: OsmsClient, clinic: OsmsClient
) -> None:
    """Also the one that somebody is not entitled, or not known."""
    push_categories(corporation, assigned(on=TODAY + DAY))
    keys = clinic.receipt_keys()
    for iin, status in ((AIGUL, "NOT_ENTITLED"), (STRANGER, "NOT_REGISTERED")):
        receipt = verify(asked(clinic, iin).signed_receipt, keys, iin=iin)
        assert (receipt.status, receipt.ground, receipt.provisions) == (status, None, ("p3",))


def test_a_receipt_tells_the_provisions_that_the_answer_tells(
    operator: OsmsClient, clinic: OsmsClient
) -> None:
    """Which documents it was would give away the category (p. 14)."""
    operator.register(AIGUL, "R01", TODAY, ["BIRTH_CERTIFICATE"])
    answer = asked(clinic)
    receipt = verify(answer.signed_receipt, clinic.receipt_keys())
    assert receipt.ground == answer.ground == "DOCUMENT"
    assert receipt.provisions == tuple(each.code for each in answer.provisions) == ("p21", "p57")


def test_receipts_of_a_person_cannot_be_joined_at_sight(clinic: OsmsClient) -> None:
    """The digest differs from receipt to receipt."""
    keys = clinic.receipt_keys()
    digests = {verify(asked(clinic).signed_receipt, keys).person_digest for _ in range(3)}
    assert len(digests) == 3


def test_the_log_has_what_a_receipt_says(clinic: OsmsClient, engines: Engines) -> None:
    """Under the number of the receipt stand its person, caller, answer, revision and instant."""
    receipt = verify(asked(clinic).signed_receipt, clinic.receipt_keys())
    with engines.transactions.connect() as connection:
        (row,) = AccessTable(connection).page(None, UUID(receipt.receipt_id), 2, None)
    assert row.iin == int(AIGUL)
    assert (row.caller, row.record_time) == (receipt.caller, receipt.answer_time)
    assert f"{row.revision:016x}" == receipt.revision


def test_parameters_of_a_sandbox_are_told_in_its_receipts(supervisor: OsmsClient) -> None:
    """What is decided by other numbers than the law's does not call itself the law's."""
    supervisor.reset_sandbox(MORNING, {"category_retention_months": "4"})
    receipt = verify(asked(supervisor).signed_receipt, supervisor.receipt_keys())
    assert receipt.edition == f"{EDITION}, overridden"


# Who gets one.


def test_no_receipt_comes_unasked(empty: None, clinic: OsmsClient) -> None:
    """One by one, in a batch, over a stream."""
    answers = [clinic.check(AIGUL), *clinic.check_many([AIGUL]), *clinic.check_list([AIGUL])]
    assert [each.signed_receipt for each in answers if isinstance(each, Entitlement)] == [""] * 3


@pytest.mark.parametrize("way", ["check_many", "check_list"])
def test_every_answer_of_many_has_a_receipt(clinic: OsmsClient, way: str) -> None:
    """Each about its own person; a wrong IIN has none, and stops nobody."""
    keys = clinic.receipt_keys()
    told = list(getattr(clinic, way)([AIGUL, "1", DAULET], with_receipt=True))
    assert [isinstance(each, Entitlement) for each in told] == [True, False, True]
    for answer in (told[0], told[2]):
        receipt = verify(answer.signed_receipt, keys, iin=answer.iin)
        assert receipt.receipt_id == answer.receipt_id


@pytest.mark.parametrize("name", [NAMES[role] for role in Role if role not in OF_THE_MATCHING])
def test_everybody_gets_the_keys(client_of: ClientOf, empty: None, name: str) -> None:
    """Whoever may verify a receipt needs no more than that."""
    (key,) = client_of(name).receipt_keys()
    assert (len(key.public_key), key.valid_from_time, key.retire_time) == (
        32,
        FIRST_CLOCK_TIME,
        None,
    )


def test_nobody_unknown_gets_the_keys(empty: None, channel_of: ChannelOf) -> None:
    """As with any other question."""
    stub = pb_grpc.EntitlementServiceStub(channel_of("nobody"))
    with pytest.raises(grpc.RpcError) as refused:
        stub.ListReceiptKeys(pb.ListReceiptKeysRequest(), timeout=20)
    assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED


# Rotation.


def test_a_new_key_signs_from_its_instant_on(
    keys: KeyFolder, supervisor: OsmsClient, clinic: OsmsClient
) -> None:
    """The server goes on; both keys are told beforehand, and both verify what they signed."""
    old = asked(clinic)
    (first,) = clinic.receipt_keys()
    planned = keys.make(MORNING + DAY)
    newest, before = clinic.receipt_keys()
    assert (newest.key_id, before.key_id) == (planned, first.key_id)
    assert (newest.retire_time, before.retire_time) == (None, MORNING + DAY)
    assert verify(asked(clinic).signed_receipt, [newest, before]).key_id == first.key_id
    supervisor.advance_clock(MORNING + DAY)
    new = asked(clinic)
    assert verify(new.signed_receipt, [newest, before]).key_id == planned
    assert verify(old.signed_receipt, [newest, before]).key_id == first.key_id
    with pytest.raises(ReceiptRefused) as refused:
        verify(new.signed_receipt, [first])
    assert refused.value.fault is Fault.KEY_UNKNOWN


def test_a_retired_key_verifies_what_it_signed(
    keys: KeyFolder, supervisor: OsmsClient, clinic: OsmsClient
) -> None:
    """Its private half is deleted, its public one stays; the next one signs."""
    old = asked(clinic)
    (first,) = clinic.receipt_keys()
    planned = keys.make(MORNING + DAY)
    supervisor.advance_clock(MORNING + 2 * DAY)
    keys.retire(first.key_id, MORNING + 2 * DAY)
    assert verify(asked(clinic).signed_receipt, clinic.receipt_keys()).key_id == planned
    assert verify(old.signed_receipt, clinic.receipt_keys()).key_id == first.key_id


def test_a_stolen_key_is_refused_since_then(
    keys: KeyFolder, supervisor: OsmsClient, clinic: OsmsClient
) -> None:
    """What it signed before is still good."""
    good = asked(clinic)
    supervisor.advance_clock(MORNING + DAY)
    doubtful = asked(clinic)
    (first,) = clinic.receipt_keys()
    keys.make(MORNING + 2 * DAY)
    keys.retire(first.key_id, MORNING + 3 * DAY, MORNING + timedelta(hours=1))
    assert verify(good.signed_receipt, clinic.receipt_keys())
    with pytest.raises(ReceiptRefused) as refused:
        verify(doubtful.signed_receipt, clinic.receipt_keys())
    assert refused.value.fault is Fault.KEY_NOT_VALID


def test_a_folder_that_cannot_be_read_takes_no_key_away(
    keys: KeyFolder, clinic: OsmsClient
) -> None:
    """The server goes on with the keys that it knows, and finds new ones when they are whole."""
    (keys.path / "other.json").write_text("{")
    assert verify(asked(clinic).signed_receipt, clinic.receipt_keys())
    keys.path.rename(keys.path.with_name("elsewhere"))
    assert verify(asked(clinic).signed_receipt, clinic.receipt_keys())


def test_no_receipt_is_signed_where_no_key_signs(
    keys: KeyFolder, supervisor: OsmsClient, clinic: OsmsClient
) -> None:
    """It is refused as such; the same question without a receipt is answered."""
    (first,) = clinic.receipt_keys()
    keys.make(MORNING + DAY)
    keys.retire(first.key_id, MORNING + 2 * DAY)
    with pytest.raises(Refused, match="receipt key"):
        clinic.check(AIGUL, with_receipt=True)
    assert clinic.check(AIGUL).status == "NOT_REGISTERED"


# Where keys come from.


@pytest.fixture
def second(settings: Settings, intake: Engines, dsns: Dsns) -> Iterator[Application]:
    """Another server before the same register, with the same folder of state."""
    application = Application(settings, intake, dsns)
    yield application
    application.close()


def test_servers_of_one_folder_sign_with_one_key(
    application: Application, second: Application, settings: Settings
) -> None:
    """The first makes it; a register that is no sandbox has a folder of its own."""
    assert list(application.receipts.keys()) == list(second.receipts.keys())
    register = Settings.read(sandbox=False)
    assert receipt_keys_folder(settings) != receipt_keys_folder(register)


def test_a_key_begins_with_a_whole_second(tmp_path: Path) -> None:
    """So its instants are the same in the folder, in the contract and in a set of keys."""
    folder = KeyFolder(tmp_path)
    folder.make(datetime(2026, 7, 1, 0, 0, 0, 999_999, UTC))
    (pair,) = folder.read()
    assert pair.public.valid_from == datetime(2026, 7, 1, tzinfo=UTC)
