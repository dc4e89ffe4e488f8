"""What the files of source systems and of contributions must be."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.json_format import Parse

from osms.matching.v1 import contribution_service_pb2, source_service_pb2
from osms_cli.sample import Cadence, Feed, write_region
from tests.cli.sample.conftest import Region, is_number

PEOPLE = 2_000
MONTHS = 6

REPORTERS = {
    "childhood": "MOE MOJ",
    "pregnancy": "MOH",
    "leave": "MOH MLSPP",
    "sentence": "MIA_CAD",
    "detention": "MIA_CAD CLSSA",
    "fullTimeStudy": "MOSHE MOE",
    "familyCardLevel": "DFC",
    "treatyStay": "FWIS MPIS",
    "residenceStatus": "MPIS MIA_CAD CLSSA",
    "parentage": "MOJ",
    "guardianship": "MOE",
    "marriage": "MOJ",
    "death": "MOJ",
    "fatherApplication": "SC",
} | dict.fromkeys(
    (
        "disabledChildAllowance",
        "groupOneCareAllowance",
        "pension",
        "kandasStatus",
        "motherAward",
        "disability",
        "targetedAssistance",
        "unemployedRegistration",
        "placement",
    ),
    "MLSPP",
)
"""Who may report what, as the contract says."""

BAD_REPORTS = """IIN_CHECK_DIGIT IIN_MALFORMED DATE_IMPOSSIBLE END_BEFORE_START OF_ANOTHER_SYSTEM
    WITHOUT_NUMBER WITHDRAWAL_OF_UNKNOWN CUT_SHORT REPORT_AGAIN"""
BAD_CONTRIBUTIONS = """IIN_CHECK_DIGIT IIN_MALFORMED DATE_IMPOSSIBLE AMOUNT_ZERO KIND_UNKNOWN
    REFUND_UNKNOWN_LINE CUT_SHORT CONTRIBUTION_AGAIN CONTRIBUTION_CONFLICT"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Region:
    """A region without bad lines, told by the sources."""
    directory = tmp_path_factory.mktemp("told") / "region"
    summary = write_region(
        directory, people=PEOPLE, seed=7, months=MONTHS, bad_share=0.0, processes=1
    )
    return Region(directory, summary)


def lines_of(region: Region, feed: str) -> Iterator[tuple[date, str, dict[str, Any]]]:
    """The day, the sender and the content of every line of a feed, in order."""
    for delivery in region.deliveries:
        if delivery["feed"] == feed:
            for line in region.text(delivery["file"]).splitlines():
                yield date.fromisoformat(delivery["at"][:10]), delivery["sender"], json.loads(line)


def day_in(told: dict[str, int]) -> date:
    """A day of the contract."""
    return date(told["year"], told["month"], told["day"])


def test_every_line_is_a_message_of_the_contract(told: Region) -> None:
    """The JSON of each is that of a record, with fields and words that there are."""
    for feed, record in (
        ("REPORT", source_service_pb2.ReportRecord),
        ("CONTRIBUTION", contribution_service_pb2.ContributionRecord),
    ):
        lines = [json.dumps(line) for _, _, line in lines_of(told, feed)]
        assert len(lines) > PEOPLE / 2
        for line in lines:
            assert Parse(line, record()).WhichOneof("content") not in {None, "unreadable"}


def test_systems_report_what_is_their_own(told: Region) -> None:
    """Each kind comes from the systems that the contract names, and every kind comes."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for _, sender, line in lines_of(told, "REPORT"):
        if report := line.get("report"):
            found[next(name for name in report if name != "recordId")].add(sender)
    for kind, senders in found.items():
        assert senders <= set(REPORTERS[kind].split())
    assert len(found) > len(REPORTERS) - 4  # some are so rare that few regions have them


def test_people_are_named_by_valid_numbers(told: Region) -> None:
    """Whoever is named in a report or a contribution has a number that there can be."""
    for feed in ("REPORT", "CONTRIBUTION"):
        for _, _, line in lines_of(told, feed):
            for text in numbers_in(line):
                assert is_number(text)


def numbers_in(value: object) -> Iterator[str]:
    """The numbers of persons in a message."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name.lower().endswith("iin"):
                yield str(inner)
            else:
                yield from numbers_in(inner)


def test_a_report_is_told_again_under_its_number(told: Region) -> None:
    """Under one number a system tells of one thing, and some of it comes to an end."""
    things: defaultdict[tuple[str, str, str], list[dict[str, Any]]] = defaultdict(list)
    for _, sender, line in lines_of(told, "REPORT"):
        if report := line.get("report"):
            number = report.pop("recordId")
            ((kind, content),) = report.items()
            things[sender, kind, number].append(content)
    again = [contents for contents in things.values() if len(contents) > 1]
    assert len(again) > PEOPLE / 50
    for contents in again:
        assert len({tuple(numbers_in(content)) for content in contents}) == 1
        assert "endDate" not in contents[0]["days"]
    assert any("endDate" in contents[-1]["days"] for contents in again)


def test_nothing_is_told_before_it_happens(told: Region) -> None:
    """A stretch of days begins, and an end that was not known before comes, by then."""
    for day, _, line in lines_of(told, "REPORT"):
        report = line.get("report", {})
        for kind, content in report.items():
            if kind != "recordId" and "days" in content:
                assert day_in(content["days"]["startDate"]) <= day
            if kind == "death":
                assert day_in(content["deathDate"]) < day


def test_whoever_is_paid_for_pays_for_a_pension(told: Region) -> None:
    """Each month that an employer pays to the Fund it pays to the pension fund, that same day."""
    contributions = {
        (c["iin"], c["period"]["year"] * 12 + c["period"]["month"], day_in(c["paidDate"]))
        for _, _, line in lines_of(told, "CONTRIBUTION")
        if (c := line.get("contribution"))
        and c["kind"] == "CONTRIBUTION_KIND_PENSION_CONTRIBUTION"
    }
    months = 0
    for row in told.rows_of("PAYMENT"):
        regular = row["kind"] == "PAYMENT" and row["payer_kind"] == "EMPLOYER"
        if regular and row["knp"] == "122" and not row["reference"].endswith(("D", "E")):
            month = int(row["period"][2:]) * 12 + int(row["period"][:2])
            paid_on = date.fromisoformat(row["received_on"])
            assert (row["iin"], month, paid_on) in contributions
            months += 1
    assert months > PEOPLE


def test_what_was_paid_before_the_first_day_is_told_on_it(told: Region) -> None:
    """The first matching looks at the months before it."""
    first, months = None, set()
    for day, _, line in lines_of(told, "CONTRIBUTION"):
        first = first or day
        if day == first and "contribution" in line:
            paid_on = day_in(line["contribution"]["paidDate"])
            months.add((paid_on.year, paid_on.month))
    assert first == date(2026, 1, 1)
    assert months >= {(2025, 12), (2025, 11), (2025, 10)}


def test_refunds_name_a_line_that_was_told(told: Region) -> None:
    """Reference, person, kind and month are those of a contribution before it, and not more."""
    lines: Counter[tuple[str, ...]] = Counter()
    refunds = 0
    for _, _, line in lines_of(told, "CONTRIBUTION"):
        ((kind, told_line),) = line.items()
        key = (
            told_line["reference"],
            told_line["iin"],
            told_line["kind"],
            json.dumps(told_line["period"]),
        )
        amount = int(told_line["amount"]["units"])
        if kind == "refund":
            refunds += 1
            lines[key] -= amount
            assert lines[key] >= 0
        else:
            assert key not in lines
            lines[key] = amount
    assert refunds > 0


def test_couples_are_joined_by_what_is_told_of_them(told: Region) -> None:
    """Most children with two parents have married ones, and some fathers apply."""
    couples, married = set(), set()
    for _, _, line in lines_of(told, "REPORT"):
        report = line.get("report", {})
        if parentage := report.get("parentage"):
            couples.add((parentage.get("fatherIin"), parentage["motherIin"]))
        if marriage := report.get("marriage"):
            married.add((marriage["husbandIin"], marriage["wifeIin"]))
    assert married <= couples
    assert len(married) > 0.7 * len(couples)
    assert len({mother for _, mother in couples}) == len(couples)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Region]:
    """Writes small regions."""

    def write(name: str, **options: Any) -> Region:  # noqa: ANN401
        asked = {"people": 10_500, "seed": 3, "months": 3} | options
        write_region(tmp_path / name, **asked)
        return Region(tmp_path / name)

    return write


@pytest.mark.parametrize(
    ("feed", "kinds"), [("REPORT", BAD_REPORTS), ("CONTRIBUTION", BAD_CONTRIBUTIONS)]
)
def test_bad_lines_of_every_kind_come(write: Callable[..., Region], feed: str, kinds: str) -> None:
    """With enough of them, each kind is there, and deliveries say how many they have."""
    region = write("bad", people=3_000, bad_share=0.02)
    bad = region.json("region.json")["feeds"][feed]["bad"]
    assert set(bad) == set(kinds.split())
    counted = sum(kind["lines"] for kind in bad.values())
    assert counted == sum(d["bad_lines"] for d in region.deliveries if d["feed"] == feed)
    unread = 0
    for delivery in region.deliveries:
        if delivery["feed"] == feed:
            for line in region.text(delivery["file"]).splitlines():
                try:
                    json.loads(line)
                except ValueError:
                    unread += 1
    assert unread == bad["CUT_SHORT"]["lines"]


def test_a_seed_gives_the_same_registers(write: Callable[..., Region]) -> None:
    """The files are the same to the last byte, with any number of processes."""
    assert write("one", processes=1).contents() == write("two", processes=2).contents()


def test_leaving_payments_out_changes_nothing_in_what_sources_say(
    write: Callable[..., Region],
) -> None:
    """Reports and contributions are the same with and without the other feeds."""
    whole = write("whole", people=1_000).contents()
    alone = write("alone", people=1_000, feeds=frozenset({Feed.REPORT, Feed.CONTRIBUTION}))
    mine = {name for name in whole if name.startswith(("reports/", "contributions/"))}
    contents = alone.contents()
    assert mine == {name for name in contents if name.endswith(".gz")}
    assert all(whole[name] == contents[name] for name in mine)


def test_the_last_two_months_can_come_day_by_day(write: Callable[..., Region]) -> None:
    """With the cadence CLOSING files come on first days, and then on every day."""
    region = write("closing", people=1_000, months=6, cadence=Cadence.CLOSING)
    days = {date.fromisoformat(d["at"][:10]) for d in region.deliveries if d["feed"] == "REPORT"}
    assert {day.day for day in days if day < date(2026, 5, 1)} == {1}
    assert len([day for day in days if day >= date(2026, 5, 1)]) > 20
    seldom = sum(d["lines"] for d in region.deliveries if d["feed"] == "CONTRIBUTION")
    daily = write("daily", people=1_000, months=6)
    assert seldom == pytest.approx(
        sum(d["lines"] for d in daily.deliveries if d["feed"] == "CONTRIBUTION"), rel=0.01
    )


def test_her_story_is_in_the_files(told: Region) -> None:
    """Each step of the woman's story is told by its source on its day, and of her."""
    story = told.json("story.json")
    assert story["name"] == "Aigerim Saparova"
    assert is_number(story["iin"])
    assert len(story["steps"]) >= 4
    for earlier, later in pairwise(story["steps"]):
        assert earlier["day"] <= later["day"]
    said = defaultdict(set)
    for feed in ("REPORT", "CONTRIBUTION"):
        for day, sender, line in lines_of(told, feed):
            if story["iin"] in set(numbers_in(line)):
                said[day.isoformat()].add(sender)
    for step in story["steps"]:
        assert step["source"] in said[step["sent_on"]], step


def test_formed_categories_are_written_only_where_they_are_asked_for(told: Region) -> None:
    """By default the sources speak, and nobody has formed the categories yet."""
    feeds = {delivery["feed"] for delivery in told.deliveries}
    assert feeds >= {"REPORT", "CONTRIBUTION", "PAYMENT", "ROSTER"}
    assert not {"CATEGORY", "TREATY"} & (feeds | set(told.json("region.json")["feeds"]))
