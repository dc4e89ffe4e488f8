"""
The files of TLS: the server's certificate and key, the authorities of callers, what is revoked.

They are read again when they change, while the server runs: for every new connection, and for
every call on those that there are. Files that do not fit together (a key that was replaced before
its certificate) change nothing: what was trusted before stays so, and the log tells of it.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

import grpc
import structlog
from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

from osms_common.rpc.trust import Trust, outdated, read_revocations, utc_now

log = structlog.get_logger(__name__)

ONLY_TLS_1_3: Final = "ECDHE-PSK-CHACHA20-POLY1305"
"""
Cipher suites of TLS 1.2 for GRPC_SSL_CIPHER_SUITES: one that needs a secret which nobody has. So
only TLS 1.3 is left, whose suites are all modern; gRPC for Python cannot be told it otherwise.
"""

_LIST: Final = re.compile(rb"-----BEGIN X509 CRL-----.*?-----END X509 CRL-----", re.DOTALL)


class TlsUnusable(Exception):
    """The files of TLS cannot be used; the message says which, and why."""


class TlsPaths(NamedTuple):
    """Where the files are; without *revoked* nothing is."""

    certificate: Path
    key: Path
    authorities: Path
    revoked: Path | None = None


@dataclass(frozen=True)
class _Content:
    """What the files say, as of one moment."""

    certificate: bytes
    key: bytes
    authorities: bytes
    trust: Trust


class TlsFiles:
    """The files, looked at again after *seconds*. TlsUnusable: they cannot be used at first."""

    def __init__(
        self, paths: TlsPaths, seconds: float, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._paths = paths
        self._seconds = seconds
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._seen = _stamps(paths)
        self._content = _read(paths)
        self._looked = monotonic()
        self._warn_of_outdated()

    def trust(self) -> Trust:
        """Whom the files trust now."""
        return self._current().trust

    def credentials(self) -> grpc.ServerCredentials:
        """
        Credentials that follow the files; every caller must show a certificate.

        TLS 1.3 alone is spoken only where GRPC_SSL_CIPHER_SUITES says so (`ONLY_TLS_1_3`).
        """
        given = self._current()

        def renewed() -> grpc.ServerCertificateConfiguration | None:
            nonlocal given
            current = self._current()
            if current is given:
                return None
            given = current
            return _configuration(current)

        return grpc.dynamic_ssl_server_credentials(
            _configuration(given),
            renewed,  # type: ignore[arg-type]  # None says that nothing has changed
            require_client_authentication=True,
        )

    def _current(self) -> _Content:
        if self._monotonic() - self._looked >= self._seconds and self._lock.acquire(
            blocking=False
        ):
            try:
                self._look_again()
            finally:
                self._looked = self._monotonic()
                self._lock.release()
        return self._content

    def _look_again(self) -> None:
        stamps = _stamps(self._paths)
        if stamps == self._seen:
            return
        self._seen = stamps
        try:
            self._content = _read(self._paths)
        except TlsUnusable as error:
            log.error("files of TLS cannot be used; those before are", error=str(error))  # noqa: TRY400 - the message has it all
        else:
            log.info("files of TLS were read again")
            self._warn_of_outdated()

    def _warn_of_outdated(self) -> None:
        for authority in outdated(self._content.trust, utc_now()):
            log.warning("a list of revoked certificates is out of date", authority=authority)


def _configuration(content: _Content) -> grpc.ServerCertificateConfiguration:
    return grpc.ssl_server_certificate_configuration(
        [(content.key, content.certificate)], root_certificates=content.authorities
    )


def _stamps(paths: TlsPaths) -> tuple[tuple[int, int, int] | None, ...]:
    """By what a file is known to be the same: its place, size and time; None where it is not."""
    stamps = []
    for path in paths:
        try:
            told = path.stat() if path else None
        except OSError:
            told = None
        stamps.append((told.st_ino, told.st_size, told.st_mtime_ns) if told else None)
    return tuple(stamps)


def _read(paths: TlsPaths) -> _Content:
    certificate = _bytes(paths.certificate)
    key = _bytes(paths.key)
    authorities = _bytes(paths.authorities)
    _refuse_other_key(paths, certificate, key)
    trusted = _authorities(paths.authorities, authorities)
    lists = _lists(paths.revoked)
    try:
        revocations = read_revocations(lists, trusted)
    except ValueError as error:
        message = f"{paths.revoked}: {error}; give the list of an authority in {paths.authorities}"
        raise TlsUnusable(message) from error
    return _Content(certificate, key, authorities, Trust(trusted, revocations))


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}"
        raise TlsUnusable(message) from error


def _refuse_other_key(paths: TlsPaths, certificate: bytes, key: bytes) -> None:
    """TlsUnusable: the key is not that of the certificate, or one of them is none."""
    try:
        shown = x509.load_pem_x509_certificates(certificate)[0].public_key()
        own = load_pem_private_key(key, None).public_key()
    except (ValueError, TypeError, IndexError) as error:
        message = (
            f"{paths.certificate} and {paths.key} must be a certificate and its key, as PEM"
            " without a password"
        )
        raise TlsUnusable(message) from error
    told, kept = (
        each.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) for each in (shown, own)
    )
    if told != kept:
        message = f"{paths.key} is not the key of {paths.certificate}"
        raise TlsUnusable(message)


def _authorities(path: Path, content: bytes) -> tuple[x509.Certificate, ...]:
    try:
        return tuple(x509.load_pem_x509_certificates(content))
    except ValueError as error:
        message = f"{path} has no certificate of an authority, as PEM"
        raise TlsUnusable(message) from error


def _lists(path: Path | None) -> list[x509.CertificateRevocationList]:
    if path is None:
        return []
    found = _LIST.findall(_bytes(path))
    try:
        lists = [x509.load_pem_x509_crl(each) for each in found]
    except ValueError as error:
        message = f"{path} has a list of revoked certificates that cannot be read"
        raise TlsUnusable(message) from error
    if not lists:
        message = f"{path} has no list of revoked certificates, as PEM"
        raise TlsUnusable(message)
    return lists
