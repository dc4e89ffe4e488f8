"""Verifying exported logs: whatever was done to a file shows, and where."""

from __future__ import annotations

import io
import json
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import chain, pairwise
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from osms_client import logs
from osms_client._log_lines import read_line
from osms_client.logs import Break, ChainEnd, Chains, Fault, LogLink, lines_of, verify
from tests.client.logbook import (
    BEGAN,
    DESK,
    MINUTE,
    ONE,
    OTHER,
    Logbook,
    busy,
    hashed,
    lines,
    sealed,
)

BOOK: Final = busy()
FILE: Final = BOOK.file()
CONTENT: Final = b"".join(FILE)
CHANGES: Final = 4
"""The line of the first act, after three of answers: of the writer ONE, the next of OTHER."""

Edit = Callable[[list[bytes]], list[bytes]]


def found(*files: Iterable[bytes]) -> list[tuple[Fault, int]]:
    """What is wrong with files in a row, and in which line."""
    chains = Chains()
    return [(each.fault, each.line) for file in files for each in chains.verify(file)]


def broken(content: bytes) -> list[Break]:
    """What is wrong with a file."""
    return list(verify(lines_of(io.BytesIO(content))))


def links_of(file: Iterable[bytes]) -> list[LogLink]:
    """The links of a file."""
    return [told for told in map(read_line, file) if isinstance(told, LogLink)]


# What is whole.


def test_a_whole_file_is_whole() -> None:
    """Nothing is wrong, and the ends of all chains are told."""
    chains = Chains()
    assert list(verify(FILE, chains)) == []
    assert chains.links == 9
    last = {(link.log, link.writer_id): link for _, link in BOOK.links}
    assert chains.ends == {key: ChainEnd(link.last, link.chain) for key, link in last.items()}
    assert chains.ends["ANSWERS", str(DESK)].sequence == 6
    assert chains.complete_times == dict.fromkeys(logs.LOGS, BOOK.now + MINUTE)
    assert chains.whole == set(logs.LOGS)


def test_a_link_comes_back_as_it_was_written() -> None:
    """Whatever characters its texts have."""
    assert links_of(FILE) == BOOK.export()


def test_an_export_of_nothing_is_whole() -> None:
    """It says that there is nothing, and until when."""
    assert found(Logbook().file()) == []


def test_the_oldest_answers_have_no_certificates() -> None:
    """They are of versions that did not log them."""
    book = Logbook()
    book.answers(old=True)
    book.answers()
    assert found(book.file()) == []


def test_a_log_that_begins_in_the_middle_is_followed_from_there() -> None:
    """Whoever asked for no more cannot tell what was before."""
    start = BEGAN + timedelta(seconds=4.5)
    file = BOOK.file(start)
    assert {link.first for link in links_of(file)} > {2, 3}
    chains = Chains()
    assert list(verify(file, chains)) == []
    assert chains.whole == set()


def test_files_are_read_as_they_come() -> None:
    """However many links there are, no more than one is kept."""

    def many() -> Iterator[bytes]:
        book, file = Logbook(), logs.FileLines()
        for _ in range(1_000):
            book.act(subject='"x"' * 1_000)
            (_, link) = book.links.pop()
            before = ONE.bytes if link.first == 1 else b""
            yield file.line(replace(link, chain_before=before))
        yield file.last_line(book.now + MINUTE)

    tracemalloc.start()
    try:
        assert found(many()) == []
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 1_000_000  # all of it is three times as much


# Any change of a file.


@pytest.mark.parametrize("how", ["changed", "taken out", "doubled"])
def test_every_byte_matters(how: str) -> None:
    """Each by itself, from the first to the last line feed."""
    book = Logbook()
    book.answers()
    book.act()
    content = b"".join(book.file())
    assert not broken(content)
    for at in range(len(content)):
        here = content[at : at + 1]
        new = {"changed": bytes([here[0] ^ 1]), "taken out": b"", "doubled": here * 2}[how]
        assert broken(content[:at] + new + content[at + 1 :]), (at, here)


@settings(max_examples=300, deadline=None)
@given(
    begin=st.integers(0, len(CONTENT)),
    length=st.integers(0, 40),
    new=st.one_of(
        st.binary(max_size=40),
        st.sampled_from([b"\n", b" ", b"\r\n", b"0", b"\xd2\x9b", b'"', b"\\u049b", b"null"]),
    ),
)
def test_whatever_is_put_in_the_place_of_a_part_is_found(
    begin: int, length: int, new: bytes
) -> None:
    """Unless it is the same."""
    content = CONTENT[:begin] + new + CONTENT[begin + length :]
    assert (broken(content) == []) == (content == CONTENT)


@settings(max_examples=200, deadline=None)
@given(st.permutations(range(len(FILE))), st.integers(0, len(FILE)))
def test_lines_that_are_moved_or_left_out_are_found(order: list[int], count: int) -> None:
    """Also where the last line was made to fit to what is left."""
    kept = [FILE[at] for at in order[:count]]
    assert (found(kept) == []) == (kept == FILE)
    others = [line for line in kept if line != FILE[-1]]
    if others != sorted(others, key=FILE.index):
        assert found(sealed([*others, FILE[-1]])) != []


@pytest.mark.parametrize("count", range(len(FILE)))
def test_a_file_that_was_cut_is_found(count: int) -> None:
    """At the end of a line, too; a file of nothing is no export."""
    assert found(FILE[:count])[-1] == (Fault.INCOMPLETE, count + 1)


# Changes that fit.


GONE: Final = object()


def edited(line: int, **members: Any) -> Edit:
    """Changes members of a line, from 1, or takes them out; and makes the last line fit."""

    def edit(file: list[bytes]) -> list[bytes]:
        told = {**json.loads(file[line - 1]), **members}
        kept = {name: value for name, value in told.items() if value is not GONE}
        text = json.dumps(kept, separators=(",", ":"), ensure_ascii=False)
        return sealed([*file[: line - 1], f"{text}\n".encode(), *file[line:]])

    return edit


def rehashed(line: int, **fields: str) -> Edit:
    """Changes fields of a link, and its hash; whoever does so has to change all hashes after."""

    def edit(file: list[bytes]) -> list[bytes]:
        links = links_of(file)
        link = links[line - 1]
        told = tuple({**dict(link.fields), **fields}.items())
        links[line - 1] = hashed(replace(link, fields=told), link.chain_before)
        return sealed([*lines(links, None, BOOK.now + MINUTE)[:-1], file[-1]])

    return edit


def without(*numbers: int) -> Edit:
    """Leaves out lines, and makes the last one fit."""
    return lambda file: sealed([line for at, line in enumerate(file, 1) if at not in numbers])


def moved(frm: int, to: int) -> Edit:
    """Moves a line."""

    def edit(file: list[bytes]) -> list[bytes]:
        kept = list(file)
        kept.insert(to - 1, kept.pop(frm - 1))
        return sealed(kept)

    return edit


FIELDS: Final = [[name, value] for name, value in links_of(FILE)[CHANGES - 1].fields]
LAST: Final = len(FILE)
CALLER: Final = FIELDS[3][1]

EDITS: Final[dict[str, tuple[Edit, list[tuple[Fault, int]]]]] = {
    "nothing": (sealed, []),
    "a field": (
        edited(CHANGES, fields=[*FIELDS[:3], ["caller", "mis/clinic1"], *FIELDS[4:]]),
        [(Fault.CHANGED, CHANGES)],
    ),
    "a hash": (
        edited(CHANGES, chain="00" * 32),
        [(Fault.CHANGED, CHANGES), (Fault.CHANGED, CHANGES + 2)],
    ),
    "a field, and its hash": (
        rehashed(CHANGES, caller="mis/clinic1"),
        [(Fault.CHANGED, CHANGES + 2)],
    ),
    "a number, and its hash": (
        rehashed(CHANGES, sequence="2"),
        [(Fault.FIELDS_DIFFER, CHANGES), (Fault.CHANGED, CHANGES + 2)],
    ),
    "whose it is": (
        edited(CHANGES, writer=str(OTHER)),
        [
            (Fault.FIELDS_DIFFER, CHANGES),
            (Fault.NOT_CONTINUED, CHANGES),
            (Fault.MALFORMED, CHANGES + 1),
            (Fault.GAP, CHANGES + 1),
            (Fault.MALFORMED, CHANGES + 2),
            (Fault.GAP, CHANGES + 2),
        ],
    ),
    "of which log it is": (
        edited(CHANGES, log="ANSWERS"),
        [
            (Fault.FIELDS_DIFFER, CHANGES),
            (Fault.MALFORMED, CHANGES + 2),
            (Fault.GAP, CHANGES + 2),
        ],
    ),
    "how many persons": (
        edited(2, last=3),
        [(Fault.FIELDS_DIFFER, 2), (Fault.GAP, 3)],
    ),
    "the name of a field": (
        edited(CHANGES, fields=[["when", FIELDS[0][1]], *FIELDS[1:]]),
        [(Fault.FIELDS_DIFFER, CHANGES)],
    ),
    "where a value ends and the next begins": (
        edited(
            CHANGES, fields=[*FIELDS[:3], ["caller", f"{CALLER}\n{FIELDS[4][1]}"], *FIELDS[5:]]
        ),
        [(Fault.FIELDS_DIFFER, CHANGES)],
    ),
    "in which order the fields are": (
        edited(CHANGES, fields=[FIELDS[1], FIELDS[0], *FIELDS[2:]]),
        [(Fault.FIELDS_DIFFER, CHANGES), (Fault.CHANGED, CHANGES)],
    ),
    "an instant, and its hash": (
        rehashed(CHANGES, record_time="yesterday"),
        [(Fault.FIELDS_DIFFER, CHANGES), (Fault.CHANGED, CHANGES + 2)],
    ),
    "an instant in another zone": (
        rehashed(CHANGES, record_time="2026-07-01T09:00:02+05:00"),
        [(Fault.FIELDS_DIFFER, CHANGES), (Fault.CHANGED, CHANGES + 2)],
    ),
    "the hash before the first link": (
        edited(CHANGES, chain_before="00" * 16),
        [(Fault.NOT_CONTINUED, CHANGES)],
    ),
    "that there is one": (
        edited(CHANGES, chain_before=GONE),
        [(Fault.MALFORMED, CHANGES)],
    ),
    "that there is one at another": (
        edited(CHANGES + 2, chain_before="00" * 32),
        [(Fault.MALFORMED, CHANGES + 2)],
    ),
    "a link taken out": (without(CHANGES + 2), [(Fault.GAP, CHANGES + 3)]),
    "the first link taken out": (
        without(CHANGES),
        [(Fault.MALFORMED, CHANGES + 1), (Fault.GAP, CHANGES + 1)],
    ),
    "a link that comes again": (
        lambda file: sealed([*file[:CHANGES], file[CHANGES - 1], *file[CHANGES:]]),
        [
            (Fault.OUT_OF_ORDER, CHANGES + 1),
            (Fault.MALFORMED, CHANGES + 1),
            (Fault.GAP, CHANGES + 1),
        ],
    ),
    "links of two writers that changed places": (
        moved(CHANGES, CHANGES + 1),
        [(Fault.OUT_OF_ORDER, CHANGES + 1)],
    ),
    "an answer that came among the acts": (moved(3, CHANGES), [(Fault.OUT_OF_ORDER, CHANGES)]),
    "until when it is complete": (
        edited(LAST, complete_time="2026-07-01T04:00:02+00:00"),
        [(Fault.OUT_OF_ORDER, LAST)],
    ),
    "from when it is": (
        edited(LAST, start_time="2026-07-01T04:00:02+00:00"),
        [(Fault.OUT_OF_ORDER, LAST)],
    ),
    "that it ends before it begins": (
        lambda file: edited(
            1,
            start_time="2026-07-01T04:00:02+00:00",
            complete_time="2026-07-01T04:00:01+00:00",
        )([file[-1]]),
        [(Fault.OUT_OF_ORDER, 1)],
    ),
    "of which logs it is": (edited(LAST, logs=["ACTS"]), [(Fault.OUT_OF_ORDER, LAST)]),
    "how many links it has": (
        lambda file: [*file[:-1], file[-1].replace(b'"links":9', b'"links":8')],
        [(Fault.INCOMPLETE, LAST)],
    ),
    "the digest": (
        lambda file: [*file[:-1], file[-1].replace(b'"sha256":"', b'"sha256":"0')],
        [(Fault.CHANGED, LAST)],
    ),
    "another last line": (
        lambda file: [*file, file[-1]],
        [(Fault.MALFORMED, LAST + 1)],
    ),
}


@pytest.mark.parametrize(("edit", "expected"), EDITS.values(), ids=EDITS)
def test_what_was_changed_shows_where_it_was(
    edit: Edit, expected: list[tuple[Fault, int]]
) -> None:
    """The digest was made to fit: it keeps from accidents, and the chains from forgers."""
    assert found(edit(FILE)) == expected


def test_a_break_tells_the_entry() -> None:
    """Log, writer, number and a sentence; of a line that is no link, the line alone."""
    (first,) = verify(edited(CHANGES, chain_before="00" * 16)(FILE))
    assert (first.log, first.writer_id, first.sequence) == ("ACTS", str(ONE), 1)
    assert first.message
    (other,) = verify([*FILE[:-1], b"{}\n", FILE[-1]])
    assert other == Break(Fault.MALFORMED, LAST, "it is neither a link nor a last line")


NO_LINES: Final = {
    "no JSON": b"links\n",
    "no line feed": b"{}",
    "an empty line": b"\n",
    "no object": b"[]\n",
    "a number": b"7\n",
    "bytes that are no text": b"\xff\xfe{}\n",
    "deeper than anybody reads": b"[" * 100_000 + b"\n",
    "a long number": b"9" * 10_000 + b"\n",
    "no number": b"NaN\n",
    "other members": b'{"log":"ACTS"}\n',
    "blanks": FILE[0].replace(b",", b", "),
    "carriage returns": FILE[0].replace(b"\n", b"\r\n"),
    "another order": b'{"writer":"x","log":"ACTS"}\n',
    "a member that comes twice": FILE[0].replace(b'{"log"', b'{"log":"ACTS","log"'),
    "a text for a number": FILE[0].replace(b'"first":1', b'"first":"1"'),
    "a truth for a number": FILE[0].replace(b'"first":1', b'"first":true'),
    "a log that there is not": FILE[0].replace(b'"ANSWERS"', b'"ANSWER"'),
    "a log that is no text": FILE[0].replace(b'"ANSWERS"', b"[]"),
    "no writer": FILE[0].replace(str(DESK).encode(), b"nobody"),
    "a writer in other letters": FILE[CHANGES - 1].replace(b"1111-4111", b"11114111-"),
    "no fields": edited(1, fields="all")(FILE)[0],
    "fields that are no pairs": edited(1, fields=[["record_time"]])(FILE)[0],
    "a value that is no text": edited(1, fields=[["record_time", 7]])(FILE)[0],
    "half a character": FILE[0].replace(b"mis", b"\\ud800"),
    "no hash": edited(1, chain="ab")(FILE)[0],
    "a hash in capitals": edited(1, chain="AB" * 32)(FILE)[0],
    "a hash that is no text": edited(1, chain_before=7)(FILE)[0],
    "logs in another order": edited(LAST, logs=["ACTS", "ANSWERS"])(FILE)[-1],
    "an instant that is none": edited(LAST, complete_time="soon")(FILE)[-1],
    "an instant without a zone": edited(LAST, start_time="2026-07-01T04:00:00")(FILE)[-1],
    "a count that is none": FILE[-1].replace(b'"links":9', b'"links":null'),
}


@pytest.mark.parametrize("line", NO_LINES.values(), ids=NO_LINES)
def test_what_is_no_line_of_an_export_is_told(line: bytes) -> None:
    """It is left out, and what comes after it is followed as if it were not there."""
    assert found([line, *FILE])[0] == (Fault.MALFORMED, 1)
    assert {fault for fault, _ in found([line, *FILE])} == {Fault.MALFORMED}


def test_a_line_without_an_end_comes_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody can fill the memory of who verifies it."""
    monkeypatch.setattr("osms_client._log_lines.LINE_BYTES_MAX", 100)
    pieces = list(lines_of(io.BytesIO(b"x" * 250)))
    assert [len(piece) for piece in pieces] == [100, 100, 50]
    assert {fault for fault, _ in found(pieces)} == {Fault.MALFORMED, Fault.INCOMPLETE}


# Files in a row.

PARTS: Final = [
    None,
    *(BEGAN + timedelta(seconds=seconds + 0.5) for seconds in (3, 5, 6)),
    BOOK.now + MINUTE,
]


def row(book: Logbook, log: str = "") -> list[list[bytes]]:
    """Four exports, each going on where the one before ends."""
    return [book.file(start, end, log) for start, end in pairwise(PARTS)]


@pytest.mark.parametrize("log", ["", *logs.LOGS])
def test_files_in_a_row_are_whole(log: str) -> None:
    """They end where one file of all ends; a log may be exported alone."""
    chains, at_once = Chains(), Chains()
    assert list(chain.from_iterable(map(chains.verify, row(BOOK, log)))) == []
    assert list(at_once.verify(BOOK.file(log=log))) == []
    assert chains.ends == at_once.ends
    assert chains.complete_times == at_once.complete_times


def test_a_file_that_is_left_out_shows() -> None:
    """By the time that nobody has, and by every chain that goes on."""
    first, _, third, fourth = row(BOOK)
    told = found(first, third, fourth)
    assert (Fault.NOT_CONTINUED, len(third)) in told
    assert Fault.GAP in {fault for fault, _ in told}


def test_a_time_that_is_left_out_shows_though_nobody_wrote_on() -> None:
    """A writer who was there in between alone would be in no chain that goes on."""
    book = Logbook()
    book.act(ONE)
    book.act(OTHER)
    gone = BEGAN + timedelta(seconds=1.5)
    first = book.file(None, gone)
    second = book.file(BEGAN + timedelta(seconds=2.5))
    assert links_of(second) == []
    assert found(first, second) == [(Fault.NOT_CONTINUED, 1), (Fault.NOT_CONTINUED, 1)]


def test_files_in_another_order_or_twice_are_told() -> None:
    """An export that overlaps the one before is no continuation of it."""
    first, second, *_ = row(BOOK)
    assert found(second, first) != []
    assert found(first, first) != []
    assert found(first, BOOK.file()) != []


def test_a_past_that_was_changed_shows_in_the_next_file() -> None:
    """Whoever makes a whole chain anew cannot make the file that somebody else has kept."""
    forged = Logbook()
    for persons in (1, 3, 2):
        forged.answers(persons)
        forged.act(ONE, caller="fund-supervisor/supervisor2")
        forged.act(OTHER, kind="2", method="ListAccess", revision="")
    kept, *_ = row(BOOK)
    assert found(*row(forged)) == []
    _, second, *_ = row(forged)
    (broken_at,) = found(kept, second)
    assert broken_at == (Fault.NOT_CONTINUED, len(second) - 1)


def test_entries_missing_at_the_end_of_a_file_show_in_the_next() -> None:
    """The last line was made to fit."""
    first, *others = row(BOOK)
    cut = sealed([*first[:-2], first[-1]])
    assert found(cut) == []
    assert [fault for fault, _ in found(cut, *others)] == [Fault.GAP]


def test_a_writer_whose_beginning_is_missing_shows() -> None:
    """Where the files have the log from its beginning, nobody begins with a second entry."""
    first, *others = row(BOOK)
    nothing = sealed(first[-1:])
    told = found(nothing, *others)
    assert {fault for fault, _ in told} == {Fault.GAP}


def test_files_that_begin_in_the_middle_cannot_tell_what_was_before() -> None:
    """A writer who comes later with a second entry may have written the first before them."""
    book = Logbook()
    book.act(ONE)
    book.act(OTHER)
    middle, later = book.now + timedelta(seconds=0.5), book.now + timedelta(seconds=1.5)
    book.act(OTHER)
    book.act(ONE)
    files = [book.file(middle, later), book.file(later)]
    assert [link.first for file in files for link in links_of(file)] == [2, 2]
    assert found(*files) == []
    assert found(book.file(None, middle), *files) == []


def test_a_log_that_joins_later_begins_where_it_does() -> None:
    """First one log was exported, then both."""
    first = BOOK.file(None, PARTS[2], "ACTS")
    second = BOOK.file(PARTS[2])
    assert found(first, second) == []
    third = Logbook().file(PARTS[2], log="ANSWERS")
    assert found(first, second, third) == [(Fault.NOT_CONTINUED, 1)]
