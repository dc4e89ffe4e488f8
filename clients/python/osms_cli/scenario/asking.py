"""Asks the questions of a case: as a medical system, and where more is expected, as the Fund."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from osms_cli.scenario.case import Json, Moment
from osms_cli.scenario.delivery import Actors, Delivered
from osms_client import Explanation, InvalidRequest, NotFound, OsmsClient

MEDICAL_SYSTEM = "clinic1"
FUND_PERSON = "supervisor1"
_FUND_KEYS = frozenset({"grounds", "category", "fund_view_contains"})


@dataclass(frozen=True)
class Mismatch:
    """Something that is not as expected."""

    where: str
    key: str
    expected: Any
    got: Any


def check_event(moment: Moment, delivered: Delivered) -> Iterator[Mismatch]:
    """Whether an event came to what its case expects; plain acceptance where it says nothing."""
    expected: Json = moment.body.get("expect", {"outcome": "ACCEPTED"})
    if "outcome" in expected and expected["outcome"] != delivered.outcome:
        got = f"{delivered.outcome}: {delivered.reason}" if delivered.reason else delivered.outcome
        reason = expected.get("reason")
        wanted = f"{expected['outcome']}: {reason}" if reason else expected["outcome"]
        yield Mismatch(moment.name, "outcome", wanted, str(got))
    if "flags" in expected and bool(expected["flags"]) != bool(delivered.flags):
        # Which word a flag is, is the service's; that there is one is compared.
        yield Mismatch(moment.name, "flags", expected["flags"], list(delivered.flags))
    if "rejected_lines" in expected:
        wanted_count = _count(expected["rejected_lines"])
        if wanted_count != len(delivered.rejected_lines):
            got_lines = [line.position for line in delivered.rejected_lines]
            yield Mismatch(moment.name, "rejected_lines", expected["rejected_lines"], got_lines)


def _count(lines: Any) -> int:
    return lines if isinstance(lines, int) else len(lines)


def check_query(moment: Moment, actors: Actors) -> Iterator[Mismatch]:
    """Whether a question is answered as its case expects; only what it gives is compared."""
    expected: Json = moment.body.get("expect", {})
    answer = _answer(moment, actors, expected)
    for key, wanted in expected.items():
        if key == "must_not_contain":
            found = [text for text in wanted if text in answer["clinic_view"]]
            if found:
                yield Mismatch(moment.name, key, "none of them", found)
        elif key == "fund_view_contains":
            missing = [text for text in wanted if text not in answer["fund_view"]]
            if missing:
                yield Mismatch(moment.name, key, wanted, f"without {missing}")
        elif answer.get(key) != wanted:
            yield Mismatch(moment.name, key, wanted, answer.get(key))


def _answer(moment: Moment, actors: Actors, expected: Json) -> dict[str, Any]:
    iin, on = str(moment.body["iin"]), date.fromisoformat(moment.body["on"])
    try:
        answer = _clinic_answer(actors.of(MEDICAL_SYSTEM), iin, on)
    except InvalidRequest as error:
        fields = {violation.field for violation in error.violations}
        told = "INVALID_IIN" if "iin" in fields else error.reason
        return {"error": told, "clinic_view": str(error), "fund_view": str(error)}
    if _FUND_KEYS & expected.keys():
        answer |= _fund_answer(actors.of(FUND_PERSON), iin, on)
    return answer


def _clinic_answer(client: OsmsClient, iin: str, on: date) -> dict[str, Any]:
    found = client.check(iin, on, language="en")
    return {
        "entitled": found.entitled,
        "status": found.status,
        "primary": found.ground,
        "through": None if found.last_date is None else found.last_date.isoformat(),
        "financing": found.financing,
        "error": None,
        "clinic_view": _json(asdict(found)),
    }


def _fund_answer(client: OsmsClient, iin: str, on: date) -> dict[str, Any]:
    explanation = client.explain(iin, on, language="en")
    return {
        "grounds": _distinct(ground.kind for ground in explanation.grounds),
        "category": _category(explanation),
        "fund_view": _fund_view(client, iin, explanation),
    }


def _category(explanation: Explanation) -> str | None:
    primary = next(iter(explanation.grounds), None)
    return primary.category if primary and primary.kind == "CATEGORY" else None


def _fund_view(client: OsmsClient, iin: str, explanation: Explanation) -> str:
    """Everything that the Fund is shown about a person."""
    try:
        timeline: Mapping[str, Any] = asdict(client.timeline(iin, language="en"))
    except NotFound:
        timeline = {}
    return _json([asdict(explanation), timeline])


def _distinct(kinds: Iterator[str] | Any) -> list[str]:
    return list(dict.fromkeys(kinds))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def check_feed_query(moment: Moment, actors: Actors) -> Iterator[Mismatch]:
    """Whether a feed is as late as its case expects."""
    body = moment.body
    statuses = actors.of(FUND_PERSON).feeds()
    late = any(
        status.timeliness in {"LATE", "MISSING"}
        for status in statuses
        if (status.obligation, status.sender) == (body["feed"], body["sender"])
    )
    expected: Json = body.get("expect", {})
    if "late" in expected and expected["late"] != late:
        yield Mismatch(moment.name, "late", expected["late"], late)
