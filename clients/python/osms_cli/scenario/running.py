"""Runs cases one after the other, each from an empty register."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import groupby

from osms_cli.scenario.asking import (
    FUND_PERSON,
    Mismatch,
    check_event,
    check_feed_query,
    check_query,
)
from osms_cli.scenario.case import Case, CaseFileError, Moment
from osms_cli.scenario.delivery import Actors, Deliveries
from osms_client import CannotTell, InvalidRequest, OsmsError


class Verdict(StrEnum):
    """How a case ended."""

    PASSED = "passed"
    FAILED = "failed"
    OPEN = "open"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class CaseResult:
    """How a case ended, and everything in it that is not as expected."""

    case: Case
    verdict: Verdict
    mismatches: tuple[Mismatch, ...] = ()
    note: str = ""
    seconds: float = 0.0


def run_cases(cases: Iterable[Case], actors: Actors) -> Iterator[CaseResult]:
    """Runs cases; yields how each ended."""
    for case in cases:
        started = time.monotonic()
        result = run_case(case, actors)
        yield replace(result, seconds=time.monotonic() - started)


def run_case(case: Case, actors: Actors) -> CaseResult:
    """
    Runs one case from an empty register.

    What a case does not tell well, or the service does not stand, is a mismatch of that case and
    stops no other. CannotTell: the service is not there any more.
    """
    try:
        return _run_case(case, actors)
    except CannotTell as error:
        if error.reason == "UNAVAILABLE":
            raise
        return _broken(case, error)
    except (OsmsError, CaseFileError, LookupError, TypeError, ValueError, OSError) as error:
        return _broken(case, error)


def _broken(case: Case, error: Exception) -> CaseResult:
    """A case that could not be run to its end."""
    told = str(error) if isinstance(error, (OsmsError, CaseFileError)) else repr(error)
    mismatch = Mismatch("case", "run", "to its end", told)
    return CaseResult(case, _verdict(case, (mismatch,)), (mismatch,), _skipped(case))


def _run_case(case: Case, actors: Actors) -> CaseResult:
    moments = case.moments()
    if not moments:
        return CaseResult(case, Verdict.SKIPPED, note=_skipped(case))
    try:
        actors.of(FUND_PERSON).reset_sandbox(moments[0].at, case.parameters)
    except InvalidRequest as error:
        return CaseResult(case, Verdict.SKIPPED, note=str(error))
    deliveries = Deliveries(actors)
    try:
        mismatches = tuple(_mismatches(moments, deliveries))
    finally:
        deliveries.close()
    return CaseResult(case, _verdict(case, mismatches), mismatches, _skipped(case))


def _verdict(case: Case, mismatches: tuple[Mismatch, ...]) -> Verdict:
    if case.is_open:
        return Verdict.OPEN
    return Verdict.FAILED if mismatches else Verdict.PASSED


def _skipped(case: Case) -> str:
    return f"{case.matchings} matchings not run" if case.matchings else ""


def _mismatches(moments: list[Moment], deliveries: Deliveries) -> Iterator[Mismatch]:
    actors = deliveries.actors
    for at, group in groupby(moments, key=lambda moment: moment.at):
        actors.of(FUND_PERSON).advance_clock(at)
        now = list(group)
        events = [moment for moment in now if moment.kind == "event"]
        deliveries.deliver(events)
        for moment in events:
            delivered = deliveries.delivered[str(moment.body.get("id", moment.number))]
            yield from _unless_open(moment, check_event(moment, delivered))
        for moment in now:
            if moment.kind == "query":
                yield from _unless_open(moment, check_query(moment, actors))
            elif moment.kind == "feed_query":
                yield from _unless_open(moment, check_feed_query(moment, actors))


def _unless_open(moment: Moment, mismatches: Iterator[Mismatch]) -> Iterator[Mismatch]:
    """What is not as expected, unless the expectation of this moment is under discussion."""
    if not (moment.body.get("open") or moment.body.get("contested")):
        yield from mismatches
