"""The note that is open in a room, and what it said before. The note itself does not pass through here."""

import asyncio
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import reflex as rx

from pursight_app.core import rooms as live
from pursight_app.core.errors import UserError
from pursight_app.services import collaboration
from state import format as fmt
from state.base import acting, as_id, event, run
from state.room import RoomState
from state.session import notify


@dataclass
class VersionView:
    """What the note said at a moment."""

    id: str
    when: str
    exact: str
    who: str
    beginning: str


class RoomNotesState(rx.State):
    """One note at a time."""

    is_open: bool = False
    note_id: str = ""
    title: str = ""
    versions: list[VersionView] = []
    problem: str = ""

    @event()
    async def open_note(self, document_id: str) -> None:
        """Shows a note to write in."""
        wanted = as_id(document_id)
        try:
            row = await run(lambda session, actor: collaboration.get_document(session, actor, wanted))
        except UserError as error:
            await notify(self, error.message, "error")
            return
        self.note_id, self.title, self.is_open = str(wanted), row.title, True
        await asyncio.to_thread(live.look_at, row.document.room_id, acting().user_id, str(wanted))
        await self._fill(wanted)

    async def _fill(self, note_id: UUID) -> None:
        rows = await run(lambda session, actor: collaboration.list_note_versions(session, actor, note_id))
        self.versions = [
            VersionView(str(row.id), fmt.ago(row.created_at), fmt.exact(row.created_at), name, row.body[:120])
            for row, name in rows[:20]
        ]

    @event()
    async def close_note(self) -> None:
        """Puts it away."""
        self.is_open, self.note_id = False, ""
        room = await self.get_state(RoomState)
        await asyncio.to_thread(live.look_at, as_id(room.room_id_shown), acting().user_id, "")

    @event()
    async def create(self, form: dict[str, Any]) -> Any:
        """Shares an empty note and opens it."""
        room = await self.get_state(RoomState)
        room_id = as_id(room.room_id_shown)
        try:
            made = await run(
                lambda session, actor: collaboration.share_note(
                    session, actor, room_id, title=str(form.get("title", ""))
                )
            )
        except UserError as error:
            self.problem = error.message
            return None
        self.problem = ""
        return RoomNotesState.open_note(str(made.id))

    @event()
    async def restore(self, version_id: str) -> None:
        """Makes the note say again what it said."""
        note_id, version = as_id(self.note_id), as_id(version_id)
        try:
            await run(lambda session, actor: collaboration.restore_note(session, actor, note_id, version))
        except UserError as error:
            await notify(self, error.message, "error")
            return
        await notify(self, "Restored. What it said before this is a version of its own.")
        await self._fill(note_id)
