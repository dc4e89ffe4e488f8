"""
The reports of one block, by the system that sends them and the day on which it does.

A report is kept as the text of its line. Its number is the system's own; reported again under it,
with another first or last day, it takes the place of what was reported before.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from osms_cli.sample.days import Day, json_texts
from osms_cli.sample.life import STANDS

if TYPE_CHECKING:
    from osms_cli.sample.employers import PayCalendar


class Kind(StrEnum):
    """Kinds of reports, each with the name of its field."""

    CHILDHOOD = "childhood"
    PREGNANCY = "pregnancy"
    LEAVE = "leave"
    DISABLED_CHILD_ALLOWANCE = "disabledChildAllowance"
    GROUP_ONE_CARE_ALLOWANCE = "groupOneCareAllowance"
    PENSION = "pension"
    SENTENCE = "sentence"
    DETENTION = "detention"
    KANDAS_STATUS = "kandasStatus"
    MOTHER_AWARD = "motherAward"
    DISABILITY = "disability"
    FULL_TIME_STUDY = "fullTimeStudy"
    TARGETED_ASSISTANCE = "targetedAssistance"
    UNEMPLOYED_REGISTRATION = "unemployedRegistration"
    PLACEMENT = "placement"
    FAMILY_CARD_LEVEL = "familyCardLevel"
    TREATY_STAY = "treatyStay"
    RESIDENCE_STATUS = "residenceStatus"
    PARENTAGE = "parentage"
    GUARDIANSHIP = "guardianship"
    MARRIAGE = "marriage"
    DEATH = "death"
    FATHER_APPLICATION = "fatherApplication"


#: The systems that report, in the order in which their files are delivered.
SYSTEMS: Final = (
    *("MOJ", "MOH", "MOE", "MOSHE", "MIA_CAD", "CLSSA", "MLSPP", "DFC", "FWIS", "MPIS", "SC"),
)


class Entry(NamedTuple):
    """What a system has registered."""

    source: str
    kind: Kind
    number: str
    fields: str
    since: Day
    known: Day


class RegisterBook:
    """Collects the reports of one block."""

    def __init__(self, block: int, calendar: PayCalendar) -> None:
        self.lines: dict[str, defaultdict[Day, list[str]]] = {
            system: defaultdict(list) for system in SYSTEMS
        }
        self._block = block
        self._first = calendar.first_day
        self._last = calendar.last_day
        self._dates = json_texts()
        self._numbers: Counter[str] = Counter()

    def enter(
        self, source: str, kind: Kind, fields: str, known: Day, since: Day, until: Day = STANDS
    ) -> Entry:
        """Report something that holds on some days; *known* is the day on which it is told."""
        entry = Entry(source, kind, self._number(source), fields, since, max(known, self._first))
        self._report(entry, entry.known, since, until)
        return entry

    def enter_fact(self, source: str, kind: Kind, fields: str, known: Day) -> None:
        """Report something that holds for good, such as a death."""
        self._put(source, max(known, self._first), _line(kind, self._number(source), fields))

    def end(self, entry: Entry, until: Day, known: Day) -> None:
        """Report it again, with its end."""
        self._report(entry, max(known, entry.known), entry.since, until)

    def correct(self, entry: Entry, since: Day, known: Day) -> Entry:
        """Report it again, with another first day."""
        entry = entry._replace(since=since, known=max(known, entry.known))
        self._report(entry, entry.known, since, STANDS)
        return entry

    def withdraw(self, entry: Entry, known: Day) -> None:
        """Take back what was reported in error."""
        line = (
            f'{{"withdrawal":{{"recordId":"{entry.number}",'
            f'"kind":"REPORT_KIND_{entry.kind.name}"}}}}\n'
        )
        self._put(entry.source, max(known, entry.known), line)

    def _number(self, source: str) -> str:
        self._numbers[source] += 1
        return f"{self._block}/{self._numbers[source]}"

    def _report(self, entry: Entry, known: Day, since: Day, until: Day) -> None:
        end = f',"endDate":{self._dates[until]}' if until != STANDS else ""
        days = f'"days":{{"startDate":{self._dates[since]}{end}}}'
        self._put(entry.source, known, _line(entry.kind, entry.number, f"{entry.fields},{days}"))

    def _put(self, source: str, known: Day, line: str) -> None:
        if known <= self._last:
            self.lines[source][known].append(line)


def _line(kind: Kind, number: str, fields: str) -> str:
    return f'{{"report":{{"recordId":"{number}","{kind}":{{{fields}}}}}}}\n'
