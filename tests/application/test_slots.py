"""Places for what takes long: so many at once, and so many of each caller."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack

import pytest

from osms_common.application.slots import Bytes, Limit, Room, Slots, Untaken
from osms_common.domain.errors import Busy, Overloaded

EVERYBODY, EACH = Limit("streams_max", 3), Limit("streams_per_caller_max", 2)


@pytest.mark.parametrize(
    ("holders", "refused_by"),
    [
        pytest.param("ab", "", id="room for all"),
        pytest.param("aab", "", id="to the last place"),
        pytest.param("aaa", "streams_per_caller_max", id="one has too many"),
        pytest.param("aabb", "streams_max", id="all have too many"),
        pytest.param("abcd", "streams_max", id="whoever comes last"),
    ],
)
def test_places_are_few_for_each_and_for_all(holders: str, refused_by: str) -> None:
    """The last of those who come finds a place, or is told which setting has none left."""
    slots = Slots(EVERYBODY, EACH)
    for holder in holders[:-1]:
        slots.take(holder)
    if not refused_by:
        slots.take(holders[-1])
        return
    with pytest.raises(Busy) as caught:
        slots.take(holders[-1])
    assert caught.value.setting == refused_by


def test_a_place_is_given_back_once() -> None:
    """Whoever does it twice frees no place of another."""
    slots = Slots(EVERYBODY, EACH)
    leave = slots.take("a")
    slots.take("a")
    leave()
    leave()
    slots.take("a")
    with pytest.raises(Busy):
        slots.take("a")


def test_a_place_ends_with_its_block_however_that_ends() -> None:
    """Also by an error; nothing is kept of who has left."""
    slots = Slots(EVERYBODY, EACH)
    for _ in range(10):
        with pytest.raises(ZeroDivisionError), slots.place("a"), slots.place("a"):
            raise ZeroDivisionError
    assert not slots._taken


def test_who_is_refused_leaves_no_trace() -> None:
    """Names by the thousand that found no place are not kept."""
    slots = Slots(Limit("streams_max", 1), EACH)
    slots.take("a")
    for number in range(100):
        with pytest.raises(Overloaded):
            slots.take(f"mis/{number}", Overloaded)
    assert dict(slots._taken) == {"a": 1}


def test_a_room_has_so_many_places_whoever_holds_them() -> None:
    """One more is refused as it is asked to be, and there is room again when one has left."""
    room = Room(Limit("workers", 2))
    with room.place(), room.place():
        for none in (Busy, Overloaded):
            with pytest.raises(none) as caught, room.place(none):
                pass
            assert vars(caught.value) == {"setting": "workers", "allowed": 2}
    with room.place():
        pass


@pytest.mark.parametrize(
    ("taken", "refused"),
    [
        pytest.param([("a", 10_000)], None, id="room"),
        pytest.param([("a", 20_000)], None, id="to the last byte"),
        pytest.param([("a", 20_001)], "answers_bytes_per_caller_max", id="one byte more"),
        pytest.param([("a", 10_000)] * 3, "answers_bytes_per_caller_max", id="too many of one"),
        pytest.param([("a", 20_000), ("b", 15_000)], "answers_bytes_max", id="too many of all"),
        pytest.param([("a", 20_000), ("a", 4_096), ("b", 1)], None, id="short ones do not count"),
    ],
)
def test_answers_that_wait_are_bounded(taken: list[tuple[str, int]], refused: str | None) -> None:
    """By bytes of each caller and of all; the last of them finds room, or none."""
    untaken = Untaken(
        Limit("answers_bytes_max", 30_000), Limit("answers_bytes_per_caller_max", 20_000)
    )
    *before, last = taken
    for holder, count in before:
        untaken.take(holder, count)
    if refused is None:
        untaken.take(*last)
        return
    with pytest.raises(Overloaded) as caught:
        untaken.take(*last)
    assert caught.value.setting == refused


def test_answers_that_are_taken_make_room() -> None:
    """Each for as many bytes as it had, and once."""
    untaken = Untaken(Limit("all", 30_000), Limit("each", 20_000))
    leave = [untaken.take("a", 10_000), untaken.take("a", 10_000), untaken.take("a", 100)]
    for each in leave[1:]:
        each()
        each()
    untaken.take("a", 10_000)
    with pytest.raises(Overloaded):
        untaken.take("a", 5_000)


# Bytes in hand.


def waiting(does: Callable[[], None]) -> threading.Thread:
    """Something that waits in a thread."""
    thread = threading.Thread(target=does, daemon=True)
    thread.start()
    return thread


def test_messages_in_hand_wait_for_room() -> None:
    """Until others have given theirs back."""
    whole = Bytes(Limit("streams_bytes_max", 10), 30)
    whole.take(8)
    thread = waiting(lambda: whole.take(5))
    assert thread.is_alive()
    whole.give_back(8)
    thread.join(30)
    assert not thread.is_alive()


def test_who_waits_too_long_for_room_is_told_so() -> None:
    """By the setting that has none left."""
    whole = Bytes(Limit("streams_bytes_max", 10), 0.01)
    whole.take(8)
    with pytest.raises(Busy) as caught:
        whole.take(5)
    assert caught.value.setting == "streams_bytes_max"


def test_a_message_that_is_larger_than_all_room_is_in_hand_alone() -> None:
    """Nobody waits for it for ever, and nothing beside it."""
    whole = Bytes(Limit("streams_bytes_max", 10), 0.01)
    whole.take(50)
    with pytest.raises(Busy):
        whole.take(1)
    whole.give_back(50)
    whole.take(10)


def test_a_stream_has_its_last_messages_in_hand_and_no_more() -> None:
    """Three at a time; all of them are given back with the stream."""
    whole = Bytes(Limit("streams_bytes_max", 10), 0.01)
    with whole.share() as share:
        for _ in range(100):
            share.take(3)
        assert whole._free == 1
        with ExitStack() as stack, pytest.raises(Busy):
            stack.enter_context(whole.share()).take(2)
    assert whole._free == 10
