"""Signs receipts with the keys of a folder, and finds new keys there while it runs."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import structlog

from osms_common.application.callers import Caller
from osms_common.domain.errors import WrongState
from osms_server.application.answers import Answer
from osms_server.application.law import Law
from osms_server.application.receipts import ReceiptKey, base64url, canonical, claims_of
from osms_server.receipt_keys import KeyFolder, KeyPair, ReceiptKeysUnusable

log = structlog.get_logger(__name__)

_TYPE: Final = "osms-receipt+jws"
_LOOK_SECONDS: Final = 2.0
"""How long keys are used before the folder is looked at again."""


class FolderSigner:
    """
    Signs with whichever key of a folder is valid at the instant of the answer.

    A folder that cannot be read while the server runs takes no key away: those known are used.
    """

    def __init__(
        self, folder: KeyFolder, law: Law, issuer: str, look_seconds: float = _LOOK_SECONDS
    ) -> None:
        self._folder = folder
        self._law = law
        self._issuer = issuer
        self._look_seconds = look_seconds
        self._seen = folder.state()
        self._known = folder.read()
        self._look_again = time.monotonic() + look_seconds

    def sign(self, answer: Answer, caller: Caller) -> str:
        """The receipt of an answer to *caller*. WrongState: no key signs at its instant."""
        pair = self._signing_at(answer.answer_time)
        claims = claims_of(answer, caller, issuer=self._issuer, edition=self._law.edition)
        header = {"alg": "EdDSA", "kid": pair.public.key_id, "typ": _TYPE}
        signed = f"{base64url(canonical(header))}.{base64url(canonical(claims))}"
        assert pair.private is not None
        return f"{signed}.{base64url(pair.private.sign(signed.encode()))}"

    def keys(self) -> Sequence[ReceiptKey]:
        """All public keys, newest first."""
        return [pair.public for pair in self._pairs()]

    def refuse_to_start(self, now: datetime) -> None:
        """ReceiptKeysUnusable: no key signs now."""
        try:
            self._signing_at(now)
        except WrongState as error:
            folder = self._folder.path
            raise ReceiptKeysUnusable(
                f"no key in {folder} signs now; make one: osms-server receipt-keys new"
            ) from error

    def _signing_at(self, instant: datetime) -> KeyPair:
        for pair in self._pairs():
            if pair.private is not None and pair.signs_at(instant):
                return pair
        raise WrongState("receipt key", "", "missing for this instant")

    def _pairs(self) -> Sequence[KeyPair]:
        """The keys; looked for again only now and then, by whichever thread comes first."""
        now = time.monotonic()
        if now >= self._look_again:
            self._look_again = now + self._look_seconds
            self._look()
        return self._known

    def _look(self) -> None:
        try:
            state = self._folder.state()
            if state == self._seen:
                return
            self._known = self._folder.read() or self._known
            self._seen = state
        except (ReceiptKeysUnusable, OSError) as error:
            log.warning("the keys of receipts cannot be read; the known are used", why=str(error))
