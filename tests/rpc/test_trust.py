"""Which certificates are trusted, and when they no longer are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from osms_common.application.callers import Caller
from osms_common.certificates import REVOKED, Authority
from osms_common.domain.codes import Role
from osms_common.domain.errors import CertificateRefused
from osms_common.rpc import trust as trusting
from osms_common.rpc.trust import Refusal, Trust, outdated, read_revocations

URI: Final = x509.UniformResourceIdentifier("spiffe://osms.kz/mis/clinic1")
CLIENT, SERVER = ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH
NOW: Final = datetime.now(UTC).replace(microsecond=0)
DAY: Final = timedelta(days=1)


class Issuer(NamedTuple):
    """An authority, and the folder of its files."""

    authority: Authority
    folder: Path

    def issue(self, *names: x509.GeneralName, usage: x509.ObjectIdentifier = CLIENT) -> bytes:
        """A certificate with such names for such a use, as PEM."""
        self.authority._issue("made", names, usage)
        return (self.folder / "made.pem").read_bytes()

    @property
    def revoked(self) -> x509.CertificateRevocationList:
        """The list of what it has revoked."""
        return x509.load_pem_x509_crl((self.folder / REVOKED).read_bytes())


@pytest.fixture
def issuer(tmp_path: Path) -> Issuer:
    """An authority that is trusted."""
    return Issuer(Authority(tmp_path / "ours"), tmp_path / "ours")


@pytest.fixture
def other(tmp_path: Path) -> Issuer:
    """Another of the same name, which is not."""
    return Issuer(Authority(tmp_path / "other"), tmp_path / "other")


def trust_in(*issuers: Issuer) -> Trust:
    """Trust in authorities and in their lists."""
    authorities = tuple(each.authority._certificate for each in issuers)
    return Trust(authorities, read_revocations([each.revoked for each in issuers], authorities))


def refusal(trust: Trust, pem: bytes, now: datetime = NOW) -> str | None:
    """Why a certificate is refused; None if it is not."""
    try:
        trust.examine(pem, now)
    except CertificateRefused as error:
        return error.refusal
    return None


@pytest.mark.parametrize(
    ("names", "usage", "expected"),
    [
        pytest.param([URI], CLIENT, None, id="as it should be"),
        pytest.param([URI, x509.DNSName("clinic.kz")], CLIENT, None, id="a host beside it"),
        pytest.param([], CLIENT, Refusal.NAMES, id="no name"),
        pytest.param([x509.DNSName("clinic.kz")], CLIENT, Refusal.NAMES, id="only a host"),
        pytest.param([URI, URI], CLIENT, Refusal.NAMES, id="the same name twice"),
        pytest.param([URI], SERVER, Refusal.NOT_FOR_CLIENTS, id="for servers"),
    ],
)
def test_a_certificate_bears_one_name_and_is_for_clients(
    issuer: Issuer,
    names: list[x509.GeneralName],
    usage: x509.ObjectIdentifier,
    expected: Refusal | None,
) -> None:
    """Whatever else is in it."""
    assert refusal(trust_in(issuer), issuer.issue(*names, usage=usage)) == expected


@pytest.mark.parametrize(
    "pem",
    [
        pytest.param(b"", id="none"),
        pytest.param(b"\xff" * 100, id="noise"),
        pytest.param(
            b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", id="empty"
        ),
    ],
)
def test_what_is_no_certificate_is_refused(issuer: Issuer, pem: bytes) -> None:
    """And not kept: it says nothing of who called."""
    trust = trust_in(issuer)
    assert refusal(trust, pem) == Refusal.UNREADABLE
    assert not trust._examined


def test_an_authority_of_the_same_name_vouches_for_nobody(issuer: Issuer, other: Issuer) -> None:
    """The key decides, and not what it is called."""
    assert refusal(trust_in(issuer), other.issue(URI)) == Refusal.UNTRUSTED
    assert refusal(trust_in(other), other.issue(URI)) is None


def test_a_certificate_is_valid_to_its_last_instant(issuer: Issuer) -> None:
    """From the first instant on; also one that was examined before."""
    trust, pem = trust_in(issuer), issuer.issue(URI)
    certificate = x509.load_pem_x509_certificate(pem)
    first, last = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    second = timedelta(seconds=1)
    for _ in range(2):
        assert refusal(trust, pem, first - second) == Refusal.NOT_YET
        assert refusal(trust, pem, first) is None
        assert refusal(trust, pem, last) is None
        assert refusal(trust, pem, last + second) == Refusal.EXPIRED


def test_a_revoked_certificate_is_refused_and_no_other(issuer: Issuer) -> None:
    """By its number, from the next list on; a new one of the same caller is trusted."""
    issuer.authority.issue_caller(Caller(Role.MEDICAL_SYSTEM, "clinic1"))
    pem = (issuer.folder / "clinic1.pem").read_bytes()
    assert refusal(trust_in(issuer), pem) is None
    issuer.authority.revoke("clinic1")
    assert refusal(trust_in(issuer), pem) == Refusal.REVOKED
    issuer.authority.issue_caller(Caller(Role.MEDICAL_SYSTEM, "clinic1"))
    assert refusal(trust_in(issuer), (issuer.folder / "clinic1.pem").read_bytes()) is None


def test_a_list_that_no_authority_has_signed_is_refused(issuer: Issuer, other: Issuer) -> None:
    """Also one in the name of an authority: it could have left something out."""
    with pytest.raises(ValueError, match="no authority has signed"):
        read_revocations([other.revoked], [issuer.authority._certificate])


def test_a_list_that_is_late_is_told(issuer: Issuer) -> None:
    """By the name of its authority, once the next one should have come."""
    trust = trust_in(issuer)
    assert outdated(trust, NOW) == []
    assert outdated(trust, NOW + 31 * DAY) == ["CN=osms-entitlement development"]


def test_certificates_by_the_thousand_are_not_kept(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was examined is forgotten when it is too much, and examined again."""
    monkeypatch.setattr(trusting, "_KEPT_MAX", 3)
    trust = trust_in(issuer)
    pems = [issuer.issue(URI) for _ in range(10)]
    for pem in pems * 2:
        assert refusal(trust, pem) is None
        assert len(trust._examined) <= 3


def test_what_is_told_of_a_certificate_is_its_own(issuer: Issuer) -> None:
    """Its URI and its fingerprint, by which the logs name it."""
    pem = issuer.issue(URI)
    examined = trust_in(issuer).examine(pem, NOW)
    assert examined.uri == URI.value
    assert examined.certificate.public_bytes(Encoding.PEM) == pem
    assert len(examined.fingerprint) == 64
