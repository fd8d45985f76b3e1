"""Counts tries in Redis, so that guessing is slow whichever process is asked.

Of requests and messages, of which many are allowed, a process takes some `at_once` and counts those by itself: asking Redis
about each would cost more than most of them. What it took and nobody used is lost with the window, so such a limit can be
stricter by so many for each process, never laxer.
"""

import asyncio
import hashlib
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from pursight_app.core.errors import RateLimitedError, ServiceUnavailableError
from pursight_app.core.redis import RedisError, redis

Result = TypeVar("Result")
# The window starts with its first try. In one script: a crash in between would leave a counter that never ends.
_COUNT = """
local tries = redis.call('INCRBY', KEYS[1], ARGV[2])
if tries == tonumber(ARGV[2]) then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
return {tries, redis.call('PTTL', KEYS[1])}
"""
_MOST_TAKEN = 20_000
# Tries that this process has taken and not used, and until when they count, in monotonic seconds.
_taken: dict[str, tuple[int, float]] = {}
_lock = threading.Lock()


def ask_redis(work: Callable[[], Result]) -> Result:
    """Runs `work`; without Redis nobody is let in and nobody is taken for somebody else.

    Raises:
        ServiceUnavailableError: Redis is away.
    """
    try:
        return work()
    except RedisError:
        raise ServiceUnavailableError("The session store does not answer. Try again in a moment.") from None


def throttle(kind: str, key: str, *, limit: int, window_s: int, at_once: int = 1) -> None:
    """Counts a try of `kind` for `key` and lets `limit` of them pass in `window_s` seconds from the first.

    Raises:
        RateLimitedError: one too many; `tries` on it tells the first such try from later ones.
    """
    name = _key(kind, key)
    if not _use_taken(name):
        _take(name, limit, window_s, at_once)


async def throttle_in_loop(kind: str, key: str, *, limit: int, window_s: int, at_once: int) -> None:
    """As `throttle`, from an event loop: a thread is used only where Redis is asked.

    Raises:
        RateLimitedError: one too many.
    """
    name = _key(kind, key)
    if not _use_taken(name):
        await asyncio.to_thread(_take, name, limit, window_s, at_once)


def _use_taken(name: str) -> bool:
    with _lock:
        left, until = _taken.get(name, (0, 0.0))
        if not left or until <= time.monotonic():
            return False
        _taken[name] = left - 1, until
    return True


def _take(name: str, limit: int, window_s: int, at_once: int) -> None:
    wanted = max(1, at_once)
    asked_at = time.monotonic()
    tries, left_ms = ask_redis(lambda: redis().eval(_COUNT, 1, name, window_s, wanted))
    before = tries - wanted
    if before >= limit:
        wait_s = max(1, round(left_ms / 1000))
        raise RateLimitedError(
            f"Too many tries. Try again in {wait_s} seconds.", retry_after_s=wait_s, is_first=before < limit + wanted
        )
    if left := min(wanted, limit - before) - 1:
        _keep_taken(name, left, asked_at + left_ms / 1000)


def _keep_taken(name: str, left: int, until: float) -> None:
    with _lock:
        if len(_taken) >= _MOST_TAKEN:
            _taken.clear()
        # Threads that asked at one time have each taken some of the same window.
        more, window_end = _taken.get(name, (0, 0.0))
        _taken[name] = left + (more if window_end > time.monotonic() else 0), until


def forget_tries(kind: str, key: str) -> None:
    """Starts the count anew."""
    ask_redis(lambda: redis().delete(_key(kind, key)))


def take_back_try(kind: str, key: str) -> None:
    """Takes one counted try back: it turned out to be a good one."""
    ask_redis(lambda: redis().decr(_key(kind, key)))


def _key(kind: str, key: str) -> str:
    return f"pursight:tries:{kind}:{hashlib.sha256(key.encode()).hexdigest()[:32]}"
