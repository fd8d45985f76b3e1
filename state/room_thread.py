"""Replies to one message, beside the room."""

from contextlib import suppress
from typing import Any
from uuid import uuid4

import reflex as rx

from pursight_app.core.errors import NotFoundError, PurSightError
from pursight_app.services import collaboration
from state.base import acting, as_id, event, run
from state.room import RoomState
from state.room_views import MessageView, message_views

PAGE = 200


class RoomThreadState(rx.State):
    """One thread at a time."""

    is_open: bool = False
    root_id: str = ""
    messages: list[MessageView] = []
    has_earlier: bool = False
    client_id: str = ""
    answers: int = 0
    problem: str = ""
    _most: int = PAGE

    async def _fill(self) -> None:
        room = await self.get_state(RoomState)
        room_id, root, most = as_id(room.room_id_shown), as_id(self.root_id), self._most
        rows = await run(
            lambda session, actor: collaboration.list_messages(session, actor, room_id, thread_id=root, limit=most + 1)
        )
        self.has_earlier = len(rows) > most
        self.messages = message_views(rows[-most:], acting().user_id, {}, new=range(0), in_thread=True)

    @event()
    async def open_thread(self, message_id: str) -> None:
        """Shows a message with its replies."""
        self.root_id, self.client_id, self.problem, self._most = message_id, uuid4().hex, "", PAGE
        await self._fill()
        self.is_open = True

    @event()
    async def show_earlier(self) -> None:
        """Goes back towards the beginning."""
        self._most += PAGE
        await self._fill()

    @event()
    async def close_thread(self) -> None:
        """Puts it away."""
        self.is_open = False

    @event()
    async def refresh(self) -> None:
        """Called by the live hub."""
        if self.is_open:
            with suppress(NotFoundError):
                await self._fill()

    @event()
    async def reply(self, form: dict[str, Any]) -> None:
        """Says something in the thread."""
        room = await self.get_state(RoomState)
        room_id, root = as_id(room.room_id_shown), as_id(self.root_id)
        self.answers += 1
        body, client_id = str(form.get("body", "")), str(form.get("client_id", ""))
        try:
            await run(
                lambda session, actor: collaboration.send(
                    session, actor, room_id, body=body, client_id=client_id, thread_id=root
                )
            )
        except PurSightError as error:
            self.problem = f"Not sent: {error.message}"
            return
        self.client_id, self.problem = uuid4().hex, ""
        await self._fill()
