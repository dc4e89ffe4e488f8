"""What a region as a whole must be: its files, their order, its people and its bad lines."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, datetime
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from osms_cli.sample import FORMED_FEEDS, Cadence, Feed, write_region

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.sample.conftest import Answers, Region

HEADERS = {
    "CATEGORY": (
        "kind,number,iin,category,assigned_on,source,removed_on,removal_source,removal_reason"
    ),
    "TREATY": "kind,number,iin,assigned_on,source,removed_on,removal_source,removal_reason",
    "PAYMENT": (
        "kind,reference,iin,surname,given_name,patronymic,payer_id,payer_name,payer_kind,"
        "period,received_on,amount,knp,refund_reference,refunded_on"
    ),
    "ROSTER": "iin,reservist",
    "ROSTER_CHANGE": "op,iin,changed_on,reservist",
}
SECTION_4 = {
    "CATEGORY": """IIN_CHECK_DIGIT IIN_MALFORMED DATE_IMPOSSIBLE DATE_UNREADABLE DATE_TOO_EARLY
        DATE_TOO_LATE CATEGORY_UNKNOWN SOURCE_UNKNOWN SOURCE_NOT_ALLOWED REMOVAL_WITHOUT_DATE
        REMOVAL_WITHOUT_SOURCE REMOVAL_WITHOUT_REASON REMOVAL_UNKNOWN_EPISODE
        REMOVAL_BEFORE_ASSIGNMENT NUMBER_AGAIN NUMBER_REUSED EPISODE_AGAIN REMOVAL_AGAIN""",
    "TREATY": """IIN_CHECK_DIGIT IIN_MALFORMED DATE_IMPOSSIBLE DATE_UNREADABLE DATE_TOO_EARLY
        DATE_TOO_LATE SOURCE_UNKNOWN SOURCE_NOT_ALLOWED REMOVAL_WITHOUT_DATE
        REMOVAL_WITHOUT_SOURCE REMOVAL_WITHOUT_REASON REMOVAL_UNKNOWN_EPISODE
        REMOVAL_BEFORE_ASSIGNMENT NUMBER_AGAIN NUMBER_REUSED EPISODE_AGAIN""",
    "PAYMENT": """IIN_CHECK_DIGIT IIN_MALFORMED PAYER_CHECK_DIGIT PAYER_MALFORMED
        PAYER_KIND_UNKNOWN DATE_IMPOSSIBLE DATE_UNREADABLE DATE_TOO_EARLY DATE_TOO_LATE
        PERIOD_MALFORMED PERIOD_TOO_EARLY PERIOD_TOO_FAR AMOUNT_ZERO AMOUNT_NEGATIVE
        AMOUNT_THREE_DECIMALS AMOUNT_NOT_A_NUMBER PAYMENT_AGAIN PAYMENT_CONFLICT
        REFUND_UNKNOWN_LINE REFUND_TOO_MUCH REFUND_TOO_EARLY REFUND_AGAIN REFUND_CONFLICT""",
    "ROSTER": "IIN_CHECK_DIGIT IIN_MALFORMED RESERVIST",
    "ROSTER_CHANGE": """IIN_CHECK_DIGIT IIN_MALFORMED DATE_IMPOSSIBLE DATE_UNREADABLE
        REMOVAL_UNLISTED RESERVIST""",
}


@pytest.mark.long
def test_every_line_gets_the_answer_it_was_made_for(region: Region, answers: Answers) -> None:
    """A register accepts every good line, and answers the bad ones as the region says."""
    expected: Counter[tuple[str, str]] = Counter()
    for feed, told in region.json("region.json")["feeds"].items():
        for bad in told["bad"].values():
            expected[feed, bad["outcome"]] += bad["lines"]
    assert +answers.outcomes == expected


def test_each_delivery_says_how_many_of_its_lines_are_bad(
    region: Region, answers: Answers
) -> None:
    """The bad lines of each file are counted in its delivery."""
    told = {delivery["file"]: delivery["bad_lines"] for delivery in region.deliveries}
    assert told == answers.not_accepted


@pytest.mark.parametrize("feed", SECTION_4)
def test_every_kind_of_bad_line_is_there(region: Region, feed: str) -> None:
    """A region of more than ten thousand people has bad lines of every kind."""
    assert set(SECTION_4[feed].split()) <= set(region.json("region.json")["feeds"][feed]["bad"])


def test_bad_lines_are_few(region: Region) -> None:
    """About three lines in a thousand are bad."""
    assert region.summary is not None
    share = region.summary.bad_lines[Feed.PAYMENT] / region.summary.lines[Feed.PAYMENT]
    assert share == pytest.approx(0.003, rel=0.2)


def test_two_snapshots_go_wrong(region: Region, answers: Answers) -> None:
    """One snapshot is held because it shrank, and one refused because it is empty."""
    told = region.json("region.json")["snapshots"]
    assert {file: one["outcome"] for file, one in told.items()} == answers.snapshots
    assert sorted(one["kind"] for one in told.values()) == ["SNAPSHOT_EMPTY", "SNAPSHOT_SHRUNK"]


def test_some_roster_changes_come_late(answers: Answers) -> None:
    """Some changes are reported later than seven days after they happened."""
    assert answers.register.late_changes > 0


def test_deliveries_are_in_order_and_in_almaty_time(region: Region) -> None:
    """Deliveries ascend in time, at +06:00 before March 2024 and at +05:00 since."""
    instants = [datetime.fromisoformat(delivery["at"]) for delivery in region.deliveries]
    assert all(earlier <= later for earlier, later in pairwise(instants))
    assert {str(at.tzinfo) for at in instants if at.date() >= date(2024, 3, 1)} == {"UTC+05:00"}


def test_deliveries_list_every_file_and_its_lines(region: Region) -> None:
    """Every data file is delivered once, with the number of lines it has."""
    files = {name for name in region.contents() if name.endswith((".csv", ".gz"))}
    assert sorted(delivery["file"] for delivery in region.deliveries) == sorted(files)
    for delivery in region.deliveries:
        header, *lines = region.text(delivery["file"]).splitlines()
        assert header == HEADERS[delivery["feed"]]
        assert len(lines) == delivery["lines"]
        assert {line.count(",") for line in lines} <= {header.count(",")}


def test_message_numbers_ascend_over_both_lists(region: Region) -> None:
    """Categories and treaty share one ascending series; only bad lines repeat a number."""
    highest, repeated = 0, 0
    for delivery in region.deliveries:
        if delivery["feed"] in ("CATEGORY", "TREATY"):
            for row in region.rows(delivery["file"]):
                repeated += int(row["number"]) <= highest
                highest = max(highest, int(row["number"]))
    kinds = [told["bad"] for told in region.json("region.json")["feeds"].values()]
    reusing = ("NUMBER_AGAIN", "NUMBER_REUSED")
    assert repeated == sum(bad[kind]["lines"] for bad in kinds for kind in reusing if kind in bad)


def test_the_first_file_is_the_load_of_all_that_stands(region: Region) -> None:
    """The first category file assigns what stands on the first day, with the real dates."""
    first = next(d for d in region.deliveries if d["feed"] == "CATEGORY")
    rows = [row for row in region.rows(first["file"]) if row["kind"] == "ASSIGNED"]
    assert len(rows) > 0.5 * first["lines"]
    assert len({row["assigned_on"] for row in rows}) > 1_000


def test_lines_are_written_as_the_format_says(region: Region, answers: Answers) -> None:
    """Accepted payments have periods MMYYYY, two decimals and a known payer kind."""
    for row in answers.register.payments.values():
        assert re.fullmatch(r"(0[1-9]|1[0-2])20\d\d", row["period"])
        assert re.fullmatch(r"\d+\.\d\d", row["amount"])
        assert row["knp"] in ("121", "122", "123", "124")
        assert row["refund_reference"] == row["refunded_on"] == ""
    assert answers.register.refunds
    assert region.json("region.json")["people"] == 12_000


def test_employers_pay_around_the_25th(answers: Answers) -> None:
    """Most months are paid on a working day about the 25th of the month after them."""
    days = Counter(
        date.fromisoformat(row["received_on"])
        for row in answers.register.payments.values()
        if row["payer_kind"] == "EMPLOYER"
    )
    assert all(day.weekday() < 5 for day in days)
    around = sum(count for day, count in days.items() if 17 <= day.day <= 29)
    assert around > 0.8 * days.total()


def test_some_pay_a_year_at_once(answers: Answers) -> None:
    """Some independent payers pay twelve months with one reference."""
    months = Counter(
        (row["iin"], row["reference"])
        for row in answers.register.payments.values()
        if row["payer_kind"] == "INDEPENDENT"
    )
    assert 12 in months.values()


def test_bodies_send_a_roster_every_fourteen_days(region: Region) -> None:
    """Every body sends a snapshot every fourteen days; the anti-corruption one until it ends."""
    days: dict[str, list[date]] = {}
    for delivery in region.deliveries:
        if delivery["feed"] == "ROSTER":
            days.setdefault(delivery["sender"], []).append(date.fromisoformat(delivery["at"][:10]))
    assert len(days) == 8
    assert max(days["ACA"]) < date(2025, 6, 30)
    assert min(max(found) for body, found in days.items() if body != "ACA") > date(2026, 6, 16)
    for body, found in days.items():
        gaps = {(later - earlier).days for earlier, later in pairwise(found)}
        assert gaps == ({1, 13, 14} if body == "FINANCE" else {14})


def test_the_people_of_a_body_that_ended_are_its_successors(
    region: Region, answers: Answers
) -> None:
    """Whom the anti-corruption body listed last, the national security body lists next."""
    snapshots = {
        sender: [
            {row["iin"] for row in region.rows(delivery["file"])}
            for delivery in region.deliveries
            if delivery["feed"] == "ROSTER" and delivery["sender"] == sender
        ]
        for sender in ("ACA", "NSC")
    }
    assert len(snapshots["ACA"][-1] & snapshots["NSC"][-1]) > 0.5 * len(snapshots["ACA"][-1])
    assert not answers.register.listed["ACA"]


@pytest.mark.parametrize(
    ("ground", "millions"),
    [
        ("CATEGORY", 12.3),
        ("CATEGORY_R01", 6.6),
        ("CATEGORY_R07", 2.4),
        ("CATEGORY_R13", 0.75),
        ("CATEGORY_R12", 0.55),
        ("CATEGORY_L01", 0.4),
        ("CATEGORY_L02", 0.3),
        ("CATEGORY_R11", 0.3),
        ("ROSTER", 0.5),
    ],
)
def test_shares_are_close_to_the_published_ones(
    region: Region, ground: str, millions: float
) -> None:
    """Of twenty million people about as many have each ground as have been published."""
    grounds = region.json("region.json")["grounds"]
    living = 12_000 - grounds["DIED"]
    share = grounds[ground] / living
    noise = 3 * (share / living) ** 0.5
    assert share == pytest.approx(millions / 20, abs=0.06 * millions / 20 + noise)


def test_five_in_six_are_insured(region: Region) -> None:
    """Of twenty million people 16.8 million are insured."""
    grounds = region.json("region.json")["grounds"]
    living = 12_000 - grounds["DIED"]
    insured = living - grounds["NOT_ENTITLED"] - grounds["NOT_REGISTERED"]
    assert insured / living == pytest.approx(16.8 / 20, abs=0.02)


def test_examples_have_the_ground_they_are_shown_for(region: Region, answers: Answers) -> None:
    """Each person shown for a ground has it, by the lines that were accepted."""
    shown = region.json("people.json")["grounds"]
    grounds = (
        "CATEGORY_R",
        "CATEGORY_L",
        "PAYER",
        "SELF",
        "RETENTION",
        "ROSTER",
        "TREATY",
        "NOT_",
    )
    for label, people in shown.items():
        if label.startswith(grounds) and label != "NOT_ENTITLED_THOUGH_PAYING":
            for person in people:
                assert answers.register.ground(person["iin"], date(2026, 6, 30)) == label, person
    wanted = {"PAYER", "ROSTER", "TREATY", "RETENTION_CATEGORY", "RETENTION_PAYER", "DIED"}
    assert wanted | {"NOT_ENTITLED", "NOT_REGISTERED", "CATEGORIES_AT_ONCE"} <= set(shown)


@pytest.fixture
def write(tmp_path: Path, region: Region) -> Callable[..., Region]:
    """Writes small regions."""

    def write(name: str, **options: object) -> Region:
        asked = {"people": 10_500, "seed": 3, "months": 3, "feeds": FORMED_FEEDS} | options
        write_region(tmp_path / name, **asked)  # type: ignore[arg-type]
        return type(region)(tmp_path / name)

    return write


def test_a_seed_gives_the_same_files_with_any_number_of_processes(
    write: Callable[..., Region],
) -> None:
    """The files of one seed are the same to the last byte, whoever wrote them."""
    assert write("one", processes=1).contents() == write("two", processes=2).contents()


def test_another_seed_gives_another_region(write: Callable[..., Region]) -> None:
    """Two seeds have no category file in common."""
    one, other = write("one", people=500).contents(), write("other", people=500, seed=4).contents()
    assert not any(
        content == other.get(name) for name, content in one.items() if name.startswith("cat")
    )


def test_leaving_a_feed_out_changes_nothing_in_the_others(write: Callable[..., Region]) -> None:
    """The payments are the same with and without the other feeds."""
    whole = write("whole", people=2_000).contents()
    alone = write("alone", people=2_000, feeds=frozenset({Feed.PAYMENT})).contents()
    payments = {name for name in whole if name.startswith("payments/")}
    assert payments == {name for name in alone if name.endswith(".gz")}
    assert all(whole[name] == alone[name] for name in payments)


def test_leaving_bad_lines_out_changes_nothing_in_the_good_ones(
    write: Callable[..., Region],
) -> None:
    """The good payments are the same with and without bad lines."""
    clean = [tuple(row.values()) for row in write("clean", bad_share=0.0).rows_of("PAYMENT")]
    mixed = [tuple(row.values()) for row in write("mixed", bad_share=0.01).rows_of("PAYMENT")]
    assert set(clean) < set(mixed)
    assert len(set(clean)) == len(clean)


def test_a_region_without_bad_lines_has_none(write: Callable[..., Region]) -> None:
    """With a share of nought nothing is spoiled, no snapshot either."""
    told = write("clean", bad_share=0.0).json("region.json")
    assert told["snapshots"] == {}
    assert all(feed["bad_lines"] == 0 for feed in told["feeds"].values())


def test_plain_files_hold_what_packed_ones_do(write: Callable[..., Region]) -> None:
    """Without compression the same lines lie in files named .csv."""
    packed, plain = write("packed", people=800), write("plain", people=800, compress=False)
    for delivery in packed.deliveries:
        name = delivery["file"]
        assert packed.text(name) == plain.text(name.removesuffix(".gz"))


@pytest.mark.parametrize(("cadence", "files_max"), [(Cadence.WEEKLY, 15), (Cadence.MONTHLY, 4)])
def test_files_can_come_more_seldom(
    write: Callable[..., Region], cadence: Cadence, files_max: int
) -> None:
    """Three months give at most fifteen weekly or four monthly files of one feed."""
    daily = write("daily", people=2_000, bad_share=0.0)
    seldom = write("seldom", people=2_000, bad_share=0.0, cadence=cadence)
    files = Counter(delivery["feed"] for delivery in seldom.deliveries)
    assert max(files["CATEGORY"], files["PAYMENT"]) <= files_max
    assert sum(1 for _ in seldom.rows_of("PAYMENT")) == sum(1 for _ in daily.rows_of("PAYMENT"))


def test_progress_ends_where_it_should(tmp_path: Path) -> None:
    """Progress ascends to the whole of the work."""
    told: list[tuple[int, int]] = []
    write_region(
        tmp_path / "it",
        people=100,
        seed=1,
        months=1,
        progress=lambda done, total: told.append((done, total)),
    )
    assert [done for done, _ in told] == list(range(1, told[-1][1] + 1))


def test_a_directory_with_files_is_refused(tmp_path: Path) -> None:
    """Nothing is written into a directory that holds something."""
    (tmp_path / "mine").write_text("precious")
    with pytest.raises(ValueError, match="is not an empty directory"):
        write_region(tmp_path, people=10, seed=1)


def test_only_what_was_asked_for_is_written(write: Callable[..., Region]) -> None:
    """A region of one feed has the files of that feed."""
    told = write("some", people=300, feeds=FORMED_FEEDS - {Feed.PAYMENT}).json("region.json")
    assert set(told["feeds"]) == {"CATEGORY", "TREATY", "ROSTER", "ROSTER_CHANGE"}
