"""How often a caller may call: as often in a row as allowed, and then at a pace."""

from __future__ import annotations

import threading

import pytest

from osms_common.application import pace
from osms_common.application.pace import PaceLimit, Paces
from osms_common.domain.errors import TooFast
from tests.moments import Moment

LIMIT = PaceLimit("calls_per_second_max", 2.0, 5.0)


def let_in(paces: Paces, holder: str = "mis/clinic1", tries: int = 20) -> int:
    """How many of so many calls at once are let in."""
    count = 0
    for _ in range(tries):
        try:
            paces.take(holder)
        except TooFast:
            continue
        count += 1
    return count


@pytest.mark.parametrize(
    ("pauses", "expected"),
    [
        pytest.param([0], [5], id="as many in a row as allowed"),
        pytest.param([0, 0], [5, 0], id="and no more without a pause"),
        pytest.param([0, 0.4], [5, 0], id="less than the time for one"),
        pytest.param([0, 0.5], [5, 1], id="the time for one"),
        pytest.param([0, 2.0], [5, 4], id="the time for four"),
        pytest.param([0, 100.0], [5, 5], id="a long pause saves no more than a row"),
        pytest.param([0, 0.3, 0.3], [5, 0, 1], id="what is refused costs nothing"),
    ],
)
def test_a_bucket_fills_as_time_passes(pauses: list[float], expected: list[int]) -> None:
    """To the call, on both sides of each limit."""
    now = Moment()
    paces = Paces(LIMIT, now)
    found = []
    for pause in pauses:
        now.later(pause)
        found.append(let_in(paces))
    assert found == expected


def test_who_is_refused_is_told_when_to_come_again() -> None:
    """And is let in then, and not before."""
    now = Moment()
    paces = Paces(LIMIT, now)
    let_in(paces)
    now.later(0.2)
    with pytest.raises(TooFast) as caught:
        paces.take("mis/clinic1")
    assert vars(caught.value) == {
        "setting": "calls_per_second_max",
        "allowed": 2.0,
        "seconds": 0.3,
    }
    now.later(0.29)
    assert let_in(paces) == 0
    now.later(0.02)
    assert let_in(paces) == 1


def test_one_caller_is_not_slowed_by_another() -> None:
    """Each has a bucket of its own."""
    paces = Paces(LIMIT, Moment())
    let_in(paces, "mis/clinic1")
    assert let_in(paces, "mis/clinic2") == 5


def test_names_by_the_thousand_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has a full bucket again is as one who never called; who has not stays held."""
    monkeypatch.setattr(pace, "_HOLDERS_MAX", 100)
    now = Moment()
    paces = Paces(LIMIT, now)
    let_in(paces, "mis/flooding")
    for number in range(1_000):
        now.later(0.01)
        let_in(paces, "mis/flooding")
        paces.take(f"mis/{number}")
    assert len(paces._buckets) <= 200
    assert let_in(paces, "mis/flooding") <= 1


def test_threads_do_not_come_in_together() -> None:
    """However many ask at the same time, no more are let in."""
    paces = Paces(PaceLimit("calls_per_second_max", 1.0, 500.0), Moment())
    counts: list[int] = []
    threads = [
        threading.Thread(target=lambda: counts.append(let_in(paces, tries=400))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == 500
