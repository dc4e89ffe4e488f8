"""What a region contains: counted for the caller, and written beside the data as JSON."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from osms_cli.sample.examples import KEPT_A_LABEL
from osms_cli.sample.vocabulary import Feed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from osms_cli.sample.examples import Album
    from osms_cli.sample.files import Delivery
    from osms_cli.sample.plan import Plan
    from osms_cli.sample.spoil import BadKind

SNAPSHOT_STORY = {
    "SNAPSHOT_SHRUNK": "leaves out more than 10 % of the body's people; to be held for approval",
    "SNAPSHOT_EMPTY": "lists nobody; to be refused whole",
}


@dataclass(frozen=True, slots=True)
class RegionSummary:
    """Counts of a region that has been written."""

    directory: Path
    people: int
    deliveries: int
    lines: Mapping[Feed, int]
    bad_lines: Mapping[Feed, int]
    bad_kinds: Mapping[Feed, Mapping[str, int]]
    grounds: Mapping[str, int]


@dataclass(slots=True)
class Tally:
    """Adds up what the parts of a region report."""

    deliveries: list[Delivery] = field(default_factory=list)
    bad: Counter[tuple[Feed, BadKind]] = field(default_factory=Counter)
    snapshots: dict[str, BadKind] = field(default_factory=dict)
    grounds: Counter[str] = field(default_factory=Counter)
    album: Album = field(default_factory=dict)
    story: dict[str, Any] | None = None

    def add_examples(self, album: Album) -> None:
        """Keep the first few examples of each label."""
        for label, found in album.items():
            kept = self.album.setdefault(label, [])
            kept.extend(found[: KEPT_A_LABEL - len(kept)])

    def summary(self, plan: Plan, directory: Path) -> RegionSummary:
        """The counts, for the caller."""
        lines: Counter[Feed] = Counter()
        bad_lines: Counter[Feed] = Counter()
        for delivery in self.deliveries:
            lines[delivery.feed] += delivery.lines
            bad_lines[delivery.feed] += delivery.bad_lines
        kinds: dict[Feed, dict[str, int]] = {feed: {} for feed in Feed}
        for (feed, kind), count in self.bad.items():
            kinds[feed][kind.name] = count
        return RegionSummary(
            directory, plan.people, len(self.deliveries), lines, bad_lines, kinds, self.grounds
        )

    def write(self, plan: Plan, directory: Path) -> None:
        """Write the files that describe the others; the list of deliveries last."""
        _write_json(directory / "people.json", self._people_json(plan))
        if self.story is not None:
            _write_json(directory / "story.json", self.story)
        _write_json(directory / "region.json", self._region_json(plan))
        ordered = sorted(
            self.deliveries, key=lambda one: (one.day, one.hour, one.minute, one.file)
        )
        with (directory / "deliveries.ndjson").open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(f"{json.dumps(delivery.as_json())}\n" for delivery in ordered)

    def _people_json(self, plan: Plan) -> dict[str, Any]:
        return {
            "on": plan.until.isoformat(),
            "grounds": {
                label: [{"iin": iin, "story": story} for iin, story in self.album[label]]
                for label in sorted(self.album)
            },
        }

    def _region_json(self, plan: Plan) -> dict[str, Any]:
        return {
            "people": plan.people,
            "seed": plan.seed,
            "months": plan.months,
            "from": plan.first_day.isoformat(),
            "until": plan.until.isoformat(),
            "bad_share": plan.bad_share,
            "cadence": plan.cadence.value,
            "feeds": {feed.value: self._feed_json(feed) for feed in Feed if feed in plan.feeds},
            "snapshots": {
                file: {
                    "kind": kind.name,
                    "outcome": kind.outcome,
                    "why": SNAPSHOT_STORY[kind.name],
                }
                for file, kind in sorted(self.snapshots.items())
            },
            "grounds": {name: self.grounds[name] for name in sorted(self.grounds)},
        }

    def _feed_json(self, feed: Feed) -> dict[str, Any]:
        sent = [delivery for delivery in self.deliveries if delivery.feed is feed]
        kinds = {kind: count for (of, kind), count in self.bad.items() if of is feed}
        return {
            "deliveries": len(sent),
            "lines": sum(delivery.lines for delivery in sent),
            "bad_lines": sum(delivery.bad_lines for delivery in sent),
            "bad": {
                kind.name: {"lines": kinds[kind], "outcome": kind.outcome}
                for kind in sorted(kinds)
            },
        }


def _write_json(path: Path, content: dict[str, Any]) -> None:
    text = json.dumps(content, ensure_ascii=False, indent=1)
    path.write_text(f"{text}\n", encoding="utf-8", newline="\n")
