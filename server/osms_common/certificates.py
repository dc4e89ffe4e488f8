"""
Certificates for development and sandboxes: an authority, the server, and one for every caller.

A caller's certificate says who it is, as a URI `spiffe://osms.kz/<role>/<name>`. Keys are PKCS#8,
which every language reads. In production an authority of the Fund issues certificates of the same
form, and its key is nowhere near the service.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from osms_common.application.callers import Caller
from osms_common.rpc.identity import TRUST_DOMAIN

CA: Final = "ca"
SERVER: Final = "server"
REVOKED: Final = "revoked.pem"
"""The file of revoked certificates, in the folder of an authority."""

_TAKEN: Final = frozenset({CA, SERVER, REVOKED.removesuffix(".pem")})

LOCAL_HOSTS: Final = ("localhost", "127.0.0.1", "::1")
_DAYS: Final = 825
_LIST_DAYS: Final = 30
_BACKDATED: Final = timedelta(days=1)
_PRIVATE: Final = 0o600
_CURVE: Final = ec.SECP256R1()


class AuthorityUnusable(Exception):
    """An authority cannot do what it is asked for; the message says why."""


class Authority:
    """
    An authority whose key and certificates lie in a folder; made there if there is none.

    AuthorityUnusable: the folder has the certificate of an authority, and not its key.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        if (folder / f"{CA}.pem").exists():
            self._key, self._certificate = self._read()
        else:
            self._key, self._certificate = self._make()
            self._write_revoked(())

    def issue_server(self, hosts: Iterable[str], days: int = _DAYS) -> None:
        """A certificate for a server that is reached under *hosts*."""
        names = [_host(host) for host in hosts]
        self._issue(SERVER, names, ExtendedKeyUsageOID.SERVER_AUTH, days)

    def issue_caller(self, caller: Caller, days: int = _DAYS) -> None:
        """
        A certificate for a caller, in files of its name; an older one goes on to be valid.

        AuthorityUnusable: the files of that name are the authority's own, or the server's.
        """
        if caller.name in _TAKEN:
            message = f"a caller cannot be called {caller.name!r}: its files have that name"
            raise AuthorityUnusable(message)
        name = x509.UniformResourceIdentifier(f"spiffe://{TRUST_DOMAIN}/{caller.text}")
        self._issue(caller.name, [name], ExtendedKeyUsageOID.CLIENT_AUTH, days)

    def revoke(self, name: str) -> None:
        """Revokes the certificate in the file of a name. AuthorityUnusable: there is none."""
        try:
            pem = (self._folder / f"{name}.pem").read_bytes()
            certificate = x509.load_pem_x509_certificate(pem)
        except (OSError, ValueError) as error:
            message = f"{self._folder} has no certificate of {name!r}"
            raise AuthorityUnusable(message) from error
        already = x509.load_pem_x509_crl((self._folder / REVOKED).read_bytes())
        revoked = (
            x509.RevokedCertificateBuilder()
            .serial_number(certificate.serial_number)
            .revocation_date(datetime.now(UTC))
            .build()
        )
        others = [each for each in already if each.serial_number != revoked.serial_number]
        self._write_revoked([*others, revoked])

    def _issue(
        self,
        name: str,
        names: Sequence[x509.GeneralName],
        usage: x509.ObjectIdentifier,
        days: int = _DAYS,
    ) -> None:
        key = ec.generate_private_key(_CURVE)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        certificate = (
            _builder(subject, self._certificate.subject, key, days)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()),
                critical=False,
            )
            .sign(self._key, hashes.SHA256())
        )
        self._write(name, certificate, key)

    def _make(self) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
        key = ec.generate_private_key(_CURVE)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "osms-entitlement development")])
        certificate = (
            _builder(name, name, key, _DAYS)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_SIGNS, critical=True)
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
            )
            .sign(key, hashes.SHA256())
        )
        self._write(CA, certificate, key)
        return key, certificate

    def _read(self) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
        try:
            key = serialization.load_pem_private_key(
                (self._folder / f"{CA}.key").read_bytes(), None
            )
        except OSError as error:
            message = f"{self._folder} has an authority without its key: name another folder"
            raise AuthorityUnusable(message) from error
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        pem = (self._folder / f"{CA}.pem").read_bytes()
        return key, x509.load_pem_x509_certificate(pem)

    def _write_revoked(self, revoked: Iterable[x509.RevokedCertificate]) -> None:
        now = datetime.now(UTC)
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self._certificate.subject)
            .last_update(now)
            .next_update(now + timedelta(days=_LIST_DAYS))
        )
        for each in revoked:
            builder = builder.add_revoked_certificate(each)
        signed = builder.sign(self._key, hashes.SHA256())
        self._replace(REVOKED, signed.public_bytes(serialization.Encoding.PEM))

    def _write(
        self, name: str, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey
    ) -> None:
        private = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        self._replace(f"{name}.key", private)
        self._replace(f"{name}.pem", certificate.public_bytes(serialization.Encoding.PEM))

    def _replace(self, name: str, content: bytes) -> None:
        """Puts a file in place of another at once: servers may be reading it."""
        made = self._folder / f".{name}.new"
        made.touch(_PRIVATE)
        made.write_bytes(content)
        if not name.endswith(".key"):
            made.chmod(0o644)
        made.replace(self._folder / name)


_SIGNS: Final = x509.KeyUsage(
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=True,
    encipher_only=False,
    decipher_only=False,
)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, days: int
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACKDATED)
        .not_valid_after(now + timedelta(days=days))
    )


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def make_development_certificates(folder: Path, callers: Iterable[Caller]) -> bool:
    """
    Makes what is missing of an authority, a server on this machine, and *callers*.

    Whether anything was. AuthorityUnusable: something is missing, and the key of the authority.
    """
    missing = [caller for caller in callers if not (folder / f"{caller.name}.key").exists()]
    has_server = (folder / f"{SERVER}.key").exists()
    if has_server and not missing:
        return False
    authority = Authority(folder)
    for caller in missing:
        authority.issue_caller(caller)
    if not has_server:
        authority.issue_server(LOCAL_HOSTS)
    return True
