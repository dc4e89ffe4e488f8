"""
The grounds that hold on one day, given what is known (sections 2.1, 2.2, 2.5-2.7 and 2.9).

`grounds_on` asks each kind of ground whether it holds on the day. PRESERVED and HELD are not
asked here: they are what is left when none of these holds.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from tests.oracle.days import ONE_DAY, last, month_of, one_month_after
from tests.oracle.days import first as first_day
from tests.oracle.facts import Lapse, LapseEnd, Registration, Revocation
from tests.oracle.known import Episode, Known, remembered
from tests.oracle.payers import Rights, payer_rights, self_payer_rights
from tests.oracle.reference import FUND, STATE_CORPORATION, TREATY, budget_of
from tests.oracle.rosters import listed_by, systems_behind


@dataclass(frozen=True, slots=True)
class Ground:
    """One reason why the person is a consumer, and the systems on which it depends (2.8)."""

    kind: str
    systems: frozenset[str]
    category: str | None = None


@remembered
def grounds_on(known: Known, day: date) -> tuple[Ground, ...]:
    """Return every ground that holds on *day*; none does for the dead (2.2)."""
    if known.is_dead_on(day):
        return ()
    return (
        *_roster(known, day),
        *_categories(known, day),
        *_treaties(known, day),
        *_paid("PAYER", payer_rights(known, day)),
        *_paid("SELF_PAYER", self_payer_rights(known, day)),
        *_documents(known, day),
        *_retention(known, day),
    )


def holds_category_on(known: Known, category: str, day: date) -> bool:
    """Tell whether an episode of *category* holds on *day*, whoever pays for it."""
    holding = (e.category == category and e.holds_on(day) for e in known.episodes)
    return not known.is_dead_on(day) and any(holding)


def _roster(known: Known, day: date) -> Iterator[Ground]:
    if listed_by(known, day):
        yield Ground("ROSTER", systems_behind(known, day))


def _categories(known: Known, day: date) -> Iterator[Ground]:
    """Each category that holds, as far as its budget is not in a lapse (2.1, 2.9)."""
    for episode in known.episodes:
        if episode.category == TREATY or not episode.holds_on(day):
            continue
        kind = _kind_under_lapses(known, budget_of(episode.category), day)
        if kind is not None:
            yield Ground(kind, _behind(episode), episode.category)


def _kind_under_lapses(known: Known, budget: str, day: date) -> str | None:
    """
    Return as what a category of *budget* gives the right on *day*, None if it gives none.

    Should an older lapse, lifted since, and a newer one both reach the day, the kinder prevails.
    """
    lapses = [lapse for lapse in known.of(Lapse) if _stands_on(known, lapse, budget, day)]
    if not lapses:
        return "CATEGORY"
    return "RETENTION" if any(day <= last(lapse.month + 2) for lapse in lapses) else None


def _stands_on(known: Known, lapse: Lapse, budget: str, day: date) -> bool:
    """From the first day of its month until the day on which it is recorded as lifted."""
    lifted_on = [end.day for end in known.of(LapseEnd) if end.lapse == lapse.arrival]
    has_begun = lapse.budget == budget and first_day(lapse.month) <= day
    return has_begun and not any(lifted <= day for lifted in lifted_on)


def _treaties(known: Known, day: date) -> Iterator[Ground]:
    for episode in known.episodes:
        if episode.category == TREATY and episode.holds_on(day):
            yield Ground("TREATY", _behind(episode))


def _paid(kind: str, rights: Rights) -> Iterator[Ground]:
    systems = frozenset({STATE_CORPORATION})
    if rights.paying:
        yield Ground(kind, systems)
    if rights.retained:
        yield Ground("RETENTION", systems)


def _documents(known: Known, day: date) -> Iterator[Ground]:
    for registration in known.of(Registration):
        if _document_holds(known, registration, day):
            yield Ground("DOCUMENT", frozenset({FUND}))


def _document_holds(known: Known, registration: Registration, day: date) -> bool:
    """One month from the application; a revocation ends it on the day after its own (2.6)."""
    applied_on = registration.applied_on
    revoked_on = [r.day for r in known.of(Revocation) if r.registration == registration.name]
    is_revoked = any(day > revoked for revoked in revoked_on)
    return applied_on <= day <= one_month_after(applied_on) and not is_revoked


def _retention(known: Known, day: date) -> Iterator[Ground]:
    for episode in known.episodes:
        if _is_retained_on(known, episode, day):
            yield Ground("RETENTION", _behind(episode))


def _is_retained_on(known: Known, episode: Episode, day: date) -> bool:
    """
    ``removed_on <= d <= last(M+3)`` where M is the month of the last day held (2.2).

    A removal for DEATH gives none: its person is dead on all of those days.
    """
    removal = episode.removal
    if removal is None or episode.is_void or episode.category == TREATY:
        return False
    last_held = month_of(removal.removed_on - ONE_DAY)
    return removal.removed_on <= day <= last(last_held + known.parameters.grace_months)


def _behind(episode: Episode) -> frozenset[str]:
    return frozenset({STATE_CORPORATION, episode.source})
