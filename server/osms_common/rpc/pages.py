"""
Pages of lists.

A page token says where the list goes on and belongs to the other arguments of the request: with
others it is refused, so that no page is ever of another list than the one before it. It is signed,
so that nobody makes one up, but not encrypted: it names the last item of a page to whoever has
read that page.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any, TypeVar
from uuid import UUID

from google.protobuf.message import Message

from osms_common.domain.identifiers import Iin, parse_identifier
from osms_common.domain.violations import Reason
from osms_common.rpc.fields import Fields

Item = TypeVar("Item")
Told = TypeVar("Told", bound=Message)

_SIGNATURE_LENGTH = 16


@dataclass(frozen=True)
class PageLimits:
    """How many items a page has, and how many at most; and its bytes, where items are large."""

    page_size: int
    page_size_max: int
    page_bytes_max: int
    key: bytes = field(repr=False)
    """Signs the tokens."""


@dataclass(frozen=True)
class Page:
    """Which part of a list is wanted: *size* items after the item that *after* names."""

    size: int
    after: str
    _sign: Callable[[bytes], bytes]
    _bytes_max: int

    def fitting(
        self, items: Sequence[Item], name: Any, message_of: Callable[[Item], Told]
    ) -> tuple[list[Told], str]:
        """As `cut`, as messages; the page ends before them where it would grow too large."""
        messages: list[Told] = []
        left = self._bytes_max
        for item in items[: self.size]:
            message = message_of(item)
            left -= message.ByteSize()
            if messages and left < 0:
                break
            messages.append(message)
        _, token = replace(self, size=len(messages)).cut(items, name)
        return messages, token

    def cut(self, items: Sequence[Item], name: Any) -> tuple[Sequence[Item], str]:
        """The items of this page and the token of the next, of one item more than a page."""
        if len(items) <= self.size:
            return items, ""
        shown = items[: self.size]
        after = str(name(shown[-1])).encode()
        return shown, base64.urlsafe_b64encode(self._sign(after) + after).decode()


def page_of(request: Any, fields: Fields, limits: PageLimits) -> Page:
    """The page that a request asks for; what is wrong with it is noted in *fields*."""
    size = request.page_size or limits.page_size
    if size < 0:
        fields.fault("page_size", Reason.NUMBER_NEGATIVE, size)
    sign = _signing(request, limits.key)
    after = ""
    if request.page_token:
        after = _after(request.page_token, sign) or ""
        if not after:
            fields.fault("page_token", Reason.TOKEN_INVALID, request.page_token)
    return Page(min(max(size, 1), limits.page_size_max), after, sign, limits.page_bytes_max)


def page_uuid(page: Page, fields: Fields) -> UUID | None:
    """The id after which a page begins."""
    try:
        return UUID(page.after) if page.after else None
    except ValueError:
        fields.fault("page_token", Reason.TOKEN_INVALID)
        return None


def page_iin(page: Page, fields: Fields) -> Iin:
    """The person after whom a page begins; before all others if it is the first."""
    iin = parse_identifier(page.after) if page.after else Iin(0)
    if iin is None:
        fields.fault("page_token", Reason.TOKEN_INVALID)
    return iin or Iin(0)


def _signing(request: Any, key: bytes) -> Callable[[bytes], bytes]:
    """Signs where a list goes on, for requests with the same arguments."""
    bare = type(request)()
    bare.CopyFrom(request)
    bare.page_token = ""
    bare.page_size = 0
    text = bare.SerializeToString(deterministic=True)
    arguments = sha256(request.DESCRIPTOR.name.encode() + text).digest()
    return lambda after: hmac.digest(key, arguments + after, "sha256")[:_SIGNATURE_LENGTH]


def _after(token: str, sign: Callable[[bytes], bytes]) -> str | None:
    try:
        raw = base64.urlsafe_b64decode(token.encode())
    except (binascii.Error, ValueError):
        return None
    signature, after = raw[:_SIGNATURE_LENGTH], raw[_SIGNATURE_LENGTH:]
    if not hmac.compare_digest(signature, sign(after)):
        return None
    return after.decode(errors="replace")
