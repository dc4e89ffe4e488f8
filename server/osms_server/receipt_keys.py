"""
The keys that sign receipts: a folder that all servers of one register share.

Each key is two files: `<id>.json`, the public key with its instants, and `<id>.pem`, the private
one, which may be deleted when the key signs no more. A key signs from its instant on until the
next one does, so that exactly one signs at any instant. Files appear and change by renaming, and
whoever changes the folder holds its lock; so servers may read it, and start, at any moment.
"""

from __future__ import annotations

import fcntl
import json
import os
from base64 import urlsafe_b64decode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, NamedTuple

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from osms_server.application.receipts import ReceiptKey, base64url, canonical

_PRIVATE: Final = 0o600
_PUBLIC: Final = 0o644
_FOLDER: Final = 0o700
_SECOND: Final = timedelta(seconds=1)


class ReceiptKeysUnusable(Exception):
    """The folder of keys cannot be used as it is, or not for this."""


class KeyPair(NamedTuple):
    """A key, and its private half where it is here."""

    public: ReceiptKey
    private: Ed25519PrivateKey | None

    def signs_at(self, instant: datetime) -> bool:
        """Whether this is the key that signs at *instant*."""
        begins, ends = self.public.valid_from, self.public.retired
        return begins <= instant and (ends is None or instant < ends)


class KeyFolder:
    """A folder of keys."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def state(self) -> Sequence[tuple[str, int, int]]:
        """What differs when a key came, changed or went; cheap to ask for."""
        if not self.path.is_dir():
            return ()
        with os.scandir(self.path) as found:
            files = [entry for entry in found if entry.name.endswith((".json", ".pem"))]
            stats = [(entry.name, entry.stat()) for entry in files]
        return sorted((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats)

    def read(self) -> list[KeyPair]:
        """All keys, newest first. ReceiptKeysUnusable: a file of them is not one of ours."""
        pairs = [self._read(file) for file in self.path.glob("*.json")]
        pairs.sort(key=lambda pair: (pair.public.valid_from, pair.public.key_id), reverse=True)
        return _one_at_a_time(pairs)

    def make(self, valid_from: datetime) -> str:
        """Makes a key that signs from an instant on, a whole second; its id."""
        with self._locked():
            return self._make(valid_from)

    def make_first(self, valid_from: datetime) -> bool:
        """Makes a key where there is none; whether there was none."""
        with self._locked():
            if self.read():
                return False
            self._make(valid_from)
            return True

    def retire(self, key_id: str, now: datetime, since: datetime | None = None) -> datetime:
        """
        Ends a key that another has followed, and deletes its private half; since when it is ended.

        *since* is given where the key was no longer to be trusted from an earlier instant on.
        ReceiptKeysUnusable: there is no such key, or none would sign.
        """
        with self._locked():
            pairs = {pair.public.key_id: pair for pair in self.read()}
            if key_id not in pairs:
                raise ReceiptKeysUnusable(f"there is no key {key_id} in {self.path}")
            public = pairs[key_id].public
            if pairs[key_id].signs_at(now):
                raise ReceiptKeysUnusable(f"{key_id} signs now; make a new key first")
            ends = [instant for instant in (public.retired, since, now) if instant is not None]
            ended = whole_second(min(ends))
            self._write_public(public._replace(retired=ended))
            self._file(key_id, "pem").unlink(missing_ok=True)
            return ended

    def _read(self, file: Path) -> KeyPair:
        try:
            public = key_of_jwk(json.loads(file.read_bytes()))
            if file.stem != public.key_id:
                raise ReceiptKeysUnusable(f"{file}: this is the key {public.key_id}")
            return KeyPair(public, self._read_private(public))
        except (ValueError, KeyError, TypeError, OverflowError) as error:
            raise ReceiptKeysUnusable(f"{file}: this is not a key of receipts") from error

    def _read_private(self, public: ReceiptKey) -> Ed25519PrivateKey | None:
        file = self._file(public.key_id, "pem")
        try:
            content = file.read_bytes()
        except FileNotFoundError:
            return None
        private = serialization.load_pem_private_key(content, None)
        if not isinstance(private, Ed25519PrivateKey):
            raise ReceiptKeysUnusable(f"{file}: this is not a private key of Ed25519")
        if private.public_key().public_bytes_raw() != public.public_key:
            raise ReceiptKeysUnusable(f"{file}: this is the private half of another key")
        return private

    def _make(self, valid_from: datetime) -> str:
        taken = {pair.public.valid_from for pair in self.read()}
        begins = whole_second(valid_from)
        while begins in taken:
            begins += _SECOND
        private = _new_private_key()
        raw = private.public_key().public_bytes_raw()
        public = ReceiptKey(thumbprint(raw), raw, begins, None)
        pem = private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        self._write(self._file(public.key_id, "pem"), pem, _PRIVATE)
        self._write_public(public)  # from here on the key is there
        return public.key_id

    def _write_public(self, key: ReceiptKey) -> None:
        self._write(self._file(key.key_id, "json"), canonical(jwk_of_key(key)) + b"\n", _PUBLIC)

    def _write(self, file: Path, content: bytes, mode: int) -> None:
        """Writes a file that is there whole or not at all; the folder is locked."""
        unfinished = file.with_name(f".{file.name}")
        unfinished.unlink(missing_ok=True)
        with os.fdopen(
            os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb"
        ) as to:
            to.write(content)
            to.flush()
            os.fsync(to.fileno())
        unfinished.replace(file)

    def _file(self, key_id: str, kind: str) -> Path:
        return self.path / f"{key_id}.{kind}"

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.path.mkdir(_FOLDER, parents=True, exist_ok=True)
        with (self.path / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _one_at_a_time(newest_first: Sequence[KeyPair]) -> list[KeyPair]:
    """Lets every key end where the next one begins; one that was given up before ends none."""
    told: list[KeyPair] = []
    next_begins: datetime | None = None
    for pair in newest_first:
        public = pair.public
        ends = [instant for instant in (public.retired, next_begins) if instant is not None]
        if public.retired is None or public.retired > public.valid_from:
            next_begins = public.valid_from
        told.append(pair._replace(public=public._replace(retired=min(ends, default=None))))
    return told


def whole_second(instant: datetime) -> datetime:
    """The instant without its fraction of a second, in UTC."""
    return instant.astimezone(UTC).replace(microsecond=0)


def _new_private_key() -> Ed25519PrivateKey:
    """A key whose id can be an argument of a command: one with a dash first would be an option."""
    while True:
        private = Ed25519PrivateKey.generate()
        if not thumbprint(private.public_key().public_bytes_raw()).startswith("-"):
            return private


def thumbprint(public_key: bytes) -> str:
    """The id of a key: its thumbprint (RFC 7638)."""
    members = {"crv": "Ed25519", "kty": "OKP", "x": base64url(public_key)}
    return base64url(sha256(canonical(members)).digest())


def jwk_of_key(key: ReceiptKey) -> dict[str, Any]:
    """A public key as a JSON Web Key (RFC 8037), with `nbf` and `exp` for its instants."""
    jwk: dict[str, Any] = {
        "alg": "EdDSA",
        "crv": "Ed25519",
        "kid": key.key_id,
        "kty": "OKP",
        "nbf": int(key.valid_from.timestamp()),
        "use": "sig",
        "x": base64url(key.public_key),
    }
    if key.retired is not None:
        jwk["exp"] = int(key.retired.timestamp())
    return jwk


def key_of_jwk(jwk: Mapping[str, Any]) -> ReceiptKey:
    """The key of a JSON Web Key. ValueError, KeyError or TypeError: it is none of ours."""
    raw = urlsafe_b64decode(jwk["x"] + "=")
    Ed25519PublicKey.from_public_bytes(raw)
    if (jwk["kty"], jwk["crv"], jwk["kid"]) != ("OKP", "Ed25519", thumbprint(raw)):
        raise ValueError(jwk["kid"])
    ends = jwk.get("exp")
    retired = None if ends is None else datetime.fromtimestamp(ends, UTC)
    return ReceiptKey(jwk["kid"], raw, datetime.fromtimestamp(jwk["nbf"], UTC), retired)
