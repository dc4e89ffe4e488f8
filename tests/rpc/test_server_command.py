"""What `osms-server` says where it cannot do what it is told."""

from __future__ import annotations

import socket

import pytest

from tests import processes


@pytest.mark.long
def test_a_taken_port_is_told_in_our_own_words() -> None:
    """No line of the libraries beneath stands beside our own."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        ended = processes.run(*processes.PLAIN, "--ephemeral", "--listen", address)
    assert ended.returncode == 1
    told = [line for line in ended.stderr.splitlines() if "[info " not in line]
    assert told == [f"osms-server: cannot listen at {address}; is another server there already?"]


@pytest.mark.parametrize("option", [("--listen", "garbage"), ("--dsn", "garbage")])
def test_a_wrong_setting_is_told_without_the_words_of_a_library(option: tuple[str, str]) -> None:
    """What is wrong, and what to give."""
    ended = processes.run("serve", *option)
    assert ended.returncode == 2
    [told] = ended.stderr.splitlines()
    assert told.startswith(f"osms-server: OSMS_{option[0].removeprefix('--').upper()}: give ")


def test_the_help_has_no_words_of_python() -> None:
    """What is to be given is told in words."""
    shown = processes.run("serve", "--help").stdout
    assert "HOST:PORT" in shown
    assert "<str>" not in shown
    assert "<path>" not in shown
