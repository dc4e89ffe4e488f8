"""
Bad reports and contributions, put after the good ones they were made from.

A spoiled one has a number or reference of its own, so that it cannot take the place of the good
one; a repeated or conflicting one carries the good one's on purpose.
"""

from __future__ import annotations

import json
from collections import Counter, deque
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from osms_cli.sample import spoil
from osms_cli.sample.chance import Gaps, between
from osms_cli.sample.registers.book import Kind
from osms_cli.sample.registers.contributions import text_of
from osms_cli.sample.spoil import BadKind
from osms_cli.sample.vocabulary import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from random import Random

Fields: TypeAlias = dict[str, Any]

BAD_MARK: Final = "B"
KEPT_OF_A_CUT_LINE: Final = (12, 40)  # characters
NO_DAY: Final = {"year": 2026, "month": 2, "day": 30}
LABOUR_MINISTRY: Final = "MLSPP"

REJECTED: Final = Outcome.REJECTED
DUPLICATE: Final = Outcome.DUPLICATE


class Good(NamedTuple):
    """A good line, and who sends it."""

    line: str
    sender: str

    @property
    def message(self) -> Fields:
        """What the line says."""
        message: Fields = json.loads(self.line)
        return message


Maker: TypeAlias = "Callable[[Random, Good], str | None]"


def _cut_short(chance: Random, good: Good) -> str:
    return f"{good.line[: between(chance, *KEPT_OF_A_CUT_LINE)]}\n"


def _again(_chance: Random, good: Good) -> str:
    return good.line


# Reports.


def _spoiled_report(spoiler: Callable[[Random, Fields], bool]) -> Maker:
    """Makes a report of which the content is spoiled; none where it cannot be."""

    def make(chance: Random, good: Good) -> str | None:
        message = good.message
        report: Fields | None = message.get("report")
        if report is None or not spoiler(chance, _content(report)):
            return None
        report["recordId"] = f"{BAD_MARK}{report['recordId']}"
        return text_of(message)

    return make


def _content(report: Fields) -> Fields:
    """What is registered, whichever kind it is."""
    content: Fields = next(value for name, value in report.items() if name != "recordId")
    return content


def _person_in(content: Fields) -> str:
    """The name of the field that names a person."""
    return next(name for name in content if name.lower().endswith("iin"))


def _wrong_iin(spoiler: Callable[[Random, str], str]) -> Callable[[Random, Fields], bool]:
    def spoil_it(chance: Random, content: Fields) -> bool:
        name = _person_in(content)
        content[name] = spoiler(chance, content[name])
        return True

    return spoil_it


def _impossible_day(_chance: Random, content: Fields) -> bool:
    if "days" in content:
        content["days"]["startDate"] = NO_DAY
    return "days" in content


def _end_before_start(chance: Random, content: Fields) -> bool:
    if "days" in content:
        start = content["days"]["startDate"]
        content["days"]["endDate"] = {**start, "year": start["year"] - between(chance, 1, 3)}
    return "days" in content


def _of_another_system(_chance: Random, good: Good) -> str | None:
    """A kind that only other systems report."""
    report = good.message.get("report")
    if report is None:
        return None
    content = _content(report)
    told: Fields = {"iin": content[_person_in(content)]}
    day = {"year": 2026, "month": 1, "day": 1}
    if good.sender == LABOUR_MINISTRY:
        kind, told = Kind.DEATH, told | {"deathDate": day}
    else:
        kind, told = Kind.PENSION, told | {"days": {"startDate": day}}
    number = f"{BAD_MARK}{report['recordId']}"
    return text_of({"report": {"recordId": number, kind: told}})


def _without_number(_chance: Random, good: Good) -> str | None:
    message = good.message
    if "report" not in message:
        return None
    message["report"]["recordId"] = ""
    return text_of(message)


def _withdrawal_of_unknown(_chance: Random, good: Good) -> str | None:
    report = good.message.get("report")
    if report is None:
        return None
    kind = f"REPORT_KIND_{Kind(next(name for name in report if name != 'recordId')).name}"
    return text_of({"withdrawal": {"recordId": f"N{report['recordId']}", "kind": kind}})


BAD_REPORTS: Final[dict[BadKind, Maker]] = {
    BadKind("IIN_CHECK_DIGIT", REJECTED): _spoiled_report(_wrong_iin(spoil.wrong_check_digit)),
    BadKind("IIN_MALFORMED", REJECTED): _spoiled_report(_wrong_iin(spoil.malformed)),
    BadKind("DATE_IMPOSSIBLE", REJECTED): _spoiled_report(_impossible_day),
    BadKind("END_BEFORE_START", REJECTED): _spoiled_report(_end_before_start),
    BadKind("OF_ANOTHER_SYSTEM", REJECTED): _of_another_system,
    BadKind("WITHOUT_NUMBER", REJECTED): _without_number,
    BadKind("WITHDRAWAL_OF_UNKNOWN", REJECTED): _withdrawal_of_unknown,
    BadKind("CUT_SHORT", REJECTED): _cut_short,
    BadKind("REPORT_AGAIN", DUPLICATE): _again,
}


# Contributions.


def _spoiled_contribution(spoiler: Callable[[Random, Fields], object]) -> Maker:
    """Makes a contribution with something in it spoiled."""

    def make(chance: Random, good: Good) -> str | None:
        message = good.message
        line: Fields | None = message.get("contribution")
        if line is None:
            return None
        line["reference"] = f"{BAD_MARK}{line['reference']}"
        spoiler(chance, line)
        return text_of(message)

    return make


def _wrong(field: str, spoiler: Callable[[Random, Any], object]) -> Maker:
    def spoil_it(chance: Random, line: Fields) -> None:
        line[field] = spoiler(chance, line[field])

    return _spoiled_contribution(spoil_it)


def _conflict(_chance: Random, good: Good) -> str | None:
    message = good.message
    if "contribution" not in message:
        return None
    amount = message["contribution"]["amount"]
    amount["units"] = str(int(amount["units"]) + 1)
    return text_of(message)


def _refund_of_unknown(_chance: Random, good: Good) -> str | None:
    line = good.message.get("contribution")
    if line is None:
        return None
    line |= {
        "refundReference": f"{BAD_MARK}V{line['reference']}",
        "reference": f"N{line['reference']}",
        "refundedDate": line.pop("paidDate"),
    }
    return text_of({"refund": line})


BAD_CONTRIBUTIONS: Final[dict[BadKind, Maker]] = {
    BadKind("IIN_CHECK_DIGIT", REJECTED): _wrong("iin", spoil.wrong_check_digit),
    BadKind("IIN_MALFORMED", REJECTED): _wrong("iin", spoil.malformed),
    BadKind("DATE_IMPOSSIBLE", REJECTED): _wrong("paidDate", lambda *_: NO_DAY),
    BadKind("AMOUNT_ZERO", REJECTED): _wrong("amount", lambda *_: {"currencyCode": "KZT"}),
    BadKind("KIND_UNKNOWN", REJECTED): _wrong("kind", lambda *_: "CONTRIBUTION_KIND_UNSPECIFIED"),
    BadKind("REFUND_UNKNOWN_LINE", REJECTED): _refund_of_unknown,
    BadKind("CUT_SHORT", REJECTED): _cut_short,
    BadKind("CONTRIBUTION_AGAIN", DUPLICATE): _again,
    BadKind("CONTRIBUTION_CONFLICT", REJECTED): _conflict,
}


class BadRegisterLines:
    """Mixes bad lines into what one block reports, delivery by delivery."""

    def __init__(self, chance: Random, share: float, makers: Mapping[BadKind, Maker]) -> None:
        self.counts: Counter[BadKind] = Counter()
        self._chance = chance
        self._gaps = Gaps(chance, share)
        self._makers = makers
        self._turns = deque(chance.sample(list(makers), len(makers)))

    def mix(self, lines: Sequence[str], sender: str) -> tuple[list[str], int]:
        """One delivery with a bad line after some of the good ones; how many are bad."""
        marked = self._gaps.marked(len(lines)) if lines else 0
        places = sorted(int(self._chance.random() * len(lines)) for _ in range(marked))
        mixed: list[str] = []
        done = 0
        for place in places:
            mixed += lines[done : place + 1]
            done = place + 1
            mixed.append(self._next(Good(lines[place], sender)))
        mixed += lines[done:]
        return mixed, marked

    def _next(self, good: Good) -> str:
        """A bad line of the next kind that can be made of a good one."""
        while True:
            kind = self._turns[0]
            self._turns.rotate(-1)
            if (line := self._makers[kind](self._chance, good)) is not None:
                self.counts[kind] += 1
                return line
