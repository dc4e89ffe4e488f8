"""Certificates that prove nothing, on both kinds of server: none of them is let in."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from osms_common.application.callers import Caller
from osms_common.certificates import Authority
from osms_common.domain.codes import Role
from tests.hostile.frames import Line, call_headers
from tests.hostile.servers import (
    CHECK,
    KINDS,
    QUESTION,
    Server,
    make_certificates,
    server,
    tls_of,
)
from tests.persistence.contents import wait_until

CLIENT, SERVER = ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH
CLINIC: Final = "spiffe://osms.kz/mis/clinic1"
NOT_LET_IN: Final = "the line is cut"
OK, DENIED, UNAUTHENTICATED = "0", "7", "16"


@dataclass(frozen=True)
class Place:
    """Both kinds of server, of one authority whose certificates lie in a folder."""

    folder: Path
    authority: Authority
    of_kind: dict[str, Server]


@pytest.fixture(scope="module")
def place(dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Servers that look at their files with every call."""
    folder = tmp_path_factory.mktemp("certificates")
    authority = make_certificates(folder)
    soon = {"OSMS_TLS_RELOAD_SECONDS": "0", "OSMS_HANDSHAKE_SECONDS_MAX": "1"}
    with ExitStack() as stack:
        of_kind = {
            kind: stack.enter_context(server(kind, dsn, folder / f"{kind}.log", folder, soon))
            for kind in KINDS
        }
        yield Place(folder, authority, of_kind)


@pytest.fixture(params=KINDS)
def target(request: pytest.FixtureRequest, place: Place) -> Iterator[Server]:
    """Each of the two; when the test is over it answers whom it knows."""
    found = place.of_kind[request.param]
    yield found
    assert told(found, found.tls("operator1")) == OK
    assert not found.has_failed


def told(target: Server, tls: ssl.SSLContext | None) -> str:
    """The status of a question by a caller with that TLS."""
    try:
        with Line(target.process.address, tls).begin() as line:
            line.call(1, call_headers(CHECK), QUESTION)
            return line.ended(1).get("grpc-status", NOT_LET_IN)
    except (OSError, ssl.SSLError):
        return NOT_LET_IN


# Certificates that somebody else could make, or has by mistake.


class Maker:
    """Makes certificates as its fields say, signed by an authority or by nobody who is known."""

    def __init__(self, folder: Path, authority: Authority) -> None:
        self._folder = folder
        self._authority = authority

    def issued(self, *uris: str, usages: tuple[x509.ObjectIdentifier, ...] = (CLIENT,)) -> str:
        """By the authority, with those URIs and usages."""
        return self._signed(self._authority._key, uris, usages)

    def out_of_time(self, begins: timedelta, ends: timedelta) -> str:
        """By the authority, for another time."""
        now = datetime.now(UTC)
        return self._signed(self._authority._key, (CLINIC,), (CLIENT,), (now + begins, now + ends))

    def forged(self) -> str:
        """In the name of the authority, by another key."""
        return self._signed(ec.generate_private_key(ec.SECP256R1()), (CLINIC,), (CLIENT,))

    def issued_by_a_caller(self) -> str:
        """By a caller, who has a certificate and is no authority."""
        pem = (self._folder / "clinic1.key").read_bytes()
        key = serialization.load_pem_private_key(pem, None)
        issuer = x509.load_pem_x509_certificate((self._folder / "clinic1.pem").read_bytes())
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        name = self._signed(key, (CLINIC,), (CLIENT,), issuer=issuer.subject)
        with (self._folder / f"{name}.pem").open("ab") as chain:
            chain.write((self._folder / "clinic1.pem").read_bytes())
        return name

    def another_authoritys(self) -> str:
        """By an authority that is not known."""
        other = Authority(self._folder / "other")
        return self._signed(other._key, (CLINIC,), (CLIENT,), issuer=other._certificate.subject)

    def _signed(
        self,
        key: ec.EllipticCurvePrivateKey,
        uris: tuple[str, ...],
        usages: tuple[x509.ObjectIdentifier, ...],
        valid: tuple[datetime, datetime] | None = None,
        issuer: x509.Name | None = None,
    ) -> str:
        own = ec.generate_private_key(ec.SECP256R1())
        now = datetime.now(UTC)
        begins, ends = valid or (now - timedelta(days=1), now + timedelta(days=9))
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "made")]))
            .issuer_name(issuer or self._authority._certificate.subject)
            .public_key(own.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begins)
            .not_valid_after(ends)
        )
        if uris:
            names = [x509.UniformResourceIdentifier(uri) for uri in uris]
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        if usages:
            builder = builder.add_extension(x509.ExtendedKeyUsage(usages), critical=False)
        self._authority._write("made", builder.sign(key, hashes.SHA256()), own)
        return "made"


DAY: Final = timedelta(days=1)
MADE: Final[dict[str, tuple[Callable[[Maker], str], set[str]]]] = {
    "as it should be": (lambda make: make.issued(CLINIC), {OK}),
    "for servers, too": (lambda make: make.issued(CLINIC, usages=(CLIENT, SERVER)), {OK}),
    "of the server itself": (lambda _: "server", {NOT_LET_IN, UNAUTHENTICATED}),
    "of the authority itself": (lambda _: "ca", {NOT_LET_IN, UNAUTHENTICATED}),
    "for servers": (
        lambda make: make.issued(CLINIC, usages=(SERVER,)),
        {NOT_LET_IN, UNAUTHENTICATED},
    ),
    "for nothing": (lambda make: make.issued(CLINIC, usages=()), {UNAUTHENTICATED}),
    "another authority's": (lambda make: make.another_authoritys(), {NOT_LET_IN}),
    "forged": (lambda make: make.forged(), {NOT_LET_IN}),
    "issued by a caller": (lambda make: make.issued_by_a_caller(), {NOT_LET_IN}),
    "expired": (lambda make: make.out_of_time(-2 * DAY, -DAY), {NOT_LET_IN}),
    "not valid yet": (lambda make: make.out_of_time(DAY, 2 * DAY), {NOT_LET_IN}),
    "no URI": (lambda make: make.issued(), {UNAUTHENTICATED}),
    "two URIs": (lambda make: make.issued(CLINIC, CLINIC), {UNAUTHENTICATED}),
    "two roles": (
        lambda make: make.issued(CLINIC, "spiffe://osms.kz/fund-supervisor/supervisor1"),
        {UNAUTHENTICATED},
    ),
    "another role": (lambda make: make.issued("spiffe://osms.kz/body/DEFENCE"), {DENIED}),
    "no such role": (lambda make: make.issued("spiffe://osms.kz/owner/me"), {UNAUTHENTICATED}),
    "another domain": (
        lambda make: make.issued("spiffe://osms.kz.me/mis/clinic1"),
        {UNAUTHENTICATED},
    ),
    "a name that is a path": (
        lambda make: make.issued("spiffe://osms.kz/mis/../fund-supervisor/a"),
        {UNAUTHENTICATED},
    ),
}


@pytest.mark.parametrize(("make", "outcomes"), MADE.values(), ids=MADE)
def test_only_a_certificate_of_the_right_form_is_let_in(
    target: Server, place: Place, make: Callable[[Maker], str], outcomes: set[str]
) -> None:
    """Whatever else it is, TLS or the gate refuses it."""
    name = make(Maker(place.folder, place.authority))
    assert told(target, target.tls(name)) in outcomes


def test_a_copy_of_a_certificate_is_no_certificate(target: Server, place: Place) -> None:
    """Who has one and not its key cannot use it: TLS takes none without."""
    pem, key = place.folder / "clinic1.pem", place.folder / "operator1.key"
    with pytest.raises(ssl.SSLError, match="KEY_VALUES_MISMATCH"):
        tls_of(place.folder, pem, key)
    assert told(target, tls_of(place.folder, None)) == NOT_LET_IN


# TLS itself.


def test_without_tls_nobody_comes_in(target: Server) -> None:
    """A port of TLS has no other language."""
    assert told(target, None) == NOT_LET_IN


def test_an_older_tls_is_refused(target: Server) -> None:
    """By a caller with every right."""
    tls = target.tls("operator1")
    tls.maximum_version = ssl.TLSVersion.TLSv1_2
    assert told(target, tls) == NOT_LET_IN


def test_a_handshake_without_end_is_cut(target: Server) -> None:
    """Whether nothing was said, or half a greeting; a hundred of them keep nobody out."""
    host, _, port = target.process.address.rpartition(":")
    half = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(100)
    with ExitStack() as stack:
        lines = [
            stack.enter_context(socket.create_connection((host, int(port)), 20))
            for _ in range(100)
        ]
        for line in lines[::2]:
            line.sendall(half)
        assert told(target, target.tls("operator1")) == OK
        for line in lines:
            assert _is_cut(line)


def _is_cut(line: socket.socket) -> bool:
    try:
        return not line.recv(1)
    except ConnectionError:
        return True


# Revocation.


def test_a_ticket_does_not_outlive_its_certificate(target: Server, place: Place) -> None:
    """Neither the connection that there is, nor one that goes on where it ended, is let in."""
    place.authority.issue_caller(Caller(Role.MEDICAL_SYSTEM, "clinic9"))
    tls = target.tls("clinic9")
    with Line(target.process.address, tls).begin() as line:
        line.call(1, call_headers(CHECK), QUESTION)
        assert line.ended(1)["grpc-status"] == OK
        assert isinstance(line.socket, ssl.SSLSocket)
        ticket = line.socket.session
        place.authority.revoke("clinic9")
        line.call(3, call_headers(CHECK), QUESTION)
        assert line.ended(3)["grpc-status"] == UNAUTHENTICATED
    assert ticket is not None
    with Line(target.process.address, tls, ticket).begin() as again:
        again.call(1, call_headers(CHECK), QUESTION)
        assert again.ended(1).get("grpc-status", NOT_LET_IN) in {UNAUTHENTICATED, NOT_LET_IN}


@pytest.mark.long
def test_a_certificate_that_expires_ends_on_its_connection(target: Server, place: Place) -> None:
    """It was valid when the connection was made; from the instant on it is not."""
    make = Maker(place.folder, place.authority)
    tls = target.tls(make.out_of_time(-DAY, timedelta(seconds=4)))
    with Line(target.process.address, tls).begin() as line:
        streams = iter(range(1, 2**20, 2))

        def status() -> str:
            stream = next(streams)
            line.call(stream, call_headers(CHECK), QUESTION)
            return line.ended(stream)["grpc-status"]

        assert status() == OK
        wait_until(lambda: status() == UNAUTHENTICATED)
