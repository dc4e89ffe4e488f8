"""
DOCUMENT: registered by the Fund on documents, for one month (p. 21, 57).

Nothing follows it: no contributions were paid.
"""

from __future__ import annotations

from collections.abc import Iterator

from osms_common.domain.codes import System
from osms_server.domain.timeline import DOCUMENT
from osms_server.rules.span import GroundSpan
from osms_server.rules.standing import Standing

_DEPENDS_ON = frozenset({System.FUND})


def document_spans(standing: Standing) -> Iterator[GroundSpan]:
    """The spans of registrations on documents."""
    for registration in standing.registrations:
        if registration.start < registration.end:
            code = DOCUMENT[registration.category]
            yield GroundSpan(code, registration.start, registration.end, _DEPENDS_ON, registration)
