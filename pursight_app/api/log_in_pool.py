"""Threads of their own for log-ins: a flood of them waits or is turned away and holds up nobody else."""

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from pursight_app.core.errors import ServiceUnavailableError
from pursight_app.services.auth import HASH_SLOTS, MAX_WAITING

Result = TypeVar("Result")


class BoundedPool:
    """Runs work on `threads` threads of its own, while at most `waiting` wait for one."""

    def __init__(self, name: str, *, threads: int, waiting: int) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._most = threads + waiting
        # Touched on the process's one event loop only.
        self._count = 0

    async def __call__(self, work: Callable[[], Result]) -> Result:
        """What `work` gives.

        Raises:
            ServiceUnavailableError: too many wait already; with a time after which to try again.
        """
        if self._count >= self._most:
            raise ServiceUnavailableError(
                "Too many people are logging in. Try again in a few seconds.", retry_after_s=5
            )
        self._count += 1
        try:
            context = contextvars.copy_context()
            return await asyncio.get_running_loop().run_in_executor(self._threads, context.run, work)
        finally:
            self._count -= 1


# For work that hashes a password.
in_log_in_pool = BoundedPool("log-in", threads=HASH_SLOTS, waiting=MAX_WAITING)
