"""The live events of one room for whoever is in it: in order, without a gap, ended with the seat or the session."""

import asyncio
import json
from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from starlette.types import Send

from pursight_app.core import rooms as live
from pursight_app.core.db import unit_of_work
from pursight_app.core.errors import NotAuthenticatedError, NotFoundError, PurSightError, RateLimitedError
from pursight_app.core.fanout import RIGHTS, Subscription, fanout
from pursight_app.core.rooms import RoomLine
from pursight_app.models import Room
from pursight_app.services import access, auth, collaboration
from pursight_app.services.access import Actor

LOOK_EVERY_S = 15
# Of one person in one process: tabs and programs, but not all sockets there are.
MOST_STREAMS = 100
_PAGE = 500
_SLOWEST_SEND_S = 10


class StreamEndedError(Exception):
    """The seat in the room or the session behind the stream is over."""


class SlowReaderError(Exception):
    """The listener does not read as fast as the room talks; it comes back with `after_seq`."""


class Wire:
    """A listener's open WebSocket. `send` is the server's own: each layer around it costs as much as sending."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._sent: asyncio.Future[None] | None = None

    def put(self, text: str) -> bool:
        """Sends without waiting, unless what went before is still on its way or did not arrive."""
        if self._sent is not None and (not self._sent.done() or self._sent.cancelled() or self._sent.exception()):
            return False
        self._begin(text)
        return True

    def _begin(self, text: str) -> asyncio.Future[None]:
        # granian's send has begun when it returns; that of other servers is a coroutine, which this makes a task of.
        self._sent = asyncio.ensure_future(self._send({"type": "websocket.send", "text": text}))
        return self._sent

    async def send(self, text: str) -> None:
        """Sends when all that went before has gone.

        Raises:
            SlowReaderError: the listener has taken nothing for some seconds.
        """
        try:
            async with asyncio.timeout(_SLOWEST_SEND_S):
                if self._sent is not None:
                    await self._sent
                await self._begin(text)
        except TimeoutError:
            raise SlowReaderError from None


@dataclass(slots=True)
class _Stream:
    actor: Actor
    room_id: UUID
    last: int
    wire: Wire | None = None

    @property
    def key(self) -> str:
        return f"token:{self.actor.token_id}" if self.actor.token_id else self.actor.session_id

    def take(self, line: RoomLine) -> bool:
        """Sends the line that is next on the spot: waking the listener's task for it would cost several times as much."""
        is_next = line.seq == self.last + 1 or not line.seq
        if self.wire is None or not is_next or _may_end(line) or not self.wire.put(line.text):
            return False
        self.last = line.seq or self.last
        return True


# Streams of each person in this process, so that one person cannot take all sockets.
_open_streams: dict[UUID, int] = {}
# All listeners of a room look at one time whether they missed something: what one of them asks, the others wait for.
_looks: dict[UUID, asyncio.Future[int]] = {}


async def check_seat(actor: Actor, room_id: UUID) -> None:
    """Lets only those listen who are in the room.

    Raises:
        NotFoundError: for all others it does not exist.
        RateLimitedError: too many streams of one person.
    """
    await asyncio.to_thread(_check_seat, actor, room_id)
    check_count(actor)


def check_count(actor: Actor) -> None:
    """Lets somebody open one more stream.

    Raises:
        RateLimitedError: too many streams of one person.
    """
    if _open_streams.get(actor.user_id, 0) >= MOST_STREAMS:
        raise RateLimitedError(f"You have {MOST_STREAMS} streams open already; close one.", retry_after_s=10)


def refusal(error: PurSightError) -> int:
    """The code with which a WebSocket is closed before it was open."""
    if isinstance(error, RateLimitedError):
        return 4429
    return 4401 if isinstance(error, NotAuthenticatedError) else 4404


@contextmanager
def counted(actor: Actor) -> Generator[None]:
    """One stream of this person, as long as it lives.

    Raises:
        RateLimitedError: too many; of those that passed `check_count` at the same moment as well.
    """
    check_count(actor)
    _open_streams[actor.user_id] = _open_streams.get(actor.user_id, 0) + 1
    try:
        yield
    finally:
        _open_streams[actor.user_id] -= 1
        if not _open_streams[actor.user_id]:
            del _open_streams[actor.user_id]


def _check_seat(actor: Actor, room_id: UUID) -> None:
    with unit_of_work() as session:
        collaboration.seat_of(session, actor, room_id)


async def room_lines(actor: Actor, room_id: UUID, after_seq: int, wire: Wire | None = None) -> AsyncIterator[RoomLine]:
    """Kept events after `after_seq`, then live ones, each once; what was missed meanwhile is read from the store.

    With a `wire` most live ones go there by themselves; it is for the caller to send there what comes out here.

    Raises:
        StreamEndedError, SlowReaderError, RateLimitedError
    """
    stream = _Stream(actor, room_id, after_seq, wire)
    with counted(actor):
        try:
            async with fanout().subscription(str(room_id), stream.take) as subscription:
                await asyncio.to_thread(live.sign_of_life, room_id, [actor.user_id])
                # A client that knows a number which the room never gave goes on from the newest, instead of hearing nothing.
                stream.last = min(after_seq, await asyncio.to_thread(_last_seq, room_id))
                async for line in _missed(stream):
                    yield line
                async for line in _heard(stream, subscription):
                    yield line
                    if _ends(line, actor):
                        raise StreamEndedError
        finally:
            if actor.user_id not in _open_streams or _open_streams[actor.user_id] <= 1:
                # Cancelled with its socket: what follows must not hang on this task.
                asyncio.get_running_loop().run_in_executor(None, live.gone, room_id, actor.user_id)


async def _heard(stream: _Stream, subscription: Subscription) -> AsyncIterator[RoomLine]:
    while True:
        if subscription.is_overrun:
            raise SlowReaderError
        item = await subscription.next()
        if isinstance(item, RoomLine) and item.seq <= stream.last:
            if not item.seq:
                yield item
            continue
        if isinstance(item, RoomLine) and item.seq == stream.last + 1:
            stream.last = item.seq
            yield item
            continue
        if item is None:
            has_all = await _has_all(stream)
            # Not a sign of life of theirs: over a line that is cut on the way one can go on sending for minutes.
            yield _heartbeat(stream)
            if has_all:
                continue
        elif item in {RIGHTS, stream.key}:
            await _look_again(stream)
        # A gap, a new line to Redis, or nothing for a while: the store knows what was missed.
        async for line in _missed(stream):
            yield line


async def _has_all(stream: _Stream) -> bool:
    room_id = stream.room_id
    if (look := _looks.get(room_id)) is None:
        look = _looks[room_id] = asyncio.ensure_future(asyncio.to_thread(_last_seq, room_id))
        look.add_done_callback(lambda _: _looks.pop(room_id))
    try:
        # Whoever goes meanwhile leaves the answer to the others.
        return await asyncio.shield(look) <= stream.last
    except PurSightError:
        # PostgreSQL is away: the next look tries again.
        return True


def _ends(line: RoomLine, actor: Actor) -> bool:
    """Whether an event takes the listener's own seat away."""
    if not _may_end(line):
        return False
    event = json.loads(line.text)
    return event["type"] in {"removed", "left"} and event["data"].get("user_id") == str(actor.user_id)


def _may_end(line: RoomLine) -> bool:
    return '"type":"removed"' in line.text or '"type":"left"' in line.text


def _heartbeat(stream: _Stream) -> RoomLine:
    event = {"seq": stream.last, "type": "heartbeat", "session_id": str(stream.room_id), "data": {}}
    return RoomLine(str(stream.room_id), 0, json.dumps(event))


async def _look_again(stream: _Stream) -> None:
    access.forget_policies()
    actor = await auth.renewed(stream.actor)
    if actor is None:
        raise StreamEndedError
    stream.actor = actor
    try:
        await asyncio.to_thread(_check_seat, actor, stream.room_id)
    except NotFoundError:
        raise StreamEndedError from None


async def _missed(stream: _Stream) -> AsyncIterator[RoomLine]:
    while True:
        try:
            lines = await asyncio.to_thread(_kept_after, stream.room_id, stream.last)
        except PurSightError:
            # PostgreSQL is away: the next word or the next look tries again.
            return
        for line in lines:
            stream.last = line.seq
            yield line
        if len(lines) < _PAGE:
            return


def _last_seq(room_id: UUID) -> int:
    with unit_of_work() as session:
        return session.get_one(Room, room_id).last_seq


def _kept_after(room_id: UUID, after_seq: int) -> list[RoomLine]:
    last = _last_seq(room_id)
    recent = live.recent_events(room_id, after_seq, last) if last - after_seq <= live.RECENT_EVENTS else None
    if recent is not None:
        return [RoomLine(str(room_id), after_seq + number, text) for number, text in enumerate(recent, start=1)]
    with unit_of_work() as session:
        events = collaboration.events_after(session, room_id, after_seq, limit=_PAGE)
    return [RoomLine.of(room_id, event) for event in events]
