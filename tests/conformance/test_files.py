"""Checks that the scenario files are well formed: a slip in a file must not look like a finding.

What is judged here is the files alone; no service is asked. An event that is expected to be
rejected may break the vocabulary, since that is what it is there for.
"""

import json
import re
import runpy
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime
from itertools import permutations
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

Case = dict[str, Any]
Event = dict[str, Any]
Query = dict[str, Any]


def words(text: str) -> set[str]:
    """Splits a text into its words."""
    return set(text.split())


FOLDER = Path(__file__).parent
FILES = sorted(FOLDER.glob("*.json"))
LARGE = FOLDER / "p53-mass-removals.json"
FILE_SIZE_MAX = 900 * 1024
ALMATY = ZoneInfo("Asia/Almaty")

FIRST_WEIGHTS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
SECOND_WEIGHTS = (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)
NO_DIGIT = 10

CATEGORIES = words("R01 R02 R03 R04 R05 R06 R07 R08 R09a R09b R10 R11 R12 R13 R14 L01 L02")
DOCUMENT_CATEGORIES = CATEGORIES - {"R08", "R09a", "R09b", "L02"} | {"X13"}
SOURCES = words("MOE MOSHE MOJ MLSPP MOH MIA_CAD CLSSA DFC FWIS MPIS")
BODIES = words("DEFENCE INTERIOR FINANCE NSC GPO SGS ACA FMA")
SYSTEMS = SOURCES | BODIES | {"FUND", "SC"}
SUPERVISORS = {"supervisor1", "supervisor2", "supervisor3"}
DOCUMENTS = words(
    "BIRTH_CERTIFICATE BIRTH_RECORD_EXTRACT FORM_027E DISABILITY_CERTIFICATE"
    " UNEMPLOYED_REGISTRATION VETERAN_CERTIFICATE PENSION_CERTIFICATE_COPY PENSION_CERTIFICATE"
    " KANDAS_CERTIFICATE AWARD_DOCUMENT STUDY_CERTIFICATE TSA_CONFIRMATION IDENTITY_DOCUMENT"
    " LABOUR_BOOK EMPLOYMENT_CONTRACT EMPLOYER_ACTS_EXTRACT PAYROLL_EXTRACT SERVICE_RECORD"
    " UAPF_EXTRACT SSIF_DATA DUAL_TRAINING_CONTRACT ARCHIVE_CERTIFICATE COURT_DECISION"
)
GROUNDS = (
    "ROSTER",
    "CATEGORY",
    "TREATY",
    "PAYER",
    "SELF_PAYER",
    "DOCUMENT",
    "RETENTION",
    "PRESERVED",
    "HELD",
)
FINANCING = {"ENTITLED": "OSMS", "NOT_ENTITLED": "GVFMC", "NOT_REGISTERED": "GVFMC"}
OUTCOMES = {"ACCEPTED", "DUPLICATE", "REJECTED", "HELD_FOR_APPROVAL"}
FEEDS = {"ROSTER", "CATEGORY_DAILY", "CATEGORY_MONTHLY", "PAYMENT"}
PARAMETERS = {"crisis_window"}

CASE_KEYS = {"name", "provisions", "why", "events", "queries"}
CASE_KEYS_OPTIONAL = {"feed_queries", "matchings", "parameters", "open", "contested"}
EVENT_KEYS = {"id", "recorded_at", "type", "sender", "payload"}
OUTCOME_KEYS = {"outcome", "reason", "flags", "rejected_lines"}
ANSWER_KEYS = words(
    "entitled status primary category through grounds financing error must_not_contain"
    " fund_view_contains"
)
PROVISION = re.compile(r"p([1-9]|[1-5][0-9]|6[0-5])(\.[1-9][0-9]?)?|d[1-8](\.([1-9]|10))?")

# What each event must carry, and what it may carry besides.
PAYLOADS: dict[str, tuple[set[str], set[str]]] = {
    "category_assigned": (words("seq iin category assigned_on source"), set()),
    "category_removed": (
        words("seq iin category assigned_on removed_on source reason"),
        set(),
    ),
    "payment": (
        words(
            "reference iin surname given_name patronymic payer_id payer_name payer_kind period"
            " received_on amount knp"
        ),
        set(),
    ),
    "refund": (
        words("refund_reference reference iin knp period amount refunded_on"),
        set(),
    ),
    "roster_snapshot": ({"body", "lines"}, set()),
    "roster_change": ({"body", "op", "iin", "changed_on"}, {"reservist"}),
    "document_registered": (
        words("iin category applied_on documents operator"),
        {"reason", "supervisor"},
    ),
    "document_revoked": ({"registration", "supervisor", "reason"}, set()),
    "treaty_listed": (words("seq iin assigned_on source"), set()),
    "treaty_removed": (words("seq iin assigned_on source removed_on reason"), set()),
    "incident_opened": (words("incident systems started_on supervisor"), set()),
    "incident_closed": ({"incident", "ended_on", "supervisor"}, set()),
    "budget_lapse_opened": ({"budget", "month", "supervisor"}, set()),
    "budget_lapse_lifted": ({"budget", "month", "supervisor"}, set()),
    "approval_decided": ({"item", "decision", "supervisor"}, set()),
}
DAYS = words("assigned_on removed_on received_on refunded_on changed_on applied_on")
DAYS |= {"started_on", "ended_on"}
MONTHS = {"period", "month"}
HOLDABLE = words("roster_snapshot category_removed treaty_removed incident_opened")
HOLDABLE |= {"budget_lapse_opened"}
FUND_EVENTS = words("document_registered document_revoked incident_opened incident_closed")
FUND_EVENTS |= {"budget_lapse_opened", "budget_lapse_lifted", "approval_decided"}

# The words that a field may hold, whichever event it stands in.
WORDS: Mapping[str, Collection[object]] = {
    "source": SOURCES,
    "body": BODIES,
    "op": {"ADD", "REMOVE"},
    "payer_kind": {"INDEPENDENT", "EMPLOYER", None},
    "budget": {"REPUBLICAN", "LOCAL"},
    "decision": {"APPROVE", "DECLINE"},
    "supervisor": SUPERVISORS,
    "operator": {"operator1"},
}


def load(path: Path) -> list[Case]:
    """Reads one file."""
    cases: list[Case] = json.loads(path.read_text(encoding="utf-8"))
    return cases


def all_cases() -> list[Case]:
    """Reads all files, in the order of their names."""
    return [case for path in FILES for case in load(path)]


def all_events() -> Iterator[tuple[str, Event]]:
    """Yields every event under a label that finds it."""
    for case in all_cases():
        for event in case["events"]:
            yield f"{case['name']}: {event['id']}", event


def all_queries() -> Iterator[tuple[str, Query]]:
    """Yields every question about a person under a label that finds it."""
    for case in all_cases():
        for query in case["queries"]:
            yield f"{case['name']}: {query['iin']} on {query['on']} at {query['now']}", query


def outcome(event: Event) -> str:
    """Returns the outcome expected of an event; the word for *not asked* is empty."""
    expect = event.get("expect", {"outcome": "ACCEPTED"})
    return str(expect.get("outcome", ""))


def instant(text: str) -> datetime:
    """Reads an instant, which must say its offset."""
    moment = datetime.fromisoformat(text)
    assert moment.tzinfo is not None, f"{text} has no offset"
    return moment


def is_day(text: object) -> bool:
    """Says whether a text is a day of the calendar, written YYYY-MM-DD."""
    try:
        return date.fromisoformat(str(text)).isoformat() == text
    except ValueError:
        return False


def is_number(text: str) -> bool:
    """Says whether a personal or business number has twelve digits and the right last one."""
    if not re.fullmatch(r"[0-9]{12}", text):
        return False
    *stem, last = (int(digit) for digit in text)
    check = NO_DIGIT
    for weights in (FIRST_WEIGHTS, SECOND_WEIGHTS):
        if check == NO_DIGIT:
            check = sum(d * w for d, w in zip(stem, weights, strict=True)) % 11
    return check == last


def numbers_in(payload: dict[str, Any]) -> list[str]:
    """Lists the personal and business numbers of a payload, those of a roster left out."""
    return [payload[key] for key in ("iin", "payer_id") if payload.get(key) is not None]


def category_is_known(event: Event) -> bool:
    """Says whether the category of an event, if it has one, may stand in it."""
    by_document = event["type"] == "document_registered"
    known = DOCUMENT_CATEGORIES if by_document else CATEGORIES
    return event["payload"].get("category", "R01") in known


def keys_wrong_in(event: Event) -> Iterator[str]:
    """Yields which keys of a payload are missing or unknown."""
    required, optional = PAYLOADS[event["type"]]
    if missing := required - event["payload"].keys():
        yield f"lacks {sorted(missing)}"
    if unknown := event["payload"].keys() - required - optional:
        yield f"has unknown {sorted(unknown)}"


def is_written_well(key: str, value: object) -> bool:
    """Says whether a field of a payload is a day, month, amount or word where it must be."""
    if key in WORDS:
        return value in WORDS[key]
    if key in DAYS:
        return is_day(value)
    if key in MONTHS:
        return re.fullmatch(r"20[0-9]{2}-(0[1-9]|1[0-2])", str(value)) is not None
    return key != "amount" or re.fullmatch(r"[0-9]+\.[0-9]{2}", str(value)) is not None


def faults_of(event: Event) -> Iterator[str]:
    """Yields what an event that is not meant to be rejected has wrong."""
    payload = event["payload"]
    yield from keys_wrong_in(event)
    yield from (f"{k} is {v!r}" for k, v in payload.items() if not is_written_well(k, v))
    if not all(is_number(number) for number in numbers_in(payload)):
        yield f"a wrong number among {numbers_in(payload)}"
    if not category_is_known(event):
        yield f"category is {payload['category']!r}"
    if not set(payload.get("documents", [])) <= DOCUMENTS:
        yield f"documents are {payload['documents']}"
    if not set(payload.get("systems", [])) <= SYSTEMS:
        yield f"systems are {payload['systems']}"


def sender_of(event: Event) -> str:
    """Returns who may send an event."""
    if event["type"] in FUND_EVENTS:
        return "FUND"
    return str(event["payload"].get("body", "SC"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_file_is_a_list_of_cases_of_a_readable_size(path: Path) -> None:
    """Each file parses, holds at least one case and stays below 900 KiB."""
    assert load(path)
    assert path.stat().st_size < FILE_SIZE_MAX


def test_there_are_files() -> None:
    """The folder holds scenario files at all, so the other tests test something."""
    assert FILES


def test_no_key_occurs_twice() -> None:
    """No JSON object gives a key twice, of which a reader would silently keep the last."""

    def refuse_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len(dict(pairs)) == len(pairs), [key for key, _ in pairs]
        return dict(pairs)

    for path in FILES:
        json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=refuse_doubles)


def test_names_are_unique() -> None:
    """A name finds one case, whichever file it is in."""
    names = Counter(case["name"] for case in all_cases())
    assert [name for name, times in names.items() if times > 1] == []


def test_cases_have_the_known_keys() -> None:
    """A case has its five keys and none but the known others."""
    for case in all_cases():
        assert case.keys() >= CASE_KEYS, case["name"]
        assert case.keys() <= CASE_KEYS | CASE_KEYS_OPTIONAL, case["name"]
        assert case.get("parameters", {}).keys() <= PARAMETERS, case["name"]
        assert case.get("open", True) is True, case["name"]
        assert case.get("contested", True) is True, case["name"]


def test_cases_give_their_reason_and_their_law() -> None:
    """Every case says why, in a sentence, and names provisions that exist."""
    for case in all_cases():
        assert case["why"].endswith("."), case["name"]
        assert case["provisions"], case["name"]
        strange = [p for p in case["provisions"] if not PROVISION.fullmatch(p)]
        assert strange == [], case["name"]


def test_cases_ask_for_something() -> None:
    """Every case has an expectation: of an event, a person, a feed or a matching."""
    for case in all_cases():
        asked = [event for event in case["events"] if event.get("expect")]
        others = case.get("feed_queries"), case.get("matchings")
        assert case["queries"] or any(others) or asked, case["name"]


def test_matchings_have_the_known_keys() -> None:
    """The first of a case has a couple; each ends with a day, and expects something."""
    for case in all_cases():
        for number, matching in enumerate(case.get("matchings", ())):
            assert {"record", "expect"} <= matching.keys() <= {"couple", "record", "expect"}
            assert "couple" in matching or number, case["name"]
            record = matching["record"]
            last = record[-1] if isinstance(record, list) else record
            assert is_day(last["day"]), case["name"]
            assert matching["expect"], case["name"]
            assert matching["expect"].keys() <= {"holder", "category", "decisions"}, case["name"]


def test_events_have_the_known_keys_and_types() -> None:
    """An event has its five keys, perhaps an expectation, and a known type."""
    for label, event in all_events():
        assert EVENT_KEYS <= event.keys() <= EVENT_KEYS | {"expect"}, label
        assert event["type"] in PAYLOADS, label
        assert event.get("expect", {}).keys() <= OUTCOME_KEYS, label
        assert outcome(event) in OUTCOMES | {""}, label
        assert outcome(event) != "HELD_FOR_APPROVAL" or event["type"] in HOLDABLE, label


def test_events_have_known_words() -> None:
    """An event not meant to be rejected is complete and uses known codes and valid numbers."""
    for label, event in all_events():
        if outcome(event) != "REJECTED":
            assert list(faults_of(event)) == [], label
            assert event["sender"] == sender_of(event), label


def test_rejected_events_use_known_keys() -> None:
    """An event meant to be rejected may lack a key, but invents none."""
    for label, event in all_events():
        required, optional = PAYLOADS[event["type"]]
        assert event["payload"].keys() <= required | optional, label


def test_roster_lines_have_known_keys() -> None:
    """A roster line carries a number, perhaps the mark of a reservist, and nothing else."""
    for label, event in all_events():
        for line in event["payload"].get("lines", []):
            assert {"iin"} <= line.keys() <= {"iin", "reservist"}, label
            assert line.get("reservist", True) is True, label


def test_bad_roster_lines_are_counted() -> None:
    """The number of rejected lines is that of bad numbers and reservists, unless all is lost."""
    for label, event in all_events():
        if event["type"] == "roster_snapshot" and outcome(event) != "REJECTED":
            lines = event["payload"]["lines"]
            bad = sum(not is_number(line["iin"]) or "reservist" in line for line in lines)
            assert event.get("expect", {}).get("rejected_lines", 0) == bad, label
            assert len({line["iin"] for line in lines}) == len(lines), label


def test_events_are_in_order() -> None:
    """The events of a case are in the order of their instants."""
    for case in all_cases():
        instants = [instant(event["recorded_at"]) for event in case["events"]]
        assert instants == sorted(instants), case["name"]


def test_ids_are_unique_in_a_case() -> None:
    """An id finds one event of its case."""
    for case in all_cases():
        ids = [event["id"] for event in case["events"]]
        assert len(set(ids)) == len(ids), case["name"]


def test_references_name_earlier_events() -> None:
    """A revocation names an earlier registration; what is accepted decides on what waits."""
    for case in all_cases():
        earlier: dict[str, Event] = {}
        for event in case["events"]:
            label, payload = f"{case['name']}: {event['id']}", event["payload"]
            if event["type"] == "document_revoked":
                assert earlier[payload["registration"]]["type"] == "document_registered", label
            if event["type"] == "approval_decided":
                waits = outcome(earlier[payload["item"]]) == "HELD_FOR_APPROVAL"
                assert waits or outcome(event) == "REJECTED", label
            earlier[event["id"]] = event


def test_accepted_numbers_are_used_once() -> None:
    """Two messages that are accepted or held never share a number of their sender."""
    for case in all_cases():
        used = Counter(
            (event["sender"], event["payload"]["seq"])
            for event in case["events"]
            if "seq" in event["payload"] and outcome(event) in {"ACCEPTED", "HELD_FOR_APPROVAL"}
        )
        assert [number for number, times in used.items() if times > 1] == [], case["name"]


def test_queries_have_the_known_keys() -> None:
    """A question names a person, a day and an instant, and expects known things."""
    for label, query in all_queries():
        assert query.keys() == {"iin", "on", "now", "expect"}, label
        assert query["expect"], label
        assert query["expect"].keys() <= ANSWER_KEYS, label
        assert is_day(query["on"]), label
        assert instant(query["now"]), label


def test_numbers_asked_about_are_valid_or_an_error() -> None:
    """A wrong number is expected to be an error, and only a wrong number."""
    for label, query in all_queries():
        expected = {} if is_number(query["iin"]) else {"error": "INVALID_IIN"}
        found = {key: value for key, value in query["expect"].items() if key == "error"}
        assert found == expected, label


def test_expected_answers_agree_with_themselves() -> None:
    """Status, financing, ground and last day of an expected answer fit together."""
    for label, query in all_queries():
        expect = query["expect"]
        if "status" not in expect:
            continue
        entitled = expect["status"] == "ENTITLED"
        assert expect["entitled"] is entitled, label
        assert expect["financing"] == FINANCING[expect["status"]], label
        assert (expect["primary"] in GROUNDS) is entitled, label
        assert ("category" in expect) is (expect["primary"] == "CATEGORY"), label
        assert expect.get("category", "R01") in CATEGORIES, label
        last = expect.get("through")
        assert last is None or (entitled and is_day(last) and last >= query["on"]), label


def test_expected_grounds_are_in_order() -> None:
    """Grounds are known, in the order in which they are reported, and begin with the first."""
    for label, query in all_queries():
        grounds = query["expect"].get("grounds")
        if grounds is not None:
            assert grounds == sorted(set(grounds), key=GROUNDS.index), label
            assert grounds[0] == query["expect"]["primary"], label
            assert len(grounds) == 1 or not {"PRESERVED", "HELD"} & set(grounds), label


def test_a_last_day_is_the_same_all_along_its_stretch() -> None:
    """Two answers at one instant about days of one stretch foresee the same last day."""
    for case in all_cases():
        stretches: dict[tuple[str, str], list[tuple[str, str]]] = {}
        for query in case["queries"]:
            if last := query["expect"].get("through"):
                asked = stretches.setdefault((query["iin"], query["now"]), [])
                asked.append((query["on"], last))
        for asked in stretches.values():
            for (on, last), (other_on, other_last) in permutations(asked, 2):
                assert other_last == last or not on <= other_on <= last, (case["name"], on)


def test_a_day_without_right_lies_in_no_stretch() -> None:
    """No answer foresees the right through a day for which another, at that instant, denies it."""
    for case in all_cases():
        for one, other in permutations(case["queries"], 2):
            if (one["iin"], one["now"]) == (other["iin"], other["now"]):
                expect, denied = one["expect"], other["expect"].get("entitled") is False
                if denied and expect.get("entitled") and other["on"] > one["on"]:
                    last = expect.get("through", one["on"])
                    assert last is not None, (case["name"], one["on"], other["on"])
                    assert last < other["on"], (case["name"], one["on"], other["on"])


def test_held_days_lie_in_the_past() -> None:
    """A day is kept only because something was told within it, so it has begun when asked."""
    for label, query in all_queries():
        if query["expect"].get("primary") == "HELD":
            assert query["on"] <= instant(query["now"]).astimezone(ALMATY).date().isoformat(), (
                label
            )


def test_feed_questions_are_known() -> None:
    """A question about a feed names a feed, a sender, an instant and whether it is late."""
    for case in all_cases():
        for query in case.get("feed_queries", []):
            assert query.keys() == {"feed", "sender", "at", "expect"}, case["name"]
            assert query["feed"] in FEEDS, case["name"]
            assert query["sender"] in (BODIES if query["feed"] == "ROSTER" else {"SC"}), case[
                "name"
            ]
            assert instant(query["at"]), case["name"]
            assert query["expect"].keys() == {"late"}, case["name"]


def test_every_category_is_shown() -> None:
    """Every category of the Rules is accepted, reported first, and refused at least once."""
    given = {
        (event["payload"].get("category"), outcome(event))
        for _, event in all_events()
        if event["type"] == "category_assigned"
    }
    reported = {query["expect"].get("category") for _, query in all_queries()}
    assert {category for category, found in given if found == "ACCEPTED"} >= CATEGORIES
    assert {category for category, found in given if found == "REJECTED"} >= CATEGORIES
    assert reported >= CATEGORIES


def test_every_document_is_shown() -> None:
    """Every document of the Rules is accepted in some case."""
    shown = {
        document
        for _, event in all_events()
        if event["type"] == "document_registered" and outcome(event) == "ACCEPTED"
        for document in event["payload"]["documents"]
    }
    assert shown == DOCUMENTS


def test_every_ground_is_shown() -> None:
    """Every kind of ground is the one reported first in some case."""
    assert {query["expect"].get("primary") for _, query in all_queries()} >= set(GROUNDS)


def test_the_large_file_is_what_its_script_writes() -> None:
    """Running make_large_cases.py again would change nothing."""
    written = runpy.run_path(str(FOLDER / "make_large_cases.py"))["text"]()
    assert LARGE.read_text(encoding="utf-8") == written
