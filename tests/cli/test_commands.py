"""The Fund's work, the sandbox, and what every command has in common."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.main import get_group

from osms_cli.failures import _WORDS
from osms_cli.main import PARTS, build
from osms_client import OsmsClient
from tests.cli.conftest import ANNA, BOLAT, CATEGORY_HEADER, Osms

pytestmark = pytest.mark.usefixtures("empty")

Write = Callable[..., Path]
ClientOf = Callable[[str], OsmsClient]

BIRTH = ("--document", "BIRTH_CERTIFICATE")
BAD_LINE = "ASSIGNED,1,900101300018,R01,2026-01-01,MOE,,,"


def commands() -> Iterator[tuple[list[str], Any]]:
    """Every command with the words that call it."""
    for module in dict.fromkeys(part.module for part in PARTS.values()):
        app = typer.Typer()
        __import__(f"osms_cli.commands.{module}", fromlist=["add_to"]).add_to(app)
        for name, command in get_group(app).commands.items():
            inner = getattr(command, "commands", None)
            if inner:
                yield from (([name, each], inner[each]) for each in inner)
            else:
                yield [name], command


COMMANDS = list(commands())


@pytest.mark.parametrize(("words", "command"), COMMANDS, ids=[" ".join(w) for w, _ in COMMANDS])
def test_every_command_has_help_an_example_and_json(
    words: list[str],
    command: Any,  # noqa: ANN401 - a class that typer keeps to itself
) -> None:
    """The help says what a command does, shows how it is called, and it speaks JSON."""
    assert command.help
    assert len(command.help.splitlines()[0]) < 100
    assert command.epilog.startswith("Example: ")
    assert f"osms {' '.join(words)}" in command.epilog
    assert "--json" in {name for parameter in command.params for name in parameter.opts}


@pytest.mark.parametrize("words", [w for w, _ in COMMANDS], ids=[" ".join(w) for w, _ in COMMANDS])
def test_help_has_no_words_of_python(bare: Osms, words: list[str]) -> None:
    """What is to be given is told in words, not in types of the language it is written in."""
    shown = bare(*words, "--help").out
    assert re.findall(r"<(?:str|bool|int|float|path|list)\b.*?>", shown) == []


def test_the_statuses_are_told(bare: Osms) -> None:
    """With which status a run ends stands in the help."""
    shown = " ".join(bare("--help").out.split())
    for told in ("130 stopped by Ctrl-C", "--fail-on-rejected", "3 the service cannot tell"):
        assert told in shown
    assert "docs/codes.md" in bare("register", "--help").out


def test_what_is_not_allowed_is_told_in_the_words_of_the_command(osms: Osms) -> None:
    """Who may not do a thing is told how it is called here, and who may."""
    ran = osms("timeline", ANNA, "--as", "clinic1")
    assert ran.status == 1
    assert ran.err.startswith("osms: Not allowed: osms timeline. Who may do it: ")


def test_every_word_of_the_service_has_its_command() -> None:
    """The commands that errors name are there."""
    known = {" ".join(words) for words, _ in COMMANDS}
    assert {words.removeprefix("osms ").partition(" --")[0] for words in _WORDS.values()} <= known


def test_an_unknown_caller_is_named(osms: Osms) -> None:
    """Whoever misspelt a name sees it."""
    ran = osms("check", ANNA, "--as", "NOSUCH")
    assert ran.status == 1
    assert 'caller "NOSUCH" is not known here' in ran.err


def test_the_list_of_commands_is_whole() -> None:
    """Every command is in the list, with a summary of its own."""
    assert {words[0] for words, _ in COMMANDS} == PARTS.keys()
    assert len({part.summary for part in PARTS.values()}) == len(PARTS)


@pytest.mark.parametrize("name", PARTS)
def test_a_command_is_found_by_its_name(bare: Osms, name: str) -> None:
    """The help of each command in the list can be asked for."""
    ran = bare(name, "--help")
    assert ran.status == 0
    assert f"Usage: osms {name}" in ran.out


def test_without_a_command_there_is_help(bare: Osms) -> None:
    """Called with nothing, the command lists what it can do."""
    ran = bare()
    assert ran.status == 2
    assert "Sending" in ran.out + ran.err


def test_the_version_is_told(bare: Osms) -> None:
    """The version can be asked for."""
    assert bare("--version").out.startswith("osms ")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("check", "--on", "tomorrow", ANNA), "'tomorrow' is not a day; write it as YYYY-MM-DD"),
        (("check", "--on", "2026-02-30", ANNA), "there is no such day"),
        (("check",), "name a person, or a --file of persons"),
        (("chek", ANNA), "Did you mean 'check'"),
        (("check", ANNA, "--colour"), "No such option: --colour"),
        (("push", "categories"), "Missing argument 'FILE'"),
        (("budget", "lapse", "CITY", "--since", "2026-05"), "CITY"),
        (("budget", "lapse", "LOCAL", "--since", "May"), "'May' is not a month"),
        (("--timeout", "0", "check", ANNA), "above zero"),
        (("check", ANNA, "--language", "fr"), "'fr' is not one of kk, ru, en"),
        (("clock", "advance", "soon"), "'soon' is not an instant"),
        (("clock", "advance", "soon"), "or +90d, +2w, +6h, +5m"),
        (("check", ANNA, "--address", "garbage"), "write it as HOST:PORT"),
        (("clock", "reset"), "confirm with --yes"),
        (("resubmit", "x", "--line", "{}"), "none of the names of a file's columns"),
        (("scenario", "run", "nowhere.json"), "nowhere.json"),
        (("sample", "--people", "5", "--months", "0", "nowhere"), "months must be between"),
    ],
)
def test_a_wrong_call_is_told_in_one_message(
    bare: Osms, arguments: tuple[str, ...], told: str
) -> None:
    """A command that is called wrongly ends with 2 and says what is wrong, without a traceback."""
    ran = bare(*arguments)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("osms")
    assert told in ran.err


def test_a_missing_certificate_is_told(bare: Osms, tmp_path: Path) -> None:
    """Without a certificate nobody is asked, and what to do is said."""
    ran = bare("check", ANNA, "--certificates", tmp_path)
    assert (ran.status, ran.out) == (2, "")
    assert "no certificate for clinic1" in ran.err
    assert "--certificates" in ran.err


def test_the_environment_and_options_before_and_after(
    osms: Osms, grpc_addr: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection may come from the environment; before the command wins, after it more so."""
    osms.before = []
    monkeypatch.setenv("OSMS_ADDRESS", grpc_addr)
    monkeypatch.setenv("OSMS_PLAINTEXT", "true")
    assert osms("check", ANNA).status == 0
    monkeypatch.setenv("OSMS_CALLER", "nobody")
    assert osms("check", ANNA).status == 1
    assert osms("--as", "clinic1", "check", ANNA).status == 0
    assert osms("--as", "nobody", "check", ANNA, "--as", "clinic1").status == 0
    monkeypatch.setenv("OSMS_ADDRESS", "127.0.0.1:1")
    assert osms("check", ANNA, "--as", "clinic1", "--address", grpc_addr).status == 0


def test_a_person_is_registered_and_revoked(osms: Osms) -> None:
    """A registration is told with its last day, repeated by its id, and revoked."""
    id_ = "0b0e7e5e-6e5c-4a53-9d0e-0e7a5b1c2d3e"
    arguments = ("register", ANNA, "R01", "--applied-on", "2026-07-10", *BIRTH)
    first = osms(*arguments, "--request-id", id_, "--json").json
    assert (first["last_date"], first["registered_by"]) == ("2026-08-10", "operator1")
    assert osms(*arguments, "--request-id", id_, "--json").json == first
    assert "registered for R01" in osms(*arguments, "--request-id", id_).out
    again = osms(*arguments, "--reason", "lost the paper", "--json").json
    assert again["outcome"] == "HELD_FOR_APPROVAL"
    waits = osms(*arguments, "--reason", "and once more").out
    assert "waits to be registered for R01 once more" in waits
    assert "another supervisor must approve it" in waits
    assert "1 decided" in osms("approve", again["held_batch_id"], "--as", "supervisor2").out
    ran = osms("revoke", first["registration_id"], "--reason", "forged")
    assert "its last day is 2026-07-16" in ran.out


def test_what_is_refused_is_told_fault_by_fault(osms: Osms) -> None:
    """Each violation has a line of its own, with its code."""
    ran = osms("register", "15033160001", "R99", "--applied-on", "2027-01-01", "--document", "X")
    assert ran.status == 1
    head, *faults = ran.err.splitlines()
    assert head == "osms: The request has faults (3); correct them and send it again."
    codes = [line[line.rindex("[") :] for line in faults]
    assert codes == ["[IIN_INVALID]", "[CODE_UNKNOWN]", "[CODE_UNKNOWN]"]


def test_a_mutation_without_an_answer_can_be_repeated(bare: Osms) -> None:
    """Where nobody knows whether it was done, the id to repeat it with is told."""
    arguments = ("register", ANNA, "R01", "--applied-on", "2026-07-10", *BIRTH)
    ran = bare(*arguments, "--address", "127.0.0.1:1", "--plaintext")
    assert ran.status == 3
    assert "--request-id " in ran.err


def test_a_rejected_line_is_corrected(osms: Osms, write: Write) -> None:
    """What the repair queue shows for machines can be corrected and sent again."""
    osms("push", "categories", write("c.csv", CATEGORY_HEADER, BAD_LINE))
    shown = osms("rejections", "--json").out
    told = json.loads(shown)
    assert told["line"]["kind"] == "ASSIGNED"
    rejection = told["rejection_id"]
    assert "[IIN_INVALID]" in osms("rejections", "--reason", "IIN_INVALID").out
    still = osms("resubmit", rejection, stdin=shown)
    assert (still.status, still.out.splitlines()[0]) == (1, "REJECTED")
    mended = osms("resubmit", rejection, "--json", stdin=shown.replace("900101300018", ANNA))
    assert (mended.status, mended.json["outcome"]) == (0, "ACCEPTED")
    assert osms("rejections").out == "the repair queue is empty\n"
    [done] = osms("rejections", "--state", "RESUBMITTED", "--json").ndjson
    assert done["rejection_id"] == rejection


def test_a_correction_that_is_no_record_is_told(osms: Osms) -> None:
    """A corrected line that cannot be read is refused here, with all its faults."""
    line = '{"op": "ADD", "iin": "1", "changed_on": "soon", "reservist": "perhaps"}'
    ran = osms("resubmit", "x", "--line", line)
    assert ran.status == 1
    assert len(ran.err.splitlines()) == 3


def test_what_is_held_is_decided(osms: Osms) -> None:
    """What waits is listed, approved by another supervisor than who asked, and then gone."""
    started = ("--started-on", "2026-07-10")
    assert "ACCEPTED" in osms("incident", "declare", "I1", "--system", "SC", *started).out
    held = osms("incident", "declare", "I2", "--system", "FUND", *started, "--json").json
    assert held["outcome"] == "HELD_FOR_APPROVAL"
    assert held["held_batch_id"] in osms("held").out
    mine = osms("approve", held["held_batch_id"], "--as", "supervisor1")
    assert mine.status == 1
    approved = osms("approve", held["held_batch_id"], "--json").json
    assert approved["held_batch"]["decided_by"] == "supervisor2"
    assert osms("held").out == "nothing waits for approval\n"
    assert osms("held", "--state", "ANY", "--json").ndjson[0]["state"] == "APPROVED"
    assert "ended on 2026-07-12" in osms("incident", "close", "I1", "--ended-on", "2026-07-12").out
    assert [each["incident_code"] for each in osms("incident", "list", "--json").ndjson]
    assert "lasts" in osms("incident", "list").out


def test_a_budget_lapse_is_recorded_declined_and_lifted(osms: Osms) -> None:
    """A lapse waits for another supervisor; declined it never was, approved it can be lifted."""
    first = osms("budget", "lapse", "LOCAL", "--since", "2026-05", "--json").json
    declined = osms("decline", first["held_batch_id"], "--reason", "paid in June")
    assert "DECLINED" in declined.out
    second = osms("budget", "lapse", "LOCAL", "--since", "2026-05", "--json").json
    assert osms("approve", second["held_batch_id"]).status == 0
    assert osms("budget", "lift", "LOCAL", "--json").json["lifted_date"] == "2026-07-16"
    ran = osms("budget", "lift", "LOCAL")
    assert ran.status == 1
    assert "[NO_LAPSE_STANDS]" in ran.err


def test_the_feeds_are_watched(osms: Osms) -> None:
    """Every obligation of a sender is listed, with whether it is on time."""
    shown = osms("feeds").out
    assert "ROSTER" in shown
    assert "r.timeliness" not in shown
    assert "a reading, see docs/readings.md" in shown
    assert {"obligation", "sender", "timeliness"} <= osms("feeds", "--json").ndjson[0].keys()


def test_the_clock_is_shown_moved_and_set_back(osms: Osms) -> None:
    """A sandbox's clock goes forward by steps or to an instant, and back when it is emptied."""
    assert osms("clock", "show").out == "2026-07-16 10:00:00 in Almaty\n"
    assert osms("clock", "advance", "+2w").out == "2026-07-30 10:00:00 in Almaty\n"
    assert osms("clock", "advance", "2026-08-01").out == "2026-08-01 00:00:00 in Almaty\n"
    back = osms("clock", "advance", "2026-07-01")
    assert back.status == 1
    assert back.err == "osms: the clock stands at 2026-08-01 00:00:00 and only moves forward\n"
    told = osms("clock", "reset", "--to", "2026-01-05T10:00+05:00", "--yes", "--json").json
    assert told == {"clock_time": "2026-01-05T05:00:00+00:00"}
    wrong = osms("clock", "reset", "--yes", "--parameter", "nonsense=1")
    assert wrong.status == 1


def test_a_long_list_is_cut_for_people(osms: Osms, client_of: ClientOf) -> None:
    """A list shows as many as were asked for, and says that there are more."""
    for _ in range(3):
        client_of("clinic1").check(BOLAT)
    ran = osms("accesses", BOLAT, "-n", "2")
    assert len(ran.out.splitlines()) == 3
    assert "there are more than 2" in ran.err


def test_a_sample_is_written(bare: Osms, tmp_path: Path) -> None:
    """A region is written into a folder, and told in a table or as JSON."""
    options = ("--people", "60", "--months", "1", "--processes", "1", "--plain")
    told = bare("sample", *options, "--json", tmp_path / "region").json
    assert told["people"] == 60
    assert (tmp_path / "region" / "deliveries.ndjson").exists()
    again = bare("sample", *options, tmp_path / "region")
    assert again.status == 2
    assert "is not an empty directory" in again.err


def test_the_demonstration_empties_no_folder_of_others(bare: Osms, tmp_path: Path) -> None:
    """A folder in which something else lies is left alone."""
    (tmp_path / "precious").write_text("mine")
    ran = bare("demo", "--folder", tmp_path)
    assert ran.status == 2
    assert (tmp_path / "precious").read_text() == "mine"


def test_a_command_that_is_interrupted_ends_as_such(
    osms: Osms, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C has a status of its own, and leaves no traceback."""

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(OsmsClient, "check", interrupted)
    ran = osms("check", ANNA)
    assert (ran.status, ran.out, ran.err) == (130, "", "")


def test_the_command_can_be_built_twice() -> None:
    """Building the command has no memory."""
    assert build() is not build()
