"""Asking about persons: what is answered, drawn and explained, and what is said when it is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path

import pytest

from osms_cli.checking import check_all
from osms_cli.drawing import answers
from osms_cli.drawing.scales import Window, scale_of
from osms_cli.drawing.timelines import drawing
from osms_client import (
    CannotTell,
    CategoryAssigned,
    CategoryMessage,
    CategoryRemoved,
    Entitlement,
    OsmsClient,
    RosterChange,
)
from osms_client.unknown import unknown_advice, unknown_text
from tests.cli.conftest import ANNA, BOLAT, START, STRANGER, Osms

Write = Callable[..., Path]
ClientOf = Callable[[str], OsmsClient]

AIGUL = "050520500128"
NOBODY = "127.0.0.1:1"
UNKNOWN = "unknown: treat under p. 13"


@pytest.fixture(scope="module", autouse=True)
def _people(client_of: ClientOf) -> None:
    """Anna was a child until 14 July; Bolat has a disability."""
    client_of("supervisor1").reset_sandbox(START)
    since = date(2026, 1, 1)
    records: list[CategoryMessage] = [
        CategoryAssigned(1, ANNA, "R01", since, "MOE"),
        CategoryAssigned(2, BOLAT, "R12", date(2020, 5, 5), "MLSPP"),
        CategoryRemoved(3, ANNA, "R01", since, date(2026, 7, 15), "MOE", "ENDED"),
    ]
    with client_of("SC").category_feed() as feed:
        list(feed.send(records))


def test_one_person_is_answered_in_full(osms: Osms) -> None:
    """The answer has the status, the ground, until when, who pays, and the provisions."""
    ran = osms("check", ANNA)
    assert ran.status == 0
    assert ran.out.startswith(f"{ANNA} on 2026-07-16: ENTITLED\n")
    for line in (
        "ground      RETENTION, the right is kept for a while",
        "until       2026-10-31",
        "financing   OSMS, compulsory social medical insurance",
        "provisions  p9.1     A category counts from the day",
    ):
        assert line in ran.out


def test_not_entitled_is_an_answer(osms: Osms) -> None:
    """The status of the command is 0 where the answer is no."""
    ran = osms("check", ANNA, "--on", "2026-11-01")
    assert (ran.status, ran.out.splitlines()[0]) == (0, f"{ANNA} on 2026-11-01: NOT_ENTITLED")


def test_one_person_as_json(osms: Osms) -> None:
    """For machines the answer is one document with ISO dates and no texts."""
    told = osms("check", ANNA, "--json").json
    assert (told["status"], told["last_date"], told["text"]) == ("ENTITLED", "2026-10-31", "")
    assert osms("check", ANNA, "--json", "--language", "kk").json["text"]


def test_many_persons_are_a_table(osms: Osms) -> None:
    """Several persons are answered line by line, in order; a wrong IIN stops nobody."""
    ran = osms("check", BOLAT, "123", STRANGER)
    assert ran.status == 1
    header, first, second, third, fault = ran.out.splitlines()
    assert header.split() == ["IIN", "STATUS", "GROUND", "FINANCING", "UNTIL"]
    assert first.split() == [BOLAT, "ENTITLED", "CATEGORY", "OSMS", "open-ended"]
    assert second.split() == ["123", "INVALID", "-", "-", "-"]
    assert third.split() == [STRANGER, "NOT_REGISTERED", "-", "GVFMC", "-"]
    assert fault.startswith('123: iin: "123" is not a valid IIN')
    assert fault.endswith("[IIN_INVALID]")


def test_many_persons_as_ndjson(osms: Osms, write: Write) -> None:
    """A list from a file or from standard input is answered one document a line."""
    file = write("people.txt", "# patients", ANNA, "", BOLAT)
    told = osms("check", "--file", file, "--on", "2026-12-01", "--json").ndjson
    assert [each["status"] for each in told] == ["NOT_ENTITLED", "ENTITLED"]
    piped = osms("check", "-", "--json", stdin=f"{ANNA}\n{BOLAT}\n").ndjson
    assert [each["iin"] for each in piped] == [ANNA, BOLAT]


def test_a_list_that_cannot_be_read_is_a_failure(osms: Osms) -> None:
    """A list that is not there is not an empty list."""
    ran = osms("check", "--file", "nowhere.txt")
    assert ran.status == 1
    assert "nowhere.txt: No such file or directory" in ran.err


def test_nobody_answers(bare: Osms) -> None:
    """Where the service cannot be reached the answer is unknown, and never no."""
    bare.before = ["--address", NOBODY, "--plaintext"]
    ran = bare("check", ANNA)
    assert (ran.status, ran.out) == (3, f"{ANNA}: {UNKNOWN}\n")
    assert UNKNOWN in ran.err
    assert "cannot be reached" in ran.err
    told = bare("check", ANNA, "--json")
    assert (told.status, told.json["status"]) == (3, "UNKNOWN")
    assert "not entitled" not in (ran.out + ran.err + told.out).casefold()


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_unknown_is_said_in_the_language_asked_for(bare: Osms, language: str) -> None:
    """What to do, and that it is no refusal; for one person, for many, and for machines."""
    bare.before = ["--address", NOBODY, "--plaintext", "--language", language]
    one, many = bare("check", ANNA), bare("check", ANNA, BOLAT)
    assert {one.status, many.status} == {3}
    assert one.out == f"{ANNA}: {unknown_text(language)}\n"
    assert one.err.startswith(f"osms: {unknown_text(language)}\n  {unknown_advice(language)}\n")
    assert many.out.count(unknown_text(language)) == 2
    told = bare("check", ANNA, "--json").json
    assert (told["status"], told["text"]) == ("UNKNOWN", unknown_text(language))
    assert told["reason"] == "UNAVAILABLE"


def test_another_server_answers(osms: Osms, grpc_addr: str) -> None:
    """Several are named with commas, by an option or the environment; one of them is enough."""
    osms.before = ["--plaintext", "--address", f"{NOBODY}, {grpc_addr}"]
    assert osms("check", ANNA).out.startswith(f"{ANNA} on 2026-07-16: ENTITLED\n")
    osms.before = ["--plaintext"]
    osms.setenv("OSMS_ADDRESS", f"{NOBODY},{grpc_addr}")
    assert [each["status"] for each in osms("check", ANNA, BOLAT, "--json").ndjson] == [
        "ENTITLED"
    ] * 2
    wrong = osms("check", ANNA, "--address", "here:1,there")
    assert wrong.status == 2
    assert "'there' is not an address" in wrong.err


def test_who_was_asked_in_vain_is_told(bare: Osms) -> None:
    """Every server that was asked, and how often."""
    bare.before = ["--plaintext", "--address", "127.0.0.1:1,127.0.0.1:2"]
    ran = bare("check", ANNA)
    assert ran.status == 3
    assert "asked 2 times within" in ran.err
    assert ran.err.rstrip().endswith(": 127.0.0.1:1, 127.0.0.1:2")


def test_a_purpose_is_declared(osms: Osms) -> None:
    """Every question may say what it is for; a word that is no purpose is told at once."""
    revision = osms("check", ANNA, "--json").json["revision"]
    asked = ("--purpose", "care", "--at-least-revision", revision)
    assert osms("check", ANNA, *asked, "--receipt", "-").status == 0
    assert osms("check", ANNA, BOLAT, *asked).status == 0
    assert osms("timeline", ANNA, *asked).status == 0
    for command in ("explain", "consumer", "facts"):
        assert osms(command, ANNA, "--purpose", "complaint").status == 0
    assert osms("accesses", ANNA, "--json").out.count('"COMPLAINT"') == 3
    known_at = ("--known-at", "2026-07-16T10:00")
    assert osms("replay", ANNA, *known_at, "--purpose", "control").status == 0
    ran = osms("check", ANNA, "--purpose", "curiosity")
    assert ran.status == 2
    assert "'curiosity' is not one of care, planning" in ran.err


def test_an_answer_shows_how_complete_it_is(osms: Osms, client_of: ClientOf) -> None:
    """And the signed receipt, where there is one."""
    answer = client_of("clinic1").check(ANNA)
    answers.draw(replace(answer, data_time=START, signed_receipt="a.b.c"))
    shown = osms.written()
    assert "complete    as of 2026-07-16 10:00:00" in shown
    assert "signed      a.b.c" in shown
    answers.draw(replace(answer, data_time=None, signed_receipt=""))
    assert not {"complete", "signed"} & set(osms.written().split())


def test_accesses_are_of_a_person_or_of_a_receipt(osms: Osms) -> None:
    """One of both is named; the purpose has its column."""
    assert osms("accesses").status == 2
    osms("check", ANNA)
    assert osms("accesses", ANNA).out.splitlines()[0].split()[:4] == ["WHEN", "WHO", "WHAT", "WHY"]


@pytest.mark.parametrize("command", ["timeline", "explain", "consumer", "facts"])
def test_nobody_explains(bare: Osms, command: str) -> None:
    """Every question about a person is unknown where nobody answers."""
    ran = bare(command, ANNA, "--address", NOBODY, "--plaintext")
    assert (ran.status, ran.out) == (3, "")
    assert ran.err.startswith(f"osms: {UNKNOWN}\n")


def test_a_list_is_unknown_to_its_end(bare: Osms, write: Write) -> None:
    """Whoever of a list was not answered is unknown, and is said to be."""
    file = write("people.txt", ANNA, BOLAT)
    ran = bare("check", "--file", file, "--address", NOBODY, "--plaintext", "--json")
    assert ran.status == 3
    assert [(each["iin"], each["status"]) for each in ran.ndjson] == [
        (ANNA, "UNKNOWN"),
        (BOLAT, "UNKNOWN"),
    ]


def test_a_service_that_fails_in_the_middle(client_of: ClientOf) -> None:
    """Those who were answered keep their answers; the others are unknown."""

    def failing(iins: Iterator[str]) -> Iterator[Entitlement]:
        yield client_of("clinic1").check(next(iins))
        next(iins)
        message = "gone"
        raise CannotTell(message)

    answers = check_all([ANNA, BOLAT, STRANGER], failing)
    told = dict(islice(answers, 3))
    assert list(told) == [ANNA, BOLAT, STRANGER]
    assert [type(result) for result in told.values()] == [Entitlement, CannotTell, CannotTell]
    with pytest.raises(CannotTell):
        next(answers)


def test_a_timeline_is_drawn(osms: Osms) -> None:
    """Every ground has a bar, today is marked, and the stretches stand below with provisions."""
    ran = osms("timeline", ANNA)
    assert ran.status == 0
    lines = ran.out.splitlines()
    assert lines[0] == f"{ANNA}  today 2026-07-16: ENTITLED by RETENTION until 2026-10-31"
    bars = {line.split("  ")[0]: line for line in lines if "█" in line}
    assert {"entitled", "CATEGORY R01", "RETENTION R01"} <= bars.keys()
    assert "▼ today 2026-07-16" in ran.out
    stretches = [line.split() for line in lines if "2026-07-14" in line or "2026-10-31" in line]
    assert stretches[1][:5] == ["2026-01-01", "2026-07-14", "195", "CATEGORY", "R01"]
    assert stretches[2][:4] == [">", "2026-07-15", "2026-10-31", "109"]
    assert "  p20.1    " in ran.out


def test_a_timeline_without_an_end(osms: Osms) -> None:
    """What goes on without an end is drawn so, and said so."""
    ran = osms("timeline", BOLAT)
    assert "█▶" in ran.out
    assert "open-ended" in ran.out


def test_a_bar_covers_the_days_that_it_stands_for(client_of: ClientOf) -> None:
    """Drawn with one column a day, a bar has a sign for every day of the ground."""
    found = client_of("supervisor1").timeline(ANNA)
    today, window = date(2026, 7, 16), Window(date(2026, 7, 10), date(2026, 7, 19))
    lines = [line.plain for line in drawing(found, today, scale_of(found, today, window, 200))]
    [category] = [line for line in lines if line.startswith("CATEGORY")]
    [retention] = [line for line in lines if line.startswith("RETENTION")]
    assert category[17:] == "█████ │   "
    assert retention[17:] == "     █████"


def test_a_timeline_as_json(osms: Osms) -> None:
    """For machines the stretches have their first day and the day after their last."""
    [first, _] = osms("timeline", ANNA, "--json").json["stretches"]
    assert (first["start"], first["end"]) == ("2026-01-01", "2026-07-15")


def test_a_day_is_explained(osms: Osms) -> None:
    """What holds stands with its facts, what does not with the reason."""
    ran = osms("explain", ANNA, "--on", "2026-11-01")
    assert ran.out.startswith(f"{ANNA} on 2026-11-01: NOT_ENTITLED\n")
    assert "RETENTION   The time for which the right was kept is over" in ran.out
    held = osms("explain", ANNA)
    assert "Grounds that hold" in held.out
    assert "RETENTION R01  2026-07-15  2026-10-31  p9.1" in held.out
    assert "#1-#2" in held.out
    assert "reason=ENDED" in held.out


def _in_a_row(text: str) -> str:
    """The second column of a table as one line, whatever its width."""
    rows = (line[12:].partition("   ")[0].strip() for line in text.splitlines())
    return " ".join(rows)


def test_what_would_help_is_told(osms: Osms) -> None:
    """Of a day without the right: the nearest first, with its days, and the documents."""
    ran = osms("explain", ANNA, "--on", "2026-11-01")
    head, _, helps = ran.out.partition("What would help, the nearest first\n")
    assert head
    assert helps.index("REPORT_CATEGORY") < helps.index("PAY_MONTHS")
    assert "assigned on 2026-11-01, it gives the right from 2026-11-01 on" in _in_a_row(helps)
    assert "R01       BIRTH_CERTIFICATE or BIRTH_RECORD_EXTRACT" in helps
    assert "What would help" not in osms("explain", ANNA).out
    (told,) = osms("explain", ANNA, "--on", "2026-11-01", "--json").ndjson
    assert told["remedies"][0]["action"] == "REPORT_CATEGORY"


def test_an_explanation_in_another_language(osms: Osms) -> None:
    """Texts come in the language that was asked for."""
    russian = osms("explain", ANNA, "--on", "2026-11-01", "--language", "ru").out
    assert "Срок сохранения права истек" in russian
    assert osms("explain", ANNA, "--language", "kk").out != osms("explain", ANNA).out


def test_a_day_is_replayed(osms: Osms) -> None:
    """What was known at an instant is told as it was known then."""
    before = osms("replay", ANNA, "--known-at", "2026-07-16T09:59", "--on", "2026-07-14")
    after = osms("replay", ANNA, "--known-at", "2026-07-16T10:00", "--on", "2026-07-14")
    assert before.out.startswith("as known at 2026-07-16 09:59:00\n")
    assert "NOT_REGISTERED" in before.out
    assert "ENTITLED\n" in after.out


def test_what_the_fund_knows_of_a_person(osms: Osms) -> None:
    """A person's card, facts, and who asked, are lists for people and for machines."""
    assert "category removal" in osms("consumer", ANNA).out
    facts = osms("facts", ANNA, "--json").ndjson
    assert [fact["kind"] for fact in facts] == ["category_assignment", "category_removal"]
    assert "reason=ENDED" in osms("facts", ANNA).out
    osms("check", ANNA)
    accesses = osms("accesses", ANNA, "--json", "-n", "1").ndjson
    assert len(accesses) == 1
    assert "WHO" in osms("accesses", ANNA).out


def test_a_listing_that_began_and_ended_is_told(osms: Osms, client_of: ClientOf) -> None:
    """Whether a body added or removed the person, and when, in words and on Almaty's clocks."""
    with client_of("NSC").roster_change_feed() as feed:
        day = START.date()
        for operation in ("ADD", "REMOVE"):
            list(feed.send([RosterChange(operation, AIGUL, day, reservist=False)]))
    begun, ended = osms("facts", AIGUL).out.splitlines()[1:]
    assert "added" in begun
    assert "removed" in ended
    assert "arrival_time=2026-07-16 10:00:00" in begun
    assert "True" not in begun
    told = osms("facts", AIGUL, "--json").ndjson
    assert [each["content"]["listed"] for each in told] == [True, False]


def test_a_table_that_a_pipe_reads_has_no_blanks_at_the_end(osms: Osms) -> None:
    """Lines end where their text ends."""
    for command in (("facts", ANNA), ("feeds",), ("timeline", ANNA)):
        lines = osms(*command).out.splitlines()
        assert [line for line in lines if line != line.rstrip()] == []


def test_nothing_is_known_of_an_empty_register(osms: Osms, client_of: ClientOf) -> None:
    """No instant is invented for a register that has not heard of anything."""
    answer = client_of("clinic1").check(ANNA)
    answers.draw(replace(answer, revision_time=datetime.fromtimestamp(0, UTC)))
    empty = osms.written()
    assert "known       nothing is known yet" in empty
    assert "1970" not in empty


def test_an_access_that_answered_about_no_day_has_a_dash(osms: Osms) -> None:
    """A look at the facts says nothing about the right, and shows nothing of it."""
    osms("facts", ANNA)
    shown = osms("accesses", ANNA).out
    assert "ListGrounds" in shown
    assert "UNSPECIFIED" not in shown


def test_nothing_is_known_of_a_stranger(osms: Osms) -> None:
    """A person whom the register does not know is told so in one line."""
    for command in ("consumer", "timeline", "facts"):
        ran = osms(command, STRANGER)
        assert (ran.status, ran.err) == (1, f"osms: nothing is known of {STRANGER}\n")


def test_errors_come_in_the_language_asked_for(osms: Osms) -> None:
    """What is wrong with a request is told in that language, each fault on its line."""
    ran = osms("check", "123", "--language", "ru")
    assert ran.status == 1
    first, second = ran.err.splitlines()
    assert first.startswith("osms: В запросе есть ошибки")  # noqa: RUF001 - Russian
    assert second.startswith("  iin: ")
    assert second.endswith("[IIN_INVALID]")
