"""Live events for everybody but browsers: one WebSocket or server-sent events (contract section 3)."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Query, WebSocket
from fastapi.responses import StreamingResponse
from starlette.websockets import WebSocketDisconnect

from pursight_app.api.dependencies import CurrentActor, actor_of_header
from pursight_app.core.errors import NotAuthenticatedError, NotFoundError, PurSightError
from pursight_app.core.events import CHANNEL, SESSION_CHANNEL, kept_events, listen
from pursight_app.core.redis import RedisError, async_redis
from pursight_app.services import access
from pursight_app.services.access import Actor, Permission

router = APIRouter(tags=["events"])


class _SessionEndedError(Exception):
    """The log-in session behind the stream is over."""


async def _events(actor: Actor, workspace_id: UUID | None, after_seq: int) -> AsyncIterator[dict[str, object]]:
    """Kept events after `after_seq`, then live ones, of the workspaces that the actor may see; ends with the session.

    Subscribes first and reads what was kept second, so that nothing falls between; doubles are dropped by seq.
    """
    if workspace_id is not None:
        access.require(actor, Permission.WORKSPACE_READ, workspace_id)
    last: dict[str, int] = {}
    stream = listen(CHANNEL, SESSION_CHANNEL)
    await anext(stream)
    following = asyncio.ensure_future(anext(stream))
    try:
        if workspace_id is not None:
            for event in await _kept(workspace_id, after_seq):
                last[str(workspace_id)] = int(str(event["seq"]))
                yield event
        while True:
            channel, text = await following
            following = asyncio.ensure_future(anext(stream))
            if channel == SESSION_CHANNEL:
                if text == actor.session_id:
                    raise _SessionEndedError
                continue
            event = json.loads(text)
            home = str(event["workspace_id"])
            is_wanted = workspace_id is None or home == str(workspace_id)
            if is_wanted and actor.may(Permission.SCAN_READ, UUID(home)) and event["seq"] > last.get(home, 0):
                last[home] = event["seq"]
                yield event
    finally:
        following.cancel()
        await stream.aclose()


async def _kept(workspace_id: UUID, after_seq: int) -> list[dict[str, object]]:
    client = async_redis()
    try:
        return await kept_events(client, workspace_id, after_seq=after_seq)
    finally:
        await client.aclose()


@router.get("/racine/events")
async def stream_events(
    actor: CurrentActor,
    workspace_id: UUID | None = None,
    after_seq: Annotated[int, Query(ge=0)] = 0,
    session_id: UUID | None = None,
) -> StreamingResponse:
    """Server-sent events; the id of each is its seq. `session_id` is for rooms, of which there are none yet."""
    if session_id is not None:
        raise NotFoundError("There is no such collaboration session, or not one that you may see.")
    if workspace_id is not None:
        access.require(actor, Permission.WORKSPACE_READ, workspace_id)

    async def lines() -> AsyncIterator[str]:
        try:
            async for event in _events(actor, workspace_id, after_seq):
                yield f"id: {event['seq']}\nevent: {event['type']}\ndata: {json.dumps(event)}\n\n"
        except (_SessionEndedError, RedisError):
            return

    return StreamingResponse(lines(), media_type="text/event-stream", headers={"Cache-Control": "no-store"})


@router.websocket("/racine/events")
async def socket_events(
    socket: WebSocket,
    authorization: Annotated[str, Header()] = "",
    workspace_id: UUID | None = None,
    after_seq: int = 0,
) -> None:
    """The same events over a WebSocket; closed with 4401 when the session ends."""
    try:
        actor = await asyncio.to_thread(actor_of_header, authorization)
        if workspace_id is not None:
            access.require(actor, Permission.WORKSPACE_READ, workspace_id)
    except PurSightError as error:
        await socket.close(4401 if isinstance(error, NotAuthenticatedError) else 4404)
        return
    await socket.accept()
    gone = asyncio.ensure_future(socket.receive())
    sending = asyncio.ensure_future(_send_all(socket, actor, workspace_id, after_seq))
    done, _ = await asyncio.wait({gone, sending}, return_when=asyncio.FIRST_COMPLETED)
    for task in (gone, sending):
        task.cancel()
    if sending in done:
        try:
            await socket.close(4401 if isinstance(sending.exception(), _SessionEndedError) else 1011)
        except (RuntimeError, WebSocketDisconnect):
            return


async def _send_all(socket: WebSocket, actor: Actor, workspace_id: UUID | None, after_seq: int) -> None:
    async for event in _events(actor, workspace_id, after_seq):
        await socket.send_json(event)
