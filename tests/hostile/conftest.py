"""Both kinds of server before one register, where callers say their names."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.hostile.servers import KINDS, Server, servers


@pytest.fixture(scope="module")
def both(dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Server]]:
    """A whole server, and a process that only looks up, both soon tired of who is slow."""
    folder = tmp_path_factory.mktemp("hostile")
    slow = {"OSMS_SLOW_CALLER_SECONDS": "1", "OSMS_STREAM_IDLE_SECONDS": "2"}
    with servers(dsn, folder, **slow) as running:
        yield running


@pytest.fixture(params=KINDS)
def target(request: pytest.FixtureRequest, both: dict[str, Server]) -> Iterator[Server]:
    """Each of them; when the test is over it answers, and has told its log of no failure."""
    server = both[request.param]
    yield server
    assert server.process.process.poll() is None
    assert server.is_answering()
    assert not server.has_failed, server.log.read_text()[-4_000:]
