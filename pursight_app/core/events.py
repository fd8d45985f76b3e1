"""Live events: numbered per workspace, kept for a while in Redis, pushed to every web process at once."""

import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from uuid import UUID

import structlog

from pursight_app.core.clock import now
from pursight_app.core.redis import AsyncRedis, RedisError, async_redis, redis

CHANNEL = "pursight:events"
SESSION_CHANNEL = "pursight:sessions"
ACCESS_CHANNEL = "pursight:access"
KEPT_EVENTS = 1_000
# One script: the number, the kept copy and the push cannot be torn apart, so seq has no gap and one order.
_PUBLISH = """
local seq = redis.call('INCR', KEYS[1])
local event = cjson.decode(ARGV[1])
event['seq'] = seq
local text = cjson.encode(event)
redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[2], seq .. '-0', 'event', text)
redis.call('PUBLISH', ARGV[3], text)
return seq
"""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened in a workspace. `data` is JSON-ready and holds no secret and no sampled value."""

    workspace_id: UUID
    type: str
    data: dict[str, object]


def publish(event: Event) -> None:
    """Sends `event`. What is lost while Redis is away was progress only: the truth is in PostgreSQL."""
    body = {"workspace_id": str(event.workspace_id), "type": event.type, "at": now().isoformat(), "data": event.data}
    keys = (f"pursight:seq:{event.workspace_id}", f"pursight:stream:{event.workspace_id}")
    try:
        redis().eval(_PUBLISH, 2, *keys, json.dumps(body), KEPT_EVENTS, CHANNEL)
    except RedisError as error:
        log.warning("event.not_sent", type=event.type, error=type(error).__name__)


def publish_session_end(session_id: str) -> None:
    """Tells every web process that a log-in session has ended, so that its tabs and streams close."""
    redis().publish(SESSION_CHANNEL, session_id)


def publish_access_change() -> None:
    """Tells every web process that rights have changed, so that open tabs and streams are looked at anew.

    Nothing hangs on its arrival: each request, event and stream decides by the newest policy anyway.
    """
    try:
        redis().publish(ACCESS_CHANNEL, "")
    except RedisError as error:
        log.warning("access_change.not_sent", error=type(error).__name__)


async def kept_events(client: AsyncRedis, workspace_id: UUID, *, after_seq: int) -> list[dict[str, object]]:
    """The workspace's kept events with a higher seq, oldest first, at most `KEPT_EVENTS`."""
    rows = await client.xrange(f"pursight:stream:{workspace_id}", min=f"({after_seq}-0", max="+")
    return [json.loads(fields["event"]) for _, fields in rows]


async def listen(*channels: str) -> AsyncGenerator[tuple[str, str], None]:
    """Yields ("", "") once it is subscribed, then (channel, text) for ever; RedisError when the connection breaks."""
    client = async_redis()
    try:
        async with client.pubsub() as subscription:
            await subscription.subscribe(*channels)
            yield "", ""
            async for message in subscription.listen():
                if message["type"] == "message":
                    yield message["channel"], message["data"]
    finally:
        await client.aclose()
