"""Pushing files: what arrives, what is told, and going on after a cut."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from osms_cli.commands.sending import CATEGORY_FEED
from osms_cli.feeding.position import Destination
from osms_cli.feeding.push import FilePush, Pushed
from osms_cli.feeding.report import draw
from osms_cli.feeding.source import Source
from osms_cli.feeding.tally import Tally
from osms_client import Ack, CannotTell, FeedPush, OsmsClient
from tests.cli.conftest import (
    ANNA,
    BOLAT,
    CATEGORY_HEADER,
    PAYMENT_HEADER,
    STRANGER,
    Osms,
    Ran,
)

pytestmark = pytest.mark.usefixtures("empty")

Write = Callable[..., Path]
ClientOf = Callable[[str], OsmsClient]
BATCH = 5
LINES = 40


def assigned(number: int, iin: str = ANNA, day: int = 1) -> str:
    """An assignment; the number and the day tell it from others."""
    return f"ASSIGNED,{number},{iin},R01,20{day // 28:02d}-01-{day % 28 + 1:02d},MOE,,,"


def many(count: int = LINES, first: int = 1) -> list[str]:
    """So many assignments, each another episode."""
    return [CATEGORY_HEADER, *(assigned(n, day=n) for n in range(first, first + count))]


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches so small that a short file has several."""
    monkeypatch.setattr("osms_cli.feeding.push.BATCH_SIZE", BATCH)


def known(osms: Osms) -> int:
    """How many facts the register has of the person."""
    return len(osms("facts", ANNA, "--json").ndjson)


def test_a_file_is_pushed_and_told(osms: Osms, write: Write) -> None:
    """What was taken is counted; what was rejected is named with its line and reason."""
    lines = [assigned(1), assigned(2, "900101300018"), "garbage", assigned(1)]
    ran = osms("push", "categories", write("c.csv", CATEGORY_HEADER, *lines))
    assert ran.status == 0
    assert "4 lines in" in ran.out
    for counted in ("accepted             1", "duplicate            1", "rejected             2"):
        assert counted in ran.out
    assert "line 3        assignment.iin:" in ran.out
    assert "[IIN_INVALID]" in ran.out
    assert "line 4        line: the line could not be read (1 fields" in ran.out


def test_a_push_as_json(osms: Osms, write: Write) -> None:
    """For machines the same is one document a file."""
    file = write("c.csv", CATEGORY_HEADER, assigned(1), "garbage")
    ran = osms("push", "categories", file, "--json")
    [told] = ran.ndjson
    counts = {name: told[name] for name in ("lines", "accepted", "rejected", "held")}
    assert counts == {"lines": 2, "accepted": 1, "rejected": 1, "held": 0}
    assert told["finished"]
    assert told["rejected_by_reason"] == {"UNREADABLE": 1}
    assert told["first_rejections"][0]["line"] == 3
    assert ran.err == ""


def test_an_unreadable_line_lands_in_the_repair_queue(osms: Osms, write: Write) -> None:
    """A line that is no record is kept as it stands, for everybody to see."""
    osms("push", "categories", write("c.csv", CATEGORY_HEADER, "garbage, of 2026"))
    [rejection] = osms("rejections", "--json").ndjson
    assert rejection["line"] == {"unreadable": "garbage, of 2026"}
    assert rejection["violations"][0]["reason"] == "UNREADABLE"


def test_payments_the_treaty_list_and_rosters_are_pushed(osms: Osms, write: Write) -> None:
    """Every kind of file has its command, and its sender."""
    payment = f"PAYMENT,A1,{ANNA},,,,,,EMPLOYER,012026,2026-02-10,4250.00,122,,"
    treaty = "kind,number,iin,assigned_on,source"
    assert osms("push", "payments", write("p.csv", PAYMENT_HEADER, payment)).status == 0
    line = f"LISTED,9,{BOLAT},2026-01-01,MPIS"
    assert osms("push", "treaty", write("t.csv", treaty, line)).status == 0
    roster = write("r.csv", "iin,reservist", f"{STRANGER},", "bad,", f"{ANNA},true", "x,y,z")
    ran = osms("push", "roster", "DEFENCE", roster, "--json")
    assert (ran.status, ran.json["outcome"], ran.json["entered"]) == (0, "ACCEPTED", 1)
    assert [each["line"] for each in ran.json["rejected_lines"]] == [3, 4, 5]
    change = write("rc.csv", "op,iin,changed_on", f"REMOVE,{STRANGER},2026-07-16")
    assert osms("push", "roster-changes", "DEFENCE", change, "--json").json["accepted"] == 1
    grounds = [answer["ground"] for answer in osms("check", BOLAT, ANNA, "--json").ndjson]
    assert grounds == ["TREATY", None]


def test_standard_input_is_a_file(osms: Osms) -> None:
    """`-` reads what another command writes, and leaves nothing beside."""
    ran = osms("push", "categories", "-", "--json", stdin="\n".join(many(3)))
    assert ran.json["accepted"] == 3
    assert not list(Path.cwd().glob("-*"))


def test_an_empty_file_reports_that_there_is_nothing(osms: Osms, write: Write) -> None:
    """A file with a header and no lines still counts as what the sender owed today."""
    ran = osms("push", "categories", write("c.csv", CATEGORY_HEADER))
    assert ran.status == 0
    assert "nothing to report" in ran.out
    [daily] = [f for f in osms("feeds", "--json").ndjson if f["obligation"] == "CATEGORY_DAILY"]
    assert daily["timeliness"] == "ON_TIME"


@pytest.mark.parametrize("content", ["", "\n\n"])
def test_a_file_without_even_a_header_is_refused(osms: Osms, write: Write, content: str) -> None:
    """An export that failed is not taken for a day on which there is nothing to report."""
    file = write("c.csv")
    file.write_text(content)
    for more in ((), ("--validate-only",)):
        ran = osms("push", "categories", file, *more)
        assert (ran.status, ran.out) == (1, "")
        assert "has not even a header; nothing was sent" in ran.err
        assert "send the header alone" in ran.err
    [daily] = [f for f in osms("feeds", "--json").ndjson if f["obligation"] == "CATEGORY_DAILY"]
    assert daily["last_arrival_time"] is None
    assert osms("push", "roster", "DEFENCE", file).status == 1
    assert not list(file.parent.glob("*.position"))


def test_a_job_may_notice_rejected_lines(osms: Osms, write: Write) -> None:
    """Rejected lines wait in the queue and do not change the status, unless that is asked for."""
    file = write("c.csv", CATEGORY_HEADER, assigned(1), "garbage", "more")
    push = ("push", "categories", file)
    assert osms(*push, "--validate-only", "--fail-on-rejected").status == 1
    assert osms(*push).status == 0
    again = osms(*push, "--fail-on-rejected")
    assert again.status == 1
    assert again.err.startswith("osms: 2 lines were rejected\n")
    roster_file = write("r.csv", "iin", ANNA, "bad")
    ran = osms("push", "roster", "DEFENCE", roster_file, "--fail-on-rejected")
    assert (ran.status, ran.err.splitlines()[0]) == (1, "osms: 1 line was rejected")
    good = write("g.csv", CATEGORY_HEADER, assigned(7))
    assert osms("push", "categories", good, "--fail-on-rejected").status == 0


def test_a_folder_is_no_file(osms: Osms, tmp_path: Path) -> None:
    """A folder given for a file is told to be one."""
    ran = osms("push", "categories", tmp_path)
    assert ran.status == 1
    assert f"{tmp_path} is a folder" in ran.err


def test_a_finished_file_is_left_alone(osms: Osms, write: Write) -> None:
    """The same push again says that there is nothing to do; with --again it is done anew."""
    file = write("c.csv", *many(3))
    osms("push", "categories", file)
    again = osms("push", "categories", file)
    assert again.status == 0
    assert "nothing to do" in again.out
    assert "+00:00" not in again.out  # the instant is told on Almaty's clocks
    anew = osms("push", "categories", file, "--again", "--json").json
    assert (anew["duplicate"], anew["nothing_to_do"]) == (3, False)


def test_a_file_with_other_content_is_another_file(osms: Osms, write: Write) -> None:
    """A finished file that was written anew is pushed; its old position means nothing."""
    osms("push", "categories", write("c.csv", *many(3)))
    told = osms("push", "categories", write("c.csv", *many(3, first=4)), "--json").json
    assert told["accepted"] == 3


def test_several_files_go_through_one_feed(osms: Osms, write: Write) -> None:
    """Files are pushed in order, each with a position of its own."""
    files = write("a.csv", *many(3)), write("b.csv", *many(3, first=4))
    told = osms("push", "categories", *files, "--json").ndjson
    assert [each["first_position"] for each in told] == [1, 4]


def test_a_missing_file_stops_everything_before_it_begins(osms: Osms, write: Write) -> None:
    """Nothing is sent where one of the files is not there."""
    ran = osms("push", "categories", write("a.csv", *many(3)), "nowhere.csv")
    assert ran.status == 1
    assert "nothing was sent" in ran.err
    assert "nowhere.csv" in ran.err


def test_a_file_with_another_header_is_refused(osms: Osms, write: Write) -> None:
    """The header tells at once that the file is of another kind; every fault has its line."""
    ran = osms("push", "payments", write("c.csv", *many(3)))
    assert ran.status == 1
    assert ran.out == ""
    assert "  column 'reference' is missing\n" in ran.err
    assert "  expected: kind,reference,iin" in ran.err


def test_a_push_that_sends_nothing_leaves_the_position(osms: Osms, write: Write) -> None:
    """How far one feed had a file is still known when another was tried that could not have it."""
    file = write("c.csv", *many(3))
    osms("push", "categories", file)
    position = file.with_name("c.csv.position")
    before = position.read_bytes()
    for wrong in (
        ("push", "payments", file),
        ("push", "roster", "DEFENCE", file),
        ("push", "roster-changes", "NOSUCH", file),
        ("push", "categories", file, "--as", "clinic1"),
    ):
        assert osms(*wrong).status == 1
        assert position.read_bytes() == before
    assert "nothing to do" in osms("push", "categories", file).out


def test_a_list_that_is_refused_leaves_the_position(osms: Osms, write: Write) -> None:
    """What was remembered of a list stands when another body was refused with it."""
    file = write("r.csv", "iin", ANNA)
    assert roster(osms, file).status == 0
    position = file.with_name("r.csv.position")
    before = position.read_bytes()
    for body in (("NOSUCH",), ("DEFENCE", "--as", "FINANCE")):
        assert osms("push", "roster", *body, file).status == 1
        assert position.read_bytes() == before
    other = write("o.csv", "iin", ANNA)
    assert osms("push", "roster", "NOSUCH", other).status == 1
    assert not other.with_name("o.csv.position").exists()


class Cut(Exception):
    """The push is cut."""


def cut_after(acks: int) -> Callable[[Tally, Source], None]:
    """Cuts a push without warning after some acknowledgements."""
    seen: list[int] = []

    def watch(_tally: Tally, _source: Source) -> None:
        seen.append(1)
        if len(seen) == acks:
            raise Cut

    return watch


def push_of(client_of: ClientOf, address: str, stop: Event) -> tuple[FeedPush[Any], FilePush]:
    """A push of category files, as the command makes it."""
    feed = client_of("SC").category_feed()
    destination = Destination("CATEGORY", "SC", address)
    return feed, FilePush(feed, CATEGORY_FEED.layout, destination, stop)


def test_a_push_that_was_killed_goes_on(
    osms: Osms, write: Write, client_of: ClientOf, grpc_addr: str
) -> None:
    """After a cut nothing is missing and nothing counts twice."""
    file = write("c.csv", *many())
    feed, push = push_of(client_of, grpc_addr, Event())
    with feed, pytest.raises(Cut):
        push.push(file, cut_after(2))
    position = json.loads(file.with_name("c.csv.position").read_text())
    assert (position["acknowledged"], position["finished"]) == (2 * BATCH, False)
    ran = osms("push", "categories", file)
    assert ran.status == 0
    assert f"goes on from line {2 * BATCH + 2}" in ran.out
    assert known(osms) == LINES


def test_a_push_that_the_service_left_goes_on(
    osms: Osms, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the service is gone the status is 3, and the same command goes on."""
    received = iter(range(100))
    acknowledged = FeedPush[Any]._acknowledged

    def lost(feed: FeedPush[Any]) -> Ack:
        if next(received) == 2:
            raise CannotTell("gone", "UNAVAILABLE")
        return acknowledged(feed)

    file = write("c.csv", *many())
    with monkeypatch.context() as patched:
        patched.setattr(FeedPush, "_acknowledged", lost)
        ran = osms("push", "categories", file)
    assert ran.status == 3
    assert "run the same command again to go on" in ran.err
    told = osms("push", "categories", file, "--json").json
    assert told["finished"]
    assert told["accepted"] + told["duplicate"] == LINES
    assert known(osms) == LINES


def test_a_push_that_the_user_stops_is_stopped_in_order(
    write: Write, client_of: ClientOf, grpc_addr: str
) -> None:
    """What is on its way arrives, the position is exact, and the rest comes later."""
    file, stop = write("c.csv", *many()), Event()
    feed, push = push_of(client_of, grpc_addr, stop)
    with feed:
        stopped = push.push(file, lambda _tally, _source: stop.set())
    assert stopped.stopped_at > 1
    assert not stopped.position.finished
    rest = _go_on(client_of, grpc_addr, file)
    assert rest.uncertain == 0
    assert rest.position.counts["accepted"] == LINES


def test_a_push_that_is_stopped_before_it_began(
    write: Write, client_of: ClientOf, grpc_addr: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody is told that there is nothing to report, and nothing is remembered."""
    file, stop = write("c.csv", *many()), Event()
    stop.set()
    feed, push = push_of(client_of, grpc_addr, stop)
    with feed:
        stopped = push.push(file, lambda _tally, _source: None)
    draw(stopped)
    assert "nothing to report" not in capsys.readouterr().out
    assert stopped.stopped_at == 2
    assert not list(file.parent.glob("*.position"))
    daily = client_of("operator1").feeds()[0]
    assert daily.last_arrival_time is None


def test_the_rest_of_a_push_tells_its_own_reasons(
    osms: Osms, write: Write, client_of: ClientOf, grpc_addr: str
) -> None:
    """Counts are of the whole file; reasons are of what was sent now, and say so."""
    file = write("c.csv", CATEGORY_HEADER, *(["garbage"] * BATCH), assigned(1), "more garbage")
    feed, push = push_of(client_of, grpc_addr, Event())
    with feed, pytest.raises(Cut):
        push.push(file, cut_after(1))
    ran = osms("push", "categories", file)
    assert "rejected             6" in ran.out
    assert "rejected in this run, by reason" in ran.out
    assert "the rejected lines" in ran.out


def _go_on(client_of: ClientOf, address: str, file: Path) -> Pushed:
    feed, push = push_of(client_of, address, Event())
    with feed:
        return push.push(file, lambda _tally, _source: None)


def test_other_pushes_in_between_do_no_harm(
    osms: Osms, write: Write, client_of: ClientOf, grpc_addr: str
) -> None:
    """The rest of a cut file follows what went through the feed in between."""
    file, other = write("c.csv", *many()), write("o.csv", *many(7, first=LINES + 1))
    feed, push = push_of(client_of, grpc_addr, Event())
    with feed, pytest.raises(Cut):
        push.push(file, cut_after(1))
    assert osms("push", "categories", other, "--json").json["accepted"] == 7
    assert osms("push", "categories", file, "--json").json["finished"]
    assert known(osms) == LINES + 7


def test_a_cut_file_must_not_change(
    osms: Osms, write: Write, client_of: ClientOf, grpc_addr: str
) -> None:
    """Of a file that is not what it was nobody can say where it goes on."""
    file = write("c.csv", *many())
    feed, push = push_of(client_of, grpc_addr, Event())
    with feed, pytest.raises(Cut):
        push.push(file, cut_after(1))
    write("c.csv", *many(LINES + 1))
    ran = osms("push", "categories", file)
    assert ran.status == 1
    assert "has changed since" in ran.err
    assert osms("push", "categories", file, "--again", "--json").json["lines"] == LINES + 1


def test_a_register_that_was_emptied_is_noticed(
    osms: Osms, write: Write, client_of: ClientOf, grpc_addr: str
) -> None:
    """A register that has less than it acknowledged is not gone on with."""
    file = write("c.csv", *many())
    feed, push = push_of(client_of, grpc_addr, Event())
    with feed, pytest.raises(Cut):
        push.push(file, cut_after(1))
    client_of("supervisor1").reset_sandbox()
    ran = osms("push", "categories", file)
    assert ran.status == 1
    assert "push the file anew with --again" in ran.err
    assert osms("push", "categories", file, "--again", "--json").json["accepted"] == LINES


def test_a_finished_file_is_not_finished_in_an_emptied_register(
    osms: Osms, write: Write, client_of: ClientOf
) -> None:
    """A register that has lost what it acknowledged is not told to have it."""
    file, list_ = write("c.csv", *many(3)), write("r.csv", "iin", ANNA)
    commands = ("push", "categories", file), ("push", "roster", "DEFENCE", list_)
    for command in commands:
        assert osms(*command).status == 0
        assert "nothing to do" in osms(*command).out
    client_of("supervisor1").reset_sandbox()
    for command in commands:
        ran = osms(*command)
        assert (ran.status, ran.out) == (1, "")
        assert "the register was emptied or restored since" in ran.err
        assert "--again" in ran.err
    assert osms(*commands[0], "--again", "--json").json["accepted"] == 3
    assert osms(*commands[1], "--again", "--json").json["entered"] == 1


def roster(osms: Osms, file: Path, *more: str) -> Ran:
    """Sends the list of a body."""
    return osms("push", "roster", "DEFENCE", file, *more)


def test_a_list_is_sent_once(osms: Osms, write: Write) -> None:
    """A list that was sent is left alone; an empty one is refused, each reason on its line."""
    file = write("r.csv", "iin,reservist", f"{ANNA},")
    assert "ACCEPTED" in roster(osms, file).out
    assert "nothing to do" in roster(osms, file).out
    assert roster(osms, file, "--again", "--json").json["unchanged"] == 1
    refused = roster(osms, write("e.csv", "iin,reservist"))
    assert refused.status == 1
    assert "[SNAPSHOT_EMPTY]" in refused.err


def test_a_body_sends_only_its_own(osms: Osms, write: Write) -> None:
    """One body cannot send the list of another."""
    ran = osms("push", "roster", "DEFENCE", write("r.csv", "iin", ANNA), "--as", "FINANCE")
    assert ran.status == 1
    assert ran.err.startswith("osms: ")
