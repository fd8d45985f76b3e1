"""Notes that several people write at once: a WebSocket that speaks Yjs updates, and their history.

Over the socket both sides send binary messages, their first byte the kind: 0 a Yjs update, 1 where cursors are (Yjs
awareness, passed on and not kept), 2 a Yjs state vector, to be answered with what it lacks.
"""

import asyncio
import base64
import json
from contextlib import suppress
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Header, Response, WebSocket
from pycrdt import Doc, get_state, get_update
from pydantic import BaseModel, Field
from starlette.websockets import WebSocketDisconnect

from pursight_app.api.dependencies import COOKIE, CurrentActor, Page, actor_of_header
from pursight_app.api.guard import GuardedRoute, guard
from pursight_app.api.room_stream import check_count, counted, refusal
from pursight_app.core.db import unit_of_work
from pursight_app.core.errors import (
    ConflictError,
    InvalidInputError,
    NotAuthenticatedError,
    PurSightError,
    RateLimitedError,
)
from pursight_app.core.fanout import RESET, RIGHTS, fanout
from pursight_app.core.rooms import RoomLine, note_topic, tell_note
from pursight_app.core.settings import get_settings
from pursight_app.services import access, auth, collaboration
from pursight_app.services.access import Actor, Permission

router = APIRouter(tags=["collaboration"], route_class=GuardedRoute, prefix="/racine/collaboration")
_UPDATE, _CURSOR, _VECTOR = 0, 1, 2
_CURSOR_MAX = 8_192


class NewNote(BaseModel):
    """A note for everybody in the room to write in."""

    session_id: UUID
    title: str = Field(max_length=1_000)


class Restored(BaseModel):
    """Which version of a note is to be what it says again."""

    version_id: UUID


@router.post("/notes", status_code=201)
@guard(Permission.ROOM_JOIN)
def create_note(body: NewNote, actor: CurrentActor) -> dict[str, object]:
    """Shares an empty note."""
    with unit_of_work() as session:
        document = collaboration.share_note(session, actor, body.session_id, title=body.title)
    return {"document_id": str(document.id), "seq": document.seq}


@router.get("/notes/{document_id}")
@guard(Permission.ROOM_JOIN, on="document_id")
def get_note(document_id: UUID, actor: CurrentActor) -> dict[str, str]:
    """What a note says now."""
    with unit_of_work() as session:
        return {"document_id": str(document_id), "text": collaboration.note_text(session, actor, document_id)}


@router.get("/notes/{document_id}/versions")
@guard(Permission.ROOM_JOIN, on="document_id")
def list_versions(document_id: UUID, actor: CurrentActor) -> Page:
    """What a note said before, the newest first."""
    with unit_of_work() as session:
        rows = collaboration.list_note_versions(session, actor, document_id)
    items = [
        {"version_id": str(row.id), "at": row.created_at.isoformat(), "author": name, "text": row.body}
        for row, name in rows
    ]
    return Page(items=items, next_cursor=None, total=len(items))


@router.post("/notes/{document_id}/restore", status_code=204)
@guard(Permission.ROOM_JOIN, on="document_id")
def restore(document_id: UUID, body: Restored, actor: CurrentActor) -> Response:
    """Makes a note say again what it said."""
    with unit_of_work() as session:
        collaboration.restore_note(session, actor, document_id, body.version_id)
    return Response(status_code=204)


_CLOSING: dict[type[BaseException | None], int] = {
    InvalidInputError: 4422,
    ConflictError: 4409,
    RateLimitedError: 4429,
}


@router.websocket("/notes/{document_id}/live")
async def write_together(socket: WebSocket, document_id: UUID, authorization: Annotated[str, Header()] = "") -> None:
    """The note itself. Browsers come with their cookie, from our own pages only; programs with a Bearer header."""
    try:
        actor = await _actor(socket, authorization)
        check_count(actor)
        state = await asyncio.to_thread(_state, actor, document_id)
    except PurSightError as error:
        await socket.close(refusal(error))
        return
    await socket.accept()
    desk = _Desk(socket, actor, document_id)
    try:
        with counted(actor):
            await desk.send(_UPDATE, state)
            await desk.send(_VECTOR, get_state(state))
            tasks = [asyncio.ensure_future(each) for each in (desk.read(), desk.tell())]
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                task.cancel()
        error = next((task.exception() for task in done if not task.cancelled()), None)
    except RateLimitedError as one_too_many:
        error = one_too_many
    if not isinstance(error, WebSocketDisconnect):
        with suppress(RuntimeError, WebSocketDisconnect):
            await socket.close(_CLOSING.get(type(error), 4401))


async def _actor(socket: WebSocket, authorization: str) -> Actor:
    if authorization:
        return await actor_of_header(authorization)
    token = socket.cookies.get(COOKIE, "")
    # A page of another site can open a socket with the reader's cookie; its origin gives it away.
    is_ours = socket.headers.get("origin") in get_settings().allowed_origins
    actor = await auth.actor_of_session(auth.session_id_of(token)) if token and is_ours else None
    if actor is None:
        raise NotAuthenticatedError("Log in first.")
    return actor


def _state(actor: Actor, document_id: UUID) -> bytes:
    with unit_of_work() as session:
        return collaboration.note_state(session, actor, document_id)


class _Desk:
    """One open note of one person."""

    def __init__(self, socket: WebSocket, actor: Actor, document_id: UUID) -> None:
        self._socket = socket
        self._actor = actor
        self._document_id = document_id
        self._id = uuid4().hex

    async def send(self, kind: int, content: bytes) -> None:
        await self._socket.send_bytes(bytes([kind]) + content)

    async def read(self) -> None:
        """Takes what the person writes; ends with an error that says why it cannot be taken."""
        while True:
            given = await self._socket.receive_bytes()
            kind, content = given[:1], given[1:]
            if kind == bytes([_UPDATE]):
                await asyncio.to_thread(self._write, content)
            elif kind == bytes([_CURSOR]) and len(content) <= _CURSOR_MAX:
                text = json.dumps({"from": self._id, "kind": "cursor", "content": base64.b64encode(content).decode()})
                await asyncio.to_thread(tell_note, self._document_id, text)
            elif kind == bytes([_VECTOR]):
                state = await asyncio.to_thread(_state, self._actor, self._document_id)
                await self.send(_UPDATE, _lacking(state, content))

    def _write(self, change: bytes) -> None:
        with unit_of_work() as session:
            collaboration.write_note(session, self._actor, self._document_id, change, sender=self._id)

    async def tell(self) -> None:
        """Sends what the others write; ends when the person may not read it any more."""
        async with fanout().subscription(note_topic(self._document_id)) as subscription:
            # What was written after the first look and before this was told to nobody here.
            await self.send(_UPDATE, await asyncio.to_thread(_state, self._actor, self._document_id))
            while not subscription.is_overrun:
                item = await subscription.next()
                if isinstance(item, RoomLine):
                    await self._pass_on(json.loads(item.text))
                elif item is None or item in {RESET, RIGHTS, self._actor.session_id}:
                    await self._look_again()

    async def _pass_on(self, told: dict[str, str]) -> None:
        if told["from"] != self._id:
            kind = _UPDATE if told["kind"] == "change" else _CURSOR
            await self.send(kind, base64.b64decode(told["content"]))

    async def _look_again(self) -> None:
        access.forget_policies()
        actor = await auth.renewed(self._actor)
        if actor is None:
            raise NotAuthenticatedError("Your session has ended.")
        self._actor = actor
        # All of it: whatever was told while the line to Redis was away is in there, and the rest changes nothing.
        await self.send(_UPDATE, await asyncio.to_thread(_state, actor, self._document_id))


def _lacking(state: bytes, vector: bytes) -> bytes:
    try:
        return get_update(state, vector)
    except (ValueError, TypeError):
        return Doc().get_update()
