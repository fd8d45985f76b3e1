"""Looking for what was said in the open room, and what a message said before it was edited."""

from typing import Any

import reflex as rx

from pursight_app.services import collaboration
from state import format as fmt
from state.base import as_id, event, run
from state.room import RoomState
from state.room_views import FoundView, VersionView, find_messages


class RoomSearchState(rx.State):
    """Both are drawers beside the talk."""

    is_searching: bool = False
    query: str = ""
    found: list[FoundView] = []
    history_of: str = ""
    versions: list[VersionView] = []

    @event()
    async def load(self) -> None:
        """Another room: both are closed."""
        self.is_searching, self.query, self.found, self.history_of = False, "", [], ""

    @event()
    async def open_search(self) -> None:
        """Shows the search."""
        self.is_searching, self.query, self.found = True, "", []

    @event()
    async def close_search(self) -> None:
        """Puts it away."""
        self.is_searching = False

    @event()
    async def search(self, form: dict[str, Any]) -> None:
        """Finds what was said in this room."""
        self.query = query = str(form.get("q", ""))[:200]
        room_id = as_id((await self.get_state(RoomState)).room_id_shown)
        self.found = []
        if query.strip():
            self.found = await run(lambda session, actor: find_messages(session, actor, query, room_id=room_id))

    @event()
    async def go_to(self, seq: int) -> None:
        """Shows a message that was found among its neighbours."""
        self.is_searching = False
        room = await self.get_state(RoomState)
        await room._go_to(int(seq))  # noqa: SLF001  a handler of its own would be one more that any browser may call

    @event()
    async def show_history(self, message_id: str) -> None:
        """What a message said before."""
        wanted = as_id(message_id)
        rows = await run(lambda session, actor: collaboration.list_versions(session, actor, wanted))
        self.versions = [VersionView(fmt.ago(row.created_at), fmt.exact(row.created_at), row.body) for row in rows]
        self.history_of = message_id

    @event()
    async def close_history(self) -> None:
        """Puts it away."""
        self.history_of = ""
