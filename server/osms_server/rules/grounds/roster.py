"""
ROSTER: exempt from contributions (p. 12, 62-65).

The right holds from the day the data arrived until the day on which data without the person, or
a removal, arrives. A late next snapshot ends nothing (p. 64). Once the body has ended, its
successor speaks for its people, and the right depends on both.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from osms_common.domain.calendar import FOREVER
from osms_common.domain.codes import Category, System
from osms_server.domain.facts import UntoldBody
from osms_server.domain.timeline import RETENTION_AFTER, ROSTER
from osms_server.rules.parameters import Parameters
from osms_server.rules.reference import BODIES
from osms_server.rules.retention import kept_until
from osms_server.rules.span import GroundSpan
from osms_server.rules.standing import Listing, Standing

_STAFF = Category.EXEMPT_STAFF


def roster_spans(standing: Standing, parameters: Parameters) -> Iterator[GroundSpan]:
    """The spans of roster listings, and of a retention after them if there is any."""
    for listing in standing.listings:
        if listing.start < listing.end:
            yield from _spans(listing, parameters)


def _spans(listing: Listing, parameters: Parameters) -> Iterator[GroundSpan]:
    body_end, own, with_heir = _dependence(listing.body)
    for start, end, depends_on in (
        (listing.start, min(listing.end, body_end), own),
        (max(listing.start, body_end), listing.end, with_heir),
    ):
        if start < end:
            yield GroundSpan(ROSTER, start, end, depends_on, listing)
    if listing.end != FOREVER:
        end = kept_until(listing.end, parameters.roster_retention_months.on(listing.end))
        yield GroundSpan(RETENTION_AFTER[_STAFF], listing.end, end, with_heir, listing)


def _dependence(name: System | UntoldBody) -> tuple[date, frozenset[System], frozenset[System]]:
    """When a body ended, and on what its people depend before that and after it."""
    if isinstance(name, UntoldBody):  # it is not named, since none of what it depends on failed
        return FOREVER, frozenset(), frozenset()
    body = BODIES[name]
    own = frozenset({name})
    # Since a body has ended, its people depend on its successor as well, who speaks for them.
    with_heir = own | {body.successor} if body.successor else own
    return body.end, own, with_heir
