"""Auditing from the command line: acts, certificates, exports, and verifying them."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from osms_client import CannotTell, LogExport, LogLink
from osms_server.bootstrap import Application, Engines
from tests.cli.conftest import ANNA, BOLAT, START, ClientOf, Osms
from tests.client.logbook import Logbook, sealed
from tests.persistence.contents import count_under_way, wait_until
from tests.rpc.logged import a_certificate, keep_certificate

BIRTH = ("--document", "BIRTH_CERTIFICATE")
PRIVATE = 0o600
COMPLETE = START + timedelta(seconds=1)


@pytest.fixture
def busy(empty: None, client_of: ClientOf) -> None:
    """A person was asked about, and another registered."""
    client_of("clinic1").check(ANNA, START.date())
    client_of("operator1").register(BOLAT, "R01", START.date(), ["BIRTH_CERTIFICATE"])
    list(client_of("operator1").accesses(ANNA))


# Acts.


def test_acts_are_listed(osms: Osms, busy: None) -> None:
    """Newest first: when, who, what, and about whom."""
    head, *lines = osms("audit", "list").out.splitlines()
    assert head.split() == ["WHEN", "WHO", "WHAT", "KIND", "OUTCOME", "ABOUT"]
    assert sorted(line.split()[3:5] + line.split()[-1:] for line in lines) == [
        ["ListAccess", "READING", ANNA],
        ["RegisterConsumer", "CHANGE", BOLAT],
    ]
    assert all(line.startswith("2026-07-16 10:00:00  fund-operator/operator1") for line in lines)


def test_acts_can_be_chosen(osms: Osms, busy: None) -> None:
    """By caller, RPC, kind, person and time; as JSON with the request itself."""
    for options, expected in (
        (("--caller", "fund-operator/operator1"), {"ListAccess", "RegisterConsumer"}),
        (("--caller", "fund-operator/operator2"), set()),
        (("--method", "ListAccess"), {"ListAccess"}),
        (("--kind", "change"), {"RegisterConsumer"}),
        (("--kind", "REFUSAL"), set()),
        (("--iin", BOLAT, "--caller", "fund-operator/operator1"), {"RegisterConsumer"}),
        (("--from", "2026-07-16T10:00", "--kind", "change"), {"RegisterConsumer"}),
        (("--until", "2026-07-16T10:00"), set()),
    ):
        told = osms("audit", "list", "--json", *options).ndjson
        assert {each["method"] for each in told} == expected, options
    (told,) = osms("audit", "list", "--json", "--kind", "change").ndjson
    assert told["request"]["category"] == "R01"
    assert told["iins"] == [BOLAT]
    assert told["certificate_fingerprint"] == ""


def test_a_long_list_is_cut_for_people(osms: Osms, busy: None) -> None:
    """And it is said that there are more; nothing at all is said as well."""
    ran = osms("audit", "list", "-n", "1")
    assert len(ran.out.splitlines()) == 2
    assert "there are more than 1" in ran.err
    assert osms("audit", "list", "--until", "2020-01-01").out == "nothing was done\n"


def test_many_persons_are_counted(osms: Osms, empty: None, client_of: ClientOf) -> None:
    """One is named; all are in the document for machines."""
    operator = client_of("operator1")
    for iin in (ANNA, BOLAT):
        list(operator.accesses(iin))
    list(client_of("auditor1").audit_entries(iin=ANNA, method="ListAccess"))
    list(client_of("auditor1").audit_entries(method="ListAccess"))
    shown = osms("audit", "list", "--method", "ListAuditEntries").out.splitlines()
    assert sorted(" ".join(line.split()[6:]) for line in shown[1:]) == sorted(
        [ANNA, f"{BOLAT} and 1 more"]
    )


def test_only_auditors_may(osms: Osms, busy: None) -> None:
    """What is not allowed is told in the words of the command."""
    ran = osms("audit", "list", "--as", "supervisor1")
    assert ran.status == 1
    assert ran.err.startswith("osms: Not allowed: osms audit list. Who may do it: an auditor")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("list", "--kind", "deletion"), "'deletion' is not one of change, reading, refusal"),
        (("list", "--from", "soon"), "'soon' is not an instant"),
        (("export",), "Missing argument 'FILE'"),
        (("export", "x.jsonl", "--log", "both"), "'both' is not one of answers, acts"),
        (("verify",), "Missing argument 'FILE...'"),
        (("verify", "nowhere.jsonl"), "nowhere.jsonl: no such file"),
        (("certificate",), "Missing argument 'FINGERPRINT'"),
    ],
)
def test_a_wrong_call_is_told(bare: Osms, arguments: tuple[str, ...], told: str) -> None:
    """With 2, and before anybody is asked."""
    ran = bare("audit", *arguments)
    assert (ran.status, ran.out) == (2, "")
    assert told in ran.err


# Certificates.


def test_a_certificate_is_shown(osms: Osms, empty: None, application: Application) -> None:
    """Whom it names and when it is valid; or itself, for other programs."""
    keep_certificate(application)
    fingerprint, pem = a_certificate()
    shown = osms("audit", "certificate", fingerprint).out
    for told in (
        "serial",
        "valid from  2026-07-01 09:00:00",
        "until       2026-07-02 09:00:00",
        fingerprint,
    ):
        assert told in shown
    assert osms("audit", "certificate", fingerprint, "--pem").out == pem
    assert osms("audit", "certificate", fingerprint, "--json").json["pem"] == pem
    ran = osms("audit", "certificate", "00" * 32)
    assert (ran.status, ran.out) == (1, "")


def test_accesses_tell_the_certificate(osms: Osms, busy: None) -> None:
    """To machines; without TLS there is none."""
    (told,) = osms("accesses", ANNA, "--json").ndjson
    assert told["certificate_fingerprint"] == ""


# Exports.


def test_an_export_is_written_and_verified(
    osms: Osms, bare: Osms, busy: None, tmp_path: Path
) -> None:
    """A private file, that says until when it is complete; no service is needed to verify it."""
    file = tmp_path / "logs.jsonl"
    ran = osms("audit", "export", file)
    assert ran.status == 0
    head, digest, following = ran.out.splitlines()
    assert head == f"{file}: 4 links, complete until 2026-07-16 10:00:01"
    assert len(digest.split()[-1]) == 64
    assert following.split(maxsplit=2)[2] == (
        "osms audit export FILE --from 2026-07-16T05:00:01+00:00"
    )
    assert stat.S_IMODE(file.stat().st_mode) == PRIVATE
    assert [each.name for each in tmp_path.iterdir()] == ["logs.jsonl"]
    bare.before = []
    verified = bare("audit", "verify", file)
    assert verified.status == 0
    assert verified.out.splitlines() == [
        f"{file}: 4 links, whole",
        "answers: 1 chain, from the beginning until 2026-07-16 10:00:01",
        "acts: 2 chains, from the beginning until 2026-07-16 10:00:01",
    ]


def test_an_export_goes_on_from_the_one_before(
    osms: Osms, busy: None, client_of: ClientOf, tmp_path: Path
) -> None:
    """The command for it was told; both together are followed as one."""
    files = [tmp_path / "one.jsonl", tmp_path / "two.jsonl"]
    told = osms("audit", "export", files[0], "--json", "--log", "acts").json
    assert told["complete_time"] == COMPLETE.isoformat()
    assert (told["links"], told["start_time"]) == (3, None)
    osms("clock", "advance", "+1d")
    client_of("operator1").feeds()
    words = told["next"].split()
    assert words[-2:] == ["--log", "acts"]
    again = osms(*[files[1] if word == "FILE" else word for word in words[1:]], "--json").json
    assert (again["links"], again["start_time"]) == (2, COMPLETE.isoformat())
    ran = osms("audit", "verify", *files, "--json")
    assert ran.status == 0
    assert (ran.json["links"], ran.json["broken"], ran.json["whole"]) == (5, 0, ["ACTS"])
    assert {end["log"] for end in ran.json["ends"]} == {"ACTS"}
    assert osms("audit", "verify", files[1]).status == 0
    assert osms("audit", "verify", *reversed(files)).status == 1


def test_a_file_that_is_there_stays(osms: Osms, busy: None, tmp_path: Path) -> None:
    """Unless somebody says that it may go; a folder in any case."""
    file = tmp_path / "logs.jsonl"
    file.write_text("precious")
    ran = osms("audit", "export", file)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err == f"osms: {file} exists\n  replace it with --force\n"
    assert file.read_text() == "precious"
    assert osms("audit", "export", file, "--force").status == 0
    assert osms("audit", "verify", file).status == 0
    assert osms("audit", "export", tmp_path, "--force").status == 2


def test_an_export_that_is_cut_leaves_no_file(
    osms: Osms,
    busy: None,
    engines: Engines,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Neither a part of it nor one of a temporary name; what was there before stays."""
    whole = LogExport.__iter__

    def cut(export: LogExport) -> Iterator[LogLink]:
        yield next(whole(export))
        raise CannotTell("the line was cut", "UNAVAILABLE")

    monkeypatch.setattr(LogExport, "__iter__", cut)
    file = tmp_path / "logs.jsonl"
    assert osms("audit", "export", file).status == 3
    assert list(tmp_path.iterdir()) == []
    file.write_text("precious")
    assert osms("audit", "export", file, "--force").status == 3
    assert [each.read_text() for each in tmp_path.iterdir()] == ["precious"]
    wait_until(lambda: count_under_way(engines.transactions) == 0)


def test_what_is_not_complete_yet_is_no_file(osms: Osms, busy: None, tmp_path: Path) -> None:
    """An export would end before it begins."""
    ran = osms("audit", "export", tmp_path / "logs.jsonl", "--from", "2026-07-17")
    assert ran.status == 1
    assert "nothing is complete yet after 2026-07-16 10:00:01" in ran.err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_told(osms: Osms, busy: None, tmp_path: Path) -> None:
    """In a line."""
    ran = osms("audit", "export", tmp_path / "nowhere" / "logs.jsonl")
    assert (ran.status, ran.err.count("\n")) == (1, 1)
    assert "nowhere" in ran.err


# Verifying.


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Two exports in a row."""
    book = Logbook()
    book.act()
    book.act()
    middle = book.now + timedelta(seconds=0.5)
    first = book.file(None, middle)
    book.act()
    names = [tmp_path / "one.jsonl", tmp_path / "two.jsonl"]
    for name, lines in zip(names, (first, book.file(middle)), strict=True):
        name.write_bytes(b"".join(lines))
    return names


def test_every_place_that_is_broken_is_told(bare: Osms, files: list[Path]) -> None:
    """File, line, entry, why, and a stable code; the status is 1."""
    lines = (
        files[0].read_bytes().replace(b"supervisor1", b"supervisor2", 1).splitlines(keepends=True)
    )
    files[0].write_bytes(b"".join(sealed(lines)))
    ran = bare("audit", "verify", *files)
    writer = json.loads(lines[0])["writer"]
    assert ran.status == 1
    told = "its hash does not follow: it was changed, or the one before it [CHANGED]"
    assert ran.out.splitlines()[:3] == [
        f"{files[0]}:1: entry 1 of {writer} (acts): {told}",
        f"{files[0]}: 2 links, broken at 1 place",
        f"{files[1]}: 1 link, whole",
    ]


def test_a_file_that_is_left_out_is_told(bare: Osms, files: list[Path]) -> None:
    """Alone the second one is whole: it was asked for from then on."""
    assert bare("audit", "verify", files[1]).status == 0
    ran = bare("audit", "verify", files[0], files[0])
    assert ran.status == 1
    assert "[GAP]" in ran.out
    assert "[NOT_CONTINUED]" in ran.out


def test_machines_are_told_every_place(bare: Osms, files: list[Path]) -> None:
    """One document for each, and last the ends of all chains."""
    files[1].write_bytes(files[1].read_bytes()[:-40])
    *places, last = bare("audit", "verify", *files, "--json").ndjson
    assert {(each["file"], each["fault"]) for each in places} == {
        (str(files[1]), "MALFORMED"),
        (str(files[1]), "INCOMPLETE"),
    }
    assert (last["links"], last["broken"]) == (3, 2)
    (end,) = last["ends"]
    assert (end["log"], end["sequence"], len(end["chain"])) == ("ACTS", 3, 64)


def test_a_file_of_anything_is_broken(bare: Osms, tmp_path: Path) -> None:
    """However large, and whatever bytes it has."""
    file = tmp_path / "noise"
    file.write_bytes(bytes(range(256)) * 1000)
    ran = bare("audit", "verify", file)
    assert ran.status == 1
    assert "[MALFORMED]" in ran.out
    assert "[INCOMPLETE]" in ran.out
