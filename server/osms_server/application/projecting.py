"""
From decisions to what is kept of them: the timeline of a person as it is written down.

There are two ways to it and they lead to the same place. `project` reads all facts and decides as
known at every instant; it is what the register is rebuilt by. `carried_forward` goes on from the
timeline that was kept, where that is exact: where no day up to today lost the right, nobody was
told anything that is no longer so, and the days that are held can only become fewer.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from osms_common.domain.calendar import day_after
from osms_common.domain.revision import NEVER, Revision
from osms_server.application.rows import FactKind
from osms_server.domain.facts import Fact, PersonFacts
from osms_server.domain.ledger import Ledger
from osms_server.domain.timeline import (
    HELD,
    Stretch,
    Timeline,
    decode_timeline,
    encode_timeline,
)
from osms_server.rules.engine import decide
from osms_server.rules.parameters import Parameters
from osms_server.rules.spans import Days, merged, within, without
from osms_server.rules.standing import stand

_HELD_ONLY = (HELD,)


def project(facts: PersonFacts, parameters: Parameters, *, known: Revision) -> tuple[str, Ledger]:
    """The timeline and the ledger of a person, from all facts as known at *known*."""
    timeline = decide(facts, parameters, known=known)
    return encode_timeline(timeline), stand(facts.known_at(known), parameters).ledger


def carried_forward(before: str, decided: str, today: date) -> str | None:
    """
    The timeline *decided* with the days that are held, going on from the one kept *before*.

    *decided* follows from what stands now and has no held days. None where a day up to *today*
    lost the right: then it takes all facts to say what was known on that day.
    """
    if not before or before == decided:
        return decided
    old, new = decode_timeline(before), decode_timeline(decided)
    entitled = _days(stretch for stretch in new)
    held = _days(stretch for stretch in old if stretch.grounds == _HELD_ONLY)
    told = _days(stretch for stretch in old if stretch.grounds != _HELD_ONLY)
    if without(within(told, date.min, day_after(today)), entitled):
        return None
    still_held = without(held, entitled)
    return encode_timeline(_with_held(new, still_held)) if still_held else decided


def _days(stretches: Iterable[Stretch]) -> list[Days]:
    return merged((stretch.start, stretch.end) for stretch in stretches)


def _with_held(timeline: Timeline, held: Iterable[Days]) -> Timeline:
    return tuple(sorted([*timeline, *(Stretch(start, end, _HELD_ONLY) for start, end in held)]))


def kinds_of(facts: PersonFacts) -> int:
    """The kinds of the facts that stand, and whether any are withdrawn."""
    known: dict[int, tuple[Fact, ...]] = {
        FactKind.CATEGORY: (*facts.assigned, *facts.removed),
        FactKind.PAYMENT: facts.payments,
        FactKind.REFUND: facts.refunds,
        FactKind.ROSTER: facts.roster,
        FactKind.DOCUMENT: facts.registered,
    }
    kinds = sum(kind for kind, of_kind in known.items() if any(map(_stands, of_kind)))
    withdrawn = not all(_stands(fact) for of_kind in known.values() for fact in of_kind)
    return kinds | FactKind.WITHDRAWN if withdrawn else kinds


def _stands(fact: Fact) -> bool:
    return fact.withdrawn == NEVER
