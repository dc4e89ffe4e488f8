"""Who calls: the certificate says it, and on a loopback port without TLS the metadata."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from stat import S_IMODE
from typing import Any

import grpc
import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from grpc_health.v1 import health_pb2, health_pb2_grpc
from pydantic import ValidationError

from osms.entitlement.v1 import entitlement_service_pb2 as pb
from osms_client import CannotTell, Certificates, NamedCaller, NotAllowed, OsmsClient
from osms_common.application.callers import Caller
from osms_common.certificates import Authority, make_development_certificates
from osms_common.domain.codes import Role
from osms_common.rpc.identity import SANDBOX_CALLERS
from osms_server.bootstrap import RunningServer, running_server
from osms_server.config import Settings, Transport
from tests.conftest import apart
from tests.people import AIGUL

LOOPBACK = "127.0.0.1:0"
ASKING = {Role.FUND_OPERATOR, Role.FUND_SUPERVISOR, Role.MEDICAL_SYSTEM}


@dataclass(frozen=True)
class Place:
    """A server that callers reach over mTLS, and the authority that vouches for them."""

    folder: Path
    authority: Authority
    address: str

    def client(self, name: str) -> OsmsClient:
        """A client with the certificate of a name."""
        return OsmsClient(self.address, Certificates(self.folder, name), timeout=5)

    def client_named(self, *uris: str) -> OsmsClient:
        """A client with a certificate that bears names as URIs."""
        names: list[x509.GeneralName] = [x509.UniformResourceIdentifier(uri) for uri in uris]
        self.authority._issue("other", names, ExtendedKeyUsageOID.CLIENT_AUTH)
        return self.client("other")


@pytest.fixture(scope="module")
def place(dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A server with certificates of an authority of its own."""
    folder = tmp_path_factory.mktemp("certificates")
    authority = Authority(folder)
    authority.issue_server(["127.0.0.1"])
    for caller in SANDBOX_CALLERS:
        authority.issue_caller(caller)
    settings = Settings.read(
        listen=LOOPBACK,
        **apart(dsn),
        sandbox=True,
        shutdown_seconds=1,
        tls_certificate=folder / "server.pem",
        tls_key=folder / "server.key",
        tls_client_ca=folder / "ca.pem",
    )
    with running_server(settings) as running:
        yield Place(folder, authority, running.address)


# Over mTLS.


@pytest.mark.parametrize("caller", SANDBOX_CALLERS, ids=lambda caller: caller.text)
def test_the_certificate_says_who_calls(place: Place, caller: Caller) -> None:
    """Role and name: what the caller may do follows from it, and the log keeps it."""
    with place.client(caller.name) as client:
        if caller.role not in ASKING:
            with pytest.raises(NotAllowed) as caught:
                client.check(AIGUL)
            assert caught.value.reason == "NOT_ALLOWED"
            return
        receipt = client.check(AIGUL).receipt_id
    with place.client("operator1") as fund:
        (entry,) = (entry for entry in fund.accesses(AIGUL) if entry.receipt_id == receipt)
    assert entry.caller == caller.text


def test_metadata_says_nothing_over_mtls(place: Place) -> None:
    """A clinic cannot call itself a supervisor."""
    with place.client("clinic1") as client:
        request = pb.GetTimelineRequest(iin=AIGUL)
        metadata = (("osms-caller", "supervisor1"),)
        with pytest.raises(grpc.RpcError) as caught:
            client._entitlements.GetTimeline(request, metadata=metadata, timeout=5)
    error: Any = caught.value
    assert error.code() is grpc.StatusCode.PERMISSION_DENIED


@pytest.mark.parametrize(
    "uri",
    [
        pytest.param("spiffe://osms.kz/mis/clinic2", id="another clinic"),
        pytest.param("spiffe://osms.kz/mis/160440007161", id="an organisation by its BIN"),
        pytest.param("spiffe://osms.kz/fund-supervisor/a.bekova", id="another person"),
    ],
)
def test_other_callers_need_no_more_than_a_certificate(place: Place, uri: str) -> None:
    """Whom the authority vouches for need not be known to the server before."""
    with place.client_named(uri) as client:
        assert client.check(AIGUL).status == "NOT_REGISTERED"


@pytest.mark.parametrize(
    "uris",
    [
        pytest.param([], id="none"),
        pytest.param(
            ["https://clinic.kz/", "spiffe://osms.kz/mis/clinic2"], id="another name first"
        ),
        pytest.param(
            ["spiffe://osms.kz/mis/clinic2", "spiffe://osms.kz/fund-supervisor/supervisor1"],
            id="two of ours",
        ),
    ],
)
def test_a_certificate_bears_one_name(place: Place, uris: list[str]) -> None:
    """Of several nobody could say which one calls."""
    with place.client_named(*uris) as client, pytest.raises(NotAllowed) as caught:
        client.check(AIGUL)
    assert caught.value.reason == "CERTIFICATE_REFUSED"
    assert caught.value.details["refusal"] == "it must bear exactly one URI"


@pytest.mark.parametrize(
    "uri",
    [
        pytest.param("spiffe://clinic.kz/mis/clinic1", id="another trust domain"),
        pytest.param("spiffe://osms.kz.clinic.kz/mis/clinic1", id="a domain that looks alike"),
        pytest.param("https://osms.kz/mis/clinic1", id="no SPIFFE id"),
        pytest.param("spiffe://osms.kz/minister/first", id="no such role"),
        pytest.param("spiffe://osms.kz/mis", id="no name"),
        pytest.param("spiffe://osms.kz/mis/", id="an empty name"),
        pytest.param("spiffe://osms.kz/mis/one/two", id="a name with a slash"),
        pytest.param("spiffe://osms.kz/body/NAVY", id="no such body"),
        pytest.param("spiffe://osms.kz/body/MOE", id="a source that is no body"),
        pytest.param("spiffe://osms.kz/state-corporation/SC2", id="another State Corporation"),
        pytest.param("spiffe://osms.kz/MIS/clinic1", id="a role in capitals"),
        pytest.param("spiffe://osms.kz/mis/..", id="a name that is a folder"),
        pytest.param("spiffe://osms.kz/mis/%D0%90", id="a name that is written otherwise"),
        pytest.param("spiffe://osms.kz/mis/clinic 1", id="a name with a space"),
        pytest.param(f"spiffe://osms.kz/mis/{'a' * 65}", id="a name that is too long"),
        pytest.param("spiffe://osms.kz/source/DEFENCE", id="a body that is no source"),
        pytest.param("spiffe://osms.kz/source/NOBODY", id="no such source"),
    ],
)
def test_a_certificate_must_name_somebody_who_can_be(place: Place, uri: str) -> None:
    """A certificate of the right authority that names nobody is not enough."""
    with place.client_named(uri) as client, pytest.raises(NotAllowed) as caught:
        client.check(AIGUL)
    assert caught.value.reason == "CALLER_UNKNOWN"
    assert uri.removeprefix("spiffe://osms.kz/")[:60] in caught.value.message


def test_without_a_certificate_nobody_comes_in(place: Place) -> None:
    """Neither without TLS nor with the certificate of the server alone."""
    ca = (place.folder / "ca.pem").read_bytes()
    request = health_pb2.HealthCheckRequest()
    channels = (
        grpc.insecure_channel(place.address),
        grpc.secure_channel(place.address, grpc.ssl_channel_credentials(ca)),
    )
    for channel in channels:
        with closing(channel), pytest.raises(grpc.RpcError) as caught:
            health_pb2_grpc.HealthStub(channel).Check(request, timeout=5)
        error: Any = caught.value
        assert error.code() is grpc.StatusCode.UNAVAILABLE


def test_another_authority_vouches_for_nobody(place: Place, tmp_path: Path) -> None:
    """Neither do its callers come in, nor do they trust this server."""
    other = Authority(tmp_path)
    other.issue_caller(Caller(Role.FUND_SUPERVISOR, "supervisor1"))
    mixed = tmp_path / "mixed"
    mixed.mkdir()
    for name, source in (
        ("ca.pem", place.folder),
        ("supervisor1.pem", tmp_path),
        ("supervisor1.key", tmp_path),
    ):
        (mixed / name).write_bytes((source / name).read_bytes())
    for folder in (tmp_path, mixed):
        client = OsmsClient(place.address, Certificates(folder, "supervisor1"), timeout=3)
        with client, pytest.raises(CannotTell):
            client.clock()


def test_development_certificates_are_made_once(tmp_path: Path) -> None:
    """For every caller of a sandbox, with keys that only their owner may read."""
    assert make_development_certificates(tmp_path, SANDBOX_CALLERS)
    names = {"ca", "server", *(caller.name for caller in SANDBOX_CALLERS)}
    keys = {path.stem: path.read_bytes() for path in tmp_path.glob("*.key")}
    assert set(keys) == names
    assert {path.stem for path in tmp_path.glob("*.pem")} == {"revoked", *names}
    assert {S_IMODE(path.stat().st_mode) for path in tmp_path.glob("*.key")} == {0o600}
    assert not make_development_certificates(tmp_path, SANDBOX_CALLERS)
    assert {path.stem: path.read_bytes() for path in tmp_path.glob("*.key")} == keys


def test_a_server_makes_its_own_certificates(dsn: str, tmp_path: Path) -> None:
    """Where it is given none, below its state folder; callers take theirs from there."""
    settings = Settings.read(listen=LOOPBACK, state_folder=tmp_path, sandbox=True, **apart(dsn))
    with running_server(settings) as running:
        credentials = Certificates(tmp_path / "certificates", "clinic1")
        with OsmsClient(running.address, credentials) as client:
            assert client.check(AIGUL).status == "NOT_REGISTERED"


# Without TLS.


@pytest.fixture(scope="module")
def plain(dsn: str) -> Iterator[RunningServer]:
    """A server without TLS that is no sandbox."""
    settings = Settings.read(listen=LOOPBACK, transport=Transport.PLAINTEXT, **apart(dsn))
    with running_server(settings) as running:
        yield running


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("mis/clinic1", True),
        ("fund-supervisor/anybody", True),
        ("body/DEFENCE", False),
        ("body/NAVY", None),
        ("clinic1", None),
        ("mis/", None),
        ("", None),
        ("king/first", None),
    ],
)
def test_outside_a_sandbox_callers_name_role_and_name(
    plain: RunningServer, name: str, *, known: bool | None
) -> None:
    """Any name of a role that there is, and of a body that there is."""
    with OsmsClient(plain.address, NamedCaller(name)) as client:
        if known:
            assert client.check(AIGUL).status == "NOT_REGISTERED"
            return
        with pytest.raises(NotAllowed) as caught:
            client.check(AIGUL)
        reason = "CALLER_UNKNOWN" if known is None else "NOT_ALLOWED"
        assert caught.value.reason == reason


def test_outside_a_sandbox_there_is_no_clock_to_move(plain: RunningServer) -> None:
    """The service of the sandbox is not offered."""
    with OsmsClient(plain.address, NamedCaller("fund-supervisor/first")) as client:
        for call in (client.clock, client.reset_sandbox):
            with pytest.raises(CannotTell) as caught:
                call()
            assert caught.value.reason == "UNIMPLEMENTED"


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({"transport": "plaintext", "listen": "0.0.0.0:1"}, id="plaintext for all"),
        pytest.param({"transport": "plaintext", "listen": "127.evil.kz:1"}, id="looks like it"),
        pytest.param({"tls_key": "k.pem"}, id="a key without its certificate"),
        pytest.param({"dsn": "host=db"}, id="a DSN that is no URL"),
        pytest.param({"listen": "127.0.0.1"}, id="no port"),
        pytest.param({"listen": "127.0.0.1:70000"}, id="no such port"),
    ],
)
def test_settings_that_open_a_door_are_refused(given: dict[str, str]) -> None:
    """Without TLS only on this machine; and what goes together comes together."""
    with pytest.raises(ValidationError):
        Settings.read(**given)
