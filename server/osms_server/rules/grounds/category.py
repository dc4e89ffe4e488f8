"""
CATEGORY, the retention after it, and TREATY: what the category feed gives.

p. 9, 16-20, 51-56: a category gives the right from the day it was assigned until the day of its
removal. p. 9 part 1: the right is then kept through the third month after the month in which it
last held. p. 61: a treaty listing gives the right in the same way, and nothing afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator

from osms_common.domain.calendar import FOREVER
from osms_common.domain.codes import Category, System
from osms_server.domain.timeline import CATEGORY, RETENTION_AFTER, TREATY
from osms_server.rules.parameters import Parameters
from osms_server.rules.retention import kept_until
from osms_server.rules.span import GroundSpan
from osms_server.rules.standing import Episode, Standing


def category_spans(standing: Standing, parameters: Parameters) -> Iterator[GroundSpan]:
    """The spans of categories, of the retention after them, and of treaty listings."""
    for episode in standing.episodes:
        if episode.start < episode.end:
            yield from _spans(episode, parameters)


def _spans(episode: Episode, parameters: Parameters) -> Iterator[GroundSpan]:
    depends_on = frozenset({System.STATE_CORPORATION, episode.source})
    is_treaty = episode.category is Category.TREATY
    code = TREATY if is_treaty else CATEGORY[episode.category]
    yield GroundSpan(code, episode.start, episode.end, depends_on, episode)
    if episode.end == FOREVER or episode.dead:
        return
    dated = (
        parameters.treaty_retention_months if is_treaty else parameters.category_retention_months
    )
    end = kept_until(episode.end, dated.on(episode.end))
    yield GroundSpan(RETENTION_AFTER[episode.category], episode.end, end, depends_on, episode)
