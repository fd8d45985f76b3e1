"""What is quick about rooms, in Redis: recent events, what is told live, who is there, who is writing.

All of it can be lost: the truth is in PostgreSQL, presence comes again with the next sign of life.
"""

import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

import structlog

from pursight_app.core.clock import now
from pursight_app.core.redis import RedisError, redis

ROOM_CHANNEL = "pursight:rooms"
RECENT_EVENTS = 200
RECENT_FOR_S = 24 * 3600
# A line that is silent longer is taken for lost; signs of life come every HEARTBEAT_S.
HEARTBEAT_S, SILENT_S = 10, 25
IDLE_S = 300
TYPING_S = 4

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class RoomLine:
    """An event as it travels: once made into text, the same text goes to every listener. `seq` 0: only for the moment."""

    room_id: str
    seq: int
    text: str

    @classmethod
    def of(cls, room_id: UUID | str, event: Mapping[str, object]) -> "RoomLine":
        """The line of a kept event."""
        return cls(str(room_id), int(str(event["seq"])), json.dumps(event, separators=(",", ":")))

    def packed(self) -> str:
        """For the channel: what listeners sort by stands before the text, so that they need not parse it."""
        return f"{self.room_id} {self.seq}\n{self.text}"

    @classmethod
    def unpacked(cls, packed: str) -> "RoomLine":
        """The line of a message on the channel."""
        head, _, text = packed.partition("\n")
        room_id, _, seq = head.partition(" ")
        return cls(room_id, int(seq), text)


def _key(room_id: UUID | str, what: str) -> str:
    return f"pursight:room:{room_id}:{what}"


def publish_room(line: RoomLine, *, by: str = "") -> None:
    """Keeps a durable event among the recent ones, then tells it. What is lost while Redis is away is read again later.

    The person it is `by` has sent what they wrote, and is no longer writing.
    """
    recent = _key(line.room_id, "recent")
    try:
        with redis().pipeline(transaction=False) as pipe:
            pipe.zadd(recent, {line.text: line.seq})
            pipe.zremrangebyrank(recent, 0, -RECENT_EVENTS - 1)
            pipe.expire(recent, RECENT_FOR_S)
            pipe.publish(ROOM_CHANNEL, line.packed())
            if by:
                pipe.zrem(_key(line.room_id, "typing"), by)
            pipe.execute()
    except RedisError as error:
        log.warning("room_event.not_sent", error=type(error).__name__)


def recent_events(room_id: UUID, after_seq: int, last_seq: int) -> list[str] | None:
    """The texts of all events after `after_seq` up to `last_seq` if Redis has them without a gap, else None."""
    if last_seq <= after_seq:
        return []
    try:
        found = redis().zrangebyscore(_key(room_id, "recent"), f"({after_seq}", last_seq, withscores=True)
    except RedisError:
        return None
    numbers = [int(score) for _, score in found]
    return [text for text, _ in found] if numbers == list(range(after_seq + 1, last_seq + 1)) else None


def forget_recent(room_id: UUID) -> None:
    """Drops the recent events: a text in them was changed or taken back.

    Raises:
        RedisError: it is not known to be gone.
    """
    redis().delete(_key(room_id, "recent"))


def keep_room_state(room_id: UUID, **state: str) -> None:
    """The room's state for those who only look (F3.8)."""
    try:
        redis().hset(_key(room_id, "state"), mapping=state)
        redis().expire(_key(room_id, "state"), RECENT_FOR_S)
    except RedisError as error:
        log.warning("room_state.not_kept", error=type(error).__name__)


def tell_now(room_id: UUID | str, kind: str, data: Mapping[str, object]) -> None:
    """Tells something that is true only for the moment: kept nowhere, it bears the number of the last kept event."""
    try:
        last = redis().zrange(_key(room_id, "recent"), -1, -1, withscores=True)
        seq = int(last[0][1]) if last else 0
        event = {"seq": seq, "type": kind, "session_id": str(room_id), "at": now().isoformat(), "data": dict(data)}
        redis().publish(ROOM_CHANNEL, RoomLine(str(room_id), 0, json.dumps(event)).packed())
    except RedisError as error:
        log.warning("room_event.not_sent", error=type(error).__name__)


def sign_of_life(room_id: UUID | str, user_ids: Iterable[UUID | str], *, is_active: bool = False) -> None:
    """These people are there now; who was not before is told to the room. `is_active`: they do something."""
    moment = time.time()
    there = {str(user_id): moment for user_id in user_ids}
    if not there:
        return
    try:
        with redis().pipeline(transaction=False) as pipe:
            pipe.zmscore(_key(room_id, "active"), list(there))
            pipe.zadd(_key(room_id, "there"), there, nx=True)
            pipe.zadd(_key(room_id, "there"), there, xx=True)
            pipe.zadd(_key(room_id, "active"), there, nx=not is_active)
            pipe.sadd("pursight:rooms:peopled", str(room_id))
            active, come = pipe.execute()[:2]
    except RedisError:
        return
    # Somebody who writes is active every second; only that they came back is news.
    woke = is_active and any(last is None or last < moment - IDLE_S for last in active)
    if come or woke:
        tell_now(room_id, "presence", {"user_ids": list(there), "state": "online"})


def look_at(room_id: UUID | str, user_id: UUID | str, what: str) -> None:
    """The person has this thing of the room open; "" closes it. Who they are with sees so."""
    try:
        if what:
            redis().hset(_key(room_id, "focus"), str(user_id), what)
            redis().expire(_key(room_id, "focus"), RECENT_FOR_S)
        else:
            redis().hdel(_key(room_id, "focus"), str(user_id))
    except RedisError:
        return
    tell_now(room_id, "presence", {"user_ids": [str(user_id)], "state": "online", "looks_at": what})


def who_looks(room_id: UUID | str) -> dict[str, str]:
    """User ids and what each has open; empty while Redis is away."""
    try:
        return redis().hgetall(_key(room_id, "focus"))
    except RedisError:
        return {}


def gone(room_id: UUID | str, user_id: UUID | str) -> None:
    """The person's last line is closed."""
    try:
        was_there = redis().zrem(_key(room_id, "there"), str(user_id))
        redis().zrem(_key(room_id, "active"), str(user_id))
        redis().hdel(_key(room_id, "focus"), str(user_id))
        redis().srem(_key(room_id, "idle"), str(user_id))
    except RedisError:
        return
    if was_there:
        tell_now(room_id, "presence", {"user_ids": [str(user_id)], "state": "offline"})


def who_is_there(room_id: UUID | str) -> dict[str, str]:
    """User ids with "online" or "idle"; empty while Redis is away."""
    moment = time.time()
    try:
        there = redis().zrangebyscore(_key(room_id, "there"), moment - SILENT_S, "+inf")
        active = dict(redis().zrange(_key(room_id, "active"), 0, -1, withscores=True))
    except RedisError:
        return {}
    return {user_id: "online" if active.get(user_id, 0) > moment - IDLE_S else "idle" for user_id in there}


def drop_silent() -> None:
    """Takes out whoever has given no sign of life for `SILENT_S`, and says who has become idle.

    Of many processes that do so, one tells it.
    """
    try:
        for room_id in redis().smembers("pursight:rooms:peopled"):
            for user_id in redis().zrangebyscore(_key(room_id, "there"), "-inf", time.time() - SILENT_S):
                gone(room_id, user_id)
            _tell_idle(room_id)
            if not redis().zcard(_key(room_id, "there")):
                redis().srem("pursight:rooms:peopled", room_id)
    except RedisError:
        return


def _tell_idle(room_id: str) -> None:
    idle = {user_id for user_id, state in who_is_there(room_id).items() if state == "idle"}
    known = redis().smembers(_key(room_id, "idle"))
    if back := known - idle:
        redis().srem(_key(room_id, "idle"), *back)
    for user_id in idle - known:
        # Who adds it tells it.
        if redis().sadd(_key(room_id, "idle"), user_id):
            tell_now(room_id, "presence", {"user_ids": [user_id], "state": "idle"})


def typing(room_id: UUID, user_id: UUID, name: str) -> None:
    """The person is writing; forgotten after `TYPING_S` seconds. In a room that has ended nobody is."""
    try:
        if redis().hget(_key(room_id, "state"), "status") == "ended":
            return
        redis().set(_key(room_id, f"typing:{user_id}"), name, ex=TYPING_S)
        redis().zadd(_key(room_id, "typing"), {str(user_id): time.time()})
        redis().expire(_key(room_id, "typing"), 60)
    except RedisError:
        return
    tell_now(room_id, "typing", {"user_id": str(user_id), "name": name, "for_s": TYPING_S})


def who_types(room_id: UUID | str) -> dict[str, str]:
    """User ids and names of those who are writing."""
    try:
        ids = redis().zrangebyscore(_key(room_id, "typing"), time.time() - TYPING_S, "+inf")
        names = redis().mget([_key(room_id, f"typing:{user_id}") for user_id in ids]) if ids else []
    except RedisError:
        return {}
    return {user_id: name for user_id, name in zip(ids, names, strict=True) if name}


def note_topic(document_id: UUID) -> str:
    """Under which name listeners hear of a note."""
    return f"note:{document_id}"


def tell_note(document_id: UUID, text: str) -> None:
    """Tells those who have a note open of a change or of where somebody's cursor is."""
    try:
        redis().publish(ROOM_CHANNEL, RoomLine(note_topic(document_id), 0, text).packed())
    except RedisError as error:
        log.warning("note.not_told", error=type(error).__name__)
