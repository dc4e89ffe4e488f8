"""
What is reported about one person, whoever else there is, and when the systems learn of it.

The categories of a life are not told: told is what leads to them by the Rules. Of a woman with
child `families` tells.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from osms_cli.sample.chance import between
from osms_cli.sample.days import Day, anniversary, json_texts, month_start, months
from osms_cli.sample.life import STANDS
from osms_cli.sample.registers.book import Entry, Kind, RegisterBook
from osms_cli.sample.vocabulary import Reason

if TYPE_CHECKING:
    from random import Random

    from osms_cli.sample.employers import PayCalendar
    from osms_cli.sample.life import Episode, Life

OF_FAMILIES: Final = frozenset({"R02", "R03", "R04"})
OF_AGE: Final = 18

#: What leads to a category, and what is said beside the person and the days.
LEADS_TO: Final[dict[str, tuple[Kind, str]]] = {
    "R01": (Kind.CHILDHOOD, ""),
    "R05": (Kind.DISABLED_CHILD_ALLOWANCE, ""),
    "R06": (Kind.GROUP_ONE_CARE_ALLOWANCE, ""),
    "R07": (Kind.PENSION, ""),
    "R08": (Kind.SENTENCE, ""),
    "R09a": (Kind.DETENTION, ',"kind":"DETENTION_KIND_REMAND"'),
    "R09b": (Kind.DETENTION, ',"kind":"DETENTION_KIND_HOUSE_ARREST"'),
    "R10": (Kind.KANDAS_STATUS, ""),
    "R11": (Kind.MOTHER_AWARD, ""),
    "R12": (Kind.DISABILITY, ""),
    "R13": (Kind.FULL_TIME_STUDY, ""),
    "R14": (Kind.TARGETED_ASSISTANCE, ""),
    "L01": (Kind.UNEMPLOYED_REGISTRATION, ""),
    "L02": (Kind.FAMILY_CARD_LEVEL, ',"level":"WELLBEING_LEVEL_D"'),
    "F01": (Kind.TREATY_STAY, ""),
}
OF_CUSTODY: Final = frozenset({"R08", "R09a", "R09b"})
OF_WHO_DOES_NOT_WORK: Final = frozenset({"R05", "R06", "R10", "R14", "L02"})
MINIMUM_SECURITY: Final = ',"minimumSecurity":true'
EMERGENCY: Final = ',"level":"WELLBEING_LEVEL_E"'
BETTER: Final = ',"level":"WELLBEING_LEVEL_C"'

LAG_MAX: Final = 2  # days until a report is sent; civil acts take longer
CIVIL_ACT_LAG_MAX: Final = 8
DEATH_LAG_MAX: Final = 10
MONTHLY_DAY: Final = 5  # of the month after, for the Digital Family Card (p. 52)

EMERGENCY_SHARE: Final = 0.2  # of families in need
MINIMUM_SECURITY_SHARE: Final = 0.08  # of sentences
FOREIGN_SHARE: Final = 0.05  # of convicts and detained persons
TEMPORARY_SHARE: Final = 0.5  # of them: those who are in the country for a time
TRAINED_AFTER: Final = 20  # days of registration
TRAINING_SHARE: Final = 0.15  # of the unemployed who find work: those who were trained for it
SUBSIDISED_SHARE: Final = 0.1  # of them: those whose job is subsidised
OVERLOOKED_SHARE: Final = 0.4  # of those who find work: the system does not learn of it
CORRECTED_SHARE: Final = 0.006  # of reports: first told with a wrong day
MISTAKEN_SHARE: Final = 0.001  # of people: somebody else's disability is told of them


class Listed(NamedTuple):
    """
    A person is listed for a category, *since* and *until*; *certain* where nothing bars it.

    *rivals* are others who could have it in the person's stead.
    """

    code: str
    since: Day
    until: Day
    certain: bool = True
    rivals: tuple[str, ...] = ()


class Reporter:
    """Reports about the people of one block."""

    def __init__(self, chance: Random, book: RegisterBook, calendar: PayCalendar) -> None:
        self._chance = chance
        self._book = book
        self._first = calendar.first_day
        self._last = calendar.last_day
        self._months = months()

    def enter(self, life: Life) -> list[Listed]:
        """Report all that is not of the family; for what the person is listed by it."""
        told = [each for each in life.episodes if each.code not in OF_FAMILIES]
        listed = [self._enter(life, episode) for episode in told]
        if life.foreign:
            self._say_residence(life, "MPIS", told[0].since if told else self._first)
        if life.died:
            self._enter_death(life)
        if self._chance.random() < MISTAKEN_SHARE:
            self._mistake(life)
            return [each._replace(certain=False) for each in listed]
        return listed

    def known(self, day: Day, lag_max: int = LAG_MAX) -> Day:
        """When a system tells of what happened on *day*."""
        return day + 1 + int(self._chance.random() * lag_max)

    def _enter(self, life: Life, episode: Episode) -> Listed:
        code, source, since, until, reason = episode
        if code == "R01":
            return self._enter_childhood(life, episode)
        said, certain = self._said(life, episode)
        fields = f'"iin":"{life.iin}"{said}'
        kind, told = LEADS_TO[code][0], self._told(episode)
        entry = self._book.enter(source, kind, fields, told, self._wrong(since))
        if entry.since != since:
            entry = self._book.correct(entry, since, entry.known + between(self._chance, 5, 30))
        if until != STANDS and reason is not Reason.DEATH:
            until = self._end(life, entry, episode)
        return Listed(code, since, until, certain)

    def _enter_childhood(self, life: Life, episode: Episode) -> Listed:
        """A child, until a day that is known from the first."""
        grown = anniversary(life.born, OF_AGE)
        fields = f'"iin":"{life.iin}"'
        told = self._told(episode)
        self._book.enter(episode.source, Kind.CHILDHOOD, fields, told, episode.since, grown)
        return Listed(episode.code, episode.since, grown)

    def _said(self, life: Life, episode: Episode) -> tuple[str, bool]:
        """What is said beside the person and the days; whether nothing bars the category."""
        said = LEADS_TO[episode.code][1]
        if episode.code in OF_CUSTODY:
            if self._chance.random() < FOREIGN_SHARE:
                self._say_residence(life, episode.source, episode.since)
                return said, False
            if episode.code == "R08" and self._chance.random() < MINIMUM_SECURITY_SHARE:
                return MINIMUM_SECURITY, False
        elif episode.code == "L02" and self._chance.random() < EMERGENCY_SHARE:
            return EMERGENCY, True
        return said, True

    def _end(self, life: Life, entry: Entry, episode: Episode) -> Day:
        """Report the end; until when the person is listed."""
        code, until = episode.code, episode.until
        ends = until
        if episode.reason is Reason.EMPLOYED:
            if code == "L01":
                ends, until = self._place(life, episode.since, until)
            elif code in OF_WHO_DOES_NOT_WORK:
                ends = until = self._overlooked(until)
        known = self._next_monthly(ends) if code == "L02" else self.known(ends)
        self._book.end(entry, ends, known)
        if code == "L02":
            fields = f'"iin":"{life.iin}"{BETTER}'
            self._book.enter(entry.source, entry.kind, fields, known, ends)
        return until

    def _told(self, episode: Episode) -> Day:
        if episode.since < self._first:
            return self._first
        if episode.code == "L02":
            return self._next_monthly(episode.since)
        return self.known(episode.since, CIVIL_ACT_LAG_MAX if episode.source == "MOJ" else LAG_MAX)

    def _next_monthly(self, day: Day) -> Day:
        return month_start(self._months[day] + 1) + MONTHLY_DAY - 1

    def _wrong(self, since: Day) -> Day:
        """The first day as it is told first."""
        if since > self._first and self._chance.random() < CORRECTED_SHARE:
            return since - between(self._chance, 1, 5)
        return since

    def _say_residence(self, life: Life, source: str, since: Day) -> None:
        temporary = self._chance.random() < TEMPORARY_SHARE
        residence = "TEMPORARY_STAY" if temporary else "PERMANENT_RESIDENT"
        fields = f'"iin":"{life.iin}","residence":"RESIDENCE_{residence}"'
        self._book.enter(source, Kind.RESIDENCE_STATUS, fields, self.known(since), since)

    def _overlooked(self, until: Day) -> Day:
        """When a system learns that somebody has found work, of which nobody told it."""
        if self._chance.random() < OVERLOOKED_SHARE:
            return until + between(self._chance, 40, 200)
        return until

    def _place(self, life: Life, since: Day, until: Day) -> tuple[Day, Day]:
        """Train or place somebody unemployed: when the registration ends, and what it gives."""
        draw = self._chance.random()
        fields = f'"iin":"{life.iin}","kind":"PLACEMENT_KIND_'
        if draw < TRAINING_SHARE and until - since > TRAINED_AFTER:
            begins = max(since + TRAINED_AFTER, until - between(self._chance, 15, 60))
            fields += 'ON_THE_JOB_TRAINING"'
            self._book.enter("MLSPP", Kind.PLACEMENT, fields, self.known(begins), begins, until)
            return until, begins
        if draw > 1.0 - SUBSIDISED_SHARE:
            ends = until + between(self._chance, 30, 90)
            fields += 'SUBSIDISED_JOB"'
            self._book.enter("MLSPP", Kind.PLACEMENT, fields, self.known(until), until, ends)
            return ends, until
        return until, until

    def _enter_death(self, life: Life) -> None:
        fields = f'"iin":"{life.iin}","deathDate":{json_texts()[life.end]}'
        known = self.known(life.end, DEATH_LAG_MAX)
        self._book.enter_fact("MOJ", Kind.DEATH, fields, known)

    def _mistake(self, life: Life) -> None:
        """Tell of the person what is another's, and take it back."""
        day = between(self._chance, self._first, self._last)
        fields = f'"iin":"{life.iin}"'
        entry = self._book.enter("MLSPP", Kind.DISABILITY, fields, day + 1, day)
        self._book.withdraw(entry, entry.known + between(self._chance, 1, 20))
