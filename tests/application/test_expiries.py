"""One timer for all who wait: who is late is ended, and nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

import pytest

from osms_common.application.expiries import Expiries

TICK = 0.005
SOON = 0.02
LONG = 60.0
PATIENCE = 30.0


def run(doing: Callable[[Expiries], Awaitable[object]]) -> None:
    """Runs a test on a loop of its own; one that hangs fails."""

    async def limited() -> None:
        async with asyncio.timeout(PATIENCE):
            await doing(Expiries(TICK))

    asyncio.run(limited())


def test_what_is_due_is_done_in_time_and_once() -> None:
    """Not before, whatever the order in which it was asked for, and never again."""

    async def doing(expiries: Expiries) -> None:
        loop = asyncio.get_running_loop()
        began, done, all_done = loop.time(), dict[str, float](), asyncio.Event()

        def do(name: str) -> None:
            assert name not in done
            done[name] = loop.time() - began
            if len(done) == len(wanted):
                all_done.set()

        wanted = {"third": 0.09, "first": 0.0, "second": 0.04}
        for name, seconds in wanted.items():
            expiries.after(seconds, partial(do, name))
        await all_done.wait()
        await asyncio.sleep(4 * TICK)
        assert list(done) == ["first", "second", "third"]
        assert all(done[name] >= seconds for name, seconds in wanted.items())

    run(doing)


def test_what_is_over_before_is_not_done() -> None:
    """Others go on; and after a pause in which nobody waited it works as before."""

    async def doing(expiries: Expiries) -> None:
        done: list[str] = []
        over = expiries.after(SOON, lambda: done.append("over"))
        expiries.after(SOON, lambda: done.append("due"))
        over()
        over()
        await asyncio.sleep(SOON + 4 * TICK)
        assert done == ["due"]
        await asyncio.sleep(10 * TICK)
        again = asyncio.Event()
        expiries.after(SOON, again.set)
        await again.wait()

    run(doing)


def test_what_fails_ends_nothing_else() -> None:
    """Whoever is due after something that failed is served all the same."""

    async def doing(expiries: Expiries) -> None:
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)
        served = asyncio.Event()
        expiries.after(0.0, lambda: 1 // 0)
        expiries.after(SOON, served.set)
        await served.wait()

    run(doing)


def test_a_late_block_is_ended() -> None:
    """By a TimeoutError, after which its task goes on; one that is done in time is left alone."""

    async def doing(expiries: Expiries) -> None:
        with pytest.raises(TimeoutError), expiries.within(SOON):
            await asyncio.sleep(LONG)
        with expiries.within(SOON):
            pass
        await asyncio.sleep(SOON + 4 * TICK)
        task = asyncio.current_task()
        assert task is not None
        assert not task.cancelling()

    run(doing)


def test_who_is_cancelled_by_others_is_not_late() -> None:
    """Whoever goes is cancelled as ever."""

    async def doing(expiries: Expiries) -> None:
        async def waiting() -> None:
            with expiries.within(LONG):
                await asyncio.sleep(LONG)

        task = asyncio.create_task(waiting())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    run(doing)


def test_what_fails_in_time_fails_as_it_does() -> None:
    """An error of the block is not made another."""

    async def doing(expiries: Expiries) -> None:
        with pytest.raises(LookupError), expiries.within(LONG):
            raise LookupError

    run(doing)
