"""
Certificates for development and sandboxes: an authority, the server, and one for every caller.

A caller's certificate says who it is, as a URI `spiffe://osms.kz/<role>/<name>`. Keys are PKCS#8,
which every language reads. Real certificates come from a real authority.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from osms_server.application.callers import Caller
from osms_server.rpc.identity import TRUST_DOMAIN

CA: Final = "ca"
SERVER: Final = "server"
_DAYS: Final = 825
_PRIVATE: Final = 0o600


class Authority:
    """An authority whose key and certificates lie in a folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name(
            [x509.NameAttribute(NameOID.COMMON_NAME, "osms-entitlement development")]
        )
        certificate = (
            self._builder(self._name, self._key)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(self._key, hashes.SHA256())
        )
        self._write(CA, certificate, None)

    def issue_server(self, hosts: Iterable[str]) -> None:
        """A certificate for a server that is reached under *hosts*."""
        self._issue(SERVER, [_host(host) for host in hosts], ExtendedKeyUsageOID.SERVER_AUTH)

    def issue_caller(self, caller: Caller) -> None:
        """A certificate for a caller, in files of its name."""
        name = x509.UniformResourceIdentifier(f"spiffe://{TRUST_DOMAIN}/{caller.text}")
        self._issue(caller.name, [name], ExtendedKeyUsageOID.CLIENT_AUTH)

    def _issue(
        self, name: str, names: list[x509.GeneralName], usage: x509.ObjectIdentifier
    ) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        certificate = (
            self._builder(subject, key)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        self._write(name, certificate, key)

    def _builder(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey
    ) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=_DAYS))
        )

    def _write(
        self, name: str, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey | None
    ) -> None:
        pem = certificate.public_bytes(serialization.Encoding.PEM)
        (self._folder / f"{name}.pem").write_bytes(pem)
        if key is not None:
            path = self._folder / f"{name}.key"
            path.touch(_PRIVATE)
            path.write_bytes(
                key.private_bytes(
                    serialization.Encoding.PEM,
                    serialization.PrivateFormat.PKCS8,
                    serialization.NoEncryption(),
                )
            )


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def make_development_certificates(folder: Path, callers: Iterable[Caller]) -> bool:
    """Makes an authority, a server on this machine, and *callers*; False if they are there."""
    if (folder / f"{SERVER}.key").exists():
        return False
    authority = Authority(folder)
    for caller in callers:
        authority.issue_caller(caller)
    authority.issue_server(["localhost", "127.0.0.1", "::1"])
    return True
