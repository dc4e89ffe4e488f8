"""
Which certificates of callers are trusted: who issued them, for how long, and which were revoked.

TLS looks at a certificate once, when a connection is made, and it knows of no revocations. Here
it is looked at with every call, so that what expires or is revoked ends also on a connection that
was made before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Final, NamedTuple

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from osms_common.domain.errors import CertificateRefused

_KEPT_MAX: Final = 10_000
"""Examined certificates that are kept; there are some hundreds of callers."""


class Refusal(StrEnum):
    """Why a certificate is refused."""

    UNREADABLE = "it cannot be read"
    NOT_YET = "it is not valid yet"
    EXPIRED = "it has expired"
    REVOKED = "it was revoked"
    UNTRUSTED = "no authority that is trusted now has issued it"
    NOT_FOR_CLIENTS = "it was not issued for clients"
    NAMES = "it must bear exactly one URI"
    OLD_TLS = "the connection is older than TLS 1.3"


class Examined(NamedTuple):
    """A certificate that a trusted authority has issued for a client, and when it is valid."""

    certificate: x509.Certificate
    uri: str
    fingerprint: str
    """SHA-256 of the certificate (DER), in hexadecimal digits."""
    not_before: datetime
    not_after: datetime
    """The last instant at which it is valid."""

    def at(self, now: datetime) -> Examined:
        """The certificate itself. CertificateRefused: it is not valid at *now*."""
        if now < self.not_before:
            raise CertificateRefused(Refusal.NOT_YET)
        if now > self.not_after:
            raise CertificateRefused(Refusal.EXPIRED)
        return self


class Revocations(NamedTuple):
    """What one authority has revoked."""

    serial_numbers: frozenset[int]
    next_update: datetime | None
    """Until when the list promises to be the newest."""


@dataclass(frozen=True)
class Trust:
    """
    The authorities that vouch for callers, and what they have revoked, as of one moment.

    An authority must be here itself: one that only an authority above it vouches for is not known.
    """

    authorities: tuple[x509.Certificate, ...]
    revocations: Mapping[x509.Name, Revocations]
    _examined: dict[bytes, Examined] = field(default_factory=dict, repr=False)

    def examine(self, pem: bytes, now: datetime) -> Examined:
        """A certificate (PEM) at an instant. CertificateRefused: it is not to be trusted."""
        known = self._examined.get(pem)
        if known is None:
            known = self._examine(pem)
            if len(self._examined) >= _KEPT_MAX:
                self._examined.clear()
            self._examined[pem] = known
        return known.at(now)

    def _examine(self, pem: bytes) -> Examined:
        try:
            certificate = x509.load_pem_x509_certificate(pem)
            uris = _uris_of(certificate)
            usages = _usages_of(certificate)
        except (ValueError, x509.DuplicateExtension) as error:
            raise CertificateRefused(Refusal.UNREADABLE) from error
        if not any(_has_issued(authority, certificate) for authority in self.authorities):
            raise CertificateRefused(Refusal.UNTRUSTED)
        revocations = self.revocations.get(certificate.issuer)
        if revocations and certificate.serial_number in revocations.serial_numbers:
            raise CertificateRefused(Refusal.REVOKED)
        if ExtendedKeyUsageOID.CLIENT_AUTH not in usages:
            raise CertificateRefused(Refusal.NOT_FOR_CLIENTS)
        if len(uris) != 1:
            raise CertificateRefused(Refusal.NAMES)
        return Examined(
            certificate,
            uris[0],
            fingerprint_of(certificate),
            certificate.not_valid_before_utc,
            certificate.not_valid_after_utc,
        )


def fingerprint_of(certificate: x509.Certificate) -> str:
    """SHA-256 of a certificate (DER), in hexadecimal digits."""
    return sha256(certificate.public_bytes(Encoding.DER)).hexdigest()


def read_revocations(
    lists: Iterable[x509.CertificateRevocationList], authorities: Iterable[x509.Certificate]
) -> dict[x509.Name, Revocations]:
    """
    What the authorities have revoked, by the name of each.

    ValueError: a list was signed by none of them.
    """
    issuers = tuple(authorities)
    found: dict[x509.Name, Revocations] = {}
    for each in lists:
        if not any(_has_signed(authority, each) for authority in issuers):
            message = f"no authority has signed the list of {each.issuer.rfc4514_string()}"
            raise ValueError(message)
        before = found.get(each.issuer, Revocations(frozenset(), None))
        serial_numbers = before.serial_numbers | {revoked.serial_number for revoked in each}
        found[each.issuer] = Revocations(serial_numbers, each.next_update_utc)
    return found


def outdated(trust: Trust, now: datetime) -> list[str]:
    """The names of the authorities whose lists promised a newer one before *now*."""
    return [
        name.rfc4514_string()
        for name, revocations in trust.revocations.items()
        if revocations.next_update is not None and revocations.next_update < now
    ]


def utc_now() -> datetime:
    """The instant by the machine's clock: certificates know nothing of the clock of a sandbox."""
    return datetime.now(UTC)


def _uris_of(certificate: x509.Certificate) -> list[str]:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return []
    return names.value.get_values_for_type(x509.UniformResourceIdentifier)


def _usages_of(certificate: x509.Certificate) -> list[x509.ObjectIdentifier]:
    try:
        usages = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        return []
    return list(usages.value)


def _has_issued(authority: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _has_signed(authority: x509.Certificate, revoked: x509.CertificateRevocationList) -> bool:
    if revoked.issuer != authority.subject:
        return False
    try:
        return revoked.is_signature_valid(authority.public_key())  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return False
