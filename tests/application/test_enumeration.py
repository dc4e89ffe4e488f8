"""Who tries out numbers of persons is noticed and held back; who asks for its patients is not."""

from __future__ import annotations

import pytest

from osms_common.domain.errors import TooManyUnknown
from osms_common.domain.identifiers import Iin, parse_identifier
from osms_server.application import enumeration
from osms_server.application.enumeration import Different, Enumeration, EnumerationLimits
from tests.moments import Moment
from tests.people import people

LIMITS = EnumerationLimits(unknown_max=10, share_max=0.2, seconds=600.0, patient_seconds=1.0)
CLINIC = "mis/clinic1"


def iins(count: int, after: int = 0) -> list[Iin]:
    """So many different persons."""
    found = [parse_identifier(text) for text in people(count, after=after)]
    return [iin for iin in found if iin is not None]


KNOWN, UNKNOWN = iins(200), iins(200, after=500)


class Asking:
    """A caller who asks one by one, and what it is told."""

    def __init__(self) -> None:
        self.now = Moment(600_000.0)
        self.enumeration = Enumeration(LIMITS, self.now)

    def about(
        self, known: list[Iin], unknown: list[Iin], caller: str = CLINIC, *, lists: bool = False
    ) -> int:
        """How many of so many patients, or of two lists, are told of."""
        asked = [known, unknown] if lists else [[iin] for iin in (*known, *unknown)]
        return sum(self._is_told(each, unknown, caller) for each in asked if each)

    def _is_told(self, asked: list[Iin], unknown: list[Iin], caller: str) -> bool:
        try:
            self.enumeration.let_ask(caller, len(asked))
            found = [iin for iin in asked if iin in set(unknown)]
            self.enumeration.let_tell(caller, asked, found)
        except TooManyUnknown:
            return False
        return True


@pytest.mark.parametrize(
    ("known", "unknown", "is_held"),
    [
        pytest.param(0, 10, False, id="as many as allowed"),
        pytest.param(0, 11, True, id="one more"),
        pytest.param(43, 11, True, id="one more, above the share"),
        pytest.param(44, 11, False, id="one more, at the share"),
        pytest.param(200, 40, False, id="many among many more"),
        pytest.param(200, 0, False, id="all of them known"),
    ],
)
def test_it_takes_many_and_a_share_of_all(known: int, unknown: int, *, is_held: bool) -> None:
    """Both sides of each limit; patients until then are told of."""
    asking = Asking()
    assert asking.about(KNOWN[:known], UNKNOWN[:unknown]) == known + unknown
    assert asking.about([], UNKNOWN[100:101] * 2) == (1 if is_held else 2)


def test_a_list_that_goes_too_far_is_not_told() -> None:
    """Not even that one: it would tell of all of them at once."""
    asking = Asking()
    assert asking.about([], UNKNOWN[:10], lists=True) == 1
    assert asking.about([], UNKNOWN[10:12], lists=True) == 0
    assert asking.about(KNOWN[:2], [], lists=True) == 0


def test_the_same_person_again_is_no_other_person() -> None:
    """Who asks about one patient all day does not try out numbers."""
    asking = Asking()
    assert asking.about([], UNKNOWN[:1] * 100) == 100
    assert asking.about([], UNKNOWN[:5] * 100) == 500


def test_who_is_held_back_asks_about_patients_slowly() -> None:
    """One in every second, and no list, however short; what is refused says until when."""
    asking = Asking()
    asking.about([], UNKNOWN[:11])
    told = []
    for _ in range(8):
        told.append(asking.about(KNOWN[:1], []))
        asking.now.later(0.5)
    assert told == [1, 0, 1, 0, 1, 0, 1, 0]
    assert asking.about(KNOWN[:2], [], lists=True) == 0
    with pytest.raises(TooManyUnknown) as caught:
        asking.enumeration.let_ask(CLINIC, 2)
    assert vars(caught.value) == {
        "setting": "unknown_persons_max",
        "allowed": 10,
        "seconds": 596.0,
    }


def test_who_was_held_back_is_let_go_when_the_time_is_over() -> None:
    """To the second; and noticed again where it goes on."""
    asking = Asking()
    asking.about([], UNKNOWN[:11])
    asking.now.later(599.0)
    assert asking.about(KNOWN[:2], [], lists=True) == 0
    asking.now.later(1.0)
    assert asking.about(KNOWN[:2], [], lists=True) == 1
    assert asking.about([], UNKNOWN[20:40], lists=True) == 0


def test_what_was_asked_long_ago_does_not_count() -> None:
    """Ten in every stretch of time are nothing to notice."""
    asking = Asking()
    for number in range(10):
        assert asking.about([], UNKNOWN[number * 10 : number * 10 + 10]) == 10
        asking.now.later(600.0)


def test_another_caller_is_not_held_back() -> None:
    """Each is counted alone."""
    asking = Asking()
    asking.about([], UNKNOWN[:50], caller="mis/clinic1")
    assert asking.about([], UNKNOWN[:10], caller="mis/clinic2", lists=True) == 1


def test_callers_by_the_thousand_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of stretches that are over are forgotten; who is held back is not."""
    monkeypatch.setattr(enumeration, "_CALLERS_MAX", 5)
    asking = Asking()
    asking.now.later(500.0)  # held back beyond the end of this stretch
    asking.about([], UNKNOWN[:11], caller="mis/trying")
    for number in range(20):
        asking.about(KNOWN[:1], [], caller=f"mis/{number}")
    asking.now.later(200.0)
    asking.about(KNOWN[:1], [], caller="mis/late")
    assert set(asking.enumeration._seen) == {"mis/trying", "mis/late"}
    assert asking.about(KNOWN[:2], [], caller="mis/trying", lists=True) == 0


@pytest.mark.parametrize("count", [0, 1, 10, 500, 5_000])
def test_different_persons_are_counted_about_right(count: int) -> None:
    """Within two in a hundred, however often each comes."""
    different = Different()
    for _ in range(2):
        different.add(iins(count))
    assert abs(len(different) - count) <= count * 0.02
