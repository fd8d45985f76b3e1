"""What a broken line to Redis looks like to those who ask."""

import asyncio

import pytest
import uvloop

from pursight_app.core.redis import RedisError, async_redis
from pursight_app.services.auth import actors


def test_a_line_that_closed_before_the_question_is_an_error_of_redis(services: None) -> None:
    async def ask() -> None:
        client = async_redis()
        try:
            connection = await client.connection_pool.get_connection()
            connection._writer.close()
            await asyncio.sleep(0.05)
            with pytest.raises(RedisError):
                await connection.send_command("PING")
        finally:
            await client.aclose()

    uvloop.run(ask())


class _Unreadable:
    def __str__(self) -> str:
        raise LookupError


def test_whoever_waits_for_a_reader_that_broke_is_let_go(services: None) -> None:
    async def ask() -> None:
        reader = actors._Reader()
        asked = [asyncio.ensure_future(reader.read(each)) for each in (_Unreadable(), "one", "another")]  # type: ignore[arg-type]  # breaks it
        done, waiting = await asyncio.wait(asked, timeout=10)
        assert (len(done), waiting) == (3, set())
        assert (await reader.read("one"))[0] is None

    asyncio.run(ask())
