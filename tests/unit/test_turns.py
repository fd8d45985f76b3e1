"""One bearer's requests are let through one after the other; too many of them are turned away, and nobody else waits."""

import asyncio
from itertools import pairwise

import pytest

from pursight_app.api import turns
from pursight_app.api.turns import turn_of
from pursight_app.core.errors import RateLimitedError


async def test_one_at_a_time_in_order_and_at_a_pace() -> None:
    at_work: list[int] = []
    done: list[tuple[int, float]] = []
    loop = asyncio.get_running_loop()

    async def work(number: int) -> None:
        async with turn_of("one"):
            at_work.append(number)
            assert at_work == [number]
            await asyncio.sleep(0)
            done.append((number, loop.time()))
            at_work.clear()

    await asyncio.gather(*(work(number) for number in range(5)))

    assert [number for number, _ in done] == [0, 1, 2, 3, 4]
    assert done[-1][1] - done[0][1] >= 4 * turns.TURN_S * 0.9


async def test_behind_whom_many_wait_is_let_through_more_slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "MANY_WAITING", 3)
    monkeypatch.setattr(turns, "SLOW_TURN_S", 0.08)
    loop = asyncio.get_running_loop()
    done: list[float] = []

    async def work() -> None:
        async with turn_of("one"):
            done.append(loop.time())

    await asyncio.gather(*(work() for _ in range(5)))

    # Behind the first waits nobody yet; behind the second wait three, behind the third two.
    first, second, *rest = (later - earlier for earlier, later in pairwise(done))
    assert second >= 0.07
    assert max(first, *rest) < 0.07


async def test_who_pours_is_turned_away_and_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "MOST_WAITING", 3)
    monkeypatch.setattr(turns, "PAUSE_S", 0.05)
    held = asyncio.Event()

    async def work(bearer: str) -> str:
        try:
            async with turn_of(bearer):
                await held.wait()
        except RateLimitedError as error:
            return f"again in {error.retry_after_s}"
        return "done"

    pouring = [asyncio.create_task(work("pours")) for _ in range(6)]
    await asyncio.sleep(0)
    async with asyncio.timeout(1), turn_of("another"):
        pass
    held.set()
    answers = await asyncio.gather(*pouring)

    assert answers == ["done"] * 4 + ["again in 0.05"] * 2
    # As told, once the pause is over.
    await asyncio.sleep(0.05)
    assert await work("pours") == "done"


async def test_who_gives_up_waiting_leaves_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "MOST_WAITING", 1)

    async def work() -> None:
        async with turn_of("one"):
            await asyncio.sleep(0)

    async with turn_of("one"):
        waiting = asyncio.create_task(work())
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        after = asyncio.create_task(work())
    await after
