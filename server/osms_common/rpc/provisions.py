"""Provisions of the Rules, for the contract."""

from __future__ import annotations

from collections.abc import Iterable

from osms.entitlement.v1 import provision_pb2
from osms_common.texts import Language, provision_text


def provision_messages(
    codes: Iterable[str], language: Language | None
) -> list[provision_pb2.Provision]:
    """Provisions by code, with their text where a language was asked for."""
    return [
        provision_pb2.Provision(code=code, text=provision_text(code, language) if language else "")
        for code in codes
    ]
