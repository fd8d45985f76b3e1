"""Connections to Redis, the only other place beside queue.py that imports the client."""

import asyncio
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

from redis import Redis
from redis.asyncio import ConnectionPool
from redis.asyncio import Redis as AsyncRedis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError

from pursight_app.core.errors import ServiceUnavailableError
from pursight_app.core.settings import get_settings

__all__ = ["RedisError", "async_redis", "close_loop_redis", "loop_redis", "redis", "redis_url"]


def redis_url() -> str:
    """URL of Redis: the configured server or the embedded one's socket."""
    settings = get_settings()
    if settings.redis_url:
        return settings.redis_url
    written = settings.path("run", "redis_url")
    if not written.exists():
        raise ServiceUnavailableError("Redis is not running. Start PurSight with ./pursight up.")
    return written.read_text().strip()


@cache
def redis() -> Any:
    """The process-wide client; text in and out, RQ has its own with bytes.

    Any, because the client's type hints say "awaitable or not" of every answer.
    """
    return Redis.from_url(redis_url(), decode_responses=True, socket_timeout=5, health_check_interval=15)


_of_loops: WeakKeyDictionary[asyncio.AbstractEventLoop, AsyncRedis] = WeakKeyDictionary()


def loop_redis() -> AsyncRedis:
    """The client of the running event loop, for single questions; it lives as long as the loop."""
    loop = asyncio.get_running_loop()
    client = _of_loops.get(loop)
    if client is None:
        client = _of_loops[loop] = _client(socket_timeout=5)
    return client


class _ToldInOurWords:
    """Where Redis dies between connecting and asking, uvloop says RuntimeError, which the client takes for a bug of its own."""

    async def send_packed_command(self, *arguments: Any, **options: Any) -> None:
        try:
            await super().send_packed_command(*arguments, **options)  # type: ignore[misc]  # beside a connection's class
        except RuntimeError as error:
            raise RedisConnectionError(str(error)) from error


def _client(**options: Any) -> AsyncRedis:
    pool = ConnectionPool.from_url(redis_url(), decode_responses=True, **options)
    pool.connection_class = type("Connection", (_ToldInOurWords, pool.connection_class), {})
    return AsyncRedis.from_pool(pool)


async def close_loop_redis() -> None:
    """Closes the client of the running event loop, which is about to end."""
    client = _of_loops.pop(asyncio.get_running_loop(), None)
    if client is not None:
        await client.aclose()


def async_redis() -> AsyncRedis:
    """A new client for one event loop; the caller closes it. No read timeout: subscribers wait."""
    return _client(health_check_interval=15)
