"""The floor of the room benchmark: the least that FastAPI under granian can do with a message and PostgreSQL.

No session, no rights, no limits, no room, no order over processes: one INSERT, committed, then the same text to every socket of this
process. What the product takes beyond it is what it does beyond it; a goal below it is out of reach of the stack.
"""

import asyncio
import os
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from itertools import count
from typing import Any

import psycopg
from fastapi import Depends, FastAPI, Request
from pydantic import BaseModel
from starlette.routing import WebSocketRoute
from starlette.types import Receive, Scope, Send

from pursight_app.api.dependencies import actor_of_header

_sockets: set[Send] = set()
_numbers = count(1)
_TABLE = f"floor_{os.getpid()}"


class Said(BaseModel):
    """A message as the product's own clients send it."""

    session_id: str
    body: str
    client_id: str


@asynccontextmanager
async def _connected(app: FastAPI) -> AsyncGenerator[None]:
    async with await psycopg.AsyncConnection.connect(os.environ["ROOMS_FLOOR_URL"], autocommit=True) as connection:
        # One of its own: two such apps run side by side.
        await connection.execute(f"CREATE TABLE {_TABLE} (seq bigint PRIMARY KEY, client_id text, body text)")
        app.state.connection = connection
        yield


class Hearing:
    """A WebSocket that hears everything, as bare ASGI."""

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Until its client goes."""
        await receive()
        await send({"type": "websocket.accept"})
        _sockets.add(send)
        while (await receive())["type"] != "websocket.disconnect":
            pass
        _sockets.discard(send)


async def _who_asks(request: Request) -> None:
    await actor_of_header(request.headers.get("authorization", ""))


def create_checked_app() -> FastAPI:
    """The same, after it has asked as the product does whose session it is and whether their rights are the newest."""
    return create_app([Depends(_who_asks)])


def create_app(checks: Sequence[Any] = ()) -> FastAPI:
    """One route to say something, one to hear it."""
    app = FastAPI(lifespan=_connected)

    async def say(message: Said) -> dict[str, int]:
        seq = next(_numbers)
        await app.state.connection.execute(
            f"INSERT INTO {_TABLE} VALUES (%s, %s, %s)", (seq, message.client_id, message.body)
        )
        text = f'{{"seq":{seq},"type":"message","data":{{"body":"{message.body}"}}}}'
        for send in _sockets:
            await send({"type": "websocket.send", "text": text})
        return {"seq": seq}

    async def is_up() -> None: ...

    app.add_api_route(
        "/racine/collaboration/message", say, methods=["POST"], status_code=201, dependencies=list(checks)
    )
    app.add_api_route("/healthz", is_up)
    app.router.routes.append(WebSocketRoute("/racine/events", Hearing()))
    return app


def refuse_all(port: int, seconds: float) -> None:
    """The least that a flood costs: a process that reads each request and answers 429, asking nobody anything."""
    answer = b"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 2\r\n\r\n{}"

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError):
            while head := (await reader.readuntil(b"\r\n\r\n")).lower():
                await reader.readexactly(int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0]))
                writer.write(answer)
        writer.close()

    async def serve() -> None:
        async with await asyncio.start_server(refuse, "127.0.0.1", port):
            await asyncio.sleep(seconds)

    asyncio.run(serve())
