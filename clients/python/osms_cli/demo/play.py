"""The story of the demonstration, from an empty folder to `demo: ok`."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, redirect_stdout
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

from osms_cli import output
from osms_cli.commands.deciding import draw_held
from osms_cli.demo import formed, looking
from osms_cli.demo.account import Account
from osms_cli.demo.delivering import Cast, live_through
from osms_cli.demo.looking import Look
from osms_cli.demo.stage import Stage
from osms_cli.demo.story import OPERATOR, Story
from osms_cli.drawing import explanations, timelines
from osms_cli.drawing.regions import draw_region, followed
from osms_cli.drawing.scales import Window
from osms_cli.failures import Failure
from osms_cli.sample import Cadence, write_region
from osms_cli.scenario.delivery import Actors

OK: Final = "demo: ok"
APPROVER: Final = "supervisor2"
FUND: Final = "supervisor1"


@dataclass
class Play:
    """One demonstration, and what it found."""

    stage: Stage
    people: int
    seed: int
    months: int
    seconds: dict[str, float] = field(default_factory=dict)
    misfits: list[str] = field(default_factory=list)

    @contextmanager
    def part(self, name: str, title: str) -> Iterator[None]:
        """A part of the story, with its heading; how long it took is told at the end."""
        output.say()
        output.say(title, "bold reverse")
        started = time.monotonic()
        yield
        self.seconds[name] = round(time.monotonic() - started, 1)

    def write_region(self) -> None:
        """Makes the region up."""
        title = f"A region of {output.count(self.people)} people, seed {self.seed}"
        with self.part("region", title), followed("writing the region") as progress:
            summary = write_region(
                self.stage.region,
                people=self.people,
                seed=self.seed,
                months=self.months,
                cadence=Cadence.CLOSING,  # daily in life; nobody would look on for so long
                progress=progress,
            )
            draw_region(summary)

    def live(self, cast: Cast, story: Story) -> Account:
        """Lets the months happen."""
        title = (
            "Every delivery arrives on its day, by the stream and certificate of its sender; then"
            " categories are formed"
        )
        region = self.stage.described("region.json")
        first, last = (date.fromisoformat(region[name]) for name in ("from", "until"))
        with self.part("deliveries", title):
            account = live_through(cast, self.stage.region, (first, last), story.look)
        with self.part("account", "What became of every line"):
            account.draw()
            output.say()
            account.draw_reasons()
            output.say()
            misfits = account.misfits(region)
            output.say("\n".join(misfits) or "all of it as the region was made for")
            self.misfits += misfits
        return account

    def tell_what_was_formed(self, cast: Cast) -> None:
        """What the matching has made, by category, and whether the register took all of it."""
        with self.part("matching", "What the matching has made of the registers"):
            runs = list(cast.matching.of(OPERATOR).runs())
            formed.draw(runs)
            unsent = [run for run in runs if run.state != "SENT" or run.sent != run.messages]
            self.misfits += [f"the run of {run.day} is {run.state}" for run in unsent]

    def tell_her_story(self, story: Story) -> None:
        """One woman, day by day."""
        title = "One woman: what the sources say, what is decided, and what a hospital is told"
        with self.part("story", title):
            story.draw()
        if not story.changes:
            self.misfits.append("nothing was ever granted to her whose story is told")

    def decide(self, actors: Actors) -> None:
        """Shows what is held, and lets a supervisor approve one."""
        with self.part("held", "What waits for a supervisor"):
            waiting = list(actors.of(FUND).held_batches(state="WAITING"))
            if not waiting:
                output.say("nothing; a larger region has a snapshot that is held")
                return
            draw_held(waiting)
            decision = actors.of(APPROVER).approve(waiting[0].held_batch_id)
            output.say(f"{APPROVER} approves {waiting[0].held_batch_id}: {decision.count} decided")

    def look(self, actors: Actors) -> list[Look]:
        """Looks people up."""
        with self.part("look-ups", "One person of each kind, asked about as a medical system"):
            looks = looking.look_up(actors, self.stage.described("people.json"))
            looking.draw(looks)
            people = self.stage.region / "people.json"
            output.say(f"their IINs are in {people}; nothing that is printed has any", "dim")
        self.misfits += [
            f"{looking.masked(look.iin)} ({look.label}): {look.came}, and {look.meant} was meant"
            for look in looks
            if not look.fits
        ]
        return looks

    def tell_one(self, actors: Actors, looks: list[Look]) -> None:
        """Draws one timeline and explains a day of it."""
        with self.part("one person", "One of them in full, as the Fund sees it"):
            timeline = looking.richest_timeline(actors, looks)
            if timeline is None:
                output.say("nobody has a day with the right")
                return
            today = actors.of(FUND).check(timeline.iin)
            explained = actors.of(FUND).explain(timeline.iin, today.on_date, language="en")
            shown = looking.masked(timeline.iin)
            timelines.draw(replace(timeline, iin=shown), today, Window())
            output.say()
            about = replace(explained.entitlement, iin=shown)
            explanations.draw(replace(explained, entitlement=about), known_at=None)

    def verify(self) -> None:
        """Compares all timelines with the facts."""
        title = "Is every timeline what the facts say? (osms-server verify)"
        with self.part("verification", title):
            output.say(self.stage.verify())


def play(folder: Path, *, people: int, seed: int, months: int, as_json: bool) -> None:
    """Plays the demonstration. Failure: something is not as it should be."""
    aside = redirect_stdout(sys.stderr) if as_json else nullcontext()
    with aside:
        told, account = _play(Play(Stage(folder), people, seed, months))
    if as_json:
        output.emit_indented(_document(told, account))
    if told.misfits:
        raise Failure("demo: not as it should be", tuple(told.misfits))
    (sys.stderr if as_json else sys.stdout).write(f"{OK}\n")


def _play(told: Play) -> tuple[Play, Account]:
    began = time.monotonic()
    told.stage.clear()
    told.write_region()
    with told.stage.served() as cast:
        story = Story(cast.actors, cast.matching, told.stage.described("story.json"))
        account = told.live(cast, story)
        told.tell_what_was_formed(cast)
        told.decide(cast.actors)
        looks = told.look(cast.actors)
        told.tell_one(cast.actors, looks)
        told.tell_her_story(story)
    told.verify()
    told.seconds["all"] = round(time.monotonic() - began, 1)
    output.say()
    parts = ", ".join(f"{name} {seconds} s" for name, seconds in told.seconds.items())
    output.say(f"time: {parts}", "dim")
    size = output.count(told.stage.megabytes())
    output.say(f"{told.stage.folder} takes {size} MB and may be removed", "dim")
    return told, account


def _document(told: Play, account: Account) -> dict[str, Any]:
    return {
        "people": told.people,
        "seed": told.seed,
        "folder": told.stage.folder,
        "feeds": account.document(),
        "misfits": told.misfits,
        "seconds": told.seconds,
    }
