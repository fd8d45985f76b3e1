"""Threads for log-ins alone: a flood of them waits or is turned away and holds up nobody else."""

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from pursight_app.core.errors import ServiceUnavailableError
from pursight_app.services.auth import HASH_SLOTS, MAX_WAITING

Result = TypeVar("Result")
_threads = ThreadPoolExecutor(HASH_SLOTS, thread_name_prefix="log-in")
_waiting = 0


async def in_log_in_pool(work: Callable[[], Result]) -> Result:
    """Runs `work`, which hashes a password, on one of two threads.

    Raises:
        ServiceUnavailableError: 50 wait already; with a time after which to try again.
    """
    global _waiting  # noqa: PLW0603  a count of one process, touched on its event loop only
    if _waiting >= HASH_SLOTS + MAX_WAITING:
        raise ServiceUnavailableError("Too many people are logging in. Try again in a few seconds.", retry_after_s=5)
    _waiting += 1
    try:
        context = contextvars.copy_context()
        return await asyncio.get_running_loop().run_in_executor(_threads, context.run, work)
    finally:
        _waiting -= 1
