"""
A few people to look up for each ground, with one line about their lives.

A block offers the first it has of each label; the region keeps the first few of all blocks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from osms_cli.sample.days import Day, iso_texts
from osms_cli.sample.life import STANDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from osms_cli.sample.grounds import Facts, Standing
    from osms_cli.sample.life import Episode, Life, Stretch

KEPT_A_LABEL: Final = 5
QUIET_DAYS: Final = 3  # nothing was heard of an example for so long: no day is held back

Album = dict[str, list[tuple[str, str]]]


def collect(album: Album, life: Life, facts: Facts, standing: Standing, today: Day) -> None:
    """Put a person under every label that fits and still has room."""
    if any(known.last_heard > today - QUIET_DAYS for known in facts.known):
        return
    story = ""
    for label in labels(life, facts, standing, today):
        kept = album.setdefault(label, [])
        if len(kept) < KEPT_A_LABEL:
            story = story or story_of(life, standing, today)
            kept.append((life.iin, story))


def labels(life: Life, facts: Facts, standing: Standing, today: Day) -> Iterator[str]:
    """What a person is an example of."""
    ground, code = standing
    yield f"CATEGORY_{code}" if ground == "CATEGORY" else ground
    if life.mismatched and ground != "NOT_REGISTERED":
        yield "IIN_BIRTH_DATE_MISMATCH"
    if life.died and facts.known and facts.known[-1].until != STANDS:
        yield "DIED"
    if ground == "CATEGORY" and len(facts.known) > 1:
        yield from _labels_of_several(facts, today)
    if ground == "CATEGORY" and facts.paid:
        yield "CATEGORY_AND_PAYMENTS"
    if ground == "NOT_ENTITLED" and facts.paid and not life.died:
        yield "NOT_ENTITLED_THOUGH_PAYING"


def _labels_of_several(facts: Facts, today: Day) -> Iterator[str]:
    standing = [known for known in facts.known if known.until == STANDS]
    if len(standing) > 1:
        yield "CATEGORIES_AT_ONCE"
    recent = {known.until for known in facts.known if today - 200 < known.until <= today}
    if any(known.since in recent for known in standing):
        yield "CATEGORY_FOLLOWED_BY_ANOTHER"


def story_of(life: Life, standing: Standing, today: Day) -> str:
    """One line about somebody's life."""
    iso = iso_texts()
    parts = sorted(_parts(life, today))
    told = [f"born {iso[life.born]}", *(text for _, text in parts)]
    if life.died:
        told.append(f"died {iso[life.end]}")
    return "; ".join([*told, f"on {iso[today]}: {' '.join(filter(None, standing))}"])


def _parts(life: Life, today: Day) -> Iterator[tuple[Day, str]]:
    for episode in life.episodes:
        yield episode.since, f"{episode.code} {_until(episode, today)}"
    for what, stretches in (
        ("employed", life.jobs),
        ("pays for oneself", life.own),
        ("in service", life.service),
    ):
        yield from _stretches(what, stretches, today)


def _stretches(what: str, stretches: Iterable[Stretch], today: Day) -> Iterator[tuple[Day, str]]:
    for stretch in stretches:
        yield stretch.since, f"{what} {_until(stretch, today)}"


def _until(stretch: Episode | Stretch, today: Day) -> str:
    iso = iso_texts()
    if stretch.until == STANDS or stretch.until > today:
        return f"since {iso[stretch.since]}"
    return f"from {iso[stretch.since]} until {iso[stretch.until]}"
