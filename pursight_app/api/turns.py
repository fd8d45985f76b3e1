"""Whoever pours waits for themselves, not everybody else for them: one request of a bearer is worked on at a time.

Taken before it is asked whose bearer it is, so that one that waits or is turned away costs next to nothing.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from weakref import WeakValueDictionary

from pursight_app.core.errors import RateLimitedError

# Not closer to each other than this, and for one behind whom many wait, slower; so many may wait at all; whoever comes when
# all places are taken may come again after a pause.
TURN_S, MANY_WAITING, SLOW_TURN_S, MOST_WAITING, PAUSE_S = 0.01, 32, 0.2, 100, 1


def turned_away() -> RateLimitedError:
    """What somebody is told who came when all places were taken."""
    return RateLimitedError("Too many at once. Wait for the answers, then go on.", retry_after_s=PAUSE_S)


class _Turn:
    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._waiting = 0
        self._refused_until = 0.0

    def is_closed(self) -> bool:
        """During the pause after all places were taken."""
        return self._refused_until > asyncio.get_running_loop().time()

    @asynccontextmanager
    async def mine(self) -> AsyncGenerator[None]:
        loop = asyncio.get_running_loop()
        if self._waiting >= MOST_WAITING:
            self._refused_until = loop.time() + PAUSE_S
        if self.is_closed():
            raise turned_away()
        self._waiting += 1
        try:
            await self._lock.acquire()
        finally:
            self._waiting -= 1
        began = loop.time()
        try:
            yield
        finally:
            pace_s = TURN_S if self._waiting < MANY_WAITING else SLOW_TURN_S
            loop.call_at(began + pace_s, self._end)

    def _end(self) -> None:
        # A method of this, so that the timer keeps the turn alive, and with it the pace.
        self._lock.release()


# Each as long as somebody holds it or waits for it.
_turns: WeakValueDictionary[str, _Turn] = WeakValueDictionary()


def turn_of(bearer: str) -> AbstractAsyncContextManager[None]:
    """Waits until it is this bearer's turn.

    Raises:
        RateLimitedError: `MOST_WAITING` of its requests wait already.
    """
    return _turns.setdefault(bearer, _Turn()).mine()


def is_turned_away(bearer: str) -> bool:
    """Whether a bearer was told to come again later, and it is not later yet."""
    turn = _turns.get(bearer)
    return turn is not None and turn.is_closed()
