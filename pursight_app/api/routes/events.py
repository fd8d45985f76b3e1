"""Live events for everybody but browsers: one WebSocket or server-sent events (contract section 3)."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Query, WebSocket
from fastapi.responses import StreamingResponse
from starlette.websockets import WebSocketDisconnect

from pursight_app.api.dependencies import CurrentActor, actor_of_header
from pursight_app.api.guard import GuardedRoute, guard
from pursight_app.api.room_stream import (
    SlowReaderError,
    StreamEndedError,
    Wire,
    check_count,
    check_seat,
    counted,
    refusal,
    room_lines,
)
from pursight_app.core import rooms
from pursight_app.core.errors import PurSightError, RateLimitedError
from pursight_app.core.events import ACCESS_CHANNEL, CHANNEL, SESSION_CHANNEL, kept_events, listen
from pursight_app.core.redis import RedisError, async_redis
from pursight_app.services import access, auth
from pursight_app.services.access import Actor, Permission, Resource

router = APIRouter(tags=["events"], route_class=GuardedRoute)
WATCH_EVERY_S = 30
_SSE, _NO_STORE = "text/event-stream", {"Cache-Control": "no-store"}
# What a client says over its socket besides nothing: a sign of life, or that its person is writing.
_MOST_BYTES_IN = 4_096
_SILENT_S = 30


class _SessionEndedError(Exception):
    """The log-in session behind the stream is over."""


async def _events(actor: Actor, workspace_id: UUID | None, after_seq: int) -> AsyncIterator[dict[str, object]]:
    """Kept events after `after_seq`, then live ones, of what the actor may see; ends with the session or the rights.

    Subscribes first and reads what was kept second, so that nothing falls between; doubles are dropped by seq.
    """
    watch = _Watch(actor, workspace_id)
    last: dict[str, int] = {}
    stream = listen(CHANNEL, SESSION_CHANNEL, ACCESS_CHANNEL)
    await anext(stream)
    following = asyncio.ensure_future(anext(stream))
    try:
        if workspace_id is not None:
            for event in await _kept(workspace_id, after_seq):
                last[str(workspace_id)] = int(str(event["seq"]))
                if shown := watch.shown(event):
                    yield shown
        while True:
            # Asked for again now and then even when nothing is heard: a message that a revocation sends can be lost.
            done, _ = await asyncio.wait({following}, timeout=WATCH_EVERY_S)
            if not done:
                await watch.look_again()
                continue
            channel, text = await following
            following = asyncio.ensure_future(anext(stream))
            if channel != CHANNEL:
                if channel == ACCESS_CHANNEL or text == watch.key:
                    await watch.look_again()
                continue
            event = json.loads(text)
            home = str(event["workspace_id"])
            if event["seq"] > last.get(home, 0) and (shown := watch.shown(event)):
                last[home] = event["seq"]
                yield shown
    finally:
        following.cancel()
        # Until the cancelled step is over the generator counts as running and cannot be closed.
        await asyncio.wait({following})
        await stream.aclose()


class _Watch:
    """Who listens, looked at anew whenever rights or sessions change, and what they may hear."""

    def __init__(self, actor: Actor, workspace_id: UUID | None) -> None:
        self._actor = actor
        self._workspace_id = workspace_id
        self.key = f"token:{actor.token_id}" if actor.token_id else actor.session_id

    async def look_again(self) -> None:
        """Ends the stream when its person may not listen any more."""
        access.forget_policies()
        actor = await auth.renewed(self._actor)
        if actor is None:
            raise _SessionEndedError
        if self._workspace_id is not None and not actor.may_somewhere(Permission.SCAN_READ, self._workspace_id):
            raise _SessionEndedError
        self._actor = actor

    def shown(self, event: Mapping[str, Any]) -> dict[str, Any] | None:
        """The event as the listener may know it; None when it does not exist for them."""
        home, data = UUID(str(event["workspace_id"])), event["data"]
        if self._workspace_id not in {None, home}:
            return None
        if "user_id" in data:
            # Told to one person: an invitation, a mention.
            is_own = data["user_id"] == str(self._actor.user_id) and self._actor.knows(home)
            return dict(event) if is_own else None
        return self._shown_thing(event, home)

    def _shown_thing(self, event: Mapping[str, Any], home: UUID) -> dict[str, Any] | None:
        data = event["data"]
        source = data.get("data_source_id")
        place = Resource(home, UUID(source) if source else None)
        table = replace(place, path=str(data.get("table") or ""))
        if (asked := _asked_for(event["type"], Resource(home), table)) is not None:
            return dict(event) if self._actor.decide(*asked).allowed else None
        if not self._actor.decide(Permission.SCAN_READ, place).allowed:
            return None
        if table.path and not self._actor.decide(Permission.CATALOG_READ, table).allowed:
            return {**event, "data": {**data, "table": ""}}
        return dict(event)


def _asked_for(kind: str, home: Resource, table: Resource) -> tuple[Permission, Resource] | None:
    """What hearing of an event takes, and on what, where it is not the right to see scans."""
    if kind == "finding":
        return Permission.FINDING_READ, table
    if kind == "review":
        # It holds a count over the workspace, so it is for those who may see all of it.
        return Permission.CATALOG_READ, home
    if kind == "activity":
        # Only that there is something new; what it is, GET /api/activity tells by rights.
        return Permission.WORKSPACE_READ, home
    if kind.startswith(("pipeline_", "plan_", "deployment_")):
        return Permission.PIPELINE_READ, home
    return (Permission.MODEL_MANAGE, home) if kind.startswith("model_") else None


async def _kept(workspace_id: UUID, after_seq: int) -> list[dict[str, object]]:
    client = async_redis()
    try:
        return await kept_events(client, workspace_id, after_seq=after_seq)
    finally:
        await client.aclose()


@router.get("/racine/events")
@guard()
async def stream_events(
    actor: CurrentActor,
    workspace_id: UUID | None = None,
    after_seq: Annotated[int, Query(ge=0)] = 0,
    session_id: UUID | None = None,
) -> StreamingResponse:
    """Server-sent events; the id of each is its seq. `session_id` is a room's: its events instead of the workspace's."""
    if session_id is not None:
        await check_seat(actor, session_id)
        return StreamingResponse(_room_sse(actor, session_id, after_seq), media_type=_SSE, headers=_NO_STORE)
    if workspace_id is not None:
        access.require_somewhere(actor, Permission.SCAN_READ, workspace_id)
    check_count(actor)

    async def lines() -> AsyncIterator[str]:
        try:
            with counted(actor):
                async for event in _events(actor, workspace_id, after_seq):
                    yield f"id: {event['seq']}\nevent: {event['type']}\ndata: {json.dumps(event)}\n\n"
        except (_SessionEndedError, RedisError, RateLimitedError):
            return

    return StreamingResponse(lines(), media_type=_SSE, headers=_NO_STORE)


async def _room_sse(actor: Actor, room_id: UUID, after_seq: int) -> AsyncIterator[str]:
    try:
        async for line in room_lines(actor, room_id, after_seq):
            number = f"id: {line.seq}\n" if line.seq else ""
            yield f"{number}data: {line.text}\n\n"
    except (StreamEndedError, SlowReaderError, RedisError, TimeoutError, RateLimitedError):
        return


@router.websocket("/racine/events")
async def socket_events(
    socket: WebSocket,
    authorization: Annotated[str, Header()] = "",
    workspace_id: UUID | None = None,
    after_seq: int = 0,
    session_id: UUID | None = None,
) -> None:
    """The same events over a WebSocket; closed with 4401 when the session or the seat in the room ends.

    A client that has once sent `{"type": "ping"}` is taken for lost, and closed with 4408, when it says nothing for 30 s.
    A reader that is too slow is closed with 1013 and comes back with `after_seq`.
    """
    try:
        actor = await actor_of_header(authorization)
        if session_id is not None:
            await check_seat(actor, session_id)
        elif workspace_id is not None:
            access.require_somewhere(actor, Permission.SCAN_READ, workspace_id)
        check_count(actor)
    except PurSightError as error:
        await socket.close(refusal(error))
        return
    await socket.accept()
    sending = _send_room(Wire(socket.state.send), actor, session_id, after_seq) if session_id else None
    sending = sending or _send_all(socket, actor, workspace_id, after_seq)
    tasks = [asyncio.ensure_future(each) for each in (_hear(socket, actor, session_id), sending)]
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
    error = next((task.exception() for task in done if not task.cancelled()), None)
    if not isinstance(error, WebSocketDisconnect):
        with suppress(RuntimeError, WebSocketDisconnect):
            await socket.close(_CLOSING.get(type(error), 1011))


_CLOSING: dict[type[BaseException | None], int] = {
    _SessionEndedError: 4401,
    StreamEndedError: 4401,
    SlowReaderError: 1013,
    TimeoutError: 4408,
    RateLimitedError: 4429,
}


async def _hear(socket: WebSocket, actor: Actor, room_id: UUID | None) -> None:
    """Reads what the client says until it goes."""
    has_pinged = False
    while True:
        text = await asyncio.wait_for(socket.receive_text(), _SILENT_S if has_pinged else None)
        if len(text) > _MOST_BYTES_IN or room_id is None:
            continue
        said = _said(text)
        has_pinged = has_pinged or said == "ping"
        if said == "typing":
            await asyncio.to_thread(rooms.typing, room_id, actor.user_id, actor.name)
        if said in {"ping", "typing"}:
            await asyncio.to_thread(rooms.sign_of_life, room_id, [actor.user_id], is_active=said == "typing")


def _said(text: str) -> str:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    return str(said.get("type", "")) if isinstance(said, dict) else ""


async def _send_room(wire: Wire, actor: Actor, room_id: UUID, after_seq: int) -> None:
    async for line in room_lines(actor, room_id, after_seq, wire):
        await wire.send(line.text)


async def _send_all(socket: WebSocket, actor: Actor, workspace_id: UUID | None, after_seq: int) -> None:
    with counted(actor):
        async for event in _events(actor, workspace_id, after_seq):
            await socket.send_json(event)
