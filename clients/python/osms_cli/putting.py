"""Puts a private file in its place when it is whole, and not before."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from osms_cli.failures import MISUSED, Failure


class NewFile:
    """A file that is being written, and the digest of what it has so far."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._digest = sha256()

    def write(self, content: bytes) -> None:
        """Adds to it."""
        self._file.write(content)
        self._digest.update(content)

    @property
    def sha256(self) -> str:
        """The digest of the file, as `sha256sum` tells it."""
        return self._digest.hexdigest()


@contextmanager
def put_when_whole(path: Path, *, force: bool) -> Iterator[NewFile]:
    """
    A file that only its owner may read; it comes to *path* when the block has ended well.

    Failure: there is one already, and nobody has said by *force* that it may go.
    """
    _must_be_free(path, force=force)
    number, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    part = Path(name)
    try:
        with open(number, "wb") as file:  # noqa: PTH123 - it is open already
            yield NewFile(file)
            file.flush()
            os.fsync(number)
        _must_be_free(path, force=force)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _must_be_free(path: Path, *, force: bool) -> None:
    if path.is_dir():
        raise Failure(f"{path} is a folder", status=MISUSED)
    if path.exists() and not force:
        raise Failure(f"{path} exists", ("replace it with --force",), MISUSED)
