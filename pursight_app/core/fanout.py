"""One subscription to Redis for all streams of a process: a room's event is read once and handed to each listener."""

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from weakref import WeakKeyDictionary

import structlog

from pursight_app.core.errors import ServiceUnavailableError
from pursight_app.core.events import ACCESS_CHANNEL, SESSION_CHANNEL, listen
from pursight_app.core.redis import RedisError
from pursight_app.core.rooms import ROOM_CHANNEL, RoomLine

# Who writes at one time tells in another order than they commit, by some milliseconds: a line waits so long for those before it.
PATIENCE_S = 0.05
# What a reader may be behind before it is dropped; it comes back and reads what it missed from the store.
MOST_WAITING = 2_000

log = structlog.get_logger()


class Subscription:
    """What one listener has yet to read: lines, or a word that rights, sessions or the line to Redis have changed."""

    def __init__(self, take: Callable[[RoomLine], bool] | None = None) -> None:
        """`take` is offered a line first while the listener waits for one; True: it has it, and need not wake up."""
        self._take = take
        self._waiting: deque[RoomLine | str | None] = deque()
        self._waker: asyncio.Future[None] | None = None
        self.is_overrun = False

    def offer(self, item: RoomLine | str) -> None:
        """Adds without waiting: a reader that is too slow is given up, and holds up nobody."""
        is_at_rest = self._waker is not None and not self._waker.done()
        if is_at_rest and self._take is not None and isinstance(item, RoomLine) and self._take(item):
            return
        if len(self._waiting) >= MOST_WAITING:
            self.is_overrun = True
        else:
            self._waiting.append(item)
        self._wake()

    def _wake(self) -> None:
        if self._waker is not None and not self._waker.done():
            self._waker.set_result(None)

    def tick(self) -> None:
        """Wakes a listener that has heard nothing, so that it looks whether all is as it was."""
        if not self._waiting:
            self._waiting.append(None)
            self._wake()

    async def next(self) -> RoomLine | str | None:
        """The next item; None now and then when there is nothing. A word is RESET, RIGHTS, or the key of an ended session."""
        while not self._waiting:
            # Cheaper than a queue under wait_for, which makes a task for every event of every listener, and than a timer
            # for each: the fan-out has one for all.
            self._waker = asyncio.get_running_loop().create_future()
            await self._waker
            if self.is_overrun:
                break
        return self._waiting.popleft() if self._waiting else None


RESET, RIGHTS = "", "rights"
TICK_EVERY_S = 15


class Fanout:
    """The listeners of one event loop by room."""

    def __init__(self) -> None:
        self._by_room: defaultdict[str, set[Subscription]] = defaultdict(set)
        # Of each room with listeners the number that was offered last, and lines that came before their turn.
        self._last: dict[str, int] = {}
        self._early: defaultdict[str, dict[int, RoomLine]] = defaultdict(dict)
        self._task: asyncio.Task[None] | None = None
        self._is_ready = asyncio.Event()

    @asynccontextmanager
    async def subscription(
        self, room_id: str, take: Callable[[RoomLine], bool] | None = None
    ) -> AsyncGenerator[Subscription]:
        """Hears a room from now on. Subscribe first and read what was kept second, so that nothing falls between."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())
            self._ticking = asyncio.create_task(self._tick())
        subscription = Subscription(take)
        self._by_room[room_id].add(subscription)
        try:
            await asyncio.wait_for(self._is_ready.wait(), 5)
            yield subscription
        finally:
            self._by_room[room_id].discard(subscription)
            if not self._by_room[room_id]:
                del self._by_room[room_id]
                self._last.pop(room_id, None)
                self._early.pop(room_id, None)

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_EVERY_S)
            for subscriptions in list(self._by_room.values()):
                for subscription in list(subscriptions):
                    subscription.tick()

    async def _run(self) -> None:
        while True:
            try:
                async for channel, text in listen(ROOM_CHANNEL, ACCESS_CHANNEL, SESSION_CHANNEL):
                    if not channel:
                        # Whatever was told while nobody listened is in the store.
                        self._is_ready.set()
                        self._last, self._early = {}, defaultdict(dict)
                        self._offer_all(RESET)
                    elif channel == ROOM_CHANNEL:
                        self._hear(RoomLine.unpacked(text))
                    else:
                        self._offer_all(RIGHTS if channel == ACCESS_CHANNEL else text)
            except (RedisError, ServiceUnavailableError) as error:
                log.warning("fanout.redis_lost", error=type(error).__name__)
                await asyncio.sleep(0.5)

    def _hear(self, line: RoomLine) -> None:
        """Offers lines in their order; each listener would ask the store for itself where one is missing."""
        room_id = line.room_id
        if room_id not in self._by_room:
            return
        if not line.seq:
            # Only for the moment: it stands in no order.
            self._offer(line)
            return
        last = self._last.get(room_id, line.seq)
        if line.seq > last + 1:
            if not self._early[room_id]:
                asyncio.get_running_loop().call_later(PATIENCE_S, self._give_up, room_id)
            self._early[room_id][line.seq] = line
            return
        self._offer(line)
        self._last[room_id] = max(last, line.seq)
        if early := self._early.get(room_id):
            while following := early.pop(self._last[room_id] + 1, None):
                self._offer(following)
                self._last[room_id] = following.seq
            if not early:
                del self._early[room_id]

    def _give_up(self, room_id: str) -> None:
        """What a line waited for is lost: listeners find it in the store."""
        for seq, line in sorted(self._early.pop(room_id, {}).items()):
            self._offer(line)
            if room_id in self._by_room:
                self._last[room_id] = seq

    def _offer(self, line: RoomLine) -> None:
        for subscription in self._by_room.get(line.room_id, ()):
            subscription.offer(line)

    def _offer_all(self, word: str) -> None:
        for subscriptions in self._by_room.values():
            for subscription in subscriptions:
                subscription.offer(word)

    async def close(self) -> None:
        """Ends the subscription to Redis; for the end of the process."""
        if self._task is not None:
            for task in (self._task, self._ticking):
                task.cancel()
            await asyncio.wait({self._task, self._ticking})


_of_loops: WeakKeyDictionary[asyncio.AbstractEventLoop, Fanout] = WeakKeyDictionary()


def fanout() -> Fanout:
    """The fan-out of the running event loop."""
    loop = asyncio.get_running_loop()
    found = _of_loops.get(loop)
    if found is None:
        found = _of_loops[loop] = Fanout()
    return found
