"""What messages tell of episodes, if it is sound: worked out once for all who are told it."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from hashlib import blake2b
from typing import Final, NamedTuple

from osms_common.domain.calendar import FOREVER
from osms_common.domain.codes import Category, Obligation, System
from osms_common.domain.identifiers import Iin
from osms_server.domain.records import EpisodeTold
from osms_server.rules.acceptance import Limits, category_violations
from osms_server.rules.engine import standing_timeline
from osms_server.rules.parameters import Parameters
from osms_server.rules.standing import Episode, Standing

_DIFFERENT_KEPT: Final = 1 << 17
_DIGEST_SIZE: Final = 8
_DIGEST_MASK: Final = (1 << 63) - 1
_IIN_SPREAD: Final = 0x9E3779B97F4A7C15  # odd, so that the same of two people never looks the same

# The crisis or emergency group is due apart; nothing says when treaty listings are (p. 19, 54).
_OBLIGATIONS: Final = {
    **dict.fromkeys(Category, Obligation.CATEGORY_DAILY),
    Category.CRISIS_LEVEL: Obligation.CATEGORY_MONTHLY,
    Category.TREATY: None,
}


class SoundEpisode(NamedTuple):
    """What a message tells of an episode, where nothing is wrong with that."""

    category: Category
    assigned_on: date
    source: System
    is_removal: bool
    obligation: Obligation | None
    """What is delivered by telling it."""

    timeline: str
    """The timeline of somebody of whom nothing else is known; empty for a removal."""

    digest: int

    def digest_for(self, iin: Iin) -> int:
        """Tells messages of other content or about others apart: 63 bits."""
        return (self.digest + iin * _IIN_SPREAD) & _DIGEST_MASK


@lru_cache(_DIFFERENT_KEPT)
def sound_episode(
    told: EpisodeTold, limits: Limits, parameters: Parameters
) -> SoundEpisode | None:
    """What is told, or None where anything is wrong with it."""
    if category_violations(told, limits):
        return None
    category, assigned_on, source = told.category, told.assigned_on, told.source
    assert category is not None
    assert assigned_on is not None
    assert source is not None
    is_removal = told.reason is not None
    alone = Standing((Episode(category, assigned_on, FOREVER, source, dead=False),))
    return SoundEpisode(
        category,
        assigned_on,
        source,
        is_removal,
        _OBLIGATIONS[category],
        "" if is_removal else standing_timeline(alone, parameters),
        _digest(told),
    )


def _digest(told: EpisodeTold) -> int:
    text = f"{told.category} {told.assigned_on} {told.source} {told.removed_on} {told.reason}"
    return int.from_bytes(blake2b(text.encode(), digest_size=_DIGEST_SIZE).digest(), "big")
