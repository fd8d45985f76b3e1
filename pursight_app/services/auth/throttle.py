"""Counts tries in Redis, so that guessing is slow whichever process is asked."""

import hashlib
from collections.abc import Callable
from typing import TypeVar

from pursight_app.core.errors import RateLimitedError, ServiceUnavailableError
from pursight_app.core.redis import RedisError, redis

Result = TypeVar("Result")
# The window starts with its first try. In one script: a crash in between would leave a counter that never ends.
_COUNT = """
local tries = redis.call('INCR', KEYS[1])
if tries == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
return {tries, redis.call('TTL', KEYS[1])}
"""


def ask_redis(work: Callable[[], Result]) -> Result:
    """Runs `work`; without Redis nobody is let in and nobody is taken for somebody else.

    Raises:
        ServiceUnavailableError: Redis is away.
    """
    try:
        return work()
    except RedisError:
        raise ServiceUnavailableError("The session store does not answer. Try again in a moment.") from None


def throttle(kind: str, key: str, *, limit: int, window_s: int) -> None:
    """Counts a try of `kind` for `key` and lets `limit` of them pass in `window_s` seconds from the first.

    Raises:
        RateLimitedError: one too many; `tries` on it tells the first such try from later ones.
    """
    tries, left_s = ask_redis(lambda: redis().eval(_COUNT, 1, _key(kind, key), window_s))
    if tries > limit:
        wait_s = max(1, int(left_s))
        raise RateLimitedError(
            f"Too many tries. Try again in {wait_s} seconds.", retry_after_s=wait_s, is_first=tries == limit + 1
        )


def forget_tries(kind: str, key: str) -> None:
    """Starts the count anew."""
    ask_redis(lambda: redis().delete(_key(kind, key)))


def take_back_try(kind: str, key: str) -> None:
    """Takes one counted try back: it turned out to be a good one."""
    ask_redis(lambda: redis().decr(_key(kind, key)))


def _key(kind: str, key: str) -> str:
    return f"pursight:tries:{kind}:{hashlib.sha256(key.encode()).hexdigest()[:32]}"
