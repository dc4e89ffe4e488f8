"""The folder of keys: how a key comes, signs, is followed and goes."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest

from osms_server.bootstrap import _made_first
from osms_server.receipt_keys import (
    KeyFolder,
    KeyPair,
    ReceiptKeysUnusable,
    _new_private_key,
    thumbprint,
)
from tests import processes

NOW: Final = datetime(2026, 7, 16, 5, tzinfo=UTC)
DAY: Final = timedelta(days=1)


@pytest.fixture
def folder(tmp_path: Path) -> KeyFolder:
    """A folder that is not there yet."""
    return KeyFolder(tmp_path / "keys")


def signing(folder: KeyFolder, instant: datetime) -> list[str]:
    """The ids of the keys that sign at an instant."""
    return [pair.public.key_id for pair in folder.read() if pair.signs_at(instant)]


def pair(folder: KeyFolder, key_id: str) -> KeyPair:
    """The key of an id."""
    return next(pair for pair in folder.read() if pair.public.key_id == key_id)


def test_a_key_is_two_files(folder: KeyFolder) -> None:
    """The private half is for its owner alone; nothing unfinished is left beside them."""
    key_id = folder.make(NOW)
    modes = {file.name: file.stat().st_mode & 0o777 for file in folder.path.iterdir()}
    assert modes.pop(".lock")
    assert modes.pop(f"{key_id}.pem") == 0o600
    assert modes.keys() == {f"{key_id}.json"}
    assert folder.path.stat().st_mode & 0o777 == 0o700
    pem = (folder.path / f"{key_id}.pem").read_text()
    assert pem.startswith("-----BEGIN PRIVATE KEY-----\n")


def test_exactly_one_key_signs_at_any_instant(folder: KeyFolder) -> None:
    """From its instant on, until the next one does; before the first there is none."""
    first, third, second = (folder.make(NOW + days * DAY) for days in (0, 2, 1))
    for days, expected in ((-1, []), (0, [first]), (1, [second]), (2, [third]), (9, [third])):
        assert signing(folder, NOW + days * DAY) == expected
    assert signing(folder, NOW + DAY - timedelta(microseconds=1)) == [first]


def test_keys_of_the_same_second_follow_one_another(folder: KeyFolder) -> None:
    """None of them would ever sign otherwise."""
    ids = [folder.make(NOW) for _ in range(3)]
    for seconds, key_id in enumerate(ids):
        assert signing(folder, NOW + timedelta(seconds=seconds)) == [key_id]


def test_no_id_of_a_key_looks_like_an_option() -> None:
    """Of ids as they fall one in sixty-four would, and `retire` could not be told it."""
    keys = [_new_private_key().public_key().public_bytes_raw() for _ in range(1000)]
    assert not [key for key in map(thumbprint, keys) if key.startswith("-")]


def test_only_the_first_of_many_servers_makes_a_key(folder: KeyFolder) -> None:
    """However many start at once in an empty folder, they all sign with one."""
    with ThreadPoolExecutor(8) as servers:
        made = list(servers.map(lambda _: KeyFolder(folder.path).make_first(NOW), range(8)))
    assert made.count(True) == 1
    assert len(folder.read()) == 1


def test_a_retired_key_is_known_for_ever(folder: KeyFolder) -> None:
    """Its private half is gone, and its end stays where the next key began."""
    old, new = folder.make(NOW), folder.make(NOW + DAY)
    assert folder.retire(old, NOW + 3 * DAY) == NOW + DAY
    kept = pair(folder, old)
    assert (kept.private, kept.public.retired) == (None, NOW + DAY)
    assert not (folder.path / f"{old}.pem").exists()
    assert signing(folder, NOW + 3 * DAY) == [new]


def test_a_stolen_key_ends_where_it_was_stolen(folder: KeyFolder) -> None:
    """What it signed since is no longer good."""
    old, _ = folder.make(NOW), folder.make(NOW + 2 * DAY)
    assert folder.retire(old, NOW + 3 * DAY, NOW + DAY) == NOW + DAY
    assert signing(folder, NOW + DAY) == []


def test_a_key_that_was_given_up_ends_no_other(folder: KeyFolder) -> None:
    """One that was to sign later is retired: the one before goes on."""
    first, planned = folder.make(NOW), folder.make(NOW + 2 * DAY)
    folder.retire(planned, NOW + DAY)
    assert signing(folder, NOW + 9 * DAY) == [first]


def test_the_key_that_signs_cannot_be_retired(folder: KeyFolder) -> None:
    """Nor one that there is not."""
    only = folder.make(NOW)
    with pytest.raises(ReceiptKeysUnusable, match="make a new key first"):
        folder.retire(only, NOW)
    with pytest.raises(ReceiptKeysUnusable, match="there is no key"):
        folder.retire("A", NOW)


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"x": 1}', "nonsense"])
def test_a_file_that_is_no_key_is_told(folder: KeyFolder, content: str) -> None:
    """By its name."""
    folder.make(NOW)
    (folder.path / "other.json").write_text(content)
    with pytest.raises(ReceiptKeysUnusable, match=r"other\.json"):
        folder.read()


def test_halves_that_do_not_belong_together_are_told(folder: KeyFolder) -> None:
    """A receipt that nobody could verify is never signed."""
    one, other = folder.make(NOW), folder.make(NOW + DAY)
    shutil.copy(folder.path / f"{one}.pem", folder.path / f"{other}.pem")
    with pytest.raises(ReceiptKeysUnusable, match="another key"):
        folder.read()
    (folder.path / f"{other}.pem").unlink()
    (folder.path / f"{one}.json").rename(folder.path / f"{other}.json")
    with pytest.raises(ReceiptKeysUnusable, match="this is the key"):
        folder.read()


# The command.


@pytest.mark.long
def test_keys_are_made_listed_and_retired_by_the_command(tmp_path: Path) -> None:
    """A first key signs at once; the next is there before it signs; what is wrong is told."""
    place = ("--folder", str(tmp_path))

    def run(*arguments: str) -> str:
        ran = processes.run("receipt-keys", *arguments, *place)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    first = run("new").strip()
    assert run("list").startswith(f"{first}  signs now, from ")
    planned = run("new", "--from", "2099-01-01T00:00+05:00").strip()
    told = run("list").splitlines()
    assert told[0].startswith(f"{planned}  ahead, from 2098-12-31T19:00:00+00:00")
    assert told[1].endswith(" until 2098-12-31T19:00:00+00:00")
    refused = processes.run("receipt-keys", "retire", first, *place)
    assert refused.returncode == 1
    assert refused.stderr == f"osms-server: {first} signs now; make a new key first\n"
    assert "its private half is deleted" in run("retire", planned)
    assert "public only" in run("list")
    jwk = json.loads((tmp_path / f"{planned}.json").read_bytes())
    assert "d" not in jwk


@pytest.mark.long
@pytest.mark.parametrize("instant", ["yesterday", "2099-01-01", "2020-01-01T00:00Z"])
def test_a_key_for_an_impossible_instant_is_not_made(tmp_path: Path, instant: str) -> None:
    """None, without an offset, or past: receipts that are there would lose their key."""
    ran = processes.run("receipt-keys", "new", "--folder", str(tmp_path), "--from", instant)
    assert ran.returncode == 2
    assert list(tmp_path.iterdir()) == []


def test_a_server_does_not_start_without_a_key_where_a_folder_is_named(tmp_path: Path) -> None:
    """A key of its own would not be that of the servers beside it."""
    ended = processes.run(
        *processes.PLAIN,
        "--ephemeral",
        OSMS_LISTEN="127.0.0.1:0",
        OSMS_RECEIPT_KEYS_FOLDER=str(tmp_path),
    )
    assert ended.returncode == 1
    told = [line for line in ended.stderr.splitlines() if line.startswith("osms-server: ")]
    assert told == [
        f"osms-server: no key in {tmp_path} signs now; make one: osms-server receipt-keys new"
    ]


def test_a_place_where_no_key_can_be_made_is_told(tmp_path: Path) -> None:
    """With the setting that names another."""
    (tmp_path / "file").touch()
    with pytest.raises(ReceiptKeysUnusable, match="set OSMS_RECEIPT_KEYS_FOLDER"):
        _made_first(KeyFolder(tmp_path / "file" / "keys"), NOW)
