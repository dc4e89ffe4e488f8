"""What is reported about parents, guardians and women with child; who is listed by it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from osms_cli.sample.chance import between
from osms_cli.sample.days import Day, anniversary, json_texts
from osms_cli.sample.life import STANDS
from osms_cli.sample.registers.book import Kind, RegisterBook
from osms_cli.sample.registers.families import RAISED_YEARS, Birth, Guarded
from osms_cli.sample.registers.reporting import CIVIL_ACT_LAG_MAX, Listed, Reporter
from osms_cli.sample.vocabulary import STATE_CORPORATION, Reason

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from osms_cli.sample.employers import PayCalendar
    from osms_cli.sample.life import Episode, Life

CHILDBIRTH: Final = "CHILDBIRTH"
ADOPTION: Final = "ADOPTION"
CHILD_CARE: Final = "CHILD_CARE"
CHILDBIRTH_DAYS: Final = 126  # of a sick-leave sheet
ADOPTION_SHARE: Final = 0.02  # of leaves that the Labour Ministry knows of
WED_BEFORE_BIRTH: Final = (250, 2_500)  # days
DIVORCED_SHARE: Final = 0.05
APPLIED_SHARE: Final = 0.06  # of fathers
APPLIED_AFTER_BIRTH: Final = (5, 200)  # days


class ParentReporter:
    """Reports about the families of one block."""

    def __init__(
        self, chance: Random, book: RegisterBook, reporter: Reporter, calendar: PayCalendar
    ) -> None:
        self._chance = chance
        self._book = book
        self._known = reporter.known
        self._last = calendar.last_day
        self._dates = json_texts()
        self._born: dict[tuple[str, Day], Day] = {}
        self._wed: set[str] = set()
        self.listed: defaultdict[str, list[Listed]] = defaultdict(list)

    def enter(
        self, lives: Sequence[Life], births: Sequence[Birth], guarded: Sequence[Guarded]
    ) -> None:
        """Report of all families; who is listed for what stands in `listed`."""
        self._born = {(each.mother.iin, each.due.since): each.child.born for each in births}
        for birth in births:
            self._enter_birth(birth)
        for each in guarded:
            self._enter_guardianship(each)
        for life in lives:
            for episode in life.episodes:
                if episode.code == "R02":
                    self._enter_pregnancy(life, episode)
                elif episode.code == "R04":
                    self._enter_leaves(life, episode)

    def _enter_pregnancy(self, life: Life, episode: Episode) -> None:
        """A woman is in the register until she bears the child."""
        fields = f'"iin":"{life.iin}"'
        entry = self._book.enter(
            "MOH", Kind.PREGNANCY, fields, self._known(episode.since), episode.since
        )
        until = self._born.get((life.iin, episode.since), episode.until)
        if until != STANDS and until > episode.since and episode.reason is not Reason.DEATH:
            self._book.end(entry, until, self._known(until))
        self.listed[life.iin].append(Listed("R02", episode.since, until))

    def _enter_leaves(self, life: Life, episode: Episode) -> None:
        """A sheet of the clinic, and what the Labour Ministry knows of the time after it."""
        since, until = episode.since, episode.until
        ends = until if episode.reason is not Reason.DEATH else STANDS
        raising = next((each for each in self.listed[life.iin] if each.code == "R03"), None)
        certain, rivals = (raising.certain, raising.rivals) if raising else (True, ())
        self.listed[life.iin].append(Listed("R04", since, ends, certain, rivals))
        if episode.source == "MOH":
            sheet_ends = since + CHILDBIRTH_DAYS
            if ends != STANDS:
                sheet_ends = min(sheet_ends, ends)
            self._enter_leave("MOH", CHILDBIRTH, life, since, sheet_ends)
            since = sheet_ends
        kind = ADOPTION if self._chance.random() < ADOPTION_SHARE else CHILD_CARE
        if ends == STANDS or since < ends:
            self._enter_leave("MLSPP", kind, life, since, ends)

    def _enter_leave(self, source: str, kind: str, life: Life, since: Day, until: Day) -> None:
        """A sheet says its end; what the ministry knows is reported again with its end."""
        fields = f'"iin":"{life.iin}","kind":"LEAVE_KIND_{kind}"'
        known = self._known(since)
        if kind == CHILDBIRTH:
            self._book.enter(source, Kind.LEAVE, fields, known, since, until)
            return
        entry = self._book.enter(source, Kind.LEAVE, fields, known, since)
        if until != STANDS:
            self._book.end(entry, until, self._known(until))

    def _enter_birth(self, birth: Birth) -> None:
        child, mother, father = birth.child, birth.mother, birth.father
        named = f'"motherIin":"{mother.iin}"'
        if father is not None:
            named += f',"fatherIin":"{father.iin}"'
        fields = f'"childIin":"{child.iin}","birthDate":{self._dates[child.born]},{named}'
        self._book.enter(
            "MOJ", Kind.PARENTAGE, fields, self._in_civil_acts(child.born), child.born
        )
        if birth.married and mother.iin not in self._wed:
            self._wed.add(mother.iin)
            self._enter_marriage(birth)
        applied = father is not None and self._applies(father, child)
        pair = [mother] if father is None else [mother, father]
        for one in pair:
            rivals = tuple(other.iin for other in pair if other is not one)
            self._list_raising(
                one.iin, child, certain=not applied and not child.died, rivals=rivals
            )

    def _list_raising(
        self, iin: str, child: Life, *, certain: bool, rivals: tuple[str, ...] = ()
    ) -> None:
        grown = anniversary(child.born, RAISED_YEARS)
        until = grown if grown <= self._last else STANDS
        self.listed[iin].append(Listed("R03", child.born, until, certain, rivals))

    def _enter_marriage(self, birth: Birth) -> None:
        assert birth.father is not None
        fields = f'"husbandIin":"{birth.father.iin}","wifeIin":"{birth.mother.iin}"'
        wed = birth.child.born - between(self._chance, *WED_BEFORE_BIRTH)
        entry = self._book.enter("MOJ", Kind.MARRIAGE, fields, self._in_civil_acts(wed), wed)
        if self._chance.random() < DIVORCED_SHARE:
            parted = birth.child.born + between(self._chance, 60, 1_000)
            self._book.end(entry, parted, self._in_civil_acts(parted))

    def _applies(self, father: Life, child: Life) -> bool:
        """Whether a father applies to have the place."""
        if self._chance.random() >= APPLIED_SHARE:
            return False
        day = child.born + between(self._chance, *APPLIED_AFTER_BIRTH)
        fields = f'"iin":"{father.iin}","childIin":"{child.iin}"'
        self._book.enter(STATE_CORPORATION, Kind.FATHER_APPLICATION, fields, day, day)
        return True

    def _enter_guardianship(self, each: Guarded) -> None:
        child, guardian = each.child, each.guardian
        fields = (
            f'"childIin":"{child.iin}","birthDate":{self._dates[child.born]},'
            f'"guardianIin":"{guardian.iin}"'
        )
        self._book.enter("MOE", Kind.GUARDIANSHIP, fields, self._known(each.since), each.since)
        self._list_raising(guardian.iin, child, certain=not child.died)

    def _in_civil_acts(self, day: Day) -> Day:
        return self._known(day, CIVIL_ACT_LAG_MAX)
